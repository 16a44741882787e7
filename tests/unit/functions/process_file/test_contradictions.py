"""Records that contradict the columns: refused with their place, widened, or put aside."""

import json

import pytest

from functions.process_file.errors import RowCountMismatchError, SchemaContradictionError
from tests.unit.functions.process_file.corpus import CONTRADICTING, LATE, ROWS, csv, late, lines
from tests.unit.functions.process_file.engine import Lambda

ROW = LATE + 1
KEY = "people/people"


@pytest.mark.parametrize("name", CONTRADICTING)
def test_the_error_names_the_row(name: str, engine: Lambda) -> None:
    with pytest.raises(SchemaContradictionError, match=rf"{name}: row {ROW} \(line \d+\) does"):
        engine.run(CONTRADICTING[name], name)
    assert not engine.keys("")


def test_the_error_names_line_column_value_and_record(engine: Lambda) -> None:
    with pytest.raises(SchemaContradictionError) as caught:
        engine.run(late("5", "n/a"), f"{KEY}.csv")
    assert str(caught.value) == (
        f"s3://source-bucket/{KEY}.csv: row {ROW} (line {ROW + 1}) does not fit the columns that "
        f"validation found. Column x: 'n/a' is no bigint. Record begins: {LATE}, n/a"
    )


def test_lines_count_blank_ones_and_those_in_quotes(engine: Lambda) -> None:
    rows = [f'{n},"a\nb",{"n/a" if n == LATE else 1}' for n in range(ROWS)]
    with pytest.raises(SchemaContradictionError, match=rf"row {ROW} \(line {2 * LATE + 3}\)"):
        engine.run(csv("id,text,x", "", *rows), f"{KEY}.csv")


def test_an_array_has_rows_and_no_lines(engine: Lambda) -> None:
    records = [{"id": n, "x": "a" if n == LATE else 1} for n in range(ROWS)]
    with pytest.raises(SchemaContradictionError, match=rf"row {ROW} does.*Column x: '\"a\"' is no"):
        engine.run(json.dumps(records).encode(), f"{KEY}.json")


def test_the_first_of_several_is_told(engine: Lambda) -> None:
    rows = [f"{n},1,{'b' if n >= LATE else 1},{'c' if n == LATE else 1}" for n in range(LATE + 1)]
    rows += [f"{n},1,1,1" for n in range(LATE + 1, ROWS)]
    with pytest.raises(SchemaContradictionError, match=rf"row {ROW} .*Column y: 'b' is no bigint"):
        engine.run(csv("id,x,y,z", *rows), f"{KEY}.csv")


def test_a_long_value_is_shortened(engine: Lambda) -> None:
    with pytest.raises(SchemaContradictionError) as caught:
        engine.run(late("5", '"' + "long\n" * 1000 + '"'), f"{KEY}.csv")
    assert len(str(caught.value)) < 1000
    assert "\n" not in str(caught.value)


def test_widened_csv_keeps_every_text(engine: Lambda) -> None:
    engine.run(late("5.50", "n/a"), f"{KEY}.csv", "widen")
    table = engine.table()
    assert table.num_rows == ROWS
    assert str(table.schema.field("x").type) == "string"
    assert str(table.schema.field("id").type) == "int64"
    assert set(table["x"].to_pylist()) == {"5.50", "n/a"}
    types = {column["name"]: column["type"] for column in engine.result()["columns"]}
    assert types == {"id": "bigint", "x": "string", "processing_date": "date"}


def test_widening_takes_all_contradicted_columns(engine: Lambda) -> None:
    rows = [f"{'a' if n == LATE else n},{'b' if n == LATE else 1},1" for n in range(ROWS)]
    engine.run(csv("x,y,z", *rows), f"{KEY}.csv", "widen")
    types = [str(field.type) for field in engine.table().schema][:3]
    assert types == ["string", "string", "int64"]


def test_widened_json_takes_unseen_keys(engine: Lambda) -> None:
    odd = {"id": "x", "new": {"deep": 1}, "also": 2, "o": {"z": 1}}
    records = [odd if n == LATE else {"id": n, "o": {"y": 1}} for n in range(ROWS)]
    engine.run(lines(*records), f"{KEY}.jsonl", "widen")
    table = engine.table()
    assert table.schema.names == ["id", "o", "also", "new", "processing_date"]
    (found,) = [row for row in table.to_pylist() if row["new"]]
    del found["processing_date"]
    assert found == {"id": "x", "o": '{"z":1}', "also": "2", "new": '{"deep":1}'}


def test_quarantined_rows_are_put_aside_with_their_reasons(engine: Lambda) -> None:
    outcome = engine.run(late("5", "n/a"), f"{KEY}.csv", "quarantine_rows")
    assert (outcome.rows, outcome.quarantined_rows) == (ROWS - 1, 1)
    assert engine.table().num_rows == ROWS - 1
    assert str(LATE) not in map(str, engine.table()["id"].to_pylist())
    result = engine.result()
    assert (result["rows"], result["quarantined_rows"]) == (ROWS - 1, 1)
    assert engine.quarantined() == [
        {
            "row": ROW,
            "line": ROW + 1,
            "column": "x",
            "value": "n/a",
            "reason": "'n/a' is no bigint",
            "record": {"id": str(LATE), "x": "n/a"},
        }
    ]
    (key,) = engine.keys("quarantine/")
    assert key.startswith("quarantine/people/people-csv-")
    assert key.endswith("/file-1/rows/lambda-1-00000.jsonl")


def test_a_quarantined_json_record_stands_as_in_the_file(engine: Lambda) -> None:
    odd = b'{"id": 1.10,\r "x": {"y": "\\u00e9"}}'
    usual = b'{"id": 1, "x": null}'
    data = b"\n".join(odd if n == LATE else usual for n in range(ROWS))
    engine.run(data, f"{KEY}.jsonl", "quarantine_rows")
    (found,) = engine.quarantined()
    assert (found["row"], found["line"], found["column"]) == (ROW, ROW, "id")
    (key,) = engine.keys("quarantine/")
    assert b'{"id": 1.10,  "x": {"y": "\\u00e9"}}' in engine.read(key)


def test_every_row_may_be_quarantined(engine: Lambda) -> None:
    sampled_only_by_name = csv("id,x", *(f"{n},{'a' if n else 'b'}" for n in range(3)))
    key = f"{KEY}.csv"
    schema = json.dumps([{"name": "id", "type": "bigint"}, {"name": "x", "type": "bigint"}])
    validation = {
        "schema": schema, "file_type": "csv", "compression": "none", "row_count": 3,
        "size_bytes": len(sampled_only_by_name), "delimiter": ",", "multi_line": False,
    }  # fmt: skip
    outcome = engine.run(sampled_only_by_name, key, "quarantine_rows", validation=validation)
    assert (outcome.rows, outcome.quarantined_rows) == (0, 3)
    assert engine.table().num_rows == 0


def test_rows_are_counted_against_validation(engine: Lambda) -> None:
    data = csv("id,x", "1,2", "3,4")
    validation = {
        "schema": '[{"name": "id", "type": "bigint"}, {"name": "x", "type": "bigint"}]',
        "file_type": "csv", "compression": "none", "row_count": 3, "size_bytes": 1,
        "delimiter": ",",
    }  # fmt: skip
    with pytest.raises(RowCountMismatchError, match="counted 3 rows, 2 were read"):
        engine.run(data, f"{KEY}.csv", validation=validation)
    assert not engine.keys("attempts/")


def test_another_header_contradicts(engine: Lambda) -> None:
    validation = {
        "schema": '[{"name": "id", "type": "bigint"}, {"name": "y", "type": "bigint"}]',
        "file_type": "csv", "compression": "none", "row_count": 1, "size_bytes": 1,
        "delimiter": ",",
    }  # fmt: skip
    with pytest.raises(SchemaContradictionError, match="the header is not the one"):
        engine.run(csv("id,x", "1,2"), f"{KEY}.csv", validation=validation)


STRICT = {
    "endless double": ("double", "1e999"),
    "fine decimal": ("decimal(38,18)", "1.1234567890123456789"),
    "text for a decimal": ("decimal(38,18)", '"1.5"'),
    "flag for a decimal": ("decimal(38,18)", "true"),
    "seconds for a timestamp": ("timestamp", "5"),
    "text for a boolean": ("boolean", '"true"'),
    "nested text for a date": ("struct<d:date>", '{"d": "2026-02-30"}'),
    "nested number for a timestamp": ("array<timestamp>", "[5]"),
}


@pytest.mark.parametrize("name", STRICT)
def test_no_value_is_changed_to_fit(name: str, engine: Lambda) -> None:
    kind, value = STRICT[name]
    data = f'{{"x": {value}}}\n'.encode()
    validation = {
        "schema": json.dumps([{"name": "x", "type": kind}]), "file_type": "json_lines",
        "json_shape": "lines", "compression": "none", "row_count": 1, "size_bytes": len(data),
    }  # fmt: skip
    with pytest.raises(SchemaContradictionError, match=r"row 1 \(line 1\)"):
        engine.run(data, f"{KEY}.jsonl", validation=validation)
