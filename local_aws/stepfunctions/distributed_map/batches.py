"""Items grouped into the inputs of child executions.

https://docs.aws.amazon.com/step-functions/latest/dg/input-output-itembatcher.html
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from local_aws.stepfunctions.payload import LIMIT, size


@dataclass(frozen=True)
class Limits:
    """How large a batch may get. ``bytes`` is of the child's whole input."""

    items: int | None = None
    bytes: int | None = None


def batches(items: Sequence[Any], limits: Limits, batch_input: Any) -> Iterator[dict[str, Any]]:
    """Yield the input of each child execution.

    An item that is too large for any batch makes one by itself.
    """
    shared = {} if batch_input is None else {"BatchInput": batch_input}
    room = min(limits.bytes or LIMIT, LIMIT) - size({**shared, "Items": []})
    batch: list[Any] = []
    used = 0
    for item in items:
        taken = size(item) + 1  # a comma
        if batch and (len(batch) == limits.items or used + taken > room):
            yield {**shared, "Items": batch}
            batch, used = [], 0
        batch.append(item)
        used += taken
    if batch:
        yield {**shared, "Items": batch}
