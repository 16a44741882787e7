"""Custom classifiers: their operations and their store.

https://docs.aws.amazon.com/glue/latest/webapi/API_CreateClassifier.html
"""

import threading
from collections.abc import Mapping
from typing import Any

from local_aws.glue.crawlers import classifying, grok, json_files
from local_aws.glue.errors import (
    AlreadyExistsException,
    EntityNotFoundException,
    InvalidInputException,
)
from local_aws.glue.paging import page
from local_aws.host.ports import Clock, Operation, Request, Response

_KINDS = ("CsvClassifier", "GrokClassifier", "JsonClassifier", "XMLClassifier")

type Fields = dict[str, Any]


class Classifiers:
    """The custom classifiers of one account and region. Names are unique across the kinds."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._known: dict[str, tuple[str, Fields]] = {}

    def operations(self) -> Mapping[str, Operation]:
        """Return the classifier operations."""
        return {
            "CreateClassifier": self._create,
            "UpdateClassifier": self._update,
            "GetClassifier": self._get,
            "GetClassifiers": self._list,
            "DeleteClassifier": self._delete,
        }

    def close(self) -> None:
        """Nothing runs here."""

    def describe(self, name: str) -> Response:
        """Return the API's ``Classifier``. Raises EntityNotFoundException."""
        with self._lock:
            kind, fields = self._find(name)
            return {kind: dict(fields)}

    def _create(self, request: Request) -> Response:
        kind, given = _single(request)
        _check(kind, given)
        now = self._clock.now()
        with self._lock:
            if given["Name"] in self._known:
                raise AlreadyExistsException(f"Classifier {given['Name']} already exists.")
            fields = {**given, "CreationTime": now, "LastUpdated": now, "Version": 1}
            self._known[given["Name"]] = (kind, fields)
        return {}

    def _update(self, request: Request) -> Response:
        kind, given = _single(request)
        with self._lock:
            known_kind, known = self._find(given["Name"])
            if known_kind != kind:
                raise InvalidInputException(
                    f"Classifier {given['Name']} is a {known_kind} and cannot become a {kind}."
                )
            fields = {**known, **given, "LastUpdated": self._clock.now()}
            _check(kind, fields)
            fields["Version"] = known["Version"] + 1
            self._known[given["Name"]] = (kind, fields)
        return {}

    def _get(self, request: Request) -> Response:
        return {"Classifier": self.describe(request["Name"])}

    def _list(self, request: Request) -> Response:
        with self._lock:
            found = [{kind: dict(fields)} for kind, fields in self._known.values()]
        cut = page(found, request)
        return {"Classifiers": list(cut.items)} | cut.next_token()

    def _delete(self, request: Request) -> Response:
        with self._lock:
            self._find(request["Name"])
            del self._known[request["Name"]]
        return {}

    def _find(self, name: str) -> tuple[str, Fields]:
        if name not in self._known:
            raise EntityNotFoundException(f"Classifier {name} not found.")
        return self._known[name]


def _single(request: Request) -> tuple[str, Fields]:
    given = [(kind, dict(request[kind])) for kind in _KINDS if request.get(kind)]
    if len(given) != 1:
        raise InvalidInputException(f"Give exactly one of {', '.join(_KINDS)}.")
    return given[0]


def _check(kind: str, fields: Mapping[str, Any]) -> None:
    if kind == "JsonClassifier":
        json_files.parse_path(fields["JsonPath"])
    elif kind == "GrokClassifier":
        grok.check_syntax(fields["GrokPattern"], fields.get("CustomPatterns", ""))
    elif kind == "CsvClassifier":
        _check_csv(fields)


def _check_csv(fields: Mapping[str, Any]) -> None:
    delimiter, quote = fields.get("Delimiter"), fields.get("QuoteSymbol")
    # https://docs.aws.amazon.com/glue/latest/webapi/API_CsvClassifier.html: "It must be different
    # from the column delimiter."
    if delimiter is not None and delimiter == quote:
        raise InvalidInputException("QuoteSymbol must be different from Delimiter.")
    header = [name.lower() for name in fields.get("Header", ())]
    if len(set(header)) < len(header):
        raise InvalidInputException("Header names a column twice.")
    unknown = list(classifying.unknown_datatypes(fields.get("CustomDatatypes", ())))
    if unknown:
        raise InvalidInputException(f"CustomDatatypes has unknown types: {', '.join(unknown)}.")
