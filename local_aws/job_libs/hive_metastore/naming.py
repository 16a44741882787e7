"""The names of partitions, ``year=2026/month=11``, and patterns for names, as Hive has them.

https://cwiki.apache.org/confluence/display/Hive/LanguageManual+DDL
"""

import re
from collections.abc import Sequence

# What Hive does not leave as it is in a folder's name, beside the control characters.
_SPECIAL = frozenset("\"#%'*/:=?\\{[]^\x7f")


def partition_name(keys: Sequence[str], values: Sequence[str]) -> str:
    """Return the folder of a partition below its table's."""
    pairs = zip(keys, values, strict=True)
    return "/".join(f"{_escaped(key.lower())}={_escaped(value)}" for key, value in pairs)


def matches(pattern: str | None, name: str) -> bool:
    """Whether ``name`` fits a pattern of SHOW TABLES: ``*`` for anything, ``|`` between choices."""
    if not pattern:
        return True
    choices = (
        ".*".join(re.escape(part) for part in re.split(r"\.\*|\*", choice.strip()))
        for choice in pattern.split("|")
    )
    return any(re.fullmatch(choice, name, re.IGNORECASE) for choice in choices)


def fits(wanted: Sequence[str], values: Sequence[str]) -> bool:
    """Whether a partition's values begin with ``wanted``, in which an empty text is any value."""
    return all(want in ("", value) for want, value in zip(wanted, values, strict=False))


def _escaped(text: str) -> str:
    return "".join(
        f"%{ord(sign):02X}" if sign in _SPECIAL or ord(sign) < 0x20 else sign for sign in text
    )
