"""``python -m local_aws.spark.prepare``: get ready what makes the first Spark job quick.

Downloads the jars and writes the archive of Spark's classes, once per machine. Jobs run without it
too, only their start takes longer.
"""

import fcntl
import os
import socket
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from local_aws import server
from local_aws.errors import LocalAwsError
from local_aws.settings import Settings

from .archive import SINCE, TRAINING, remove_old, writing_options
from .errors import SparkError
from .java import java_version
from .jvm import JvmCommand
from .process import JobPool, JobSpec
from .settings import SparkSettings

TIMEOUT_SECONDS = 600.0


def prepare(settings: SparkSettings) -> Path | None:
    """Return the archive, writing it first if there is none; None if this Java cannot.

    Raises SparkError.
    """
    command = JvmCommand(settings)
    command.find()
    version = java_version(command.java) or ""
    if not version.isdigit() or int(version) < SINCE:
        return None
    archive = command.archive
    archive.parent.mkdir(parents=True, exist_ok=True)
    with (archive.parent / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not archive.exists():
            _write(settings, archive)
        else:
            archive.touch()  # in use: not the next to be removed
        remove_old(archive.parent)
    return archive


def _write(settings: SparkSettings, archive: Path) -> None:
    """Run the training job in a JVM that writes the archive as it ends."""
    sys.stdout.write("Warming Spark's classes (about a minute, once per machine) ...\n")
    sys.stdout.flush()
    with tempfile.TemporaryDirectory(dir=archive.parent) as folder:
        work_dir, target = Path(folder) / "work", Path(folder) / "spark.jsa"
        work_dir.mkdir()
        pool = JobPool(replace(settings, directory=Path(folder) / "pool", warm=False))
        try:
            with _aws(Path(folder) / "aws", settings.cache_dir) as endpoint_url:
                job = pool.start(_training(work_dir, endpoint_url, target))
                result = job.wait(TIMEOUT_SECONDS)
        finally:
            pool.close()
        if result is None or not result.succeeded or not target.exists():
            reason = result.error_message if result else f"not done in {TIMEOUT_SECONDS:g} s"
            raise SparkError(f"The archive of Spark's classes was not written: {reason}")
        target.rename(archive)


def _training(work_dir: Path, endpoint_url: str, target: Path) -> JobSpec:
    return JobSpec(
        kind="glueetl",
        script=TRAINING,
        argv=(),
        py_files=(),
        jars=(),
        work_dir=work_dir,
        environment={
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_ENDPOINT_URL": endpoint_url,
        },
        spark_conf={"spark.driver.extraJavaOptions": writing_options(target)},
        python_modules=(),
    )


@contextmanager
def _aws(state_dir: Path, cache_dir: Path) -> Iterator[str]:
    """Start a local AWS for the training's S3; yield its address. Raises SparkError."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
    settings = Settings(port, state_dir, cache_dir)
    try:
        yield server.start(settings, owner=os.getpid()).endpoint_url.replace(
            "//localhost:", "//127.0.0.1:"
        )
    except LocalAwsError as error:
        raise SparkError(f"The training of Spark's JVM needs a local AWS. {error}") from error
    finally:
        server.stop(settings)


def main() -> int:
    """Prepare this machine and say what was done."""
    settings = SparkSettings.from_environment(os.environ, Path.cwd())
    try:
        archive = prepare(settings)
    except SparkError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    if archive is None:
        sys.stdout.write("Spark's jars are here; this Java keeps no archive of classes\n")
    else:
        sys.stdout.write(f"Spark is ready: {archive} ({archive.stat().st_size / 1e6:.0f} MB)\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
