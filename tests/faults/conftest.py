"""One pipeline under fault for all tests of this folder, and the table of what became of it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.register_assert_rewrite("tests.faults.matrix")

from tests.faults import table  # noqa: E402 - assertions below it are rewritten
from tests.faults.matrix import FAULTS  # noqa: E402
from tests.faults.world import Worlds, local_aws  # noqa: E402
from tests.integration.conftest import packages  # noqa: E402, F401 - a fixture

RESULTS = {"passed": "held", "failed": "broken"}
_results = pytest.StashKey[dict[str, str]]()


def pytest_configure(config: pytest.Config) -> None:
    config.stash[_results] = {}


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """Note what became of each fault."""
    report: pytest.TestReport = yield  # type: ignore[misc]
    params = getattr(getattr(item, "callspec", None), "params", {})
    if "fault" in params and (report.when == "call" or report.failed):
        item.config.stash[_results][params["fault"].name] = RESULTS[report.outcome]
    return report  # type: ignore[return-value]


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Write the table: of faults that were not played now, what it says already."""
    before = table.FILE.read_text(encoding="utf-8") if table.FILE.exists() else ""
    if played := session.config.stash[_results]:
        results = table.results(before) | played
        table.FILE.write_text(table.render(FAULTS.values(), results), encoding="utf-8")


@pytest.fixture(scope="session")
def worlds(packages: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Worlds]:  # noqa: F811
    """Deployed pipelines, all of whose inner calls pass the proxy."""
    state: Path = tmp_path_factory.mktemp("faults")
    with local_aws(state / "aws") as running:
        made = Worlds(running, state)
        yield made
        made.close()
