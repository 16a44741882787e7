"""The rights of a deployed pipeline, as the services themselves give its policies back."""

import contextlib
import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import boto3

from tests.integration.pipeline import Pipeline
from tests.policies import Policies
from tools.aws import LOCAL_REGION


@dataclass(frozen=True)
class Role:
    """A role: who may take it on, and what it then may do."""

    name: str
    trust: Policies
    permissions: Policies
    managed: tuple[str, ...]


class Rights:
    """Reads the policies of one deployment; ``places`` are its parts, by the words of the tests."""

    def __init__(self, pipeline: Pipeline) -> None:
        self._aws = pipeline.aws
        self._deployment = pipeline.deployment
        session = boto3.Session("test", "test", region_name=LOCAL_REGION)
        self._iam = session.client("iam", endpoint_url=self._aws.endpoint_url)
        self.account = self._deployment.state_machine_arn.split(":")[4]
        self._here = ":".join(self._deployment.state_machine_arn.split(":")[3:5])
        self._name = self._deployment.state_machine_arn.rpartition(":")[2]
        self.prefix = self._name.removesuffix("data-processing-pipeline")

    @property
    def endpoint_url(self) -> str:
        """Where the deployment is."""
        return str(self._aws.endpoint_url)

    @property
    def places_with_roles(self) -> list[str]:
        """The functions, by folder, and the jobs, by script."""
        return [*self._deployment.function_names, *self._deployment.glue_job_names]

    @cached_property
    def roles(self) -> Mapping[str, Role]:
        """All roles of the deployment, by name."""
        pages = self._iam.get_paginator("list_roles").paginate()
        names = [role["RoleName"] for page in pages for role in page["Roles"]]
        return {name: self._role(name) for name in names if name.startswith(self.prefix)}

    def of(self, part: str) -> Policies:
        """What a function (by folder), a job (by script) or the state machine may do."""
        return self.roles[self.role_name(part)].permissions

    def role_name(self, part: str) -> str:
        """The name of the role of a function, a job or the state machine."""
        return self._role_arn(part).rpartition("/")[2]

    @property
    def functions(self) -> Collection[str]:
        """The functions of the deployment, by folder."""
        return self._deployment.function_names.keys()

    @cached_property
    def places(self) -> Mapping[str, str]:
        """ARNs, by the names that stand in braces in the tests' tables."""
        named = self._deployment
        lambdas = f"arn:aws:lambda:{self._here}:function:"
        jobs = f"arn:aws:glue:{self._here}:job/"
        return {
            "source": f"arn:aws:s3:::{named.source_bucket}",
            "processed": f"arn:aws:s3:::{named.processed_bucket}",
            "artifacts": f"arn:aws:s3:::{named.artifacts_bucket}",
            "database": f"arn:aws:glue:{self._here}:database/{named.database_name}",
            "table": f"arn:aws:glue:{self._here}:table/{named.database_name}",
            "topic": named.topic_arn,
            "machine": named.state_machine_arn,
            "claims": f"arn:aws:dynamodb:{self._here}:table/{named.claims_table}",
            "execution": named.state_machine_arn.replace(":stateMachine:", ":execution:") + ":some",
            "queue": self._queue_arn(named.trigger_queue_url),
            "dead_letters": self._queue_arn(named.trigger_dead_letter_queue_url),
            **{
                f"{function}_dead_letters": self._queue_arn(url)
                for function, url in named.dead_letter_queue_urls.items()
            },
            "logs": f"arn:aws:logs:{self._here}:log-group:",
            "prefix": self.prefix,
            "here": self._here,
            **{name: lambdas + function for name, function in named.function_names.items()},
            **{name: jobs + job for name, job in named.glue_job_names.items()},
        }

    def buckets(self) -> Mapping[str, Policies]:
        """The bucket policies, by ARN."""
        names = (
            self._deployment.source_bucket,
            self._deployment.processed_bucket,
            self._deployment.artifacts_bucket,
        )
        s3 = self._aws.s3
        return {
            f"arn:aws:s3:::{name}": Policies.of(
                json.loads(s3.get_bucket_policy(Bucket=name)["Policy"])
            )
            for name in names
        }

    def queues(self) -> Mapping[str, Policies]:
        """The policies of all queues, dead letters included, by ARN."""
        named = self._deployment
        urls = {named.trigger_queue_url, named.trigger_dead_letter_queue_url}
        urls |= {*named.dead_letter_queue_urls.values()}
        found = [
            self._aws.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn", "Policy"])
            for url in urls
        ]
        return {
            answer["Attributes"]["QueueArn"]: Policies.of(
                json.loads(answer["Attributes"]["Policy"])
            )
            for answer in found
        }

    def functions_resource_policies(self) -> Iterator[tuple[str, Policies]]:
        """Yield, by folder, who else may call a function; most have no such policy."""
        functions = self._aws.functions
        for folder, name in self._deployment.function_names.items():
            with contextlib.suppress(functions.exceptions.ResourceNotFoundException):
                yield (
                    folder,
                    Policies.of(json.loads(functions.get_policy(FunctionName=name)["Policy"])),
                )

    def topic(self) -> Policies:
        """The policy of the topic."""
        answer = self._aws.sns.get_topic_attributes(TopicArn=self._deployment.topic_arn)
        return Policies.of(json.loads(answer["Attributes"]["Policy"]))

    def log_policies(self) -> Iterator[Policies]:
        """Yield what services may write to the log groups."""
        for policy in self._aws.logs.describe_resource_policies()["resourcePolicies"]:
            if policy["policyName"].startswith(self.prefix):
                yield Policies.of(json.loads(policy["policyDocument"]))

    def job_files(self, script: str) -> list[str]:
        """ARNs of the objects that Glue fetches with a job's role before it runs."""
        job = self._aws.glue.get_job(JobName=self._deployment.glue_job_names[script])["Job"]
        places = [job["Command"]["ScriptLocation"], job["DefaultArguments"]["--extra-py-files"]]
        return [f"arn:aws:s3:::{uri.removeprefix('s3://')}" for uri in places]

    def _role_arn(self, part: str) -> str:
        named = self._deployment
        if part in named.function_names:
            name = named.function_names[part]
            return self._aws.functions.get_function_configuration(FunctionName=name)["Role"]
        if part in named.glue_job_names:
            return self._aws.glue.get_job(JobName=named.glue_job_names[part])["Job"]["Role"]
        arn = named.state_machine_arn
        return self._aws.step_functions.describe_state_machine(stateMachineArn=arn)["roleArn"]

    def _role(self, name: str) -> Role:
        iam = self._iam
        inline: list[Any] = [
            iam.get_role_policy(RoleName=name, PolicyName=policy)["PolicyDocument"]
            for policy in iam.list_role_policies(RoleName=name)["PolicyNames"]
        ]
        trust: Any = iam.get_role(RoleName=name)["Role"]["AssumeRolePolicyDocument"]
        attached = iam.list_attached_role_policies(RoleName=name)["AttachedPolicies"]
        return Role(
            name,
            Policies.of(trust),
            Policies.of(*inline),
            tuple(policy["PolicyArn"] for policy in attached),
        )

    def _queue_arn(self, url: str) -> str:
        return f"arn:aws:sqs:{self._here}:{url.rpartition('/')[2]}"
