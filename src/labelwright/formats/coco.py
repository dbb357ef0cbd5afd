"""COCO instances: one JSON file with images, annotations and categories.

Boxes are [left, top, width, height] in pixels, polygons lists of x, y, masks runs (`rle.py`).
Category ids are 1, 2, … in the ontology's order. Attributes are written by name under `attributes`,
groups and flags under fields of those names, which other readers pass over; `iscrowd` is COCO's own.
COCO has no holes in polygons: a polygon with holes is written as a mask.
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
from labelwright.core.shapes import Box, Mask, Polygon, Shape
from labelwright.formats import coco_reading, rle
from labelwright.formats.folder import Sink, Source
from labelwright.formats.format import Items, LabeledItem, Reading, named_attributes
from labelwright.formats.names import Names
from labelwright.formats.raster import BOUND, mask_of_polygon
from labelwright.formats.report import Losses

FILE = "annotations.json"
PICTURES = "images/"


class Coco:
    """COCO instances."""

    name = "coco"
    title = "COCO"
    keeps = frozenset({"box", "polygon", "mask"})
    about = "One JSON file. Boxes, polygons and masks; attributes by name. No tags."

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
    listed = [{"id": i, "name": c.name, "supercategory": ""} for i, c in enumerate(categories, 1)]
    file.write(json.dumps(listed, ensure_ascii=False).encode())
    file.write(b"}\n")
    return has_pictures


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
        yield msgspec.json.encode(row)


def _annotation_lines(
    items: Iterable[LabeledItem], categories: dict[str, Category], numbers: dict[str, int], losses: Losses
) -> Iterator[bytes]:
    number = 0
    for image_id, item in enumerate(items, 1):
        for annotation in item.document.annotations:
            category = categories.get(annotation.category)
            if category is None:
                losses.drop(item.name, "category", "the ontology does not have it")
                continue
            if annotation.shape is None:
                losses.drop(item.name, "tag", "COCO has no place for tags of the whole item")
                continue
            try:
                said = _said(annotation, annotation.shape, item, losses)
            except InvalidShape as error:
                losses.drop(item.name, annotation.kind, error.message)
                continue
            number += 1
            row = {"id": number, "image_id": image_id, "category_id": numbers[annotation.category], **said}
            yield msgspec.json.encode(row | _beside(annotation, category))


def _said(annotation: Annotation, shape: Shape, item: LabeledItem, losses: Losses) -> dict[str, object]:
    match shape:
        case Box():
            segmentation: object = []
            losses.keep()
        case Polygon() if all(len(part) == 1 for part in shape.parts):
            segmentation = [[value for point in part[0] for value in point] for part in shape.parts]
            losses.keep()
        case Polygon():
            shape = _inside(mask_of_polygon(shape), item)
            segmentation = _packed(shape, item)
            reason = f"a polygon with holes is written as a mask; its outline moves {BOUND} pixels at most"
            losses.convert(item.name, "polygon", reason)
        case Mask():
            inside = _inside(shape, item)
            segmentation = _packed(inside, item)
            if inside.area == shape.area:
                losses.keep()
            else:
                losses.convert(item.name, "mask", "what lies outside of the picture is cut off")
            shape = inside
    bounds = shape.bounds
    return {
        "bbox": [bounds.left, bounds.top, bounds.width, bounds.height],
        "area": shape.area,
        "segmentation": segmentation,
        "iscrowd": 1 if annotation.flags.get("iscrowd") else 0,
    }


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
