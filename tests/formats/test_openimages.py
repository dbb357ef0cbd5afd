"""Open Images: Datumaro's samples of V5 and V6, relations, machines, and records that say nothing right."""

from pathlib import Path

import pytest

from labelwright.core.document import Document, Relation
from labelwright.core.errors import UnreadableLabels
from labelwright.core.shapes import Box, Mask
from labelwright.formats.folder import source_of
from labelwright.formats.format import LabeledItem, Reading
from labelwright.formats.openimages import OpenImages
from labelwright.formats.registry import choose
from tests.conformance.conftest import BOX, MASK, annotation, item, picture, written
from tests.shared_data import shared_data

BOXES = (
    "ImageID,Source,LabelName,Confidence,XMin,XMax,YMin,YMax,"
    "IsOccluded,IsTruncated,IsGroupOf,IsDepiction,IsInside\n"
)
VRD = "ImageID,LabelName1,LabelName2,XMin1,XMax1,YMin1,YMax1,XMin2,XMax2,YMin2,YMax2,RelationshipLabel\n"


def read(root: Path) -> tuple[Reading, dict[str, LabeledItem]]:
    reading = OpenImages().read(source_of(root))
    return reading, {entry.name: entry for entry in reading.items}


def table(root: Path, name: str, text: str) -> Path:
    (root / "annotations").mkdir(exist_ok=True)
    (root / f"annotations/{name}").write_text(text)
    return root


def test_datumaros_sample_of_v6() -> None:
    place = shared_data("formats/datumaro_assets/open_images_dataset/v6")
    reading, found = read(place)

    assert reading.categories == [f"Generic label #{number}" for number in range(4)]
    assert {name: entry.split for name, entry in found.items()} == {
        "a.jpg": "train",
        "b.jpg": "train",
        "c.jpg": "test",
        "d.png": "val",
    }
    assert [(a.category, a.shape) for a in found["a.jpg"].document.annotations] == [
        ("Generic label #0", None)
    ]
    box, mask = found["b.jpg"].document.annotations
    assert box.shape == Box(left=0.2 * 8, top=0.3 * 2, right=8, bottom=1)
    assert isinstance(mask.shape, Mask)
    assert (box.group, mask.group) == ("1", "1")
    other, *tags = found["c.jpg"].document.annotations
    assert other.flags == {"occluded": True, "group_of": True}
    assert other.evidence.score == 0.7
    assert [tag.category for tag in tags] == ["Generic label #1", "Generic label #3"]
    assert "not in a picture" in reading.notes[0]
    assert not reading.faults
    assert choose(source_of(place))[0].name == "openimages"


def test_datumaros_sample_of_v5_has_no_header_of_classes() -> None:
    place = shared_data("formats/datumaro_assets/open_images_dataset/v5")
    reading, found = read(place)

    assert reading.categories == ["Generic label #0", "Generic label #1"]
    assert sorted(found) == ["aa.jpg", "cc.jpg"]
    assert choose(source_of(place))[0].name == "openimages"


def test_relations_lead_from_box_to_box_and_is_becomes_an_attribute(tmp_path: Path) -> None:
    rows = "a,x,man,1,0,0.5,0,0.5,0,0,0,0,0\na,x,guitar,1,0.5,1,0,0.5,0,0,0,0,0\n"
    table(tmp_path, "train-annotations-bbox.csv", BOXES + rows)
    ends = "a,man,guitar,0,0.5,0,0.5,0.5,1,0,0.5,plays\na,guitar,Wooden,0.5,1,0,0.5,0.5,1,0,0.5,is\n"
    table(tmp_path, "train-annotations-vrd.csv", VRD + ends + "a,dog,cat,0,1,0,1,0,1,0,1,on\n")
    (tmp_path / "a.jpg").write_bytes(picture(40, 20))
    reading, found = read(tmp_path)

    man, guitar = found["a.jpg"].document.annotations
    assert man.relations == (Relation(kind="plays", to=guitar.id),)
    assert guitar.attributes == {"is": "Wooden"}
    assert man.shape == Box(left=0, top=0, right=20, bottom=10)
    assert [relation.name for relation in reading.relations] == ["plays"]
    assert [(fault.place, "no box" in fault.reason) for fault in reading.faults] == [("line 4", True)]


def test_machines_are_read_only_where_nobody_has_labeled(tmp_path: Path) -> None:
    head = "ImageID,Source,LabelName,Confidence\n"
    table(tmp_path, "train-annotations-machine-imagelabels.csv", head + "a,machine,cat,0.4\n")
    alone = OpenImages().read(source_of(tmp_path))
    (only,) = alone.items
    table(tmp_path, "train-annotations-human-imagelabels.csv", head + "b,verification,dog,1\n")
    reading, found = read(tmp_path)

    assert only.document.annotations[0].evidence.score == 0.4
    assert list(found) == ["b.jpg"]
    assert "machines" in reading.notes[0]


def test_without_a_size_boxes_stay_shares(tmp_path: Path) -> None:
    _, found = read(
        table(tmp_path, "train-annotations-bbox.csv", BOXES + "a,x,cat,1,0.1,0.5,0,0.5,0,0,0,0,0\n")
    )

    assert found["a.jpg"].in_shares
    assert found["a.jpg"].document.annotations[0].shape == Box(left=0.1, top=0, right=0.5, bottom=0.5)


def test_bad_rows_are_faults(tmp_path: Path) -> None:
    rows = ["a,x,cat,1,0.5,0.5,0,1,0,0,0,0,0", "a,x,,1,0,1,0,1,0,0,0,0,0", "../a,x,cat,1,0,1,0,1,0,0,0,0,0"]
    text = BOXES + "\n".join([*rows, "a,x,cat,1,zero,1,0,1,0,0,0,0,0", "a,x,cat,1,0,1,0,1,1,-1,0,0,0"])
    table(tmp_path, "train-annotations-bbox.csv", text + "\n")
    head = "MaskPath,ImageID,LabelName,BoxID,BoxXMin,BoxXMax,BoxYMin,BoxYMax,PredictedIoU,Clicks\n"
    table(tmp_path, "train-annotations-object-segmentation.csv", head + "no.png,a,cat,1,0,1,0,1,1,\n")
    reading, found = read(tmp_path)

    assert [a.flags for a in found["a.jpg"].document.annotations] == [{"occluded": True}]
    assert [fault.place for fault in reading.faults] == ["line 2", "line 3", "line 4", "line 5", "line 2"]


def test_a_mask_and_the_box_of_its_group_stay_together(tmp_path: Path) -> None:
    pair = (annotation(1, BOX, group="g"), annotation(2, MASK, group="g"))
    others = (annotation(3, Box(left=1, top=1, right=9, bottom=9), "aa", flags={"group_of": True}),)
    bond = Relation(kind="r1", to="3")
    first = annotation(1, BOX, group="g", relations=(bond,))
    document = Document(annotations=(first, pair[1], *others))
    losses = written(OpenImages(), [item("a.png", document)], tmp_path / "out")

    box, other, mask = read(tmp_path / "out")[1]["a.png"].document.annotations
    assert box.group == mask.group is not None
    assert mask.shape == MASK
    assert box.relations == (Relation(kind="part of", to=other.id),)
    assert other.flags == {"group_of": True}
    assert not losses.dropped


def test_a_folder_without_tables_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableLabels, match="Open Images"):
        OpenImages().read(source_of(tmp_path))
