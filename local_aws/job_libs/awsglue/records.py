"""Functions of the script run on each record, with the failing records set aside as Glue does.

https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-crawler-pyspark-transforms-map.html
"""

import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from pyspark.sql import DataFrame, Row, SparkSession
from pyspark.sql import types as T

from .errors import UnsupportedByLocalGlue

Record = dict[str, Any]


@dataclass(frozen=True)
class Outcome:
    """What a function made of the records, and the records on which it raised.

    ``errors`` has the columns ``msg``, ``stackTrace`` and ``record`` (JSON).
    """

    kept: DataFrame
    errors: DataFrame


ERROR_SCHEMA = "msg string, stackTrace string, record string"


def keep(df: DataFrame, predicate: Callable[[Record], Any]) -> Outcome:
    """Keep the records for which ``predicate`` is true."""
    tried = df.rdd.map(_attempt(lambda record: bool(predicate(record)))).cache()
    kept = tried.filter(lambda one: one[1] is True).map(lambda one: one[0])
    session = df.sparkSession
    return Outcome(
        session.createDataFrame(kept, df.schema, verifySchema=False), _errors(session, tried)
    )


def convert(df: DataFrame, function: Callable[[Record], Record]) -> Outcome:
    """Replace each record by what ``function`` returns for it."""
    tried = df.rdd.map(_attempt(function)).cache()
    made = tried.filter(lambda one: one[2] is None).map(lambda one: _row(one[1]))
    session = df.sparkSession
    schema = _schema(made, df.schema)
    # A record may lack what others have.
    names = schema.names
    rows = made.map(lambda row: tuple(_fitted(row, schema)[name] for name in names))
    return Outcome(
        session.createDataFrame(rows, schema, verifySchema=False), _errors(session, tried)
    )


def _attempt(function: Callable[[Record], Any]) -> Callable[[Row], tuple[Row, Any, Any]]:
    """Return a function from a row to (row, result, None) or (row, None, (message, traceback))."""

    def attempt(row: Row) -> tuple[Row, Any, Any]:
        try:
            return row, function(row.asDict(recursive=True)), None
        except Exception as error:
            return row, None, (f"{type(error).__name__}: {error}", traceback.format_exc())

    return attempt


def _errors(session: SparkSession, tried: Any) -> DataFrame:
    def describe(one: tuple[Row, Any, Any]) -> tuple[str, str, str]:
        return one[2][0], one[2][1], str(one[0].asDict(recursive=True))

    failed = tried.filter(lambda one: one[2] is not None).map(describe)
    return session.createDataFrame(failed, ERROR_SCHEMA)


def _row(value: Any) -> Any:
    """Turn dicts into rows, so that Spark infers structs and not maps of one type."""
    if isinstance(value, dict):
        return Row(**{str(name): _row(below) for name, below in value.items()})
    if isinstance(value, list | tuple) and not isinstance(value, Row):
        return [_row(element) for element in value]
    return value


def _fitted(row: Any, schema: T.StructType) -> dict[str, Any]:
    """Give a row the fields of ``schema``, nested ones too, with None for the absent."""
    own = row.asDict() if isinstance(row, Row) else {}
    return {field.name: _fit(own.get(field.name), field.dataType) for field in schema}


def _fit(value: Any, kind: T.DataType) -> Any:
    if value is None:
        return None
    if isinstance(kind, T.StructType):
        fitted = _fitted(value, kind)
        return tuple(fitted[name] for name in kind.names)
    if isinstance(kind, T.ArrayType):
        return [_fit(element, kind.elementType) for element in value]
    if isinstance(kind, T.MapType) and isinstance(value, Row):
        return {name: _fit(below, kind.valueType) for name, below in value.asDict().items()}
    if isinstance(kind, T.DoubleType) and isinstance(value, int):
        return float(value)
    return value


def _schema(rows: Any, before: T.StructType) -> T.StructType:
    """Infer the schema over all rows; what is null in each keeps the type it had."""
    inferred: T.StructType | None = None
    for one in rows.mapPartitions(_partition_schema).collect():
        inferred = one if inferred is None else _merged(inferred, one, "")
    return before if inferred is None else _refined(inferred, before)


def _partition_schema(rows: Iterator[Any]) -> Iterator[T.StructType]:
    from pyspark.sql.types import _infer_schema  # on a worker

    found: T.StructType | None = None
    for row in rows:
        if not isinstance(row, Row):
            raise TypeError(f"The function of map must return a record (dict), not {row!r}")
        one = _infer_schema(row)
        found = one if found is None else _merged(found, one, "")
    if found is not None:
        yield found


def _merged(one: Any, other: Any, path: str) -> Any:
    if isinstance(one, T.NullType) or one == other:
        return other
    if isinstance(other, T.NullType):
        return one
    if isinstance(one, T.StructType) and isinstance(other, T.StructType):
        names = list(dict.fromkeys(one.names + other.names))
        fields = []
        for name in names:
            left = one[name].dataType if name in one.names else T.NullType()
            right = other[name].dataType if name in other.names else T.NullType()
            fields.append(T.StructField(name, _merged(left, right, f"{path}{name}."), True))
        return T.StructType(fields)
    if isinstance(one, T.ArrayType) and isinstance(other, T.ArrayType):
        return T.ArrayType(_merged(one.elementType, other.elementType, f"{path}[]."), True)
    if {type(one), type(other)} == {T.LongType, T.DoubleType}:
        return T.DoubleType()
    raise UnsupportedByLocalGlue(
        f"The field {path.rstrip('.')} with values of {one.simpleString()} and of "
        f"{other.simpleString()} (a choice type)",
        "Let the function return one type.",
    )


def _refined(inferred: Any, before: Any) -> Any:
    """Prefer the former type where Python cannot tell (null, int for long, str for char)."""
    if isinstance(inferred, T.StructType):
        former = before if isinstance(before, T.StructType) else T.StructType([])
        return T.StructType(
            [
                T.StructField(
                    field.name,
                    _refined(
                        field.dataType,
                        former[field.name].dataType if field.name in former.names else None,
                    ),
                    True,
                )
                for field in inferred
            ]
        )
    if isinstance(inferred, T.ArrayType):
        former_element = before.elementType if isinstance(before, T.ArrayType) else None
        return T.ArrayType(_refined(inferred.elementType, former_element), True)
    if before is None or isinstance(before, T.StructType | T.ArrayType):
        return inferred
    if isinstance(inferred, T.NullType):
        return before
    both_whole = isinstance(inferred, T.LongType) and isinstance(before, T.IntegralType)
    both_float = isinstance(inferred, T.DoubleType) and isinstance(before, T.FloatType)
    both_decimal = isinstance(inferred, T.DecimalType) and isinstance(before, T.DecimalType)
    return before if both_whole or both_float or both_decimal else inferred
