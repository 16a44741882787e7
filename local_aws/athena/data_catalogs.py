"""Operations on data catalogs, and on what they say of databases and tables.

https://docs.aws.amazon.com/athena/latest/APIReference/API_DataCatalog.html. AwsDataCatalog is
Glue's; others can be registered and shown, but no query reads them here.
"""

import re
import threading
from collections.abc import Mapping
from typing import Any

from local_aws.athena.errors import InvalidRequestException, MetadataException
from local_aws.athena.paging import page
from local_aws.athena.tables.catalog import Catalog
from local_aws.athena.tags import Tags
from local_aws.host.ports import Operation, Request, Response, Site

GLUE = "AwsDataCatalog"
_TABLE_MEMBERS = ("Name", "CreateTime", "LastAccessTime", "TableType", "Parameters")


class DataCatalogs:
    """A component: data catalogs."""

    def __init__(self, site: Site, catalog: Catalog, tags: Tags) -> None:
        self._site = site
        self._catalog = catalog
        self._tags = tags
        self._lock = threading.Lock()
        self._catalogs: dict[str, Response] = {}

    def operations(self) -> Mapping[str, Operation]:
        """Return the operations on data catalogs and their content."""
        return {
            "CreateDataCatalog": self._create,
            "GetDataCatalog": self._get,
            "ListDataCatalogs": self._list,
            "UpdateDataCatalog": self._update,
            "DeleteDataCatalog": self._delete,
            "GetDatabase": self._get_database,
            "ListDatabases": self._list_databases,
            "GetTableMetadata": self._get_table,
            "ListTableMetadata": self._list_tables,
        }

    def close(self) -> None:
        """Nothing runs here."""

    def _create(self, request: Request) -> Response:
        name = request["Name"]
        with self._lock:
            if name in self._catalogs or name == GLUE:
                raise InvalidRequestException(f"DataCatalog {name} already exists")
            self._catalogs[name] = {
                "Name": name,
                "Type": request["Type"],
                "Description": request.get("Description") or "",
                "Parameters": dict(request.get("Parameters") or {}),
                "Status": "CREATE_COMPLETE",
            }
            tags = {tag["Key"]: tag.get("Value", "") for tag in request.get("Tags") or ()}
            self._tags.register(self._arn(name), tags)
            return {"DataCatalog": self._catalogs[name]}

    def _get(self, request: Request) -> Response:
        if request["Name"] == GLUE:
            parameters = {"catalog-id": self._site.account_id}
            return {"DataCatalog": {"Name": GLUE, "Type": "GLUE", "Parameters": parameters}}
        with self._lock:
            return {"DataCatalog": self._known(request["Name"])}

    def _list(self, request: Request) -> Response:
        with self._lock:
            own = [{"CatalogName": n, "Type": c["Type"]} for n, c in sorted(self._catalogs.items())]
        return page("DataCatalogsSummary", [{"CatalogName": GLUE, "Type": "GLUE"}, *own], request)

    def _update(self, request: Request) -> Response:
        with self._lock:
            catalog = self._known(request["Name"])
            catalog["Type"] = request["Type"]
            for member in ("Description", "Parameters"):
                if member in request:
                    catalog[member] = request[member]
        return {}

    def _delete(self, request: Request) -> Response:
        with self._lock:
            catalog = self._known(request["Name"])
            del self._catalogs[request["Name"]]
            self._tags.forget(self._arn(request["Name"]))
        return {"DataCatalog": {**catalog, "Status": "DELETE_COMPLETE"}}

    def _get_database(self, request: Request) -> Response:
        self._check(request)
        found = self._catalog.database(request["DatabaseName"])
        if found is None:
            raise MetadataException(
                f"Database {request['DatabaseName']} not found. "
                "(Service: AmazonDataCatalog; Error Code: EntityNotFoundException)"
            )
        return {"Database": _database(found)}

    def _list_databases(self, request: Request) -> Response:
        self._check(request)
        found = [_database(shape) for shape in self._catalog.databases()]
        return page("DatabaseList", found, request)

    def _get_table(self, request: Request) -> Response:
        self._check(request)
        found = self._catalog.table_shape(request["DatabaseName"], request["TableName"])
        if found is None:
            raise MetadataException(
                f"EntityNotFoundException: Table {request['TableName']} not found."
            )
        return {"TableMetadata": _table(found)}

    def _list_tables(self, request: Request) -> Response:
        self._check(request)
        if self._catalog.database(request["DatabaseName"]) is None:
            raise MetadataException(
                f"EntityNotFoundException: Database {request['DatabaseName']} not found."
            )
        try:
            pattern = re.compile(request.get("Expression") or ".*")
        except re.error as error:
            raise InvalidRequestException(
                f"Expression is no regular expression: {error}"
            ) from error
        found = [
            _table(shape)
            for shape in self._catalog.tables(request["DatabaseName"])
            if pattern.fullmatch(shape["Name"])
        ]
        return page("TableMetadataList", found, request)

    def _check(self, request: Request) -> None:
        name = request["CatalogName"]
        if name.lower() == GLUE.lower():
            return
        with self._lock:
            self._known(name)
        raise MetadataException(
            f"The local AWS reads the catalog {GLUE} only; {name} is registered and no more."
        )

    def _known(self, name: str) -> Response:
        if name not in self._catalogs:
            raise InvalidRequestException(f"DataCatalog {name} was not found")
        return self._catalogs[name]

    def _arn(self, name: str) -> str:
        site = self._site
        return f"arn:{site.partition}:athena:{site.region}:{site.account_id}:datacatalog/{name}"


def _database(shape: Mapping[str, Any]) -> Response:
    members = ("Name", "Description", "Parameters")
    return {member: shape[member] for member in members if shape.get(member)}


def _table(shape: Mapping[str, Any]) -> Response:
    storage = shape.get("StorageDescriptor") or {}
    return {
        **{member: shape[member] for member in _TABLE_MEMBERS if shape.get(member)},
        "Columns": storage.get("Columns") or [],
        "PartitionKeys": shape.get("PartitionKeys") or [],
    }
