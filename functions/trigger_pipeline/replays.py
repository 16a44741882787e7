"""A person's request to run an object version again, as ``make replay`` sends it.

``{"replay": {"bucket", "key", "version_id"}, "token"}``. The token is the request's own: a repeated
call with the same one starts nothing more.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from functions.common.errors import InvalidInputError
from functions.common.objects import ObjectVersion


@dataclass(frozen=True)
class Replay:
    """The object version to run again, and the request's token."""

    item: ObjectVersion
    token: str

    @classmethod
    def from_event(cls, event: Mapping[str, Any]) -> "Replay":
        """Read the request. Raises InvalidInputError."""
        wanted, token = event["replay"], event.get("token")
        if not isinstance(wanted, Mapping) or not isinstance(token, str) or not token:
            raise InvalidInputError(
                'A replay reads {"replay": {"bucket": "…", "key": "…", "version_id": "…"}, '
                '"token": "…"}; the token is any text that no other request has.'
            )
        return cls(ObjectVersion.from_input(wanted), token)
