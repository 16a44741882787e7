"""Execution environments with real processes, without a server.

https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html
"""

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import psutil
import pytest

from local_aws.lambda_runtime import runtime_home
from local_aws.lambda_runtime.environment import Environment, Function, Outcome, Request
from tests.wait import wait_until


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return runtime_home.build(tmp_path_factory.mktemp("runtime"))


class Sandbox:
    """Makes environments of a source text and invokes them."""

    def __init__(self, home: Path, folder: Path) -> None:
        self.home = home
        self.folder = folder
        self.environments: list[Environment] = []

    def function(self, source: str, **members: Any) -> Function:
        task_root = self.folder / "task"
        task_root.mkdir(exist_ok=True)
        (task_root / "app.py").write_text(source)
        function = Function(
            version="$LATEST",
            runtime="python3.13",
            timeout=60,
            memory_mb=256,
            task_root=task_root,
            layers=None,
            environment={
                "PATH": "/usr/bin:/bin",
                "_HANDLER": "app.handler",
                "AWS_EXECUTION_ENV": "AWS_Lambda_python3.13",
                "AWS_LAMBDA_FUNCTION_NAME": "app",
                "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "256",
            },
        )
        return replace(function, **members)

    def start(self, source: str, init_seconds: float = 60, **members: Any) -> Environment:
        environment = Environment(
            self.function(source, **members), self.home, self.folder / "env", init_seconds
        )
        self.environments.append(environment)
        environment.start()
        return environment


@pytest.fixture
def sandbox(home: Path, tmp_path: Path) -> Iterator[Sandbox]:
    sandbox = Sandbox(home, tmp_path)
    yield sandbox
    for environment in sandbox.environments:
        environment.stop()


def invoke(environment: Environment, event: object = None, request_id: str = "id-1") -> Outcome:
    arn = "arn:aws:lambda:us-east-1:000000000000:function:app"
    payload = json.dumps(event).encode()
    return environment.invoke(Request(request_id, arn, payload, "Root=1-2-3;Sampled=1"))


def log(outcome: Outcome) -> str:
    return "\n".join(event.message for event in outcome.events)


def test_cold_then_warm(sandbox: Sandbox) -> None:
    environment = sandbox.start(
        "print('loading')\n"
        "calls = []\n"
        "def handler(event, context):\n"
        "    print('handling', event)\n"
        "    calls.append(context.aws_request_id)\n"
        "    return calls\n"
    )
    cold = invoke(environment, 1, "id-1")
    warm = invoke(environment, 2, "id-2")
    assert json.loads(cold.payload) == ["id-1"]
    assert json.loads(warm.payload) == ["id-1", "id-2"]
    assert not cold.is_error
    lines = [event.message for event in cold.events]
    assert lines[:4] == [
        "loading",
        "START RequestId: id-1 Version: $LATEST",
        "handling 1",
        "END RequestId: id-1",
    ]
    assert "\tInit Duration: " in lines[4]
    assert "loading" not in log(warm)
    assert "Init Duration" not in log(warm)


def test_context_tells_time_identity_and_memory(sandbox: Sandbox) -> None:
    environment = sandbox.start(
        "import os\n"
        "def handler(event, context):\n"
        "    return [context.function_name, context.memory_limit_in_mb,\n"
        "            context.invoked_function_arn, context.get_remaining_time_in_millis(),\n"
        "            context.identity is not None, os.environ['_X_AMZN_TRACE_ID'],\n"
        "            os.environ['LAMBDA_TASK_ROOT'] == os.getcwd()]\n",
        timeout=30,
    )
    name, memory, arn, remaining, *rest = json.loads(invoke(environment).payload)
    assert (name, memory) == ("app", "256")
    assert arn.endswith(":function:app")
    assert 0 < remaining <= 30_000
    assert rest == [True, "Root=1-2-3;Sampled=1", True]


def test_only_the_runtimes_libraries_are_there(sandbox: Sandbox) -> None:
    """https://docs.aws.amazon.com/lambda/latest/dg/python-package.html"""
    environment = sandbox.start(
        "import importlib.util, boto3\n"
        "def handler(event, context):\n"
        "    return {name: importlib.util.find_spec(name) is not None for name in event}\n"
    )
    present = ["botocore", "urllib3", "s3transfer", "jmespath", "dateutil", "six", "awslambdaric"]
    absent = ["localstack", "moto", "rich", "pyarrow", "requests", "pip", "local_aws", "yaml"]
    found = json.loads(invoke(environment, present + absent).payload)
    assert found == dict.fromkeys(present, True) | dict.fromkeys(absent, False)


def test_package_and_layers_come_before_the_runtime(sandbox: Sandbox, tmp_path: Path) -> None:
    """https://docs.aws.amazon.com/lambda/latest/dg/packaging-layers.html"""
    layers = tmp_path / "opt"
    site = layers / "python" / "lib" / "python3.13" / "site-packages"
    site.mkdir(parents=True)
    (site / "deep.py").write_text("where = 'site'\n")
    (layers / "python" / "flat.py").write_text("where = 'flat'\n")
    (layers / "python" / "six.py").write_text("where = 'layer'\n")
    environment = sandbox.start(
        "import deep, flat, six\n"
        "def handler(event, context):\n"
        "    return [deep.where, flat.where, six.where]\n",
        layers=layers,
    )
    assert json.loads(invoke(environment).payload) == ["site", "flat", "layer"]


def test_unhandled_exception_is_told_with_its_trace(sandbox: Sandbox) -> None:
    environment = sandbox.start("def handler(event, context):\n    raise ValueError('no rows')\n")
    outcome = invoke(environment)
    error = json.loads(outcome.payload)
    assert outcome.is_error
    assert error["errorType"] == "ValueError"
    assert error["errorMessage"] == "no rows"
    assert error["requestId"] == "id-1"
    assert "in handler" in error["stackTrace"][0]
    (traced,) = [event for event in outcome.events if event.message.startswith("[ERROR]")]
    assert traced.message.startswith("[ERROR] ValueError: no rows\nTraceback")


def test_timeout_ends_the_process_and_what_it_started(sandbox: Sandbox) -> None:
    environment = sandbox.start(
        "import subprocess, sys, time\n"
        "def handler(event, context):\n"
        "    if event == 'quick': return 'quick'\n"
        "    print(subprocess.Popen(['sleep', '600']).pid)\n"
        "    time.sleep(600)\n",
        timeout=2,
    )
    outcome = invoke(environment, "slow")
    assert json.loads(outcome.payload)["errorType"] == "Sandbox.Timedout"
    assert "Task timed out after 2.00 seconds" in log(outcome)
    assert log(outcome).endswith("Status: timeout\t")
    child = int(next(event.message for event in outcome.events if event.message.isdigit()))
    wait_until(lambda: not psutil.pid_exists(child), describe=f"the end of process {child}")
    # A slow machine needs longer than two seconds to import: ask until it was quick enough.
    wait_until(lambda: json.loads(invoke(environment, "quick").payload) == "quick")


@pytest.mark.parametrize(
    ("statement", "reason"),
    [
        ("sys.exit(3)", "exit status 3"),
        ("os._exit(0)", "Runtime exited without providing a reason"),
        ("os.kill(os.getpid(), 9)", "signal: killed"),
    ],
)
def test_crash_is_an_exit_error_and_the_next_call_works(
    sandbox: Sandbox, statement: str, reason: str
) -> None:
    environment = sandbox.start(
        "import os, sys\n"
        "def handler(event, context):\n"
        f"    if event == 'crash': {statement}\n"
        "    return 'fine'\n"
    )
    outcome = invoke(environment, "crash")
    error = json.loads(outcome.payload)
    assert outcome.is_error
    assert error["errorType"] == "Runtime.ExitError"
    assert error["errorMessage"].startswith("RequestId: id-1 Error: ")
    assert reason in error["errorMessage"]
    again = invoke(environment, "go on")
    assert json.loads(again.payload) == "fine"
    assert "Init Duration" not in log(again)  # a suppressed init is part of the duration


@pytest.mark.parametrize(
    ("source", "error_type", "message"),
    [
        (
            "import rich\n",
            "Runtime.ImportModuleError",
            "Unable to import module 'app': No module named 'rich'",
        ),
        (
            "def other(event, context): pass\n",
            "Runtime.HandlerNotFound",
            "Handler 'handler' missing on module 'app'",
        ),
        ("def handler(:\n", "Runtime.UserCodeSyntaxError", "Syntax error in module 'app'"),
        ("raise KeyError('setting')\n", "KeyError", "'setting'"),
        ("import sys; sys.exit(5)\n", "Runtime.ExitError", "exit status 5"),
    ],
)
def test_init_error_is_reported_by_the_invocation(
    sandbox: Sandbox, source: str, error_type: str, message: str
) -> None:
    environment = sandbox.start(source)
    outcome = invoke(environment)
    error = json.loads(outcome.payload)
    assert outcome.is_error
    assert error["errorType"] == error_type
    assert message in error["errorMessage"]
    assert "INIT_REPORT Init Duration" in log(outcome)
    assert f"Status: error\tError Type: {error_type}" in log(outcome)


def test_init_is_tried_again_by_the_first_invocation(sandbox: Sandbox, tmp_path: Path) -> None:
    marker = tmp_path / "tried"
    environment = sandbox.start(
        "import pathlib, time\n"
        f"marker = pathlib.Path({str(marker)!r})\n"
        "if not marker.exists():\n"
        "    marker.touch()\n"
        "    time.sleep(600)\n"
        "def handler(event, context): return 'ready'\n",
        init_seconds=3,
    )
    # On a machine under load Python may not even reach the file in three seconds.
    marker.touch()
    outcome = invoke(environment)
    assert json.loads(outcome.payload) == "ready"
    assert "Phase: init\tStatus: timeout" in log(outcome)


def test_scratch_folder_survives_a_reset_and_ends_with_the_environment(sandbox: Sandbox) -> None:
    environment = sandbox.start(
        "import os, pathlib, tempfile\n"
        "def handler(event, context):\n"
        "    scratch = pathlib.Path(tempfile.gettempdir())\n"
        "    if event == 'write':\n"
        "        (scratch / 'kept').touch()\n"
        "        os._exit(1)\n"
        "    return [str(scratch), os.listdir(scratch)]\n"
    )
    invoke(environment, "write")
    scratch, files = json.loads(invoke(environment, "list").payload)
    assert files == ["kept"]
    environment.stop()
    assert not Path(scratch).exists()


def test_a_busy_environment_ends_after_its_invocation(sandbox: Sandbox, tmp_path: Path) -> None:
    gate = tmp_path / "gate"
    environment = sandbox.start(
        "import os, pathlib, time\n"
        "def handler(event, context):\n"
        f"    pathlib.Path({str(gate)!r} + '.reached').touch()\n"
        f"    while not os.path.exists({str(gate)!r}): time.sleep(0.05)\n"
        "    return os.getpid()\n"
    )
    outcomes: list[Outcome] = []
    caller = threading.Thread(target=lambda: outcomes.append(invoke(environment)))
    caller.start()
    wait_until(Path(f"{gate}.reached").exists, describe="the handler")
    environment.stop()
    gate.touch()
    caller.join(60)
    process = json.loads(outcomes[0].payload)
    assert not outcomes[0].is_error
    wait_until(lambda: not psutil.pid_exists(process), describe=f"the end of process {process}")


def test_response_larger_than_6_mb_is_refused(sandbox: Sandbox) -> None:
    """https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html"""
    environment = sandbox.start("def handler(event, context): return 'x' * event\n")
    fits = invoke(environment, 6 * 1024 * 1024)
    assert not fits.is_error
    refused = invoke(environment, 6 * 1024 * 1024 + 200)
    assert refused.is_error
    assert json.loads(refused.payload)["errorType"] == "Function.ResponseSizeTooLarge"
    assert not invoke(environment, 1).is_error


def test_memory_used_is_measured(sandbox: Sandbox) -> None:
    environment = sandbox.start("def handler(event, context): b = b'x' * event; return len(b)\n")
    used: Callable[[Outcome], int] = lambda outcome: int(  # noqa: E731
        log(outcome).split("Max Memory Used: ")[1].split(" MB")[0]
    )
    small = used(invoke(environment, 0))
    large = used(invoke(environment, 100 * 2**20))
    assert 5 < small < 100
    assert large >= small + 90


HOLD = """
import time
def handler(event, context):
    held = bytearray(event["mb"] * 2**20)
    held[::4096] = b"x" * len(held[::4096])
    time.sleep(event.get("seconds", 0))
    return len(held)
"""


def test_a_function_has_the_memory_it_was_given(sandbox: Sandbox) -> None:
    environment = sandbox.start(HOLD, memory_mb=256)
    outcome = invoke(environment, {"mb": 100, "seconds": 1})
    assert (outcome.is_error, json.loads(outcome.payload)) == (False, 100 * 2**20)


def test_more_memory_ends_the_environment(sandbox: Sandbox) -> None:
    """https://docs.aws.amazon.com/lambda/latest/dg/troubleshooting-invocation.html"""
    environment = sandbox.start(HOLD, memory_mb=256)
    outcome = invoke(environment, {"mb": 400, "seconds": 60})
    assert outcome.is_error
    assert json.loads(outcome.payload) == {
        "errorType": "Runtime.OutOfMemory",
        "errorMessage": "RequestId: id-1 Error: Runtime exited with error: signal: killed",
    }
    assert "Error Type: Runtime.OutOfMemory" in log(outcome)
    # The next invocation has a new process.
    assert not invoke(environment, {"mb": 1}, "id-2").is_error


def test_memory_of_children_counts(sandbox: Sandbox) -> None:
    source = (
        "import subprocess, sys\n"
        "def handler(event, context):\n"
        "    hold = 'x = bytearray(400 * 2**20); x[::4096] = bytes(len(x[::4096])); input()'\n"
        "    subprocess.Popen([sys.executable, '-c', hold], stdin=subprocess.PIPE).wait()\n"
    )
    environment = sandbox.start(source, memory_mb=256)
    assert json.loads(invoke(environment).payload)["errorType"] == "Runtime.OutOfMemory"
