"""Notifications: SNS fails, is slow, loses its answer; the telling function dies."""

from tests.faults.matrix.registry import fault
from tests.faults.matrix.stage import Stage
from tests.faults.proxy.answers import ServiceError
from tests.faults.proxy.faults import DelayResponse, Drop, KillCaller, LoseResponse, Refuse
from tests.faults.world import FUNCTION_SECONDS
from tests.integration import files

TOLD = "Every outcome has one notification"
SAME = "A message whose answer was lost may come again, and says that it is the same one"
BROKEN = ServiceError(500, "InternalError", "SNS is not well.")
# The client inside the function tries each call up to five times.
ONE_CALL = 5


@fault("SNS fails for a moment", TOLD)
def publish_fails(stage: Stage) -> None:
    refused = stage.strike("sns", "Publish", Refuse(BROKEN), times=ONE_CALL + 1)
    stage.ended(stage.csv(), "SUCCESS")
    assert refused.is_spent


@fault("SNS publish fails in the Catch path", TOLD)
def publish_fails_in_catch(stage: Stage) -> None:
    refused = stage.strike("sns", "Publish", Refuse(BROKEN), times=ONE_CALL + 1)
    stage.ended(stage.put("late.csv", files.contradicted_csv().body), "FAILURE")
    assert refused.is_spent


@fault("SNS down until the failed run has ended", TOLD)
def publish_down_to_the_end(stage: Stage) -> None:
    refused = stage.strike("sns", "Publish", Refuse(BROKEN), times=None)
    one = stage.put("late.csv", files.contradicted_csv().body)
    stage.ended(one, "FAILURE")
    assert refused.struck
    stage.world.proxy.remove(refused)


@fault("SNS response lost", SAME)
def response_lost(stage: Stage) -> None:
    lost = stage.strike("sns", "Publish", LoseResponse())
    one = stage.csv()
    stage.expect(repeatable=frozenset({f"{stage.name_of(one)}:0"}))
    stage.ended(one, "SUCCESS")
    assert lost.is_spent


@fault("SNS request lost", TOLD)
def request_lost(stage: Stage) -> None:
    lost = stage.strike("sns", "Publish", Drop(), times=2)
    stage.ended(stage.csv(), "SUCCESS")
    assert lost.is_spent


@fault("telling function killed after it told", SAME)
def killed_after_telling(stage: Stage) -> None:
    killed = stage.strike("sns", "Publish", KillCaller(after=True))
    one = stage.csv()
    stage.expect(repeatable=frozenset({f"{stage.name_of(one)}:0"}))
    stage.ended(one, "SUCCESS")
    assert killed.is_spent


@fault("telling function's timeout after it told", SAME)
def timeout_after_telling(stage: Stage) -> None:
    slow = stage.strike("sns", "Publish", DelayResponse(FUNCTION_SECONDS + 30))
    one = stage.csv()
    stage.expect(repeatable=frozenset({f"{stage.name_of(one)}:0"}))
    stage.ended(one, "SUCCESS")
    assert slow.is_spent


@fault("telling function killed before it tells", TOLD)
def killed_before_telling(stage: Stage) -> None:
    killed = stage.strike("sns", "Publish", KillCaller())
    stage.ended(stage.csv(), "SUCCESS")
    assert killed.is_spent
