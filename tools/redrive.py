"""Dead letters: ``python -m tools.redrive [--queue FUNCTION | --all]`` shows and puts them back.

Each dead-letter queue belongs to a function. What lies in the one behind an SQS queue goes back
there, moved by SQS itself; what was sent to a function goes to the function again. A message is
deleted only after it has been handed on, so an interruption loses nothing; what comes twice is
known by its claim.
"""

import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from tools import command
from tools.aws import Aws
from tools.deployment import Deployment
from tools.errors import ToolError
from tools.letters import Letter
from tools.uncut import keep_cells, print_uncut

QUEUED = "trigger_pipeline"
"""The function that takes its events from a queue; the others are called."""

_SHOWN = 10
_POLL_SECONDS = 1.0
# Longer than it takes to call a function, so that nobody else is handed the message meanwhile.
_HOLD_SECONDS = 60


@dataclass(frozen=True)
class DeadLetterQueue:
    """The queue of what one function should have got."""

    aws: Aws
    function: str
    url: str

    def count(self) -> int:
        """Return about how many messages lie there."""
        return int(self._attribute("ApproximateNumberOfMessages"))

    def look(self, limit: int = _SHOWN) -> list[Letter]:
        """Read some messages and leave them where they are."""
        messages = list(self._received(limit))
        for message in messages:
            self.aws.sqs.change_message_visibility(
                QueueUrl=self.url, ReceiptHandle=message["ReceiptHandle"], VisibilityTimeout=0
            )
        return [Letter.parse(message) for message in messages]

    def move_to_queue(self, queue_url: str, *, pause: Callable[[float], None] = time.sleep) -> int:
        """Let SQS move everything to the queue, and wait for it; return how many there were.

        https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_StartMessageMoveTask.html
        """
        source = self._attribute("QueueArn")
        answer = self.aws.sqs.get_queue_attributes(QueueUrl=queue_url, AttributeNames=["QueueArn"])
        # Named, because what EventBridge put here has no queue that it came from.
        self.aws.sqs.start_message_move_task(
            SourceArn=source, DestinationArn=answer["Attributes"]["QueueArn"]
        )
        while True:
            task = self.aws.sqs.list_message_move_tasks(SourceArn=source)["Results"][0]
            if task["Status"] == "COMPLETED":
                return int(task["ApproximateNumberOfMessagesMoved"])
            if task["Status"] not in ("RUNNING", "CANCELLING"):
                why = task.get("FailureReason", task["Status"])
                raise ToolError(f"SQS did not move the messages of {self.function}: {why}")
            pause(_POLL_SECONDS)

    def hand_to_function(self, name: str) -> int:
        """Call the function with each message that lies there now; return how many there were."""
        # What fails again comes back here: the count bounds the work.
        handed = 0
        for message in self._received(self.count()):
            self.aws.functions.invoke(
                FunctionName=name,
                InvocationType="Event",
                Payload=Letter.parse(message).payload.encode(),
            )
            self.aws.sqs.delete_message(QueueUrl=self.url, ReceiptHandle=message["ReceiptHandle"])
            handed += 1
        return handed

    def _received(self, limit: int) -> Iterator[Mapping[str, Any]]:
        taken = 0
        while taken < limit:
            messages = self.aws.sqs.receive_message(
                QueueUrl=self.url,
                MaxNumberOfMessages=min(10, limit - taken),
                VisibilityTimeout=_HOLD_SECONDS,
                MessageAttributeNames=["All"],
                MessageSystemAttributeNames=["SentTimestamp", "ApproximateReceiveCount"],
            ).get("Messages", [])
            if not messages:
                return
            taken += len(messages)
            yield from messages

    def _attribute(self, name: str) -> str:
        answer = self.aws.sqs.get_queue_attributes(QueueUrl=self.url, AttributeNames=["All"])
        return {str(key): value for key, value in answer["Attributes"].items()}[name]


def queues(aws: Aws, deployment: Deployment, wanted: str | None = None) -> list[DeadLetterQueue]:
    """Return the dead-letter queues, or a function's. Raises ToolError for an unknown one."""
    urls = deployment.dead_letter_queue_urls
    if wanted is not None and wanted not in urls:
        raise ToolError(f"There is no queue {wanted!r}. There are: {', '.join(sorted(urls))}")
    names = sorted(urls) if wanted is None else [wanted]
    return [DeadLetterQueue(aws, name, urls[name]) for name in names]


def put_back(deployment: Deployment, queue: DeadLetterQueue) -> int:
    """Put what lies in a queue back to where it belongs; return how many there were."""
    if not queue.count():
        return 0
    if queue.function == QUEUED:
        return queue.move_to_queue(deployment.trigger_queue_url)
    return queue.hand_to_function(deployment.function_names[queue.function])


def listing(found: Iterable[DeadLetterQueue]) -> Table:
    """Return the queues with their messages as a table that rich prints."""
    table = Table(box=None, pad_edge=False, header_style="dim")
    for column in ("Queue", "Messages", "Since"):
        table.add_column(column, no_wrap=True)
    table.add_column("About", overflow="fold")
    table.add_column("Reason", overflow="fold")
    for queue in found:
        count = queue.count()
        style = "red" if count else "green"
        table.add_row(Text(queue.function), Text(str(count), style=style), "", "", "")
        for letter in queue.look() if count else ():
            since = letter.sent.strftime("%Y-%m-%d %H:%M:%S")
            table.add_row("", "", since, Text(letter.subject), Text(letter.reason))
        if count > _SHOWN:
            table.add_row("", "", "", Text(f"… and {count - _SHOWN} more", style="dim"), "")
    keep_cells(table)
    return table


def main() -> int:
    """Parse the command line and run."""
    parser = command.parser("Show the dead-letter queues, and put back what lies there.")
    chosen = parser.add_mutually_exclusive_group()
    chosen.add_argument("--queue", metavar="FUNCTION", help="put back what lies in this one")
    chosen.add_argument("--all", action="store_true", help="put back what lies in all of them")
    arguments = parser.parse_args()

    def work(console: Console) -> None:
        aws, deployment = command.connect(arguments)
        found = queues(aws, deployment, arguments.queue)
        print_uncut(console, listing(found))
        if not arguments.queue and not arguments.all:
            console.print("\nPut them back: make redrive QUEUE=…, or ALL=1", style="dim")
            return
        for queue in found:
            console.print(f"{queue.function}: {put_back(deployment, queue)} put back")

    return command.run(work)


if __name__ == "__main__":
    sys.exit(main())
