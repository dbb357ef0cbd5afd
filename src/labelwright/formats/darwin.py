"""V7's Darwin JSON: a file a picture, with `item`, `annotations`, and a kind of shape by the field's name.

Written is version 2.0: `bounding_box` (x, y, w, h), `polygon.paths` (outer rings and holes alike),
`ellipse` (center, radius, angle in radians), `line.path`, `keypoint`, `skeleton.nodes` (name, x, y,
occluded), `cuboid` (front and back boxes), `tag`; masks are a `mask` each and one `raster_layer` of all:
`dense_rle` of pairs (number, length) along the rows and `mask_annotation_ids_mapping`. Masks that overlap
have no place in it: what lies below is cut off. Attributes are `attributes`, words such as “color:red”. For
the way back they stand in `attribute_values` too, and flags, groups, relations and scores beside them,
where V7's reader passes over them. Files are `SPLIT/annotations/NAME.json` beside `SPLIT/images/NAME`,
without a split in no such folder. How it is read is in `darwin_reading.py`. The layout: V7's reference of
Darwin JSON.
"""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import PurePosixPath
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import msgspec
import numpy as np

from labelwright.core.document import Annotation, Document
from labelwright.core.ontology import Category, Ontology
from labelwright.core.shapes import (
    ABSENT,
    OCCLUDED,
    Box,
    Cuboid,
    Ellipse,
    Mask,
    Points,
    Polygon,
    Polyline,
    Ring,
    Shape,
    Skeleton,
)
from labelwright.formats import darwin_reading
from labelwright.formats.extras import Bonds, Extra, is_linked
from labelwright.formats.fitting import Place, fitting
from labelwright.formats.folder import Sink, Source
from labelwright.formats.format import Format, Items, LabeledItem, Limits, Reading, named_attributes
from labelwright.formats.names import Names
from labelwright.formats.painting import Painted, painted
from labelwright.formats.report import Losses
from labelwright.formats.splits import written_split

KINDS = ("box", "polygon", "polyline", "points", "ellipse", "skeleton", "tag")
PLACE = Place(kinds=KINDS)
STRAIGHT = Place(kinds=(*KINDS, "cuboid"))
SCHEMA = "https://darwin-public.s3.eu-west-1.amazonaws.com/darwin_json/2.0/schema.json"


class Darwin(Format):
    """V7's Darwin JSON."""

    name = "darwin"
    title = "V7 Darwin JSON"
    keeps = frozenset((*KINDS, "mask"))
    about = "A JSON file a picture. All shapes but turned boxes; masks do not overlap; cuboids are upright."
    limits = Limits(overlaps=False)
    made_for = ("V7", "V7 Darwin", "Darwin JSON", "darwin-py")

    def recognize(self, source: Source) -> str | None:
        """JSON files that say they are Darwin's."""
        return darwin_reading.recognize(source)

    def read(self, source: Source) -> Reading:
        """Every file of annotations."""
        return darwin_reading.read(source)

    def write(self, items: Items, ontology: Ontology, sink: Sink) -> Losses:
        """Write a file and a picture for each item, and the list of classes."""
        losses, names = Losses(), Names(by_stem=False)
        writing = _Writing(ontology, losses)
        for item in items():
            split = item.split if item.split is None else written_split(item.split)
            if split != item.split:
                losses.convert(item.name, "split", f"it is written as {split}")
            base = f"{split}/" if split else ""
            name = names.take(item.name, losses)
            if item.media is not None:
                sink.copy(f"{base}images/{name}", item.media())
            with sink.open(f"{base}annotations/{name}.json") as file:
                file.write(msgspec.json.encode(writing.file(item, name)) + b"\n")
        sink.lines("classes.json", [msgspec.json.encode(writing.classes()).decode()])
        return losses


class _Writing:
    def __init__(self, ontology: Ontology, losses: Losses) -> None:
        self._losses = losses
        self._categories = {category.id: category for category in ontology.categories}
        self._bonds = Bonds(ontology)

    def classes(self) -> Extra:
        """The classes with the names of their keypoints, in a file of our own."""
        listed: list[Extra] = []
        for category in self._categories.values():
            said: Extra = {"name": category.name}
            if category.skeleton is not None:
                names = [keypoint.name for keypoint in category.skeleton.keypoints]
                said["nodes"] = names
                said["edges"] = [[a, b] for a, b in category.skeleton.edges]
                said["swaps"] = [[a, b] for a, b in category.skeleton.swaps]
            listed.append(said)
        return {"darwin_classes": listed, "relations": self._bonds.listed}

    def file(self, item: LabeledItem, name: str) -> Extra:
        """The JSON of an item."""
        linked = is_linked(item.document.annotations)
        made: dict[str, Extra] = {}
        order = [annotation.id for annotation in item.document.annotations]
        masks = [a for a in item.document.annotations if isinstance(a.shape, Mask)]
        drawn = None
        if masks:
            alone = replace(item, document=Document(annotations=tuple(masks)))
            drawn = painted(alone, self._categories, self._losses, _say_nothing)
        for annotation in drawn.annotations if drawn else ():
            category = self._categories[annotation.category]
            made[annotation.id] = self._record(item, annotation, category, {"mask": {}}, is_linked=linked)
        others = tuple(a for a in item.document.annotations if not isinstance(a.shape, Mask))
        for other in others:
            alone = replace(item, document=Document(annotations=(other,)))
            place = STRAIGHT if isinstance(other.shape, Cuboid) and _is_upright(other.shape) else PLACE
            for annotation, category, shape in fitting(alone, self._categories, place, self._losses):
                for said in _said(shape, category, annotation.id):
                    record = self._record(item, annotation, category, said, is_linked=linked)
                    made[f"{annotation.id}\0{len(made)}"] = record
        places = {key: place for place, key in enumerate(order)}
        annotations = [made[key] for key in sorted(made, key=lambda key: places[key.split("\0")[0]])]
        if drawn is not None and drawn.annotations:
            annotations.append(_layer(drawn, item))
        slot: Extra = {"type": "image", "slot_name": "0"}
        if item.width and item.height:
            slot |= {"width": item.width, "height": item.height}
        slot["source_files"] = [{"file_name": PurePosixPath(name).name}]
        folder = "/" + str(PurePosixPath(name).parent).removeprefix(".")
        head: Extra = {"name": PurePosixPath(name).name, "path": folder, "slots": [slot]}
        return {"version": "2.0", "schema_ref": SCHEMA, "item": head, "annotations": annotations}

    def _record(
        self, item: LabeledItem, annotation: Annotation, category: Category, said: Extra, *, is_linked: bool
    ) -> Extra:
        record: Extra = {"id": _uuid(item, annotation.id), "name": category.name, "slot_names": ["0"], **said}
        named = named_attributes(annotation, category)
        if named:
            record["attributes"] = [f"{key}:{value}" for key, value in named.items()]
            record["attribute_values"] = named
        if annotation.evidence.score is not None:
            record["inference"] = {"confidence": annotation.evidence.score}
        return {**record, **self._bonds.beside(annotation, is_linked=is_linked)}


def _uuid(item: LabeledItem, key: str) -> str:
    """An id as V7 has them, the same each time."""
    return str(uuid5(NAMESPACE_URL, f"{item.name}#{key}"))


def _say_nothing(annotation: Annotation) -> None:
    """Everything that is said of an annotation has a place."""
    del annotation


def _layer(drawn: Painted, item: LabeledItem) -> Extra:
    """All masks of an item, as numbers of its pixels along the rows."""
    flat = drawn.owner.ravel()
    edges = np.flatnonzero(np.diff(flat)) + 1
    starts = np.concatenate(([0], edges))
    lengths = np.diff(np.concatenate((starts, [len(flat)])))
    pairs = np.column_stack((flat[starts].astype(np.int64), lengths)).ravel()
    numbers = {_uuid(item, annotation.id): place for place, annotation in enumerate(drawn.annotations, 1)}
    layer = {
        "dense_rle": pairs.tolist(),
        "mask_annotation_ids_mapping": numbers,
        "total_pixels": item.width * item.height,
    }
    return {
        "id": _uuid(item, "raster layer"),
        "name": "__raster_layer__",
        "slot_names": ["0"],
        "raster_layer": layer,
    }


def _is_upright(cuboid: Cuboid) -> bool:
    """Whether both faces are upright boxes, as Darwin has them."""
    return all(_face_box(face) is not None for face in (cuboid.front, cuboid.back))


def _face_box(face: Ring) -> Box | None:
    a, b, c, d = face
    is_box = a.y == b.y and b.x == c.x and c.y == d.y and d.x == a.x and a.x < c.x and a.y < c.y
    return Box(left=a.x, top=a.y, right=c.x, bottom=c.y) if is_box else None


def _xy(ring: Ring) -> list[dict[str, float]]:
    return [{"x": x, "y": y} for x, y in ring]


def _wh(box: Box) -> dict[str, float]:
    return {"x": box.left, "y": box.top, "w": box.right - box.left, "h": box.bottom - box.top}


def _said(shape: Shape | None, category: Category, key: str) -> Iterator[Extra]:
    """The fields of a shape; only several points are several records."""
    match shape:
        case None:
            yield {"tag": {}}
        case Box():
            yield {"bounding_box": _wh(shape)}
        case Polygon():
            yield _polygon(shape)
        case Polyline():
            yield {"line": {"path": _xy(shape.points)}}
        case Points():
            bond = {"points_of": key} if len(shape.points) > 1 else {}
            for x, y in shape.points:
                yield {"keypoint": {"x": x, "y": y}, **bond}
        case Ellipse():
            radius = {"x": shape.rx, "y": shape.ry}
            yield {
                "ellipse": {"center": {"x": shape.x, "y": shape.y}, "radius": radius, "angle": shape.angle}
            }
        case Cuboid():
            front, back = _face_box(shape.front), _face_box(shape.back)
            if front is not None and back is not None:
                yield {"cuboid": {"front": _wh(front), "back": _wh(back)}}
        case Skeleton():
            yield _skeleton(shape, category)
        case _:
            pass


def _skeleton(shape: Skeleton, category: Category) -> Extra:
    template = category.skeleton
    names = [keypoint.name for keypoint in template.keypoints] if template else []
    nodes: list[dict[str, Any]] = []
    for place, (x, y, visibility) in enumerate(shape.keypoints):
        word = names[place] if len(names) == len(shape.keypoints) else str(place + 1)
        if visibility != ABSENT:
            nodes.append({"name": word, "x": x, "y": y, "occluded": visibility == OCCLUDED})
    return {"skeleton": {"nodes": nodes}, "node_count": len(shape.keypoints)}


def _polygon(shape: Polygon) -> Extra:
    bounds = shape.bounds
    parts = [len(part) for part in shape.parts]
    said: Extra = {"paths": [_xy(ring) for ring in shape.rings()]}
    if len(parts) > 1 or parts[0] > 1:
        said["rings"] = parts
    box = {"x": bounds.left, "y": bounds.top, "w": bounds.width, "h": bounds.height}
    return {"polygon": said, "bounding_box": box}
