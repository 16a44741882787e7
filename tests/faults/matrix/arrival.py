"""Between S3 and the execution: events that repeat, get lost or out of order; starts cut off."""

import json

from tests.faults.matrix.calls import invokes, to_trigger
from tests.faults.matrix.events import announce, discard, redrive, send, sweep
from tests.faults.matrix.registry import fault
from tests.faults.matrix.stage import Stage
from tests.faults.proxy.answers import ServiceError
from tests.faults.proxy.faults import (
    Duplicate,
    Hold,
    KillCaller,
    LoseResponse,
    Refuse,
    Swallow,
)
from tests.integration import files
from tests.wait import wait_until

ONE_RUN = "One run per object version"
ALL_RUN = "Every object version has a run"


@fault("duplicate event while open", ONE_RUN)
def duplicate_while_open(stage: Stage) -> None:
    held = stage.strike("lambda", "Invoke", hold := Hold(), where=invokes("validate-file"))
    one = stage.csv()
    held.wait()
    assert stage.started(one).outcome is None
    announce(stage, one)
    announce(stage, one)
    queue_is_empty(stage)
    hold.release()
    stage.ended(one, "SUCCESS")


@fault("duplicate event after close", ONE_RUN)
def duplicate_after_close(stage: Stage) -> None:
    one = stage.csv()
    stage.ended(one, "SUCCESS")
    announce(stage, one)
    announce(stage, one)
    queue_is_empty(stage)


@fault("event delivered twice on its way", ONE_RUN)
def delivered_twice(stage: Stage) -> None:
    doubled = stage.strike("sqs", "SendMessage", Duplicate(), where=to_trigger)
    one = stage.csv()
    stage.ended(one, "SUCCESS")
    assert doubled.is_spent


@fault("same name with other input", "A name's claim is good for its own object version alone")
def same_name_with_other_input(stage: Stage) -> None:
    """Somebody else's execution has the name; what arrives goes to the dead letters, not lost."""
    swallowed = stage.strike("sqs", "SendMessage", Swallow(), where=to_trigger)
    one = stage.csv()
    swallowed.wait()
    machine = stage.world.deployment.state_machine_arn
    other = {"bucket": stage.world.deployment.source_bucket, "key": stage.key("other.csv")}
    stage.world.aws.step_functions.start_execution(
        stateMachineArn=machine, name=stage.name_of(one), input=json.dumps(other)
    )
    stage.expect(by_hand=frozenset({stage.name_of(one)}))
    announce(stage, one)
    letter = wait_until(
        lambda: [each for each in stage.evidence().dead_letters if one.version in each.body],
        120,
        "the event among the dead letters",
        1.0,
    )[0]
    assert letter.hop == "trigger_pipeline"
    # A person sends the file again, as the error says; the version that had no run is taken away.
    discard(stage, letter.hop, one.version)
    stage.world.aws.dynamodb.delete_item(
        TableName=stage.world.deployment.claims_table,
        Key={"id": {"S": f"execution#{stage.name_of(one)}"}},
    )
    stage.world.aws.s3.delete_object(
        Bucket=stage.world.deployment.source_bucket, Key=one.key, VersionId=one.version
    )
    stage.ended(stage.csv(), "SUCCESS")


@fault("reordered versions", "An older version never overwrites a newer one's output")
def reordered_versions(stage: Stage) -> None:
    swallowed = stage.strike("sqs", "SendMessage", Swallow(), where=to_trigger)
    older = stage.csv()
    swallowed.wait()
    newer = stage.csv()
    stage.ended(newer, "SUCCESS")
    announce(stage, older)
    stage.ended(older, "SUPERSEDED")


@fault("two versions at once, the older one slower", "The newer version's output stays")
def older_is_slower(stage: Stage) -> None:
    held = stage.strike("lambda", "Invoke", hold := Hold(), where=invokes("publish-output"))
    older = stage.csv()
    held.wait()
    newer = stage.csv()
    stage.ended(newer, "SUCCESS")
    hold.release()
    stage.ended(older, "SUPERSEDED")


@fault("dropped event, then the sweep", ALL_RUN, alone=True)
def dropped_event(stage: Stage) -> None:
    swallowed = stage.strike("sqs", "SendMessage", Swallow(), where=to_trigger)
    one = stage.csv()
    swallowed.wait()
    # The first tick may find the file too young; the next one does not.
    wait_until(lambda: sweep(stage) or stage.run(one), 120, "the sweep to find the file", 2.0)
    stage.ended(one, "SUCCESS")


@fault("overlapping schedule ticks", ONE_RUN, alone=True)
def overlapping_ticks(stage: Stage) -> None:
    swallowed = stage.strike("sqs", "SendMessage", Swallow(), times=3, where=to_trigger)
    lost = [stage.csv(f"{number}.csv") for number in range(3)]
    swallowed.wait(3)
    live = [stage.csv(f"live-{number}.csv") for number in range(3)]

    def all_found() -> bool:
        for _ in range(3):
            sweep(stage, wait=False)
        return all(stage.run(one) for one in lost)

    wait_until(all_found, 120, "the sweeps to find the files", 2.0)
    for one in [*lost, *live]:
        stage.ended(one, "SUCCESS")


@fault("trigger throttled", ALL_RUN)
def trigger_throttled(stage: Stage) -> None:
    refused = stage.strike(
        "lambda",
        "Invoke",
        Refuse(ServiceError(429, "TooManyRequestsException", "Rate Exceeded.")),
        times=2,
        where=invokes("trigger-pipeline"),
    )
    one = stage.csv()
    stage.ended(one, "SUCCESS")
    assert refused.is_spent


@fault("StartExecution throttled", ALL_RUN)
def start_throttled(stage: Stage) -> None:
    refused = stage.strike(
        "states",
        "StartExecution",
        Refuse(ServiceError(400, "ThrottlingException", "Rate exceeded")),
        times=6,
    )
    one = stage.csv()
    stage.ended(one, "SUCCESS")
    assert refused.is_spent


@fault("StartExecution's response lost", ONE_RUN)
def start_response_lost(stage: Stage) -> None:
    lost = stage.strike("states", "StartExecution", LoseResponse(), times=2)
    one = stage.csv()
    stage.ended(one, "SUCCESS")
    # The run goes on without its trigger, whose next try may come later than the run's end.
    lost.wait(times=2)


@fault("crash between claim and start", ONE_RUN)
def crash_between_claim_and_start(stage: Stage) -> None:
    killed = stage.strike("states", "StartExecution", KillCaller())
    one = stage.csv()
    stage.ended(one, "SUCCESS")
    assert killed.is_spent


@fault("crash after the start", ONE_RUN)
def crash_after_the_start(stage: Stage) -> None:
    killed = stage.strike("states", "StartExecution", KillCaller(after=True))
    one = stage.csv()
    stage.ended(one, "SUCCESS")
    assert killed.is_spent


@fault("claim's response lost", ONE_RUN)
def claim_response_lost(stage: Stage) -> None:
    lost = stage.strike("dynamodb", "PutItem", LoseResponse(), times=2)
    one = stage.csv()
    stage.ended(one, "SUCCESS")
    assert lost.is_spent


@fault("target denied, dead letter, replay", ALL_RUN, alone=True)
def target_denied(stage: Stage) -> None:
    denied = stage.strike(
        "sqs",
        "SendMessage",
        Refuse(ServiceError(403, "AccessDenied", "The queue's policy does not allow it.")),
        where=to_trigger,
    )
    one = stage.csv()
    denied.wait()
    wait_until(
        lambda: [each for each in stage.evidence().dead_letters if one.version in each.body],
        120,
        "the event among the dead letters",
        1.0,
    )
    redrive(stage, "trigger_pipeline")
    stage.ended(one, "SUCCESS")


@fault("poison message among good ones", "A bad event takes no good one with it")
def poison_message(stage: Stage) -> None:
    poison = f"{stage.folder}/ is no event"
    good = [stage.csv(f"{number}.csv") for number in range(2)]
    send(stage, poison)
    good += [stage.csv(f"{number}.csv") for number in range(2, 4)]
    for one in good:
        stage.ended(one, "SUCCESS")
    stage.expect(dead_letters=(("trigger_pipeline", poison),))


@fault("poison file among good ones", "A bad file takes no good one with it")
def poison_file(stage: Stage) -> None:
    good = [stage.csv(f"{number}.csv") for number in range(2)]
    bad = stage.put("bad.csv", files.BROKEN_CSV)
    good.append(stage.csv("2.csv"))
    for one in good:
        stage.ended(one, "SUCCESS")
    stage.ended(bad, "INVALID")


def queue_is_empty(stage: Stage) -> None:
    """Wait until the trigger has taken all events."""

    def empty() -> bool:
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        answer = stage.world.aws.sqs.get_queue_attributes(
            QueueUrl=stage.world.deployment.trigger_queue_url,
            AttributeNames=names,  # type: ignore[arg-type]
        )
        return not any(int(answer["Attributes"][name]) for name in names)

    wait_until(empty, 120, "the trigger to take all events", 0.5)
