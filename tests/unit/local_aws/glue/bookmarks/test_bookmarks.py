"""https://docs.aws.amazon.com/glue/latest/dg/monitor-continuations.html"""

from typing import Any

import pytest

from local_aws.glue.errors import EntityNotFoundException, VersionMismatchException
from tests.unit.local_aws.glue.memory import World

JOB = "job"


def begin(world: World, run_id: str) -> dict[str, Any]:
    answer = world.engine.handle_internal("BeginJobBookmark", {"JobName": JOB, "RunId": run_id})
    return answer["JobBookmarkEntry"]


def commit(world: World, version: int, bookmark: str) -> dict[str, Any]:
    request = {"JobName": JOB, "Version": version, "JobBookmark": bookmark}
    return world.engine.handle_internal("CommitJobBookmark", request)["JobBookmarkEntry"]


def run(world: World, run_id: str, bookmark: str) -> dict[str, Any]:
    return commit(world, begin(world, run_id)["Version"], bookmark)


def entry(world: World, **request: str) -> dict[str, Any]:
    return world.call("GetJobBookmark", JobName=JOB, **request)["JobBookmarkEntry"]


def reset(world: World, **request: str) -> dict[str, Any]:
    return world.call("ResetJobBookmark", JobName=JOB, **request)["JobBookmarkEntry"]


def test_a_success_moves_version_and_run(world: World) -> None:
    run(world, "jr_1", '{"a": 1}')
    assert entry(world) == {
        "JobName": JOB, "Version": 2, "Run": 2, "Attempt": 0, "RunId": "jr_1",
        "JobBookmark": '{"a": 1}',
    }  # fmt: skip
    assert begin(world, "jr_2")["JobBookmark"] == '{"a": 1}'
    commit(world, 3, '{"a": 2}')
    assert entry(world) == {
        "JobName": JOB, "Version": 4, "Run": 3, "Attempt": 0, "RunId": "jr_2",
        "PreviousRunId": "jr_1", "JobBookmark": '{"a": 2}',
    }  # fmt: skip


def test_a_run_after_a_failed_one_is_another_attempt_at_the_same(world: World) -> None:
    run(world, "jr_1", "one")
    begin(world, "jr_2")
    second = begin(world, "jr_3")
    assert (second["Run"], second["Attempt"], second["JobBookmark"]) == (2, 1, "one")
    assert begin(world, "jr_4")["Attempt"] == 2
    commit(world, entry(world)["Version"], "four")
    assert begin(world, "jr_5")["Attempt"] == 0


def test_a_second_commit_of_a_run_is_not_another_run(world: World) -> None:
    first = run(world, "jr_1", "half")
    assert commit(world, first["Version"], "whole")["Run"] == first["Run"] == 2
    assert entry(world)["JobBookmark"] == "whole"


def test_concurrent_runs_interfere(world: World) -> None:
    first = begin(world, "jr_1")
    second = begin(world, "jr_2")
    with pytest.raises(VersionMismatchException, match="Expected version 1 but found version 2"):
        commit(world, first["Version"], "first")
    assert commit(world, second["Version"], "second")["JobBookmark"] == "second"


def test_a_reset_during_a_run_is_not_undone_by_it(world: World) -> None:
    run(world, "jr_1", "one")
    second = begin(world, "jr_2")
    reset(world)
    with pytest.raises(VersionMismatchException):
        commit(world, second["Version"], "two")
    assert begin(world, "jr_3")["JobBookmark"] == "{}"


def test_reset_forgets_and_rewind_goes_back(world: World) -> None:
    for run_id in ("jr_1", "jr_2", "jr_3"):
        run(world, run_id, run_id)
    cleared = reset(world)
    assert (cleared["JobBookmark"], cleared["Attempt"]) == ("{}", 0)
    assert cleared["Version"] == 7
    assert "RunId" not in cleared
    rewound = reset(world, RunId="jr_2")
    assert (rewound["JobBookmark"], rewound["Version"], rewound["RunId"]) == ("jr_2", 8, "jr_2")
    assert begin(world, "jr_4")["JobBookmark"] == "jr_2"


def test_a_failed_run_stands_for_the_success_before_it(world: World) -> None:
    """`job-bookmark-from`: "the last successful run before and including the specified run ID"."""
    run(world, "jr_1", "one")
    begin(world, "jr_2")
    run(world, "jr_3", "three")
    assert entry(world, RunId="jr_2")["JobBookmark"] == "one"
    assert entry(world, RunId="jr_3")["JobBookmark"] == "three"


def test_what_is_not_known_is_said(world: World) -> None:
    with pytest.raises(EntityNotFoundException, match="Continuation for job job not found"):
        entry(world)
    with pytest.raises(EntityNotFoundException, match="Continuation for job job not found"):
        reset(world)
    run(world, "jr_1", "one")
    with pytest.raises(EntityNotFoundException, match="jr_9"):
        entry(world, RunId="jr_9")
    with pytest.raises(EntityNotFoundException, match="jr_9"):
        reset(world, RunId="jr_9")
    assert entry(world)["JobBookmark"] == "one"


def test_a_bookmark_goes_with_its_job(world: World) -> None:
    """ "If you delete a job, the job bookmark is deleted." """
    world.create_job(JOB)
    run(world, "jr_1", "one")
    world.call("DeleteJob", JobName=JOB)
    with pytest.raises(EntityNotFoundException):
        entry(world)
    assert begin(world, "jr_1")["Version"] == 1


def test_a_job_is_told_where_its_bookmarks_are(world: World) -> None:
    world.create_job()
    world.start()
    environment = world.launcher.process(0).spec.environment
    assert environment["LOCAL_AWS_GLUE_URL"] == (
        "http://localhost:1/_local_aws/glue/123456789012/eu-central-1"
    )
