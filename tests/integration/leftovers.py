"""What of a pipeline is still there, asked of the services and not of Terraform's state."""

from collections.abc import Callable, Mapping
from typing import Any

import boto3


def leftovers(endpoint_url: str, prefix: str) -> dict[str, list[str]]:
    """Names of what bears ``prefix`` somewhere in its name, by kind; empty kinds are left out."""
    session = boto3.Session("test", "test", region_name="us-east-1")

    def client(service: str) -> Any:
        return session.client(service, endpoint_url=endpoint_url)  # type: ignore[call-overload]

    def paged(service: str, operation: str, key: str, name: str) -> Callable[[], list[str]]:
        pages = client(service).get_paginator(operation)
        return lambda: [item[name] for page in pages.paginate() for item in page.get(key, [])]

    def paged_names(service: str, operation: str, key: str) -> Callable[[], list[str]]:
        pages = client(service).get_paginator(operation)
        return lambda: [name for page in pages.paginate() for name in page.get(key, [])]

    kinds: Mapping[str, Callable[[], list[str]]] = {
        "buckets": lambda: [b["Name"] for b in client("s3").list_buckets()["Buckets"]],
        "functions": paged("lambda", "list_functions", "Functions", "FunctionName"),
        "event source mappings": paged(
            "lambda", "list_event_source_mappings", "EventSourceMappings", "EventSourceArn"
        ),
        "roles": paged("iam", "list_roles", "Roles", "RoleName"),
        "jobs": lambda: client("glue").list_jobs()["JobNames"],
        "workflows": lambda: client("glue").list_workflows()["Workflows"],
        "triggers": lambda: client("glue").list_triggers()["TriggerNames"],
        "crawlers": lambda: client("glue").list_crawlers()["CrawlerNames"],
        "databases": paged("glue", "get_databases", "DatabaseList", "Name"),
        "state machines": paged("stepfunctions", "list_state_machines", "stateMachines", "name"),
        "tables": paged_names("dynamodb", "list_tables", "TableNames"),
        "schedules": paged("scheduler", "list_schedules", "Schedules", "Name"),
        "topics": paged("sns", "list_topics", "Topics", "TopicArn"),
        "queues": lambda: client("sqs").list_queues().get("QueueUrls", []),
        "rules": paged("events", "list_rules", "Rules", "Name"),
        "alarms": paged("cloudwatch", "describe_alarms", "MetricAlarms", "AlarmName"),
        "dashboards": paged("cloudwatch", "list_dashboards", "DashboardEntries", "DashboardName"),
        "log groups": paged("logs", "describe_log_groups", "logGroups", "logGroupName"),
        "log policies": paged(
            "logs", "describe_resource_policies", "resourcePolicies", "policyName"
        ),
    }
    found = {kind: [name for name in names() if prefix in name] for kind, names in kinds.items()}
    return {kind: names for kind, names in found.items() if names}
