"""Guesses where an array of JSON objects can be cut between two elements.

What a program wrote, it separated alike throughout. So the text between the first two elements,
with the first key (``}, {"id"``), marks the places, and the last one in a piece is found by one
search from the end. Objects within the elements may be separated by the same text; then only those
places are taken before which as many brackets close as open. A bracket in a string upsets the
count, which costs time and nothing else: the reader checks what it cuts.
"""

import re

_MOST_TRIES = 64
_NEXT_ELEMENT = re.compile(rb'[ \t\r\n]*\{(?:[ \t\r\n]*"[^"\\]{1,64}")?')


class Separator:
    """The text between two elements, once it is known."""

    def __init__(self) -> None:
        self._text = b""
        self._comma = 0
        self._count_brackets = False

    @property
    def known(self) -> bool:
        """Whether there is something to guess by."""
        return bool(self._text)

    def learn(self, data: bytes, comma: int) -> None:
        """Take the comma at that index for one between two elements."""
        following = _NEXT_ELEMENT.match(data, comma + 1)
        if self._text or following is None:
            return
        begin = len(data[:comma].rstrip()) - 1
        self._text = data[begin : following.end()]
        self._comma = comma - begin

    def miss(self) -> None:
        """Say that the last guess was wrong."""
        self._count_brackets = True

    def guess(self, data: bytes) -> int | None:
        """Return the index of what seems to be the last comma between two elements, if any."""
        if not self._text:
            return None
        found = data.rfind(self._text)
        if self._count_brackets:
            found = self._last_balanced(data, found)
        return found + self._comma if found >= 0 else None

    def _last_balanced(self, data: bytes, found: int) -> int:
        """Return the last place, from ``found`` backwards, with its element's bracket closed."""
        depth = _open_brackets(data, 0, found + 1) if found >= 0 else 0
        for _ in range(_MOST_TRIES):
            if found < 0 or not depth:
                return found
            earlier = data.rfind(self._text, 0, found)
            depth -= _open_brackets(data, earlier + 1, found + 1)
            found = earlier
        return -1


def _open_brackets(data: bytes, start: int, end: int) -> int:
    braces = data.count(b"{", start, end) - data.count(b"}", start, end)
    return braces + data.count(b"[", start, end) - data.count(b"]", start, end)
