"""A table of claims in moto, made as Terraform makes it."""

import boto3

NAME = "pipeline-claims"


def claims_table() -> str:
    """Make the table; return its name."""
    boto3.client("dynamodb").create_table(
        TableName=NAME,
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    return NAME
