"""The jars that Spark needs beside its own, from Maven Central, kept in a cache.

``python -m local_aws.spark.jars`` fetches them ahead of time.

hadoop-aws asks for the AWS SDK's bundle of 270 MB. S3A itself touches five of its modules, so those
are taken one by one: 6 MB.
"""

import fcntl
import hashlib
import os
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from .errors import JarError
from .settings import SparkSettings

ATTEMPTS = 4
TIMEOUT_SECONDS = 60


@dataclass(frozen=True)
class Jar:
    """One artifact. ``sha256`` is that of the file at Maven Central."""

    group: str
    artifact: str
    version: str
    sha256: str

    @property
    def name(self) -> str:
        """The file's name."""
        return f"{self.artifact}-{self.version}.jar"

    def url(self, base: str) -> str:
        """Return the file's address in the Maven repository ``base``."""
        folder = "/".join((*self.group.split("."), self.artifact, self.version))
        return f"{base.rstrip('/')}/{folder}/{self.name}"


def _sdk(module: str, sha256: str) -> Jar:
    return Jar("com.amazonaws", module, "1.12.262", sha256)


# hadoop-aws must be of the version of the Hadoop client that comes with PySpark 3.5.6.
S3A_JARS = (
    Jar(
        "org.apache.hadoop",
        "hadoop-aws",
        "3.3.4",
        "53f9ae03c681a30a50aa17524bd9790ab596b28481858e54efd989a826ed3a4a",
    ),
    _sdk("aws-java-sdk-core", "06fed99f929c389e168278c1b111aaf1afb270d07202fbbce92e73d1e4279678"),
    _sdk("aws-java-sdk-s3", "a0cb7580178bc0d4d3558295a5bb890008478da8a6b3241989c71238b0ed3be5"),
    _sdk("aws-java-sdk-kms", "c00f5ae7b334255f661d85512e7203af9523a04fb65d0c431c2eea2003ed8ae2"),
    _sdk("aws-java-sdk-sts", "659f48d8ebc02025c5042cc4b925f62610e81f334498f1b9e7a271ce20ecbcae"),
    _sdk(
        "aws-java-sdk-dynamodb", "7af4ba06d0d9b3c2ab435089caecd0567810d203aa285f7aa72861f1964d442e"
    ),
    _sdk("jmespath-java", "9001ea993a45d82a2d3086edcbda8a40b4e012d049a70fbf071fd329c0fbd777"),
)
# The SerDe for the catalog's JSON tables, of the version of PySpark's own Hive.
HIVE_JARS = (
    Jar(
        "org.apache.hive.hcatalog",
        "hive-hcatalog-core",
        "2.3.9",
        "24fa64f383a5e383de368a43e616c001d3145349c434d31e29b08c4d6eb4824a",
    ),
)
EVERY_JOB = (*S3A_JARS, *HIVE_JARS)
# What --datalake-formats may name, in the versions of Glue 5.1; 112 MB, fetched when first asked.
# https://docs.aws.amazon.com/glue/latest/dg/aws-glue-programming-etl-format-iceberg.html
DATALAKE_FORMATS = {
    "iceberg": (
        Jar(
            "org.apache.iceberg",
            "iceberg-spark-runtime-3.5_2.12",
            "1.10.0",
            "70f9471870b2d456167d703c829f098a446b86bb1379eee338c0efa03a341026",
        ),
        Jar(
            "org.apache.iceberg",
            "iceberg-aws-bundle",
            "1.10.0",
            "172370cfc32a5f1ae5399b210e86fc04a366dc29a112d97ac8ffc74df7525596",
        ),
    )
}


def resolve(
    cache_dir: Path, maven_url: str, jars: tuple[Jar, ...] = EVERY_JOB, pause: float = 1.0
) -> tuple[Path, ...]:
    """Return the local files of ``jars``, downloading what the cache lacks.

    ``pause`` is the first wait between two attempts, in seconds. Processes that do this at once
    wait for each other. Raises JarError.
    """
    folder = cache_dir / "jars"
    paths = tuple(folder / jar.name for jar in jars)
    if all(path.exists() for path in paths):
        return paths
    folder.mkdir(parents=True, exist_ok=True)
    with _lock(folder / ".lock"):
        for jar, path in zip(jars, paths, strict=True):
            if not path.exists():
                _download(jar, jar.url(maven_url), path, pause)
    return paths


def _download(jar: Jar, url: str, path: Path, pause: float) -> None:
    for attempt in range(1, ATTEMPTS + 1):
        try:
            _fetch(jar, url, path)
            return
        except (OSError, urllib.error.URLError) as error:
            # A missing file or a refused address does not come back by waiting.
            final = isinstance(error, urllib.error.HTTPError) and 400 <= error.code < 429
            if final or attempt == ATTEMPTS:
                raise JarError(
                    f"Could not download {url}: {error}. Glue jobs need it once; with a "
                    "network run `python -m local_aws.spark.jars`, or set MAVEN_REPOSITORY_URL "
                    f"to a mirror, or put {jar.name} into {path.parent}."
                ) from error
            time.sleep(pause * 2 ** (attempt - 1))


def _fetch(jar: Jar, url: str, path: Path) -> None:
    """Download to a temporary neighbour and rename it, so that no half a jar is ever seen."""
    if not url.startswith(("http://", "https://", "file://")):
        raise JarError(f"MAVEN_REPOSITORY_URL must be an http, https or file address, not {url!r}.")
    digest = hashlib.sha256()
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{jar.name}.")
    try:
        with (
            os.fdopen(handle, "wb") as target,
            urllib.request.urlopen(url, timeout=TIMEOUT_SECONDS) as source,  # noqa: S310 - checked above
        ):
            while chunk := source.read(1 << 18):
                digest.update(chunk)
                target.write(chunk)
        if digest.hexdigest() != jar.sha256:
            raise JarError(
                f"{url} is not the pinned file: its SHA-256 is {digest.hexdigest()}, expected "
                f"{jar.sha256}. Check what MAVEN_REPOSITORY_URL points at."
            )
        Path(temporary).rename(path)
    finally:
        Path(temporary).unlink(missing_ok=True)


@contextmanager
def _lock(path: Path) -> Iterator[None]:
    with path.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def main() -> int:
    """Fetch the jars into the cache and say where they are."""
    settings = SparkSettings.from_environment(os.environ, Path.cwd())
    try:
        paths = resolve(settings.cache_dir, settings.maven_url)
    except JarError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    size = sum(path.stat().st_size for path in paths)
    sys.stdout.write(f"{len(paths)} jars, {size / 1e6:.1f} MB, in {paths[0].parent}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
