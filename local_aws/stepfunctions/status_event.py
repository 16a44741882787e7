"""What an execution's change of status tells the event bus.

https://docs.aws.amazon.com/step-functions/latest/dg/eventbridge-integration.html
"""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

SOURCE = "aws.states"
DETAIL_TYPE = "Step Functions Execution Status Change"
ROOM = 248 * 1024
"""How much of an event input and output may take, in bytes as they stand escaped in it."""

_MEMBERS = (
    "executionArn",
    "stateMachineArn",
    "stateMachineVersionArn",
    "stateMachineAliasArn",
    "name",
    "status",
    "startDate",
    "stopDate",
    "input",
    "output",
    "error",
    "cause",
    "redriveCount",
    "redriveDate",
    "redriveStatus",
    "redriveStatusReason",
)


def detail(described: Mapping[str, Any]) -> dict[str, Any]:
    """Return the event's detail; ``described`` is what DescribeExecution answers.

    Every member is there, None where it has no value; times are milliseconds since 1970.
    """
    told = {name: _plain(described.get(name)) for name in _MEMBERS}
    given, gives = _escaped_size(told["input"]), _escaped_size(told["output"])
    told["inputDetails"] = {"included": given + gives <= ROOM}
    if not told["inputDetails"]["included"]:
        told["input"] = ""
    told["outputDetails"] = None if told["output"] is None else {"included": gives <= ROOM}
    if gives > ROOM:
        told["output"] = ""
    return told


def _plain(value: Any) -> Any:
    return int(value.timestamp() * 1000) if isinstance(value, datetime) else value


def _escaped_size(text: str | None) -> int:
    return 0 if text is None else len(json.dumps(text))
