"""``python -m local_aws start|stop|status|logs``."""

import argparse
import os
import sys
import time
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

from local_aws import server
from local_aws.errors import LocalAwsError
from local_aws.settings import Settings

NOT_RUNNING = 3  # the exit code that service managers use for "not running"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return the exit code."""
    options = _parser().parse_args(arguments)
    try:
        settings = Settings.from_environment(
            os.environ, Path.cwd(), port=options.port, state_dir=options.state_dir
        )
        return _run(options, settings)
    except LocalAwsError as error:
        print(f"local_aws: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def _parser() -> argparse.ArgumentParser:
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--port", type=int, help="default: LOCAL_AWS_PORT, or 4566")
    common.add_argument(
        "--state-dir", type=Path, help="default: LOCAL_AWS_STATE_DIR, or .local_aws/<port>"
    )
    parser = argparse.ArgumentParser(
        prog="python -m local_aws", description="A local AWS without Docker, account or token."
    )
    commands = parser.add_subparsers(dest="command", required=True)
    start = commands.add_parser("start", parents=[common], help="start it, or find the running one")
    start.add_argument(
        "--owner-pid", type=int, help="end it when this process has ended (default: keep it)"
    )
    commands.add_parser("stop", parents=[common], help="stop it and all that it runs")
    commands.add_parser("status", parents=[common], help="address, process, age, services")
    logs = commands.add_parser("logs", parents=[common], help="what it wrote")
    logs.add_argument("-f", "--follow", action="store_true", help="go on as it writes")
    logs.add_argument("-n", "--lines", type=int, default=100, help="how many (default 100)")
    return parser


def _run(options: argparse.Namespace, settings: Settings) -> int:
    match options.command:
        case "start":
            return _start(settings, options.owner_pid)
        case "stop":
            stopped = server.stop(settings)
            print("Local AWS stopped." if stopped else "No local AWS is running.")
            return 0
        case "status":
            return _status(settings)
        case _:
            return _logs(settings, options.lines, options.follow)


def _start(settings: Settings, owner: int | None) -> int:
    found = server.status(settings)
    running = found or server.start(settings, owner=owner)
    verb = "is already up" if found else f"is up after {running.uptime.total_seconds():.1f} s"
    print(f"Local AWS {verb}: {running.endpoint_url} (process {running.pid})")
    print(f"Its log: {settings.log_file}")
    return 0


def _status(settings: Settings) -> int:
    running = server.status(settings)
    if running is None:
        print(f"No local AWS is running on port {settings.port} (state: {settings.state_dir}).")
        return NOT_RUNNING
    loaded = [name for name, state in running.services.items() if state == "running"]
    print(f"url       {running.endpoint_url}")
    print(f"process   {running.pid}")
    print(f"uptime    {timedelta(seconds=int(running.uptime.total_seconds()))}")
    print(f"version   LocalStack {running.version}")
    print(f"state     {settings.state_dir}")
    print(f"services  {', '.join(sorted(loaded)) or 'none yet'} (others load at their first call)")
    return 0


def _logs(settings: Settings, lines: int, follow: bool) -> int:
    if not settings.log_file.exists():
        print(f"No log at {settings.log_file}: nothing was started here.", file=sys.stderr)
        return 1
    with settings.log_file.open(errors="replace") as log:
        for line in log.readlines()[-lines:]:
            print(line, end="")
        while follow:
            line = log.readline()
            print(line, end="", flush=True)
            if not line:
                time.sleep(0.2)
    return 0
