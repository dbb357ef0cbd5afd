"""KITTI: its samples, with figures in space, and labelformat's with spaces in names of types."""

from pathlib import Path

import pytest

from labelwright.core.document import Document
from labelwright.core.errors import UnreadableLabels
from labelwright.core.shapes import Box
from labelwright.formats.folder import source_of
from labelwright.formats.format import LabeledItem, Reading
from labelwright.formats.kitti import Kitti
from labelwright.formats.registry import choose
from tests.conformance.conftest import annotation, item, written
from tests.shared_data import shared_data


def read(root: Path) -> tuple[Reading, dict[str, LabeledItem]]:
    reading = Kitti().read(source_of(root))
    return reading, {entry.name: entry for entry in reading.items}


def boxes(entry: LabeledItem) -> list[tuple[str, tuple[float, ...]]]:
    return [(a.category, tuple(a.shape.bounds)) for a in entry.document.annotations]


def test_datumaros_sample() -> None:
    place = shared_data("formats/datumaro_assets/kitti_dataset/kitti_detection")
    reading, found = read(place)

    assert reading.categories == ["Truck", "Van"]
    assert boxes(found["000030_10.png"]) == [("Truck", (0, 1, 2, 3)), ("Van", (0, 5, 1, 8))]
    flags = [a.flags for a in found["000030_11.png"].document.annotations]
    assert [(f.get("truncated"), f.get("occluded")) for f in flags] == [(1, 1), (None, None), (None, 1)]
    assert {entry.split for entry in found.values()} == {"train"}
    assert found["000030_10.png"].width > 0
    assert not reading.faults
    assert choose(source_of(place))[0].name == "kitti"


def test_figures_in_space_are_flags() -> None:
    _, found = read(shared_data("formats/datumaro_assets/kitti_dataset/kitti_3d"))

    truck, _, other = found["000001.png"].document.annotations
    assert truck.flags == {
        "alpha": -1.57,
        "dimensions": "2.85 2.63 12.34",
        "location": "0.47 1.49 69.44",
        "rotation_y": -1.56,
    }
    assert (other.category, other.flags) == ("DontCare", {})


def test_splits_inside_of_the_folder_of_labels() -> None:
    _, found = read(shared_data("formats/datumaro_assets/kitti_dataset/kitti_3d_with_subset"))

    assert {name: entry.split for name, entry in found.items()} == {
        "000000.png": "train",
        "000001.png": "val",
        "000002.png": "test",
    }
    assert all(entry.width for entry in found.values())


def test_labelformats_sample_with_spaces_in_types() -> None:
    place = shared_data("formats/labelformat/object_detection/KITTI")
    reading, found = read(place)

    first = found["a-weird Filename.asdf.jpg"]
    assert boxes(first)[0] == ("dog", (540, 295, 563, 313))
    assert ("bicycle with space", (75, 198, 81, 213)) in boxes(first)
    assert sum(len(boxes(entry)) for entry in found.values()) == 16
    assert first.width > 0
    assert not reading.faults
    assert choose(source_of(place))[0].name == "kitti"


def test_scores_and_flags_come_back(tmp_path: Path) -> None:
    flags = {"truncated": 0.25, "occluded": 2.0, "alpha": -1.5, "dimensions": "1 2 3", "rotation_y": 0.5}
    document = Document(annotations=(annotation(1, flags=flags),))
    losses = written(Kitti(), [item("a.png", document)], tmp_path / "out")
    line = (tmp_path / "out/training/label_2/a.txt").read_text()

    assert line == "cell 0.25 2 -1.5 1.5 2.25 30.1 20.7 1 2 3 -1000 -1000 -1000 0.5\n"
    assert read(tmp_path / "out")[1]["a.png"].document.annotations[0].flags == flags
    assert not losses.dropped


def test_bad_lines_are_faults(tmp_path: Path) -> None:
    (tmp_path / "label_2").mkdir()
    good = "Car 0 0 -10 1 1 2 2 -1 -1 -1 -1000 -1000 -1000 -10"
    lines = [good, "Car 0 0 -10 1 1", good.replace("1 1 2 2", "2 1 1 2"), good.replace("-10 1", "nan 1"), ""]
    (tmp_path / "label_2/a.txt").write_text("\n".join([*lines, good + " 0.5"]))
    reading, found = read(tmp_path)

    assert [a.shape for a in found["a.png"].document.annotations] == [
        Box(left=1, top=1, right=2, bottom=2)
    ] * 2
    assert found["a.png"].document.annotations[1].evidence.score == 0.5
    assert [fault.place for fault in reading.faults] == ["line 2", "line 3", "line 4"]


def test_a_folder_without_labels_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableLabels, match="label_2"):
        Kitti().read(source_of(tmp_path))


def test_polygons_of_yolo_are_no_lines_of_kitti(tmp_path: Path) -> None:
    (tmp_path / "labels").mkdir()
    (tmp_path / "labels/a.txt").write_text("0 " + " ".join(["0.5"] * 20) + "\n")

    assert Kitti().recognize(source_of(tmp_path)) is None


def test_an_export_that_says_nothing_is_still_recognized(tmp_path: Path) -> None:
    written(Kitti(), [item("a.png", Document())], tmp_path / "out")

    assert choose(source_of(tmp_path / "out"))[0].name == "kitti"
