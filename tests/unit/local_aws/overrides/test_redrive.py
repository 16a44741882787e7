"""https://docs.aws.amazon.com/step-functions/latest/dg/redrive-executions.html."""

from localstack.services.stepfunctions.asl.eval.environment import Environment
from localstack.services.stepfunctions.asl.eval.evaluation_details import AWSExecutionDetails
from localstack.services.stepfunctions.asl.eval.event.event_manager import EventHistoryContext

from local_aws.overrides.redrive import take_over


def environment() -> Environment:
    return Environment(
        aws_execution_details=AWSExecutionDetails("000000000000", "us-east-1", "role"),
        execution_type="STANDARD",
        context={"Execution": {"Input": {}}, "StateMachine": {}},
        event_history_context=EventHistoryContext.of_program_start(),
        cloud_watch_logging_session=None,
        activity_store={},
    )


def test_a_redriven_execution_keeps_its_variables_and_its_history() -> None:
    before, after = environment(), environment()
    before.variable_store.set("said", 'a "word"')
    before.event_manager.add_event(before.event_history_context, "ExecutionStarted")
    take_over(after, before)
    assert after.variable_store.get("said") == 'a "word"'
    # What was assigned before the redrive is not told again by the first state after it.
    assert after.variable_store.get_assigned_variables() == {}
    after.event_manager.add_event(after.event_history_context, "ExecutionRedriven")
    told = [
        (event["id"], event["previousEventId"], event["type"])
        for event in after.event_manager.get_event_history()
    ]
    assert told == [(1, 0, "ExecutionStarted"), (2, 1, "ExecutionRedriven")]


def test_what_the_former_environment_still_does_is_not_seen() -> None:
    before, after = environment(), environment()
    take_over(after, before)
    before.variable_store.set("late", 1)
    before.event_manager.add_event(before.event_history_context, "TaskSucceeded")
    assert after.event_manager.get_event_history() == []
    assert "late" not in after.variable_store.to_dict()
