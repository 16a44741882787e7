"""What the README promises is there."""

import re
import subprocess

from tests.repo.tree import ROOT, below, text, tracked

README = (ROOT / "README.md").read_text(encoding="utf-8")


def _verbs() -> set[str]:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    return set(re.findall(r"^([a-z-]+):.*##", makefile, re.MULTILINE))


def test_every_make_verb_in_the_documents_exists() -> None:
    for path in [*below("docs", ".md"), *(p for p in tracked() if p.name == "README.md")]:
        content = text(path) or ""
        named = set(re.findall(r"(?:^|`)make ([a-z][a-z-]+)", content, re.MULTILINE))
        assert named <= _verbs(), f"{path} names verbs that the Makefile lacks"


def test_help_shows_every_verb() -> None:
    shown = subprocess.run(
        ["make", "help"], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout
    missing = [verb for verb in _verbs() if not re.search(rf"\b{verb}\b", shown)]
    assert not missing


def test_every_relative_link_of_a_document_leads_somewhere() -> None:
    broken = []
    for path in tracked():
        if path.suffix == ".md":
            for target in re.findall(r"\]\((?!https?:|#|mailto:)([^)#]+)", text(path) or ""):
                if not (ROOT / path.parent / target).exists():
                    broken.append(f"{path} → {target}")
    assert not broken, "\n".join(broken)


def test_the_tables_list_every_room_and_every_module() -> None:
    rooms = {path.parts[0] for path in tracked() if len(path.parts) > 1} - {".ci"}
    modules = {path.parts[1] for path in below("modules", ".tf")}
    assert {room for room in rooms if f"| `{room}/` |" not in README} == set()
    assert {name for name in modules if f"(modules/{name})" not in README} == set()
