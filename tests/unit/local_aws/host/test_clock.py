import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest

from local_aws.host.clock import SystemClock


@pytest.fixture
def clock() -> Iterator[SystemClock]:
    clock = SystemClock()
    yield clock
    clock.close()


def test_calls_come_in_the_order_of_their_times(clock: SystemClock) -> None:
    came: list[str] = []
    done = threading.Event()
    now = clock.now()
    clock.call_at(now + timedelta(milliseconds=400), done.set)
    clock.call_at(now + timedelta(milliseconds=200), lambda: came.append("later"))
    clock.call_at(now - timedelta(hours=1), lambda: came.append("at once"))
    assert done.wait(30)
    assert came == ["at once", "later"]


def test_a_cancelled_call_does_not_come(clock: SystemClock) -> None:
    came: list[str] = []
    done = threading.Event()
    call = clock.call_at(clock.now() + timedelta(milliseconds=100), lambda: came.append("no"))
    clock.call_at(clock.now() + timedelta(milliseconds=200), done.set)
    call.cancel()
    assert done.wait(30)
    assert came == []


def test_a_call_that_fails_does_not_stop_the_clock(clock: SystemClock) -> None:
    done = threading.Event()
    clock.call_at(clock.now(), lambda: 1 / 0)  # type: ignore[arg-type, return-value]
    clock.call_at(clock.now() + timedelta(milliseconds=50), done.set)
    assert done.wait(30)
