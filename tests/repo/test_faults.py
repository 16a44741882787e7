"""The table of faults is that of the faults that there are."""

from tests.faults import table
from tests.faults.matrix import FAULTS


def test_the_table_lists_every_fault_once() -> None:
    listed = list(table.results(table.FILE.read_text(encoding="utf-8")))
    assert listed == sorted(FAULTS, key=str.lower)


def test_no_promise_is_broken() -> None:
    told = table.results(table.FILE.read_text(encoding="utf-8"))
    assert {name for name, result in told.items() if result != "held"} == set()
