"""ASAM OpenLABEL: frames and objects, centers of boxes, modes of polygons, tracks, relations, contexts."""

import json
from pathlib import Path

import pytest

from labelwright.core.document import Document, Relation
from labelwright.core.errors import UnreadableLabels
from labelwright.core.shapes import Box, Point, Points, Polygon, Polyline, RotatedBox
from labelwright.formats.folder import source_of
from labelwright.formats.format import LabeledItem, Reading
from labelwright.formats.openlabel import OpenLabel
from labelwright.formats.registry import choose
from tests.conformance.conftest import BOX, LINE, MASK, annotation, item, picture, written

META = {"schema_version": "1.0.0"}


def read(root: Path) -> tuple[Reading, dict[str, LabeledItem]]:
    reading = OpenLabel().read(source_of(root))
    return reading, {entry.name: entry for entry in reading.items}


def file(root: Path, **label: object) -> Path:
    (root / "drive.json").write_text(json.dumps({"openlabel": {"metadata": META, **label}}))
    return root


def poly(values: list[float], mode: str = "MODE_POLY2D_ABSOLUTE", **more: object) -> dict[str, object]:
    return {"name": "p", "val": values, "mode": mode, **more}


def test_frames_with_every_kind_of_figure(tmp_path: Path) -> None:
    color = {"text": [{"name": "color", "val": "red"}], "boolean": [{"name": "parked", "val": True}]}
    frame = {
        "frame_properties": {"streams": {"front": {"uri": "images/0001.png"}}},
        "objects": {
            "7": {"object_data": {"bbox": [{"name": "b", "val": [10, 20, 4, 6], "attributes": color}]}},
            "8": {"object_data": {"rbbox": [{"name": "r", "val": [10, 20, 4, 6, 0.5]}]}},
            "9": {"object_data": {"poly2d": [poly([0, 0, 8, 0, 8, 4], closed=True)]}},
            "10": {
                "object_data": {
                    "poly2d": [poly([0, 0, 8, 0], closed=False)],
                    "num": [{"name": "n", "val": 2}],
                }
            },
            "11": {"object_data": {"point2d": [{"name": "a", "val": [1, 2]}, {"name": "b", "val": [3, 4]}]}},
        },
    }
    objects = {str(uid): {"name": f"o{uid}", "type": "car" if uid < 9 else "lane"} for uid in range(7, 12)}
    (tmp_path / "images").mkdir()
    (tmp_path / "images/0001.png").write_bytes(picture(50, 40))
    reading, found = read(file(tmp_path, frames={"0": frame}, objects=objects))

    entry = found["images/0001.png"]
    assert [(a.category, a.shape) for a in entry.document.annotations] == [
        ("car", Box(left=8, top=17, right=12, bottom=23)),
        ("car", RotatedBox(x=10, y=20, width=4, height=6, angle=0.5)),
        ("lane", Polygon(parts=(((Point(0, 0), Point(8, 0), Point(8, 4)),),))),
        ("lane", Polyline(points=(Point(0, 0), Point(8, 0)))),
        ("lane", Points(points=(Point(1, 2), Point(3, 4)))),
    ]
    assert entry.document.annotations[0].attributes == {"color": "red", "parked": True}
    assert entry.document.annotations[3].attributes == {"n": 2}
    assert (entry.width, entry.height) == (50, 40)
    assert reading.categories == ["car", "lane"]
    assert not reading.faults
    assert choose(source_of(tmp_path))[0].name == "openlabel"


def test_an_object_in_several_frames_is_a_track(tmp_path: Path) -> None:
    seen = {"objects": {"3": {"object_data": {"bbox": [{"name": "b", "val": [10, 20, 4, 6]}]}}}}
    objects = {
        "3": {
            "name": "walker",
            "type": "Pedestrian",
            "frame_intervals": [{"frame_start": 0, "frame_end": 1}],
            "object_data": {"text": [{"name": "age", "val": "child"}]},
        }
    }
    _, found = read(file(tmp_path, frames={"0": seen, "1": seen}, objects=objects))

    assert list(found) == ["drive/000000.jpg", "drive/000001.jpg"]
    for entry in found.values():
        (walker,) = entry.document.annotations
        assert walker.flags == {"track": "3"}
        assert walker.attributes == {"age": "child"}


def test_a_file_of_one_picture_has_no_frames(tmp_path: Path) -> None:
    objects = {
        "0": {"type": "car", "name": "c", "object_data": {"bbox": [{"name": "b", "val": [10, 20, 4, 6]}]}}
    }
    size = {"intrinsics_pinhole": {"width_px": 640, "height_px": 480}}
    streams = {"cam": {"type": "camera", "uri": "a.png", "stream_properties": size}}
    tags = {"0": {"type": "night"}}
    _, found = read(file(tmp_path, objects=objects, streams=streams, tags=tags))

    assert [(a.category, a.kind) for a in found["a.png"].document.annotations] == [
        ("car", "box"),
        ("night", "tag"),
    ]
    assert (found["a.png"].width, found["a.png"].height) == (640, 480)


def test_other_modes_and_figures_in_space_are_named(tmp_path: Path) -> None:
    data = {
        "poly2d": [poly([1, 2], "MODE_POLY2D_SRF6DCC"), poly([0, 0, 1])],
        "cuboid": [{"name": "c", "val": [0] * 10}],
        "bbox": [{"name": "b", "val": [1, 2, 0, 4]}, {"name": "b"}],
    }
    objects = {"0": {"type": "car", "name": "c"}}
    reading, found = read(
        file(tmp_path, frames={"0": {"objects": {"0": {"object_data": data}}}}, objects=objects)
    )

    assert found["drive/000000.jpg"].document.annotations == ()
    assert [fault.place.rsplit(".", 1)[1] for fault in reading.faults] == [
        "poly2d[0]",
        "poly2d[1]",
        "cuboid[0]",
        "bbox[0]",
        "bbox[1]",
    ]
    assert "MODE_POLY2D_SRF6DCC" in reading.faults[0].reason
    assert "cuboid" in reading.faults[2].reason


def test_what_is_written_is_openlabels(tmp_path: Path) -> None:
    bond = Relation(kind="r1", to="2")
    document = Document(
        annotations=(
            annotation(1, BOX, flags={"track": 5.0}, relations=(bond,)),
            annotation(2, LINE, "aa"),
            annotation(3, MASK),
            annotation(4, None, attributes={"a2": "dark"}),
        )
    )
    items = [item(f"s/{n}.png", document, split="val") for n in range(2)]
    losses = written(OpenLabel(), items, tmp_path / "out")
    made = json.loads((tmp_path / "out/openlabel.json").read_text())["openlabel"]

    first = made["frames"]["0"]["objects"]["0"]["object_data"]["bbox"][0]
    assert first["val"] == pytest.approx([15.8, 11.475, 28.6, 18.45])
    assert made["objects"]["0"]["frame_intervals"] == [{"frame_start": 0, "frame_end": 1}]
    assert len(made["objects"]) == 5
    assert list(made["frames"]["0"]["relations"]) == ["0"]
    relation = made["relations"]["0"]
    assert relation["type"] == "part of"
    assert relation["rdf_subjects"] == [{"type": "object", "uid": "0"}]
    assert made["contexts"]["0"]["type"] == "Zelle"
    assert made["contexts"]["0"]["frame_intervals"] == [{"frame_start": 0, "frame_end": 1}]
    assert not losses.dropped
    back = read(tmp_path / "out")[1]["s/1.png"]
    assert back.split == "val"
    box, line, mask, tag = back.document.annotations
    assert box.flags == {"track": 5.0}
    assert box.relations == (Relation(kind="part of", to=line.id),)
    assert (line.shape, mask.shape) == (LINE, MASK)
    assert tag.attributes == {"Remark": "dark"}


def test_other_json_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text('{"vcd": {}}')

    with pytest.raises(UnreadableLabels, match="openlabel"):
        OpenLabel().read(source_of(tmp_path))
