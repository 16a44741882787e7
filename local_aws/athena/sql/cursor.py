"""Reads a statement word by word, by Hive's rules of quoting."""

from sqlglot.dialects.hive import Hive
from sqlglot.errors import SqlglotError
from sqlglot.tokenizer_core import Token, TokenType

from local_aws.athena.errors import InvalidRequestException

_QUOTED = (TokenType.STRING, TokenType.IDENTIFIER)


class Cursor:
    """The words of a statement. Methods raise InvalidRequestException (MALFORMED_QUERY)."""

    def __init__(self, text: str) -> None:
        self.text = text
        try:
            self._tokens = Hive().tokenize(text)
        except SqlglotError as error:
            raise InvalidRequestException(f"line 1:1: {error}", "MALFORMED_QUERY") from error
        while self._tokens and self._tokens[-1].token_type == TokenType.SEMICOLON:
            self._tokens.pop()
        self._next = 0

    @property
    def at_end(self) -> bool:
        """Whether all is read."""
        return self._next >= len(self._tokens)

    def words(self) -> list[Token]:
        """Return all words."""
        return self._tokens

    def peek(self, *words: str) -> bool:
        """Say whether these words (in any case, unquoted) come next."""
        following = self._tokens[self._next : self._next + len(words)]
        return len(following) == len(words) and all(
            token.token_type not in _QUOTED and token.text.upper() == word
            for token, word in zip(following, words, strict=True)
        )

    def take(self, *words: str) -> bool:
        """Read these words if they come next, and say whether they did."""
        found = self.peek(*words)
        if found:
            self._next += len(words)
        return found

    def expect(self, *words: str) -> None:
        """Read these words."""
        if not self.take(*words):
            raise self.error(f"expecting {' '.join(words)}")

    def name(self) -> str:
        """Read a name, quoted or not, in lower case."""
        token = self._token("a name")
        if token.token_type == TokenType.STRING or not (
            token.token_type == TokenType.IDENTIFIER or token.text.replace("_", "a").isalnum()
        ):
            self._next -= 1
            raise self.error("expecting a name")
        return token.text.lower()

    def string(self) -> str:
        """Read a string."""
        token = self._token("a string")
        if token.token_type != TokenType.STRING:
            self._next -= 1
            raise self.error("expecting a string in single quotes")
        return token.text

    def value(self) -> str:
        """Read a string, a number or a word."""
        return self._token("a value").text

    def type_text(self) -> str:
        """Read a column's type, such as ``struct<a:int,b:array<string>>``."""
        start, depth = self._next, 0
        while not self.at_end:
            token = self._tokens[self._next]
            if depth == 0 and self._next > start and token.text not in {"<", "("}:
                break
            depth += {"<": 1, "(": 1, ">": -1, ")": -1, ">>": -2}.get(token.text, 0)
            self._next += 1
        if self._next == start:
            raise self.error("expecting a type")
        last = self._tokens[self._next - 1]
        written = self.text[self._tokens[start].start : last.end + 1]
        return "".join(written.replace("`", "").split()).lower()

    def rest(self) -> str:
        """Read what is left, as it was written."""
        if self.at_end:
            raise self.error("expecting more")
        first, last = self._tokens[self._next], self._tokens[-1]
        self._next = len(self._tokens)
        return self.text[first.start : last.end + 1]

    def enclosed(self) -> str:
        """Read what stands between a pair of parentheses, as it was written."""
        self.expect("(")
        start, depth = self._next, 1
        while depth and not self.at_end:
            depth += {"(": 1, ")": -1}.get(self._tokens[self._next].text, 0)
            self._next += 1
        if depth or self._next - 1 == start:
            raise self.error("expecting a query in parentheses")
        return self.text[self._tokens[start].start : self._tokens[self._next - 2].end + 1]

    def end(self) -> None:
        """Read nothing more."""
        if not self.at_end:
            raise self.error("expecting the end of the statement")

    def error(self, problem: str) -> InvalidRequestException:
        """Return the error for the place that was reached."""
        if self.at_end:
            return InvalidRequestException(
                f"line 1:{len(self.text) + 1}: mismatched input '<EOF>' {problem}",
                "MALFORMED_QUERY",
            )
        token = self._tokens[self._next]
        column = token.col - (token.end - token.start)
        return InvalidRequestException(
            f"line {token.line}:{column}: mismatched input '{token.text}' {problem}",
            "MALFORMED_QUERY",
        )

    def _token(self, wanted: str) -> Token:
        if self.at_end:
            raise self.error(f"expecting {wanted}")
        token = self._tokens[self._next]
        self._next += 1
        return token
