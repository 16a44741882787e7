"""Which object an EventBridge event means, where its key could be read in two ways.

On AWS the key in an EventBridge event is raw. LocalStack sends it URL-encoded. A key such as
``a%20b.csv`` is therefore itself on AWS and ``a b.csv`` on LocalStack, and both may exist. S3 knows
which one the event's version is of, so it is asked, for keys that hold an escape and for no others.
"""

import re
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote

from botocore.exceptions import ClientError

from functions.common.objects import ObjectVersion

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_ESCAPE = re.compile(r"%[0-9A-Fa-f]{2}")
# Without permission to list the bucket, S3 answers 403 for a missing key.
# https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadObject.html
_NOT_THERE = frozenset({"403", "404", "400", "NoSuchKey", "NoSuchVersion", "AccessDenied"})


def resolve(item: ObjectVersion, s3: "S3Client") -> ObjectVersion:
    """Return the object with its raw key. Where S3 has it under neither, the key is left as it is.

    Raises botocore's errors, throttling among them.
    """
    if not _ESCAPE.search(item.key):
        return item
    decoded = unquote(item.key)
    # What was encoded has no character left that encoding would touch.
    if quote(decoded) != item.key or _exists(item, s3):
        return item
    other = replace(item, key=decoded)
    return other if _exists(other, s3) else item


def _exists(item: ObjectVersion, s3: "S3Client") -> bool:
    try:
        if item.version_id:
            s3.head_object(Bucket=item.bucket, Key=item.key, VersionId=item.version_id)
        else:
            s3.head_object(Bucket=item.bucket, Key=item.key)
    except ClientError as error:
        if error.response["Error"]["Code"] in _NOT_THERE:
            return False
        raise
    return True
