"""Glue scripts, unchanged, as Spark jobs over the S3 and the catalog of a local AWS."""

import io
import json
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from tests.integration.local_aws.glue_scripts import GlueScripts
from tests.integration.local_aws.own_server import own_server

pytestmark = pytest.mark.spark
BUCKET = "awsglue-tests"
SCRIPTS = Path(__file__).parent / "scripts"


@pytest.fixture(scope="module")
def scripts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GlueScripts]:
    with own_server(tmp_path_factory.mktemp("awsglue")) as server:
        yield GlueScripts(server, BUCKET)


@pytest.fixture
def run(scripts: GlueScripts) -> Callable[..., dict[str, Any]]:
    """Run a script as a Spark job and return the run when it has ended."""

    def run_script(name: str, source: str, **arguments: str) -> dict[str, Any]:
        scripts.create(name, source, **arguments)
        return scripts.run(name)

    return run_script


def script(name: str) -> str:
    return (SCRIPTS / f"{name}.py").read_text()


def body(scripts: GlueScripts, key: str) -> bytes:
    data: bytes = scripts.s3.get_object(Bucket=BUCKET, Key=key)["Body"].read()
    return data


def test_a_tutorial_script_runs_unchanged(scripts: GlueScripts, run: Any) -> None:
    scripts.put(
        "people/in/people.csv", "id,name,age,city\n1,Ada,36,London\n2,Ben,9,Rome\n3,Cy,41,Oslo\n"
    )
    ended = run(
        "tutorial",
        script("tutorial"),
        source_path=f"s3://{BUCKET}/people/in/",
        target_path=f"s3://{BUCKET}/people/out/",
    )
    assert ended["JobRunState"] == "SUCCEEDED", ended.get("ErrorMessage")
    written = scripts.keys("people/out/")
    assert [key.split("/")[2] for key in written] == ["decade=30", "decade=40"]
    table = pq.read_table(io.BytesIO(body(scripts, written[0])))
    assert table.to_pylist() == [{"id": 1, "full_name": "Ada", "city": "London"}]
    assert str(table.schema.field("id").type) == "int64"
    assert scripts.output(ended["Id"]) == ["wrote 2 rows"]
    assert "INFO GlueLogger: read 3 rows" in scripts.errors(ended["Id"])


def test_extra_py_files_reach_driver_and_workers(scripts: GlueScripts, run: Any) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("packed/__init__.py", "")
        archive.writestr("packed/greeting.py", "def greet(name):\n    return f'Hello, {name}'\n")
    files = [
        scripts.put("libs/packed.zip", packed.getvalue()),
        scripts.put("libs/loose.py", "SIGN = '!'\n"),
    ]
    scripts.put("udf/in/a.json", '{"name": "Ada"}\n{"name": "nobody"}\n')
    ended = run("udf", script("udf"), bucket=BUCKET, **{"extra-py-files": ",".join(files)})
    assert ended["JobRunState"] == "SUCCEEDED", ended.get("ErrorMessage")
    (part,) = [key for key in scripts.keys("udf/out/") if key.endswith(".json")]
    assert json.loads(body(scripts, part)) == {
        "name": "Ada",
        "sign": "!",
        "greeting": "Hello, Ada ! 1",
    }


def test_a_table_goes_to_the_catalog_and_back(scripts: GlueScripts, run: Any) -> None:
    glue = scripts.glue
    glue.create_database(DatabaseInput={"Name": "awsglue_tests"})
    ended = run("catalog", script("catalog"), bucket=BUCKET, database="awsglue_tests")
    assert ended["JobRunState"] == "SUCCEEDED", ended.get("ErrorMessage")
    partitions = glue.get_partitions(DatabaseName="awsglue_tests", TableName="days")["Partitions"]
    assert sorted(one["Values"] for one in partitions) == [["2026-11-20"], ["a b/c"]]
    assert scripts.output(ended["Id"]) == ['{"n": 1, "day": "a b/c"}']


ROUND_TRIP = """
import sys
from awsglue.utils import getResolvedOptions
from pyspark.sql import SparkSession

bucket = getResolvedOptions(sys.argv, ["bucket"])["bucket"]
spark = SparkSession.builder.getOrCreate()
df = spark.range(1000).withColumnRenamed("id", "n")
for at, scheme in enumerate(["s3", "s3a"]):
    path = f"{scheme}://{bucket}/round/a b+c%41/{at}"
    for _ in range(2):
        df.write.mode("overwrite").parquet(path)
    assert spark.read.parquet(path).count() == 1000
# Spark takes a path for a glob.
spark.read.text(f"s3://{bucket}/round/given/ä + %20 \\\\{{x\\\\}}.txt").show()
print(spark.conf.get("spark.sql.session.timeZone"), spark.sparkContext.appName)
"""


def test_both_schemes_and_odd_keys(scripts: GlueScripts, run: Any) -> None:
    scripts.put("round/given/ä + %20 {x}.txt", "found it")
    ended = run("round-trip", ROUND_TRIP, bucket=BUCKET)
    assert ended["JobRunState"] == "SUCCEEDED", ended.get("ErrorMessage")
    assert (
        len(scripts.keys("round/a b+c%41/0/part-"))
        == len(scripts.keys("round/a b+c%41/1/part-"))
        > 0
    )
    printed = scripts.output(ended["Id"])
    assert any("found it" in line for line in printed)
    assert printed[-1] == "UTC round-trip"


@pytest.mark.parametrize(
    ("name", "source", "message"),
    [
        (
            "no-argument",
            "import sys\nfrom awsglue.utils import getResolvedOptions\n"
            "getResolvedOptions(sys.argv, ['nope'])",
            "GlueArgumentError: the following arguments are required: --nope",
        ),
        (
            "no-bucket",
            "from pyspark.sql import SparkSession\n"
            "SparkSession.builder.getOrCreate().read.csv('s3://no-such-bucket-here/x')",
            "NoSuchBucket",
        ),
    ],
)
def test_a_failed_script_says_why(run: Any, name: str, source: str, message: str) -> None:
    ended = run(name, source)
    assert ended["JobRunState"] == "FAILED"
    assert message in ended["ErrorMessage"]
