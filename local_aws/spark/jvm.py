"""The command that starts a JVM in which a Python process can make its SparkContext."""

from pathlib import Path

from . import conf, jars
from .java import find_java
from .settings import SparkSettings

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
LOGGING = Path(__file__).with_name("log4j2.properties")


class JvmCommand:
    """Finds Java and the jars once, then builds commands."""

    def __init__(self, settings: SparkSettings) -> None:
        self._settings = settings
        self._java: Path | None = None
        self._class_path: tuple[str, ...] = ()

    def build(
        self,
        private: Path,
        extra_jars: tuple[Path, ...] = (),
        overrides: dict[str, str] | None = None,
    ) -> list[str]:
        """Return the command of a JVM that serves Python, with its files under ``private``.

        ``extra_jars`` come first on the class path; of ``overrides`` those in ``conf.JVM_ONLY``
        count. Raises SparkError when there is no Java or the jars cannot be had.
        """
        self._find()
        wanted = overrides or {}
        class_path = [str(jar) for jar in extra_jars]
        if extra := wanted.get("spark.driver.extraClassPath"):
            class_path.append(extra)
        class_path += self._class_path
        properties = conf.jvm_properties(self._settings, private)
        return [
            str(self._java),
            "-XX:+IgnoreUnrecognizedVMOptions",
            f"-Xmx{wanted.get('spark.driver.memory', self._settings.driver_memory)}",
            "-XX:+UseParallelGC",
            # A driver out of memory ends at once, and not after minutes of collecting garbage.
            "-XX:+ExitOnOutOfMemoryError",
            *(f"--add-opens=java.base/{package}=ALL-UNNAMED" for package in OPENED),
            "-Djdk.reflect.useDirectMethodHandle=false",
            "-Dfile.encoding=UTF-8",
            "-Duser.timezone=UTC",
            f"-Djava.io.tmpdir={private / 'tmp'}",
            f"-Dlog4j2.configurationFile={LOGGING.as_uri()}",
            *(f"-D{name}={value}" for name, value in properties.items()),
            *wanted.get("spark.driver.defaultJavaOptions", "").split(),
            *wanted.get("spark.driver.extraJavaOptions", "").split(),
            "-cp",
            ":".join(class_path),
            # spark-submit would start a JVM to compose the command, and this in a second one.
            "org.apache.spark.api.python.PythonGatewayServer",
        ]

    def _find(self) -> None:
        if self._java is not None:
            return
        import pyspark

        own = jars.resolve(self._settings.cache_dir, self._settings.maven_url)
        java = find_java(self._settings.java_home)
        spark_jars = Path(pyspark.__file__).parent / "jars" / "*"
        self._class_path = (str(spark_jars), *(str(jar) for jar in own))
        self._java = java
