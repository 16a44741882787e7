"""One AWS provider for many Terraform commands.

A command starts the provider two or three times, and each start takes a second or two of a
processor, most of it for schemas that are the same each time. So a provider is started once for a
folder, in the way that is meant for debugging, and commands are told to attach to it:
https://developer.hashicorp.com/terraform/plugin/debugging#terraform-cli-behavior

A provider has one configuration at a time, so no two commands share one at once; and it reads files
by paths that are relative to the folder in which it was started.
"""

import re
import subprocess
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tools.terraform import TerraformError

_ATTACH = "TF_REATTACH_PROVIDERS"
_PATTERN = re.compile(rf"{_ATTACH}='(.*)'")
# The shell ends the provider as soon as nobody holds its input any more, whatever way we ended.
_WATCHED = '"$0" -debug </dev/null 2>/dev/null & cat >/dev/null; kill $!'
_EXECUTABLE = "providers/*/hashicorp/aws/*/*/terraform-provider-aws*"
# Go's garbage collector, which tools.terraform makes rare, works more often from here on.
_MEMORY = {"GOMEMLIMIT": "600MiB"}


@dataclass(frozen=True)
class Provider:
    """A running provider, and the variable that makes Terraform attach to it."""

    directory: Path
    process: subprocess.Popen[str]
    environment: Mapping[str, str]

    def stop(self) -> None:
        """End it."""
        self.process.communicate()  # closes its input, and waits


_idle: list[Provider] = []
_lock = threading.Lock()


@contextmanager
def attached(
    directory: Path, data: Path, environment: Mapping[str, str]
) -> Iterator[Mapping[str, str]]:
    """Lend a provider that was started in ``directory``, for one command with data folder ``data``.

    Yields the variables that make Terraform use it; none where ``init`` has not been run. Raises
    TerraformError when the provider cannot be started.
    """
    executable = next(data.glob(_EXECUTABLE), None)
    if executable is None:
        yield {}
        return
    provider = _taken(directory) or _started(executable.resolve(), directory, environment)
    try:
        yield provider.environment
    finally:
        with _lock:
            _idle.append(provider)


def _taken(directory: Path) -> Provider | None:
    """Take an idle provider of the folder; those of other folders have had their time."""
    with _lock:
        fitting = [each for each in _idle if each.directory == directory]
        for each in _idle:
            if each.directory != directory:
                each.stop()
        _idle[:] = fitting
        return _idle.pop() if _idle else None


def _started(executable: Path, directory: Path, environment: Mapping[str, str]) -> Provider:
    process = subprocess.Popen(
        ["sh", "-c", _WATCHED, str(executable)],
        cwd=directory,
        env={**environment, **_MEMORY},
        text=True,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    for line in process.stdout or ():
        if found := _PATTERN.search(line):
            return Provider(directory, process, {_ATTACH: found[1]})
    raise TerraformError(
        f"{executable} ended before Terraform could attach to it. "
        "Run it by hand with -debug to see what it says."
    )
