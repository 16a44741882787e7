"""Tags of everything in the model, by ARN.

https://docs.aws.amazon.com/glue/latest/dg/monitor-tags.html
"""

import threading
from collections.abc import Mapping

from local_aws.glue.errors import EntityNotFoundException, InvalidInputException, PassOn
from local_aws.host.ports import Operation, Request, Response

LIMIT = 50


class Tags:
    """The tag operations, and the store in which the other components register their ARNs.

    A component calls ``register`` when it creates a resource and ``forget`` when it deletes one.
    An ARN that nobody registered is passed on (moto has resources of its own).
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._tags: dict[str, dict[str, str]] = {}

    def register(self, arn: str, tags: Mapping[str, str] | None = None) -> None:
        """Take a new resource in, with its first tags. Raises InvalidInputException."""
        first = dict(tags or {})
        _check(first)
        with self._lock:
            self._tags[arn] = first

    def forget(self, arn: str) -> None:
        """Drop a deleted resource."""
        with self._lock:
            self._tags.pop(arn, None)

    def of(self, arn: str) -> dict[str, str]:
        """Return a copy of the tags of ``arn``; empty if it is unknown."""
        with self._lock:
            return dict(self._tags.get(arn, {}))

    def matches(self, arn: str, wanted: Mapping[str, str] | None) -> bool:
        """Say whether ``arn`` has every wanted tag (the ``Tags`` filter of List operations)."""
        return (wanted or {}).items() <= self.of(arn).items()

    def operations(self) -> Mapping[str, Operation]:
        """Return the tag operations."""
        return {
            "TagResource": self._tag_resource,
            "UntagResource": self._untag_resource,
            "GetTags": self._get_tags,
        }

    def close(self) -> None:
        """Nothing runs here."""

    def _tag_resource(self, request: Request) -> Response:
        with self._lock:
            merged = self._known(request) | dict(request["TagsToAdd"])
            _check(merged)
            self._tags[request["ResourceArn"]] = merged
        return {}

    def _untag_resource(self, request: Request) -> Response:
        with self._lock:
            tags = self._known(request)
            for key in request["TagsToRemove"]:
                tags.pop(key, None)
        return {}

    def _get_tags(self, request: Request) -> Response:
        with self._lock:
            return {"Tags": dict(self._known(request))}

    def _known(self, request: Request) -> dict[str, str]:
        arn: str = request["ResourceArn"]
        if arn in self._tags:
            return self._tags[arn]
        kind = arn.split(":", 5)[-1].split("/", maxsplit=1)[0]
        if kind in _OURS:
            raise EntityNotFoundException(f"Entity not found: {arn}")
        raise PassOn


_OURS = frozenset({"job", "trigger", "workflow", "crawler", "database", "connection"})


def _check(tags: Mapping[str, str]) -> None:
    if len(tags) > LIMIT:
        raise InvalidInputException(f"A resource can have at most {LIMIT} tags, not {len(tags)}.")
    for key, value in tags.items():
        if not 1 <= len(key) <= 128:
            raise InvalidInputException(f"A tag key has 1 to 128 characters, not {len(key)}.")
        if len(value) > 256:
            raise InvalidInputException(
                f"The value of tag {key} has {len(value)} characters, more than 256."
            )
        if key.lower().startswith("aws:"):
            raise InvalidInputException(f"Tag key {key} starts with aws:, which is reserved.")
