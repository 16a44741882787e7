"""What a scenario does with the world: upload, strike, wait, expect."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import uuid4

from functions.common.naming import execution_name
from functions.common.objects import ObjectVersion
from tests.faults.oracle.evidence import Evidence, ExpressRun, Run
from tests.faults.oracle.judgement import Expected, violations
from tests.faults.proxy.faults import Fault as ProxyFault
from tests.faults.proxy.faults import Hold
from tests.faults.proxy.rules import On, Rule
from tests.faults.world import World
from tests.wait import wait_until
from tools.executions import Visit, visits

PATIENCE = 600.0
"""Seconds that anything may take on a busy machine."""

SETTLED_LOOKS = 3

GLUE_ROWS = 60
"""At 35 bytes each beyond the threshold that root/main.tf sets."""


@dataclass(frozen=True)
class Version:
    """An object version that was uploaded, and what its rows hold."""

    key: str
    version: str
    mark: str


@dataclass
class Stage:
    """One fault's part of the world: a folder of keys of its own."""

    world: World
    folder: str
    expected: Expected = field(default_factory=Expected)
    _rules: list[Rule] = field(default_factory=list)

    def key(self, name: str) -> str:
        """Return the key of a file of this fault's."""
        return f"{self.folder}/{name}"

    # Uploads

    def csv(self, name: str = "a.csv", rows: int = 5) -> Version:
        """Upload a good CSV file whose rows say which version they are of."""
        mark = uuid4().hex
        lines = "".join(f"{number},{mark}\n" for number in range(rows))
        return self.put(name, f"id,mark\n{lines}".encode(), mark)

    def glue_csv(self, name: str = "a.csv") -> Version:
        """Upload a good CSV file that is too large for the Lambda engine: a Glue job takes it."""
        return self.csv(name, rows=GLUE_ROWS)

    def put(self, name: str, body: bytes, mark: str = "") -> Version:
        """Upload a file; ``mark`` is what all its rows hold in the column of that name."""
        key = self.key(name)
        answer = self.world.aws.s3.put_object(Bucket=self._source, Key=key, Body=body)
        return self.arrived(key, answer["VersionId"], mark)

    def arrived(self, key: str, version: str, mark: str = "") -> Version:
        """Note a version that was uploaded in another way."""
        self.expect(order={(key, version): len(self.expected.order)})
        if mark:
            self.expect(marks={(key, version): mark})
        return Version(key, version, mark)

    def vanish(self, one: Version) -> None:
        """Delete a version for good."""
        self.world.aws.s3.delete_object(Bucket=self._source, Key=one.key, VersionId=one.version)
        self.expect(vanished=frozenset({(one.key, one.version)}))

    # Faults

    def strike(
        self,
        service: str,
        operation: str,
        fault: ProxyFault,
        times: int | None = 1,
        *,
        about: str | None = None,
        skip: int = 0,
        **more: Any,
    ) -> Rule:
        """Let a fault strike calls that are about this stage's files; return the rule."""
        on = On(service, operation, self.folder if about is None else about, **more)
        rule = self.world.proxy.strike(on, fault, times, skip=skip)
        self._rules.append(rule)
        return rule

    def expect(self, **members: Any) -> None:
        """Add to what the oracle cannot see for itself; see ``Expected``."""
        self.expected |= replace(Expected(), **members)

    def close(self) -> None:
        """Release what is held and take the faults away."""
        for rule in self._rules:
            if isinstance(rule.fault, Hold):
                rule.fault.release()
        self.world.proxy.remove(*self._rules)

    # Runs

    def name_of(self, one: Version) -> str:
        """Return the name that the version's execution has."""
        return execution_name(ObjectVersion(self._source, one.key, one.version))

    def run(self, one: Version) -> Run | None:
        """Return the version's run, if there is one."""
        runs = self.evidence().runs
        return next((run for run in runs if (run.key, run.version) == (one.key, one.version)), None)

    def started(self, one: Version) -> Run:
        """Wait until a version has a run."""
        return wait_until(lambda: self.run(one), PATIENCE, f"a run of {one.key}", 0.5)

    def ended(self, one: Version, outcome: str | None = None) -> Run:
        """Wait until a version's run is over; its outcome must be ``outcome``."""
        last: list[Run | None] = []

        def over() -> Run | None:
            last[:] = [self.run(one)]
            return last[0] if last[0] and last[0].outcome else None

        run = wait_until(over, PATIENCE, lambda: f"the end of {one.key}: {last}", 0.5)
        assert run is not None
        if outcome:
            assert run.outcome == outcome, f"{run}: {self.error(run)}"
        return run

    def error(self, run: Run) -> str:
        """Return what a failed run says of its failure."""
        if isinstance(run, ExpressRun):
            return f"see the log of {run.arn}"
        told = self.world.aws.step_functions.describe_execution(executionArn=run.arn)
        return f"{told.get('error')}: {told.get('cause')}"

    def visits(self, run: Run) -> list[Visit]:
        """Return the states that a run has been in."""
        pages = self.world.aws.step_functions.get_paginator("get_execution_history").paginate(
            executionArn=run.arn
        )
        return visits(event for page in pages for event in page["events"])

    def retries(self, run: Run, state: str) -> int:
        """Return how often a run tried a state again."""
        return sum(visit.retries for visit in self.visits(run) if visit.state == state)

    def output(self, run: Run) -> Mapping[str, Any]:
        """Return what a run put out."""
        told = self.world.aws.step_functions.describe_execution(executionArn=run.arn)
        output: dict[str, Any] = json.loads(told["output"])
        return output

    def processed(self, prefix: str) -> list[str]:
        """Return the keys of the processed bucket below ``prefix`` that are this stage's."""
        bucket = self.world.deployment.processed_bucket
        pages = self.world.aws.s3.get_paginator("list_objects_v2").paginate(
            Bucket=bucket, Prefix=f"{prefix}/{self.folder}/"
        )
        return [item["Key"] for page in pages for item in page.get("Contents", [])]

    # Judgement

    def evidence(self) -> Evidence:
        """Look at what concerns this stage."""
        return self.world.watch.evidence().about(f"{self.folder}/")

    def judge(self, patience: float = PATIENCE) -> None:
        """Wait until all promises are kept and stay kept for some looks. Raises AssertionError."""
        kept = 0

        def settled() -> bool:
            nonlocal kept
            found = violations(self.evidence(), self.expected)
            kept = 0 if found else kept + 1
            assert not found, "\n".join(found)
            return kept >= SETTLED_LOOKS

        wait_until(settled, patience, "the promises to be kept", 1.0)

    @property
    def _source(self) -> str:
        return self.world.deployment.source_bucket
