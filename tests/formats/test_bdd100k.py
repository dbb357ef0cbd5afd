"""BDD100K: lists of frames as since 2018 and in det_20, the first files of 2018, curves, masks."""

import json
from pathlib import Path

import pytest

from labelwright.core.document import Document
from labelwright.core.errors import UnreadableLabels
from labelwright.core.ontology import AttributeSpec, Category, Ontology, Option
from labelwright.core.shapes import Box, Mask, Point, Polygon, Polyline
from labelwright.formats.bdd100k import Bdd100k
from labelwright.formats.folder import source_of
from labelwright.formats.format import LabeledItem, Reading
from labelwright.formats.registry import choose
from tests.conformance.conftest import BOX, MASK, TWO_PARTS, annotation, item, written


def read(root: Path) -> tuple[Reading, dict[str, LabeledItem]]:
    reading = Bdd100k().read(source_of(root))
    return reading, {entry.name: entry for entry in reading.items}


def file(root: Path, content: object, name: str = "det_val.json") -> Path:
    (root / name).write_text(json.dumps(content))
    return root


def box(**more: object) -> dict[str, object]:
    return {"category": "car", "box2d": {"x1": 1.5, "y1": 2, "x2": 4, "y2": 5}, **more}


def test_frames_of_det_20(tmp_path: Path) -> None:
    attributes = {"occluded": True, "truncated": False, "trafficLightColor": "NA"}
    frame = {
        "name": "b1c66a42-6f7d68ca.jpg",
        "attributes": {"weather": "clear", "timeofday": "night"},
        "timestamp": 10000,
        "labels": [box(id="0", attributes=attributes), {"id": "1", "category": "bridge"}],
    }
    reading, found = read(file(tmp_path, [frame, {"name": "b.jpg", "labels": None}]))

    entry = found["b1c66a42-6f7d68ca.jpg"]
    tag, car, bridge = entry.document.annotations
    assert (tag.category, tag.attributes) == ("frame", {"weather": "clear", "timeofday": "night"})
    assert car.shape == Box(left=1.5, top=2, right=4, bottom=5)
    assert car.flags == {"occluded": True, "truncated": False}
    assert car.attributes == {"trafficLightColor": "NA"}
    assert (bridge.category, bridge.shape) == ("bridge", None)
    assert entry.split == "val"
    assert found["b.jpg"].document.annotations == ()
    assert set(reading.categories) == {"frame", "car", "bridge"}
    assert choose(source_of(tmp_path))[0].name == "bdd100k"


def test_lines_polygons_and_masks(tmp_path: Path) -> None:
    lane = {"vertices": [[0, 0], [5, 5]], "types": "LL", "closed": False}
    area = {"vertices": [[0, 0], [8, 0], [8, 4]], "types": "LLL", "closed": True}
    other = {"vertices": [[20, 0], [28, 0], [28, 4]], "types": "LLL", "closed": True}
    labels = [
        {"category": "lane", "poly2d": [lane, lane]},
        {"category": "area", "poly2d": [area, other]},
        {"category": "rider", "rle": {"counts": [0, 40, 1960], "size": [40, 50]}},
    ]
    content = {
        "config": {"imageSize": {"width": 50, "height": 40}, "categories": [{"name": "area"}]},
        "frames": [{"name": "a.jpg", "labels": labels}],
    }
    reading, found = read(file(tmp_path, content))

    first, second, whole, mask = found["a.jpg"].document.annotations
    assert first.shape == Polyline(points=(Point(0, 0), Point(5, 5)))
    assert first.group == second.group is not None
    assert [len(part[0]) for part in whole.shape.parts] == [3, 3]
    assert (mask.shape.left, mask.shape.width, mask.shape.height) == (0, 1, 40)
    assert (found["a.jpg"].width, found["a.jpg"].height) == (50, 40)
    assert reading.categories == ["area", "lane", "rider"]


@pytest.mark.parametrize("types", ["LCCL", "LCCC"])
def test_a_curve_is_read_as_lines_near_it(tmp_path: Path, types: str) -> None:
    # The usual curve for a quarter of a circle, which it leaves by 0.03 % of the radius.
    k = 100 * 0.5522847498
    quarter = {"vertices": [[100, 0], [100, k], [k, 100], [0, 100]], "types": types, "closed": False}
    reading, found = read(
        file(tmp_path, [{"name": "a.jpg", "labels": [{"category": "c", "poly2d": [quarter]}]}])
    )

    (entry,) = found["a.jpg"].document.annotations
    middles = [
        ((a[0] + b[0]) / 2, (a[1] + b[1]) / 2)
        for a, b in zip(entry.shape.points, entry.shape.points[1:], strict=False)
    ]
    assert entry.shape.points[0] == (100, 0)
    assert entry.shape.points[-1] == pytest.approx((0, 100))
    assert all(abs((x * x + y * y) ** 0.5 - 100) < 0.13 for x, y in middles)
    assert "Curves" in reading.notes[0]


def test_the_first_files_of_2018(tmp_path: Path) -> None:
    lane = [[0, 0, "L"], [5, 5, "L"], [9, 5, "L"]]
    area = [[0, 0, "L"], [5, 5, "L"], [9, 5, "L"], [0, 0, "L"]]
    objects = [
        box(id=1, attributes={"occluded": False}),
        {"category": "lane/road curb", "id": 2, "poly2d": lane},
        {"category": "area/drivable", "id": 3, "poly2d": area},
    ]
    content = {
        "name": "0000f77c-6257be58",
        "frames": [{"timestamp": 10000, "objects": objects}],
        "attributes": {"weather": "clear"},
    }
    (tmp_path / "train").mkdir()
    _, found = read(file(tmp_path, content, "train/0000f77c-6257be58.json"))

    entry = found["0000f77c-6257be58.jpg"]
    tag, car, curb, area_found = entry.document.annotations
    assert entry.split == "train"
    assert tag.attributes == {"weather": "clear"}
    assert car.flags == {"occluded": False}
    assert isinstance(curb.shape, Polyline)
    assert area_found.shape == Polygon(parts=(((Point(0, 0), Point(5, 5), Point(9, 5)),),))


def test_bad_labels_are_faults(tmp_path: Path) -> None:
    labels = [
        box(box2d={"x1": 1, "y1": 2, "x2": 1, "y2": 5}),
        box(box2d={"x1": 1, "y1": 2, "x2": 3}),
        {"category": "c", "poly2d": [{"vertices": [[0, 0], [1, 1]], "types": "L", "closed": False}]},
        {"category": "c", "poly2d": [{"vertices": [[0, 0], [1, 1], [2, 1]], "types": "LCL"}]},
        {"category": "c", "box3d": {"location": [1, 2, 3]}},
        box(),
    ]
    reading, found = read(file(tmp_path, [{"name": "a.jpg", "labels": labels}, {"name": "../b.jpg"}]))

    assert len(found["a.jpg"].document.annotations) == 1
    places = [f"$.frames[0].labels[{n}]" for n in range(5)]
    assert [fault.place for fault in reading.faults] == [*places, "$.frames[1]"]
    assert "box3d" in reading.faults[4].reason


def test_what_is_written_is_scalabels(tmp_path: Path) -> None:
    specs = (AttributeSpec(id="w", name="weather", kind="text"),)
    frame = Category(id="ff", name="frame", attributes=specs)
    ontology = Ontology(categories=(Category(id="zz", name="car"), frame))
    document = Document(
        annotations=(
            annotation(1, None, "ff", attributes={"w": "clear"}),
            annotation(2, BOX, flags={"occluded": True, "track": 7.0, "kept": "yes"}),
            annotation(3, TWO_PARTS),
            annotation(4, MASK),
        )
    )
    losses = written(Bdd100k(), [item("a.png", document, split="val")], tmp_path / "out", ontology)
    (made,) = json.loads((tmp_path / "out/labels/det_20/det_val.json").read_text())["frames"]

    assert made["attributes"] == {"weather": "clear"}
    assert made["size"] == {"width": 50, "height": 40}
    first, second, third = made["labels"]
    assert first["box2d"] == {"x1": 1.5, "y1": 2.25, "x2": 30.1, "y2": 20.7}
    assert first["attributes"] == {"occluded": True}
    assert [line["types"] for line in second["poly2d"]] == ["LLL", "LLLL"]
    assert third["rle"]["size"] == [40, 50]
    assert (tmp_path / "out/images/100k/val/a.png").exists()
    assert not losses.dropped
    back = read(tmp_path / "out")[1]["a.png"].document.annotations
    assert back[1].flags == {"occluded": True, "track": 7.0, "kept": "yes"}
    assert isinstance(back[3].shape, Mask)


def test_lists_stand_beside_the_attributes_which_have_one_value_each(tmp_path: Path) -> None:
    options = tuple(Option(id=word, name=word) for word in ("wet", "dark"))
    specs = (AttributeSpec(id="c", name="conditions", kind="choices", options=options),)
    ontology = Ontology(categories=(Category(id="zz", name="car", attributes=specs),))
    document = Document(annotations=(annotation(1, BOX, attributes={"c": ("wet", "dark")}),))
    written(Bdd100k(), [item("a.png", document)], tmp_path / "out", ontology)

    (made,) = json.loads((tmp_path / "out/labels/det_20/det_train.json").read_text())["frames"]
    assert made["labels"][0]["attributes"] == {}
    (found,) = read(tmp_path / "out")[1]["a.png"].document.annotations
    assert found.attributes == {"conditions": ("wet", "dark")}


def test_other_json_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableLabels, match="Scalabel"):
        Bdd100k().read(source_of(file(tmp_path, {"images": []})))
