"""Makes one archive for other repositories: ``python -m tools.release``.

Modules, state machine templates, Glue scripts and packages, in
``dist/release/aws-data-pipelines-<version>-<architecture>.zip``.
"""

import argparse
import sys
import tomllib
from collections.abc import Sequence

from tools.package import ROOT, host_architecture
from tools.packaging.archive import sha256
from tools.packaging.errors import PackagingError
from tools.packaging.release import make_release


def main(arguments: Sequence[str] | None = None) -> int:
    """Make the archive and return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tools.release", description=__doc__)
    parser.add_argument(
        "--arch",
        choices=("x86_64", "arm64"),
        default=host_architecture(),
        help="the functions' architecture (default: this machine's, %(default)s)",
    )
    options = parser.parse_args(arguments)
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    try:
        archive = make_release(ROOT, options.arch, version)
    except PackagingError as error:
        print(f"release: {error}", file=sys.stderr)
        return 1
    size = archive.stat().st_size / 2**20
    print(f"{archive.relative_to(ROOT)}  {size:.1f} MB  sha256 {sha256(archive)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
