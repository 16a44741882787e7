"""The fields of a distributed Map state that LocalStack's grammar does not know or heed."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

LIST_OBJECTS = "arn:aws:states:::s3:listObjectsV2"
GET_OBJECT = "arn:aws:states:::s3:getObject"
PUT_OBJECT = "arn:aws:states:::s3:putObject"
INPUT_TYPES = frozenset({"CSV", "JSON", "JSONL", "MANIFEST"})
TRANSFORMATIONS = frozenset({"NONE", "COMPACT", "FLATTEN"})
OUTPUT_TYPES = frozenset({"JSON", "JSONL"})


class PlanError(ValueError):
    """A field that AWS refuses when the state machine is created."""


@dataclass(frozen=True)
class Reader:
    """An ItemReader. ``parameters`` is a payload template; ``config`` is its ReaderConfig."""

    resource: str
    parameters: Mapping[str, Any]
    config: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Batcher:
    """An ItemBatcher. The two limits are payload templates of one member, ``value``, or None."""

    items: Mapping[str, Any] | None
    bytes: Mapping[str, Any] | None
    input: Mapping[str, Any] | None


@dataclass(frozen=True)
class Writer:
    """A ResultWriter. Without ``parameters`` it only transforms the state's output."""

    parameters: Mapping[str, Any] | None
    transformation: str
    output_type: str


@dataclass(frozen=True)
class MapPlan:
    """One distributed Map state. ``tolerates`` says which thresholds its definition gives."""

    reader: Reader | None
    selector: Mapping[str, Any] | None
    batcher: Batcher | None
    writer: Writer | None
    tolerates_count: bool
    tolerates_percentage: bool
    express: bool
    definition: str


def split(definition: str) -> tuple[str, dict[str, MapPlan]]:
    """Take the fields out of a state machine's definition.

    Return the rest, and the plans by the names of their states. What is no JSON comes back as it
    is. Raises PlanError.
    """
    try:
        machine = json.loads(definition)
    except ValueError:
        return definition, {}
    plans: dict[str, MapPlan] = {}
    for name, state in _distributed_maps(machine, None):
        plans[name] = _plan(name, state)
        for member in ("ItemReader", "ItemSelector", "ItemBatcher", "ResultWriter"):
            state.pop(member, None)
        _put_in_words_of_localstack(state)
    return (json.dumps(machine), plans) if plans else (definition, {})


def _put_in_words_of_localstack(state: dict[str, Any]) -> None:
    """Its grammar has no Express children, and wants a point in a percentage."""
    state["ItemProcessor"]["ProcessorConfig"]["ExecutionType"] = "STANDARD"
    if "ToleratedFailurePercentage" in state:
        state["ToleratedFailurePercentage"] = float(state["ToleratedFailurePercentage"])


def _distributed_maps(machine: Any, language: str | None) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield an outer state before those in it, so that its plan is made while they are whole."""
    states = machine.get("States") if isinstance(machine, dict) else None
    language = machine.get("QueryLanguage", language) if isinstance(machine, dict) else None
    for name, state in states.items() if isinstance(states, dict) else ():
        if not isinstance(state, dict):
            continue
        if _is_distributed(state, state.get("QueryLanguage", language)):
            yield name, state
        for branch in state.get("Branches") or ():
            yield from _distributed_maps(branch, language)
        yield from _distributed_maps(state.get("ItemProcessor"), language)


def _is_distributed(state: Mapping[str, Any], language: str | None) -> bool:
    processor = state.get("ItemProcessor")
    config = processor.get("ProcessorConfig") if isinstance(processor, dict) else None
    distributed = isinstance(config, dict) and config.get("Mode") == "DISTRIBUTED"
    # JSONata needs more than LocalStack brings; those states are left to it.
    return state.get("Type") == "Map" and distributed and language in (None, "JSONPath")


def _plan(name: str, state: Mapping[str, Any]) -> MapPlan:
    processor = state["ItemProcessor"]
    try:
        return MapPlan(
            reader=_reader(state.get("ItemReader")),
            selector=state.get("ItemSelector"),
            batcher=_batcher(state.get("ItemBatcher")),
            writer=_writer(state.get("ResultWriter")),
            tolerates_count=_has(state, "ToleratedFailureCount"),
            tolerates_percentage=_has(state, "ToleratedFailurePercentage"),
            express=processor["ProcessorConfig"].get("ExecutionType", "STANDARD") == "EXPRESS",
            definition=json.dumps({k: v for k, v in processor.items() if k != "ProcessorConfig"}),
        )
    except PlanError as error:
        raise PlanError(f"SCHEMA_VALIDATION_FAILED: {error} at /States/{name}") from None


def _has(fields: Mapping[str, Any], name: str) -> bool:
    return name in fields or f"{name}Path" in fields


def _reader(given: Mapping[str, Any] | None) -> Reader | None:
    if given is None:
        return None
    resource, config = given.get("Resource", ""), given.get("ReaderConfig") or {}
    if resource not in (LIST_OBJECTS, GET_OBJECT):
        raise PlanError(f"ItemReader's Resource {resource!r} is not supported")
    if resource == GET_OBJECT and config.get("InputType") not in INPUT_TYPES:
        raise PlanError(f"ReaderConfig's InputType must be one of {', '.join(sorted(INPUT_TYPES))}")
    if config.get("ManifestType", "S3_INVENTORY") != "S3_INVENTORY":
        raise PlanError("ReaderConfig's ManifestType must be S3_INVENTORY here")
    if config.get("InputType") == "CSV" and "CSVHeaderLocation" not in config:
        raise PlanError("ReaderConfig needs a CSVHeaderLocation, FIRST_ROW or GIVEN")
    return Reader(resource, given.get("Parameters") or {}, config)


def _batcher(given: Mapping[str, Any] | None) -> Batcher | None:
    """https://docs.aws.amazon.com/step-functions/latest/dg/input-output-itembatcher.html."""
    if given is None:
        return None
    found = Batcher(
        _limit(given, "MaxItemsPerBatch"),
        _limit(given, "MaxInputBytesPerBatch"),
        given.get("BatchInput"),
    )
    if found.items is None and found.bytes is None:
        raise PlanError("ItemBatcher needs MaxItemsPerBatch or MaxInputBytesPerBatch")
    return found


def _limit(given: Mapping[str, Any], name: str) -> Mapping[str, Any] | None:
    if name in given:
        return {"value": given[name]}
    path = given.get(f"{name}Path")
    return None if path is None else {"value.$": path}


def _writer(given: Mapping[str, Any] | None) -> Writer | None:
    """https://docs.aws.amazon.com/step-functions/latest/dg/input-output-resultwriter.html."""
    if given is None:
        return None
    if not given or ("Resource" in given) != ("Parameters" in given):
        raise PlanError("ResultWriter needs a WriterConfig, or a Resource with Parameters")
    if given.get("Resource", PUT_OBJECT) != PUT_OBJECT:
        raise PlanError(f"ResultWriter's Resource {given['Resource']!r} is not supported")
    config = given.get("WriterConfig") or {}
    transformation = config.get("Transformation", "NONE")
    output_type = config.get("OutputType", "JSON")
    if transformation not in TRANSFORMATIONS or output_type not in OUTPUT_TYPES:
        raise PlanError("WriterConfig has an unknown Transformation or OutputType")
    return Writer(given.get("Parameters"), transformation, output_type)
