"""`labelwright import` previews on a page, writes a mapping to edit, and keeps to it."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from labelwright.cli.main import DONE, REFUSED, main
from labelwright.cli.mapping import mapping_to_edit, read_mapping
from labelwright.cli.told import labels_told
from labelwright.core.errors import InvalidInput

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Runs a command on a folder with a project of two categories; gives the exit code and what it said.

    Each is a process of its own, as for people: a process runs the jobs of one folder.
    """

    def go(*arguments: str | Path) -> tuple[int, str, str]:
        command = [
            sys.executable,
            "-m",
            "labelwright",
            *map(str, arguments),
            "--data",
            str(tmp_path / "data"),
        ]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
        return done.returncode, done.stdout, done.stderr

    ontology = tmp_path / "ontology.yaml"
    ontology.write_text("categories: [Car, Truck]\n", encoding="utf-8")
    go("project", "create", "Streets", "--ontology", ontology, "--no-review")
    return go


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A picture and a COCO file with a box for each of three words."""
    folder = tmp_path / "in"
    folder.mkdir()
    Image.effect_noise((100, 80), 50).convert("RGB").save(folder / "one.png")
    words = ["Cars", "lorry", "junk"]
    content = {
        "images": [{"id": 1, "file_name": "one.png", "width": 100, "height": 80}],
        "categories": [{"id": n, "name": word} for n, word in enumerate(words)],
        "annotations": [
            {
                "id": n,
                "image_id": 1,
                "category_id": n,
                "bbox": [30 * n, 2, 20, 20],
                "attributes": {"wet": True},
            }
            for n in range(3)
        ],
    }
    (folder / "labels.json").write_text(json.dumps(content))
    return folder


def test_a_preview_writes_a_mapping_which_is_edited_and_kept_to(
    run: Run, source: Path, tmp_path: Path
) -> None:
    mapping, report = tmp_path / "mapping.json", tmp_path / "report.json"
    run("import", "Streets", source, "--only", "images")

    preview = run("import", "Streets", source, "--dry-run", "--ignore", "junk", "--save-mapping", mapping)
    written = json.loads(mapping.read_text())
    edited = {**written, "categories": {**written["categories"], "lorry": {"do": "map", "to": "Truck"}}}
    mapping.write_text(json.dumps(edited))
    options = ("--only", "labels", "--mapping", mapping, "--mode", "merge", "--iou", "0.7")
    done = run("import", "Streets", source, *options, "--report", report)
    again = run("import", "Streets", source, *options)

    assert [code for code, _, _ in (preview, done, again)] == [DONE, DONE, DONE]
    assert "Preview: nothing is written." in preview[1]
    assert "1 of 1 items matched (1 by name)" in preview[1]
    assert "unknown (like Car?)" in preview[1]
    assert written == {
        "categories": {
            "Cars": {"do": "map", "to": "car"}, "lorry": {"do": "create"}, "junk": {"do": "ignore"},
        },
        "attributes": {"wet": {"do": "create", "kind": "flag"}},
    }  # fmt: skip
    assert "2 annotations came in" in done[1]
    assert json.loads(report.read_text())[0]["created_attributes"] == ["wet"]
    assert "merged at IoU 0.7: 2 matched (2 the same, 0 kept as they were, 0 taken from the file)" in again[1]


@pytest.mark.parametrize("text", ["[]", "nonsense", "1"])
def test_a_mapping_that_is_none_is_refused(tmp_path: Path, text: str) -> None:
    mapping = tmp_path / "mapping.json"
    mapping.write_text(text)

    with pytest.raises(InvalidInput, match="is no mapping"):
        read_mapping(mapping, ())


def test_what_is_ignored_on_the_command_line_joins_the_mapping(tmp_path: Path) -> None:
    mapping = tmp_path / "mapping.json"
    mapping.write_text('{"categories": {"a": {"do": "map", "to": "b"}}}')

    assert read_mapping(mapping, ["junk"]) == {
        "categories": {"a": {"do": "map", "to": "b"}, "junk": {"do": "ignore"}}
    }
    assert read_mapping(None, ()) == {}


def test_a_mapping_to_edit_prefers_what_was_chosen_then_what_is_remembered() -> None:
    words = [{"name": name, "suggestion": None} for name in ("chosen", "known", "new")]
    report = {
        "file_categories": words,
        "mapping": {"categories": {"chosen": {"do": "ignore"}}},
        "remembered": {"mapping": {"categories": {"chosen": {"do": "create"}, "known": {"do": "ignore"}}}},
    }

    assert mapping_to_edit(report)["categories"] == {
        "chosen": {"do": "ignore"}, "known": {"do": "ignore"}, "new": {"do": "create"},
    }  # fmt: skip


def test_a_mapping_to_edit_is_written_by_a_preview_only(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["import", "Streets", str(tmp_path), "--save-mapping", str(tmp_path / "mapping.json")]

    code = main([*arguments, "--data", str(tmp_path / "data")])

    assert code == REFUSED
    assert "--dry-run" in capsys.readouterr().err


def test_a_long_report_is_cut_on_the_terminal_and_says_where_the_rest_is() -> None:
    words = [
        {"name": f"word {n}", "annotations": n, "shapes": ["box"], "goes_to": None, "ignored": False}
        for n in range(300)
    ]
    faults = [{"file": "a.json", "place": f"line {n}", "reason": "no number"} for n in range(100)]

    text = labels_told({"dry_run": True, "file_categories": words, "faults": faults, "format_title": "COCO"})

    assert "and 270 more (see --report FILE)" in text
    assert "a.json, line 3, no number" in text
    assert "and 80 more (see --report FILE)" in text
