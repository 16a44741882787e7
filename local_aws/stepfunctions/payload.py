"""How much data goes from state to state.

https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html
"""

import json
from typing import Any

LIMIT = 262_144
"""The longest input or output of a task, state or execution, in bytes as a UTF-8 text."""


def compact(value: Any) -> str:
    """Return a value as JSON without spaces, its letters as they are."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False, default=str)


def size(value: Any) -> int:
    """Return how many bytes a value takes; a text is taken for JSON as it stands."""
    text = value if isinstance(value, str) else compact(value)
    return len(text.encode("utf-8", "surrogatepass"))


def fits(value: Any) -> bool:
    """Whether a value may go from one state to the next."""
    return size(value) <= LIMIT
