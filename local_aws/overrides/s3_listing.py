"""S3: a listing reads the keys that it answers, not all of the bucket.

"General purpose bucket - … list results are always returned in UTF-8 binary order."
https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html
https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectVersions.html

LocalStack walks and sorts all objects of a bucket for each page of each prefix, so that a file
takes the longer the more there were before. Its own functions still make the answers; they are
handed what lies in the page's range, found by an index of the keys. Two more things are mended
here, since every listing comes by: a continuation token may hold a key beyond ASCII, and
``encoding-type`` changes what an answer looks like, not the order in which keys are compared.
"""

import base64
import threading
from collections.abc import Callable, Iterator, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, Self
from urllib.parse import quote
from weakref import WeakKeyDictionary

from localstack.utils.patch import patch
from sortedcontainers import SortedList

_PAGE = 1000
_HIGHEST = "\U0010ffff" * 256
"""No key is longer than 1,024 bytes: appended to a prefix, this is behind all of its keys."""

_MORE = SimpleNamespace(key=_HIGHEST, version_id="", last_modified=datetime.max.replace(tzinfo=UTC))
"""The last of many versions, for a function that knows it by its id; that may be null for all."""


@dataclass(frozen=True)
class Page:
    """The range of a listing: the keys with a prefix, from one on, until a page is full."""

    prefix: str
    start: str
    delimiter: str
    size: int

    @classmethod
    def of(cls, request: Mapping[str, Any], start: str | None) -> Self:
        """Return the page of a request, whose markers say ``start``."""
        return cls(
            prefix=request.get("prefix") or "",
            start=start or "",
            delimiter=request.get("delimiter") or "",
            size=request.get("max_keys") or _PAGE,
        )

    def group(self, key: str) -> str | None:
        """Return the common prefix that stands for a key, if one does."""
        if not self.delimiter:
            return None
        head, found, _ = key.removeprefix(self.prefix).partition(self.delimiter)
        return f"{self.prefix}{head}{found}" if found else None

    def is_passed_over(self, key: str, group: str | None) -> bool:
        """Whether a marker at the page's start may say that it was shown before."""
        return key == self.start or (group is not None and self.start.startswith(group))


class Keys:
    """The sorted keys of each store, made when one is first listed and kept up from then on."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._sorted: WeakKeyDictionary[Any, SortedList] = WeakKeyDictionary()

    def changed(self, store: Any, key: str) -> None:
        """Take notice that a key was set or taken away, whichever of several came last."""
        with self._lock:
            keys = self._sorted.get(store)
            if keys is None:
                return
            if key not in store:
                keys.discard(key)
            elif key not in keys:
                keys.add(key)

    def entries(self, store: Any, page: Page, with_versions: bool = False) -> list[Any]:
        """Return what LocalStack needs to see of a store to answer a page and whether it is cut.

        That is the page's objects, or versions, and a few more; of keys under one common prefix
        the first one.
        """
        with self._lock:
            if store not in self._sorted:
                self._sorted[store] = SortedList(dict(store._store))
            return list(self._walk(store, self._sorted[store], page, with_versions))

    def _walk(self, store: Any, keys: SortedList, page: Page, with_versions: bool) -> Iterator[Any]:
        # One entry more shows that the page is cut.
        room = page.size + 1
        at = keys.bisect_left(max(page.prefix, page.start))
        while room > 0 and at < len(keys) and keys[at].startswith(page.prefix):
            key, group = keys[at], page.group(keys[at])
            found = _versions(store, key) if with_versions else _current(store, key)
            # One version stands for a group: more would say of the last group that others follow.
            yield from found[-1:] if group else found
            at += 1
            if found and not page.is_passed_over(key, group):
                room -= 1 if group else len(found)
                at = keys.bisect_right(group + _HIGHEST) if group else at
        if with_versions and room <= 0:
            yield _MORE


def _versions(store: Any, key: str) -> list[Any]:
    found = store._store.get(key)
    if isinstance(found, dict):
        return list(found.copy().values())
    return [] if found is None else [found]


def _current(store: Any, key: str) -> list[Any]:
    from localstack.services.s3.models import S3DeleteMarker

    return [one for one in _versions(store, key)[-1:] if not isinstance(one, S3DeleteMarker)]


_KEYS = Keys()
_PAGE_ASKED: ContextVar[Page | None] = ContextVar("page_asked", default=None)


def list_by_range() -> None:
    """Let S3's three listings read a range of a bucket's keys."""
    _follow_the_keys()
    _answer_ranges()
    _take_tokens_beyond_ascii()
    _list_with(
        "list_objects_v2",
        lambda asked: _decode(asked.get("continuation_token")) or asked.get("start_after"),
    )
    _list_with("list_objects", lambda asked: asked.get("marker"))
    _list_with("list_object_versions", lambda asked: asked.get("key_marker"))


def _follow_the_keys() -> None:
    from localstack.services.s3.models import KeyStore, VersionedKeyStore

    def change(
        change: Callable[..., Any], self: Any, object_key: str, *args: Any, **kw: Any
    ) -> Any:
        result = change(self, object_key, *args, **kw)
        _KEYS.changed(self, object_key)
        return result

    for store in (KeyStore, VersionedKeyStore):
        patch(store.set)(change)
        patch(store.pop)(change)


def _answer_ranges() -> None:
    from localstack.services.s3.models import KeyStore, VersionedKeyStore

    def values(values: Callable[..., Any], self: Any, *args: Any, **kw: Any) -> list[Any]:
        page = _PAGE_ASKED.get()
        if page is None:
            found: list[Any] = values(self, *args, **kw)
            return found
        return _KEYS.entries(self, page, *args, **kw)

    for store in (KeyStore, VersionedKeyStore):
        patch(store.values)(values)


def _take_tokens_beyond_ascii() -> None:
    """LocalStack writes UTF-8 into a token and reads ASCII."""
    from localstack.services.s3 import provider

    provider.decode_continuation_token = _decode


def _decode(token: str | None) -> str:
    return base64.b64decode(token, altchars=b"._").decode() if token else ""


def _list_with(operation: str, start: Callable[[Mapping[str, Any]], str | None]) -> None:
    from localstack.services.s3.provider import S3Provider

    def listing(
        listing: Callable[..., Any], self: Any, context: Any, bucket: str, **asked: Any
    ) -> Any:
        is_quoted = asked.get("encoding_type") == "url"
        if is_quoted:
            asked["encoding_type"] = None
        before = _PAGE_ASKED.set(Page.of(asked, start(asked)))
        try:
            answer = listing(self, context, bucket=bucket, **asked)
        finally:
            _PAGE_ASKED.reset(before)
        return _quoted(answer) if is_quoted else answer

    patch(getattr(S3Provider, operation))(listing)


def _quoted(answer: dict[str, Any]) -> dict[str, Any]:
    """Quote the keys, and what is part of one: all that the pages above name."""
    markers = ("StartAfter", "Marker", "NextMarker", "KeyMarker", "NextKeyMarker")
    for name in ("Prefix", "Delimiter", *markers):
        _quote(answer, name)
    for name in ("Contents", "Versions", "DeleteMarkers"):
        for entry in answer.get(name, ()):
            _quote(entry, "Key")
    for entry in answer.get("CommonPrefixes", ()):
        _quote(entry, "Prefix")
    return {**answer, "EncodingType": "url"}


def _quote(members: dict[str, Any], name: str) -> None:
    if members.get(name):
        members[name] = quote(members[name])
