"""What a client of the metastore asks beside databases, tables and partitions."""

from collections.abc import Sequence
from typing import Any

from .errors import NotFoundError
from .protocol import hive


class Session:
    """What a client asks about its connection."""

    def set_ugi(self, user_name: str, group_names: Sequence[str]) -> list[str]:
        """Return the names by which the user is known."""
        del group_names
        return [user_name]

    def get_config_value(self, name: str, defaultValue: str) -> str:  # noqa: N803 - Hive's name
        """Return a setting: none is set here."""
        del name
        return defaultValue

    def get_all_functions(self) -> Any:
        """Return no functions: Spark's are its own."""
        return hive.GetAllFunctionsResponse()

    def get_functions(self, dbName: str, pattern: str) -> list[str]:  # noqa: N803
        """Return no functions."""
        del dbName, pattern
        return []

    def get_function(self, dbName: str, funcName: str) -> Any:  # noqa: N803
        """Raise NotFoundError."""
        raise NotFoundError(f"Function {dbName}.{funcName} does not exist")

    def shutdown(self) -> None:
        """End a connection; there is nothing to end."""
