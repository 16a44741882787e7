"""What a listing reads of a bucket; what it answers is tested through S3 itself."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from localstack.services.s3.models import KeyStore, VersionedKeyStore

from local_aws.overrides.s3_listing import Keys, Page

PREFIXES = 50
EACH = 100


@pytest.fixture(params=[KeyStore, VersionedKeyStore])
def store(request: pytest.FixtureRequest) -> Any:
    make: Callable[[], Any] = request.param
    filled = make()
    for number in range(PREFIXES * EACH):
        key = f"{number % PREFIXES:03}/{number // PREFIXES:03}"
        filled.set(key, SimpleNamespace(key=key, version_id=f"v-{number}"))
    return filled


def entries(store: Any, prefix: str, start: str = "", delimiter: str = "") -> list[str]:
    found = Keys().entries(store, Page(prefix, start, delimiter, size=1000))
    return [entry.key for entry in found]


def test_only_the_keys_of_the_prefix_are_read(store: Any) -> None:
    assert entries(store, "007/") == [f"007/{number:03}" for number in range(EACH)]
    assert entries(store, "007/", start="007/097") == ["007/097", "007/098", "007/099"]


def test_no_more_is_read_than_a_page_needs(store: Any) -> None:
    # One more tells that the page is cut.
    found = Keys().entries(store, Page("", "020/", "", size=10))
    assert [entry.key for entry in found] == [f"020/{number:03}" for number in range(11)]


def test_of_a_common_prefix_one_key_is_read(store: Any) -> None:
    assert entries(store, "", delimiter="/") == [f"{number:03}/000" for number in range(PREFIXES)]


def test_a_key_is_known_once_it_is_set_and_until_it_is_gone(store: Any) -> None:
    keys, page = Keys(), Page("007/", "007/099", "", size=1000)
    assert [entry.key for entry in keys.entries(store, page)] == ["007/099"]
    added = SimpleNamespace(key="007/1", version_id="v")
    for change in (lambda: store.set("007/1", added), lambda: store.pop("007/1", "v")):
        change()
        keys.changed(store, "007/1")
        expected = ["007/099", "007/1"] if "007/1" in store else ["007/099"]
        assert [entry.key for entry in keys.entries(store, page)] == expected


def test_that_versions_go_on_is_seen_by_the_last_ones_id() -> None:
    store = KeyStore()
    for number in range(5):
        store.set(str(number), SimpleNamespace(key=str(number), version_id="null"))
    for size, more in ((3, True), (4, True), (5, False)):
        found = Keys().entries(store, Page("", "", "", size), with_versions=True)
        assert (found[-1].version_id != "null") is more
        assert sum(entry.version_id == "null" for entry in found) > size - (not more)
