"""Parquet: rows and columns from the footer, which two short reads fetch at any size of file.

https://parquet.apache.org/docs/file-format/
"""

from functions.common.limits import MIB
from functions.common.reasons import FileRejected, Reason, ReasonCode
from functions.common.source import Source
from functions.validate_file.detect import PARQUET_MAGIC
from functions.validate_file.findings import Findings
from functions.validate_file.parquet_schema import SchemaError, read_schema
from functions.validate_file.parquet_types import UnsupportedTypeError, columns_of
from functions.validate_file.thrift_compact import CompactReader, ThriftError

_FIRST_READ = 64 * 1024
_MAX_FOOTER = 16 * MIB
_TAIL = 8
_SMALLEST = len(PARQUET_MAGIC) + _TAIL

# FileMetaData's fields
_SCHEMA, _ROWS = 2, 3


def read_parquet(source: Source) -> Findings:
    """Read the footer. Raises FileRejected where there is none, or it makes no sense."""
    footer = _read_footer(source)
    try:
        # What follows the number of rows describes each column of each row group: most of the
        # footer, and nothing that is needed here.
        metadata = CompactReader(footer).read_struct(until=_ROWS)
        columns = columns_of(read_schema(_list(metadata.get(_SCHEMA))))
    except (ThriftError, SchemaError) as error:
        message = f"The Parquet footer is damaged: {error}."
        raise _rejected(ReasonCode.INVALID_PARQUET, message) from error
    except UnsupportedTypeError as error:
        message = f"In the Parquet file, {error}."
        raise _rejected(ReasonCode.UNSUPPORTED_COLUMN_TYPE, message) from error
    rows = metadata.get(_ROWS)
    if not isinstance(rows, int) or rows < 0:
        raise _rejected(ReasonCode.INVALID_PARQUET, "The Parquet footer names no number of rows.")
    if rows == 0:
        raise _rejected(ReasonCode.NO_RECORDS, "The Parquet file has no rows.")
    return Findings(rows, columns)


def _list(value: object) -> list[object]:
    if isinstance(value, list):
        return value
    raise SchemaError("there is no schema")


def _read_footer(source: Source) -> bytes:
    size = source.size
    if size < _SMALLEST:
        raise _cut(f"it has {size} bytes, fewer than the smallest Parquet file")
    start = max(0, size - _FIRST_READ)
    end = source.read_range(start, size - start)
    if end[-4:] != PARQUET_MAGIC:
        raise _cut("it begins as Parquet and does not end so")
    length = int.from_bytes(end[-_TAIL:-4], "little")
    if length > size - _SMALLEST:
        raise _cut("its footer would be longer than the file")
    if length > _MAX_FOOTER:
        message = f"The Parquet footer has {length} bytes, the limit is {_MAX_FOOTER}."
        raise _rejected(ReasonCode.TOO_MANY_COLUMNS, message)
    if length + _TAIL <= len(end):
        return end[-_TAIL - length : -_TAIL]
    return source.read_range(size - _TAIL - length, length)


def _cut(why: str) -> FileRejected:
    return _rejected(ReasonCode.INVALID_PARQUET, f"The Parquet file is cut or damaged: {why}.")


def _rejected(code: ReasonCode, message: str) -> FileRejected:
    return FileRejected(Reason(code, message))
