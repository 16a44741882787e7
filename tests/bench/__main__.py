"""``python -m tests.bench``: measure, and write docs/benchmarks.md with its pictures."""

import argparse
import json
import platform
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.bench import cost, growth, orchestration, processing, report, validation
from tests.bench.local import starts
from tests.bench.measure import ROOT

DOCS = ROOT / "docs"
RESULTS = DOCS / "benchmarks" / "results.json"


def sections(
    folder: Path, python: str, quick: bool, measured: Mapping[str, Any]
) -> Mapping[str, Callable[[], dict[str, Any]]]:
    """Return each section's name and what measures it, in the order in which they build up."""
    repeats = 2 if quick else 5
    sizes = (1, 10) if quick else (1, 100, 1_000)
    return {
        "validation": lambda: validation.measure(folder, python, sizes, repeats),
        "processing": lambda: processing.measure(folder, python, 20 if quick else 500, repeats),
        "starts": lambda: {"seconds": starts(folder, repeats)},
        "orchestration": lambda: orchestration.measure(folder, 2 if quick else 10),
        "growth": lambda: growth.measure(folder, (10, 100) if quick else (10, 100, 1_000, 10_000)),
        "cost": lambda: cost.reckon(measured),
    }


def main() -> int:
    """Measure what was asked for; what was measured before stays as it was."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small files, few repeats, no report")
    parser.add_argument("--only", nargs="*", help="sections to measure; all by default")
    parser.add_argument("--python", required=True, help="the interpreter with the competitors")
    given = parser.parse_args()
    measured: dict[str, Any] = {}
    if RESULTS.exists() and not given.quick:
        measured = json.loads(RESULTS.read_text(encoding="utf-8"))
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        known = sections(Path(folder), given.python, given.quick, measured)
        wanted = given.only or list(known)
        if unknown := sorted(set(wanted) - known.keys()):
            parser.error(f"no sections: {', '.join(unknown)}; there are {', '.join(known)}")
        for name in (name for name in known if name in wanted):
            print(f"Measuring {name} ...", flush=True)
            measured[name] = known[name]()
    measured["machine"] = machine()
    if given.quick:
        print(json.dumps(measured, indent=1))
        return 0
    write(measured, given.python)
    print("docs/benchmarks.md written")
    return 0


def write(measured: Mapping[str, Any], python: str) -> None:
    """Write the figures, the pictures and the page."""
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(measured, indent=1) + "\n", encoding="utf-8")
    charts = [python, "-m", "tests.bench.charts", str(RESULTS), str(RESULTS.parent)]
    subprocess.run(charts, cwd=ROOT, check=True)
    (DOCS / "benchmarks.md").write_text(report.page(measured), encoding="utf-8")


def machine() -> dict[str, Any]:
    """Return what the figures depend on."""
    info = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    models = [line.partition(":")[2].strip() for line in info.splitlines() if "model name" in line]
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "processor": models[0] if models else platform.machine(),
        "cores": len(models) or None,
        "python": platform.python_version(),
    }


if __name__ == "__main__":
    sys.exit(main())
