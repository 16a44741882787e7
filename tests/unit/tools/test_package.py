"""Packages: what is in them, that their bytes are reproducible, and that they run by themselves."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import boto3
import pytest

from tools import package
from tools.packaging import packages
from tools.packaging.dependencies import dependencies
from tools.packaging.errors import DependencyError, PackageTooLargeError, UnknownPackageError
from tools.packaging.packages import Project

ROOT = Path(__file__).parents[3]
FUNCTIONS = sorted(path.parent.name for path in (ROOT / "functions").glob("*/handler.py"))


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A small checkout whose functions need no libraries."""
    files = {
        "functions/__init__.py": '"""Functions."""\n',
        "functions/common/__init__.py": "",
        "functions/common/words.py": "HELLO = 'hello'\n",
        "functions/greet/__init__.py": "",
        "functions/greet/handler.py": "from functions.common.words import HELLO\n",
        "functions/greet/data/words.txt": "hello\n",
        "functions/leave/handler.py": "",
        "functions/no_function/notes.py": "",
        "glue_scripts/pipeline_spark/__init__.py": "",
        "glue_scripts/pipeline_spark/columns.py": "",
    }
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return Project(tmp_path, "x86_64")


def entries(archive: Path) -> list[str]:
    with zipfile.ZipFile(archive) as opened:
        return opened.namelist()


def test_a_function_carries_itself_and_what_is_shared(project: Project) -> None:
    greet, leave, library = project.make()
    assert entries(greet.path) == [
        "functions/__init__.py",
        "functions/common/__init__.py",
        "functions/common/words.py",
        "functions/greet/__init__.py",
        "functions/greet/data/words.txt",
        "functions/greet/handler.py",
    ]
    assert leave.path == project.dist / "functions" / "leave.zip"
    assert library.path == project.dist / "glue_scripts" / "pipeline_spark.zip"
    assert entries(library.path) == ["pipeline_spark/__init__.py", "pipeline_spark/columns.py"]


def test_the_library_carries_the_shared_modules_that_it_imports(project: Project) -> None:
    texts = {
        "functions/common/numbers.py": "from functions.common.words import HELLO\n",
        "functions/common/others.py": "",
        "glue_scripts/pipeline_spark/columns.py": "def f():\n    import functions.common.numbers\n",
    }
    for name, text in texts.items():
        (project.root / name).write_text(text)
    (library,) = project.make("pipeline_spark")
    assert entries(library.path) == [
        "functions/__init__.py",
        "functions/common/__init__.py",
        "functions/common/numbers.py",
        "functions/common/words.py",
        "pipeline_spark/__init__.py",
        "pipeline_spark/columns.py",
    ]


def test_a_function_carries_the_functions_whose_steps_it_takes(project: Project) -> None:
    steps = {
        "greet_all/handler.py": "from functions.greet_twice.handler import HELLO\n",
        "greet_twice/handler.py": "from functions.greet.handler import HELLO\n",
        "greet_twice/requirements.txt": "",
    }
    for name, text in steps.items():
        path = project.root / "functions" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    (project.root / "functions/greet_all/requirements.txt").write_text("")
    (made,) = project.make("greet_all")
    carried = set(zipfile.ZipFile(made.path).namelist())
    assert {
        "functions/greet_all/handler.py",
        "functions/greet_twice/handler.py",
        "functions/greet/handler.py",
        "functions/greet/data/words.txt",
        "functions/common/words.py",
    } <= carried
    assert not any("leave" in name or "requirements" in name for name in carried)


def test_a_function_of_an_example_carries_itself_alone(project: Project) -> None:
    folder = project.root / "examples/tour/functions/wave"
    folder.mkdir(parents=True)
    (folder / "__init__.py").touch()
    (folder / "handler.py").touch()
    (made,) = project.make("tour/wave")
    assert made.fresh
    assert made.path == project.dist / "examples/tour/wave.zip"
    assert entries(made.path) == ["wave/__init__.py", "wave/handler.py"]
    *_, again = project.make()
    assert (again.name, again.sha256, again.fresh) == ("tour/wave", made.sha256, False)


def test_time_mode_and_caches_change_no_byte(project: Project) -> None:
    (first,) = project.make("greet")
    before = first.path.read_bytes()
    handler = project.root / "functions" / "greet" / "handler.py"
    os.utime(handler, (0, 0))
    handler.chmod(0o700)
    cache = handler.parent / "__pycache__"
    cache.mkdir()
    (cache / "handler.cpython-313.pyc").write_bytes(b"x")
    first.path.unlink()
    (again,) = project.make("greet")
    assert again.fresh
    assert again.path.read_bytes() == before
    assert again.sha256 == first.sha256


def test_a_second_run_does_nothing_until_something_changes(project: Project) -> None:
    assert all(made.fresh for made in project.make())
    assert not any(made.fresh for made in project.make())
    (project.root / "functions" / "common" / "words.py").write_text("HELLO = 'hi'\n")
    fresh = {made.name: made.fresh for made in project.make()}
    assert fresh == {"greet": True, "leave": True, "pipeline_spark": False}


def test_a_damaged_package_is_made_again(project: Project) -> None:
    (made,) = project.make("greet")
    sound = made.path.read_bytes()
    made.path.write_bytes(sound[:-1])
    (again,) = project.make("greet")
    assert again.fresh
    assert made.path.read_bytes() == sound


def test_a_package_for_another_architecture_is_another(project: Project) -> None:
    next(project.make("greet"))
    (made,) = Project(project.root, "arm64").make("greet")
    assert made.fresh


def test_what_lambda_would_not_take_is_refused(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(packages, "MAX_UNZIPPED_BYTES", 10)
    with pytest.raises(PackageTooLargeError, match="greet has 0 MB unzipped"):
        list(project.make("greet"))


def test_an_unknown_name_tells_the_known_ones(project: Project) -> None:
    with pytest.raises(UnknownPackageError, match="greet, leave, pipeline_spark"):
        list(project.make("great"))


def test_a_library_that_does_not_exist_says_what_to_look_at(tmp_path: Path) -> None:
    requirements = tmp_path / "requirements.txt"
    requirements.write_text("./no-such-folder\n")
    with pytest.raises(DependencyError, match="Check the versions in the file"):
        dependencies(requirements, "x86_64", tmp_path / "cache")
    assert list((tmp_path / "cache").iterdir()) == []


@pytest.mark.parametrize("name", FUNCTIONS)
def test_functions_pin_what_the_project_is_tested_with(name: str) -> None:
    pinned = (ROOT / "requirements.txt").read_text().splitlines()
    for line in (ROOT / "functions" / name / "requirements.txt").read_text().splitlines():
        assert "==" in line
        assert line.replace("-", "_") in {known.replace("-", "_") for known in pinned}


@pytest.fixture(scope="module")
def real_packages() -> dict[str, Path]:
    """The project's own packages, made as ``make package`` makes them."""
    assert package.main([]) == 0
    project = Project(ROOT, package.host_architecture())
    return {made.name: made.path for made in project.make()}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_package_needs_nothing_but_lambdas_runtime(
    real_packages: dict[str, Path], name: str, tmp_path: Path
) -> None:
    """Its handler is imported where there is only the package and what Lambda's runtime brings."""
    code, runtime = tmp_path / "code", tmp_path / "runtime"
    runtime.mkdir()
    with zipfile.ZipFile(real_packages[name]) as opened:
        opened.extractall(code)
    installed = Path(boto3.__file__).parents[1]
    for library in ("boto3", "botocore", "s3transfer", "urllib3", "jmespath", "dateutil", "six.py"):
        (runtime / library).symlink_to(installed / library)
    script = (
        "import sys; sys.path[:0] = sys.argv[1:3];"
        f"from functions.{name}.handler import handler; import functions;"
        "assert functions.__file__.startswith(sys.argv[1]), functions.__file__; print(handler)"
    )
    command = [sys.executable, "-I", "-S", "-c", script, str(code), str(runtime)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_packages_hold_nothing_that_differs_between_machines(
    real_packages: dict[str, Path],
) -> None:
    for path in real_packages.values():
        with zipfile.ZipFile(path) as opened:
            for entry in opened.infolist():
                assert entry.date_time == (1980, 1, 1, 0, 0, 0)
                assert entry.external_attr == 0o100644 << 16
                assert entry.compress_type == zipfile.ZIP_STORED
                name = entry.filename
                assert not name.endswith((".pyc", "/RECORD", "/INSTALLER", "direct_url.json"))
                assert str(ROOT).encode() not in opened.read(name)
            assert opened.namelist() == sorted(opened.namelist())


def test_what_a_function_never_loads_is_left_out(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    installed = dict.fromkeys(
        ("big/__init__.py", "big/tests/test_a.py", "big/libunused.so.1", "small.py"),
        tmp_path / "functions/__init__.py",
    )
    monkeypatch.setattr(packages, "dependencies", lambda *_: installed)
    patterns = tmp_path / "functions/greet/left_out.txt"
    patterns.write_text("# half of it\nbig/tests/*\nbig/libunused.so.*  # never loaded\n")
    (greet,) = project.make("greet")
    libraries = [name for name in entries(greet.path) if not name.startswith("functions/")]
    assert libraries == ["big/__init__.py", "small.py"]
    assert "functions/greet/left_out.txt" not in entries(greet.path)

    patterns.write_text("big/renamed.so\n")
    with pytest.raises(UnknownPackageError, match=r"nothing matches big/renamed\.so"):
        list(project.make("greet"))
