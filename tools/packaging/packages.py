"""What there is to package, and the packages themselves."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

from tools.packaging.archive import Contents, digest, files_below, sha256, write
from tools.packaging.dependencies import PYTHON_VERSION, Architecture, dependencies
from tools.packaging.errors import PackageTooLargeError, UnknownPackageError

# https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
MAX_UNZIPPED_BYTES = 250 * 1024 * 1024
_SHARED = "common"
_GLUE_LIBRARY = "pipeline_spark"
_LEFT_OUT = "left_out.txt"
_FORMAT = "1"
_OWN_IMPORT = re.compile(r"^\s*(?:from|import) functions\.(\w+)", re.MULTILINE)
_SHARED_IMPORT = re.compile(r"^\s*(?:from|import) functions\.common\.(\w+)", re.MULTILINE)


@dataclass(frozen=True)
class Package:
    """A made package. ``fresh`` is False if it was there and nothing had changed."""

    name: str
    path: Path
    size: int
    sha256: str
    fresh: bool


@dataclass(frozen=True)
class Project:
    """The folders of a checkout, and the architecture that functions run on."""

    root: Path
    architecture: Architecture

    @property
    def dist(self) -> Path:
        """Where packages are put."""
        return self.root / "dist"

    def names(self) -> list[str]:
        """Return what can be packaged: functions, the Glue scripts' library, examples' functions.

        A function of an example is named ``<example>/<function>``.
        """
        handlers = (self.root / "functions").glob("*/handler.py")
        examples = (self.root / "examples").glob("*/functions/*/handler.py")
        return [
            *sorted(handler.parent.name for handler in handlers),
            _GLUE_LIBRARY,
            *sorted(f"{path.parents[2].name}/{path.parent.name}" for path in examples),
        ]

    def make(self, only: str | None = None) -> Iterator[Package]:
        """Make all packages, or the one named. Raises PackagingError."""
        names = self.names()
        if only is not None and only not in names:
            raise UnknownPackageError(f"There is no {only!r}. There are: {', '.join(names)}.")
        for name in [only] if only else names:
            if name == _GLUE_LIBRARY:
                yield self._make_library()
            elif "/" in name:
                yield self._make_example_function(name)
            else:
                yield self._make_function(name)

    def _make_library(self) -> Package:
        folder = self.root / "glue_scripts" / _GLUE_LIBRARY
        archive = self.dist / "glue_scripts" / f"{_GLUE_LIBRARY}.zip"
        shared = shared_modules(self.root / "functions", folder)
        return _make(_GLUE_LIBRARY, archive, {**files_below(folder, f"{_GLUE_LIBRARY}/"), **shared})

    def _make_function(self, name: str) -> Package:
        functions = self.root / "functions"
        own = {"functions/__init__.py": functions / "__init__.py"}
        for folder in (_SHARED, *used_folders(functions, name)):
            own |= files_below(functions / folder, f"functions/{folder}/")
            own.pop(f"functions/{folder}/requirements.txt", None)
            own.pop(f"functions/{folder}/{_LEFT_OUT}", None)
        libraries = dependencies(
            functions / name / "requirements.txt", self.architecture, self.dist / ".dependencies"
        )
        for folder in used_folders(functions, name):
            libraries = dict(_without(libraries, functions / folder / _LEFT_OUT))
        archive = self.dist / "functions" / f"{name}.zip"
        return _make(name, archive, {**libraries, **own}, self.architecture, PYTHON_VERSION)

    def _make_example_function(self, name: str) -> Package:
        """Package a function's folder alone: an example shares nothing and needs no libraries."""
        example, _, function = name.partition("/")
        folder = self.root / "examples" / example / "functions" / function
        archive = self.dist / "examples" / example / f"{function}.zip"
        return _make(name, archive, files_below(folder, f"{function}/"))


def used_folders(functions: Path, name: str) -> list[str]:
    """Return the function's folder and those of the functions that it imports, all the way down.

    Most functions import none; process_batch takes the steps of several in one process.
    """
    found: list[str] = []
    waiting = [name]
    while waiting:
        folder = waiting.pop()
        found.append(folder)
        for path in sorted((functions / folder).glob("**/*.py")):
            imported = set(_OWN_IMPORT.findall(path.read_text(encoding="utf-8")))
            waiting += sorted(imported - {_SHARED, *found, *waiting})
    return found


def shared_modules(functions: Path, folder: Path) -> Contents:
    """Return the modules of ``functions/common`` that code in a folder imports, all the way down.

    The Glue jobs take a few of them, by which both engines read alike, and not all that lies there.
    """
    found: dict[str, Path] = {}
    waiting = sorted(folder.glob("**/*.py"))
    while waiting:
        for name in sorted(set(_SHARED_IMPORT.findall(waiting.pop().read_text(encoding="utf-8")))):
            path = functions / _SHARED / f"{name}.py"
            if f"functions/{_SHARED}/{name}.py" not in found:
                found[f"functions/{_SHARED}/{name}.py"] = path
                waiting.append(path)
    if found:
        for package in ("functions", f"functions/{_SHARED}"):
            found[f"{package}/__init__.py"] = functions.parent / package / "__init__.py"
    return found


def _without(files: Contents, patterns_file: Path) -> Contents:
    """Return the files that match none of the patterns, one in each line; # begins a comment."""
    if not patterns_file.is_file():
        return files
    lines = (line.partition("#")[0].strip() for line in patterns_file.read_text().splitlines())
    patterns = [line for line in lines if line]
    unused = [p for p in patterns if not any(fnmatch(name, p) for name in files)]
    if unused:
        raise UnknownPackageError(f"{patterns_file}: nothing matches {', '.join(unused)}.")
    return {
        name: path
        for name, path in files.items()
        if not any(fnmatch(name, pattern) for pattern in patterns)
    }


def _make(name: str, archive: Path, contents: Contents, *conditions: str) -> Package:
    unzipped = sum(path.stat().st_size for path in contents.values())
    if unzipped > MAX_UNZIPPED_BYTES:
        raise PackageTooLargeError(
            f"{name} has {unzipped / 2**20:.0f} MB unzipped, Lambda takes 250 MB. Take libraries "
            f"out of functions/{name}/requirements.txt."
        )
    stamp = archive.parent / f".{archive.stem}.stamp"
    made_of = digest(contents, (_FORMAT, *conditions))
    known = _read_stamp(stamp)
    if archive.is_file() and known == {"made_of": made_of, "sha256": sha256(archive)}:
        return Package(name, archive, archive.stat().st_size, known["sha256"], fresh=False)
    write(archive, contents)
    made = sha256(archive)
    stamp.write_text(json.dumps({"made_of": made_of, "sha256": made}))
    return Package(name, archive, archive.stat().st_size, made, fresh=True)


def _read_stamp(stamp: Path) -> dict[str, str]:
    try:
        found = json.loads(stamp.read_text())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
