"""Pages of a listing, with the continuation tokens that the API hands out."""

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass

from local_aws.glue.errors import InvalidInputException
from local_aws.host.ports import Request


@dataclass(frozen=True)
class Page[T]:
    """A part of a listing. ``token`` continues it and is None on the last page."""

    items: Sequence[T]
    token: str | None

    def next_token(self) -> dict[str, str]:
        """Return the response's ``NextToken`` member, or nothing on the last page."""
        return {} if self.token is None else {"NextToken": self.token}


def page[T](items: Sequence[T], request: Request, largest: int = 100) -> Page[T]:
    """Cut the page out of ``items`` for which ``request`` asks (``NextToken``, ``MaxResults``).

    Raises InvalidInputException for a token that no listing handed out.
    """
    start = _decode(request.get("NextToken"))
    size = min(int(request.get("MaxResults") or largest), largest)
    end = start + size
    token = base64.b64encode(str(end).encode()).decode() if end < len(items) else None
    return Page(items[start:end], token)


def _decode(token: str | None) -> int:
    if not token:
        return 0
    try:
        return int(base64.b64decode(token, validate=True))
    except (binascii.Error, ValueError):
        raise InvalidInputException(f"NextToken {token!r} is not valid.") from None
