"""The files below a path, through Hadoop: on S3 and on disk alike."""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from pyspark.sql import SparkSession


@dataclass(frozen=True)
class File:
    """A file. ``modified`` is in milliseconds since 1970, ``size`` in bytes."""

    path: str
    size: int
    modified: int


def list_files(session: SparkSession, path: str, recurse: bool) -> list[File]:
    """Return the files below ``path``, or the file itself; none if there is nothing.

    Those whose names begin with ``_`` or ``.`` are left out, as Spark does.
    """
    jvm = session._jvm
    folder = jvm.org.apache.hadoop.fs.Path(path)
    system = folder.getFileSystem(session._jsc.hadoopConfiguration())
    if not system.exists(folder):
        return []
    found = system.listFiles(folder, recurse)
    return [file for file in _files(found) if _name(file.path)[0] not in "_."]


def _files(found: Any) -> Iterator[File]:
    while found.hasNext():
        status = found.next()
        yield File(status.getPath().toString(), status.getLen(), status.getModificationTime())


def _name(path: str) -> str:
    return path.rstrip("/").rsplit("/", 1)[-1] or "."


def parse_exclusions(text: str | Sequence[str]) -> tuple[re.Pattern[str], ...]:
    """Return the patterns of ``exclusions``, a JSON list of globs. Raises ValueError.

    https://docs.aws.amazon.com/glue/latest/dg/aws-glue-programming-etl-connect-s3-home.html
    """
    globs = json.loads(text) if isinstance(text, str) else list(text)
    if not isinstance(globs, list):
        raise ValueError(f'exclusions must be a JSON list such as ["**.pdf"], not {text!r}')
    return tuple(re.compile(_glob(glob)) for glob in globs)


def excluded(path: str, root: str, patterns: Sequence[re.Pattern[str]]) -> bool:
    """Whether one of ``patterns`` matches ``path`` relative to ``root``, or as a whole."""
    below = path.split(root.rstrip("/") + "/", 1)[-1]
    return any(pattern.fullmatch(below) or pattern.fullmatch(path) for pattern in patterns)


def _glob(glob: str) -> str:
    """Turn a glob into a regular expression: ``*`` stays within a folder, ``**`` does not."""
    pieces = re.split(r"(\*\*|\*|\?|\[[^\]]*\]|\{[^}]*\})", glob)
    made = []
    for piece in pieces:
        if piece == "**":
            made.append(".*")
        elif piece == "*":
            made.append("[^/]*")
        elif piece == "?":
            made.append("[^/]")
        elif piece.startswith("[") and piece.endswith("]"):
            made.append(piece.replace("[!", "[^", 1))
        elif piece.startswith("{") and piece.endswith("}"):
            made.append("(?:" + "|".join(_glob(one) for one in piece[1:-1].split(",")) + ")")
        else:
            made.append(re.escape(piece))
    return "".join(made)
