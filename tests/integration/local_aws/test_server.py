"""Start, stop, status and logs, as a person runs them."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import boto3
import psutil
import pytest

from local_aws import server
from local_aws.errors import PortTakenError, ServerDiedError
from local_aws.processes import descendants, is_alive
from local_aws.settings import Settings
from tests.integration.local_aws.functions import Functions
from tests.ports import free_port
from tests.wait import wait_until


class Instances:
    """Servers of one test, stopped in the end."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._made: list[Settings] = []

    def settings(self, port: int | None = None) -> Settings:
        port = port or free_port()
        folder = self._folder / f"{port}-{len(self._made)}"
        settings = Settings(port, folder, self._folder / "cache")
        self._made.append(settings)
        return settings

    def stop(self) -> None:
        for settings in self._made:
            server.stop(settings)


@pytest.fixture
def instances(tmp_path: Path) -> Iterator[Instances]:
    made = Instances(tmp_path)
    yield made
    made.stop()


def run(settings: Settings, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run ``python -m local_aws`` as a stranger would, with an AWS profile that does not exist."""
    return subprocess.run(
        [sys.executable, "-m", "local_aws", *arguments],
        env={
            **os.environ,
            "LOCAL_AWS_PORT": str(settings.port),
            "LOCAL_AWS_STATE_DIR": str(settings.state_dir),
            "AWS_PROFILE": "production",
        },
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


def wait_for_end(processes: list[psutil.Process]) -> None:
    wait_until(
        lambda: not any(map(is_alive, processes)),
        describe=lambda: f"the end of {[*filter(is_alive, processes)]}",
    )


def start_a_function(settings: Settings) -> int:
    """Return the process of a Lambda environment of that server."""
    session = boto3.Session("test", "test", region_name="us-east-1")
    functions = Functions(session.client("lambda", endpoint_url=settings.endpoint_url))
    source = (
        "import os, subprocess\n"
        "subprocess.Popen(['sleep', '600'], start_new_session=True)\n"
        "def handler(event, context): return os.getpid()\n"
    )
    functions.create("f", source)
    pid: int = functions.invoke("f")[0]
    return pid


def test_start_status_logs_stop(instances: Instances) -> None:
    settings = instances.settings()
    assert run(settings, "status").returncode == 3
    started = run(settings, "start")
    assert started.returncode == 0, started.stderr
    assert settings.endpoint_url in started.stdout
    pid = server.status(settings).pid  # type: ignore[union-attr]

    again = run(settings, "start")
    assert "already up" in again.stdout
    assert server.status(settings).pid == pid  # type: ignore[union-attr]

    session = boto3.Session("test", "test", region_name="us-east-1")
    session.client("s3", endpoint_url=settings.endpoint_url).create_bucket(Bucket="a-bucket")
    status = run(settings, "status")
    assert status.returncode == 0
    assert f"process   {pid}" in status.stdout
    assert "s3" in status.stdout
    assert "s3.CreateBucket => 200" in run(settings, "logs").stdout

    processes = [psutil.Process(pid), *descendants(pid)]
    assert "stopped" in run(settings, "stop").stdout
    assert not any(map(is_alive, processes))
    assert run(settings, "status").returncode == 3
    assert "No local AWS" in run(settings, "stop").stdout


def test_two_live_side_by_side(instances: Instances) -> None:
    one, two = instances.settings(), instances.settings()
    server.start(one)
    server.start(two)
    session = boto3.Session("test", "test", region_name="us-east-1")
    session.client("s3", endpoint_url=one.endpoint_url).create_bucket(Bucket="only-here")
    other = session.client("s3", endpoint_url=two.endpoint_url)
    assert other.list_buckets()["Buckets"] == []
    assert server.stop(one)
    assert server.status(two) is not None
    assert other.list_buckets()["Buckets"] == []


def test_a_taken_port_is_named_with_its_holder(instances: Instances) -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        settings = instances.settings(listener.getsockname()[1])
        with pytest.raises(PortTakenError, match=rf"{settings.port}.*process {os.getpid()}"):
            server.start(settings)


def test_another_projects_server_is_neither_adopted_nor_stopped(instances: Instances) -> None:
    mine = instances.settings()
    running = server.start(mine)
    theirs = instances.settings(mine.port)  # the same port, another state folder
    assert server.status(theirs) is None
    with pytest.raises(PortTakenError):
        server.start(theirs)
    assert not server.stop(theirs)
    assert server.status(mine) is not None
    assert running.pid == server.status(mine).pid  # type: ignore[union-attr]


def test_a_server_that_dies_shows_the_end_of_its_log(
    instances: Instances, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = instances.settings()
    good = server.server_environment(settings, os.environ)
    broken = good | {"RUNTIME_COMPONENTS": "no-such-components"}
    monkeypatch.setattr(server, "server_environment", lambda *_: broken)
    with pytest.raises(ServerDiedError, match="no-such-components"):
        server.start(settings)
    assert server.status(settings) is None


@pytest.mark.parametrize("victim", ["server", "supervisor"])
def test_nothing_survives_a_killed_server(instances: Instances, victim: str) -> None:
    settings = instances.settings()
    running = server.start(settings)
    start_a_function(settings)
    supervisor = psutil.Process(running.pid)
    (main,) = supervisor.children()
    processes = [supervisor, *descendants(running.pid)]
    assert len(processes) >= 4  # supervisor, server, environment, and what that left in background
    (supervisor if victim == "supervisor" else main).send_signal(signal.SIGKILL)
    wait_for_end(processes)
    assert server.status(settings) is None
    # And the next one starts as if nothing had been.
    assert server.start(settings).pid != running.pid


def test_a_server_ends_with_its_owner_however_that_ends(instances: Instances) -> None:
    settings = instances.settings()
    with subprocess.Popen(["sleep", "600"]) as owner:
        started = run(settings, "start", "--owner-pid", str(owner.pid))
        assert started.returncode == 0, started.stderr
        processes = descendants(server.status(settings).pid)  # type: ignore[union-attr]
        assert processes
        owner.kill()
    wait_for_end(processes)
    assert server.status(settings) is None


def test_a_reused_process_number_is_not_taken_for_the_server(instances: Instances) -> None:
    settings = instances.settings()
    settings.state_dir.mkdir(parents=True)
    created = psutil.Process().create_time()
    settings.record_file.write_text(f'{{"pid": {os.getpid()}, "created": {created}}}')
    assert server.status(settings) is None
    assert not server.stop(settings)
