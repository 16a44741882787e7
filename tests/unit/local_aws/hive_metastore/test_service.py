"""The metastore through its own protocol."""

import io
from typing import Any

import pytest
import thriftpy2
from botocore.exceptions import ClientError, EndpointConnectionError
from hive_metastore.protocol import SERVICE, hive
from hive_metastore.service import serve
from thriftpy2.rpc import client_context
from thriftpy2.thrift import TApplicationException


def refusal(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "told so"}}, "Operation")


class Refusing:
    """A client of Glue that fails in one way, whatever it is asked."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    def __getattr__(self, name: str) -> Any:
        def fail(*_: Any, **__: Any) -> Any:
            raise self._error

        return fail


@pytest.fixture
def asking() -> Any:
    def ask(error: Exception) -> Any:
        return client_context(SERVICE, "127.0.0.1", serve(Refusing(error)), socket_timeout=30_000)

    return ask


@pytest.mark.parametrize(
    ("code", "method", "expected"),
    [
        ("EntityNotFoundException", "get_database", hive.NoSuchObjectException),
        ("AccessDeniedException", "get_database", hive.MetaException),
        # Hive's service declares no NoSuchObjectException for this one.
        ("EntityNotFoundException", "get_databases", hive.MetaException),
    ],
)
def test_glues_errors_are_hives(asking: Any, code: str, method: str, expected: Any) -> None:
    with asking(refusal(code)) as client, pytest.raises(expected) as raised:
        getattr(client, method)("name")
    assert raised.value.message == f"told so ({code})"


def test_a_glue_that_does_not_answer_is_said(asking: Any) -> None:
    error = EndpointConnectionError(endpoint_url="http://nowhere")
    with asking(error) as client, pytest.raises(hive.MetaException) as raised:
        client.get_database("name")
    assert "http://nowhere" in raised.value.message


def test_our_own_errors_are_answers_too(asking: Any, capsys: pytest.CaptureFixture[str]) -> None:
    with asking(ZeroDivisionError("oops")) as client:
        for _ in range(2):  # the connection stays
            with pytest.raises(hive.MetaException) as raised:
                client.get_database("name")
    assert raised.value.message == "ZeroDivisionError: oops"
    assert "ZeroDivisionError" in capsys.readouterr().err


def test_a_method_that_is_missing_is_named() -> None:
    text = "service ThriftHiveMetastore { void get_ready() }"
    other = thriftpy2.load_fp(io.StringIO(text), "other_thrift")
    port = serve(Refusing(ZeroDivisionError()))
    with (
        client_context(
            other.ThriftHiveMetastore, "127.0.0.1", port, socket_timeout=30_000
        ) as client,
        pytest.raises(TApplicationException, match="get_ready is not supported"),
    ):
        client.get_ready()
