"""One execution for each object version, however often it is announced."""

import json
from enum import StrEnum
from typing import TYPE_CHECKING

from functions.common.errors import ExecutionNameTakenError, InvalidInputError
from functions.common.naming import execution_name
from functions.common.objects import ObjectVersion

if TYPE_CHECKING:
    from mypy_boto3_stepfunctions import SFNClient


class Start(StrEnum):
    """What came of an announcement."""

    STARTED = "started"
    KNOWN = "known"


def start_execution(
    item: ObjectVersion, state_machine_arn: str, step_functions: "SFNClient"
) -> Start:
    """Start the object version's execution, unless there is or was one.

    An execution's name is taken for 90 days after its end. StartExecution itself succeeds for the
    same name and input while the execution is open, and says ExecutionAlreadyExists afterwards:
    https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html

    Raises ExecutionNameTakenError if the execution of that name is about something else.
    """
    name = execution_name(item)
    try:
        step_functions.start_execution(
            stateMachineArn=state_machine_arn, name=name, input=json.dumps(item.to_input())
        )
    except step_functions.exceptions.ExecutionAlreadyExists as error:
        if not _is_about(item, _execution_arn(state_machine_arn, name), step_functions):
            raise ExecutionNameTakenError(
                f"An execution named {name} exists and is not about {item}. Start one by hand, "
                "with another name."
            ) from error
        return Start.KNOWN
    return Start.STARTED


def _is_about(item: ObjectVersion, execution_arn: str, step_functions: "SFNClient") -> bool:
    execution = step_functions.describe_execution(executionArn=execution_arn)
    try:
        other = ObjectVersion.from_input(json.loads(execution.get("input") or "{}"))
    except (ValueError, InvalidInputError):
        return False
    return other.identity == item.identity


def _execution_arn(state_machine_arn: str, name: str) -> str:
    return f"{state_machine_arn.replace(':stateMachine:', ':execution:', 1)}:{name}"
