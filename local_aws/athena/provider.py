"""Plugs Athena into LocalStack. The only file of the model that knows LocalStack.

https://docs.aws.amazon.com/athena/latest/APIReference/Welcome.html
"""

import logging
import tempfile
from functools import partial
from pathlib import Path

from localstack.aws.api import CommonServiceException, RequestContext, ServiceRequest
from localstack.aws.skeleton import DispatchTable, Skeleton
from localstack.aws.spec import load_service
from localstack.services.plugins import Service, ServiceLifecycleHook, aws_provider

from local_aws.athena.engine import Engine, Surroundings
from local_aws.athena.errors import AthenaError, InvalidRequestException, QueryFailed
from local_aws.host.aws_ports import Endpoint, EventBus
from local_aws.host.clock import SystemClock
from local_aws.host.per_site import PerSite
from local_aws.host.ports import Response, Site

LOG = logging.getLogger(__name__)


class AthenaProvider(ServiceLifecycleHook):
    """One engine per account and region, made when it is first asked for."""

    def __init__(self, work_dir: Path) -> None:
        self._work_dir = work_dir
        self._clock = SystemClock(workers=1)
        self._engines = PerSite(self._new_engine)

    def dispatch_table(self) -> DispatchTable:
        """Return a handler for every operation of the API."""
        names = load_service("athena").operation_names
        return {name: partial(self._handle, name) for name in names}

    def on_before_stop(self) -> None:
        """End all queries."""
        for engine in self._engines.take_all():
            engine.close()
        self._clock.close()

    def _handle(self, operation: str, context: RequestContext, request: ServiceRequest) -> Response:
        engine = self._engines.of(context)
        try:
            if operation not in engine.operations:
                raise InvalidRequestException(f"{operation} is not supported by the local AWS.")
            return engine.handle(operation, request)
        except AthenaError as error:
            raise _on_the_wire(error) from error
        except QueryFailed as failure:
            # The Data Catalog or S3 refused what an operation asked of it.
            raise _on_the_wire(InvalidRequestException(failure.reason)) from failure

    def _new_engine(self, site: Site) -> Engine:
        endpoint = Endpoint(site)
        return Engine(
            site,
            Surroundings(
                clock=self._clock,
                events=EventBus(endpoint, "aws.athena"),
                clients=endpoint,
                folder=self._work_dir,
            ),
        )


def _on_the_wire(error: AthenaError) -> CommonServiceException:
    answer = CommonServiceException(error.code, error.message, status_code=400, sender_fault=True)
    # A member of the error's shape.
    answer.AthenaErrorCode = error.athena_code
    return answer


@aws_provider()
def athena() -> Service:
    """Make the service that LocalStack loads as ``athena:default``."""
    provider = AthenaProvider(Path(tempfile.gettempdir()) / "athena")
    skeleton = Skeleton(load_service("athena"), provider.dispatch_table())
    return Service("athena", skeleton=skeleton, lifecycle_hook=provider)
