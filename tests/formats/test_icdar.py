"""ICDAR: Datumaro's samples of the three tasks, and the lines of 2013 and 2015."""

from pathlib import Path

import pytest

from labelwright.core.document import Document
from labelwright.core.errors import UnreadableLabels
from labelwright.core.ontology import AttributeSpec, Category, Ontology
from labelwright.core.shapes import Box, Mask, Point, Polygon, RotatedBox
from labelwright.formats.folder import source_of
from labelwright.formats.format import LabeledItem, Reading
from labelwright.formats.icdar import Icdar, IcdarWords
from labelwright.formats.icdar_segmentation import IcdarSegmentation
from labelwright.formats.registry import choose
from tests.conformance.conftest import BOX, annotation, item, written
from tests.shared_data import shared_data

SAMPLES = "formats/datumaro_assets/icdar_dataset"
TEXTS = Ontology(
    categories=(
        Category(id="zz", name="text", attributes=(AttributeSpec(id="t", name="text", kind="text"),)),
    )
)


def read(root: Path) -> tuple[Reading, dict[str, LabeledItem]]:
    reading = Icdar().read(source_of(root))
    return reading, {entry.name: entry for entry in reading.items}


def lines(root: Path, *said: str) -> list[tuple[object, dict[str, object], dict[str, object]]]:
    (root / "gt_a.txt").write_text("\n".join(said))
    reading, found = read(root)
    assert not reading.faults
    return [(a.shape, a.attributes, a.flags) for a in found["a.png"].document.annotations]


def test_text_localization() -> None:
    place = shared_data(f"{SAMPLES}/text_localization")
    reading, found = read(place)

    (first,) = found["img_1.png"].document.annotations
    assert first.shape == Polygon(parts=(((Point(0, 0), Point(3, 1), Point(4, 6), Point(1, 7)),),))
    assert first.attributes == {"text": "FOOD"}
    assert [(a.shape, a.attributes["text"]) for a in found["img_2.png"].document.annotations] == [
        (Box(left=0, top=0, right=2, bottom=3), "RED"),
        (Box(left=3, top=3, right=5, bottom=6), "LION"),
    ]
    assert {entry.split for entry in found.values()} == {"train"}
    assert found["img_1.png"].width > 0
    assert not reading.faults
    assert choose(source_of(place))[0].name == "icdar"


def test_word_recognition() -> None:
    place = shared_data(f"{SAMPLES}/word_recognition")
    _, found = read(place)

    assert {name: entry.document.annotations[0].attributes for name, entry in found.items()} == {
        "word_1.png": {"text": "PROPER"},
        "word_2.png": {"text": "Canon"},
    }
    assert choose(source_of(place))[0].name == "icdar-words"


def test_text_segmentation() -> None:
    place = shared_data(f"{SAMPLES}/text_segmentation")
    reading, found = read(place)

    (entry,) = found.values()
    assert entry.name == "1.png"
    assert [a.attributes["text"] for a in entry.document.annotations] == ["F", "T", "h"]
    assert [a.group for a in entry.document.annotations] == [None, "word 2", "word 2"]
    assert all(isinstance(a.shape, Mask) for a in entry.document.annotations)
    assert not reading.faults
    assert choose(source_of(place))[0].name == "icdar-segmentation"


def test_lines_of_2013_and_2015(tmp_path: Path) -> None:
    found = lines(
        tmp_path,
        '38, 43, 920, 215, "Tiredness"',
        "0,0,8,0,8,4,0,4,Genaxis, Theatre",
        "0,0,8,0,8,4,0,4,###",
        '1 2 3 4 "say ""hi"""',
        "1,2,3,4,56",
        "1 2 3.5 4",
    )

    assert found == [
        (Box(left=38, top=43, right=920, bottom=215), {"text": "Tiredness"}, {}),
        (RotatedBox(x=4, y=2, width=8, height=4), {"text": "Genaxis, Theatre"}, {}),
        (RotatedBox(x=4, y=2, width=8, height=4), {}, {"ignored": True}),
        (Box(left=1, top=2, right=3, bottom=4), {"text": 'say ""hi""'}, {}),
        (Box(left=1, top=2, right=3, bottom=4), {"text": "56"}, {}),
        (Box(left=1, top=2, right=3.5, bottom=4), {}, {}),
    ]


def test_bad_lines_are_faults(tmp_path: Path) -> None:
    (tmp_path / "gt_a.txt").write_text('1,2,"x"\n3,2,1,4,"x"\n0,0,1,1,"x"\n')
    reading, found = read(tmp_path)

    assert len(found["a.png"].document.annotations) == 1
    assert [fault.place for fault in reading.faults] == ["line 1", "line 2"]


def test_texts_are_written_in_quotes_and_what_does_not_count_as_hashes(tmp_path: Path) -> None:
    turned = RotatedBox(x=4, y=2, width=8, height=4)
    document = Document(
        annotations=(
            annotation(1, BOX, attributes={"t": "two words"}),
            annotation(2, turned, flags={"ignored": True}),
            annotation(3, turned),
        )
    )
    losses = written(Icdar(), [item("f/a.png", document, split="test")], tmp_path / "out", TEXTS)

    assert (tmp_path / "out/test/f/gt_a.txt").read_text().splitlines() == [
        '1.5 2.25 30.1 20.7 "two words"',
        '0,0,8,0,8,4,0,4,"###"',
        "0,0,8,0,8,4,0,4",
    ]
    assert (losses.kept, losses.converted, losses.dropped) == (3, {}, {})


def test_words_with_quotes_come_back(tmp_path: Path) -> None:
    said = 'a "b", \\c'
    document = Document(annotations=(annotation(1, None, attributes={"t": said}),))
    losses = written(
        IcdarWords(), [item("a.png", document), item("b.png", Document())], tmp_path / "out", TEXTS
    )

    _, found = read(tmp_path / "out")
    assert found["a.png"].document.annotations[0].attributes == {"text": said}
    assert found["b.png"].document.annotations == ()
    assert not losses.dropped


def test_characters_are_written_word_by_word_in_colors_of_their_own(tmp_path: Path) -> None:
    masks = [Mask(left=left, top=4, width=3, height=2, runs=(0, 6)) for left in (1, 10, 20)]
    document = Document(
        annotations=(
            annotation(1, masks[0], attributes={"t": "a"}, group="w"),
            annotation(2, masks[1], attributes={"t": "b"}),
            annotation(3, masks[2], flags={"ignored": True}, group="w"),
        )
    )
    losses = written(IcdarSegmentation(), [item("a.png", document)], tmp_path / "out", TEXTS)

    lines = (tmp_path / "out/train/a_GT.txt").read_text().splitlines()
    assert [line.split(" ", 3)[3] for line in lines if line] == [
        '2 5 1 4 4 6 "a"',
        '21 5 20 4 23 6 " "',
        '11 5 10 4 13 6 "b"',
    ]
    assert [line[:1] for line in lines] == [lines[0][0], "#", "", lines[3][0]]
    found = read(tmp_path / "out")[1]["a.png"].document.annotations
    assert [(a.shape, a.attributes, a.group, a.flags) for a in found] == [
        (masks[0], {"text": "a"}, "word 1", {}),
        (masks[2], {}, "word 1", {"ignored": True}),
        (masks[1], {"text": "b"}, None, {}),
    ]
    assert not losses.dropped


def test_nothing_of_icdar_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableLabels, match="gt_NAME"):
        Icdar().read(source_of(tmp_path))
