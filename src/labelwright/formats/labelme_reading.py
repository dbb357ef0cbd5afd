"""Reading labelme's JSON of all versions; what it is stands in `labelme.py`.

Shapes of the first versions have no `shape_type`: they are polygons. X-AnyLabeling's files are of this layout
too, with turned rectangles called `rotation`, a score, attributes, and `difficult`.
"""

import base64
import binascii
import re
from collections.abc import Iterator
from functools import partial
from math import hypot
from pathlib import PurePosixPath
from typing import Any, cast

import msgspec

from labelwright.core.document import Annotation, Document, Evidence
from labelwright.core.errors import UnreadableLabels
from labelwright.core.shapes import (
    Box,
    Ellipse,
    Mask,
    Point,
    Points,
    Polyline,
    Shape,
    polygon_of,
)
from labelwright.formats.bitmaps import pixels_of
from labelwright.formats.extras import Extra, Ids, flags_of, relations_of, specs_of, text_of_key
from labelwright.formats.fields import plain_attributes
from labelwright.formats.folder import Source, text_of
from labelwright.formats.format import LabeledItem, Reading
from labelwright.formats.json_reading import json_files, json_of, number, tried
from labelwright.formats.names import stem_of
from labelwright.formats.pictures import Pictures, is_picture
from labelwright.formats.rle import windowed
from labelwright.formats.splits import split_of, split_of_folders
from labelwright.formats.turned import turned_box

LABELS = "labels.txt"
NO_CATEGORIES = ("__ignore__", "_background_")  # what labelme's own lists of labels begin with
LOOKED_AT = 20
_SHAPES = re.compile(rb'"shapes"\s*:\s*\[')
_SIGNS = re.compile(rb'"(?:imagePath|imageData|imageHeight|shape_type|line_color|lineColor)"\s*:')
_OTHERS = re.compile(rb'"(?:openlabel|datasetType|categories)"\s*:')


class _File(msgspec.Struct):
    shapes: list[dict[str, Any]] = []
    flags: dict[str, Any] | None = None
    imagePath: str | None = None  # noqa: N815  # labelme's spelling
    imageHeight: int | None = None  # noqa: N815
    imageWidth: int | None = None  # noqa: N815
    tags: list[dict[str, Any]] | None = None
    split: str | None = None
    key: str | None = None
    relation_kinds: list[dict[str, Any]] | None = None


def is_labelme(start: bytes) -> bool:
    """Whether a file begins as labelme's do."""
    is_object = start.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"{"
    return bool(is_object and _SHAPES.search(start) and _SIGNS.search(start) and not _OTHERS.search(start))


def recognize(source: Source) -> str | None:
    """A JSON file with shapes and the path of its picture."""
    for name in json_files(source)[:LOOKED_AT]:
        if is_labelme(source.start(name)):
            return f"{name} has labelme's shapes of a picture"
    return None


def read(source: Source) -> Reading:
    """Every file. Raises UnreadableLabels if there is none."""
    files = [name for name in json_files(source) if is_labelme(source.start(name))]
    reading = Reading([], iter(()))
    found: dict[str, None] = {}
    for name in source.names():
        if PurePosixPath(name).name == LABELS:
            words = tried(partial(text_of, source, name), name, "", reading.faults) or ""
            lines = (line.strip() for line in words.splitlines())
            found |= {line: None for line in lines if line and line not in NO_CATEGORIES}
    if not files and not found:
        raise UnreadableLabels(source.name, "", "no JSON file has labelme's shapes")
    for name in files:
        file: _File | None = tried(partial(json_of, source, name, _File), name, "", [])
        if file is not None:
            found |= dict.fromkeys(_label(shape) for shape in file.shapes)
            found |= dict.fromkeys(_label(tag) for tag in _tags(file))
            reading.relations = reading.relations or specs_of(file.relation_kinds)
    reading.categories = list(found)
    reading.items = _items(source, files, reading)
    return reading


def _label(shape: Extra) -> str:
    return text_of_key(shape, "label") or "unlabeled"


def _tags(file: _File) -> list[Extra]:
    said = file.flags or {}
    told = [tag for tag in file.tags or () if said.get(_label(tag)) is True]
    labels = {_label(tag) for tag in told}
    return [*told, *({"label": word} for word, value in said.items() if value is True and word not in labels)]


def _items(source: Source, files: list[str], reading: Reading) -> Iterator[LabeledItem]:
    pictures = Pictures(source)
    for name in files:
        file: _File | None = tried(partial(json_of, source, name, _File), name, "", reading.faults)
        if file is not None:
            yield _item(file, name, pictures, reading)


def _item(file: _File, name: str, pictures: Pictures, reading: Reading) -> LabeledItem:
    stem = stem_of(name)
    ending = PurePosixPath((file.imagePath or "").replace("\\", "/")).suffix
    picture = pictures.find(stem + ending)
    if picture is None or stem_of(picture) != stem:
        last = (file.imagePath or "").replace("\\", "/").rpartition("/")[2]
        picture = pictures.find(f"{PurePosixPath(name).parent}/{last}" if last else stem) or picture
    own = picture if picture is not None and stem_of(picture) == stem else stem + ending
    own = own if is_picture(own) else f"{stem}.jpg"
    width, height = max(0, file.imageWidth or 0), max(0, file.imageHeight or 0)
    if picture is not None and not (width and height):
        width, height = pictures.size(picture)
    ids = Ids()
    made: list[Annotation] = []
    for place, shape in enumerate(file.shapes, 1):
        work = partial(_annotation, shape, place, ids)
        annotation = tried(work, name, f"$.shapes[{place - 1}]", reading.faults)
        made += [annotation] if annotation is not None else []
    for place, tag in enumerate(_tags(file), len(file.shapes) + 1):
        made.append(_said(tag, None, place, ids))
    split = split_of(file.split) or split_of_folders(name)
    media = pictures.media(picture) if picture is not None else None
    return LabeledItem(
        own, width, height, Document(annotations=tuple(made)), split, file.key or None, media=media
    )


def _annotation(found: Extra, place: int, ids: Ids) -> Annotation:
    return _said(found, _shape(found), place, ids)


def _said(found: Extra, shape: Shape | None, place: int, ids: Ids) -> Annotation:
    flags = flags_of(found.get("flags")) | flags_of(found.get("other_flags"))
    if isinstance(found.get("difficult"), bool) and found["difficult"]:
        flags["difficult"] = True
    attributes = (
        plain_attributes(cast("Extra", found["attributes"]))
        if isinstance(found.get("attributes"), dict)
        else {}
    )
    described = text_of_key(found, "description")
    if described:
        attributes.setdefault("description", described)
    group = text_of_key(found, "group_name")
    if group is None and isinstance(found.get("group_id"), int | str):
        group = str(found["group_id"])
    score = found.get("score")
    return Annotation(
        id=ids.take(found.get("uid"), place),
        category=_label(found),
        shape=shape,
        attributes=attributes,
        group=group,
        relations=relations_of(found.get("relations")),
        flags=flags,
        evidence=Evidence(score=float(score) if isinstance(score, int | float) else None),
    )


def _shape(found: Extra) -> Shape:
    listed = found.get("points")
    if not isinstance(listed, list) or not listed:
        raise ValueError("it has no points")
    points = tuple(_point(entry) for entry in cast("list[object]", listed))
    kind = found.get("shape_type") or "polygon"
    match kind:
        case "polygon":
            return polygon_of(points)
        case "rectangle":
            xs, ys = [point.x for point in points], [point.y for point in points]
            return Box(left=min(xs), top=min(ys), right=max(xs), bottom=max(ys))
        case "circle" if len(points) == 2:
            (x, y), (px, py) = points
            radius = hypot(px - x, py - y)
            return Ellipse(x=x, y=y, rx=radius, ry=radius)
        case "line" | "linestrip":
            return Polyline(points=points)
        case "point" | "points":
            return Points(points=points)
        case "oriented_rectangle" | "rotation" if len(points) == 4:
            return turned_box(points) or polygon_of(points)
        case "mask":
            return _mask(points, found.get("mask"))
        case _:
            raise ValueError(f"a “{str(kind)[:60]}” of {len(points)} points is no shape that is known")


def _point(entry: object) -> Point:
    pair = cast("list[object]", entry) if isinstance(entry, list) else []
    if len(pair) < 2:
        raise ValueError("a point has two numbers")
    return Point(number(pair[0], "its x"), number(pair[1], "its y"))


def _mask(points: tuple[Point, ...], packed: object) -> Mask:
    if not isinstance(packed, str):
        raise ValueError("it is a mask without pixels")
    try:
        data = base64.b64decode(packed, validate=True)
    except binascii.Error as error:
        raise ValueError(f"its mask is no base64: {error}") from None
    left, top = min(point.x for point in points), min(point.y for point in points)
    return windowed(pixels_of(data, "its mask"), round(left), round(top))
