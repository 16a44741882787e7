"""A Terraform root under test: init, apply, plan, destroy against a local AWS."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.integration.terraform import Terraform

ROOTS = Path(__file__).parent / "terraform"


@contextmanager
def terraform_root(
    name: str, state_dir: Path, endpoint_url: str, **variables: str
) -> Iterator[Terraform]:
    """Initialise the root ``name``; destroy what is left in the end."""
    root = Terraform(ROOTS / name, {"endpoint_url": endpoint_url, **variables}, state_dir)
    root.init()
    try:
        yield root
    finally:
        root.destroy()
