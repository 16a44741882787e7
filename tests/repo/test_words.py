"""The same words run through every room: state, folder, module call, README row."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.repo.tree import ROOT, below

MACHINES = sorted((ROOT / "asl").glob("data-processing-pipeline.*.asl.json"))


def states(machine: Path) -> dict[str, dict[str, Any]]:
    """Parse a template; a placeholder that stands for a number becomes 0."""
    text = re.sub(r"(?<=: )\$\{\w+\}", "0", machine.read_text(encoding="utf-8"))
    parsed: dict[str, dict[str, Any]] = json.loads(text)["States"]
    return parsed


def snake(name: str) -> str:
    """ValidateFile → validate_file."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


def payload(state: dict[str, Any]) -> str | None:
    """The word of the function or job that a state names, or None."""
    parameters = state.get("Parameters", {})
    named = parameters.get("FunctionName") or parameters.get("JobName") or ""
    found = re.fullmatch(r"\$\{(\w+)_(?:arn|job)\}", named)
    return found[1] if found else None


def tasks() -> list[tuple[str, str]]:
    """Every state of every machine that names a function or job, with that word."""
    found = {
        (name, word)
        for machine in MACHINES
        for name, state in states(machine).items()
        if (word := payload(state))
    }
    return sorted(found)


def test_there_are_all_machines() -> None:
    assert [path.name.split(".")[1] for path in MACHINES] == [
        "express",
        "lambda",
        "polling",
        "sync",
    ]


@pytest.mark.parametrize(("state", "word"), tasks())
def test_a_state_a_payload_a_module_call_and_a_readme_row_share_a_word(
    state: str, word: str
) -> None:
    function, script = ROOT / "functions" / word, ROOT / "glue_scripts" / f"{word}.py"
    assert function.is_dir() or script.is_file(), f"{state} names {word}, which is nowhere"
    # One function announces every outcome; everything else is named as its state.
    if word != "send_notification":
        assert word == snake(state)
    composite = "\n".join(
        (ROOT / path).read_text(encoding="utf-8")
        for path in below("modules", ".tf")
        if path.parts[1] == "file_pipeline"
    )
    assert f'module "{word}"' in composite
    place = f"functions/{word}" if function.is_dir() else f"glue_scripts/{word}.py"
    row = rf"^\| `{state}` \| `{place}` \|"
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert re.search(row, readme, re.MULTILINE), f"the README's table lacks {state}"


def test_every_function_is_deployed() -> None:
    folders = {path.parts[1] for path in below("functions", "handler.py")}
    composite = "\n".join(
        path.read_text(encoding="utf-8") for path in (ROOT / "modules").glob("*_pipeline/*.tf")
    )
    deployed = set(re.findall(r"\bfunctions\.(\w+)\.handler\.handler\b", composite))
    assert folders == deployed
