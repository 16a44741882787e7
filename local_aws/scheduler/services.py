"""The other services, reached through an AWS endpoint with plain boto3."""

from collections.abc import Mapping
from typing import Any

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ParamValidationError,
    UnknownServiceError,
)
from botocore.model import ListShape, MapShape, Shape, StructureShape

from local_aws.host.aws_ports import Endpoint
from local_aws.host.ports import Site
from local_aws.scheduler.errors import DeliveryError
from local_aws.scheduler.requests import Request, queue_url

# Client errors that pass.
_PASSING = ("Throttl", "TooManyRequests", "RateExceeded", "RequestLimitExceeded", "SlowDown")


class Services:
    """A ``ports.Caller`` over the endpoint of one site."""

    def __init__(self, site: Site) -> None:
        # Retries are the schedule's: its policy counts them.
        self._endpoint = Endpoint(site, max_attempts=1)

    def client(self, service: str) -> Any:
        """Return the client by which a service is called."""
        return self._endpoint.client(service)

    def call(self, request: Request) -> None:
        """Make a call; parameters may begin with a capital whatever the API's own spelling."""
        client, shape = self._operation(request)
        try:
            answer = getattr(client, request.method)(**spelled(request.parameters, shape))
        except ParamValidationError as error:
            raise DeliveryError("ValidationException", str(error), retryable=False) from None
        except ClientError as error:
            raise _refusal(error) from None
        except BotoCoreError as error:
            # "if the schedule fails to invoke a target due to an issue with the Scheduler"
            raise DeliveryError(
                "AWS.Scheduler.InternalServerError", str(error), retryable=True
            ) from None
        for entry in answer.get("Entries", []) if request.method == "put_events" else []:
            if code := entry.get("ErrorCode"):
                raise DeliveryError(code, entry.get("ErrorMessage", ""), retryable=True)

    def _operation(self, request: Request) -> tuple[Any, Shape | None]:
        try:
            client = self.client(request.service)
        except UnknownServiceError as error:
            raise DeliveryError("ValidationException", str(error), retryable=False) from None
        operation = client.meta.method_to_api_mapping.get(request.method)
        if operation is None:
            message = f"{request.service} has no action {request.method}"
            raise DeliveryError("ValidationException", message, retryable=False)
        return client, client.meta.service_model.operation_model(operation).input_shape

    def send(self, queue_arn: str, body: str, attributes: Mapping[str, str]) -> None:
        """Send a message whose attributes are strings."""
        typed = {
            name: {"DataType": "String", "StringValue": value or "-"}  # SQS takes no empty one
            for name, value in attributes.items()
        }
        parameters = {
            "QueueUrl": queue_url(queue_arn),
            "MessageBody": body,
            "MessageAttributes": typed,
        }
        self.call(Request("sqs", "send_message", parameters))


def spelled(value: Any, shape: Shape | None) -> Any:
    """Return ``value`` with the names of ``shape``'s members as the API spells them."""
    if isinstance(shape, StructureShape) and isinstance(value, Mapping):
        names: dict[str, str] = {name.lower(): name for name in shape.members}
        return {
            (own := names.get(name.lower()) or name): spelled(member, shape.members.get(own))
            for name, member in value.items()
        }
    if isinstance(shape, ListShape) and isinstance(value, list):
        return [spelled(item, shape.member) for item in value]
    if isinstance(shape, MapShape) and isinstance(value, Mapping):
        return {name: spelled(item, shape.value) for name, item in value.items()}
    return value


def _refusal(error: ClientError) -> DeliveryError:
    """AWS names no list of permanent errors: here it is every client error that does not pass."""
    details = error.response["Error"]
    status = error.response["ResponseMetadata"]["HTTPStatusCode"]
    code = details["Code"]
    passes = status == 429 or status >= 500 or any(word in code for word in _PASSING)
    return DeliveryError(code, details.get("Message", ""), retryable=passes)
