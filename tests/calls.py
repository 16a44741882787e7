"""Which rights a recorded call of an AWS API needs, after the Service Authorization Reference.

https://docs.aws.amazon.com/service-authorization/latest/reference/reference.html
A call that is not in the tables is not judged: the tests then fail, and the table grows.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from typing import Any

from tests.policies import Context, NotJudgedError, Policies

type Parameters = Mapping[str, Any]


@dataclass(frozen=True)
class Need:
    """An action on a resource, under conditions."""

    action: str
    resource: str
    context: Context = field(default_factory=dict)

    def met_by(self, policies: Policies) -> bool:
        """Whether a role with these policies may do it."""
        return policies.allows(self.action, self.resource, self.context)

    def __str__(self) -> str:
        conditions = f" with {dict(self.context)}" if self.context else ""
        return f"{self.action} on {self.resource}{conditions}"


@dataclass(frozen=True)
class Place:
    """Where the callers live; ARNs of their account and region are made of it."""

    account: str
    region: str

    def arn(self, service: str, rest: str) -> str:
        return f"arn:aws:{service}:{self.region}:{self.account}:{rest}"


@dataclass(frozen=True)
class Call:
    """One line of the local AWS's call log, made in a role's name.

    ``role`` is the role's name, ``status`` the answer's HTTP status.
    """

    role: str
    service: str
    operation: str
    parameters: Parameters
    status: int = 200

    @property
    def name(self) -> str:
        return f"{self.service}:{self.operation}"

    def needs(self, place: Place) -> list[Need]:
        """Return the rights that the call needs. Raises NotJudgedError."""
        if self.service == "s3" and self.operation in _S3:
            return [*_S3[self.operation](self.parameters), *self._to_hear_that_it_is_gone()]
        if self.name in _FREE:
            return []
        if self.name not in _OTHERS:
            raise NotJudgedError(f"tests/calls.py does not know {self.name}: {self.parameters}")
        return list(_OTHERS[self.name](self.parameters, place))

    def _to_hear_that_it_is_gone(self) -> Iterator[Need]:
        """S3 says 404 only to those who may list the bucket, and to others 403.

        https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadObject.html
        """
        if self.status == HTTPStatus.NOT_FOUND and "Key" in self.parameters:
            yield Need("s3:ListBucket", f"arn:aws:s3:::{self.parameters['Bucket']}")


def read(log: Path) -> list[Call]:
    """Return the calls that were made in the name of some role, in their order."""
    roles: dict[str, str] = {}
    calls = []
    for text in log.read_text().splitlines():
        line = json.loads(text)
        if given := line.get("given_access_key"):
            roles[given] = line["parameters"]["RoleArn"].rpartition("/")[2]
        elif role := roles.get(line["access_key"] or ""):
            name, parameters = line["operation"], line["parameters"]
            service = _PREFIXES.get(line["service"], line["service"])
            calls.append(Call(role, service, name, parameters, line["status"]))
    return calls


def missing(calls: Sequence[Call], rights: Mapping[str, Policies], place: Place) -> list[str]:
    """Return what roles called without a right to, in words, each once.

    ``rights`` maps a role's name to its policies; calls of other roles are left out.
    """
    found = {
        f"{call.role} called {call.name}, which needs {need}": None
        for call in calls
        if call.role in rights
        for need in call.needs(place)
        if not need.met_by(rights[call.role])
    }
    return list(found)


_PREFIXES = {"stepfunctions": "states"}

_FREE = {
    # https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
    "sts:GetCallerIdentity",
    # Lambda makes the group where it is missing, and writes into it where that is refused. Without
    # the right nobody makes groups that are never emptied.
    # https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs.html
    "logs:CreateLogGroup",
}


def _object(*actions: str) -> Callable[[Parameters], Iterator[Need]]:
    """An object's version needs another right than the object as it is."""

    def needs(call: Parameters) -> Iterator[Need]:
        versioned = {"s3:GetObject", "s3:DeleteObject", "s3:GetObjectTagging"}
        for action in actions:
            suffix = "Version" if "VersionId" in call and action in versioned else ""
            yield Need(action + suffix, f"arn:aws:s3:::{call['Bucket']}/{call['Key']}")

    return needs


def _bucket(action: str) -> Callable[[Parameters], Iterator[Need]]:
    def needs(call: Parameters) -> Iterator[Need]:
        context = {"s3:prefix": str(call["Prefix"])} if "Prefix" in call else {}
        yield Need(action, f"arn:aws:s3:::{call['Bucket']}", context)

    return needs


def _copy(call: Parameters) -> Iterator[Need]:
    """https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html"""
    source, _, version = str(call["CopySource"]).lstrip("/").partition("?versionId=")
    suffix, own = "Version" if version else "", f"{call['Bucket']}/"
    yield Need(f"s3:GetObject{suffix}", f"arn:aws:s3:::{source}")
    if "Key" in call:
        yield from _object("s3:PutObject")(call)
    if "Tagging" in call:
        yield from _object("s3:PutObjectTagging")(call)
    elif call.get("TaggingDirective", "COPY") == "COPY" and not source.startswith(own):
        # What a role moves within a bucket it wrote itself, without tags.
        yield Need(f"s3:GetObject{suffix}Tagging", f"arn:aws:s3:::{source}")


def _put(call: Parameters) -> Iterator[Need]:
    yield from _object("s3:PutObject")(call)
    if "Tagging" in call:
        yield from _object("s3:PutObjectTagging")(call)


def _delete_many(call: Parameters) -> Iterator[Need]:
    for item in call["Delete"]["Objects"]:
        yield from _object("s3:DeleteObject")({"Bucket": call["Bucket"], **item})


_S3: Mapping[str, Callable[[Parameters], Iterator[Need]]] = {
    "GetObject": _object("s3:GetObject"),
    # https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadObject.html: allowed by GetObject.
    "HeadObject": _object("s3:GetObject"),
    "PutObject": _put,
    "CopyObject": _copy,
    "UploadPartCopy": _copy,
    "DeleteObject": _object("s3:DeleteObject"),
    "DeleteObjects": _delete_many,
    "PutObjectTagging": _object("s3:PutObjectTagging"),
    "GetObjectTagging": _object("s3:GetObjectTagging"),
    # https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html#mpuAndPermissions
    "CreateMultipartUpload": _put,
    "UploadPart": _object("s3:PutObject"),
    "CompleteMultipartUpload": _object("s3:PutObject"),
    "AbortMultipartUpload": _object("s3:AbortMultipartUpload"),
    "ListParts": _object("s3:ListMultipartUploadParts"),
    "HeadBucket": _bucket("s3:ListBucket"),
    "ListObjects": _bucket("s3:ListBucket"),
    "ListObjectsV2": _bucket("s3:ListBucket"),
    "ListObjectVersions": _bucket("s3:ListBucketVersions"),
    "ListMultipartUploads": _bucket("s3:ListBucketMultipartUploads"),
    "GetBucketLocation": _bucket("s3:GetBucketLocation"),
}


def _named(action: str, parameter: str, rest: str) -> Callable[[Parameters, Place], Iterator[Need]]:
    """A resource whose name, or whole ARN, stands in one parameter."""

    def needs(call: Parameters, place: Place) -> Iterator[Need]:
        name = str(call[parameter])
        service = action.partition(":")[0]
        yield Need(action, name if name.startswith("arn:") else place.arn(service, rest + name))

    return needs


def _queue(action: str) -> Callable[[Parameters, Place], Iterator[Need]]:
    def needs(call: Parameters, place: Place) -> Iterator[Need]:
        yield Need(action, place.arn("sqs", str(call["QueueUrl"]).rpartition("/")[2]))

    return needs


def _stream(action: str) -> Callable[[Parameters, Place], Iterator[Need]]:
    def needs(call: Parameters, place: Place) -> Iterator[Need]:
        group = f"log-group:{call['logGroupName']}"
        stream = f":log-stream:{call['logStreamName']}" if action == "logs:PutLogEvents" else ":*"
        yield Need(action, place.arn("logs", group + stream))

    return needs


def _tables(action: str) -> Callable[[Parameters, Place], Iterator[Need]]:
    """Batches name their tables as the keys of ``RequestItems``."""

    def needs(call: Parameters, place: Place) -> Iterator[Need]:
        for table in call["RequestItems"]:
            yield Need(action, place.arn("dynamodb", f"table/{table}"))

    return needs


def _catalog(action: str) -> Callable[[Parameters, Place], Iterator[Need]]:
    """https://docs.aws.amazon.com/glue/latest/dg/glue-specifying-resource-arns.html"""

    def needs(call: Parameters, place: Place) -> Iterator[Need]:
        yield Need(action, place.arn("glue", "catalog"))
        database = call.get("DatabaseName") or call.get("Name")
        yield Need(action, place.arn("glue", f"database/{database}"))
        table = call.get("TableName") or (call.get("TableInput") or {}).get("Name")
        if table is None and "Database" not in action:
            table = call.get("Name")
        if table:
            yield Need(action, place.arn("glue", f"table/{database}/{table}"))

    return needs


_OTHERS: Mapping[str, Callable[[Parameters, Place], Iterator[Need]]] = {
    "lambda:Invoke": _named("lambda:InvokeFunction", "FunctionName", "function:"),
    "sns:Publish": _named("sns:Publish", "TopicArn", ""),
    "states:StartExecution": _named("states:StartExecution", "stateMachineArn", ""),
    "states:StartSyncExecution": _named("states:StartSyncExecution", "stateMachineArn", ""),
    "states:DescribeExecution": _named("states:DescribeExecution", "executionArn", ""),
    "states:DescribeMapRun": _named("states:DescribeMapRun", "mapRunArn", ""),
    "secretsmanager:GetSecretValue": _named("secretsmanager:GetSecretValue", "SecretId", "secret:"),
    "logs:CreateLogStream": _stream("logs:CreateLogStream"),
    "logs:PutLogEvents": _stream("logs:PutLogEvents"),
    **{
        f"sqs:{name}": _queue(f"sqs:{name}")
        for name in (
            *("SendMessage", "ReceiveMessage", "DeleteMessage"),
            *("GetQueueAttributes", "ChangeMessageVisibility"),
        )
    },
    # https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_DeleteMessageBatch.html
    "sqs:DeleteMessageBatch": _queue("sqs:DeleteMessage"),
    "sqs:SendMessageBatch": _queue("sqs:SendMessage"),
    **{
        f"dynamodb:{name}": _named(f"dynamodb:{name}", "TableName", "table/")
        for name in ("GetItem", "PutItem", "UpdateItem", "DeleteItem", "Query", "Scan")
    },
    "dynamodb:BatchGetItem": _tables("dynamodb:BatchGetItem"),
    "dynamodb:BatchWriteItem": _tables("dynamodb:BatchWriteItem"),
    **{
        f"glue:{name}": _named(f"glue:{name}", "JobName", "job/")
        for name in ("StartJobRun", "GetJobRun", "GetJobRuns", "BatchStopJobRun")
    },
    **{
        f"glue:{name}": _catalog(f"glue:{name}")
        for name in ("GetDatabase", "GetTable", "GetTables", "CreateTable", "UpdateTable")
    },
}
