"""KITTI's masks: Datumaro's sample, and numbers that are no class."""

from pathlib import Path

from labelwright.formats.folder import source_of
from labelwright.formats.kitti_masks import KittiMasks
from labelwright.formats.registry import choose
from tests.formats.label_map_files import put, read, said, sample


def test_datumaros_sample() -> None:
    place = sample("kitti_dataset/kitti_segmentation")
    reading, found = read(KittiMasks(), place)

    assert [(word, area) for word, _, area in said(found["000030_10.png"])] == [
        ("out of roi", 2),
        ("truck", 1),
        ("truck", 2),
    ]
    assert [word for word, _, _ in said(found["000030_11.png"])] == ["out of roi", "wall", "train"]
    assert found["000030_11.png"].split == "train"
    assert not reading.faults
    assert choose(source_of(place))[0].name == "kitti-masks"


def test_classes_alone_and_numbers_that_are_none(tmp_path: Path) -> None:
    put(tmp_path, "training/semantic/a.png", [[0, 26, 99]])
    reading, found = read(KittiMasks(), tmp_path)

    assert said(found["a.png"]) == [("car", (1, 0, 2, 1), 1)]
    assert [fault.reason for fault in reading.faults] == ["there is no class of the number 99"]
