"""Pages of a listing."""

import base64
import binascii
from collections.abc import Sequence
from typing import Any

from local_aws.athena.errors import InvalidRequestException
from local_aws.host.ports import Request, Response


def page(member: str, items: Sequence[Any], request: Request, largest: int = 50) -> Response:
    """Return the part of ``items`` for which ``request`` asks (``NextToken``, ``MaxResults``).

    Raises InvalidRequestException for a token that no listing handed out.
    """
    start = decode(request.get("NextToken"))
    end = start + min(int(request.get("MaxResults") or largest), largest)
    rest = {"NextToken": encode(end)} if end < len(items) else {}
    return {member: list(items[start:end]), **rest}


def encode(position: int) -> str:
    """Return a token that continues at ``position``."""
    return base64.b64encode(str(position).encode()).decode()


def decode(token: str | None) -> int:
    """Return a token's position; 0 without one. Raises InvalidRequestException."""
    if not token:
        return 0
    try:
        return int(base64.b64decode(token, validate=True))
    except (binascii.Error, ValueError):
        raise InvalidRequestException(f"NextToken {token!r} is not valid.") from None
