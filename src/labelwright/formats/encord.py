"""Encord: its JSON export, a list of label rows with their data units.

Shapes are in shares of the data unit's width and height: boundingBox (x, y, w, h), rotatableBoundingBox
(the same, turned about its middle by theta degrees, clockwise), polygon and polyline (points by number;
`polygons` holds all rings of all parts as flat lists), point, and skeleton (points with names and
visibility). A bitmask is in pixels: rows one after the other, packed as COCO packs columns. Answers of
objects are attributes; of classifications, each chosen answer is a tag with the flag `question`.
Frames of a video and pictures of a group are items; their objectHash is the flag `track`.
Written are `labels.json` and `ontology.json` (which keeps the order of the classes, and skeletons), and
the pictures below `images/`. What Encord has no place for (flags, group, relations, which points belong
together) stands beside an object under names that readers pass over.
Layout: Encord's documentation, “JSON format export”, and its Python SDK.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from math import degrees
from typing import Any

import msgspec

from labelwright.core.document import Annotation, AttributeValue, Document
from labelwright.core.ontology import Category, Ontology
from labelwright.core.shapes import (
    ABSENT,
    OCCLUDED,
    Box,
    Mask,
    Points,
    Polygon,
    Polyline,
    Ring,
    RotatedBox,
    Shape,
    Skeleton,
)
from labelwright.formats import encord_reading, rle
from labelwright.formats.beside import Beside, below_images
from labelwright.formats.encord_ontology import hash_of, written_ontology
from labelwright.formats.encord_reading import LABELS, ONTOLOGY
from labelwright.formats.extras import Bonds, each, is_linked
from labelwright.formats.figures import fits
from labelwright.formats.fitting import Place, fitting
from labelwright.formats.folder import Sink, Source
from labelwright.formats.format import Format, Items, LabeledItem, Limits, Reading, named_attributes
from labelwright.formats.labelbox_reading import QUESTION
from labelwright.formats.report import Losses

KINDS = ("box", "rotated_box", "polygon", "polyline", "points", "skeleton", "mask", "tag")
PLACE = Place(kinds=KINDS, shares=True)
SHARED = ("box", "polygon", "polyline", "points", "skeleton", "tag")  # what is not bent in shares
TAGS = "Tags"

Record = dict[str, Any]


class Encord(Format):
    """Encord's export."""

    name = "encord"
    title = "Encord (JSON)"
    keeps = frozenset(KINDS)
    about = "A list of label rows, shares of the picture. All 2D shapes but ellipses, tags, attributes."
    limits = Limits()
    made_for = ("Encord", "Cord")

    def recognize(self, source: Source) -> str | None:
        """A JSON file with label rows of data units."""
        return encord_reading.recognize(source)

    def read(self, source: Source) -> Reading:
        """Every file of label rows."""
        return encord_reading.read(source)

    def write(self, items: Items, ontology: Ontology, sink: Sink) -> Losses:
        """Write the label rows, the ontology and the pictures."""
        losses = Losses()
        beside = Beside(items, losses, below_images)
        with sink.open(LABELS) as file:
            file.write(b"[")
            for line in each(_rows(beside, ontology, losses)):
                file.write(line)
            file.write(b"\n]\n")
        sink.lines(ONTOLOGY, [msgspec.json.encode(written_ontology(ontology)).decode()])
        beside.copy(sink)
        return losses


def _rows(beside: Beside, ontology: Ontology, losses: Losses) -> Iterator[bytes]:
    categories = {category.id: category for category in ontology.categories}
    bonds = Bonds(ontology)
    for number, (item, path) in enumerate(beside.named(), 1):
        title = path.removeprefix("images/")
        row = _Row(item, categories, bonds, losses)
        key = item.item_id or hashlib.sha256(f"{number} {title}".encode()).hexdigest()[:32]
        unit: Record = {"data_hash": key, "data_title": title, "data_link": path, "data_type": "image"}
        unit |= {
            "data_sequence": 0,
            "labels": {"objects": row.objects, "classifications": row.classifications},
        }
        if item.width and item.height:
            unit |= {"width": item.width, "height": item.height}
        said: Record = {
            "label_hash": key,
            "dataset_title": "Labelwright",
            "data_title": title,
            "data_type": "image",
        }
        if item.split:
            said["split"] = item.split
        if item.key:
            said["client_key"] = item.key
        said |= {"data_units": {key: unit}, "object_answers": row.object_answers}
        said |= {"classification_answers": row.classification_answers, "label_status": "LABELLED"}
        yield msgspec.json.encode(said)


class _Row:
    """What a label row says of one item."""

    def __init__(
        self, item: LabeledItem, categories: dict[str, Category], bonds: Bonds, losses: Losses
    ) -> None:
        self.objects: list[Record] = []
        self.classifications: list[Record] = []
        self.object_answers: dict[str, Record] = {}
        self.classification_answers: dict[str, Record] = {}
        self._size = (1, 1) if item.in_shares else (item.width, item.height)
        linked = is_linked(item.document.annotations)
        place = Place(kinds=SHARED, shares=True) if item.in_shares else PLACE
        for annotation, category, shape in fitting(
            _fitted(item, categories, losses), categories, place, losses
        ):
            extra = bonds.beside(annotation, is_linked=linked)
            score = annotation.evidence.score
            base: Record = {"name": category.name, "value": category.name, "manualAnnotation": True}
            base |= {"confidence": 1 if score is None else score, "featureHash": hash_of(category.name)}
            kinds = {spec.name: spec.kind for spec in category.attributes}
            answers = [
                {"name": name, "value": name, "featureHash": hash_of(name), **_answer(value, kinds.get(name))}
                for name, value in named_attributes(annotation, category).items()
            ]
            if shape is None:
                self._tag(annotation, category, {**base, **extra}, answers)
                continue
            drawn = self._drawn(shape, category)
            together = {"set": annotation.id} if len(drawn) > 1 else {}
            for geometry in drawn:
                key = self._free(annotation.id)
                self.objects.append(
                    {**base, "objectHash": key, "color": category.color, **extra, **together, **geometry}
                )
                self.object_answers[key] = {"objectHash": key, "classifications": answers}

    def _tag(self, annotation: Annotation, category: Category, base: Record, answers: list[Record]) -> None:
        question = str(annotation.flags.get(QUESTION, TAGS))
        key = self._free(annotation.id)
        if "flags" in base:
            base["flags"] = {name: value for name, value in annotation.flags.items() if name != QUESTION}
        chosen = {"name": category.name, "value": category.name, "featureHash": hash_of(category.name)}
        asked = {"name": question, "value": question, "featureHash": hash_of(question), "answers": [chosen]}
        self.classifications.append({**base, "name": question, "value": question, "classificationHash": key})
        self.classification_answers[key] = {"classificationHash": key, "classifications": [asked, *answers]}

    def _free(self, wished: str) -> str:
        key, number = wished or "1", 2
        while key in self.object_answers or key in self.classification_answers:
            key, number = f"{wished} ({number})", number + 1
        return key

    def _drawn(self, shape: Shape, category: Category) -> list[Record]:
        wide, high = self._size
        match shape:
            case Box():
                said = self._box(shape.left, shape.top, shape.right - shape.left, shape.bottom - shape.top)
                return [{"shape": "bounding_box", "boundingBox": said}]
            case RotatedBox():
                left, top = shape.x - shape.width / 2, shape.y - shape.height / 2
                said = {**self._box(left, top, shape.width, shape.height), "theta": degrees(shape.angle)}
                return [{"shape": "rotatable_bounding_box", "rotatableBoundingBox": said}]
            case Polygon():
                flat = [[_flat(ring, wide, high) for ring in part] for part in shape.parts]
                return [{"shape": "polygon", "polygon": self._points(shape.parts[0][0]), "polygons": flat}]
            case Polyline():
                return [{"shape": "polyline", "polyline": self._points(shape.points)}]
            case Points():
                return [{"shape": "point", "point": self._points((point,))} for point in shape.points]
            case Skeleton():
                return [{"shape": "skeleton", "skeleton": self._skeleton(shape, category)}]
            case Mask():
                return [{"shape": "bitmask", "bitmask": _bitmask(shape, wide, high)}]
            case _:
                raise TypeError(f"{type(shape).__name__} was to be made simpler before")

    def _box(self, left: float, top: float, width: float, height: float) -> Record:
        wide, high = self._size
        return {"x": left / wide, "y": top / high, "w": width / wide, "h": height / high}

    def _points(self, points: Ring) -> Record:
        wide, high = self._size
        return {str(n): {"x": x / wide, "y": y / high} for n, (x, y) in enumerate(points)}

    def _skeleton(self, skeleton: Skeleton, category: Category) -> Record:
        wide, high = self._size
        names = [point.name for point in category.skeleton.keypoints] if category.skeleton else []
        seen = {ABSENT: "invisible", OCCLUDED: "occluded"}
        return {
            str(n): {
                "x": x / wide if v else 0.0,
                "y": y / high if v else 0.0,
                "name": name,
                "value": name,
                "featureHash": hash_of(f"{category.name} {name}"),
                "visibility": seen.get(v, "visible"),
            }
            for n, (name, (x, y, v)) in enumerate(zip(names, skeleton.keypoints, strict=True))
        }


def _fitted(item: LabeledItem, categories: dict[str, Category], losses: Losses) -> LabeledItem:
    """The item without skeletons that do not fit the template of their category."""
    kept: list[Annotation] = []
    for annotation in item.document.annotations:
        category = categories.get(annotation.category)
        if isinstance(annotation.shape, Skeleton) and category and not fits(annotation.shape, category):
            losses.drop(item.name, "skeleton", "its category has no template of as many keypoints")
        else:
            kept.append(annotation)
    if len(kept) == len(item.document.annotations):
        return item
    return replace(item, document=Document(annotations=tuple(kept)))


def _flat(ring: Ring, wide: int, high: int) -> list[float]:
    return [value for x, y in ring for value in (x / wide, y / high)]


def _bitmask(mask: Mask, wide: int, high: int) -> Record:
    # Rows of the whole picture: its transposed columns.
    grid = rle.grid_of(mask)
    turned = rle.windowed(grid.T, mask.top, mask.left)
    runs = rle.runs_of(turned, wide, high)
    return {"top": 0, "left": 0, "width": wide, "height": high, "rleString": rle.pack(runs)}


def _answer(value: AttributeValue, kind: str | None) -> Record:
    if isinstance(value, tuple):
        return {"answers": [_option(word) for word in value], "type": "checklist"}
    if isinstance(value, bool):
        return {"answers": [_option("yes" if value else "no")], "flag": value}
    if isinstance(value, str):
        return {"answers": [_option(value)] if kind == "choice" else value}
    return {"answers": f"{value:.17g}", "number": value}


def _option(word: str) -> Record:
    return {"name": word, "value": word, "featureHash": hash_of(word)}
