"""Starting a run of a Glue job."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from botocore.exceptions import ClientError

from functions.common.errors import (
    ConcurrentRunsExceededException,
    InvalidInputError,
    PipelineError,
    ResourceNumberLimitExceededException,
    ThrottlingException,
)

if TYPE_CHECKING:
    from mypy_boto3_glue import GlueClient
    from mypy_boto3_glue.literals import WorkerTypeType
    from mypy_boto3_glue.type_defs import StartJobRunResponseTypeDef

# https://docs.aws.amazon.com/glue/latest/webapi/API_StartJobRun.html#API_StartJobRun_Errors
_TRY_AGAIN: Mapping[str, type[PipelineError]] = {
    "ConcurrentRunsExceededException": ConcurrentRunsExceededException,
    "ResourceNumberLimitExceededException": ResourceNumberLimitExceededException,
    "ThrottlingException": ThrottlingException,
    "Throttling": ThrottlingException,
    "TooManyRequestsException": ThrottlingException,
}


@dataclass(frozen=True)
class JobRequest:
    """A job and the arguments of one run, whose names begin with ``--``.

    ``workers`` are their type and number, None for those that the job has by itself. Glue wants
    both or neither.
    """

    job_name: str
    arguments: Mapping[str, str]
    workers: tuple[str, int] | None = None

    @classmethod
    def from_input(cls, data: Mapping[str, Any]) -> "JobRequest":
        """Read the function's input. Raises InvalidInputError."""
        name, arguments = data.get("job_name"), data.get("arguments") or {}
        if not isinstance(name, str) or not name:
            raise InvalidInputError(f"'job_name' must be the name of a Glue job, not {name!r}.")
        if not isinstance(arguments, Mapping):
            raise InvalidInputError(f"'arguments' must be an object, not {arguments!r}.")
        wrong = [key for key, value in arguments.items() if not isinstance(value, str)]
        if wrong:
            raise InvalidInputError(
                f"Glue takes texts as arguments; {', '.join(wrong)} are others."
            )
        return cls(name, dict(arguments), _workers(data))


def _workers(data: Mapping[str, Any]) -> tuple[str, int] | None:
    kind, number = data.get("worker_type"), data.get("number_of_workers")
    if kind is None and number is None:
        return None
    if not isinstance(kind, str) or not isinstance(number, int) or number < 1:
        raise InvalidInputError(
            "'worker_type' and 'number_of_workers' belong together: a type such as 'G.1X' and a "
            f"whole number, not {kind!r} and {number!r}."
        )
    return kind, number


def start_job_run(request: JobRequest, glue: "GlueClient") -> str:
    """Start a run and return its id.

    Raises the errors under which a state machine tries again by the names that Glue gives them, and
    botocore's for the rest.
    """
    try:
        answer = _call(request, glue)
    except ClientError as error:
        again = _TRY_AGAIN.get(error.response["Error"]["Code"])
        if again is None:
            raise
        raise again(error.response["Error"].get("Message", "")) from error
    return answer["JobRunId"]


def _call(request: JobRequest, glue: "GlueClient") -> "StartJobRunResponseTypeDef":
    if request.workers is None:
        return glue.start_job_run(JobName=request.job_name, Arguments=request.arguments)
    kind, number = request.workers
    return glue.start_job_run(
        JobName=request.job_name,
        Arguments=request.arguments,
        WorkerType=cast("WorkerTypeType", kind),
        NumberOfWorkers=number,
    )
