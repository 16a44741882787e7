"""Terraform creates, updates and destroys, and finds afterwards what it asked for."""

from pathlib import Path

from tests.integration.local_aws.own_server import OwnServer
from tests.integration.local_aws.terraform_root import terraform_root


def test_table_and_state_machine(local_aws: OwnServer, tmp_path: Path) -> None:
    """https://docs.aws.amazon.com/step-functions/latest/apireference/API_DescribeStateMachine.html
    https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_DescribeTable.html
    """
    states, dynamodb = local_aws.client("stepfunctions"), local_aws.client("dynamodb")
    with terraform_root("table_and_state_machine", tmp_path, local_aws.endpoint_url) as root:
        root.apply()
        root.assert_nothing_to_do()

        second = {"tracing": "false", "log_level": "ERROR", "capacity": "5"}
        root.having(**second).apply()
        root.having(**second).assert_nothing_to_do()
        machines = states.list_state_machines()["stateMachines"]
        (arn,) = [m["stateMachineArn"] for m in machines if m["name"] == "table-and-state-machine"]
        described = states.describe_state_machine(stateMachineArn=arn)
        assert described["tracingConfiguration"] == {"enabled": False}
        assert described["loggingConfiguration"]["level"] == "ERROR"
        throughput = dynamodb.describe_table(TableName="tracked")["Table"]["ProvisionedThroughput"]
        assert (throughput["ReadCapacityUnits"], throughput["WriteCapacityUnits"]) == (5, 5)
    assert "tracked" not in dynamodb.list_tables()["TableNames"]
