"""Waits until nothing happens any more."""

from dataclasses import dataclass

from tests.faults.oracle.evidence import Evidence
from tests.faults.oracle.judgement import Expected, violations
from tests.faults.oracle.reading import Reader
from tests.wait import wait_until


@dataclass
class Quiet:
    """Waits for one pipeline; ``queues`` are URLs of those that feed it.

    It is quiet when as many ``looks`` in a row, ``pause`` seconds apart, see the same.
    """

    reader: Reader
    queues: tuple[str, ...]
    looks: int = 4
    pause: float = 0.5

    def wait(self, timeout: float = 400) -> None:
        """Return when no run is open, the queues are empty and nothing changed for a moment."""
        looks: list[tuple[tuple[str, ...], int, int]] = []

        def quiet() -> bool:
            looks.append((self._open(), self._queued(), len(self.reader.inbox.heard())))
            last = looks[-self.looks :]
            return len(last) == self.looks and len(set(last)) == 1 and last[0][:2] == ((), 0)

        wait_until(
            quiet, timeout, lambda: f"quiet (open runs, queued, notes): {looks[-1:]}", self.pause
        )

    def judge(self, expected: Expected | None = None, patience: float = 20) -> list[str]:
        """Return what is wrong when all is quiet, and stays wrong for ``patience`` seconds.

        A notification by an event comes a moment after the end that it tells.
        """
        self.wait()
        self.reader.forget()
        found: list[Evidence] = []

        def holds() -> bool:
            found[:] = [self.reader.evidence()]
            return not violations(found[0], expected)

        try:
            wait_until(holds, patience, "the promises", self.pause)
        except AssertionError:
            return violations(found[0], expected)
        return []

    def _open(self) -> tuple[str, ...]:
        return tuple(sorted(run.name for run in self.reader.runs() if run.outcome is None))

    def _queued(self) -> int:
        names = (
            "ApproximateNumberOfMessages",
            "ApproximateNumberOfMessagesNotVisible",
            "ApproximateNumberOfMessagesDelayed",
        )
        total = 0
        for queue in self.queues:
            answer = self.reader.aws.sqs.get_queue_attributes(
                QueueUrl=queue,
                AttributeNames=list(names),  # type: ignore[arg-type]
            )
            total += sum(int(answer["Attributes"][name]) for name in names)
        return total
