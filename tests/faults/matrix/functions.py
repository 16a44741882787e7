"""Lambda: its transient errors, timeouts after the side effect, functions that die."""

import io
import zipfile
from pathlib import Path

from tests.faults.matrix.calls import invokes, of_manifest, of_part
from tests.faults.matrix.registry import fault
from tests.faults.matrix.stage import Stage
from tests.faults.proxy.answers import ServiceError
from tests.faults.proxy.faults import DelayResponse, Drop, KillCaller, Refuse
from tests.faults.world import FUNCTION_SECONDS
from tests.integration.conftest import ROOT
from tests.wait import wait_until

RETRIED = "A step that may be tried again is, and does its work once"

# https://docs.aws.amazon.com/step-functions/latest/dg/bp-lambda-serviceexception.html
TRANSIENT = (
    ServiceError(500, "ServiceException"),
    ServiceError(500, "AWSLambdaException"),
    ServiceError(500, "SdkClientException"),
    ServiceError(500, "ClientExecutionTimeoutException"),
    ServiceError(429, "TooManyRequestsException"),
)


def _transient(error: ServiceError) -> None:
    @fault(f"Lambda.{error.code}", RETRIED)
    def refused_twice(stage: Stage) -> None:
        refused = stage.strike(
            "lambda", "Invoke", Refuse(error), times=2, where=invokes("validate-file")
        )
        run = stage.ended(stage.csv(), "SUCCESS")
        assert refused.is_spent
        assert stage.retries(run, "ValidateFile") == 2


for _error in TRANSIENT:
    _transient(_error)


@fault("connection to Lambda cut", RETRIED)
def connection_cut(stage: Stage) -> None:
    cut = stage.strike("lambda", "Invoke", Drop(), where=invokes("validate-file"))
    stage.ended(stage.csv(), "SUCCESS")
    assert cut.is_spent


@fault("Lambda goes on failing", "What cannot be done is told, once")
def goes_on_failing(stage: Stage) -> None:
    # In a short time: the definition's own patience is minutes long, and tested in test_retries.
    error = ServiceError(403, "AccessDeniedException", "The role may not.")
    stage.strike("lambda", "Invoke", Refuse(error), None, where=invokes("validate-file"))
    run = stage.ended(stage.csv(), "FAILURE")
    assert "AccessDenied" in stage.error(run)


@fault("function timeout before its work", RETRIED)
def timeout_before(stage: Stage) -> None:
    slow = stage.strike("s3", "GetObject", DelayResponse(FUNCTION_SECONDS + 30))
    run = stage.ended(stage.csv(), "SUCCESS")
    assert slow.is_spent
    assert stage.retries(run, "ValidateFile") == 1


@fault("function timeout after its side effect", RETRIED)
def timeout_after(stage: Stage) -> None:
    """publish_output writes the manifest, and has no time left to say so."""
    slow = stage.strike("s3", "PutObject", DelayResponse(FUNCTION_SECONDS + 30), where=of_manifest)
    run = stage.ended(stage.csv(), "SUCCESS")
    assert slow.is_spent
    assert stage.retries(run, "PublishOutput") == 1


@fault("trigger's timeout after the start", "One run per object version")
def trigger_timeout(stage: Stage) -> None:
    slow = stage.strike("states", "StartExecution", DelayResponse(FUNCTION_SECONDS + 30))
    stage.ended(stage.csv(), "SUCCESS")
    assert slow.is_spent


@fault("validating function killed", RETRIED)
def killed(stage: Stage) -> None:
    struck = stage.strike("s3", "GetObject", KillCaller(after=True))
    run = stage.ended(stage.csv(), "SUCCESS")
    assert struck.is_spent
    assert stage.retries(run, "ValidateFile") == 1


@fault("Lambda engine killed in the middle of a write", RETRIED)
def killed_in_a_write(stage: Stage) -> None:
    """What the first attempt wrote stays behind, and is named by nobody."""
    struck = stage.strike("s3", "PutObject", KillCaller(after=True), where=of_part)
    run = stage.ended(stage.csv(), "SUCCESS")
    assert struck.is_spent
    assert stage.retries(run, "ProcessFile") == 1
    attempts = {key.split("/")[-2] for key in stage.processed("attempts") if "/part-" in key}
    assert len(attempts) == 2


HOG = '''
"""validate_file, which takes more memory than it has at its first call for a file."""

import json
from pathlib import Path

from functions.validate_file.handler import handler as validate

SEEN = Path("{seen}")


def handler(event, context):
    if "outofmemory" in event["key"] and not SEEN.exists():
        SEEN.touch()
        hoard = []
        while True:
            hoard.append(bytes(16 * 1024 * 1024).replace(b"\\0", b"x"))
    return validate(event, context)
'''


@fault("out of memory", RETRIED, alone=True)
def out_of_memory(stage: Stage) -> None:
    functions, name = stage.world.aws.functions, stage.world.names["validate_file"]
    package = (ROOT / "dist/functions/validate_file.zip").read_bytes()
    seen = Path("/tmp") / f"{stage.folder}-{stage.world.proxy.port}"
    _deploy(stage, _with_hog(package, seen), "hog.handler")
    memory = functions.get_function_configuration(FunctionName=name)["MemorySize"]
    functions.update_function_configuration(FunctionName=name, MemorySize=256)
    try:
        run = stage.ended(stage.csv(), "SUCCESS")
        assert seen.exists()
        assert stage.retries(run, "ValidateFile") == 1
    finally:
        seen.unlink(missing_ok=True)
        functions.update_function_configuration(FunctionName=name, MemorySize=memory)
        _deploy(stage, package, "functions.validate_file.handler.handler")


def _with_hog(package: bytes, seen: Path) -> bytes:
    body = io.BytesIO(package)
    with zipfile.ZipFile(body, "a") as archive:
        archive.writestr("hog.py", HOG.format(seen=seen))
    return body.getvalue()


def _deploy(stage: Stage, package: bytes, handler: str) -> None:
    functions, name = stage.world.aws.functions, stage.world.names["validate_file"]
    functions.update_function_code(FunctionName=name, ZipFile=package)
    is_updated(stage, name)
    functions.update_function_configuration(FunctionName=name, Handler=handler)
    is_updated(stage, name)


def is_updated(stage: Stage, name: str) -> None:
    """Wait until a function's last change is in force."""
    describe = stage.world.aws.functions.get_function_configuration
    wait_until(
        lambda: describe(FunctionName=name)["LastUpdateStatus"] == "Successful",
        60,
        f"the change of {name}",
        0.5,
    )
