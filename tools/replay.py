"""Run an object of the source bucket again: ``python -m tools.replay --key folder/name``.

Without ``--file`` the object's current version, or the one named, is run again under a name of its
own. With ``--file`` the repaired file is uploaded as a new version, which arrives like any other.
Either way, what earlier runs put into quarantine is marked as replayed.
"""

import json
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError
from rich.console import Console

from tools import command
from tools.aws import Aws
from tools.demo import show_results, watch
from tools.deployment import Deployment
from tools.errors import ToolError
from tools.executions import Upload
from tools.express_executions import is_express, name_of
from tools.follow import Followed, upload
from tools.inbox import Inbox
from tools.run import INBOX_NAME
from tools.trigger import Trigger

QUARANTINE = "quarantine/"
_MISSING = frozenset({"404", "NoSuchKey", "NoSuchVersion", "400", "405"})


@dataclass(frozen=True)
class Version:
    """The object version that is to run again. ``version_id`` is None where there are none."""

    bucket: str
    key: str
    version_id: str | None

    @classmethod
    def find(cls, aws: Aws, bucket: str, key: str, version_id: str | None) -> "Version | None":
        """Return the version that is meant, by default the current one; None if it is not there."""
        named = {"VersionId": version_id} if version_id else {}
        try:
            head = aws.s3.head_object(Bucket=bucket, Key=key, **named)  # type: ignore[arg-type]
        except ClientError as error:
            if error.response["Error"]["Code"] in _MISSING:
                return None
            raise
        return cls(bucket, key, head.get("VersionId"))

    def to_json(self) -> dict[str, Any]:
        """Return it as trigger_pipeline takes it."""
        return {"bucket": self.bucket, "key": self.key, "version_id": self.version_id}


def replay(
    aws: Aws, deployment: Deployment, key: str, file: Path | None, version_id: str | None
) -> Followed:
    """Bring the run about and mark what is in quarantine; return what is to be followed.

    Raises ToolError where there is nothing to run.
    """
    bucket = deployment.source_bucket
    version = Version.find(aws, bucket, key, version_id)
    trigger = Trigger(aws, deployment)
    earlier = trigger.runs_of(version.to_json()) if version else []
    if file is not None:
        if not file.is_file():
            raise ToolError(f"There is no file {file}")
        followed = upload(aws, deployment, file, key)
    elif version is None:
        named = f" in version {version_id}" if version_id else ""
        raise ToolError(
            f"s3://{bucket}/{key} is not there{named}. Name another, or upload it again: "
            "make replay KEY=… FILE=…"
        )
    else:
        at = datetime.now(UTC)
        sent = Upload(bucket, key, version.version_id, at)
        followed = Followed(key, sent, arn=trigger.replay(version.to_json()))
    mark_replayed(aws, deployment, earlier)
    return followed


def mark_replayed(aws: Aws, deployment: Deployment, executions: Iterable[str]) -> list[str]:
    """Tag what these executions put into quarantine ``status=replayed``; return the URIs."""
    return [uri for arn in executions for uri in _kept_by(aws, deployment, arn) if _tag(aws, uri)]


def _kept_by(aws: Aws, deployment: Deployment, arn: str) -> list[str]:
    if not is_express(arn):
        described = aws.step_functions.describe_execution(executionArn=arn)
        kept = json.loads(described.get("output") or "{}").get("quarantine") or {}
        return [uri for uri in (kept.get("copy_uri"), kept.get("reason_uri")) if uri]
    # Nobody can describe it, but the folder bears its name.
    bucket, name = deployment.processed_bucket, name_of(arn)
    pages = aws.s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=QUARANTINE)
    keys = [item["Key"] for page in pages for item in page.get("Contents", [])]
    return [f"s3://{bucket}/{key}" for key in keys if name in key.split("/")[:-1]]


def _tag(aws: Aws, uri: str) -> bool:
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    try:
        tags = aws.s3.get_object_tagging(Bucket=bucket, Key=key)["TagSet"]
    except ClientError as error:
        if error.response["Error"]["Code"] in _MISSING:
            # Emptied since, by hand or by a rule.
            return False
        raise
    kept = [tag for tag in tags if tag["Key"] != "status"]
    aws.s3.put_object_tagging(
        Bucket=bucket, Key=key, Tagging={"TagSet": [*kept, {"Key": "status", "Value": "replayed"}]}
    )
    return True


def main() -> int:
    """Parse the command line and run."""
    parser = command.parser("Run an object of the source bucket again.")
    parser.add_argument("--key", required=True, help="its key")
    parser.add_argument("--file", type=Path, help="the repaired file, uploaded as a new version")
    parser.add_argument("--version-id", help="the version to run again (default: the current one)")
    arguments = parser.parse_args()

    def work(console: Console) -> None:
        aws, deployment = command.connect(arguments)
        inbox = Inbox.subscribe(aws, deployment.topic_arn, INBOX_NAME) if aws.is_local else None
        file = replay(aws, deployment, arguments.key, arguments.file, arguments.version_id)
        watch(console, aws, deployment, [file])
        show_results(console, aws, [file], inbox)

    return command.run(work)


if __name__ == "__main__":
    sys.exit(main())
