"""VIA, the VGG Image Annotator: a project of version 2 as `via_project.json`, pictures beside.

Every picture has regions with `shape_attributes` (rect, circle, ellipse with `theta` in radians clockwise,
polygon, polyline, point; pixels from the upper left corner) and `region_attributes`. The category is the
attribute `class`; other attributes are texts. Sizes, tags, flags, groups, relations and what is no text stand
in fields that VIA passes over. Polygons have one ring: parts and holes are joined; masks and turned boxes
become polygons. Several points of an annotation are regions that say so.
Reading (also of version 1, of CSV and of version 3): `via_reading.py`. The layout: VIA's documentation.
"""

from collections.abc import Iterator
from pathlib import Path

import msgspec

from labelwright.core.document import Annotation
from labelwright.core.ontology import Category, Ontology
from labelwright.core.shapes import Box, Ellipse, Points, Polygon, Polyline, Shape
from labelwright.formats import via_reading
from labelwright.formats.beside import Beside
from labelwright.formats.extras import Bonds, Extra, each, is_linked
from labelwright.formats.fitting import Place, fitting
from labelwright.formats.folder import Sink, Source
from labelwright.formats.format import Format, Items, LabeledItem, Limits, Reading, named_attributes
from labelwright.formats.report import Losses

FILE, CLASS = "via_project.json", "class"
KINDS = ("box", "ellipse", "polygon", "polyline", "points", "tag")
PLACE = Place(kinds=KINDS, holes=False, parts=False)
REMOTE = -1  # the size of a file that is not beside


class Via(Format):
    """VIA's projects."""

    name = "via"
    title = "VIA (VGG Image Annotator)"
    keeps = frozenset(KINDS)
    about = "One JSON file. Boxes, ellipses, polygons, lines and points; also reads VIA's CSV and VIA 3."
    limits = Limits()
    made_for = ("VIA", "VGG Image Annotator", "VIA 3", "VGG JSON", "makesense.ai")

    def recognize(self, source: Source) -> str | None:
        """A JSON file or a CSV with VIA's regions."""
        return via_reading.recognize(source)

    def read(self, source: Source) -> Reading:
        """Every file of VIA's."""
        return via_reading.read(source)

    def write(self, items: Items, ontology: Ontology, sink: Sink) -> Losses:
        """Write the project, and the pictures beside."""
        losses = Losses()
        beside = Beside(items, losses, _place)
        writing = _Writing(ontology, losses)
        with sink.open(FILE) as file:
            file.write(writing.head() + b',"_via_img_metadata":{')
            for line in each(writing.entry(item, name) for item, name in beside.named()):
                file.write(line)
            file.write(b"\n}}\n")
        beside.copy(sink)
        return losses


def _place(item: LabeledItem, name: str) -> str:
    del item
    return name


class _Writing:
    """The pictures of a project."""

    def __init__(self, ontology: Ontology, losses: Losses) -> None:
        self._ontology, self._losses = ontology, losses
        self._categories = {category.id: category for category in ontology.categories}
        self._bonds = Bonds(ontology)

    def head(self) -> bytes:
        """The settings and the attributes, which stand before the pictures."""
        region: Extra = {
            CLASS: {
                "type": "dropdown",
                "description": "",
                "options": {category.name: "" for category in self._ontology.categories},
                "default_options": {},
            }
        }
        for spec in (spec for category in self._ontology.categories for spec in category.attributes):
            asked: Extra = {"type": "text", "description": "", "default_value": ""}
            if spec.kind == "choice":
                options = {option.name: "" for option in spec.options}
                asked = {"type": "dropdown", "description": "", "options": options, "default_options": {}}
            region.setdefault(spec.name, asked)
        body: Extra = {
            "_via_settings": {"core": {"buffer_size": 18, "filepath": {}, "default_filepath": ""}},
            "_via_attributes": {"region": region, "file": {}},
            "_via_data_format_version": "2.0.10",
            "relations": self._bonds.listed,
        }
        body["_via_settings"] |= {"project": {"name": "Labelwright"}, "ui": {}}
        return msgspec.json.encode(body).removesuffix(b"}")

    def entry(self, item: LabeledItem, name: str) -> bytes:
        """An item as a field of the pictures."""
        size = _size(item)
        linked = is_linked(item.document.annotations)
        regions: list[Extra] = []
        tags: list[Extra] = []
        for annotation, category, shape in fitting(item, self._categories, PLACE, self._losses):
            said = self._said(annotation, category, is_linked=linked)
            if shape is None:
                tags.append({CLASS: category.name, **said})
                continue
            values = named_attributes(annotation, category)
            texts = {key: value for key, value in values.items() if isinstance(value, str) and key != CLASS}
            drawn = list(_drawn(shape))
            more = {"one": annotation.id} if len(drawn) > 1 else {}
            for one in drawn:
                own = {"shape_attributes": one, "region_attributes": {CLASS: category.name, **texts}}
                regions.append({**own, **({"said": said | more} if said or more else {})})
        body: Extra = {"filename": name, "size": size, "regions": regions, "file_attributes": {}}
        body |= {"width": item.width, "height": item.height} if item.width and item.height else {}
        body |= {"tags": tags} if tags else {}
        body |= {key: value for key, value in (("split", item.split), ("key", item.key)) if value}
        return msgspec.json.encode(f"{name}{size}") + b":" + msgspec.json.encode(body)

    def _said(self, annotation: Annotation, category: Category, *, is_linked: bool) -> Extra:
        said = self._bonds.beside(annotation, is_linked=is_linked)
        values = named_attributes(annotation, category)
        is_plain = annotation.shape is not None and CLASS not in values
        if values and not (is_plain and all(isinstance(value, str) for value in values.values())):
            said["attributes"] = values
        score = annotation.evidence.score
        return said if score is None else {**said, "score": score}


def _size(item: LabeledItem) -> int:
    media = item.media() if item.media is not None else None
    if media is None:
        return REMOTE
    return media.stat().st_size if isinstance(media, Path) else len(media)


def _drawn(shape: Shape) -> Iterator[Extra]:
    match shape:
        case Box(left, top, right, bottom):
            yield {"name": "rect", "x": left, "y": top, "width": right - left, "height": bottom - top}
        case Ellipse(x, y, rx, ry, angle):
            yield {"name": "ellipse", "cx": x, "cy": y, "rx": rx, "ry": ry, "theta": angle}
        case Polygon() | Polyline():
            points = shape.parts[0][0] if isinstance(shape, Polygon) else shape.points
            xs, ys = [point.x for point in points], [point.y for point in points]
            kind = "polygon" if isinstance(shape, Polygon) else "polyline"
            yield {"name": kind, "all_points_x": xs, "all_points_y": ys}
        case Points(points):
            for x, y in points:
                yield {"name": "point", "cx": x, "cy": y}
        case _:
            raise AssertionError(f"{shape} was to be made another shape")
