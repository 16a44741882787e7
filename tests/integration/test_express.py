"""The pipeline as an Express workflow: the trigger waits for each file's end, and nothing is lost.

See docs/decisions/0014-express.md.
"""

import io
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pyarrow.parquet as pq
import pytest
from pyarrow import BufferReader
from rich.console import Console

from functions.common.claims import Claim, Claims
from functions.common.layout import Layout
from functions.common.manifests import Manifest
from functions.common.naming import execution_name
from functions.common.objects import ObjectVersion
from tests.faults.proxy.faults import KillCaller
from tests.faults.proxy.rules import On, Rule
from tests.faults.proxy.server import Proxy
from tests.integration import files
from tests.integration.allowed import not_allowed
from tests.integration.configured import environment
from tests.integration.conftest import ARCHITECTURE, ROOT
from tests.integration.pipeline import Pipeline
from tests.integration.rights import Rights
from tests.integration.terraform import Terraform
from tests.wait import wait_until
from tools import redrive_execution, run_history
from tools.aws import Aws
from tools.deployment import Deployment
from tools.executions import Progress, Upload
from tools.follow import executions_of
from tools.inbox import Inbox, Notification
from tools.outcomes import Outcome
from tools.redrive_execution import NotRedrivableError
from tools.replay import replay
from tools.run import run

PATIENCE = 300.0
GONE = "-that-is-gone"
"""What the name of a topic ends with to which a test sends in vain."""


@dataclass(frozen=True)
class Express:
    """The deployment, and what tests see of a file's way: claim, manifest, messages."""

    aws: Aws
    deployment: Deployment
    inbox: Inbox
    terraform: Terraform

    def upload(self, key: str, body: bytes) -> ObjectVersion:
        bucket = self.deployment.source_bucket
        version = self.aws.s3.put_object(Bucket=bucket, Key=key, Body=body)["VersionId"]
        return ObjectVersion(bucket, key, version)

    def claim(self, item: ObjectVersion) -> Claim | None:
        return Claims(self.deployment.claims_table, self.aws.dynamodb).find(execution_name(item))

    def ended(self, item: ObjectVersion) -> str:
        """Wait until the claim names the execution, which has ended then."""

        def arn() -> str | None:
            claim = self.claim(item)
            return claim.execution_arn if claim else None

        found = wait_until(arn, PATIENCE, lambda: f"the end of {item}", interval=0.5)
        assert found is not None
        return found

    def told(self, item: ObjectVersion, outcome: str) -> Notification:
        """Wait for the one message about a file."""
        name = execution_name(item)
        (note,) = wait_until(
            lambda: self.inbox.about(name), PATIENCE, f"a message about {name}", interval=0.5
        )
        assert note.attributes["outcome"] == outcome, note
        return note

    def manifest(self, item: ObjectVersion) -> Manifest:
        bucket = self.deployment.processed_bucket
        layout = Layout.of(bucket, item.bucket, item.key)
        return Manifest(self.aws.s3, bucket, layout.manifest_key)

    def rows(self, item: ObjectVersion) -> int:
        """Return how many rows are published."""
        manifest = self.manifest(item)
        body = self.aws.s3.get_object(Bucket=manifest.bucket, Key=manifest.key)["Body"].read()
        keys = [line.partition(f"{manifest.bucket}/")[2] for line in body.decode().split()]
        bodies = [self.aws.s3.get_object(Bucket=manifest.bucket, Key=key)["Body"] for key in keys]
        return sum(pq.read_table(BufferReader(body.read())).num_rows for body in bodies)

    def waiting(self) -> dict[str, int]:
        """Return how many messages the trigger's queue and its dead letters hold."""
        urls = {
            "queue": self.deployment.trigger_queue_url,
            "dead": self.deployment.trigger_dead_letter_queue_url,
        }
        counted = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        found = {
            name: self.aws.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=counted)  # type: ignore[arg-type]
            for name, url in urls.items()
        }
        return {
            name: sum(map(int, answer["Attributes"].values())) for name, answer in found.items()
        }

    def all_done(self) -> None:
        """Wait until nothing is on its way any more; assert that no letter is dead."""
        wait_until(lambda: not self.waiting()["queue"], PATIENCE, self.waiting, interval=0.5)
        assert self.waiting()["dead"] == 0

    def announce(self, item: ObjectVersion) -> None:
        """Send what EventBridge says of an object once more."""
        described = {"key": item.key, "version-id": item.version_id}
        event = {
            "source": "aws.s3",
            "detail-type": "Object Created",
            "detail": {"bucket": {"name": item.bucket}, "object": described},
        }
        url = self.deployment.trigger_queue_url
        self.aws.sqs.send_message(QueueUrl=url, MessageBody=json.dumps(event))


@pytest.fixture(scope="module")
def express(
    aws: Aws, packages: None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Express]:
    variables = {
        "endpoint_url": aws.endpoint_url,
        "architecture": ARCHITECTURE,
        "name_prefix": f"t{uuid4().hex[:5]}-",
        "orchestration": "express",
        "engine": "lambda",
    }
    terraform = Terraform(ROOT / "envs/local", variables, tmp_path_factory.mktemp("express"))
    terraform.init()
    terraform.apply()
    deployment = Deployment.from_outputs(terraform.outputs())
    yield Express(aws, deployment, Inbox.subscribe(aws, deployment.topic_arn, "inbox"), terraform)
    # A local AWS of our own ends with the session, and what is in it with it.
    if os.environ.get("AWS_ENDPOINT_URL"):
        terraform.destroy()


def test_files_are_published_and_told_once(express: Express) -> None:
    uploaded = {
        "people/people.csv": (files.CSV, len(files.PEOPLE)),
        "people/people.json": (files.JSON, len(files.PEOPLE)),
        **{
            f"many/{number}.csv": (b"id\n" + b"1\n" * (number + 1), number + 1)
            for number in range(8)
        },
    }
    items = {express.upload(key, body): rows for key, (body, rows) in uploaded.items()}
    for item, rows in items.items():
        arn = express.ended(item)
        name = execution_name(item)
        assert arn.split(":")[5] == "express"
        assert arn.split(":")[7] == name
        note = express.told(item, "SUCCESS")
        assert note.attributes["notification_id"] == f"{name}:SUCCESS"
        assert express.rows(item) == rows
    express.all_done()


def test_an_invalid_file_is_put_aside_and_told(express: Express) -> None:
    item = express.upload("people/broken.csv", files.BROKEN_CSV)
    express.ended(item)
    express.told(item, "INVALID")
    bucket = express.deployment.processed_bucket
    kept = Layout.of(bucket, item.bucket, item.key).quarantine_key(execution_name(item))
    listed = express.aws.s3.list_objects_v2(Bucket=bucket, Prefix=kept)["Contents"]
    assert {found["Key"] for found in listed} == {f"{kept}broken.csv", f"{kept}reason.json"}
    express.all_done()


def test_a_failure_is_told_by_the_machine_itself_and_is_no_dead_letter(express: Express) -> None:
    item = express.upload("people/contradicts.csv", files.contradicted_csv().body)
    express.ended(item)
    note = express.told(item, "FAILURE")
    assert "no bigint" in note.body
    assert "Redrive" not in note.body
    assert express.manifest(item).look() is None
    express.all_done()


def test_where_no_words_are_found_the_failure_is_told_plainly(express: Express) -> None:
    nowhere = f"{express.deployment.topic_arn}{GONE}"
    with environment(
        express.aws, express.deployment.function_names["send_notification"], TOPIC_ARN=nowhere
    ):
        item = express.upload("people/plain.csv", files.CSV)
        express.ended(item)
    note = express.told(item, "FAILURE")
    assert "could not be worded" in note.body
    assert note.attributes["notification_id"] == f"{execution_name(item)}:FAILURE"
    express.all_done()


def test_duplicates_start_nothing(express: Express) -> None:
    item = express.upload("people/twice.csv", files.CSV)
    arn = express.ended(item)
    published = express.manifest(item).look()
    for _ in range(3):
        express.announce(item)
    express.all_done()
    assert express.ended(item) == arn
    assert express.manifest(item).look() == published
    express.told(item, "SUCCESS")


def test_a_newer_version_stands_whichever_came_last(express: Express) -> None:
    older = express.upload("people/versions.csv", files.CSV)
    newer = express.upload("people/versions.csv", b"id\n1\n2\n")
    for item in (older, newer):
        express.ended(item)
    assert express.rows(newer) == 2
    express.told(newer, "SUCCESS")
    express.all_done()


@pytest.fixture
def deaf(express: Express) -> Iterator[None]:
    """The pipeline without ears: S3's events reach no rule."""
    rule = express.deployment.trigger_queue_url.rpartition("/")[2]
    express.aws.events.disable_rule(Name=rule)
    yield
    express.aws.events.enable_rule(Name=rule)


def test_a_file_that_no_event_announced_is_run_by_the_sweep(express: Express, deaf: None) -> None:
    item = express.upload("people/missed.csv", files.CSV)
    sweep = express.deployment.function_names["sweep_source"]
    with environment(express.aws, sweep, MIN_AGE_SECONDS="1"):

        def swept() -> Claim | None:
            express.aws.functions.invoke(FunctionName=sweep)
            return express.claim(item)

        found = wait_until(swept, PATIENCE, "the sweep's claim", interval=1)
    assert found is not None
    assert found.origin == "sweep"
    express.ended(item)
    express.told(item, "SUCCESS")


@pytest.fixture
def impatient(express: Express) -> Iterator[None]:
    """The trigger's messages come back after seconds, not after half an hour."""
    url = express.deployment.trigger_queue_url
    named = ["VisibilityTimeout"]
    before = express.aws.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=named)["Attributes"]  # type: ignore[arg-type]
    express.aws.sqs.set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": "10"})
    yield
    express.aws.sqs.set_queue_attributes(QueueUrl=url, Attributes=before)


def test_a_trigger_that_was_killed_is_made_good(express: Express, impatient: None) -> None:
    trigger = express.deployment.function_names["trigger_pipeline"]
    with (
        Proxy(str(express.aws.endpoint_url)) as proxy,
        environment(express.aws, trigger, AWS_ENDPOINT_URL=proxy.endpoint_url),
    ):
        killed = proxy.add(Rule(On("states", "StartSyncExecution"), KillCaller(after=True)))
        item = express.upload("people/killed.csv", files.CSV)
        killed.wait()
        # The execution goes on to its end; the trigger is gone before it hears of that.
        express.told(item, "SUCCESS")
        first, claim = express.manifest(item).look(), express.claim(item)
        assert first is not None
        assert claim is not None
        assert claim.execution_arn is None, "nobody heard the end"
        begun_earlier(express, claim)
        express.ended(item)
    second = express.manifest(item).look()
    assert second is not None
    assert second.provenance.version_id == first.provenance.version_id
    assert second.provenance.attempt_id != first.provenance.attempt_id
    assert express.rows(item) == len(files.PEOPLE)
    express.all_done()
    express.told(item, "SUCCESS")


def begun_earlier(express: Express, claim: Claim) -> None:
    """Let a claim be as old as it is when its message comes back."""
    express.aws.dynamodb.update_item(
        TableName=express.deployment.claims_table,
        Key={"id": claim.to_attributes()["id"]},
        UpdateExpression="SET claimed_at = :then",
        ExpressionAttributeValues={
            ":then": {"S": (datetime.now(UTC) - timedelta(hours=1)).isoformat()}
        },
    )


def test_the_tools_follow_a_run_by_its_claim_and_its_log(express: Express) -> None:
    item = express.upload("people/followed.csv", files.CSV)
    arn = express.ended(item)
    executions = executions_of(express.aws, express.deployment)
    assert executions.find(Upload(item.bucket, item.key, item.version_id, datetime.now(UTC))) == arn

    def over() -> Progress | None:
        found = executions.progress(arn)
        return found if found.is_over else None

    progress = wait_until(over, PATIENCE, "the log", interval=0.5)
    assert progress is not None
    assert Outcome.of(progress).kind == "SUCCESS"
    graph = run_history.find(express.aws, arn)
    assert graph.status == "SUCCEEDED"
    states = {step.name: step.state for step in graph.steps}
    assert states["ProcessFile"] == states["NotifySuccess"] == "SUCCEEDED"
    with pytest.raises(NotRedrivableError, match="make replay"):
        redrive_execution.find(express.aws, arn)


def test_make_run_shows_the_way_and_the_notification(express: Express) -> None:
    shown = io.StringIO()
    console = Console(file=shown, width=200)
    sample = files.SAMPLES / "people.csv"
    run(console, express.aws, express.deployment, sample, "people/by-hand.csv")
    text = shown.getvalue()
    for words in ("ValidateFile", "ProcessFile", "NotifySuccess", "SUCCESS", "[processed] by-hand"):
        assert words in text


def test_a_replay_is_run_and_marks_what_the_first_run_put_aside(express: Express) -> None:
    item = express.upload("people/again.csv", files.BROKEN_CSV)
    express.ended(item)
    followed = replay(express.aws, express.deployment, item.key, None, None)
    assert followed.arn is not None
    name = f"{execution_name(item)}-r1"
    assert followed.arn.split(":")[7] == name
    (note,) = wait_until(lambda: express.inbox.about(name), PATIENCE, f"a message about {name}")
    assert note.attributes["outcome"] == "INVALID"
    bucket = express.deployment.processed_bucket
    layout = Layout.of(bucket, item.bucket, item.key)
    tags = {
        run: express.aws.s3.get_object_tagging(
            Bucket=bucket, Key=f"{layout.quarantine_key(run)}again.csv"
        )["TagSet"]
        for run in (execution_name(item), name)
    }
    replayed = {"Key": "status", "Value": "replayed"}
    assert replayed in tags[execution_name(item)]
    assert replayed not in tags[name]


def test_the_trigger_may_run_this_machine_and_nothing_more(express: Express) -> None:
    pipeline = Pipeline(express.aws, express.deployment, express.inbox)
    rights = Rights(pipeline)
    machine, execution = rights.places["machine"], rights.places["execution"]
    for function in ("trigger_pipeline", "sweep_source"):
        policies = rights.of(function)
        assert policies.allows("states:StartSyncExecution", machine)
        assert not policies.allows("states:StartSyncExecution", f"{machine}-of-others")
        assert not policies.allows("states:StartExecution", machine)
        assert not policies.allows("states:DescribeExecution", execution)
    assert not rights.of("state machine").allows("states:StartSyncExecution", machine)


def test_a_second_plan_is_empty(express: Express) -> None:
    changes: list[Any] = express.terraform.plan()
    assert [change["address"] for change in changes] == []


@pytest.fixture
def soon(express: Express) -> Iterator[None]:
    """What is known to have failed comes back after a second, then two, four, eight."""
    trigger = express.deployment.function_names["trigger_pipeline"]
    with environment(express.aws, trigger, RETRY_SECONDS="1"):
        yield


def test_an_end_that_nobody_was_told_is_made_good_soon(express: Express, soon: None) -> None:
    """While the queue hides its messages for half an hour."""
    topic = express.deployment.topic_arn
    express.aws.sns.delete_topic(TopicArn=topic)
    item = express.upload("people/for-a-while.csv", files.CSV)

    def let_go() -> bool:
        claim = express.claim(item)
        return claim is not None and claim.free_from is not None

    wait_until(let_go, PATIENCE, "the end of which nobody was told", interval=0.5)
    express.aws.sns.create_topic(Name=topic.rpartition(":")[2])
    Inbox.subscribe(express.aws, topic, "inbox")  # the same queue again
    express.ended(item)
    express.told(item, "SUCCESS")
    assert express.rows(item) == len(files.PEOPLE)
    express.all_done()


@pytest.mark.skipif(
    "AWS_ENDPOINT_URL" in os.environ, reason="only the tests' own local AWS records calls"
)
def test_all_that_was_called_is_allowed(express: Express, call_log: Path) -> None:
    prefix = express.deployment.claims_table.partition("-")[0]
    told = [one for one in not_allowed(express.aws, f"{prefix}-", call_log) if GONE not in one]
    assert not told, "\n".join(told)


def test_what_nobody_could_be_told_lies_in_the_dead_letters(express: Express, soon: None) -> None:
    """The last one: the topic is gone after it, and two tries are all."""
    fewer(express, 2)
    express.aws.sns.delete_topic(TopicArn=express.deployment.topic_arn)
    item = express.upload("people/untold.csv", files.CSV)
    wait_until(lambda: express.waiting()["dead"] == 1, PATIENCE, express.waiting, interval=1)
    claim = express.claim(item)
    assert claim is not None
    assert claim.execution_arn is None, "so the sweep finds it, and so does the letter's redrive"


def fewer(express: Express, tries: int) -> None:
    """Give a message up after so many tries; each is an execution that tries again itself."""
    url = express.deployment.trigger_queue_url
    found = express.aws.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["RedrivePolicy"])
    policy = json.loads(found["Attributes"]["RedrivePolicy"]) | {"maxReceiveCount": tries}
    changed = {"RedrivePolicy": json.dumps(policy)}
    express.aws.sqs.set_queue_attributes(QueueUrl=url, Attributes=changed)
