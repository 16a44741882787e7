"""Lambda: an event source mapping hears at once of a message in its queue.

"Lambda uses long polling to poll a queue until it becomes active."
https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html

A message is hidden for as long as its queue says when it is received, which may have changed since
the request for it came.
https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-visibility-timeout.html

LocalStack asks again and again whether there is a message, with pauses of half a second and more,
and takes a second's rest after each batch.
"""

from collections.abc import Callable
from contextlib import suppress
from typing import Any

from localstack.utils.patch import patch

_WAIT_SECONDS = 2
"""How long a request waits for a message. As long may a mapping take to be disabled or deleted."""


def poll_queues_long() -> None:
    """Let a request for messages wait for one, and the next follow it without a pause."""
    from localstack.services.lambda_.event_source_mapping.pollers import poller, sqs_poller

    _hide_as_long_as_the_queue_says()

    @patch(sqs_poller.SqsPoller.__init__)
    def begin(init: Callable[..., None], self: Any, *given: Any, **named: Any) -> None:
        init(self, *given, **named)
        # It waits so long for the first message, and not for a batch to be full.
        self.maximum_batching_window = self.maximum_batching_window or _WAIT_SECONDS

    @patch(sqs_poller.SqsPoller.poll_events)
    def poll_events(poll: Callable[..., None], self: Any) -> None:
        # A worker rests after a look that found nothing; this one has taken its time.
        with suppress(poller.EmptyPollResultsException):
            poll(self)


def _hide_as_long_as_the_queue_says() -> None:
    from localstack.services.sqs import models

    def receive(
        receive: Callable[..., Any],
        self: Any,
        num_messages: int = 1,
        wait_time_seconds: int | None = None,
        visibility_timeout: int | None = None,
        **more: Any,
    ) -> Any:
        before = self.visibility_timeout
        received = receive(self, num_messages, wait_time_seconds, visibility_timeout, **more)
        if visibility_timeout is None and self.visibility_timeout != before:
            for message in received.successful:
                message.update_visibility_timeout(self.visibility_timeout)
        return received

    patch(models.StandardQueue.receive)(receive)
    patch(models.FifoQueue.receive)(receive)
