"""JSON into records.

A key that a record lacks is null. A key that validation did not see ends the job, at any depth,
since a column left out is lost data. In a column of text, a value that is no text stands as JSON,
as Spark writes it: 1.10 becomes 1.1.
"""

from collections.abc import Mapping

from pyspark.sql import Column as Expression
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F  # noqa: N812 - Spark's own name for it
from pyspark.sql.types import ArrayType, DataType, StringType, StructField, StructType

from pipeline_spark.arguments import JobArguments
from pipeline_spark.columns import Column, schema_of
from pipeline_spark.contradiction import (
    CORRUPT_RECORD,
    refuse_contradictions,
    shown,
    stop_with,
)

_BYTE_ORDER_MARK = "\ufeff"
_SYNTAX: Mapping[str, str] = {
    # Spark's defaults accept what JSON does not have.
    "allowSingleQuotes": "false",
    "allowNonNumericNumbers": "false",
}
_OPTIONS: Mapping[str, str] = {
    **_SYNTAX,
    "mode": "PERMISSIVE",
    "columnNameOfCorruptRecord": CORRUPT_RECORD,
    # ISO 8601 as validation reads it. Spark's own readers would take a year alone for a date.
    "dateFormat": "yyyy-MM-dd",
    "timestampFormat": "yyyy-MM-dd['T'][ ]HH:mm:ss[.SSSSSS][XXX]",
    "enableDateTimeParsingFallback": "false",
    "timeZone": "UTC",
}


def read_json(spark: SparkSession, uri: str, arguments: JobArguments) -> DataFrame:
    """Read the file at ``uri`` with the validated columns; a record that does not fit ends the job.

    The file holds one object per line; ``json_lines`` makes that of any other shape.
    """
    texts = without_byte_order_mark(spark.read.text(uri, lineSep="\n"))
    return parse_records(texts, arguments.columns)


def without_byte_order_mark(texts: DataFrame) -> DataFrame:
    """Drop a byte order mark from the front of each ``value``, and values of white space alone."""
    value = F.col("value")
    marked = value.startswith(_BYTE_ORDER_MARK)
    clean = F.when(marked, F.substring(value, 2, 2**31 - 1)).otherwise(value)
    return texts.select(clean.alias("value")).where(F.col("value").rlike(r"\S"))


def parse_records(texts: DataFrame, columns: tuple[Column, ...]) -> DataFrame:
    """Turn each ``value``, the text of one object, into a row of the columns."""
    schema = f"{schema_of(columns)}, `{CORRUPT_RECORD}` string"
    parsed = texts.select("value", F.from_json("value", schema, dict(_OPTIONS)).alias("record"))
    record_type = parsed.schema["record"].dataType
    known = StructType([field for field in record_type if field.name != CORRUPT_RECORD])
    unknown = unknown_keys(F.col("value"), known)
    message = F.concat(
        F.lit("A record has keys that validation did not see: "),
        F.array_join(unknown, ", "),
        F.lit(". Record: "),
        shown(F.col("value")),
    )
    # A record that does not parse has its own, better message further on.
    stray = F.col(f"record.{CORRUPT_RECORD}").isNull() & (F.size(unknown) > 0)
    checked = F.when(stray, stop_with(message)).otherwise(F.col("record"))
    return refuse_contradictions(parsed.select(checked.alias("record")).select("record.*"), columns)


def unknown_keys(text: Expression, known: DataType, path: str = "") -> Expression:
    """Return the keys in ``text``, a JSON value, that the type ``known`` lacks, as dotted paths.

    The expression is an array of strings, empty where the value is null or a scalar.
    """
    if isinstance(known, StructType):
        return _unknown_in_struct(text, known, path)
    if isinstance(known, ArrayType) and _holds_keys(known.elementType):
        elements = F.from_json(text, "array<string>", dict(_SYNTAX))
        found = F.flatten(
            F.transform(elements, lambda item: unknown_keys(item, known.elementType, f"{path}[]"))
        )
        return F.coalesce(found, F.array().cast("array<string>"))
    return F.array().cast("array<string>")


def _unknown_in_struct(text: Expression, known: StructType, path: str) -> Expression:
    prefix = f"{path}." if path else ""
    names = F.array(*(F.lit(field.name) for field in known))
    strays = F.array_except(F.json_object_keys(text), names)
    here = F.transform(strays, lambda name: F.concat(F.lit(prefix), name))
    nested = [field for field in known if _holds_keys(field.dataType)]
    # One parse hands out the texts of all nested values. get_json_object would want them named in a
    # path syntax that cannot spell every key.
    texts = StructType([StructField(field.name, StringType()) for field in nested])
    values = F.from_json(text, texts, dict(_SYNTAX)) if nested else F.lit(None)
    below = [
        unknown_keys(values.getField(field.name), field.dataType, f"{prefix}{field.name}")
        for field in nested
    ]
    empty = F.array().cast("array<string>")
    return F.concat(F.coalesce(here, empty), *below)


def _holds_keys(known: DataType) -> bool:
    if isinstance(known, ArrayType):
        return _holds_keys(known.elementType)
    return isinstance(known, StructType)
