"""A record of every call that the local AWS answered: who asked for what, about which resource.

With ``LOCAL_AWS_CALL_LOG=/path/calls.jsonl`` there is one JSON object per line, as CloudTrail keeps
them, with fewer members:

    {"service": "s3", "operation": "PutObject", "parameters": {"Bucket": "…", "Key": "…"},
     "access_key": "…", "status": 200}

``parameters`` are the texts, numbers and truth values at the request's first level, and lists and
objects of those: bodies of objects are not kept. Whoever takes on a role gets an access key of its
own; the line of that AssumeRole has it as ``given_access_key``, so every call can be told to be a
role's. https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference.html
"""

import json
import os
import re
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

SETTING = "LOCAL_AWS_CALL_LOG"
_CREDENTIAL = re.compile(r"Credential=([^/]+)/")
_LONGEST = 4096


class CallLog:
    """Appends one line for each call; may be called from any thread."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        path.parent.mkdir(parents=True, exist_ok=True)

    def __call__(self, _chain: object, context: Any, response: Any) -> None:
        """Take down a request, answered with or without success: LocalStack hands on each."""
        if context.service is None or context.operation is None:
            return
        operation = context.operation.name
        line = {
            "service": context.service.service_name,
            "operation": operation,
            "parameters": plain(context.service_request or {}),
            "access_key": access_key(context.request.headers),
            "status": response.status_code,
        }
        if operation == "AssumeRole" and context.service_response:
            line["given_access_key"] = context.service_response["Credentials"]["AccessKeyId"]
        with self._lock, self._path.open("a") as file:
            file.write(json.dumps(line) + "\n")


def access_key(headers: Mapping[str, str]) -> str | None:
    """Return the access key that a request is signed with."""
    found = _CREDENTIAL.search(headers.get("Authorization", ""))
    return found[1] if found else None


def plain(value: Any) -> Any:
    """Return what JSON can hold of a request's parameters, long texts cut."""
    if isinstance(value, Mapping):
        kept = {str(name): plain(one) for name, one in value.items()}
        return {name: one for name, one in kept.items() if one is not None}
    if isinstance(value, list):
        return [plain(one) for one in value]
    if isinstance(value, str):
        return value[:_LONGEST]
    return value if isinstance(value, (bool, int, float)) else None


def keep_call_log() -> None:
    """Let LocalStack tell of each call, if the setting names a file; call it before the start."""
    if path := os.environ.get(SETTING):
        from localstack.aws import handlers

        handlers.run_custom_response_handlers.append(CallLog(Path(path)))
