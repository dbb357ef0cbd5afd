"""GeoJSON in pixels: features as QuPath, QGIS and others write them, and shapes that stay what they are."""

import json
from pathlib import Path

import pytest

from labelwright.core.document import Document
from labelwright.core.errors import UnreadableLabels
from labelwright.core.shapes import Box, Ellipse, Point, Points, Polygon, Polyline
from labelwright.formats.folder import source_of
from labelwright.formats.format import LabeledItem, Reading
from labelwright.formats.geojson import GeoJson
from labelwright.formats.registry import choose
from tests.conformance.conftest import BOX, MASK, WITH_HOLE, annotation, item, picture, written

SQUARE = [[0, 0], [8, 0], [8, 4], [0, 4], [0, 0]]
HOLE = [[2, 1], [3, 1], [3, 2], [2, 1]]


def read(root: Path) -> tuple[Reading, dict[str, LabeledItem]]:
    reading = GeoJson().read(source_of(root))
    return reading, {entry.name: entry for entry in reading.items}


def feature(kind: str, coordinates: object, **properties: object) -> dict[str, object]:
    return {
        "type": "Feature",
        "geometry": {"type": kind, "coordinates": coordinates},
        "properties": properties,
    }


def file(root: Path, *features: object, name: str = "a.geojson", **more: object) -> Path:
    (root / name).write_text(json.dumps({"type": "FeatureCollection", "features": features, **more}))
    return root


def test_features_as_qupath_writes_them(tmp_path: Path) -> None:
    cell = {"objectType": "annotation", "classification": {"name": "Tumor", "color": [200, 0, 0]}}
    round_ = feature("Polygon", [SQUARE], **cell, isLocked=False)
    round_["geometry"]["isEllipse"] = True
    names = {"classification": {"names": ["Tumor", "Positive"]}}
    features = [feature("Polygon", [SQUARE, HOLE], **cell), round_, feature("Point", [1.5, 2], **names)]
    (tmp_path / "slide.geojson").write_text(json.dumps(features))
    (tmp_path / "slide.png").write_bytes(picture(40, 30))
    reading, found = read(tmp_path)

    entry = found["slide.png"]
    hole = (Point(2, 1), Point(3, 1), Point(3, 2))
    outer = tuple(Point(*point) for point in SQUARE[:-1])
    assert [(a.category, a.shape) for a in entry.document.annotations] == [
        ("Tumor", Polygon(parts=((outer, hole),))),
        ("Tumor", Ellipse(x=4, y=2, rx=4, ry=2)),
        ("Tumor: Positive", Points(points=(Point(1.5, 2),))),
    ]
    assert all(a.attributes == {} for a in entry.document.annotations)
    assert (entry.width, entry.height) == (40, 30)
    assert reading.categories == ["Tumor", "Tumor: Positive"]
    assert choose(source_of(tmp_path))[0].name == "geojson"


def test_one_file_for_many_pictures(tmp_path: Path) -> None:
    file(
        tmp_path,
        feature("LineString", [[0, 0], [5, 5]], image="x.png", label="road", lanes=2),
        feature("MultiPoint", [[0, 0], [5, 5]], image="y.png", label="tree"),
        feature("MultiLineString", [[[0, 0], [5, 5]], [[1, 0], [5, 6]]], image="x.png", label="road"),
    )
    _, found = read(tmp_path)

    first, second, third = found["x.png"].document.annotations
    assert first.shape == Polyline(points=(Point(0, 0), Point(5, 5)))
    assert (first.category, first.attributes, first.group) == ("road", {"lanes": 2}, None)
    assert second.group == third.group is not None
    assert [a.category for a in found["y.png"].document.annotations] == ["tree"]


def test_qgis_counts_upward_and_is_turned_over_with_a_note(tmp_path: Path) -> None:
    file(tmp_path, feature("Polygon", [[[0, 0], [8, 0], [8, -4], [0, 0]]], type="field"))
    reading, found = read(tmp_path)

    (entry,) = found["a.png"].document.annotations
    assert entry.shape == Polygon(parts=(((Point(0, 0), Point(8, 0), Point(8, 4)),),))
    assert "upward" in reading.notes[0]


def test_degrees_are_refused_where_the_file_says_so(tmp_path: Path) -> None:
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}}
    file(tmp_path, feature("Point", [8.5, 47.4], label="Zurich"), crs=crs)
    file(tmp_path, feature("Point", [850.5, 47.4], label="pixel"), name="b.geojson", crs=crs)
    reading, found = read(tmp_path)

    assert list(found) == ["b.png"]
    assert ["degrees" in fault.reason for fault in reading.faults] == [True]


def test_bad_features_are_faults(tmp_path: Path) -> None:
    bad = [
        feature("Polygon", [[[0, 0], [1, 1]]], label="x"),
        feature("Circle", [0, 0], label="x"),
        feature("Point", ["a", 2], label="x"),
        {"type": "Feature", "geometry": 7},
        feature("LineString", [[1]], label="x"),
    ]
    reading, found = read(file(tmp_path, *bad, feature("Point", [1, 2])))

    assert [a.category for a in found["a.png"].document.annotations] == ["unlabeled"]
    assert sorted(fault.place for fault in reading.faults) == [f"$.features[{n}]" for n in range(5)]


def test_masks_and_boxes_are_polygons_for_others_and_stay_what_they_are(tmp_path: Path) -> None:
    document = Document(annotations=(annotation(1, BOX), annotation(2, MASK), annotation(3, WITH_HOLE)))
    written(GeoJson(), [item("a.png", document)], tmp_path / "out")
    path = tmp_path / "out/annotations/a.png.geojson"
    found = json.loads(path.read_text())

    assert [entry["geometry"]["type"] for entry in found["features"]] == [
        "Polygon",
        "MultiPolygon" if len(found["features"][1]["geometry"]["coordinates"]) > 1 else "Polygon",
        "Polygon",
    ]
    assert found["features"][0]["geometry"]["coordinates"][0][0] == [1.5, 2.25]
    assert len(found["features"][2]["geometry"]["coordinates"]) == 2
    assert [a.shape for a in read(tmp_path / "out")[1]["a.png"].document.annotations] == [
        BOX,
        MASK,
        WITH_HOLE,
    ]

    found["features"][0]["geometry"]["coordinates"][0][1] = [35, 1]
    path.write_text(json.dumps(found))
    moved = read(tmp_path / "out")[1]["a.png"].document.annotations[0].shape
    assert isinstance(moved, Polygon)
    assert not isinstance(moved, Box)


def test_only_ellipses_along_the_axes_are_ellipses_for_qupath(tmp_path: Path) -> None:
    shapes = (Ellipse(x=20, y=15, rx=10, ry=5), Ellipse(x=20, y=15, rx=10, ry=5, angle=0.5))
    document = Document(annotations=tuple(annotation(n, shape) for n, shape in enumerate(shapes)))
    written(GeoJson(), [item("a.png", document)], tmp_path / "out")

    found = json.loads((tmp_path / "out/annotations/a.png.geojson").read_text())["features"]
    assert [entry["geometry"].get("isEllipse") for entry in found] == [True, None]
    assert tuple(a.shape for a in read(tmp_path / "out")[1]["a.png"].document.annotations) == shapes


def test_a_folder_without_features_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text('{"type": "Other"}')

    with pytest.raises(UnreadableLabels, match="GeoJSON"):
        GeoJson().read(source_of(tmp_path))
