"""Downloads from a web server that fails, into moto's S3."""

import base64
import os
import random
from collections.abc import Iterator
from hashlib import md5, sha256

import boto3
import pytest
import urllib3
from botocore.config import Config

from functions.common.errors import InvalidInputError, MissingSettingError
from functions.download_file import handler as edge
from functions.download_file.checksum import Checksum
from functions.download_file.download import Downloader, Outcome, Request
from functions.download_file.errors import (
    ChecksumMismatchError,
    DownloadInterruptedError,
    DownloadRefusedError,
    FileNotOfferedError,
)
from functions.download_file.remote import RemoteFile, Retry, Secret
from functions.download_file.settings import Settings
from functions.download_file.upload import RECORDS, Target
from tests.unit.functions.conftest import Context
from tests.web_server import CutAfter, Garbled, Status, WebServer, WrongLength, web_server

MB = 1024 * 1024
PART = 5 * MB
BODY = random.Random(6).randbytes(2 * PART + 1_234_567)
PATH = "/sales/2026-01.csv"
TARGET = Target("source", "sales/month=2026-01/2026-01.csv")


@pytest.fixture
def server() -> Iterator[WebServer]:
    with web_server() as running:
        yield running


class Store:
    """A bucket, and what downloads find and leave there."""

    def __init__(self) -> None:
        # moto gives the checksum of an object of parts as if it were the whole's; S3 marks it.
        # https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity.html
        self.s3 = boto3.client("s3", config=Config(response_checksum_validation="when_required"))
        self.s3.create_bucket(Bucket="source")
        self.s3.put_bucket_versioning(
            Bucket="source", VersioningConfiguration={"Status": "Enabled"}
        )
        self.waits: list[float] = []

    def downloader(self, *, has_time: bool = True, secret: Secret | None = None) -> Downloader:
        http = urllib3.PoolManager(timeout=5)
        return Downloader(
            self.s3,
            lambda url: RemoteFile(url, http, secret, allow_http=True),
            lambda: has_time,
            Retry(draw=lambda: 1.0, pause=self.waits.append),
            part_bytes=PART,
        )

    def run(self, url: str, checksum_url: str | None = None, **more: bool) -> Outcome:
        return self.downloader(**more).run(Request(url, TARGET, checksum_url))

    def body(self, outcome: Outcome) -> bytes:
        assert outcome.version_id
        return self.s3.get_object(
            Bucket=outcome.bucket, Key=outcome.key, VersionId=outcome.version_id
        )["Body"].read()

    def keys(self) -> list[str]:
        listed = self.s3.list_objects_v2(Bucket="source").get("Contents", [])
        return [item["Key"] for item in listed]

    def open_uploads(self) -> int:
        return len(self.s3.list_multipart_uploads(Bucket="source").get("Uploads", []))


@pytest.fixture
def store(aws: None) -> Store:
    return Store()


def assert_arrived(store: Store, outcome: Outcome, body: bytes = BODY) -> None:
    assert outcome.complete
    assert outcome.size == len(body)
    assert store.body(outcome) == body
    # Nothing is left behind: no note, no open upload.
    assert store.keys() == [TARGET.key]
    assert store.open_uploads() == 0


@pytest.mark.parametrize("size", [0, 1, PART - 1, PART, PART + 1, len(BODY)])
def test_a_file_of_any_size_arrives_whole(server: WebServer, store: Store, size: int) -> None:
    outcome = store.run(server.offer(PATH, BODY[:size]))
    assert_arrived(store, outcome, BODY[:size])
    assert len(server.asked) == 1
    assert server.asked[0].headers["accept-encoding"] == "identity"


@pytest.mark.parametrize(
    "faults",
    [
        (Status(503),),
        (Status(429, {"Retry-After": "7"}),),
        (CutAfter(0),),
        (CutAfter(100), CutAfter(3 * MB), CutAfter(1), CutAfter(4 * MB), CutAfter(10)),
        (WrongLength(+10_000),),
        (Status(500), CutAfter(7 * MB), Status(502), Status(504), CutAfter(1000)),
    ],
    ids=["unavailable", "too-many-requests", "dropped", "cut-often", "truncated", "mixed"],
)
def test_a_server_that_fails_now_and_then_is_asked_for_the_rest(
    server: WebServer, store: Store, faults: tuple[Status | CutAfter | WrongLength, ...]
) -> None:
    checksum = server.offer("/sums", f"{sha256(BODY).hexdigest()}  2026-01.csv\n".encode())
    outcome = store.run(server.offer(PATH, BODY, *faults), checksum)
    assert_arrived(store, outcome)
    assert len(store.waits) == len(faults)
    assert outcome.checksum == f"sha256:{sha256(BODY).hexdigest()}"


def test_it_waits_as_long_as_the_server_asks(server: WebServer, store: Store) -> None:
    store.run(server.offer(PATH, BODY, Status(503, {"Retry-After": "7"})))
    store.run(server.offer("/other", BODY, Status(503, {"Retry-After": "3600"})))
    assert store.waits == [7.0, 20.0]


def test_only_what_is_missing_is_asked_for_after_a_cut(server: WebServer, store: Store) -> None:
    store.run(server.offer(PATH, BODY, CutAfter(6 * MB)))
    first, second = server.asked
    assert first.range is None
    assert second.range is not None
    assert 5 * MB < int(second.range.removeprefix("bytes=").removesuffix("-")) <= 6 * MB
    assert second.headers["if-range"] == f'"{sha256(BODY).hexdigest()[:16]}"'


def test_parts_are_kept_from_one_try_to_the_next(server: WebServer, store: Store) -> None:
    url = server.offer(PATH, BODY, CutAfter(PART + 1000), *[Status(503)] * 9)
    with pytest.raises(DownloadInterruptedError, match="503"):
        store.run(url)
    assert store.open_uploads() == 1
    server.offer(PATH, BODY)
    server.asked.clear()
    outcome = store.run(url)
    assert outcome.resumed_at == PART
    assert [one.range for one in server.asked] == [f"bytes={PART}-"]
    assert_arrived(store, outcome)


def test_without_time_it_stops_after_a_part_and_goes_on_at_the_next_call(
    server: WebServer, store: Store
) -> None:
    url = server.offer(PATH, BODY)
    sum_url = server.offer("/sums", f"{sha256(BODY).hexdigest()}  2026-01.csv\n".encode())
    sizes = []
    for _ in range(10):
        outcome = store.run(url, sum_url, has_time=False)
        sizes.append((outcome.complete, outcome.size))
        if outcome.complete:
            break
    assert sizes == [(False, PART), (False, 2 * PART), (True, len(BODY))]
    assert outcome.checksum == f"sha256:{sha256(BODY).hexdigest()}"
    assert_arrived(store, outcome)


def test_when_only_the_last_word_is_missing_nothing_is_read_again(
    server: WebServer, store: Store
) -> None:
    url = server.offer(PATH, BODY[: 2 * PART])
    for _ in range(2):
        assert not store.run(url, has_time=False).complete
    server.asked.clear()
    assert_arrived(store, store.run(url), BODY[: 2 * PART])
    assert server.asked == []


def test_a_server_without_ranges_is_read_from_the_start_and_parts_are_kept(
    server: WebServer, store: Store
) -> None:
    url = server.offer(PATH, BODY, CutAfter(2 * PART + 5), ranges=False)
    assert_arrived(store, store.run(url))
    first, second = server.asked
    assert first.range is None
    assert second.range is not None


def test_a_file_that_is_replaced_meanwhile_is_begun_anew(server: WebServer, store: Store) -> None:
    url = server.offer(PATH, BODY)
    assert not store.run(url, has_time=False).complete
    other = bytes(reversed(BODY))
    server.offer(PATH, other)
    outcome = store.run(url)
    assert outcome.resumed_at == 0
    assert_arrived(store, outcome, other)


def test_a_file_that_became_shorter_is_begun_anew(server: WebServer, store: Store) -> None:
    url = server.offer(PATH, BODY)
    assert not store.run(url, has_time=False).complete
    server.offer(PATH, b"short\n", validator=None)
    assert_arrived(store, store.run(url), b"short\n")


def test_a_file_without_a_validator_is_never_pieced_together(
    server: WebServer, store: Store
) -> None:
    url = server.offer(PATH, BODY, CutAfter(6 * MB), validator=None)
    assert_arrived(store, store.run(url))


def test_an_answer_without_a_length_ends_where_it_ends(server: WebServer, store: Store) -> None:
    assert_arrived(store, store.run(server.offer(PATH, BODY, length=False)))


def test_a_file_that_is_there_already_is_not_read_again(server: WebServer, store: Store) -> None:
    url = server.offer(PATH, BODY)
    first = store.run(url)
    again = store.run(url)
    assert again.version_id == first.version_id
    assert again.resumed_at == again.size == len(BODY)
    changed = server.offer(PATH, BODY + b"1")
    assert store.run(changed).version_id != first.version_id


def test_a_garbled_file_is_thrown_away(server: WebServer, store: Store) -> None:
    sums = server.offer("/sums", f"{sha256(BODY).hexdigest()} *2026-01.csv\n".encode())
    url = server.offer(PATH, BODY, Garbled())
    with pytest.raises(ChecksumMismatchError, match="thrown away"):
        store.run(url, sums)
    assert store.keys() == []
    assert store.open_uploads() == 0
    assert_arrived(store, store.run(url, sums))


def test_a_resumed_file_is_checked_as_a_whole(server: WebServer, store: Store) -> None:
    sums = server.offer("/sums", sha256(BODY).hexdigest().encode())
    url = server.offer(PATH, BODY, Garbled())
    for _ in range(2):
        assert not store.run(url, sums, has_time=False).complete
    with pytest.raises(ChecksumMismatchError):
        store.run(url, sums)
    assert store.keys() == []


def test_a_checksum_in_the_headers_is_held_against_the_file(
    server: WebServer, store: Store
) -> None:
    digest = base64.b64encode(sha256(BODY).digest()).decode()
    headers = {"Repr-Digest": f"sha-256=:{digest}:"}
    outcome = store.run(server.offer(PATH, BODY, headers=headers))
    assert outcome.checksum == f"sha256:{sha256(BODY).hexdigest()}"
    with pytest.raises(ChecksumMismatchError):
        store.run(server.offer(PATH, BODY[:-1], headers=headers))


@pytest.mark.parametrize(
    ("text", "checksum"),
    [
        ("{sha}\n", "sha256:{sha}"),
        ("{sha}  2026-01.csv\n", "sha256:{sha}"),
        ("{md5} *./out/2026-01.csv\n", "md5:{md5}"),
        ("{md5}  other.csv\n{sha}  2026-01.csv\n", "sha256:{sha}"),
    ],
)
def test_checksum_files_are_read_as_sha256sum_writes_them(text: str, checksum: str) -> None:
    digits = {"sha": sha256(BODY).hexdigest(), "md5": md5(BODY).hexdigest()}
    found = Checksum.in_file(text.format(**digits), "2026-01.csv")
    assert str(found) == checksum.format(**digits)
    assert found.fits(iter([BODY[:5], BODY[5:]]))


@pytest.mark.parametrize("text", ["", "<html>", "abc  2026-01.csv", f"{'0' * 64} a\n{'1' * 64} b"])
def test_a_senseless_checksum_file_is_refused(text: str) -> None:
    with pytest.raises(DownloadRefusedError, match="as sha256sum writes it"):
        Checksum.in_file(text, "2026-01.csv")


def test_what_the_server_does_not_have_is_told_apart_from_what_it_refuses(
    server: WebServer, store: Store
) -> None:
    with pytest.raises(FileNotOfferedError, match="404"):
        store.run(f"{server.url}/nowhere?key=top-secret")
    with pytest.raises(DownloadRefusedError, match="403") as refused:
        store.run(server.offer(PATH, BODY, Status(403)) + "?key=top-secret")
    assert "top-secret" not in str(refused.value)
    assert store.waits == []


def test_patience_ends_and_says_what_the_server_said(server: WebServer, store: Store) -> None:
    with pytest.raises(DownloadInterruptedError, match="503"):
        store.run(server.offer(PATH, BODY, *[Status(503)] * 9))
    assert store.waits == [0.5, 1.0, 2.0]


def test_a_server_that_is_not_there_is_an_interruption(server: WebServer, store: Store) -> None:
    with web_server() as gone:
        url = f"{gone.url}/any.csv?key=top-secret"
    with pytest.raises(DownloadInterruptedError, match="does not answer") as failed:
        store.run(url)
    assert "top-secret" not in str(failed.value)


def test_the_secret_goes_to_the_first_server_alone(server: WebServer, store: Store) -> None:
    with web_server() as other:
        elsewhere = other.offer("/stored.csv", BODY)
        url = server.offer(PATH, b"", Status(302, {"Location": elsewhere}))
        secret = Secret("X-Api-Key", "open sesame")
        outcome = store.downloader(secret=secret).run(Request(url, TARGET))
        assert_arrived(store, outcome)
        assert server.asked[0].headers["x-api-key"] == "open sesame"
        assert "x-api-key" not in other.asked[0].headers
    assert "open sesame" not in repr(secret)


def test_redirects_end(server: WebServer, store: Store) -> None:
    url = server.offer(PATH, b"", *[Status(302, {"Location": PATH})] * 9)
    with pytest.raises(DownloadRefusedError, match="redirects"):
        store.run(url)


@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "ftp://example.com/a", "http://example.com/a", "example.com/a"]
)
def test_only_https_is_taken(store: Store, url: str) -> None:
    remote = RemoteFile(url, urllib3.PoolManager())
    with pytest.raises(DownloadRefusedError, match="use https"):
        remote.open()


def test_a_redirect_away_from_https_is_refused(server: WebServer) -> None:
    url = server.offer(PATH, b"", Status(302, {"Location": "file:///etc/passwd"}))
    with pytest.raises(DownloadRefusedError, match="use https"):
        RemoteFile(url, urllib3.PoolManager(), allow_http=True).open()


def test_two_runs_at_once_do_no_harm(server: WebServer, store: Store) -> None:
    url = server.offer(PATH, BODY)
    assert not store.run(url, has_time=False).complete
    # The second goes on with the first one's parts and ends it; the first finds it ended.
    slow = store.downloader()
    upload_open = store.s3.list_multipart_uploads(Bucket="source")["Uploads"][0]["UploadId"]
    assert_arrived(store, store.run(url))
    store.s3.put_object(
        Bucket="source",
        Key=f"{RECORDS}{TARGET.key}.json",
        Body=(
            f'{{"url_hash": "{Request(url, TARGET).url_hash}", "validator": null, "length": null,'
            f' "upload_id": "{upload_open}", "part_bytes": {PART}}}'
        ).encode(),
    )
    assert slow.run(Request(url, TARGET)).version_id


def test_the_handler_fetches_with_the_secret_and_logs_neither_it_nor_the_query(
    server: WebServer,
    store: Store,
    monkeypatch: pytest.MonkeyPatch,
    context: Context,
    capsys: pytest.CaptureFixture[str],
) -> None:
    arn = boto3.client("secretsmanager").create_secret(
        Name="sales", SecretString='{"value": "Bearer open-sesame"}'
    )["ARN"]
    for name, value in {"SECRET_ARN": arn, "ALLOW_HTTP": "true", "MARGIN_SECONDS": "1"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(edge, "_s3", lambda: store.s3)
    url = server.offer(PATH, b"id\n1\n") + "?key=top-secret"
    event = {"url": url, "bucket": TARGET.bucket, "key": TARGET.key, "checksum_url": None}
    answer = edge.handler(event, context)  # type: ignore[arg-type]
    assert answer["complete"] is True
    assert server.asked[0].headers["authorization"] == "Bearer open-sesame"
    said = capsys.readouterr()
    assert "open-sesame" not in said.out + said.err
    assert "top-secret" not in said.out + said.err


@pytest.mark.parametrize("secret", ["a\r\nX-Injected: 1", "{}", '{"value": 1}'])
def test_a_secret_that_is_no_header_is_refused_without_showing_it(aws: None, secret: str) -> None:
    client = boto3.client("secretsmanager")
    arn = client.create_secret(Name="sales", SecretString=secret)["ARN"]
    settings = Settings.from_environment({"SECRET_ARN": arn})
    # An empty object is no value, but may be the header's own text.
    if secret == "{}":
        secret = "nothing to see"
    with pytest.raises(MissingSettingError, match="fit for a header") as refused:
        settings.secret(client)
    assert secret not in str(refused.value)


def test_the_input_must_say_where_from_and_where_to() -> None:
    with pytest.raises(InvalidInputError, match="url"):
        Request.from_input({"bucket": "source"})
    assert "ALLOW_HTTP" not in os.environ
