"""Every role of the modules can be bounded, by one variable handed all the way down.

https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html
What policies allow is read from the deployed pipeline: tests/integration/test_policies.py.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from tests.repo.tree import below, text

VARIABLE = "permissions_boundary_arn"
BLOCK = re.compile(
    r'^(resource|module|variable) "([^"]+)"(?: "([^"]+)")? \{\n(.*?)^\}', re.M | re.S
)


def blocks(kind: str, first: str | None = None) -> Iterator[tuple[Path, str, str]]:
    """Yield file, last label and body of the blocks of one kind in the modules."""
    for path in below("modules", ".tf"):
        if "tests" not in path.parts:
            for found in BLOCK.finditer(text(path) or ""):
                if found[1] == kind and first in (None, found[2]):
                    yield path, found[3] or found[2], found[4]


def test_every_role_takes_the_boundary() -> None:
    roles = list(blocks("resource", "aws_iam_role"))
    assert len(roles) >= 5
    wrong = [
        f"{path}: {name}"
        for path, name, body in roles
        if not re.search(rf"^  permissions_boundary\s*= var\.{VARIABLE}$", body, re.M)
    ]
    assert not wrong, "roles without a permissions boundary: " + ", ".join(wrong)


def test_every_call_of_a_module_with_roles_hands_the_boundary_on() -> None:
    bounded = {path.parts[1] for path, _, _ in blocks("variable", VARIABLE)}
    calls = [
        (f"{path}: {name}", body)
        for path, name, body in blocks("module")
        if (source := re.search(r'source\s*= "\.\./([^"/]+)"', body)) and source[1] in bounded
    ]
    assert len(calls) >= 5
    wrong = [name for name, body in calls if not re.search(rf"^  {VARIABLE}\s*= var\.", body, re.M)]
    assert not wrong, "calls that drop the permissions boundary: " + ", ".join(wrong)
