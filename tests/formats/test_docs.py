"""The pages about formats are what the formats do now."""

from functools import cache
from pathlib import Path

import pytest

from labelwright.formats import docs
from labelwright.formats.registry import FORMATS

pages = cache(docs.pages)
FOLDER = Path(__file__).resolve().parents[2] / "docs" / "formats"


@pytest.mark.parametrize("name", ["index.md", "guarantees.md", *(f"{name}.md" for name in FORMATS)])
def test_the_page_is_current(name: str) -> None:
    assert (FOLDER / name).read_text(encoding="utf-8") == pages()[name], "run “make docs”"


def test_no_page_is_left_of_a_format_that_is_gone() -> None:
    assert {path.name for path in FOLDER.glob("*.md")} == {*pages(), "README.md"}
