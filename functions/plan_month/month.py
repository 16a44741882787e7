"""A calendar month, named or taken from a moment."""

import re
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from functions.common.errors import InvalidInputError

_MONTH = re.compile(r"(\d{4})-(0[1-9]|1[0-2])")


@dataclass(frozen=True, order=True)
class Month:
    """A month; ``number`` counts from 1. Its text is ``2026-01``."""

    year: int
    number: int

    @classmethod
    def parse(cls, text: str) -> "Month":
        """Read ``2026-01``. Raises InvalidInputError."""
        found = _MONTH.fullmatch(text)
        if found is None:
            raise InvalidInputError(f"{text!r} is no month; write it as 2026-01.")
        return cls(int(found[1]), int(found[2]))

    @classmethod
    def of(cls, moment: str, zone: str) -> "Month":
        """Return the month in which ``moment`` lies in the time zone ``zone``.

        ``moment`` is ISO 8601 with an offset, as a schedule hands it on: 2026-02-01T00:30:00Z lies
        in January in New York. Raises InvalidInputError.
        """
        try:
            parsed = datetime.fromisoformat(moment)
        except ValueError as error:
            raise InvalidInputError(
                f"{moment!r} is no time; write it as 2026-02-01T05:30:00Z."
            ) from error
        if parsed.tzinfo is None:
            raise InvalidInputError(f"{moment!r} has no offset; write it as 2026-02-01T05:30:00Z.")
        try:
            there = parsed.astimezone(ZoneInfo(zone))
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise InvalidInputError(
                f"{zone!r} is no time zone of the IANA database, such as Europe/Vienna."
            ) from error
        return cls(there.year, there.month)

    def shifted(self, months: int) -> "Month":
        """Return the month that lies ``months`` later, or earlier where it is negative."""
        year, index = divmod(self.year * 12 + self.number - 1 + months, 12)
        return Month(year, index + 1)

    def fill(self, template: str) -> str:
        """Put the month into a text: {month} is 2026-01, {year} 2026, {month_number} 01."""
        words = {
            "{month}": str(self),
            "{year}": f"{self.year:04}",
            "{month_number}": f"{self.number:02}",
        }
        for word, value in words.items():
            template = template.replace(word, value)
        return template

    def __str__(self) -> str:
        return f"{self.year:04}-{self.number:02}"
