"""What later states read of the validation is what ValidateFile hands on, and what it answers."""

import re
from pathlib import Path

import pytest

from functions.common.layout import Layout
from functions.validate_file.verdict import Verdict
from tests.unit.asl.test_definitions import EXPRESS, TEMPLATES, states

ANSWER = Verdict(Layout.of("processed", "source", "people.csv")).to_json()
VARIANT = pytest.mark.parametrize(
    "path", [*TEMPLATES, EXPRESS], ids=lambda path: path.name.split(".")[1]
)


def handed_on(path: Path) -> set[str]:
    selected = states(path)["ValidateFile"]["ResultSelector"]
    return {name.removesuffix(".$") for name in selected}


@VARIANT
def test_what_is_read_is_handed_on(path: Path) -> None:
    read = set(re.findall(r"\$\.validation\.(\w+)", path.read_text()))
    assert read, "the states read something"
    assert read <= handed_on(path)


@VARIANT
def test_what_is_handed_on_is_what_the_function_answers(path: Path) -> None:
    assert handed_on(path) <= ANSWER.keys()
