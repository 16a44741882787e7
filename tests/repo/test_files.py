"""What may be committed at all."""

import re
from pathlib import Path

from tests.repo.tree import ROOT, text, tracked

# In parts, so that this file does not hold what it forbids.
REGISTRY_HOSTS = ("pypi" + ".org", "pythonhosted" + ".org", "registry.npmjs" + ".org")
MACHINE_PATHS = re.compile(r"(?<![\w.])/(?:home|Users|root|work)/(?!me\b)[\w.]+")
SECRETS = re.compile(r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b|-----BEGIN [A-Z ]*PRIVATE KEY-----")
MAX_LINES = {"tests": 600}
MAX_LINES_ELSEWHERE = 400


def _texts() -> list[tuple[Path, str]]:
    return [(path, content) for path in tracked() if (content := text(path)) is not None]


def test_no_file_is_over_one_mebibyte() -> None:
    large = [str(path) for path in tracked() if (ROOT / path).stat().st_size > 1024 * 1024]
    assert not large


def test_no_registry_host_stands_in_a_file() -> None:
    wrong = [str(path) for path, content in _texts() if any(h in content for h in REGISTRY_HOSTS)]
    assert not wrong


def test_no_absolute_path_of_a_machine_stands_in_a_file() -> None:
    wrong = [
        f"{path}: {found.group()}"
        for path, content in _texts()
        if (found := MACHINE_PATHS.search(content))
    ]
    assert not wrong, "\n".join(wrong)


def test_no_credentials_stand_in_a_file() -> None:
    wrong = [str(path) for path, content in _texts() if SECRETS.search(content)]
    assert not wrong


def test_source_files_stay_short_enough_to_read() -> None:
    long = [
        f"{path}: {content.count(chr(10))} lines"
        for path, content in _texts()
        if path.suffix in {".py", ".tf", ".sh"}
        and content.count("\n") > MAX_LINES.get(path.parts[0], MAX_LINES_ELSEWHERE)
    ]
    assert not long, "split by noun:\n" + "\n".join(long)


def test_requirements_are_pinned_and_name_no_address() -> None:
    for path in tracked():
        if path.name.startswith("requirements") and path.suffix == ".txt":
            for line in (text(path) or "").splitlines():
                if line.strip() and not line.startswith("#"):
                    assert re.fullmatch(r"[\w.\-\[\],]+==[\w.!+]+(\s*;.*)?", line), (
                        f"{path}: {line}"
                    )
