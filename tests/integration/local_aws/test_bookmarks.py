"""Bookmarks through the real services: a Spark job over S3 and the catalog, run after run.

https://docs.aws.amazon.com/glue/latest/dg/monitor-continuations.html
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.integration.local_aws.glue_scripts import GlueScripts
from tests.integration.local_aws.own_server import OwnServer, own_server

pytestmark = pytest.mark.spark
SCRIPT = (Path(__file__).parent / "scripts" / "bookmarks.py").read_text()
JOB = "bookmarks"


@pytest.fixture(scope="module")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OwnServer]:
    with own_server(tmp_path_factory.mktemp("bookmarks")) as server:
        yield server


class Scene:
    """A folder and a partitioned table, which grow, and the job that reads both."""

    def __init__(self, scripts: GlueScripts) -> None:
        self.scripts = scripts
        scripts.glue.create_database(DatabaseInput={"Name": "bookmarks"})
        scripts.glue.create_table(
            DatabaseName="bookmarks",
            TableInput={
                "Name": "days",
                "PartitionKeys": [{"Name": "day", "Type": "string"}],
                "Parameters": {"classification": "json"},
                "StorageDescriptor": {
                    "Location": f"s3://{scripts.bucket}/bookmarks/days/",
                    "Columns": [{"Name": "n", "Type": "int"}],
                },
            },
        )
        option = {"job-bookmark-option": "job-bookmark-enable", "fail": "no"}
        scripts.create(JOB, SCRIPT, **option)

    def add(self, number: int, day: str, new_partition: bool = True) -> None:
        body = json.dumps({"n": number})
        self.scripts.put(f"bookmarks/files/{day}/{number}.json", body)
        place = self.scripts.put(f"bookmarks/days/day={day}/{number}.json", body)
        if new_partition:
            folder = {"Location": place.rsplit("/", 1)[0]}
            self.scripts.glue.create_partition(
                DatabaseName="bookmarks",
                TableName="days",
                PartitionInput={"Values": [day], "StorageDescriptor": folder},
            )

    def run(self, **arguments: str) -> tuple[str, dict[str, Any], str]:
        """Return the run's id, what it read, and how it ended."""
        ended = self.scripts.run(JOB, **arguments)
        printed = self.scripts.output(ended["Id"])
        told = ended.get("ErrorMessage", ended["JobRunState"])
        assert printed, told
        return ended["Id"], json.loads(printed[-1]), told

    def reset(self, **request: str) -> None:
        self.scripts.glue.reset_job_bookmark(JobName=JOB, **request)

    def entry(self) -> dict[str, Any]:
        found = self.scripts.glue.get_job_bookmark(JobName=JOB)
        entry: dict[str, Any] = found["JobBookmarkEntry"]
        return entry


def read(*rows: tuple[int, str], total: int) -> dict[str, Any]:
    return {
        "loose": [json.dumps({"n": number}) for number, _ in rows],
        "all": total,
        "table": [json.dumps({"n": number, "day": day}) for number, day in rows],
    }


def test_run_after_run_reads_what_is_new(aws: OwnServer) -> None:
    scene = Scene(GlueScripts(aws, "bookmark-tests"))
    scene.add(1, "01")
    scene.add(2, "02")
    first, seen, _ = scene.run()
    assert seen == read((1, "01"), (2, "02"), total=2)

    # A failed run moves nothing: what it read is read again.
    scene.add(3, "02", new_partition=False)
    _, seen, told = scene.run(fail="before")
    assert (seen, told) == (read((3, "02"), total=3), "ValueError: before the commit")
    second, seen, _ = scene.run()
    assert seen == read((3, "02"), total=3)
    entry = scene.entry()
    assert (entry["Run"], entry["Attempt"], entry["RunId"]) == (3, 1, second)

    # A commit that a later failure does not undo; then nothing is new.
    scene.add(4, "03")
    third, seen, told = scene.run(fail="after")
    assert (seen, told) == (read((4, "03"), total=4), "ValueError: after the commit")
    assert scene.run()[1] == read(total=4)

    # Paused: what is new, or what lies between two runs, and nothing moves.
    scene.add(5, "03", new_partition=False)
    before = scene.entry()
    pause = {"job-bookmark-option": "job-bookmark-pause"}
    assert scene.run(**pause)[1] == read((5, "03"), total=5)
    part = {**pause, "job-bookmark-from": first, "job-bookmark-to": third}
    assert scene.run(**part)[1] == read((3, "02"), (4, "03"), total=5)
    assert scene.entry() == before

    # Rewound to a run, what came after it is new; disabled, all is read and nothing remembered.
    scene.reset(RunId=second)
    assert scene.run()[1] == read((4, "03"), (5, "03"), total=5)
    everything = read((1, "01"), (2, "02"), (3, "02"), (4, "03"), (5, "03"), total=5)
    disable = {"job-bookmark-option": "job-bookmark-disable"}
    assert scene.run(**disable)[1] == everything
    scene.reset()
    assert scene.run()[1] == everything
