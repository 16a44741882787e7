"""Step Functions: Map states in distributed mode.

LocalStack reads one page of a listing, knows no ItemBatcher, heeds no tolerated failures and writes
no results. Here its grammar sees a definition without those fields, and the state is evaluated by
``map_run``.

https://docs.aws.amazon.com/step-functions/latest/dg/state-map-distributed.html
"""

import re
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from typing import Any

from localstack.aws.api import RequestContext
from localstack.aws.api.stepfunctions import ResourceNotFound
from localstack.services.stepfunctions.asl.component.state.state_execution.state_map.state_map import (  # noqa: E501
    StateMap,
)
from localstack.services.stepfunctions.asl.eval.environment import Environment
from localstack.services.stepfunctions.asl.parse.asl_parser import AmazonStateLanguageParser
from localstack.services.stepfunctions.asl.static_analyser.express_static_analyser import (
    ExpressStaticAnalyser,
)
from localstack.services.stepfunctions.provider import StepFunctionsProvider
from localstack.utils.collections import PaginatedList
from localstack.utils.patch import patch

from local_aws.overrides.map_redrive import describe as tell_of
from local_aws.overrides.map_run import MapRun, known_runs
from local_aws.stepfunctions.distributed_map.plan import MapPlan, split

_plans: ContextVar[Mapping[str, MapPlan]] = ContextVar("plans", default={})  # noqa: B039


def run_distributed_maps() -> None:
    """Let LocalStack parse and evaluate them as AWS does, and tell of their Map Runs."""
    _keep_what_the_grammar_does_not_know()
    _check_express_children()
    _evaluate()
    _describe_map_runs()
    _update_map_runs()
    _list_children()
    _know_the_arns_of_children()


def _keep_what_the_grammar_does_not_know() -> None:
    parse = AmazonStateLanguageParser.parse

    def parse_all(definition: str) -> Any:
        rest, plans = split(definition)
        token = _plans.set(plans)
        try:
            return parse(rest)
        finally:
            _plans.reset(token)

    AmazonStateLanguageParser.parse = staticmethod(parse_all)

    @patch(StateMap.from_state_props)
    def from_state_props(make: Callable[..., None], self: Any, state_props: Any) -> None:
        make(self, state_props)
        self.plan = _plans.get().get(self.name)


def _check_express_children() -> None:
    """They are held to what Express workflows may do.

    https://docs.aws.amazon.com/step-functions/latest/dg/choosing-workflow-type.html
    """
    validate = StepFunctionsProvider._validate_definition

    def validate_all(definition: str, static_analysers: Any) -> None:
        validate(definition=definition, static_analysers=static_analysers)
        for plan in split(definition)[1].values():
            if plan.express:
                validate(definition=plan.definition, static_analysers=[ExpressStaticAnalyser()])

    StepFunctionsProvider._validate_definition = staticmethod(validate_all)


def _evaluate() -> None:
    @patch(StateMap._eval_execution)
    def evaluate(evaluate: Callable[..., None], self: Any, env: Environment) -> None:
        if self.plan is None:
            evaluate(self, env)
        else:
            MapRun(self, self.plan, env).evaluate()


def _describe_map_runs() -> None:
    """https://docs.aws.amazon.com/step-functions/latest/apireference/API_DescribeMapRun.html."""

    @patch(StepFunctionsProvider.describe_map_run)
    def describe_map_run(
        describe: Callable[..., Any], self: Any, context: RequestContext, map_run_arn: str, **_: Any
    ) -> Any:
        known = known_runs.get(map_run_arn)
        return tell_of(known) if known else describe(self, context, map_run_arn)


def _update_map_runs() -> None:
    """https://docs.aws.amazon.com/step-functions/latest/apireference/API_UpdateMapRun.html."""

    @patch(StepFunctionsProvider.update_map_run)
    def update_map_run(
        update: Callable[..., Any],
        self: Any,
        context: RequestContext,
        map_run_arn: str,
        **changes: Any,
    ) -> Any:
        known = known_runs.get(map_run_arn)
        if known is None:
            return update(self, context, map_run_arn, **changes)
        known.update(
            changes.get("max_concurrency"),
            changes.get("tolerated_failure_count"),
            changes.get("tolerated_failure_percentage"),
        )
        return {}


def _know_the_arns_of_children() -> None:
    """They name the Map state's label after the machine: ``execution:machine/label:name``."""
    known = StepFunctionsProvider._STATE_MACHINE_EXECUTION_ARN_REGEX.pattern
    machine = "[a-zA-Z0-9-_.]+"
    labelled = known.replace(machine, f"{machine}(/{machine})?", 1)
    StepFunctionsProvider._STATE_MACHINE_EXECUTION_ARN_REGEX = re.compile(labelled)


def _list_children() -> None:
    """https://docs.aws.amazon.com/step-functions/latest/apireference/API_ListExecutions.html."""

    @patch(StepFunctionsProvider.list_executions)
    def list_executions(
        list_executions: Callable[..., Any],
        self: Any,
        context: RequestContext,
        map_run_arn: str | None = None,
        **members: Any,
    ) -> Any:
        if map_run_arn is None:
            return list_executions(self, context, **members)
        if map_run_arn not in known_runs:
            raise ResourceNotFound(f"Map Run Does Not Exist: '{map_run_arn}'")
        executions = self.get_store(context).executions.values()
        found = _children(list(executions), map_run_arn, members.get("status_filter"))
        page, token = PaginatedList(found).get_page(
            lambda item: item["executionArn"],
            members.get("next_token"),
            members.get("max_results") or 100,
        )
        return {"executions": page, "nextToken": token}


def _children(executions: list[Any], map_run_arn: str, status: str | None) -> list[Any]:
    """Return the standard ones: those of Express workflows are not listed."""
    found = [
        one.to_execution_list_item()
        for one in executions
        if getattr(one, "map_run_arn", None) == map_run_arn
        and one.sm_type == "STANDARD"
        and status in (None, one.exec_status)
    ]
    return sorted(found, key=lambda item: item["startDate"], reverse=True)
