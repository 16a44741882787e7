"""The metastore as a server of this process, which ends with it."""

import contextlib
import socket
import threading
import traceback
from collections.abc import Callable
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError
from thriftpy2.protocol import TBinaryProtocolFactory
from thriftpy2.thrift import TApplicationException, TProcessor
from thriftpy2.transport import TBufferedTransportFactory, TSocket, TTransportException

from .databases import Databases
from .errors import IncompleteTableError, NotFoundError, NotSupportedError
from .partitions import Partitions
from .protocol import SERVICE, hive
from .session import Session
from .tables import Tables

# Hive's names for Glue's errors; what is not here, or what a method does not declare, is a
# MetaException, whose text Spark shows.
EXCEPTIONS = {
    "EntityNotFoundException": "NoSuchObjectException",
    "AlreadyExistsException": "AlreadyExistsException",
    "InvalidInputException": "InvalidObjectException",
    "ValidationException": "InvalidObjectException",
}


class Metastore:
    """Every method of the service, by the part that has it."""

    def __init__(self, glue: Any) -> None:
        tables = Tables(glue)
        parts = (Session(), Databases(glue), tables, Partitions(glue, tables))
        for name in SERVICE.thrift_services:
            method = next(getattr(part, name) for part in parts if hasattr(part, name))
            setattr(self, name, _speaking_hive(name, method))


class Processor(TProcessor):
    """Answers calls, and says which one it does not know."""

    def process_in(self, iprot: Any) -> Any:
        """Read one call."""
        read: Any = super().process_in(iprot)
        if isinstance(read[2], TApplicationException):
            read[2].message = f"{read[0]} is not supported by the local AWS's Hive metastore"
        return read


def serve(glue: Any = None) -> int:
    """Serve on a port of 127.0.0.1 in the background; return the port.

    ``glue`` is boto3's client of Glue, by default that of the process's environment.
    """
    listener = socket.create_server(("127.0.0.1", 0))
    processor: Any = Processor(SERVICE, Metastore(glue or boto3.client("glue")))
    _in_background(_accept, listener, processor)
    port: int = listener.getsockname()[1]
    return port


def _accept(listener: socket.socket, processor: Any) -> None:
    while True:
        client, _ = listener.accept()
        _in_background(_answer, client, processor)


def _answer(client: socket.socket, processor: Any) -> None:
    """Answer one connection until its other end closes it."""
    transport: Any = TBufferedTransportFactory().get_transport(TSocket(sock=client))
    protocol: Any = TBinaryProtocolFactory().get_protocol(transport)
    with contextlib.suppress(TTransportException, OSError):
        while True:
            processor.process(protocol, protocol)
    transport.close()


def _in_background(target: Callable[..., None], *args: Any) -> None:
    threading.Thread(target=target, args=args, name="hive-metastore", daemon=True).start()


def _speaking_hive(name: str, method: Callable[..., Any]) -> Callable[..., Any]:
    """Return ``method`` with the exceptions that Hive's service declares for it."""
    spec = getattr(SERVICE, f"{name}_result").thrift_spec
    declared = {entry[2].__name__ for number, entry in spec.items() if number > 0}

    def call(*args: Any) -> Any:
        try:
            return method(*args)
        except ClientError as error:
            detail = error.response["Error"]
            wanted = EXCEPTIONS.get(detail["Code"], "MetaException")
            message = f"{detail['Message']} ({detail['Code']})"
        except NotFoundError as error:
            wanted, message = "NoSuchObjectException", str(error)
        except NotSupportedError as error:
            wanted, message = "InvalidOperationException", str(error)
        except (IncompleteTableError, BotoCoreError) as error:
            wanted, message = "MetaException", str(error)
        except Exception as error:
            # Without an answer Hive's client would try again and again, and say nothing.
            traceback.print_exc()
            wanted, message = "MetaException", f"{type(error).__name__}: {error}"
        raise getattr(hive, wanted if wanted in declared else "MetaException")(message=message)

    return call
