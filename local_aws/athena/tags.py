"""Tags of workgroups and data catalogs.

https://docs.aws.amazon.com/athena/latest/ug/tags.html
"""

import threading
from collections.abc import Mapping

from local_aws.athena.errors import ResourceNotFoundException
from local_aws.athena.paging import page
from local_aws.host.ports import Operation, Request, Response


class Tags:
    """A component: the tag operations, and the store in which others register their ARNs."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._tags: dict[str, dict[str, str]] = {}

    def register(self, arn: str, tags: Mapping[str, str]) -> None:
        """Take a new resource in."""
        with self._lock:
            self._tags[arn] = dict(tags)

    def forget(self, arn: str) -> None:
        """Drop a deleted resource."""
        with self._lock:
            self._tags.pop(arn, None)

    def operations(self) -> Mapping[str, Operation]:
        """Return the tag operations."""
        return {
            "TagResource": self._tag,
            "UntagResource": self._untag,
            "ListTagsForResource": self._list,
        }

    def close(self) -> None:
        """Nothing runs here."""

    def _tag(self, request: Request) -> Response:
        with self._lock:
            known = self._known(request)
            known |= {tag["Key"]: tag.get("Value", "") for tag in request["Tags"]}
        return {}

    def _untag(self, request: Request) -> Response:
        with self._lock:
            known = self._known(request)
            for key in request["TagKeys"]:
                known.pop(key, None)
        return {}

    def _list(self, request: Request) -> Response:
        with self._lock:
            tags = [{"Key": k, "Value": v} for k, v in sorted(self._known(request).items())]
        return page("Tags", tags, request, largest=75)

    def _known(self, request: Request) -> dict[str, str]:
        arn = request["ResourceARN"]
        if arn not in self._tags:
            raise ResourceNotFoundException(f"Resource {arn} was not found")
        return self._tags[arn]
