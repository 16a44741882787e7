"""https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-crawler-pyspark-extensions-get-resolved-options.html"""

import pytest
from awsglue.utils import GlueArgumentError, getResolvedOptions


def resolve(*arguments: str, wanted: list[str]) -> dict[str, str]:
    return getResolvedOptions(["script.py", *arguments], wanted)


def test_returns_what_was_asked_for() -> None:
    found = resolve(
        "--JOB_NAME", "j", "--source_uri", "s3://b/k", wanted=["JOB_NAME", "source_uri"]
    )
    assert found["JOB_NAME"] == "j"
    assert found["source_uri"] == "s3://b/k"


def test_takes_a_value_after_an_equals_sign() -> None:
    assert resolve("--a=b=c", wanted=["a"])["a"] == "b=c"


@pytest.mark.parametrize("value", ["", "-", "with space", "{}", "[*", "-5", "x=y", "ü✓"])
def test_values_come_through_as_they_are(value: str) -> None:
    assert resolve("--a", value, wanted=["a"])["a"] == value


def test_ignores_what_nobody_asked_for() -> None:
    found = resolve("--other", "1", "--a", "2", "--flag", wanted=["a"])
    assert "other" not in found
    assert found["a"] == "2"


def test_a_missing_argument_is_named() -> None:
    with pytest.raises(GlueArgumentError, match=r"arguments are required: --b"):
        resolve("--a", "1", wanted=["a", "b"])


def test_an_argument_without_value_is_named() -> None:
    with pytest.raises(GlueArgumentError, match="argument --a: expected one argument"):
        resolve("--a", wanted=["a"])


def test_the_beginning_of_a_name_is_not_the_name() -> None:
    with pytest.raises(GlueArgumentError, match="--source_uri"):
        resolve("--source", "x", wanted=["source_uri"])


def test_glues_own_arguments_are_always_there() -> None:
    found = resolve("--TempDir", "s3://t/", "--JOB_RUN_ID", "jr_1", wanted=[])
    assert found["TempDir"] == "s3://t/"
    assert found["JOB_RUN_ID"] == "jr_1"
    assert found["WORKFLOW_NAME"] is None
    assert found["job_bookmark_option"] == "job-bookmark-disable"


def test_bookmark_option_must_be_one_of_three() -> None:
    assert (
        resolve("--job-bookmark-option", "job-bookmark-enable", wanted=[])["job_bookmark_option"]
        == "job-bookmark-enable"
    )
    with pytest.raises(GlueArgumentError, match="invalid choice"):
        resolve("--job-bookmark-option", "yes", wanted=[])


def test_dashes_in_names_become_underscores_in_the_result() -> None:
    assert resolve("--my-name", "x", wanted=["my-name"])["my_name"] == "x"
