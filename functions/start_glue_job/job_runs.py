"""Starting a run of a Glue job."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

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
    """A job and the arguments of one run, whose names begin with ``--``."""

    job_name: str
    arguments: Mapping[str, str]

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
        return cls(name, dict(arguments))


def start_job_run(request: JobRequest, glue: "GlueClient") -> str:
    """Start a run and return its id.

    Raises the errors under which a state machine tries again by the names that Glue gives them, and
    botocore's for the rest.
    """
    try:
        answer = glue.start_job_run(JobName=request.job_name, Arguments=request.arguments)
    except ClientError as error:
        again = _TRY_AGAIN.get(error.response["Error"]["Code"])
        if again is None:
            raise
        raise again(error.response["Error"].get("Message", "")) from error
    return answer["JobRunId"]
