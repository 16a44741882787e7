"""moto in this process, for unit tests whose clients need an AWS."""

from moto import mock_aws
from moto.core.models import MockAWS


def every_service(reset_boto3_session: bool = True) -> MockAWS:
    """Mock all services: LocalStack's build of moto lets through only what LocalStack uses of it.

    ``reset_boto3_session`` is moto's: without it all tests of a process share boto3's session,
    which then has read the services' descriptions, whatever credentials and region they set.
    https://docs.getmoto.org/en/latest/docs/configuration/index.html
    """
    return mock_aws(
        config={"core": {"service_whitelist": None, "reset_boto3_session": reset_boto3_session}}
    )
