"""The settings of the job processes."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

MAVEN_CENTRAL = "https://repo1.maven.org/maven2"


@dataclass(frozen=True)
class SparkSettings:
    """How job processes are made.

    ``directory`` holds the processes' private folders; it should lie on the file system of the
    jobs' ``work_dir``. ``threads`` are Spark's task slots per job. ``idle_seconds`` is how long a
    warm spare waits for a job before it is given up, ``replenish_seconds`` how long a running job
    has the machine to itself before the next spare is started beside it. ``java_options`` go to
    each JVM, after our own and before those of a job.
    """

    directory: Path
    cache_dir: Path
    java_home: Path | None = None
    maven_url: str = MAVEN_CENTRAL
    threads: int = 2
    driver_memory: str = "1g"
    warm: bool = True
    idle_seconds: float = 900.0
    replenish_seconds: float = 10.0
    java_options: tuple[str, ...] = ()

    @classmethod
    def from_environment(cls, environment: Mapping[str, str], directory: Path) -> Self:
        """Read the settings that a person may set.

        ``LOCAL_AWS_CACHE_DIR``, ``JAVA_HOME``, ``MAVEN_REPOSITORY_URL``,
        ``LOCAL_AWS_SPARK_THREADS``, ``LOCAL_AWS_SPARK_MEMORY`` (as ``-Xmx`` takes it),
        ``LOCAL_AWS_SPARK_WARM`` (0 keeps no spare) and ``LOCAL_AWS_SPARK_JAVA_OPTIONS``.
        """
        cache = environment.get("LOCAL_AWS_CACHE_DIR")
        java_home = environment.get("JAVA_HOME")
        cores = os.cpu_count() or 2
        return cls(
            directory=directory,
            cache_dir=Path(cache) if cache else Path.home() / ".cache" / "local_aws",
            java_home=Path(java_home) if java_home else None,
            maven_url=environment.get("MAVEN_REPOSITORY_URL") or MAVEN_CENTRAL,
            threads=int(environment.get("LOCAL_AWS_SPARK_THREADS") or max(2, min(cores, 4))),
            driver_memory=environment.get("LOCAL_AWS_SPARK_MEMORY") or "1g",
            warm=environment.get("LOCAL_AWS_SPARK_WARM", "1") != "0",
            java_options=tuple(environment.get("LOCAL_AWS_SPARK_JAVA_OPTIONS", "").split()),
        )
