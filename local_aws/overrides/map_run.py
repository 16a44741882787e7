"""Step Functions: one run of a Map state in distributed mode.

https://docs.aws.amazon.com/step-functions/latest/dg/concepts-examine-map-run.html
"""

import threading
from collections import Counter, deque
from collections.abc import Mapping, Sequence
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from localstack.aws.api.stepfunctions import (
    HistoryEventType,
    MapRunFailedEventDetails,
    MapRunRedrivenEventDetails,
    MapRunStartedEventDetails,
    MapRunStatus,
    MapStateStartedEventDetails,
)
from localstack.services.stepfunctions.asl.component.common.error_name.failure_event import (
    FailureEvent,
    FailureEventException,
)
from localstack.services.stepfunctions.asl.component.common.error_name.states_error_name import (
    StatesErrorName,
)
from localstack.services.stepfunctions.asl.component.common.error_name.states_error_name_type import (  # noqa: E501
    StatesErrorNameType,
)
from localstack.services.stepfunctions.asl.component.state.state_execution.state_map.iteration.itemprocessor.map_run_record import (  # noqa: E501
    MapRunRecord,
)
from localstack.services.stepfunctions.asl.eval.environment import Environment
from localstack.services.stepfunctions.asl.eval.event.event_detail import EventDetails

from local_aws.overrides.map_children import Child, Nursery
from local_aws.overrides.map_objects import MapObjects
from local_aws.overrides.map_redrive import Unfinished, unfinished_runs
from local_aws.overrides.payload_templates import component, evaluated, selected_items
from local_aws.stepfunctions.distributed_map import results
from local_aws.stepfunctions.distributed_map.batches import Limits, batches
from local_aws.stepfunctions.distributed_map.items import ItemReaderError
from local_aws.stepfunctions.distributed_map.plan import MapPlan
from local_aws.stepfunctions.distributed_map.tolerance import Tolerance
from local_aws.stepfunctions.payload import fits

known_runs: dict[str, MapRunRecord] = {}
"""All Map Runs by their ARNs, also those of executions that were redriven since."""

# Without MaxConcurrency AWS runs up to 10,000 at a time; a laptop has threads for these.
_MOST_AT_ONCE = 40


class MapRun:
    """Evaluates a Map state: ``env`` is a frame made for it, on whose stack its result goes."""

    def __init__(self, state: Any, plan: MapPlan, env: Environment) -> None:
        self._state, self._plan, self._env = state, plan, env
        self._objects = MapObjects(env.aws_execution_details)
        self._changed = threading.Condition()

    def evaluate(self) -> None:
        """Run all children. Raises FailureEventException with the error names that AWS has."""
        told = self._env.states.context_object.context_object_data["Execution"]
        place, redrives = (told["Id"], self._state.name), told["RedriveCount"]
        left = unfinished_runs.left(place, redrives)
        items = None if left or self._plan.reader else self._given_items()
        self._tell_start(0 if items is None else len(items))
        self._record = self._go_on(left, redrives) if left else self._new_record()
        try:
            if not left:
                children = self._children(self._read_items() if items is None else items)
                left = Unfinished(self._record, children, redrives)
                unfinished_runs.keep(place, left)
            self._conclude(left)
        except FailureEventException as failure:
            self._record.set_stop(MapRunStatus.FAILED)
            self._tell(HistoryEventType.MapRunFailed, failure.failure_event.event_details)
            raise
        finally:
            if left:
                left.over.set()
        if self._record.status == MapRunStatus.SUCCEEDED:
            unfinished_runs.forget(place)

    def _conclude(self, run: Unfinished) -> None:
        """Run what has not succeeded yet, and leave the result on the stack."""
        env = self._env
        self._run([child for child in run.children if child.status != "SUCCEEDED"])
        env.stack.append(self._checked_result(run.children))
        if not env.is_running():
            self._record.set_stop(MapRunStatus.ABORTED)
            self._tell(HistoryEventType.MapRunAborted)
            return
        self._record.set_stop(MapRunStatus.SUCCEEDED)
        self._tell(HistoryEventType.MapRunSucceeded)
        env.event_manager.add_event(
            env.event_history_context,
            HistoryEventType.MapStateSucceeded,
            update_source_event_id=False,
        )

    def _tell_start(self, length: int) -> None:
        details = MapStateStartedEventDetails(length=length)
        self._tell(
            HistoryEventType.MapStateStarted, EventDetails(mapStateStartedEventDetails=details)
        )

    def _go_on(self, left: Unfinished, redrives: int) -> MapRunRecord:
        left.reopen(redrives)
        details = MapRunRedrivenEventDetails(
            mapRunArn=left.record.map_run_arn, redriveCount=redrives
        )
        self._tell(
            HistoryEventType.MapRunRedriven, EventDetails(mapRunRedrivenEventDetails=details)
        )
        return left.record

    def _new_record(self) -> MapRunRecord:
        told = self._env.states.context_object.context_object_data
        record = MapRunRecord(
            state_machine_arn=told["StateMachine"]["Id"],
            execution_arn=told["Execution"]["Id"],
            max_concurrency=self._value(self._state.max_concurrency_decl),
            tolerated_failure_count=self._value(self._state.tolerated_failure_count_decl),
            tolerated_failure_percentage=self._value(self._state.tolerated_failure_percentage_decl),
            label=self._state.label.label if self._state.label else None,
        )
        self._env.map_run_record_pool_manager.add(record)
        known_runs[record.map_run_arn] = record
        details = MapRunStartedEventDetails(mapRunArn=record.map_run_arn)
        self._tell(HistoryEventType.MapRunStarted, EventDetails(mapRunStartedEventDetails=details))
        return record

    # Items

    def _given_items(self) -> list[Any]:
        items = self._value(self._state.items_path)
        if not isinstance(items, list):
            raise self._failure(
                StatesErrorNameType.StatesRuntime,
                f"Map state input must be an array but was: {type(items).__name__}",
            )
        return items

    def _read_items(self) -> list[Any]:
        reader = self._plan.reader
        assert reader is not None  # noqa: S101
        limit = self._setting(reader.config, "MaxItems")
        try:
            return self._objects.items(reader, self._template(reader.parameters), limit)
        except (ItemReaderError, ClientError, BotoCoreError) as error:
            raise self._failure(StatesErrorNameType.StatesItemReaderFailed, str(error)) from error

    # Children

    def _children(self, items: list[Any]) -> list[Child]:
        selected = items
        if self._plan.selector is not None:
            selected = selected_items(self._plan.selector, self._env, items)
        if (batcher := self._plan.batcher) is None:
            children = [Child(item, 1) for item in selected]
        else:
            limits = Limits(self._limit(batcher.items), self._limit(batcher.bytes))
            shared = None if batcher.input is None else self._template(batcher.input)
            found = batches(selected, limits, shared)
            children = [Child(batch, len(batch["Items"])) for batch in found]
        if not all(fits(child.input) for child in children):
            raise self._failure(
                StatesErrorNameType.StatesStatesDataLimitExceeded,
                "The input of a child workflow execution exceeds the maximum number of bytes.",
            )
        for counter, total in self._counters(len(selected), len(children)):
            counter.total.count(total)
            counter.pending.count(total)
        return children

    def _run(self, children: Sequence[Child]) -> None:
        """Run children side by side until all have ended, too many have failed, or it is over."""
        program = self._state.iteration_component._get_iteration_program()
        nursery = Nursery(self._env, self._plan, program, self._record)
        waiting = deque(children)
        running: list[Child] = []
        with self._changed:
            while waiting or running:
                if self._is_over():
                    waiting.clear()
                    for child in running:
                        child.stop()
                while waiting and len(running) < self._most_at_once():
                    running.append(waiting.popleft())
                    self._begin(nursery, running[-1], running)
                self._changed.wait(0.2)

    def _most_at_once(self) -> int:
        return self._record.max_concurrency or _MOST_AT_ONCE

    def _begin(self, nursery: Nursery, child: Child, running: list[Child]) -> None:
        for counter, number in self._counters(child.items, 1):
            counter.pending.offset(-number)
            counter.running.count(number)

        def run() -> None:
            try:
                nursery.run(child)
            finally:
                with self._changed:
                    self._count_end(child)
                    running.remove(child)
                    self._changed.notify()

        threading.Thread(target=run, name="map-child", daemon=True).start()

    def _count_end(self, child: Child) -> None:
        for counter, number in self._counters(child.items, 1):
            counter.running.offset(-number)
            getattr(counter, child.counted).count(number)

    def _is_over(self) -> bool:
        return not self._env.is_running() or self._too_many_failed()

    def _too_many_failed(self) -> bool:
        plan, record = self._plan, self._record
        failed = record.item_counter.failed.get() + record.item_counter.timed_out.get()
        changed = record.update_event.is_set()
        tolerance = Tolerance(
            record.tolerated_failure_count
            if plan.tolerates_count or (changed and record.tolerated_failure_count)
            else None,
            record.tolerated_failure_percentage
            if plan.tolerates_percentage or (changed and record.tolerated_failure_percentage)
            else None,
        )
        return tolerance.exceeded(failed, record.item_counter.total.get())

    # Results

    def _checked_result(self, children: Sequence[Child]) -> Any:
        result = self._result([child.record() for child in children])
        if self._env.is_running() and self._too_many_failed():
            failed = Counter(child.status for child in children)
            raise self._failure(
                StatesErrorNameType.StatesExceedToleratedFailureThreshold,
                f"The specified tolerated failure threshold was exceeded: {dict(failed)}",
            )
        return result

    def _result(self, records: Sequence[Mapping[str, Any]]) -> Any:
        writer = self._plan.writer
        if writer is None:
            return results.output(records, "COMPACT")
        if writer.parameters is None:
            return results.output(records, writer.transformation)
        place = self._template(writer.parameters)
        try:
            key = self._objects.write(records, writer, place, self._record.map_run_arn)
        except (ClientError, BotoCoreError) as error:
            raise self._failure(StatesErrorNameType.StatesResultWriterFailed, str(error)) from error
        self._count_written(records)
        return {
            "MapRunArn": self._record.map_run_arn,
            "ResultWriterDetails": {"Bucket": place["Bucket"], "Key": key},
        }

    def _count_written(self, records: Sequence[Mapping[str, Any]]) -> None:
        written = sum(one["status"] != "PENDING" for one in records)
        self._record.execution_counter.results_written.count(written)

    # Values

    def _value(self, component: Any) -> Any:
        return evaluated(component, self._env)

    def _template(self, payload: Mapping[str, Any]) -> Any:
        return self._value(component(payload))

    def _limit(self, template: Mapping[str, Any] | None) -> int | None:
        return None if template is None else int(self._template(template)["value"])

    def _setting(self, config: Mapping[str, Any], name: str) -> int | None:
        if name in config:
            return int(config[name])
        path = config.get(f"{name}Path")
        return None if path is None else self._limit({"value.$": path})

    def _counters(self, items: int, executions: int) -> tuple[tuple[Any, int], tuple[Any, int]]:
        record = self._record
        return (record.item_counter, items), (record.execution_counter, executions)

    def _failure(self, error: StatesErrorNameType, cause: str) -> FailureEventException:
        details = MapRunFailedEventDetails(error=error.to_name(), cause=cause)
        return FailureEventException(
            FailureEvent(
                env=self._env,
                error_name=StatesErrorName(typ=error),
                event_type=HistoryEventType.MapRunFailed,
                event_details=EventDetails(mapRunFailedEventDetails=details),
            )
        )

    def _tell(self, event: HistoryEventType, details: EventDetails | None = None) -> None:
        self._env.event_manager.add_event(self._env.event_history_context, event, details)
