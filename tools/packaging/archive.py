"""Zip files whose bytes depend on their contents and on nothing else.

Sorted entries, one time, one mode, and no compression: compressors differ from machine to machine
(zlib, zlib-ng, Apple's), and a package whose bytes change is deployed again for nothing.
"""

import hashlib
import os
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path

_TIME = (1980, 1, 1, 0, 0, 0)
_UNIX = 3
_REGULAR_FILE = 0o100644 << 16
_LEFT_OUT_FOLDERS = frozenset({"__pycache__", ".mypy_cache", ".ruff_cache", ".pytest_cache"})
_LEFT_OUT_SUFFIXES = frozenset({".pyc", ".pyo"})

Contents = Mapping[str, Path]
"""Files by the names that they have in the archive, with ``/`` between folders."""


def files_below(folder: Path, prefix: str = "") -> dict[str, Path]:
    """Return the files of a folder by their names in an archive, without caches."""
    return {
        prefix + path.relative_to(folder).as_posix(): path
        for path in folder.rglob("*")
        if path.is_file()
        and path.suffix not in _LEFT_OUT_SUFFIXES
        and not _LEFT_OUT_FOLDERS & set(path.relative_to(folder).parts)
    }


def digest(contents: Contents, extra: Iterable[str] = ()) -> str:
    """Return a hash of names, contents and further texts that the result depends on."""
    hashed = hashlib.sha256()
    for text in extra:
        hashed.update(f"{len(text)}:{text}".encode())
    for name in sorted(contents):
        data = contents[name].read_bytes()
        hashed.update(f"{len(name)}:{name}{len(data)}:".encode())
        hashed.update(data)
    return hashed.hexdigest()


def write(archive: Path, contents: Contents) -> None:
    """Write the archive; one that is there is replaced at once when the new one is whole."""
    archive.parent.mkdir(parents=True, exist_ok=True)
    unfinished = archive.with_suffix(f".{os.getpid()}.unfinished")
    with zipfile.ZipFile(unfinished, "w", zipfile.ZIP_STORED) as target:
        for name in sorted(contents):
            entry = zipfile.ZipInfo(name, _TIME)
            entry.create_system = _UNIX
            entry.external_attr = _REGULAR_FILE
            target.writestr(entry, contents[name].read_bytes())
    unfinished.replace(archive)


def sha256(archive: Path) -> str:
    """Return the hash of a file's bytes."""
    with archive.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
