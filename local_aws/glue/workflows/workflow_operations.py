"""The API's operations on workflows.

https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-workflow.html
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from local_aws.glue.errors import AlreadyExistsException, InvalidInputException
from local_aws.glue.paging import page
from local_aws.glue.tags import Tags
from local_aws.glue.workflows import run_report
from local_aws.glue.workflows.launcher import Launcher
from local_aws.glue.workflows.store import Store
from local_aws.glue.workflows.workflow import Workflow
from local_aws.host.ports import Clock, Operation, Request, Response, Site

PAGE_SIZE = 25


@dataclass(frozen=True)
class WorkflowOperations:
    """Create, read, change and delete workflows. The caller holds the lock."""

    store: Store
    site: Site
    tags: Tags
    clock: Clock
    launcher: Launcher
    delete_trigger: Callable[[str], None]

    def operations(self) -> Mapping[str, Operation]:
        """Return the operations by their names."""
        return {
            "CreateWorkflow": self._create,
            "UpdateWorkflow": self._update,
            "GetWorkflow": self._get,
            "BatchGetWorkflows": self._batch_get,
            "ListWorkflows": self._list,
            "DeleteWorkflow": self._delete,
        }

    def _create(self, request: Request) -> Response:
        name: str = request["Name"]
        if name in self.store.workflows:
            raise AlreadyExistsException(f"Workflow with name {name} already exists")
        now = self.clock.now()
        workflow = Workflow(
            name=name,
            created_on=now,
            last_modified_on=now,
            default_run_properties=dict(request.get("DefaultRunProperties") or {}),
            description=request.get("Description"),
            max_concurrent_runs=_limit(request),
        )
        self.tags.register(self._arn(name), request.get("Tags"))
        self.store.workflows[name] = workflow
        return {"Name": name}

    def _update(self, request: Request) -> Response:
        """Overwrite a workflow's definition.

        The page does not say what becomes of members that are left out. They are emptied, as those
        of a trigger are: Terraform leaves out what was taken out of the configuration.
        """
        workflow = self.store.workflow(request["Name"])
        self.store.workflows[workflow.name] = replace(
            workflow,
            last_modified_on=self.clock.now(),
            default_run_properties=dict(request.get("DefaultRunProperties") or {}),
            description=request.get("Description"),
            max_concurrent_runs=_limit(request),
        )
        return {"Name": workflow.name}

    def _get(self, request: Request) -> Response:
        workflow = self.store.workflow(request["Name"])
        return {"Workflow": self._describe(workflow, bool(request.get("IncludeGraph")))}

    def _batch_get(self, request: Request) -> Response:
        names: list[str] = request["Names"]
        known = [self.store.workflows[name] for name in names if name in self.store.workflows]
        graph = bool(request.get("IncludeGraph"))
        return {
            "Workflows": [self._describe(workflow, graph) for workflow in known],
            "MissingWorkflows": [name for name in names if name not in self.store.workflows],
        }

    def _list(self, request: Request) -> Response:
        found = page(list(self.store.workflows), request, PAGE_SIZE)
        return {"Workflows": list(found.items), **found.next_token()}

    def _delete(self, request: Request) -> Response:
        """Delete a workflow with its triggers and its runs; its jobs and crawlers stay.

        A missing one is no error: the API lists none for it. What runs goes on by itself.
        """
        name: str = request["Name"]
        for trigger in self.store.graph(name).triggers:
            self.delete_trigger(trigger.name)
        self.store.workflows.pop(name, None)
        self.store.runs.pop(name, None)
        self.tags.forget(self._arn(name))
        return {"Name": name}

    def _describe(self, workflow: Workflow, include_graph: bool) -> Response:
        described = workflow.describe()
        last = self.store.last_run(workflow.name)
        if last is not None:
            described["LastRun"] = run_report.describe(
                last, self.launcher, include_graph=include_graph
            )
        if include_graph:
            described["Graph"] = self.store.graph(workflow.name).describe()
        return described

    def _arn(self, name: str) -> str:
        return self.site.arn("glue", f"workflow/{name}")


def _limit(request: Request) -> int | None:
    limit: int | None = request.get("MaxConcurrentRuns")
    if limit is not None and limit < 1:
        raise InvalidInputException(
            f"MaxConcurrentRuns is {limit}: write at least 1, or leave it out for no limit"
        )
    return limit
