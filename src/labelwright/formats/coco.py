"""COCO instances: one JSON file with images, annotations and categories.

Boxes are [left, top, width, height] in pixels, polygons lists of x, y, masks runs (`rle.py`).
Category ids are 1, 2, … in the ontology's order. Attributes are written by name under `attributes`,
groups, flags and the split of a picture under fields of those names, which other readers pass over;
`iscrowd` is COCO's own.
COCO has no holes in polygons: a polygon with holes is written as a mask. Turned boxes and ellipses are
written as polygons. A skeleton has `keypoints`, and its category their names and edges (from 1); if its
group holds just one box, polygon or mask more, of the same category, both are one record, which reads
as two annotations again. Without such an outline its area is that of the box around its keypoints.
The layout: Lin et al., Microsoft COCO (2014), and its data format page. How it is read is in
`coco_reading.py`.
"""

import json
from collections.abc import Iterable, Iterator
from typing import IO

import msgspec

from labelwright.core.document import Annotation
from labelwright.core.errors import InvalidShape
from labelwright.core.ontology import Category, Ontology
from labelwright.core.shapes import (
    Box,
    Cuboid,
    Ellipse,
    Mask,
    Points,
    Polygon,
    Polyline,
    Ring,
    RotatedBox,
    Shape,
    Skeleton,
    hull,
)
from labelwright.formats import coco_reading, rle
from labelwright.formats.fields import note_lost_fields
from labelwright.formats.figures import fits, flat, in_pairs
from labelwright.formats.folder import Sink, Source
from labelwright.formats.format import UNSIZED, Format, Items, LabeledItem, Reading, named_attributes
from labelwright.formats.names import Names
from labelwright.formats.outlines import SMOOTH, ellipse_ring
from labelwright.formats.raster import BOUND, mask_of_polygon
from labelwright.formats.report import Losses

FILE = "annotations.json"
PICTURES = "images/"


class Coco(Format):
    """COCO instances."""

    name = "coco"
    title = "COCO"
    keeps = frozenset({"box", "polygon", "mask", "skeleton"})
    about = "One JSON file. Boxes, polygons, masks and skeletons; attributes by name. No tags or lines."

    def recognize(self, source: Source) -> str | None:
        """A JSON file with “images” and “annotations”."""
        return coco_reading.recognize(source)

    def read(self, source: Source) -> Reading:
        """Every COCO file of the source, one after the other."""
        return coco_reading.read(source)

    def write(self, items: Items, ontology: Ontology, sink: Sink) -> Losses:
        """Write `annotations.json`, and the pictures under `images/`."""
        losses = Losses()
        with sink.open(FILE) as file:
            has_pictures = _write(file, items, ontology, losses)
        names = Names(by_stem=False)
        for item in items() if has_pictures else ():
            name = names.take(item.name)
            if item.media is not None:
                sink.copy(PICTURES + name, item.media())
        return losses


def _write(file: IO[bytes], items: Items, ontology: Ontology, losses: Losses) -> bool:
    """Write everything; gives whether any item has a picture to bring along."""
    categories = list(ontology.categories)
    numbers = {category.id: index for index, category in enumerate(categories, 1)}
    has_pictures = False

    def seen() -> Iterator[LabeledItem]:
        nonlocal has_pictures
        for item in items():
            has_pictures = has_pictures or item.media is not None
            yield item

    file.write(b'{"info":{"description":"Exported by Labelwright"},"licenses":[],"images":[')
    _each(file, _image_lines(seen(), losses))
    file.write(b'],"annotations":[')
    by_id = {category.id: category for category in categories}
    _each(file, _annotation_lines(items(), by_id, numbers, losses))
    file.write(b'],"categories":')
    listed = [_category(number, category) for number, category in enumerate(categories, 1)]
    file.write(json.dumps(listed, ensure_ascii=False).encode())
    file.write(b"}\n")
    return has_pictures


def _category(number: int, category: Category) -> dict[str, object]:
    row: dict[str, object] = {"id": number, "name": category.name, "supercategory": ""}
    template = category.skeleton
    if template is None:
        return row
    return {
        **row,
        "keypoints": [point.name for point in template.keypoints],
        "skeleton": [[a + 1, b + 1] for a, b in template.edges],
        "keypoint_places": [[point.x, point.y] for point in template.keypoints],
        "keypoint_swaps": [[a + 1, b + 1] for a, b in template.swaps],
    }


def _each(file: IO[bytes], lines: Iterable[bytes]) -> None:
    first = True
    for line in lines:
        file.write(b"\n" if first else b",\n")
        file.write(line)
        first = False


def _image_lines(items: Iterable[LabeledItem], losses: Losses) -> Iterator[bytes]:
    names = Names(by_stem=False)
    for index, item in enumerate(items, 1):
        row: dict[str, object] = {
            "id": index,
            "file_name": names.take(item.name, losses),
            "width": item.width,
            "height": item.height,
        }
        if item.key:
            row["key"] = item.key
        if item.split:
            row["split"] = item.split
        yield msgspec.json.encode(row)


def _annotation_lines(
    items: Iterable[LabeledItem], categories: dict[str, Category], numbers: dict[str, int], losses: Losses
) -> Iterator[bytes]:
    number = 0
    for image_id, item in enumerate(items, 1):
        for annotation, outline in in_pairs(item.document.annotations):
            category = categories.get(annotation.category)
            if category is None:
                losses.drop(item.name, "category", "the ontology does not have it", 2 if outline else 1)
                continue
            if annotation.shape is None:
                losses.drop(item.name, "tag", "COCO has no place for tags of the whole item")
                continue
            if item.in_shares:
                losses.drop(item.name, annotation.kind, UNSIZED, 2 if outline else 1)
                continue
            try:
                said = _record(annotation, annotation.shape, outline, category, item, losses)
            except InvalidShape as error:
                losses.drop(item.name, annotation.kind, error.message, 2 if outline else 1)
                continue
            if said is None:
                continue
            number += 1
            note_lost_fields(
                losses, item.name, annotation, attributes=True, flags=annotation.flags, group=True
            )
            row = {"id": number, "image_id": image_id, "category_id": numbers[annotation.category], **said}
            yield msgspec.json.encode(row | _beside(annotation, category))


def _record(
    annotation: Annotation,
    shape: Shape,
    outline: Annotation | None,
    category: Category,
    item: LabeledItem,
    losses: Losses,
) -> dict[str, object] | None:
    """What a record says of its shape, or None if it has no place in COCO."""
    if not isinstance(shape, Skeleton):
        return _said(annotation, shape, item, losses)
    said = None
    if outline is not None and outline.shape is not None:
        said = _said(outline, outline.shape, item, losses)
    if not fits(shape, category):
        losses.drop(item.name, "skeleton", "its category has no template of as many keypoints")
        return said
    losses.keep()
    bounds = shape.bounds
    box = {
        "bbox": [bounds.left, bounds.top, bounds.width, bounds.height],
        "area": bounds.width * bounds.height,
        "segmentation": [],
        "iscrowd": 1 if annotation.flags.get("iscrowd") else 0,
    }
    keypoints = [value for keypoint in flat(shape) for value in keypoint]
    return {**(said or box), "keypoints": keypoints, "num_keypoints": len(shape.present())}


def _said(
    annotation: Annotation, shape: Shape, item: LabeledItem, losses: Losses
) -> dict[str, object] | None:
    area = shape.area
    match shape:
        case Box():
            segmentation: object = []
            losses.keep()
        case Polygon() if all(len(part) == 1 for part in shape.parts):
            segmentation = [_values(part[0]) for part in shape.parts]
            losses.keep()
        case Polygon():
            shape = _inside(mask_of_polygon(shape), item)
            segmentation, area = _packed(shape, item), shape.area
            reason = f"a polygon with holes is written as a mask; its outline moves {BOUND} pixels at most"
            losses.convert(item.name, "polygon", reason)
        case Mask():
            inside = _inside(shape, item)
            segmentation, area = _packed(inside, item), inside.area
            if inside.area == shape.area:
                losses.keep()
            else:
                losses.convert(item.name, "mask", "what lies outside of the picture is cut off")
            shape = inside
        case RotatedBox():
            segmentation = [_values(shape.corners())]
            losses.convert(item.name, "rotated_box", "it is written as a polygon of its corners, exactly")
        case Ellipse():
            segmentation = [_values(ellipse_ring(shape))]
            reason = f"it is written as a polygon; its outline moves {SMOOTH:g} pixels at most"
            losses.convert(item.name, "ellipse", reason)
        case Cuboid():
            segmentation = [_values(hull((*shape.front, *shape.back)))]
            losses.drop(item.name, "cuboid", "only its outline is written; the faces are lost")
        case Polyline() | Points() | Skeleton():
            losses.drop(item.name, annotation.kind, "COCO has no place for it")
            return None
    bounds = shape.bounds
    return {
        "bbox": [bounds.left, bounds.top, bounds.width, bounds.height],
        "area": area,
        "segmentation": segmentation,
        "iscrowd": 1 if annotation.flags.get("iscrowd") else 0,
    }


def _values(ring: Ring) -> list[float]:
    return [value for point in ring for value in point]


def _inside(mask: Mask, item: LabeledItem) -> Mask:
    # In the smallest window, so that its bounds are those of its pixels.
    if not item.width or not item.height:
        raise InvalidShape("A mask needs the size of its picture, which is not known.")
    return rle.mask_of(item.height, item.width, rle.runs_of(mask, item.height, item.width))


def _packed(mask: Mask, item: LabeledItem) -> dict[str, object]:
    runs = rle.runs_of(mask, item.height, item.width)
    return {"size": [item.height, item.width], "counts": rle.pack(runs)}


def _beside(annotation: Annotation, category: Category) -> dict[str, object]:
    flags = {key: value for key, value in annotation.flags.items() if key != "iscrowd"}
    fields = {
        "attributes": named_attributes(annotation, category) if annotation.attributes else None,
        "flags": flags,
        "group": annotation.group,
        "score": annotation.evidence.score,
    }
    return {key: value for key, value in fields.items() if value not in (None, {})}
