"""The bookmarks that the Glue service keeps for this job."""

import json
import urllib.error
import urllib.request
from collections.abc import Mapping
from typing import Any

import boto3

ADDRESS = "LOCAL_AWS_GLUE_URL"
TIMEOUT_SECONDS = 60


class BookmarkError(RuntimeError):
    """The service refused. The text begins with the name of its error."""


class BookmarkStore:
    """Asks the service. What AWS's API has is asked by it, the rest by an address of our own."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        if ADDRESS not in environment:
            raise BookmarkError(
                f"Bookmarks are kept by the local AWS, and {ADDRESS} does not say where it is. "
                "Start the job with StartJobRun, or without --job-bookmark-option."
            )
        self._address = environment[ADDRESS]

    def find(self, job_name: str) -> dict[str, Any]:
        """Return the job's entry, an empty one if it has none yet."""
        client: Any = boto3.client("glue")
        try:
            return self.get(job_name, None, client)
        except client.exceptions.EntityNotFoundException:
            return {}

    def get(self, job_name: str, run_id: str | None, client: Any = None) -> dict[str, Any]:
        """Return the job's entry as a run left it, or the present one."""
        run = {"RunId": run_id} if run_id else {}
        glue: Any = client or boto3.client("glue")
        entry: dict[str, Any] = glue.get_job_bookmark(JobName=job_name, **run)["JobBookmarkEntry"]
        return entry

    def begin(self, job_name: str, run_id: str) -> dict[str, Any]:
        """Tell that a run begins; return the entry that it starts from."""
        return self._ask("BeginJobBookmark", {"JobName": job_name, "RunId": run_id})

    def commit(self, job_name: str, version: int, bookmark: str) -> dict[str, Any]:
        """Keep ``bookmark`` if the entry is still at ``version``. Raises BookmarkError."""
        request = {"JobName": job_name, "Version": version, "JobBookmark": bookmark}
        return self._ask("CommitJobBookmark", request)

    def _ask(self, operation: str, request: Mapping[str, Any]) -> dict[str, Any]:
        made = urllib.request.Request(  # noqa: S310 - the address is the local AWS's own
            f"{self._address}/{operation}",
            json.dumps(request).encode(),
            {"Content-Type": "application/json"},
        )
        # A proxy of the machine's must not stand between.
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(made, timeout=TIMEOUT_SECONDS) as response:
                answer: dict[str, Any] = json.load(response)["JobBookmarkEntry"]
                return answer
        except urllib.error.HTTPError as error:
            raise BookmarkError(_told(error)) from error


def _told(error: urllib.error.HTTPError) -> str:
    body = error.read().decode(errors="replace")
    try:
        told = json.loads(body)
        return f"{told['Code']}: {told['Message']}"
    except (ValueError, KeyError):
        return f"the local AWS answered {error.code} {body}".strip()
