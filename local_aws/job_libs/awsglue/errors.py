"""Errors of the local ``awsglue``."""


class UnsupportedByLocalGlue(NotImplementedError):  # noqa: N818 - reads as a sentence in a job's log
    """AWS Glue can do this, the local one cannot. The text says what to do instead."""

    def __init__(self, what: str, instead: str) -> None:
        super().__init__(f"{what} is not supported by the local Glue. {instead}")
