"""A job's definition: what CreateJob and UpdateJob write and GetJob shows.

https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-jobs-job.html
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from local_aws.glue.errors import InvalidInputException
from local_aws.glue.jobs import capacity as capacities
from local_aws.glue.jobs.capacity import Capacity
from local_aws.host.ports import Request, Response

COMMANDS = ("glueetl", "gluestreaming", "pythonshell", "glueray")
GLUE_VERSIONS = ("0.9", "1.0", "2.0", "3.0", "4.0", "5.0", "5.1")
DEFAULT_TIMEOUT = 2880
LONGEST_TIMEOUT = 10080
# Members that are stored and shown as they came; nothing of the model depends on them.
_PLAIN_MEMBERS = (
    "Description",
    "LogUri",
    "JobRunQueuingEnabled",
    "Connections",
    "SecurityConfiguration",
    "ExecutionClass",
    "MaintenanceWindow",
    "SourceControlDetails",
    "CodeGenConfigurationNodes",
)


@dataclass(frozen=True)
class Command:
    """What kind of job it is, and where its script lies."""

    name: str
    script_location: str
    python_version: str
    runtime: str | None = None

    def to_api(self) -> dict[str, str]:
        """Return the API's ``JobCommand``."""
        members = {
            "Name": self.name,
            "ScriptLocation": self.script_location,
            "PythonVersion": self.python_version,
        }
        return members | ({"Runtime": self.runtime} if self.runtime else {})


@dataclass(frozen=True)
class JobDefinition:
    """One job. ``timeout`` and ``notify_delay_after`` are in minutes.

    ``plain`` holds, by their names in the API, the members that are merely stored and shown.
    """

    name: str
    role: str
    command: Command
    capacity: Capacity
    glue_version: str
    timeout: int
    created_on: datetime
    last_modified_on: datetime
    mode: str = "SCRIPT"
    max_retries: int = 0
    max_concurrent_runs: int = 1
    notify_delay_after: int | None = None
    default_arguments: Mapping[str, str] = field(default_factory=dict)
    non_overridable_arguments: Mapping[str, str] = field(default_factory=dict)
    plain: Mapping[str, Any] = field(default_factory=dict)

    @property
    def queues_runs(self) -> bool:
        """Whether runs over the limit wait instead of being refused."""
        return bool(self.plain.get("JobRunQueuingEnabled", False))

    @property
    def security_configuration(self) -> str | None:
        """The name of the job's security configuration."""
        return self.plain.get("SecurityConfiguration")

    @property
    def execution_class(self) -> str | None:
        """FLEX, STANDARD, or None where the job does not say."""
        return self.plain.get("ExecutionClass")

    def to_api(self) -> Response:
        """Return the API's ``Job``."""
        job: Response = {
            "Name": self.name,
            "JobMode": self.mode,
            "Role": self.role,
            "CreatedOn": self.created_on,
            "LastModifiedOn": self.last_modified_on,
            "ExecutionProperty": {"MaxConcurrentRuns": self.max_concurrent_runs},
            "Command": self.command.to_api(),
            "MaxRetries": self.max_retries,
            "Timeout": self.timeout,
            "GlueVersion": self.glue_version,
            **self.capacity.to_api(),
            **self.plain,
        }
        if self.default_arguments:
            job["DefaultArguments"] = dict(self.default_arguments)
        if self.non_overridable_arguments:
            job["NonOverridableArguments"] = dict(self.non_overridable_arguments)
        if self.notify_delay_after is not None:
            job["NotificationProperty"] = {"NotifyDelayAfter": self.notify_delay_after}
        return job


def created(request: Request, now: datetime) -> JobDefinition:
    """Make a job of a CreateJob request. Raises InvalidInputException."""
    return _parse(request["Name"], request, now)


def updated(job: JobDefinition, update: Request, now: datetime) -> JobDefinition:
    """Make the job that ``job`` is after an UpdateJob.

    The previous definition is completely overwritten: what the update leaves out is back at its
    default. Raises InvalidInputException.
    """
    for member in ("Role", "Command"):
        if not update.get(member):
            raise InvalidInputException(f"JobUpdate needs {member}: it overwrites the whole job.")
    return replace(_parse(job.name, update, now), created_on=job.created_on)


def _parse(name: str, members: Request, now: datetime) -> JobDefinition:
    glue_version = members.get("GlueVersion") or _default_version(members["Command"])
    command = _command(members["Command"], glue_version)
    _check_version(glue_version)
    check_execution_class(members.get("ExecutionClass"), command.name, glue_version)
    return JobDefinition(
        name=name,
        role=_role(members),
        command=command,
        capacity=capacities.resolve(
            command.name,
            glue_version,
            max_capacity=members.get("MaxCapacity") or members.get("AllocatedCapacity"),
            worker_type=members.get("WorkerType"),
            number_of_workers=members.get("NumberOfWorkers"),
        ),
        glue_version=glue_version,
        timeout=timeout(members.get("Timeout")),
        created_on=now,
        last_modified_on=now,
        mode=members.get("JobMode") or "SCRIPT",
        max_retries=_max_retries(members.get("MaxRetries")),
        max_concurrent_runs=_max_concurrent_runs(members.get("ExecutionProperty")),
        notify_delay_after=(members.get("NotificationProperty") or {}).get("NotifyDelayAfter"),
        default_arguments=dict(members.get("DefaultArguments") or {}),
        non_overridable_arguments=dict(members.get("NonOverridableArguments") or {}),
        plain={key: members[key] for key in _PLAIN_MEMBERS if members.get(key) is not None},
    )


def timeout(minutes: int | None) -> int:
    """Return a job's or a run's timeout in minutes. Raises InvalidInputException."""
    if minutes is None:
        return DEFAULT_TIMEOUT
    if minutes > LONGEST_TIMEOUT:
        raise InvalidInputException(
            f"Timeout is at most {LONGEST_TIMEOUT} minutes (7 days), not {minutes}."
        )
    return minutes


def _command(members: Request, glue_version: str) -> Command:
    name = members.get("Name") or ""
    if name not in COMMANDS:
        raise InvalidInputException(
            f"Job Command Name {name!r} is unknown; it is one of {', '.join(COMMANDS)}."
        )
    location = members.get("ScriptLocation") or ""
    if not location.startswith(("s3://", "s3a://", "s3n://")):
        raise InvalidInputException(
            f"ScriptLocation {location!r} is no S3 path; write s3://bucket/folder/script.py."
        )
    default = "2" if glue_version == "0.9" else "3"
    return Command(name, location, members.get("PythonVersion") or default, members.get("Runtime"))


def _default_version(command: Request) -> str:
    """Return the version of a job that names none.

    The API says 0.9 for Spark. Python shell 3.6 belongs to Glue 1.0 and 3.9 to Glue 3.0:
    https://docs.aws.amazon.com/glue/latest/dg/release-notes.html
    """
    if command.get("Name") == "pythonshell":
        return "3.0" if command.get("PythonVersion") == "3.9" else "1.0"
    return "4.0" if command.get("Name") == "glueray" else "0.9"


def check_execution_class(execution_class: str | None, command: str, version: str) -> None:
    """Raise InvalidInputException if this kind of job cannot have this execution class."""
    if execution_class == "FLEX" and (command != "glueetl" or version < "3.0"):
        raise InvalidInputException(
            "Execution Class FLEX needs Job Command glueetl and Glue version 3.0 or later."
        )


def _check_version(version: str) -> None:
    if version not in GLUE_VERSIONS:
        raise InvalidInputException(
            f"Glue Version {version} is not supported; it is one of {', '.join(GLUE_VERSIONS)}."
        )


def _role(members: Request) -> str:
    role: str = members.get("Role") or ""
    if not role:
        raise InvalidInputException("A job needs a Role: the name or the ARN of an IAM role.")
    return role


def _max_retries(retries: int | None) -> int:
    if retries is not None and not 0 <= retries <= 10:
        raise InvalidInputException(f"MaxRetries is 0 to 10, not {retries}.")
    return retries or 0


def _max_concurrent_runs(execution: Request | None) -> int:
    limit = (execution or {}).get("MaxConcurrentRuns")
    # Like the service, take 0 (an SDK's default for "not set") as the default of 1.
    return int(limit or 1)
