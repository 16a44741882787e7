"""Which calls a fault may pick out, beyond service and operation."""

import re
from collections.abc import Callable

from tests.faults.proxy.call import Call


def invokes(function: str) -> Callable[[Call], bool]:
    """Fit calls that invoke the function whose name ends so."""
    return lambda call: f"{function}/invocations" in call.text.partition("\n")[0]


def by_spark(call: Call) -> bool:
    """Whether a call comes from a Glue job's JVM, and not from a function."""
    return "java" in call.headers.get("User-Agent", "").lower()


def of_manifest(call: Call) -> bool:
    """Whether a call is about a manifest."""
    return ".manifest" in call.target


def of_part(call: Call) -> bool:
    """Whether a call is about a Parquet file of an attempt."""
    return "/part-" in call.target


def to_trigger(call: Call) -> bool:
    """Whether a message goes to the trigger's queue: not to dead letters, nor to a subscriber."""
    return re.search(r"pipeline-new-files\b(?!-)", call.text) is not None
