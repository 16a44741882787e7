"""What process_batch raises.

PipelineError (functions.common.errors)
├── FilesFailedError   some files of the batch failed; the others are done (try again)
└── OutOfTimeError     not all files could be done in one call (try again: it goes on)
"""

from functions.common.errors import PipelineError


class FilesFailedError(PipelineError):
    """Some files of the batch failed. What is done is not done again by the next try."""


class OutOfTimeError(PipelineError):
    """There was no time for all files. The next try goes on with the rest."""
