"""Where in a file a reader stands."""

from dataclasses import dataclass

from functions.common.reasons import Reason, ReasonCode


@dataclass
class Place:
    """A place in a text. ``offset`` counts bytes from 0, ``line`` from 1.

    ``column`` is the number of characters that precede the place in its line.
    """

    offset: int = 0
    line: int = 1
    column: int = 0

    def pass_over(self, data: bytes) -> None:
        """Move to the end of ``data``, which starts here."""
        self.offset += len(data)
        last_break = data.rfind(b"\n")
        if last_break >= 0:
            self.line += data.count(b"\n")
            data = data[last_break + 1 :]
            self.column = 0
        self.column += len(data) if data.isascii() else len(data.decode(errors="replace"))

    def reason(self, code: ReasonCode, message: str, data: bytes, index: int) -> Reason:
        """Return a reason at ``index`` of ``data``, which starts here."""
        at = Place(self.offset, self.line, self.column)
        at.pass_over(data[:index])
        return Reason(code, message, at.line, at.offset, at.column + 1)
