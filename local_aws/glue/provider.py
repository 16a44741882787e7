"""Plugs the Glue model into LocalStack. The only file of the model that knows LocalStack."""

import json
import logging
import os
import tempfile
from collections.abc import Mapping
from datetime import timedelta
from functools import partial
from pathlib import Path

from localstack.aws.api import CommonServiceException, RequestContext, ServiceRequest
from localstack.aws.skeleton import DispatchTable, Skeleton
from localstack.aws.spec import load_service
from localstack.http import Request, route
from localstack.http import Response as HttpResponse
from localstack.services.edge import ROUTER
from localstack.services.moto import call_moto
from localstack.services.plugins import Service, ServiceLifecycleHook, aws_provider

from local_aws.glue.aws_ports import IamRoles, S3Storage
from local_aws.glue.engine import Engine, Surroundings
from local_aws.glue.errors import EntityNotFoundException, GlueError, PassOn
from local_aws.glue.jobs.ended import ended_runs
from local_aws.glue.jobs.interface import engine_path
from local_aws.host.aws_ports import CloudWatchLogs, Endpoint, EventBus
from local_aws.host.clock import SystemClock
from local_aws.host.per_site import PerSite
from local_aws.host.ports import Response, Site
from local_aws.spark.process import JobPool
from local_aws.spark.settings import SparkSettings

LOG = logging.getLogger(__name__)
# What of the server's environment a job sees.
_JOB_ENVIRONMENT = ("PATH", "HOME", "LANG", "LC_ALL", "JAVA_HOME", "TMPDIR")


class GlueProvider(ServiceLifecycleHook):
    """One engine per account and region, made when it is first asked for."""

    def __init__(self, environ: Mapping[str, str], work_dir: Path) -> None:
        self._environ = environ
        self._work_dir = work_dir
        self._minute = timedelta(seconds=float(environ.get("LOCAL_AWS_GLUE_MINUTE_SECONDS", "60")))
        self._clock = SystemClock()
        self._pool = JobPool(SparkSettings.from_environment(environ, work_dir / "processes"))
        self._engines = PerSite(self._new_engine)

    def dispatch_table(self) -> DispatchTable:
        """Return a handler for every operation of the Glue API."""
        service = load_service("glue")
        return {name: partial(self._handle, name) for name in service.operation_names}

    def notify_event(self, account_id: str, region: str, workflow_name: str, event_id: str) -> None:
        """Hand an event of EventBridge to a workflow. Raises GlueError.

        A workflow that can take it exists, so its engine does.
        """
        engine = self._engines.known(account_id, region)
        if engine is None:
            raise EntityNotFoundException(f"Workflow {workflow_name} not found")
        engine.workflows.notify_event(workflow_name, event_id)

    def on_before_start(self) -> None:
        """Open the way by which job processes reach their engine."""
        ROUTER.add(self.answer_job)

    @route(engine_path("<account_id>", "<region>") + "/<operation>", methods=["POST"])
    def answer_job(
        self, request: Request, account_id: str, region: str, operation: str
    ) -> HttpResponse:
        """Answer a job process: a JSON object in, one out, or an error with code and message."""
        engine = self._engines.known(account_id, region)
        if engine is None:
            return HttpResponse(status=404)
        try:
            answer = engine.handle_internal(operation, json.loads(request.data))
        except GlueError as error:
            body = {"Code": error.code, "Message": error.message}
            return HttpResponse(json.dumps(body), status=400, mimetype="application/json")
        except KeyError:
            return HttpResponse(status=404)
        return HttpResponse(json.dumps(answer), mimetype="application/json")

    def on_before_stop(self) -> None:
        """End all runs: no job process outlives the server."""
        for engine in self._engines.take_all():
            engine.close()
        self._clock.close()
        self._pool.close()

    def _handle(self, operation: str, context: RequestContext, request: ServiceRequest) -> Response:
        engine = self._engines.of(context)
        if not engine.answers(operation):
            return call_moto(context)
        try:
            return engine.handle(operation, request)
        except PassOn:
            return call_moto(context)
        except GlueError as error:
            raise CommonServiceException(
                error.code, error.message, status_code=400, sender_fault=True
            ) from error

    def _new_engine(self, site: Site) -> Engine:
        endpoint = Endpoint(site)
        engine = Engine(
            site,
            Surroundings(
                clock=self._clock,
                events=EventBus(endpoint, "aws.glue"),
                logs=CloudWatchLogs(endpoint),
                storage=S3Storage(endpoint),
                roles=IamRoles(endpoint),
                launcher=self._pool,
                clients=endpoint,
                runs_dir=self._work_dir / "runs",
                environment={
                    name: self._environ[name] for name in _JOB_ENVIRONMENT if name in self._environ
                },
                minute=self._minute,
            ),
        )
        engine.jobs.on_run_ended(ended_runs.tell)
        return engine


@aws_provider()
def glue() -> Service:
    """Make the service that LocalStack loads as ``glue:default``."""
    work_dir = Path(tempfile.gettempdir()) / "glue"
    provider = GlueProvider(os.environ, work_dir)
    skeleton = Skeleton(load_service("glue"), provider.dispatch_table())
    return Service("glue", skeleton=skeleton, lifecycle_hook=provider)
