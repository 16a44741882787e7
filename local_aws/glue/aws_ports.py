"""What running a job needs of S3 and IAM, reached through an AWS endpoint with plain boto3."""

from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from boto3.s3.transfer import TransferConfig
from botocore.exceptions import BotoCoreError, ClientError

from local_aws.glue.jobs.ports import StorageError
from local_aws.host.aws_ports import Endpoint


class S3Storage:
    """A ``jobs.ports.Storage``."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint

    def download(self, uri: str, target: Path) -> None:
        """Copy the object at ``uri`` to the file ``target``. Raises StorageError."""
        parts = urlsplit(uri, allow_fragments=False)
        key = uri.split("/", 3)[3] if uri.count("/") >= 3 else ""
        if parts.scheme not in {"s3", "s3a", "s3n"} or not parts.netloc or not key:
            raise StorageError(f"{uri!r} is no S3 path; write s3://bucket/folder/file.")
        try:
            # One small file at a time: threads would only cost their start.
            self._endpoint.client("s3").download_file(
                parts.netloc, key, str(target), Config=TransferConfig(use_threads=False)
            )
        except (BotoCoreError, ClientError) as error:
            raise StorageError(f"Failed to download {uri}: {error}") from error


class IamRoles:
    """A ``jobs.ports.Roles``."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint

    def credentials(self, role: str, session: str) -> Mapping[str, str]:
        """Ask STS for credentials of ``role``. Raises botocore's errors."""
        site = self._endpoint.site
        # A job may name its role without the rest of the ARN.
        arn = role if ":" in role else f"arn:{site.partition}:iam::{site.account_id}:role/{role}"
        sts = self._endpoint.client("sts")
        given = sts.assume_role(RoleArn=arn, RoleSessionName=session)["Credentials"]
        return {
            "AWS_ACCESS_KEY_ID": given["AccessKeyId"],
            "AWS_SECRET_ACCESS_KEY": given["SecretAccessKey"],
            "AWS_SESSION_TOKEN": given["SessionToken"],
        }
