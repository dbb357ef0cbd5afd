"""Pascal VOC: its own way of counting pixels, and XML that means harm."""

from pathlib import Path

import pytest

from labelwright.core.document import Document
from labelwright.core.errors import UnreadableLabels
from labelwright.core.shapes import Box
from labelwright.formats.folder import source_of
from labelwright.formats.voc import Voc
from tests.conformance.conftest import annotation, item, written
from tests.shared_data import shared_data

OBJECT = (
    "<object><name>cell</name><bndbox>"
    "<xmin>{}</xmin><ymin>{}</ymin><xmax>{}</xmax><ymax>{}</ymax></bndbox></object>"
)


def read(folder: Path, body: str, name: str = "a.xml"):
    (folder / name).write_text(f"<annotation><filename>a.jpg</filename>{body}</annotation>")
    reading = Voc().read(source_of(folder))
    return reading, list(reading.items)


def test_the_first_and_last_pixel_of_a_box_are_counted_from_one(tmp_path: Path) -> None:
    _, (found,) = read(tmp_path, OBJECT.format(1, 2, 10, 20))

    assert found.document.annotations[0].shape == Box(left=0, top=1, right=10, bottom=20)


def test_a_full_picture_is_written_from_one_to_its_size(tmp_path: Path) -> None:
    whole = annotation(1, Box(left=0, top=0, right=50, bottom=40))
    written(Voc(), [item("one.png", Document(annotations=(whole,)))], tmp_path / "out")

    text = (tmp_path / "out/Annotations/one.xml").read_text()
    assert "<xmin>1</xmin><ymin>1</ymin><xmax>50</xmax><ymax>40</ymax>" in text


def test_fractions_come_back_to_the_last_digit(tmp_path: Path) -> None:
    box = Box(left=0.1, top=1 / 3, right=7.000000001, bottom=123456.7)
    written(Voc(), [item("one.png", Document(annotations=(annotation(1, box),)))], tmp_path / "out")

    (back,) = Voc().read(source_of(tmp_path / "out")).items
    assert back.document.annotations[0].shape == box


def test_a_single_pixel_is_read_and_wants_a_look(tmp_path: Path) -> None:
    reading, (found,) = read(tmp_path, OBJECT.format(5, 6, 5, 6))

    assert found.document.annotations[0].shape == Box(left=4, top=5, right=5, bottom=6)
    assert [(fault.file, fault.place) for fault in reading.faults] == [("a.xml", "object 1")]


@pytest.mark.parametrize(
    "body",
    [
        OBJECT.format(5, 6, 4, 6),
        OBJECT.format(5, 6, 3, 9),
        OBJECT.format("NaN", 1, 2, 2),
        OBJECT.format("1e999", 1, 2, 2),
        OBJECT.format("9" * 5000, 1, 2, 2),
        OBJECT.format("", 1, 2, 2),
        "<object><name>cell</name></object>",
        OBJECT.format(1, 1, 2, 2).replace("cell", " "),
    ],
)
def test_a_bad_box_is_a_fault_and_the_rest_stays(tmp_path: Path, body: str) -> None:
    reading, (found,) = read(tmp_path, body + OBJECT.format(1, 1, 3, 3))

    assert [fault.place for fault in reading.faults] == ["object 1"]
    assert len(found.document.annotations) == 1


def test_flags_and_attributes_are_read(tmp_path: Path) -> None:
    _, (found,) = read(
        tmp_path,
        "<object><name>cell</name><pose>Left</pose><truncated>1</truncated><difficult>0</difficult>"
        "<bndbox><xmin>1</xmin><ymin>1</ymin><xmax>3</xmax><ymax>3</ymax></bndbox><attributes>"
        "<attribute><name>stain</name><value>blue</value></attribute></attributes></object>",
    )

    (entry,) = found.document.annotations
    assert entry.flags == {"truncated": True, "pose": "Left"}
    assert entry.attributes == {"stain": "blue"}


def test_splits_of_names_with_spaces_are_read(tmp_path: Path) -> None:
    items = [
        item("a b/c d.png", Document(), split="val"),
        item("e.png", Document(), split="train"),
        item("f.png", Document()),
    ]
    written(Voc(), items, tmp_path / "out")

    back = {entry.name: entry.split for entry in Voc().read(source_of(tmp_path / "out")).items}
    assert back == {"a b/c d.png": "val", "e.png": "train", "f.png": None}


@pytest.mark.parametrize("name", ["billion_laughs", "xxe_voc"])
def test_entities_are_refused(name: str) -> None:
    with pytest.raises(UnreadableLabels, match="refused"):
        Voc().read(source_of(shared_data(f"hostile/generated/{name}.xml")))


@pytest.mark.parametrize(
    "text",
    ["", "<annotation>", "<html/>", "\x00\x01", '<?xml version="1.0" encoding="klingon"?><annotation/>'],
)
def test_a_file_that_is_no_voc_is_a_named_error(tmp_path: Path, text: str) -> None:
    (tmp_path / "a.xml").write_text(text)

    with pytest.raises(UnreadableLabels, match=r"a\.xml"):
        Voc().read(source_of(tmp_path))


def test_one_broken_file_does_not_lose_the_others(tmp_path: Path) -> None:
    (tmp_path / "b.xml").write_text("<annotation><object>")

    reading, items = read(tmp_path, OBJECT.format(1, 1, 3, 3))

    assert len(items) == 1
    assert [fault.file for fault in reading.faults] == ["b.xml"]
    assert "line 1" in reading.faults[0].place


def test_the_xmls_own_name_wins_over_a_stale_one_in_it(tmp_path: Path) -> None:
    _, (found,) = read(tmp_path, "", name="renamed.xml")

    assert found.name == "renamed.jpg"


def test_blood_cells_are_read_whole() -> None:
    reading = Voc().read(source_of(shared_data("detection/bccd")))
    items = list(reading.items)

    counts: dict[str, int] = {}
    for entry in items:
        for category, count in entry.document.counts().items():
            counts[category] = counts.get(category, 0) + count
    assert len(items) == 364
    assert counts == {"RBC": 4155, "WBC": 372, "Platelets": 361}
    assert sorted(fault.file for fault in reading.faults) == [
        "Annotations/BloodImage_00338.xml",
        "Annotations/BloodImage_00343.xml",
    ]
    assert {entry.split for entry in items} == {"train", "val", "test"}


@pytest.mark.parametrize(
    ("folder", "names"),
    [
        ("voc_dataset1", ["2007_000001.jpg"]),
        ("voc_dataset2", ["@.jpg", "a.jpg", "b.jpg", "c.jpg", "d.jpg"]),
        ("voc_dataset3", ["2007_000001.jpg"]),
    ],
)
def test_other_tools_folders_are_read(folder: str, names: list[str]) -> None:
    reading = Voc().read(source_of(shared_data(f"formats/datumaro_assets/voc_dataset/{folder}")))

    found = [entry.name for entry in reading.items]
    assert [Path(name).stem for name in found] == [Path(name).stem for name in names]
    assert not [fault for fault in reading.faults if "single pixel" not in fault.reason]


def test_what_is_not_read_of_an_object_is_said() -> None:
    reading = Voc().read(source_of(shared_data("formats/datumaro_assets/voc_dataset/voc_dataset1")))
    list(reading.items)

    assert any("actions, part" in note for note in reading.notes)


@pytest.mark.parametrize("number", ["1e999999999", "-1e999999999", "1e400", "sNaN", "9" * 59, "-" + "9" * 59])
def test_a_number_beyond_any_picture_is_a_fault(tmp_path: Path, number: str) -> None:
    reading, (found,) = read(tmp_path, OBJECT.format(number, 1, 9, 9) + OBJECT.format(1, 1, 9, 9))

    assert len(found.document.annotations) == 1
    assert [fault.place for fault in reading.faults] == ["object 1"]


@pytest.mark.parametrize("name", ["labels.txt", "ImageSets/Main/train.txt"])
def test_a_list_that_is_no_text_is_a_fault_and_the_boxes_are_read(tmp_path: Path, name: str) -> None:
    (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / name).write_bytes(b"caf\xe9\n")

    reading, (found,) = read(tmp_path, OBJECT.format(1, 1, 9, 9))

    assert len(found.document.annotations) == 1
    assert {fault.file for fault in reading.faults} == {name}
