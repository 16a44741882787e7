"""What is called when a schedule invokes its target.

Templated targets: https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-targets-templated.html
Universal targets: https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-targets-universal.html
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from botocore import xform_name

from local_aws.scheduler.errors import InvalidScheduleError
from local_aws.scheduler.schedule import Target

_UNIVERSAL = ":aws-sdk:"
# The universal targets' names of services that boto3 names otherwise.
_BOTO_NAMES = {"sfn": "stepfunctions", "eventbridge": "events", "cloudwatchlogs": "logs"}
# "EventBridge Scheduler does not support read-only API actions"
_READ_ONLY = (
    *("get", "describe", "list", "poll", "receive", "search", "scan", "query", "select", "read"),
    *("lookup", "discover", "validate", "batchGet", "batchDescribe", "batchRead"),
    *("transactGet", "adminGet", "adminList", "testMigration", "retrieve", "testConnection"),
    *("translateDocument", "isAuthorized", "invokeModel"),
)
_JSON_INPUT = ("lambda", "states", "events")


@dataclass(frozen=True)
class Request:
    """A call of boto3: service, method and parameters as the caller wrote them."""

    service: str
    method: str
    parameters: Mapping[str, Any]


def request_for(target: Target, payload: str) -> Request:
    """Return the call that hands ``payload`` to the target.

    Raises InvalidScheduleError for a target that is not known or a payload it cannot take.
    """
    if _UNIVERSAL in target.arn:
        return _universal(target.arn, payload)
    service, resource = _parts(target.arn)
    make = _TEMPLATES.get(service)
    if make is None:
        raise InvalidScheduleError(
            f"The local AWS has no templated target for {target.arn}: it has Lambda, Step "
            "Functions, SQS, SNS, EventBridge and Kinesis. Use the universal target "
            "arn:aws:scheduler:::aws-sdk:<service>:<action>."
        )
    if service in _JSON_INPUT:
        _json(payload)
    return make(target, resource, payload)


def queue_url(arn: str) -> str:
    """Return the address that a queue has on AWS; a local AWS takes it too."""
    _, _, _, region, account, name = arn.split(":", 5)
    return f"https://sqs.{region}.amazonaws.com/{account}/{name}"


def _lambda(target: Target, _resource: str, payload: str) -> Request:
    parameters = {"FunctionName": target.arn, "InvocationType": "Event", "Payload": payload}
    return Request("lambda", "invoke", parameters)


def _states(target: Target, _resource: str, payload: str) -> Request:
    return Request(
        "stepfunctions", "start_execution", {"stateMachineArn": target.arn, "input": payload}
    )


def _sqs(target: Target, _resource: str, payload: str) -> Request:
    parameters = {"QueueUrl": queue_url(target.arn), "MessageBody": payload}
    group = (target.members.get("SqsParameters") or {}).get("MessageGroupId")
    return Request("sqs", "send_message", parameters | ({"MessageGroupId": group} if group else {}))


def _sns(target: Target, _resource: str, payload: str) -> Request:
    return Request("sns", "publish", {"TopicArn": target.arn, "Message": payload})


def _events(target: Target, _resource: str, payload: str) -> Request:
    given = target.members.get("EventBridgeParameters")
    if not given:
        raise InvalidScheduleError(f"Target {target.arn} needs EventBridgeParameters.")
    entry = {
        "EventBusName": target.arn,
        "Source": given["Source"],
        "DetailType": given["DetailType"],
        "Detail": payload,
    }
    return Request("events", "put_events", {"Entries": [entry]})


def _kinesis(target: Target, resource: str, payload: str) -> Request:
    given = target.members.get("KinesisParameters")
    if not given:
        raise InvalidScheduleError(f"Target {target.arn} needs KinesisParameters.")
    parameters = {
        "StreamName": resource.removeprefix("stream/"),
        "PartitionKey": given["PartitionKey"],
        "Data": payload,
    }
    return Request("kinesis", "put_record", parameters)


_TEMPLATES: Mapping[str, Callable[[Target, str, str], Request]] = {
    "lambda": _lambda,
    "states": _states,
    "sqs": _sqs,
    "sns": _sns,
    "events": _events,
    "kinesis": _kinesis,
}


def _universal(arn: str, payload: str) -> Request:
    service, _, action = arn.partition(_UNIVERSAL)[2].partition(":")
    if not action or action.startswith(_READ_ONLY):
        raise InvalidScheduleError(
            f"{arn} is not a supported target: write arn:aws:scheduler:::aws-sdk:<service>:"
            "<action> with an action that does not only read, such as sqs:sendMessage."
        )
    parameters = _json(payload)
    if not isinstance(parameters, dict):
        raise InvalidScheduleError(f"The Input of {arn} is not a JSON object of its parameters.")
    return Request(_BOTO_NAMES.get(service, service), xform_name(action), parameters)


def _parts(arn: str) -> tuple[str, str]:
    parts = arn.split(":", 5)
    if len(parts) != 6:
        raise InvalidScheduleError(f"Provided Arn is not in correct format: {arn}")
    return parts[2], parts[5]


def _json(payload: str) -> Any:
    try:
        return json.loads(payload)
    except ValueError as error:
        raise InvalidScheduleError(f"The Input is not well-formed JSON: {error}") from None
