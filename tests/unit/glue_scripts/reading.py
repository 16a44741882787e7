"""Records as a job that fails on a contradiction sees them."""

from typing import Any

from pipeline_spark.contradiction import Records, explained, refuse


def rows(records: Records) -> list[Any]:
    """Return all rows. Raises what the job would."""
    try:
        found = refuse(records.judged()).collect()
    except Exception as error:
        raise explained(error, "s3://source/people.csv", records) from error
    return [plain(row) for row in found]


def plain(value: Any) -> Any:
    """Return Spark's rows, at any depth, as tuples."""
    if isinstance(value, tuple):
        return tuple(plain(item) for item in value)
    return [plain(item) for item in value] if isinstance(value, list) else value
