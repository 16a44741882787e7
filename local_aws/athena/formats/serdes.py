"""Which reader a table's SerDe asks for.

https://docs.aws.amazon.com/athena/latest/ug/supported-serdes.html
"""

from collections.abc import Callable, Mapping

from local_aws.athena.errors import QueryFailed, not_supported
from local_aws.athena.formats.arrow_files import avro_files, orc_files
from local_aws.athena.formats.delimited import lazy_simple, regex
from local_aws.athena.formats.json_lines import json_lines
from local_aws.athena.formats.opencsv import opencsv
from local_aws.athena.formats.parquet import parquet
from local_aws.athena.formats.relation import Source

type Reader = Callable[[Source], str]

# By the class's own name: the same SerDe comes from several Java packages.
READERS: Mapping[str, Reader] = {
    "lazysimpleserde": lazy_simple,
    "opencsvserde": opencsv,
    "jsonserde": json_lines,
    "regexserde": regex,
    "parquethiveserde": parquet,
    "orcserde": orc_files,
    "avroserde": avro_files,
}
_TEXT = frozenset({"lazysimpleserde", "opencsvserde", "jsonserde", "regexserde"})
_SYMLINKS = "SymlinkTextInputFormat"


def reader(serde: str, input_format: str) -> Reader:
    """Return the reader. Raises QueryFailed if there is none."""
    if not serde:
        raise QueryFailed(
            "HIVE_UNSUPPORTED_FORMAT", f"Unable to create input format {input_format}".rstrip()
        )
    if _own_name(serde) not in READERS:
        raise not_supported(f"The SerDe {serde}")
    return READERS[_own_name(serde)]


def is_text(serde: str) -> bool:
    """Say whether a SerDe reads text, which may be compressed as a whole."""
    return _own_name(serde) in _TEXT


def lists_files(input_format: str) -> bool:
    """Say whether a table's objects are manifests that list its data files, one URI a line."""
    return input_format.endswith(_SYMLINKS)


def _own_name(serde: str) -> str:
    return serde.rsplit(".", maxsplit=1)[-1].lower()
