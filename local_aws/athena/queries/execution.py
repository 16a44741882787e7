"""A query execution.

https://docs.aws.amazon.com/athena/latest/APIReference/API_QueryExecution.html
"""

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from local_aws.athena.errors import QueryFailed
from local_aws.athena.queries.columns import ResultColumn
from local_aws.athena.sql.statements import (
    CreateTableAs,
    Insert,
    Select,
    Statement,
    Unload,
    subkind,
)
from local_aws.host.ports import Response

type State = Literal["QUEUED", "RUNNING", "SUCCEEDED", "FAILED", "CANCELLED"]
FINAL = frozenset({"SUCCEEDED", "FAILED", "CANCELLED"})
ENGINE_VERSION = "Athena engine version 3"


@dataclass(frozen=True)
class Settings:
    """What a query is run with. ``output`` is where its result goes; ``cutoff`` is in bytes."""

    work_group: str
    output: str
    database: str | None = None
    catalog: str | None = None
    parameters: Sequence[str] = ()
    cutoff: int | None = None
    result_configuration: Mapping[str, Any] = field(default_factory=dict)


@dataclass
class Execution:
    """One run of a statement. ``lock`` guards its state, ``done`` is set at its end.

    ``stop`` is what ends it while it runs. Times are UTC; ``scanned`` is in bytes.
    """

    query_id: str
    text: str
    statement: Statement
    settings: Settings
    submitted: datetime
    state: State = "QUEUED"
    started: datetime | None = None
    ended: datetime | None = None
    failure: QueryFailed | None = None
    reason: str | None = None
    columns: Sequence[ResultColumn] = ()
    count: int | None = None
    written: int | None = None
    scanned: int = 0
    stop: Callable[[], None] = field(default=lambda: None)
    stopped: bool = False
    transitions: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)
    done: threading.Event = field(default_factory=threading.Event)

    @property
    def result(self) -> str:
        """The S3 URI of the result's file."""
        folder = self.settings.output.rstrip("/")
        match self.statement:
            case Select():
                return f"{folder}/{self.query_id}.csv"
            case CreateTableAs():
                return f"{folder}/tables/{self.query_id}"
            case Insert() | Unload():
                return f"{folder}/{self.query_id}"
            case _:
                return f"{folder}/{self.query_id}.txt"

    @property
    def manifest(self) -> str | None:
        """The S3 URI of the list of the files that the statement wrote."""
        writes = isinstance(self.statement, CreateTableAs | Insert | Unload)
        return f"{self.result}-manifest.csv" if writes else None

    def to_api(self, now: datetime) -> Response:
        """Return the API's QueryExecution."""
        settings = self.settings
        context = {"Database": settings.database, "Catalog": settings.catalog}
        return {
            "QueryExecutionId": self.query_id,
            "Query": self.text,
            "StatementType": self.statement.kind,
            "SubstatementType": subkind(self.statement),
            "ResultConfiguration": {**settings.result_configuration, "OutputLocation": self.result},
            "ResultReuseConfiguration": {"ResultReuseByAgeConfiguration": {"Enabled": False}},
            "QueryExecutionContext": {key: value for key, value in context.items() if value},
            "Status": self._status(),
            "Statistics": self._statistics(now),
            "WorkGroup": settings.work_group,
            "EngineVersion": {
                "SelectedEngineVersion": "AUTO",
                "EffectiveEngineVersion": ENGINE_VERSION,
            },
            **({"ExecutionParameters": list(settings.parameters)} if settings.parameters else {}),
        }

    def timeline(self, now: datetime) -> Response:
        """Return the times that an execution took, in milliseconds."""
        end = self.ended or now
        begun = self.started or end
        return {
            "QueryQueueTimeInMillis": _millis(self.submitted, begun),
            "EngineExecutionTimeInMillis": _millis(begun, end),
            "TotalExecutionTimeInMillis": _millis(self.submitted, end),
            "ServiceProcessingTimeInMillis": 0,
        }

    def _statistics(self, now: datetime) -> Response:
        manifest = {"DataManifestLocation": self.manifest} if self.manifest else {}
        return {
            **self.timeline(now),
            "DataScannedInBytes": self.scanned,
            "ResultReuseInformation": {"ReusedPreviousResult": False},
            **(manifest if self.state == "SUCCEEDED" else {}),
        }

    def _status(self) -> Response:
        status: Response = {"State": self.state, "SubmissionDateTime": self.submitted}
        if self.ended is not None:
            status["CompletionDateTime"] = self.ended
        if self.reason is not None:
            status["StateChangeReason"] = self.reason
        if self.failure is not None:
            status["AthenaError"] = {
                "ErrorCategory": self.failure.category,
                "ErrorType": self.failure.error_type,
                "Retryable": False,
                "ErrorMessage": self.failure.reason,
            }
        return status


def _millis(start: datetime, end: datetime) -> int:
    return max(int((end - start).total_seconds() * 1000), 0)
