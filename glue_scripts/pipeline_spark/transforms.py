"""What every file's records go through between reading and writing."""

from datetime import date

from pyspark.sql import DataFrame
from pyspark.sql import functions as F  # noqa: N812 - Spark's own name for it

from pipeline_spark.errors import ReservedColumnError

PROCESSING_DATE = "processing_date"


def add_processing_date(records: DataFrame, day: date) -> DataFrame:
    """Append the column ``processing_date`` (date). Raises ReservedColumnError if it is there."""
    taken = [name for name in records.columns if name.lower() == PROCESSING_DATE]
    if taken:
        raise ReservedColumnError(
            f"The file has a column {taken[0]!r}, a name that this job gives to the day it ran. "
            "Rename the column in the file."
        )
    return records.withColumn(PROCESSING_DATE, F.lit(day).cast("date"))
