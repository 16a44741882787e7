"""https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html."""

import json

import pytest
from localstack.aws.api.stepfunctions import StateMachineType
from localstack.services.stepfunctions.asl.eval.environment import Environment
from localstack.services.stepfunctions.asl.eval.evaluation_details import AWSExecutionDetails
from localstack.services.stepfunctions.asl.eval.event.event_manager import EventHistoryContext
from localstack.services.stepfunctions.asl.eval.program_state import (
    ProgramEnded,
    ProgramError,
    ProgramTimedOut,
)
from localstack.services.stepfunctions.asl.parse.asl_parser import AmazonStateLanguageParser

from local_aws.overrides import execution_limits

LOOP = {
    "StartAt": "A",
    "States": {"A": {"Type": "Pass", "Next": "B"}, "B": {"Type": "Pass", "Next": "A"}},
}


def environment(kind: StateMachineType) -> Environment:
    return Environment(
        aws_execution_details=AWSExecutionDetails("000000000000", "eu-central-1", "role"),
        execution_type=kind,
        context={"Execution": {"Input": {}}, "StateMachine": {}},
        event_history_context=EventHistoryContext.of_program_start(),
        cloud_watch_logging_session=None,
        activity_store={},
    )


@pytest.fixture(scope="module", autouse=True)
def _limited() -> None:
    execution_limits.limit_executions()


def test_an_execution_ends_when_its_history_is_full(monkeypatch: pytest.MonkeyPatch) -> None:
    # 25,000 take LocalStack a minute.
    monkeypatch.setattr(execution_limits, "HISTORY_LIMIT", 250)
    program, _ = AmazonStateLanguageParser.parse(json.dumps(LOOP))
    standard = environment(StateMachineType.STANDARD)
    program.eval(standard)
    state = standard.program_state()
    assert isinstance(state, ProgramError)
    assert "maximum number of history events (250)" in state.error["cause"]
    history = standard.event_manager.get_event_history()
    assert (len(history), history[-1]["type"]) == (250, "ExecutionFailed")


@pytest.mark.parametrize(
    ("kind", "end"),
    [(StateMachineType.EXPRESS, ProgramTimedOut), (StateMachineType.STANDARD, ProgramEnded)],
)
def test_an_express_workflow_has_five_minutes(
    monkeypatch: pytest.MonkeyPatch, kind: StateMachineType, end: type
) -> None:
    assert execution_limits.EXPRESS_SECONDS == 300
    monkeypatch.setattr(execution_limits, "EXPRESS_SECONDS", 1)
    wait = {"StartAt": "Wait", "States": {"Wait": {"Type": "Wait", "Seconds": 3, "End": True}}}
    program, _ = AmazonStateLanguageParser.parse(json.dumps(wait))
    running = environment(kind)
    program.eval(running)
    assert isinstance(running.program_state(), end)
