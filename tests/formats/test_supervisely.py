"""Supervisely: a project as its documentation has it, and objects that cannot be read."""

import base64
import io
import json
import zlib
from pathlib import Path

import msgspec
import numpy as np
from PIL import Image

from labelwright.core.document import Document
from labelwright.core.shapes import Box, Cuboid, Keypoint, Mask, Point, Points, Polygon, Polyline, Skeleton
from labelwright.formats.folder import source_of
from labelwright.formats.registry import choose
from labelwright.formats.supervisely import Supervisely
from tests.conformance.conftest import DOTS, MASK, annotation, item, written
from tests.formats.label_map_files import read, sample


def bitmap(rows: list[list[int]]) -> str:
    out = io.BytesIO()
    image = Image.fromarray(np.array(rows, dtype=np.uint8))
    image.putpalette([0, 0, 0, 255, 255, 255])
    image.save(out, "PNG", transparency=0, bits=1)
    return base64.b64encode(zlib.compress(out.getvalue())).decode()


def project(root: Path, objects: list[object], tags: list[object] | None = None) -> Path:
    node = {"a1": {"label": "nose", "loc": [0, 0]}, "b2": {"label": "tail", "loc": [1, 1]}}
    config = {"nodes": node, "edges": [{"src": "a1", "dst": "b2"}]}
    classes = [
        {"title": "cat", "shape": "any", "color": "#fff"},
        {"title": "pose", "shape": "graph", "geometry_config": config},
        {"title": 5},
    ]
    (root / "val/ann").mkdir(parents=True)
    (root / "meta.json").write_text(json.dumps({"classes": classes, "tags": [{"name": "night"}]}))
    file = {"size": {"height": 30, "width": 40}, "objects": objects, "tags": tags or []}
    (root / "val/ann/a.jpg.json").write_text(json.dumps(file))
    return root


def geometry(kind: str, exterior: object, **more: object) -> dict[str, object]:
    return {
        "classTitle": "cat",
        "geometryType": kind,
        "points": {"exterior": exterior, "interior": []},
        **more,
    }


def test_every_shape_of_a_project(tmp_path: Path) -> None:
    objects = [
        geometry(
            "rectangle",
            [[10, 20], [2, 4.5]],
            tags=[{"name": "wet", "value": None}, {"name": "n", "value": 3}],
        ),
        {
            "classTitle": "cat",
            "geometryType": "bitmap",
            "bitmap": {"data": bitmap([[0, 1], [1, 1]]), "origin": [5, 6]},
        },
        geometry("line", [[0, 0], [3, 4]]),
        geometry("point", [[1, 2]]),
        {
            **geometry("polygon", [[0, 0], [9, 0], [9, 9]]),
            "points": {"exterior": [[0, 0], [9, 0], [9, 9]], "interior": [[[4, 1], [8, 1], [8, 5]]]},
        },
        {"classTitle": "pose", "geometryType": "graph", "nodes": {"b2": {"loc": [7, 8], "disabled": True}}},
        {
            "classTitle": "cat",
            "geometryType": "cuboid",
            "points": [[0, 0], [4, 0], [4, 4], [0, 4], [2, 1], [6, 1], [6, 5]],
        },
    ]
    reading, found = read(Supervisely(), project(tmp_path, objects, [{"name": "night", "value": "late"}]))

    box, mask, line, point, polygon, graph, cuboid, tag = found["a.jpg"].document.annotations
    assert (found["a.jpg"].width, found["a.jpg"].height, found["a.jpg"].split) == (40, 30, "val")
    assert box.shape == Box(left=2, top=4.5, right=10, bottom=20)
    assert box.attributes == {"wet": True, "n": 3}
    assert mask.shape == Mask(left=5, top=6, width=2, height=2, runs=(1, 3))
    assert line.shape == Polyline(points=(Point(0, 0), Point(3, 4)))
    assert point.shape == Points(points=(Point(1, 2),))
    assert isinstance(polygon.shape, Polygon)
    assert polygon.shape.area == 40.5 - 8
    assert graph.shape == Skeleton(keypoints=(Keypoint(0, 0, 0), Keypoint(7, 8, 1)))
    assert isinstance(cuboid.shape, Cuboid)
    assert cuboid.shape.back[3] == Point(2, 5)
    assert (tag.category, tag.shape, tag.attributes) == ("night", None, {"value": "late"})
    assert reading.categories == ["cat", "pose", "night"]
    template = reading.definitions["pose"].skeleton
    assert template is not None
    assert [keypoint.name for keypoint in template.keypoints] == ["nose", "tail"]
    assert [fault.place for fault in reading.faults] == ["classes 2"]
    assert choose(source_of(tmp_path))[0].name == "supervisely"


def test_objects_that_cannot_be_read_are_faults(tmp_path: Path) -> None:
    bomb = base64.b64encode(zlib.compress(b"0" * (65 * 2**20))).decode()
    objects = [
        geometry("rectangle", [[1, 2]]),
        {"classTitle": "cat", "geometryType": "bitmap", "bitmap": {"data": "aGVsbG8=", "origin": [0, 0]}},
        {"classTitle": "cat", "geometryType": "bitmap", "bitmap": {"data": bomb, "origin": [0, 0]}},
        geometry("blob", [[1, 2]]),
        {"geometryType": "line"},
        geometry("line", [["x", 2]]),
    ]
    reading, found = read(Supervisely(), project(tmp_path, objects))

    assert found["a.jpg"].document == Document()
    reasons = [fault.reason for fault in reading.faults[1:]]
    words = ["two corners", "cannot be unpacked", "is larger than", "no shape", "no classTitle", "Expected"]
    assert [word in reason for word, reason in zip(words, reasons, strict=True)] == [True] * 6


def test_clouds_of_points_are_refused_file_by_file() -> None:
    reading, found = read(Supervisely(), sample("sly_pointcloud_dataset"))

    assert "cloud of points" in reading.faults[0].reason
    assert all(not entry.document.annotations for entry in found.values())


def test_several_points_are_objects_of_one_and_bitmaps_are_as_supervisely_has_them(tmp_path: Path) -> None:
    document = Document(annotations=(annotation(1, DOTS), annotation(2, MASK)))
    written(Supervisely(), [item("a/b.png", document)], tmp_path / "out")

    said = json.loads((tmp_path / "out/ds0/ann/a_b.png.json").read_text())
    first, second, third = said["objects"]
    assert [entry["points"]["exterior"] for entry in (first, second)] == [[[2.5, 3.5]], [[40, 8]]]
    raw = zlib.decompress(base64.b64decode(third["bitmap"]["data"]))
    with Image.open(io.BytesIO(raw)) as image:
        alpha = np.asarray(image.convert("RGBA"))[..., 3]
    assert (alpha > 0).tolist() == [[True, True, False], [True, False, True]]
    _, found = read(Supervisely(), tmp_path / "out")
    assert [msgspec.structs.replace(a, id="") for a in found["a_b.png"].document.annotations] == [
        msgspec.structs.replace(a, id="", category="Zelle") for a in document.annotations
    ]
