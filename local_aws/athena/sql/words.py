"""Cuts a statement into words.

Definitions are Hive's: strings know escapes, and a name may stand in backquotes. Queries inside of
them are Trino's: a name may stand in double quotes, and a quote in a string is doubled.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

type Kind = Literal["word", "string", "name", "either", "symbol"]

_WORD = re.compile(
    r"""
      (?P<blank>\s+|--[^\n]*|/\*.*?\*/)
    | (?P<string>'(?:[^'\\]|\\.|'')*')
    | (?P<either>"(?:[^"\\]|\\.|"")*")
    | (?P<name>`[^`]+`)
    | (?P<word>[\w$]+)
    | (?P<symbol>.)
    """,
    re.VERBOSE | re.DOTALL,
)
_ESCAPE = re.compile(r"\\(u[0-9a-fA-F]{4}|[0-7]{3}|.)", re.DOTALL)
_ESCAPED = {"n": "\n", "t": "\t", "r": "\r", "0": "\0", "b": "\b", "Z": "\x1a"}


@dataclass(frozen=True)
class Word:
    """A word at ``start`` up to ``end``; ``either`` is a string or a name, in double quotes.

    ``text`` is without quotes and escapes.
    """

    kind: Kind
    text: str
    start: int
    end: int


def words(statement: str) -> Iterator[Word]:
    """Return the words of a statement, without comments."""
    for match in _WORD.finditer(statement):
        kind = match.lastgroup
        if kind != "blank":
            yield Word(kind, _plain(match[0], kind), *match.span())  # type: ignore[arg-type]


def _plain(text: str, kind: str | None) -> str:
    if kind == "name":
        return text[1:-1]
    if kind in {"string", "either"}:
        quote = text[0]
        return _ESCAPE.sub(_unescaped, text[1:-1].replace(quote * 2, quote))
    return text


def _unescaped(match: re.Match[str]) -> str:
    code = match[1]
    if code[0] == "u" and len(code) == 5:
        return chr(int(code[1:], 16))
    if len(code) == 3:
        return chr(int(code, 8))
    return _ESCAPED.get(code, code)
