"""Projects, releases, people and tokens from the command line, on a folder with no server."""

import json
from pathlib import Path

import pytest

from labelwright.cli.main import DONE, REFUSED, main


@pytest.fixture
def run(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    """Runs a command on a fresh folder; gives the exit code, and what was printed."""

    def go(*arguments: str) -> tuple[int, str, str]:
        capsys.readouterr()
        code = main([*arguments, "--data", str(tmp_path / "data")])
        told = capsys.readouterr()
        return code, told.out, told.err

    return go


@pytest.fixture
def ontology(tmp_path: Path) -> Path:
    """An ontology file."""
    file = tmp_path / "ontology.yaml"
    file.write_text("categories: [Cell, Dirt]\n", encoding="utf-8")
    return file


def test_a_project_is_made_listed_and_shown(run, ontology: Path) -> None:
    code, _, _ = run("project", "create", "Cells 1", "--ontology", str(ontology))
    _, listed, _ = run("project", "list")
    _, shown, _ = run("project", "show", "cells 1", "--json")

    assert code == DONE
    assert "Cells 1" in listed
    names = [entry["name"] for entry in json.loads(shown)["ontology"]["ontology"]["categories"]]
    assert names == ["Cell", "Dirt"]


def test_a_name_that_is_taken_is_refused_with_the_remedy(run) -> None:
    run("project", "create", "Cells")

    code, out, err = run("project", "create", "Cells")

    assert (code, out) == (REFUSED, "")
    assert err == "error: There is already a project named “Cells”.\n  Choose another name.\n"


def test_an_ontology_that_contradicts_itself_is_refused(run, ontology: Path) -> None:
    ontology.write_text("categories: [Cell, Cell]\n", encoding="utf-8")

    code, _, err = run("project", "create", "Cells", "--ontology", str(ontology))

    assert code == REFUSED
    assert "Cell” stands twice" in err
    assert run("project", "list")[1].startswith("No projects yet.")


def test_an_unknown_project_names_the_known(run) -> None:
    run("project", "create", "Cells")

    code, _, err = run("release", "list", "Bones")

    assert code == REFUSED
    assert "Known: “Cells”." in err


def test_a_release_of_nothing_is_refused(run) -> None:
    run("project", "create", "Cells")

    assert run("release", "create", "Cells", "v1")[0] == REFUSED
    assert run("release", "list", "Cells") == (DONE, "No releases yet.\n", "")


def test_a_person_is_invited_and_a_token_made(run) -> None:
    run("project", "create", "Cells")

    _, link, _ = run("member", "add", "Zoë", "--role", "reviewer", "--project", "Cells", "--json")
    code, token, _ = run("token", "create", "tests", "--scope", "read", "--scope", "annotate")

    assert "/invitation/" in json.loads(link)["link"]
    assert code == DONE
    assert len(token.strip()) > 40
    assert "owner@localhost" in run("member", "list")[1]


def test_a_workflow_is_a_file_that_can_be_changed_and_set(run, ontology: Path, tmp_path: Path) -> None:
    run("project", "create", "Cells", "--ontology", str(ontology))
    file = tmp_path / "workflow.yaml"
    file.write_text(run("project", "workflow", "Cells")[1].replace("answers: 1", "answers: 3"))

    code, out, _ = run("project", "workflow", "Cells", "--set", str(file))

    assert code == DONE
    assert "annotate -> disputed" in out
    assert "disputed -> adjudicate, review" in out
    assert "answers: 3" in run("project", "workflow", "Cells")[1]


def test_a_workflow_that_would_lose_items_is_refused_with_the_place(run, tmp_path: Path) -> None:
    run("project", "create", "Cells")
    file = tmp_path / "workflow.yaml"
    file.write_text("graph: {start: a, nodes: [{kind: stage, id: a, work: annotate, to: b}]}")

    code, _, err = run("project", "workflow", "Cells", "--set", str(file))

    assert code == REFUSED
    assert "“a” leads to “b”, which does not exist" in err
    assert "graph: null" in run("project", "workflow", "Cells")[1]
