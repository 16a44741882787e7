"""Executions of an Express workflow, each waited for to its end.

Step Functions tells no event bus how such an execution ended, lists none and cannot be asked about
one afterwards; and it would run two of the same name. So whoever starts one stays for its answer.
https://docs.aws.amazon.com/step-functions/latest/dg/concepts-standard-vs-express.html
"""

import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError, ConnectTimeoutError, EndpointConnectionError

from functions.common.errors import NotBegunError, UntoldEndError

if TYPE_CHECKING:
    from mypy_boto3_stepfunctions import SFNClient

LONGEST_SECONDS = 310
"""What one run may take: the five minutes of an Express workflow, and the tries to begin it."""

TOLD = "Pipeline."
"""What the error of an execution begins with that has told of its failure itself."""

_ARN_KIND = "express"
_READ_SECONDS = 300
_TRIES = 4
_THROTTLED = frozenset({"ThrottlingException", "Throttling", "TooManyRequestsException"})


def client() -> "SFNClient":
    """Return a client that waits for an execution's end, and never asks for a second one."""
    config = Config(
        read_timeout=_READ_SECONDS,
        retries={"total_max_attempts": 1},
        max_pool_connections=32,
        tcp_keepalive=True,
    )
    return boto3.client("stepfunctions", config=config)


@dataclass(frozen=True)
class ExpressRuns:
    """Runs executions of one state machine to their ends."""

    state_machine_arn: str
    step_functions: "SFNClient"
    pause: Callable[[float], None] = time.sleep

    def run(self, name: str, given: str) -> str:
        """Run an execution and return its ARN, once what became of it has been told.

        Raises UntoldEndError where it ended without a word: out of time, or at the one place that
        tells; NotBegunError where it was refused; and botocore's errors, a lost answer among them,
        where nobody knows. In each case it is to be run again.
        """
        answer = self._answer(name, given)
        error = answer.get("error") or ""
        if answer["status"] == "SUCCEEDED" or error.startswith(TOLD):
            return str(answer["executionArn"])
        raise UntoldEndError(
            f"The execution {answer['executionArn']} ended as {answer['status']} "
            f"({error or 'no error'}: {answer.get('cause') or 'no cause'}), and has told nobody. "
            "See its log; the file's message is tried again, and then lies in the dead letters."
        )

    def _answer(self, name: str, given: str) -> Mapping[str, Any]:
        for attempt in range(1, _TRIES + 1):
            try:
                return self.step_functions.start_sync_execution(
                    stateMachineArn=self.state_machine_arn, name=name, input=given
                )
            except (ClientError, EndpointConnectionError, ConnectTimeoutError) as error:
                if _may_have_begun(error):
                    raise
                if not _is_throttled(error) or attempt == _TRIES:
                    raise NotBegunError(f"The execution {name} was not begun: {error}") from error
                # Not in step with the others that were throttled: a seed is of no use here.
                self.pause(random.uniform(0, 2**attempt / 2))  # noqa: S311
        raise AssertionError("the last try returns or raises")


def _may_have_begun(error: Exception) -> bool:
    """Whether an error may hide an execution: a service's own failure, not its refusal."""
    if not isinstance(error, ClientError):
        return False
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 500)
    return not (_is_throttled(error) or 400 <= status < 500)


def _is_throttled(error: Exception) -> bool:
    return isinstance(error, ClientError) and error.response["Error"]["Code"] in _THROTTLED


def is_express(execution_arn: str) -> bool:
    """Whether an ARN is that of an Express workflow's execution.

    ``arn:<partition>:states:<region>:<account>:express:<state machine>:<name>:<id>``:
    https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsstepfunctions.html
    """
    return execution_arn.split(":")[5:6] == [_ARN_KIND]


def without_id(execution_arn: str) -> str:
    """Return what the ARNs of all runs under one name share; a Standard one's is unique already."""
    return execution_arn.rpartition(":")[0] if is_express(execution_arn) else execution_arn
