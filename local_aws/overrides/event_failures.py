"""Why an attempt to deliver an event failed, in EventBridge's words."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import requests
from botocore.exceptions import (
    ClientError,
    ConnectTimeoutError,
    HTTPClientError,
    ReadTimeoutError,
)
from botocore.exceptions import ConnectionError as NoConnectionError

from local_aws.glue.errors import EntityNotFoundException

_DENIED = frozenset(
    {
        "AccessDenied",
        "AccessDeniedException",
        "AuthorizationError",
        "KMSAccessDenied",
        "KMSAccessDeniedException",
        "KMS.AccessDeniedException",
    }
)
_GONE = frozenset(
    {
        "AWS.SimpleQueueService.NonExistentQueue",
        "QueueDoesNotExist",
        "ResourceNotFoundException",
        "NotFound",
        "NotFoundException",
        "StateMachineDoesNotExist",
    }
)
_THROTTLED = frozenset(
    {
        "KMSThrottlingException",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "RequestThrottled",
        "SlowDown",
        "Throttled",
        "Throttling",
        "ThrottlingException",
        "TooManyRequestsException",
    }
)


@dataclass(frozen=True)
class Failure:
    """``passing`` says that another attempt may succeed.

    EventBridge tries again after 5xx and 429, of API destinations after 409 too, and after trouble
    with the connection.
    https://repost.aws/knowledge-center/eventbridge-resolve-failedinvocation-errors
    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-api-destinations.html
    """

    code: str
    message: str
    passing: bool = False

    def __str__(self) -> str:
        return f"{self.code}: {self.message}"

    @classmethod
    def of(cls, error: Exception) -> "Failure":
        """Judge what an attempt raised. An error that is of no known kind does not pass."""
        message = str(error) or type(error).__name__
        match error:
            case ClientError():
                return _of_service(error.response, message)
            case requests.HTTPError(response=requests.Response(status_code=status)):
                return _of_endpoint(status, message)
            case ConnectTimeoutError() | ReadTimeoutError() | requests.Timeout():
                return cls("TIMEOUT", message, passing=True)
            case NoConnectionError() | HTTPClientError() | requests.ConnectionError():
                return cls("CONNECTION_FAILURE", message, passing=True)
        return cls(_code_of(error), message)


def _of_service(response: Mapping[str, Any], message: str) -> Failure:
    code = response["Error"]["Code"]
    status = response["ResponseMetadata"]["HTTPStatusCode"]
    if code in _GONE or status == HTTPStatus.NOT_FOUND:
        return Failure("NO_RESOURCE", message)
    if code in _DENIED or status == HTTPStatus.FORBIDDEN:
        return Failure("NO_PERMISSIONS", message)
    if code in _THROTTLED or status == HTTPStatus.TOO_MANY_REQUESTS:
        return Failure("THROTTLING", message, passing=True)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return Failure("ERROR_FROM_TARGET", message, passing=True)
    return Failure("SDK_CLIENT_ERROR", message)


def _code_of(error: Exception) -> str:
    match error:
        case EntityNotFoundException():
            return "NO_RESOURCE"
        case json.JSONDecodeError():
            return "INVALID_JSON"
    return "SDK_CLIENT_ERROR"


def _of_endpoint(status: int, message: str) -> Failure:
    passing = (
        status in (HTTPStatus.CONFLICT, HTTPStatus.TOO_MANY_REQUESTS)
        or status >= HTTPStatus.INTERNAL_SERVER_ERROR
    )
    return Failure("ERROR_FROM_TARGET", message, passing)
