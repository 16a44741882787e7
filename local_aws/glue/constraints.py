"""What the API's own model says of every request: required members, lengths, patterns, enums.

AWS checks a request against its service model before the operation sees it and answers with a
ValidationException that lists every violation:
https://docs.aws.amazon.com/glue/latest/webapi/CommonErrors.html
"""

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from botocore.model import ListShape, MapShape, OperationModel, Shape, StructureShape
from botocore.session import get_session

from local_aws.glue.errors import ValidationException
from local_aws.host.ports import Request

# botocore's list of worker types is older than Glue's: the jobs check them by name themselves.
_OPEN_ENUMS = frozenset({"WorkerType"})
# The model writes characters beyond the BMP as surrogates, as Java's regular expressions do.
_SURROGATES = re.compile(r"\\uD800\\uDC00-\\uDBFF\\uDFFF")


def check(operation: str, request: Request) -> None:
    """Raise ValidationException if ``request`` breaks a constraint of the API's model."""
    shape = _model(operation).input_shape
    if shape is None:
        return
    problems = list(_problems(shape, request, ""))
    if problems:
        plural = "s" if len(problems) > 1 else ""
        raise ValidationException(
            f"{len(problems)} validation error{plural} detected: {'; '.join(problems)}"
        )


@cache
def _model(operation: str) -> OperationModel:
    return get_session().get_service_model("glue").operation_model(operation)


def _problems(shape: Shape, value: Any, path: str) -> Iterator[str]:
    if isinstance(shape, StructureShape):
        yield from _structure(shape, value, path)
    elif isinstance(shape, ListShape):
        yield from _size(shape, len(value), value, path)
        for index, item in enumerate(value):
            yield from _problems(shape.member, item, f"{path}.{index + 1}.member")
    elif isinstance(shape, MapShape):
        yield from _size(shape, len(value), value, path)
        for key, item in value.items():
            yield from _problems(shape.key, key, f"{path}.key")
            yield from _problems(shape.value, item, f"{path}.{key}.member")
    elif isinstance(value, str):
        yield from _text(shape, value, path)
    elif isinstance(value, (int, float)) and not isinstance(value, bool):
        yield from _size(shape, value, value, path)


def _structure(shape: StructureShape, value: Any, path: str) -> Iterator[str]:
    for name in shape.required_members:
        if value.get(name) is None:
            yield _violation(None, _join(path, name), "Member must not be null")
    for name, member in shape.members.items():
        if value.get(name) is not None:
            yield from _problems(member, value[name], _join(path, name))


def _text(shape: Shape, value: str, path: str) -> Iterator[str]:
    yield from _size(shape, len(value), value, path)
    allowed = shape.metadata.get("enum")
    if allowed and shape.name not in _OPEN_ENUMS and value not in allowed:
        yield _violation(
            value, path, f"Member must satisfy enum value set: [{', '.join(sorted(allowed))}]"
        )
    pattern = shape.metadata.get("pattern")
    if pattern and not _compile(pattern).fullmatch(value):
        yield _violation(value, path, f"Member must satisfy regular expression pattern: {pattern}")


def _size(shape: Shape, size: float, value: Any, path: str) -> Iterator[str]:
    what = "value" if isinstance(value, (int, float)) else "length"
    least, most = shape.metadata.get("min"), shape.metadata.get("max")
    if least is not None and size < least:
        relation = f"{what} greater than or equal to {least}"
        yield _violation(value, path, f"Member must have {relation}")
    if most is not None and size > most:
        relation = f"{what} less than or equal to {most}"
        yield _violation(value, path, f"Member must have {relation}")


@cache
def _compile(pattern: str) -> re.Pattern[str]:
    # One pattern (of TransactionId) has Java's \p classes: letters, numbers and punctuation.
    portable = pattern.replace(r"[\p{L}\p{N}\p{P}]", r"[^\s\x00-\x1f]")
    return re.compile(_SURROGATES.sub(r"\\U00010000-\\U0010FFFF", portable))


def _join(path: str, name: str) -> str:
    member = name[:1].lower() + name[1:]
    return f"{path}.{member}" if path else member


def _violation(value: Any, path: str, constraint: str) -> str:
    shown = "null" if value is None else f"'{value}'"
    return f"Value {shown} at '{path}' failed to satisfy constraint: {constraint}"
