"""A person's requests about the runs of an object version, as ``make replay`` sends them.

- ``{"runs_of": {"bucket", "key", "version_id"}}`` asks which it has had.
- ``{"replay": {"bucket", "key", "version_id"}, "token"}`` has it run again. The token is the
  request's own: a repeated call with the same one starts nothing more.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from functions.common.errors import InvalidInputError
from functions.common.objects import ObjectVersion


def looked_up(event: Mapping[str, Any]) -> ObjectVersion:
    """Read the object version that a question is about. Raises InvalidInputError."""
    wanted = event["runs_of"]
    if not isinstance(wanted, Mapping):
        raise InvalidInputError('A question reads {"runs_of": {"bucket": "…", "key": "…"}}.')
    return ObjectVersion.from_input(wanted)


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
