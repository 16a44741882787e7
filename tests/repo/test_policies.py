"""Every role that this repository makes can be bounded, by one value handed all the way down.

https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html
What policies allow is read from the deployed pipeline: tests/integration/test_policies.py.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from tests.repo.tree import below, text

VARIABLE = "permissions_boundary_arn"
GROUP = "security"
ROOMS = ("modules", "examples", "envs")
# What runs on a laptop only is bounded by nothing: there is nobody to bound.
UNBOUNDED = {Path("envs/local/main.tf")}
BLOCK = re.compile(
    r'^(resource|module|variable) "([^"]+)"(?: "([^"]+)")? \{\n(.*?)^\}', re.M | re.S
)


def blocks(kind: str, first: str | None = None) -> Iterator[tuple[Path, str, str]]:
    """Yield file, last label and body of the blocks of one kind in modules and roots."""
    for room in ROOMS:
        for path in below(room, ".tf"):
            if "tests" not in path.parts:
                for found in BLOCK.finditer(text(path) or ""):
                    if found[1] == kind and first in (None, found[2]):
                        yield path, found[3] or found[2], found[4]


def takes(variable: str) -> set[str]:
    """The modules that have a variable of this name."""
    return {
        path.parts[1] for path, _, _ in blocks("variable", variable) if path.parts[0] == ROOMS[0]
    }


def test_every_role_takes_the_boundary() -> None:
    roles = list(blocks("resource", "aws_iam_role"))
    assert len(roles) >= 6
    value = rf"var\.(?:{GROUP}\.)?{VARIABLE}"
    wrong = [
        f"{path}: {name}"
        for path, name, body in roles
        if not re.search(rf"^  permissions_boundary\s*= {value}$", body, re.M)
    ]
    assert not wrong, "roles without a permissions boundary: " + ", ".join(wrong)


def test_every_call_of_a_module_with_roles_hands_the_boundary_on() -> None:
    alone, grouped = takes(VARIABLE), takes(GROUP)
    calls = [
        (path, f"{path}: {name}", source[1], body)
        for path, name, body in blocks("module")
        if (source := re.search(r'source\s*= "(?:\.\./)+(?:modules/)?([^"/]+)"', body))
    ]
    assert len([call for call in calls if call[2] in alone | grouped]) >= 20
    handed = {
        **dict.fromkeys(alone, rf"^  {VARIABLE}\s*= var\."),
        **dict.fromkeys(grouped, rf"^  {GROUP}\s*= (?:var\.{GROUP}$|\{{.*{VARIABLE} = var\.)"),
    }
    wrong = [
        name
        for path, name, module, body in calls
        if module in handed and path not in UNBOUNDED and not re.search(handed[module], body, re.M)
    ]
    assert not wrong, "calls that drop the permissions boundary: " + ", ".join(wrong)


def test_every_call_of_a_module_that_encrypts_hands_the_key_on() -> None:
    """What a composite calls is encrypted with the composite's key, or with none at all."""
    encrypts = takes("kms_key_arn")
    calls = [
        (f"{path}: {name}", source[1], body)
        for path, name, body in blocks("module")
        if path.parts[1] in takes(GROUP)
        if (source := re.search(r'source\s*= "\.\./([^"/]+)"', body))
    ]
    wrong = [
        name
        for name, module, body in calls
        if module in encrypts and not re.search(r"^  kms_key_arn\s*= var\.", body, re.M)
    ]
    assert not wrong, "calls that drop the key: " + ", ".join(wrong)
