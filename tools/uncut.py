"""Tables whose cells stay whole where the terminal is narrow."""

from rich.cells import cell_len
from rich.console import Console, RenderableType
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text

# A column of free text may be folded, but not into a stack of letters.
_LEAST_FOLDED = 40
_ANY_WIDTH = 10_000


def keep_cells(table: Table) -> None:
    """Let no column of ``table`` be narrower than its cells, or than 40 where it may fold."""
    for column in table.columns:
        longest = max(_width(cell) for cell in (column.header, *column.cells))
        column.min_width = longest if column.no_wrap else min(longest, _LEAST_FOLDED)


def print_uncut(console: Console, shown: RenderableType) -> None:
    """Print ``shown`` as wide as it has to be: a line that is too long goes on in the next one.

    rich would take letters from every column instead, those of states and ids too.
    """
    usual = console.width
    options = console.options.update(width=_ANY_WIDTH)
    console.width = max(usual, Measurement.get(console, options, shown).minimum)
    try:
        console.print(shown)
    finally:
        console.width = usual


def _width(cell: RenderableType) -> int:
    return cell.cell_len if isinstance(cell, Text) else cell_len(str(cell))
