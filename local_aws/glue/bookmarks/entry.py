"""A bookmark as the service keeps it.

https://docs.aws.amazon.com/glue/latest/webapi/API_JobBookmarkEntry.html
"""

from dataclasses import dataclass, replace

from local_aws.host.ports import Response

NOTHING = "{}"


@dataclass(frozen=True)
class Entry:
    """The bookmark of one job after its last change.

    ``version`` counts every change of it; ``run`` is the number of the run that comes next, so it
    grows with each success; ``attempt`` counts the runs since then that did not commit.
    ``bookmark`` is JSON: the state of each source by its ``transformation_ctx``. ``committed`` is
    whether the run ``run_id`` has got to its ``job.commit()``.

    https://docs.aws.amazon.com/glue/latest/dg/monitor-continuations.html says what the three
    numbers mean; that a new bookmark's run is 1, and that a run's begin and commit each are a
    version, was seen in entries that the service returned.
    """

    job_name: str
    version: int
    run: int = 1
    attempt: int = 0
    run_id: str | None = None
    previous_run_id: str | None = None
    bookmark: str = NOTHING
    committed: bool = False

    def begun(self, run_id: str) -> "Entry":
        """Return the entry as a run that has just begun finds it."""
        after_failure = self.run_id is not None and not self.committed
        return replace(
            self,
            version=self.version + 1,
            attempt=self.attempt + 1 if after_failure else 0,
            run_id=run_id,
            previous_run_id=self.run_id,
            committed=False,
        )

    def moved(self, bookmark: str) -> "Entry":
        """Return the entry after the commit of its run; a second commit is the same run's."""
        return replace(
            self,
            version=self.version + 1,
            run=self.run if self.committed else self.run + 1,
            bookmark=bookmark,
            committed=True,
        )

    def rewound(self, to: "Entry") -> "Entry":
        """Return the entry with the state of an earlier one. Its version is new all the same."""
        return replace(to, version=self.version + 1, attempt=0, committed=True)

    def cleared(self) -> "Entry":
        """Return the entry of a job that has read nothing."""
        return Entry(self.job_name, self.version + 1)

    def to_api(self) -> Response:
        """Return the API's ``JobBookmarkEntry``."""
        optional = {"PreviousRunId": self.previous_run_id, "RunId": self.run_id}
        return {
            "JobName": self.job_name,
            "Version": self.version,
            "Run": self.run,
            "Attempt": self.attempt,
            "JobBookmark": self.bookmark,
            **{name: value for name, value in optional.items() if value is not None},
        }
