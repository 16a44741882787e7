"""The command that starts a JVM in which a Python process can make its SparkContext."""

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from . import archive, conf, jars
from .java import find_java
from .settings import SparkSettings
from .signatures import unsigned

# What Spark's own start script passes on Java 9 and later (Java 8 ignores it, as told first).
# https://github.com/apache/spark/blob/v3.5.6/launcher/src/main/java/org/apache/spark/launcher/JavaModuleOptions.java
OPENED = (
    "java.lang",
    "java.lang.invoke",
    "java.lang.reflect",
    "java.io",
    "java.net",
    "java.nio",
    "java.util",
    "java.util.concurrent",
    "java.util.concurrent.atomic",
    "jdk.internal.ref",
    "sun.nio.ch",
    "sun.nio.cs",
    "sun.security.action",
    "sun.util.calendar",
)
# Jobs are short: what runs ten times as often as usual is worth the thorough compiler. Measured,
# with the archive of classes: a small job takes 2.7 s of processor time instead of 3.7 (6.5 without
# the archive), 340 MB of CSV to Parquet 14 s instead of 16.
COMPILER = (
    "-XX:Tier4InvocationThreshold=50000",
    "-XX:Tier4MinInvocationThreshold=6000",
    "-XX:Tier4CompileThreshold=150000",
    "-XX:Tier4BackEdgeThreshold=400000",
)
LOGGING = Path(__file__).with_name("log4j2.properties")


class JvmCommand:
    """Finds Java and the jars once, then builds commands."""

    def __init__(self, settings: SparkSettings) -> None:
        self._settings = settings
        self._lock = threading.Lock()
        self._found: _Found | None = None

    @property
    def java(self) -> Path:
        """The ``java`` executable."""
        return self.find().java

    @property
    def archive(self) -> Path:
        """Where the archive of classes is, or belongs."""
        return self.find().archive

    def datalake_jars(self, formats: Sequence[str]) -> tuple[Path, ...]:
        """Return the jars of ``--datalake-formats``, downloading them if need be.

        Raises SparkError.
        """
        wanted = tuple(jar for name in formats for jar in jars.DATALAKE_FORMATS[name])
        return jars.resolve(self._settings.cache_dir, self._settings.maven_url, wanted)

    def find(self) -> "_Found":
        """Find Java and the jars, unless that is done. Raises SparkError."""
        with self._lock:
            if self._found is None:
                self._found = _find(self._settings)
            return self._found

    def build(
        self,
        private: Path,
        extra_jars: tuple[Path, ...] = (),
        overrides: Mapping[str, str] | None = None,
    ) -> list[str]:
        """Return the command of a JVM that serves Python, with its files under ``private``.

        ``extra_jars`` come last on the class path, as on Glue without --user-jars-first; of
        ``overrides`` those in ``conf.JVM_ONLY`` count. Raises SparkError when there is no Java or
        the jars cannot be had.
        """
        found = self.find()
        wanted = overrides or {}
        class_path = [str(jar) for jar in (*found.class_path, *extra_jars)]
        if extra := wanted.get("spark.driver.extraClassPath"):
            class_path.append(extra)
        own_options = [
            *wanted.get("spark.driver.defaultJavaOptions", "").split(),
            *wanted.get("spark.driver.extraJavaOptions", "").split(),
        ]
        properties = conf.jvm_properties(self._settings, private)
        return [
            str(found.java),
            "-XX:+IgnoreUnrecognizedVMOptions",
            f"-Xmx{wanted.get('spark.driver.memory', self._settings.driver_memory)}",
            "-XX:+UseParallelGC",
            # Spark's classes fill 100 MB; from 21 MB on the JVM would collect all garbage for them.
            "-XX:MetaspaceSize=256m",
            # A driver out of memory ends at once, and not after minutes of collecting garbage.
            "-XX:+ExitOnOutOfMemoryError",
            *COMPILER,
            *self._settings.java_options,
            *([] if own_options else archive.options(found.archive)),
            *(f"--add-opens=java.base/{package}=ALL-UNNAMED" for package in OPENED),
            "-Djdk.reflect.useDirectMethodHandle=false",
            "-Dfile.encoding=UTF-8",
            "-Duser.timezone=UTC",
            f"-Djava.io.tmpdir={private / 'tmp'}",
            f"-Dlog4j2.configurationFile={LOGGING.as_uri()}",
            *(f"-D{name}={value}" for name, value in properties.items()),
            *own_options,
            "-cp",
            ":".join(class_path),
            # spark-submit would start a JVM to compose the command, and this in a second one.
            "org.apache.spark.api.python.PythonGatewayServer",
        ]


@dataclass(frozen=True)
class _Found:
    java: Path
    class_path: tuple[Path, ...]
    archive: Path


def _find(settings: SparkSettings) -> _Found:
    import pyspark

    own = jars.resolve(settings.cache_dir, settings.maven_url)
    java = find_java(settings.java_home)
    # One by one and sorted: the archive of classes holds for one order of jars only.
    spark_jars = sorted((Path(pyspark.__file__).parent / "jars").glob("*.jar"))
    copies = settings.cache_dir / "jars" / "unsigned"
    class_path = (*(unsigned(jar, copies) for jar in spark_jars), *own)
    return _Found(java, class_path, archive.archive_path(settings.cache_dir, java, class_path))
