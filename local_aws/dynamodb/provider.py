"""Plugs moto's DynamoDB into LocalStack, in the place of DynamoDB Local.

https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Operations_Amazon_DynamoDB.html
"""

from localstack.aws.api import RequestContext, ServiceRequest, ServiceResponse
from localstack.aws.skeleton import DispatchTable, Skeleton
from localstack.aws.spec import load_service
from localstack.services.moto import call_moto
from localstack.services.plugins import Service, aws_provider


def _handle(context: RequestContext, _request: ServiceRequest) -> ServiceResponse:
    return call_moto(context)


def _dispatch_table() -> DispatchTable:
    return dict.fromkeys(load_service("dynamodb").operation_names, _handle)


@aws_provider(api="dynamodb", name="local_aws")
def dynamodb() -> Service:
    """Return the service; ``PROVIDER_OVERRIDE_DYNAMODB=local_aws`` chooses it."""
    return Service("dynamodb", skeleton=Skeleton(load_service("dynamodb"), _dispatch_table()))
