"""Runs executions in threads, and tells the event bus of their states.

https://docs.aws.amazon.com/athena/latest/ug/athena-events.html
"""

import logging
import shutil
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import duckdb

from local_aws.athena.errors import DefinitionFailed, QueryCancelled, QueryFailed
from local_aws.athena.queries import result_files
from local_aws.athena.queries.execution import FINAL, Execution, State
from local_aws.athena.queries.interpreter import Interpreter
from local_aws.athena.queries.outcome import Outcome
from local_aws.athena.sql.statements import CreateTableAs, Insert, Select, Unload
from local_aws.athena.tables.catalog import Clients
from local_aws.athena.tables.objects import Objects
from local_aws.host.ports import Clock, EventSink

LOG = logging.getLogger(__name__)
_EVENT = "Athena Query State Change"
# DuckDB takes two threads for each.
_QUERIES_AT_ONCE = 2
_INTERRUPT_SECONDS = 0.05
_CANCELLED = "Query cancelled by user"
_CUTOFF = "Query cancelled! : Bytes scanned limit was exceeded"


class Runner:
    """Runs executions, some at once; the others wait as QUEUED."""

    def __init__(
        self,
        clock: Clock,
        events: EventSink,
        clients: Clients,
        make: Callable[[Execution, Path], Interpreter],
        folder: Path,
    ) -> None:
        self.clock = clock
        self._events = events
        self._objects = Objects(clients)
        self._make = make
        self._folder = folder
        self._pool = ThreadPoolExecutor(_QUERIES_AT_ONCE, thread_name_prefix="athena")
        # One thread tells of every change, so that events come in their order.
        self._teller = ThreadPoolExecutor(1, thread_name_prefix="athena-events")

    def submit(self, execution: Execution) -> None:
        """Run an execution as soon as others leave room."""
        self._tell(execution, None)
        self._pool.submit(self._run, execution)

    def stop(self, execution: Execution) -> None:
        """Cancel an execution; one that has ended stays as it is."""
        with execution.lock:
            execution.stopped = True
            queued = execution.state == "QUEUED"
        if queued:
            self._end(execution, "CANCELLED", reason=_CANCELLED)
        elif execution.state not in FINAL:
            threading.Thread(target=_interrupt, args=(execution,), daemon=True).start()

    def close(self) -> None:
        """Run no more, and wait for what runs."""
        self._pool.shutdown(cancel_futures=True)
        self._teller.shutdown(cancel_futures=True)

    def _run(self, execution: Execution) -> None:
        with execution.lock:
            if execution.state != "QUEUED":
                return
            execution.state, execution.started = "RUNNING", self.clock.now()
        self._tell(execution, "QUEUED")
        folder = self._folder / execution.query_id
        folder.mkdir(parents=True)
        try:
            self._finish(execution, folder)
        except QueryCancelled as cancelled:
            self._end(execution, "CANCELLED", reason=cancelled.reason)
        except QueryFailed as failure:
            self._fail(execution, failure)
        except Exception as error:
            # Nobody else sees what happens on this thread.
            LOG.exception("query %s broke: %s", execution.query_id, execution.text)
            self._fail(execution, QueryFailed("GENERIC_INTERNAL_ERROR", f"{error}"))
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def _finish(self, execution: Execution, folder: Path) -> None:
        interpreter = self._make(execution, folder)
        execution.stop = interpreter.interrupt
        try:
            outcome = interpreter.run(execution.statement)
            execution.scanned = interpreter.scanned
            self._check(execution)
            self._keep(execution, outcome, folder / "result")
            self._check(execution)
        except duckdb.InterruptException:
            raise QueryCancelled(_CANCELLED) from None
        finally:
            execution.scanned = interpreter.scanned
            interpreter.close()
        self._end(execution, "SUCCEEDED")

    def _check(self, execution: Execution) -> None:
        if execution.stopped:
            raise QueryCancelled(_CANCELLED)
        cutoff = execution.settings.cutoff
        if cutoff is not None and execution.scanned > cutoff:
            raise QueryCancelled(_CUTOFF)

    def _keep(self, execution: Execution, outcome: Outcome, spool: Path) -> None:
        uri = execution.result
        if isinstance(execution.statement, Select):
            execution.count = result_files.write_csv(
                self._objects, uri, outcome.columns, outcome.rows, spool
            )
        elif isinstance(execution.statement, CreateTableAs | Insert | Unload):
            listed = "".join(f"{file}\n" for file in outcome.manifest)
            self._objects.put(execution.manifest or "", listed.encode())
        else:
            result_files.write_text(self._objects, uri, outcome.rows)
        if outcome.columns:
            result_files.write_metadata(self._objects, uri, execution.query_id, outcome.columns)
        execution.columns, execution.written = outcome.columns, outcome.written

    def _fail(self, execution: Execution, failure: QueryFailed) -> None:
        execution.failure = failure
        if isinstance(failure, DefinitionFailed):
            try:
                self._objects.put(execution.result, failure.reason.encode())
            except QueryFailed:
                LOG.warning("no result of %s was written", execution.query_id, exc_info=True)
        self._end(execution, "FAILED", reason=failure.reason)

    def _end(self, execution: Execution, state: State, reason: str | None = None) -> None:
        with execution.lock:
            if execution.state in FINAL:
                return
            previous = execution.state
            execution.reason = reason
            execution.ended = self.clock.now()
            # Last: whoever sees the end sees all of it.
            execution.state = state
        execution.done.set()
        self._tell(execution, previous)

    def _tell(self, execution: Execution, previous: State | None) -> None:
        execution.transitions += 1
        detail: dict[str, Any] = {
            "versionId": "0",
            "currentState": execution.state,
            "statementType": execution.statement.kind,
            "queryExecutionId": execution.query_id,
            "workgroupName": execution.settings.work_group,
            "sequenceNumber": str(execution.transitions),
        }
        if previous is not None:
            detail["previousState"] = previous
        if execution.failure is not None:
            detail["athenaError"] = {
                "errorCategory": float(execution.failure.category),
                "errorType": float(execution.failure.error_type),
                "errorMessage": execution.failure.reason,
                "retryable": False,
            }
        self._teller.submit(self._events.put, _EVENT, detail)


def _interrupt(execution: Execution) -> None:
    """Interrupt a query until it has ended: DuckDB forgets an interruption between two steps."""
    while not execution.done.wait(_INTERRUPT_SECONDS):
        execution.stop()
