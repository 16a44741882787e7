"""Athena reads the Iceberg tables that Spark writes.

https://docs.aws.amazon.com/athena/latest/ug/querying-iceberg.html
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.local_aws.athena import Lake
from tests.integration.local_aws.glue_scripts import GlueScripts
from tests.integration.local_aws.own_server import OwnServer, own_server

pytestmark = pytest.mark.spark
SCRIPT = Path(__file__).parent / "scripts" / "iceberg_changes.py"


@pytest.fixture(scope="module")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OwnServer]:
    with own_server(tmp_path_factory.mktemp("athena_iceberg")) as server:
        yield server


def test_the_current_snapshot_is_read(aws: OwnServer) -> None:
    lake = Lake(aws)
    scripts = GlueScripts(aws, f"{lake.bucket}-scripts")
    scripts.create(
        "iceberg",
        SCRIPT.read_text(),
        **{
            "datalake-formats": "iceberg",
            "conf": "spark.sql.extensions="
            "org.apache.iceberg.spark.extensions.IcebergSparkSessionExtensions",
        },
    )
    scripts.succeed("iceberg", bucket=lake.bucket, database=lake.database)

    found = lake.s3.list_objects_v2(Bucket=lake.bucket, Prefix="iceberg/")["Contents"]
    assert any(item["Key"].endswith("-deletes.parquet") for item in found)
    answer = lake.query("SELECT * FROM people ORDER BY id")
    assert answer.names == ["id", "name", "born", "city"]
    assert answer.types == ["bigint", "varchar", "date", "varchar"]
    assert answer.rows == [
        ["1", "Ann", "2001-01-01", None],
        ["3", "Cem", None, None],
        ["4", "Dee", None, "Rome"],
    ]
    assert lake.query("SELECT count(*) FROM untouched").rows == [["0"]]
    assert "Time travel" in lake.reason("SELECT * FROM people FOR VERSION AS OF 1")
    assert "Writing the Iceberg table" in lake.reason("INSERT INTO untouched VALUES (1)")
