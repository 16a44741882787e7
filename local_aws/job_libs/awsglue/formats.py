"""Glue's formats and their options, as Spark's.

https://docs.aws.amazon.com/glue/latest/dg/aws-glue-programming-etl-format.html
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from pyspark.sql.types import ArrayType, DataType, StructType

from .errors import UnsupportedByLocalGlue
from .logger import GlueLogger

SUPPORTED = ("csv", "json", "parquet", "glueparquet", "orc")
# Hints on speed and grouping: they change no result, so they need no counterpart.
HINTS = frozenset({"optimizePerformance", "useGlueParquetWriter", "strictCheckForQuoting"})
NO_QUOTES = ("-1", -1)
# Steps of a jsonPath that name one place: .name, ['name'], [*]
_JSON_STEP = re.compile(r"\.([A-Za-z_][\w-]*)|\['([^']+)'\]|(\[\*\])")


@dataclass(frozen=True)
class Format:
    """Spark's name of a format with its options. ``json_path`` picks records out of documents."""

    name: str
    options: dict[str, str] = field(default_factory=dict)
    json_path: tuple[str, ...] = ()
    skip_first: bool = False


def check(name: str | None) -> str:
    """Return Spark's name of Glue's format ``name``. Raises UnsupportedByLocalGlue."""
    if not name:
        raise ValueError(f"Say the format: one of {', '.join(SUPPORTED)}")
    if name.lower() not in SUPPORTED:
        raise UnsupportedByLocalGlue(
            f"The format {name!r}", f"Use one of {', '.join(SUPPORTED)}, or read it with Spark."
        )
    return "parquet" if name.lower() == "glueparquet" else name.lower()


def reading(name: str | None, options: Mapping[str, Any]) -> Format:
    """Return how Spark reads the format with Glue's ``format_options``."""
    spark_name = check(name)
    if spark_name == "csv":
        return _reading_csv(options)
    if spark_name == "json":
        return _reading_json(options)
    _complain_of_unknown(name, options, HINTS | {"compression"})
    # Records of a DynamicFrame each have their own schema; the frame has them all.
    return Format(spark_name, {"mergeSchema": "true"})


def _reading_csv(options: Mapping[str, Any]) -> Format:
    known = {"separator", "escaper", "quoteChar", "multiLine", "multiline", "withHeader"}
    _complain_of_unknown("csv", options, HINTS | known | {"skipFirst", "encoding", "writeHeader"})
    multiline = options.get("multiLine", options.get("multiline", False))
    spark = {
        **_csv_signs(options),
        "header": _text(options.get("withHeader", False)),
        "multiLine": _text(multiline),
        "mode": "PERMISSIVE",
    }
    if "encoding" in options:
        spark["encoding"] = str(options["encoding"])
    return Format("csv", spark, skip_first=_true(options.get("skipFirst", False)))


def _csv_signs(options: Mapping[str, Any]) -> dict[str, str]:
    signs = {"sep": str(options.get("separator", ","))}
    quote = options.get("quoteChar", '"')
    # Spark takes an empty quote for none.
    signs["quote"] = "" if quote in NO_QUOTES else str(quote)
    escaper = options.get("escaper", "none")
    if escaper not in (None, "none", "", *NO_QUOTES):
        signs["escape"] = str(escaper)
    elif signs["quote"]:
        # RFC 4180: a quote within quotes is doubled. Spark's own default is a backslash.
        signs["escape"] = signs["quote"]
    return signs


def _reading_json(options: Mapping[str, Any]) -> Format:
    known = {"jsonPath", "multiline", "multiLine", "encoding"}
    _complain_of_unknown("json", options, HINTS | known)
    path = _json_path(str(options.get("jsonPath") or "$"))
    multiline = _true(options.get("multiLine", options.get("multiline", False)))
    spark = {"multiLine": _text(multiline)}
    if "encoding" in options:
        spark["encoding"] = str(options["encoding"])
    return Format("json", spark, json_path=path)


def _json_path(text: str) -> tuple[str, ...]:
    """Return the steps of a jsonPath; ``[*]`` is a step as well."""
    if not text.startswith("$"):
        raise ValueError(f"jsonPath must begin with $, not {text!r}")
    rest, at = text[1:], 0
    steps: list[str] = []
    while at < len(rest):
        found = _JSON_STEP.match(rest, at)
        if not found:
            raise UnsupportedByLocalGlue(
                f"The jsonPath {text!r}", "Use names and [*] only, such as $.records[*]."
            )
        steps.append(found[1] or found[2] or found[3])
        at = found.end()
    return tuple(steps)


def pick(df: DataFrame, json_path: tuple[str, ...]) -> DataFrame:
    """Return the records at ``json_path`` of the documents in ``df``.

    Spark has already taken a document that is an array for its elements.
    """
    steps = json_path[1:] if json_path[:1] == ("[*]",) else json_path
    if not steps:
        return df
    value: Column | None = None
    kind: DataType = df.schema
    for step in steps:
        if step == "[*]":
            if not isinstance(kind, ArrayType) or value is None:
                raise ValueError(f"jsonPath {json_path}: [*] on what is no array")
            df = df.select(F.explode(value).alias("value"))
            value, kind = F.col("value"), kind.elementType
            continue
        if not isinstance(kind, StructType) or step not in kind.names:
            raise ValueError(f"jsonPath {json_path}: there is no {step!r}")
        value = F.col(f"`{step}`") if value is None else value.getField(step)
        kind = kind[step].dataType
    df = df.select(value.alias("value"))  # type: ignore[union-attr]
    if isinstance(kind, ArrayType):
        df, kind = df.select(F.explode("value").alias("value")), kind.elementType
    return df.select("value.*") if isinstance(kind, StructType) else df


def writing(
    name: str | None, options: Mapping[str, Any], connection_options: Mapping[str, Any]
) -> Format:
    """Return how Spark writes the format; ``compression`` may stand in either of the options."""
    spark_name = check(name)
    # Glue's sinks leave no _SUCCESS object behind.
    spark = {"mapreduce.fileoutputcommitter.marksuccessfuljobs": "false"}
    compression = options.get("compression", connection_options.get("compression"))
    if compression:
        spark["compression"] = str(compression).lower()
    known = {"compression", "blockSize", "pageSize"}
    if spark_name == "csv":
        known |= {"separator", "escaper", "quoteChar", "writeHeader", "withHeader"}
        spark |= _csv_signs(options)
        spark["header"] = _text(options.get("writeHeader", True))
    for glue, own in (("blockSize", "parquet.block.size"), ("pageSize", "parquet.page.size")):
        if glue in options:
            spark[own] = str(options[glue])
    _complain_of_unknown(name, options, HINTS | known)
    return Format(spark_name, spark)


def _complain_of_unknown(
    name: str | None, options: Mapping[str, Any], known: frozenset[str] | set[str]
) -> None:
    unknown = sorted(set(options) - set(known))
    if unknown:
        GlueLogger().warn(f"format_options for {name}: {', '.join(unknown)} unknown, so ignored")


def _true(value: Any) -> bool:
    return str(value).lower() == "true"


def _text(value: Any) -> str:
    return str(_true(value)).lower()
