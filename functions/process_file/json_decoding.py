"""JSON records into Arrow's columns, quickly.

msgspec checks a record against the columns while it decodes: types, and that there is no key more.
Its rules are stricter than ``json_values`` in one place (a column of text takes any value there),
and never looser; what it refuses is read once more by those.
"""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from operator import attrgetter
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.compute as pc

from functions.common.arrow_columns import INSTANT, Column, schema_of
from functions.common.arrow_texts import typed


class NotQuickError(Exception):
    """A batch holds a record that the quick way does not take."""


class QuickDecoder:
    """Decodes records, texts of objects, into the columns."""

    def __init__(self, columns: Sequence[Column]) -> None:
        self._columns = columns
        self._decode: Callable[[bytes], Any] | None
        fields = pa.struct(schema_of(columns))
        try:
            self._decode = msgspec.json.Decoder(_struct(fields), float_hook=Decimal).decode
        except ValueError:
            # msgspec takes no key with a quote, a backslash or a control character.
            self._decode = None
        self._names = [f"f{index}" for index in range(len(columns))]

    def decode(self, records: Sequence[Any]) -> pa.RecordBatch:
        """Return the records as a batch. Raises NotQuickError."""
        if self._decode is None:
            raise NotQuickError
        try:
            objects = list(map(self._decode, records))
            arrays = [
                self._array(objects, name, column.arrow)
                for name, column in zip(self._names, self._columns, strict=True)
            ]
        except (msgspec.DecodeError, pa.ArrowException, OverflowError, RecursionError) as error:
            raise NotQuickError from error
        return pa.record_batch(arrays, schema=schema_of(self._columns))

    @staticmethod
    def _array(objects: Sequence[Any], name: str, kind: pa.DataType) -> pa.Array:
        values = list(map(attrgetter(name), objects))
        if pa.types.is_nested(kind):
            values = msgspec.to_builtins(values, builtin_types=(Decimal,))
        return array_of(values, kind)


def batch_of(values: Sequence[Mapping[str, Any]], columns: Sequence[Column]) -> pa.RecordBatch:
    """Return records that ``json_values.read_record`` has read as a batch."""
    arrays = [array_of([record[c.name] for record in values], c.arrow) for c in columns]
    return pa.record_batch(arrays, schema=schema_of(columns))


def array_of(values: Sequence[Any], kind: pa.DataType) -> pa.Array:
    """Return Python's values, with dates and times as texts, as an array of the type.

    Raises NotQuickError where a text is no date or time.
    """
    return _from_texts(pa.array(values, _with_texts(kind)), kind)


def _struct(fields: pa.DataType) -> type[msgspec.Struct]:
    """Return a class that msgspec decodes an object into, its fields named f0, f1, …

    Any text can be a key, and not any can be a name in Python.
    """
    members: list[tuple[str, Any, Any]] = [
        (f"f{index}", _type(field.type) | None, None) for index, field in enumerate(fields)
    ]
    names = {f"f{index}": field.name for index, field in enumerate(fields)}
    return msgspec.defstruct("Record", members, rename=names, forbid_unknown_fields=True, gc=False)


def _type(kind: pa.DataType) -> Any:
    if pa.types.is_struct(kind):
        return _struct(kind)
    if pa.types.is_list(kind):
        return list[_type(kind.value_type) | None]  # type: ignore[misc]
    if pa.types.is_decimal(kind):
        # Decimal would take texts as well; the hook makes numbers of what may be anything.
        return Any
    if pa.types.is_floating(kind):
        return float
    if pa.types.is_integer(kind):
        return int
    return bool if pa.types.is_boolean(kind) else str


def _with_texts(kind: pa.DataType) -> pa.DataType:
    """Return the type with texts in the place of dates and times."""
    if pa.types.is_struct(kind):
        return pa.struct([field.with_type(_with_texts(field.type)) for field in kind])
    if pa.types.is_list(kind):
        return pa.list_(kind.value_field.with_type(_with_texts(kind.value_type)))
    return pa.string() if pa.types.is_date(kind) or kind == INSTANT else kind


def _from_texts(array: pa.Array, kind: pa.DataType) -> pa.Array:
    if array.type == kind:
        return array
    if pa.types.is_struct(kind):
        children = [
            _from_texts(child, field.type)
            for child, field in zip(array.flatten(), kind, strict=True)
        ]
        return pa.StructArray.from_arrays(children, fields=list(kind), mask=array.is_null())
    if pa.types.is_list(kind):
        values = _from_texts(array.values, kind.value_type)
        return pa.ListArray.from_arrays(array.offsets, values, kind, mask=array.is_null())
    values, fits = typed(array, kind)
    if fits is not None and not pc.all(fits).as_py():
        raise NotQuickError
    return values
