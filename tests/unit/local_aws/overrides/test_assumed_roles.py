import itertools
import time

import pytest

from local_aws.overrides.assumed_roles import KEPT_SECONDS, Sessions

KEY = ("role", "eu-central-1", None)


def test_a_session_is_shared_for_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    now = time.monotonic()
    monkeypatch.setattr(time, "monotonic", lambda: now)
    sessions, made = Sessions(), itertools.count()
    assert sessions.get(KEY, lambda: next(made)) == 0
    assert sessions.get(KEY, lambda: next(made)) == 0
    assert sessions.get(("other", *KEY[1:]), lambda: next(made)) == 1
    now += KEPT_SECONDS + 1
    assert sessions.get(KEY, lambda: next(made)) == 2


def test_a_session_that_was_refused_is_not_kept() -> None:
    def refuse() -> None:
        raise PermissionError

    sessions = Sessions()
    with pytest.raises(PermissionError):
        sessions.get(KEY, refuse)
    assert sessions.get(KEY, lambda: "made") == "made"
