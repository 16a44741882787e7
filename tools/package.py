"""Makes the packages that Terraform deploys: ``python -m tools.package``.

``dist/functions/<name>.zip`` for each Lambda function, with its pinned libraries, and
``dist/glue_scripts/pipeline_spark.zip`` for the Glue jobs; ``dist/examples/`` for the functions of
examples. The same sources give the same bytes on any machine; what has not changed is not made
again.
"""

import argparse
import platform
import sys
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tools.packaging.dependencies import Architecture
from tools.packaging.errors import PackagingError
from tools.packaging.packages import Package, Project

ROOT = Path(__file__).resolve().parent.parent


def main(arguments: Sequence[str] | None = None) -> int:
    """Make the packages and return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tools.package", description=__doc__)
    parser.add_argument(
        "--arch",
        choices=("x86_64", "arm64"),
        default=host_architecture(),
        help="the functions' architecture (default: this machine's, %(default)s)",
    )
    parser.add_argument("--only", metavar="NAME", help="make only this one")
    options = parser.parse_args(arguments)
    console = Console()
    made: list[Package] = []
    try:
        with console.status("packaging"):
            for package in Project(ROOT, options.arch).make(options.only):
                made.append(package)
    except PackagingError as error:
        print(f"package: {error}", file=sys.stderr)
        return 1
    console.print(_table(made))
    return 0


def host_architecture() -> Architecture:
    """Return this machine's architecture as Lambda names it."""
    return "arm64" if platform.machine().lower() in ("arm64", "aarch64") else "x86_64"


def _table(packages: Sequence[Package]) -> Table:
    table = Table(box=None, header_style="bold", pad_edge=False)
    for title in ("package", "size", "sha256", ""):
        table.add_column(title, justify="right" if title == "size" else "left", no_wrap=True)
    for package in packages:
        path = package.path.relative_to(ROOT).as_posix()
        state = "made" if package.fresh else "[dim]unchanged[/dim]"
        table.add_row(path, _size(package.size), package.sha256[:12], state)
    return table


def _size(size: int) -> str:
    return f"{size / 1024:.0f} KB" if size < 1024 * 1024 else f"{size / 2**20:.1f} MB"


if __name__ == "__main__":
    sys.exit(main())
