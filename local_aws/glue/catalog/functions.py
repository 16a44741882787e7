"""Operations on user-defined functions. They are kept for Hive's sake and called by nobody here.

https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-catalog-functions.html
"""

import re
from collections.abc import Mapping

from local_aws.glue.catalog.entities import Database
from local_aws.glue.catalog.store import Store
from local_aws.glue.errors import (
    AlreadyExistsException,
    EntityNotFoundException,
    InvalidInputException,
)
from local_aws.glue.paging import page
from local_aws.host.ports import Operation, Request, Response


class Functions:
    """A component: the operations on user-defined functions."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def operations(self) -> Mapping[str, Operation]:
        """Return the operations on functions."""
        return {
            "CreateUserDefinedFunction": self._create,
            "GetUserDefinedFunction": self._get,
            "GetUserDefinedFunctions": self._get_all,
            "UpdateUserDefinedFunction": self._update,
            "DeleteUserDefinedFunction": self._delete,
        }

    def close(self) -> None:
        """Nothing runs here."""

    def _create(self, request: Request) -> Response:
        with self._store.lock:
            database = self._store.database(request)
            name = request["FunctionInput"]["FunctionName"]
            if name in database.functions:
                raise AlreadyExistsException("UserDefinedFunction already exists.")
            database.functions[name] = {
                "FunctionType": "REGULAR_FUNCTION",
                **request["FunctionInput"],
                "DatabaseName": database.name,
                "CreateTime": self._store.clock.now(),
                "CatalogId": database.catalog_id,
            }
        return {}

    def _get(self, request: Request) -> Response:
        with self._store.lock:
            return {"UserDefinedFunction": _known(self._store.database(request), request)}

    def _get_all(self, request: Request) -> Response:
        """Return the functions whose whole name matches, of one database or of all."""
        try:
            pattern = re.compile(request["Pattern"].replace("*", ".*").replace("..*", ".*"))
        except re.error as error:
            raise InvalidInputException(f"Pattern is no regular expression: {error}.") from None
        with self._store.lock:
            databases = (
                [self._store.database(request)]
                if request.get("DatabaseName")
                else list(self._store.databases.values())
            )
            found = [
                function
                for database in databases
                for name, function in sorted(database.functions.items())
                if pattern.fullmatch(name)
            ]
        part = page(found, request)
        return {"UserDefinedFunctions": list(part.items), **part.next_token()}

    def _update(self, request: Request) -> Response:
        with self._store.lock:
            function = _known(self._store.database(request), request)
            function.update(request["FunctionInput"])
        return {}

    def _delete(self, request: Request) -> Response:
        with self._store.lock:
            database = self._store.database(request)
            _known(database, request)
            del database.functions[request["FunctionName"]]
        return {}


def _known(database: Database, request: Request) -> Response:
    name = request["FunctionName"]
    if name not in database.functions:
        raise EntityNotFoundException(f"UserDefinedFunction {name} not found.")
    return database.functions[name]
