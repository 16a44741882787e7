"""https://docs.aws.amazon.com/glue/latest/dg/aws-glue-programming-etl-connect-s3-home.html"""

import shutil
from pathlib import Path
from typing import Any

import pytest
from awsglue.files import list_files, literal

pytestmark = pytest.mark.spark


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    for name in ("a", "_a", ".a", "k=v/b", "k=_x/c", "plain/d", "_temporary/e", "plain/_s/f"):
        path = tmp_path / f"{name}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text('{"n": 1}')
    return tmp_path


def names(session: Any, path: str | Path, recurse: bool = False) -> list[str]:
    return sorted(file.path.rsplit("/", 1)[-1][0] for file in list_files(session, path, recurse))


def test_files_are_those_that_spark_reads(tree: Path, spark: Any) -> None:
    assert names(spark, str(tree)) == ["a", "b", "c"]
    assert names(spark, str(tree), recurse=True) == ["a", "b", "c", "d"]
    assert names(spark, f"{tree}/*", recurse=True) == ["a", "b", "c", "d"]
    # Spark itself refuses a folder that is no partition beside some that are.
    shutil.rmtree(tree / "plain")
    (tree / "a.json").unlink()
    for session_reads in (spark.read, spark.read.option("recursiveFileLookup", "true")):
        found = session_reads.json(str(tree)).select("_metadata.file_path").collect()
        assert sorted(row[0].rsplit("/", 1)[-1][0] for row in found) == names(spark, str(tree))


def test_a_file_is_its_own_root(tree: Path, spark: Any) -> None:
    (one,) = list_files(spark, str(tree / "a.json"), recurse=False)
    assert (one.root, one.size) == (None, 8)
    assert list_files(spark, str(tree / "nothing"), recurse=True) == []


def test_a_name_is_no_glob(tmp_path: Path, spark: Any, glue: Any, rows: Any) -> None:
    for name in ("{x}", "[a]", "q?", "s*", "plain"):
        (tmp_path / f"{name}.json").write_text(f'{{"n": "{name}"}}')
    found = glue.create_dynamic_frame.from_options(
        "s3", {"paths": [str(tmp_path)], "exclusions": '["plain*"]'}, "json"
    )
    assert [row["n"] for row in rows(found)] == ["[a]", "q?", "s*", "{x}"]
    assert literal("s3://b/plain name.csv") == "s3://b/plain name.csv"


def test_folders_are_columns_when_files_are_chosen(tree: Path, glue: Any, rows: Any) -> None:
    found = glue.create_dynamic_frame.from_options(
        "s3", {"paths": [str(tree)], "exclusions": '["a.json"]'}, "json"
    )
    assert rows(found) == [{"n": 1, "k": "_x"}, {"n": 1, "k": "v"}]


def test_a_run_reads_no_more_than_its_bounds(tree: Path, glue: Any, rows: Any) -> None:
    """https://docs.aws.amazon.com/glue/latest/dg/bounded-execution-workload-partitioning.html"""
    options = {"paths": [str(tree)], "recurse": True, "boundedFiles": "2"}
    assert len(rows(glue.create_dynamic_frame.from_options("s3", options, "json"))) == 2
