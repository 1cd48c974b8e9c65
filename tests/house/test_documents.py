"""What the documents promise is there: links, words of make, files they name."""

import re
from pathlib import Path

import pytest

from tests.house.tree import PACKAGE, ROOT, name_of, tracked

DOCUMENTS = [path for path in tracked() if path.suffix == ".md"]
LINK = re.compile(r"\[[^\]]*\]\(([^)#]+)(?:#[^)]*)?\)")
MAKE = re.compile(r"`make ([a-z]+)|^make ([a-z]+)", re.MULTILINE)
WORD = re.compile(r"^([a-z]+):.*## ", re.MULTILINE)
DECISION = re.compile(r"\d{4}-[a-z0-9-]+\.md")
TOP = ("README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md", "THREAT_MODEL.md", "LICENSE")
WORDS = {"run", "test", "interpreted", "lint", "check", "sanitize", "fuzz", "bench", "docs"}
PART = re.compile(r"`(engine|http1|http|routing|config|control|cli)/(\w+)`")


@pytest.mark.parametrize("path", DOCUMENTS, ids=name_of)
def test_links_lead_somewhere(path: Path) -> None:
    inside = [link for link in LINK.findall(path.read_text()) if "://" not in link]
    assert [link for link in inside if not (path.parent / link).exists()] == []


@pytest.mark.parametrize("path", DOCUMENTS, ids=name_of)
def test_words_of_make_exist(path: Path) -> None:
    said = {first or second for first, second in MAKE.findall(path.read_text())}
    assert said <= WORDS


@pytest.mark.parametrize("path", [path for path in DOCUMENTS if path.parent == ROOT], ids=name_of)
def test_modules_that_a_document_names_exist(path: Path) -> None:
    named = [f"{package}/{module}" for package, module in PART.findall(path.read_text())]
    assert [name for name in named if not (PACKAGE / f"{name}.py").exists()] == []


def test_the_words_of_make() -> None:
    assert set(WORD.findall((ROOT / "Makefile").read_text())) == WORDS | {"help"}


@pytest.mark.parametrize("name", TOP)
def test_the_house_has_its_papers(name: str) -> None:
    assert (ROOT / name) in tracked()


def test_decisions_are_numbered_without_a_gap() -> None:
    names = sorted(path.name for path in (ROOT / "docs" / "decisions").glob("*.md"))
    assert [name for name in names if not DECISION.fullmatch(name)] == []
    assert [int(name[:4]) for name in names] == list(range(1, len(names) + 1))
