"""Questions to Athena.

https://docs.aws.amazon.com/athena/latest/ug/querying-athena-tables.html
"""

import time
from dataclasses import dataclass

from tools.aws import Aws
from tools.errors import ToolError
from tools.outcomes import Rows

POLL_SECONDS = 0.2
TIMEOUT_SECONDS = 120.0


class QueryFailedError(ToolError):
    """Athena could not answer; the text says what it says."""


@dataclass(frozen=True)
class Athena:
    """Queries in one database. ``results`` is a folder, ``s3://bucket/folder/``."""

    aws: Aws
    database: str
    results: str

    def query(self, sql: str) -> Rows:
        """Return the answer, at most 999 rows of it. Raises QueryFailedError."""
        run_id = self.aws.athena.start_query_execution(
            QueryString=sql,
            QueryExecutionContext={"Database": self.database},
            ResultConfiguration={"OutputLocation": self.results},
        )["QueryExecutionId"]
        self._wait(run_id, sql)
        answer = self.aws.athena.get_query_results(QueryExecutionId=run_id)["ResultSet"]
        header, *rows = [
            tuple(cell.get("VarCharValue", "") for cell in row["Data"]) for row in answer["Rows"]
        ]
        return Rows(header, tuple(rows))

    def _wait(self, run_id: str, sql: str) -> None:
        deadline = time.monotonic() + TIMEOUT_SECONDS
        while True:
            execution = self.aws.athena.get_query_execution(QueryExecutionId=run_id)
            status = execution["QueryExecution"]["Status"]
            if status["State"] == "SUCCEEDED":
                return
            if status["State"] in ("FAILED", "CANCELLED"):
                reason = status.get("StateChangeReason", status["State"])
                raise QueryFailedError(f"Athena: {reason} ({sql})")
            if time.monotonic() > deadline:
                raise QueryFailedError(f"Athena has not answered for {TIMEOUT_SECONDS:g} s: {sql}")
            time.sleep(POLL_SECONDS)
