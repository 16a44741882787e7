"""A lake of a test's own: a bucket, a database, and Athena over both."""

import uuid
from dataclasses import dataclass, field
from typing import Any

from tests.integration.local_aws.own_server import REGION, OwnServer
from tests.wait import wait_until

RUNNING = ("QUEUED", "RUNNING")
type Row = list[str | None]


@dataclass(frozen=True)
class Answer:
    """What a query gave: rows without the header, and the API's shapes."""

    names: list[str]
    types: list[str]
    rows: list[Row]
    execution: dict[str, Any]
    update_count: int | None

    @property
    def first(self) -> list[str | None]:
        """The values of the first column."""
        return [row[0] for row in self.rows]


@dataclass
class Lake:
    """A bucket and a database of the same name."""

    aws: OwnServer
    bucket: str = field(default_factory=lambda: f"lake-{uuid.uuid4().hex[:8]}")

    def __post_init__(self) -> None:
        self.database = self.bucket.replace("-", "_")
        self.s3, self.glue, self.athena = map(self.aws.client, ("s3", "glue", "athena"))
        location = {"LocationConstraint": REGION}
        self.s3.create_bucket(Bucket=self.bucket, CreateBucketConfiguration=location)
        self.glue.create_database(DatabaseInput={"Name": self.database})

    def put(self, key: str, body: bytes | str) -> None:
        self.s3.put_object(Bucket=self.bucket, Key=key, Body=body)

    def get(self, key: str) -> bytes:
        body: bytes = self.s3.get_object(Bucket=self.bucket, Key=key)["Body"].read()
        return body

    def uri(self, path: str = "") -> str:
        return f"s3://{self.bucket}/{path}"

    def start(self, sql: str, **members: Any) -> str:
        defaults = {
            "QueryExecutionContext": {"Database": self.database},
            "ResultConfiguration": {"OutputLocation": self.uri("results/")},
        }
        started = self.athena.start_query_execution(QueryString=sql, **{**defaults, **members})
        query_id: str = started["QueryExecutionId"]
        return query_id

    def execution(self, query_id: str) -> dict[str, Any]:
        found = self.athena.get_query_execution(QueryExecutionId=query_id)
        return dict(found["QueryExecution"])

    def wait(self, query_id: str) -> dict[str, Any]:
        wait_until(
            lambda: self.execution(query_id)["Status"]["State"] not in RUNNING,
            120,
            lambda: self.execution(query_id)["Status"],
        )
        return self.execution(query_id)

    def query(self, sql: str, **members: Any) -> Answer:
        """Run a statement that succeeds."""
        execution = self.wait(self.start(sql, **members))
        assert execution["Status"]["State"] == "SUCCEEDED", execution["Status"]
        found = self.athena.get_query_results(QueryExecutionId=execution["QueryExecutionId"])
        columns = found["ResultSet"]["ResultSetMetadata"]["ColumnInfo"]
        rows = [
            [value.get("VarCharValue") for value in row["Data"]]
            for row in found["ResultSet"]["Rows"]
        ]
        is_query = execution["SubstatementType"] == "SELECT"
        return Answer(
            names=[column["Name"] for column in columns],
            types=[column["Type"] for column in columns],
            rows=rows[1:] if is_query else rows,
            execution=execution,
            update_count=found.get("UpdateCount"),
        )

    def failure(self, sql: str, **members: Any) -> dict[str, Any]:
        """Run a statement that fails, and return its Status."""
        execution = self.wait(self.start(sql, **members))
        assert execution["Status"]["State"] == "FAILED", execution["Status"]
        return dict(execution["Status"])

    def reason(self, sql: str) -> str:
        return str(self.failure(sql)["StateChangeReason"])
