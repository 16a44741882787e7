"""The AWS edge of fail_unless_redriven.

Input: ``{"error": {"Error", "Cause"}, "failed_after_redrives", "redrive_count"}``.
Output: ``{"redriven": true}``, or an error named ``Pipeline.<Error>``.

A Fail state would end the execution as well, but RedriveExecution re-enters the state that failed,
and a Fail state only fails again. A task that fails by itself is re-entered, sees that it has been
redriven, and lets the execution go on from the part that failed:
https://docs.aws.amazon.com/step-functions/latest/dg/redrive-executions.html
"""

from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from functions.fail_unless_redriven.failure import Failure

logger = Logger()


@logger.inject_lambda_context
def handler(event: dict[str, Any], _context: LambdaContext) -> dict[str, bool]:
    """Raise the failure that the execution has caught, unless it was redriven since."""
    failure = Failure.from_input(event)
    logger.append_keys(execution_name=event.get("execution_name"))
    if failure.is_redriven:
        logger.info("redriven", extra={"error": failure.error})
        return {"redriven": True}
    # An outcome that was told already, so no stack trace of ours.
    logger.warning("the execution fails", extra={"error": failure.error})
    raise failure.as_exception()
