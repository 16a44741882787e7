"""The state of a Glue job run, as a state machine's Choice wants it."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Literal

from botocore.exceptions import ClientError

from functions.common.errors import InvalidInputError, ThrottlingException

if TYPE_CHECKING:
    from mypy_boto3_glue import GlueClient

State = Literal["RUNNING", "SUCCEEDED", "FAILED"]

# https://docs.aws.amazon.com/glue/latest/dg/job-run-statuses.html
# A run in STOPPING is on its way to STOPPED, one in WAITING to a later attempt.
_UNDER_WAY = frozenset({"STARTING", "RUNNING", "STOPPING", "WAITING"})
_THROTTLED = frozenset({"Throttling", "ThrottlingException", "TooManyRequestsException"})


@dataclass(frozen=True)
class JobStatus:
    """A look at a job run. ``execution_time`` is in seconds.

    ``error_message`` is a text wherever ``state`` is FAILED, Glue's own if it has one.
    """

    job_name: str
    job_run_id: str
    state: State
    job_run_state: str
    execution_time: int
    error_message: str | None

    def to_json(self) -> dict[str, Any]:
        """Return the function's answer."""
        return asdict(self)


def check_job_run(data: Mapping[str, Any], glue: "GlueClient") -> JobStatus:
    """Look at the run that the input names.

    Raises InvalidInputError, ThrottlingException (try again) and botocore's errors.
    """
    name, run_id = _text(data, "job_name"), _text(data, "job_run_id")
    try:
        run = glue.get_job_run(JobName=name, RunId=run_id)["JobRun"]
    except ClientError as error:
        if error.response["Error"]["Code"] in _THROTTLED:
            raise ThrottlingException(error.response["Error"].get("Message", "")) from error
        raise
    run_state = str(run["JobRunState"])
    state = _state(run_state)
    message = run.get("ErrorMessage") or None
    if state == "FAILED" and message is None:
        message = f"The run ended {run_state}, and Glue names no error."
    return JobStatus(name, run_id, state, run_state, run.get("ExecutionTime", 0), message)


def _state(run_state: str) -> State:
    if run_state in _UNDER_WAY:
        return "RUNNING"
    return "SUCCEEDED" if run_state == "SUCCEEDED" else "FAILED"


def _text(data: Mapping[str, Any], name: str) -> str:
    value = data.get(name)
    if not isinstance(value, str) or not value:
        raise InvalidInputError(f"The input needs {name!r}, a text that is not empty: {value!r}.")
    return value
