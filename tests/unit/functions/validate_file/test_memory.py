"""Memory stays the same, whatever the size of a file.

Each file is made while it is read, in a process of its own, whose peak is measured. 160 MB take
a few seconds; a reader that keeps the file, its lines or its records goes far beyond the bound.
"""

import platform
import subprocess
import sys

import pytest

MEASURE = """
import pathlib, resource, sys, zlib
from tests.unit.functions.validate_file.files import Generated, repeated
from functions.common.objects import ObjectVersion
from functions.common.limits import Limits
from functions.validate_file.settings import Settings
from functions.validate_file.validation import validate

kind, megabytes = sys.argv[1], int(sys.argv[2])
size = megabytes * 1024 * 1024
row = b'%d,"Doe, John",2024-01-31,%s\\n' % (12345, "é🙂".encode() * 10)
multi = b'%d,"Doe,\\nJohn",2024-01-31,x\\n' % 12345
record = b'{"id": 12345, "name": "Doe, John", "tags": [{"id": 1}, {"id": 2}], "e": "\\xc3\\xa9"}'
header = b"id,name,day,text\\n"
files = {
    "csv": ("a.csv", repeated(header, row * 100, size)),
    "multi": ("a.csv", repeated(header, multi * 100, size)),
    "lines": ("a.jsonl", repeated(b"", (record + b"\\n") * 100, size)),
    "array": ("a.json", repeated(b"[" + record, (b",\\n" + record) * 100, size, b"]")),
    "open quote": ("a.csv", repeated(header + b'1,"', row.replace(b'"', b"") * 100, size)),
    "one line": ("a.csv", repeated(header + b"1,", b"x" * 65536, size)),
    "one string": ("a.json", repeated(b'[{"a": "', b"x" * 65536, size, b'"}]')),
    "white space": ("a.json", repeated(b'[{"a": 1}]', b" \\n" * 32768, size)),
}
def compress(pieces):
    packer = zlib.compressobj(1, wbits=31)
    for piece in pieces:
        yield packer.compress(piece)
    yield packer.flush()
if kind == "gzip":
    key, pieces = "a.csv.gz", compress(repeated(header, row * 100, size))
else:
    key, pieces = files[kind]
def peak():
    status = pathlib.Path("/proc/self/status")
    if not status.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    # Linux hands getrusage's figure on from the process that started this one.
    line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM:"))
    return int(line.split()[1])
source = Generated((piece for piece in pieces if piece), size)
before = peak()
if sys.argv[3:]:
    source = b"".join(iter(lambda: source.read(65536), b""))
    print("kept", (peak() - before) // 1024)
    sys.exit()
verdict = validate(ObjectVersion("b", key), lambda: source, Settings("p", Limits()))
print(verdict.reason.code if verdict.reason else "valid", (peak() - before) // 1024)
"""

BOUND = 48
"""How many MB a validation may take beyond the interpreter and its libraries."""


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("csv", "valid"),
        ("multi", "valid"),
        ("lines", "valid"),
        ("array", "valid"),
        ("gzip", "valid"),
        ("open quote", "UNCLOSED_QUOTE"),
        ("one line", "RECORD_TOO_LARGE"),
        ("one string", "RECORD_TOO_LARGE"),
        ("white space", "valid"),
    ],
)
def test_memory_is_flat(kind: str, expected: str) -> None:
    verdict, growth = measure(kind)
    assert verdict == expected
    assert growth < BOUND, f"{kind}: {growth} MB more than before"


def test_the_measure_sees_a_file_that_is_kept() -> None:
    assert measure("csv", "keep")[1] > 2 * BOUND


FAULTS = """
import resource
from functions.validate_file import validation
from tests.unit.functions.validate_file.files import judge

def handed_out():
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for key, data in files.items():
        assert judge(data, key).reason is None
    pages = resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before
    return pages * resource.getpagesize() / sum(map(len, files.values()))

record = '{"id": 12345, "name": "Łódź"}'.encode()
lines, elements = (record + b"\\n") * 50_000, (record + b",\\n") * 50_000
# Nothing large is freed before.
files = {"a.jsonl": lines, "a.json": b"".join((b"[", elements, record, b"]"))}
keep, validation.keep_freed_memory = validation.keep_freed_memory, lambda: None
print(handed_out())
validation.keep_freed_memory = keep
print(handed_out())
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="It is about glibc's ways.")
def test_chunks_use_the_same_memory_again() -> None:
    """What the kernel hands out is far less than the files' length, and was not so before."""
    done = subprocess.run(
        [sys.executable, "-c", FAULTS], capture_output=True, text=True, check=True
    )
    before, after = map(float, done.stdout.split())
    assert before > 1
    assert after < 0.5


def measure(kind: str, *more: str) -> tuple[str, int]:
    command = [sys.executable, "-c", MEASURE, kind, "160", *more]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    verdict, growth = done.stdout.split()
    return verdict, int(growth)
