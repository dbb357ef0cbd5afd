"""Gold from the command line, on a folder with no server."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from labelwright.cli.main import DONE, REFUSED, main
from labelwright.cli.options import Target
from labelwright.cli.reach import client

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs a command on a folder; gives the exit code, and what was printed."""

    def go(*arguments: str) -> tuple[int, str, str]:
        capsys.readouterr()
        code = main([*arguments, "--data", str(tmp_path / "data")])
        told = capsys.readouterr()
        return code, told.out, told.err

    return go


@pytest.fixture
def cars(run: Run, tmp_path: Path) -> list[str]:
    """A project of three pictures that are done; the ids of its items."""
    folder = tmp_path / "cars"
    (folder / "images").mkdir(parents=True)
    told: dict[str, list[dict[str, Any]]] = {"images": [], "annotations": []}
    for number in range(3):
        name = f"{number}.png"
        Image.effect_noise((64, 48), 20 + 9 * number).convert("RGB").save(folder / "images" / name)
        told["images"].append({"id": number, "file_name": name, "width": 64, "height": 48})
        box = {"id": number, "image_id": number, "category_id": 0, "bbox": [4, 4, 20, 20]}
        told["annotations"].append(box)
    told["categories"] = [{"id": 0, "name": "Car"}]
    (folder / "labels.json").write_text(json.dumps(told))
    ontology = tmp_path / "ontology.yaml"
    ontology.write_text("categories: [Car]\n", encoding="utf-8")
    assert run("project", "create", "Cars", "--ontology", str(ontology), "--no-review")[0] == DONE
    # A process of its own, for a process runs the jobs of one folder.
    bring = [sys.executable, "-m", "labelwright", "import", "Cars", str(folder)]
    subprocess.run([*bring, "--data", str(tmp_path / "data")], capture_output=True, timeout=120, check=True)
    with client(Target(data=tmp_path / "data")) as labelwright:
        return [one.id for one in labelwright.items.list(labelwright.projects.find("Cars").id)]


def test_items_that_somebody_vouches_for_become_gold_and_are_listed(run: Run, cars: list[str]) -> None:
    assert "gold add Cars" in run("gold", "list", "Cars")[1]
    assert "expert" in run("gold", "add", "Cars")[1]

    code, told, _ = run("gold", "add", "Cars", "--from", "expert", "--item", cars[0], "--item", "nothing")

    assert code == DONE
    assert told.splitlines() == [
        "1 item is gold now.",
        "  left out nothing: there is no such item in this project",
    ]
    head, row = run("gold", "list", "Cars")[1].splitlines()
    assert head.split()[:4] == ["ITEM", "FROM", "QUEUES", "ANSWERS"]
    assert row.split()[:5] == ["images/0.png", "expert", "yes", "0", "–"]
    assert json.loads(run("gold", "list", "Cars", "--json")[1])[0]["item"] == cars[0]
    assert run("gold", "answers", "Cars")[1].strip() == "Nobody has answered any yet."


def test_a_plan_is_shown_changed_piece_by_piece_and_checked(run: Run, cars: list[str]) -> None:
    assert cars
    assert "Set a share" in run("gold", "plan", "Cars")[1]
    assert run("gold", "plan", "Cars", "--rate", "0.1", "--pause", "5")[0] == DONE

    told = run("gold", "plan", "Cars", "--feedback", "later", "--later-hours", "2")[1]

    assert "10 % of tasks are gold, with at least 5 works between two." in told
    assert "after 2 hours" in told
    code, _, complained = run("gold", "plan", "Cars", "--rate", "0.9")
    assert code == REFUSED
    assert "0.5" in complained


def test_without_a_number_or_items_nothing_is_added(run: Run, cars: list[str]) -> None:
    assert cars

    code, _, complained = run("gold", "add", "Cars", "--from", "reviewed")

    assert code == REFUSED
    assert "--count or --item" in complained
