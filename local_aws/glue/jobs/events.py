"""The events of job runs, in the service's shape.

https://docs.aws.amazon.com/glue/latest/dg/automating-awsglue-with-cloudwatch-events.html
"""

from typing import Any

from local_aws.glue.jobs.run import JobRun

STATE_CHANGE = "Glue Job State Change"
RUN_STATUS = "Glue Job Run Status"
_SEVERITY = {"FAILED": "ERROR", "TIMEOUT": "WARN"}
_MESSAGE = {
    "SUCCEEDED": "Job run succeeded",
    "STOPPED": "Job run stopped",
    "TIMEOUT": "Job run timed out",
}


def state_change(run: JobRun) -> dict[str, Any] | None:
    """Return the detail of the event about a run's end; None for states without an event."""
    if run.state not in {"SUCCEEDED", "FAILED", "TIMEOUT", "STOPPED"}:
        return None
    return {
        "jobName": run.job.name,
        "severity": _SEVERITY.get(run.state, "INFO"),
        "state": run.state,
        "jobRunId": run.id,
        "message": _MESSAGE.get(run.state, run.error_message or ""),
    }


def run_status(run: JobRun) -> dict[str, Any]:
    """Return the detail of the event about a run that takes longer than its threshold."""
    return {
        "jobName": run.job.name,
        "severity": "INFO",
        "notificationCondition": {"NotifyDelayAfter": float(run.notify_delay_after or 0)},
        "state": run.state,
        "jobRunId": run.id,
        "message": f"Job is in {run.state} state",
        "startedOn": run.started_on.strftime("%Y-%m-%dT%H:%M:%SZ"),
    }
