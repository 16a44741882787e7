"""What may go wrong before a job's script runs.

SparkError
├── JavaNotFoundError     no Java that Spark 3.5 runs on
├── JarError         a jar could not be downloaded, or is not the one that was pinned
└── PoolClosedError       the server is going away
"""


class SparkError(Exception):
    """The job process could not be set up. The text says what to do."""


class JavaNotFoundError(SparkError):
    """There is no Java that Spark runs on."""


class JarError(SparkError):
    """A jar could not be had."""


class PoolClosedError(SparkError):
    """The pool has been closed and starts nothing any more."""
