"""Many conditions as one, however many there are."""

from collections.abc import Callable, Iterable
from itertools import zip_longest

from pyspark.sql import Column as Expression

Combine = Callable[[Expression, Expression], Expression]


def combined(combine: Combine, conditions: Iterable[Expression]) -> Expression:
    """Combine one condition or more, pair by pair.

    One after the other would nest an expression as deep as there are columns, and Spark, which
    walks through expressions by recursion, would end a wide file's job with a StackOverflowError.
    """
    left = list(conditions)
    while len(left) > 1:
        pairs = zip_longest(left[::2], left[1::2])
        left = [one if other is None else combine(one, other) for one, other in pairs]
    return left[0]
