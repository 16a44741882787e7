"""Tells who waits in this process that some job run has ended.

AWS's own services hear of it by events; asking again and again would take half a core.
"""

import threading

from local_aws.glue.jobs.interface import JobRunEnded


class EndedRuns:
    """Wakes all waiters at each end of a run."""

    def __init__(self) -> None:
        self._changed = threading.Condition()

    def tell(self, _run: JobRunEnded) -> None:
        """Wake whoever waits."""
        with self._changed:
            self._changed.notify_all()

    def wait(self, timeout: float) -> None:
        """Return when a run has ended, or after ``timeout`` seconds.

        A run may end just before: ask about it again in any case.
        """
        with self._changed:
            self._changed.wait(timeout)


ended_runs = EndedRuns()
"""The job runs of all accounts and regions of this server."""
