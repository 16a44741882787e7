"""Shapes: https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html"""

import json
import re

import pytest

from local_aws.lambda_runtime import report


def test_report_line_of_a_cold_start_bills_the_init() -> None:
    line = report.Report("id-1", 1.5, 128, 36, init_ms=110.2).line()
    assert line == (
        "REPORT RequestId: id-1\tDuration: 1.50 ms\tBilled Duration: 112 ms\t"
        "Memory Size: 128 MB\tMax Memory Used: 36 MB\tInit Duration: 110.20 ms\t"
    )


def test_timeout_says_when_which_and_after_how_long() -> None:
    failure = report.timed_out("id-1", 3)
    assert json.loads(failure.payload) == {
        "errorType": "Sandbox.Timedout",
        "errorMessage": "RequestId: id-1 Error: Task timed out after 3.00 seconds",
    }
    assert re.fullmatch(
        r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z id-1 Task timed out after 3\.00 seconds",
        failure.log_lines[0],
    )
    line = report.Report("id-1", 3000.3, 128, 36, failure=failure).line()
    assert line.endswith("Max Memory Used: 36 MB\tStatus: timeout\t")


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        (0, "Runtime exited without providing a reason"),
        (3, "Runtime exited with error: exit status 3"),
        (-9, "Runtime exited with error: signal: killed"),
        (-11, "Runtime exited with error: signal: segmentation fault"),
    ],
)
def test_exit_names_its_status_or_signal(code: int, reason: str) -> None:
    failure = report.exited("id-1", code)
    assert json.loads(failure.payload) == {
        "errorType": "Runtime.ExitError",
        "errorMessage": f"RequestId: id-1 Error: {reason}",
    }
    assert failure.fields() == ["Status: error", "Error Type: Runtime.ExitError"]


def test_failed_init_is_reported_with_its_error() -> None:
    failure = report.init_failed(b'{"errorType": "Runtime.ImportModuleError"}')
    assert report.init_report_line(12, failure) == (
        "INIT_REPORT Init Duration: 12.00 ms\tPhase: init\tStatus: error\t"
        "Error Type: Runtime.ImportModuleError\t"
    )
