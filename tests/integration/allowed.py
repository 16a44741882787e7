"""Whether all that a deployment's roles really called is what they may call."""

import json
from pathlib import Path
from typing import Any

import boto3

from tests import calls
from tests.calls import Place
from tests.policies import Policies
from tools.aws import LOCAL_REGION, Aws


def policies(aws: Aws, prefix: str) -> dict[str, Policies]:
    """Return what each role whose name begins with ``prefix`` may do."""
    session = boto3.Session("test", "test", region_name=LOCAL_REGION)
    iam = session.client("iam", endpoint_url=aws.endpoint_url)
    pages = iam.get_paginator("list_roles").paginate()
    names = [role["RoleName"] for page in pages for role in page["Roles"]]

    def documents(name: str) -> list[Any]:
        listed = iam.list_role_policies(RoleName=name)["PolicyNames"]
        found = [iam.get_role_policy(RoleName=name, PolicyName=each) for each in listed]
        return [one["PolicyDocument"] for one in found]

    return {name: Policies.of(*documents(name)) for name in names if name.startswith(prefix)}


def not_allowed(aws: Aws, prefix: str, log: Path) -> list[str]:
    """Return what roles of a deployment called without a right to, in words."""
    rights = policies(aws, prefix)
    made = [call for call in calls.read(log) if call.role in rights]
    assert made, f"{log} holds no call of {json.dumps(sorted(rights))}"
    account = aws.sts.get_caller_identity()["Account"]
    return calls.missing(made, rights, Place(account, LOCAL_REGION))
