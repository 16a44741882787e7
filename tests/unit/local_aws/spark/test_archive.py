"""https://docs.oracle.com/en/java/javase/17/docs/specs/man/java.html#application-class-data-sharing"""

import os
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from local_aws.spark.archive import KEPT, archive_path, options, remove_old
from local_aws.spark.jvm import JvmCommand
from local_aws.spark.prepare import prepare
from local_aws.spark.settings import SparkSettings


def test_the_archive_is_another_for_other_jars(tmp_path: Path) -> None:
    java, jar = tmp_path / "java", tmp_path / "a.jar"
    java.write_text("")
    jar.write_text("")
    first = archive_path(tmp_path, java, [jar])
    assert archive_path(tmp_path, java, [jar]) == first
    os.utime(jar, (1, 1))
    assert archive_path(tmp_path, java, [jar]) != first


def test_only_the_newest_archives_stay(tmp_path: Path) -> None:
    archives = [tmp_path / f"{age}.jsa" for age in range(KEPT + 2)]
    for age, archive in enumerate(archives):
        archive.touch()
        os.utime(archive, (1_000_000 - age, 1_000_000 - age))
    (tmp_path / ".lock").touch()
    remove_old(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {
        ".lock",
        *(archive.name for archive in archives[:KEPT]),
    }


def test_without_archive_there_are_no_options(tmp_path: Path) -> None:
    assert options(tmp_path / "none.jsa") == []


@pytest.fixture
def command(tmp_path: Path) -> JvmCommand:
    settings = SparkSettings.from_environment(os.environ, tmp_path)
    if prepare(settings) is None:
        pytest.skip("this Java keeps no archive of classes")
    return JvmCommand(replace(settings, warm=False))


@pytest.mark.spark
def test_a_jvm_takes_its_classes_from_the_archive(command: JvmCommand, tmp_path: Path) -> None:
    log = tmp_path / "classes.log"
    given = command.build(tmp_path)
    at = given.index("-cp")
    run = [*given[:at], f"-Xlog:class+load:file={log}", *given[at:-1]]
    done = subprocess.run(
        [*run, "org.apache.spark.deploy.SparkSubmit", "--version"],
        check=True, timeout=300, capture_output=True, text=True,
    )  # fmt: skip
    assert done.stdout == ""
    shared = [line for line in log.read_text().splitlines() if "shared objects file" in line]
    assert any("org.apache.spark.internal.Logging " in line for line in shared)


@pytest.mark.spark
def test_jobs_with_java_options_of_their_own_do_without(
    command: JvmCommand, tmp_path: Path
) -> None:
    own = command.build(tmp_path, overrides={"spark.driver.extraJavaOptions": "-Dx=1 -Dy=2"})
    assert not any("SharedArchiveFile" in option for option in own)
    assert {"-Dx=1", "-Dy=2"} <= set(own)
