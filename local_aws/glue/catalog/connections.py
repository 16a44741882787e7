"""Operations on connections. They are kept and shown; nothing here connects through them.

https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-catalog-connections.html
"""

import threading
from collections.abc import Mapping
from typing import Any

from local_aws.glue.errors import AlreadyExistsException, EntityNotFoundException
from local_aws.glue.paging import page
from local_aws.glue.tags import Tags
from local_aws.host.ports import Clock, Operation, Request, Response, Site

_INPUT_ONLY = ("ValidateCredentials", "ValidateForComputeEnvironments")


class Connections:
    """A component: the operations on connections."""

    def __init__(self, site: Site, clock: Clock, tags: Tags) -> None:
        self._site = site
        self._clock = clock
        self._tags = tags
        self._lock = threading.Lock()
        self._connections: dict[str, Response] = {}

    def operations(self) -> Mapping[str, Operation]:
        """Return the operations on connections."""
        return {
            "CreateConnection": self._create,
            "GetConnection": self._get,
            "GetConnections": self._get_all,
            "UpdateConnection": self._update,
            "DeleteConnection": self._delete,
            "BatchDeleteConnection": self._batch_delete,
        }

    def close(self) -> None:
        """Nothing runs here."""

    def _create(self, request: Request) -> Response:
        members = request["ConnectionInput"]
        name = members["Name"]
        with self._lock:
            if name in self._connections:
                raise AlreadyExistsException("Connection already exists.")
            self._tags.register(self._arn(name), request.get("Tags"))
            now = self._clock.now()
            self._connections[name] = {**_stored(members), "CreationTime": now, **_touched(now)}
        return {"CreateConnectionStatus": "READY"}

    def _get(self, request: Request) -> Response:
        with self._lock:
            return {"Connection": _shown(self._known(request["Name"]), request)}

    def _get_all(self, request: Request) -> Response:
        wanted = request.get("Filter") or {}
        with self._lock:
            found = [
                _shown(connection, request)
                for _, connection in sorted(self._connections.items())
                if _matches(connection, wanted)
            ]
        part = page(found, request)
        return {"ConnectionList": list(part.items), **part.next_token()}

    def _update(self, request: Request) -> Response:
        with self._lock:
            created = self._known(request["Name"])["CreationTime"]
            self._connections[request["Name"]] = {
                **_stored(request["ConnectionInput"]),
                "Name": request["Name"],
                "CreationTime": created,
                **_touched(self._clock.now()),
            }
        return {}

    def _delete(self, request: Request) -> Response:
        with self._lock:
            self._remove(request["ConnectionName"])
        return {}

    def _batch_delete(self, request: Request) -> Response:
        succeeded: list[str] = []
        errors: dict[str, Any] = {}
        with self._lock:
            for name in request["ConnectionNameList"]:
                try:
                    self._remove(name)
                    succeeded.append(name)
                except EntityNotFoundException as error:
                    errors[name] = {"ErrorCode": error.code, "ErrorMessage": error.message}
        return {"Succeeded": succeeded, "Errors": errors}

    def _remove(self, name: str) -> None:
        self._known(name)
        del self._connections[name]
        self._tags.forget(self._arn(name))

    def _known(self, name: str) -> Response:
        if name not in self._connections:
            raise EntityNotFoundException(f"Connection {name} not found.")
        return self._connections[name]

    def _arn(self, name: str) -> str:
        return self._site.arn("glue", f"connection/{name}")


def _stored(members: Mapping[str, Any]) -> Response:
    return {name: value for name, value in members.items() if name not in _INPUT_ONLY}


def _touched(now: Any) -> Response:
    return {"LastUpdatedTime": now, "Status": "READY", "ConnectionSchemaVersion": 1}


def _shown(connection: Response, request: Request) -> Response:
    if not request.get("HidePassword"):
        return connection
    properties = dict(connection.get("ConnectionProperties") or {})
    properties.pop("PASSWORD", None)
    return {**connection, "ConnectionProperties": properties}


def _matches(connection: Response, wanted: Mapping[str, Any]) -> bool:
    kind = wanted.get("ConnectionType")
    criteria = set(wanted.get("MatchCriteria") or ())
    return (kind is None or connection["ConnectionType"] == kind) and criteria <= set(
        connection.get("MatchCriteria") or ()
    )
