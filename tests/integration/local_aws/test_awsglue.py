"""Glue scripts, unchanged, as Spark jobs over the S3 and the catalog of a local AWS."""

import io
import json
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from tests.integration.local_aws.own_server import OwnServer, own_server
from tests.wait import wait_until

pytestmark = pytest.mark.spark
BUCKET = "awsglue-tests"
ROLE = "arn:aws:iam::000000000000:role/glue"
SCRIPTS = Path(__file__).parent / "scripts"
ENDED = {"SUCCEEDED", "FAILED", "TIMEOUT", "STOPPED", "ERROR"}


@pytest.fixture(scope="module")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OwnServer]:
    with own_server(tmp_path_factory.mktemp("awsglue")) as server:
        location = {"LocationConstraint": "eu-central-1"}
        server.client("s3").create_bucket(Bucket=BUCKET, CreateBucketConfiguration=location)
        yield server


@pytest.fixture
def put(aws: OwnServer) -> Callable[[str, str | bytes], str]:
    def put_object(key: str, body: str | bytes) -> str:
        data = body.encode() if isinstance(body, str) else body
        aws.client("s3").put_object(Bucket=BUCKET, Key=key, Body=data)
        return f"s3://{BUCKET}/{key}"

    return put_object


@pytest.fixture
def run(aws: OwnServer, put: Callable[[str, str], str]) -> Callable[..., dict[str, Any]]:
    """Run a script as a Spark job and return the run when it has ended."""
    glue = aws.client("glue")

    def run_script(name: str, script: str, **arguments: str) -> dict[str, Any]:
        location = put(f"scripts/{name}.py", script)
        glue.create_job(
            Name=name,
            Role=ROLE,
            GlueVersion="5.1",
            Command={"Name": "glueetl", "ScriptLocation": location, "PythonVersion": "3"},
            DefaultArguments={f"--{key}": value for key, value in arguments.items()},
        )
        run_id = glue.start_job_run(JobName=name)["JobRunId"]

        def state() -> dict[str, Any]:
            found: dict[str, Any] = glue.get_job_run(JobName=name, RunId=run_id)["JobRun"]
            return found

        wait_until(
            # Asked too often, boto3 takes the processor from Spark.
            lambda: state()["JobRunState"] in ENDED,
            timeout=300,
            describe=state,
            interval=0.5,
        )
        return state()

    return run_script


def script(name: str) -> str:
    return (SCRIPTS / f"{name}.py").read_text()


def keys(aws: OwnServer, prefix: str) -> list[str]:
    found = aws.client("s3").list_objects_v2(Bucket=BUCKET, Prefix=prefix)
    return sorted(one["Key"] for one in found.get("Contents", []))


def body(aws: OwnServer, key: str) -> bytes:
    data: bytes = aws.client("s3").get_object(Bucket=BUCKET, Key=key)["Body"].read()
    return data


def output(aws: OwnServer, run_id: str, group: str = "output") -> str:
    logs = aws.client("logs")
    events = logs.filter_log_events(logGroupName=f"/aws-glue/jobs/{group}", logStreamNames=[run_id])
    return "\n".join(event["message"] for event in events["events"])


def test_a_tutorial_script_runs_unchanged(aws: OwnServer, put: Any, run: Any) -> None:
    put("people/in/people.csv", "id,name,age,city\n1,Ada,36,London\n2,Ben,9,Rome\n3,Cy,41,Oslo\n")
    ended = run(
        "tutorial",
        script("tutorial"),
        source_path=f"s3://{BUCKET}/people/in/",
        target_path=f"s3://{BUCKET}/people/out/",
    )
    assert ended["JobRunState"] == "SUCCEEDED", ended.get("ErrorMessage")
    written = keys(aws, "people/out/")
    assert [key.split("/")[2] for key in written] == ["decade=30", "decade=40"]
    table = pq.read_table(io.BytesIO(body(aws, written[0])))
    assert table.to_pylist() == [{"id": 1, "full_name": "Ada", "city": "London"}]
    assert str(table.schema.field("id").type) == "int64"
    assert wait_until(lambda: output(aws, ended["Id"])) == "wrote 2 rows"
    assert "INFO GlueLogger: read 3 rows" in output(aws, ended["Id"], "error")


def test_extra_py_files_reach_driver_and_workers(aws: OwnServer, put: Any, run: Any) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("packed/__init__.py", "")
        archive.writestr("packed/greeting.py", "def greet(name):\n    return f'Hello, {name}'\n")
    files = [put("libs/packed.zip", packed.getvalue()), put("libs/loose.py", "SIGN = '!'\n")]
    put("udf/in/a.json", '{"name": "Ada"}\n{"name": "nobody"}\n')
    ended = run("udf", script("udf"), bucket=BUCKET, **{"extra-py-files": ",".join(files)})
    assert ended["JobRunState"] == "SUCCEEDED", ended.get("ErrorMessage")
    (part,) = [key for key in keys(aws, "udf/out/") if key.endswith(".json")]
    assert json.loads(body(aws, part)) == {"name": "Ada", "sign": "!", "greeting": "Hello, Ada ! 1"}


def test_a_table_goes_to_the_catalog_and_back(aws: OwnServer, run: Any) -> None:
    glue = aws.client("glue")
    glue.create_database(DatabaseInput={"Name": "awsglue_tests"})
    ended = run("catalog", script("catalog"), bucket=BUCKET, database="awsglue_tests")
    assert ended["JobRunState"] == "SUCCEEDED", ended.get("ErrorMessage")
    partitions = glue.get_partitions(DatabaseName="awsglue_tests", TableName="days")["Partitions"]
    assert sorted(one["Values"] for one in partitions) == [["2026-11-20"], ["a b/c"]]
    assert wait_until(lambda: output(aws, ended["Id"])) == '{"n": 1, "day": "a b/c"}'


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


def test_both_schemes_and_odd_keys(aws: OwnServer, put: Any, run: Any) -> None:
    put("round/given/ä + %20 {x}.txt", "found it")
    ended = run("round-trip", ROUND_TRIP, bucket=BUCKET)
    assert ended["JobRunState"] == "SUCCEEDED", ended.get("ErrorMessage")
    assert len(keys(aws, "round/a b+c%41/0/part-")) == len(keys(aws, "round/a b+c%41/1/part-")) > 0
    printed = wait_until(lambda: output(aws, ended["Id"]))
    assert "found it" in printed
    assert printed.splitlines()[-1] == "UTC round-trip"


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
