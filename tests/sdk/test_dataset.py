"""A release as trainers want it: samples, folders and tables, in the libraries of others where they are."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from labelwright.core.errors import BadFile, UnreadableLabels
from labelwright.formats import registry
from labelwright.formats.folder import source_of
from labelwright.formats.format import WouldDrop
from labelwright.sdk.dataset import MissingLibrary, ReleaseData, open_release
from tests.conformance.conftest import ONTOLOGY, every_kind, item, written

ROOT = Path(__file__).resolve().parents[2]
ORACLES = ROOT / ".venv" / "oracles" / "bin" / "python"
WHOLE = registry.get("labelwright")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A release of three items in two splits, with a shape of every kind."""
    splits = {"a.png": "train", "sub folder/b.png": "val", "c.png": "train"}
    items = [item(name, every_kind(WHOLE), split=split) for name, split in splits.items()]
    written(WHOLE, items, tmp_path / "release")
    return tmp_path / "release"


def test_samples_come_with_pictures_names_and_boxes(folder: Path) -> None:
    data = open_release(folder)

    assert [sample.name for sample in data] == ["a.png", "sub folder/b.png", "c.png"]
    assert data.classes == [category.name for category in ONTOLOGY.categories]
    assert data[0].image().size == (50, 40)
    assert len(data[0].boxes()) == len(data[0].annotations) - 2  # but for the two tags
    assert (data[0].boxes()[0][0], data[0].boxes()[0][1].left) == ("Zelle", 1.5)


def test_a_split_is_a_part_and_one_that_is_not_there_is_named(folder: Path) -> None:
    data = open_release(folder)

    assert (data.splits, len(data.split("train")), len(data.split("val"))) == (["train", "val"], 2, 1)
    with pytest.raises(BadFile, match="no split “test”") as refused:
        data.split("test")
    assert "train, val" in refused.value.remedy


def test_a_picture_that_was_changed_is_not_shown(folder: Path) -> None:
    (folder / "images" / "a.png").write_bytes(b"another")

    with pytest.raises(UnreadableLabels, match="not the picture"):
        open_release(folder)[0].image()


def test_a_release_without_pictures_says_how_to_get_them(tmp_path: Path) -> None:
    from dataclasses import replace

    written(WHOLE, [replace(item("a.png", every_kind(WHOLE)), media=None)], tmp_path / "bare")

    with pytest.raises(BadFile, match="picture is not in the folder"):
        open_release(tmp_path / "bare")[0].image()


@pytest.mark.parametrize(
    ("task", "name"), [("detect", "yolo"), ("segment", "yolo-seg"), ("pose", "yolo-pose")]
)
def test_ultralytics_gets_a_folder_to_train_on(folder: Path, tmp_path: Path, task: str, name: str) -> None:
    place = open_release(folder).ultralytics(tmp_path / "yolo", task)

    items = list(registry.get(name).read(source_of(place.parent)).items)
    assert sorted((one.name, one.split) for one in items) == [
        ("a.png", "train"), ("c.png", "train"), ("sub folder/b.png", "val"),
    ]  # fmt: skip
    assert all(one.document.annotations for one in items)
    assert (place.parent / "images/train/a.png").exists()


def test_what_another_format_cannot_hold_is_refused_until_allowed(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(WouldDrop):
        open_release(folder).write(tmp_path / "coco", "coco")
    losses = open_release(folder).write(tmp_path / "coco", "coco", drop=True)

    assert losses.kept
    assert losses.dropped


def test_a_library_that_is_missing_is_named(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)

    with pytest.raises(MissingLibrary, match="torch") as refused:
        open_release(folder).torch()

    assert "pip install torch" in refused.value.remedy


def test_pytorch_gets_boxes_and_masks_by_number(folder: Path) -> None:
    torch: Any = pytest.importorskip("torch", reason="PyTorch is not installed")
    data: ReleaseData = open_release(folder)

    picture, target = data.torch(masks=True)[1]

    shapes = [entry.shape for entry in data[1].annotations if entry.shape is not None]
    assert tuple(picture.shape) == (3, 40, 50)
    assert target["boxes"].dtype == torch.float32
    assert target["boxes"].tolist() == [pytest.approx(list(shape.bounds)) for shape in shapes]
    assert int(target["labels"].min()) == 1
    assert tuple(target["masks"].shape) == (len(shapes), 40, 50)


def test_the_example_runs_with_the_libraries_of_others(folder: Path) -> None:
    if not ORACLES.exists():
        pytest.skip("the readers of other tools are not here (python scripts/oracles.py)")

    done = subprocess.run(
        [ORACLES, ROOT / "examples/train_from_release.py", folder, folder.parent / "yolo"],
        capture_output=True,
        text=True,
        check=False,
        env={
            **os.environ,
            "PYTHONPATH": str(ROOT / "src"),
            "HF_HUB_OFFLINE": "1",
            "HF_DATASETS_CACHE": str(folder.parent / "cache"),
        },
    )

    assert done.returncode == 0, done.stderr[-2000:]
    told = dict(line.split(": ", 1) for line in done.stdout.splitlines())
    assert told["iterable"].startswith("3 samples, 54 boxes")
    assert told["datasets"] == "3 rows, (50, 40), boxes 18"
    assert told["polars"] == "60 annotations, 2 categories"
    assert told["duckdb"].count("30") == 2
    assert told["ultralytics"].endswith("data.yaml")
