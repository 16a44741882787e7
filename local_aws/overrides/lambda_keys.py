"""Lambda: a function says which key its environment is encrypted with; nothing is encrypted here.

https://docs.aws.amazon.com/lambda/latest/api/API_FunctionConfiguration.html (KMSKeyArn)
Without it, Terraform finds ``kms_key_arn`` changed in every plan.
"""

from collections.abc import Callable
from typing import Any

from localstack.aws.api import RequestContext
from localstack.utils.patch import patch


def keep_environment_keys() -> None:
    """Keep what CreateFunction and UpdateFunctionConfiguration say, and describe it."""
    from localstack.services.lambda_ import api_utils
    from localstack.services.lambda_.provider import LambdaProvider

    # By the function's ARN without a version. LocalStack's own models have no place for it.
    keys: dict[str, str] = {}

    @patch(api_utils.map_config_out)
    def map_config_out(
        described: Callable[..., dict[str, Any]], version: Any, *args: Any, **members: Any
    ) -> dict[str, Any]:
        configuration = described(version, *args, **members)
        key = keys.get(version.id.unqualified_arn())
        return {**configuration, "KMSKeyArn": key} if key else configuration

    @patch(LambdaProvider.create_function)
    def create_function(
        create: Callable[..., Any], self: Any, context: RequestContext, request: dict[str, Any]
    ) -> Any:
        created = create(self, context, request)
        # A function that was deleted may have left its key behind.
        keys.pop(_unqualified(created["FunctionArn"]), None)
        return _keep(keys, created, request)

    @patch(LambdaProvider.update_function_configuration)
    def update_function_configuration(
        update: Callable[..., Any], self: Any, context: RequestContext, request: dict[str, Any]
    ) -> Any:
        return _keep(keys, update(self, context, request), request)


def _keep(
    keys: dict[str, str], configuration: dict[str, Any], request: dict[str, Any]
) -> dict[str, Any]:
    if "KMSKeyArn" not in request:
        return configuration
    # An empty text takes the key away.
    key = keys[_unqualified(configuration["FunctionArn"])] = request["KMSKeyArn"]
    return {**configuration, "KMSKeyArn": key} if key else configuration


def _unqualified(arn: str) -> str:
    return ":".join(arn.split(":")[:7])
