"""Reads a statement word by word."""

from local_aws.athena.errors import InvalidRequestException
from local_aws.athena.sql.words import Word, words


class Cursor:
    """The words of a statement. Methods raise InvalidRequestException (MALFORMED_QUERY)."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._words = list(words(text))
        while self._words and self._words[-1].text == ";" and self._words[-1].kind == "symbol":
            self._words.pop()
        self._next = 0

    @property
    def at_end(self) -> bool:
        """Whether all is read."""
        return self._next >= len(self._words)

    def peek(self, *texts: str) -> bool:
        """Say whether these words (in any case, unquoted) come next."""
        following = self._words[self._next : self._next + len(texts)]
        return len(following) == len(texts) and all(
            word.kind in {"word", "symbol"} and word.text.upper() == text
            for word, text in zip(following, texts, strict=True)
        )

    def take(self, *texts: str) -> bool:
        """Read these words if they come next, and say whether they did."""
        found = self.peek(*texts)
        if found:
            self._next += len(texts)
        return found

    def expect(self, *texts: str) -> None:
        """Read these words."""
        if not self.take(*texts):
            raise self.error(f"expecting {' '.join(texts)}")

    def name(self) -> str:
        """Read a name, quoted or not, in lower case."""
        return self._read("a name", "word", "name", "either").text.lower()

    def string(self) -> str:
        """Read a string."""
        return self._read("a string in quotes", "string", "either").text

    def value(self) -> str:
        """Read a string, a number or a word."""
        return self._read("a value", "word", "string", "either").text

    def type_text(self) -> str:
        """Read a column's type, such as ``struct<a:int,b:array<string>>``."""
        start, depth = self._next, 0
        while not self.at_end:
            word = self._words[self._next]
            if depth == 0 and self._next > start and word.text not in {"<", "("}:
                break
            depth += {"<": 1, "(": 1, ">": -1, ")": -1}.get(word.text, 0)
            if depth < 0:
                break
            self._next += 1
        if self._next == start:
            raise self.error("expecting a type")
        return "".join(word.text for word in self._words[start : self._next]).lower()

    def rest(self) -> str:
        """Read what is left, as it was written."""
        if self.at_end:
            raise self.error("expecting more")
        first, last = self._words[self._next], self._words[-1]
        self._next = len(self._words)
        return self.text[first.start : last.end]

    def enclosed(self) -> str:
        """Read what stands between a pair of parentheses, as it was written."""
        self.expect("(")
        start, depth = self._next, 1
        while depth and not self.at_end:
            word = self._words[self._next]
            if word.kind == "symbol":
                depth += {"(": 1, ")": -1}.get(word.text, 0)
            self._next += 1
        if depth or self._next - 1 == start:
            raise self.error("expecting a query in parentheses")
        return self.text[self._words[start].start : self._words[self._next - 2].end]

    def end(self) -> None:
        """Read nothing more."""
        if not self.at_end:
            raise self.error("expecting the end of the statement")

    def error(self, problem: str) -> InvalidRequestException:
        """Return the error for the place that was reached."""
        word = "<EOF>" if self.at_end else self._words[self._next].text
        place = len(self.text) if self.at_end else self._words[self._next].start
        line = self.text.count("\n", 0, place) + 1
        column = place - (self.text.rfind("\n", 0, place) + 1) + 1
        return InvalidRequestException(
            f"line {line}:{column}: mismatched input '{word}'. {problem.capitalize()}",
            "MALFORMED_QUERY",
        )

    def _read(self, wanted: str, *kinds: str) -> Word:
        if self.at_end or self._words[self._next].kind not in kinds:
            raise self.error(f"expecting {wanted}")
        self._next += 1
        return self._words[self._next - 1]
