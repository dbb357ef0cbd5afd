"""CVAT for images: Datumaro's and CVAT's own files, and what is wrong in files."""

from math import radians
from pathlib import Path

import pytest

from labelwright.core.errors import UnreadableLabels
from labelwright.core.shapes import Box, Mask, Points, Polyline, RotatedBox
from labelwright.formats.cvat import Cvat
from labelwright.formats.folder import source_of
from labelwright.formats.registry import choose
from tests.shared_data import shared_data

HEAD = "<annotations><meta><task><labels><label><name>cell</name></label></labels></task></meta>"


def read(folder: Path, images: str, head: str = HEAD):
    (folder / "annotations.xml").write_text(f"{head}{images}</annotations>")
    reading = Cvat().read(source_of(folder))
    return reading, list(reading.items)


def test_a_task_that_cvat_wrote_is_read() -> None:
    source = source_of(shared_data("formats/datumaro_assets/cvat_dataset/for_images/export_task"))

    found, reason = choose(source)
    reading = found.read(source)
    first, second = reading.items

    assert (found.name, "CVAT" in reason) == ("cvat", True)
    assert reading.categories == ["label1", "label2"]
    assert (first.name, first.width, first.height) == ("img0.jpg", 8, 8)
    (box,) = first.document.annotations
    assert box.shape == Box(left=0, top=2, right=4, bottom=4)
    assert box.flags == {"occluded": True, "z_order": 1.0}
    assert box.attributes == {"a1": True, "a2": "v3", "a3": "0003", "a4": 2.4}
    assert [type(one.shape) for one in second.document.annotations] == [Points]
    assert [(fault.place, fault.reason) for fault in reading.faults] == [
        ("image 0, <polyline> 2", "it has no label"),
        ("image 1, <polygon> 1", "it has no label"),
    ]


def test_a_project_that_cvat_wrote_tells_the_splits() -> None:
    source = source_of(shared_data("formats/datumaro_assets/cvat_dataset/for_images/export_project"))

    items = list(Cvat().read(source).items)

    assert {item.split for item in items} == {"train", "val", "test"}
    assert all(item.document.annotations for item in items)


def test_shapes_are_read_as_cvat_means_them(tmp_path: Path) -> None:
    reading, (item,) = read(
        tmp_path,
        """<image id="7" name="a.png" width="100" height="80">
        <box label="cell" xtl="10" ytl="20" xbr="30" ybr="30" rotation="90"/>
        <polyline label="cell" points="1,2;3.5,4"/>
        <mask label="cell" rle="1, 2, 1" left="5" top="6" width="2" height="2"/>
        <tag label="cell"><attribute name="seen">twice</attribute></tag>
        </image>""",
    )

    turned, line, mask, tag = item.document.annotations
    assert isinstance(turned.shape, RotatedBox)
    assert (turned.shape.x, turned.shape.y, turned.shape.width, turned.shape.height) == (20, 25, 20, 10)
    assert turned.shape.angle == pytest.approx(radians(90))
    assert line.shape == Polyline(points=((1, 2), (3.5, 4)))
    assert mask.shape == Mask(left=5, top=6, width=2, height=2, runs=(1, 2, 1))
    assert (tag.shape, tag.attributes) == (None, {"seen": "twice"})
    assert not reading.faults


@pytest.mark.parametrize(
    ("element", "reason"),
    [
        ('<box label="cell" xtl="a" ytl="1" xbr="2" ybr="3"/>', "its xtl is 'a', which is no number"),
        ('<box label="cell" xtl="5" ytl="1" xbr="2" ybr="3"/>', "A box needs a width"),
        ('<box label="cell" xtl="nan" ytl="1" xbr="2" ybr="3"/>', "no usable coordinate"),
        ('<polygon label="cell" points="1,2;3,4"/>', "three points"),
        ('<polygon label="cell" points=""/>', "it has no points"),
        ('<mask label="cell" rle="9" left="0" top="0" width="2" height="2"/>', "cover 9 pixels"),
        ('<mask label="cell" rle="x" left="0" top="0" width="2" height="2"/>', "invalid literal"),
        ('<box xtl="1" ytl="1" xbr="2" ybr="3"/>', "it has no label"),
    ],
)
def test_what_is_wrong_is_named_and_the_rest_comes_in(tmp_path: Path, element: str, reason: str) -> None:
    good = '<box label="cell" xtl="1" ytl="1" xbr="2" ybr="3"/>'

    reading, (item,) = read(
        tmp_path, f'<image id="3" name="a.png" width="9" height="9">{element}{good}</image>'
    )

    (fault,) = reading.faults
    assert fault.file == "annotations.xml"
    assert fault.place.startswith("image 3, <")
    assert reason in fault.reason
    assert len(item.document.annotations) == 1


def test_entities_are_refused(tmp_path: Path) -> None:
    bomb = '<!DOCTYPE a [<!ENTITY b "c">]><annotations><meta></meta>&b;'

    with pytest.raises(UnreadableLabels, match="document type or entities"):
        read(tmp_path, "", bomb)
