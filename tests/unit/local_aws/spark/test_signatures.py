"""https://docs.oracle.com/en/java/javase/17/docs/specs/jar/jar.html#signed-jar-file"""

import zipfile
from pathlib import Path

import pyspark
import pytest

from local_aws.spark.signatures import SIGNED, unsigned

JARS = Path(pyspark.__file__).parent / "jars"


def names(jar: Path) -> set[str]:
    with zipfile.ZipFile(jar) as archive:
        return set(archive.namelist())


@pytest.mark.parametrize("prefix", SIGNED)
def test_a_copy_has_all_but_the_signature(prefix: str, tmp_path: Path) -> None:
    (jar,) = JARS.glob(f"{prefix}*.jar")
    copy = unsigned(jar, tmp_path / "unsigned")
    assert copy.name == jar.name
    left_out = names(jar) - names(copy)
    assert {Path(name).suffix for name in left_out} == {".SF", ".DSA"}
    assert names(copy) < names(jar)
    with zipfile.ZipFile(jar) as before, zipfile.ZipFile(copy) as after:
        assert all(after.read(name) == before.read(name) for name in after.namelist())


def test_a_copy_is_made_once(tmp_path: Path) -> None:
    (jar,) = JARS.glob("janino-*.jar")
    made = unsigned(jar, tmp_path).stat()
    assert unsigned(jar, tmp_path).stat() == made
    assert [path.name for path in tmp_path.iterdir()] == [jar.name]


def test_other_jars_stay_where_they_are(tmp_path: Path) -> None:
    jar = tmp_path / "joda-time-2.12.5.jar"
    assert unsigned(jar, tmp_path / "unsigned") == jar
    assert not (tmp_path / "unsigned").exists()


def test_no_other_jar_of_pyspark_is_signed() -> None:
    def is_signed(jar: Path) -> bool:
        return any(name.startswith("META-INF/") and name.endswith(".SF") for name in names(jar))

    signed = {jar.name for jar in JARS.glob("*.jar") if is_signed(jar)}
    assert all(name.startswith(SIGNED) for name in signed), signed
