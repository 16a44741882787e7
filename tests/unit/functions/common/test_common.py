"""Inputs, settings, links and advice."""

import pytest

from functions.common.console import execution_link, job_run_link
from functions.common.errors import InvalidInputError, MissingSettingError
from functions.common.objects import ObjectVersion
from functions.common.reasons import ReasonCode, advice
from functions.common.settings import positive_integer, required

EXECUTION = "arn:aws:states:eu-west-1:123456789012:execution:data-processing-pipeline:a-1"


def test_an_input_needs_bucket_and_key_alone() -> None:
    item = ObjectVersion.from_input({"bucket": "b", "key": "k"})
    assert item == ObjectVersion("b", "k")
    assert ObjectVersion.from_input(item.to_input()) == item


@pytest.mark.parametrize("data", [{}, {"bucket": "b"}, {"bucket": "", "key": "k"}, {"bucket": 1}])
def test_an_input_without_them_says_what_to_write(data: dict[str, object]) -> None:
    with pytest.raises(InvalidInputError, match="The least input is"):
        ObjectVersion.from_input(data)


def test_settings() -> None:
    assert required({"A": "x"}, "A") == "x"
    with pytest.raises(MissingSettingError, match="variable A is not set"):
        required({"A": ""}, "A")
    assert positive_integer({}, "N", 5) == 5
    assert positive_integer({"N": "7"}, "N", 5) == 7
    for wrong in ("0", "-1", "x", "1.5"):
        with pytest.raises(MissingSettingError, match="whole number above zero"):
            positive_integer({"N": wrong}, "N", 5)


@pytest.mark.parametrize(
    ("partition", "region", "host"),
    [
        ("aws", "eu-west-1", "eu-west-1.console.aws.amazon.com"),
        ("aws-cn", "cn-north-1", "cn-north-1.console.amazonaws.cn"),
        ("aws-us-gov", "us-gov-west-1", "us-gov-west-1.console.amazonaws-us-gov.com"),
    ],
)
def test_links_know_the_partition(partition: str, region: str, host: str) -> None:
    arn = EXECUTION.replace("arn:aws:", f"arn:{partition}:").replace("eu-west-1", region)
    link = execution_link(arn)
    assert link == f"https://{host}/states/home?region={region}#/v2/executions/details/{arn}"
    run = job_run_link(arn, "my job", "jr_1")
    assert run == f"https://{host}/gluestudio/home?region={region}#/job/my%20job/run/jr_1"


def test_no_link_without_an_arn() -> None:
    assert execution_link("by hand") is None
    assert job_run_link("", "job", "jr") is None


@pytest.mark.parametrize("code", ReasonCode)
def test_every_reason_has_advice(code: ReasonCode) -> None:
    assert advice(code).endswith(".")
