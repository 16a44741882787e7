"""Glue's errors, named as its API names them.

GlueError
├── EntityNotFoundException
├── AlreadyExistsException
├── InvalidInputException
├── OperationTimeoutException
├── ResourceNumberLimitExceededException
├── ConcurrentRunsExceededException
├── ConcurrentModificationException
├── ConditionCheckFailureException
├── IdempotentParameterMismatchException
├── IllegalWorkflowStateException
├── IllegalSessionStateException
├── SchedulerNotRunningException
├── SchedulerRunningException
├── SchedulerTransitioningException
├── NoScheduleException
├── CrawlerNotRunningException
├── CrawlerRunningException
├── CrawlerStoppingException
├── VersionMismatchException
└── ValidationException

https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-exceptions.html
"""


class GlueError(Exception):
    """An error of the Glue API. ``code`` is the name on the wire, ``message`` its text."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message

    @property
    def code(self) -> str:
        """The error's name as the API returns it."""
        return type(self).__name__


class EntityNotFoundException(GlueError):
    """A named entity does not exist."""


class AlreadyExistsException(GlueError):
    """A named entity exists already."""


class InvalidInputException(GlueError):
    """The input is not valid."""


class OperationTimeoutException(GlueError):
    """The operation timed out."""


class ResourceNumberLimitExceededException(GlueError):
    """A resource's number limit was exceeded."""


class ConcurrentRunsExceededException(GlueError):
    """Too many runs of a job or a workflow at once."""


class ConcurrentModificationException(GlueError):
    """Two processes modify a resource at once."""


class ConditionCheckFailureException(GlueError):
    """A stated condition was not met."""


class IdempotentParameterMismatchException(GlueError):
    """The same identifier came with other parameters."""


class IllegalWorkflowStateException(GlueError):
    """The workflow is in no state for the operation."""


class IllegalSessionStateException(GlueError):
    """The session is in no state for the operation."""


class SchedulerNotRunningException(GlueError):
    """The scheduler is not running."""


class SchedulerRunningException(GlueError):
    """The scheduler is running already."""


class SchedulerTransitioningException(GlueError):
    """The scheduler is changing its state."""


class NoScheduleException(GlueError):
    """There is no schedule."""


class CrawlerNotRunningException(GlueError):
    """The crawler is not running."""


class CrawlerRunningException(GlueError):
    """The crawler runs, so the operation is refused."""


class CrawlerStoppingException(GlueError):
    """The crawler is stopping."""


class VersionMismatchException(GlueError):
    """A version conflicts with the stored one."""


class ValidationException(GlueError):
    """A value could not be validated."""


class PassOn(Exception):
    """Raised by an operation that leaves this request to moto."""
