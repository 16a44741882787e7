"""The AWS edge of sweep_source.

Called by a schedule; the event does not matter. Answers with ``sweep.Tick``.
"""

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any

import boto3
from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from functions.common.cursor import Cursor
from functions.common.errors import MissingSettingError
from functions.common.executions import Starter, step_functions_client
from functions.common.settings import positive_integer, required
from functions.sweep_source.listing import Filter, Listing
from functions.sweep_source.sweep import Sweep, Window

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_stepfunctions import SFNClient

logger = Logger()
metrics = Metrics(namespace="DataPipelines")


@dataclass(frozen=True)
class Clients:
    """The services that a sweep talks to."""

    s3: "S3Client"
    dynamodb: "DynamoDBClient"
    step_functions: "SFNClient"


@cache
def _clients() -> Clients:
    step_functions = step_functions_client(os.environ)
    return Clients(boto3.client("s3"), boto3.client("dynamodb"), step_functions)


def sweep_from(environment: Mapping[str, str], clients: Clients) -> Sweep:
    """Make a sweep of the settings in the environment.

    SOURCE_BUCKET, what a Starter reads; PREFIXES and SUFFIXES (JSON lists of texts, those of the
    trigger), MIN_AGE_SECONDS, LOOKBACK_SECONDS, MAX_OBJECTS.
    Raises MissingSettingError.
    """
    bucket = required(environment, "SOURCE_BUCKET")
    table = required(environment, "CLAIMS_TABLE")
    chosen = Filter(_texts(environment, "PREFIXES"), _texts(environment, "SUFFIXES"))
    return Sweep(
        listing=Listing(clients.s3, bucket, chosen),
        cursor=Cursor(table, clients.dynamodb, bucket),
        starter=Starter.from_environment(environment, clients.step_functions, clients.dynamodb),
        window=Window(
            timedelta(seconds=positive_integer(environment, "MIN_AGE_SECONDS", 15 * 60)),
            timedelta(seconds=positive_integer(environment, "LOOKBACK_SECONDS", 7 * 86_400)),
        ),
        max_objects=positive_integer(environment, "MAX_OBJECTS", 10_000),
    )


@logger.inject_lambda_context
@metrics.log_metrics
def handler(_event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Sweep a stretch of the source bucket."""
    sweep = sweep_from(os.environ, _clients())
    tick = sweep.tick(datetime.now(UTC), lambda: context.get_remaining_time_in_millis() / 1000)
    logger.info("swept", extra=tick.to_json())
    metrics.add_metric("MissedObjects", MetricUnit.Count, tick.missed)
    metrics.add_metric("StartedExecutions", MetricUnit.Count, tick.started)
    return tick.to_json()


def _texts(environment: Mapping[str, str], name: str) -> Sequence[str]:
    text = environment.get(name) or "[]"
    try:
        value = json.loads(text)
    except ValueError:
        value = None
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise MissingSettingError(
            f'The environment variable {name} is {text!r}; use a JSON list of texts, ["raw/"].'
        )
    return value
