"""WIDER FACE: Datumaro's sample, pictures without faces, whole pixels, attributes in words."""

from pathlib import Path

import pytest

from labelwright.core.document import Document
from labelwright.core.errors import UnreadableLabels
from labelwright.core.ontology import AttributeSpec, Category, Ontology, Option
from labelwright.core.shapes import Box
from labelwright.formats.folder import source_of
from labelwright.formats.format import LabeledItem, Reading
from labelwright.formats.registry import choose
from labelwright.formats.widerface import WiderFace
from tests.conformance.conftest import annotation, item, written
from tests.shared_data import shared_data


def read(root: Path) -> tuple[Reading, dict[str, LabeledItem]]:
    reading = WiderFace().read(source_of(root))
    return reading, {entry.name: entry for entry in reading.items}


def boxes(entry: LabeledItem) -> list[tuple[float, ...]]:
    return [tuple(a.shape.bounds) for a in entry.document.annotations]


def listed(root: Path, text: str) -> Path:
    (root / "wider_face_split").mkdir()
    (root / "wider_face_split/wider_face_val_bbx_gt.txt").write_text(text)
    return root


def test_datumaros_sample() -> None:
    place = shared_data("formats/datumaro_assets/widerface_dataset")
    reading, found = read(place)

    assert {name: (entry.split, len(boxes(entry))) for name, entry in found.items()} == {
        "0--Parade/0_Parade_image_01.jpg": ("train", 1),
        "1--Handshaking/1_Handshaking_image_02.jpg": ("train", 2),
        "0--Parade/0_Parade_image_03.jpg": ("val", 3),
    }
    first = found["0--Parade/0_Parade_image_03.jpg"]
    assert boxes(first) == [(0, 0, 1, 1), (3, 2, 4, 4), (5, 6, 6, 7)]
    assert first.document.annotations[0].attributes == {
        "blur": "heavy",
        "expression": "typical",
        "illumination": "normal",
        "occlusion": "heavy",
        "pose": "typical",
    }
    assert first.width > 0
    assert reading.categories == ["face"]
    assert not reading.faults
    assert choose(source_of(place))[0].name == "widerface"


def test_a_picture_without_faces_has_a_line_of_zeros(tmp_path: Path) -> None:
    zeros = "0 0 0 0 0 0 0 0 0 0"
    text = f"0--Parade/a.jpg\n0\n{zeros}\n0--Parade/b.jpg\n1\n1 2 3 4 0 0 0 1 0 0\n"
    reading, found = read(listed(tmp_path, text))

    assert {name: boxes(entry) for name, entry in found.items()} == {
        "0--Parade/a.jpg": [],
        "0--Parade/b.jpg": [(1, 2, 4, 6)],
    }
    assert found["0--Parade/b.jpg"].document.annotations[0].flags == {"invalid": True}
    assert not reading.faults


def test_bad_lines_are_faults(tmp_path: Path) -> None:
    text = "1 2 3 4\na/a.jpg\n3\n1 2 0 4 0 0 0 0 0 0\nwhat is this\n1 2 3 4 0 0 0 0 0 0\n"
    reading, found = read(listed(tmp_path, text))

    assert boxes(found["a/a.jpg"]) == [(1, 2, 4, 6)]
    assert [fault.place for fault in reading.faults] == ["line 1", "line 4", "line 5"]


def test_edges_become_whole_and_every_box_keeps_a_pixel(tmp_path: Path) -> None:
    shapes = (Box(left=1.4, top=2.6, right=5.5, bottom=7), Box(left=3.6, top=3, right=3.7, bottom=3.2))
    document = Document(annotations=tuple(annotation(n, shape) for n, shape in enumerate(shapes)))
    written(WiderFace(), [item("a.png", document)], tmp_path / "out")

    assert boxes(read(tmp_path / "out")[1]["a.png"]) == [(1, 3, 6, 7), (3, 3, 4, 4)]


def test_attributes_and_faces_as_the_readme_has_them(tmp_path: Path) -> None:
    options = tuple(Option(id=word, name=word) for word in ("none", "partial", "heavy"))
    specs = (
        AttributeSpec(id="o", name="Occlusion", kind="choice", options=options),
        AttributeSpec(id="b", name="blur", kind="number"),
        AttributeSpec(id="r", name="Remark", kind="text"),
    )
    ontology = Ontology(categories=(Category(id="zz", name="face", attributes=specs),))
    values = {"o": "partial", "b": 2, "r": "beard"}
    box = annotation(1, Box(left=1, top=2, right=4, bottom=6), attributes=values, flags={"invalid": True})
    losses = written(
        WiderFace(), [item("e/a.png", Document(annotations=(box,)), split="val")], tmp_path / "out", ontology
    )

    text = (tmp_path / "out/wider_face_split/wider_face_val_bbx_gt.txt").read_text()
    assert text == "e/a.png\n1\n1 2 3 4 2 0 0 1 1 0\n"
    assert list(losses.dropped.values()) == [1]
    assert (tmp_path / "out/WIDER_val/images/e/a.png").exists()


def test_without_a_list_there_is_nothing(tmp_path: Path) -> None:
    with pytest.raises(UnreadableLabels, match="wider_face"):
        WiderFace().read(source_of(tmp_path))
