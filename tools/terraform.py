"""Run Terraform the same way on every machine: ``python -m tools.terraform DIRECTORY ARGUMENTS…``.

What it adds to a plain ``terraform -chdir=DIRECTORY …``:

- it says in one line what is missing when there is no Terraform, or one older than 1.9;
- ``init`` takes providers from a local mirror where there is one, so that it works without the
  registry (``TF_PLUGIN_DIR`` names a mirror; without it the usual places are searched);
- a ``TF_CLI_CONFIG_FILE`` that points to no file is ignored instead of warned about at each call;
- providers downloaded from the registry are kept once per user, not once per module.
"""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

MINIMUM_VERSION = (1, 9)
MIRROR_MARK = "registry.terraform.io"
INSTALL_PAGE = "https://developer.hashicorp.com/terraform/install"


class TerraformError(Exception):
    """Terraform cannot run here; the text says what to do about it."""


def usual_mirrors(home: Path) -> list[Path]:
    """The folders in which a provider mirror is looked for, in this order."""
    return [
        home / ".terraform.d/plugins",
        home / ".local/share/terraform/plugins",
        Path("/usr/local/share/terraform/plugins"),
        Path("/usr/share/terraform/plugins"),
        Path("/opt/tf-plugins"),
    ]


def find_mirror(environment: Mapping[str, str], candidates: Iterable[Path]) -> Path | None:
    """The folder that holds ``registry.terraform.io/…``, or None where the registry has to do.

    Raises TerraformError when ``TF_PLUGIN_DIR`` names a folder that is no mirror: falling back
    silently would send somebody who relies on it to the registry.
    """
    named = environment.get("TF_PLUGIN_DIR")
    if named:
        if not (Path(named) / MIRROR_MARK).is_dir():
            raise TerraformError(
                f"TF_PLUGIN_DIR={named} holds no folder {MIRROR_MARK}. "
                "Point it at a mirror made by `terraform providers mirror`, or unset it."
            )
        return Path(named).absolute()
    return next((folder for folder in candidates if (folder / MIRROR_MARK).is_dir()), None)


@dataclass(frozen=True)
class Terraform:
    """A Terraform executable with the environment it runs in and an optional provider mirror."""

    executable: Path
    environment: Mapping[str, str]
    mirror: Path | None = None

    def command(self, directory: Path, arguments: Sequence[str]) -> list[str]:
        """The command line for ``arguments`` in ``directory``."""
        options: list[str] = []
        if arguments and arguments[0] == "init" and self.mirror:
            options = [f"-plugin-dir={self.mirror}"]
        head, *rest = arguments or ["version"]
        return [str(self.executable), f"-chdir={directory}", head, *options, *rest]

    def run(
        self,
        directory: Path,
        arguments: Sequence[str],
        *,
        extra_environment: Mapping[str, str] | None = None,
        capture: bool = False,
    ) -> subprocess.CompletedProcess[str]:
        """Run it and return what came of it; a failure is the caller's to judge.

        With ``capture`` standard output and error are kept as text, merged in the order written.
        """
        if not directory.is_dir():
            raise TerraformError(f"{directory} is no folder; name one with Terraform files in it.")
        return subprocess.run(
            self.command(directory, arguments),
            env={**self.environment, **(extra_environment or {})},
            text=True,
            check=False,
            stdout=subprocess.PIPE if capture else None,
            stderr=subprocess.STDOUT if capture else None,
        )


def clean_environment(environment: Mapping[str, str], home: Path) -> dict[str, str]:
    """The environment for Terraform: no dangling CLI config, one provider cache per user."""
    clean = dict(environment)
    config = clean.get("TF_CLI_CONFIG_FILE")
    if config and not Path(config).is_file():
        del clean["TF_CLI_CONFIG_FILE"]
    cache = Path(clean.setdefault("TF_PLUGIN_CACHE_DIR", str(home / ".cache/terraform/plugins")))
    cache.mkdir(parents=True, exist_ok=True)
    # Lock files are not committed (their hashes differ per platform and mirror), and without a
    # lock file Terraform only uses its cache when told that this is meant.
    clean.setdefault("TF_PLUGIN_CACHE_MAY_BREAK_DEPENDENCY_LOCK_FILE", "true")
    clean.setdefault("TF_IN_AUTOMATION", "1")
    clean.setdefault("CHECKPOINT_DISABLE", "1")
    # Each command starts the AWS provider anew, which makes its schemas and is gone after seconds.
    # Go's garbage collector takes a quarter of its processor time where it runs as often as usual.
    clean.setdefault("GOGC", "400")
    return clean


def check_version(executable: Path, environment: Mapping[str, str]) -> None:
    """Raise TerraformError unless ``executable`` is new enough for the modules."""
    answer = subprocess.run(
        [str(executable), "version"],
        env=dict(environment),
        text=True,
        capture_output=True,
        check=False,
    )
    found = re.search(r"v(\d+)\.(\d+)", answer.stdout)
    version = (int(found[1]), int(found[2])) if found else (0, 0)
    if version < MINIMUM_VERSION:
        seen = f"{version[0]}.{version[1]}" if found else "a program that names no version"
        wanted = ".".join(map(str, MINIMUM_VERSION))
        raise TerraformError(
            f"Terraform {wanted} or newer is needed; {executable} is {seen}. "
            f"Get it from {INSTALL_PAGE}"
        )


def find(environment: Mapping[str, str] | None = None, home: Path | None = None) -> Terraform:
    """The Terraform of this machine: ``TERRAFORM`` names an executable, else the one on the path.

    Raises TerraformError when there is none, or it is too old.
    """
    given = os.environ if environment is None else environment
    home = home or Path.home()
    located = given.get("TERRAFORM") or shutil.which("terraform", path=given.get("PATH"))
    if not located or not Path(located).exists():
        raise TerraformError(
            f"Terraform is missing. Get it from {INSTALL_PAGE} or set TERRAFORM=/path/to/terraform"
        )
    clean = clean_environment(given, home)
    check_version(Path(located), clean)
    return Terraform(Path(located), clean, find_mirror(given, usual_mirrors(home)))


def main(arguments: Sequence[str]) -> int:
    """Run one Terraform command; the exit code is Terraform's."""
    if len(arguments) < 2:
        print("usage: python -m tools.terraform DIRECTORY COMMAND [ARGUMENT…]", file=sys.stderr)
        return 2
    try:
        return find().run(Path(arguments[0]), arguments[1:]).returncode
    except TerraformError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
