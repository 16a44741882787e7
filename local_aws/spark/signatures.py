"""Jars without their signatures.

PySpark's jars of Janino, which compiles Spark's generated code, are signed. Java checks each class
of theirs when it loads it, 400 in most jobs, and keeps none in an archive of classes.
https://docs.oracle.com/en/java/javase/17/docs/specs/jar/jar.html#signed-jar-file
"""

import os
import re
import tempfile
import zipfile
from pathlib import Path

SIGNED = ("janino-", "commons-compiler-")
_SIGNATURE = re.compile(r"META-INF/[^/]+\.(SF|DSA|RSA|EC)")


def unsigned(jar: Path, folder: Path) -> Path:
    """Return ``jar``, or its copy in ``folder`` without signatures if it is one of those signed.

    Their versions are in their names, so a copy is made once.
    """
    if not jar.name.startswith(SIGNED):
        return jar
    copy = folder / jar.name
    if not copy.exists():
        folder.mkdir(parents=True, exist_ok=True)
        _copy(jar, copy)
    return copy


def _copy(jar: Path, target: Path) -> None:
    """Write to a temporary neighbour and rename it, so that no half a jar is ever seen."""
    handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=f".{jar.name}.")
    try:
        with (
            zipfile.ZipFile(jar) as source,
            os.fdopen(handle, "wb") as file,
            zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as written,
        ):
            for entry in source.infolist():
                if not _SIGNATURE.fullmatch(entry.filename):
                    written.writestr(entry, source.read(entry))
        Path(temporary).rename(target)
    finally:
        Path(temporary).unlink(missing_ok=True)
