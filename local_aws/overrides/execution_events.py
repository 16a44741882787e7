"""Step Functions: the events of executions that start, end or are redriven.

LocalStack's have texts for times, tell nothing of redrives, and come from Express workflows too.

https://docs.aws.amazon.com/step-functions/latest/dg/eventbridge-integration.html
"""

import json
import logging
from collections.abc import Callable
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from localstack.aws.api.stepfunctions import StateMachineType
from localstack.services.stepfunctions.backend.execution import Execution
from localstack.utils.patch import patch

from local_aws.stepfunctions.status_event import DETAIL_TYPE, SOURCE, detail

LOG = logging.getLogger(__name__)


def correct_execution_events() -> None:
    """Let the event bus hear what AWS's does."""

    @patch(Execution.publish_execution_status_change_event)
    def publish(_publish: Callable[..., None], self: Any) -> None:
        if self.sm_type != StateMachineType.STANDARD:
            return
        entry = {
            "Source": SOURCE,
            "Resources": [self.exec_arn],
            "DetailType": DETAIL_TYPE,
            "Detail": json.dumps(detail(self.to_describe_output())),
        }
        try:
            self._get_events_client().put_events(Entries=[entry])
        except (BotoCoreError, ClientError):
            LOG.warning("The event bus did not hear of %s", self.exec_arn, exc_info=True)
