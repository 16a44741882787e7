"""https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.integration.local_aws.own_server import REGION, OwnServer

# "~" is behind "é" once that is quoted, and "|" before "a"; the last two are one in UTF-16's order.
KEYS = [
    *("a", "a/", "a/1", "a/2", "a/b/1", "a/b/2", "a b", "a+b", "a%2Fb", "a//1", "ab/1", "b|", "b~"),
    *("a/é", "é", "é/1", "é/2", "z/é/1", "z/😀", "😀", "😀/1", "\uffee", "\uffee/1"),
]
GONE = ["a/2", "ab/1", "z/é/1"]
LEFT = [key for key in KEYS if key not in GONE]
PREFIXES = ["", "a", "a/", "a/b", "é", "é/", "z/", "😀/", "none/"]
DELIMITERS = ["", "/", "b", "é"]
SIZES = range(1, 10)
ASKED = st.tuples(
    *(st.sampled_from(values) for values in (PREFIXES, DELIMITERS, SIZES, ["", "b", *KEYS]))
)


@pytest.fixture(scope="module")
def s3(local_aws: OwnServer) -> Any:
    return local_aws.client("s3")


@pytest.fixture(scope="module", params=["plain", "Suspended", "Enabled"])
def bucket(s3: Any, request: pytest.FixtureRequest) -> str:
    """A bucket with KEYS but those GONE; the first listing stands in between."""
    name = f"{request.param.lower()}-{uuid4().hex[:8]}"
    s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION})
    if request.param != "plain":
        s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": request.param})
    for key in KEYS[:9]:
        s3.put_object(Bucket=name, Key=key, Body=b"")
    assert s3.list_objects_v2(Bucket=name)["KeyCount"] == 9
    for key in reversed(KEYS):
        s3.put_object(Bucket=name, Key=key, Body=b"")
    for key in GONE:
        s3.delete_object(Bucket=name, Key=key)
    return name


def listed(keys: list[str], prefix: str, delimiter: str, after: str = "") -> tuple[list[str], ...]:
    """Return the keys and the common prefixes as the page above words it."""
    found: list[str] = []
    groups: list[str] = []
    for key in sorted(keys, key=str.encode):
        if not key.startswith(prefix) or key <= after:
            continue
        head, cut, _ = key.removeprefix(prefix).partition(delimiter or "\n")
        if cut and prefix + head + cut not in groups:
            groups.append(prefix + head + cut)
        if not cut:
            found.append(key)
    return found, groups


def shown(pages: list[dict[str, Any]], members: str = "Contents") -> tuple[list[str], ...]:
    return tuple(
        [entry[name] for page in pages for entry in page.get(kind, [])]
        for kind, name in ((members, "Key"), ("CommonPrefixes", "Prefix"))
    )


def pages_of(s3: Any, operation: str, size: int, **of: Any) -> Iterator[dict[str, Any]]:
    """Follow the pages; each but the last is full."""
    pages = list(s3.get_paginator(operation).paginate(PaginationConfig={"PageSize": size}, **of))
    kinds = ("Contents", "Versions", "DeleteMarkers", "CommonPrefixes")
    counts = [sum(len(page.get(kind, [])) for kind in kinds) for page in pages]
    assert counts[:-1] == [size] * (len(pages) - 1)
    assert counts[-1] in range(0 if len(pages) == 1 else 1, size + 1)
    yield from pages


@settings(max_examples=settings().max_examples * 2 // 5)
@given(asked=ASKED)
def test_pages_hold_each_key_once_and_in_order(
    s3: Any, bucket: str, asked: tuple[str, str, int, str]
) -> None:
    prefix, delimiter, size, after = asked
    of = {"Bucket": bucket, "Prefix": prefix, "Delimiter": delimiter}
    pages = list(pages_of(s3, "list_objects_v2", size, StartAfter=after, **of))
    assert shown(pages) == listed(LEFT, prefix, delimiter, after)
    assert [page["Prefix"] for page in pages] == [prefix] * len(pages)
    pages = list(pages_of(s3, "list_objects", size, **of))
    assert shown(pages) == listed(LEFT, prefix, delimiter)


@pytest.mark.parametrize("delimiter", DELIMITERS)
@pytest.mark.parametrize("prefix", PREFIXES)
def test_pages_hold_each_version_once(s3: Any, bucket: str, prefix: str, delimiter: str) -> None:
    """https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectVersions.html"""
    for size in SIZES:
        versions_in_pages(s3, bucket, size, prefix, delimiter)


def versions_in_pages(s3: Any, bucket: str, size: int, prefix: str, delimiter: str) -> None:
    """Read all pages and compare them with what was written."""
    of = {"Bucket": bucket, "Prefix": prefix, "Delimiter": delimiter}
    pages = list(pages_of(s3, "list_object_versions", size, **of))
    kind = bucket.partition("-")[0]
    counts = {"plain": 1, "suspended": 1, "enabled": 2}
    keys, groups = listed([*LEFT, *(GONE if kind != "plain" else [])], prefix, delimiter)
    times = {key: counts[kind] if key in KEYS[:9] else 1 for key in keys}
    if kind == "suspended":
        times |= dict.fromkeys(GONE, 0)  # the marker has taken the version's place
    assert shown(pages, "Versions") == ([key for key in keys for _ in range(times[key])], groups)
    assert shown(pages, "DeleteMarkers")[0] == [key for key in keys if key in GONE]
    seen = [(one["Key"], one["VersionId"]) for page in pages for one in page.get("Versions", [])]
    assert len(set(seen)) == len(seen)


def test_what_many_write_and_delete_at_once_is_listed_as_it_ends(s3: Any, bucket: str) -> None:
    keys = [f"at-once/{number % 20:02}" for number in range(60)]

    def change(number: int) -> None:
        s3.put_object(Bucket=bucket, Key=keys[number], Body=b"")
        if number % 3:
            s3.delete_object(Bucket=bucket, Key=keys[number])
        s3.list_objects_v2(Bucket=bucket, Prefix="at-once/", MaxKeys=3)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(change, range(len(keys))))
    exist = [key for key in sorted(set(keys)) if head(s3, bucket, key)]
    assert shown([s3.list_objects_v2(Bucket=bucket, Prefix="at-once/")]) == (exist, [])


def head(s3: Any, bucket: str, key: str) -> bool:
    try:
        s3.head_object(Bucket=bucket, Key=key)
    except s3.exceptions.ClientError:
        return False
    return True
