"""https://docs.aws.amazon.com/step-functions/latest/dg/input-output-itembatcher.html."""

from local_aws.stepfunctions.distributed_map.batches import Limits, batches
from local_aws.stepfunctions.payload import LIMIT, compact, fits, size


def test_by_number() -> None:
    found = list(batches(list(range(5)), Limits(items=2), None))
    assert found == [{"Items": [0, 1]}, {"Items": [2, 3]}, {"Items": [4]}]


def test_by_bytes_with_the_shared_input_counted() -> None:
    items = ["x" * 30] * 10
    found = list(batches(items, Limits(bytes=150), {"shared": "y" * 20}))
    assert sum(len(batch["Items"]) for batch in found) == 10
    assert all(size(batch) <= 150 for batch in found)
    # No batch could take one item more.
    assert all(size({**batch, "Items": batch["Items"] + items[:1]}) > 150 for batch in found[:-1])


def test_the_smaller_limit_counts() -> None:
    found = list(batches(["x" * 30] * 4, Limits(items=3, bytes=80), None))
    assert [len(batch["Items"]) for batch in found] == [2, 2]


def test_no_batch_is_larger_than_a_payload_may_be() -> None:
    found = list(batches(["x" * 100_000] * 5, Limits(items=100), None))
    assert [len(batch["Items"]) for batch in found] == [2, 2, 1]


def test_an_item_too_large_is_alone() -> None:
    found = list(batches(["a", "x" * LIMIT, "b"], Limits(items=10), None))
    assert [len(batch["Items"]) for batch in found] == [1, 1, 1]


def test_no_items_make_no_batch() -> None:
    assert list(batches([], Limits(items=2), {"shared": 1})) == []


def test_a_payload_is_measured_in_bytes_of_utf8_without_spaces() -> None:
    assert compact({"ä": [1, 2]}) == '{"ä":[1,2]}'
    assert size({"ä": [1, 2]}) == 12
    assert fits("x" * LIMIT)
    assert not fits("x" * (LIMIT + 1))
    assert not fits("ä" * (LIMIT // 2 + 1))
