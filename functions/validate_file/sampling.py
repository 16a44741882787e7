"""Which records of a file are looked at for types: a bounded number, spread over all of it."""

_FIRST = 500
_DENSITY = 100


class Sampler:
    """Takes each of the first records, then ever fewer: about 100 per factor of e in their number.

    So a thousand records give about 640 samples, a million 1,400 and a billion 2,100, and neither
    the number of records nor their source has to be known beforehand.
    """

    def __init__(self) -> None:
        self.next = 0

    def advance(self) -> None:
        """Say that the record with the index ``next`` was taken."""
        self.next += 1 + max(0, self.next - _FIRST) // _DENSITY

    def take_from(self, start: int, stop: int) -> list[int]:
        """Return those of the indexes from ``start`` up to ``stop`` that are due, and pass them."""
        due = []
        while self.next < stop:
            if self.next >= start:
                due.append(self.next)
            self.advance()
        return due
