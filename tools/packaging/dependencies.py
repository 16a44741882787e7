"""A function's libraries, as pip installs them for Lambda's operating system."""

import hashlib
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

from tools.packaging.archive import files_below
from tools.packaging.errors import DependencyError

Architecture = Literal["x86_64", "arm64"]

PYTHON_VERSION = "3.13"
_MACHINES = {"x86_64": "x86_64", "arm64": "aarch64"}
# Lambda's Python 3.13 runs on Amazon Linux 2023, which has glibc 2.34.
# https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html
_LINUXES = ("manylinux_2_28", "manylinux_2_17", "manylinux2014")
# What pip writes differs from one installation to the next, and nobody reads it on Lambda.
_NOT_PACKAGED = frozenset({"RECORD", "INSTALLER", "REQUESTED", "direct_url.json"})


def dependencies(requirements: Path, architecture: Architecture, cache: Path) -> dict[str, Path]:
    """Return the files of the pinned libraries by their names in a package.

    ``cache`` is the folder that keeps installations, one for each content of a requirements file.
    Raises DependencyError.
    """
    if not requirements.is_file():
        return {}
    text = requirements.read_text()
    key = hashlib.sha256(f"{PYTHON_VERSION} {architecture}\n{text}".encode()).hexdigest()[:20]
    installed = cache / key
    if not installed.is_dir():
        _install(requirements, architecture, installed)
    return {
        name: path
        for name, path in files_below(installed).items()
        if not name.startswith("bin/")
        and not (".dist-info/" in name and path.name in _NOT_PACKAGED)
    }


def _install(requirements: Path, architecture: Architecture, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=target.parent, prefix=".unfinished-") as folder:
        unfinished = Path(folder) / "libraries"
        _run_pip(requirements, architecture, unfinished)
        try:
            unfinished.replace(target)
        except OSError:
            # Another process was quicker, and installed the same.
            if not target.is_dir():
                raise


def _run_pip(requirements: Path, architecture: Architecture, target: Path) -> None:
    machine = _MACHINES[architecture]
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    command += ["--no-compile", "--no-deps", "--only-binary=:all:", "--implementation=cp"]
    command += [f"--python-version={PYTHON_VERSION}", f"--target={target}"]
    command += [f"--platform={linux}_{machine}" for linux in _LINUXES]
    command += [f"--requirement={requirements}"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise DependencyError(
            f"pip could not install {requirements} for {architecture}:\n{done.stderr.strip()}\n"
            "Check the versions in the file, and that the package index can be reached "
            "(pip config list shows which one it is)."
        )
