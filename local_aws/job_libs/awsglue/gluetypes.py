"""The types of a DynamicFrame's schema.

https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-crawler-pyspark-extensions-types.html
"""

from collections.abc import Iterator
from typing import Any

from pyspark.sql import types as spark

from .errors import UnsupportedByLocalGlue

# Glue's name of an atomic type, and Spark's type of it.
ATOMIC: dict[str, spark.DataType] = {
    "binary": spark.BinaryType(),
    "boolean": spark.BooleanType(),
    "byte": spark.ByteType(),
    "date": spark.DateType(),
    "double": spark.DoubleType(),
    "float": spark.FloatType(),
    "int": spark.IntegerType(),
    "long": spark.LongType(),
    "null": spark.NullType(),
    "short": spark.ShortType(),
    "string": spark.StringType(),
    "timestamp": spark.TimestampType(),
}
# Names that Glue takes beside its own: Hive's and SQL's.
ALIASES = {
    "bigint": "long",
    "integer": "int",
    "smallint": "short",
    "tinyint": "byte",
    "bool": "boolean",
    "varchar": "string",
    "char": "string",
    "str": "string",
    "void": "null",
}
_NAMES = {type(value): name for name, value in ATOMIC.items()}


class DataType:
    """A type with its properties. Equal to another of the same name and parts."""

    name = ""

    def __init__(self, properties: dict[str, Any] | None = None) -> None:
        self.properties = properties or {}

    @classmethod
    def typeName(cls) -> str:
        """Return Glue's name of the type."""
        return cls.name

    def jsonValue(self) -> dict[str, Any]:
        """Return the type as JSON-ready data."""
        return {
            "dataType": self.name,
            **({"properties": self.properties} if self.properties else {}),
        }

    def __eq__(self, other: object) -> bool:
        return isinstance(other, DataType) and self.jsonValue() == other.jsonValue()

    def __hash__(self) -> int:
        return hash(str(self.jsonValue()))

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.jsonValue()})"


class AtomicType(DataType):
    """A type without parts."""


class BinaryType(AtomicType):
    """Bytes."""

    name = "binary"


class BooleanType(AtomicType):
    """True or false."""

    name = "boolean"


class ByteType(AtomicType):
    """An integer of 8 bits."""

    name = "byte"


class DateType(AtomicType):
    """A day."""

    name = "date"


class DoubleType(AtomicType):
    """A float of 64 bits."""

    name = "double"


class FloatType(AtomicType):
    """A float of 32 bits."""

    name = "float"


class IntegerType(AtomicType):
    """An integer of 32 bits."""

    name = "int"


class LongType(AtomicType):
    """An integer of 64 bits."""

    name = "long"


class NullType(AtomicType):
    """The type of a field that is null in every record."""

    name = "null"


class ShortType(AtomicType):
    """An integer of 16 bits."""

    name = "short"


class StringType(AtomicType):
    """Text."""

    name = "string"


class TimestampType(AtomicType):
    """A moment."""

    name = "timestamp"


class UnknownType(AtomicType):
    """A type that Glue has no name for."""

    name = "unknown"


class DecimalType(DataType):
    """A decimal number of ``precision`` digits, ``scale`` of them after the point."""

    name = "decimal"

    def __init__(
        self, precision: int = 10, scale: int = 2, properties: dict[str, Any] | None = None
    ) -> None:
        super().__init__(properties)
        self.precision = precision
        self.scale = scale

    def jsonValue(self) -> dict[str, Any]:
        """Return the type as JSON-ready data."""
        return {**super().jsonValue(), "precision": self.precision, "scale": self.scale}


class ArrayType(DataType):
    """A list of ``elementType``."""

    name = "array"

    def __init__(self, elementType: DataType, properties: dict[str, Any] | None = None) -> None:
        super().__init__(properties)
        self.elementType = elementType

    def jsonValue(self) -> dict[str, Any]:
        """Return the type as JSON-ready data."""
        return {**super().jsonValue(), "elementType": self.elementType.jsonValue()}


class MapType(DataType):
    """A map from strings to ``valueType``."""

    name = "map"

    def __init__(self, valueType: DataType, properties: dict[str, Any] | None = None) -> None:
        super().__init__(properties)
        self.valueType = valueType

    def jsonValue(self) -> dict[str, Any]:
        """Return the type as JSON-ready data."""
        return {**super().jsonValue(), "valueType": self.valueType.jsonValue()}


class Field:
    """A named part of a struct."""

    def __init__(
        self, name: str, dataType: DataType, properties: dict[str, Any] | None = None
    ) -> None:
        self.name = name
        self.dataType = dataType
        self.properties = properties or {}

    def jsonValue(self) -> dict[str, Any]:
        """Return the field as JSON-ready data."""
        return {"name": self.name, "container": self.dataType.jsonValue()}

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Field) and self.jsonValue() == other.jsonValue()

    def __hash__(self) -> int:
        return hash(self.name)

    def __repr__(self) -> str:
        return f"Field({self.name}, {self.dataType!r})"


class StructType(DataType):
    """Fields in their order. A DynamicFrame's schema is one."""

    name = "struct"

    def __init__(
        self, fields: list[Field] | None = None, properties: dict[str, Any] | None = None
    ) -> None:
        super().__init__(properties)
        self.fields = fields or []

    @property
    def field_map(self) -> dict[str, Field]:
        """The fields by name."""
        return {field.name: field for field in self.fields}

    def getField(self, field: str) -> DataType:
        """Return the type of the field of that name. Raises KeyError."""
        return self.field_map[field].dataType

    def __iter__(self) -> Iterator[Field]:
        return iter(self.fields)

    def jsonValue(self) -> dict[str, Any]:
        """Return the type as JSON-ready data."""
        return {**super().jsonValue(), "fields": [field.jsonValue() for field in self.fields]}


_CLASSES = {kind.name: kind for kind in AtomicType.__subclasses__()}


def from_spark(kind: spark.DataType) -> DataType:
    """Return Glue's type for Spark's."""
    if isinstance(kind, spark.StructType):
        return StructType([Field(field.name, from_spark(field.dataType)) for field in kind])
    if isinstance(kind, spark.ArrayType):
        return ArrayType(from_spark(kind.elementType))
    if isinstance(kind, spark.MapType):
        return MapType(from_spark(kind.valueType))
    if isinstance(kind, spark.DecimalType):
        return DecimalType(kind.precision, kind.scale)
    return _CLASSES[_NAMES.get(type(kind), "unknown")]()


def spark_type(name: str) -> spark.DataType:
    """Return Spark's type for a name as mappings and casts have it (``long``, ``decimal(10,2)``).

    Raises UnsupportedByLocalGlue for a name that neither Glue nor Spark SQL knows.
    """
    plain = name.strip().lower()
    plain = ALIASES.get(plain, plain)
    if plain in ATOMIC:
        return ATOMIC[plain]
    try:
        # Hive's nested types (struct<a:int>) and decimal(p,s) are Spark SQL's as well.
        return spark._parse_datatype_string(name)
    except Exception as error:
        raise UnsupportedByLocalGlue(
            f"The type {name!r}", f"Use one of {', '.join(ATOMIC)}, decimal(p,s)."
        ) from error


def tree(schema: spark.StructType) -> str:
    """Return the schema as ``DynamicFrame.printSchema`` prints it."""
    return "\n".join(["root", *_lines(from_spark(schema), "|--")]) + "\n"


def _lines(kind: DataType, bullet: str) -> Iterator[str]:
    parts: list[tuple[str, DataType]] = []
    if isinstance(kind, StructType):
        parts = [(field.name, field.dataType) for field in kind.fields]
    elif isinstance(kind, ArrayType):
        parts = [("element", kind.elementType)]
    elif isinstance(kind, MapType):
        parts = [("keyType", StringType()), ("valueType", kind.valueType)]
    for name, below in parts:
        yield f"{bullet} {name}: {below.name}"
        yield from _lines(below, "|    " + bullet)
