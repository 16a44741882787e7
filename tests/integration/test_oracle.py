"""The oracle of the fault tests finds each broken promise, and nothing where all were kept.

The world that it looks at is made of real buckets, executions, queues and a real topic; only the
pipeline's own work is done by the tests, so that they can do it wrong.
"""

import io
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from uuid import uuid4

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.faults.oracle.judgement import Expected, violations
from tests.faults.oracle.quiet import Quiet
from tests.faults.oracle.reading import Places, Reader
from tests.wait import wait_until
from tools.aws import Aws
from tools.inbox import Inbox

# Ends as its input says.
MACHINE = {
    "StartAt": "End",
    "States": {
        "End": {
            "Type": "Choice",
            "Choices": [
                {"Variable": "$.outcome", "StringEquals": "FAILURE", "Next": "Failed"},
                {"Variable": "$.outcome", "StringEquals": "NEVER", "Next": "Open"},
            ],
            "Default": "Told",
        },
        "Told": {"Type": "Pass", "End": True},
        "Failed": {"Type": "Fail", "Error": "Pipeline.Some"},
        "Open": {"Type": "Wait", "Seconds": 600, "End": True},
    },
}


@dataclass(frozen=True)
class Version:
    key: str
    version: str

    @property
    def mark(self) -> str:
        return f"{self.key}@{self.version}"


@dataclass(frozen=True)
class Imitation:
    """A pipeline whose every step is a method."""

    aws: Aws
    places: Places
    topic: str
    reader: Reader

    def arrive(self, key: str) -> Version:
        put = self.aws.s3.put_object(Bucket=self.places.source_bucket, Key=key, Body=key.encode())
        return Version(key, put["VersionId"])

    def claim(self, one: Version, name: str, arn: str | None, origin: str = "event") -> None:
        texts = {"id": f"execution#{name}", "key": one.key, "version": one.version}
        texts |= {"origin": origin} | ({"execution_arn": arn} if arn else {})
        item = {attribute: {"S": text} for attribute, text in texts.items()}
        self.aws.dynamodb.put_item(TableName=self.places.claims_table, Item=item)

    def run(
        self, one: Version, outcome: str = "SUCCESS", attempt: str | None = None, name: str = ""
    ) -> str:
        """Run an execution to its end; return its name."""
        name = name or f"run-{uuid4().hex}"
        given = {
            "key": one.key,
            "version_id": one.version,
            "outcome": outcome,
            "publication": {"attempt_path": f"s3://x/{attempt}/"} if attempt else None,
        }
        arn = self.aws.step_functions.start_execution(
            stateMachineArn=self.places.state_machine_arn, name=name, input=json.dumps(given)
        )["executionArn"]
        if outcome != "NEVER":
            describe = self.aws.step_functions.describe_execution
            wait_until(
                lambda: describe(executionArn=arn)["status"] != "RUNNING", 60, f"the end of {arn}"
            )
        return name

    def arn(self, name: str) -> str:
        return f"{self.places.state_machine_arn.replace(':stateMachine:', ':execution:')}:{name}"

    def stage(self, one: Version, attempt: str, mark: str | None = None, rows: int = 3) -> str:
        """Write an attempt's file and its result; return the file's URI."""
        body = io.BytesIO()
        pq.write_table(pa.table({"id": range(rows), "mark": [mark or one.mark] * rows}), body)
        folder = f"attempts/data/{one.key}/{attempt}"
        bucket, key = self.places.processed_bucket, f"{folder}/part-0.parquet"
        self.aws.s3.put_object(Bucket=bucket, Key=key, Body=body.getvalue())
        result = json.dumps({"files": [{"key": key}]})
        self.aws.s3.put_object(Bucket=bucket, Key=f"{folder}/_result.json", Body=result.encode())
        return f"s3://{bucket}/{key}"

    def publish(
        self,
        one: Version,
        name: str,
        attempt: str,
        uris: list[str],
        *,
        manifest: str = "",
        rows: int = 3,
    ) -> None:
        told = {
            "source-version-id": one.version,
            "execution-name": name,
            "attempt-id": attempt,
            "rows": str(rows),
        }
        self.aws.s3.put_object(
            Bucket=self.places.processed_bucket,
            Key=f"processed/data/{manifest or one.key}.manifest",
            Body="".join(f"{uri}\n" for uri in uris).encode(),
            Metadata=told,
        )

    def notify(self, name: str, outcome: str = "SUCCESS", redrives: int = 0) -> None:
        attributes = {"notification_id": f"{name}:{redrives}", "outcome": outcome}
        self.aws.sns.publish(
            TopicArn=self.topic,
            Message=f"about {name}",
            MessageAttributes={
                key: {"DataType": "String", "StringValue": value}
                for key, value in attributes.items()
            },
        )

    def bury(self, hop: str, body: str) -> None:
        self.aws.sqs.send_message(QueueUrl=self.places.dead_letters[hop], MessageBody=body)

    def take_in(self, one: Version, outcome: str = "SUCCESS", attempt: str = "a1") -> str:
        """Do all that a pipeline does with a version, rightly; return the run's name."""
        name = self.run(one, outcome, attempt if outcome == "SUCCESS" else None)
        self.claim(one, name, self.arn(name))
        if outcome == "SUCCESS":
            self.publish(one, name, attempt, [self.stage(one, attempt)])
        self.notify(name, outcome)
        return name

    def judge(self, expected: Expected | None = None) -> list[str]:
        # Messages of a topic reach its queue a moment later.
        return Quiet(self.reader, (), looks=2, pause=0.1).judge(expected, patience=0.5)


@pytest.fixture
def world(aws: Aws) -> Iterator[Imitation]:
    name = f"oracle-{uuid4().hex[:12]}"
    source, processed = f"{name}-source", f"{name}-processed"
    for bucket in (source, processed):
        aws.s3.create_bucket(Bucket=bucket)
    aws.s3.put_bucket_versioning(Bucket=source, VersioningConfiguration={"Status": "Enabled"})
    aws.dynamodb.create_table(
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
    )
    machine = aws.step_functions.create_state_machine(
        name=name, definition=json.dumps(MACHINE), roleArn="arn:aws:iam::000000000000:role/any"
    )["stateMachineArn"]
    topic = aws.sns.create_topic(Name=name)["TopicArn"]
    queue = aws.sqs.create_queue(QueueName=f"{name}-failed")["QueueUrl"]
    places = Places(source, processed, machine, name, {"new-files": queue})
    inbox = Inbox.subscribe(aws, topic, "inbox")
    yield Imitation(aws, places, topic, Reader(aws, places, inbox))
    aws.step_functions.delete_state_machine(stateMachineArn=machine)
    aws.dynamodb.delete_table(TableName=name)
    for url in aws.sqs.list_queues(QueueNamePrefix=name).get("QueueUrls", []):
        aws.sqs.delete_queue(QueueUrl=url)
    aws.sns.delete_topic(TopicArn=topic)


def only(found: list[str], *words: str) -> None:
    """Assert that the oracle says one thing, and that it is this."""
    assert len(found) == 1, found
    assert all(word in found[0] for word in words), found


def test_kept_promises_are_no_violations(world: Imitation) -> None:
    for number in range(3):
        world.take_in(world.arrive(f"good-{number}"))
    world.take_in(world.arrive("bad"), "INVALID")
    world.take_in(world.arrive("late"), "FAILURE")
    twice = world.arrive("twice"), world.arrive("twice")
    for attempt, version in enumerate(twice):
        world.take_in(version, attempt=f"a{attempt}")
    # A zombie of the older version wrote to its end, and nobody named it.
    world.stage(twice[0], "zombie")
    world.bury("new-files", "no event")
    newer = twice[1]
    expected = Expected(
        dead_letters=(("new-files", "no event"),), marks={(newer.key, newer.version): newer.mark}
    )
    assert world.judge(expected) == []


def test_a_lost_file(world: Imitation) -> None:
    one = world.arrive("lost")
    found = world.judge()
    assert len(found) == 2, found
    assert found[0].startswith("lost: lost (version")
    assert "0 claims" in found[1]
    world.take_in(one)
    assert world.judge() == []


def test_a_version_that_was_deleted_must_have_had_its_run(world: Imitation) -> None:
    one = world.arrive("deleted")
    world.aws.s3.delete_object(
        Bucket=world.places.source_bucket, Key=one.key, VersionId=one.version
    )
    assert world.judge() == []
    assert len(world.judge(Expected(vanished=frozenset({(one.key, one.version)})))) == 2


def test_a_version_with_two_runs(world: Imitation) -> None:
    one = world.arrive("doubled")
    world.take_in(one)
    second = world.run(one, attempt="a1")
    world.notify(second)
    only(world.judge(), "twice:", "2 runs", second)


def test_a_second_run_by_hand_or_by_replay_is_no_violation(world: Imitation) -> None:
    one = world.arrive("again")
    world.take_in(one)
    by_hand, replay = world.run(one, attempt="a1"), world.run(one, attempt="a1")
    world.claim(one, replay, world.arn(replay), "replay")
    for name in (by_hand, replay):
        world.notify(name)
    assert world.judge(Expected(by_hand=frozenset({by_hand}))) == []


def test_a_claim_that_was_never_started(world: Imitation) -> None:
    one = world.arrive("claimed")
    name = world.run(one, "INVALID")
    world.claim(one, name, None)
    world.notify(name, "INVALID")
    only(world.judge(), "never started")


def test_a_claim_on_a_run_that_does_not_exist(world: Imitation) -> None:
    one = world.arrive("claimed")
    world.take_in(one)
    world.claim(one, "nobody", world.arn("nobody"), "replay")
    only(world.judge(), "does not exist")


def test_a_run_about_nothing_that_arrived(world: Imitation) -> None:
    name = world.run(Version("never", "0123456789"), "INVALID")
    world.notify(name, "INVALID")
    only(world.judge(), "never arrived")


def test_a_run_that_is_open(world: Imitation) -> None:
    one = world.arrive("open")
    name = world.run(one, "NEVER")
    world.claim(one, name, world.arn(name))
    only(violations(world.reader.evidence()), "still open")
    with pytest.raises(AssertionError, match=name):
        Quiet(world.reader, (), pause=0.1).wait(timeout=1)
    world.aws.step_functions.stop_execution(executionArn=world.arn(name))
    world.notify(name, "FAILURE")
    assert world.judge() == []


def test_a_double_output(world: Imitation) -> None:
    one = world.arrive("twofold")
    name = world.take_in(one)
    world.publish(one, name, "a1", [world.stage(one, "a1")], manifest="elsewhere")
    only(world.judge(), "double output", "2 manifests")


def test_an_output_beside_the_manifests(world: Imitation) -> None:
    world.take_in(world.arrive("good"))
    world.aws.s3.put_object(
        Bucket=world.places.processed_bucket, Key="processed/data/part-0.parquet", Body=b"rows"
    )
    only(world.judge(), "part-0.parquet", "no manifest")


def test_a_lost_output(world: Imitation) -> None:
    one = world.arrive("unpublished")
    name = world.run(one, attempt="a1")
    world.claim(one, name, world.arn(name))
    world.stage(one, "a1")
    world.notify(name)
    only(world.judge(), "lost output", "no manifest")


def test_a_file_that_a_manifest_names_and_that_is_gone(world: Imitation) -> None:
    one = world.arrive("swept")
    world.take_in(one)
    for file in ("part-0.parquet", "_result.json"):
        world.aws.s3.delete_object(
            Bucket=world.places.processed_bucket, Key=f"attempts/data/{one.key}/a1/{file}"
        )
    found = "\n".join(world.judge())
    assert "names what is not there" in found
    assert "holds 0 rows and tells of 3" in found


def test_an_attempt_without_a_result(world: Imitation) -> None:
    one = world.arrive("halfway")
    world.take_in(one)
    world.aws.s3.delete_object(
        Bucket=world.places.processed_bucket, Key=f"attempts/data/{one.key}/a1/_result.json"
    )
    only(world.judge(), "unfinished attempt")


def test_another_runs_files_are_visible(world: Imitation) -> None:
    one = world.arrive("mixed")
    name = world.run(one, attempt="a1")
    world.claim(one, name, world.arn(name))
    uris = [world.stage(one, "a1"), world.stage(one, "zombie")]
    world.publish(one, name, "a1", uris, rows=6)
    world.notify(name)
    only(world.judge(), "another run's files", "zombie")


def test_another_versions_rows_are_visible(world: Imitation) -> None:
    one = world.arrive("stale")
    name = world.run(one, attempt="a1")
    world.claim(one, name, world.arn(name))
    world.publish(one, name, "a1", [world.stage(one, "a1", mark="an older version")])
    world.notify(name)
    expected = Expected(marks={(one.key, one.version): one.mark})
    only(world.judge(expected), "holds rows of ['an older version']")


def test_a_published_attempt_that_the_run_did_not_wait_for(world: Imitation) -> None:
    one = world.arrive("zombie")
    name = world.run(one, attempt="a1")
    world.claim(one, name, world.arn(name))
    world.publish(one, name, "a2", [world.stage(one, "a2")])
    world.notify(name)
    only(world.judge(), "shows attempt a2")


def test_an_output_of_a_run_that_failed(world: Imitation) -> None:
    one = world.arrive("failed")
    name = world.take_in(one, "FAILURE")
    world.publish(one, name, "a1", [world.stage(one, "a1")])
    only(world.judge(), "did not succeed")


def test_a_superseded_older_version_is_visible(world: Imitation) -> None:
    older, newer = world.arrive("overwritten"), world.arrive("overwritten")
    world.take_in(newer, attempt="new")
    world.take_in(older, attempt="old")
    only(world.judge(), "published a newer version")


def test_a_run_that_gave_way_to_nothing(world: Imitation) -> None:
    older = world.arrive("overwritten")
    world.take_in(older, "SUPERSEDED")
    only(world.judge(), "gave way")
    world.take_in(world.arrive("overwritten"))
    assert world.judge() == []


def test_a_version_that_is_gone_has_the_place_that_the_test_knows(world: Imitation) -> None:
    older, newer = world.arrive("overwritten"), world.arrive("overwritten")
    world.take_in(newer)
    world.take_in(older, "SUPERSEDED")
    world.aws.s3.delete_object(
        Bucket=world.places.source_bucket, Key=newer.key, VersionId=newer.version
    )
    gone = Expected(vanished=frozenset({(newer.key, newer.version)}))
    only(world.judge(gone), "gave way")
    uploaded = {(one.key, one.version): place for place, one in enumerate((older, newer))}
    assert world.judge(gone | Expected(order=uploaded)) == []


def test_a_missing_notification(world: Imitation) -> None:
    one = world.arrive("silent")
    name = world.run(one, "INVALID")
    world.claim(one, name, world.arn(name))
    only(world.judge(), "untold", name)


def test_a_doubled_notification(world: Imitation) -> None:
    name = world.take_in(world.arrive("loud"))
    world.notify(name)
    only(world.judge(), "told twice", "came 2 times")
    assert world.judge(Expected(repeatable=frozenset({f"{name}:0"}))) == []


def test_a_notification_of_another_outcome(world: Imitation) -> None:
    one = world.arrive("misreported")
    name = world.run(one, "FAILURE")
    world.claim(one, name, world.arn(name))
    world.notify(name, "SUCCESS")
    only(world.judge(), "told as SUCCESS")


def test_a_notification_about_no_run(world: Imitation) -> None:
    world.notify("nobody")
    only(world.judge(), "about no run")


def test_an_unexpected_dead_letter(world: Imitation) -> None:
    world.bury("new-files", "an event")
    only(world.judge(), "unexpected dead letter of new-files: an event")
    assert world.judge(Expected(dead_letters=(("new-files", "event"),))) == []


def test_a_dead_letter_that_is_missing_or_comes_twice(world: Imitation) -> None:
    expected = Expected(dead_letters=(("new-files", "an event"),))
    only(world.judge(expected), "lacks a message about 'an event'")
    for _ in range(2):
        world.bury("new-files", "an event")
    only(world.judge(expected), "unexpected dead letter")


def test_evidence_about_a_folder_leaves_out_the_rest(world: Imitation) -> None:
    world.take_in(world.arrive("a/good"))
    world.arrive("b/lost")
    world.judge()
    evidence = world.reader.evidence()
    assert violations(evidence.about("a/")) == []
    assert len(violations(evidence.about("b/"))) == 2
    assert replace(evidence.about("a/"), dead_letters=()) != replace(evidence, dead_letters=())
