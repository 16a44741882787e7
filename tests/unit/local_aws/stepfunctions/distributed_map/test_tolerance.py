"""https://docs.aws.amazon.com/step-functions/latest/dg/state-map-distributed.html#maprun-fail-threshold"""

import pytest

from local_aws.stepfunctions.distributed_map.tolerance import Tolerance


@pytest.mark.parametrize(
    ("tolerance", "failed", "exceeded"),
    [
        (Tolerance(), 0, False),
        (Tolerance(), 1, True),
        (Tolerance(count=2), 2, False),
        (Tolerance(count=2), 3, True),
        (Tolerance(count=0), 1, True),
        (Tolerance(percentage=10), 1, False),
        (Tolerance(percentage=10), 2, True),
        (Tolerance(percentage=100), 10, False),
        (Tolerance(count=5, percentage=10), 2, True),
        (Tolerance(count=1, percentage=50), 2, True),
        (Tolerance(count=3, percentage=50), 3, False),
    ],
)
def test_thresholds_of_ten_items(tolerance: Tolerance, failed: int, exceeded: bool) -> None:
    assert tolerance.exceeded(failed, 10) is exceeded
