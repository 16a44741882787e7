"""https://docs.aws.amazon.com/step-functions/latest/apireference/API_ExecutionListItem.html."""

import threading
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
from localstack.aws.api.stepfunctions import StateMachineType
from localstack.services.stepfunctions.backend.execution import Execution
from localstack.services.stepfunctions.backend.state_machine import StateMachineRevision

from local_aws.overrides.execution_starts import begin_executions_once

ARN = "arn:aws:states:eu-central-1:000000000000:stateMachine:one"


@pytest.fixture(scope="module", autouse=True)
def _once() -> None:
    begin_executions_once()


@pytest.fixture
def about_to_start() -> Execution:
    """Return an execution as others see it between its making and its start."""
    machine = StateMachineRevision(
        name="one",
        arn=ARN,
        definition="{}",
        role_arn="role",
        logging_config={},
        cloud_watch_logging_configuration=None,
        create_date=datetime.now(UTC),
    )
    return Execution(
        name="first",
        sm_type=StateMachineType.STANDARD,
        role_arn="role",
        exec_arn=ARN.replace("stateMachine", "execution") + ":first",
        account_id="000000000000",
        region_name="eu-central-1",
        state_machine=machine,
        start_date=datetime.now(UTC),
        cloud_watch_logging_session=None,
        activity_store={},
    )


def test_it_runs_for_whoever_sees_it(about_to_start: Execution) -> None:
    assert about_to_start.to_execution_list_item()["status"] == "RUNNING"
    assert about_to_start.to_describe_output()["status"] == "RUNNING"
    assert about_to_start.to_history_output() == {"events": []}


def test_a_stop_waits_for_it(about_to_start: Execution) -> None:
    stopped = threading.Event()
    worker = SimpleNamespace(env=object(), stop=lambda **_: stopped.set())
    begin = threading.Timer(0.1, setattr, (about_to_start, "exec_worker", worker))
    begin.start()
    about_to_start.stop(stop_date=datetime.now(UTC), error=None, cause=None)
    begin.join()
    assert stopped.is_set()
