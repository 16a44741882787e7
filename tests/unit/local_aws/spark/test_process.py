"""Real job processes, without an AWS."""

import os
import signal
import subprocess
import sys
import textwrap
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import psutil
import pytest

from local_aws.spark.errors import JavaNotFoundError, PoolClosedError
from local_aws.spark.process import WORKING_FOLDER, JobPool, JobProcess, JobResult, JobSpec
from local_aws.spark.settings import SparkSettings
from tests.wait import wait_until

ENVIRONMENT = {
    "AWS_ENDPOINT_URL": "http://localhost:1",
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "AWS_REGION": "us-east-1",
    "JOB_NAME": "the-job",
}
PATIENCE = 240.0
MakeSpec = Callable[..., JobSpec]


@pytest.fixture
def settings(tmp_path: Path) -> SparkSettings:
    found = SparkSettings.from_environment(os.environ, tmp_path / "pool")
    return replace(found, warm=False)


@pytest.fixture
def pool(settings: SparkSettings) -> Iterator[JobPool]:
    made = JobPool(settings)
    yield made
    made.close()


@pytest.fixture
def spec(tmp_path: Path) -> MakeSpec:
    """Make the spec of a run of a script's text."""
    count = iter(range(100))

    def make(source: str, kind: str = "pythonshell", **more: Any) -> JobSpec:
        work_dir = tmp_path / f"run{next(count)}"
        work_dir.mkdir()
        script = work_dir / "script.py"
        script.write_text(textwrap.dedent(source))
        members: dict[str, Any] = {
            "kind": kind, "script": script, "argv": (), "py_files": (), "jars": (),
            "work_dir": work_dir, "environment": ENVIRONMENT, "spark_conf": {},
            "python_modules": (),
        }  # fmt: skip
        return JobSpec(**members | more)

    return make


def finish(job: JobProcess) -> JobResult:
    result = job.wait(PATIENCE)
    assert result is not None, f"still running; {job.stderr.read_text()}"
    return result


SUCCESS = JobResult(succeeded=True, error_message=None)


def test_a_script_gets_its_arguments_and_environment(pool: JobPool, spec: MakeSpec) -> None:
    job = pool.start(
        spec(
            """
            import os, sys
            print(__name__, sys.argv[1:], os.environ["AWS_ENDPOINT_URL"])
            print("to stderr", file=sys.stderr)
            """,
            argv=("--a", "b c", "--d", ""),
        )
    )
    assert finish(job) == SUCCESS
    assert job.stdout.read_text() == "__main__ ['--a', 'b c', '--d', ''] http://localhost:1\n"
    assert job.stderr.read_text() == "to stderr\n"


def test_nothing_of_the_server_and_the_person_reaches_a_job(
    pool: JobPool, spec: MakeSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECRET_OF_THE_SERVER", "x")
    job = pool.start(
        spec(
            """
            import os, sys, importlib.util
            assert "SECRET_OF_THE_SERVER" not in os.environ
            assert not os.path.exists(os.path.expanduser("~/.aws"))
            assert sys.stdin.read() == ""
            for name in ("local_aws", "functions", "tools", "tests"):
                assert importlib.util.find_spec(name) is None, name
            import awsglue.utils
            """
        )
    )
    assert finish(job) == SUCCESS, job.stderr.read_text()


def test_a_script_finds_its_extra_files_beside_it_and_none_of_ours(
    pool: JobPool, spec: MakeSpec
) -> None:
    """https://docs.aws.amazon.com/glue/latest/dg/aws-glue-programming-etl-glue-arguments.html"""
    run = spec(
        """
        import json, os
        assert sorted(os.listdir(".")) == ["result.json", "spec.json"], os.listdir(".")
        assert json.load(open("result.json")) == ["mine"]
        raise ValueError("told all the same")
        """
    )
    folder = run.work_dir / WORKING_FOLDER
    folder.mkdir()
    for name in ("result.json", "spec.json"):
        (folder / name).write_text('["mine"]')
    assert finish(pool.start(run)) == JobResult(False, "ValueError: told all the same")


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("raise ValueError('no rows')", "ValueError: no rows"),
        ("raise KeyError", "KeyError"),
        ("import sys; sys.exit(3)", "SystemExit: 3"),
        ("import sys; sys.exit('bad')", "SystemExit: bad"),
        ("def f(:", "SyntaxError: invalid syntax (script.py, line 1)"),
        ("import os; os._exit(4)", "Command failed with exit code 4"),
        ("import os; os.kill(os.getpid(), 9)", "Command failed with exit code 137"),
    ],
)
def test_failures_are_told_as_glue_tells_them(
    pool: JobPool, spec: MakeSpec, source: str, message: str
) -> None:
    assert finish(pool.start(spec(source))) == JobResult(False, message)


def test_a_missing_module_is_told_with_advice(pool: JobPool, spec: MakeSpec) -> None:
    result = finish(pool.start(spec("import no_such_module")))
    assert result.error_message is not None
    assert result.error_message.startswith(
        "ModuleNotFoundError: No module named 'no_such_module'; pass it with --extra-py-files"
    )


@pytest.mark.parametrize("code", ["", "0", "None"])
def test_exiting_with_nothing_or_zero_is_success(pool: JobPool, spec: MakeSpec, code: str) -> None:
    assert finish(pool.start(spec(f"import sys; sys.exit({code})"))) == SUCCESS


def test_the_traceback_begins_at_the_script(pool: JobPool, spec: MakeSpec) -> None:
    job = pool.start(spec("def f():\n    1 / 0\n\nf()\n"))
    assert finish(job) == JobResult(False, "ZeroDivisionError: division by zero")
    lines = job.stderr.read_text().splitlines()
    assert lines[0] == "Traceback (most recent call last):"
    assert "script.py" in lines[1]
    assert "runpy" not in job.stderr.read_text()


def test_py_files_of_each_kind_are_importable(
    pool: JobPool, spec: MakeSpec, tmp_path: Path
) -> None:
    (tmp_path / "loose.py").write_text("VALUE = 'loose'\n")
    for name in ("packed.zip", "wheeled-1.0-py3-none-any.whl", "egged.egg"):
        package = name.split(".", 1)[0].split("-", 1)[0]
        with zipfile.ZipFile(tmp_path / name, "w") as archive:
            archive.writestr(f"{package}/__init__.py", f"VALUE = {package!r}\n")
    names = ("loose.py", "packed.zip", "wheeled-1.0-py3-none-any.whl", "egged.egg")
    job = pool.start(
        spec(
            "import loose, packed, wheeled, egged\n"
            "print(loose.VALUE, packed.VALUE, wheeled.VALUE, egged.VALUE)",
            py_files=tuple(tmp_path / name for name in names),
        )
    )
    assert finish(job) == SUCCESS, job.stderr.read_text()
    assert job.stdout.read_text() == "loose packed wheeled egged\n"


def test_additional_modules_must_be_installed(pool: JobPool, spec: MakeSpec) -> None:
    good = pool.start(spec("import boto3", python_modules=("boto3", "pyarrow==0.0.1")))
    assert finish(good) == SUCCESS
    assert "WARN --additional-python-modules: pyarrow==0.0.1 asked" in good.stderr.read_text()
    bad = finish(pool.start(spec("", python_modules=("no-such-thing==1.0", "boto3"))))
    assert "no-such-thing==1.0 not installed" in str(bad.error_message)
    assert "pip install 'no-such-thing==1.0'" in str(bad.error_message)
    odd = finish(pool.start(spec("", python_modules=("s3://b/x.whl",))))
    assert "--extra-py-files" in str(odd.error_message)


def processes_of(work_dir: Path) -> list[psutil.Process]:
    """The processes whose files show that they belong to the run or its pool."""
    root = str(work_dir.parent)
    return [
        one
        for one in psutil.process_iter(["cmdline", "environ"])
        if root in " ".join(one.info["cmdline"] or ()) or root in str(one.info["environ"] or "")
    ]


def test_stop_kills_the_script_and_its_children(pool: JobPool, spec: MakeSpec) -> None:
    given = spec(
        """
        import subprocess, sys, time
        subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
        print("up", flush=True)
        time.sleep(600)
        """
    )
    job = pool.start(given)
    wait_until(lambda: job.stdout.read_text() == "up\n", describe=job.stderr.read_text)
    assert job.wait(0.01) is None
    job.stop()
    assert finish(job) == JobResult(False, "The job run was stopped")
    job.stop()
    wait_until(lambda: not processes_of(given.work_dir), describe="the processes' end")


def test_nothing_outlives_a_killed_server(tmp_path: Path) -> None:
    (tmp_path / "script.py").write_text("import time\nprint('up', flush=True)\ntime.sleep(600)\n")
    (tmp_path / "work").mkdir()
    server = f"""
import os, time
from pathlib import Path
from local_aws.spark.process import JobPool, JobSpec
from local_aws.spark.settings import SparkSettings
root = Path({str(tmp_path)!r})
pool = JobPool(SparkSettings.from_environment(os.environ, root / "pool"))
pool.start(JobSpec("pythonshell", root / "script.py", (), (), (), root / "work", {{}}, {{}}, ()))
time.sleep(600)
"""
    process = subprocess.Popen([sys.executable, "-c", server], cwd=Path(__file__).parents[4])
    try:
        log = tmp_path / "work" / "stdout.log"
        wait_until(lambda: log.exists() and log.read_text() == "up\n", describe="the job")
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
    wait_until(lambda: not processes_of(tmp_path / "work"), describe="the processes' end")


def test_a_closed_pool_starts_nothing(pool: JobPool, spec: MakeSpec) -> None:
    running = pool.start(spec("import time; time.sleep(600)"))
    pool.close()
    assert finish(running).succeeded is False
    with pytest.raises(PoolClosedError):
        pool.start(spec(""))


def test_no_java_fails_the_start_with_advice(
    settings: SparkSettings, spec: MakeSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    from local_aws.spark import java

    monkeypatch.setattr(java, "_candidates", lambda _: iter(()))
    with pytest.raises(JavaNotFoundError, match="Install one"):
        JobPool(settings).start(spec("", kind="glueetl"))


@pytest.mark.spark
def test_each_way_to_a_spark_context_works(pool: JobPool, spec: MakeSpec) -> None:
    job = pool.start(
        spec(
            """
            from pyspark.context import SparkContext
            from pyspark.sql import SparkSession
            from awsglue.context import GlueContext
            from pyspark.sql.functions import udf
            import os
            sc = SparkContext()
            assert SparkContext.getOrCreate() is sc
            spark = SparkSession.builder.appName("ignored").getOrCreate()
            assert spark.sparkContext is sc
            assert GlueContext(sc).spark_session is not None
            zone = spark.conf.get("spark.sql.session.timeZone")
            print(sc.appName, sc.master, zone, os.environ["TZ"])
            spark.range(2).select(udf(lambda n: os.environ["JOB_NAME"])("id").alias("n")).show()
            """,
            kind="glueetl",
            spark_conf={"spark.master": "local[1]"},
        )
    )  # fmt: skip
    assert finish(job) == SUCCESS, job.stderr.read_text()
    first, *table = job.stdout.read_text().splitlines()
    assert first == "the-job local[1] UTC UTC"
    assert table[3] == "|the-job|"


@pytest.mark.spark
def test_errors_of_spark_are_told_by_their_cause(pool: JobPool, spec: MakeSpec) -> None:
    job = pool.start(
        spec(
            """
            from pyspark.sql import SparkSession
            spark = SparkSession.builder.getOrCreate()
            try:
                spark.sql("select nope from range(1)").show()
            except Exception as error:
                print(type(error).__name__)
            def fail(n):
                raise ValueError(f"bad record {n}")
            spark.sparkContext.parallelize([7], 1).map(fail).collect()
            """,
            kind="glueetl",
        )
    )
    result = finish(job)
    assert job.stdout.read_text() == "AnalysisException\n"
    assert str(result.error_message).startswith("Py4JJavaError: An error occurred while calling")
    assert "ValueError: bad record 7" in str(result.error_message)


@pytest.mark.spark
def test_a_driver_out_of_memory_is_told_as_glue_tells_it(pool: JobPool, spec: MakeSpec) -> None:
    """https://docs.aws.amazon.com/glue/latest/dg/monitor-profile-debug-oom-abnormalities.html"""
    job = pool.start(
        spec(
            """
            from pyspark.context import SparkContext
            SparkContext()._jvm.java.nio.ByteBuffer.allocate(1_900_000_000)
            """,
            kind="glueetl",
            spark_conf={"spark.driver.memory": "512m"},
        )
    )
    assert finish(job).error_message == (
        "Command failed with exit code 1: the Spark driver ran out of memory"
    )


@pytest.mark.spark
def test_extra_jars_are_on_the_class_path(pool: JobPool, spec: MakeSpec, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "extra.jar", "w") as jar:
        jar.writestr("extra/resource.txt", "found")
    job = pool.start(
        spec(
            """
            from pyspark.context import SparkContext
            jvm = SparkContext()._jvm
            loader = jvm.java.lang.ClassLoader.getSystemClassLoader()
            print(loader.getResource("extra/resource.txt") is not None)
            """,
            kind="glueetl",
            jars=(tmp_path / "extra.jar",),
        )
    )
    assert finish(job) == SUCCESS, job.stderr.read_text()
    assert job.stdout.read_text() == "True\n"


@pytest.mark.spark
def test_a_job_may_bring_its_own_edition_of_a_library(
    pool: JobPool, spec: MakeSpec, tmp_path: Path
) -> None:
    with zipfile.ZipFile(tmp_path / "libs.zip", "w") as archive:
        archive.writestr("boto3/__init__.py", "VERSION = 'own'\n")
        archive.writestr("boto3/part.py", "")
    job = pool.start(
        spec(
            "import boto3, boto3.part\nprint(boto3.VERSION)",
            kind="glueetl",
            py_files=(tmp_path / "libs.zip",),
        )
    )
    assert finish(job) == SUCCESS, job.stderr.read_text()
    assert job.stdout.read_text() == "own\n"


@pytest.mark.spark
def test_a_warm_process_serves_one_job_and_leaks_nothing(
    settings: SparkSettings, spec: MakeSpec
) -> None:
    pool = JobPool(replace(settings, warm=True, replenish_seconds=0.0))
    source = """
        import builtins, os, sys
        from pyspark.sql import SparkSession
        spark = SparkSession.builder.getOrCreate()
        assert not hasattr(builtins, "left_over")
        builtins.left_over = True
        assert "LEFT_OVER" not in os.environ
        os.environ["LEFT_OVER"] = "1"
        assert spark.conf.get("spark.left.over", "none") == "none"
        spark.sparkContext._jvm.java.lang.System.setProperty("spark.left.over", "1")
        assert not spark.catalog.listTables()
        spark.range(1).createOrReplaceTempView("left_over")
        print(spark.sparkContext._jvm.java.lang.ProcessHandle.current().pid())
        """
    try:
        pool.warm_up()
        wait_until(lambda: pool.spares == 1, PATIENCE, "a spare")
        jvms = set()
        for _ in range(3):
            job = pool.start(spec(source, kind="glueetl"))
            assert finish(job) == SUCCESS, job.stderr.read_text()
            jvms.add(job.stdout.read_text())
            wait_until(lambda: pool.spares == 1, PATIENCE, "the next spare")
        assert len(jvms) == 3
    finally:
        pool.close()
    assert list(settings.directory.iterdir()) == []
    wait_until(lambda: not processes_of(settings.directory), describe="the processes' end")


@pytest.mark.spark
def test_an_idle_spare_is_given_up(settings: SparkSettings) -> None:
    pool = JobPool(replace(settings, warm=True, idle_seconds=0.2))
    try:
        pool.warm_up()
        wait_until(lambda: pool.spares == 1, PATIENCE, "a spare", interval=0.01)
        wait_until(lambda: pool.spares == 0, PATIENCE, "its end")
        wait_until(lambda: not list(settings.directory.iterdir()), PATIENCE, "its folder's end")
    finally:
        pool.close()


@pytest.mark.spark
def test_stopping_a_spark_job_ends_its_workers(pool: JobPool, spec: MakeSpec) -> None:
    given = spec(
        """
        from pyspark.sql import SparkSession
        import time
        def sleep(n):
            print("working", flush=True)
            time.sleep(600)
        SparkSession.builder.getOrCreate().sparkContext.parallelize([1], 1).map(sleep).collect()
        """,
        kind="glueetl",
    )
    job = pool.start(given)
    # A worker's prints go to the error log, as on Glue they go to the executor's.
    wait_until(lambda: "working" in job.stderr.read_text(), PATIENCE, "the worker")
    job.stop()
    finish(job)
    wait_until(lambda: not processes_of(given.work_dir), describe="the processes' end")
