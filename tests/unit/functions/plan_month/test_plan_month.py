"""Which month a run is about, and what there is to do for it."""

import boto3
import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.common.errors import InvalidInputError, MissingSettingError
from functions.common.layout import Layout
from functions.plan_month.handler import handler
from functions.plan_month.month import Month
from functions.plan_month.plan import Settings, month_of, plan
from tests.unit.functions.conftest import Context

ENVIRONMENT = {
    "URL": "https://example.com/sales/{year}/{month}.csv?part={month_number}",
    "CHECKSUM_URL": "https://example.com/sales/{month}.csv.sha256",
    "DATASET": "sales",
    "SOURCE_BUCKET": "source",
    "PROCESSED_BUCKET": "processed",
    "TIME_ZONE": "America/New_York",
}
SETTINGS = Settings.from_environment(ENVIRONMENT)


@pytest.mark.parametrize(
    ("moment", "zone", "month"),
    [
        ("2026-02-01T00:30:00Z", "UTC", "2026-02"),
        ("2026-02-01T00:30:00Z", "America/New_York", "2026-01"),
        ("2026-01-31T23:30:00Z", "Europe/Vienna", "2026-02"),
        # Summer time: midnight in Vienna is 22:00 UTC, in winter 23:00.
        ("2026-06-30T22:00:00Z", "Europe/Vienna", "2026-07"),
        ("2025-12-31T22:59:59Z", "Europe/Vienna", "2025-12"),
        ("2026-01-01T00:00:00+01:00", "UTC", "2025-12"),
    ],
)
def test_a_moment_lies_in_the_month_of_its_time_zone(moment: str, zone: str, month: str) -> None:
    assert str(Month.of(moment, zone)) == month


@pytest.mark.parametrize("text", ["2026-13", "2026-1", "26-01", "2026-01-01", "", "2026-01\n", "x"])
def test_what_is_no_month_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(InvalidInputError, match="write it as 2026-01"):
        Month.parse(text)


@pytest.mark.parametrize("moment", ["yesterday", "2026-02-01T05:30:00", ""])
def test_a_moment_without_an_offset_is_refused(moment: str) -> None:
    with pytest.raises(InvalidInputError, match="write it as 2026-02-01T05:30:00Z"):
        Month.of(moment, "UTC")


@pytest.mark.parametrize("zone", ["Europe/Atlantis", "../../etc/passwd", ""])
def test_an_unknown_time_zone_is_refused(zone: str) -> None:
    with pytest.raises(InvalidInputError, match="IANA"):
        Month.of("2026-02-01T05:30:00Z", zone)


@given(st.integers(1900, 2200), st.integers(1, 12), st.integers(-500, 500))
def test_shifting_there_and_back_ends_where_it_began(year: int, number: int, by: int) -> None:
    month = Month(year, number)
    assert month.shifted(by).shifted(-by) == month
    assert (month.shifted(by) > month) == (by > 0)


def test_a_schedule_is_about_the_month_before_in_its_time_zone() -> None:
    assert str(month_of({"scheduled_time": "2026-02-01T05:30:00Z"}, SETTINGS)) == "2026-01"
    # Still January in New York, so it is about December.
    assert str(month_of({"scheduled_time": "2026-02-01T04:30:00Z"}, SETTINGS)) == "2025-12"


@pytest.mark.parametrize(
    "event", [{}, {"month": 1}, {"month": "2026-01", "scheduled_time": "2026-02-01T05:30:00Z"}]
)
def test_a_run_is_about_exactly_one_month(event: dict[str, object]) -> None:
    with pytest.raises(InvalidInputError, match="either a month"):
        month_of(event, SETTINGS)


def test_the_plan_fills_in_the_month_and_looks_for_what_is_published(aws: None) -> None:
    s3 = boto3.client("s3")
    s3.create_bucket(Bucket="processed")
    found = plan(Month(2026, 1), SETTINGS, s3)
    assert found.url == "https://example.com/sales/2026/2026-01.csv?part=01"
    assert found.checksum_url == "https://example.com/sales/2026-01.csv.sha256"
    assert (found.bucket, found.key) == ("source", "sales/month=2026-01/2026-01.csv")
    assert not found.published

    manifest = Layout.of("processed", "source", found.key)
    s3.put_object(Bucket="processed", Key=manifest.manifest_key, Body=b"")
    again = plan(Month(2026, 1), SETTINGS, s3)
    assert again.published
    assert again.manifest_uri == manifest.manifest_uri
    assert not plan(Month(2026, 2), SETTINGS, s3).published


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://example.com/%2e%2e%2fetc/{month}%2F..%2Fpasswd", "passwd"),
        ("https://example.com/{month}/?file=sales.csv", "file"),
        ("https://example.com/a b<{month}>.csv", "a-b-2026-01-.csv"),
    ],
)
def test_a_url_makes_a_plain_file_name(aws: None, url: str, name: str) -> None:
    s3 = boto3.client("s3")
    s3.create_bucket(Bucket="processed")
    settings = Settings.from_environment(ENVIRONMENT | {"URL": url})
    assert plan(Month(2026, 1), settings, s3).key == f"sales/month=2026-01/{name}"


def test_the_handler_reads_its_settings_from_the_environment(
    aws: None, monkeypatch: pytest.MonkeyPatch, context: Context, capsys: pytest.CaptureFixture[str]
) -> None:
    boto3.client("s3").create_bucket(Bucket="processed")
    secretive = ENVIRONMENT | {"URL": "https://example.com/{month}.csv?key=top-secret"}
    for name, value in secretive.items():
        monkeypatch.setenv(name, value)
    answer = handler({"month": "2026-01", "scheduled_time": None}, context)  # type: ignore[arg-type]
    assert answer["month"] == "2026-01"
    assert answer["published"] is False
    assert "top-secret" not in capsys.readouterr().out


def test_a_senseless_setting_is_named() -> None:
    with pytest.raises(MissingSettingError, match="MONTHS_BACK"):
        Settings.from_environment(ENVIRONMENT | {"MONTHS_BACK": "-1"})
