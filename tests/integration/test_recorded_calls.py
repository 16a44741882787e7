"""Every call that a function, a job or a state machine really makes is one that its role may make.

The local AWS refuses nobody anything, but it records each call with the role in whose name it was
made. Here all of them, those of the tests before included, are judged by the deployed policies.
https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_testing-policies.html
"""

import os
import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests import calls
from tests.calls import Call, Place
from tests.integration.pipeline import Pipeline
from tests.integration.rights import Rights
from tests.policies import Policies
from tools.aws import LOCAL_REGION

pytestmark = pytest.mark.skipif(
    "AWS_ENDPOINT_URL" in os.environ, reason="only the tests' own local AWS records calls"
)

ROWS = b"id,name\n1,Ada\n2,Grace\n"

MADE: Mapping[str, Mapping[str, set[str]]] = {
    "sync": {
        "trigger_pipeline": {"sqs:ReceiveMessage", "states:StartExecution", "dynamodb:PutItem"},
        "validate_file": {"s3:GetObject"},
        "quarantine_file": {"s3:GetObject", "s3:PutObject", "s3:PutObjectTagging"},
        "publish_output": {"s3:PutObject", "s3:GetObject"},
        "send_notification": {"sns:Publish", "dynamodb:PutItem"},
        "process_csv_data": {"s3:GetObject", "s3:PutObject"},
        "state machine": {"lambda:InvokeFunction", "glue:StartJobRun"},
    },
    "polling": {
        "start_glue_job": {"glue:StartJobRun"},
        "check_job_status": {"glue:GetJobRun"},
        "state machine": {"lambda:InvokeFunction"},
    },
    "auto": {"process_file": {"s3:GetObject", "s3:PutObject"}},
}
"""Some of what each part has to have called when a good and a bad file have gone through."""

ELSEWHERE = re.compile("-artifacts-[^/]*/(claims|dead)/|-flaky-[0-9]+(/|$)")
"""Where tests put files that no event announces: no pipeline is meant to read there."""

PARTS = [(style, part) for style, parts in MADE.items() for part in parts]
CALLS = [(style, part, action) for style, part in PARTS for action in sorted(MADE[style][part])]


class Record:
    """What one deployment's roles called, and what they may."""

    def __init__(self, pipeline: Pipeline, log: Path) -> None:
        self._rights = Rights(pipeline)
        self.policies: Mapping[str, Policies] = {
            name: role.permissions for name, role in self._rights.roles.items()
        }
        self.place = Place(self._rights.account, LOCAL_REGION)
        self.calls: list[Call] = [
            c for c in calls.read(log) if c.role in self.policies and not self._is_elsewhere(c)
        ]

    def _is_elsewhere(self, call: Call) -> bool:
        return any(ELSEWHERE.search(need.resource) for need in call.needs(self.place))

    def role(self, part: str) -> str:
        return self._rights.role_name(part)

    def actions(self, part: str) -> set[str]:
        """What a part's role has called, as actions of policies."""
        return {
            need.action.replace("ObjectVersion", "Object")
            for call in self._made_by(part)
            for need in call.needs(self.place)
        }

    def missing_without(self, part: str, action: str) -> list[str]:
        """What lacks a right once the statements are gone that allow ``action`` to a part."""
        role = self.role(part)
        left = [s for s in self.policies[role].statements if action not in s.actions]
        poorer = {**self.policies, role: Policies(tuple(left))}
        return calls.missing(self._made_by(part), poorer, self.place)

    def _made_by(self, part: str) -> list[Call]:
        role = self.role(part)
        return [call for call in self.calls if call.role == role]


@pytest.fixture(scope="module")
def records(
    pipeline: Pipeline, polling_pipeline: Pipeline, auto_pipeline: Pipeline, call_log: Path
) -> Mapping[str, Record]:
    """What was called, by style, after one more good and one more bad file."""
    pipelines = {"sync": pipeline, "polling": polling_pipeline, "auto": auto_pipeline}
    uploads = [
        (one, one.upload(f"recorded/{name}.csv", body))
        for one in pipelines.values()
        for name, body in (("good", ROWS), ("bad", ROWS + b"3\n"))
    ]
    for one, upload in uploads:
        one.notification(one.ended(upload))
    return {style: Record(one, call_log) for style, one in pipelines.items()}


@pytest.mark.parametrize(("style", "part"), PARTS)
def test_the_record_holds_what_a_part_calls(
    style: str, part: str, records: Mapping[str, Record]
) -> None:
    assert MADE[style][part] <= records[style].actions(part)


def test_whatever_was_called_is_allowed(records: Mapping[str, Record]) -> None:
    for record in records.values():
        told = calls.missing(record.calls, record.policies, record.place)
        assert not told, "\n".join(told)


@pytest.mark.parametrize(("style", "part", "action"), CALLS)
def test_without_its_statement_a_call_is_denied(
    style: str, part: str, action: str, records: Mapping[str, Record]
) -> None:
    record = records[style]
    told = record.missing_without(part, action)
    assert any(f"needs {action}" in text and record.role(part) in text for text in told), told
