"""Records of CSV by Arrow's reader: each field a text as it stands in the file, null if empty."""

from collections.abc import Sequence

import pyarrow as pa
import pyarrow.csv as arrow_csv

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def parsed(block: bytes, names: Sequence[str], delimiter: str) -> list[pa.RecordBatch]:
    """Return the records of a block of whole lines, each of which is a record.

    ``names`` are the columns': the header is no part of the block. Raises pyarrow.ArrowInvalid if a
    line has another number of fields, or is no UTF-8.
    """
    if block.startswith(_BYTE_ORDER_MARK):
        # Arrow takes it for that of a file and leaves it out; an empty line it passes over.
        block = b"\n" + block
    options = arrow_csv.ReadOptions(
        use_threads=False, block_size=len(block) + 1, column_names=list(names)
    )
    how = parsing(names, delimiter, multi_line=False)
    batches: list[pa.RecordBatch] = arrow_csv.read_csv(
        pa.BufferReader(block), options, *how
    ).to_batches()
    return batches


def parsing(
    names: Sequence[str], delimiter: str, *, multi_line: bool
) -> tuple[arrow_csv.ParseOptions, arrow_csv.ConvertOptions]:
    """Return how to read columns of these names; ``multi_line``: a field may hold line breaks."""
    return (
        arrow_csv.ParseOptions(delimiter=delimiter, newlines_in_values=multi_line),
        arrow_csv.ConvertOptions(
            column_types=dict.fromkeys(names, pa.string()),
            strings_can_be_null=True,
            null_values=[""],
        ),
    )
