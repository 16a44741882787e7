"""Searches for tables.

https://docs.aws.amazon.com/glue/latest/webapi/API_SearchTables.html: values are compared by the
tokens into which punctuation cuts them; a text in quotes must match exactly.
"""

import operator
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from local_aws.glue.catalog.store import Store
from local_aws.glue.errors import InvalidInputException
from local_aws.glue.paging import page
from local_aws.host.ports import Operation, Request, Response

_TOKENS = re.compile(r"[^a-z0-9_]+")
_COMPARATORS: Mapping[str, Callable[[Any, Any], bool]] = {
    "EQUALS": operator.eq,
    "GREATER_THAN": operator.gt,
    "LESS_THAN": operator.lt,
    "GREATER_THAN_EQUALS": operator.ge,
    "LESS_THAN_EQUALS": operator.le,
}
_TIMES = frozenset({"CreateTime", "UpdateTime"})
_SORTABLE = frozenset({"Name", "DatabaseName", *_TIMES})


class Search:
    """A component: the search over all tables."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def operations(self) -> Mapping[str, Operation]:
        """Return the operation."""
        return {"SearchTables": self._search}

    def close(self) -> None:
        """Nothing runs here."""

    def _search(self, request: Request) -> Response:
        """Return the tables that match the text and every filter, sorted as asked."""
        self._store.check_catalog(request)
        with self._store.lock:
            tables = [
                table.to_api()
                for _, database in sorted(self._store.databases.items())
                for _, table in sorted(database.tables.items())
            ]
        text, filters = request.get("SearchText"), request.get("Filters") or ()
        found = [
            table
            for table in tables
            if _has_text(table, text) and all(_passes(table, item) for item in filters)
        ]
        for criterion in reversed(request.get("SortCriteria") or ()):
            field = _sortable(criterion["FieldName"])
            found.sort(key=operator.itemgetter(field), reverse=criterion.get("Sort") == "DESC")
        part = page(found, request)
        return {"TableList": list(part.items), **part.next_token()}


def _has_text(table: Response, text: str | None) -> bool:
    if not text:
        return True
    if len(text) > 1 and text[0] == text[-1] == '"':
        return text[1:-1] in set(_texts(table))
    wanted = set(_tokens(text))
    return any(wanted <= set(_tokens(value)) for value in _texts(table))


def _texts(table: Response) -> Iterator[str]:
    yield table["Name"]
    yield table["DatabaseName"]
    yield table.get("Description") or ""
    storage = table.get("StorageDescriptor") or {}
    for column in [*(storage.get("Columns") or ()), *(table.get("PartitionKeys") or ())]:
        yield column["Name"]
        yield column.get("Comment") or ""
    yield from (table.get("Parameters") or {}).values()


def _passes(table: Response, condition: Mapping[str, Any]) -> bool:
    key, value = condition.get("Key") or "", condition.get("Value") or ""
    if key in _TIMES:
        compare = _COMPARATORS[condition.get("Comparator") or "EQUALS"]
        return compare(table[key], _time(value))
    known = table.get(key, (table.get("Parameters") or {}).get(key))
    return known is not None and set(_tokens(value)) <= set(_tokens(str(known)))


def _tokens(text: str) -> list[str]:
    return [token for token in _TOKENS.split(text.lower()) if token]


def _time(text: str) -> datetime:
    try:
        when = datetime.fromisoformat(text)
    except ValueError:
        raise InvalidInputException(f"{text!r} is no time: write 2026-11-20T12:00:00Z.") from None
    return when if when.tzinfo else when.replace(tzinfo=UTC)


def _sortable(field: str) -> str:
    if field not in _SORTABLE:
        raise InvalidInputException(
            f"Tables cannot be sorted by {field}: use {', '.join(sorted(_SORTABLE))}."
        )
    return field
