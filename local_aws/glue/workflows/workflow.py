"""A workflow: a name for the triggers that belong together, and what its runs start with.

https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-workflow.html
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True)
class Workflow:
    """A workflow as it is defined at one moment. ``max_concurrent_runs`` None is no limit."""

    name: str
    created_on: datetime
    last_modified_on: datetime
    default_run_properties: Mapping[str, str]
    description: str | None = None
    max_concurrent_runs: int | None = None

    def describe(self) -> dict[str, Any]:
        """Return the API's ``Workflow``, without its last run and its graph."""
        optional = {
            "Description": self.description,
            "MaxConcurrentRuns": self.max_concurrent_runs,
            "DefaultRunProperties": dict(self.default_run_properties) or None,
        }
        return {
            "Name": self.name,
            "CreatedOn": self.created_on,
            "LastModifiedOn": self.last_modified_on,
            **{member: value for member, value in optional.items() if value is not None},
        }
