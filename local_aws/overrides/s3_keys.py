"""S3: objects under a KMS key can be renamed by Hadoop, although this AWS speaks plain HTTP.

Hadoop's S3A renames by a copy for which it names the key that it found at the source, and AWS's
Java SDK sends a key's name over HTTPS only. On AWS that is no matter. Here S3A is not told the
key; the copy gets the bucket's default one, which is S3's rule for writes that name none:
https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-encryption.html
"""

from collections.abc import Callable
from typing import Any

from localstack.aws.api import RequestContext
from localstack.utils.patch import patch


def keep_keys_from_hadoop() -> None:
    """Leave the key out of what HeadObject answers to S3A."""
    from localstack.services.s3.provider import S3Provider

    @patch(S3Provider.head_object)
    def head_object(
        head: Callable[..., dict[str, Any]],
        self: Any,
        context: RequestContext,
        *args: Any,
        **kw: Any,
    ) -> dict[str, Any]:
        answer = head(self, context, *args, **kw)
        if "Hadoop" in context.request.headers.get("User-Agent", ""):
            answer.pop("SSEKMSKeyId", None)
        return answer
