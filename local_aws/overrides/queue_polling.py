"""Lambda: an event source mapping hears at once of a message in its queue.

"Lambda uses long polling to poll a queue until it becomes active."
https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html

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
