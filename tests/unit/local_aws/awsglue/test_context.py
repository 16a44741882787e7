"""https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-crawler-pyspark-extensions-glue-context.html"""

import logging
from typing import Any

import pytest
from awsglue import gluetypes
from awsglue.errors import UnsupportedByLocalGlue
from awsglue.job import Job
from awsglue.transforms import FlatMap, MapToCollection, SelectFields

pytestmark = pytest.mark.spark


def test_spark_answers_what_glue_does_not(glue: Any) -> None:
    assert glue.sql("select 1 one").first()["one"] == 1
    assert glue.spark_session.sparkContext is not None
    with pytest.raises(AttributeError, match="nonsense"):
        _ = glue.nonsense


def test_a_job_must_begin_before_it_ends(glue: Any) -> None:
    job = Job(glue)
    with pytest.raises(RuntimeError, match=r"job\.init"):
        job.commit()
    job.init("name", {"JOB_NAME": "name", "job_bookmark_option": "job-bookmark-disable"})
    assert job.isInitialized()
    job.commit()


class Recorder:
    """Bookmarks that pass over one file."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, list[str]]] = []
        self.committed = False

    def follows(self, transformation_ctx: str) -> bool:
        return True

    def pending(self, transformation_ctx: str, files: Any, limits: Any) -> Any:
        self.asked.append((transformation_ctx, [file.path for file in files]))
        return [file for file in files if not file.path.endswith("old.json")]

    def commit(self) -> None:
        self.committed = True


def test_readers_ask_the_bookmarks_and_commit_moves_them(
    glue: Any, rows: Any, tmp_path: Any
) -> None:
    for name in ("old", "new"):
        (tmp_path / f"{name}.json").write_text(f'{{"name": "{name}"}}')
    job = Job(glue)
    job.init("name", {})
    glue.bookmarks = Recorder()
    paths = [f"{tmp_path}/{name}.json" for name in ("old", "new")]
    frame = glue.create_dynamic_frame.from_options("s3", {"paths": paths}, "json", {}, "my_ctx")
    assert rows(frame) == [{"name": "new"}]
    assert glue.bookmarks.asked == [("my_ctx", [f"file:{path}" for path in paths])]
    job.commit()
    assert glue.bookmarks.committed


def test_the_logger_writes_to_stderr(glue: Any, capfd: pytest.CaptureFixture[str]) -> None:
    logger = glue.get_logger()
    handler = logging.getLogger("GlueLogger").handlers[0]
    assert isinstance(handler, logging.StreamHandler)
    handler.setStream(__import__("sys").stderr)
    logger.info("hello %s {}")
    logger.warn("careful")
    logger.error("bad")
    err = capfd.readouterr().err
    assert "INFO GlueLogger: hello %s {}" in err
    assert "WARNING GlueLogger: careful" in err
    assert "ERROR GlueLogger: bad" in err


def test_schema_show_and_count(frame: Any, capsys: pytest.CaptureFixture[str]) -> None:
    given = frame([(1, ("x",), [1.5])], "id bigint, s struct<a: string>, l array<double>")
    assert given.count() == 1
    assert given.schema().field_map["id"].dataType == gluetypes.LongType()
    assert isinstance(given.schema().getField("l"), gluetypes.ArrayType)
    given.printSchema()
    given.show()
    out = capsys.readouterr().out
    assert out.startswith(
        "root\n|-- id: long\n|-- s: struct\n|    |-- a: string\n"
        "|-- l: array\n|    |-- element: double\n"
    )
    assert '{"id": 1, "s": {"a": "x"}, "l": [1.5]}' in out


def test_repartition_and_coalesce(frame: Any) -> None:
    given = frame([(at,) for at in range(10)], "a int").repartition(4)
    assert given.getNumPartitions() == 4
    assert given.coalesce(2).getNumPartitions() == 2


def test_from_rdd(glue: Any, rows: Any) -> None:
    data = glue.spark_session.sparkContext.parallelize([(1, "a")])
    assert rows(glue.create_dynamic_frame.from_rdd(data, "n", ["x", "y"])) == [{"x": 1, "y": "a"}]


def test_transforms_over_collections(frame: Any, rows: Any) -> None:
    halves = frame([(1, 2, 3)], "a int, b int, c int").split_fields(["a", "b"], "l", "r")
    kept = MapToCollection.apply(halves, SelectFields, "frame", paths=["a", "c"])
    assert rows(kept["l"]) == [{"a": 1}]
    flat = FlatMap.apply(halves, SelectFields, "frame", paths=["b", "c"])
    assert rows(flat["r"]) == [{"c": 3}]


@pytest.mark.parametrize("name", ["purge_table", "transition_table", "forEachBatch"])
def test_what_is_not_supported_says_so(glue: Any, name: str) -> None:
    with pytest.raises(UnsupportedByLocalGlue, match="not supported by the local Glue"):
        getattr(glue, name)("x", "y")


def test_ingestion_columns(glue: Any) -> None:
    df = glue.add_ingestion_time_columns(glue.sql("select 1 a"), "hour")
    assert df.columns == ["a", "ingest_year", "ingest_month", "ingest_day", "ingest_hour"]
    with pytest.raises(ValueError, match="day, hour, minute"):
        glue.add_ingestion_time_columns(df, "second")
