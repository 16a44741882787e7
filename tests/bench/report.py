"""The page docs/benchmarks.md: the figures in words and tables."""

from collections.abc import Iterator, Mapping, Sequence
from statistics import median
from typing import Any

from tests.bench.measure import ratio
from tests.bench.validation import LIMITS, TITLES

NAMES = {"ours": "**ours**", "raw_read": "raw read", "newline_count": "newline count"}


def page(measured: Mapping[str, Any]) -> str:
    """Return the page for all sections that were measured."""
    machine = measured["machine"]
    parts = [
        "# Benchmarks",
        "",
        "Written by `make bench`, which measures everything side by side in one run: the ways take "
        "turns, each in a fresh process, so that a busy minute hits all alike. A ratio is the "
        "median over the rounds, with the least and the most in brackets. The figures themselves "
        "are in [results.json](benchmarks/results.json).",
        "",
        f"{machine['date']}, {machine['processor']}, {machine['cores']} cores, "
        f"Python {machine['python']}.",
    ]
    for name, write in SECTIONS.items():
        if name in measured:
            parts += ["", *write(measured[name])]
    if "starts" in measured and "orchestration" in measured:
        parts += ["", *_local(measured["starts"], measured["orchestration"])]
    return "\n".join(parts) + "\n"


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Yield the lines of a table whose columns but the first are numbers."""
    yield "| " + " | ".join(head) + " |"
    yield "|---|" + "---:|" * (len(head) - 1)
    for row in rows:
        yield "| " + " | ".join(row) + " |"


def times(slower: Mapping[str, Any], quicker: Mapping[str, Any]) -> str:
    """Word a ratio with its spread."""
    middle, least, most = ratio(slower, quicker)
    return f"{middle:.1f} x ({least:.1f} to {most:.1f})"


def _validation(figures: Mapping[str, Any]) -> Iterator[str]:
    yield "## Validation"
    yield ""
    yield "Rows, columns and types of a whole file, from a local disk, on one core. Ours keeps no "
    yield "row, the others return the table they built. *Quicker* is ours against that reader."
    yield ""
    yield "![MB/s of each reader](benchmarks/validation-speed.svg)"
    yield ""
    yield "![Peak memory over the size of the file](benchmarks/validation-memory.svg)"
    for form, sizes in figures.items():
        for size, results in sizes.items():
            yield from ("", f"### {TITLES[form]}, {int(size):,} MB", "")
            rows = [_reader(name, result, results["ours"]) for name, result in results.items()]
            yield from table(("reader", "MB/s", "peak MB", "ours is quicker by"), rows)


def _reader(name: str, result: Mapping[str, Any], ours: Mapping[str, Any]) -> Sequence[str]:
    shown = NAMES.get(name, name)
    if "failed" in result:
        return shown, "failed", "", str(result["failed"])
    against = "" if name == "ours" or name in LIMITS else times(result, ours)
    return shown, f"{result['mb_per_second']:,.0f}", f"{result['peak_mb']:,.0f}", against


def _processing(figures: Mapping[str, Any]) -> Iterator[str]:
    yield "## Processing"
    yield ""
    yield "A CSV file into Parquet. *Glue job*: the same Spark on all cores; the plain script "
    yield "infers the types, goes by a DynamicFrame and writes snappy. *Lambda engine*: one core."
    yield ""
    yield "![MB/s of each way](benchmarks/processing.svg)"
    for engine, ways in figures.items():
        if not isinstance(ways, dict):
            continue
        yield from ("", f"### {engine}", "")
        rows = [_way(name, result, ways["ours"]) for name, result in ways.items()]
        yield from table(("way", "MB/s", "peak MB", "ours is quicker by"), rows)


def _way(name: str, result: Mapping[str, Any], ours: Mapping[str, Any]) -> Sequence[str]:
    if "failed" in result:
        return name, "failed", "", str(result["failed"])
    against = "" if name == "ours" else times(result, ours)
    peak = f"{result['peak_mb']:,.0f}" if result["peak_mb"] else ""
    return NAMES.get(name, name), f"{result['mb_per_second']:,.1f}", peak, against


def _orchestration(figures: Mapping[str, Any]) -> Iterator[str]:
    yield "## Orchestration"
    yield ""
    yield "What one small file takes, counted from real executions on the local AWS (medians). "
    yield "Billed time is that of warm functions here, in the functions' own memory sizes. With "
    yield "`express` the trigger waits for the execution's end, and that is billed too. `batch` "
    yield "is a child of the batch state machine with a hundred files, divided by them."
    yield ""
    rows = [
        (
            name,
            f"{counted['transitions']:g}",
            f"{sum(function['calls'] for function in counted['functions'].values()):g}",
            f"{sum(function['billed_ms'] for function in counted['functions'].values()):,.0f}",
            str(counted["glue_runs"]),
            f"{counted['seconds']:.1f}",
        )
        for name, counted in figures.items()
    ]
    head = ("way", "state transitions", "Lambda calls", "billed ms", "Glue runs", "seconds here")
    yield from table(head, rows)


def _local(starts: Mapping[str, Any], ways: Mapping[str, Any]) -> Iterator[str]:
    yield "## The local AWS"
    yield ""
    yield "Median, and in brackets least and most. The files have thirty rows each, and the local "
    yield "AWS has run others before."
    yield ""
    rows = [("start until it answers", spread(starts["seconds"]))]
    rows += [
        (f"upload to SUCCEEDED, `{name}`", spread(counted["from_upload"]))
        for name, counted in ways.items()
        if "from_upload" in counted
    ]
    yield from table(("", "seconds"), rows)


def spread(seconds: Sequence[float]) -> str:
    """Word the median of times, with the least and the most."""
    return f"{median(seconds):.1f} ({min(seconds):.1f} to {max(seconds):.1f})"


def _cost(figures: Mapping[str, Any]) -> Iterator[str]:
    prices = figures["prices"]
    yield "## Cost of a file"
    yield ""
    yield f"US$ on AWS in {prices['region']} at the prices of {prices['date']} "
    yield "([prices.json](../tests/bench/prices.json)): what was counted above, and this machine's "
    yield "rates where the size decides. Nothing of it was billed. Assumed:"
    yield ""
    for name, value in figures["assumed"].items():
        yield f"- {name}: {value:,}"
    yield ""
    yield "![US$ a file over its size](benchmarks/cost.svg)"
    yield ""
    sizes = list(next(iter(figures["per_file"].values())))
    rows = [
        (name, *(f"{usd['total']:.7f}" if usd else "-" for usd in costs.values()))
        for name, costs in figures["per_file"].items()
    ]
    yield from table(("way", *(_size(float(size)) for size in sizes)), rows)
    smallest = {name: costs[sizes[0]]["total"] for name, costs in figures["per_file"].items()}
    yield ""
    for name, usd in smallest.items():
        if name != "polling":
            part = f"1/{smallest['polling'] / usd:,.0f}"
            yield f"- At {_size(float(sizes[0]))}, `{name}` costs {part} of `polling`."


def _size(megabytes: float) -> str:
    if megabytes < 1:
        return f"{megabytes * 1000:.0f} KB"
    return f"{megabytes:.0f} MB" if megabytes < 1000 else f"{megabytes / 1000:.0f} GB"


def _growth(figures: Mapping[str, Any]) -> Iterator[str]:
    yield "## Growth"
    yield ""
    yield "Many small files through the batch state machine on the local AWS. The line stands at "
    yield "the least time that a file took; where points lie above it, a file takes longer."
    yield ""
    yield "![Seconds and memory over the number of files](benchmarks/growth.svg)"
    yield ""
    rows = [
        (
            f"{run['files']:,}",
            f"{run['seconds']:,.1f}",
            f"{run['seconds'] / run['files'] * 1000:,.0f}",
            f"{run['peak_mb']:,.0f}",
        )
        for run in figures["runs"]
    ]
    names = ("files", "seconds", "ms a file", "memory of the local AWS, MB")
    yield from table(names, rows)
    yield ""
    yield f"Slope of the line through all: {figures['slope_seconds'] * 1000:,.1f} ms a file."


SECTIONS = {
    "validation": _validation,
    "processing": _processing,
    "orchestration": _orchestration,
    "cost": _cost,
    "growth": _growth,
}
