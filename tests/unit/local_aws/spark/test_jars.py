import hashlib
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from local_aws.spark.errors import JarError
from local_aws.spark.jars import HIVE_JARS, S3A_JARS, Jar, resolve

CONTENT = b"not really a jar" * 1000
JAR = Jar("org.example", "thing", "1.0", hashlib.sha256(CONTENT).hexdigest())


class Repository:
    """A Maven repository that fails as often as it is told."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.requests: list[str] = []
        self.failures: list[int] = []
        self.content = CONTENT


@pytest.fixture
def repository() -> Iterator[Repository]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found.requests.append(self.path)
            status = found.failures.pop(0) if found.failures else 200
            self.send_response(status)
            self.send_header("Content-Length", str(len(found.content)))
            self.end_headers()
            self.wfile.write(found.content)

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    found = Repository(f"http://127.0.0.1:{server.server_port}/maven2/")
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield found
    server.shutdown()
    server.server_close()


def get(repository: Repository, cache: Path, jar: Jar = JAR) -> Path:
    return resolve(cache, repository.url, (jar,), pause=0.0)[0]


def test_downloads_once_and_keeps(repository: Repository, tmp_path: Path) -> None:
    for _ in range(2):
        path = get(repository, tmp_path)
        assert path.read_bytes() == CONTENT
    assert repository.requests == ["/maven2/org/example/thing/1.0/thing-1.0.jar"]
    assert sorted(file.name for file in path.parent.iterdir()) == [".lock", "thing-1.0.jar"]


def test_tries_again_after_a_fault(repository: Repository, tmp_path: Path) -> None:
    repository.failures = [503, 500]
    assert get(repository, tmp_path).read_bytes() == CONTENT
    assert len(repository.requests) == 3


def test_gives_up_at_once_on_what_is_not_there(repository: Repository, tmp_path: Path) -> None:
    repository.failures = [404]
    with pytest.raises(JarError, match=r"thing-1\.0\.jar: HTTP Error 404.*MAVEN_REPOSITORY_URL"):
        get(repository, tmp_path)
    assert len(repository.requests) == 1


def test_refuses_another_file_than_the_pinned(repository: Repository, tmp_path: Path) -> None:
    repository.content = b"something else"
    with pytest.raises(JarError, match="is not the pinned file"):
        get(repository, tmp_path)
    assert [file.name for file in (tmp_path / "jars").iterdir()] == [".lock"]


def test_says_what_to_do_offline(tmp_path: Path) -> None:
    with pytest.raises(JarError, match=r"python -m local_aws\.spark\.jars"):
        resolve(tmp_path, "http://127.0.0.1:1/", (JAR,), pause=0.0)


def test_refuses_a_strange_address(tmp_path: Path) -> None:
    with pytest.raises(JarError, match="http, https or file"):
        resolve(tmp_path, "ftp://x/", (JAR,), pause=0.0)


def test_many_at_once_download_once(repository: Repository, tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as threads:
        paths = list(threads.map(lambda _: get(repository, tmp_path), range(8)))
    assert {path.read_bytes() for path in paths} == {CONTENT}
    assert len(repository.requests) == 1


def test_hadoop_aws_is_of_the_version_of_pysparks_hadoop() -> None:
    import pyspark

    (client,) = (Path(pyspark.__file__).parent / "jars").glob("hadoop-client-api-*.jar")
    (own,) = [jar for jar in S3A_JARS if jar.artifact == "hadoop-aws"]
    assert client.stem.removeprefix("hadoop-client-api-") == own.version


def test_the_serde_is_of_the_version_of_pysparks_hive() -> None:
    import pyspark

    (metastore,) = (Path(pyspark.__file__).parent / "jars").glob("hive-metastore-*.jar")
    assert {jar.version for jar in HIVE_JARS} == {metastore.stem.removeprefix("hive-metastore-")}
