"""State machines with a key of one's own.

https://docs.aws.amazon.com/step-functions/latest/apireference/API_EncryptionConfiguration.html
"""

import json
from collections.abc import Iterator

import pytest

from tests.integration.local_aws.own_server import OwnServer

NAME = "encrypted-executions"
ROLE = "arn:aws:iam::000000000000:role/test"
DEFINITION = json.dumps({"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}})
OWN_KEY = {
    "type": "CUSTOMER_MANAGED_KMS_KEY",
    "kmsKeyId": "arn:aws:kms:us-east-1:000000000000:key/11111111-2222-3333-4444-555555555555",
    "kmsDataKeyReusePeriodSeconds": 300,
}
AWS_KEY = {"type": "AWS_OWNED_KEY"}


@pytest.fixture
def machine(local_aws: OwnServer) -> Iterator[str]:
    states = local_aws.client("stepfunctions")
    made = states.create_state_machine(
        name=NAME, roleArn=ROLE, definition=DEFINITION, encryptionConfiguration=OWN_KEY
    )
    yield made["stateMachineArn"]
    states.delete_state_machine(stateMachineArn=made["stateMachineArn"])


def test_the_key_is_described_as_it_was_given(local_aws: OwnServer, machine: str) -> None:
    states = local_aws.client("stepfunctions")
    described = states.describe_state_machine(stateMachineArn=machine)
    assert described["encryptionConfiguration"] == OWN_KEY


def test_the_key_alone_can_be_updated(local_aws: OwnServer, machine: str) -> None:
    states = local_aws.client("stepfunctions")
    states.update_state_machine(stateMachineArn=machine, encryptionConfiguration=AWS_KEY)
    described = states.describe_state_machine(stateMachineArn=machine)
    assert described["encryptionConfiguration"] == AWS_KEY
    assert described["roleArn"] == ROLE
    assert json.loads(described["definition"]) == json.loads(DEFINITION)
