"""LabelMe's XML: Datumaro's sample, and the parts of a file by hand."""

from pathlib import Path

from labelwright.core.document import Document
from labelwright.core.shapes import Box
from labelwright.formats.folder import source_of
from labelwright.formats.labelme_xml import LabelMeXml
from labelwright.formats.registry import choose
from tests.conformance.conftest import BOX, annotation, item, written
from tests.shared_data import shared_data

OBJECT = (
    "<object><name>{name}</name><deleted>{deleted}</deleted><occluded>yes</occluded><id>{id}</id>"
    "<attributes>{attributes}</attributes><polygon>{points}</polygon></object>"
)
POINTS = "".join(f"<pt><x>{x}</x><y>{y}</y></pt>" for x, y in ((1, 2), (9, 2), (9, 8)))


def read(folder: Path, *objects: str):
    """The reading and the item of one file."""
    head = "<annotation><filename>a.png</filename><folder>set</folder>"
    (folder / "a.xml").write_text(f"{head}{''.join(objects)}</annotation>")
    reading = LabelMeXml().read(source_of(folder))
    (one,) = reading.items
    return reading, one


def entry(**values: object) -> str:
    """An object of a polygon."""
    return OBJECT.format(
        **{"name": "cell", "deleted": 0, "id": 0, "attributes": "", "points": POINTS, **values}
    )


def test_datumaros_sample_is_read() -> None:
    source = source_of(shared_data("formats") / "datumaro_assets" / "labelme_dataset")
    found, _ = choose(source)
    assert found.name == "labelme-xml"

    reading = found.read(source)
    (one,) = reading.items

    assert (one.name, one.width, one.height, reading.faults) == ("subset1/img1.png", 102, 77, [])
    said = [(a.category, a.kind, a.group) for a in one.document.annotations]
    assert said == [
        ("window", "polygon", None),
        ("license plate", "mask", None),
        ("o1", "polygon", "object 2"),
        ("q1", "polygon", "object 2"),
        ("b1", "box", "object 2"),
        ("m1", "mask", "object 5"),
        ("hg", "polygon", "object 5"),
    ]
    assert one.document.annotations[4].shape == Box(left=13, top=19, right=23, bottom=30)
    assert one.document.annotations[4].flags == {"occluded": True}
    assert one.document.annotations[6].attributes == {"gfd lkj lkj hi": True}


def test_attributes_are_words_and_pairs(tmp_path: Path) -> None:
    _, one = read(tmp_path, entry(attributes="red, size=4 cm, a\\,b=c\\=d, cut=false"))

    assert one.document.annotations[0].attributes == {
        "red": True,
        "size": "4 cm",
        "a,b": "c=d",
        "cut": False,
    }


def test_what_was_deleted_is_left_out_and_a_bad_object_is_a_fault(tmp_path: Path) -> None:
    reading, one = read(tmp_path, entry(), entry(deleted=1, id=1), entry(points="", id=2))

    assert [a.id for a in one.document.annotations] == ["0"]
    assert [fault.place for fault in reading.faults] == ["object 3"]
    assert "deleted" in reading.notes[0]


def test_a_group_is_written_as_parts(tmp_path: Path) -> None:
    document = Document(annotations=(annotation(1, BOX, group="x"), annotation(2, BOX, "aa", group="x")))
    written(LabelMeXml(), [item("a/one.png", document, split="val")], tmp_path / "out")

    body = (tmp_path / "out/Annotations/val/a/one.xml").read_text()
    assert "<hasparts>1</hasparts><ispartof></ispartof>" in body
    assert "<hasparts></hasparts><ispartof>0</ispartof>" in body
    assert (tmp_path / "out/Images/val/a/one.png").exists()
