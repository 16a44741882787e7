"""Operations on prepared statements, and the SQL that does the same.

https://docs.aws.amazon.com/athena/latest/ug/querying-with-prepared-statements.html
"""

import threading
from collections.abc import Mapping

from local_aws.athena.errors import InvalidRequestException, ResourceNotFoundException
from local_aws.athena.paging import page
from local_aws.athena.sql import translation
from local_aws.athena.sql.statements import Deallocate, Prepare, Select
from local_aws.athena.work_groups import WorkGroups
from local_aws.host.ports import Clock, Operation, Request, Response


class PreparedStatements:
    """A component: prepared statements, each of one workgroup."""

    def __init__(self, work_groups: WorkGroups, clock: Clock) -> None:
        self._work_groups = work_groups
        self._clock = clock
        self._lock = threading.Lock()
        self._statements: dict[tuple[str, str], Response] = {}

    def operations(self) -> Mapping[str, Operation]:
        """Return the operations on prepared statements."""
        return {
            "CreatePreparedStatement": self._create,
            "GetPreparedStatement": self._get,
            "BatchGetPreparedStatement": self._batch_get,
            "ListPreparedStatements": self._list,
            "UpdatePreparedStatement": self._update,
            "DeletePreparedStatement": self._delete,
        }

    def close(self) -> None:
        """Nothing runs here."""

    def any_of(self, work_group: str) -> bool:
        """Say whether a workgroup has prepared statements."""
        with self._lock:
            return any(group == work_group for group, _ in self._statements)

    def forget(self, work_group: str) -> None:
        """Drop the prepared statements of a workgroup."""
        with self._lock:
            kept = {key: s for key, s in self._statements.items() if key[0] != work_group}
            self._statements = kept

    def select(self, work_group: str, name: str) -> Select:
        """Return a prepared statement. Raises InvalidRequestException."""
        with self._lock:
            found = self._statements.get((work_group, name))
        if found is None:
            raise InvalidRequestException(
                f"PreparedStatement {name} was not found in workGroup {work_group}"
            )
        text = found["QueryStatement"]
        return Select(text, translation.parse(text))

    def apply(self, work_group: str, statement: Prepare | Deallocate) -> None:
        """Do what PREPARE or DEALLOCATE PREPARE says. Raises InvalidRequestException."""
        if isinstance(statement, Prepare):
            translation.parse(statement.text)
            self._put(work_group, statement.name, statement.text, None)
            return
        with self._lock:
            if self._statements.pop((work_group, statement.name), None) is None:
                raise InvalidRequestException(f"PreparedStatement {statement.name} was not found")

    def _create(self, request: Request) -> Response:
        group, name = self._work_groups.known(request["WorkGroup"]).name, request["StatementName"]
        with self._lock:
            if (group, name) in self._statements:
                raise InvalidRequestException(
                    f"PreparedStatement {name} already exists in workGroup {group}"
                )
        self._put(group, name, request["QueryStatement"], request.get("Description"))
        return {}

    def _put(self, group: str, name: str, text: str, description: str | None) -> None:
        shape = {
            "StatementName": name,
            "QueryStatement": text,
            "WorkGroupName": group,
            "LastModifiedTime": self._clock.now(),
        }
        if description is not None:
            shape["Description"] = description
        with self._lock:
            self._statements[(group, name)] = shape

    def _get(self, request: Request) -> Response:
        with self._lock:
            return {"PreparedStatement": self._known(request)}

    def _batch_get(self, request: Request) -> Response:
        group, found, missing = request["WorkGroup"], [], []
        with self._lock:
            for name in request["PreparedStatementNames"]:
                if (group, name) in self._statements:
                    found.append(self._statements[(group, name)])
                else:
                    missing.append({"StatementName": name, "ErrorCode": "STATEMENT_NOT_FOUND"})
        return {"PreparedStatements": found, "UnprocessedPreparedStatementNames": missing}

    def _list(self, request: Request) -> Response:
        group = self._work_groups.known(request["WorkGroup"]).name
        with self._lock:
            found = [
                {"StatementName": name, "LastModifiedTime": shape["LastModifiedTime"]}
                for (owner, name), shape in sorted(self._statements.items())
                if owner == group
            ]
        return page("PreparedStatements", found, request)

    def _update(self, request: Request) -> Response:
        with self._lock:
            before = self._known(request)
        self._put(
            before["WorkGroupName"],
            before["StatementName"],
            request["QueryStatement"],
            request.get("Description", before.get("Description")),
        )
        return {}

    def _delete(self, request: Request) -> Response:
        with self._lock:
            self._known(request)
            del self._statements[(request["WorkGroup"], request["StatementName"])]
        return {}

    def _known(self, request: Request) -> Response:
        group, name = request["WorkGroup"], request["StatementName"]
        if (group, name) not in self._statements:
            raise ResourceNotFoundException(
                f"PreparedStatement {name} was not found in workGroup {group}"
            )
        return self._statements[(group, name)]
