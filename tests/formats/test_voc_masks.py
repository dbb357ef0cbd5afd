"""VOC's masks: the samples of Datumaro and labelformat, objects of one class, colors, and void."""

from pathlib import Path

from PIL import Image

from labelwright.core.document import Document
from labelwright.formats.folder import source_of
from labelwright.formats.label_maps import voc_color
from labelwright.formats.registry import choose
from labelwright.formats.voc import Voc
from labelwright.formats.voc_masks import VocMasks
from tests.conformance.conftest import MASK, annotation, item, moved, written
from tests.formats.label_map_files import put, read, said, sample
from tests.shared_data import shared_data


def test_datumaros_sample_has_colors_and_an_object() -> None:
    place = sample("voc_dataset/voc_dataset1")
    reading, found = read(VocMasks(), place)

    assert said(found["2007_000001.jpg"]) == [("bicycle", (0, 0, 20, 10), 200)]
    assert found["2007_000001.jpg"].split == "train"
    assert found["2007_000002.jpg"].document == Document()
    assert reading.categories[:2] == ["aeroplane", "bicycle"]
    assert any("“voc” reads those" in note for note in reading.notes)
    assert choose(source_of(place))[0].name == "voc"
    assert any("“voc-masks”" in note for note in Voc().read(source_of(place)).notes)


def test_labelformats_sample_has_a_palette_and_void() -> None:
    place = shared_data("formats/labelformat/semantic_segmentation/pascalvoc")
    reading, found = read(VocMasks(), place)

    assert choose(source_of(place))[0].name == "voc-masks"
    assert said(found["2007_000032.jpg"]) == [
        ("aeroplane", (105, 87, 375, 183), 4734),
        ("person", (24, 179, 212, 237), 866),
    ]
    assert len(reading.categories) == 20
    assert not reading.faults


def test_objects_of_one_class_are_told_apart_and_the_rest_is_one_mask(tmp_path: Path) -> None:
    put(tmp_path, "SegmentationClass/a.png", [[1, 1, 255, 2, 2, 2, 0, 1]])
    put(tmp_path, "SegmentationObject/a.png", [[1, 2, 255, 3, 3, 0, 0, 0]])
    reading, found = read(VocMasks(), tmp_path)

    assert said(found["a.jpg"]) == [
        ("aeroplane", (0, 0, 1, 1), 1),
        ("aeroplane", (1, 0, 2, 1), 1),
        ("bicycle", (3, 0, 5, 1), 2),
        ("aeroplane", (7, 0, 8, 1), 1),
        ("bicycle", (5, 0, 6, 1), 1),
    ]
    assert any("20 of VOC" in note for note in reading.notes)


def test_cvats_void_is_in_the_list_of_classes_and_no_class(tmp_path: Path) -> None:
    lines = [
        "# label:color_rgb:parts:actions",
        "background:0,0,0::",
        "cat:10,20,30::",
        "ignored:224,224,192::",
    ]
    (tmp_path / "labelmap.txt").write_text("\n".join(lines))
    put(tmp_path, "SegmentationClass/a.png", [[(10, 20, 30), (224, 224, 192), (9, 9, 9)]])
    reading, found = read(VocMasks(), tmp_path)

    assert reading.categories == ["cat"]
    assert said(found["a.jpg"]) == [("cat", (0, 0, 1, 1), 1)]
    assert [fault.file for fault in reading.faults] == ["SegmentationClass/a.png"]


def test_maps_of_different_sizes_are_a_fault(tmp_path: Path) -> None:
    put(tmp_path, "SegmentationClass/a.png", [[1, 1]])
    put(tmp_path, "SegmentationObject/a.png", [[1]])
    reading, found = read(VocMasks(), tmp_path)

    assert said(found["a.jpg"]) == []
    assert "another size" in reading.faults[0].reason


def test_both_maps_are_written_with_vocs_palette(tmp_path: Path) -> None:
    document = Document(annotations=tuple(annotation(n, moved(MASK, n), "aa") for n in range(3)))
    losses = written(VocMasks(), [item("a.png", document, split="val")], tmp_path / "out")

    with Image.open(tmp_path / "out/SegmentationObject/a.png") as image:
        assert (image.mode, image.getextrema()[1]) == ("P", 3)
    with Image.open(tmp_path / "out/SegmentationClass/a.png") as image:
        assert image.convert("RGB").getpixel((3, 4)) == voc_color(2)
    assert (tmp_path / "out/ImageSets/Segmentation/val.txt").read_text() == "a\n"
    assert losses.kept == 3
