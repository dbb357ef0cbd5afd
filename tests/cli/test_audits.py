"""Audits and certificates from the command line, on a folder with no server."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from labelwright.cli.main import DONE, REFUSED, main
from labelwright.cli.measured import percent
from labelwright.cli.options import Target
from labelwright.cli.reach import client
from labelwright.services.signing import is_signed

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
def released(run: Run, tmp_path: Path) -> Run:
    """A release v1 of ten pictures with a box each."""
    folder = tmp_path / "cars"
    (folder / "images").mkdir(parents=True)
    told: dict[str, list[dict[str, Any]]] = {"images": [], "annotations": []}
    for number in range(10):
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
    assert run("release", "create", "Cars", "v1")[0] == DONE
    return run


def judge(folder: Path, verdict: dict[str, Any] | None = None) -> int:
    """Judge everything that the newest audit draws, as the owner; gives how many there were."""
    count = 0
    with client(Target(data=folder)) as labelwright:
        (project,) = labelwright.projects.list()
        audit = labelwright.audits.list(project.id)[0].id
        while drawn := labelwright.connection.post(f"/audits/{audit}/draws/next", dict[str, Any] | None):  # type: ignore[arg-type]
            said = verdict or {"verdict": "right"}
            path = f"/audits/{audit}/draws/{drawn['number']}/verdict"
            labelwright.connection.post(path, dict[str, Any], said)
            count += 1
    return count


def test_a_release_is_audited_and_its_certificate_written(released: Run, tmp_path: Path) -> None:
    assert "not measured" in released("release", "list", "Cars")[1]
    code, opened, _ = released("audit", "open", "Cars", "v1", "--at-most", "0.2")
    assert code == DONE
    assert "at most 20 % wrong" in opened

    count = judge(tmp_path / "data")
    _, shown, _ = released("audit", "show", "Cars", "v1")
    code, closed, _ = released("audit", "close", "Cars", "v1")

    assert 0 < count < 10
    assert f"proved, {count} judged" in shown
    assert code == DONE
    assert closed.startswith("At most ")
    file = tmp_path / "out" / "cars.json"
    assert released("release", "certificate", "Cars", "v1", "-o", str(file))[0] == DONE
    beside = json.loads((tmp_path / "out" / "cars.json.sig").read_text())
    assert is_signed(file.read_bytes(), beside["signature"], beside["public_key"])
    assert json.loads(file.read_text())["release"] == "v1"
    assert "% wrong (95 %)" in released("release", "list", "Cars")[1]
    assert released("release", "verify", "Cars", "v1")[0] == DONE


def test_errors_refute_a_claim_and_the_list_says_so(released: Run, tmp_path: Path) -> None:
    released("audit", "open", "Cars", "v1", "--at-most", "0.1", "--unit", "item")
    judge(tmp_path / "data", {"verdict": "wrong", "code": "missing"})
    _, closed, _ = released("audit", "close", "Cars", "v1", "--json")

    assert json.loads(closed)["audit"]["claims"][0]["state"] == "refuted"
    assert "> 10 % incomplete (95 %)" in released("release", "list", "Cars")[1]


def test_what_is_not_there_is_refused_with_a_remedy(released: Run) -> None:
    assert "was not audited yet" in released("audit", "show", "Cars", "v1")[1]
    code, _, err = released("audit", "close", "Cars", "v1")
    assert code == REFUSED
    assert "has no open audit" in err
    assert released("release", "certificate", "Cars", "v1")[0] == REFUSED
    released("audit", "open", "Cars", "v1", "--at-most", "0.2")
    code, _, err = released("audit", "close", "Cars", "v1")
    assert code == REFUSED
    assert "Nothing was judged yet" in err
    assert released("audit", "open", "Cars", "v2", "--at-most", "0.2")[0] == REFUSED


def test_a_bound_in_words_is_rounded_up() -> None:
    assert [percent(share) for share in (0.05, 0.0121, 0.2, 0.00001)] == ["5 %", "1.3 %", "20 %", "0.1 %"]
