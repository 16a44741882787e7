"""A Terraform root under test: init, apply, plan, destroy against a local AWS."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tools import terraform

ROOTS = Path(__file__).parent / "terraform"


@dataclass(frozen=True)
class Root:
    """A copy of a root, initialised."""

    tool: terraform.Terraform
    folder: Path
    endpoint_url: str

    def apply(self, **variables: str) -> str:
        """Apply, and return what Terraform said."""
        return self._run("apply", "-auto-approve", **variables)

    def assert_nothing_to_do(self, **variables: str) -> None:
        """Fail with the plan's text unless a plan is empty."""
        self._run("plan", "-detailed-exitcode", **variables)

    def destroy(self, **variables: str) -> str:
        """Destroy everything."""
        return self._run("destroy", "-auto-approve", **variables)

    def _run(self, command: str, *options: str, **variables: str) -> str:
        given = {"endpoint_url": self.endpoint_url, **variables}
        arguments = [f"-var={name}={value}" for name, value in given.items()]
        done = self.tool.run(
            self.folder,
            [command, "-input=false", "-no-color", *options, *arguments],
            capture=True,
        )
        assert done.returncode == 0, done.stdout
        return done.stdout


@contextmanager
def terraform_root(name: str, folder: Path, endpoint_url: str) -> Iterator[Root]:
    """Copy the root ``name`` into ``folder`` and initialise it; destroy what is left in the end."""
    target = folder / name
    shutil.copytree(ROOTS / name, target)
    tool = terraform.find()
    done = tool.run(target, ["init", "-input=false", "-no-color"], capture=True)
    assert done.returncode == 0, done.stdout
    root = Root(tool, target, endpoint_url)
    try:
        yield root
    finally:
        root.destroy()
