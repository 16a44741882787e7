"""What a person reads: which file, what happened, why, what to do, and where to look."""

import pytest

from tests.integration import files
from tests.integration.pipeline import Ended, Pipeline
from tools.inbox import Notification


@pytest.fixture(scope="module")
def pipeline(auto_pipeline: Pipeline) -> Pipeline:
    """The quickest one: what is told of a file does not depend on who processed it."""
    return auto_pipeline


@pytest.fixture(scope="module")
def ended(pipeline: Pipeline) -> dict[str, Ended]:
    bodies = {
        "SUCCESS": ("notes/good.csv", files.CSV),
        "INVALID": ("notes/bad.csv", files.BROKEN_CSV),
        "FAILURE": ("notes/late.csv", files.contradicted_csv().body),
    }
    uploads = {kind: pipeline.upload(key, body) for kind, (key, body) in bodies.items()}
    return {kind: pipeline.ended(upload) for kind, upload in uploads.items()}


@pytest.mark.parametrize("kind", ["SUCCESS", "INVALID", "FAILURE"])
def test_each_outcome_is_announced_once_and_in_full(
    pipeline: Pipeline, ended: dict[str, Ended], kind: str
) -> None:
    one = ended[kind]
    assert one.outcome.kind == kind, one
    note = pipeline.notification(one)
    assert note.attributes["outcome"] == kind
    assert note.subject.isascii()
    assert 0 < len(note.subject) <= 100
    assert f"s3://{pipeline.deployment.source_bucket}/notes/" in note.body
    # The console's page of this very execution.
    assert f"#/v2/executions/details/{one.progress.arn}" in note.body


def test_success_says_what_was_written_and_where(
    pipeline: Pipeline, ended: dict[str, Ended]
) -> None:
    note = pipeline.notification(ended["SUCCESS"])
    assert "5 rows" in note.body
    assert str(ended["SUCCESS"].outcome.manifest_uri) in note.body


def test_invalid_says_what_is_wrong_where_and_what_to_do(
    pipeline: Pipeline, ended: dict[str, Ended]
) -> None:
    note = pipeline.notification(ended["INVALID"])
    reason = ended["INVALID"].validation["reason"]
    assert reason["message"] in note.body
    assert "line 4" in note.body.lower()
    assert "upload" in note.body


def test_a_subscriber_may_choose_outcomes(pipeline: Pipeline) -> None:
    aws, topic = pipeline.aws, pipeline.deployment.topic_arn
    name = f"{topic.rpartition(':')[2]}-failures"
    queue = aws.sqs.create_queue(QueueName=name)["QueueUrl"]
    arn = aws.sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])
    aws.sns.subscribe(
        TopicArn=topic,
        Protocol="sqs",
        Endpoint=arn["Attributes"]["QueueArn"],
        Attributes={"FilterPolicy": '{"outcome": ["INVALID"]}'},
    )
    good = pipeline.upload("chosen/good.csv", files.CSV)
    bad = pipeline.ended(pipeline.upload("chosen/bad.csv", b""))
    seen = [pipeline.notification(bad), pipeline.notification(pipeline.ended(good))]
    assert [note.attributes["outcome"] for note in seen] == ["INVALID", "SUCCESS"]
    messages = aws.sqs.receive_message(
        QueueUrl=queue, MaxNumberOfMessages=10, WaitTimeSeconds=20
    ).get("Messages", [])
    assert [Notification.parse(item["Body"]).attributes["outcome"] for item in messages] == [
        "INVALID"
    ]
