"""Names derived from keys."""

import re
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.common.layout import Layout
from functions.common.naming import dataset_name, execution_name, source_object_name
from functions.common.objects import ObjectVersion

keys = st.text(min_size=1, max_size=300).filter(lambda key: key.strip("/") != "")


def test_an_execution_is_named_after_key_and_version() -> None:
    item = ObjectVersion("source", "people/2024/people.csv", "v1")
    digest = sha256(b"source\0people/2024/people.csv\0v1").hexdigest()
    assert execution_name(item) == f"people-2024-people-csv-{digest[:32]}"


@given(keys, st.none() | st.text(max_size=40))
def test_execution_names_are_what_step_functions_takes(key: str, version: str | None) -> None:
    name = execution_name(ObjectVersion("source", key, version))
    assert re.fullmatch(r"[A-Za-z0-9_-]{1,80}", name)


def test_versions_have_names_of_their_own() -> None:
    names = {
        execution_name(ObjectVersion("source", "a.csv", "v1")),
        execution_name(ObjectVersion("source", "a.csv", "v2")),
        execution_name(ObjectVersion("other", "a.csv", "v1")),
        execution_name(ObjectVersion("source", "a_csv", "v1")),
        execution_name(ObjectVersion("source", "a.csv", etag="e1", sequencer="1")),
        execution_name(ObjectVersion("source", "a.csv", etag="e1", sequencer="2")),
        execution_name(ObjectVersion("source", "a.csv", etag="e2", sequencer="2")),
    }
    assert len(names) == 7


def test_a_repeated_event_has_the_same_name() -> None:
    first = ObjectVersion("source", "a.csv", "v1", 5, "e", "1", "2026-01-01T00:00:00Z")
    again = ObjectVersion("source", "a.csv", "v1", None, None, None, "2026-01-01T00:00:09Z")
    assert execution_name(first) == execution_name(again)


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("people/people.csv", "people"),
        ("people/2024/01/a.csv", "people"),
        ("people.csv", "people"),
        ("People 2024.csv.gz", "people_2024"),
        ("sales.report.json", "sales_report"),
        ("/Sales-EU/x.csv", "sales_eu"),
        (".csv", "csv"),
    ],
)
def test_datasets(key: str, expected: str) -> None:
    assert dataset_name(key) == expected


@given(keys)
def test_datasets_can_name_a_table(key: str) -> None:
    assert re.fullmatch(r"[a-z0-9_]{1,128}", dataset_name(key))


def test_long_names_stay_apart() -> None:
    assert dataset_name("x" * 1_000 + "/a.csv") != dataset_name("x" * 1_001 + "/a.csv")


def test_names_without_latin_letters_stay_apart() -> None:
    assert dataset_name("日本/a.csv") != dataset_name("中国/a.csv")


def test_outputs_of_files_of_the_same_name_lie_apart() -> None:
    one = Layout.of("out", "source", "people/2024/a.csv")
    other = Layout.of("out", "source", "people/2025/a.csv")
    digest = sha256(b"source/people/2024/a.csv").hexdigest()[:16]
    assert one.attempts_path == f"s3://out/attempts/people/a-csv-{digest}/"
    assert one.manifest_uri == f"s3://out/processed/people/a-csv-{digest}.manifest"
    assert one.schema_key("v1") == f"attempts/people/a-csv-{digest}/schemas/v1.json"
    assert one.quarantine_key("e") == f"quarantine/people/a-csv-{digest}/e/"
    assert one.attempts_path != other.attempts_path
    assert one.manifest_uri != other.manifest_uri


@given(keys)
def test_no_key_reaches_beyond_its_folder(key: str) -> None:
    assert re.fullmatch(r"[a-z0-9-]+-[0-9a-f]{16}", source_object_name("source", key))
