"""What a target is sent for an event.

An empty object, 0 and false are sent like any other input. An InputPath that finds nothing sends
nothing. Of an InputTransformer:

- A number may stand anywhere, also within a text, and 0 and false are values.
- Whatever stands in a text of the event, such as a line break, arrives as it is.
- A result that is no JSON is a failed delivery; LocalStack loses the event.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html
"""

import json
import logging
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from re import Match
from typing import Any

from localstack.services.events import target as targets
from localstack.services.events.utils import (
    event_time_to_time_string,
    is_nested_in_string,
    to_json_str,
)
from localstack.utils.json import extract_jsonpath
from localstack.utils.patch import patch

LOG = logging.getLogger(__name__)

type Values = dict[str, Any]


def correct_input() -> None:
    """Replace how LocalStack makes a target's input."""
    _send_what_is_empty()
    _keep_zeros()
    _fill_templates()


def _send_what_is_empty() -> None:
    @patch(targets.TargetSender.process_event)
    def process_event(
        _process: Callable[..., None], self: Any, event: Any, trace_header: Any
    ) -> None:
        found = _input_of(self, event)
        if found == []:  # also LocalStack's answer for a path that finds nothing
            LOG.info("nothing of the event to send to %s", self.arn)
            return
        self.send_event(found, trace_header)


def _input_of(sender: Any, event: Any) -> Any:
    target = sender.target
    if "Input" in target:
        return json.loads(target["Input"])
    if isinstance(event, dict):
        event.pop("event-bus-name", None)  # LocalStack's own member
    if path := target.get("InputPath"):
        return targets.transform_event_with_target_input_path(path, event)
    if transformer := target.get("InputTransformer"):
        return sender.transform_event_with_target_input_transformer(transformer, event)
    return event


def _keep_zeros() -> None:

    @patch(targets.get_template_replacements)
    def get_template_replacements(
        find: Callable[..., Values], transformer: Mapping[str, Any], event: Any
    ) -> Values:
        values = find(transformer, event)
        for name in [name for name, value in values.items() if value == ""]:
            value = extract_jsonpath(event, transformer["InputPathsMap"][name])
            if isinstance(value, int | float):
                values[name] = value
        return values


def _fill_templates() -> None:
    @patch(targets.replace_template_placeholders)
    def replace_template_placeholders(
        fill: Callable[..., Any], template: str, values: Values
    ) -> Any:
        if template.strip().startswith("{"):
            value = partial(_json_of, template, values)
            return json.loads(targets.TRANSFORMER_PLACEHOLDER_PATTERN.sub(value, template))
        return fill(template, {name: _text_of_number(value) for name, value in values.items()})


def _json_of(template: str, values: Values, placeholder: Match[str]) -> str:
    value = values.get(placeholder[1], "")
    if isinstance(value, datetime):
        value = event_time_to_time_string(value)
    if not is_nested_in_string(template, placeholder):
        return to_json_str(value)
    # As in a template that is a text: an object within it loses its quotes.
    return value if isinstance(value, str) else to_json_str(value).replace('"', "")


def _text_of_number(value: Any) -> Any:
    return json.dumps(value) if isinstance(value, int | float) else value
