"""Executions that end without a word are told of, and what could not be done is not lost."""

import json
import time
from uuid import uuid4

from tests.integration.configured import no_second_try, throttled
from tests.integration.pipeline import Ended, Pipeline
from tests.integration.test_trigger import eventbridge_event, executions_of
from tests.wait import wait_until
from tools.redrive import DeadLetterQueue, put_back, queues


def dead_letters(pipeline: Pipeline, function: str) -> DeadLetterQueue:
    (queue,) = queues(pipeline.aws, pipeline.deployment, function)
    return queue


def stopped(pipeline: Pipeline, key: str) -> Ended:
    """An execution that somebody stops, with a reason."""
    deployment = pipeline.deployment
    with throttled(pipeline.aws, deployment.function_names["validate_file"]):
        arn = pipeline.start({"bucket": deployment.source_bucket, "key": key})
        pipeline.aws.step_functions.stop_execution(
            executionArn=arn, error="Maintenance", cause="the network is rebuilt"
        )
    ended = pipeline.end_of(arn)
    assert ended.progress.status == "ABORTED"
    return ended


def test_an_execution_that_is_stopped_is_told_of_once(pipeline: Pipeline) -> None:
    ended = stopped(pipeline, "dead/stopped.csv")
    note = pipeline.notification(ended)
    assert note.attributes["outcome"] == "FAILURE"
    assert note.attributes["notification_id"] == f"{ended.progress.name}:0"
    assert "The execution was stopped" in note.body
    assert "Maintenance: the network is rebuilt" in note.body
    assert "dead/stopped.csv" in note.body


def test_what_could_not_be_told_is_told_after_a_redrive(pipeline: Pipeline) -> None:
    aws, deployment = pipeline.aws, pipeline.deployment
    queue = dead_letters(pipeline, "send_notification")
    assert queue.count() == 0
    names = deployment.function_names
    hangs = {"state": {"S": "SENDING"}, "until": {"N": str(time.time() + 3600)}}
    with no_second_try(aws, names["send_notification"]):
        with throttled(aws, names["validate_file"]):
            arn = pipeline.start({"bucket": deployment.source_bucket, "key": "dead/untold.csv"})
            # An invocation took the message on and hangs: no other may send.
            note = {"id": {"S": f"notification#{arn}#0"}}
            aws.dynamodb.put_item(TableName=deployment.claims_table, Item={**note, **hangs})
            aws.step_functions.stop_execution(executionArn=arn)
        wait_until(lambda: queue.count() == 1, 120, "the dead letter", interval=0.5)
    ended = pipeline.end_of(arn)
    (letter,) = queue.look()
    assert letter.subject == f"execution {ended.progress.name} ABORTED"
    assert "Another invocation is sending" in letter.reason
    assert pipeline.notifications(ended) == []
    aws.dynamodb.delete_item(TableName=deployment.claims_table, Key=note)
    assert put_back(deployment, queue) == 1
    assert "The execution was stopped" in pipeline.notification(ended).body
    assert queue.count() == 0


def test_events_go_back_to_the_queue_that_they_were_for(pipeline: Pipeline) -> None:
    aws, deployment = pipeline.aws, pipeline.deployment
    queue = dead_letters(pipeline, "trigger_pipeline")
    key = f"dead/{uuid4().hex}.csv"
    bucket = deployment.artifacts_bucket
    version = aws.s3.put_object(Bucket=bucket, Key=key, Body=b"")["VersionId"]
    event = eventbridge_event(
        {
            "bucket": bucket,
            "key": key,
            "size": 0,
            "etag": "e",
            "version_id": version,
            "sequencer": "0A",
        }
    )
    # As EventBridge leaves it there, with its reason in attributes:
    # https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html
    aws.sqs.send_message(
        QueueUrl=queue.url,
        MessageBody=json.dumps(event),
        MessageAttributes={
            "ERROR_CODE": {"DataType": "String", "StringValue": "NO_PERMISSIONS"},
            "ERROR_MESSAGE": {"DataType": "String", "StringValue": "the queue's policy"},
        },
    )
    (letter,) = queue.look()
    assert (letter.subject, letter.reason) == (
        f"s3://{bucket}/{key} (version {version})",
        "NO_PERMISSIONS: the queue's policy",
    )
    assert queue.count() == 1, "looked at, and still there"
    assert put_back(deployment, queue) == 1
    (arn,) = wait_until(lambda: executions_of(pipeline, key), 120, "the execution", interval=0.5)
    assert pipeline.end_of(arn).outcome.kind == "INVALID"
    assert queue.count() == 0
