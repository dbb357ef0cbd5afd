"""Label maps: by number and by color, with and without lists, and painting one annotation over another."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from labelwright.core.document import Document
from labelwright.core.errors import UnreadableLabels
from labelwright.core.shapes import Box, Ellipse, Mask
from labelwright.formats.folder import source_of
from labelwright.formats.label_maps import areas, code_of, map_of, number_of_voc_color, voc_color
from labelwright.formats.masks import Masks
from labelwright.formats.painting import CUT, DRAWN, HIDDEN
from labelwright.formats.registry import choose
from labelwright.formats.rle import windowed
from tests.conformance.conftest import annotation, item, picture, written
from tests.formats.label_map_files import put, read, said, sample
from tests.shared_data import shared_data


def test_datumaros_sample_of_colors() -> None:
    place = sample("common_semantic_segmentation_dataset/dataset")
    reading, found = read(Masks(), place)

    assert reading.categories == ["Animal", "Archway", "Bicyclist", "Child", "Road"]
    assert sorted(found) == ["0001.png", "0002.png"]
    assert said(found["0002.png"]) == [("Animal", (0, 0, 3, 1), 3), ("Child", (3, 0, 5, 1), 2)]
    assert not reading.faults
    assert choose(source_of(place))[0].name == "masks"


def test_names_that_match_but_for_their_beginnings() -> None:
    _, found = read(Masks(), sample("common_semantic_segmentation_dataset/non_standard_dataset"))

    assert sorted(found) == ["image_0001.png", "image_0002.png"]
    assert [word for word, _, _ in said(found["image_0002.png"])] == ["Animal", "Road", "SignSymbol"]


def test_synthias_colors_stand_in_a_text_file() -> None:
    reading, found = read(Masks(), sample("synthia_dataset/rand_custom_labelmap"))

    assert reading.categories == ["sky", "building", "person", "road"]
    assert said(found["000000.png"]) == [("sky", (0, 0, 3, 1), 3), ("road", (3, 0, 5, 1), 2)]


def test_labelformats_list_of_names_by_number() -> None:
    place = shared_data("formats/labelformat/semantic_segmentation/pascalvoc")
    reading, found = read(Masks(), place)

    assert len(reading.categories) == 20
    assert said(found["subdir/2007_000033.jpg"]) == [("aeroplane", (8, 109, 500, 262), 30937)]
    first = Image.open(place / "SegmentationClass/2007_000032.png")
    assert [area for _, _, area in said(found["2007_000032.jpg"])] == [
        int((np.asarray(first) == number).sum()) for number in (1, 15)
    ]


def test_maps_without_a_list_have_their_numbers_as_classes_and_255_says_nothing(tmp_path: Path) -> None:
    put(tmp_path, "masks/train/a.png", [[0, 3, 3], [255, 3, 0]])
    put(tmp_path, "images/train/a.png", [[0, 0, 0], [0, 0, 0]])
    reading, found = read(Masks(), tmp_path)

    assert reading.categories == ["class 3"]
    assert found["train/a.png"].document.annotations[0].shape == Mask(
        left=1, top=0, width=2, height=2, runs=(0, 3, 1)
    )
    assert found["train/a.png"].split == "train"
    assert "by the numbers" in reading.notes[0]


def test_numbers_and_colors_that_the_list_does_not_have_are_faults(tmp_path: Path) -> None:
    put(tmp_path, "masks/a.png", [[0, 1, 9]])
    put(tmp_path, "masks/b.png", [[(1, 2, 3), (0, 0, 0), (128, 0, 0)]])
    (tmp_path / "masks/c.png").write_bytes(b"\x89PNG no")
    for name in "abc":
        put(tmp_path, f"images/{name}.png", [[0, 0, 0]])
    (tmp_path / "labelmap.txt").write_text("background:0,0,0::\ncat:128,0,0::\n")
    reading, found = read(Masks(), tmp_path)

    assert [(name, len(entry.document.annotations)) for name, entry in found.items()] == [
        ("a.png", 1),
        ("b.png", 1),
        ("c.png", 0),
    ]
    assert [fault.file for fault in reading.faults] == ["masks/a.png", "masks/b.png", "masks/c.png"]
    assert "the number 9" in reading.faults[0].reason
    assert "(1, 2, 3)" in reading.faults[1].reason


def test_sixteen_bits_hold_more_than_255_classes(tmp_path: Path) -> None:
    put(tmp_path, "masks/a.png", [[0, 1, 300]], wide=True)
    put(tmp_path, "images/a.png", [[0, 0, 0]])
    (tmp_path / "classes.txt").write_text("".join(f"c{number}\n" for number in range(301)))
    _, found = read(Masks(), tmp_path)

    assert [word for word, _, _ in said(found["a.png"])] == ["c0", "c1", "c300"]


def test_what_is_painted_over_is_cut_and_what_is_hidden_is_dropped(tmp_path: Path) -> None:
    document = Document(
        annotations=(
            annotation(1, Box(left=0, top=0, right=10, bottom=10), "zz"),
            annotation(2, Box(left=20, top=20, right=22, bottom=22), "zz"),
            annotation(3, Ellipse(x=21, y=21, rx=6, ry=6), "aa"),
            annotation(4, Box(left=5, top=0, right=10, bottom=10), "aa"),
        )
    )
    losses = written(Masks(), [item("a.png", document)], tmp_path / "out")
    _, found = read(Masks(), tmp_path / "out")

    assert losses.dropped == {f"box: {HIDDEN}": 1}
    assert losses.converted[f"box: {CUT}"] == 1
    assert said(found["a.png"])[0] == ("Zelle", (0, 0, 5, 10), 50)
    assert DRAWN in " ".join(losses.converted) or "become one mask" in " ".join(losses.converted)


def test_a_shape_far_over_the_border_is_painted_in_the_picture_only(tmp_path: Path) -> None:
    document = Document(
        annotations=(
            annotation(1, Ellipse(x=25, y=20, rx=9e5, ry=9e5)),
            annotation(2, Box(left=-9, top=-9, right=-1, bottom=-1)),
        )
    )
    losses = written(Masks(), [item("a.png", document)], tmp_path / "out")
    _, found = read(Masks(), tmp_path / "out")

    assert said(found["a.png"]) == [("Zelle", (0, 0, 50, 40), 2000)]
    assert sum(losses.dropped.values()) == 1


def test_a_map_has_the_colors_of_its_classes_and_splits_their_folders(tmp_path: Path) -> None:
    entry = item(
        "a b.png",
        Document(annotations=(annotation(1, Box(left=0, top=0, right=2, bottom=2), "aa"),)),
        split="val",
    )
    written(Masks(), [entry], tmp_path / "out")

    with Image.open(tmp_path / "out/val/masks/a b.png") as image:
        assert (image.mode, image.size) == ("P", (50, 40))
        assert image.getpixel((1, 1)) == 2
        assert image.convert("RGB").getpixel((1, 1)) == voc_color(2) == (0, 128, 0)
    assert (tmp_path / "out/classes.txt").read_text().splitlines()[:2] == ["background", "Zelle"]


def test_vocs_colors_are_those_of_its_kit() -> None:
    known = {1: (128, 0, 0), 2: (0, 128, 0), 15: (192, 128, 128), 20: (0, 64, 128), 255: (224, 224, 192)}

    assert {number: voc_color(number) for number in known} == known
    assert all(number_of_voc_color(code_of(voc_color(number))) == number for number in range(5000))


def test_areas_are_the_masks_of_each_number() -> None:
    random = np.random.default_rng(5)
    codes = random.integers(0, 4, (13, 17)).astype(np.uint32)

    assert dict(areas(codes, "x", but=(0,))) == {number: windowed(codes == number) for number in (1, 2, 3)}


def test_a_map_of_noise_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("labelwright.formats.label_maps.MOST_RUNS", 50)

    with pytest.raises(UnreadableLabels, match="runs of pixels"):
        list(areas(np.arange(100, dtype=np.uint32).reshape(10, 10), "x"))


def test_a_picture_of_colors_is_a_map_of_colors() -> None:
    found = map_of(picture(2, 1), "a.png")

    assert (found.is_color, found.size) == (True, (2, 1))
    assert set(found.codes.ravel().tolist()) == {code_of((120, 20, 30))}


def test_a_map_of_many_unknown_numbers_is_told_in_few_words(tmp_path: Path) -> None:
    put(tmp_path, "masks/a.png", [list(range(1000))], wide=True)
    put(tmp_path, "images/a.png", [[0]])
    (tmp_path / "classes.txt").write_text("background\ncat\n")
    reading, _ = read(Masks(), tmp_path)

    assert len(reading.faults) == 21
    assert reading.faults[-1].reason == "the list of classes does not have 977 more"
