"""Names derived from an object's bucket and key: of executions, datasets and source objects."""

import re
from hashlib import sha256

from functions.common.objects import ObjectVersion

_EXECUTION_SLUG_LENGTH = 40
_DATASET_LENGTH = 128
_OBJECT_SLUG_LENGTH = 40
_OBJECT_DIGEST_LENGTH = 16
_EXTENSIONS = frozenset(
    {"csv", "tsv", "tab", "txt", "json", "jsonl", "ndjson", "parquet", "gz", "gzip"}
)


def execution_name(item: ObjectVersion) -> str:
    """Return the name of the object version's execution, the same one for a repeated event.

    At most 80 characters of ``[A-Za-z0-9_-]``, as StartExecution asks:
    https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html
    """
    # The end of a key tells more than its beginning.
    readable = re.sub(r"[^A-Za-z0-9_]+", "-", item.key)[-_EXECUTION_SLUG_LENGTH:].strip("-")
    return f"{readable or 'object'}-{version_digest(item)}"


def dataset_name(key: str) -> str:
    """Return the dataset that a key belongs to: its first folder, or the file's stem at the top.

    Lower case, of ``[a-z0-9_]`` and at most 128 characters, so that it can name a table and leaves
    room in the keys that begin with it.
    """
    folder, slash, _ = key.strip("/").partition("/")
    name = folder if slash else stem(folder)
    plain = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")
    # Two names of which nothing is left, or only the same beginning, must not become one dataset.
    if not plain:
        return f"dataset_{_digest(name)[:8]}"
    if len(plain) > _DATASET_LENGTH:
        return f"{plain[: _DATASET_LENGTH - 17]}_{_digest(name)[:16]}"
    return plain


def stem(file_name: str) -> str:
    """Return the file name without the extensions that say its format."""
    base, dot, extension = file_name.rpartition(".")
    if dot and base and extension.lower() in _EXTENSIONS:
        return stem(base)
    return file_name


def source_object_name(bucket: str, key: str) -> str:
    """Return the name under which one source object's output lies, whatever its version.

    A file of the same name in another folder or bucket gets another one.
    """
    file_name = key.rstrip("/").rpartition("/")[2]
    readable = re.sub(r"[^a-z0-9]+", "-", file_name.lower())[:_OBJECT_SLUG_LENGTH].strip("-")
    # Long enough for millions of files of the same name in different folders.
    return f"{readable or 'object'}-{_digest(f'{bucket}/{key}')[:_OBJECT_DIGEST_LENGTH]}"


def version_digest(item: ObjectVersion) -> str:
    """Return what tells one version of one object from all others, as 32 hexadecimal digits."""
    return _digest(*item.identity)[:32]


def _digest(*parts: str) -> str:
    # S3 keys are UTF-8; surrogates appear only where somebody wrote an input by hand.
    return sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()
