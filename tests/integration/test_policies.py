"""What a deployed pipeline may do, and what it may not: read from the policies that AWS was given.

The local AWS lets everybody do everything, so that its answers prove no rights; these tests do.
https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html#grant-least-privilege
"""

import ast
from collections.abc import Iterator, Mapping

import boto3
import pytest

from tests.integration.conftest import ROOT
from tests.integration.pipeline import Pipeline
from tests.integration.rights import Rights
from tests.policies import Statement
from tools.aws import LOCAL_REGION

UNBOUND = {
    # https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsx-ray.html
    "xray:PutTraceSegments": "X-Ray has no resources to name",
    "xray:PutTelemetryRecords": "X-Ray has no resources to name",
    "xray:GetSamplingRules": "X-Ray has no resources to name",
    "xray:GetSamplingTargets": "X-Ray has no resources to name",
    # https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html#cloudwatch-iam-policy
    "logs:CreateLogDelivery": "log delivery has no resources to name",
    "logs:GetLogDelivery": "log delivery has no resources to name",
    "logs:UpdateLogDelivery": "log delivery has no resources to name",
    "logs:DeleteLogDelivery": "log delivery has no resources to name",
    "logs:ListLogDeliveries": "log delivery has no resources to name",
    "logs:PutResourcePolicy": "resource policies of Logs have no ARNs",
    "logs:DescribeResourcePolicies": "resource policies of Logs have no ARNs",
    "logs:DescribeLogGroups": "Step Functions asks for all groups",
    # https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncloudwatch.html
    "cloudwatch:PutMetricData": "metrics have no ARNs; a condition binds the namespace",
    # https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsglue.html
    "glue:GetSecurityConfiguration": "security configurations have no ARNs",
}
"""The only actions that may be allowed on every resource, and why."""

NOBODY_MAY = (
    ("iam:PassRole", "arn:aws:iam::{account}:role/any"),
    ("iam:PutRolePolicy", "arn:aws:iam::{account}:role/any"),
    ("sts:AssumeRole", "arn:aws:iam::{account}:role/any"),
    ("lambda:UpdateFunctionCode", "{validate_file}"),
    ("states:UpdateStateMachine", "{machine}"),
    ("glue:UpdateJob", "{process_csv_data}"),
    ("s3:PutObject", "{artifacts}/glue/any.py"),
    ("s3:PutObject", "{source}/any.csv"),
    ("s3:DeleteObject", "{source}/any.csv"),
    ("s3:DeleteObjectVersion", "{source}/any.csv"),
    ("s3:DeleteObjectVersion", "{processed}/processed/any"),
    ("s3:PutBucketPolicy", "{processed}"),
    ("s3:DeleteBucket", "{source}"),
    ("s3:GetObject", "arn:aws:s3:::bucket-of-others/any"),
    ("s3:GetObject", "{source}-copy/any"),
    ("sns:Publish", "{topic}-of-others"),
    ("sns:SetTopicAttributes", "{topic}"),
    ("logs:DeleteLogGroup", "{logs}/aws/lambda/{prefix}validate-file"),
    ("secretsmanager:GetSecretValue", "arn:aws:secretsmanager:{here}:secret:any"),
    ("kms:Decrypt", "arn:aws:kms:{here}:key/any"),
    ("dynamodb:DeleteItem", "{claims}"),
    ("dynamodb:Scan", "{claims}"),
    ("dynamodb:PutItem", "{claims}-of-others"),
)

Row = tuple[str, str]
READS_SOURCE: tuple[Row, ...] = (
    ("s3:GetObject", "{source}/folder/a file.csv"),
    ("s3:GetObjectVersion", "{source}/folder/a file.csv"),
)

CLAIMS: tuple[Row, ...] = (
    ("dynamodb:PutItem", "{claims}"),
    ("dynamodb:GetItem", "{claims}"),
    ("dynamodb:UpdateItem", "{claims}"),
)

# https://docs.aws.amazon.com/glue/latest/dg/glue-specifying-resource-arns.html
KEEPS_TABLES = ("GetTable", "CreateTable", "UpdateTable")
CATALOG_PLACES = ("arn:aws:glue:{here}:catalog", "{database}", "{table}/people")

MAY: Mapping[str, tuple[Row, ...]] = {
    "trigger_pipeline": (
        *READS_SOURCE,
        ("states:StartExecution", "{machine}"),
        ("states:DescribeExecution", "{execution}"),
        *CLAIMS,
        ("sqs:ReceiveMessage", "{queue}"),
        ("sqs:DeleteMessage", "{queue}"),
        ("sqs:GetQueueAttributes", "{queue}"),
        ("sqs:ChangeMessageVisibility", "{queue}"),
    ),
    "validate_file": (
        *READS_SOURCE,
        ("s3:ListBucket", "{source}"),
        ("s3:PutObject", "{processed}/attempts/people/people-csv-1/schemas/v1.json"),
    ),
    "process_file": (
        *READS_SOURCE,
        ("s3:ListBucket", "{source}"),
        ("s3:GetObject", "{processed}/attempts/people/people-csv-1/schemas/v1.json"),
        ("s3:PutObject", "{processed}/attempts/people/people-csv-1/lambda-1/part-00000.parquet"),
        ("s3:AbortMultipartUpload", "{processed}/attempts/people/people-csv-1/lambda-1/any"),
        ("s3:PutObject", "{processed}/quarantine/people/people-csv-1/run/rows/any.jsonl"),
    ),
    "publish_output": (
        ("s3:GetObject", "{processed}/attempts/people/people-csv-1/jr_1/_result.json"),
        ("s3:GetObject", "{processed}/processed/people/people-csv-1.manifest"),
        ("s3:PutObject", "{processed}/processed/people/people-csv-1.manifest"),
        ("s3:ListBucket", "{processed}"),
        ("s3:ListBucketVersions", "{source}"),
        *((f"glue:{action}", place) for action in KEEPS_TABLES for place in CATALOG_PLACES),
    ),
    "quarantine_file": (
        *READS_SOURCE,
        ("s3:ListBucket", "{source}"),
        ("s3:PutObject", "{processed}/quarantine/people/people-csv-1/run/people.csv"),
        ("s3:PutObjectTagging", "{processed}/quarantine/people/people-csv-1/run/people.csv"),
        ("s3:AbortMultipartUpload", "{processed}/quarantine/people/people-csv-1/run/people.csv"),
    ),
    "fail_unless_redriven": (),
    "send_notification": (
        ("sns:Publish", "{topic}"),
        ("dynamodb:PutItem", "{claims}"),
        ("dynamodb:UpdateItem", "{claims}"),
        ("sqs:SendMessage", "{send_notification_dead_letters}"),
    ),
    "sweep_source": (
        ("s3:ListBucketVersions", "{source}"),
        ("states:StartExecution", "{machine}"),
        ("states:DescribeExecution", "{execution}"),
        *CLAIMS,
        ("dynamodb:BatchGetItem", "{claims}"),
        ("sqs:SendMessage", "{sweep_source_dead_letters}"),
    ),
    "sweep_attempts": (
        ("s3:ListBucket", "{processed}"),
        ("s3:ListBucketVersions", "{processed}"),
        ("s3:GetObject", "{processed}/processed/people/people-csv-1.manifest"),
        ("s3:GetObjectVersion", "{processed}/processed/people/people-csv-1.manifest"),
        ("s3:DeleteObject", "{processed}/attempts/people/people-csv-1/jr_1/part.parquet"),
        ("dynamodb:GetItem", "{claims}"),
        ("dynamodb:PutItem", "{claims}"),
        ("sqs:SendMessage", "{sweep_attempts_dead_letters}"),
    ),
    "start_glue_job": (
        ("glue:StartJobRun", "{process_csv_data}"),
        ("glue:StartJobRun", "{process_json_data}"),
        ("glue:StartJobRun", "{process_parquet_data}"),
    ),
    "check_job_status": (
        ("glue:GetJobRun", "{process_csv_data}"),
        ("glue:GetJobRun", "{process_json_data}"),
        ("glue:GetJobRun", "{process_parquet_data}"),
    ),
}
"""What each function needs; its own log group comes on top."""

MAY_NOT: Mapping[str, tuple[Row, ...]] = {
    "trigger_pipeline": (
        ("states:StartExecution", "{machine}-of-others"),
        ("states:StopExecution", "{execution}"),
        ("sqs:SendMessage", "{queue}"),
        ("sqs:PurgeQueue", "{queue}"),
        ("sqs:ReceiveMessage", "{dead_letters}"),
        ("sqs:ChangeMessageVisibility", "{dead_letters}"),
        ("s3:GetObject", "{processed}/processed/any"),
        ("s3:ListBucket", "{source}"),
        ("sns:Publish", "{topic}"),
        ("glue:StartJobRun", "{process_csv_data}"),
    ),
    "validate_file": (
        ("s3:GetObject", "{processed}/processed/any"),
        ("s3:PutObject", "{processed}/processed/any"),
        ("s3:PutObject", "{processed}/processed/people/people-csv-1.manifest"),
        ("s3:PutObject", "{processed}/attempts/people/people-csv-1/jr_1/_result.json"),
        ("s3:ListBucket", "{processed}"),
        ("s3:GetObject", "{artifacts}/any"),
        ("states:StartExecution", "{machine}"),
        ("sns:Publish", "{topic}"),
    ),
    "process_file": (
        # To publish is for publish_output alone.
        ("s3:PutObject", "{processed}/processed/people/people-csv-1.manifest"),
        ("s3:GetObject", "{processed}/attempts/people/people-csv-1/jr_1/part-00000.parquet"),
        ("s3:DeleteObject", "{processed}/attempts/any"),
        ("s3:PutObject", "{processed}/quarantine/people/people-csv-1/run/people.csv"),
        ("s3:ListBucket", "{processed}"),
        ("glue:StartJobRun", "{process_csv_data}"),
        ("dynamodb:GetItem", "{claims}"),
    ),
    "publish_output": (
        ("s3:PutObject", "{processed}/processed/people/part.parquet"),
        ("s3:PutObject", "{processed}/attempts/people/people-csv-1/jr_1/_result.json"),
        ("s3:DeleteObject", "{processed}/processed/people/people-csv-1.manifest"),
        ("s3:DeleteObject", "{processed}/attempts/people/people-csv-1/jr_1/part.parquet"),
        ("s3:GetObject", "{processed}/attempts/people/people-csv-1/jr_1/part.parquet"),
        ("glue:DeleteTable", "{table}/people"),
        ("glue:UpdateTable", "{table}_of_others/people"),
        ("s3:GetObject", "{source}/any.csv"),
        ("states:StartExecution", "{machine}"),
        ("sns:Publish", "{topic}"),
    ),
    "quarantine_file": (
        ("s3:PutObject", "{processed}/processed/people/people-csv-1.manifest"),
        ("s3:PutObject", "{processed}/attempts/people/people-csv-1/jr_1/_result.json"),
        ("s3:PutObjectTagging", "{source}/any.csv"),
        ("s3:DeleteObject", "{processed}/quarantine/people/people-csv-1/run/people.csv"),
        ("sns:Publish", "{topic}"),
    ),
    "fail_unless_redriven": (
        ("s3:GetObject", "{source}/any.csv"),
        ("states:RedriveExecution", "{execution}"),
        ("sns:Publish", "{topic}"),
    ),
    "send_notification": (
        ("s3:GetObject", "{source}/any.csv"),
        ("sns:Subscribe", "{topic}"),
        ("sqs:SendMessage", "{queue}"),
        ("dynamodb:GetItem", "{claims}"),
        ("states:StartExecution", "{machine}"),
    ),
    "sweep_source": (
        ("s3:GetObject", "{source}/any.csv"),
        ("s3:ListBucketVersions", "{processed}"),
        ("states:StopExecution", "{execution}"),
        ("sqs:SendMessage", "{queue}"),
        ("sns:Publish", "{topic}"),
    ),
    "sweep_attempts": (
        ("s3:DeleteObject", "{processed}/processed/people/people-csv-1.manifest"),
        ("s3:DeleteObject", "{processed}/quarantine/people/people-csv-1/x/people.csv"),
        ("s3:PutObject", "{processed}/processed/people/people-csv-1.manifest"),
        ("s3:GetObject", "{processed}/attempts/people/people-csv-1/jr_1/part.parquet"),
        ("s3:ListBucketVersions", "{source}"),
        ("states:StartExecution", "{machine}"),
    ),
    "start_glue_job": (
        ("glue:StartJobRun", "{process_csv_data}-of-others"),
        ("glue:BatchStopJobRun", "{process_csv_data}"),
        ("s3:GetObject", "{source}/any.csv"),
    ),
    "check_job_status": (
        ("glue:StartJobRun", "{process_csv_data}"),
        ("glue:GetJobRun", "{process_csv_data}-of-others"),
        ("s3:GetObject", "{source}/any.csv"),
    ),
}

SCHEDULES = ("sweep_source", "sweep_attempts")
JOBS = ("process_csv_data", "process_json_data", "process_parquet_data")
JOB_WRITES = ("{processed}/attempts/people/x/jr_1/x.parquet", "{processed}/quarantine/people/x")
# Large files go up in parts, and what a failed upload left is given up.
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html#mpuAndPermissions
JOB_WRITE_ACTIONS = ("s3:PutObject", "s3:GetObject", "s3:DeleteObject", "s3:AbortMultipartUpload")
JOB_MAY_NOT = (
    # To publish is for publish_output alone.
    ("s3:PutObject", "{processed}/processed/people/people-csv-1.manifest"),
    ("s3:PutObject", "{processed}/elsewhere/x.parquet"),
    ("s3:GetObject", "{processed}/elsewhere/x.parquet"),
    ("s3:GetObject", "{artifacts}/any"),
    ("states:StartExecution", "{machine}"),
    ("sns:Publish", "{topic}"),
    ("sqs:SendMessage", "{queue}"),
    ("glue:StartJobRun", "{process_csv_data}"),
    ("logs:PutLogEvents", "{logs}/aws/lambda/{prefix}validate-file:log-stream:x"),
)

PLAIN_HTTP = {"aws:SecureTransport": "false", "s3:TlsVersion": "1.2"}
TLS = {"aws:SecureTransport": "true", "s3:TlsVersion": "1.2"}


@pytest.fixture(scope="module")
def sync(pipeline: Pipeline) -> Rights:
    return Rights(pipeline)


@pytest.fixture(scope="module")
def polling(polling_pipeline: Pipeline) -> Rights:
    return Rights(polling_pipeline)


def filled(rights: Rights, template: str) -> str:
    return template.format(account=rights.account, **rights.places)


def granted(rights: Rights, part: str, rows: tuple[Row, ...]) -> list[Row]:
    """Those of the rows that a part of the pipeline may do."""
    policies = rights.of(part)
    return [row for row in all_of(rights, rows) if policies.allows(*row)]


def all_of(rights: Rights, rows: tuple[Row, ...]) -> list[Row]:
    return [(action, filled(rights, template)) for action, template in rows]


def statements_for_services(rights: Rights) -> Iterator[tuple[str, Statement]]:
    """Yield where it stands, and each statement that lets a service of AWS in."""
    places = [
        *((name, role.trust) for name, role in rights.roles.items()),
        *rights.queues().items(),
        *rights.buckets().items(),
        *rights.functions_resource_policies(),
        ("topic", rights.topic()),
        *(("logs", policies) for policies in rights.log_policies()),
    ]
    for where, policies in places:
        yield from ((where, statement) for statement in policies.statements if statement.services)


def test_no_role_has_a_wild_action_or_more_resources_than_it_needs(polling: Rights) -> None:
    functions = polling.functions
    others = 1 + len(SCHEDULES)
    assert len(polling.roles) == len(functions) + len(JOBS) + others, "and the state machine"
    wrong = []
    for name, role in polling.roles.items():
        assert role.managed == (), f"{name} has policies whose text is not ours: {role.managed}"
        for statement in role.permissions.statements:
            wrong += [f"{name}: {a}" for a in statement.actions if "*" in a or "?" in a]
            if any(resource.strip("*:") == "" for resource in statement.resources):
                wrong += [f"{name}: {a} on *" for a in statement.actions if a not in UNBOUND]
    assert not wrong, "\n".join(wrong)


def test_metrics_without_resources_are_bound_to_a_namespace(sync: Rights) -> None:
    for job in JOBS:
        policies = sync.of(job)
        put = ("cloudwatch:PutMetricData", "*")
        assert policies.allows(*put, {"cloudwatch:namespace": "Glue"})
        assert not policies.allows(*put, {"cloudwatch:namespace": "AWS/Billing"})


def test_every_service_is_let_in_for_this_account_and_a_named_caller(polling: Rights) -> None:
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html"""
    found = list(statements_for_services(polling))
    wheres = {where for where, _ in found}
    trigger = {polling.places["queue"], polling.places["dead_letters"]}
    assert {"topic", "logs", "send_notification", *trigger, *polling.roles} <= wheres
    for where, statement in found:
        assert statement.required("aws:SourceAccount") == [polling.account], where
        callers = statement.required("aws:SourceArn")
        assert callers, f"{where} lets {statement.services} in for anybody's sake"
        for caller in callers:
            assert caller.split(":")[4] == polling.account, f"{where}: {caller}"


def test_plain_http_is_refused_everywhere(sync: Rights) -> None:
    """https://docs.aws.amazon.com/AmazonS3/latest/userguide/security-best-practices.html"""
    for bucket, policies in sync.buckets().items():
        for action, resource in (
            ("s3:GetObject", f"{bucket}/any"),
            ("s3:PutObject", f"{bucket}/any"),
            ("s3:ListBucket", bucket),
        ):
            assert policies.denies(action, resource, PLAIN_HTTP), (bucket, action)
            assert policies.denies(action, resource, {**TLS, "s3:TlsVersion": "1.1"})
            assert not policies.denies(action, resource, TLS)
    for queue, policies in sync.queues().items():
        for action in ("sqs:SendMessage", "sqs:ReceiveMessage"):
            assert policies.denies(action, queue, PLAIN_HTTP), (queue, action)
            assert not policies.denies(action, queue, TLS)
    topic = sync.places["topic"]
    assert sync.topic().denies("sns:Publish", topic, PLAIN_HTTP)
    assert not sync.topic().denies("sns:Publish", topic, TLS)


def test_only_the_pipelines_own_rule_sends_to_its_queues(sync: Rights) -> None:
    """https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html"""
    rule = filled(sync, "arn:aws:events:{here}:rule/{prefix}pipeline-new-files")
    trigger = {sync.places["queue"], sync.places["dead_letters"]}
    for queue, policies in sync.queues().items():
        if queue not in trigger:
            continue

        def sends(caller: str, account: str, service: str = "events.amazonaws.com") -> bool:
            context = {"aws:SourceArn": caller, "aws:SourceAccount": account, **TLS}
            return policies.allows("sqs:SendMessage", queue, context, service)  # noqa: B023

        assert sends(rule, sync.account)
        assert not sends(rule, "999999999999")
        assert not sends(f"{rule}-of-others", sync.account)
        assert not sends(rule, sync.account, "sns.amazonaws.com")


@pytest.mark.parametrize("function", sorted(MAY))
def test_a_function_may_what_it_calls_and_no_more(function: str, polling: Rights) -> None:
    assert granted(polling, function, MAY[function]) == all_of(polling, MAY[function])
    assert granted(polling, function, MAY_NOT[function] + NOBODY_MAY) == []
    own = filled(polling, f"{{logs}}/aws/lambda/{{prefix}}{function.replace('_', '-')}")
    policies = polling.of(function)
    assert policies.allows("logs:PutLogEvents", f"{own}:log-stream:x")
    assert not policies.allows("logs:PutLogEvents", f"{own}-of-others:log-stream:x")


@pytest.mark.parametrize("job", JOBS)
def test_a_job_may_read_the_source_and_write_its_output_and_no_more(job: str, sync: Rights) -> None:
    writes = tuple((action, place) for place in JOB_WRITES for action in JOB_WRITE_ACTIONS)
    rows = (*READS_SOURCE, *writes, ("logs:PutLogEvents", "{logs}/aws-glue/jobs/output:*"))
    assert granted(sync, job, rows) == all_of(sync, rows)
    assert granted(sync, job, JOB_MAY_NOT + NOBODY_MAY) == []
    policies, processed = sync.of(job), sync.places["processed"]
    for file in sync.job_files(job):
        assert policies.allows("s3:GetObject", file), "Glue fetches the code with the job's role"
    for prefix in ("attempts/people/", "quarantine/people/"):
        assert policies.allows("s3:ListBucket", processed, {"s3:prefix": prefix})
    for prefix in ("", "processed/people/", "elsewhere/"):
        assert not policies.allows("s3:ListBucket", processed, {"s3:prefix": prefix})


@pytest.mark.parametrize("style", ["sync", "polling"])
def test_a_state_machine_calls_its_own_states_and_no_more(
    style: str, sync: Rights, polling: Rights
) -> None:
    rights = {"sync": sync, "polling": polling}[style]
    jobs = tuple(("glue:StartJobRun", f"{{{job}}}") for job in JOBS)
    waits = tuple(
        (action, f"{{{job}}}")
        for job in JOBS
        for action in ("glue:GetJobRun", "glue:GetJobRuns", "glue:BatchStopJobRun")
    )
    steps = tuple(
        ("lambda:InvokeFunction", f"{{{name}}}")
        for name in ("start_glue_job", "check_job_status", "send_notification")
        if style == "polling"
    )
    calls: tuple[Row, ...] = (
        ("lambda:InvokeFunction", "{validate_file}"),
        ("lambda:InvokeFunction", "{publish_output}"),
        ("lambda:InvokeFunction", "{quarantine_file}"),
        ("lambda:InvokeFunction", "{fail_unless_redriven}"),
        *steps,
    )
    others: tuple[Row, ...] = (("lambda:InvokeFunction", "{trigger_pipeline}"),)
    if style == "sync":
        calls += jobs + waits
    else:
        others += jobs
    others += (
        ("lambda:InvokeFunction", "{validate_file}-of-others"),
        ("glue:StartJobRun", "{process_csv_data}-of-others"),
        ("s3:GetObject", "{source}/any.csv"),
        ("states:StartExecution", "{machine}"),
    )
    assert granted(rights, "state machine", calls) == all_of(rights, calls)
    assert granted(rights, "state machine", others + NOBODY_MAY) == []


@pytest.mark.parametrize("function", sorted(MAY))
def test_the_table_names_every_call_of_a_functions_code(function: str) -> None:
    """A call that is new in the code has to be allowed, so it has to stand above."""
    known = {action for action, _ in MAY[function]}
    assert called(function) or not MAY[function], "only what may nothing calls no service"
    assert called(function) <= known


def called(function: str) -> set[str]:
    """Actions that a function's code asks for, by the names of its clients' methods."""
    trees = [ast.parse(path.read_text()) for path in (ROOT / "functions" / function).glob("*.py")]
    calls = [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Call)]
    names = {call.func.attr for call in calls if isinstance(call.func, ast.Attribute)}
    services = {
        argument.value
        for call in calls
        if isinstance(call.func, ast.Attribute) and call.func.attr == "client"
        for argument in call.args
        if isinstance(argument, ast.Constant) and isinstance(argument.value, str)
    }
    found = set()
    for service in services:
        client = boto3.client(service, region_name=LOCAL_REGION)  # type: ignore[call-overload]
        methods = client.meta.method_to_api_mapping
        found |= {f"{service}:{methods[name]}" for name in names & methods.keys()}
    # https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html
    renamed = {
        "s3:HeadObject": "s3:GetObject",
        "s3:DeleteObjects": "s3:DeleteObject",
        "s3:ListObjectsV2": "s3:ListBucket",
        "s3:ListObjectVersions": "s3:ListBucketVersions",
    }
    return {renamed.get(a, a.replace("stepfunctions:", "states:")) for a in found}
