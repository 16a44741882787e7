from pathlib import Path

import pytest

from local_aws.environment import server_environment
from local_aws.settings import Settings


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(port=4600, state_dir=tmp_path / "state", cache_dir=tmp_path / "cache")


def test_callers_aws_and_python_settings_stay_outside(settings: Settings) -> None:
    mine = {
        "AWS_PROFILE": "production",
        "AWS_ACCESS_KEY_ID": "AKIAREAL",
        "AWS_ENDPOINT_URL": "https://elsewhere",
        "PYTHONPATH": "/somewhere",
        "PROVIDER_OVERRIDE_S3": "other",
        "LAMBDA_RUNTIME_EXECUTOR": "docker",
        "PERSISTENCE": "1",
    }
    environment = server_environment(settings, mine | {"PATH": "/bin", "HOME": "/home/me"})
    assert environment["PATH"] == "/bin"
    assert environment["LAMBDA_RUNTIME_EXECUTOR"] == "local_aws"
    assert set(mine) & set(environment) == {"LAMBDA_RUNTIME_EXECUTOR"}


def test_own_settings_reach_the_plugins(settings: Settings) -> None:
    environment = server_environment(settings, {"LOCAL_AWS_GLUE_MINUTE_SECONDS": "2"})
    assert environment["LOCAL_AWS_GLUE_MINUTE_SECONDS"] == "2"
    assert Settings.from_environment(environment, Path("/nowhere")) == settings


def test_all_files_lie_in_the_state_folder(settings: Settings) -> None:
    environment = server_environment(settings, {})
    names = ("TMPDIR", "LOCALSTACK_VOLUME_DIR", "FILESYSTEM_ROOT", "CONFIG_DIR", "XDG_CACHE_HOME")
    for name in names:
        assert Path(environment[name]).is_relative_to(settings.state_dir)


def test_a_proxy_is_kept_but_not_for_ourselves(settings: Settings) -> None:
    environment = server_environment(
        settings, {"HTTPS_PROXY": "http://proxy:3128", "NO_PROXY": "intranet"}
    )
    assert environment["HTTPS_PROXY"] == "http://proxy:3128"
    assert environment["NO_PROXY"] == environment["no_proxy"] == "intranet,localhost,127.0.0.1"


def test_services_call_one_another_directly_unless_a_proxy_is_to_stand_between(
    settings: Settings,
) -> None:
    assert server_environment(settings, {})["IN_MEMORY_CLIENT"] == "1"
    proxied = {"LOCAL_AWS_INTERNAL_ENDPOINT_URL": "http://127.0.0.1:4700"}
    assert server_environment(settings, proxied)["IN_MEMORY_CLIENT"] == "0"
