"""What the tools say when they cannot go on.

    ToolError
    ├── NotReachableError   nothing answers at the endpoint
    ├── NotAppliedError     the environment has not been applied
    └── NotStartedError     a file was uploaded and no execution began

Each text is for a person and says what to do next.
"""


class ToolError(Exception):
    """The base of all; ``main`` of a tool prints it and ends with 1."""


class NotReachableError(ToolError):
    """Nothing answers at the endpoint."""


class NotAppliedError(ToolError):
    """The environment has not been applied, or lacks an output that the tools need."""


class NotStartedError(ToolError):
    """No execution began for an uploaded file."""
