"""Corrections of LocalStack where AWS documents other behaviour.

One module a service: it patches the service and hands out LocalStack's own provider. Its entry
point is named ``<service>:local_aws``. LocalStack loads a service at its first call, so nothing
here costs time at the start. Each correction has a test that names AWS's documentation.
"""

from importlib.metadata import entry_points

from localstack import config
from localstack.runtime import hooks

PROVIDERS = "localstack.aws.provider"
SUFFIX = ":local_aws"


@hooks.on_infra_start()
def choose_providers() -> None:
    """Let LocalStack take every provider of ours that is named ``<service>:local_aws``."""
    for plugin in entry_points(group=PROVIDERS):
        if plugin.name.endswith(SUFFIX):
            service = plugin.name.removesuffix(SUFFIX)
            config.SERVICE_PROVIDER_CONFIG.set_provider(service, SUFFIX.removeprefix(":"))
