"""What policies allow: an evaluator for the few parts of IAM's language that the project uses.

Whatever it does not know it refuses to judge, so that a test never passes by ignorance.
Logic: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

KNOWN = {"Sid", "Effect", "Principal", "Action", "Resource", "Condition"}

type Values = str | Sequence[str]
type Context = Mapping[str, str]


class NotJudgedError(Exception):
    """A policy uses a part of the language that this evaluator does not know."""


def listed(values: Values) -> list[str]:
    """Return a policy's element as a list; one value may stand without brackets."""
    return [values] if isinstance(values, str) else list(values)


def like(pattern: str, value: str) -> bool:
    """Whether a value fits a pattern, in which * is any characters and ? is one."""
    parts = (".*" if c == "*" else "." if c == "?" else re.escape(c) for c in pattern)
    return re.fullmatch("".join(parts), value, re.DOTALL) is not None


def _arn_like(pattern: str, value: str) -> bool:
    """Whether an ARN fits, part by part: no * reaches over a colon but in the last part."""
    patterns, values = pattern.split(":", 5), value.split(":", 5)
    if len(patterns) != 6 or len(values) != 6:
        return False
    return all(like(p, v) for p, v in zip(patterns, values, strict=True))


# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
OPERATORS: Mapping[str, Callable[[str, str], bool]] = {
    "StringEquals": str.__eq__,
    "StringLike": like,
    "ArnEquals": _arn_like,
    "ArnLike": _arn_like,
    "Bool": lambda wanted, value: wanted.lower() == value.lower(),
    "NumericLessThan": lambda limit, value: float(value) < float(limit),
}
IF_EXISTS = "IfExists"
"""Behind an operator: the condition holds where the request has no such key at all."""


@dataclass(frozen=True)
class Statement:
    """One statement, as it stands in the policy's JSON."""

    source: Mapping[str, Any]

    def __post_init__(self) -> None:
        operators = {name.removesuffix(IF_EXISTS) for name in self.conditions}
        unknown = [*(self.source.keys() - KNOWN), *(operators - OPERATORS.keys())]
        if unknown or "${" in str(self.source):
            raise NotJudgedError(f"{unknown or 'a policy variable'} in {self.source}")

    @property
    def effect(self) -> str:
        return str(self.source["Effect"])

    @property
    def actions(self) -> list[str]:
        return listed(self.source["Action"])

    @property
    def resources(self) -> list[str]:
        """What it is about; the policy that says who takes a role on names no resource."""
        return listed(self.source.get("Resource", "*"))

    @property
    def principals(self) -> Mapping[str, Values] | str | None:
        """Who, in the policy of a resource; None in the policy of a role."""
        return self.source.get("Principal")

    @property
    def services(self) -> list[str]:
        """The services among its principals."""
        named = self.principals
        return listed(named.get("Service", [])) if isinstance(named, Mapping) else []

    @property
    def accounts(self) -> list[str]:
        """The accounts among its principals, which leave the choice to their roles' policies.

        https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
        """
        named = self.principals
        arns = listed(named.get("AWS", [])) if isinstance(named, Mapping) else []
        if wrong := [arn for arn in arns if not arn.endswith(":root")]:
            raise NotJudgedError(f"principals {wrong} in {self.source}")
        return [arn.split(":")[4] for arn in arns]

    @property
    def conditions(self) -> Mapping[str, Mapping[str, Values]]:
        return self.source.get("Condition", {})

    def required(self, key: str) -> list[str]:
        """Return the values that a condition key must have one of, whatever the operator."""
        return [
            value
            for keys in self.conditions.values()
            for name, values in keys.items()
            if name.lower() == key.lower()
            for value in listed(values)
        ]

    def applies(self, action: str, resource: str, context: Context, caller: str | None) -> bool:
        return (
            any(like(pattern.lower(), action.lower()) for pattern in self.actions)
            and any(like(pattern, resource) for pattern in self.resources)
            and (self.principals in (None, "*") or caller in (*self.services, *self.accounts))
            and all(
                _holds(operator, key, listed(values), context)
                for operator, keys in self.conditions.items()
                for key, values in keys.items()
            )
        )


def _holds(operator: str, key: str, wanted: Sequence[str], context: Context) -> bool:
    if key not in context:
        return operator.endswith(IF_EXISTS)
    fits = OPERATORS[operator.removesuffix(IF_EXISTS)]
    return any(fits(value, context[key]) for value in wanted)


@dataclass(frozen=True)
class Policies:
    """All policies that speak about one role, or one resource."""

    statements: tuple[Statement, ...] = field(default=())

    @classmethod
    def of(cls, *documents: Mapping[str, Any]) -> "Policies":
        """Read policies' JSON. Raises NotJudgedError."""

        def statements() -> Iterator[Statement]:
            for document in documents:
                found = document["Statement"]
                yield from map(Statement, [found] if isinstance(found, Mapping) else found)

        return cls(tuple(statements()))

    def allows(
        self, action: str, resource: str, context: Context | None = None, caller: str | None = None
    ) -> bool:
        """Whether an action is allowed: some statement allows it, and none denies it.

        ``caller`` is a service's principal, or the number of the account whose role calls: in the
        policy of a resource. Whether the role may call at all its own policies say.
        """
        effects = self._effects(action, resource, context or {}, caller)
        return "Allow" in effects and "Deny" not in effects

    def denies(self, action: str, resource: str, context: Context | None = None) -> bool:
        """Whether a statement denies an action to everybody, whatever else allows it."""
        return "Deny" in self._effects(action, resource, context or {}, None)

    def _effects(
        self, action: str, resource: str, context: Context, caller: str | None
    ) -> set[str]:
        return {s.effect for s in self.statements if s.applies(action, resource, context, caller)}
