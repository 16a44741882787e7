"""How Terraform and its providers are found."""

import os
import stat
from pathlib import Path

import pytest

from tools import terraform


@pytest.fixture
def mirror(tmp_path: Path) -> Path:
    folder = tmp_path / "mirror"
    (folder / "registry.terraform.io/hashicorp/aws").mkdir(parents=True)
    return folder


def executable(folder: Path, says: str) -> Path:
    """A program that prints ``says`` whatever it is asked."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "terraform"
    path.write_text(f"#!/bin/sh\necho '{says}'\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


def test_a_named_mirror_wins_over_the_usual_places(mirror: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    (other / "registry.terraform.io").mkdir(parents=True)
    assert terraform.find_mirror({"TF_PLUGIN_DIR": str(mirror)}, [other]) == mirror


def test_the_first_usual_place_with_a_mirror_is_taken(mirror: Path, tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    assert terraform.find_mirror({}, [tmp_path / "not_there", empty, mirror]) == mirror


def test_without_a_mirror_the_registry_has_to_do(tmp_path: Path) -> None:
    assert terraform.find_mirror({}, [tmp_path]) is None


def test_a_named_mirror_that_is_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(terraform.TerraformError, match=r"holds no folder registry\.terraform\.io"):
        terraform.find_mirror({"TF_PLUGIN_DIR": str(tmp_path)}, [])


def test_only_init_is_told_of_the_mirror(mirror: Path) -> None:
    tool = terraform.Terraform(Path("/bin/terraform"), {}, mirror)
    assert tool.command(Path("envs/local"), ["init", "-upgrade"]) == [
        "/bin/terraform",
        "-chdir=envs/local",
        "init",
        f"-plugin-dir={mirror}",
        "-upgrade",
    ]
    assert f"-plugin-dir={mirror}" not in tool.command(Path("envs/local"), ["plan"])


def test_a_configuration_that_points_nowhere_is_ignored(tmp_path: Path) -> None:
    config = tmp_path / "terraformrc"
    environment = {"TF_CLI_CONFIG_FILE": str(config)}
    assert "TF_CLI_CONFIG_FILE" not in terraform.clean_environment(environment, tmp_path)
    config.touch()
    assert terraform.clean_environment(environment, tmp_path)["TF_CLI_CONFIG_FILE"] == str(config)


def test_a_cache_of_ones_own_is_kept(tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    clean = terraform.clean_environment({"TF_PLUGIN_CACHE_DIR": str(cache)}, tmp_path / "home")
    assert clean["TF_PLUGIN_CACHE_DIR"] == str(cache)
    assert cache.is_dir()


def test_finds_the_one_on_the_path(tmp_path: Path) -> None:
    found = executable(tmp_path / "bin", "Terraform v1.11.4")
    environment = {"PATH": f"{found.parent}{os.pathsep}{os.environ['PATH']}"}
    assert terraform.find(environment, tmp_path).executable == found


def test_says_where_to_get_it(tmp_path: Path) -> None:
    with pytest.raises(terraform.TerraformError, match=r"Terraform is missing\. Get it from"):
        terraform.find({"PATH": str(tmp_path)}, tmp_path)


@pytest.mark.parametrize("says", ["Terraform v1.8.5", "OpenSesame"])
def test_refuses_one_that_is_too_old_or_something_else(tmp_path: Path, says: str) -> None:
    found = executable(tmp_path / "bin", says)
    with pytest.raises(terraform.TerraformError, match=r"Terraform 1\.9 or newer is needed"):
        terraform.find({"TERRAFORM": str(found), "PATH": os.environ["PATH"]}, tmp_path)


def test_a_folder_that_is_none_is_named(tmp_path: Path) -> None:
    tool = terraform.Terraform(Path("/bin/true"), {})
    with pytest.raises(terraform.TerraformError, match="is no folder"):
        tool.run(tmp_path / "nowhere", ["plan"])


def test_the_command_line_needs_a_folder_and_a_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert terraform.main(["envs/local"]) == 2
    assert "usage:" in capsys.readouterr().err
