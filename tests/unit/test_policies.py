"""The evaluator of policies that tests of the modules' rights rest on.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
"""

from typing import Any

import pytest

from tests.policies import NotJudgedError, Policies, like

BUCKET = "arn:aws:s3:::data"


def policies(*statements: dict[str, Any]) -> Policies:
    return Policies.of({"Version": "2012-10-17", "Statement": list(statements)})


def allow(action: object, resource: object, **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def deny(action: object, resource: object, **more: Any) -> dict[str, Any]:
    return {**allow(action, resource, **more), "Effect": "Deny"}


def test_what_nothing_allows_is_denied() -> None:
    assert not policies().allows("s3:GetObject", f"{BUCKET}/x")
    some = policies(allow("s3:GetObject", f"{BUCKET}/*"))
    assert some.allows("s3:GetObject", f"{BUCKET}/x/y")
    assert not some.allows("s3:GetObject", BUCKET)
    assert not some.allows("s3:PutObject", f"{BUCKET}/x")
    assert not some.allows("s3:GetObject", "arn:aws:s3:::data-of-others/x")


def test_one_denial_outweighs_all_that_allows() -> None:
    both = policies(allow("s3:*", "*"), deny("s3:DeleteObject", f"{BUCKET}/kept/*"))
    assert both.allows("s3:DeleteObject", f"{BUCKET}/other")
    assert not both.allows("s3:DeleteObject", f"{BUCKET}/kept/x")


def test_actions_are_compared_without_case_and_resources_with_it() -> None:
    some = policies(allow("glue:notifyEvent", "arn:aws:glue:eu-west-1:1:workflow/A"))
    assert some.allows("glue:NotifyEvent", "arn:aws:glue:eu-west-1:1:workflow/A")
    assert not some.allows("glue:NotifyEvent", "arn:aws:glue:eu-west-1:1:workflow/a")


@pytest.mark.parametrize(
    ("pattern", "value", "fits"),
    [
        ("a*c", "abbc", True),
        ("a?c", "abbc", False),
        ("a?c", "abc", True),
        ("a[bc]", "ab", False),
        ("a[bc]", "a[bc]", True),
        ("a.c", "abc", False),
        ("a*", "a\nb", True),
    ],
)
def test_only_star_and_question_mark_are_wild(pattern: str, value: str, fits: bool) -> None:
    assert like(pattern, value) is fits


def test_all_conditions_must_hold_and_an_absent_key_fails() -> None:
    bound = policies(
        allow(
            "s3:ListBucket",
            BUCKET,
            Condition={
                "StringLike": {"s3:prefix": ["in/*", "out/*"]},
                "StringEquals": {"aws:SourceAccount": "1"},
            },
        )
    )
    assert bound.allows("s3:ListBucket", BUCKET, {"s3:prefix": "in/x", "aws:SourceAccount": "1"})
    assert not bound.allows("s3:ListBucket", BUCKET, {"s3:prefix": "in/x"})
    assert not bound.allows("s3:ListBucket", BUCKET, {"s3:prefix": "x", "aws:SourceAccount": "1"})
    assert not bound.allows("s3:ListBucket", BUCKET)


def test_an_arn_fits_part_by_part() -> None:
    rule = policies(
        allow(
            "sqs:SendMessage",
            "*",
            Principal={"Service": "events.amazonaws.com"},
            Condition={"ArnLike": {"aws:SourceArn": "arn:aws:events:*:1:rule/new-*"}},
        )
    )

    def sends(arn: str, service: str = "events.amazonaws.com") -> bool:
        return rule.allows("sqs:SendMessage", "q", {"aws:SourceArn": arn}, service)

    assert sends("arn:aws:events:eu-west-1:1:rule/new-files")
    assert not sends("arn:aws:events:eu-west-1:2:1:rule/new-files")
    assert not sends("arn:aws:events:eu-west-1:1:rule/old-files")
    assert not sends("arn:aws:events:eu-west-1:1:rule/new-files", "sns.amazonaws.com")


def test_plain_http_is_denied_to_everybody_only_where_the_denial_is_for_everybody() -> None:
    plain = {"aws:SecureTransport": "false"}
    condition = {"Bool": plain}
    everybody = policies(deny("s3:*", BUCKET, Principal="*", Condition=condition))
    someone = policies(
        deny("s3:*", BUCKET, Principal={"AWS": "arn:aws:iam::1:root"}, Condition=condition)
    )
    assert everybody.denies("s3:GetObject", BUCKET, plain)
    assert not everybody.denies("s3:GetObject", BUCKET, {"aws:SecureTransport": "true"})
    assert not someone.denies("s3:GetObject", BUCKET, plain)


@pytest.mark.parametrize(
    "more",
    [
        {"NotAction": "s3:*"},
        {"NotResource": "*"},
        {"NotPrincipal": "*"},
        {"Condition": {"StringNotEquals": {"aws:PrincipalArn": "x"}}},
        {"Resource": "arn:aws:s3:::data/${aws:username}"},
    ],
)
def test_what_it_does_not_know_it_does_not_judge(more: dict[str, Any]) -> None:
    with pytest.raises(NotJudgedError):
        policies({**allow("s3:*", "*"), **more})


def test_an_account_as_principal_lets_only_its_own_callers_in() -> None:
    key = policies(allow("kms:Decrypt", "*", Principal={"AWS": "arn:aws:iam::111111111111:root"}))
    assert key.allows("kms:Decrypt", "key", caller="111111111111")
    assert not key.allows("kms:Decrypt", "key", caller="222222222222")
    assert not key.allows("kms:Decrypt", "key", caller="sns.amazonaws.com")
    assert not key.allows("kms:Decrypt", "key"), "nobody in particular is nobody of the account"


def test_a_single_role_as_principal_is_not_judged() -> None:
    role = {"AWS": "arn:aws:iam::111111111111:role/some"}
    with pytest.raises(NotJudgedError):
        policies(allow("kms:Decrypt", "*", Principal=role)).allows("kms:Decrypt", "key")


def test_a_condition_if_exists_holds_without_its_key() -> None:
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html"""
    condition = {"StringLikeIfExists": {"s3:prefix": "kept/*"}}
    some = policies(allow("s3:ListBucket", BUCKET, Condition=condition))
    assert some.allows("s3:ListBucket", BUCKET)
    assert some.allows("s3:ListBucket", BUCKET, {"s3:prefix": "kept/x"})
    assert not some.allows("s3:ListBucket", BUCKET, {"s3:prefix": "other/"})
