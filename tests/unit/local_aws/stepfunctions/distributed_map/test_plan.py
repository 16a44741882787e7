"""https://docs.aws.amazon.com/step-functions/latest/dg/state-map-distributed.html."""

import json
from typing import Any

import pytest

from local_aws.stepfunctions.distributed_map.plan import PlanError, split

PROCESSOR = {"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}}


def distributed(processor: dict[str, Any] | None = None, **fields: Any) -> dict[str, Any]:
    config = {"Mode": "DISTRIBUTED", "ExecutionType": "EXPRESS"}
    inner = {**(processor or PROCESSOR), "ProcessorConfig": config}
    return {"Type": "Map", "ItemProcessor": inner, "End": True, **fields}


def machine(**states: Any) -> str:
    return json.dumps({"StartAt": next(iter(states)), "States": states})


def test_other_definitions_stay_to_the_letter() -> None:
    inline = {**distributed(), "ItemProcessor": PROCESSOR, "ItemSelector": {"a": 1}}
    for definition in ("no JSON", "[]", machine(Each=inline), machine(A={"Type": "Succeed"})):
        assert split(definition) == (definition, {})


def test_fields_are_taken_out_of_distributed_maps() -> None:
    fields = {
        "ItemSelector": {"a": 1},
        "ItemBatcher": {"MaxItemsPerBatch": 3, "BatchInput": {"b": 2}},
        "ResultWriter": {"WriterConfig": {"Transformation": "FLATTEN"}},
        "ToleratedFailurePercentage": 5,
    }
    rest, plans = split(machine(Each=distributed(**fields, MaxConcurrency=2)))
    state = json.loads(rest)["States"]["Each"]
    assert not {"ItemSelector", "ItemBatcher", "ResultWriter"} & state.keys()
    assert (state["MaxConcurrency"], state["ToleratedFailurePercentage"]) == (2, 5.0)
    plan = plans["Each"]
    assert plan.batcher is not None
    assert (plan.batcher.items, plan.batcher.bytes) == ({"value": 3}, None)
    assert plan.writer is not None
    assert (plan.writer.transformation, plan.writer.parameters) == ("FLATTEN", None)
    assert (plan.tolerates_percentage, plan.tolerates_count, plan.express) == (True, False, True)
    assert json.loads(plan.definition) == PROCESSOR


def test_maps_inside_maps_and_branches_are_found() -> None:
    inner = distributed(ItemSelector={"inner": 1})
    outer = distributed({"StartAt": "Inner", "States": {"Inner": inner}})
    fork = {
        "Type": "Parallel",
        "Branches": [{"StartAt": "Other", "States": {"Other": distributed()}}],
        "Next": "Outer",
    }
    _, plans = split(machine(Fork=fork, Outer=outer))
    assert set(plans) == {"Other", "Outer", "Inner"}
    # The child machine of the outer one has the inner one whole.
    assert json.loads(plans["Outer"].definition)["States"]["Inner"]["ItemSelector"] == {"inner": 1}


def test_jsonata_is_left_alone() -> None:
    definition = json.dumps(
        {"QueryLanguage": "JSONata", "StartAt": "Each", "States": {"Each": distributed()}}
    )
    assert split(definition) == (definition, {})


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"ItemBatcher": {"BatchInput": {}}}, "MaxItemsPerBatch"),
        ({"ResultWriter": {"Resource": "arn:aws:states:::s3:putObject"}}, "Parameters"),
        ({"ResultWriter": {"WriterConfig": {"Transformation": "ZIP"}}}, "Transformation"),
        ({"ItemReader": {"Resource": "arn:aws:states:::s3:headObject"}}, "headObject"),
        (
            {
                "ItemReader": {
                    "Resource": "arn:aws:states:::s3:getObject",
                    "ReaderConfig": {"InputType": "CSV"},
                }
            },
            "CSVHeaderLocation",
        ),
    ],
)
def test_wrong_fields_are_refused_with_the_state(fields: dict[str, Any], message: str) -> None:
    with pytest.raises(PlanError, match=f"SCHEMA_VALIDATION_FAILED.*{message}.*/States/Each"):
        split(machine(Each=distributed(**fields)))
