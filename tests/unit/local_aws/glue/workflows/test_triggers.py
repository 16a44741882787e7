"""Triggers: their states, what they refuse and chains outside workflows."""

from typing import Any

import pytest

from local_aws.glue.errors import (
    AlreadyExistsException,
    EntityNotFoundException,
    InvalidInputException,
    ValidationException,
)
from tests.unit.local_aws.glue.workflows.world import World, action, condition, when

NOON = "cron(0 12 * * ? *)"


@pytest.fixture
def world() -> World:
    return World()


def state_of(world: World, name: str) -> str:
    return world.call("GetTrigger", Name=name)["Trigger"]["State"]


def refusal(world: World, **request: Any) -> str:
    with pytest.raises(InvalidInputException) as refused:
        world.call("CreateTrigger", **({"Name": "t", "Actions": [action("a")]} | request))
    return refused.value.message


class TestStates:
    """https://docs.aws.amazon.com/glue/latest/dg/about-triggers.html"""

    def test_on_demand_stays_created_and_fires_when_started(self, world: World) -> None:
        world.trigger("t", "ON_DEMAND", "a", "b")
        assert world.jobs.started == []
        world.call("StartTrigger", Name="t")
        assert world.jobs.names_started() == ["a", "b"]
        assert state_of(world, "t") == "CREATED"
        world.call("StartTrigger", Name="t")
        assert len(world.jobs.started) == 4

    @pytest.mark.parametrize("kind", ["SCHEDULED", "CONDITIONAL"])
    def test_others_are_activated_and_deactivated(self, world: World, kind: str) -> None:
        more = {"Schedule": NOON} if kind == "SCHEDULED" else {"Predicate": when(b="SUCCEEDED")}
        world.trigger("t", kind, "a", StartOnCreation=False, **more)
        assert state_of(world, "t") == "CREATED"
        world.call("StartTrigger", Name="t")
        assert state_of(world, "t") == "ACTIVATED"
        world.call("StopTrigger", Name="t")
        assert state_of(world, "t") == "DEACTIVATED"

    def test_start_on_creation_activates(self, world: World) -> None:
        world.trigger("t", "SCHEDULED", "a", Schedule=NOON)
        assert state_of(world, "t") == "ACTIVATED"

    def test_start_on_creation_is_not_for_on_demand(self, world: World) -> None:
        """https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-jobs-trigger.html"""
        message = refusal(world, Type="ON_DEMAND", StartOnCreation=True)
        assert "StartOnCreation is not supported for ON_DEMAND" in message

    def test_only_an_active_trigger_can_be_stopped(self, world: World) -> None:
        """The words are AWS's: https://github.com/hashicorp/terraform-provider-aws/pull/49408"""
        world.trigger("t", "ON_DEMAND", "a")
        with pytest.raises(InvalidInputException, match="not allowed when trigger is in state: CR"):
            world.call("StopTrigger", Name="t")

    def test_an_event_trigger_cannot_be_started(self, world: World) -> None:
        """The words are AWS's: https://github.com/hashicorp/terraform-provider-aws/pull/49408"""
        world.workflow()
        world.trigger("t", "EVENT", "a", WorkflowName="flow")
        with pytest.raises(InvalidInputException, match="Trigger Type EVENT cannot be started"):
            world.call("StartTrigger", Name="t")


class TestSchedule:
    """https://docs.aws.amazon.com/glue/latest/dg/monitor-data-warehouse-schedule.html"""

    def test_fires_at_its_times(self, world: World) -> None:
        world.trigger("t", "SCHEDULED", "a", Schedule=NOON)
        world.clock.advance(hours=2, minutes=59)
        assert world.jobs.started == []
        world.clock.advance(minutes=1)
        assert world.jobs.names_started() == ["a"]
        world.clock.advance(days=2)
        assert len(world.jobs.started) == 3

    def test_rests_while_deactivated(self, world: World) -> None:
        world.trigger("t", "SCHEDULED", "a", Schedule=NOON)
        world.call("StopTrigger", Name="t")
        world.clock.advance(days=1)
        assert world.jobs.started == []
        world.call("StartTrigger", Name="t")
        world.clock.advance(days=1)
        assert world.jobs.names_started() == ["a"]

    def test_a_changed_schedule_holds_at_once(self, world: World) -> None:
        world.trigger("t", "SCHEDULED", "a", Schedule=NOON)
        change = {"Schedule": "cron(0 10 * * ? *)", "Actions": [action("b")]}
        world.call("UpdateTrigger", Name="t", TriggerUpdate=change)
        world.clock.advance(hours=4)
        assert world.jobs.names_started() == ["b"]

    def test_a_deleted_trigger_fires_no_more(self, world: World) -> None:
        world.trigger("t", "SCHEDULED", "a", Schedule=NOON)
        world.call("DeleteTrigger", Name="t")
        world.clock.advance(days=1)
        assert world.jobs.started == []
        assert world.clock.pending() == 0

    def test_nothing_is_left_waiting_at_the_end(self, world: World) -> None:
        world.trigger("t", "SCHEDULED", "a", Schedule=NOON)
        world.workflows.close()
        assert world.clock.pending() == 0

    def test_needs_a_schedule_that_can_be_read(self, world: World) -> None:
        assert "Schedule cannot be null" in refusal(world, Type="SCHEDULED")
        message = refusal(world, Type="SCHEDULED", Schedule="cron(0 12 * * *)")
        assert "Invalid schedule expression" in message


class TestChains:
    """https://docs.aws.amazon.com/glue/latest/dg/about-triggers.html"""

    def test_a_job_that_a_trigger_started_fires_its_dependents(self, world: World) -> None:
        world.trigger("first", "ON_DEMAND", "a")
        world.trigger("then", "CONDITIONAL", "b", "crawl-1", Predicate=when(a="SUCCEEDED"))
        world.call("StartTrigger", Name="first")
        world.jobs.end("a")
        assert world.jobs.names_started() == ["a", "b"]
        assert world.jobs.started[1].trigger == "then"
        assert [crawl.name for crawl in world.crawlers.started] == ["crawl-1"]

    def test_a_job_that_was_started_by_hand_does_not(self, world: World) -> None:
        world.trigger("then", "CONDITIONAL", "b", Predicate=when(a="SUCCEEDED"))
        world.jobs.start("a")
        world.jobs.end("a")
        assert world.jobs.names_started() == ["a"]

    def test_another_end_state_does_not(self, world: World) -> None:
        world.trigger("first", "ON_DEMAND", "a")
        world.trigger("then", "CONDITIONAL", "b", Predicate=when(a="SUCCEEDED"))
        world.trigger("else", "CONDITIONAL", "c", Predicate=when(a="FAILED"))
        world.call("StartTrigger", Name="first")
        world.jobs.end("a", "FAILED")
        assert world.jobs.names_started() == ["a", "c"]

    def test_a_deactivated_trigger_does_not(self, world: World) -> None:
        world.trigger("first", "ON_DEMAND", "a")
        world.trigger("then", "CONDITIONAL", "b", Predicate=when(a="SUCCEEDED"))
        world.call("StopTrigger", Name="then")
        world.call("StartTrigger", Name="first")
        world.jobs.end("a")
        assert world.jobs.names_started() == ["a"]

    def test_and_waits_for_all_and_then_anew(self, world: World) -> None:
        world.trigger("first", "ON_DEMAND", "a", "b")
        both = when("AND", a="SUCCEEDED", b="SUCCEEDED")
        world.trigger("then", "CONDITIONAL", "c", Predicate=both)
        world.call("StartTrigger", Name="first")
        world.jobs.end("a")
        assert "c" not in world.jobs.names_started()
        world.jobs.end("b")
        assert world.jobs.names_started().count("c") == 1
        world.call("StartTrigger", Name="first")
        world.jobs.end("a")
        assert world.jobs.names_started().count("c") == 1
        world.jobs.end("b")
        assert world.jobs.names_started().count("c") == 2

    def test_any_fires_for_each(self, world: World) -> None:
        world.trigger("first", "ON_DEMAND", "a", "crawl-1")
        either = when("ANY", a="SUCCEEDED", crawl_1="CANCELLED")
        world.trigger("then", "CONDITIONAL", "c", Predicate=either)
        world.call("StartTrigger", Name="first")
        world.crawlers.end("crawl-1", "CANCELLED")
        assert world.jobs.names_started() == ["a", "c"]
        world.jobs.end("a")
        assert world.jobs.names_started() == ["a", "c", "c"]

    def test_a_chain_descends_from_one_trigger(self, world: World) -> None:
        world.trigger("one", "ON_DEMAND", "a")
        world.trigger("other", "ON_DEMAND", "b")
        both = when("AND", a="SUCCEEDED", b="SUCCEEDED")
        world.trigger("then", "CONDITIONAL", "c", Predicate=both)
        world.call("StartTrigger", Name="one")
        world.call("StartTrigger", Name="other")
        world.jobs.end("a")
        world.jobs.end("b")
        assert "c" not in world.jobs.names_started()

    def test_a_start_that_is_refused_leaves_the_others_alone(self, world: World) -> None:
        world.jobs.refused.add("a")
        world.trigger("first", "ON_DEMAND", "a", "b")
        world.call("StartTrigger", Name="first")
        assert world.jobs.names_started() == ["b"]

    def test_a_job_that_fails_while_it_starts_fires_its_dependents(self, world: World) -> None:
        world.jobs.fail_at_once.add("a")
        world.trigger("first", "ON_DEMAND", "a")
        world.trigger("else", "CONDITIONAL", "b", Predicate=when(a="FAILED"))
        world.call("StartTrigger", Name="first")
        assert world.jobs.names_started() == ["a", "b"]


def test_passes_arguments_and_overrides_to_the_job(world: World) -> None:
    """https://docs.aws.amazon.com/glue/latest/dg/about-triggers.html: passing job parameters."""
    full = {
        "JobName": "a",
        "Arguments": {"--mode": "full"},
        "Timeout": 5,
        "SecurityConfiguration": "sealed",
        "NotificationProperty": {"NotifyDelayAfter": 3},
    }
    world.trigger("t", "ON_DEMAND", Actions=[full])
    world.call("StartTrigger", Name="t")
    (run,) = world.jobs.started
    assert run.arguments == {"--mode": "full"}
    assert run.overrides is not None
    assert run.overrides.timeout == 5
    assert run.overrides.security_configuration == "sealed"
    assert run.overrides.notify_delay_after == 3
    assert world.call("GetTrigger", Name="t")["Trigger"]["Actions"] == [full]


class TestDefinition:
    """https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-jobs-trigger.html"""

    def test_comes_back_as_it_was_given(self, world: World) -> None:
        world.workflow()
        given = {
            "Name": "t",
            "WorkflowName": "flow",
            "Type": "CONDITIONAL",
            "Description": "after both",
            "Predicate": when("ANY", a="TIMEOUT", crawl_1="SUCCEEDED"),
            "Actions": [action("b"), action("crawl-2")],
        }
        world.call("CreateTrigger", **given, Tags={"team": "data"})
        shown = world.call("GetTrigger", Name="t")["Trigger"]
        assert shown == given | {"State": "CREATED"}
        arn = "arn:aws:glue:eu-west-1:000000000000:trigger/t"
        assert world.tags.of(arn) == {"team": "data"}

    def test_an_update_leaves_a_deactivated_trigger_inactive(self, world: World) -> None:
        """Undocumented; Terraform's provider waits for CREATED or ACTIVATED after an update."""
        world.trigger("t", "SCHEDULED", "a", Schedule=NOON)
        world.call("StopTrigger", Name="t")
        change = {"Schedule": NOON, "Actions": [action("b")]}
        assert world.call("UpdateTrigger", Name="t", TriggerUpdate=change)["Trigger"]["State"] == (
            "CREATED"
        )
        world.clock.advance(days=1)
        assert world.jobs.started == []

    def test_an_update_overwrites_all_but_state_and_place(self, world: World) -> None:
        world.trigger("t", "SCHEDULED", "a", Schedule=NOON, Description="old")
        change = {"Schedule": NOON, "Actions": [action("b")]}
        shown = world.call("UpdateTrigger", Name="t", TriggerUpdate=change)["Trigger"]
        assert shown == {"Name": "t", "Type": "SCHEDULED", "State": "ACTIVATED"} | change

    def test_a_name_is_taken_once(self, world: World) -> None:
        world.trigger("t", "ON_DEMAND", "a")
        with pytest.raises(AlreadyExistsException):
            world.trigger("t", "ON_DEMAND", "b")

    def test_jobs_and_workflow_must_exist(self, world: World) -> None:
        with pytest.raises(EntityNotFoundException, match="Job nobody not found"):
            world.trigger("t", "ON_DEMAND", "nobody")
        with pytest.raises(EntityNotFoundException, match="Workflow nowhere not found"):
            world.trigger("t", "ON_DEMAND", "a", WorkflowName="nowhere")

    def test_has_at_most_two_crawlers(self, world: World) -> None:
        """https://docs.aws.amazon.com/glue/latest/dg/about-triggers.html"""
        crawlers = [action(f"crawl-{number}") for number in (1, 2, 3)]
        message = refusal(world, Type="ON_DEMAND", Actions=crawlers)
        assert message == "Actions cannot contain more than two crawlers"

    def test_has_at_most_fifty_jobs(self, world: World) -> None:
        """https://docs.aws.amazon.com/general/latest/gr/glue.html"""
        message = refusal(world, Type="ON_DEMAND", Actions=[action("a")] * 51)
        assert message == "Actions cannot contain more than 50 jobs"

    @pytest.mark.parametrize("state", ["RUNNING", "STARTING", "ERROR", "WAITING"])
    def test_listens_only_for_documented_job_states(self, world: World, state: str) -> None:
        message = refusal(world, Type="CONDITIONAL", Predicate=when(b=state))
        assert "only for SUCCEEDED, STOPPED, FAILED, TIMEOUT" in message

    def test_listens_only_for_documented_crawl_states(self, world: World) -> None:
        message = refusal(world, Type="CONDITIONAL", Predicate=when(crawl_1="RUNNING"))
        assert "only for SUCCEEDED, FAILED, CANCELLED" in message

    def test_a_job_cannot_wait_for_itself(self, world: World) -> None:
        """The words are AWS's: https://github.com/hashicorp/terraform-provider-aws/issues/39571"""
        message = refusal(world, Type="CONDITIONAL", Predicate=when(a="SUCCEEDED"))
        assert message == "Job cannot be a Predicate and Action for Conditional Trigger."

    @pytest.mark.parametrize(
        ("broken", "message"),
        [
            # AWS's words: aws/aws-cdk#34652 and hashicorp/terraform-provider-aws#43013.
            ({"LogicalOperator": None}, "Logical operator cannot be null or empty"),
            ({"State": None}, "State cannot be null or empty"),
            ({"CrawlerName": "crawl-1"}, "A condition takes either a JobName or a CrawlerName"),
        ],
    )
    def test_a_condition_is_whole(self, world: World, broken: dict[str, Any], message: str) -> None:
        predicate = {"Conditions": [condition("b", "SUCCEEDED") | broken]}
        assert refusal(world, Type="CONDITIONAL", Predicate=predicate) == message

    def test_needs_conditions_and_says_how_to_join_them(self, world: World) -> None:
        assert "Predicate cannot be null" in refusal(world, Type="CONDITIONAL")
        two = {"Conditions": [condition("b", "FAILED"), condition("c", "FAILED")]}
        assert "Logical cannot be null" in refusal(world, Type="CONDITIONAL", Predicate=two)

    def test_needs_actions(self, world: World) -> None:
        assert refusal(world, Type="ON_DEMAND", Actions=[]) == "Actions cannot be null or empty"

    def test_an_event_trigger_belongs_to_a_workflow(self, world: World) -> None:
        assert "needs a WorkflowName" in refusal(world, Type="EVENT")

    def test_a_batch_has_at_most_a_hundred_events(self, world: World) -> None:
        """https://docs.aws.amazon.com/glue/latest/dg/blueprint_workflow_restrictions.html"""
        world.workflow()
        for condition_ in ({"BatchSize": 101}, {"BatchSize": 1, "BatchWindow": 901}):
            with pytest.raises(ValidationException):
                world.trigger(
                    "t", "EVENT", "a", WorkflowName="flow", EventBatchingCondition=condition_
                )


class TestListing:
    """https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-jobs-trigger.html"""

    @pytest.fixture(autouse=True)
    def three_triggers(self, world: World) -> None:
        world.trigger("one", "ON_DEMAND", "a", Tags={"team": "data"})
        world.trigger("two", "ON_DEMAND", "b")
        world.trigger("three", "ON_DEMAND", "a", "b")

    def test_by_the_job_they_start(self, world: World) -> None:
        listed = world.call("ListTriggers", DependentJobName="a")
        assert listed == {"TriggerNames": ["one", "three"]}
        assert len(world.call("GetTriggers", DependentJobName="b")["Triggers"]) == 2

    def test_all_if_none_starts_the_job(self, world: World) -> None:
        assert len(world.call("GetTriggers", DependentJobName="e")["Triggers"]) == 3

    def test_by_tag(self, world: World) -> None:
        listed = world.call("ListTriggers", Tags={"team": "data"})
        assert listed == {"TriggerNames": ["one"]}

    def test_in_pages(self, world: World) -> None:
        first = world.call("ListTriggers", MaxResults=2)
        rest = world.call("ListTriggers", MaxResults=2, NextToken=first["NextToken"])
        assert first["TriggerNames"] + rest["TriggerNames"] == ["one", "two", "three"]
        assert "NextToken" not in rest

    def test_in_batches_with_what_is_missing(self, world: World) -> None:
        batch = world.call("BatchGetTriggers", TriggerNames=["two", "nobody"])
        assert [trigger["Name"] for trigger in batch["Triggers"]] == ["two"]
        assert batch["TriggersNotFound"] == ["nobody"]

    def test_deleted_ones_are_gone_and_missing_ones_no_error(self, world: World) -> None:
        assert world.call("DeleteTrigger", Name="nobody") == {"Name": "nobody"}
        world.call("DeleteTrigger", Name="one")
        with pytest.raises(EntityNotFoundException):
            world.call("GetTrigger", Name="one")
        assert world.tags.of("arn:aws:glue:eu-west-1:000000000000:trigger/one") == {}
