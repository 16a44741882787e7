"""Athena's errors.

AthenaError                      what an API call is answered with
├── InvalidRequestException
├── ResourceNotFoundException
└── MetadataException
QueryFailed                      how a query execution ends
QueryCancelled                   a query execution was stopped, or read more than it may

https://docs.aws.amazon.com/athena/latest/APIReference/CommonErrors.html
"""

from collections.abc import Mapping

USER, SYSTEM = 2, 1


class AthenaError(Exception):
    """An error of the Athena API. ``athena_code`` is the member ``AthenaErrorCode``."""

    def __init__(self, message: str, athena_code: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.athena_code = athena_code

    @property
    def code(self) -> str:
        """The error's name as the API returns it."""
        return type(self).__name__


class InvalidRequestException(AthenaError):
    """Something is wrong with the input."""

    def __init__(self, message: str, athena_code: str = "INVALID_INPUT") -> None:
        super().__init__(message, athena_code)


class ResourceNotFoundException(AthenaError):
    """A resource, such as a workgroup's prepared statement, does not exist."""


class MetadataException(AthenaError):
    """The Data Catalog did not answer as it should, or has no such entity."""


# The numbers of https://docs.aws.amazon.com/athena/latest/ug/error-reference.html. The page does
# not say which error name has which; the README of the athena-local project lists measured ones.
_TYPES: Mapping[str, int] = {
    "COLUMN_NOT_FOUND": 1006,
    "DIVISION_BY_ZERO": 1001,
    "EXPRESSION_NOT_AGGREGATE": 1006,
    "FUNCTION_NOT_FOUND": 1303,
    "HIVE_BAD_DATA": 1001,
    "HIVE_PARTITION_SCHEMA_MISMATCH": 1004,
    "INVALID_CAST_ARGUMENT": 1100,
    "INVALID_FUNCTION_ARGUMENT": 1106,
    "INVALID_VIEW": 1107,
    "NOT_SUPPORTED": 1200,
    "SCHEMA_NOT_FOUND": 1301,
    "SYNTAX_ERROR": 1006,
    "TABLE_NOT_FOUND": 1301,
    "TYPE_MISMATCH": 1002,
}
_ANY_USER_ERROR, _ENGINE_ERROR, _DDL_FAILED = 1000, 200, 1003


class QueryFailed(Exception):
    """A query failed. ``reason`` is its StateChangeReason, such as ``TABLE_NOT_FOUND: line 1:15…``.

    ``category`` and ``error_type`` are those of the API's AthenaError.
    """

    def __init__(self, name: str, message: str) -> None:
        self.name = name
        self.reason = f"{name}: {message}"
        self.category = SYSTEM if name == "GENERIC_INTERNAL_ERROR" else USER
        self.error_type = _TYPES.get(
            name, _ENGINE_ERROR if self.category == SYSTEM else _ANY_USER_ERROR
        )
        super().__init__(self.reason)


class DefinitionFailed(QueryFailed):
    """A DDL statement failed, as Hive words it: ``FAILED: SemanticException …``."""

    def __init__(self, exception: str, message: str) -> None:
        super().__init__(exception, message)
        self.reason = f"FAILED: {exception} {message}"
        self.error_type = _DDL_FAILED


class QueryCancelled(Exception):
    """The execution ends as CANCELLED, for ``reason``."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def not_supported(what: str) -> QueryFailed:
    """Return the failure of a query that AWS would run and the local AWS does not."""
    return QueryFailed("NOT_SUPPORTED", f"{what} is not supported by the local AWS")
