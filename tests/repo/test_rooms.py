"""Which room may refer to which: the table of docs/decisions holds in the code."""

import re

import pytest

from tests.repo.tree import ROOT, below, imports, text, tracked

ROOMS = {
    ".ci",
    "asl",
    "docs",
    "envs",
    "examples",
    "functions",
    "glue_scripts",
    "local_aws",
    "modules",
    "tests",
    "tools",
}
COMPOSITES = {"backfill_pipeline", "batch_pipeline", "file_pipeline"}
# The first words of imports that each room may make among the project's own.
OWN = {"functions", "glue_scripts", "local_aws", "tools", "tests", "awsglue", "pipeline_spark"}
MAY_IMPORT = {
    "glue_scripts": {"glue_scripts", "awsglue", "pipeline_spark", "functions"},
    "local_aws": {"local_aws", "awsglue"},
    "tools": {"tools"},
}


def test_every_top_level_folder_is_a_known_room() -> None:
    found = {path.parts[0] for path in tracked() if len(path.parts) > 1}
    assert found <= ROOMS, f"unknown rooms {found - ROOMS}: add them to the README's table too"


@pytest.mark.parametrize("room", sorted(MAY_IMPORT))
def test_a_room_imports_only_what_it_may(room: str) -> None:
    wrong = [
        f"{path}:{line} imports {name}"
        for path in below(room, ".py")
        for line, name in imports(path)
        if name.split(".")[0] in OWN - MAY_IMPORT[room]
    ]
    assert not wrong, "\n".join(wrong)


TAKES_THE_STEPS_OF = {
    "process_batch": {
        "process_file",
        "publish_output",
        "quarantine_file",
        "trigger_pipeline",
        "validate_file",
    },
}
"""The functions that do in one process what others do one by one, and whose code theirs is."""


def test_a_function_imports_only_itself_and_common() -> None:
    wrong = []
    for path in below("functions", ".py"):
        if len(path.parts) < 3:
            continue
        folders = {"common", path.parts[1], *TAKES_THE_STEPS_OF.get(path.parts[1], ())}
        allowed = {f"functions.{folder}" for folder in folders}
        for line, name in imports(path):
            words = name.split(".")
            if words[0] in OWN and ".".join(words[:2]) not in allowed:
                wrong.append(f"{path}:{line} imports {name}")
    assert not wrong, "\n".join(wrong)


def test_a_glue_job_takes_of_functions_only_the_common_modules_about_arrow() -> None:
    allowed = {"arrow_columns", "arrow_csv", "arrow_texts", "parquet_parts"}
    wrong = [
        f"{path}:{line} imports {name}"
        for path in below("glue_scripts", ".py")
        for line, name in imports(path)
        if name.startswith("functions")
        and not any(name.startswith(f"functions.common.{module}") for module in allowed)
    ]
    assert not wrong, "\n".join(wrong)


def test_only_the_providers_of_glue_and_athena_know_localstack() -> None:
    plugs = {"provider.py"}
    wrong = [
        f"{path}:{line} imports {name}"
        for path in below("local_aws", ".py")
        if path.parts[1] in {"glue", "athena"} and path.name not in plugs
        for line, name in imports(path)
        if name.split(".")[0] in {"localstack", "moto"}
    ]
    assert not wrong, "\n".join(wrong)


def test_leaf_modules_refer_to_nothing_outside_themselves() -> None:
    wrong = [
        str(path)
        for path in below("modules", ".tf")
        if path.parts[1] not in COMPOSITES
        and "tests" not in path.parts
        and re.search(r'"[^"\n]*\.\./', text(path) or "")
    ]
    assert not wrong, f"leaf modules know only their inputs: {wrong}"


def test_providers_and_backends_stand_only_in_roots() -> None:
    wrong = [
        str(path)
        for path in below("modules", ".tf")
        if re.search(r'^\s*(provider|backend)\s+"', text(path) or "", re.MULTILINE)
    ]
    assert not wrong, f"providers and backends belong to envs/ and examples/: {wrong}"


def test_every_module_has_its_files_and_tests() -> None:
    modules = {path.parts[1] for path in below("modules", ".tf")}
    assert modules
    for module in sorted(modules):
        folder = ROOT / "modules" / module
        missing = [
            name
            for name in ("main.tf", "variables.tf", "outputs.tf", "versions.tf", "README.md")
            if not (folder / name).is_file()
        ]
        assert not missing, f"modules/{module} lacks {missing}"
        assert list(folder.glob("tests/*.tftest.hcl")), f"modules/{module} has no terraform test"


def test_state_machine_templates_hold_no_account_region_or_arn() -> None:
    # Optimised integrations are ARNs without account and region: arn:aws:states:::lambda:invoke.
    wrong = [
        f"{path}: {match}"
        for path in below("asl", ".json")
        for match in re.findall(
            r'"(?:arn:(?!(?:aws|\$\{partition\}):states:::)[^"]*|[^"]*\b\d{12}\b[^"]*)"',
            text(path) or "",
        )
    ]
    assert not wrong, "\n".join(wrong)
