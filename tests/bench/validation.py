"""Validation: rows, columns and types of a file, on one core, from a local disk."""

from pathlib import Path
from typing import Any

from tests.bench import inputs
from tests.bench.measure import Command, side_by_side, summary
from tests.bench.readers import READERS

TITLES = {"csv": "CSV", "json_lines": "JSON Lines", "json_array": "JSON array"}

LIMITS = ("raw_read", "newline_count")
"""Readers that find out nothing: what no reader can beat."""


def measure(folder: Path, python: str, sizes: tuple[int, ...], repeats: int) -> dict[str, Any]:
    """Return form → megabytes → reader → figures. Large files are read twice."""
    return {
        form: {
            str(size): _measure(
                inputs.make(folder, form, size), form, python, min(repeats, 2 if size > 500 else 9)
            )
            for size in sizes
        }
        for form in TITLES
    }


def _measure(path: Path, form: str, python: str, repeats: int) -> dict[str, Any]:
    commands = [
        Command(name, [python, "-m", "tests.bench.readers", name, form, str(path)])
        for name in READERS
        if not (name == "pyarrow" and form == "json_array")
    ]
    size = path.stat().st_size / inputs.MB
    figures = {name: summary(samples) for name, samples in side_by_side(commands, repeats).items()}
    for figure in figures.values():
        if "seconds" in figure:
            figure["mb_per_second"] = round(size / figure["seconds"], 1)
    return figures
