"""The files below a path, through Hadoop: on S3 and on disk alike."""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from pyspark.sql import SparkSession


@dataclass(frozen=True)
class File:
    """A file. ``modified`` is in milliseconds since 1970, ``size`` in bytes.

    ``root`` is the folder below which it was found, None for a file that was named itself.
    """

    path: str
    size: int
    modified: int
    root: str | None = None


def list_files(session: SparkSession, path: str, recurse: bool) -> list[File]:
    """Return the files at ``path``, a file, a folder or a glob, as Spark reads it.

    Without ``recurse`` those of the folder itself, and those in its folders ``key=value``. Names
    that begin with ``_`` or ``.`` are left out.
    """
    jvm = session._jvm
    place = jvm.org.apache.hadoop.fs.Path(path)
    system = place.getFileSystem(session._jsc.hadoopConfiguration())
    # None where there is no such bucket or folder and no glob.
    return [
        file
        for status in system.globStatus(place) or ()
        for file in _below(system, status, recurse)
    ]


def _below(system: Any, status: Any, recurse: bool) -> list[File]:
    if _hidden(status.getPath().getName()):
        return []
    if status.isFile():
        return [_file(status, None)]
    root = status.getPath().toString().rstrip("/") + "/"
    found = _files(system.listFiles(status.getPath(), True), root)
    return [file for file in found if _read_by_spark(file.path.removeprefix(root), recurse)]


def _read_by_spark(below: str, recurse: bool) -> bool:
    *folders, name = below.split("/")
    if any(map(_hidden, (*folders, name))):
        return False
    return recurse or all("=" in folder for folder in folders)


def _hidden(name: str) -> bool:
    return name.startswith(("_", ".")) and "=" not in name


def _files(found: Any, root: str) -> Iterator[File]:
    while found.hasNext():
        yield _file(found.next(), root)


def _file(status: Any, root: str | None) -> File:
    path, size = status.getPath().toString(), status.getLen()
    return File(path, size, status.getModificationTime(), root)


def literal(path: str) -> str:
    """Return ``path`` so that Spark takes no part of it for a glob."""
    return re.sub(r"([{}\[\]*?\\])", r"\\\1", path)


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
