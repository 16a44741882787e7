"""Why a processing job fails.

    ProcessingError
    ├── BadArgumentError          an argument of the job run is missing or senseless
    ├── SchemaContradictionError  a record does not fit the columns that validation found
    ├── RowCountMismatchError     validation counted other rows than the job wrote
    ├── ReservedColumnError       the file has a column that the job adds itself
    ├── SourceChangedError        the object was replaced or deleted while the job read it
    ├── NoRawDataError            there is nothing to convert
    └── NotPlainError             the quick way leaves the file to the exact one; nobody sees it

Glue shows the class name and the text as the run's ``ErrorMessage``, so each text says which file
it is about.
"""


class ProcessingError(Exception):
    """The base of all that a processing job raises itself."""


class BadArgumentError(ProcessingError):
    """An argument of the job run is missing or makes no sense."""


class SchemaContradictionError(ProcessingError):
    """A record does not fit the columns that validation found."""


class RowCountMismatchError(ProcessingError):
    """Validation counted other rows than the job wrote."""


class ReservedColumnError(ProcessingError):
    """The file has a column whose name the job gives to one of its own."""


class SourceChangedError(ProcessingError):
    """The source object was replaced or deleted while the job read it."""


class NoRawDataError(ProcessingError):
    """There is nothing to convert. What was converted before stays."""


class NotPlainError(ProcessingError):
    """A piece of a file is not what the quick way takes. The exact way reads the file instead."""
