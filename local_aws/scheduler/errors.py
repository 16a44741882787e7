"""Errors of the model.

SchedulerError
├── InvalidScheduleError   a request that cannot be taken; becomes ValidationException
└── DeliveryError          a target that did not take an invocation
"""


class SchedulerError(Exception):
    """The root."""


class InvalidScheduleError(SchedulerError):
    """A schedule that cannot be taken; the text says what to write instead."""


class DeliveryError(SchedulerError):
    """A target's refusal: the code and message of its API, and whether a retry may help."""

    def __init__(self, code: str, message: str, *, retryable: bool) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.retryable = retryable
