"""Run an unsuccessful execution on from the state that failed.

``python -m tools.redrive_execution RUN``, where RUN is an execution's ARN or name, or the beginning
of one, as ``make runs`` shows it. On AWS and on a local AWS.
https://docs.aws.amazon.com/step-functions/latest/dg/redrive-executions.html
"""

import argparse
import os
import sys
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from rich.console import Console

from tools import command, glue_runs, machine_runs, run_graph, run_history
from tools.aws import Aws
from tools.errors import ToolError
from tools.express_executions import is_express
from tools.uncut import print_uncut

POLL_SECONDS = 1.0


class NotRedrivableError(ToolError):
    """This run cannot be run on, or it would be of no use."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Redrive one execution, show how it ends; return 1 unless it succeeds."""
    options = _parser().parse_args(arguments)
    aws = Aws(options.endpoint_url, options.region)

    def work(console: Console) -> None:
        aws.assert_reachable()
        arn = find(aws, options.run)
        redrive(aws, arn)
        console.print(f"Runs on: {arn}", soft_wrap=True)
        status = follow(aws, arn)
        print_uncut(console, run_graph.render(machine_runs.graph(aws, arn), datetime.now(UTC)))
        if status != "SUCCEEDED":
            raise ToolError(f"The execution ended again as {status}.")

    return command.run(work)


def find(aws: Aws, wanted: str) -> str:
    """Return the ARN of the execution that is meant. Raises ToolError where there is none."""
    if is_express(wanted):
        raise NotRedrivableError(
            "An execution of an Express workflow cannot be redriven; run the file again with: "
            "make replay KEY=…"
        )
    if wanted.startswith("arn:"):
        return wanted
    run = run_history.locate(aws, wanted)
    if run.reference.startswith(glue_runs.RUN_ID_PREFIX):
        raise NotRedrivableError(
            f"{wanted} is a run of a Glue workflow; only a state machine's execution is redriven. "
            "Resume it with: aws glue resume-workflow-run"
        )
    return run.reference


def redrive(aws: Aws, arn: str) -> None:
    """Redrive an execution. Raises NotRedrivableError where that cannot be, or cannot help."""
    execution = aws.step_functions.describe_execution(executionArn=arn)
    if execution.get("redriveStatus") != "REDRIVABLE":
        reason = execution.get("redriveStatusReason", "Step Functions does not say why")
        raise NotRedrivableError(f"{execution['name']} cannot be redriven: {reason}.")
    if ended := _fail_state(aws, arn):
        # "Reenters the Fail state and fails again."
        raise NotRedrivableError(
            f"{execution['name']} caught its error and ended in the Fail state {ended}, and a "
            "redrive goes on from there: it would only fail again. "
            "Mend the cause and upload the file once more."
        )
    aws.step_functions.redrive_execution(executionArn=arn)


def follow(aws: Aws, arn: str, *, pause: Callable[[float], None] = time.sleep) -> str:
    """Wait until an execution has ended; return its status."""
    while True:
        status = aws.step_functions.describe_execution(executionArn=arn)["status"]
        if status not in ("RUNNING", "PENDING_REDRIVE"):
            return status
        pause(POLL_SECONDS)


def _fail_state(aws: Aws, arn: str) -> str | None:
    """Return the Fail state in which an execution ended, None if it ended elsewhere."""
    pages = aws.step_functions.get_paginator("get_execution_history").paginate(
        executionArn=arn, reverseOrder=True, includeExecutionData=False
    )
    for page in pages:
        for event in page["events"]:
            if event["type"].endswith("StateEntered"):
                name = event["stateEnteredEventDetails"]["name"]
                return name if event["type"] == "FailStateEntered" else None
    return None


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tools.redrive_execution", description=__doc__)
    parser.add_argument(
        "--endpoint-url",
        default=os.environ.get("AWS_ENDPOINT_URL"),
        help="a local AWS; without it the shell's account",
    )
    parser.add_argument("--region", default=os.environ.get("AWS_REGION"))
    parser.add_argument("run", metavar="RUN")
    return parser


if __name__ == "__main__":
    sys.exit(main())
