"""https://docs.aws.amazon.com/step-functions/latest/dg/eventbridge-integration.html."""

from datetime import UTC, datetime

from local_aws.stepfunctions.status_event import ROOM, detail

STARTED = datetime(2026, 11, 21, 8, 30, 0, 250_000, tzinfo=UTC)


def test_times_are_milliseconds_and_missing_members_are_null() -> None:
    told = detail({"startDate": STARTED, "input": "{}", "redriveCount": 0})
    assert told["startDate"] == int(STARTED.timestamp()) * 1000 + 250
    assert (told["stopDate"], told["output"], told["outputDetails"]) == (None, None, None)
    assert (told["redriveCount"], told["redriveDate"], told["error"]) == (0, None, None)


def test_input_and_output_are_left_out_when_they_do_not_fit() -> None:
    fits = "x" * (ROOM - 100)
    told = detail({"input": "{}", "output": fits})
    assert told["inputDetails"] == told["outputDetails"] == {"included": True}
    told = detail({"input": "y" * 200, "output": fits})
    assert (told["input"], told["output"]) == ("", fits)
    assert (told["inputDetails"], told["outputDetails"]) == (
        {"included": False},
        {"included": True},
    )
    # The size counts as it stands in the event: a quote takes two bytes.
    told = detail({"input": "{}", "output": '"' * (ROOM - 100)})
    assert (told["input"], told["output"]) == ("", "")
    assert told["outputDetails"] == {"included": False}
