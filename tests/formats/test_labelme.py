"""labelme's JSON, checked by hand."""

import base64
import io
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from labelwright.core.document import Document
from labelwright.core.shapes import Box, Ellipse, Mask, Point, Points, Polygon, Polyline, RotatedBox
from labelwright.formats.folder import source_of
from labelwright.formats.labelme import LabelMe
from tests.conformance.conftest import BOX, MASK, annotation, item, written

CORNERS = [[10, 10], [30, 10], [30, 20], [10, 20]]


def shape(kind: str | None, points: list, **values: object) -> dict:
    """A shape of labelme's; without a kind one of its first versions."""
    said = {"label": "cell", "points": points, "group_id": None, "flags": {}, **values}
    return said if kind is None else {**said, "shape_type": kind}


def read(folder: Path, *shapes: dict, **values: object):
    """The reading and the item of one file."""
    body = {"version": "5.4.1", "flags": {}, "shapes": shapes, "imagePath": "..\\a.png", "imageData": None}
    file = json.dumps({**body, "imageHeight": 40, "imageWidth": 50, **values})
    (folder / "a.json").write_text(file)
    reading = LabelMe().read(source_of(folder))
    (one,) = reading.items
    return reading, one


@pytest.mark.parametrize(
    ("kind", "points", "wanted"),
    [
        (None, CORNERS, Polygon(parts=((tuple(Point(*p) for p in CORNERS),),))),
        ("rectangle", [[30, 20], [10, 10.5]], Box(left=10, top=10.5, right=30, bottom=20)),
        ("rectangle", CORNERS, Box(left=10, top=10, right=30, bottom=20)),
        ("circle", [[10, 10], [13, 14]], Ellipse(x=10, y=10, rx=5, ry=5)),
        ("line", [[1, 2], [3, 4]], Polyline(points=(Point(1, 2), Point(3, 4)))),
        ("linestrip", [[1, 2], [3, 4]], Polyline(points=(Point(1, 2), Point(3, 4)))),
        ("point", [[1, 2]], Points(points=(Point(1, 2),))),
        ("points", [[1, 2], [3, 4]], Points(points=(Point(1, 2), Point(3, 4)))),
        ("oriented_rectangle", CORNERS, RotatedBox(x=20, y=15, width=20, height=10)),
        ("rotation", CORNERS, RotatedBox(x=20, y=15, width=20, height=10)),
    ],
)
def test_every_shape_is_read(tmp_path: Path, kind: str | None, points: list, wanted: object) -> None:
    reading, one = read(tmp_path, shape(kind, points))

    assert [entry.shape for entry in one.document.annotations] == [wanted]
    assert (one.name, one.width, one.height, reading.faults) == ("a.png", 50, 40, [])


def test_a_mask_lies_over_the_pixels_between_its_corners(tmp_path: Path) -> None:
    out = io.BytesIO()
    Image.fromarray(np.array([[0, 1], [1, 1]], dtype=np.uint8) * 255).save(out, "PNG")
    packed = base64.b64encode(out.getvalue()).decode()

    _, one = read(tmp_path, shape("mask", [[5, 6], [6, 7]], mask=packed))

    assert [entry.shape for entry in one.document.annotations] == [
        Mask(left=5, top=6, width=2, height=2, runs=(1, 3))
    ]


def test_flags_groups_and_words_about_the_picture_are_read(tmp_path: Path) -> None:
    said = shape("point", [[1, 2]], flags={"seen": True, "cut": False}, group_id=3, description="left one")
    more = shape("point", [[1, 2]], score=0.5, difficult=True, attributes={"stain": "Giemsa"})
    _, one = read(tmp_path, said, more, flags={"blurred": True, "dark": False})

    first, second, tag = one.document.annotations
    assert (first.flags, first.group) == ({"seen": True, "cut": False}, "3")
    assert first.attributes == {"description": "left one"}
    assert (second.evidence.score, second.flags) == (0.5, {"difficult": True})
    assert second.attributes == {"stain": "Giemsa"}
    assert (tag.category, tag.shape) == ("blurred", None)


def test_one_bad_shape_is_one_fault(tmp_path: Path) -> None:
    bad = [
        shape("polygon", []),
        shape("cube", CORNERS),
        shape("mask", CORNERS, mask="!"),
        shape("line", [[1]]),
    ]
    reading, one = read(tmp_path, shape("point", [[1, 2]]), *bad)

    assert len(one.document.annotations) == 1
    assert [fault.place for fault in reading.faults] == [f"$.shapes[{n}]" for n in range(1, 5)]


def test_a_file_is_as_labelme_writes_it(tmp_path: Path) -> None:
    document = Document(annotations=(annotation(1, BOX, group="x"), annotation(2, MASK), annotation(3, None)))
    written(LabelMe(), [item("a/one.png", document)], tmp_path / "out")

    body = json.loads((tmp_path / "out/a/one.json").read_text())
    box, mask = body["shapes"]
    assert (body["imagePath"], body["imageWidth"], body["imageHeight"]) == ("one.png", 50, 40)
    assert (body["flags"], body["imageData"]) == ({"Zelle": True}, None)
    assert (box["shape_type"], box["points"], box["group_id"]) == (
        "rectangle",
        [[1.5, 2.25], [30.1, 20.7]],
        1,
    )
    assert (mask["shape_type"], mask["points"]) == ("mask", [[3, 4], [5, 5]])
    pixels = Image.open(io.BytesIO(base64.b64decode(mask["mask"])))
    assert np.asarray(pixels).astype(int).tolist() == [[1, 1, 0], [1, 0, 1]]
    assert (tmp_path / "out/labels.txt").read_text().splitlines()[0] == "Zelle"
