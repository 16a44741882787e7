"""The promises, and which of them the evidence breaks.

- Every object version that arrived has exactly one claim, and one run that has ended.
- Every object that was processed has exactly one output: whole, of its newest success, and with no
  other run's rows in it.
- Every outcome has been told exactly once.
- The dead-letter queues hold exactly what is expected.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from tests.faults.oracle.evidence import Arrival, Claim, DeadLetter, Evidence, Output, Run

NEVER = -1
"""The rank of a version that is gone: older than all that are there."""


@dataclass(frozen=True)
class Expected:
    """What a test knows and the evidence cannot show.

    ``vanished`` are versions that arrived and were deleted, as (key, version); ``order`` numbers
    versions as they were uploaded, where the bucket can no longer tell. ``by_hand`` are names of
    runs that a person started. ``dead_letters`` are (hop, words of the message). ``marks`` says
    what the rows of a version hold. ``repeatable`` are ids of notifications whose publisher lost
    SNS's answer, so that the same message may have come again.
    """

    vanished: frozenset[tuple[str, str]] = frozenset()
    by_hand: frozenset[str] = frozenset()
    dead_letters: tuple[tuple[str, str], ...] = ()
    marks: Mapping[tuple[str, str], str] = field(default_factory=dict)
    repeatable: frozenset[str] = frozenset()
    order: Mapping[tuple[str, str], int] = field(default_factory=dict)

    def __or__(self, other: "Expected") -> "Expected":
        """Return what both expect."""
        return Expected(
            self.vanished | other.vanished,
            self.by_hand | other.by_hand,
            self.dead_letters + other.dead_letters,
            {**self.marks, **other.marks},
            self.repeatable | other.repeatable,
            {**self.order, **other.order},
        )


def violations(evidence: Evidence, expected: Expected | None = None) -> list[str]:
    """Return what is wrong, in words; empty if every promise was kept."""
    judge = _Judge(evidence, expected or Expected())
    return [
        *judge.arrivals(),
        *judge.runs(),
        *judge.outputs(),
        *judge.notifications(),
        *judge.dead_letters(),
    ]


@dataclass(frozen=True)
class _Judge:
    found: Evidence
    expected: Expected

    @cached_property
    def _arrived(self) -> list[Arrival]:
        gone = (Arrival(key, version, NEVER) for key, version in sorted(self.expected.vanished))
        return [*self.found.arrivals, *gone]

    @cached_property
    def _ranks(self) -> dict[tuple[str, str], int]:
        listed = {(one.key, one.version): one.rank for one in self._arrived}
        # Numbers of one kind per key: those of the test only where it has numbered all versions.
        numbered = self.expected.order
        partly = {key for key, version in listed if (key, version) not in numbered}
        return {
            each: rank if each[0] in partly else numbered[each] for each, rank in listed.items()
        }

    @cached_property
    def _claims(self) -> dict[tuple[str, str], list[Claim]]:
        by_version = defaultdict(list)
        for claim in self.found.claims:
            by_version[claim.key, claim.version].append(claim)
        return by_version

    @cached_property
    def _replays(self) -> set[str]:
        return {claim.name for claim in self.found.claims if claim.origin == "replay"}

    @cached_property
    def _named(self) -> dict[str, Run]:
        return {run.name: run for run in self.found.runs}

    def arrivals(self) -> Iterator[str]:
        """Judge that each version has one claim and one run of its own."""
        runs = defaultdict(list)
        for run in self.found.runs:
            if run.name not in self._replays | self.expected.by_hand:
                runs[run.key, run.version].append(run)
        for arrival in self._arrived:
            version = (arrival.key, arrival.version)
            own = [claim for claim in self._claims[version] if claim.origin != "replay"]
            if not runs[version]:
                yield f"lost: {arrival} arrived and has no run"
            elif len(runs[version]) > 1:
                names = ", ".join(run.name for run in runs[version])
                yield f"twice: {arrival} has {len(runs[version])} runs: {names}"
            if len(own) != 1:
                yield f"{arrival} has {len(own)} claims, not one"
        for claim in self.found.claims:
            if claim.execution_arn is None:
                yield f"claim {claim.name} on {claim.key} was never started"
            elif claim.name not in self._named:
                yield f"claim {claim.name} on {claim.key} names a run that does not exist"

    def runs(self) -> Iterator[str]:
        """Judge that each run is over, and about something that arrived."""
        for run in self.found.runs:
            if run.outcome is None:
                yield f"{run} about {run.key} is still open"
            known = (run.key, run.version) in self._ranks
            if not known and run.name not in self.expected.by_hand:
                yield f"{run} is about {run.key} (version {run.version[:8]}), which never arrived"

    def outputs(self) -> Iterator[str]:
        """Judge that what is visible is the newest success of each object, whole and alone."""
        by_key: dict[str, list[Output]] = defaultdict(list)
        for output in self.found.outputs:
            run = self._named.get(output.execution_name)
            if run is None:
                yield f"{output.manifest} was published by {output.execution_name!r}, no run"
            else:
                by_key[run.key].append(output)
                yield from self._one_output(output, run)
        for key in self.found.strays:
            yield f"{key} lies below processed/ and is no manifest: a reader would see it"
        yield from self._newest(by_key)

    def _one_output(self, output: Output, run: Run) -> Iterator[str]:
        if run.outcome != "SUCCESS":
            yield f"{output.manifest} is the output of {run}, which did not succeed"
        told = run.publication or {}
        if told and output.attempt_id not in str(told.get("attempt_path")):
            yield f"{output.manifest} shows attempt {output.attempt_id}, {run} told of {told}"
        if output.version and output.version != run.version:
            yield f"{output.manifest} claims version {output.version}, {run} read {run.version}"
        if not output.uris:
            yield f"{output.manifest} names no files"
        if len(set(output.uris)) != len(output.uris):
            yield f"{output.manifest} names a file twice"
        foreign = [uri for uri in output.uris if f"/{output.attempt_id}/" not in uri]
        if foreign:
            yield f"{output.manifest} shows another run's files: {', '.join(foreign)}"
        if output.missing:
            yield f"{output.manifest} names what is not there: {', '.join(output.missing)}"
        if output.unfinished:
            yield f"{output.manifest} shows an unfinished attempt: {', '.join(output.unfinished)}"
        if output.rows != output.told_rows:
            yield f"{output.manifest} holds {output.rows} rows and tells of {output.told_rows}"
        mark = self.expected.marks.get((run.key, run.version))
        if mark is not None and output.marks != {mark}:
            yield f"{output.manifest} holds rows of {sorted(output.marks)}, {run} read {mark!r}"

    def _newest(self, by_key: Mapping[str, list[Output]]) -> Iterator[str]:
        successes: dict[str, list[Run]] = defaultdict(list)
        for run in self.found.runs:
            if run.outcome == "SUCCESS":
                successes[run.key].append(run)
        for key, outputs in by_key.items():
            if len(outputs) > 1:
                names = ", ".join(output.manifest for output in outputs)
                yield f"double output: {key} has {len(outputs)} manifests: {names}"
        for key, runs in successes.items():
            if key not in by_key:
                yield f"lost output: {key} was processed by {runs[0]} and has no manifest"
                continue
            shown = self._named[by_key[key][0].execution_name]
            newest = max(runs, key=self._rank)
            if self._rank(shown) < self._rank(newest):
                yield f"{key} shows {shown}, although {newest} published a newer version"
        for run in self.found.runs:
            if run.outcome == "SUPERSEDED" and not any(
                self._rank(self._named[output.execution_name]) > self._rank(run)
                for output in by_key.get(run.key, [])
            ):
                yield f"{run} gave way to a newer version of {run.key}, which shows none"

    def _rank(self, run: Run) -> int:
        return self._ranks.get((run.key, run.version), NEVER)

    def notifications(self) -> Iterator[str]:
        """Judge that each end was told once, as what it was."""
        heard = Counter(note.notification_id for note in self.found.notes)
        outcomes = {note.notification_id: note.outcome for note in self.found.notes}
        for run in self.found.runs:
            for attempt in range(run.redrives):
                # An earlier end was a failure, or the run could not have been redriven.
                earlier = f"{run.name}:{attempt}"
                if heard[earlier] != 1 or outcomes[earlier] != "FAILURE":
                    yield f"{run}: its failure no. {attempt + 1} was told {heard[earlier]} times"
            if run.outcome is None:
                continue
            count = heard[run.notification_id]
            if count == 0:
                yield f"untold: {run} about {run.key} has no notification"
            elif outcomes[run.notification_id] != run.outcome:
                yield f"{run} was told as {outcomes[run.notification_id]}"
        for identity, count in heard.items():
            if count > 1 and identity not in self.expected.repeatable:
                yield f"told twice: notification {identity!r} came {count} times"
            if identity.rpartition(":")[0] not in self._named:
                yield f"notification {identity!r} is about no run"

    def dead_letters(self) -> Iterator[str]:
        """Judge that the queues hold what is expected, each message once."""
        left = list(self.found.dead_letters)
        for hop, words in self.expected.dead_letters:
            match = next((one for one in left if one.hop == hop and words in one.body), None)
            if match is None:
                yield f"the dead-letter queue of {hop} lacks a message about {words!r}"
            else:
                left.remove(match)
        yield from map(_unexpected, left)


def _unexpected(letter: DeadLetter) -> str:
    return f"unexpected dead letter of {letter.hop}: {letter.body[:300]}"
