"""Exclude patterns of an S3 target: Unix-like globs, relative to the include path.

https://docs.aws.amazon.com/glue/latest/dg/define-crawler.html#crawler-data-stores-exclude
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from local_aws.glue.errors import InvalidInputException


@dataclass(frozen=True)
class Exclusions:
    """The compiled patterns of one target."""

    patterns: tuple[re.Pattern[str], ...]

    def match(self, path: str) -> bool:
        """Say whether ``path``, relative to the include path, is excluded."""
        return any(pattern.fullmatch(path) for pattern in self.patterns)


def compile_all(globs: Sequence[str]) -> Exclusions:
    """Compile the globs. Raises InvalidInputException that names the one that cannot be read."""
    return Exclusions(tuple(_compile(glob) for glob in globs))


def _compile(glob: str) -> re.Pattern[str]:
    # The page's own example starts with a space ("the first week of January").
    reader = _Reader(glob.strip())
    return re.compile(reader.expression(), re.DOTALL)


class _Reader:
    """Turns one glob into a regular expression, character by character."""

    def __init__(self, glob: str) -> None:
        self._glob = glob
        self._at = 0

    def expression(self) -> str:
        parts = []
        in_group = False
        while self._at < len(self._glob):
            character = self._take()
            if character == "{":
                if in_group:
                    raise self._invalid("groups { } cannot be nested")
                in_group = True
                parts.append("(?:")
            elif character == "}" and in_group:
                in_group = False
                parts.append(")")
            elif character == "," and in_group:
                parts.append("|")
            else:
                parts.append(self._piece(character))
        if in_group:
            raise self._invalid("a { has no }")
        return "".join(parts)

    def _piece(self, character: str) -> str:
        if character == "*":
            if self._glob.startswith("*", self._at):
                self._at += 1
                return ".*"
            return "[^/]*"
        if character == "?":
            return "[^/]"
        if character == "[":
            return self._bracket()
        if character == "\\":
            if self._at == len(self._glob):
                raise self._invalid("it ends with a lone \\")
            return re.escape(self._take())
        return re.escape(character)

    def _bracket(self) -> str:
        end = self._glob.find("]", self._at + 1)
        if end < 0:
            raise self._invalid("a [ has no ]")
        inside = self._glob[self._at : end]
        self._at = end + 1
        negated = inside.startswith("!")
        inside = inside.removeprefix("!")
        # A hyphen in front is itself, and so are * ? \ inside brackets.
        literal = "\\-" if inside.startswith("-") else ""
        body = literal + inside.removeprefix("-").replace("\\", "\\\\").replace("^", "\\^")
        body = body.replace("[", "\\[")
        # One character of a name component: never the folder delimiter.
        return f"(?!/)[{'^' if negated else ''}{body}]"

    def _take(self) -> str:
        character = self._glob[self._at]
        self._at += 1
        return character

    def _invalid(self, why: str) -> InvalidInputException:
        return InvalidInputException(f"Invalid exclude pattern {self._glob!r}: {why}.")
