"""What LocalStack is told to load can be loaded.

LocalStack leaves out a provider that fails to import, and then answers that the service is "not
included in your current license plan".
"""

import tomllib
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

PROJECT = tomllib.loads((Path(__file__).parents[3] / "pyproject.toml").read_text(encoding="utf-8"))
PLUGINS = [
    EntryPoint(name, value, group)
    for group, entries in PROJECT["project"]["entry-points"].items()
    for name, value in entries.items()
]


def test_there_are_plugins() -> None:
    assert {plugin.group for plugin in PLUGINS} >= {
        "localstack.aws.provider",
        "localstack.lambda.runtime_executor",
    }


@pytest.mark.parametrize("plugin", PLUGINS, ids=lambda plugin: plugin.name)
def test_a_plugin_can_be_loaded(plugin: EntryPoint) -> None:
    assert plugin.load() is not None
