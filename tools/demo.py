"""Upload two good files and a broken one, and watch them through the pipeline.

``python -m tools.demo`` (``make demo`` does it after all that it needs).
"""

import sys
import time
from pathlib import Path

from rich.console import Console
from rich.text import Text

from tools import command, display
from tools.aws import Aws
from tools.deployment import Deployment
from tools.follow import Followed, follow, upload
from tools.inbox import Inbox, Notification
from tools.outcomes import Outcome, first_rows

SAMPLES = Path("examples/samples")
FILES = ("people.csv", "people.json", "people-broken.csv")
FOLDER = "people"
INBOX_NAME = "demo-inbox"
NOTIFICATION_SECONDS = 30.0

NEXT = (
    ("make run FILE=my.csv", "send a file of your own through it"),
    ("make logs", "see what the functions and jobs print"),
    ("make demo", "again: the second time is quicker"),
    ("make test", "run all tests"),
    ("make destroy", "remove the pipeline; make down stops the local AWS"),
)


def demo(console: Console, aws: Aws, deployment: Deployment) -> None:
    """Upload the samples, show their way and what became of them."""
    console.print(Text(f"The file pipeline at {aws.endpoint_url}", style="bold"))
    inbox = Inbox.subscribe(aws, deployment.topic_arn, INBOX_NAME)
    display.heading(console, f"Upload to s3://{deployment.source_bucket}/{FOLDER}/")
    files = [send(console, aws, deployment, name) for name in FILES]
    watch(console, aws, deployment, files)
    show_results(console, aws, files, inbox)
    display.heading(console, "Try next")
    for verb, meaning in NEXT:
        console.print(Text.assemble("  ", (f"{verb:<22}", "cyan"), f" {meaning}"))


def send(console: Console, aws: Aws, deployment: Deployment, name: str) -> Followed:
    """Upload one of the samples."""
    file = upload(aws, deployment, SAMPLES / name, f"{FOLDER}/{name}")
    console.print(f"  {name} ({(SAMPLES / name).stat().st_size} bytes)")
    return file


def watch(console: Console, aws: Aws, deployment: Deployment, files: list[Followed]) -> None:
    """Show the executions' states until all are over."""
    display.heading(console, f"Executions of {deployment.state_machine_arn.rpartition(':')[2]}")
    with display.watching(console) as show:
        for now in follow(aws, deployment, files):
            show(now)


def show_results(console: Console, aws: Aws, files: list[Followed], inbox: Inbox | None) -> None:
    """Print the table of outcomes, with what lies in the bucket and came to the inbox."""
    found = []
    for file in files:
        if file.progress is None:
            continue
        outcome = Outcome.of(file.progress)
        preview = first_rows(aws, outcome.manifest_uri) if outcome.manifest_uri else None
        notification = wait_for(inbox, file.progress.name) if inbox else None
        found.append(display.Result(file, outcome, preview, notification))
    display.heading(console, "What became of the files")
    console.print(display.results(found))


def wait_for(inbox: Inbox, execution_name: str) -> Notification | None:
    """Return the notification of an execution, or None if none comes."""
    deadline = time.monotonic() + NOTIFICATION_SECONDS
    while time.monotonic() < deadline:
        if found := inbox.about(execution_name):
            return found[0]
        time.sleep(0.2)
    return None


def main() -> int:
    """Run the demo from the command line."""
    arguments = command.parser("Watch three files on their way through the pipeline.").parse_args()
    return command.run(lambda console: demo(console, *command.connect(arguments)))


if __name__ == "__main__":
    sys.exit(main())
