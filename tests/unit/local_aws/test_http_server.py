from io import StringIO
from typing import Any, cast

import pytest
from twisted.web import http

from local_aws.http_server import spare_the_http_server

TYPES = [
    b"application/x-amz-json-1.1",
    b"application/x-www-form-urlencoded; charset=utf-8",
    b'Multipart/Form-Data; boundary="a;b"',
    b"no type",
]


@pytest.fixture
def as_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "_parseContentType", http._parseContentType)
    monkeypatch.setattr(http.HTTPFactory, "log", http.HTTPFactory.log)


@pytest.mark.usefixtures("as_found")
def test_content_types_are_what_they_were() -> None:
    before = [http._parseContentType(line) for line in TYPES]
    spare_the_http_server()
    for _ in range(2):
        assert [http._parseContentType(line) for line in TYPES] == before


@pytest.mark.usefixtures("as_found")
def test_no_access_log_is_written() -> None:
    spare_the_http_server()
    factory = http.HTTPFactory()
    factory._logFile = written = StringIO()
    # Twisted's own would ask the request for what to write.
    factory.log(cast(Any, None))
    assert written.getvalue() == ""
