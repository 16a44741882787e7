"""Plugs the model into LocalStack, whose own provider keeps schedules and never fires them.

The only file of the model that knows LocalStack.
"""

import os
import random
from collections.abc import Mapping
from datetime import timedelta
from functools import partial
from typing import Any

from localstack.aws.api import RequestContext, handler
from localstack.aws.api.scheduler import (
    CreateScheduleInput,
    CreateScheduleOutput,
    DeleteScheduleGroupInput,
    DeleteScheduleGroupOutput,
    DeleteScheduleInput,
    DeleteScheduleOutput,
    ResourceNotFoundException,
    UpdateScheduleInput,
    UpdateScheduleOutput,
    ValidationException,
)
from localstack.services.moto import MotoFallbackDispatcher, call_moto
from localstack.services.plugins import Service, aws_provider
from localstack.services.scheduler import provider as localstack_provider
from localstack.services.scheduler.provider import SchedulerProvider
from moto.scheduler.models import EventBridgeSchedulerBackend, scheduler_backends

from local_aws.host.clock import SystemClock
from local_aws.host.per_site import PerSite
from local_aws.host.ports import Site
from local_aws.scheduler.delivery import Backoff
from local_aws.scheduler.engine import Engine, Surroundings
from local_aws.scheduler.errors import InvalidScheduleError
from local_aws.scheduler.services import Services

# How AWS spreads its retries is not documented; a person on a laptop does not wait long.
_RETRY_SECONDS = "LOCAL_AWS_SCHEDULER_RETRY_SECONDS"


class FiringSchedulerProvider(SchedulerProvider):
    """LocalStack's provider, with an engine per account and region."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        super().__init__()
        self._retry = timedelta(seconds=float(environ.get(_RETRY_SECONDS, "1")))
        self._clock = SystemClock()
        self._engines = PerSite(self._new_engine)

    @handler("CreateSchedule", expand=False)
    def create_schedule(
        self, context: RequestContext, request: CreateScheduleInput
    ) -> CreateScheduleOutput:
        """Keep a schedule and follow it."""
        self._check(context, request)
        answer = call_moto(context)
        self._follow(context, request)
        return answer

    @handler("UpdateSchedule", expand=False)
    def update_schedule(
        self, context: RequestContext, request: UpdateScheduleInput
    ) -> UpdateScheduleOutput:
        """Replace a schedule: what the request leaves out takes its default.

        https://docs.aws.amazon.com/scheduler/latest/APIReference/API_UpdateSchedule.html
        """
        self._check(context, request)
        answer = call_moto(context)
        # Moto leaves these as they were, or empty.
        schedule = _backend(context).get_schedule(request.get("GroupName"), request["Name"])
        schedule.state = request.get("State") or "ENABLED"
        schedule.action_after_completion = request.get("ActionAfterCompletion")
        self._follow(context, request)
        return answer

    @handler("DeleteSchedule", expand=False)
    def delete_schedule(
        self, context: RequestContext, request: DeleteScheduleInput
    ) -> DeleteScheduleOutput:
        """Delete a schedule; it fires no more."""
        answer = call_moto(context)
        self._engines.of(context).remove(_arn(context, request.get("GroupName"), request["Name"]))
        return answer

    @handler("DeleteScheduleGroup", expand=False)
    def delete_schedule_group(
        self, context: RequestContext, request: DeleteScheduleGroupInput
    ) -> DeleteScheduleGroupOutput:
        """Delete a group with its schedules."""
        _group(context, request["Name"])
        answer = call_moto(context)
        self._engines.of(context).remove_group(_arn(context, request["Name"], ""))
        return answer

    def on_before_stop(self) -> None:
        """Fire nothing while the other services end."""
        for engine in self._engines.take_all():
            engine.close()
        self._clock.close()

    def _check(
        self, context: RequestContext, request: CreateScheduleInput | UpdateScheduleInput
    ) -> None:
        _group(context, request.get("GroupName"))
        named = {
            "Arn": _arn(context, request.get("GroupName"), request["Name"]),
            "GroupName": request.get("GroupName") or "default",
        }
        try:
            self._engines.of(context).check({**request, **named})
        except InvalidScheduleError as error:
            raise ValidationException(str(error)) from error

    def _follow(
        self, context: RequestContext, request: CreateScheduleInput | UpdateScheduleInput
    ) -> None:
        kept = _backend(context).get_schedule(request.get("GroupName"), request["Name"])
        self._engines.of(context).set(kept.to_dict())

    def _new_engine(self, site: Site) -> Engine:
        backend = scheduler_backends[site.account_id][site.region]
        return Engine(
            Surroundings(
                clock=self._clock,
                caller=Services(site),
                backoff=Backoff(self._retry, random.random),
                delete=partial(_delete, backend),
            )
        )


def _backend(context: RequestContext) -> EventBridgeSchedulerBackend:
    return scheduler_backends[context.account_id][context.region]


def _group(context: RequestContext, name: str | None) -> None:
    """Moto answers with an internal error where AWS says what is missing."""
    if (name or "default") not in _backend(context).schedule_groups:
        raise ResourceNotFoundException(f"Schedule group {name} does not exist.")


def _arn(context: RequestContext, group: str | None, name: str) -> str:
    site = f"arn:{context.partition}:scheduler:{context.region}:{context.account_id}"
    return f"{site}:schedule/{group or 'default'}/{name}"


def _delete(backend: EventBridgeSchedulerBackend, group: str, name: str) -> None:
    backend.schedule_groups[group].schedules.pop(name, None)


def _leave_expressions_to_the_engine(_expression: Any) -> None:
    """LocalStack's patterns take less than AWS does, such as ``LW`` and rates of many digits."""


@aws_provider(api="scheduler", name="local_aws")
def scheduler() -> Service:
    """Return LocalStack's service, whose schedules fire."""
    localstack_provider._validate_schedule_expression = _leave_expressions_to_the_engine
    provider = FiringSchedulerProvider(os.environ)
    return Service.for_provider(provider, dispatch_table_factory=MotoFallbackDispatcher)
