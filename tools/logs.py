"""Show what the pipeline's functions, jobs and state machine log, and follow it.

``python -m tools.logs [--since MINUTES] [--no-follow]``
"""

import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from rich.console import Console
from rich.text import Text

from tools import command
from tools.aws import Aws
from tools.deployment import Deployment

POLL_SECONDS = 1.0
# CloudWatch Logs takes events in late; looking back a little finds those as well.
OVERLAP = timedelta(seconds=30)
GLUE_OUTPUTS = ("output", "error")
COLOURS = ("cyan", "magenta", "green", "yellow", "blue", "bright_red")


@dataclass(frozen=True)
class Line:
    """One log event."""

    at: datetime
    group: str
    message: str
    event_id: str


def log_groups(aws: Aws, deployment: Deployment) -> list[str]:
    """Return the names of all log groups that the pipeline writes to."""
    groups = [f"/aws/lambda/{name}" for name in deployment.function_names.values()]
    groups.extend(job_groups(aws, deployment))
    machine = aws.step_functions.describe_state_machine(
        stateMachineArn=deployment.state_machine_arn
    )
    for destination in machine.get("loggingConfiguration", {}).get("destinations", []):
        arn = destination.get("cloudWatchLogsLogGroup", {}).get("logGroupArn", "")
        groups.append(arn.partition(":log-group:")[2].removesuffix(":*"))
    return [group for group in groups if group]


def job_groups(aws: Aws, deployment: Deployment) -> list[str]:
    """Return where the Glue jobs log: in groups that all jobs share, or, encrypted, in their own.

    https://docs.aws.amazon.com/glue/latest/webapi/API_JobRun.html (LogGroupName)
    """
    prefixes = []
    for name in deployment.glue_job_names.values():
        job = aws.glue.get_job(JobName=name)["Job"]
        sealed = job.get("SecurityConfiguration")
        role = job["Role"].rpartition("/")[2]
        prefixes.append(f"/aws-glue/jobs-{role}-{sealed}" if sealed else "/aws-glue/jobs")
    return [f"{prefix}/{output}" for prefix in dict.fromkeys(prefixes) for output in GLUE_OUTPUTS]


def read(aws: Aws, groups: list[str], since: datetime) -> list[Line]:
    """Return the events of the groups from ``since`` on, in order of time."""
    found = [line for group in groups for line in _events(aws, group, since)]
    return sorted(found, key=lambda line: line.at)


def _events(aws: Aws, group: str, since: datetime) -> Iterator[Line]:
    pages = aws.logs.get_paginator("filter_log_events").paginate(
        logGroupName=group, startTime=int(since.timestamp() * 1000)
    )
    try:
        for page in pages:
            for event in page["events"]:
                at = datetime.fromtimestamp(event["timestamp"] / 1000, UTC)
                yield Line(at, group, event["message"].rstrip(), event["eventId"])
    except aws.logs.exceptions.ResourceNotFoundException:
        # Glue's groups appear with the first run of a job.
        return


def show(
    console: Console, aws: Aws, deployment: Deployment, since: timedelta, *, follow: bool
) -> None:
    """Print what was logged lately and, with ``follow``, all that comes."""
    groups = log_groups(aws, deployment)
    start = datetime.now(UTC) - since
    seen: set[str] = set()
    while True:
        for line in read(aws, groups, start):
            if line.event_id not in seen:
                seen.add(line.event_id)
                _print(console, line, COLOURS[groups.index(line.group) % len(COLOURS)])
        if not follow:
            return
        start = max(start, datetime.now(UTC) - OVERLAP)
        time.sleep(POLL_SECONDS)


def _print(console: Console, line: Line, colour: str) -> None:
    text = Text(f"{line.at:%H:%M:%S} ", style="dim")
    text.append(f"{line.group.rpartition('/')[2]} ", style=colour)
    text.append(line.message)
    console.print(text, soft_wrap=True)


def main() -> int:
    """Parse the command line and show the logs."""
    parser = command.parser("Show the pipeline's logs, and follow them.")
    parser.add_argument("--since", type=float, default=10, help="minutes to look back (default 10)")
    parser.add_argument("--no-follow", action="store_true", help="end after what is there")
    arguments = parser.parse_args()

    def work(console: Console) -> None:
        aws, deployment = command.connect(arguments)
        since = timedelta(minutes=arguments.since)
        show(console, aws, deployment, since, follow=not arguments.no_follow)

    return command.run(work)


if __name__ == "__main__":
    sys.exit(main())
