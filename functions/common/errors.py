"""What the functions raise.

    PipelineError
    ├── InvalidInputError             the event or the execution's input is not of the agreed shape
    ├── MissingSettingError           an environment variable is not set, or senseless
    ├── ObjectChangedError            the object was overwritten while it was read (try again)
    ├── AttemptIncompleteError        what an attempt wrote is not whole, or not where it should be
    ├── PublishConflictError          the manifest changed at every try to publish (try again)
    ├── ExecutionNameTakenError       another object's execution has this object's name
    ├── RunUnderWayError              another call waits for the same run's end (try again)
    ├── UntoldEndError                an Express execution ended and told nobody (try again)
    ├── NotBegunError                 Step Functions refused to run an Express workflow (try again)
    ├── ConcurrentRunsExceededException       Glue runs as many of this job as it may (try again)
    ├── ResourceNumberLimitExceededException  Glue runs as many jobs as the account may (try again)
    └── ThrottlingException                   AWS asks to slow down (try again)

A state machine sees the class name as the error's name, so the last three are spelled as AWS spells
them: a ``Retry`` then names the same error for a Lambda task and for a direct integration.

A file that is not valid is no error: see ``functions.common.reasons``.
"""


class PipelineError(Exception):
    """The base of all that the functions raise themselves."""


class InvalidInputError(PipelineError):
    """The event or the execution's input is not of the agreed shape. Trying again is no use."""


class MissingSettingError(PipelineError):
    """An environment variable of the function is not set, or makes no sense."""


class ObjectChangedError(PipelineError):
    """The object was overwritten while it was read. A second try reads the new content."""


class AttemptIncompleteError(PipelineError):
    """What an attempt wrote is not whole, or lies elsewhere than the attempt may write."""


class PublishConflictError(PipelineError):
    """The manifest was written by others at every try. A later try may have it for itself."""


class ExecutionNameTakenError(PipelineError):
    """An execution of this name exists and is about another object version."""


class RunUnderWayError(PipelineError):
    """Another call has begun the same run and waits for its end. Try again when that is over."""


class UntoldEndError(PipelineError):
    """An execution of an Express workflow ended, and nobody was told what became of the file."""


class NotBegunError(PipelineError):
    """An execution of an Express workflow was refused, or could not even be asked for."""


class ConcurrentRunsExceededException(PipelineError):  # noqa: N818 - AWS's name
    """Glue runs as many runs of the job as ``MaxConcurrentRuns`` allows."""


class ResourceNumberLimitExceededException(PipelineError):  # noqa: N818 - AWS's name
    """Glue runs as many jobs as the account's quotas allow."""


class ThrottlingException(PipelineError):  # noqa: N818 - AWS's name
    """AWS limits the rate of calls."""
