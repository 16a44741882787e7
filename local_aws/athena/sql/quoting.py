"""Names and values inside SQL text."""

from collections.abc import Iterable


def name(identifier: str) -> str:
    """Return a quoted identifier."""
    return '"' + identifier.replace('"', '""') + '"'


def literal(value: str) -> str:
    """Return a string literal, whatever characters ``value`` has."""
    return "'" + value.replace("'", "''") + "'"


def list_of(values: Iterable[str]) -> str:
    """Return a list of string literals."""
    return f"[{', '.join(literal(value) for value in values)}]"
