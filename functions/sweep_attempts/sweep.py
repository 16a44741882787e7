"""One tick of the sweep: a stretch of the attempts against the manifests."""

from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from itertools import batched
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools import Logger

from functions.common.cursor import Cursor
from functions.common.errors import InvalidInputError
from functions.sweep_attempts.attempts import SourceObject, source_objects
from functions.sweep_attempts.published import named_attempts

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

logger = Logger()

_RESERVE_SECONDS = 10.0
"""What must be left of an invocation's time for one more source object."""

READERS = timedelta(hours=24)
"""How long a query may take that has read a manifest before it was replaced."""

# https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html
_MAX_DELETES = 1000


@dataclass
class Tick:
    """What one invocation did. ``round_is_over``: the next one begins from the start."""

    seen: int = 0
    attempts_removed: int = 0
    objects_removed: int = 0
    objects_kept_by_errors: int = 0
    round_is_over: bool = False

    def to_json(self) -> dict[str, Any]:
        """Return it as the function's answer."""
        return asdict(self)


@dataclass(frozen=True)
class Sweep:
    """Removes attempts older than ``min_age`` that no manifest names, or named within a day.

    ``min_age`` is longer than any execution takes, so that no attempt is removed that is still to
    be published.
    """

    s3: "S3Client"
    bucket: str
    cursor: Cursor
    min_age: timedelta
    max_objects: int

    def tick(self, now: datetime, seconds_left: Callable[[], float]) -> Tick:
        """Go on from where the last tick ended, as far as time and ``max_objects`` allow.

        Raises botocore's errors; the cursor is behind the last source object that is done then.
        """
        tick = Tick()
        for source in source_objects(self.s3, self.bucket, self.cursor.load().get("after", "")):
            self._clear(source, now, tick)
            tick.seen += len(source.found)
            self.cursor.save({"after": source.found[-1].key})
            if tick.seen >= self.max_objects or seconds_left() < _RESERVE_SECONDS:
                return tick
        self.cursor.save({})
        tick.round_is_over = True
        return tick

    def _clear(self, source: SourceObject, now: datetime, tick: Tick) -> None:
        old = source.older_than(now - self.min_age)
        if not old:
            return
        # Read after the listing: what is published in the meantime is younger than what is old.
        try:
            named = named_attempts(self.s3, self.bucket, source.manifest_key, now - READERS)
        except InvalidInputError:
            # What cannot be read may name anything: all of it stays.
            logger.exception("manifest not understood", extra={"key": source.manifest_key})
            return
        for attempt, keys in old.items():
            if attempt not in named:
                logger.info("attempt removed", extra={"prefix": source.prefix, "attempt": attempt})
                tick.attempts_removed += 1
                self._delete(keys, tick)

    def _delete(self, keys: Iterable[str], tick: Tick) -> None:
        for batch in batched(keys, _MAX_DELETES, strict=False):
            answer = self.s3.delete_objects(
                Bucket=self.bucket,
                Delete={"Objects": [{"Key": key} for key in batch], "Quiet": True},
            )
            errors = answer.get("Errors", [])
            if errors:
                # They stay, and the next round tries them again.
                logger.error("objects not removed", extra={"errors": errors[:5]})
            tick.objects_removed += len(batch) - len(errors)
            tick.objects_kept_by_errors += len(errors)
