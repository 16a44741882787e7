"""A JSON array or object, rewritten as one record per line, which Spark can read in pieces.

Spark reads an array with one task and holds it whole; a text column can hold 2 GB of it. Rewriting
takes one pass in bounded memory and leaves every record's text as it was, numbers to the last
digit.
"""

import codecs
import json
from collections.abc import Iterator
from typing import BinaryIO

from pipeline_spark.errors import SchemaContradictionError

CHUNK_BYTES = 1024 * 1024
_BETWEEN_RECORDS = " \t\r\n,[]"


def json_lines(stream: BinaryIO, chunk_bytes: int = CHUNK_BYTES) -> Iterator[bytes]:
    """Yield the records of an array, or the one object that the stream holds, each as a line.

    The stream is UTF-8, with or without a byte order mark, and validated: this finds where records
    end and checks nothing else. Raises SchemaContradictionError if it ends within a record.
    """
    decoder = codecs.getincrementaldecoder("utf-8-sig")()
    # Numbers stay texts: an integer of thousands of digits would be refused otherwise.
    end_of_record = json.JSONDecoder(parse_int=str, parse_float=str).raw_decode
    held, wanted = "", chunk_bytes
    while chunk := stream.read(wanted):
        held += decoder.decode(chunk)
        start = _skip(held, 0)
        try:
            while start < len(held):
                _, end = end_of_record(held, start)
                yield _line(held[start:end])
                start = _skip(held, end)
            wanted = chunk_bytes
        except json.JSONDecodeError:
            # The record goes on in the next chunk. Reading more each time keeps the work on a
            # record of many chunks in proportion to its length.
            wanted = max(chunk_bytes, len(held) - start)
        held = held[start:]
    held += decoder.decode(b"", final=True)
    if _skip(held, 0) < len(held):
        raise SchemaContradictionError(f"the file ends within a record: {held[:300]}")


def _skip(text: str, start: int) -> int:
    while start < len(text) and text[start] in _BETWEEN_RECORDS:
        start += 1
    return start


def _line(record: str) -> bytes:
    # Inside a JSON string a line break is always escaped, so these stand between tokens.
    return record.replace("\n", " ").replace("\r", " ").encode() + b"\n"
