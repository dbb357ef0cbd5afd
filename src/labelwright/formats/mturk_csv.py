"""Amazon Mechanical Turk: the results of a batch as CSV, a row for each assignment.

A row has the HIT, the worker, the inputs of the task (`Input.image_url`) and the answers. Read are the
answers of the crowd elements for pictures: boxes, polygons, polylines, keypoints (JSON in
`Answer.taskAnswers`, or taken apart into columns such as `Answer.annotatedResult.boundingBoxes`),
classifiers of one or more classes (`Answer.category.label`, `Answer.tags.cat` = true, or a column with a
word). Coordinates are pixels from the picture's corner. Several workers may answer for one picture: all
their annotations come, each with the flag `worker`; of rejected assignments none come.
Written is `batch_results.csv` with the same columns, a row for each worker of an item (one for what has no
worker), pictures below `images/`, and `classes.csv` with the classes in the ontology's order. Attributes,
flags and groups of shapes are written beside them in the answer. Polygons have one ring there.
Layout: Amazon's documentation, “Crowd HTML elements”, and the batch results of the requester's site.
"""

from collections.abc import Iterator
from typing import Any

import msgspec

from labelwright.core.ontology import Category, Ontology
from labelwright.core.shapes import Box, Points, Polygon, Polyline, Shape
from labelwright.formats import mturk_reading
from labelwright.formats.beside import Beside, below_images
from labelwright.formats.classes_csv import write_classes
from labelwright.formats.fields import note_lost_fields
from labelwright.formats.fitting import Place, fitting
from labelwright.formats.folder import Sink, Source
from labelwright.formats.format import Format, Items, LabeledItem, Limits, Reading, named_attributes
from labelwright.formats.mturk_reading import SPLIT, WORKER
from labelwright.formats.report import Losses
from labelwright.formats.tables import row

FILE = "batch_results.csv"
HEADER = (
    "HITId", "AssignmentId", "WorkerId", "AssignmentStatus", "Input.image_url", SPLIT, "Answer.taskAnswers",
)  # fmt: skip
PLACE = Place(kinds=("box", "polygon", "polyline", "points", "tag"), holes=False, parts=False)


class MTurkCsv(Format):
    """Results of Mechanical Turk."""

    name = "mturk-csv"
    title = "Mechanical Turk results"
    keeps = frozenset({"box", "polygon", "polyline", "points", "tag"})
    about = "A row for each worker of a picture, the answers as JSON. Boxes, polygons, lines, points, tags."
    limits = Limits()
    made_for = ("Amazon Mechanical Turk", "MTurk", "Crowd HTML Elements", "crowdsourcing")

    def recognize(self, source: Source) -> str | None:
        """A table with HITId, WorkerId and Answer columns."""
        return mturk_reading.recognize(source)

    def read(self, source: Source) -> Reading:
        """Every table of results."""
        return mturk_reading.read(source)

    def write(self, items: Items, ontology: Ontology, sink: Sink) -> Losses:
        """Write the results, the list of the classes and the pictures."""
        losses = Losses()
        beside = Beside(items, losses, below_images)
        sink.lines(FILE, _lines(beside, ontology, losses))
        write_classes(ontology, sink)
        beside.copy(sink)
        return losses


def _lines(beside: Beside, ontology: Ontology, losses: Losses) -> Iterator[str]:
    yield row(HEADER)
    categories = {category.id: category for category in ontology.categories}
    for number, (item, path) in enumerate(beside.named(), 1):
        answers = _answers(item, categories, losses)
        for worker, answer in answers.items():
            said = msgspec.json.encode([answer]).decode()
            yield row([f"H{number}", f"A{number}-{worker}", worker, "Submitted", path, item.split, said])


def _answers(item: LabeledItem, categories: dict[str, Category], losses: Losses) -> dict[str, dict[str, Any]]:
    """What each worker says of an item; all that has no worker is said by one without a name."""
    answers: dict[str, dict[str, Any]] = {}
    for annotation, category, shape in fitting(item, categories, PLACE, losses):
        worker = str(annotation.flags.get(WORKER, ""))
        answer = answers.setdefault(worker, _answer(item))
        if shape is None:
            note_lost_fields(losses, item.name, annotation, flags=(WORKER,))
            answer.setdefault("category", {"labels": []})["labels"].append(category.name)
            continue
        note_lost_fields(losses, item.name, annotation, attributes=True, flags=annotation.flags, group=True)
        beside = {
            "attributes": named_attributes(annotation, category),
            "flags": {key: value for key, value in annotation.flags.items() if key != WORKER},
            "group": annotation.group,
        }
        extra = {key: value for key, value in beside.items() if value}
        kind, entries = _entries(shape, len(answer["annotatedResult"].get("keypoints", ())))
        listed = answer["annotatedResult"].setdefault(kind, [])
        listed.extend({"label": category.name, **entry, **extra} for entry in entries)
    return answers or {"": _answer(item)}


def _answer(item: LabeledItem) -> dict[str, Any]:
    size = {"inputImageProperties": {"height": item.height, "width": item.width}}
    return {"annotatedResult": size if item.width and item.height else {}}


def _entries(shape: Shape, first: int) -> tuple[str, list[dict[str, Any]]]:
    match shape:
        case Box():
            width, height = shape.right - shape.left, shape.bottom - shape.top
            return "boundingBoxes", [{"left": shape.left, "top": shape.top, "width": width, "height": height}]
        case Polygon():
            return "polygons", [{"vertices": _vertices(shape.parts[0][0])}]
        case Polyline():
            return "polylines", [{"vertices": _vertices(shape.points)}]
        case Points() if len(shape.points) == 1:
            return "keypoints", _vertices(shape.points)
        case Points():  # of several points each says which it belongs to
            return "keypoints", [{**vertex, "set": first} for vertex in _vertices(shape.points)]
        case _:
            raise TypeError(f"{type(shape).__name__} was to be made simpler before")


def _vertices(points: tuple[Any, ...]) -> list[dict[str, Any]]:
    return [{"x": x, "y": y} for x, y in points]
