"""Grok: named regular expressions, line by line.

https://docs.aws.amazon.com/glue/latest/dg/custom-classifier.html#custom-classifier-grok
lists the patterns that Glue builds in. The commonest of them are here, written anew under the same
names; a classifier that names another one gets an error that says to define it itself.
"""

import re
from dataclasses import dataclass

from local_aws.glue.crawlers import classified
from local_aws.glue.crawlers.classified import Classified
from local_aws.glue.crawlers.hive_types import (
    BIGINT,
    BOOLEAN,
    DOUBLE,
    INT,
    STRING,
    Column,
    HiveType,
    Scalar,
)
from local_aws.glue.crawlers.samples import Sample
from local_aws.glue.errors import InvalidInputException

_REFERENCE = re.compile(r"%\{(?P<pattern>\w+)(?::(?P<field>[\w.-]+))?(?:[:;](?P<type>\w+))?\}")
_DEEPEST = 20

_BUILT_IN = {
    "USERNAME": r"[a-zA-Z0-9._-]+",
    "USER": r"%{USERNAME}",
    "INT": r"[+-]?\d+",
    "BASE10NUM": r"(?<![0-9.+-])[+-]?(?:\d+(?:\.\d+)?|\.\d+)",
    "NUMBER": r"%{BASE10NUM}",
    "BASE16NUM": r"[+-]?(?:0x)?[0-9A-Fa-f]+",
    "BOOLEAN": r"(?:[Tt][Rr][Uu][Ee]|[Ff][Aa][Ll][Ss][Ee])",
    "POSINT": r"\b[1-9]\d*\b",
    "NONNEGINT": r"\b\d+\b",
    "WORD": r"\b\w+\b",
    "NOTSPACE": r"\S+",
    "SPACE": r"\s*",
    "DATA": r".*?",
    "GREEDYDATA": r".*",
    "QUOTEDSTRING": r"""(?:"(?:\\.|[^\\"])*"|'(?:\\.|[^\\'])*'|`(?:\\.|[^\\`])*`)""",
    "QS": r"%{QUOTEDSTRING}",
    "UUID": r"[A-Fa-f0-9]{8}-(?:[A-Fa-f0-9]{4}-){3}[A-Fa-f0-9]{12}",
    "IPV4": r"(?<!\d)(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)(?!\d)",
    "IPV6": r"[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){2,7}(?:%{IPV4})?",
    "IP": r"(?:%{IPV6}|%{IPV4})",
    "HOSTNAME": r"\b[0-9A-Za-z][0-9A-Za-z_-]{0,62}(?:\.[0-9A-Za-z][0-9A-Za-z_-]{0,62})*\.?",
    "HOST": r"%{HOSTNAME}",
    "IPORHOST": r"(?:%{IP}|%{HOSTNAME})",
    "HOSTPORT": r"%{IPORHOST}:%{POSINT}",
    "UNIXPATH": r"(?:/[^/\s]*)+",
    "PATH": r"%{UNIXPATH}",
    "URIPATH": r"(?:/[A-Za-z0-9$.+!*'(){},~:;=@#%_-]*)+",
    "URIPARAM": r"\?[A-Za-z0-9$.+!*'|(){},~@#%&/=:;_?\-\[\]]*",
    "URIPATHPARAM": r"%{URIPATH}(?:%{URIPARAM})?",
    "MONTH": r"\b(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*\b",
    "MONTHNUM": r"(?:1[0-2]|0?[1-9])",
    "MONTHDAY": r"(?:0[1-9]|[12]\d|3[01]|[1-9])",
    "DAY": r"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*",
    "YEAR": r"(?:\d\d){1,2}",
    "HOUR": r"(?:2[0-3]|[01]?\d)",
    "MINUTE": r"[0-5]\d",
    "SECOND": r"(?:[0-5]?\d|60)(?:[:.,]\d+)?",
    "TIME": r"%{HOUR}:%{MINUTE}(?::%{SECOND})(?!\d)",
    "DATE_US": r"%{MONTHNUM}[/-]%{MONTHDAY}[/-]%{YEAR}",
    "DATE_EU": r"%{MONTHDAY}[./-]%{MONTHNUM}[./-]%{YEAR}",
    "ISO8601_TIMEZONE": r"(?:Z|[+-]%{HOUR}(?::?%{MINUTE}))",
    "TIMESTAMP_ISO8601": (
        r"%{YEAR}-%{MONTHNUM}-%{MONTHDAY}[T ]%{HOUR}:?%{MINUTE}(?::?%{SECOND})?%{ISO8601_TIMEZONE}?"
    ),
    "TZ": r"(?:[PMCE][SD]T|UTC)",
    "SYSLOGTIMESTAMP": r"%{MONTH} +%{MONTHDAY} %{TIME}",
    "PROG": r"[\w._/%-]+",
    "HTTPDATE": r"%{MONTHDAY}/%{MONTH}/%{YEAR}:%{TIME} %{INT}",
    "LOGLEVEL": (
        r"(?:[Aa]lert|ALERT|[Tt]race|TRACE|[Dd]ebug|DEBUG|[Nn]otice|NOTICE|[Ii]nfo|INFO|"
        r"[Ww]arn(?:ing)?|WARN(?:ING)?|[Ee]rr(?:or)?|ERR(?:OR)?|[Cc]rit(?:ical)?|CRIT(?:ICAL)?|"
        r"[Ff]atal|FATAL|[Ss]evere|SEVERE|[Ee]merg(?:ency)?|EMERG(?:ENCY)?)"
    ),
    "COMMONAPACHELOG": (
        r"%{IPORHOST:clientip} %{USER:ident} %{USER:auth} \[%{HTTPDATE:timestamp}\] "
        r'"(?:%{WORD:verb} %{NOTSPACE:request}(?: HTTP/%{NUMBER:httpversion})?|'
        r'%{DATA:rawrequest})" %{NUMBER:response} (?:%{NUMBER:bytes}|-)'
    ),
    "COMBINEDAPACHELOG": r"%{COMMONAPACHELOG} %{QS:referrer} %{QS:agent}",
}

# The casts that the page names, and the columns' types that they give.
_CASTS: dict[str, HiveType] = {
    "byte": Scalar("tinyint"),
    "boolean": BOOLEAN,
    "double": DOUBLE,
    "short": Scalar("smallint"),
    "int": INT,
    "long": BIGINT,
    "float": Scalar("float"),
    "string": STRING,
}


@dataclass(frozen=True)
class GrokPattern:
    """A compiled pattern with the columns it names, in their order."""

    classification: str
    source: str
    custom: str
    expression: re.Pattern[str]
    columns: tuple[Column, ...]


def compile_pattern(classification: str, source: str, custom: str = "") -> GrokPattern:
    """Compile a Grok pattern and its custom patterns (a name and a definition a line).

    Raises InvalidInputException for a pattern that is not known or cannot be read.
    """
    known = _BUILT_IN | dict(_definition(line) for line in custom.splitlines() if line.strip())
    columns: dict[str, HiveType] = {}
    expression = _expand(source, known, columns, depth=0)
    try:
        compiled = re.compile(expression)
    except re.error as error:
        raise InvalidInputException(f"Grok pattern {source!r} cannot be read: {error}") from None
    named = tuple(Column(name, kind) for name, kind in columns.items())
    return GrokPattern(classification, source, custom, compiled, named)


def check_syntax(source: str, custom: str = "") -> None:
    """Raise InvalidInputException for custom patterns that are no name and definition a line.

    Patterns that only Glue knows pass: the definition is good on AWS, a local crawl will say no.
    """
    for line in custom.splitlines():
        if line.strip():
            _definition(line)
    if not _REFERENCE.search(source):
        raise InvalidInputException(
            f"Grok pattern {source!r} names no pattern: write %{{PATTERN:field}}."
        )


def classify(sample: Sample, size: int, pattern: GrokPattern) -> Classified | None:
    """Recognise a text whose every line matches."""
    data = sample.data if sample.complete else sample.data[: sample.data.rfind(b"\n") + 1]
    try:
        lines = [line for line in data.decode("utf-8-sig").splitlines() if line.strip()]
    except UnicodeDecodeError:
        return None
    if not lines or not all(pattern.expression.search(line) for line in lines):
        return None
    custom = {"input.grokCustomPatterns": pattern.custom} if pattern.custom else {}
    grok = {"input.format": pattern.source, **custom}
    return Classified(
        pattern.classification,
        pattern.columns,
        sample.compression,
        records=len(lines) if sample.complete else len(lines) * size // sample.consumed,
        record_size=len(data) // len(lines),
        serde=classified.GROK,
        serde_parameters=grok,
        parameters={"grokPattern": pattern.source},
    )


def _definition(line: str) -> tuple[str, str]:
    name, _, definition = line.strip().partition(" ")
    if not definition:
        raise InvalidInputException(
            f"Custom pattern {line!r} needs a name, a space and a regular expression."
        )
    return name, definition.strip()


def _expand(source: str, known: dict[str, str], columns: dict[str, HiveType], depth: int) -> str:
    if depth > _DEEPEST:
        raise InvalidInputException("Grok patterns refer to each other without an end.")

    def replace(match: re.Match[str]) -> str:
        name, field, cast = match["pattern"], match["field"], match["type"]
        if name not in known:
            raise InvalidInputException(
                f"Grok pattern {name} is not known to the local AWS: define it in CustomPatterns."
            )
        # UNWANTED is how Glue's own patterns mark a part that is no column.
        if field and field != "UNWANTED":
            if cast and cast not in _CASTS:
                raise InvalidInputException(
                    f"Grok type {cast} is not known: use one of {', '.join(_CASTS)}."
                )
            columns[field] = _CASTS[cast or "string"]
        return f"(?:{_expand(known[name], known, columns, depth + 1)})"

    return _REFERENCE.sub(replace, source)
