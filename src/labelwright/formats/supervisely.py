"""Supervisely: a project of `meta.json`, and for each data set `DS/img/NAME` and `DS/ann/NAME.json`.

Coordinates are pixels from the left and top, with decimals, as they stand in the files. Written are
rectangles, polygons with holes, bitmaps, lines, points, cuboids and graphs (skeletons); attributes are tags
of the object. Several points of one annotation are objects with one `points_of`.
Flags, groups, relations, scores, the back of a cuboid and the values of a picture's tag stand in fields that
Supervisely's reader passes over. A split is a data set of its name; items without one are in `ds0`.
Supervisely's pictures lie in no folders: the folders of a name become a part of it, which is noted.

How it is read is in `supervisely_reading.py`. The layout: Supervisely's documentation of its annotations.
"""

import base64
import zlib
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import msgspec
from PIL import Image

from labelwright.core.document import Annotation, AttributeValue
from labelwright.core.ontology import Category, Ontology
from labelwright.core.shapes import (
    ABSENT,
    OCCLUDED,
    Box,
    Cuboid,
    Mask,
    Points,
    Polygon,
    Polyline,
    Ring,
    Shape,
    Skeleton,
)
from labelwright.formats import supervisely_reading
from labelwright.formats.extras import Bonds, Extra, is_linked
from labelwright.formats.figures import fits
from labelwright.formats.fitting import Place, fitting
from labelwright.formats.folder import Sink, Source
from labelwright.formats.format import Format, Items, LabeledItem, Limits, Reading, named_attributes
from labelwright.formats.names import Names, safe
from labelwright.formats.report import Losses
from labelwright.formats.rle import grid_of

UNSPLIT = supervisely_reading.UNSPLIT
PLACE = Place(
    kinds=("box", "polygon", "mask", "polyline", "points", "skeleton", "cuboid", "tag"), parts=False
)


class Supervisely(Format):
    """Supervisely's project folder."""

    name = "supervisely"
    title = "Supervisely"
    keeps = frozenset(PLACE.kinds)
    about = "A JSON file a picture, and one of classes and tags. All shapes but turned boxes and ellipses."
    limits = Limits(keeps_names=False)
    made_for = ("Supervisely", "Supervise.ly", "Roboflow Supervisely")

    def recognize(self, source: Source) -> str | None:
        """A meta.json with classes and tags, and files of annotations below it."""
        return supervisely_reading.recognize(source)

    def read(self, source: Source) -> Reading:
        """Every file of annotations."""
        return supervisely_reading.read(source)

    def write(self, items: Items, ontology: Ontology, sink: Sink) -> Losses:
        """Write pictures and their files, then `meta.json`."""
        losses, names = Losses(), Names(by_stem=False)
        writing = _Writing(ontology, losses)
        for item in items():
            folder = _folder(item, losses)
            name = names.take(safe(item.name).replace("/", "_").lstrip(".") or "unnamed")
            if name != item.name:
                losses.convert(item.name, "name", "Supervisely has pictures in no folders, each name once")
            if item.media is not None:
                sink.copy(f"{folder}/img/{name}", item.media())
            sink.lines(f"{folder}/ann/{name}.json", [writing.file(item)])
        sink.lines("meta.json", [msgspec.json.format(msgspec.json.encode(writing.meta())).decode()])
        return losses


def _folder(item: LabeledItem, losses: Losses) -> str:
    word = (item.split or UNSPLIT).replace("/", "_")
    if item.split is not None and supervisely_reading.split_of_folder(word) != item.split:
        losses.convert(item.name, "split", f"it is written as the data set {word}")
    return word


class _Writing:
    def __init__(self, ontology: Ontology, losses: Losses) -> None:
        self._ontology, self._losses = ontology, losses
        self._categories = {category.id: category for category in ontology.categories}
        self._numbers = {category.id: place for place, category in enumerate(ontology.categories, 1)}
        self._bonds = Bonds(ontology)
        self._tags: dict[str, set[str]] = {}
        self._for_items: dict[str, None] = {}
        self._objects = 0

    def file(self, item: LabeledItem) -> str:
        """The JSON of an item."""
        linked = is_linked(item.document.annotations)
        objects: list[Extra] = []
        tags: list[Extra] = []
        for annotation, category, shape in fitting(item, self._categories, PLACE, self._losses):
            beside = self._beside(annotation, is_linked=linked)
            if shape is None:
                self._for_items.setdefault(category.name)
                values = (
                    {"attributes": named_attributes(annotation, category)} if annotation.attributes else {}
                )
                tags.append({"name": category.name, "value": None, **values, **beside})
                continue
            if isinstance(shape, Skeleton) and not fits(shape, category):
                beside["keypoints"] = [list(keypoint) for keypoint in shape.keypoints]
            own = self._values(named_attributes(annotation, category))
            for said in _geometries(shape, category, f"{item.name} {annotation.id}"):
                self._objects += 1
                head = {"id": self._objects, "classId": self._numbers[category.id]}
                objects.append({**head, "classTitle": category.name, "tags": own, **said, **beside})
        size = {"height": item.height, "width": item.width}
        body = {"description": "", "tags": tags, "size": size, "objects": objects}
        return msgspec.json.encode(body).decode()

    def _values(self, named: dict[str, AttributeValue]) -> list[Extra]:
        """Attributes as tags; yes and no are words, several values several tags."""
        tags: list[Extra] = []
        for name, value in named.items():
            for one in value if isinstance(value, tuple) else (value,):
                plain = ("true" if one else "false") if isinstance(one, bool) else one
                self._tags.setdefault(name, set()).add(
                    "any_string" if isinstance(plain, str) else "any_number"
                )
                tags.append({"name": name, "value": plain})
        return tags

    def _beside(self, annotation: Annotation, *, is_linked: bool) -> Extra:
        said = self._bonds.beside(annotation, is_linked=is_linked)
        if annotation.evidence.score is not None:
            said["score"] = annotation.evidence.score
        return said

    def meta(self) -> Extra:
        """The classes, and the tags that were used."""
        classes = [_class(self._numbers[category.id], category) for category in self._ontology.categories]
        tags: list[Extra] = []
        for name, kinds in self._tags.items():
            kind = next(iter(kinds)) if len(kinds) == 1 else "any_string"
            tags.append(
                {"name": name, "value_type": kind, "color": "#8C564B", "applicable_type": "objectsOnly"}
            )
        tags += [
            {"name": name, "value_type": "none", "color": "#9467BD", "applicable_type": "imagesOnly"}
            for name in self._for_items
            if name not in self._tags
        ]
        said: Extra = {"classes": classes, "tags": tags, "projectType": "images"}
        if self._bonds.listed:
            said["relations"] = self._bonds.listed
        return said


def _class(number: int, category: Category) -> Extra:
    template = category.skeleton
    said: Extra = {"id": number, "title": category.name, "shape": "any", "color": category.color}
    if template is None:
        return {**said, "geometry_config": {}}
    nodes = {
        point.name: {"label": point.name, "loc": [point.x, point.y], "color": category.color}
        for point in template.keypoints
    }
    names = [point.name for point in template.keypoints]
    edges = [{"src": names[a], "dst": names[b], "color": category.color} for a, b in template.edges]
    config = {"nodes": nodes, "edges": edges, "swaps": [[names[a], names[b]] for a, b in template.swaps]}
    return {
        **said,
        "shape": "graph" if category.shapes == ("skeleton",) else "any",
        "geometry_config": config,
    }


def _points(ring: Ring) -> list[list[float]]:
    return [[x, y] for x, y in ring]


def _geometries(shape: Shape, category: Category, key: str) -> Iterator[Extra]:
    """The objects of a shape; only several points are several."""
    match shape:
        case Box():
            exterior = [[shape.left, shape.top], [shape.right, shape.bottom]]
            yield {"geometryType": "rectangle", "points": {"exterior": exterior, "interior": []}}
        case Polygon():
            outer, *holes = shape.parts[0]
            points = {"exterior": _points(outer), "interior": [_points(hole) for hole in holes]}
            yield {"geometryType": "polygon", "points": points}
        case Polyline():
            yield {"geometryType": "line", "points": {"exterior": _points(shape.points), "interior": []}}
        case Points():
            bond = {"points_of": key} if len(shape.points) > 1 else {}
            for x, y in shape.points:
                yield {"geometryType": "point", "points": {"exterior": [[x, y]], "interior": []}, **bond}
        case Mask():
            bitmap = {"data": _packed(shape), "origin": [shape.left, shape.top]}
            yield {"geometryType": "bitmap", "bitmap": bitmap}
        case Cuboid():
            seen = [*shape.front, shape.back[0], shape.back[1], shape.back[2]]
            faces = [[0, 1, 2, 3], [0, 4, 5, 1], [1, 5, 6, 2]]
            yield {
                "geometryType": "cuboid",
                "points": _points(tuple(seen)),
                "faces": faces,
                "back": _points(shape.back),
            }
        case Skeleton():
            template = category.skeleton
            named = template is not None and fits(shape, category)
            names = [p.name for p in template.keypoints] if template and named else []
            nodes: dict[str, Any] = {}
            for place, (x, y, visibility) in enumerate(shape.keypoints):
                if visibility != ABSENT:
                    hidden = {"disabled": True} if visibility == OCCLUDED else {}
                    nodes[names[place] if names else str(place + 1)] = {"loc": [x, y], **hidden}
            yield {"geometryType": "graph", "nodes": nodes}
        case _:
            pass


def _packed(mask: Mask) -> str:
    """A mask as Supervisely packs it: a PNG of one bit whose color 0 is transparent, packed, as text."""
    image = Image.fromarray(grid_of(mask).astype("uint8"))
    image.putpalette([0, 0, 0, 255, 255, 255])
    out = BytesIO()
    image.save(out, "PNG", transparency=0, bits=1)
    return base64.b64encode(zlib.compress(out.getvalue())).decode()
