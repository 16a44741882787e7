"""The expressions by which GetPartitions filters.

https://docs.aws.amazon.com/glue/latest/webapi/API_GetPartitions.html: SQL's WHERE with
``= <> != > < >= <= BETWEEN IN LIKE NOT AND OR`` over partition keys of the types string, date,
timestamp, int, bigint, long, tinyint, smallint and decimal.

    expression := conjunction { OR conjunction }
    conjunction := negation { AND negation }
    negation := NOT negation | ( expression ) | predicate
    predicate := operand comparison operand
               | operand [NOT] BETWEEN operand AND operand
               | operand [NOT] IN ( literal {, literal} )
               | operand [NOT] LIKE pattern
               | operand IS [NOT] NULL
"""

import operator
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from local_aws.glue.errors import InvalidInputException

type Row = Mapping[str, Any]
type Condition = Callable[[Row], bool]

# What Hive calls the partition of rows without a value; it equals nothing.
NULL_PARTITION = "__HIVE_DEFAULT_PARTITION__"
_NUMBERS = ("tinyint", "smallint", "int", "integer", "bigint", "long", "decimal", "double", "float")
_TOKEN = re.compile(
    r"""\s*(?:
      (?P<text>'(?:[^']|'')*'|"(?:[^"]|"")*")
    | (?P<number>-?\d+(?:\.\d+)?)
    | (?P<symbol><>|!=|>=|<=|=|<|>|\(|\)|,)
    | (?P<quoted>`[^`]+`)
    | (?P<word>[A-Za-z_][\w.]*)
    )""",
    re.VERBOSE,
)
_COMPARISONS: Mapping[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "<>": operator.ne,
    "!=": operator.ne,
    ">": operator.gt,
    "<": operator.lt,
    ">=": operator.ge,
    "<=": operator.le,
}


@dataclass(frozen=True)
class _Token:
    kind: str
    text: str


@dataclass(frozen=True)
class _Operand:
    """A partition key (``key``) or a literal (``value``)."""

    key: str | None
    value: Any
    numeric: bool

    def of(self, row: Row, *, numeric: bool) -> Any:
        value = row[self.key] if self.key is not None else self.value
        if value is None or value == NULL_PARTITION:
            return None
        return _number(value) if numeric else str(value)


def parse(text: str, keys: Sequence[Mapping[str, Any]]) -> Callable[[Sequence[str]], bool]:
    """Return a test of partition values for ``text``, over the partition keys ``keys``.

    An empty text holds for all. Raises InvalidInputException, also while testing if a value is
    not of its key's type.
    """
    if not text.strip():
        return lambda _values: True
    names = [key["Name"].lower() for key in keys]
    numeric = {key["Name"].lower() for key in keys if _is_number(key.get("Type", "string"))}
    condition = _Parser(text, frozenset(names), frozenset(numeric)).parse()
    return lambda values: condition(dict(zip(names, values, strict=True)))


class _Parser:
    def __init__(self, text: str, names: frozenset[str], numeric: frozenset[str]) -> None:
        self._text = text
        self._names = names
        self._numeric = numeric
        self._tokens = self._split(text)
        self._next = 0

    def parse(self) -> Condition:
        condition = self._expression()
        if self._next < len(self._tokens):
            raise self._error(f"nothing was expected after it, not {self._peek()!r}")
        return condition

    def _expression(self) -> Condition:
        parts = [self._conjunction()]
        while self._take("OR"):
            parts.append(self._conjunction())
        return lambda row: any(part(row) for part in parts)

    def _conjunction(self) -> Condition:
        parts = [self._negation()]
        while self._take("AND"):
            parts.append(self._negation())
        return lambda row: all(part(row) for part in parts)

    def _negation(self) -> Condition:
        if self._take("NOT"):
            inner = self._negation()
            return lambda row: not inner(row)
        if self._take("("):
            inner = self._expression()
            self._expect(")")
            return inner
        return self._predicate()

    def _predicate(self) -> Condition:
        left = self._operand()
        if self._take("IS"):
            wanted = not self._take("NOT")
            self._expect("NULL")
            return lambda row: (left.of(row, numeric=False) is None) == wanted
        negated = self._take("NOT")
        if self._take("BETWEEN"):
            condition = self._between(left)
        elif self._take("IN"):
            condition = self._in(left)
        elif self._take("LIKE"):
            condition = self._like(left)
        elif negated:
            raise self._error("BETWEEN, IN or LIKE was expected after NOT")
        else:
            return self._comparison(left)
        return _known(left, lambda row: not condition(row)) if negated else condition

    def _comparison(self, left: _Operand) -> Condition:
        symbol = self._peek()
        if symbol not in _COMPARISONS:
            raise self._error(f"a comparison was expected, not {symbol!r}")
        self._next += 1
        return _compared(left, _COMPARISONS[symbol], self._operand())

    def _between(self, left: _Operand) -> Condition:
        low = self._operand()
        self._expect("AND")
        high = self._operand()
        above, below = _compared(left, operator.ge, low), _compared(left, operator.le, high)
        return lambda row: above(row) and below(row)

    def _in(self, left: _Operand) -> Condition:
        self._expect("(")
        parts = [_compared(left, operator.eq, self._operand())]
        while self._take(","):
            parts.append(_compared(left, operator.eq, self._operand()))
        self._expect(")")
        return lambda row: any(part(row) for part in parts)

    def _like(self, left: _Operand) -> Condition:
        pattern = _like_pattern(str(self._operand().value))

        def matches(row: Row) -> bool:
            value = left.of(row, numeric=False)
            return value is not None and bool(pattern.fullmatch(value))

        return matches

    def _operand(self) -> _Operand:
        if self._next == len(self._tokens):
            raise self._error("it ends too early")
        token = self._tokens[self._next]
        self._next += 1
        if token.kind == "text":
            quote = token.text[0]
            return _Operand(None, token.text[1:-1].replace(quote * 2, quote), numeric=False)
        if token.kind == "number":
            return _Operand(None, token.text, numeric=True)
        if token.kind == "word" and token.text.upper() in {"DATE", "TIMESTAMP"}:
            # A typed literal, such as DATE '2026-11-20'.
            return self._operand()
        name = token.text.strip("`").lower()
        if token.kind not in {"word", "quoted"} or name not in self._names:
            raise self._error(
                f"{token.text!r} is no partition key; there are {', '.join(sorted(self._names))}"
            )
        return _Operand(name, None, numeric=name in self._numeric)

    def _peek(self) -> str:
        return self._tokens[self._next].text if self._next < len(self._tokens) else ""

    def _take(self, text: str) -> bool:
        token = self._tokens[self._next] if self._next < len(self._tokens) else None
        found = (
            token is not None and token.kind in {"word", "symbol"} and token.text.upper() == text
        )
        self._next += found
        return found

    def _expect(self, text: str) -> None:
        if not self._take(text):
            raise self._error(f"{text} was expected, not {self._peek()!r}")

    def _split(self, text: str) -> list[_Token]:
        tokens: list[_Token] = []
        position, end = 0, len(text.rstrip())
        while position < end:
            match = _TOKEN.match(text, position)
            if match is None:
                raise self._error(f"{text[position:].strip()[:20]!r} is not understood")
            tokens.append(_Token(match.lastgroup or "", match.group(match.lastgroup or 0)))
            position = match.end()
        return tokens

    def _error(self, problem: str) -> InvalidInputException:
        return InvalidInputException(f"Expression {self._text!r} is not valid: {problem}.")


def _compared(left: _Operand, comparison: Callable[[Any, Any], bool], right: _Operand) -> Condition:
    # A key's type decides; between two literals a number does.
    keyed = [operand for operand in (left, right) if operand.key is not None]
    numeric = any(operand.numeric for operand in (keyed or (left, right)))

    def holds(row: Row) -> bool:
        first, second = left.of(row, numeric=numeric), right.of(row, numeric=numeric)
        return first is not None and second is not None and comparison(first, second)

    return holds


def _known(operand: _Operand, condition: Condition) -> Condition:
    """Return ``condition``, but false where ``operand`` is null, as in SQL."""
    return lambda row: operand.of(row, numeric=False) is not None and condition(row)


def _number(value: Any) -> Decimal:
    try:
        return Decimal(str(value))
    except InvalidOperation:
        raise InvalidInputException(f"The partition value {value!r} is no number.") from None


def _is_number(hive_type: str) -> bool:
    return hive_type.lower().split("(", maxsplit=1)[0].strip() in _NUMBERS


def _like_pattern(text: str) -> re.Pattern[str]:
    """Return the regular expression for SQL's ``%`` and ``_``."""
    wild = {"%": ".*", "_": "."}
    return re.compile("".join(wild.get(char, re.escape(char)) for char in text), re.DOTALL)
