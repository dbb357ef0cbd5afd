"""Pages that cannot go stale: generated ones are current, and every dependency has its reason."""

import json
import re
import tomllib
from pathlib import Path

import pytest
from scripts.make_docs import looked_up

ROOT = Path(__file__).parent.parent.parent
DEPENDENCIES = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("page", looked_up(), ids=lambda path: path.name)
def test_a_generated_page_is_current(page: Path) -> None:
    assert page.read_text(encoding="utf-8") == looked_up()[page], "run “make docs”"


def python_packages() -> list[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    listed = project["project"]["dependencies"] + project["dependency-groups"]["dev"]
    return sorted({re.match(r"[A-Za-z0-9._-]+", entry)[0] for entry in listed})


def web_packages() -> list[str]:
    package = json.loads((ROOT / "web" / "package.json").read_text(encoding="utf-8"))
    return sorted({*package["dependencies"], *package["devDependencies"]})


@pytest.mark.parametrize("name", [*python_packages(), *web_packages()])
def test_every_dependency_is_listed_with_its_reason_and_licence(name: str) -> None:
    assert re.search(rf"^\| {re.escape(name)} \| .+ \| .+ \|$", DEPENDENCIES, re.MULTILINE | re.IGNORECASE)


def test_no_dependency_is_listed_that_is_gone() -> None:
    known = {*python_packages(), *web_packages(), "package"}
    sections = DEPENDENCIES.split("## Data")[0]
    listed = set(re.findall(r"^\| ([^ |]+) \|", sections, re.MULTILINE)) - {"---"}

    assert listed - known == set()


def test_the_lock_files_hold_hashes_and_no_addresses() -> None:
    for name in ("requirements.lock", "requirements-dev.lock"):
        text = (ROOT / name).read_text(encoding="utf-8")
        assert "--hash=sha256:" in text
        assert "://" not in text
