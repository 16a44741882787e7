"""Events of S3, made by hand to come twice, late or in another order."""

import json

from tests.faults.matrix.stage import Stage, Version
from tests.integration.test_trigger import eventbridge_event
from tools.redrive import put_back, queues


def announce(stage: Stage, one: Version) -> None:
    """Send the event of a version into the trigger's queue (once more)."""
    bucket = stage.world.deployment.source_bucket
    head = stage.world.aws.s3.head_object(Bucket=bucket, Key=one.key, VersionId=one.version)
    event = eventbridge_event(
        {
            "bucket": bucket,
            "key": one.key,
            "size": head["ContentLength"],
            "etag": head["ETag"].strip('"'),
            "version_id": one.version,
            "sequencer": None,
        }
    )
    send(stage, json.dumps(event))


def send(stage: Stage, body: str) -> None:
    """Put a message into the trigger's queue."""
    stage.world.aws.sqs.send_message(
        QueueUrl=stage.world.deployment.trigger_queue_url, MessageBody=body
    )


def sweep(stage: Stage, *, wait: bool = True) -> None:
    """Let the sweep's schedule tick: at once, and asynchronously unless ``wait``."""
    answer = stage.world.aws.functions.invoke(
        FunctionName=stage.world.names["sweep_source"],
        InvocationType="RequestResponse" if wait else "Event",
        Payload=b"{}",
    )
    assert "FunctionError" not in answer, answer["Payload"].read()


def redrive(stage: Stage, function: str) -> None:
    """Put back what lies in a function's dead-letter queue, as ``make redrive`` does."""
    world = stage.world
    # A look at the queue hides its messages for a moment: none must be under way.
    with world.watch.paused():
        for queue in queues(world.aws, world.deployment, function):
            assert put_back(world.deployment, queue) > 0


def discard(stage: Stage, function: str, words: str) -> None:
    """Take one message out of a function's dead-letter queue: a person has seen to it."""
    sqs, queue = stage.world.aws.sqs, stage.world.deployment.dead_letter_queue_urls[function]
    with stage.world.watch.paused():
        messages = sqs.receive_message(
            QueueUrl=queue, MaxNumberOfMessages=10, VisibilityTimeout=5
        ).get("Messages", [])
        (found,) = (message for message in messages if words in message["Body"])
        sqs.delete_message(QueueUrl=queue, ReceiptHandle=found["ReceiptHandle"])
