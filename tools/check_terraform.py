"""Checks all Terraform: format, and ``terraform test`` or ``validate`` of each folder."""

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from tools import terraform
from tools.provider import attached

ROOMS = ("modules", "envs", "examples")
FORMATTED = (*ROOMS, "tests")
"""The roots in tests are applied by the integration tests themselves."""


@dataclass(frozen=True)
class Finding:
    """What one command said of one folder; ``output`` is empty where all is well."""

    directory: Path
    command: str
    output: str
    tests: int = 0


def terraform_folders(rooms: Sequence[str] = ROOMS) -> list[Path]:
    """Return the folders right below the rooms that hold Terraform files, longest tests first."""
    found = {path.parent for room in rooms for path in Path(room).glob("*/*.tf")}
    sizes = {folder: sum(file.stat().st_size for file in _tests_of(folder)) for folder in found}
    return sorted(found, key=lambda folder: (-sizes[folder], folder))


def _tests_of(folder: Path) -> list[Path]:
    return list(folder.glob("tests/*.tftest.hcl"))


def run(
    tool: terraform.Terraform,
    directory: Path,
    *arguments: str,
    attaching: Mapping[str, str] | None = None,
) -> Finding:
    """Run one command; its output is kept where it fails."""
    answer = tool.run(
        directory, [*arguments, "-no-color"], extra_environment=attaching, capture=True
    )
    failed = answer.returncode != 0
    passed = answer.stdout.count("... pass\n") - answer.stdout.count(".tftest.hcl... pass\n")
    return Finding(directory, arguments[0], answer.stdout if failed else "", passed)


def check(tool: terraform.Terraform, directory: Path) -> list[Finding]:
    """Run an initialised folder's tests, which validate it first; validate one without tests."""
    # A test starts the provider for each of its runs. All folders can share one: what they test is
    # what the modules plan, and no provider opens a file for that.
    with attached(Path.cwd(), directory / ".terraform", tool.environment) as attaching:
        command = "test" if _tests_of(directory) else "validate"
        findings = [run(tool, directory, command, attaching=attaching)]
    tests = sum(finding.tests for finding in findings)
    failed = any(finding.output for finding in findings)
    print(f"  {directory}: {'FAILED' if failed else f'{tests} tests passed' if tests else 'valid'}")
    return findings


def main() -> int:
    """Check everything; returns the exit code. Raises TerraformError if there is no Terraform."""
    tool = terraform.find()
    findings = [
        run(tool, Path(room), "fmt", "-check", "-recursive", "-diff")
        for room in FORMATTED
        if Path(room).is_dir()
    ]
    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        begun = []
        for folder in terraform_folders():
            # One after the other: Terraform's provider cache does not bear two writers.
            findings.append(run(tool, folder, "init", "-backend=false", "-input=false"))
            begun.append(pool.submit(check, tool, folder))
        findings += [finding for each in begun for finding in each.result()]
    for finding in findings:
        if finding.output:
            print(f"\nterraform {finding.command} in {finding.directory}:\n{finding.output}")
    return 1 if any(finding.output for finding in findings) else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (subprocess.SubprocessError, terraform.TerraformError) as error:
        sys.exit(f"error: {error}")
