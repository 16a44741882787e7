"""Errors as AWS's services word them, in the protocol of the call that is answered."""

import json
from dataclasses import dataclass, field
from uuid import uuid4

from tests.faults.proxy.call import Call


@dataclass(frozen=True)
class Answer:
    """A response. ``headers`` hold no length: it follows from the body."""

    status: int
    body: bytes = field(repr=False, default=b"")
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class ServiceError:
    """An error that a service answers with, such as ``ServiceError(503, "SlowDown")``."""

    status: int
    code: str
    message: str = "Answered by a test, in place of the service."

    def answer(self, call: Call) -> Answer:
        """Word the error as the called service does."""
        if call.service == "s3":
            return self._xml(f"<Error>{self._described()}</Error>")
        if call.headers.get("Content-Type", "").startswith("application/x-www-form-urlencoded"):
            side = "Sender" if self.status < 500 else "Receiver"
            described = f"<Error><Type>{side}</Type>{self._described()}</Error>"
            return self._xml(f"<ErrorResponse>{described}</ErrorResponse>")
        body = json.dumps({"__type": self.code, "message": self.message}).encode()
        headers = (
            ("Content-Type", "application/x-amz-json-1.1"),
            ("x-amzn-ErrorType", self.code),
            ("x-amzn-RequestId", str(uuid4())),
        )
        return Answer(self.status, body, headers)

    def _described(self) -> str:
        return (
            f"<Code>{self.code}</Code><Message>{self.message}</Message>"
            f"<RequestId>{uuid4()}</RequestId>"
        )

    def _xml(self, text: str) -> Answer:
        declaration = '<?xml version="1.0" encoding="UTF-8"?>\n'
        return Answer(
            self.status, (declaration + text).encode(), (("Content-Type", "application/xml"),)
        )
