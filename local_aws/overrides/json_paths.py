"""Step Functions: a JSONPath is understood once, and not again at each use.

jsonpath_ng works out its grammar's tables anew for each path that it is given, which takes longer
than all else that a state does; an execution of twelve states uses some sixty paths.
"""

from collections.abc import Callable
from functools import lru_cache
from threading import Lock
from typing import Any

from jsonpath_ng.ext.parser import ExtentedJsonPathParser
from jsonpath_ng.parser import JsonPathParser

_KEPT = 4096
"""Definitions hold few paths, but Map states write an item's number into theirs."""


def remember_json_paths() -> None:
    """Let Step Functions keep what it has parsed."""
    from localstack.services.stepfunctions.asl.component.common.path import result_path
    from localstack.services.stepfunctions.asl.utils import json_path

    json_path.parse = remembering(ExtentedJsonPathParser())
    result_path.parse = remembering(JsonPathParser())


def remembering(parser: Any) -> Callable[[str], Any]:
    """Return a function that parses with ``parser``, from any thread, and each path once.

    What it returns may be shared: reading and writing by a path do not change the path. It raises
    what the parser raises.
    """
    lock = Lock()

    @lru_cache(maxsize=_KEPT)
    def parse(path: str) -> Any:
        # A parser keeps where it is in a text.
        with lock:
            return parser.parse(path)

    return parse
