"""Keys in JSON texts that a type lacks, at any depth."""

from collections.abc import Mapping

from pyspark.sql import Column as Expression
from pyspark.sql import functions as F  # noqa: N812 - Spark's own name for it
from pyspark.sql.types import ArrayType, DataType, StringType, StructField, StructType

SYNTAX: Mapping[str, str] = {
    # Spark's defaults accept what JSON does not have.
    "allowSingleQuotes": "false",
    "allowNonNumericNumbers": "false",
}


def has_unknown_keys(text: Expression, known: DataType) -> Expression:
    """Whether ``text``, a JSON value, has keys that the type ``known`` lacks, at any depth.

    The expression is False where the value is null or a scalar.
    """
    if isinstance(known, StructType):
        return _in_struct(text, known)
    if isinstance(known, ArrayType) and _holds_keys(known.elementType):
        elements = F.from_json(text, "array<string>", dict(SYNTAX))
        found = F.exists(elements, lambda item: has_unknown_keys(item, known.elementType))
        return F.coalesce(found, F.lit(False))
    return F.lit(False)


def _in_struct(text: Expression, known: StructType) -> Expression:
    names = F.array(*(F.lit(field.name) for field in known))
    strays = F.array_except(F.json_object_keys(text), names)
    found = F.coalesce(F.size(strays) > 0, F.lit(False))
    nested = [field for field in known if _holds_keys(field.dataType)]
    if not nested:
        return found
    values = texts_of(text, nested)
    for field in nested:
        found = found | has_unknown_keys(values.getField(field.name), field.dataType)
    return found


def texts_of(text: Expression, fields: list[StructField]) -> Expression:
    """Return a struct of the JSON texts of an object's fields, in one parse.

    get_json_object would want them named in a path syntax that cannot spell every key.
    """
    texts = StructType([StructField(field.name, StringType()) for field in fields])
    return F.from_json(text, texts, dict(SYNTAX))


def _holds_keys(known: DataType) -> bool:
    if isinstance(known, ArrayType):
        return _holds_keys(known.elementType)
    return isinstance(known, StructType)
