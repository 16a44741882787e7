"""Scripts as Glue jobs of a local AWS: put, run, awaited, read."""

from dataclasses import dataclass, field
from typing import Any

from tests.integration.local_aws.own_server import REGION, OwnServer
from tests.wait import wait_until

ROLE = "arn:aws:iam::000000000000:role/glue"
ENDED = {"SUCCEEDED", "FAILED", "TIMEOUT", "STOPPED", "ERROR"}


@dataclass
class GlueScripts:
    """Runs scripts as Spark jobs over one bucket."""

    aws: OwnServer
    bucket: str
    jobs: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.glue = self.aws.client("glue")
        self.s3 = self.aws.client("s3")
        location = {"LocationConstraint": REGION}
        self.s3.create_bucket(Bucket=self.bucket, CreateBucketConfiguration=location)

    def put(self, key: str, body: str | bytes) -> str:
        self.s3.put_object(Bucket=self.bucket, Key=key, Body=body)
        return f"s3://{self.bucket}/{key}"

    def keys(self, prefix: str) -> list[str]:
        found = self.s3.list_objects_v2(Bucket=self.bucket, Prefix=prefix)
        return sorted(one["Key"] for one in found.get("Contents", []))

    def create(self, name: str, script: str, **arguments: str) -> None:
        """Create a job; ``job_bookmark_option`` becomes ``--job-bookmark-option``."""
        self.glue.create_job(
            Name=name,
            Role=ROLE,
            GlueVersion="5.1",
            Command={
                "Name": "glueetl",
                "ScriptLocation": self.put(f"scripts/{name}.py", script),
                "PythonVersion": "3",
            },
            DefaultArguments=_as_arguments({"bucket": self.bucket, **arguments}),
        )
        self.jobs.add(name)

    def run(self, name: str, script: str | None = None, **arguments: str) -> dict[str, Any]:
        """Run a job and return the run when it has ended; with ``script`` create the job first."""
        if script is not None:
            self.create(name, script)
        started = self.glue.start_job_run(JobName=name, Arguments=_as_arguments(arguments))

        def run() -> dict[str, Any]:
            found = self.glue.get_job_run(JobName=name, RunId=started["JobRunId"])
            described: dict[str, Any] = found["JobRun"]
            return described

        wait_until(
            # Asked too often, boto3 takes the processor from Spark.
            lambda: run()["JobRunState"] in ENDED,
            timeout=300,
            describe=run,
            interval=0.5,
        )
        return run()

    def succeed(self, name: str, script: str | None = None, **arguments: str) -> list[str]:
        """Run a job, which must succeed, and return the lines it printed."""
        ended = self.run(name, script, **arguments)
        told = ended.get("ErrorMessage")
        assert ended["JobRunState"] == "SUCCEEDED", f"{told}\n{self.errors(ended['Id'])}"
        return self.output(ended["Id"])

    def output(self, run_id: str) -> list[str]:
        """Return what a run printed: all of it is there when the run has ended."""
        return self._logged("output", run_id)

    def errors(self, run_id: str) -> str:
        """Return the end of a run's error log."""
        return "\n".join(self._logged("error", run_id))[-5000:]

    def _logged(self, group: str, run_id: str) -> list[str]:
        logs = self.aws.client("logs")
        try:
            pages = logs.get_paginator("filter_log_events").paginate(
                logGroupName=f"/aws-glue/jobs/{group}", logStreamNames=[run_id]
            )
            return [event["message"] for page in pages for event in page["events"]]
        except logs.exceptions.ResourceNotFoundException:
            return []


def _as_arguments(arguments: dict[str, str]) -> dict[str, str]:
    return {f"--{name}": value for name, value in arguments.items()}
