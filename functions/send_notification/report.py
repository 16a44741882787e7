"""What a state machine says about the end of an execution."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from functions.common.errors import InvalidInputError
from functions.common.express import is_express
from functions.common.objects import ObjectVersion
from functions.common.reasons import ReasonCode
from functions.send_notification.failure import Failure


class Outcome(StrEnum):
    """How an execution ended."""

    SUCCESS = "SUCCESS"
    SUPERSEDED = "SUPERSEDED"
    INVALID = "INVALID"
    FAILURE = "FAILURE"


@dataclass(frozen=True)
class Finding:
    """Why validation turned a file down. ``code`` is None for one that this release does not know.

    ``line`` and ``column`` count from 1, ``byte`` from 0.
    """

    code: ReasonCode | None
    message: str
    line: int | None
    byte: int | None
    column: int | None


@dataclass(frozen=True)
class Report:
    """The input of the function, parsed. What the execution did not get to is None.

    ``item`` is None where an execution failed because its input names no object.
    ``redrive_count`` is how often the execution had been redriven when it ended so. ``kept_at`` is
    where an invalid file was put aside, ``quarantined_rows`` how many rows of a valid one were.
    """

    outcome: Outcome
    item: ObjectVersion | None
    execution_arn: str
    execution_name: str
    state_machine_name: str
    started_at: str | None
    rows: int | None
    file_type: str | None
    manifest_uri: str | None
    superseded_by: str | None
    finding: Finding | None
    job_name: str | None
    job_run_id: str | None
    failure: Failure | None
    redrive_count: int = 0
    kept_at: str | None = None
    quarantined_rows: int = 0
    warnings: tuple[str, ...] = ()

    @property
    def notification_id(self) -> str:
        """The same for every message about one end of one execution, and for no other.

        Of an Express workflow several executions may have one name, and end differently.
        """
        if is_express(self.execution_arn):
            return f"{self.execution_name}:{self.outcome.value}"
        return f"{self.execution_name or self.execution_arn}:{self.redrive_count}"

    @classmethod
    def from_input(cls, data: Mapping[str, Any]) -> "Report":
        """Read the function's input. Raises InvalidInputError."""
        try:
            outcome = Outcome(str(data.get("outcome")))
        except ValueError as error:
            names = ", ".join(Outcome)
            raise InvalidInputError(
                f"'outcome' is {data.get('outcome')!r}; use one of {names}."
            ) from error
        validation, job = data.get("validation") or {}, _glue_run(data.get("job") or {})
        publication = data.get("publication") or {}
        failure = Failure.parse(data.get("error") or {}) if outcome is Outcome.FAILURE else None
        return cls(
            outcome=outcome,
            item=_item(data, outcome),
            execution_arn=_execution_arn(data),
            execution_name=str(data.get("execution_name") or ""),
            state_machine_name=str(data.get("state_machine_name") or "the pipeline"),
            started_at=data.get("started_at"),
            rows=publication.get("rows", validation.get("row_count")),
            file_type=validation.get("file_type"),
            manifest_uri=publication.get("manifest_uri"),
            superseded_by=publication.get("superseded_by"),
            finding=_finding(validation.get("reason")),
            job_name=job.get("job_name") or (failure.job_name if failure else None),
            job_run_id=job.get("job_run_id") or (failure.job_run_id if failure else None),
            failure=failure,
            redrive_count=int(data.get("redrive_count") or 0),
            kept_at=(data.get("quarantine") or {}).get("copy_uri"),
            quarantined_rows=int(publication.get("quarantined_rows") or 0),
            warnings=tuple(map(str, publication.get("warnings") or ())),
        )


def _glue_run(job: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the job if Glue ran it; a Lambda engine's has no page in Glue's console."""
    return {} if job.get("engine", "glue") != "glue" else job


def _item(data: Mapping[str, Any], outcome: Outcome) -> ObjectVersion | None:
    try:
        return ObjectVersion.from_input(data)
    except InvalidInputError:
        if outcome is not Outcome.FAILURE:
            raise
        # The very reason of the failure, perhaps: it has to be told all the same.
        return None


def _execution_arn(data: Mapping[str, Any]) -> str:
    arn = data.get("execution_arn")
    if not isinstance(arn, str) or not arn:
        raise InvalidInputError(
            f"'execution_arn' is {arn!r}; a notification is about an execution ($$.Execution.Id)."
        )
    return arn


def _finding(reason: Mapping[str, Any] | None) -> Finding | None:
    if not reason:
        return None
    code = reason.get("code")
    known = ReasonCode(str(code)) if code in ReasonCode else None
    return Finding(
        known,
        str(reason.get("message") or code or "no reason given"),
        reason.get("line"),
        reason.get("byte"),
        reason.get("column"),
    )
