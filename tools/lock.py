"""Pins requirements.txt anew: the newest packages that pyproject.toml allows."""

import subprocess
import sys
import tempfile
import tomllib
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
HEADER = "# Every package of .venv, pinned. Made by `make lock` from pyproject.toml.\n"


def direct_dependencies(pyproject: Path) -> list[str]:
    """Return the requirements that pyproject.toml names, of every group."""
    project = tomllib.loads(pyproject.read_text(encoding="utf-8"))["project"]
    groups = project["optional-dependencies"].values()
    return sorted({*project["dependencies"], *(name for group in groups for name in group)})


def resolve(requirements: list[str]) -> str:
    """Install the requirements into an environment of their own; return what pip freezes."""
    with tempfile.TemporaryDirectory() as folder:
        venv.create(folder, with_pip=True)
        pip = [f"{folder}/bin/python", "-m", "pip", "--disable-pip-version-check"]
        subprocess.run([*pip, "install", "--quiet", *requirements], check=True)
        frozen = subprocess.run([*pip, "freeze"], check=True, capture_output=True, text=True)
        return frozen.stdout


def main() -> int:
    """Write requirements.txt; returns the exit code."""
    pins = resolve(direct_dependencies(ROOT / "pyproject.toml"))
    (ROOT / "requirements.txt").write_text(HEADER + pins, encoding="utf-8")
    print(f"requirements.txt: {len(pins.splitlines())} packages pinned")
    return 0


if __name__ == "__main__":
    sys.exit(main())
