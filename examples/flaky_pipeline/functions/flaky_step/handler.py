"""The AWS edge of flaky_step: stands for work that sometimes fails, and does nothing else.

Input: ``{"key", "attempt"}``, attempts counted from 0. Output: ``{"attempt"}``.
"""

import os
from typing import TypedDict

from flaky_step.chance import Chance


class FlakyStepError(Exception):
    """The attempt failed; the next may succeed. The definition's Retry knows this name."""


class Attempt(TypedDict):
    """One attempt at one object."""

    key: str
    attempt: int


def handler(event: Attempt, _context: object) -> dict[str, int]:
    """Fail or not. Raises FlakyStepError and ChanceError."""
    return attempt(event, Chance.from_environment(os.environ))


def attempt(event: Attempt, chance: Chance) -> dict[str, int]:
    """Return which attempt succeeded. Raises FlakyStepError."""
    if chance.fails(event["key"], event["attempt"]):
        raise FlakyStepError(f"Attempt {event['attempt'] + 1} at {event['key']} failed by chance.")
    return {"attempt": event["attempt"]}
