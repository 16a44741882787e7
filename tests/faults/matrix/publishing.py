"""From the staged attempt to the manifest: conditional writes, lost answers, a slow S3."""

from tests.faults.matrix.calls import by_spark, of_manifest, of_part
from tests.faults.matrix.registry import fault
from tests.faults.matrix.stage import Stage
from tests.faults.proxy.answers import ServiceError
from tests.faults.proxy.faults import Duplicate, KillCaller, LoseResponse, Refuse

ONE_OUTPUT = "One published output per successful run, and no other run's"
SLOW_DOWN = ServiceError(503, "SlowDown", "Please reduce your request rate.")
CONFLICT = ServiceError(409, "ConditionalRequestConflict", "A conflicting operation occurred.")
FAILED = ServiceError(412, "PreconditionFailed", "A precondition you specified did not hold.")


@fault("crash between staging and manifest", ONE_OUTPUT)
def crash_before_the_manifest(stage: Stage) -> None:
    killed = stage.strike("s3", "PutObject", KillCaller(), where=of_manifest)
    run = stage.ended(stage.csv(), "SUCCESS")
    assert killed.is_spent
    assert stage.retries(run, "PublishOutput") == 1


@fault("crash after the manifest", ONE_OUTPUT)
def crash_after_the_manifest(stage: Stage) -> None:
    killed = stage.strike("s3", "PutObject", KillCaller(after=True), where=of_manifest)
    run = stage.ended(stage.csv(), "SUCCESS")
    assert killed.is_spent
    assert stage.retries(run, "PublishOutput") == 1


@fault("conditional write answers 409", ONE_OUTPUT)
def conditional_write_conflicts(stage: Stage) -> None:
    refused = stage.strike("s3", "PutObject", Refuse(CONFLICT), times=2, where=of_manifest)
    stage.ended(stage.csv(), "SUCCESS")
    assert refused.is_spent


@fault("conditional write answers 412", ONE_OUTPUT)
def conditional_write_fails(stage: Stage) -> None:
    refused = stage.strike("s3", "PutObject", Refuse(FAILED), times=2, where=of_manifest)
    stage.ended(stage.csv(), "SUCCESS")
    assert refused.is_spent


@fault("conditional write fails beyond the function's bound", ONE_OUTPUT)
def conditional_write_goes_on_failing(stage: Stage) -> None:
    refused = stage.strike("s3", "PutObject", Refuse(FAILED), times=7, where=of_manifest)
    run = stage.ended(stage.csv(), "SUCCESS")
    assert refused.is_spent
    assert stage.retries(run, "PublishOutput") >= 1


@fault("manifest's response lost", ONE_OUTPUT)
def manifest_response_lost(stage: Stage) -> None:
    """The client's own second try is refused by the first one's manifest."""
    lost = stage.strike("s3", "PutObject", LoseResponse(), where=of_manifest)
    stage.ended(stage.csv(), "SUCCESS")
    assert lost.is_spent


@fault("response lost at the manifest's replacement", ONE_OUTPUT)
def replacement_response_lost(stage: Stage) -> None:
    stage.ended(stage.csv(), "SUCCESS")
    lost = stage.strike("s3", "PutObject", LoseResponse(), where=of_manifest)
    stage.ended(stage.csv(), "SUCCESS")
    assert lost.is_spent


@fault("manifest's write repeated on its way", ONE_OUTPUT)
def manifest_written_twice(stage: Stage) -> None:
    doubled = stage.strike("s3", "PutObject", Duplicate(), where=of_manifest)
    stage.ended(stage.csv(), "SUCCESS")
    assert doubled.is_spent


@fault("S3 503 SlowDown while validating", "A slow S3 delays a file, and loses none")
def slow_down_reading(stage: Stage) -> None:
    refused = stage.strike("s3", "GetObject", Refuse(SLOW_DOWN), times=7)
    stage.ended(stage.csv(), "SUCCESS")
    assert refused.is_spent


@fault("S3 503 SlowDown under the job", "A slow S3 delays a file, and loses none")
def slow_down_in_job(stage: Stage) -> None:
    reading = stage.strike("s3", "GetObject", Refuse(SLOW_DOWN), times=2, where=by_spark)
    writing = stage.strike("s3", "PutObject", Refuse(SLOW_DOWN), times=2, where=of_part)
    stage.ended(stage.glue_csv(), "SUCCESS")
    assert reading.is_spent
    assert writing.is_spent


@fault("S3 503 SlowDown at the manifest", "A slow S3 delays a file, and loses none")
def slow_down_publishing(stage: Stage) -> None:
    refused = stage.strike("s3", "PutObject", Refuse(SLOW_DOWN), times=7, where=of_manifest)
    stage.ended(stage.csv(), "SUCCESS")
    assert refused.is_spent
