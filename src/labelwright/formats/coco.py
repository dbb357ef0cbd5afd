"""COCO instances: one JSON file with images, annotations and categories.

It is called `annotations.json`; where items have splits, each has a file `annotations/instances_SPLIT.json`.
Boxes are [left, top, width, height] in pixels, polygons lists of x, y, masks runs (`rle.py`).
Category ids are 1, 2, … in the ontology's order. Attributes are written by name under `attributes`,
groups, flags, votes (`judged.py`) and the split of a picture under fields of those names, which other
readers pass over;
`iscrowd` is COCO's own.
COCO has no holes in polygons: a polygon with holes is written as a mask. Turned boxes and ellipses are
written as polygons. A skeleton has `keypoints`, and its category their names and edges (from 1); if its
group holds just one box, polygon or mask more, of the same category, both are one record, which reads
as two annotations again. Without such an outline its area is that of the box around its keypoints.
The layout: Lin et al., Microsoft COCO (2014), and its data format page. How it is read is in
`coco_reading.py`.
"""

import json
import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from tempfile import SpooledTemporaryFile
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
from labelwright.formats.fields import note_lost_fields, told_as_yes_or_no
from labelwright.formats.figures import fits, flat, in_pairs
from labelwright.formats.folder import Sink, Source
from labelwright.formats.format import UNSIZED, Format, Items, LabeledItem, Reading, named_attributes
from labelwright.formats.judged import judged
from labelwright.formats.names import Names, safe
from labelwright.formats.outlines import SMOOTH, ellipse_ring
from labelwright.formats.raster import BOUND, mask_of_polygon
from labelwright.formats.report import Losses

FILE, SPLIT_FILE = "annotations.json", "annotations/instances_{}.json"
UNSPLIT = "default"  # the file of items without a split beside those of splits
PICTURES = "images/"
IN_MEMORY = 2**18
COPIED = 2**20  # bytes at a time


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
        """Write a file of everything, or one for each split, and the pictures under `images/`."""
        losses = Losses()
        has_pictures = False
        with ExitStack() as stack:
            parts: dict[str | None, _Part] = {}
            writer = _Rows(ontology, losses)
            for item in items():
                has_pictures = has_pictures or item.media is not None
                part = parts.get(item.split) or parts.setdefault(item.split, _Part(stack))
                writer.add(item, part)
            if not parts:
                parts[None] = _Part(stack)
            for split, part in parts.items():
                name = FILE if list(parts) == [None] else SPLIT_FILE.format(safe(split or UNSPLIT))
                with sink.open(name) as file:
                    _write(file, part, ontology)
        names = Names(by_stem=False)
        for item in items() if has_pictures else ():
            name = names.take(item.name)
            if item.media is not None:
                sink.copy(PICTURES + name, item.media())
        return losses


class _Part:
    """The rows of one file while they are made, on disk if they are many."""

    def __init__(self, stack: ExitStack) -> None:
        self.images = stack.enter_context(_put_aside())
        self.annotations = stack.enter_context(_put_aside())


def _put_aside() -> SpooledTemporaryFile[bytes]:
    return SpooledTemporaryFile(max_size=IN_MEMORY)


class _Rows:
    """Makes the rows of images and annotations, numbered through all parts."""

    def __init__(self, ontology: Ontology, losses: Losses) -> None:
        self._categories = {category.id: category for category in ontology.categories}
        self._numbers = {category.id: index for index, category in enumerate(ontology.categories, 1)}
        self._losses = losses
        self._names = Names(by_stem=False)
        self._images = self._annotations = 0

    def add(self, item: LabeledItem, part: _Part) -> None:
        """The rows of one more item."""
        self._images += 1
        row: dict[str, object] = {
            "id": self._images,
            "file_name": self._names.take(item.name, self._losses),
            "width": item.width,
            "height": item.height,
        }
        if item.key:
            row["key"] = item.key
        if item.split:
            row["split"] = item.split
        _append(part.images, row)
        for said in _annotation_rows(item, self._categories, self._numbers, self._losses):
            self._annotations += 1
            _append(part.annotations, {"id": self._annotations, "image_id": self._images, **said})


def _append(file: IO[bytes], row: dict[str, object]) -> None:
    file.write(b",\n" if file.tell() else b"\n")
    file.write(msgspec.json.encode(row))


def _write(file: IO[bytes], part: _Part, ontology: Ontology) -> None:
    file.write(b'{"info":{"description":"Exported by Labelwright"},"licenses":[],"images":[')
    part.images.seek(0)
    shutil.copyfileobj(part.images, file, COPIED)
    file.write(b'],"annotations":[')
    part.annotations.seek(0)
    shutil.copyfileobj(part.annotations, file, COPIED)
    file.write(b'],"categories":')
    listed = [_category(number, category) for number, category in enumerate(ontology.categories, 1)]
    file.write(json.dumps(listed, ensure_ascii=False).encode())
    file.write(b"}\n")


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


def _annotation_rows(
    item: LabeledItem, categories: dict[str, Category], numbers: dict[str, int], losses: Losses
) -> Iterator[dict[str, object]]:
    names = {category.id: category.name for category in categories.values()}
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
        note_lost_fields(
            losses, item.name, annotation, attributes=True, flags=annotation.flags, group=True, judged=True
        )
        beside = {**_beside(annotation, category), **judged(annotation, names)}
        yield {"category_id": numbers[annotation.category], **said, **beside}


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
    own = told_as_yes_or_no(annotation.flags, ("iscrowd",))
    flags = {key: value for key, value in annotation.flags.items() if key not in own}
    fields = {
        "attributes": named_attributes(annotation, category) if annotation.attributes else None,
        "flags": flags,
        "group": annotation.group,
        "score": annotation.evidence.score,
    }
    return {key: value for key, value in fields.items() if value not in (None, {})}
