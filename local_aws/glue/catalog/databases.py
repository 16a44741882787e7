"""Operations on databases.

https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-catalog-databases.html
"""

from collections.abc import Mapping

from local_aws.glue.catalog.changes import Changes
from local_aws.glue.catalog.entities import Database, folded
from local_aws.glue.catalog.store import Store
from local_aws.glue.errors import AlreadyExistsException
from local_aws.glue.paging import page
from local_aws.glue.tags import Tags
from local_aws.host.ports import Operation, Request, Response


class Databases:
    """A component: the operations on databases."""

    def __init__(self, store: Store, changes: Changes, tags: Tags) -> None:
        self._store = store
        self._changes = changes
        self._tags = tags

    def operations(self) -> Mapping[str, Operation]:
        """Return the operations on databases."""
        return {
            "CreateDatabase": self._create,
            "GetDatabase": self._get,
            "GetDatabases": self._get_all,
            "UpdateDatabase": self._update,
            "DeleteDatabase": self._delete,
        }

    def close(self) -> None:
        """Nothing runs here."""

    def _create(self, request: Request) -> Response:
        store, definition = self._store, request["DatabaseInput"]
        name = folded(definition["Name"])
        store.check_catalog(request)
        with store.lock:
            if name in store.databases:
                raise AlreadyExistsException("Database already exists.")
            self._tags.register(self._arn(name), request.get("Tags"))
            store.databases[name] = Database(
                name, store.site.account_id, dict(definition), store.clock.now()
            )
        self._changes.of_database("CreateDatabase", name)
        return {}

    def _get(self, request: Request) -> Response:
        with self._store.lock:
            return {"Database": self._store.database(request, "Name").to_api()}

    def _get_all(self, request: Request) -> Response:
        self._store.check_catalog(request)
        with self._store.lock:
            found = [database.to_api() for _, database in sorted(self._store.databases.items())]
        part = page(found, request)
        return {"DatabaseList": list(part.items), **part.next_token()}

    def _update(self, request: Request) -> Response:
        with self._store.lock:
            self._store.database(request, "Name").definition = dict(request["DatabaseInput"])
        return {}

    def _delete(self, request: Request) -> Response:
        """Delete a database with all that is in it."""
        with self._store.lock:
            database = self._store.database(request, "Name")
            del self._store.databases[database.name]
            self._tags.forget(self._arn(database.name))
        self._changes.of_database("DeleteDatabase", database.name)
        return {}

    def _arn(self, name: str) -> str:
        return self._store.site.arn("glue", f"database/{name}")
