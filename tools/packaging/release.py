"""One archive with all that another repository needs of this one.

Terraform fetches it by ``source = "https://…/<archive>.zip//modules/file_pipeline"``; the module
finds ``asl/``, ``glue_scripts/`` and ``dist/`` beside itself, as in a checkout, and no Python is
needed.
"""

from pathlib import Path

from tools.packaging.archive import files_below, write
from tools.packaging.dependencies import Architecture
from tools.packaging.packages import Project

_ROOMS = ("asl", "glue_scripts", "modules")
_PAPERS = ("LICENSE", "README.md")
_NOT_RELEASED = frozenset({".terraform", "tests"})


def make_release(root: Path, architecture: Architecture, version: str) -> Path:
    """Make the packages and the archive around them, and return its path.

    Raises PackagingError.
    """
    project = Project(root, architecture)
    contents = {
        made.path.relative_to(root).as_posix(): made.path
        for made in project.make()
        # The examples themselves are not released.
        if not made.path.is_relative_to(project.dist / "examples")
    }
    for room in _ROOMS:
        contents |= {
            name: path
            for name, path in files_below(root / room, f"{room}/").items()
            if not _NOT_RELEASED & set(Path(name).parts) and path.name != ".terraform.lock.hcl"
        }
    contents |= {name: root / name for name in _PAPERS if (root / name).is_file()}
    archive = project.dist / "release" / f"aws-data-pipelines-{version}-{architecture}.zip"
    write(archive, contents)
    return archive
