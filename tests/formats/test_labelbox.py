"""Labelbox's exports: its own sample, and the parts that its documentation shows."""

import json
from pathlib import Path

import pytest

from labelwright.core.document import Document, Relation
from labelwright.core.errors import UnreadableLabels
from labelwright.core.shapes import Box, Point, Points, Polyline, polygon_of
from labelwright.formats.folder import source_of
from labelwright.formats.format import LabeledItem, Reading
from labelwright.formats.labelbox import Labelbox
from labelwright.formats.registry import choose
from tests.conformance.conftest import DOTS, annotation, item, written
from tests.shared_data import shared_data

TRIANGLE = [{"x": 1, "y": 2}, {"x": 9, "y": 2}, {"x": 5, "y": 8.5}]


def row(*labels: dict, **more: object) -> dict:
    return {
        "data_row": {
            "id": "r1",
            "external_id": "a.jpg",
            "global_key": "key 1",
            "row_data": "https://h/x/a.jpg",
        },
        "media_attributes": {"width": 60, "height": 40},
        "projects": {"p": {"name": "P", "labels": list(labels)}},
        **more,
    }


def label(*objects: dict, classifications: tuple = (), at: str = "2024-01-01") -> dict:
    said = {"objects": list(objects), "classifications": list(classifications), "relationships": []}
    return {"label_kind": "Default", "label_details": {"created_at": at}, "annotations": said}


def read(root: Path, *rows: object, name: str = "e.ndjson") -> tuple[Reading, dict[str, LabeledItem]]:
    (root / name).write_text("\n".join(r if isinstance(r, str) else json.dumps(r) for r in rows))
    reading = Labelbox().read(source_of(root))
    return reading, {entry.name: entry for entry in reading.items}


def test_labelboxs_own_file() -> None:
    place = shared_data("formats/labelformat/object_detection/Labelbox")
    reading = Labelbox().read(source_of(place))
    first, second = reading.items

    assert (first.name, first.width, first.height) == ("a-weird Filename.asdf.jpg", 640, 416)
    assert len(first.document.annotations) == len(second.document.annotations) == 8
    dog = first.document.annotations[0]
    assert (dog.category, dog.shape) == ("dog", Box(left=540, top=295, right=563, bottom=313))
    assert reading.categories == ["dog", "person", "bench", "bicycle with space", "snowboard"]
    assert not reading.faults
    assert choose(source_of(place))[0].name == "labelbox"


def test_every_kind_of_object(tmp_path: Path) -> None:
    box = {"name": "a", "bounding_box": {"top": 1, "left": 2, "height": 3, "width": 4}}
    mask = {"name": "sky", "annotation_kind": "ImageSegmentationMask", "mask": {"url": "https://x/m.png"}}
    odd = {"name": "t", "annotation_kind": "TextEntity", "location": {"start": 1, "end": 2}}
    reading, found = read(
        tmp_path,
        row(
            label(
                box,
                {"name": "b", "polygon": [*TRIANGLE, TRIANGLE[0]]},
                {"name": "c", "line": TRIANGLE},
                {"name": "d", "point": TRIANGLE[0]},
                mask,
                odd,
                {"polygon": TRIANGLE},
                7,
            )
        ),
    )
    entry = found["a.jpg"]
    points = (Point(1, 2), Point(9, 2), Point(5, 8.5))

    assert (entry.key, entry.width, entry.height) == ("key 1", 60, 40)
    assert [(a.category, a.shape) for a in entry.document.annotations] == [
        ("a", Box(left=2, top=1, right=6, bottom=4)),
        ("b", polygon_of(points)),
        ("c", Polyline(points=points)),
        ("d", Points(points=points[:1])),
    ]
    assert [(fault.place, fault.reason[:44]) for fault in reading.faults] == [
        ("line 1, object 5", "the mask of “sky” is at an address of Labelb"),
        ("line 1, object 6", "it is of a kind that is not read: TextEntity"),
        ("line 1, object 7", "it has no name"),
        ("line 1, object 8", "an object is an object with fields"),
    ]


def test_answers_are_attributes_of_objects_and_tags_of_items(tmp_path: Path) -> None:
    nested = {"name": "how", "checklist_answers": [{"name": "fast"}, {"name": "far"}]}
    asked = [
        {"name": "moves", "radio_answer": {"name": "runs", "classifications": [nested]}},
        {"name": "note", "text_answer": {"content": "a fine dog"}},
    ]
    box = {
        "name": "dog",
        "bounding_box": {"top": 1, "left": 2, "height": 3, "width": 4},
        "classifications": asked,
    }
    tags = (
        {"name": "weather", "radio_answer": {"name": "sunny", "classifications": [nested]}},
        {"name": "indoors", "radio_answer": {"name": "no"}},
        {"name": "seen", "checklist_answers": [{"name": "cat"}, {"name": "cow"}]},
        {"name": "caption", "text_answer": {"content": "hello"}},
    )
    reading, found = read(tmp_path, row(label(box, classifications=tags)))
    dog, *others = found["a.jpg"].document.annotations

    assert dog.attributes == {"moves": "runs", "how": ("fast", "far"), "note": "a fine dog"}
    assert [(a.category, a.flags.get("question"), a.attributes) for a in others] == [
        ("sunny", "weather", {"how": ("fast", "far")}),
        ("indoors: no", "indoors", {}),
        ("cat", "seen", {}),
        ("cow", "seen", {}),
        ("caption", None, {"text": "hello"}),
    ]
    assert reading.categories == ["dog", "sunny", "indoors: no", "cat", "cow", "caption"]


def test_of_several_labels_the_newest_is_read(tmp_path: Path) -> None:
    point = {"name": "new", "point": TRIANGLE[0]}
    older = label({"name": "old", "point": TRIANGLE[0]}, at="2023-05-01T00:00:00")
    reading, found = read(tmp_path, row(label(point, at="2024-05-01T00:00:00"), older))

    assert [a.category for a in found["a.jpg"].document.annotations] == ["new"]
    assert reading.notes == ["1 older labels of the same data rows were passed over."]


def test_the_older_flat_export(tmp_path: Path) -> None:
    box = {"title": "cattle", "bbox": {"top": 10, "left": 20, "height": 30, "width": 40}}
    box["classifications"] = [{"title": "posture", "answer": {"title": "standing"}}]
    said = {"objects": [box], "classifications": [{"title": "time", "answer": {"title": "night"}}]}
    entry = {"ID": "x", "External ID": "f.jpg", "Labeled Data": "https://h/f.jpg", "Label": said}
    _, found = read(tmp_path, json.dumps([entry, "no"]), name="e.json")
    cattle, night = found["f.jpg"].document.annotations

    assert cattle.shape == Box(left=20, top=10, right=60, bottom=40)
    assert cattle.attributes == {"posture": "standing"}
    assert (night.category, night.flags) == ("night", {"question": "time"})


def test_bad_lines_are_faults(tmp_path: Path) -> None:
    reading, found = read(
        tmp_path, row(label()), "{", {"data_row": {"external_id": "../x"}, "projects": {}}, [1]
    )

    assert [fault.place for fault in reading.faults] == ["line 2", "line 3", "line 4"]
    assert list(found) == ["a.jpg"]


def test_no_export_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableLabels):
        read(tmp_path, {"a": 1})


def test_what_is_written_is_an_export_with_its_ontology(tmp_path: Path) -> None:
    said = annotation(1, attributes={"a1": "o1", "a2": "seen"})
    document = Document(annotations=(said, annotation(2, DOTS, "aa"), annotation(3, None, "aa")))
    written(Labelbox(), [item("a.png", document, split="val")], tmp_path / "o")

    record = json.loads((tmp_path / "o/export.ndjson").read_text())
    assert record["data_row"]["external_id"] == "a.png"
    (made,) = record["projects"]["labelwright"]["labels"]
    box, one, two = made["annotations"]["objects"]
    assert box["bounding_box"] == pytest.approx({"top": 2.25, "left": 1.5, "height": 18.45, "width": 28.6})
    assert box["classifications"] == [
        {"name": "Stain", "value": "Stain", "radio_answer": {"name": "Giemsa blue", "value": "Giemsa blue"}},
        {"name": "Remark", "value": "Remark", "text_answer": {"content": "seen"}},
    ]
    assert (one["annotation_kind"], one["point"], two["point"]) == (
        "ImagePoint",
        {"x": 2.5, "y": 3.5},
        {"x": 40, "y": 8},
    )
    (tags,) = made["annotations"]["classifications"]
    assert [answer["name"] for answer in tags["checklist_answers"]] == ["Ärger & <Schmutz> “1”"]
    ontology = json.loads((tmp_path / "o/ontology.json").read_text())
    assert ontology["tools"][0]["tool"] == "rectangle"
    assert [tool["name"] for tool in ontology["tools"]][-1] == "never used"


def test_relations_come_back_with_their_kinds(tmp_path: Path) -> None:
    bond = annotation("one", relations=(Relation(kind="r2", to="two"),))
    written(Labelbox(), [item("a.png", Document(annotations=(bond, annotation("two"))))], tmp_path / "o")
    reading = Labelbox().read(source_of(tmp_path / "o"))
    (back,) = reading.items

    assert [(spec.name, spec.directed) for spec in reading.relations] == [
        ("part of", True),
        ("touches", False),
    ]
    assert back.document.annotations[0].relations == (Relation(kind="touches", to="two"),)
    assert [entry.id for entry in back.document.annotations] == ["one", "two"]
