"""Labelbox: its export (version 2), one JSON object a data row and line.

A data row has its names (`external_id`, `global_key`), its size in `media_attributes`, and under each
project its labels, of which the newest is read. Objects are bounding_box (top, left, height, width in
pixels), polygon (one ring), line and point; classifications of an object are attributes. Of the whole
item, each chosen answer of a classification is a tag with the flag `question`, its name; answers such as
yes and no are called “question: answer”. Masks are at addresses of Labelbox: they are not fetched, and
each is a fault by name. Read is also the older flat export (a JSON list with “Labeled Data”).
Written are `export.ndjson` and `ontology.json` (Labelbox's normalized ontology, which keeps the order of
the classes), pictures below `images/`. Tags are answers of checklists. Polygons with holes or parts are
joined to one ring, masks written as polygons. Points of one annotation carry `set`, and what Labelbox has no
place for (flags, group, relations) stands beside an object under names that readers pass over.
Layout: Labelbox's documentation, “Export image annotations” and “Ontology”.
"""

from collections.abc import Iterator
from typing import Any

import msgspec

from labelwright.core.document import Annotation, AttributeValue
from labelwright.core.ontology import AttributeSpec, Category, Ontology
from labelwright.core.shapes import Box, Points, Polygon, Polyline, Shape
from labelwright.formats import labelbox_reading
from labelwright.formats.beside import Beside, below_images
from labelwright.formats.extras import Bonds, is_linked
from labelwright.formats.fitting import Place, fitting
from labelwright.formats.folder import Sink, Source
from labelwright.formats.format import Format, Items, LabeledItem, Limits, Reading, named_attributes
from labelwright.formats.labelbox_reading import ONTOLOGY, QUESTION
from labelwright.formats.report import Losses

FILE = "export.ndjson"
PLACE = Place(kinds=("box", "polygon", "polyline", "points", "tag"), holes=False, parts=False)
TAGS = "Tags"  # the question of tags that have none
TOOLS = {"box": "rectangle", "polygon": "polygon", "polyline": "line", "points": "point"}
TYPES = {"choice": "radio", "choices": "checklist"}

Record = dict[str, Any]


class Labelbox(Format):
    """Labelbox's export."""

    name = "labelbox"
    title = "Labelbox (NDJSON)"
    keeps = frozenset({"box", "polygon", "polyline", "points", "tag"})
    about = "A JSON object a line. Boxes, polygons, lines, points, tags, nested answers. No masks."
    limits = Limits()
    made_for = ("Labelbox", "NDJSON export v2")

    def recognize(self, source: Source) -> str | None:
        """A file whose first line has a data_row and projects."""
        return labelbox_reading.recognize(source)

    def read(self, source: Source) -> Reading:
        """Every export."""
        return labelbox_reading.read(source)

    def write(self, items: Items, ontology: Ontology, sink: Sink) -> Losses:
        """Write the export, the ontology and the pictures."""
        losses = Losses()
        beside = Beside(items, losses, below_images)
        sink.lines(FILE, _lines(beside, ontology, losses))
        sink.lines(ONTOLOGY, [_json(_ontology(ontology))])
        beside.copy(sink)
        return losses


def _lines(beside: Beside, ontology: Ontology, losses: Losses) -> Iterator[str]:
    categories = {category.id: category for category in ontology.categories}
    bonds = Bonds(ontology)
    for number, (item, path) in enumerate(beside.named(), 1):
        name = path.removeprefix("images/")
        data_row: Record = {"id": item.item_id or str(number), "external_id": name, "row_data": path}
        data_row["global_key"] = item.key or name
        label = {"label_kind": "Default", "version": "1.0.0", "id": f"label {number}"}
        record: Record = {"data_row": data_row}
        if item.width and item.height:
            record["media_attributes"] = {"height": item.height, "width": item.width}
        if item.split:
            value = [{"schema_name": item.split, "schema_kind": "CategoricalMetadataOption"}]
            fields = [{"schema_name": "split", "schema_kind": "CategoricalMetadata", "value": value}]
            record["metadata_fields"] = fields
        annotations = _annotations(item, categories, bonds, losses)
        said = {"name": "Labelwright", "labels": [{**label, "annotations": annotations}]}
        yield _json({**record, "projects": {"labelwright": said}})


def _annotations(
    item: LabeledItem, categories: dict[str, Category], bonds: Bonds, losses: Losses
) -> dict[str, list[Record]]:
    objects: list[Record] = []
    questions: dict[str, list[Record]] = {}
    linked = is_linked(item.document.annotations)
    for annotation, category, shape in fitting(item, categories, PLACE, losses):
        extra = bonds.beside(annotation, is_linked=linked)
        if annotation.evidence.score is not None:
            extra["confidence"] = annotation.evidence.score
        answers = _answers(annotation, category)
        if shape is None:
            question = str(annotation.flags.get(QUESTION, TAGS))
            extra["flags"] = {key: value for key, value in annotation.flags.items() if key != QUESTION}
            kept = {key: value for key, value in extra.items() if value != {}}
            answer = {"name": category.name, "value": category.name, "classifications": answers, **kept}
            questions.setdefault(question, []).append(answer)
            continue
        base = {"name": category.name, "value": category.name, **extra, "classifications": answers}
        for place, (kind, geometry) in enumerate(_geometry(shape)):
            feature = annotation.id if place == 0 else f"{annotation.id} {place + 1}"
            together = {"set": annotation.id} if kind == "ImagePoint" and len(_geometry(shape)) > 1 else {}
            objects.append({"feature_id": feature, **base, "annotation_kind": kind, **geometry, **together})
    asked = questions.items()
    classifications = [{"name": name, "value": name, "checklist_answers": listed} for name, listed in asked]
    return {"objects": objects, "classifications": classifications}


def _geometry(shape: Shape) -> list[tuple[str, Record]]:
    match shape:
        case Box():
            width, height = shape.right - shape.left, shape.bottom - shape.top
            box = {"top": shape.top, "left": shape.left, "height": height, "width": width}
            return [("ImageBoundingBox", {"bounding_box": box})]
        case Polygon():
            return [("ImagePolygon", {"polygon": _points(shape.parts[0][0])})]
        case Polyline():
            return [("ImagePolyline", {"line": _points(shape.points)})]
        case Points():
            return [("ImagePoint", {"point": point}) for point in _points(shape.points)]
        case _:
            raise TypeError(f"{type(shape).__name__} was to be made simpler before")


def _points(points: tuple[Any, ...]) -> list[Record]:
    return [{"x": x, "y": y} for x, y in points]


def _answers(annotation: Annotation, category: Category) -> list[Record]:
    kinds = {spec.name: spec.kind for spec in category.attributes}
    named = named_attributes(annotation, category)
    return [{"name": name, "value": name, **_answer(value, kinds.get(name))} for name, value in named.items()]


def _answer(value: AttributeValue, kind: str | None) -> Record:
    if isinstance(value, bool):
        word = "yes" if value else "no"
        return {"radio_answer": {"name": word, "value": word}, "flag": value}
    if isinstance(value, tuple):
        return {"checklist_answers": [{"name": word, "value": word} for word in value]}
    if isinstance(value, str) and kind == "choice":
        return {"radio_answer": {"name": value, "value": value}}
    if isinstance(value, str):
        return {"text_answer": {"content": value}}
    return {"text_answer": {"content": f"{value:.17g}"}, "number": value}


def _ontology(ontology: Ontology) -> Record:
    tools: list[Record] = []
    tags: list[str] = []
    for category in ontology.categories:
        asked = [_question(spec) for spec in category.attributes]
        kinds = [TOOLS[kind] for kind in category.shapes if kind in TOOLS]
        if "tag" in category.shapes:
            tags.append(category.name)
        shown = {"name": category.name, "color": category.color, "classifications": asked}
        tools.extend({"tool": tool, **shown} for tool in kinds or ["rectangle"])
    options = [{"label": name, "value": name} for name in tags]
    listed = [{"type": "checklist", "name": TAGS, "instructions": TAGS, "options": options}] if tags else []
    bonds = Bonds(ontology).listed
    return {"tools": tools, "classifications": listed, **({"relations": bonds} if bonds else {})}


def _question(spec: AttributeSpec) -> Record:
    options = [{"label": option.name, "value": option.name} for option in spec.options]
    if spec.kind == "flag":
        options = [{"label": word, "value": word} for word in ("yes", "no")]
    kind = "radio" if spec.kind == "flag" else TYPES.get(spec.kind, "text")
    return {"type": kind, "name": spec.name, "instructions": spec.name, "options": options}


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()
