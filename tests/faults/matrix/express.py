"""The pipeline as an Express workflow: no service knows of its runs but the one that waits."""

from datetime import UTC, datetime, timedelta

from functions.common.claims import Claim, Claims
from tests.faults.matrix.arrival import ALL_RUN, ONE_RUN, queue_is_empty
from tests.faults.matrix.calls import invokes
from tests.faults.matrix.events import announce
from tests.faults.matrix.registry import fault
from tests.faults.matrix.stage import PATIENCE, Stage, Version
from tests.faults.matrix.telling import BROKEN, TOLD
from tests.faults.proxy.answers import ServiceError
from tests.faults.proxy.faults import Delay, Hold, KillCaller, LoseResponse, Refuse
from tests.integration import files
from tests.wait import wait_until

TRIES = 4
"""How often a call asks for an execution that is throttled."""


@fault("Express: events that repeat", ONE_RUN, style="express")
def duplicates(stage: Stage) -> None:
    held = stage.strike("lambda", "Invoke", hold := Hold(), where=invokes("validate-file"))
    one = stage.csv()
    held.wait()
    claims = stage.strike("dynamodb", "PutItem", Delay(0), times=2)
    announce(stage, one)
    announce(stage, one)
    claims.wait(2)
    hold.release()
    run = stage.ended(one, "SUCCESS")
    announce(stage, one)
    queue_is_empty(stage)
    assert stage.run(one) == run


@fault("Express: throttled at every try", ALL_RUN, style="express")
def throttled(stage: Stage) -> None:
    error = ServiceError(400, "ThrottlingException")
    refused = stage.strike("states", "StartSyncExecution", Refuse(error), times=TRIES)
    stage.ended(stage.csv(), "SUCCESS")
    assert refused.is_spent


@fault("Express: answer lost", "A second run publishes the same and tells nothing", style="express")
def answer_lost(stage: Stage) -> None:
    stage.strike("states", "StartSyncExecution", fault := LoseResponse())
    one = stage.csv()
    wait_until(lambda: fault.lost, PATIENCE, "the answer that is lost", 0.5)
    outlive(stage, one)
    stage.ended(one, "SUCCESS")


@fault("Express: end that nobody was told", TOLD, style="express")
def untold(stage: Stage) -> None:
    refused = stage.strike("sns", "Publish", Refuse(BROKEN), times=None)
    one = stage.csv()

    def let_go() -> bool:
        found = claim(stage, one)
        return found is not None and found.free_from is not None

    wait_until(let_go, PATIENCE, "an end of which nobody was told", 0.5)
    stage.world.proxy.remove(refused)
    stage.ended(one, "SUCCESS")


@fault("Express: broken file in a batch", ALL_RUN, style="express")
def broken_file(stage: Stage) -> None:
    good = [stage.csv(f"{number}.csv") for number in range(6)]
    broken = stage.put("broken.csv", files.BROKEN_CSV)
    stage.ended(broken, "INVALID")
    for one in good:
        stage.ended(one, "SUCCESS")


# A call has a batch of messages, so that others are killed with this one.
@fault("Express: trigger killed after the start", ONE_RUN, style="express", alone=True)
def trigger_killed(stage: Stage) -> None:
    killed = stage.strike("states", "StartSyncExecution", KillCaller(after=True))
    one = stage.csv()
    killed.wait()
    name = stage.name_of(one)
    wait_until(
        lambda: any(
            f"{name}:SUCCESS" == note.notification_id for note in stage.world.watch.evidence().notes
        ),
        PATIENCE,
        "the end of the execution that nobody waits for",
        0.5,
    )
    outlive(stage, one)
    stage.ended(one, "SUCCESS")


def claim(stage: Stage, one: Version) -> Claim | None:
    """Return the claim on a version."""
    world = stage.world
    return Claims(world.deployment.claims_table, world.aws.dynamodb).find(stage.name_of(one))


def outlive(stage: Stage, one: Version) -> None:
    """Let the claim be as old as it is when, in earnest, the message comes back."""
    found = claim(stage, one)
    assert found is not None
    assert found.execution_arn is None, "nobody heard the end"
    stage.world.aws.dynamodb.update_item(
        TableName=stage.world.deployment.claims_table,
        Key={"id": found.to_attributes()["id"]},
        UpdateExpression="SET claimed_at = :then",
        ExpressionAttributeValues={
            ":then": {"S": (datetime.now(UTC) - timedelta(hours=1)).isoformat()}
        },
    )
