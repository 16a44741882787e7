"""The queue that listens to a topic."""

from collections.abc import Iterator

import pytest
from moto import mock_aws

from tools.aws import Aws
from tools.inbox import Inbox


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[Aws]:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with mock_aws():
        yield Aws(None, "us-east-1")


def test_hears_the_topic_and_keeps_what_it_heard(aws: Aws) -> None:
    topic = aws.sns.create_topic(Name="t")["TopicArn"]
    inbox = Inbox.subscribe(aws, topic, "inbox")
    for name in ("a-1", "b-2"):
        aws.sns.publish(
            TopicArn=topic,
            Subject="Done",
            Message=f"Execution {name} is over",
            MessageAttributes={"outcome": {"DataType": "String", "StringValue": "SUCCESS"}},
        )
    (found,) = inbox.about("a-1")
    assert found.subject == "Done"
    assert found.attributes == {"outcome": "SUCCESS"}
    assert len(inbox.heard()) == 2
    assert inbox.about("b-2")


def test_two_topics_do_not_share_a_queue(aws: Aws) -> None:
    topics = [aws.sns.create_topic(Name=name)["TopicArn"] for name in ("one", "two")]
    inboxes = [Inbox.subscribe(aws, topic, "inbox") for topic in topics]
    for topic in topics:
        aws.sns.publish(TopicArn=topic, Message=topic)
    assert [[note.body for note in inbox.heard()] for inbox in inboxes] == [[t] for t in topics]


def test_subscribing_twice_hears_once(aws: Aws) -> None:
    topic = aws.sns.create_topic(Name="t")["TopicArn"]
    Inbox.subscribe(aws, topic, "inbox")
    inbox = Inbox.subscribe(aws, topic, "inbox")
    aws.sns.publish(TopicArn=topic, Message="x")
    assert len(inbox.heard()) == 1
