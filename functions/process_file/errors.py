"""Why process_file fails.

    PipelineError (functions.common.errors)
    ├── SchemaContradictionError  a record does not fit the columns that validation found
    ├── RowCountMismatchError     validation counted other rows than were read
    ├── SourceGoneError           the object was deleted or archived before it was read
    └── FileTooLargeError         the file is larger than the function can hold

The Glue jobs raise the first two under the same names.
"""

from functions.common.errors import PipelineError


class SchemaContradictionError(PipelineError):
    """A record does not fit the columns that validation found."""


class RowCountMismatchError(PipelineError):
    """Validation counted other rows than were read."""


class SourceGoneError(PipelineError):
    """The object was deleted or archived before it was read. Trying again is no use."""


class FileTooLargeError(PipelineError):
    """The file is larger than the function can hold. Trying again is no use."""
