"""https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html."""

import json

import pytest
from localstack.aws.api.stepfunctions import StateMachineType
from localstack.services.stepfunctions.asl.eval.environment import Environment
from localstack.services.stepfunctions.asl.eval.evaluation_details import AWSExecutionDetails
from localstack.services.stepfunctions.asl.eval.event.event_manager import EventHistoryContext
from localstack.services.stepfunctions.asl.eval.program_state import ProgramError
from localstack.services.stepfunctions.asl.parse.asl_parser import AmazonStateLanguageParser

from local_aws.overrides import execution_limits

LOOP = {
    "StartAt": "A",
    "States": {"A": {"Type": "Pass", "Next": "B"}, "B": {"Type": "Pass", "Next": "A"}},
}


def test_an_execution_ends_when_its_history_is_full(monkeypatch: pytest.MonkeyPatch) -> None:
    execution_limits.limit_executions()
    # 25,000 take LocalStack a minute.
    monkeypatch.setattr(execution_limits, "HISTORY_LIMIT", 250)
    program, _ = AmazonStateLanguageParser.parse(json.dumps(LOOP))
    environment = Environment(
        aws_execution_details=AWSExecutionDetails("000000000000", "eu-central-1", "role"),
        execution_type=StateMachineType.STANDARD,
        context={"Execution": {"Input": {}}, "StateMachine": {}},
        event_history_context=EventHistoryContext.of_program_start(),
        cloud_watch_logging_session=None,
        activity_store={},
    )
    program.eval(environment)
    state = environment.program_state()
    assert isinstance(state, ProgramError)
    assert "maximum number of history events (250)" in state.error["cause"]
    history = environment.event_manager.get_event_history()
    assert (len(history), history[-1]["type"]) == (250, "ExecutionFailed")
