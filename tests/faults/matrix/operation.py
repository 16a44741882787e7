"""What people do while files are on their way: stop a run, deploy anew."""

import json

from tests.faults.matrix.calls import invokes, of_part
from tests.faults.matrix.functions import is_updated
from tests.faults.matrix.registry import fault
from tests.faults.matrix.stage import Stage
from tests.faults.proxy.faults import Hold, KillCaller
from tests.integration.conftest import ROOT


@fault("execution stopped by a person", "What was stopped is told, once, though no state can")
def stopped_by_a_person(stage: Stage) -> None:
    held = stage.strike("lambda", "Invoke", Hold(), where=invokes("validate-file"))
    one = stage.csv()
    held.wait()
    run = stage.started(one)
    stage.world.aws.step_functions.stop_execution(executionArn=run.arn, cause="by a person")
    assert stage.ended(one, "FAILURE").status == "ABORTED"


@fault("new version deployed mid-run", "An open run goes on, by what it was started with")
def deployed_mid_run(stage: Stage) -> None:
    held = stage.strike("lambda", "Invoke", hold := Hold(), where=invokes("publish-output"))
    one = stage.csv()
    held.wait()
    aws, machine = stage.world.aws, stage.world.deployment.state_machine_arn
    definition = aws.step_functions.describe_state_machine(stateMachineArn=machine)["definition"]
    changed = json.loads(definition)
    # In the new definition a validated file would go nowhere good.
    changed["States"]["PublishOutput"]["Next"] = "NotifyFailure"
    aws.step_functions.update_state_machine(stateMachineArn=machine, definition=json.dumps(changed))
    aws.step_functions.update_state_machine(stateMachineArn=machine, definition=definition)
    name = stage.world.names["send_notification"]
    package = (ROOT / "dist/functions/send_notification.zip").read_bytes()
    aws.functions.update_function_code(FunctionName=name, ZipFile=package)
    is_updated(stage, name)
    hold.release()
    stage.ended(one, "SUCCESS")


@fault("old attempts swept", "What a manifest names stays, whatever its age", alone=True)
def attempts_swept(stage: Stage) -> None:
    killed = stage.strike("s3", "PutObject", KillCaller(after=True), where=of_part)
    stage.ended(stage.csv(), "SUCCESS")
    assert killed.is_spent
    before = stage.processed("attempts")
    sweep_attempts(stage)
    after = stage.processed("attempts")
    orphaned = set(before) - set(after)
    assert len(orphaned) == 1, (before, after)
    assert "/part-" in orphaned.pop()


def sweep_attempts(stage: Stage) -> None:
    """Let the sweep tick once, with every attempt old enough."""
    functions, name = stage.world.aws.functions, stage.world.names["sweep_attempts"]
    variables = functions.get_function_configuration(FunctionName=name)["Environment"]["Variables"]
    young = {**variables, "ATTEMPT_SECONDS": "1"}
    functions.update_function_configuration(FunctionName=name, Environment={"Variables": young})
    is_updated(stage, name)
    answer = functions.invoke(FunctionName=name, Payload=b"{}")
    assert "FunctionError" not in answer, answer["Payload"].read()
