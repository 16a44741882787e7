"""The API's operations on workflow runs.

https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-workflow.html
"""

from collections.abc import Mapping
from dataclasses import dataclass

from local_aws.glue.paging import page
from local_aws.glue.workflows import run_report
from local_aws.glue.workflows.dispatcher import Dispatcher
from local_aws.glue.workflows.launcher import Launcher
from local_aws.glue.workflows.run import WorkflowRun
from local_aws.glue.workflows.runner import Runner
from local_aws.glue.workflows.store import Store
from local_aws.host.ports import Operation, Request, Response

PAGE_SIZE = 1000


@dataclass(frozen=True)
class RunOperations:
    """Start, read, stop and resume workflow runs. The caller holds the lock."""

    store: Store
    launcher: Launcher
    runner: Runner
    dispatcher: Dispatcher

    def operations(self) -> Mapping[str, Operation]:
        """Return the operations by their names."""
        return {
            "StartWorkflowRun": self._start,
            "GetWorkflowRun": self._get,
            "GetWorkflowRuns": self._get_many,
            "StopWorkflowRun": self._stop,
            "ResumeWorkflowRun": self._resume,
            "PutWorkflowRunProperties": self._put_properties,
            "GetWorkflowRunProperties": self._get_properties,
        }

    def _start(self, request: Request) -> Response:
        properties = request.get("RunProperties") or {}
        return {"RunId": self.dispatcher.start_workflow(request["Name"], properties).run_id}

    def _get(self, request: Request) -> Response:
        return {"Run": self._describe(self._run(request), request)}

    def _get_many(self, request: Request) -> Response:
        workflow = self.store.workflow(request["Name"])
        newest_first = list(reversed(self.store.runs.get(workflow.name, {}).values()))
        found = page(newest_first, request, PAGE_SIZE)
        return {
            "Runs": [self._describe(run, request) for run in found.items],
            **found.next_token(),
        }

    def _stop(self, request: Request) -> Response:
        self.runner.stop(self._run(request))
        return {}

    def _resume(self, request: Request) -> Response:
        run_id, restarted = self.dispatcher.resume(
            request["Name"], request["RunId"], request["NodeIds"]
        )
        graph = self.store.run(request["Name"], run_id).graph
        return {"RunId": run_id, "NodeIds": [graph.node_id(node) for node in restarted]}

    def _put_properties(self, request: Request) -> Response:
        """Add run properties, in place of those of the same name."""
        self._run(request).properties.update(request["RunProperties"])
        return {}

    def _get_properties(self, request: Request) -> Response:
        return {"RunProperties": dict(self._run(request).properties)}

    def _run(self, request: Request) -> WorkflowRun:
        return self.store.run(request["Name"], request["RunId"])

    def _describe(self, run: WorkflowRun, request: Request) -> Response:
        graph = bool(request.get("IncludeGraph"))
        return run_report.describe(run, self.launcher, include_graph=graph)
