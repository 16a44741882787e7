"""What a file costs on AWS, by its size: counted calls and measured rates times listed prices.

Counted from real executions (section ``orchestration``): state transitions, calls, billed time.
Measured here and scaled to AWS by the share of a processor: MB/s of validation and processing.
Assumed, and said in the page: what is in ``ASSUMED``.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SIZES_MB = (0.001, 10, 1_000, 100_000)
PRICES = Path(__file__).with_name("prices.json")

ASSUMED = {
    "a Glue job's own start, seconds": 25,
    "cores of a G.1X worker": 4,
    "Lambda memory that is worth one core, MB": 1_769,
    "input of one more Glue worker, MB": 5_000,
    "Glue workers at most": 20,
}
SMALLEST_WORKERS = 2


@dataclass(frozen=True)
class Rates:
    """MB/s on one core."""

    validation: float
    glue: float
    process_file: float


def reckon(measured: Mapping[str, Any]) -> dict[str, Any]:
    """Return configuration → size in MB → cost by part in USD, None where it cannot do the size."""
    missing = {"validation", "processing", "orchestration"} - measured.keys()
    if missing:
        raise SystemExit(
            f"The costs follow from other figures: measure {', '.join(missing)} first."
        )
    prices = json.loads(PRICES.read_text(encoding="utf-8"))
    rates = _rates(measured)
    per_file = {
        name: {str(size): _cost(counted, size, rates, prices) for size in SIZES_MB}
        for name, counted in measured["orchestration"].items()
    }
    return {"prices": prices, "assumed": ASSUMED, "rates": vars(rates), "per_file": per_file}


def _rates(measured: Mapping[str, Any]) -> Rates:
    sizes = measured["validation"]["csv"]
    largest = max(sizes, key=int)
    processing = measured["processing"]
    return Rates(
        validation=sizes[largest]["ours"]["mb_per_second"],
        glue=processing["Glue job"]["ours"]["mb_per_second"] / processing["cores"],
        process_file=processing["Lambda engine"]["ours"]["mb_per_second"],
    )


def _cost(
    counted: Mapping[str, Any], size: float, rates: Rates, prices: Mapping[str, float]
) -> dict[str, float] | None:
    """``counted`` is what one small file took; its time grows by what the size adds."""
    if size > counted["largest_mb"]:
        return None
    by_glue = counted["glue_from_mb"] is not None and size > counted["glue_from_mb"]
    # Whoever waits for the functions that read the file is billed for their time too.
    longer = sum(
        _reading(name, figures, size, rates) for name, figures in counted["functions"].items()
    )
    waits = counted.get("waits", ())
    parts = {
        "Step Functions": _orchestration(counted, longer, prices),
        "Lambda": sum(
            _function(
                figures,
                longer if name in waits else _reading(name, figures, size, rates),
                prices,
            )
            for name, figures in counted["functions"].items()
            if not (by_glue and name == "process_file")
        ),
        "Glue": _glue(size, rates, prices) if by_glue else 0.0,
        "others": sum(counted["calls"][name] * prices[name] for name in counted["calls"]),
    }
    return {**parts, "total": sum(parts.values())}


def _orchestration(counted: Mapping[str, Any], longer: float, prices: Mapping[str, float]) -> float:
    """``longer`` is how many seconds more a file takes than the small one that was counted."""
    # Express is billed in steps of 64 MB.
    seconds = counted["express_seconds"] + (longer if counted["express_requests"] else 0.0)
    gb_seconds = 64 / 1024 * seconds
    return (
        counted["transitions"] * prices["step_functions_transition"]
        + counted["express_requests"] * prices["step_functions_express_request"]
        + gb_seconds * prices["step_functions_express_gb_second"]
    )


def _reading(name: str, figures: Mapping[str, Any], size: float, rates: Rates) -> float:
    """Return the seconds that a function takes to read ``size`` MB."""
    share = min(1.0, figures["memory_mb"] / ASSUMED["Lambda memory that is worth one core, MB"])
    rate = {
        "validate_file": rates.validation,
        "process_file": rates.process_file,
        "process_batch": 1 / (1 / rates.validation + 1 / rates.process_file),
    }.get(name)
    return size / (rate * share) if rate else 0.0


def _function(figures: Mapping[str, Any], longer: float, prices: Mapping[str, float]) -> float:
    seconds = figures["billed_ms"] / 1_000 + longer
    gb_seconds = figures["memory_mb"] / 1024 * seconds
    return figures["calls"] * prices["lambda_request"] + gb_seconds * prices["lambda_gb_second"]


def _glue(size: float, rates: Rates, prices: Mapping[str, float]) -> float:
    workers = SMALLEST_WORKERS + int(size / ASSUMED["input of one more Glue worker, MB"])
    workers = min(workers, ASSUMED["Glue workers at most"])
    # One worker holds the driver.
    cores = (workers - 1) * ASSUMED["cores of a G.1X worker"]
    seconds = ASSUMED["a Glue job's own start, seconds"] + size / (rates.glue * cores)
    billed = max(seconds, prices["glue_minimum_seconds"])
    return workers * billed / 3600 * prices["glue_dpu_hour"]
