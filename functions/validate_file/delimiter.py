"""Which character separates the fields of a CSV file."""

import csv
from collections.abc import Sequence

DELIMITERS = (",", ";", "\t", "|")
_JUDGED_ROWS = 200


def find_delimiter(lines: Sequence[str]) -> str | None:
    """Return the delimiter of a CSV file that begins with ``lines``; None if it shows none.

    It is the one that parts the header and gives the most rows as many fields as the header has.
    Quoted fields are respected. Between equals, more fields win, then the order of DELIMITERS.
    """
    best, best_score = None, (0.0, 1)
    for delimiter in DELIMITERS:
        widths = _widths(lines, delimiter)
        if not widths or widths[0] < 2:
            continue
        score = (widths.count(widths[0]) / len(widths), widths[0])
        if score > best_score:
            best, best_score = delimiter, score
    return best


def _widths(lines: Sequence[str], delimiter: str) -> list[int]:
    widths: list[int] = []
    try:
        for row in csv.reader(lines, delimiter=delimiter, strict=True):
            if row:
                widths.append(len(row))
            if len(widths) == _JUDGED_ROWS:
                break
    except csv.Error:
        # A quote that the last line leaves open, or a fault that the reader will find and name.
        pass
    return widths
