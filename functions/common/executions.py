"""One execution for each object version, however often it is announced, and by whom."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

import boto3

from functions.common import express
from functions.common.claims import Claim, Claims, Origin
from functions.common.errors import (
    ExecutionNameTakenError,
    InvalidInputError,
    MissingSettingError,
    NotBegunError,
    RunUnderWayError,
    UntoldEndError,
)
from functions.common.naming import execution_name
from functions.common.objects import ObjectVersion
from functions.common.settings import positive_integer, required

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_stepfunctions import SFNClient

_MAX_REPLAYS = 99
# Longer than a call can wait for an Express execution.
_UNDER_WAY = timedelta(seconds=express.LONGEST_SECONDS + 20)


class Start(StrEnum):
    """What came of an announcement."""

    STARTED = "started"
    KNOWN = "known"


@dataclass(frozen=True)
class Run:
    """The execution of an object version, and whether this call has brought it about."""

    start: Start
    name: str
    execution_arn: str


@dataclass(frozen=True)
class Starter:
    """Starts executions of one state machine, each under a claim.

    With ``is_express`` it stays until they have ended: see ``functions.common.express``.
    """

    state_machine_arn: str
    step_functions: "SFNClient"
    claims: Claims
    is_express: bool = False

    @classmethod
    def from_environment(
        cls,
        environment: Mapping[str, str],
        step_functions: "SFNClient",
        dynamodb: "DynamoDBClient",
    ) -> "Starter":
        """Read STATE_MACHINE_ARN, STATE_MACHINE_TYPE, CLAIMS_TABLE and CLAIM_DAYS.

        Without CLAIM_DAYS claims are kept for ever. Raises MissingSettingError.
        """
        days = positive_integer(environment, "CLAIM_DAYS", 0) or None
        claims = Claims(required(environment, "CLAIMS_TABLE"), dynamodb, days)
        arn = required(environment, "STATE_MACHINE_ARN")
        return cls(arn, step_functions, claims, _is_express(environment))

    @property
    def longest_seconds(self) -> int:
        """What one start may take at most, besides the time of ordinary calls."""
        return express.LONGEST_SECONDS if self.is_express else 0

    def start(self, item: ObjectVersion, origin: Origin) -> Run:
        """Start the object version's execution, unless it has one.

        Whoever finds a claim without an execution starts it once more, with the claim's own input:
        StartExecution gives the same execution back while that is open, and says
        ExecutionAlreadyExists for 90 days after its end, so nothing starts twice.
        https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html

        An Express workflow would run the same name twice. There a claim without an execution is
        left alone as long as whoever holds it may still be waiting, then one takes it over.

        Raises ExecutionNameTakenError if the name belongs to something else; UntoldEndError and
        NotBegunError (try again, the claim was let go); RunUnderWayError (try again later); and
        botocore's errors.
        """
        return self._run(item, self.claims.take(execution_name(item), item, origin))

    def replay(self, item: ObjectVersion, token: str) -> Run:
        """Start an object version once more, under a name of its own.

        One that never had an execution gets its first. The same ``token`` again is the same replay.
        Raises ExecutionNameTakenError after 99 replays, and botocore's errors.
        """
        name, known = execution_name(item), item
        for wanted in (name, *(f"{name}-r{number}" for number in range(1, _MAX_REPLAYS + 1))):
            claim = self.claims.take(wanted, known, Origin.REPLAY, token)
            # A claim without an execution is one whose start was cut off: it is started now.
            if claim.token == token or claim.execution_arn is None:
                return self._run(known, claim)
            # What the first event said of the version holds: its place in the order, among it.
            known = claim.item if claim.item.identity == item.identity else item
        raise ExecutionNameTakenError(
            f"{item} has been replayed {_MAX_REPLAYS} times. Upload the file again instead."
        )

    def runs(self, item: ObjectVersion) -> list[Run]:
        """Return the runs that an object version has had, replays among them, oldest first.

        Raises botocore's errors.
        """
        found: list[Run] = []
        name = execution_name(item)
        for wanted in (name, *(f"{name}-r{number}" for number in range(1, _MAX_REPLAYS + 1))):
            claim = self.claims.find(wanted)
            if claim is None or claim.item.identity != item.identity:
                break
            if claim.execution_arn:
                found.append(Run(Start.KNOWN, claim.name, claim.execution_arn))
        return found

    def _run(self, item: ObjectVersion, claim: Claim) -> Run:
        if claim.item.identity != item.identity:
            raise ExecutionNameTakenError(
                f"The name {claim.name} is claimed for another object version than {item}. "
                "Start an execution by hand, with another name."
            )
        if claim.execution_arn:
            return Run(Start.KNOWN, claim.name, claim.execution_arn)
        run = self._run_express(claim) if self.is_express else self._start(claim)
        self.claims.record_start(run.name, run.execution_arn)
        return run

    def _run_express(self, claim: Claim) -> Run:
        if not claim.is_new:
            self._take_over(claim)
        runs = express.ExpressRuns(self.state_machine_arn, self.step_functions)
        try:
            arn = runs.run(claim.name, json.dumps(claim.item.to_input()))
        except (UntoldEndError, NotBegunError):
            self.claims.let_go(claim)
            raise
        return Run(Start.STARTED, claim.name, arn)

    def _take_over(self, claim: Claim) -> None:
        now, until = self.claims.now(), claim.free_from or claim.claimed_at + _UNDER_WAY
        if now >= until and self.claims.take_over(claim, now + _UNDER_WAY):
            return
        until = max(until, now)
        raise RunUnderWayError(
            f"Another call began the run {claim.name} and may be waiting for its end until "
            f"{until.isoformat(timespec='seconds')} or later. Try again then."
        )

    def _start(self, claim: Claim) -> Run:
        client = self.step_functions
        try:
            answer = client.start_execution(
                stateMachineArn=self.state_machine_arn,
                name=claim.name,
                input=json.dumps(claim.item.to_input()),
            )
        except client.exceptions.ExecutionAlreadyExists as error:
            arn = _execution_arn(self.state_machine_arn, claim.name)
            if not self._is_about(claim.item, arn):
                raise ExecutionNameTakenError(
                    f"An execution named {claim.name} exists and is not about {claim.item}. "
                    "Start one by hand, with another name."
                ) from error
            return Run(Start.KNOWN, claim.name, arn)
        return Run(Start.STARTED, claim.name, answer["executionArn"])

    def _is_about(self, item: ObjectVersion, execution_arn: str) -> bool:
        execution = self.step_functions.describe_execution(executionArn=execution_arn)
        try:
            other = ObjectVersion.from_input(json.loads(execution.get("input") or "{}"))
        except (ValueError, InvalidInputError):
            return False
        return other.identity == item.identity


def step_functions_client(environment: Mapping[str, str]) -> "SFNClient":
    """Return a client for a ``Starter`` of the same environment. Raises MissingSettingError."""
    return express.client() if _is_express(environment) else boto3.client("stepfunctions")


def _is_express(environment: Mapping[str, str]) -> bool:
    kind = environment.get("STATE_MACHINE_TYPE") or "STANDARD"
    if kind not in ("STANDARD", "EXPRESS"):
        raise MissingSettingError(f"STATE_MACHINE_TYPE is {kind!r}; use STANDARD or EXPRESS.")
    return kind == "EXPRESS"


def _execution_arn(state_machine_arn: str, name: str) -> str:
    return f"{state_machine_arn.replace(':stateMachine:', ':execution:', 1)}:{name}"
