"""Results of Mechanical Turk, in the shapes that its crowd elements give."""

import csv
import json
from pathlib import Path

import pytest

from labelwright.core.document import Document
from labelwright.core.errors import UnreadableLabels
from labelwright.core.shapes import Box, Point, Points, Polyline, polygon_of
from labelwright.formats.folder import source_of
from labelwright.formats.format import LabeledItem, Reading
from labelwright.formats.mturk_csv import MTurkCsv
from labelwright.formats.registry import choose
from tests.conformance.conftest import annotation, item, written

BASE = {
    "HITId": "H1",
    "WorkerId": "W1",
    "AssignmentStatus": "Approved",
    "Input.image_url": "https://h/b/1.jpg?v=2",
}


def read(root: Path, *rows: dict[str, str]) -> tuple[Reading, dict[str, LabeledItem]]:
    with (root / "t.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, list(dict.fromkeys(key for row in rows for key in row)))
        writer.writeheader()
        writer.writerows(rows)
    reading = MTurkCsv().read(source_of(root))
    return reading, {entry.name: entry for entry in reading.items}


def boxes(*lefts: int) -> str:
    listed = [{"height": 4, "label": "Dog", "left": left, "top": 1, "width": 3} for left in lefts]
    size = {"height": 40, "width": 60}
    return json.dumps([{"annotatedResult": {"boundingBoxes": listed, "inputImageProperties": size}}])


def test_boxes_of_several_workers_all_come_with_who_made_them(tmp_path: Path) -> None:
    reading, found = read(
        tmp_path,
        {**BASE, "Answer.taskAnswers": boxes(0, 10)},
        {**BASE, "WorkerId": "W2", "Answer.taskAnswers": boxes(1)},
        {**BASE, "WorkerId": "W3", "AssignmentStatus": "Rejected", "Answer.taskAnswers": boxes(1)},
    )
    image = found["b/1.jpg"]

    assert (image.width, image.height) == (60, 40)
    assert [(a.shape.left, a.flags["worker"]) for a in image.document.annotations] == [
        (0, "W1"),
        (10, "W1"),
        (1, "W2"),
    ]
    assert image.document.annotations[0].shape == Box(left=0, top=1, right=3, bottom=5)
    assert reading.categories == ["Dog"]
    assert "1 assignments that were rejected" in reading.notes[0]
    assert "answers of several workers" in reading.notes[1]
    assert choose(source_of(tmp_path))[0].name == "mturk-csv"


def test_answers_that_are_taken_apart_into_columns(tmp_path: Path) -> None:
    listed = json.dumps([{"height": 4, "label": "Dog", "left": 2, "top": 1, "width": 3}])
    columns = {
        "Answer.annotatedResult.boundingBoxes": listed,
        "Answer.annotatedResult.inputImageProperties.height": "40",
        "Answer.annotatedResult.inputImageProperties.width": "60",
    }
    _, found = read(tmp_path, {**BASE, **columns})

    (only,) = found["b/1.jpg"].document.annotations
    assert only.shape == Box(left=2, top=1, right=5, bottom=5)
    assert (found["b/1.jpg"].width, found["b/1.jpg"].height) == (60, 40)


def test_polygons_lines_and_keypoints(tmp_path: Path) -> None:
    ring = [{"x": 1, "y": 2}, {"x": 9, "y": 2}, {"x": 5, "y": 8.5}]
    said = {
        "polygons": [{"label": "roof", "vertices": ring}],
        "polylines": [{"label": "road", "vertices": ring[:2]}],
        "keypoints": [{"label": "nose", "x": 4, "y": 5}, {"label": "eye", "x": 6, "y": 7}],
    }
    _, found = read(tmp_path, {**BASE, "Answer.taskAnswers": json.dumps([{"annotatedResult": said}])})

    assert [(a.category, a.shape) for a in found["b/1.jpg"].document.annotations] == [
        ("roof", polygon_of((Point(1, 2), Point(9, 2), Point(5, 8.5)))),
        ("road", Polyline(points=(Point(1, 2), Point(9, 2)))),
        ("nose", Points(points=(Point(4, 5),))),
        ("eye", Points(points=(Point(6, 7),))),
    ]


@pytest.mark.parametrize(
    ("column", "cell", "tags"),
    [
        ("Answer.category.label", "cat", ["cat"]),
        ("Answer.taskAnswers", '[{"category": {"label": "cat"}}]', ["cat"]),
        ("Answer.taskAnswers", '[{"category": {"labels": ["cat", "dog"]}}]', ["cat", "dog"]),
        ("Answer.category.labels", '["cat", "dog"]', ["cat", "dog"]),
        ("Answer.taskAnswers", '[{"animal": {"cat": true, "dog": false}}]', ["cat"]),
        ("Answer.animal.cat", "true", ["cat"]),
        ("Answer.animal.cat", "false", []),
        ("Answer.cat.on", "true", ["cat"]),
        ("Answer.category", "cat", ["cat"]),
        ("Answer.comment", "a fine picture", []),
    ],
)
def test_classes_in_every_form(tmp_path: Path, column: str, cell: str, tags: list[str]) -> None:
    _, found = read(tmp_path, {**BASE, column: cell})

    assert [a.category for a in found["b/1.jpg"].document.annotations] == tags


def test_a_bad_answer_is_a_fault_with_its_line_and_column(tmp_path: Path) -> None:
    bad = [{"label": "a", "left": 1, "top": 1, "width": 0, "height": 1}, {"left": 1}, 7]
    reading, found = read(
        tmp_path,
        {**BASE, "Answer.taskAnswers": json.dumps([{"annotatedResult": {"boundingBoxes": bad}}])},
        {**BASE, "Answer.taskAnswers": "[{"},
        {**BASE, "Input.image_url": "https://h/../../x.jpg", "Answer.taskAnswers": boxes(1)},
    )

    assert [fault.place for fault in reading.faults] == [
        "line 2, Answer.taskAnswers.annotatedResult.boundingBoxes[2]",
        "line 2, Answer.taskAnswers.annotatedResult.boundingBoxes[0]",
        "line 2, Answer.taskAnswers.annotatedResult.boundingBoxes[1]",
        "line 3, Answer.taskAnswers",
        "line 4",
    ]
    assert not found["b/1.jpg"].document.annotations


def test_other_tables_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableLabels):
        read(tmp_path, {"filename": "a.jpg", "label": "cat"})


def test_a_row_for_each_worker_is_written(tmp_path: Path) -> None:
    one, two = annotation(1, None, "aa", flags={"worker": "W1"}), annotation(2, flags={"worker": "W2"})
    written(MTurkCsv(), [item("a.png", Document(annotations=(one, two)))], tmp_path / "o")
    with (tmp_path / "o/batch_results.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))

    assert [(row["WorkerId"], row["Input.image_url"]) for row in rows] == [
        ("W1", "images/a.png"),
        ("W2", "images/a.png"),
    ]
    (answer,) = json.loads(rows[1]["Answer.taskAnswers"])
    assert answer["annotatedResult"]["boundingBoxes"][0]["label"] == "Zelle"
    assert answer["annotatedResult"]["inputImageProperties"] == {"height": 40, "width": 50}
