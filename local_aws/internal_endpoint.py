"""The address at which the services call one another, and functions and jobs call them.

It is the server's own, unless ``LOCAL_AWS_INTERNAL_ENDPOINT_URL`` names another: a proxy, say, that
delays or loses calls and hands the others on to the server. Give its host as an address, such as
``http://127.0.0.1:4700``: S3's clients put a bucket's name before a host's name.
"""

import os
from collections.abc import Mapping

SETTING = "LOCAL_AWS_INTERNAL_ENDPOINT_URL"


def internal_endpoint_url(environ: Mapping[str, str] | None = None) -> str:
    """Return the address, without a slash at its end."""
    given = (os.environ if environ is None else environ).get(SETTING, "").rstrip("/")
    if given:
        return given
    from localstack import config

    url: str = config.internal_service_url()
    return url


def redirect_internal_calls() -> None:
    """Let LocalStack's own clients go to the address that was set; to be called before it starts.

    Those are the clients of Step Functions' tasks, event source mappings, EventBridge's targets,
    S3's and SNS's notifications.
    """
    if not os.environ.get(SETTING):
        return
    from localstack.aws import connect

    connect.get_service_endpoint = internal_endpoint_url
