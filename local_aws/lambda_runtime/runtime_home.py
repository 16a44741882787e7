"""The folder that stands for ``/var/runtime``: what AWS's Python runtime brings with it.

A function sees its own package, its layers, this folder and the standard library, and nothing else
of the virtual environment. One that forgot to package a library fails here as it would on AWS.
https://docs.aws.amazon.com/lambda/latest/dg/python-package.html#python-package-searchpath
"""

import importlib.metadata
import shutil
from pathlib import Path

from local_aws.lambda_runtime import bootstrap

# https://docs.aws.amazon.com/lambda/latest/dg/lambda-python.html: the runtime includes boto3 and
# its dependencies; the runtime interface client and its own come with it.
DISTRIBUTIONS = (
    "awslambdaric",
    "boto3",
    "botocore",
    "jmespath",
    "python-dateutil",
    "s3transfer",
    "simplejson",
    "six",
    "snapshot-restore-py",
    "urllib3",
)
BOOTSTRAP = "bootstrap.py"


def build(folder: Path) -> Path:
    """Fill ``folder`` with links to the runtime's libraries and our bootstrap; return it."""
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(bootstrap.__file__, folder / BOOTSTRAP)
    for name in DISTRIBUTIONS:
        for entry in _top_level_entries(name):
            link = folder / entry.name
            if not link.exists():
                link.symlink_to(entry)
    return folder


def _top_level_entries(distribution: str) -> set[Path]:
    """Return the files and folders that a distribution puts into site-packages, metadata too."""
    files = importlib.metadata.files(distribution)
    if not files:
        raise importlib.metadata.PackageNotFoundError(distribution)
    # Scripts are recorded as ../../../bin/…
    tops = {file.parts[0] for file in files} - {"..", "__pycache__"}
    root = Path(str(importlib.metadata.distribution(distribution).locate_file("")))
    return {root / top for top in tops}
