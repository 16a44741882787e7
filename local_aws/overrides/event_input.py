"""What an InputTransformer makes of an event, where its template is JSON.

- A number may stand anywhere, also within a text, and 0 and false are values.
- Whatever stands in a text of the event, such as a line break, arrives as it is.
- A result that is no JSON is a failed delivery; LocalStack loses the event.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html
"""

import json
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

type Values = dict[str, Any]


def correct_transformer() -> None:
    """Replace how LocalStack finds a transformer's values and fills its template."""

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
