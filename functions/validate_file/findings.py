"""What reading a file of one format brings to light."""

from dataclasses import dataclass

from functions.validate_file.columns import Column


@dataclass(frozen=True)
class Findings:
    """Rows and columns of a valid file. ``delimiter`` and ``multi_line`` are for CSV alone.

    ``multi_line`` says whether a quoted field holds a line break, LF or CR, so that lines are not
    records.
    """

    row_count: int
    columns: tuple[Column, ...]
    delimiter: str | None = None
    multi_line: bool | None = None
