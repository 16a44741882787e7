"""What a job asks to import: ``--extra-py-files`` and ``--additional-python-modules``.

https://docs.aws.amazon.com/glue/latest/dg/aws-glue-programming-python-libraries.html
"""

import importlib
import pkgutil
import shutil
import sys
import zipfile
from collections.abc import Sequence
from importlib import metadata
from pathlib import Path

from packaging.requirements import InvalidRequirement, Requirement

# What most Spark jobs import, so that a process which waits for its job has it already.
COMMON = ("pyspark.sql.functions", "awsglue.context", "awsglue.job", "awsglue.transforms")


class MissingModuleError(Exception):
    """A module of ``--additional-python-modules`` is not installed."""


def preload() -> None:
    """Import what most Spark jobs import."""
    for name in COMMON:
        importlib.import_module(name)


def give_way(entries: Sequence[str]) -> None:
    """Forget imported modules that the job brings itself, so that its own are imported.

    PySpark stays: it belongs to the JVM beside it.
    """
    own = {module.name for module in pkgutil.iter_modules(entries)} - {"pyspark", "py4j"}
    for name in [name for name in sys.modules if name.partition(".")[0] in own]:
        del sys.modules[name]


def python_path(py_files: Sequence[str], folder: Path) -> list[str]:
    """Return the entries of ``sys.path`` that make ``py_files`` importable.

    A module (.py) is copied into ``folder``, a wheel unpacked there, because it may hold native
    code; a .zip or .egg is imported from as it is.
    """
    folder.mkdir(parents=True, exist_ok=True)
    entries = [str(folder)]
    for name in py_files:
        path = Path(name)
        if path.suffix == ".py":
            shutil.copy(path, folder / path.name)
        elif path.suffix == ".whl":
            unpacked = folder / path.stem
            with zipfile.ZipFile(path) as wheel:
                wheel.extractall(unpacked)
            entries.append(str(unpacked))
        else:
            entries.append(str(path))
    return entries


def check_modules(requirements: Sequence[str]) -> None:
    """Raise MissingModuleError for what is not installed; warn where the version differs."""
    missing = []
    for text in requirements:
        try:
            wanted = Requirement(text)
        except InvalidRequirement as error:
            raise MissingModuleError(
                f"--additional-python-modules: {text!r} is not a requirement such as "
                f"'name==1.2.3' ({error}). Pass a wheel with --extra-py-files instead"
            ) from error
        try:
            found = metadata.version(wanted.name)
        except metadata.PackageNotFoundError:
            missing.append(text)
            continue
        if not wanted.specifier.contains(found, prereleases=True):
            sys.stderr.write(f"WARN --additional-python-modules: {text} asked, {found} used\n")
    if missing:
        raise MissingModuleError(
            f"--additional-python-modules: {', '.join(missing)} not installed. The local AWS "
            "installs nothing at run time: install it into the environment that it runs in "
            f"(pip install {' '.join(repr(text) for text in missing)})"
        )
