"""The archive of Spark's loaded classes, with which a JVM starts in half the processor time.

https://docs.oracle.com/en/java/javase/17/docs/specs/man/java.html#application-class-data-sharing
"""

import hashlib
from collections.abc import Sequence
from pathlib import Path

# Each takes 160 MB, and every checkout and every change of the jars makes a new one.
KEPT = 3

# What it holds: what this job has touched.
TRAINING = Path(__file__).with_name("training.py")

# Java writes such archives since 13; of those Spark runs on 17 alone.
SINCE = 13


def archive_path(cache_dir: Path, java: Path, class_path: Sequence[Path]) -> Path:
    """Return where the archive for this Java, these jars and this training belongs.

    Java refuses an archive whose jars have changed since, so their times are part of the name.
    """
    digest = hashlib.sha256(str(java.resolve()).encode())
    digest.update(TRAINING.read_bytes())
    for jar in (java.resolve(), *class_path):
        stat = jar.stat()
        digest.update(f"{jar}\0{stat.st_size}\0{stat.st_mtime_ns}\n".encode())
    return cache_dir / "classes" / f"{digest.hexdigest()[:16]}.jsa"


def remove_old(folder: Path) -> None:
    """Keep the newest archives. A JVM that has one open goes on with it; others start without."""
    archives = sorted(folder.glob("*.jsa"), key=lambda path: path.stat().st_mtime, reverse=True)
    for archive in archives[KEPT:]:
        archive.unlink(missing_ok=True)


def options(archive: Path) -> list[str]:
    """Return the JVM's options to use ``archive``, none if there is none."""
    if not archive.exists():
        return []
    # Where it does not fit after all, Java goes on without it, and should say nothing on stdout.
    quiet = ["-Xlog:disable", "-Xlog:all=error:stderr"]
    return [f"-XX:SharedArchiveFile={archive}", "-Xshare:auto", *quiet]


def writing_options(target: Path) -> str:
    """Return the JVM's options to write an archive to ``target`` when it ends."""
    return f"-XX:ArchiveClassesAtExit={target} -Xlog:disable -Xlog:all=error:stderr"
