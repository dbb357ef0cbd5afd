"""What the docs show works as shown."""

import re
from pathlib import Path

import pytest

from labelwright.cli.main import COMMANDS
from labelwright.core import ontology_yaml
from labelwright.demo import BLOOD_CELLS

ROOT = Path(__file__).parent.parent.parent
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]


@pytest.mark.parametrize(
    "file", [*(ROOT / "examples").glob("*.yaml"), BLOOD_CELLS / "ontology.yaml"], ids=str
)
def test_an_example_ontology_is_one(file: Path) -> None:
    ontology = ontology_yaml.read(file.read_text(encoding="utf-8"))

    assert len(ontology.categories) >= 3


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.name)
def test_every_command_that_a_page_names_exists(page: Path) -> None:
    named = re.findall(r"(?:^|[`“])labelwright ([a-z]+)", page.read_text(encoding="utf-8"), re.MULTILINE)

    assert set(named) - set(COMMANDS) == set()


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.name)
def test_every_link_between_pages_leads_somewhere(page: Path) -> None:
    links = re.findall(r"\]\((?!https?:|#)([^)#]+)", page.read_text(encoding="utf-8"))
    pictures_made_later = {"docs/images/studio.png"}

    assert [
        link for link in links if not (page.parent / link).exists() and link not in pictures_made_later
    ] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.name)
def test_every_make_word_that_a_page_names_exists(page: Path) -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    named = re.findall(r"(?:^|`|“)make ([a-z-]+)", page.read_text(encoding="utf-8"), re.MULTILINE)

    assert [word for word in named if f"\n{word}:" not in makefile] == []
