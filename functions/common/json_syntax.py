"""What msgspec's messages say about invalid JSON, in one place.

msgspec tells where it stopped in its message only. The version is pinned in requirements.txt, and
the tests hold every message that is read here.
"""

import json
import re
from dataclasses import dataclass

import msgspec

_PLACE = re.compile(r"\s*\(byte (\d+)\)")
_CUT = "Input data was truncated"
_TRAILING = "trailing characters"
# An escape in a string: a whole surrogate pair, half of one (the group), or any other.
_ESCAPE = re.compile(
    rb"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"
    rb"|(u[dD][89a-fA-F][0-9a-fA-F]{2})|.)",
    re.DOTALL,
)


@dataclass(frozen=True)
class Fault:
    """The first fault of a text: its index, and what a person reads about it.

    ``trailing`` says that the value itself is complete and valid, and something follows it.
    """

    place: int
    what: str
    trailing: bool = False


def is_cut(error: msgspec.DecodeError, size: int) -> bool:
    """Whether a text of that size is right so far and ends too soon (or has half a surrogate pair).

    A number that ends in the middle is called invalid, at the byte after the end.
    """
    message = str(error)
    return message == _CUT or (_TRAILING not in message and _place(message) >= size)


def end_of_value(error: msgspec.DecodeError) -> int | None:
    """Return the index of what follows a complete value, None if the value itself is wrong."""
    # Here msgspec has read past the byte when it complains, elsewhere it has not.
    return _place(str(error)) - 1 if _TRAILING in str(error) else None


def first_fault(text: bytes) -> Fault | None:
    """Return what is wrong with ``text`` as one JSON value, None if nothing is.

    Bytes within strings are not looked at: whether they are UTF-8 is another question.
    """
    try:
        msgspec.json.decode(text, type=msgspec.Raw)
    except msgspec.DecodeError as error:
        return _fault(text, error)
    return None


def is_valid(text: bytes) -> bool:
    """Whether ``text`` is one JSON value."""
    try:
        return first_fault(text) is None
    except RecursionError:
        return False


def _fault(text: bytes, error: msgspec.DecodeError) -> Fault:
    if is_cut(error, len(text)):
        return _fault_of_cut(text)
    after = end_of_value(error)
    if after is not None:
        return Fault(after, "something follows the end of the value", trailing=True)
    message = str(error)
    what = _PLACE.sub("", message).removeprefix("JSON is malformed: ")
    return Fault(_place(message), what)


def _fault_of_cut(text: bytes) -> Fault:
    # latin-1 keeps indexes of characters and bytes the same, and JSON's own signs are ASCII.
    try:
        json.JSONDecoder().raw_decode(text.decode("latin-1").lstrip())
    except (json.JSONDecodeError, RecursionError):
        return Fault(len(text), "it ends before the value is complete")
    halves = (found.start() for found in _ESCAPE.finditer(text) if found[1])
    what = "half of a surrogate pair, which stands for no character"
    return Fault(next(halves, 0), what)


def _place(message: str) -> int:
    found = _PLACE.search(message)
    if found is None:
        raise ValueError(f"msgspec's message names no byte: {message}")
    return int(found[1])
