"""Environment variables, read once at the edge and passed on as values."""

from collections.abc import Mapping

from functions.common.errors import MissingSettingError


def required(environment: Mapping[str, str], name: str) -> str:
    """Return the variable's value. Raises MissingSettingError if it is absent or empty."""
    value = environment.get(name, "")
    if not value:
        raise MissingSettingError(
            f"The environment variable {name} is not set. Set it in the function's configuration."
        )
    return value


def positive_integer(environment: Mapping[str, str], name: str, default: int) -> int:
    """Return the variable as a whole number above zero, or ``default`` if it is absent."""
    text = environment.get(name, "")
    if not text:
        return default
    if not (text.isascii() and text.isdigit() and int(text) > 0):
        raise MissingSettingError(
            f"The environment variable {name} is {text!r}; use a whole number above zero."
        )
    return int(text)
