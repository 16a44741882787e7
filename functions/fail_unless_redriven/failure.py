"""A failure that a state machine has caught, told, and now has to end with."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from functions.common.errors import InvalidInputError, PipelineError

PREFIX = "Pipeline."
"""Names that begin with ``States.`` are reserved and may not be raised."""


@dataclass(frozen=True)
class Failure:
    """What was caught, after how many redrives of the execution, and how many there are now."""

    error: str
    cause: str
    failed_after_redrives: int
    redrive_count: int

    @classmethod
    def from_input(cls, data: Mapping[str, Any]) -> "Failure":
        """Read the function's input. Raises InvalidInputError."""
        before, now = data.get("failed_after_redrives"), data.get("redrive_count")
        if not isinstance(before, int) or not isinstance(now, int):
            raise InvalidInputError(
                "'failed_after_redrives' and 'redrive_count' must be whole numbers, not "
                f"{before!r} and {now!r}."
            )
        caught = data.get("error") or {}
        return cls(
            str(caught.get("Error") or "UnknownError"),
            str(caught.get("Cause") or ""),
            before,
            now,
        )

    @property
    def is_redriven(self) -> bool:
        """Whether somebody has redriven the execution since it failed."""
        return self.redrive_count > self.failed_after_redrives

    def as_exception(self) -> Exception:
        """Return the exception whose class bears the error's name.

        Lambda gives an exception's class name to the state machine as the error's name:
        https://docs.aws.amazon.com/lambda/latest/dg/python-exceptions.html
        """
        named: type[PipelineError] = type(f"{PREFIX}{self.error}", (PipelineError,), {})
        return named(self.cause)
