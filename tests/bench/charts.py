"""The pictures of docs/benchmarks.md, as SVG. Runs in the bench's own environment.

``python -m tests.bench.charts <results.json> <folder>``. Colours tell apart also without colour
vision (Okabe and Ito), and ours is the one that is full.
"""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import matplotlib as mpl

mpl.use("svg")
# Text stays text, and the same figures give the same bytes.
mpl.rcParams.update({"svg.fonttype": "none", "svg.hashsalt": "benchmarks", "font.size": 9})

from matplotlib import pyplot as plt  # noqa: E402 - after the backend is chosen

from tests.bench.validation import LIMITS, TITLES  # noqa: E402

BLUE, GREY, ORANGE = "#0072B2", "#BBBBBB", "#E69F00"
COLOURS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#999999", "#000000")


BY_NAME = dict(
    zip(("ours", "plain", "pandas", "polars", "pyarrow", "duckdb"), COLOURS, strict=False)
)


def validation_speed(figures: Mapping[str, Any], path: Path) -> None:
    """Bars: MB/s of each reader at the middle size."""
    figure, axes = plt.subplots(1, len(figures), figsize=(9, 3), sharex=False)
    for axis, (form, sizes) in zip(axes, figures.items(), strict=True):
        size = sorted(sizes, key=int)[len(sizes) // 2]
        speeds = {
            name: result["mb_per_second"]
            for name, result in sizes[size].items()
            if "mb_per_second" in result and name not in LIMITS
        }
        names = sorted(speeds, key=speeds.__getitem__)
        colours = [BLUE if name == "ours" else GREY for name in names]
        bars = axis.barh(names, [speeds[name] for name in names], color=colours)
        axis.bar_label(bars, fmt="%.0f", padding=2)
        axis.margins(x=0.18)
        axis.set_title(f"{TITLES[form]}, {size} MB")
        axis.set_xlabel("MB/s on one core")
        axis.spines[["top", "right"]].set_visible(False)
    _save(figure, path)


def validation_memory(figures: Mapping[str, Any], path: Path) -> None:
    """Lines: peak memory of each reader over the size of the file."""
    figure, axes = plt.subplots(1, len(figures), figsize=(9, 3.2), sharey=True)
    for axis, (form, sizes) in zip(axes, figures.items(), strict=True):
        for name in (name for name in next(iter(sizes.values())) if name not in LIMITS):
            points = [
                (int(size), results[name]["peak_mb"])
                for size, results in sizes.items()
                if "peak_mb" in results[name]
            ]
            width = 3 if name == "ours" else 1
            axis.plot(
                *zip(*points, strict=True), "o-", color=BY_NAME[name], lw=width, label=name, ms=3
            )
        axis.set(xscale="log", yscale="log", xlabel="file, MB", title=TITLES[form])
        axis.spines[["top", "right"]].set_visible(False)
        axis.xaxis.set_major_formatter("{x:,.0f}")
        axis.yaxis.set_major_formatter("{x:,.0f}")
        axis.yaxis.set_minor_formatter("")
    axes[0].set_ylabel("peak memory, MB")
    axes[0].legend(fontsize=7, frameon=False)
    _save(figure, path)


def processing_speed(figures: Mapping[str, Any], path: Path) -> None:
    """Bars: MB/s of each way to turn CSV into Parquet."""
    groups = {name: group for name, group in figures.items() if isinstance(group, dict)}
    figure, axes = plt.subplots(1, len(groups), figsize=(9, 2.4), squeeze=False)
    for axis, (title, group) in zip(axes[0], groups.items(), strict=True):
        speeds = {n: r["mb_per_second"] for n, r in group.items() if "mb_per_second" in r}
        names = sorted(speeds, key=speeds.__getitem__)
        colours = [BLUE if name.startswith("ours") else GREY for name in names]
        bars = axis.barh(names, [speeds[name] for name in names], color=colours)
        axis.bar_label(bars, fmt="%.0f", padding=2)
        axis.margins(x=0.18)
        axis.set_title(title)
        axis.set_xlabel("MB/s")
        axis.spines[["top", "right"]].set_visible(False)
    _save(figure, path)


def cost(figures: Mapping[str, Any], path: Path) -> None:
    """Lines: dollars per file over the size of the file, per configuration."""
    figure, axis = plt.subplots(figsize=(6.5, 3.4))
    for (name, points), colour in zip(figures["per_file"].items(), COLOURS, strict=False):
        known = [(float(size), usd["total"]) for size, usd in points.items() if usd]
        axis.plot(*zip(*known, strict=True), "o-", color=colour, label=name, ms=4)
    axis.set(xscale="log", yscale="log", xlabel="file, MB", ylabel="US$ a file")
    axis.legend(fontsize=8, frameon=False)
    axis.spines[["top", "right"]].set_visible(False)
    _save(figure, path)


def growth(figures: Mapping[str, Any], path: Path) -> None:
    """Points: seconds and memory over the number of files; a line at the least time a file took."""
    figure, axes = plt.subplots(1, 2, figsize=(8, 3))
    runs = figures["runs"]
    counts = [run["files"] for run in runs]
    for axis, name, label in (
        (axes[0], "seconds", "seconds"),
        (axes[1], "peak_mb", "memory of the local AWS, MB"),
    ):
        axis.plot(counts, [run[name] for run in runs], "o", color=BLUE)
        axis.set(xlabel="files", ylabel=label, xscale="log")
        axis.spines[["top", "right"]].set_visible(False)
    few = min(run["seconds"] / run["files"] for run in runs)
    line = [few * count for count in counts]
    axes[0].plot(counts, line, color=ORANGE, lw=1)
    axes[0].set_yscale("log")
    axes[1].set_ylim(bottom=0)
    _save(figure, path)


PICTURES = {
    "validation-speed": ("validation", validation_speed),
    "validation-memory": ("validation", validation_memory),
    "processing": ("processing", processing_speed),
    "cost": ("cost", cost),
    "growth": ("growth", growth),
}


def _save(figure: Any, path: Path) -> None:
    figure.tight_layout()
    figure.savefig(path, metadata={"Date": None, "Creator": None})
    plt.close(figure)


def main(results: str, folder: str) -> None:
    measured = json.loads(Path(results).read_text(encoding="utf-8"))
    Path(folder).mkdir(parents=True, exist_ok=True)
    for name, (section, draw) in PICTURES.items():
        if section in measured:
            draw(measured[section], Path(folder) / f"{name}.svg")


if __name__ == "__main__":
    main(*sys.argv[1:])
