"""TFRecord files as TensorFlow's Object Detection API has them, with their label map.

A record holds a picture (`image/encoded`) with its name and size, and side by side for each object the box
in shares (`image/object/bbox/xmin` …), the class by text and by number (from 1, `label_map.pbtxt`), the
flags difficult, truncated, group_of and is_crowd, a score, and a mask as a PNG of the picture's size.
`image/class/text` and `label` are tags. Floats have 32 bits: on a picture of 10,000 pixels a corner moves
less than a thousandth of a pixel. Where an item has masks each object needs one, so its boxes get a filled
one, and `image/object/kind` says what is what; `image/object/details` has attributes, flags and groups as
JSON. Both are passed over by other readers. Polygons, turned boxes and ellipses are written as masks.
Written is one file for each split, the pictures inside, and the label map in the ontology's order. The
framing and the encoding are in `tf_example.py`; checksums are checked.
Layout: TensorFlow Object Detection API, “Preparing inputs” and its example decoder.
"""

import hashlib
import io
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from PIL import Image

from labelwright.core.document import Annotation, Document
from labelwright.core.errors import InvalidShape
from labelwright.core.ontology import Category, Ontology
from labelwright.core.shapes import Ellipse, Mask, Polygon, RotatedBox, Shape, polygon_of
from labelwright.formats import rle, tfrecord_reading
from labelwright.formats.beside import splits_in
from labelwright.formats.fields import note_lost_fields
from labelwright.formats.fitting import Place, fitting
from labelwright.formats.folder import Sink, Source
from labelwright.formats.format import Format, Items, LabeledItem, Limits, Reading, named_attributes
from labelwright.formats.names import Names
from labelwright.formats.outlines import SMOOTH, ellipse_ring
from labelwright.formats.pbtxt import label_map
from labelwright.formats.raster import BOUND, mask_of_polygon
from labelwright.formats.report import Losses
from labelwright.formats.splits import written_split
from labelwright.formats.tf_example import framed, serialized
from labelwright.formats.tfrecord_reading import FLAGS

CLASSES = "label_map.pbtxt"
PLACE = Place(kinds=("box", "mask", "tag"), shares=True)
STARTS = {b"\xff\xd8\xff": b"jpeg", b"\x89PNG": b"png", b"GIF8": b"gif", b"BM": b"bmp"}

Features = dict[str, list[Any]]


class TfRecord(Format):
    """TensorFlow's records."""

    name = "tfrecord"
    title = "TFRecord (TensorFlow Object Detection)"
    keeps = frozenset({"box", "mask", "tag"})
    about = "Records with the pictures inside and a label map. Boxes, masks and tags; outlines become masks."
    limits = Limits(precision=1e-3)
    made_for = ("TensorFlow Object Detection API", "Roboflow TFRecord", "tf.train.Example", "tf.data")

    def recognize(self, source: Source) -> str | None:
        """Files that begin with a record of TensorFlow, and speak of images."""
        return tfrecord_reading.recognize(source)

    def read(self, source: Source) -> Reading:
        """Every file of records."""
        return tfrecord_reading.read(source)

    def write(self, items: Items, ontology: Ontology, sink: Sink) -> Losses:
        """Write a file for each split, and the label map."""
        losses = Losses()
        categories = {category.id: category for category in ontology.categories}
        numbers = {category.id: number for number, category in enumerate(ontology.categories, 1)}
        said: Losses | None = losses
        for split in splits_in(items(), losses) or ["train"]:
            names = Names(by_stem=False)
            with sink.open(f"{split}.tfrecord") as file:
                for item in items():
                    name = names.take(item.name, said)
                    if written_split(item.split) == split:
                        file.write(framed(serialized(_example(item, name, categories, numbers, losses))))
            said = None  # names are noted once
        sink.lines(CLASSES, label_map([category.name for category in ontology.categories]))
        return losses


def _example(
    item: LabeledItem, name: str, categories: dict[str, Category], numbers: dict[str, int], losses: Losses
) -> Features:
    features = _picture(item, name)
    columns = ("bbox/xmin", "bbox/ymin", "bbox/xmax", "bbox/ymax", "class/text", "class/label", *FLAGS)
    objects: Features = {f"image/object/{column}": [] for column in (*columns, "kind", "details")}
    masks: list[Mask | None] = []
    texts: list[bytes] = []
    labels: list[int] = []
    scores: list[float] = []
    wide, high = (1, 1) if item.in_shares else (item.width, item.height)
    for annotation, category, shape in _shapes(item, categories, losses):
        if shape is None:
            texts.append(category.name.encode())
            labels.append(numbers[category.id])
            note_lost_fields(losses, item.name, annotation)
            continue
        flags = annotation.flags
        note_lost_fields(losses, item.name, annotation, attributes=True, flags=flags, group=True)
        left, top, right, bottom = shape.bounds
        shares = (left / wide, top / high, right / wide, bottom / high)
        said = (
            category.name.encode(),
            numbers[category.id],
            *(int(flags.get(flag) is True) for flag in FLAGS),
        )
        kind = b"mask" if isinstance(shape, Mask) else b"box"
        values = (*shares, *said, kind, _details(annotation, category))
        for column, value in zip(objects, values, strict=True):
            objects[column].append(value)
        masks.append(shape if isinstance(shape, Mask) else None)
        scores.append(-1.0 if annotation.evidence.score is None else float(annotation.evidence.score))
    if any(score >= 0 for score in scores):
        objects["image/object/score"] = scores
    if any(mask is not None for mask in masks):
        boxes = zip(*(objects[f"image/object/{column}"] for column in columns[:4]), strict=True)
        pairs = zip(masks, boxes, strict=True)
        objects["image/object/mask"] = [
            _png(mask or _filled(box, wide, high), wide, high) for mask, box in pairs
        ]
    tags: Features = {"image/class/text": texts, "image/class/label": labels} if texts else {}
    return {**features, **objects, **tags}


def _picture(item: LabeledItem, name: str) -> Features:
    features: Features = {"image/filename": [name.encode()], "image/source_id": [name.encode()]}
    if item.width and item.height and not item.in_shares:
        features |= {"image/width": [item.width], "image/height": [item.height]}
    if item.media is not None:
        media = item.media()
        data = media.read_bytes() if isinstance(media, Path) else media
        kind = next((word for start, word in STARTS.items() if data.startswith(start)), b"")
        key = hashlib.sha256(data).hexdigest().encode()
        features |= {"image/encoded": [data], "image/format": [kind], "image/key/sha256": [key]}
    return features


def _shapes(
    item: LabeledItem, categories: dict[str, Category], losses: Losses
) -> Iterator[tuple[Annotation, Category, Shape | None]]:
    """The annotations to write; outlines that are no boxes as masks."""
    for annotation in item.document.annotations:
        category, shape = categories.get(annotation.category), annotation.shape
        is_sized = bool(item.width and item.height) and not item.in_shares
        if category is None or not is_sized or not isinstance(shape, Polygon | RotatedBox | Ellipse):
            alone = replace(item, document=Document(annotations=(annotation,)))
            yield from fitting(alone, categories, PLACE, losses)
            continue
        try:
            mask, moved = _drawn(shape)
            inside = rle.mask_of(item.height, item.width, rle.runs_of(mask, item.height, item.width))
        except InvalidShape as error:
            losses.drop(item.name, annotation.kind, error.message)
            continue
        reason = f"it is written as a mask; its outline moves {moved:g} pixels at most"
        if inside.area < mask.area:
            reason += ", and what lies outside of the picture is cut off"
        losses.convert(item.name, annotation.kind, reason)
        yield annotation, category, inside


def _drawn(shape: Polygon | RotatedBox | Ellipse) -> tuple[Mask, float]:
    if isinstance(shape, Ellipse):
        return mask_of_polygon(polygon_of(ellipse_ring(shape))), BOUND + SMOOTH
    return mask_of_polygon(shape if isinstance(shape, Polygon) else polygon_of(shape.corners())), BOUND


def _filled(box: tuple[float, ...], wide: int, high: int) -> Mask:
    """The pixels that a box touches."""
    left, top = max(0, int(box[0] * wide)), max(0, int(box[1] * high))
    right, bottom = min(wide, -int(-box[2] * wide // 1)), min(high, -int(-box[3] * high // 1))
    width, height = max(1, right - left), max(1, bottom - top)
    return Mask(left=left, top=top, width=width, height=height, runs=(0, width * height))


def _png(mask: Mask, wide: int, high: int) -> bytes:
    pixels = np.zeros((high, wide), dtype=np.uint8)
    grid = rle.grid_of(mask)
    left, top = max(0, min(mask.left, wide - 1)), max(0, min(mask.top, high - 1))
    inside = grid[: high - top, : wide - left]
    pixels[top : top + inside.shape[0], left : left + inside.shape[1]] = inside
    out = io.BytesIO()
    Image.fromarray(pixels, "L").save(out, "PNG")
    return out.getvalue()


def _details(annotation: Annotation, category: Category) -> bytes:
    flags = {key: value for key, value in annotation.flags.items() if key not in FLAGS or value is not True}
    said: dict[str, object] = {
        "attributes": named_attributes(annotation, category),
        "flags": flags,
        "group": annotation.group,
    }
    kept = {key: value for key, value in said.items() if value not in (None, {})}
    return msgspec.json.encode(kept) if kept else b""
