"""Whole commands measured in fresh processes, in turns, so that a busy minute hits all alike."""

import json
import os
import shutil
import statistics
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
TIME_LIMIT = 1_800.0
"""Seconds after which a command counts as failed."""


@dataclass(frozen=True)
class Command:
    """A program that prints one JSON object: ``seconds``, ``peak_mb``, and what it found."""

    name: str
    argv: Sequence[str]
    environment: Mapping[str, str] | None = None
    output: Path | None = None
    """A folder that the program writes and that must not be there when it begins."""


@dataclass(frozen=True)
class Sample:
    """One measured run. ``seconds`` are of the work without imports, ``peak_mb`` of all."""

    seconds: float
    peak_mb: float
    found: Any


@dataclass(frozen=True)
class Failure:
    """A run that did not end well, and the last line of what it said."""

    reason: str


def side_by_side(
    commands: Sequence[Command], repeats: int
) -> Mapping[str, Sequence[Sample] | Failure]:
    """Run every command ``repeats`` times, in turns. One that fails is not run again."""
    results: dict[str, list[Sample] | Failure] = {command.name: [] for command in commands}
    for _ in range(repeats):
        for command in commands:
            samples = results[command.name]
            if isinstance(samples, Failure):
                continue
            measured = run(command)
            if isinstance(measured, Failure):
                results[command.name] = measured
            else:
                samples.append(measured)
    return results


def run(command: Command) -> Sample | Failure:
    """Run a command once."""
    if command.output:
        shutil.rmtree(command.output, ignore_errors=True)
    environment = {**os.environ, "PYTHONPATH": str(ROOT), **(command.environment or {})}
    try:
        done = subprocess.run(
            command.argv,
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            timeout=TIME_LIMIT,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return Failure(f"took more than {TIME_LIMIT:.0f} s")
    if done.returncode != 0:
        # A process that the kernel ended for its memory says nothing.
        said = done.stderr.strip().splitlines() or [f"ended with {done.returncode}"]
        return Failure(said[-1][:200])
    told = json.loads(done.stdout.splitlines()[-1])
    return Sample(told["seconds"], told["peak_mb"], told.get("found"))


def summary(samples: Sequence[Sample] | Failure) -> dict[str, Any]:
    """Return a command's figures as plain data: medians, and each single time."""
    if isinstance(samples, Failure):
        return {"failed": samples.reason}
    return {
        "seconds": statistics.median(sample.seconds for sample in samples),
        "all_seconds": [round(sample.seconds, 4) for sample in samples],
        "peak_mb": round(max(sample.peak_mb for sample in samples), 1),
        "found": samples[0].found,
    }


def ratio(slower: Mapping[str, Any], quicker: Mapping[str, Any]) -> tuple[float, float, float]:
    """Return how many times quicker the second is: median, least and most over the rounds."""
    pairs = zip(slower["all_seconds"], quicker["all_seconds"], strict=True)
    ratios = sorted(slow / quick for slow, quick in pairs)
    return statistics.median(ratios), ratios[0], ratios[-1]
