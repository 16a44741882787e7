"""process_file: its input and answer, its limits, its memory."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.common.arrow_columns import arrow_type
from functions.common.errors import InvalidInputError
from functions.process_file import handler as edge
from functions.process_file.errors import FileTooLargeError, SourceGoneError
from functions.process_file.json_elements import elements
from functions.process_file.request import Request
from tests.unit.functions.conftest import Context
from tests.unit.functions.process_file.corpus import csv
from tests.unit.functions.process_file.engine import PROCESSED, SOURCE, Lambda, event
from tests.unit.functions.validate_file.files import judge

KEY = "people/people.csv"
DATA = csv("id,name", "1,Ada", "2,Grace")


def handle(engine: Lambda, event: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("PROCESSED_BUCKET", PROCESSED)
    edge._s3.cache_clear()
    return edge.handler(event, Context())  # type: ignore[arg-type]


def test_the_answer_is_a_job(engine: Lambda, monkeypatch: pytest.MonkeyPatch) -> None:
    engine.s3.put_object(Bucket=SOURCE, Key=KEY, Body=DATA)
    answer = handle(engine, event(judge(DATA, KEY), KEY), monkeypatch)
    attempt = f"lambda-{Context.aws_request_id}"
    assert answer == {
        "engine": "lambda",
        "attempt_id": attempt,
        "job_name": "function-under-test",
        "job_run_id": attempt,
        "job_run_state": "SUCCEEDED",
        "execution_time": 1,
    }
    result = engine.result()
    (file,) = result.pop("files")
    assert file["key"].endswith(f"/{attempt}/part-00000.parquet")
    assert file["size"] == len(engine.read(file["key"]))
    assert result == {
        "attempt_id": attempt,
        "rows": 2,
        "quarantined_rows": 0,
        "columns": [
            {"name": "id", "type": "bigint", "nullable": True},
            {"name": "name", "type": "string", "nullable": True},
            {"name": "processing_date", "type": "date", "nullable": False},
        ],
    }


def test_a_long_schema_is_read_from_s3(engine: Lambda) -> None:
    schema = json.dumps([{"name": "id", "type": "string"}, {"name": "name", "type": "string"}])
    engine.s3.put_object(Bucket=PROCESSED, Key="attempts/schemas/1.json", Body=schema.encode())
    validation = judge(DATA, KEY).to_json() | {
        "schema": f"s3://{PROCESSED}/attempts/schemas/1.json"
    }
    engine.run(DATA, KEY, validation=validation)
    assert engine.table()["id"].to_pylist() == ["1", "2"]


def test_the_version_that_was_validated_is_read(engine: Lambda) -> None:
    engine.s3.put_bucket_versioning(Bucket=SOURCE, VersioningConfiguration={"Status": "Enabled"})
    first = engine.s3.put_object(Bucket=SOURCE, Key=KEY, Body=csv("id,name", "7,x", "8,y"))
    engine.run(DATA, KEY, version_id=first["VersionId"])
    assert engine.table()["id"].to_pylist() == [7, 8]


def test_what_is_gone_cannot_be_processed(engine: Lambda) -> None:
    with pytest.raises(SourceGoneError, match="not there any more"):
        engine.run(DATA, KEY, bucket="processed-bucket")


def test_a_file_too_large_is_refused_before_it_is_read(engine: Lambda) -> None:
    small = Lambda(engine.s3, max_file_bytes=len(DATA) - 1)
    with pytest.raises(FileTooLargeError, match=r"has 22 bytes, the function takes 21\. Raise"):
        small.run(DATA, KEY)
    assert not engine.keys("")


@pytest.mark.parametrize(
    "wrong",
    [
        {"validation": None},
        {"validation": {}},
        {"execution_name": None, "processing_date": "today"},
        {"on_contradiction": "ignore"},
        {"bucket": ""},
    ],
)
def test_a_senseless_input_is_named(wrong: dict[str, Any]) -> None:
    with pytest.raises(InvalidInputError):
        Request.from_input(event(judge(DATA, KEY), KEY) | wrong)


@pytest.mark.parametrize(
    "schema", ["[]", "{}", "x", '[{"name": "id"}]', '[{"name": "id", "type": "number"}]']
)
def test_a_senseless_schema_is_named(schema: str) -> None:
    validation = judge(DATA, KEY).to_json() | {"schema": schema}
    request = Request.from_input(event(judge(DATA, KEY), KEY) | {"validation": validation})
    with pytest.raises(InvalidInputError):
        request.columns(lambda uri: uri)


@pytest.mark.parametrize(
    ("ddl", "arrow"),
    [
        ("decimal(20,0)", "decimal128(20, 0)"),
        ("array<array<string>>", "list<element: list<element: string>>"),
        ("map<string,bigint>", "map<string, int64>"),
        (
            "struct<`a:b ``c```:date,d:struct<e:int>>",
            "struct<a:b `c`: date32[day], d: struct<e: int32>>",
        ),
        ("timestamp_ntz", "timestamp[us]"),
    ],
)
def test_types_of_spark(ddl: str, arrow: str) -> None:
    assert str(arrow_type(ddl)) == arrow


@pytest.mark.parametrize("ddl", ["", "array<", "struct<a>", "int>", "a b", "map<string>", "text"])
def test_other_types_are_refused(ddl: str) -> None:
    with pytest.raises(InvalidInputError):
        arrow_type(ddl)


class Chunks:
    """A stream that gives a few bytes at a time, however many are asked for."""

    def __init__(self, data: bytes, size: int) -> None:
        self._data, self._size = data, size

    def read(self, size: int) -> bytes:
        size = min(size, self._size)
        piece, self._data = self._data[:size], self._data[size:]
        return piece


@pytest.mark.parametrize("size", [1, 2, 7, 1000])
def test_elements_are_cut_wherever_chunks_end(size: int) -> None:
    texts = [b'{"a": "],{\\""}', b'{"b":[1, {"c": 2}]}', b"{}", b'{"d": -1.5e3}']
    data = b" \n[" + b" ,\r\n".join(texts) + b"\t]\n"
    assert list(elements(Chunks(data, size))) == texts  # type: ignore[arg-type]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=2), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(
    st.lists(
        st.dictionaries(st.sampled_from(["a", "b"]), JSON, max_size=2), min_size=1, max_size=9
    ),
    st.sampled_from([None, 1]),
    st.integers(1, 60),
)
def test_elements_are_those_that_json_reads(
    objects: list[Any], indent: int | None, size: int
) -> None:
    data = json.dumps(objects, indent=indent).encode()
    found = [json.loads(text) for text in elements(Chunks(data, size))]  # type: ignore[arg-type]
    assert found == objects


MEASURE = """
import sys
from pathlib import Path
from datetime import date
from functions.common.arrow_columns import Column
from functions.common.parquet_parts import ParquetParts
from functions.process_file.csv_records import CsvRecords
from functions.process_file.json_records import JsonRecords
path, form, folder = Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3])
columns = [Column.of("id", "bigint"), Column.of("text", "string"), Column.of("x", "double")]
def source():
    return path.open("rb")
records = (
    CsvRecords("", source, columns, ",", False, 4 * 2**20)
    if form == "csv"
    else JsonRecords("", source, columns, form)
)
parts = ParquetParts(folder, columns, date(2026, 11, 21))
rows = 0
for batch in records.batches():
    parts.write(batch.fitting)
    rows += batch.rows
parts.close()
peak = next(line for line in open("/proc/self/status") if line.startswith("VmHWM"))
print(rows, int(peak.split()[1]) // 1024)
"""


def records(form: str, count: int) -> Iterator[bytes]:
    text = "some text that takes its room " * 3
    if form == "csv":
        yield b"id,text,x\n"
    yield b"[" if form == "array" else b""
    for n in range(count):
        if form == "csv":
            yield f"{n},{text}{n},{n / 7}\n".encode()
        else:
            comma = "," if form == "array" and n else ""
            yield f'{comma}{{"id": {n}, "text": "{text}{n}", "x": {n / 7}}}\n'.encode()
    yield b"]" if form == "array" else b""


@pytest.mark.skipif(sys.platform != "linux", reason="reads the peak from /proc")
@pytest.mark.parametrize("form", ["csv", "lines", "array"])
def test_memory_does_not_grow_with_the_file(form: str, tmp_path: Path) -> None:
    peaks = []
    for count in (400_000, 800_000):
        path = tmp_path / f"{count}"
        with path.open("wb") as file:
            file.writelines(records(form, count))
        command = [sys.executable, "-c", MEASURE, str(path), form, str(tmp_path)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        rows, peak = map(int, done.stdout.split())
        assert rows == count
        peaks.append(peak)
    # 45 MB and 90 MB of text, beyond a row group both; the margin is what an allocator may keep.
    assert peaks[1] < peaks[0] + 48, peaks
    assert peaks[1] < 400, peaks
