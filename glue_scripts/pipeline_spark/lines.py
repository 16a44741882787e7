"""The lines of a file, read by many tasks, and numbered when somebody asks.

A task sees its piece of a file and not how many lines precede it. So numbers take a pass of their
own over the file, which counts the lines of each piece.
"""

from itertools import accumulate

from pyspark.sql import Column as Expression
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F  # noqa: N812 - Spark's own name for it

_BYTE_ORDER_MARK = "\ufeff"
_ROW_BITS = 2**33 - 1
"""monotonically_increasing_id: a partition's number above these bits, the row's within them."""


def read_lines(spark: SparkSession, uri: str) -> DataFrame:
    """Return the lines, which end at LF alone, as ``value``, without CR at their ends."""
    value = F.col("value")
    # rtrim of given characters looks at the whole text, and takes as long as to parse it.
    stripped = F.when(value.endswith("\r"), F.expr("rtrim('\\r', value)")).otherwise(value)
    return spark.read.text(uri, lineSep="\n").select(stripped.alias("value"))


def read_numbered_lines(spark: SparkSession, uri: str, blank: str) -> DataFrame:
    """Return the lines of one file but for blank ones: ``value``, ``line``, ``row``.

    ``line`` counts all lines from 1, ``row`` from 0 those that are not blank: whose whole text does
    not match the pattern ``blank``.
    """
    lines = read_lines(spark, uri)
    piece = F.spark_partition_id()
    filled = ~F.col("value").rlike(blank)
    counts = lines.groupBy(piece.alias("piece")).agg(
        F.count(F.lit(1)).alias("all"), F.count_if(filled).alias("filled")
    )
    found = {row["piece"]: row for row in counts.collect()}
    pieces = range(max(found, default=-1) + 1)

    def before(kind: str) -> Expression:
        counted = (found[number][kind] if number in found else 0 for number in pieces)
        starts = accumulate(counted, initial=0)
        return F.array(*(F.lit(start) for start in starts))[piece]

    position = F.monotonically_increasing_id().bitwiseAND(F.lit(_ROW_BITS))
    numbered = lines.select("value", (before("all") + position + 1).alias("line"))
    # The second numbering counts what the filter lets through.
    return numbered.where(filled).select(
        "value", "line", (before("filled") + position).alias("row")
    )


def without_byte_order_mark(name: str) -> Expression:
    """Return the column of texts without a byte order mark at their fronts."""
    text = F.col(name)
    marked = text.startswith(_BYTE_ORDER_MARK)
    return F.when(marked, F.substring(text, 2, 2**31 - 1)).otherwise(text)
