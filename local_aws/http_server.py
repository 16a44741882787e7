"""The HTTP server: less work for each request that nobody sees the result of.

Twisted takes a request's content type apart with Python's e-mail parser, and writes a line for an
access log that LocalStack does not keep: together an eighth of what the server computes.
"""

from collections.abc import Callable
from functools import lru_cache

from twisted.web import http


def spare_the_http_server() -> None:
    """Let the server know content types that it has seen, and write no access log."""
    from localstack.utils.patch import patch

    # Clients send a handful of them. A form's has a boundary of its own, hence the bound.
    http._parseContentType = lru_cache(maxsize=256)(http._parseContentType)

    @patch(http.HTTPFactory.log)
    def log(_write: Callable[..., None], _factory: http.HTTPFactory, _request: object) -> None:
        pass
