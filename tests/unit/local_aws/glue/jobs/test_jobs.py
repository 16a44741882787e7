"""Job definitions.

https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-jobs-job.html
"""

from datetime import timedelta
from typing import Any

import pytest

from local_aws.glue.errors import (
    AlreadyExistsException,
    EntityNotFoundException,
    GlueError,
    InvalidInputException,
    ValidationException,
)
from tests.unit.local_aws.glue.memory import World

SPARK = {"Name": "glueetl", "ScriptLocation": "s3://code/job.py"}
SHELL = {"Name": "pythonshell", "ScriptLocation": "s3://code/job.py", "PythonVersion": "3.9"}


def job(world: World, name: str = "job") -> dict[str, Any]:
    return world.call("GetJob", JobName=name)["Job"]


def test_defaults_of_a_spark_job(world: World) -> None:
    world.create_job(WorkerType="G.1X", NumberOfWorkers=2)
    found = job(world)
    assert found["Command"] == {**SPARK, "PythonVersion": "3"}
    assert found["ExecutionProperty"] == {"MaxConcurrentRuns": 1}
    assert (found["Timeout"], found["MaxRetries"], found["MaxCapacity"]) == (2880, 0, 2.0)
    # Members that nobody set must be absent: Terraform would see a change in every plan.
    assert not found.keys() & {"ExecutionClass", "NotificationProperty", "Connections"}


def test_defaults_of_a_python_shell_job(world: World) -> None:
    world.create_job(Command=SHELL, GlueVersion=None)
    found = job(world)
    assert (found["MaxCapacity"], found["GlueVersion"]) == (0.0625, "3.0")
    assert "WorkerType" not in found


def test_everything_that_was_set_is_shown(world: World) -> None:
    members = {
        "Description": "what it does",
        "DefaultArguments": {"--a": "1"},
        "NonOverridableArguments": {"--b": "2"},
        "Connections": {"Connections": ["database"]},
        "MaxRetries": 2,
        "Timeout": 60,
        "NotificationProperty": {"NotifyDelayAfter": 5},
        "WorkerType": "G.1X",
        "NumberOfWorkers": 2,
        "ExecutionClass": "FLEX",
        "ExecutionProperty": {"MaxConcurrentRuns": 3},
        "SecurityConfiguration": "safe",
        "JobRunQueuingEnabled": True,
        "MaintenanceWindow": "Mon:10",
        "SourceControlDetails": {"Provider": "GITHUB", "Repository": "r"},
        "GlueVersion": "5.1",
        "JobMode": "NOTEBOOK",
    }
    world.create_job(**members)
    assert members.items() <= job(world).items()


def test_an_update_overwrites_the_whole_definition(world: World) -> None:
    """https://docs.aws.amazon.com/glue/latest/webapi/API_UpdateJob.html."""
    world.create_job(Description="old", Timeout=60, DefaultArguments={"--a": "1"})
    before = job(world)
    world.clock.advance(timedelta(minutes=1))
    update = {"Role": "other", "Command": SPARK, "GlueVersion": "5.0"}
    assert world.call("UpdateJob", JobName="job", JobUpdate=update) == {"JobName": "job"}
    after = job(world)
    assert (after["Role"], after["GlueVersion"], after["Timeout"]) == ("other", "5.0", 2880)
    assert not after.keys() & {"Description", "DefaultArguments"}
    assert after["CreatedOn"] == before["CreatedOn"] < after["LastModifiedOn"]


def test_an_update_needs_role_and_command(world: World) -> None:
    world.create_job()
    with pytest.raises(InvalidInputException, match="Role"):
        world.call("UpdateJob", JobName="job", JobUpdate={"Command": SPARK})
    with pytest.raises(EntityNotFoundException):
        world.call("UpdateJob", JobName="other", JobUpdate={"Role": "r", "Command": SPARK})


def test_a_run_keeps_the_definition_with_which_it_started(world: World) -> None:
    world.create_job(Timeout=60)
    run_id = world.start()
    world.call("UpdateJob", JobName="job", JobUpdate={"Role": "r", "Command": SPARK, "Timeout": 1})
    world.wait_for(run_id, "RUNNING")
    assert world.run(run_id)["Timeout"] == 60


def test_deleting_twice_is_no_error(world: World) -> None:
    """https://docs.aws.amazon.com/glue/latest/webapi/API_DeleteJob.html."""
    world.create_job()
    for _ in range(2):
        assert world.call("DeleteJob", JobName="job") == {"JobName": "job"}
    with pytest.raises(EntityNotFoundException):
        job(world)


def test_a_name_is_taken_once(world: World) -> None:
    world.create_job()
    with pytest.raises(AlreadyExistsException):
        world.create_job()


def test_jobs_are_listed_in_pages_and_by_tags(world: World) -> None:
    for name in ("c", "a", "b"):
        world.create_job(name, Tags={"team": name})
    assert world.call("ListJobs", MaxResults=2)["JobNames"] == ["a", "b"]
    assert world.call("ListJobs", Tags={"team": "c"}) == {"JobNames": ["c"]}
    assert [found["Name"] for found in world.call("GetJobs")["Jobs"]] == ["a", "b", "c"]
    batch = world.call("BatchGetJobs", JobNames=["a", "gone"])
    assert [found["Name"] for found in batch["Jobs"]] == ["a"]
    assert batch["JobsNotFound"] == ["gone"]


def test_tags_live_as_long_as_their_job(world: World) -> None:
    """https://docs.aws.amazon.com/glue/latest/dg/monitor-tags.html."""
    arn = "arn:aws:glue:eu-central-1:123456789012:job/job"
    world.create_job(Tags={"a": "1"})
    world.call("TagResource", ResourceArn=arn, TagsToAdd={"b": "2", "c": "3"})
    world.call("UntagResource", ResourceArn=arn, TagsToRemove=["a", "c"])
    assert world.call("GetTags", ResourceArn=arn) == {"Tags": {"b": "2"}}
    world.call("DeleteJob", JobName="job")
    with pytest.raises(EntityNotFoundException):
        world.call("GetTags", ResourceArn=arn)


@pytest.mark.parametrize(
    ("members", "kind", "message"),
    [
        ({"Name": ""}, ValidationException, "'name'.*length greater than or equal to 1"),
        ({"ExecutionClass": "SLOW"}, ValidationException, "enum value set: .FLEX, STANDARD"),
        ({"MaintenanceWindow": "someday"}, ValidationException, "regular expression"),
        ({"Timeout": 0}, ValidationException, "value greater than or equal to 1"),
        ({"Timeout": 10081}, InvalidInputException, "at most 10080 minutes"),
        ({"GlueVersion": "6.6"}, InvalidInputException, "Glue Version 6.6 is not supported"),
        ({"MaxRetries": 11}, InvalidInputException, "MaxRetries is 0 to 10"),
        ({"WorkerType": "G.1X"}, InvalidInputException, "needs Number of Workers"),
        ({"NumberOfWorkers": 2}, InvalidInputException, "needs a Worker Type"),
        (
            {"WorkerType": "G.9X", "NumberOfWorkers": 2},
            InvalidInputException,
            "Worker Type G.9X is unknown",
        ),
        (
            {"WorkerType": "G.1X", "NumberOfWorkers": 2, "MaxCapacity": 2.0},
            InvalidInputException,
            "do not set Max Capacity",
        ),
        ({"MaxCapacity": 2.0}, InvalidInputException, "instead of Max Capacity"),
        (
            {"GlueVersion": "1.0", "MaxCapacity": 2.5},
            InvalidInputException,
            "whole number from 2 to 100",
        ),
        ({"Command": SHELL, "MaxCapacity": 2.0}, InvalidInputException, "0.0625 or 1"),
        (
            {"Command": SHELL, "WorkerType": "G.1X", "NumberOfWorkers": 2},
            InvalidInputException,
            "not supported for Job Command pythonshell",
        ),
        ({"Command": {"Name": "spark"}}, InvalidInputException, "Job Command Name 'spark'"),
        (
            {"Command": {"Name": "glueetl", "ScriptLocation": "/tmp/x.py"}},
            InvalidInputException,
            "write s3://",
        ),
        (
            {"ExecutionClass": "FLEX", "GlueVersion": "2.0"},
            InvalidInputException,
            "Glue version 3.0 or later",
        ),
        ({"Tags": {"aws:mine": "x"}}, InvalidInputException, "reserved"),
    ],
)
def test_what_cannot_be_is_refused_with_a_reason(
    world: World, members: dict[str, Any], kind: type[GlueError], message: str
) -> None:
    name = members.pop("Name", "job")
    with pytest.raises(kind, match=message):
        world.create_job(name, **members)
    assert world.call("ListJobs") == {"JobNames": []}


def test_spark_jobs_without_capacity_get_ten_units(world: World) -> None:
    world.create_job("new")
    world.create_job("old", GlueVersion="1.0")
    assert (job(world, "new")["WorkerType"], job(world, "new")["NumberOfWorkers"]) == ("G.1X", 10)
    assert job(world, "old")["MaxCapacity"] == 10.0
    assert "WorkerType" not in job(world, "old")
