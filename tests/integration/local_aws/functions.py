"""Makes Lambda functions of a source text."""

import io
import json
import zipfile
from collections.abc import Mapping
from typing import Any

ROLE = "arn:aws:iam::000000000000:role/function"


def archive(files: Mapping[str, str]) -> bytes:
    """Return a zip of ``files``: name to text."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as zipped:
        for name, text in files.items():
            zipped.writestr(name, text)
    return buffer.getvalue()


class Functions:
    """Functions of one client, deleted together."""

    def __init__(self, client: Any) -> None:
        self.client = client
        self._names: list[str] = []

    def create(self, name: str, source: str, **members: Any) -> str:
        """Create a function whose ``app.handler`` is in ``source``; wait until it is active."""
        defaults = {"Runtime": "python3.13", "Role": ROLE, "Handler": "app.handler", "Timeout": 60}
        code = {"ZipFile": archive({"app.py": source})}
        made = self.client.create_function(FunctionName=name, Code=code, **(defaults | members))
        self._names.append(name)
        self.client.get_waiter("function_active_v2").wait(
            FunctionName=name, WaiterConfig={"Delay": 1, "MaxAttempts": 120}
        )
        arn: str = made["FunctionArn"]
        return arn

    def invoke(self, name: str, event: object = None, **members: Any) -> tuple[Any, dict[str, Any]]:
        """Return the decoded payload and the whole response."""
        payload = json.dumps(event).encode()
        response = self.client.invoke(FunctionName=name, Payload=payload, **members)
        return json.loads(response["Payload"].read() or b"null"), response

    def delete_all(self) -> None:
        """Delete every function made here."""
        for name in self._names:
            self.client.delete_function(FunctionName=name)
