"""labelme: one JSON beside each picture, with its shapes.

Points are pixels from the upper left corner. A rectangle has two opposite corners, a circle its center and a
point on it, a turned rectangle (labelme 6 and later) four corners. A mask is a PNG of one bit over its
rectangle, whose two corners are pixels that belong to it. Groups are whole numbers; words of other groups,
attributes and what else labelme has no field for stand in fields that it keeps as they are. Words about the
whole picture are `flags` of the file. `labels.txt` names all categories, as `labelme --labels` reads them.
A polygon has one ring: one with holes is written as a mask, parts are joined; ellipses become polygons.
Reading: `labelme_reading.py`. The layout: labelme's documentation of its JSON format.
"""

import base64
from io import BytesIO
from pathlib import PurePosixPath

import msgspec
import numpy as np
from PIL import Image

from labelwright.core.document import Annotation
from labelwright.core.ontology import Category, Ontology
from labelwright.core.shapes import Box, Mask, Points, Polygon, Polyline, RotatedBox, Shape
from labelwright.formats import labelme_reading
from labelwright.formats.extras import Bonds, Extra, is_linked
from labelwright.formats.fitting import Place, fitting
from labelwright.formats.folder import Sink, Source
from labelwright.formats.format import Format, Items, LabeledItem, Limits, Reading, named_attributes
from labelwright.formats.labelme_reading import LABELS
from labelwright.formats.names import Names, stem_of
from labelwright.formats.report import Losses
from labelwright.formats.rle import grid_of

VERSION = "6.0.0"
KINDS = ("box", "rotated_box", "polygon", "polyline", "points", "mask", "tag")
PLACE = Place(kinds=KINDS, holes=False, parts=False)


class LabelMe(Format):
    """labelme's files."""

    name = "labelme"
    title = "labelme"
    keeps = frozenset(KINDS)
    about = "A JSON beside each picture. Rectangles, also turned, polygons, lines, points, masks and flags."
    limits = Limits()
    made_for = ("labelme", "X-AnyLabeling", "AnyLabeling", "wkentaro")

    def recognize(self, source: Source) -> str | None:
        """A JSON file with labelme's shapes."""
        return labelme_reading.recognize(source)

    def read(self, source: Source) -> Reading:
        """Every file of shapes."""
        return labelme_reading.read(source)

    def write(self, items: Items, ontology: Ontology, sink: Sink) -> Losses:
        """Write a file for each item, the pictures beside them, and the categories."""
        losses, names = Losses(), Names(by_stem=True)
        writing = _Writing(ontology, losses)
        for item in items():
            name = names.take(item.name, losses)
            if item.media is not None:
                sink.copy(name, item.media())
            sink.lines(f"{stem_of(name)}.json", [writing.file(item, PurePosixPath(name).name)])
        words = [category.name for category in ontology.categories]
        sink.lines(LABELS, [word for word in words if word.splitlines() == [word]])
        return losses


class _Writing:
    """The files of an export."""

    def __init__(self, ontology: Ontology, losses: Losses) -> None:
        self._losses = losses
        self._categories = {category.id: category for category in ontology.categories}
        self._bonds = Bonds(ontology)

    def file(self, item: LabeledItem, name: str) -> str:
        """The JSON of an item."""
        linked = is_linked(item.document.annotations)
        shapes: list[Extra] = []
        tags: list[Extra] = []
        groups: dict[str, int] = {}
        for annotation, category, shape in fitting(item, self._categories, PLACE, self._losses):
            said = self._said(annotation, category, is_linked=linked)
            if shape is None:
                tags.append({"label": category.name, **said})
                continue
            group = annotation.group
            number = None if group is None else groups.setdefault(group, len(groups) + 1)
            flags = {word: value for word, value in annotation.flags.items() if isinstance(value, bool)}
            others = {word: value for word, value in annotation.flags.items() if word not in flags}
            said.pop("flags", None)
            said |= {"other_flags": others} if others else {}
            head = {"label": category.name, **_drawn(shape), "group_id": number, "description": ""}
            shapes.append({**head, "flags": flags, **said})
        body: Extra = {
            "version": VERSION,
            "flags": dict.fromkeys((tag["label"] for tag in tags), True),
            "shapes": shapes,
            "imagePath": name,
            "imageData": None,
            "imageHeight": item.height or None,
            "imageWidth": item.width or None,
        }
        is_plain = len(body["flags"]) == len(tags) and all(tag.keys() == {"label"} for tag in tags)
        body |= {} if is_plain else {"tags": tags}
        body |= {key: value for key, value in (("split", item.split), ("key", item.key)) if value}
        if self._bonds.listed:
            body["relation_kinds"] = self._bonds.listed
        return msgspec.json.encode(body).decode()

    def _said(self, annotation: Annotation, category: Category, *, is_linked: bool) -> Extra:
        values = named_attributes(annotation, category)
        score = annotation.evidence.score
        said = self._bonds.beside(annotation, is_linked=is_linked)
        said |= {"attributes": values} if values else {}
        return said if score is None else {**said, "score": score}


def _drawn(shape: Shape) -> Extra:
    match shape:
        case Box(left, top, right, bottom):
            return {"points": [[left, top], [right, bottom]], "shape_type": "rectangle", "mask": None}
        case RotatedBox():
            points, kind = shape.corners(), "oriented_rectangle"
        case Polygon():
            points, kind = shape.parts[0][0], "polygon"
        case Polyline():
            points, kind = shape.points, "linestrip"
        case Points():
            points, kind = shape.points, "point" if len(shape.points) == 1 else "points"
        case Mask(left, top, width, height):
            corners = [[left, top], [left + width - 1, top + height - 1]]
            return {"points": corners, "shape_type": "mask", "mask": _png(shape)}
        case _:
            raise AssertionError(f"{shape} was to be made another shape")
    return {"points": [list(point) for point in points], "shape_type": kind, "mask": None}


def _png(mask: Mask) -> str:
    out = BytesIO()
    Image.fromarray(grid_of(mask).astype(np.uint8) * np.uint8(255)).convert("1").save(out, "PNG")
    return base64.b64encode(out.getvalue()).decode()
