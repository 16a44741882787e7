from pathlib import Path

import pytest

from local_aws.errors import SettingsError
from local_aws.settings import Settings


def test_defaults_lie_in_the_repository_one_folder_a_port(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    below = tmp_path / "envs" / "local"
    below.mkdir(parents=True)
    settings = Settings.from_environment({}, below)
    assert settings.port == 4566
    assert settings.endpoint_url == "http://localhost:4566"
    assert settings.state_dir == (tmp_path / ".local_aws" / "4566").resolve()


def test_environment_sets_and_arguments_win(tmp_path: Path) -> None:
    environ = {
        "LOCAL_AWS_PORT": "4600",
        "LOCAL_AWS_STATE_DIR": str(tmp_path / "a"),
        "LOCAL_AWS_CACHE_DIR": str(tmp_path / "c"),
    }
    settings = Settings.from_environment(environ, tmp_path)
    assert (settings.port, settings.state_dir) == (4600, (tmp_path / "a").resolve())
    assert settings.cache_dir == (tmp_path / "c").resolve()
    chosen = Settings.from_environment(environ, tmp_path, port=4700, state_dir=tmp_path / "b")
    assert (chosen.port, chosen.state_dir) == (4700, (tmp_path / "b").resolve())


@pytest.mark.parametrize("value", ["http", "0", "70000", "-1"])
def test_impossible_port_is_named(tmp_path: Path, value: str) -> None:
    with pytest.raises(SettingsError, match=value):
        Settings.from_environment({"LOCAL_AWS_PORT": value}, tmp_path)
