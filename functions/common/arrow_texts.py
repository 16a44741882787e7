"""Texts into the types that validation found, by validation's own rules.

Arrow's casts take more than those rules: ``007`` for a number, ``1`` for a boolean. A column of
which validation's sample held ``10001`` would lose the zero of a later ``02134``. So every value is
held to the form that made its column what it is, as in the Glue jobs
(``glue_scripts/pipeline_spark/text_values.py``).
"""

from collections.abc import Mapping

import pyarrow as pa
import pyarrow.compute as pc

from functions.common.arrow_columns import INSTANT
from functions.common.errors import InvalidInputError

_DATE = "[0-9]{4}-[0-9]{2}-[0-9]{2}"
_TIME = "[0-9]{2}:[0-9]{2}:[0-9]{2}"
# Spark's zones reach from -18:00 to +18:00, Arrow's further.
_ZONE = "(Z|[+-]((0[0-9]|1[0-7]):[0-5][0-9]|18:00))"
_WHOLE = "-?(0|[1-9][0-9]*)"
_FORMS: Mapping[str, str] = {
    "int64": f"^{_WHOLE}$",
    "double": rf"^{_WHOLE}(\.[0-9]+)?([eE][+-]?[0-9]+)?$",
    "decimal": rf"^{_WHOLE}(\.[0-9]+)?$",
    # Not (?i:…), which takes U+017F, a long s, for an s.
    "bool": "^([Tt][Rr][Uu][Ee]|[Ff][Aa][Ll][Ss][Ee])$",
    "date32": f"^{_DATE}$",
    "timestamp": rf"^{_DATE}[T ]{_TIME}(\.[0-9]{{1,6}})?{_ZONE}?$",
}


def assert_readable(name: str, kind: pa.DataType) -> None:
    """Raise InvalidInputError if a text cannot become a value of that type."""
    if not pa.types.is_string(kind) and _family(kind) not in _FORMS:
        raise InvalidInputError(f"Column {name}: a text cannot become {kind}.")


def typed(texts: pa.Array, kind: pa.DataType) -> tuple[pa.Array, pa.Array | None]:
    """Return the texts in their type, and which of them fit it; None if all do.

    Null stays null and fits; what does not fit is null.
    """
    if pa.types.is_string(kind):
        return texts, None
    fits = pc.fill_null(pc.match_substring_regex(texts, _FORMS[_family(kind)]), True)
    if pc.all(fits, min_count=0).as_py():
        values, wrong = _cast_where_possible(texts, kind)
    else:
        values, wrong = _cast_where_possible(pc.if_else(fits, texts, None), kind)
        wrong = pc.invert(fits) if wrong is None else pc.or_(wrong, pc.invert(fits))
    return values, None if wrong is None else pc.invert(wrong)


def _family(kind: pa.DataType) -> str:
    if pa.types.is_decimal(kind):
        return "decimal"
    if kind == INSTANT:
        return "timestamp"
    return str(kind).partition("[")[0]


def _cast_where_possible(texts: pa.Array, kind: pa.DataType) -> tuple[pa.Array, pa.Array | None]:
    """Cast texts of the right form; some have no value all the same, such as 2026-02-30."""
    try:
        values = _cast(texts, kind)
    except pa.ArrowInvalid:
        if len(texts) == 1:
            return pa.nulls(1, kind), pa.array([True])
        return _halved(texts, kind)
    if pa.types.is_floating(kind):
        infinite = pc.fill_null(pc.is_inf(values), False)
        if pc.any(infinite).as_py():
            return pc.if_else(infinite, None, values), infinite
    return values, None


def _halved(texts: pa.Array, kind: pa.DataType) -> tuple[pa.Array, pa.Array]:
    half = len(texts) // 2
    parts = [_cast_where_possible(part, kind) for part in (texts[:half], texts[half:])]
    wrong = [pa.array([False] * len(values)) if mask is None else mask for values, mask in parts]
    return pa.concat_arrays([values for values, _ in parts]), pa.concat_arrays(wrong)


def _cast(texts: pa.Array, kind: pa.DataType) -> pa.Array:
    if kind == INSTANT:
        # Arrow wants a zone in each text or in none. Without one, it is UTC.
        zoned = pc.match_substring_regex(texts, f"{_ZONE}$")
        texts = pc.if_else(zoned, texts, pc.binary_join_element_wise(texts, "Z", ""))
    elif pa.types.is_boolean(kind):
        return pc.equal(pc.utf8_lower(texts), "true")
    return pc.cast(texts, kind)
