"""Where things lie in the processed bucket.

    attempts/<dataset>/<source_object>/<attempt_id>/*.parquet        what one attempt wrote
    attempts/<dataset>/<source_object>/<attempt_id>/_result.json     written last: it is whole
    attempts/<dataset>/<source_object>/schemas/<version>.json        a schema too long for a state
    processed/<dataset>/<source_object>.manifest                     what is published
    quarantine/<dataset>/<source_object>/<execution_name>/<file>     an invalid file
    quarantine/<dataset>/<source_object>/<execution_name>/reason.json    why it is there

Nobody but publish_output writes below ``processed/``: see docs/decisions/0008-atomic-publish.md.
"""

from dataclasses import dataclass

from functions.common.naming import dataset_name, source_object_name

ATTEMPTS = "attempts/"
PROCESSED = "processed/"
QUARANTINE = "quarantine/"
SCHEMAS = "schemas"
RESULT_FILE = "_result.json"
REASON_FILE = "reason.json"
MANIFEST_SUFFIX = ".manifest"


@dataclass(frozen=True)
class Layout:
    """The places of one source object in the processed bucket, whatever its version."""

    processed_bucket: str
    dataset: str
    source_object: str

    @classmethod
    def of(cls, processed_bucket: str, bucket: str, key: str) -> "Layout":
        """Return the places of the object ``key`` of the source ``bucket``."""
        return cls(processed_bucket, dataset_name(key), source_object_name(bucket, key))

    @property
    def attempts_key(self) -> str:
        """The prefix below which every attempt has a folder of its own; it ends in /."""
        return f"{ATTEMPTS}{self.dataset}/{self.source_object}/"

    @property
    def attempts_path(self) -> str:
        """The same as an ``s3://`` URI."""
        return f"s3://{self.processed_bucket}/{self.attempts_key}"

    @property
    def manifest_key(self) -> str:
        """The key of the manifest, which names the published files."""
        return f"{PROCESSED}{self.dataset}/{self.source_object}{MANIFEST_SUFFIX}"

    @property
    def manifest_uri(self) -> str:
        """The same as an ``s3://`` URI."""
        return f"s3://{self.processed_bucket}/{self.manifest_key}"

    def attempt_key(self, attempt_id: str) -> str:
        """Return the prefix of one attempt; it ends in /."""
        return f"{self.attempts_key}{attempt_id}/"

    def schema_key(self, version: str) -> str:
        """Return the key of the schema of one version of the object."""
        return f"{self.attempts_key}{SCHEMAS}/{version}.json"

    def quarantine_key(self, execution_name: str) -> str:
        """Return the prefix for what one execution puts aside; it ends in /."""
        return f"{QUARANTINE}{self.dataset}/{self.source_object}/{execution_name}/"
