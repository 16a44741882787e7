"""Workflow runs: how far they go, how they end, stop and resume."""

import itertools
import threading

import pytest

from local_aws.glue.errors import (
    ConcurrentRunsExceededException,
    EntityNotFoundException,
    IllegalWorkflowStateException,
    InvalidInputException,
)
from tests.unit.local_aws.glue.workflows.world import World, action, node, when


@pytest.fixture
def world() -> World:
    """A workflow: ``a`` starts ``b`` and ``c`` at once, both are followed by the crawler."""
    world = World()
    world.workflow(DefaultRunProperties={"target": "curated", "mode": "full"})
    world.trigger("begin", "ON_DEMAND", "a", WorkflowName="flow")
    world.trigger(
        "fork", "CONDITIONAL", "b", "c", WorkflowName="flow", Predicate=when(a="SUCCEEDED")
    )
    join = when("AND", b="SUCCEEDED", c="SUCCEEDED")
    world.trigger("join", "CONDITIONAL", "crawl-1", WorkflowName="flow", Predicate=join)
    return world


def statistics(**counts: int) -> dict[str, int]:
    names = ("Timeout", "Failed", "Stopped", "Succeeded", "Running", "Errored", "Waiting")
    total = {"TotalActions": counts.pop("total", 4)}
    return total | {f"{name}Actions": counts.get(name.lower(), 0) for name in names}


class TestProgress:
    """https://docs.aws.amazon.com/glue/latest/dg/workflows_overview.html"""

    def test_runs_to_its_end(self, world: World) -> None:
        run_id = world.start()
        assert world.jobs.names_started() == ["a"]
        assert world.run(run_id)["Statistics"] == statistics(running=1)
        world.jobs.end("a")
        assert world.jobs.names_started() == ["a", "b", "c"]
        world.jobs.end("c")
        assert world.crawlers.started == []
        world.clock.advance(minutes=2)
        world.jobs.end("b")
        assert world.run(run_id)["Status"] == "RUNNING"
        world.crawlers.end("crawl-1")
        run = world.run(run_id)
        assert run["Status"] == "COMPLETED"
        assert run["Statistics"] == statistics(succeeded=4)
        assert (run["CompletedOn"] - run["StartedOn"]).total_seconds() == 120

    def test_is_completed_also_when_a_node_failed(self, world: World) -> None:
        """https://docs.aws.amazon.com/glue/latest/dg/resuming-workflow.html: the note on states."""
        run_id = world.start()
        world.jobs.end("a")
        world.jobs.end("b", "FAILED")
        world.jobs.end("c")
        run = world.run(run_id)
        assert run["Status"] == "COMPLETED"
        assert run["Statistics"] == statistics(succeeded=2, failed=1)
        assert "CrawlerDetails" not in node(run, "crawl-1")

    @pytest.mark.parametrize(
        ("end", "member"),
        [
            ("TIMEOUT", "timeout"),
            ("STOPPED", "stopped"),
            ("FAILED", "failed"),
            ("ERROR", "errored"),
            ("EXPIRED", "errored"),
        ],
    )
    def test_counts_the_ends(self, world: World, end: str, member: str) -> None:
        run_id = world.start()
        world.jobs.end("a", end)
        assert world.run(run_id)["Statistics"] == statistics(**{member: 1})

    def test_jobs_know_their_run(self, world: World) -> None:
        run_id = world.start()
        assert world.jobs.started[0].workflow_run_id == run_id
        assert world.jobs.started[0].workflow_name == "flow"

    def test_a_start_that_is_refused_is_an_error_of_its_node(self, world: World) -> None:
        world.jobs.refused.add("b")
        run_id = world.start()
        world.jobs.end("a")
        world.jobs.end("c")
        run = world.run(run_id)
        assert run["Status"] == "COMPLETED"
        assert run["Statistics"] == statistics(succeeded=2, errored=1)
        (refused,) = node(run, "b")["JobDetails"]["JobRuns"]
        assert refused["JobRunState"] == "ERROR"
        assert "Concurrent runs exceeded for b" in refused["ErrorMessage"]

    def test_a_queued_job_waits(self, world: World) -> None:
        """https://docs.aws.amazon.com/glue/latest/webapi/API_WorkflowRunStatistics.html"""
        run_id = world.start()
        world.jobs.started[0].state = "WAITING"
        assert world.run(run_id)["Statistics"] == statistics(waiting=1)

    def test_any_starts_what_follows_once(self) -> None:
        world = World()
        world.workflow()
        world.trigger("begin", "ON_DEMAND", "a", "b", WorkflowName="flow")
        either = when("ANY", a="SUCCEEDED", b="SUCCEEDED")
        world.trigger("then", "CONDITIONAL", "c", WorkflowName="flow", Predicate=either)
        world.start()
        world.jobs.end("b")
        assert world.jobs.names_started() == ["a", "b", "c"]
        world.jobs.end("a")
        assert world.jobs.names_started() == ["a", "b", "c"]

    def test_a_conditional_trigger_that_is_not_active_does_not_fire(self) -> None:
        world = World()
        world.workflow()
        world.trigger("begin", "ON_DEMAND", "a", WorkflowName="flow")
        after = {"WorkflowName": "flow", "Predicate": when(a="SUCCEEDED")}
        world.trigger("then", "CONDITIONAL", "b", StartOnCreation=False, **after)
        run_id = world.start()
        world.jobs.end("a")
        assert world.run(run_id)["Status"] == "COMPLETED"
        assert world.jobs.names_started() == ["a"]

    def test_the_end_of_a_run_on_another_thread_is_not_missed(self, world: World) -> None:
        run_id = world.start()
        world.jobs.end("a")
        threads = [threading.Thread(target=world.jobs.end, args=(name,)) for name in ("b", "c")]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        world.crawlers.end("crawl-1")
        assert world.run(run_id)["Status"] == "COMPLETED"

    def test_a_job_that_fails_while_it_starts_ends_the_run(self, world: World) -> None:
        world.jobs.fail_at_once.add("a")
        run = world.run(world.start())
        assert run["Status"] == "COMPLETED"
        assert run["Statistics"] == statistics(failed=1)


class TestBoundaries:
    """https://docs.aws.amazon.com/glue/latest/dg/blueprint_workflow_restrictions.html"""

    def test_only_triggers_inside_fire_for_a_job_started_inside(self, world: World) -> None:
        world.trigger("outside", "CONDITIONAL", "d", Predicate=when(a="SUCCEEDED"))
        world.start()
        world.jobs.end("a")
        assert world.jobs.names_started() == ["a", "b", "c"]

    def test_no_trigger_inside_fires_for_a_job_started_outside(self, world: World) -> None:
        world.trigger("outside", "ON_DEMAND", "a")
        world.call("StartTrigger", Name="outside")
        world.jobs.end("a")
        assert world.jobs.names_started() == ["a"]

    def test_one_starting_trigger_is_enough(self, world: World) -> None:
        with pytest.raises(InvalidInputException, match="already has the starting trigger begin"):
            world.trigger("second", "ON_DEMAND", "a", WorkflowName="flow")


class TestStart:
    def test_an_on_demand_trigger_starts_its_workflow(self, world: World) -> None:
        world.call("StartTrigger", Name="begin")
        (run,) = world.call("GetWorkflowRuns", Name="flow")["Runs"]
        assert run["Status"] == "RUNNING"

    def test_a_schedule_starts_its_workflow(self) -> None:
        world = World()
        world.workflow()
        daily = {"WorkflowName": "flow", "Schedule": "cron(0 12 * * ? *)"}
        world.trigger("daily", "SCHEDULED", "a", **daily)
        world.clock.advance(days=1)
        (run,) = world.call("GetWorkflowRuns", Name="flow")["Runs"]
        assert run["StartedOn"].hour == 12
        assert world.jobs.started[0].workflow_run_id == run["WorkflowRunId"]

    @pytest.mark.parametrize("kind", ["SCHEDULED", "EVENT"])
    def test_any_kind_can_be_started_by_hand(self, kind: str) -> None:
        world = World()
        world.workflow()
        more = {"Schedule": "cron(0 12 * * ? *)"} if kind == "SCHEDULED" else {}
        world.trigger("begin", kind, "a", StartOnCreation=False, WorkflowName="flow", **more)
        world.start()
        assert world.jobs.names_started() == ["a"]

    def test_a_workflow_without_a_start_trigger_says_so(self) -> None:
        world = World()
        world.workflow()
        with pytest.raises(InvalidInputException, match="has no start trigger"):
            world.start()

    def test_a_limit_on_concurrent_runs_refuses_a_start(self, world: World) -> None:
        """https://docs.aws.amazon.com/glue/latest/webapi/API_WorkflowRun.html has the words."""
        world.call("UpdateWorkflow", Name="flow", MaxConcurrentRuns=1)
        world.start()
        for start in (world.start, lambda: world.call("StartTrigger", Name="begin")):
            with pytest.raises(ConcurrentRunsExceededException) as refused:
                start()
            assert refused.value.message == "Concurrent runs exceeded for workflow: flow."
        world.jobs.end("a", "FAILED")
        world.start()

    def test_a_schedule_that_meets_the_limit_leaves_a_run_in_error(self) -> None:
        """https://docs.aws.amazon.com/glue/latest/webapi/API_WorkflowRun.html: ErrorMessage."""
        world = World()
        world.workflow(MaxConcurrentRuns=1)
        daily = {"WorkflowName": "flow", "Schedule": "cron(0 12 * * ? *)"}
        world.trigger("daily", "SCHEDULED", "a", **daily)
        world.clock.advance(days=2)
        newest, oldest = world.call("GetWorkflowRuns", Name="flow")["Runs"]
        assert oldest["Status"] == "RUNNING"
        assert newest["Status"] == "ERROR"
        assert newest["ErrorMessage"] == "Concurrent runs exceeded for workflow: flow."
        assert world.jobs.names_started() == ["a"]


class TestProperties:
    """https://docs.aws.amazon.com/glue/latest/dg/workflow-run-properties-code.html"""

    def test_start_from_the_defaults(self, world: World) -> None:
        run_id = world.start(RunProperties={"mode": "delta"})
        got = world.call("GetWorkflowRunProperties", Name="flow", RunId=run_id)
        assert got == {"RunProperties": {"target": "curated", "mode": "delta"}}

    def test_change_in_their_run_only(self, world: World) -> None:
        run_id, other = world.start(), world.start()
        change = {"mode": "delta", "format": "csv"}
        world.call("PutWorkflowRunProperties", Name="flow", RunId=run_id, RunProperties=change)
        assert world.run(run_id)["WorkflowRunProperties"] == {"target": "curated"} | change
        assert world.run(other)["WorkflowRunProperties"]["mode"] == "full"
        workflow = world.call("GetWorkflow", Name="flow")["Workflow"]
        assert workflow["DefaultRunProperties"]["mode"] == "full"


class TestGraph:
    """https://docs.aws.amazon.com/glue/latest/dg/workflows_api_concepts.html"""

    def test_of_the_design(self, world: World) -> None:
        graph = world.call("GetWorkflow", Name="flow", IncludeGraph=True)["Workflow"]["Graph"]
        names = {node["UniqueId"]: (node["Type"], node["Name"]) for node in graph["Nodes"]}
        assert set(names.values()) == {
            ("TRIGGER", "begin"),
            ("TRIGGER", "fork"),
            ("TRIGGER", "join"),
            ("JOB", "a"),
            ("JOB", "b"),
            ("JOB", "c"),
            ("CRAWLER", "crawl-1"),
        }
        edges = {
            (names[edge["SourceId"]][1], names[edge["DestinationId"]][1]) for edge in graph["Edges"]
        }
        assert edges == {
            ("begin", "a"),
            ("a", "fork"),
            ("fork", "b"),
            ("fork", "c"),
            ("b", "join"),
            ("c", "join"),
            ("join", "crawl-1"),
        }

    def test_of_a_run_has_the_runs_of_its_nodes(self, world: World) -> None:
        run_id = world.start()
        world.jobs.end("a")
        run = world.run(run_id)
        (job_run,) = node(run, "a")["JobDetails"]["JobRuns"]
        assert job_run["JobRunState"] == "SUCCEEDED"
        assert node(run, "join")["TriggerDetails"]["Trigger"]["Type"] == "CONDITIONAL"
        assert "Graph" not in world.call("GetWorkflowRun", Name="flow", RunId=run_id)["Run"]

    def test_of_a_run_is_the_one_it_started_with(self, world: World) -> None:
        """https://docs.aws.amazon.com/glue/latest/dg/resuming-workflow.html: snapshots."""
        run_id = world.start()
        change = {"Actions": [action("d")], "Predicate": when(a="SUCCEEDED")}
        world.call("UpdateTrigger", Name="fork", TriggerUpdate=change)
        world.call("DeleteTrigger", Name="join")
        world.jobs.end("a")
        assert world.jobs.names_started() == ["a", "b", "c"]
        world.jobs.end("b")
        world.jobs.end("c")
        assert [crawl.name for crawl in world.crawlers.started] == ["crawl-1"]
        assert node(world.run(run_id), "join")


class TestStop:
    """https://docs.aws.amazon.com/glue/latest/dg/workflow-stopping.html"""

    def test_ends_what_runs_and_starts_nothing_more(self, world: World) -> None:
        run_id = world.start()
        world.jobs.end("a")
        world.call("StopWorkflowRun", Name="flow", RunId=run_id)
        assert [run.stop_asked for run in world.jobs.started] == [False, True, True]
        assert world.run(run_id)["Status"] == "STOPPING"
        world.jobs.end("b", "STOPPED")
        world.jobs.end("c")  # it ended by itself just before
        run = world.run(run_id)
        assert run["Status"] == "STOPPED"
        assert run["Statistics"] == statistics(succeeded=2, stopped=1)
        assert world.crawlers.started == []

    def test_stops_a_crawl(self, world: World) -> None:
        run_id = world.start()
        for name in ("a", "b", "c"):
            world.jobs.end(name)
        world.call("StopWorkflowRun", Name="flow", RunId=run_id)
        assert world.crawlers.started[0].stop_asked
        world.crawlers.end("crawl-1", "CANCELLED")
        run = world.run(run_id)
        assert run["Status"] == "STOPPED"
        assert run["Statistics"] == statistics(succeeded=3, stopped=1)

    def test_is_for_running_runs(self, world: World) -> None:
        run_id = world.start()
        world.jobs.end("a", "FAILED")
        with pytest.raises(IllegalWorkflowStateException, match="COMPLETED"):
            world.call("StopWorkflowRun", Name="flow", RunId=run_id)


class TestResume:
    """https://docs.aws.amazon.com/glue/latest/dg/resuming-workflow.html"""

    @pytest.fixture
    def failed(self, world: World) -> str:
        """A run in which ``b`` failed."""
        run_id = world.start(RunProperties={"mode": "delta"})
        world.jobs.end("a")
        world.jobs.end("b", "FAILED")
        world.jobs.end("c")
        return run_id

    def resume(self, world: World, run_id: str, *names: str) -> tuple[str, list[str]]:
        run = world.run(run_id)
        ids = {name: node(run, name)["UniqueId"] for name in names}
        resumed = world.call(
            "ResumeWorkflowRun", Name="flow", RunId=run_id, NodeIds=list(ids.values())
        )
        restarted = [name for name in names if ids[name] in resumed["NodeIds"]]
        return resumed["RunId"], restarted

    def test_runs_the_node_and_what_follows(self, world: World, failed: str) -> None:
        run_id, restarted = self.resume(world, failed, "b")
        assert restarted == ["b"]
        assert run_id != failed
        assert world.jobs.names_started() == ["a", "b", "c", "b"]
        assert world.jobs.started[-1].trigger == "fork"
        world.jobs.end("b")
        world.crawlers.end("crawl-1")
        run = world.run(run_id)
        assert run["Status"] == "COMPLETED"
        assert run["PreviousRunId"] == failed
        assert run["Statistics"] == statistics(succeeded=4)
        assert run["WorkflowRunProperties"]["mode"] == "delta"

    def test_copies_the_runs_of_the_other_nodes(self, world: World, failed: str) -> None:
        run_id, _ = self.resume(world, failed, "b")
        runs = node(world.run(run_id), "a")["JobDetails"]["JobRuns"]
        assert [run["Id"] for run in runs] == ["jr_0"]
        assert [run["Id"] for run in node(world.run(failed), "b")["JobDetails"]["JobRuns"]] == [
            "jr_1"
        ]

    def test_leaves_the_original_run_as_it_was(self, world: World, failed: str) -> None:
        before = world.run(failed)
        self.resume(world, failed, "b")
        world.jobs.end("b")
        assert world.run(failed) == before

    def test_a_node_that_follows_another_is_not_restarted_itself(
        self, world: World, failed: str
    ) -> None:
        _, restarted = self.resume(world, failed, "b", "a")
        assert restarted == ["a"]
        assert world.jobs.names_started() == ["a", "b", "c", "a"]
        world.jobs.end("a")
        assert world.jobs.names_started()[-2:] == ["b", "c"]

    def test_can_be_resumed_again(self, world: World, failed: str) -> None:
        second, _ = self.resume(world, failed, "b")
        world.jobs.end("b", "FAILED")
        third, _ = self.resume(world, second, "b")
        world.jobs.end("b")
        world.crawlers.end("crawl-1")
        assert world.run(third)["Statistics"] == statistics(succeeded=4)
        assert world.run(third)["PreviousRunId"] == second

    def test_is_for_completed_runs(self, world: World) -> None:
        run_id = world.start()
        with pytest.raises(IllegalWorkflowStateException, match="only a COMPLETED run"):
            self.resume(world, run_id, "a")

    def test_is_from_nodes_that_ran(self, world: World, failed: str) -> None:
        with pytest.raises(InvalidInputException, match="crawl-1 has no run attempt"):
            self.resume(world, failed, "crawl-1")
        with pytest.raises(InvalidInputException, match="is a trigger"):
            self.resume(world, failed, "fork")
        with pytest.raises(InvalidInputException, match="has no node"):
            world.call("ResumeWorkflowRun", Name="flow", RunId=failed, NodeIds=["wnode_x"])

    def test_counts_against_the_limit(self, world: World, failed: str) -> None:
        world.call("UpdateWorkflow", Name="flow", MaxConcurrentRuns=1)
        world.start()
        with pytest.raises(ConcurrentRunsExceededException):
            self.resume(world, failed, "b")


class TestEvents:
    """https://docs.aws.amazon.com/glue/latest/dg/workflows_overview.html: EventBridge event."""

    def make(self, **batch: int) -> World:
        world = World()
        world.workflow()
        more = {"EventBatchingCondition": batch} if batch else {}
        world.trigger("on-event", "EVENT", "a", WorkflowName="flow", **more)
        return world

    def runs(self, world: World) -> list[dict]:
        return world.call("GetWorkflowRuns", Name="flow")["Runs"]

    def test_one_event_starts_the_workflow(self) -> None:
        """https://docs.aws.amazon.com/glue/latest/dg/viewing-start-event-info.html"""
        world = self.make()
        world.workflows.notify_event("flow", "event-1")
        (run,) = self.runs(world)
        assert run["WorkflowRunProperties"] == {"aws:eventIds": "[event-1]"}
        assert world.call("GetTrigger", Name="on-event")["Trigger"]["State"] == "CREATED"

    def test_a_full_batch_starts_it(self) -> None:
        world = self.make(BatchSize=3, BatchWindow=60)
        for number in range(3):
            assert self.runs(world) == []
            world.workflows.notify_event("flow", f"event-{number}")
        (run,) = self.runs(world)
        assert run["WorkflowRunProperties"]["aws:eventIds"] == "[event-0, event-1, event-2]"
        assert run["StartingEventBatchCondition"] == {"BatchSize": 3, "BatchWindow": 0}
        world.clock.advance(minutes=5)
        assert len(self.runs(world)) == 1

    def test_a_window_that_ends_starts_it(self) -> None:
        world = self.make(BatchSize=3, BatchWindow=60)
        world.clock.advance(seconds=55)
        world.workflows.notify_event("flow", "event-1")
        world.clock.advance(seconds=59)
        world.workflows.notify_event("flow", "event-2")
        assert self.runs(world) == []
        world.clock.advance(seconds=1)
        (run,) = self.runs(world)
        assert run["WorkflowRunProperties"]["aws:eventIds"] == "[event-1, event-2]"
        assert run["StartingEventBatchCondition"] == {"BatchSize": 0, "BatchWindow": 60}

    def test_a_window_lasts_fifteen_minutes_by_default(self) -> None:
        world = self.make(BatchSize=2)
        world.workflows.notify_event("flow", "event-1")
        world.clock.advance(seconds=899)
        assert self.runs(world) == []
        world.clock.advance(seconds=1)
        assert len(self.runs(world)) == 1

    def test_a_batch_begins_anew_after_a_start(self) -> None:
        world = self.make(BatchSize=2, BatchWindow=60)
        for number in range(5):
            world.workflows.notify_event("flow", f"event-{number}")
        assert len(self.runs(world)) == 2

    def test_no_trigger_takes_no_events(self) -> None:
        world = World()
        world.workflow()
        world.trigger("begin", "ON_DEMAND", "a", WorkflowName="flow")
        with pytest.raises(InvalidInputException, match="not started by events"):
            world.workflows.notify_event("flow", "event-1")
        with pytest.raises(EntityNotFoundException):
            world.workflows.notify_event("nowhere", "event-1")

    def test_a_deleted_trigger_forgets_its_batch(self) -> None:
        world = self.make(BatchSize=2, BatchWindow=60)
        world.workflows.notify_event("flow", "event-1")
        world.call("DeleteTrigger", Name="on-event")
        world.clock.advance(minutes=2)
        assert self.runs(world) == []


class TestWorkflow:
    """https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-workflow.html"""

    def test_comes_back_as_it_was_given(self) -> None:
        world = World()
        given = {"Description": "d", "DefaultRunProperties": {"k": "v"}, "MaxConcurrentRuns": 2}
        world.workflow("one", Tags={"team": "data"}, **given)
        shown = world.call("GetWorkflow", Name="one")["Workflow"]
        now = world.clock.now()
        assert shown == given | {"Name": "one", "CreatedOn": now, "LastModifiedOn": now}
        assert world.tags.of("arn:aws:glue:eu-west-1:000000000000:workflow/one")

    def test_an_update_overwrites(self, world: World) -> None:
        world.call("UpdateWorkflow", Name="flow", Description="new")
        shown = world.call("GetWorkflow", Name="flow")["Workflow"]
        assert shown["Description"] == "new"
        assert "DefaultRunProperties" not in shown

    def test_shows_its_last_run(self, world: World) -> None:
        world.start()
        run_id = world.start()
        shown = world.call("GetWorkflow", Name="flow")["Workflow"]
        assert shown["LastRun"]["WorkflowRunId"] == run_id

    def test_lists_runs_newest_first_in_pages(self, world: World) -> None:
        started = [world.start() for _ in range(3)]
        first = world.call("GetWorkflowRuns", Name="flow", MaxResults=2)
        rest = world.call("GetWorkflowRuns", Name="flow", NextToken=first["NextToken"])
        listed = [run["WorkflowRunId"] for run in itertools.chain(first["Runs"], rest["Runs"])]
        assert listed == list(reversed(started))

    def test_lists_and_gets_in_batches(self, world: World) -> None:
        world.workflow("other")
        assert world.call("ListWorkflows") == {"Workflows": ["flow", "other"]}
        batch = world.call("BatchGetWorkflows", Names=["other", "nobody"])
        assert [workflow["Name"] for workflow in batch["Workflows"]] == ["other"]
        assert batch["MissingWorkflows"] == ["nobody"]

    def test_takes_its_triggers_and_runs_along_when_deleted(self, world: World) -> None:
        run_id = world.start()
        world.call("DeleteWorkflow", Name="flow")
        world.jobs.end("a")  # nobody waits for it any more
        assert world.jobs.names_started() == ["a"]
        for operation, request in (
            ("GetWorkflow", {"Name": "flow"}),
            ("GetTrigger", {"Name": "begin"}),
            ("GetWorkflowRun", {"Name": "flow", "RunId": run_id}),
        ):
            with pytest.raises(EntityNotFoundException):
                world.call(operation, **request)
        assert world.call("DeleteWorkflow", Name="flow") == {"Name": "flow"}

    def test_a_limit_is_at_least_one(self) -> None:
        with pytest.raises(InvalidInputException, match="at least 1"):
            World().workflow(MaxConcurrentRuns=0)

    def test_unknown_names_say_what_is_missing(self, world: World) -> None:
        with pytest.raises(EntityNotFoundException, match="Workflow nobody not found"):
            world.call("GetWorkflowRuns", Name="nobody")
        with pytest.raises(EntityNotFoundException, match="has no run wr_x"):
            world.call("GetWorkflowRun", Name="flow", RunId="wr_x")
