"""The operations on bookmarks: the API's, and those by which a run moves its own.

https://docs.aws.amazon.com/glue/latest/dg/monitor-continuations.html
"""

import threading
from collections.abc import Mapping

from local_aws.glue.bookmarks.entry import Entry
from local_aws.glue.errors import EntityNotFoundException, VersionMismatchException
from local_aws.host.ports import Operation, Request, Response


class Bookmarks:
    """A component: the bookmarks of one account and region, by job."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._current: dict[str, Entry] = {}
        # By job and run: where each run left the bookmark, for rewinding and ranges.
        self._history: dict[str, dict[str, Entry]] = {}

    def operations(self) -> Mapping[str, Operation]:
        """Return the operations on bookmarks."""
        return {"GetJobBookmark": self._get, "ResetJobBookmark": self._reset}

    def internal_operations(self) -> Mapping[str, Operation]:
        """Return what only a job's own process asks: AWS publishes no operations for it."""
        return {"BeginJobBookmark": self._begin, "CommitJobBookmark": self._commit}

    def close(self) -> None:
        """Nothing runs here."""

    def forget(self, job_name: str) -> None:
        """Drop the bookmark of a deleted job."""
        with self._lock:
            self._current.pop(job_name, None)
            self._history.pop(job_name, None)

    def _get(self, request: Request) -> Response:
        with self._lock:
            entry = self._entry(request["JobName"], request.get("RunId"))
        return {"JobBookmarkEntry": entry.to_api()}

    def _reset(self, request: Request) -> Response:
        """Let the job read everything again or, with ``RunId``, what came after that run."""
        name, run_id = request["JobName"], request.get("RunId")
        with self._lock:
            current = self._entry(name)
            entry = current.rewound(self._entry(name, run_id)) if run_id else current.cleared()
            self._current[name] = entry
        return {"JobBookmarkEntry": entry.to_api()}

    def _begin(self, request: Request) -> Response:
        """Give a run the state that it starts from."""
        name, run_id = request["JobName"], request["RunId"]
        with self._lock:
            entry = self._current.get(name, Entry(name, version=0)).begun(run_id)
            self._put(entry)
        return {"JobBookmarkEntry": entry.to_api()}

    def _commit(self, request: Request) -> Response:
        """Keep the state that a run has got to, unless the bookmark has changed meanwhile.

        https://docs.aws.amazon.com/glue/latest/dg/glue-troubleshooting-errors.html: concurrent
        runs interfere with bookmarks; the message is the one that they end with.
        """
        name, version = request["JobName"], request["Version"]
        with self._lock:
            current = self._entry(name)
            if current.version != version:
                raise VersionMismatchException(
                    "Continuation update failed due to version mismatch. "
                    f"Expected version {version} but found version {current.version}"
                )
            entry = current.moved(request["JobBookmark"])
            self._put(entry)
        return {"JobBookmarkEntry": entry.to_api()}

    def _put(self, entry: Entry) -> None:
        self._current[entry.job_name] = entry
        if entry.run_id is not None:
            self._history.setdefault(entry.job_name, {})[entry.run_id] = entry

    def _entry(self, job_name: str, run_id: str | None = None) -> Entry:
        """Return a job's entry, of now or as a run left it.

        A run that failed left it where the last success before it had.
        """
        if job_name not in self._current:
            raise EntityNotFoundException(f"Continuation for job {job_name} not found")
        if run_id is None:
            return self._current[job_name]
        entry = self._history.get(job_name, {}).get(run_id)
        if entry is None:
            raise EntityNotFoundException(
                f"Continuation for job {job_name} with run id {run_id} not found"
            )
        return entry
