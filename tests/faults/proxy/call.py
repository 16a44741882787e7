"""One call of an AWS API as it passes: which service, which operation, about what."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import Any
from urllib.parse import unquote, unquote_plus

from botocore.session import get_session

# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-signing-elements.html
_SCOPE = re.compile(r"Credential=[^/]+/\d{8}/[^/]+/([^/]+)/aws4_request")
_SIGNED_QUERY = re.compile(r"X-Amz-Credential=[^&]+?%2F([a-z0-9-]+)%2Faws4_request")
_RPC = re.compile(r"/service/[^/]+/operation/(\w+)")
_REST = ("s3", "lambda", "scheduler")
_SEARCHED_BYTES = 1024 * 1024


@dataclass(frozen=True)
class Call:
    """A request on its way to AWS.

    ``target`` is the path with the query, encoded as it came. ``service`` is the name that the
    request is signed for (``states``, ``s3``), ``operation`` as AWS spells it; both are empty where
    the request does not tell. ``caller`` is the address of the client's end of the connection.
    """

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes = field(repr=False)
    caller: tuple[str, int] = ("", 0)

    @cached_property
    def service(self) -> str:
        """Return the signing name of the service."""
        signed = _SCOPE.search(self.headers.get("Authorization", ""))
        signed = signed or _SIGNED_QUERY.search(self.target)
        return signed[1] if signed else ""

    @cached_property
    def operation(self) -> str:
        """Return the operation: each of AWS's protocols names it in another place.

        https://smithy.io/2.0/aws/protocols/index.html
        """
        if target := self.headers.get("X-Amz-Target"):
            return target.rpartition(".")[2]
        if named := _RPC.search(self.target):
            return named[1]
        if self.service in _REST:
            return _rest_operation(self)
        action = re.search(rb"(?:^|&)Action=(\w+)", self.body) or re.search(
            rb"[?&]Action=(\w+)", self.target.encode()
        )
        return action[1].decode() if action else ""

    @cached_property
    def text(self) -> str:
        """Return path, query and the body's beginning, decoded, to look for words in."""
        body = self.body[:_SEARCHED_BYTES].decode("utf-8", "replace")
        if "form-urlencoded" in self.headers.get("Content-Type", ""):
            body = unquote_plus(body)
        return f"{unquote(self.target)}\n{body}"

    def __str__(self) -> str:
        return f"{self.service}:{self.operation} {unquote(self.target)[:120]}"


def _rest_operation(call: Call) -> str:
    # LocalStack's own router: it knows each operation's path, query and headers from AWS's models.
    from rolo import Request
    from werkzeug.exceptions import HTTPException

    path, _, query = call.target.partition("?")
    request = Request(
        call.method,
        unquote(path),
        raw_path=path,
        query_string=query,
        headers=dict(call.headers),
    )
    try:
        operation, _parameters = _router(call.service).match(request)
    except HTTPException:
        return ""
    return str(operation.name)


@cache
def _router(service: str) -> Any:
    from localstack.aws.protocol.op_router import RestServiceOperationRouter

    return RestServiceOperationRouter(get_session().get_service_model(service))
