"""Upload one file and follow it: ``python -m tools.run --file path [--key folder/name]``."""

import argparse
import sys
from pathlib import Path

from rich.console import Console

from tools import command
from tools.aws import Aws
from tools.demo import show_results, watch
from tools.deployment import Deployment
from tools.errors import ToolError
from tools.follow import upload
from tools.inbox import Inbox

INBOX_NAME = "run-inbox"


def run(console: Console, aws: Aws, deployment: Deployment, path: Path, key: str) -> None:
    """Upload the file and show what becomes of it."""
    if not path.is_file():
        raise ToolError(f"There is no file {path}")
    # In a real account nothing is made beside the pipeline; the topic's subscribers hear of it.
    inbox = Inbox.subscribe(aws, deployment.topic_arn, INBOX_NAME) if aws.is_local else None
    console.print(f"{path} → s3://{deployment.source_bucket}/{key}", markup=False)
    files = [upload(aws, deployment, path, key)]
    watch(console, aws, deployment, files)
    show_results(console, aws, files, inbox)


def main() -> int:
    """Parse the command line and run."""
    parser = command.parser("Upload a file and follow its execution.")
    parser.add_argument("--file", required=True, type=Path, help="the file to upload")
    parser.add_argument("--key", help="its key in the source bucket (default: its name)")
    arguments: argparse.Namespace = parser.parse_args()
    key = arguments.key or arguments.file.name

    def work(console: Console) -> None:
        run(console, *command.connect(arguments), arguments.file, key)

    return command.run(work)


if __name__ == "__main__":
    sys.exit(main())
