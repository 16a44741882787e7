"""The API's operations on triggers.

https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-jobs-trigger.html
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from local_aws.glue.errors import (
    AlreadyExistsException,
    EntityNotFoundException,
    InvalidInputException,
)
from local_aws.glue.paging import page
from local_aws.glue.tags import Tags
from local_aws.glue.workflows import trigger_input
from local_aws.glue.workflows.batches import Batches
from local_aws.glue.workflows.chains import Chains
from local_aws.glue.workflows.dispatcher import Dispatcher
from local_aws.glue.workflows.launcher import Launcher
from local_aws.glue.workflows.store import Store
from local_aws.glue.workflows.timetable import Timetable
from local_aws.glue.workflows.trigger import Node, Trigger, TriggerKind, TriggerState
from local_aws.host.ports import Operation, Request, Response, Site

PAGE_SIZE = 200


@dataclass(frozen=True)
class TriggerOperations:
    """Create, read, change, start and stop triggers. The caller holds the lock."""

    store: Store
    site: Site
    tags: Tags
    launcher: Launcher
    dispatcher: Dispatcher
    chains: Chains
    timetable: Timetable
    batches: Batches

    def operations(self) -> Mapping[str, Operation]:
        """Return the operations by their names."""
        return {
            "CreateTrigger": self._create,
            "UpdateTrigger": self._update,
            "GetTrigger": self._get,
            "GetTriggers": self._get_many,
            "BatchGetTriggers": self._batch_get,
            "ListTriggers": self._list,
            "DeleteTrigger": self._delete,
            "StartTrigger": self._start,
            "StopTrigger": self._stop,
        }

    def delete(self, name: str) -> None:
        """Forget a trigger and whatever it is waiting for."""
        self.store.triggers.pop(name, None)
        self.tags.forget(self._arn(name))
        self._wait_no_longer(name)

    def _create(self, request: Request) -> Response:
        name: str = request["Name"]
        if name in self.store.triggers:
            raise AlreadyExistsException(f"Trigger with name {name} already exists")
        kind = TriggerKind(request["Type"])
        definition = trigger_input.read(kind, request)
        workflow_name = request.get("WorkflowName")
        self._check_place(kind, workflow_name)
        self._check_nodes(definition.nodes())
        trigger = Trigger(
            name=name,
            kind=kind,
            state=_first_state(kind, start=bool(request.get("StartOnCreation"))),
            workflow_name=workflow_name,
            actions=definition.actions,
            description=definition.description,
            schedule=definition.schedule,
            predicate=definition.predicate,
            event_batch=definition.event_batch,
        )
        self.tags.register(self._arn(name), request.get("Tags"))
        self._keep(trigger)
        return {"Name": name}

    def _update(self, request: Request) -> Response:
        """Overwrite the definition completely, as ``TriggerUpdate`` says.

        AWS does not document what becomes of the state. An active trigger stays active; a
        deactivated one is CREATED again, as inactive as before: Terraform's provider accepts
        nothing else after an update.
        """
        trigger = self.store.trigger(request["Name"])
        definition = trigger_input.read(trigger.kind, request["TriggerUpdate"])
        self._check_nodes(definition.nodes())
        active = trigger.state is TriggerState.ACTIVATED
        changed = replace(
            trigger,
            state=TriggerState.ACTIVATED if active else TriggerState.CREATED,
            actions=definition.actions,
            description=definition.description,
            schedule=definition.schedule,
            predicate=definition.predicate,
            event_batch=definition.event_batch,
        )
        self._keep(changed)
        return {"Trigger": changed.describe()}

    def _get(self, request: Request) -> Response:
        return {"Trigger": self.store.trigger(request["Name"]).describe()}

    def _get_many(self, request: Request) -> Response:
        found = page(self._starting(request.get("DependentJobName")), request, PAGE_SIZE)
        return {"Triggers": [one.describe() for one in found.items], **found.next_token()}

    def _batch_get(self, request: Request) -> Response:
        names: list[str] = request["TriggerNames"]
        known = [self.store.triggers[name] for name in names if name in self.store.triggers]
        return {
            "Triggers": [trigger.describe() for trigger in known],
            "TriggersNotFound": [name for name in names if name not in self.store.triggers],
        }

    def _list(self, request: Request) -> Response:
        names = [
            trigger.name
            for trigger in self._starting(request.get("DependentJobName"))
            if self.tags.matches(self._arn(trigger.name), request.get("Tags"))
        ]
        found = page(names, request, PAGE_SIZE)
        return {"TriggerNames": list(found.items), **found.next_token()}

    def _delete(self, request: Request) -> Response:
        """Delete a trigger; "if the trigger is not found, no exception is thrown"."""
        self.delete(request["Name"])
        return {"Name": request["Name"]}

    def _start(self, request: Request) -> Response:
        """Activate a trigger, or fire it if it is an on-demand one.

        https://docs.aws.amazon.com/glue/latest/dg/activate-triggers.html
        """
        trigger = self.store.trigger(request["Name"])
        if trigger.kind is TriggerKind.EVENT:
            # AWS's words, reported in hashicorp/terraform-provider-aws#49408.
            raise InvalidInputException("Trigger Type EVENT cannot be started")
        if trigger.kind is TriggerKind.ON_DEMAND:
            self.dispatcher.fire(trigger)
        else:
            self._keep(replace(trigger, state=TriggerState.ACTIVATED))
        return {"Name": trigger.name}

    def _stop(self, request: Request) -> Response:
        """Deactivate a trigger. Only an active one can be, so never an on-demand or event one."""
        trigger = self.store.trigger(request["Name"])
        if trigger.state is not TriggerState.ACTIVATED:
            # AWS's words, reported in hashicorp/terraform-provider-aws#49408.
            raise InvalidInputException(
                f"The operation is not allowed when trigger is in state: {trigger.state.value}"
            )
        self._keep(replace(trigger, state=TriggerState.DEACTIVATED))
        return {"Name": trigger.name}

    def _keep(self, trigger: Trigger) -> None:
        self._wait_no_longer(trigger.name)
        self.store.triggers[trigger.name] = trigger
        if trigger.schedule and trigger.state is TriggerState.ACTIVATED:
            self.timetable.enter(trigger.name, trigger.schedule)

    def _wait_no_longer(self, name: str) -> None:
        self.timetable.remove(name)
        self.batches.drop(name)
        self.chains.forget(name)

    def _starting(self, job_name: str | None) -> list[Trigger]:
        """Return the triggers that can start a job; all of them if there is no such trigger."""
        everything = list(self.store.triggers.values())
        if job_name is None:
            return everything
        starting = [
            trigger
            for trigger in everything
            if any(action.node.name == job_name for action in trigger.actions)
        ]
        return starting or everything

    def _check_place(self, kind: TriggerKind, workflow_name: str | None) -> None:
        if workflow_name is None:
            if kind is TriggerKind.EVENT:
                # Undocumented as an error; events can only be sent to a workflow.
                raise InvalidInputException("An EVENT trigger needs a WorkflowName")
            return
        self.store.workflow(workflow_name)
        first = self.store.start_trigger(workflow_name)
        if kind is not TriggerKind.CONDITIONAL and first is not None:
            # https://docs.aws.amazon.com/glue/latest/dg/blueprint_workflow_restrictions.html
            raise InvalidInputException(
                f"Workflow {workflow_name} already has the starting trigger {first.name}: "
                "only one is permitted"
            )

    def _check_nodes(self, nodes: Iterable[Node]) -> None:
        for node in sorted(nodes):
            if not self.launcher.exists(node):
                noun = node.kind.value.capitalize()
                raise EntityNotFoundException(f"{noun} {node.name} not found")

    def _arn(self, name: str) -> str:
        return self.site.arn("glue", f"trigger/{name}")


def _first_state(kind: TriggerKind, *, start: bool) -> TriggerState:
    if kind in (TriggerKind.SCHEDULED, TriggerKind.CONDITIONAL):
        return TriggerState.ACTIVATED if start else TriggerState.CREATED
    if start:
        raise InvalidInputException(f"StartOnCreation is not supported for {kind.value} triggers")
    return TriggerState.CREATED
