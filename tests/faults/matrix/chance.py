"""A random schedule of uploads, overwrites, deletes and faults; its seed repeats it."""

import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

from tests.faults.matrix.calls import of_manifest, to_trigger
from tests.faults.matrix.events import announce, sweep
from tests.faults.matrix.registry import fault
from tests.faults.matrix.stage import Stage, Version
from tests.faults.proxy.answers import ServiceError
from tests.faults.proxy.call import Call
from tests.faults.proxy.faults import (
    Delay,
    Drop,
    Duplicate,
    KillCaller,
    LoseResponse,
    Refuse,
    Swallow,
)
from tests.faults.proxy.faults import Fault as ProxyFault
from tests.faults.proxy.rules import On, Rule, any_call
from tests.integration import files
from tests.wait import wait_until

MINUTES = 2.5
OPEN_RUNS = 6
"""More at once would only queue for the two cores."""

SLOW_DOWN = Refuse(ServiceError(503, "SlowDown"))
THROTTLED = Refuse(ServiceError(400, "ThrottlingException", "Rate exceeded"))


@dataclass(frozen=True)
class Weather:
    """A kind of fault that strikes now and then."""

    service: str
    operation: str
    fault: ProxyFault
    probability: float
    where: Callable[[Call], bool] = any_call

    def rule(self, stage: Stage, seed: int, number: int) -> Rule:
        on = On(self.service, self.operation, stage.folder, self.where)
        random = Random(f"{seed} {number}")
        return Rule(on, self.fault, None, probability=self.probability, random=random)


# Each must be one that the pipeline stands: tried again by it, or told of as a failure.
WEATHER = (
    Weather("s3", "GetObject", SLOW_DOWN, 0.1),
    Weather("s3", "PutObject", SLOW_DOWN, 0.1),
    Weather("s3", "PutObject", LoseResponse(), 0.05),
    Weather("s3", "PutObject", KillCaller(after=True), 0.1, of_manifest),
    Weather("sqs", "SendMessage", Swallow(), 0.1, to_trigger),
    Weather("sqs", "SendMessage", Duplicate(), 0.2, to_trigger),
    Weather("sqs", "SendMessage", Delay(2), 0.2, to_trigger),
    Weather("states", "StartExecution", LoseResponse(), 0.1),
    Weather("states", "StartExecution", THROTTLED, 0.1),
    Weather("dynamodb", "PutItem", LoseResponse(), 0.1),
    Weather("lambda", "Invoke", Refuse(ServiceError(429, "TooManyRequestsException")), 0.1),
    Weather("lambda", "Invoke", Drop(), 0.05),
    Weather("glue", "StartJobRun", THROTTLED, 0.2),
    Weather("glue", "StartJobRun", LoseResponse(), 0.1),
    Weather("sns", "Publish", Refuse(ServiceError(500, "InternalError")), 0.1),
)


@dataclass
class Schedule:
    """Decides what happens next, by the seed alone."""

    stage: Stage
    random: Random
    _versions: list[Version] = field(default_factory=list)
    _made: int = 0

    def step(self) -> None:
        """Do one thing."""
        actions = (self._upload, self._overwrite, self._hide, self._vanish, self._repeat)
        weights = (5, 4, 1, 1, 2)
        self.random.choices(actions, weights)[0]()

    def _upload(self) -> None:
        self._made += 1
        self._put(f"{self._made}.csv")

    def _overwrite(self) -> None:
        if self._made:
            self._put(f"{self.random.randint(1, self._made)}.csv")

    def _put(self, name: str) -> None:
        if self.random.random() < 0.15:
            self._versions.append(self.stage.put(name, files.BROKEN_CSV))
        else:
            self._versions.append(self.stage.csv(name, self.random.randint(1, 50)))

    def _hide(self) -> None:
        """Delete a key as most do: its versions stay."""
        if self._versions:
            key = self.random.choice(self._versions).key
            bucket = self.stage.world.deployment.source_bucket
            self.stage.world.aws.s3.delete_object(Bucket=bucket, Key=key)

    def _vanish(self) -> None:
        """Delete a version for good, as soon as it has a run: before, nobody can know of it."""
        if self._versions:
            one = self.random.choice(self._versions)
            if self.stage.run(one):
                self._versions.remove(one)
                self.stage.vanish(one)

    def _repeat(self) -> None:
        if self._versions:
            announce(self.stage, self.random.choice(self._versions))


def settings() -> tuple[float, int]:
    """Return for how many minutes, and by which seed: SOAK_MINUTES and SEED say otherwise."""
    minutes = float(os.environ.get("SOAK_MINUTES") or MINUTES)
    seed = int(os.environ.get("SEED") or Random().randrange(10**6))
    return minutes, seed


@fault(
    "random uploads, overwrites, deletes and faults",
    "All of them, when it is quiet again",
    alone=True,
)
def at_random(stage: Stage) -> None:
    minutes, seed = settings()
    print(f"SEED={seed} repeats this schedule")
    try:
        _play(stage, minutes, seed)
    except AssertionError as error:
        raise AssertionError(f"SEED={seed}: {error}") from error


def _play(stage: Stage, minutes: float, seed: int) -> None:
    rules = [weather.rule(stage, seed, number) for number, weather in enumerate(WEATHER)]
    for rule in rules:
        stage.world.proxy.add(rule)
    schedule = Schedule(stage, Random(seed))
    deadline = time.monotonic() + minutes * 60
    while time.monotonic() < deadline:
        schedule.step()
        wait_until(lambda: _open(stage) < OPEN_RUNS, 600, "fewer open runs", 0.5)
    stage.world.proxy.remove(*rules)
    assert sum(len(rule.struck) for rule in rules) >= minutes, "the weather was too fine"
    wait_until(lambda: sweep(stage) or _all_run(stage), 300, "the sweep to find all files", 2.0)
    stage.judge(patience=600)


def _all_run(stage: Stage) -> bool:
    found = stage.evidence()
    return {(one.key, one.version) for one in found.arrivals} <= {
        (run.key, run.version) for run in found.runs
    }


def _open(stage: Stage) -> int:
    return sum(run.outcome is None for run in stage.evidence().runs)
