"""Operations on query executions and their results.

https://docs.aws.amazon.com/athena/latest/APIReference/API_StartQueryExecution.html
"""

import threading
import uuid
from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Any

from local_aws.athena.errors import InvalidRequestException, QueryFailed
from local_aws.athena.paging import decode, encode, page
from local_aws.athena.prepared_statements import PreparedStatements
from local_aws.athena.queries import result_files
from local_aws.athena.queries.execution import FINAL, Execution, Settings
from local_aws.athena.queries.result_files import Row
from local_aws.athena.queries.runner import Runner
from local_aws.athena.sql import statements as st
from local_aws.athena.sql.parser import parse
from local_aws.athena.tables.objects import Objects
from local_aws.athena.work_groups import PRIMARY, WorkGroups
from local_aws.host.ports import Operation, Request, Response

_MOST_RESULTS = 1000
_COMPARED = ("QueryString", "QueryExecutionContext", "ResultConfiguration")


class Queries:
    """A component: query executions."""

    def __init__(
        self,
        runner: Runner,
        objects: Objects,
        work_groups: WorkGroups,
        prepared: PreparedStatements,
    ) -> None:
        self._runner = runner
        self._objects = objects
        self._work_groups = work_groups
        self._prepared = prepared
        self._lock = threading.Lock()
        self._executions: dict[str, Execution] = {}
        self._tokens: dict[str, tuple[Sequence[Any], str]] = {}

    def operations(self) -> Mapping[str, Operation]:
        """Return the operations on query executions."""
        return {
            "StartQueryExecution": self._start,
            "StopQueryExecution": self._stop,
            "GetQueryExecution": self._get,
            "BatchGetQueryExecution": self._batch_get,
            "ListQueryExecutions": self._list,
            "GetQueryResults": self._results,
            "GetQueryRuntimeStatistics": self._runtime_statistics,
        }

    def close(self) -> None:
        """End what runs."""
        with self._lock:
            executions = list(self._executions.values())
        for execution in executions:
            self._runner.stop(execution)
        self._runner.close()

    def _start(self, request: Request) -> Response:
        token, compared = request.get("ClientRequestToken"), [request.get(k) for k in _COMPARED]
        with self._lock:
            if token in self._tokens:
                before, query_id = self._tokens[token]
                if before != compared:
                    raise InvalidRequestException(
                        "Idempotent parameters do not match", "IDEMPOTENT_PARAMETER_MISMATCH"
                    )
                return {"QueryExecutionId": query_id}
        execution = self._new(request)
        with self._lock:
            self._executions[execution.query_id] = execution
            if token:
                self._tokens[token] = (compared, execution.query_id)
        self._runner.submit(execution)
        return {"QueryExecutionId": execution.query_id}

    def _new(self, request: Request) -> Execution:
        group = self._work_groups.enabled(request.get("WorkGroup") or PRIMARY)
        context = request.get("QueryExecutionContext") or {}
        statement = parse(request["QueryString"])
        parameters = tuple(request.get("ExecutionParameters") or ())
        if isinstance(statement, st.Execute):
            parameters = tuple(statement.parameters) or parameters
            statement = self._prepared.select(group.name, statement.name)
        elif isinstance(statement, st.Prepare | st.Deallocate):
            self._prepared.apply(group.name, statement)
        configuration = group.result_configuration(request.get("ResultConfiguration") or {})
        settings = Settings(
            work_group=group.name,
            output=configuration["OutputLocation"],
            database=(context.get("Database") or "").lower() or None,
            catalog=(context.get("Catalog") or "").lower() or None,
            parameters=parameters,
            cutoff=group.cutoff,
            result_configuration=configuration,
        )
        return Execution(
            str(uuid.uuid4()),
            request["QueryString"],
            statement,
            settings,
            self._runner.clock.now(),
        )

    def _stop(self, request: Request) -> Response:
        self._runner.stop(self._known(request["QueryExecutionId"]))
        return {}

    def _get(self, request: Request) -> Response:
        execution = self._known(request["QueryExecutionId"])
        return {"QueryExecution": execution.to_api(self._runner.clock.now())}

    def _batch_get(self, request: Request) -> Response:
        found, missing = [], []
        for query_id in request["QueryExecutionIds"]:
            try:
                found.append(self._known(query_id).to_api(self._runner.clock.now()))
            except InvalidRequestException as error:
                missing.append(
                    {
                        "QueryExecutionId": query_id,
                        "ErrorCode": error.athena_code,
                        "ErrorMessage": error.message,
                    }
                )
        return {"QueryExecutions": found, "UnprocessedQueryExecutionIds": missing}

    def _list(self, request: Request) -> Response:
        """Return the ids of a workgroup's executions, the latest first."""
        group = self._work_groups.known(request.get("WorkGroup") or PRIMARY).name
        with self._lock:
            executions = list(self._executions.values())
        found = [e.query_id for e in reversed(executions) if e.settings.work_group == group]
        return page("QueryExecutionIds", found, request)

    def _results(self, request: Request) -> Response:
        """Return a page of a result as it lies in S3. A token is a place in the file."""
        execution = self._known(request["QueryExecutionId"])
        _check_finished(execution)
        size = min(int(request.get("MaxResults") or _MOST_RESULTS), _MOST_RESULTS)
        rows, token = self._read(execution, decode(request.get("NextToken")), size)
        columns = [column.to_api() for column in execution.columns]
        result = {"Rows": rows, "ResultSetMetadata": {"ColumnInfo": columns}}
        counted = {} if execution.written is None else {"UpdateCount": execution.written}
        if isinstance(execution.statement, st.Select):
            counted = {"UpdateCount": 0}
        return {"ResultSet": result, **counted, **token}

    def _read(
        self, execution: Execution, start: int, size: int
    ) -> tuple[list[Response], dict[str, str]]:
        if not execution.columns or execution.manifest is not None:
            return [], {}
        reader = result_files.read_text
        if isinstance(execution.statement, st.Select):
            reader = result_files.read_csv
        try:
            read = list(islice(reader(self._objects, execution.result, start), size + 1))
        except QueryFailed as error:
            raise InvalidRequestException("Could not find results", "RESULT_NOT_FOUND") from error
        shown = read[:size]
        token = {"NextToken": encode(shown[-1].end)} if len(read) > size else {}
        return [_row(row.values) for row in shown], token

    def _runtime_statistics(self, request: Request) -> Response:
        execution = self._known(request["QueryExecutionId"])
        timeline = execution.timeline(self._runner.clock.now())
        rows = {"OutputRows": execution.count or 0, "InputBytes": execution.scanned}
        return {"QueryRuntimeStatistics": {"Timeline": timeline, "Rows": rows}}

    def _known(self, query_id: str) -> Execution:
        with self._lock:
            execution = self._executions.get(query_id)
        if execution is None:
            raise InvalidRequestException(
                f"QueryExecution {query_id} was not found", "QUERY_EXECUTION_NOT_FOUND"
            )
        return execution


def _check_finished(execution: Execution) -> None:
    if execution.state == "CANCELLED":
        raise InvalidRequestException("Could not find results", "RESULT_NOT_FOUND")
    if execution.state == "FAILED":
        raise InvalidRequestException(
            "Query did not finish successfully. Final query state: FAILED",
            "INVALID_QUERY_EXECUTION_STATE",
        )
    if execution.state not in FINAL:
        raise InvalidRequestException(
            f"Query has not yet finished. Current state: {execution.state}",
            "INVALID_QUERY_EXECUTION_STATE",
        )


def _row(values: Row) -> Response:
    return {"Data": [{} if value is None else {"VarCharValue": value} for value in values]}
