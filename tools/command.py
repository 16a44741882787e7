"""What the command lines of the tools have in common."""

import argparse
import sys
from collections.abc import Callable

from botocore.exceptions import BotoCoreError, ClientError
from rich.console import Console

from tools.aws import Aws
from tools.deployment import Deployment
from tools.errors import ToolError
from tools.terminal import Terminal
from tools.terraform import TerraformError

LOCAL = "local"
PLAIN_WIDTH = 120
DEFAULT_ENDPOINT = "http://localhost:4566"


def parser(description: str) -> argparse.ArgumentParser:
    """Return a parser with --env and --endpoint-url."""
    made = argparse.ArgumentParser(description=description)
    made.add_argument("--env", default=LOCAL, help="the folder below envs/ (default: local)")
    made.add_argument("--endpoint-url", help=f"a local AWS (default for local: {DEFAULT_ENDPOINT})")
    return made


def connect(arguments: argparse.Namespace) -> tuple[Aws, Deployment]:
    """Return clients and what is deployed there. Raises ToolError where there is nothing."""
    is_local = arguments.env == LOCAL
    aws = Aws((arguments.endpoint_url or DEFAULT_ENDPOINT) if is_local else arguments.endpoint_url)
    aws.assert_reachable()
    deployment = Deployment.read(arguments.env)
    deployment.assert_alive(aws)
    return aws, deployment


def run(work: Callable[[Console], None]) -> int:
    """Run a tool's work and return its exit code; an error becomes a sentence."""
    console: Console = Terminal()
    if not console.is_terminal:
        # A log file has no width of its own, and rich would take 80 columns.
        console = Terminal(width=PLAIN_WIDTH)
    try:
        work(console)
    except (ToolError, TerraformError, BotoCoreError, ClientError) as error:
        Terminal(stderr=True).print(f"error: {error}", style="red")
        return 1
    except KeyboardInterrupt:
        print("stopped; what has begun goes on", file=sys.stderr)
        return 130
    return 0
