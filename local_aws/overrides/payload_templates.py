"""Step Functions: payload templates of fields that LocalStack's grammar does not know.

https://docs.aws.amazon.com/step-functions/latest/dg/input-output-inputpath-params.html
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from localstack.services.stepfunctions.asl.eval.environment import Environment
from localstack.services.stepfunctions.asl.parse.asl_parser import AmazonStateLanguageParser


def component(payload: Mapping[str, Any]) -> Any:
    """Return what evaluates a payload template: LocalStack has one in every Pass state."""
    states = {"Template": {"Type": "Pass", "Parameters": payload, "End": True}}
    program, _ = AmazonStateLanguageParser.parse(
        json.dumps({"StartAt": "Template", "States": states})
    )
    return program.states.states["Template"].parameters


def evaluated(evaluates: Any, env: Environment) -> Any:
    """Evaluate a component against the state's input; leave the stack as it was."""
    depth = len(env.stack)
    env.stack.append(env.states.get_input())
    evaluates.eval(env)
    value = env.stack.pop()
    del env.stack[depth:]
    return value


def selected_items(payload: Mapping[str, Any], env: Environment, items: Sequence[Any]) -> list[Any]:
    """Return what an ItemSelector makes of each item.

    https://docs.aws.amazon.com/step-functions/latest/dg/input-output-itemselector.html
    """
    selector = component(payload)
    frame = env.open_inner_frame()
    frame.states.reset(env.states.get_input())
    context = frame.states.context_object.context_object_data
    selected = []
    try:
        for index, item in enumerate(items):
            context["Map"] = {"Item": {"Index": index, "Value": item}}
            selected.append(evaluated(selector, frame))
    finally:
        env.close_frame(frame)
    return selected
