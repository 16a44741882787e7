"""Batches of events that start a workflow.

https://docs.aws.amazon.com/glue/latest/dg/workflows_overview.html: a batch is full when its size is
reached or its window is over; the window starts with the first event; afterwards both are reset.
"""

from collections.abc import Callable
from dataclasses import dataclass

from local_aws.glue.workflows.mailbox import Mailbox
from local_aws.glue.workflows.trigger import EventBatch, Trigger
from local_aws.host.ports import Clock, Timer


@dataclass(frozen=True)
class _Open:
    event_ids: list[str]
    timer: Timer | None


class Batches:
    """Collects events per trigger and calls ``start`` with each batch, holding the lock."""

    def __init__(
        self, clock: Clock, mailbox: Mailbox, start: Callable[[str, list[str]], None]
    ) -> None:
        self._clock = clock
        self._mailbox = mailbox
        self._start = start
        self._open: dict[str, _Open] = {}

    def add(self, trigger: Trigger, event_id: str) -> None:
        """Take in an event for an event trigger. The same event twice counts twice, as on AWS."""
        condition = trigger.event_batch or EventBatch()
        batch = self._open.get(trigger.name) or self._begin(trigger.name, condition)
        batch.event_ids.append(event_id)
        if len(batch.event_ids) >= condition.size:
            self._finish(trigger.name)

    def drop(self, trigger_name: str) -> None:
        """Forget a trigger's events."""
        batch = self._open.pop(trigger_name, None)
        if batch and batch.timer:
            batch.timer.cancel()

    def close(self) -> None:
        """Forget all events."""
        for name in list(self._open):
            self.drop(name)

    def _begin(self, name: str, condition: EventBatch) -> _Open:
        timer = None
        event_ids: list[str] = []
        if condition.size > 1:
            end = self._clock.now() + condition.duration
            timer = self._clock.call_at(end, lambda: self._window_over(name, event_ids))
        self._open[name] = _Open(event_ids, timer)
        return self._open[name]

    def _window_over(self, name: str, event_ids: list[str]) -> None:
        with self._mailbox:
            batch = self._open.get(name)
            if batch and batch.event_ids is event_ids:
                self._finish(name)

    def _finish(self, name: str) -> None:
        event_ids = self._open[name].event_ids
        self.drop(name)
        self._start(name, event_ids)
