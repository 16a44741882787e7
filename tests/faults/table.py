"""The table of the faults and their results: docs/faults.md, written by a run of all of them."""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from tests.faults.matrix.registry import Fault

FILE = Path(__file__).parents[2] / "docs/faults.md"

UNTRIED = "untried"

HEAD = """\
# What the pipeline was put through

Each row is a fault that `make faults` brings about from outside the code: by a proxy through which
all calls inside the local AWS pass, by events made by hand, by killed processes and by what people
do. Afterwards an oracle looks at buckets, claims, executions, notifications and dead letters. The
run that did so has written this table; don't edit it.

"Held" means: every object version that arrived has one claim and one ended run, every successful
run's output is the one that readers see, every outcome was told once, and the dead-letter queues
hold what they should. [`tests/faults`](../tests/faults) is how it is done.

| fault | promise that it tests | result |
|---|---|---|
"""


def render(faults: Iterable[Fault], results: Mapping[str, str]) -> str:
    """Return the document; ``results`` by the faults' names."""
    ordered = sorted(faults, key=lambda fault: fault.name.lower())
    rows = (
        f"| {fault.name} | {fault.invariant} | {results.get(fault.name, UNTRIED)} |\n"
        for fault in ordered
    )
    return HEAD + "".join(rows)


def results(document: str) -> dict[str, str]:
    """Return what a document's table tells of each fault, in its order."""
    return dict(re.findall(r"^\| (.+?) \| .+ \| (held|broken|untried) \|$", document, re.M))
