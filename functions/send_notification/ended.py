"""Executions whose end no state can tell of any more: told by the event of their end.

An execution that is stopped or takes too long runs no further state, and one that failed may have
failed to say so. EventBridge tells of each end, with the execution's input:
https://docs.aws.amazon.com/step-functions/latest/dg/eventbridge-integration.html
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from functions.common.errors import InvalidInputError
from functions.send_notification.failure import ABORTED, TIMED_OUT

DETAIL_TYPE = "Step Functions Execution Status Change"
_ERRORS = {"TIMED_OUT": TIMED_OUT, "ABORTED": ABORTED, "FAILED": None}


def is_end(event: Mapping[str, Any]) -> bool:
    """Whether the function's input is such an event, and no state's payload."""
    return event.get("detail-type") == DETAIL_TYPE


def to_input(event: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the state machine would have said. Raises InvalidInputError."""
    detail: Mapping[str, Any] = event.get("detail") or {}
    status, arn = detail.get("status"), detail.get("executionArn")
    if status not in _ERRORS or not isinstance(arn, str):
        raise InvalidInputError(
            f"An execution that is {status!r} needs no notification of its end; the rule should "
            f"choose {', '.join(_ERRORS)}."
        )
    given = _given(detail)
    return {
        "outcome": "FAILURE",
        "execution_arn": arn,
        "execution_name": detail.get("name"),
        "state_machine_name": str(detail.get("stateMachineArn") or "").rpartition(":")[2],
        "started_at": _instant(detail.get("startDate")),
        **{name: given.get(name) for name in ("bucket", "key", "version_id")},
        "redrive_count": detail.get("redriveCount") or 0,
        "error": _error(status, detail),
    }


def _given(detail: Mapping[str, Any]) -> Mapping[str, Any]:
    # Left out where it is long ("inputDetails": {"included": false}), and whatever a person gave.
    try:
        value = json.loads(detail.get("input") or "{}")
    except ValueError:
        return {}
    return value if isinstance(value, Mapping) else {}


def _error(status: str, detail: Mapping[str, Any]) -> dict[str, Any]:
    error, cause = detail.get("error"), detail.get("cause")
    own = _ERRORS[status]
    if own is None:
        return {"Error": str(error or "").removeprefix("Pipeline."), "Cause": cause}
    return {"Error": own, "Cause": ": ".join(str(part) for part in (error, cause) if part)}


def _instant(milliseconds: object) -> str | None:
    if not isinstance(milliseconds, int | float):
        return None
    return datetime.fromtimestamp(milliseconds / 1000, UTC).isoformat()
