"""The state machines of batches."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

ASL = Path(__file__).parents[3] / "asl"
PATHS = sorted(ASL.glob("batch-*.asl.json"))


def states(path: Path) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = json.loads(re.sub(r"\$\{\w+\}", "1", path.read_text()))
    return found["States"]


def test_the_variants_differ_in_what_names_the_files_alone() -> None:
    prefix, listed = (states(path) for path in (ASL / "batch-prefix.asl.json", PATHS[0]))
    assert prefix.keys() == listed.keys()
    for name in prefix.keys() - {"ApplyDefaults"}:
        for one in (prefix[name], listed[name]):
            one.pop("ItemReader", None)
        assert prefix[name] == listed[name]


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.name.split(".")[0])
def test_every_state_leads_on_and_every_failure_is_told(path: Path) -> None:
    found = states(path)
    for name, state in found.items():
        following = {state.get("Next")} | {rule["Next"] for rule in state.get("Catch", [])}
        assert following - {None} <= found.keys(), name
        if state["Type"] in ("Task", "Map"):
            told = "NotifyBatchFailed"
            expected = {"NotifyBatchDone": "BatchDone", "NotifyBatchFailed": "BatchFailed"}
            assert state["Catch"][-1]["ErrorEquals"] == ["States.ALL"]
            assert state["Catch"][-1]["Next"] == expected.get(name, told), name


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.name.split(".")[0])
def test_a_batch_fits_into_the_input_of_its_child(path: Path) -> None:
    """https://docs.aws.amazon.com/step-functions/latest/dg/input-output-itembatcher.html"""
    batcher = states(path)["EachBatch"]["ItemBatcher"]
    assert batcher["MaxInputBytesPerBatch"] <= 256 * 1024
    assert {key.removesuffix(".$") for key in batcher["BatchInput"]} == {
        "bucket",
        "list",
        "execution_arn",
        "started_at",
    }


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.name.split(".")[0])
def test_a_call_without_time_for_all_is_followed_by_another(path: Path) -> None:
    task = states(path)["EachBatch"]["ItemProcessor"]["States"]["ProcessBatch"]
    goes_on = next(each for each in task["Retry"] if "OutOfTimeError" in each["ErrorEquals"])
    assert goes_on["IntervalSeconds"] == 1
    assert task["Retry"].index(goes_on) < next(
        index
        for index, each in enumerate(task["Retry"])
        if "States.TaskFailed" in each["ErrorEquals"]
    )
