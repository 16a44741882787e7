"""Athena's queries through boto3: results, errors, states, partitions, workgroups, events.

https://docs.aws.amazon.com/athena/latest/APIReference/Welcome.html
"""

import json
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.integration.local_aws.athena import Lake
from tests.integration.local_aws.own_server import OwnServer
from tests.integration.local_aws.test_athena_formats import parquet_of
from tests.wait import wait_until

COMMAS = "ROW FORMAT DELIMITED FIELDS TERMINATED BY ','"


@pytest.fixture(scope="module")
def lake(local_aws: OwnServer) -> Lake:
    """People as CSV, and their orders as Parquet, a partition a month."""
    lake = Lake(local_aws)
    lake.put("people/a.csv", "1,Ann,Rome\n2,Bob,Oslo\n3,Cem,Rome\n")
    lake.query(
        f"CREATE EXTERNAL TABLE people (id int, name string, city string) {COMMAS} "
        f"LOCATION '{lake.uri('people/')}'"
    )
    for month, rows in {"01": [(1, 10.0), (2, 5.5)], "02": [(1, 2.5)], "03": [(3, 1.0)]}.items():
        orders = [{"person": person, "amount": amount} for person, amount in rows]
        lake.put(f"orders/month=2026-{month}/part.parquet", parquet_of(orders))
    lake.query(
        "CREATE EXTERNAL TABLE orders (person int, amount double) PARTITIONED BY (month string) "
        f"STORED AS PARQUET LOCATION '{lake.uri('orders/')}'"
    )
    lake.query("MSCK REPAIR TABLE orders")
    return lake


def test_joins_and_aggregates(lake: Lake) -> None:
    answer = lake.query(
        """
        SELECT p.name, count(*) AS n, sum(o.amount) total, max_by(o.month, o.amount)
        FROM people p LEFT JOIN orders o ON o.person = p.id
        GROUP BY p.name HAVING sum(o.amount) > 1 ORDER BY total DESC
        """
    )
    assert answer.names == ["name", "n", "total", "_col3"]
    assert answer.types == ["varchar", "bigint", "double", "varchar"]
    assert answer.rows == [["Ann", "2", "12.5", "2026-01"], ["Bob", "1", "5.5", "2026-01"]]


@pytest.mark.parametrize(
    ("condition", "months"),
    [
        ("month = '2026-02'", 1),
        ("month > '2026-01' AND amount > 0", 2),
        ("month IN ('2026-01', '2026-09') OR month LIKE '%03'", 2),
        ("o.month = '2026-01'", 1),
        ("lower(month) <> '2026-01'", 2),
        ("amount > 0", 3),
        ("month = '2020-01'", 0),
        # A condition on both kinds of columns decides over no partition.
        ("month = '2026-01' OR amount > 100", 3),
    ],
)
def test_only_the_partitions_that_can_match_are_read(
    lake: Lake, condition: str, months: int
) -> None:
    """https://docs.aws.amazon.com/athena/latest/ug/partitions.html"""
    sizes = [
        item["Size"]
        for item in lake.s3.list_objects_v2(Bucket=lake.bucket, Prefix="orders/")["Contents"]
    ]
    answer = lake.query(f"SELECT * FROM orders o WHERE {condition}")
    scanned = answer.execution["Statistics"]["DataScannedInBytes"]
    assert min(sizes) * months <= scanned <= max(sizes) * months


def test_an_outer_join_may_ask_for_what_no_partition_has(lake: Lake) -> None:
    answer = lake.query(
        "SELECT p.name FROM people p LEFT JOIN orders o "
        "ON o.person = p.id AND o.month = '2026-03' WHERE o.month IS NULL ORDER BY 1"
    )
    assert answer.first == ["Ann", "Bob"]


@pytest.mark.parametrize(
    ("expression", "text", "kind"),
    [
        ("7 / 2", "3", "integer"),
        ("-7 / 2", "-3", "integer"),
        ("7 / 2.0", "3.5", "double"),
        ("NULL / 2", None, "integer"),
        ("sum(CAST(x AS bigint)) / 2", "1", "bigint"),
        ("sum(CAST(x AS double)) / 2", "1.5", "double"),
        ("7 % 3", "1", "integer"),
        ("0.1 + 0.2", "0.30000000000000004", "double"),
        ("DECIMAL '1.50'", "1.50", "decimal"),
        ("1e20", "1.0E20", "double"),
        ("CAST(0.1 AS real)", "0.1", "float"),
        ("true AND NULL", None, "boolean"),
        ("date_parse('2026/01/31', '%Y/%m/%d')", "2026-01-31 00:00:00.000", "timestamp"),
        ("date_trunc('month', DATE '2026-01-31')", "2026-01-01", "date"),
        ("date_add('day', 1, DATE '2026-01-31')", "2026-02-01", "date"),
        ("DATE '2026-01-31' + INTERVAL '1' DAY", "2026-02-01", "date"),
        ("date_trunc('month', max(DATE '2026-01-31'))", "2026-01-01", "date"),
        ("date_add('hour', 1, TIMESTAMP '2026-01-31 00:30:00')", "2026-01-31 01:30:00.000", None),
        ("date_diff('day', DATE '2026-01-01', DATE '2026-01-31')", "30", "bigint"),
        ("from_unixtime(0)", "1970-01-01 00:00:00.000 UTC", "timestamp with time zone"),
        ("ARRAY[3, 1][1]", "3", "integer"),
        ("slice(ARRAY[1, 2, 3, 4], 2, 2)", "[2, 3]", "array"),
        ("transform(ARRAY[1, 2], x -> x * 2)", "[2, 4]", "array"),
        ("MAP(ARRAY['b', 'a'], ARRAY[1, 2])", "{a=2, b=1}", "map"),
        ("CAST(ROW(1, 'x') AS ROW(a int, b varchar))", "{a=1, b=x}", "row"),
        ("json_extract_scalar('{\"a\": {\"b\": 5}}', '$.a.b')", "5", "varchar"),
        ("split('a,b', ',')[2]", "b", "varchar"),
        ("regexp_extract('x12y', '(\\d+)', 1)", "12", "varchar"),
        ("try_cast('x' AS integer)", None, "integer"),
        ("X'00ff'", "00 ff", "varbinary"),
        ("approx_distinct(x)", "2", "bigint"),
        ("array_agg(x ORDER BY x DESC)", "[2, 1]", "array"),
        ("map_agg(x, x + 1)", "{1=2, 2=3}", "map"),
    ],
)
def test_values_are_those_of_trino(
    lake: Lake, expression: str, text: str | None, kind: str | None
) -> None:
    """https://docs.aws.amazon.com/athena/latest/ug/functions-env3.html"""
    answer = lake.query(f"SELECT {expression} FROM (VALUES 1, 2) AS t (x) LIMIT 1")
    assert answer.rows == [[text]]
    assert answer.types == [kind or "timestamp"]


@pytest.mark.parametrize(
    ("sql", "reason", "error_type"),
    [
        (
            "SELECT * FROM nothing",
            "TABLE_NOT_FOUND: line 1:15: Table 'awsdatacatalog.{db}.nothing' does not exist",
            1301,
        ),
        ("SELECT * FROM no.t", "SCHEMA_NOT_FOUND: line 1:15: Schema 'no' does not exist", 1301),
        (
            "SELECT name,\n       nme FROM people",
            "COLUMN_NOT_FOUND: line 2:8: Column 'nme' cannot be resolved or requester is not "
            "authorized to access requested resources",
            1006,
        ),
        (
            "SELECT * FROM orders WHERE month = 202601",
            "TYPE_MISMATCH: line 1:34: Cannot apply operator: varchar = integer",
            1002,
        ),
        (
            "SELECT * FROM people WHERE id IN ('1')",
            "TYPE_MISMATCH: line 1:31: IN value and list items must be the same type or coercible "
            "to a common type",
            1002,
        ),
        ("SELECT nope(1)", "FUNCTION_NOT_FOUND: line 1:8: Function 'nope' not registered", 1303),
        (
            "SELECT name, count(*) FROM people",
            "EXPRESSION_NOT_AGGREGATE: line 1:8: 'name' must be an aggregate expression or "
            "appear in GROUP BY clause",
            1006,
        ),
        ("SELECT 1 / (id - id) FROM people", "DIVISION_BY_ZERO: Division by zero", 1001),
        ("SELECT CAST(name AS int) FROM people", "INVALID_CAST_ARGUMENT: Cannot cast ", 1100),
        (
            "SELECT id FROM people a JOIN people b ON a.id = b.id",
            "AMBIGUOUS_NAME: line 1:8: Column 'id' is ambiguous",
            1000,
        ),
        (
            "SELECT * FROM read_text('/etc/hostname')",
            "NOT_SUPPORTED: The table function READ_TEXT('/etc/hostname') is not supported by "
            "the local AWS",
            1200,
        ),
    ],
)
def test_a_failed_query_says_why(lake: Lake, sql: str, reason: str, error_type: int) -> None:
    """https://docs.aws.amazon.com/athena/latest/ug/error-reference.html"""
    status = lake.failure(sql)
    assert status["StateChangeReason"].startswith(reason.format(db=lake.database))
    assert status["AthenaError"] == {
        "ErrorCategory": 2,
        "ErrorType": error_type,
        "Retryable": False,
        "ErrorMessage": status["StateChangeReason"],
    }


@pytest.mark.parametrize(
    ("sql", "message"),
    [
        ("SELEC 1", "line 1:1: mismatched input 'SELEC'"),
        ("SELECT FROM people WHERE", "line 1:"),
        ("EXPLAIN SELECT 1", "EXPLAIN is not supported by the local AWS"),
        ("SELECT 1; SELECT 2", "Only one sql statement is allowed"),
    ],
)
def test_what_is_no_query_is_not_started(lake: Lake, sql: str, message: str) -> None:
    with pytest.raises(ClientError) as caught:
        lake.start(sql)
    answer: dict[str, Any] = caught.value.response  # type: ignore[assignment]
    assert answer["Error"]["Code"] == "InvalidRequestException"
    assert message in answer["Error"]["Message"]
    assert answer["AthenaErrorCode"] == "MALFORMED_QUERY"


def test_the_result_lies_in_s3(lake: Lake) -> None:
    """https://docs.aws.amazon.com/athena/latest/ug/querying.html"""
    answer = lake.query("SELECT 1 AS n, 'a \"b\",\nc' AS t, NULL AS nothing, '' AS empty")
    assert answer.rows == [["1", 'a "b",\nc', None, ""]]
    location = answer.execution["ResultConfiguration"]["OutputLocation"]
    query_id = answer.execution["QueryExecutionId"]
    assert location == lake.uri(f"results/{query_id}.csv")
    assert lake.get(f"results/{query_id}.csv") == (
        b'"n","t","nothing","empty"\n"1","a ""b"",\nc",,""\n'
    )
    metadata = lake.get(f"results/{query_id}.csv.metadata")
    assert query_id.encode() in metadata
    assert b"varchar" in metadata


def test_results_come_in_pages(lake: Lake) -> None:
    sql = "SELECT n, 'line' || chr(10) || 'break' FROM UNNEST(sequence(1, 2500)) AS t (n)"
    query_id = lake.wait(lake.start(sql))["QueryExecutionId"]
    first = lake.athena.get_query_results(QueryExecutionId=query_id, MaxResults=2)
    assert [row["Data"][0]["VarCharValue"] for row in first["ResultSet"]["Rows"]] == ["n", "1"]
    pages = lake.athena.get_paginator("get_query_results").paginate(QueryExecutionId=query_id)
    rows = [row["Data"] for page in pages for row in page["ResultSet"]["Rows"]]
    assert [row[0]["VarCharValue"] for row in rows[1:]] == [str(n) for n in range(1, 2501)]
    assert {row[1]["VarCharValue"] for row in rows[1:]} == {"line\nbreak"}
    with pytest.raises(ClientError, match="NextToken 'x' is not valid"):
        lake.athena.get_query_results(QueryExecutionId=query_id, NextToken="x")


def test_a_query_can_be_stopped(lake: Lake) -> None:
    many = "UNNEST(sequence(1, 100000))"
    query_id = lake.start(
        f"SELECT count(*) FROM {many} a (x), {many} b (y), {many} c (z) WHERE x + y + z < 0"
    )
    wait_until(
        lambda: lake.execution(query_id)["Status"]["State"] == "RUNNING", 60, "the query to run"
    )
    with pytest.raises(ClientError, match=r"Query has not yet finished\. Current state: RUNNING"):
        lake.athena.get_query_results(QueryExecutionId=query_id)
    lake.athena.stop_query_execution(QueryExecutionId=query_id)
    status = lake.wait(query_id)["Status"]
    assert (status["State"], status["StateChangeReason"]) == (
        "CANCELLED",
        "Query cancelled by user",
    )
    with pytest.raises(ClientError, match="Could not find results"):
        lake.athena.get_query_results(QueryExecutionId=query_id)


def test_a_token_starts_a_query_once(lake: Lake) -> None:
    token = uuid.uuid4().hex
    query_id = lake.start("SELECT 1", ClientRequestToken=token)
    assert lake.start("SELECT 1", ClientRequestToken=token) == query_id
    with pytest.raises(ClientError, match="Idempotent parameters do not match"):
        lake.start("SELECT 2", ClientRequestToken=token)


def test_executions_are_listed_and_described(lake: Lake) -> None:
    ids = [lake.start(f"SELECT {n}") for n in range(2)]
    for query_id in ids:
        lake.wait(query_id)
    assert lake.athena.list_query_executions(MaxResults=2)["QueryExecutionIds"] == ids[::-1]
    found = lake.athena.batch_get_query_execution(QueryExecutionIds=[*ids, "gone"])
    assert [item["Query"] for item in found["QueryExecutions"]] == ["SELECT 0", "SELECT 1"]
    assert found["UnprocessedQueryExecutionIds"][0]["QueryExecutionId"] == "gone"
    with pytest.raises(ClientError, match="QueryExecution gone was not found"):
        lake.athena.get_query_execution(QueryExecutionId="gone")
    rows = lake.athena.get_query_runtime_statistics(QueryExecutionId=ids[0])
    assert rows["QueryRuntimeStatistics"]["Rows"]["OutputRows"] == 1


def test_parameters_and_prepared_statements(lake: Lake) -> None:
    """https://docs.aws.amazon.com/athena/latest/ug/querying-with-prepared-statements.html"""
    answer = lake.query(
        "SELECT ? AS a, name, '?' FROM people WHERE id = ?", ExecutionParameters=["it's", "2"]
    )
    assert answer.rows == [["it's", "Bob", "?"]]
    lake.query("PREPARE by_city FROM SELECT count(*) FROM people WHERE city = ?")
    assert lake.query("EXECUTE by_city USING 'Rome'").rows == [["2"]]
    assert lake.reason("EXECUTE by_city USING 'Rome', 1") == (
        "INVALID_PARAMETER_USAGE: line 1:1: Incorrect number of parameters: expected 1 but found 2"
    )
    listed = lake.athena.list_prepared_statements(WorkGroup="primary")["PreparedStatements"]
    assert [item["StatementName"] for item in listed] == ["by_city"]
    lake.query("DEALLOCATE PREPARE by_city")
    with pytest.raises(ClientError, match="by_city was not found"):
        lake.start("EXECUTE by_city USING 'Rome'")


@pytest.fixture
def work_group(lake: Lake) -> Iterator[str]:
    name = f"group-{uuid.uuid4().hex[:8]}"
    lake.athena.create_work_group(
        Name=name,
        Configuration={
            "ResultConfiguration": {"OutputLocation": lake.uri("enforced/")},
            "EnforceWorkGroupConfiguration": True,
        },
    )
    yield name
    lake.athena.delete_work_group(WorkGroup=name, RecursiveDeleteOption=True)


def test_a_workgroup_decides_where_results_go(lake: Lake, work_group: str) -> None:
    """https://docs.aws.amazon.com/athena/latest/ug/workgroups-settings-override.html"""
    answer = lake.query("SELECT 1", WorkGroup=work_group)
    assert answer.execution["ResultConfiguration"]["OutputLocation"].startswith(
        lake.uri("enforced/")
    )
    with pytest.raises(ClientError, match="No output location provided"):
        lake.start("SELECT 1", ResultConfiguration={})
    with pytest.raises(ClientError, match=r"WorkGroup is not found\."):
        lake.start("SELECT 1", WorkGroup="nothing")
    lake.athena.update_work_group(WorkGroup=work_group, State="DISABLED")
    with pytest.raises(ClientError, match="is disabled"):
        lake.start("SELECT 1", WorkGroup=work_group)


def test_a_workgroup_limits_what_a_query_reads(lake: Lake, work_group: str) -> None:
    """https://docs.aws.amazon.com/athena/latest/ug/workgroups-setting-control-limits-cloudwatch.html"""
    lake.put("large/a.csv", "x" * 11_000_000)
    lake.query(f"CREATE EXTERNAL TABLE large (x string) {COMMAS} LOCATION '{lake.uri('large/')}'")
    lake.athena.update_work_group(
        WorkGroup=work_group, ConfigurationUpdates={"BytesScannedCutoffPerQuery": 10_000_000}
    )
    status = lake.wait(lake.start("SELECT count(*) FROM large", WorkGroup=work_group))["Status"]
    assert (status["State"], status["StateChangeReason"]) == (
        "CANCELLED",
        "Query cancelled! : Bytes scanned limit was exceeded",
    )


def test_states_are_announced(lake: Lake) -> None:
    """https://docs.aws.amazon.com/athena/latest/ug/athena-events.html"""
    events, sqs = lake.aws.client("events"), lake.aws.client("sqs")
    name = f"athena-{uuid.uuid4().hex[:8]}"
    queue = sqs.create_queue(QueueName=name)["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]
    pattern = {"source": ["aws.athena"], "detail-type": ["Athena Query State Change"]}
    events.put_rule(Name=name, EventPattern=json.dumps(pattern))
    events.put_targets(Rule=name, Targets=[{"Id": "queue", "Arn": arn["QueueArn"]}])

    query_id = lake.start("SELECT * FROM nothing")
    received: list[dict[str, Any]] = []

    def failed() -> bool:
        answer = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10, WaitTimeSeconds=1)
        received.extend(json.loads(m["Body"])["detail"] for m in answer.get("Messages", ()))
        return any(
            (detail["queryExecutionId"], detail["currentState"]) == (query_id, "FAILED")
            for detail in received
        )

    wait_until(failed, 60, lambda: received)
    own = [detail for detail in received if detail["queryExecutionId"] == query_id]
    own.sort(key=lambda detail: detail["sequenceNumber"])
    assert [detail["currentState"] for detail in own] == ["QUEUED", "RUNNING", "FAILED"]
    assert {"versionId": "0", "statementType": "DML", "workgroupName": "primary"}.items() <= own[
        -1
    ].items()
    assert own[-1]["athenaError"]["errorType"] == 1301
    events.remove_targets(Rule=name, Ids=["queue"])
    events.delete_rule(Name=name)


def test_what_is_not_supported_says_so(lake: Lake) -> None:
    with pytest.raises(ClientError, match="StartSession is not supported by the local AWS"):
        lake.athena.start_session(WorkGroup="primary", EngineConfiguration={})
