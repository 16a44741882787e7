"""A deployed function that behaves otherwise for a while."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.wait import wait_until
from tools.aws import Aws


@contextmanager
def environment(aws: Aws, function: str, **changes: str) -> Iterator[None]:
    """Run a function with other environment variables, and then with its own again."""
    before = aws.functions.get_function_configuration(FunctionName=function)
    variables = before["Environment"]["Variables"]
    _update(aws, function, {**variables, **changes})
    try:
        yield
    finally:
        _update(aws, function, variables)


@contextmanager
def no_second_try(aws: Aws, function: str) -> Iterator[None]:
    """Let an asynchronous call that fails go to the dead letters at once, not after minutes."""
    before = aws.functions.get_function_event_invoke_config(FunctionName=function)
    aws.functions.put_function_event_invoke_config(FunctionName=function, MaximumRetryAttempts=0)
    try:
        yield
    finally:
        aws.functions.put_function_event_invoke_config(
            FunctionName=function,
            MaximumRetryAttempts=before["MaximumRetryAttempts"],
            MaximumEventAgeInSeconds=before["MaximumEventAgeInSeconds"],
        )


@contextmanager
def throttled(aws: Aws, function: str) -> Iterator[None]:
    """Let no call of a function through: a state that calls it tries again for half a minute."""
    aws.functions.put_function_concurrency(FunctionName=function, ReservedConcurrentExecutions=0)
    try:
        yield
    finally:
        aws.functions.delete_function_concurrency(FunctionName=function)


def _update(aws: Aws, function: str, variables: dict[str, Any]) -> None:
    aws.functions.update_function_configuration(
        FunctionName=function, Environment={"Variables": variables}
    )

    def updated() -> bool:
        now = aws.functions.get_function_configuration(FunctionName=function)
        return now["LastUpdateStatus"] == "Successful"

    wait_until(updated, 60, f"the new configuration of {function}", interval=0.5)
