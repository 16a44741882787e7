"""Operations on named queries.

https://docs.aws.amazon.com/athena/latest/APIReference/API_NamedQuery.html
"""

import threading
import uuid
from collections.abc import Mapping

from local_aws.athena.errors import InvalidRequestException
from local_aws.athena.paging import page
from local_aws.athena.work_groups import PRIMARY, WorkGroups
from local_aws.host.ports import Operation, Request, Response

_MEMBERS = ("Name", "Description", "Database", "QueryString", "WorkGroup")


class NamedQueries:
    """A component: named queries."""

    def __init__(self, work_groups: WorkGroups) -> None:
        self._work_groups = work_groups
        self._lock = threading.Lock()
        self._queries: dict[str, Response] = {}
        self._tokens: dict[str, str] = {}

    def operations(self) -> Mapping[str, Operation]:
        """Return the operations on named queries."""
        return {
            "CreateNamedQuery": self._create,
            "GetNamedQuery": self._get,
            "BatchGetNamedQuery": self._batch_get,
            "ListNamedQueries": self._list,
            "UpdateNamedQuery": self._update,
            "DeleteNamedQuery": self._delete,
        }

    def close(self) -> None:
        """Nothing runs here."""

    def any_of(self, work_group: str) -> bool:
        """Say whether a workgroup has named queries."""
        with self._lock:
            return any(query["WorkGroup"] == work_group for query in self._queries.values())

    def forget(self, work_group: str) -> None:
        """Drop the named queries of a workgroup."""
        with self._lock:
            kept = {i: q for i, q in self._queries.items() if q["WorkGroup"] != work_group}
            self._queries = kept

    def _create(self, request: Request) -> Response:
        group = self._work_groups.known(request.get("WorkGroup") or PRIMARY).name
        token = request.get("ClientRequestToken")
        with self._lock:
            if token in self._tokens:
                return {"NamedQueryId": self._tokens[token]}
            query_id = str(uuid.uuid4())
            given = {member: request[member] for member in _MEMBERS if request.get(member)}
            self._queries[query_id] = {**given, "WorkGroup": group, "NamedQueryId": query_id}
            if token:
                self._tokens[token] = query_id
        return {"NamedQueryId": query_id}

    def _get(self, request: Request) -> Response:
        with self._lock:
            return {"NamedQuery": self._known(request["NamedQueryId"])}

    def _batch_get(self, request: Request) -> Response:
        found, missing = [], []
        with self._lock:
            for query_id in request["NamedQueryIds"]:
                if query_id in self._queries:
                    found.append(self._queries[query_id])
                else:
                    missing.append({"NamedQueryId": query_id, "ErrorCode": "INVALID_INPUT"})
        return {"NamedQueries": found, "UnprocessedNamedQueryIds": missing}

    def _list(self, request: Request) -> Response:
        group = self._work_groups.known(request.get("WorkGroup") or PRIMARY).name
        with self._lock:
            found = [i for i, query in self._queries.items() if query["WorkGroup"] == group]
        return page("NamedQueryIds", found, request)

    def _update(self, request: Request) -> Response:
        changes = {m: request[m] for m in ("Name", "Description", "QueryString") if m in request}
        with self._lock:
            self._known(request["NamedQueryId"]).update(changes)
        return {}

    def _delete(self, request: Request) -> Response:
        with self._lock:
            self._known(request["NamedQueryId"])
            del self._queries[request["NamedQueryId"]]
        return {}

    def _known(self, query_id: str) -> Response:
        if query_id not in self._queries:
            raise InvalidRequestException(f"NamedQuery {query_id} was not found")
        return self._queries[query_id]
