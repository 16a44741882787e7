"""Step Functions: what the answer to StartSyncExecution says of its price.

LocalStack leaves ``billingDetails`` out. AWS rounds the duration up to 100 ms, and the memory to
64 MB, which is what an execution with small payloads takes.

https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartSyncExecution.html
https://docs.aws.amazon.com/step-functions/latest/dg/concepts-standard-vs-express.html
"""

from collections.abc import Callable
from datetime import datetime
from math import ceil
from typing import Any

from localstack.services.stepfunctions.backend.execution import SyncExecution
from localstack.utils.patch import patch

MEMORY_MB = 64
STEP_MS = 100


def tell_what_is_billed() -> None:
    """Add ``billingDetails`` to the answers."""

    @patch(SyncExecution.to_start_sync_execution_output)
    def answer(answer: Callable[..., dict[str, Any]], self: Any) -> dict[str, Any]:
        told = answer(self)
        billed = {
            "billedMemoryUsedInMB": MEMORY_MB,
            "billedDurationInMilliseconds": billed_ms(told["startDate"], told["stopDate"]),
        }
        return {**told, "billingDetails": billed}


def billed_ms(began: datetime, ended: datetime) -> int:
    """Return the milliseconds that are billed between two moments."""
    milliseconds = (ended - began).total_seconds() * 1000
    return max(1, ceil(milliseconds / STEP_MS)) * STEP_MS
