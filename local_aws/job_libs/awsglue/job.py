"""The run of a job, as its script sees it.

https://docs.aws.amazon.com/glue/latest/dg/monitor-continuations.html
"""

import os
from collections.abc import Mapping
from typing import Any

from .bookmarks import open_bookmarks
from .context import GlueContext


class Job:
    """Marks a job's begin and, with ``commit``, its success."""

    def __init__(self, glue_context: GlueContext) -> None:
        self._glue_context = glue_context
        self._name: str | None = None

    def init(self, job_name: str, args: Mapping[str, Any] | None = None) -> None:
        """Begin the job. ``args`` is what ``getResolvedOptions`` returned."""
        self._name = job_name
        self._glue_context.bookmarks = open_bookmarks(args or {}, job_name, os.environ)

    def isInitialized(self) -> bool:
        """Whether ``init`` has been called."""
        return self._name is not None

    def commit(self) -> None:
        """End the job: bookmarks move on. Raises RuntimeError before ``init``."""
        if not self.isInitialized():
            raise RuntimeError("job.commit() without job.init(args['JOB_NAME'], args) before it")
        self._glue_context.bookmarks.commit()
