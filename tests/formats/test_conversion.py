"""From one format to another without a project."""

from pathlib import Path

import pytest

from labelwright.core.errors import BadFile, UnknownName, UnreadableLabels
from labelwright.core.shapes import Box
from labelwright.formats.coco import Coco
from labelwright.formats.conversion import convert
from labelwright.formats.folder import source_of
from labelwright.formats.format import WouldDrop
from labelwright.formats.voc import Voc
from tests.shared_data import shared_data


def boxes(form, place: Path) -> dict[str, list[tuple[str, Box]]]:
    items = form.read(source_of(place)).items
    return {i.name: [(a.category, a.shape) for a in i.document.annotations] for i in items}


def test_blood_cells_go_to_coco_and_back(tmp_path: Path) -> None:
    source = shared_data("detection/bccd")

    made = convert(source, tmp_path / "coco.zip", to="coco")
    convert(tmp_path / "coco.zip", tmp_path / "voc", to="voc")

    assert (made.read, made.items, made.kept) == ("voc", 364, 4888)
    assert not made.dropped
    assert len(made.faults) == 2
    before, after = boxes(Voc(), source), boxes(Voc(), tmp_path / "voc")
    assert before == after


@pytest.mark.parametrize("to", ["voc", "yolo", "yolo-seg", "yolo-obb", "yolo-pose"])
def test_what_would_be_dropped_needs_a_word_and_leaves_nothing(tmp_path: Path, to: str) -> None:
    source = shared_data("formats/datumaro_assets/coco_dataset/mmdet_coco")

    with pytest.raises(WouldDrop) as refused:
        convert(source, tmp_path / "out", to=to)
    made = convert(source, tmp_path / "out", to=to, drop=True)

    assert list(tmp_path.iterdir()) == [tmp_path / "out"]
    assert refused.value.report.dropped == made.dropped


def test_a_destination_with_something_in_it_is_refused(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out/mine.txt").write_text("mine")

    with pytest.raises(BadFile, match="not empty"):
        convert(shared_data("detection/bccd"), tmp_path / "out", to="coco")

    assert (tmp_path / "out/mine.txt").read_text() == "mine"


def test_unknown_formats_and_folders_without_labels_are_named(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in/picture.jpg").write_bytes(b"")

    with pytest.raises(UnknownName, match="klingon"):
        convert(tmp_path / "in", tmp_path / "out", to="klingon")
    with pytest.raises(UnreadableLabels, match="none of the formats"):
        convert(tmp_path / "in", tmp_path / "out", to="coco")
    with pytest.raises(BadFile):
        convert(tmp_path / "nowhere", tmp_path / "out", to="coco")


@pytest.mark.parametrize("name", ["zip_slip", "zip_symlink", "zip_bomb_200MB"])
def test_hostile_archives_are_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(BadFile):
        convert(shared_data(f"hostile/generated/{name}.zip"), tmp_path / "out", to="coco")

    assert list(tmp_path.iterdir()) == []


def test_categories_keep_their_order(tmp_path: Path) -> None:
    source = shared_data("formats/labelformat/object_detection/COCO/train.json")

    convert(source, tmp_path / "yolo", to="yolo")
    back = source_of(tmp_path / "yolo")

    from labelwright.formats.yolo import Yolo

    assert Yolo().read(back).categories == Coco().read(source_of(source)).categories
