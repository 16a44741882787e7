"""The one place where tools and tests make AWS clients."""

from functools import cached_property
from typing import TYPE_CHECKING

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from tools.errors import NotReachableError

if TYPE_CHECKING:
    from mypy_boto3_athena import AthenaClient
    from mypy_boto3_cloudwatch import CloudWatchClient
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_events import EventBridgeClient
    from mypy_boto3_glue import GlueClient
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_logs import CloudWatchLogsClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sns import SNSClient
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_stepfunctions import SFNClient
    from mypy_boto3_sts import STSClient

LOCAL_REGION = "us-east-1"


class Aws:
    """Clients of one AWS: a local one at ``endpoint_url``, or the shell's account where it is None.

    With an endpoint the credentials are dummies, whatever the shell holds, so that a tool meant for
    the local AWS can never reach a real account.
    """

    def __init__(self, endpoint_url: str | None, region: str | None = None) -> None:
        self.endpoint_url = endpoint_url
        if endpoint_url is None:
            self._session = boto3.Session(region_name=region)
        else:
            self._session = boto3.Session(
                aws_access_key_id="test",
                aws_secret_access_key="test",  # noqa: S106 - every local AWS takes these
                region_name=region or LOCAL_REGION,
            )
        self._config = Config(
            retries={"mode": "standard"},
            connect_timeout=5,
            max_pool_connections=32,
            # A local AWS lives on this machine: no proxy of the shell's stands before it.
            proxies=None if endpoint_url is None else {},
        )

    @property
    def is_local(self) -> bool:
        """Whether this is a local AWS, where a tool may make what it likes."""
        return self.endpoint_url is not None

    @property
    def region(self) -> str:
        """The region of the clients."""
        return self._session.region_name

    @cached_property
    def s3(self) -> "S3Client":
        """Simple Storage Service."""
        return self._session.client("s3", endpoint_url=self.endpoint_url, config=self._config)

    @cached_property
    def sns(self) -> "SNSClient":
        """Simple Notification Service."""
        return self._session.client("sns", endpoint_url=self.endpoint_url, config=self._config)

    @cached_property
    def sqs(self) -> "SQSClient":
        """Simple Queue Service."""
        return self._session.client("sqs", endpoint_url=self.endpoint_url, config=self._config)

    @cached_property
    def step_functions(self) -> "SFNClient":
        """Step Functions."""
        return self._session.client(
            "stepfunctions", endpoint_url=self.endpoint_url, config=self._config
        )

    @cached_property
    def glue(self) -> "GlueClient":
        """Glue."""
        return self._session.client("glue", endpoint_url=self.endpoint_url, config=self._config)

    @cached_property
    def athena(self) -> "AthenaClient":
        """Athena."""
        return self._session.client("athena", endpoint_url=self.endpoint_url, config=self._config)

    @cached_property
    def events(self) -> "EventBridgeClient":
        """EventBridge."""
        return self._session.client("events", endpoint_url=self.endpoint_url, config=self._config)

    @cached_property
    def functions(self) -> "LambdaClient":
        """Lambda."""
        return self._session.client("lambda", endpoint_url=self.endpoint_url, config=self._config)

    @cached_property
    def logs(self) -> "CloudWatchLogsClient":
        """CloudWatch Logs."""
        return self._session.client("logs", endpoint_url=self.endpoint_url, config=self._config)

    @cached_property
    def cloudwatch(self) -> "CloudWatchClient":
        """CloudWatch metrics, alarms and dashboards."""
        return self._session.client(
            "cloudwatch", endpoint_url=self.endpoint_url, config=self._config
        )

    @cached_property
    def dynamodb(self) -> "DynamoDBClient":
        """DynamoDB."""
        return self._session.client("dynamodb", endpoint_url=self.endpoint_url, config=self._config)

    @cached_property
    def sts(self) -> "STSClient":
        """Security Token Service."""
        return self._session.client("sts", endpoint_url=self.endpoint_url, config=self._config)

    def assert_reachable(self) -> None:
        """Raise NotReachableError unless something answers and accepts the credentials."""
        try:
            self.sts.get_caller_identity()
        except (BotoCoreError, ClientError) as error:
            if self.is_local:
                raise NotReachableError(
                    f"No local AWS answers at {self.endpoint_url}. Start it: make up"
                ) from error
            raise NotReachableError(f"AWS does not let us in: {error}") from error
