"""Encord's label rows, as its documentation and SDK have them."""

import json
from math import pi
from pathlib import Path

import numpy as np
import pytest

from labelwright.core.document import Document, Relation
from labelwright.core.errors import UnreadableLabels
from labelwright.core.shapes import Box, Keypoint, Mask, Point, Points, Polyline, Skeleton, polygon_of
from labelwright.formats import rle
from labelwright.formats.encord import Encord
from labelwright.formats.folder import source_of
from labelwright.formats.format import LabeledItem, Reading
from labelwright.formats.registry import choose
from tests.conformance.conftest import DOTS, MASK, annotation, item, picture, written

DOTS_BY_NUMBER = {"0": {"x": 0.1, "y": 0.1}, "1": {"x": 0.5, "y": 0.1}, "2": {"x": 0.5, "y": 0.5}}


def thing(shape: str, **geometry: object) -> dict:
    base = {"name": shape, "value": shape, "shape": shape, "objectHash": f"hash {shape}", "confidence": 1}
    return {**base, **geometry}


def unit(*objects: object, classifications: tuple = (), **more: object) -> dict:
    labels = {"objects": list(objects), "classifications": list(classifications)}
    return {"data_hash": "u", "data_title": "a.jpg", "width": 100, "height": 50, "labels": labels, **more}


def row(*units: dict, **more: object) -> dict:
    return {
        "label_hash": "l",
        "data_type": "image",
        "data_units": {str(n): u for n, u in enumerate(units)},
        **more,
    }


def read(root: Path, *rows: object) -> tuple[Reading, list[LabeledItem]]:
    (root / "e.json").write_text(json.dumps(list(rows)))
    reading = Encord().read(source_of(root))
    return reading, list(reading.items)


def test_every_shape_in_shares_of_the_picture(tmp_path: Path) -> None:
    box = {"x": 0.4, "y": 0.2, "w": 0.1, "h": 0.5}
    ring = [0.1, 0.1, 0.5, 0.1, 0.5, 0.5]
    flat = np.zeros((50, 100), dtype=bool)
    flat[3, 4:9] = True
    edges = np.flatnonzero(np.diff(flat.ravel())) + 1
    runs = np.diff([0, *edges, flat.size]).tolist()
    bitmask = {"top": 0, "left": 0, "width": 100, "height": 50, "rleString": rle.pack(runs)}
    points = {key: {**place, "name": f"p{key}"} for key, place in DOTS_BY_NUMBER.items()}
    points["1"]["visibility"], points["2"]["visibility"] = "selfOccluded", "invisible"
    reading, (found,) = read(
        tmp_path,
        row(
            unit(
                thing("bounding_box", boundingBox=box),
                thing("rotatable_bounding_box", rotatableBoundingBox={**box, "theta": 90}),
                thing("polygon", polygon=DOTS_BY_NUMBER),
                thing("polygons", polygon=DOTS_BY_NUMBER, polygons=[[ring]]),
                thing("polyline", polyline=list(DOTS_BY_NUMBER.values())),
                thing("point", point={"0": {"x": 0.5, "y": 0.5}}),
                thing("skeleton", skeleton=points),
                thing("bitmask", bitmask=bitmask),
            )
        ),
    )
    corners = (Point(10, 5), Point(50, 5), Point(50, 25))
    shapes = [a.shape for a in found.document.annotations]

    assert not reading.faults
    assert shapes[0] == Box(left=40, top=10, right=50, bottom=35)
    assert (shapes[1].x, shapes[1].y, shapes[1].width, shapes[1].height) == (45, 22.5, 10, 25)
    assert shapes[1].angle == pytest.approx(pi / 2)
    assert shapes[2:6] == [
        polygon_of(corners),
        polygon_of(corners),
        Polyline(points=corners),
        Points(points=(Point(50, 25),)),
    ]
    assert shapes[6] == Skeleton(keypoints=(Keypoint(10, 5, 2), Keypoint(50, 5, 1), Keypoint(50, 25, 0)))
    assert shapes[7] == Mask(left=4, top=3, width=5, height=1, runs=(0, 5))
    assert (found.width, found.height) == (100, 50)
    assert [point.name for point in reading.definitions["skeleton"].skeleton.keypoints] == ["p0", "p1", "p2"]
    assert choose(source_of(tmp_path))[0].name == "encord"


def test_answers_are_attributes_and_tags(tmp_path: Path) -> None:
    answer = {"name": "Cat", "value": "cat"}
    object_answers = {
        "hash box": {
            "classifications": [
                {"name": "mood", "answers": [answer]},
                {"name": "seen", "answers": [answer, {"name": "Dog"}]},
                {"name": "note", "answers": "fine"},
            ]
        }
    }
    classification_answers = {
        "c1": {
            "classifications": [{"name": "Species", "answers": [answer]}, {"name": "why", "answers": "ears"}]
        },
        "c2": {"classifications": [{"name": "Indoors", "answers": [{"name": "Yes"}]}]},
    }
    asked = tuple({"name": name, "classificationHash": name} for name in ("c1", "c2", "c3"))
    box = thing("box", boundingBox={"x": 0, "y": 0, "w": 1, "h": 1})
    reading, (found,) = read(
        tmp_path,
        row(
            unit(box, classifications=asked),
            object_answers=object_answers,
            classification_answers=classification_answers,
        ),
    )
    one, cat, indoors = found.document.annotations

    assert one.attributes == {"mood": "Cat", "seen": ("Cat", "Dog"), "note": "fine"}
    assert (cat.category, cat.attributes, cat.flags) == ("Cat", {"why": "ears"}, {"question": "Species"})
    assert indoors.category == "Indoors: Yes"
    assert [(fault.place, fault.reason) for fault in reading.faults] == [
        ("$[0].classifications[2]", "“c3” has no answer")
    ]
    assert reading.categories == ["box", "Cat", "Indoors: Yes"]


def test_frames_and_groups_are_items_with_tracks(tmp_path: Path) -> None:
    box = thing("box", boundingBox={"x": 0, "y": 0, "w": 1, "h": 1})
    frames = {"10": {"objects": [box], "classifications": []}, "9": {"objects": [box], "classifications": []}}
    video = row({**unit(), "data_title": "v.mp4", "labels": frames}, data_type="video")
    group = row(unit(box), {**unit(box), "data_title": "b.jpg"}, data_type="img_group")
    _, found = read(tmp_path, video, group)

    assert [entry.name for entry in found] == ["v.mp4/frame_000009", "v.mp4/frame_000010", "a.jpg", "b.jpg"]
    assert {entry.document.annotations[0].flags["track"] for entry in found} == {"hash box"}


def test_bad_objects_are_faults_with_their_places(tmp_path: Path) -> None:
    bad = [
        thing("box", boundingBox={"x": 0, "y": 0, "w": 0, "h": 1}),
        thing("cuboid", cuboid={}),
        thing(
            "bitmask",
            bitmask={"top": 0, "left": 90, "width": 100, "height": 50, "rleString": rle.pack([5, 4995])},
        ),
        {"boundingBox": {}},
        "no",
        thing("ok", boundingBox={"x": 0, "y": 0, "w": 1, "h": 1}),
    ]
    reading, (found,) = read(tmp_path, row(unit(*bad)), 7, row({**unit(), "data_title": "../x"}))

    assert [a.category for a in found.document.annotations] == ["ok"]
    places = [fault.place for fault in reading.faults]
    assert places == [*(f"$[0].objects[{n}]" for n in range(5)), "$[1]", "$[2]"]


def test_without_a_size_shares_stay_shares(tmp_path: Path) -> None:
    box, turned = {"x": 0, "y": 0, "w": 0.5, "h": 1}, {"x": 0, "y": 0, "w": 1, "h": 1, "theta": 3}
    objects = thing("box", boundingBox=box), thing("turned", rotatableBoundingBox=turned)
    nameless = {**unit(*objects), "width": None}
    reading, (found,) = read(tmp_path, row(nameless))
    (tmp_path / "a.jpg").write_bytes(picture(20, 10))
    (sized,) = Encord().read(source_of(tmp_path)).items

    assert found.in_shares
    assert [a.shape for a in found.document.annotations] == [Box(left=0, top=0, right=0.5, bottom=1)]
    assert len(reading.faults) == 1
    assert sized.document.annotations[0].shape == Box(left=0, top=0, right=10, bottom=10)


def test_other_json_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableLabels):
        read(tmp_path, {"images": []})


def test_what_is_written_is_in_shares_with_its_ontology(tmp_path: Path) -> None:
    box = annotation("b1", Box(left=5, top=10, right=10, bottom=40), attributes={"a1": "o1"})
    document = Document(
        annotations=(box, annotation("m", MASK), annotation("d", DOTS), annotation("t", None, "aa"))
    )
    written(Encord(), [item("a.png", document)], tmp_path / "o")

    (said,) = json.loads((tmp_path / "o/labels.json").read_text())
    (only,) = said["data_units"].values()
    first, mask, one, two = only["labels"]["objects"]
    assert first["boundingBox"] == {"x": 0.1, "y": 0.25, "w": 0.1, "h": 0.75}
    assert said["object_answers"]["b1"]["classifications"][0]["answers"][0]["name"] == "Giemsa blue"
    runs = rle.unpack(mask["bitmask"]["rleString"])
    pixels = np.repeat(np.arange(len(runs)) % 2, runs).reshape(40, 50)
    assert np.argwhere(pixels).tolist() == [[4, 3], [4, 4], [5, 3], [5, 5]]
    assert (one["point"], two["point"]) == ({"0": {"x": 0.05, "y": 0.0875}}, {"0": {"x": 0.8, "y": 0.2}})
    assert (
        said["classification_answers"]["t"]["classifications"][0]["answers"][0]["name"]
        == "Ärger & <Schmutz> “1”"
    )
    ontology = json.loads((tmp_path / "o/ontology.json").read_text())
    assert {entry["shape"] for entry in ontology["objects"]} >= {"bounding_box", "bitmask", "skeleton"}


def test_relations_come_back_with_their_kinds(tmp_path: Path) -> None:
    bond = annotation("one", relations=(Relation(kind="r2", to="two"),))
    written(Encord(), [item("a.png", Document(annotations=(bond, annotation("two"))))], tmp_path / "o")
    reading = Encord().read(source_of(tmp_path / "o"))
    (back,) = reading.items

    assert [(spec.name, spec.directed) for spec in reading.relations] == [
        ("part of", True),
        ("touches", False),
    ]
    assert back.document.annotations[0].relations == (Relation(kind="touches", to="two"),)
    assert [entry.id for entry in back.document.annotations] == ["one", "two"]
