"""Why an execution failed, out of the ``Error`` and ``Cause`` that a state machine catches.

``Cause`` is a text, and often the JSON of the service that failed:

- a Lambda function's error (``errorType``, ``errorMessage``):
  https://docs.aws.amazon.com/lambda/latest/dg/python-exceptions.html
- a Glue job run (``JobRunState``, ``ErrorMessage``), from ``glue:startJobRun.sync``:
  https://docs.aws.amazon.com/step-functions/latest/dg/connect-glue.html
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

TIMED_OUT = "Execution.TimedOut"
ABORTED = "Execution.Aborted"
"""The errors of executions that ended without a state's doing."""

_ENDED = {
    TIMED_OUT: ("The execution took longer than it may", "It was ended by its own timeout."),
    ABORTED: ("The execution was stopped", "Somebody stopped it, and gave no reason."),
}

_RAISED_AGAIN = "Pipeline."
"""By this prefix fail_unless_redriven ends an execution with the error that was caught."""

_AGAIN = "run the execution again"
_ON = f"{_AGAIN} from the step that failed (Redrive, within 14 days)"
_ANEW = "run the file again (make replay)"
"""What an execution of an Express workflow allows: it can neither be redriven nor started anew."""

_ADVICE: tuple[tuple[str, str], ...] = (
    (
        ABORTED,
        "If it was stopped by mistake, run it on from where it was (Redrive, within 14 days), or "
        "run the file again.",
    ),
    (
        TIMED_OUT,
        "Look into the execution for where it waited, mend that or raise "
        "orchestration.timeout_hours, then run it on (Redrive, within 14 days).",
    ),
    (
        "SchemaContradiction",
        "A record does not fit the types that the rest of the file showed. Correct the record, or "
        "the value that made the column look different, and upload the file again.",
    ),
    (
        "RowCountMismatch",
        "Validation and the job read the file differently; nothing was published. Report this with "
        "the file.",
    ),
    (
        "SourceChanged",
        "The file was overwritten or deleted while it was read. A newer version has an execution "
        "of its own; if there is none, upload the file again.",
    ),
    (
        "ObjectChanged",
        "The file was overwritten while it was read. The new content has an execution of its own.",
    ),
    (
        "SourceGone",
        "The file was deleted or archived before it was processed. If that was a mistake, restore "
        "it or upload it again.",
    ),
    (
        "FileTooLarge",
        "Raise lambda_engine.max_file_mb, or let Glue process large files (engine auto), then "
        f"{_ON}.",
    ),
    (
        "AccessDenied",
        "A role lacks a permission, or a bucket or key policy forbids the call. Correct it and "
        f"{_AGAIN}.",
    ),
    (
        "ConcurrentRunsExceeded",
        "Too many files at once for the Glue job. Raise its number of concurrent runs, or run the "
        "execution again when there is less to do.",
    ),
    (
        "Throttl",
        "AWS limited the rate of calls longer than the pipeline waits. When there is less to do, "
        f"{_AGAIN}.",
    ),
    (
        "Timed",
        "The step took longer than it may. Check the file's size against the step's timeout and "
        f"memory, then {_AGAIN}.",
    ),
    (
        "TIMEOUT",
        "The Glue job took longer than it may. Raise its timeout or its number of workers, then "
        "run the execution again.",
    ),
    (
        "States.Timeout",
        "The step took longer than it may. Look into the execution for where it waited, then run "
        "it again.",
    ),
)
_DEFAULT_ADVICE = (
    f"Open the execution and the log of the step that failed. When the cause is mended, {_ON}."
)


@dataclass(frozen=True)
class Failure:
    """What failed and why. ``what`` is short; ``why`` is the service's own text."""

    error: str
    what: str
    why: str
    job_name: str | None = None
    job_run_id: str | None = None

    @classmethod
    def parse(cls, caught: Mapping[str, Any]) -> "Failure":
        """Read what a ``Catch`` left in the state."""
        error = str(caught.get("Error") or "unknown error")
        cause = str(caught.get("Cause") or "")
        details = _json_object(cause)
        if error in _ENDED:
            what, why = _ENDED[error]
            return cls(error, what, cause or why)
        if "JobRunState" in details:
            return cls._of_job_run(error, details)
        if "errorMessage" in details or "errorType" in details:
            kind = str(details.get("errorType") or error)
            why = str(details.get("errorMessage") or "no message")
            if kind.startswith(_RAISED_AGAIN):
                return cls.parse({"Error": kind.removeprefix(_RAISED_AGAIN), "Cause": why})
            return cls(kind, f"A function failed with {kind}", why)
        return cls(error, f"A step failed with {error}", cause or "No cause was given.")

    @classmethod
    def _of_job_run(cls, error: str, run: Mapping[str, Any]) -> "Failure":
        name, state = str(run.get("JobName") or "?"), str(run["JobRunState"])
        why = str(run.get("ErrorMessage") or "Glue names no error.")
        run_id = run.get("Id")
        return cls(
            f"{error} ({state})",
            f"The Glue job {name} ended {state}",
            why,
            name,
            str(run_id) if run_id else None,
        )

    def advice(self, *, redrivable: bool = True) -> str:
        """Return what a person can do next, with an execution that can be run on or one not."""
        told = f"{self.error} {self.what} {self.why}"
        found = next((advice for sign, advice in _ADVICE if sign in told), _DEFAULT_ADVICE)
        return found if redrivable else found.replace(_ON, _ANEW).replace(_AGAIN, _ANEW)


def _json_object(text: str) -> Mapping[str, Any]:
    try:
        value = json.loads(text)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}
