"""The archive for other repositories."""

import shutil
import threading
import zipfile
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tools import terraform
from tools.package import ROOT, host_architecture
from tools.packaging.release import make_release


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = make_release(ROOT, host_architecture(), "0.0.0-test")
    return Path(shutil.move(made, tmp_path_factory.mktemp("release")))


def test_it_holds_what_a_module_looks_for(archive: Path) -> None:
    with zipfile.ZipFile(archive) as opened:
        names = set(opened.namelist())
    for name in (
        "modules/file_pipeline/main.tf",
        "modules/function/main.tf",
        "asl/data-processing-pipeline.sync.asl.json",
        "glue_scripts/process_csv_data.py",
        "dist/functions/validate_file.zip",
        "dist/glue_scripts/pipeline_spark.zip",
        "LICENSE",
    ):
        assert name in names
    assert not [name for name in names if ".terraform" in name or "/tests/" in name]
    assert not [name for name in names if "examples/" in name]


def test_a_root_elsewhere_uses_it_over_http(archive: Path, tmp_path: Path) -> None:
    """As https://developer.hashicorp.com/terraform/language/modules/sources#fetching-archives."""
    handler = partial(SimpleHTTPRequestHandler, directory=str(archive.parent))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        source = f"http://127.0.0.1:{server.server_port}/{archive.name}//modules/file_pipeline"
        (tmp_path / "main.tf").write_text(f'module "pipeline" {{\n  source = "{source}"\n}}\n')
        tool = terraform.find()
        for command in (["init", "-backend=false", "-no-color"], ["validate", "-no-color"]):
            done = tool.run(tmp_path, command, capture=True)
            assert done.returncode == 0, done.stdout
        server.shutdown()
    fetched = tmp_path / ".terraform" / "modules" / "pipeline"
    assert (fetched / "dist" / "functions" / "validate_file.zip").is_file()
