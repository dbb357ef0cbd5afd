"""Reading Supervisely's project folders, also a single data set whose `meta.json` lies beside it.

Bitmaps are set where their PNG is not transparent, or without transparency where it is not black.
"""

import base64
import binascii
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import PurePosixPath
from typing import Any, cast

import msgspec
import numpy as np

from labelwright.core.document import Annotation, AttributeValue, Document, Evidence
from labelwright.core.errors import UnreadableLabels
from labelwright.core.ontology import Category
from labelwright.core.shapes import (
    ABSENT,
    OCCLUDED,
    VISIBLE,
    Box,
    Cuboid,
    Keypoint,
    Mask,
    Point,
    Points,
    Polygon,
    Polyline,
    RotatedBox,
    Shape,
    Skeleton,
)
from labelwright.formats.extras import Extra, Ids, flags_of, relations_of, specs_of, text_of_key
from labelwright.formats.fields import plain_attributes
from labelwright.formats.figures import template_of
from labelwright.formats.folder import Source
from labelwright.formats.format import LabeledItem, Reading
from labelwright.formats.json_reading import json_of, tried
from labelwright.formats.pictures import Pictures
from labelwright.formats.report import Fault
from labelwright.formats.rle import windowed
from labelwright.formats.splits import split_of
from labelwright.media.decode import ImageLimits, opened

UNSPLIT = "ds0"
LARGEST_BITMAP = 64 * 2**20  # bytes of a PNG
META, FOLDER = "meta.json", "ann"


class _Class(msgspec.Struct):
    title: str
    shape: str = "any"
    color: str = ""
    geometry_config: Any = None


class _Meta(msgspec.Struct):
    classes: list[msgspec.Raw] = []
    relations: Any = None


class _File(msgspec.Struct):
    objects: list[dict[str, Any]] = []
    tags: list[dict[str, Any]] = []
    size: dict[str, Any] = {}
    description: str = ""


class _TagsOnly(msgspec.Struct):
    tags: list[dict[str, Any]] = []


@dataclass
class _Known:
    """The keypoints of each class: their keys in order."""

    nodes: dict[str, list[str]] = field(default_factory=dict[str, list[str]])


def split_of_folder(folder: str) -> str | None:
    """The split that the name of a data set means; any other name is kept as it is."""
    return None if folder == UNSPLIT else split_of(folder) or folder


def recognize(source: Source) -> str | None:
    """A meta.json with classes and tags, and files in folders “ann”."""
    names = source.names()
    has_files = any(n.endswith(".json") and f"/{FOLDER}/" in f"/{n}" for n in names)
    for name in names if has_files else ():
        if name.endswith(META) and PurePosixPath(name).name == META:
            start = source.start(name)
            if b'"classes"' in start and (b'"shape"' in start or b'"tags"' in start):
                return f"{name} has Supervisely's classes and tags"
    return None


def read(source: Source) -> Reading:
    """Every file of annotations of a project. Raises UnreadableLabels if there is none, or no classes."""
    reading = Reading([], iter(()))
    names = source.names()
    files = [n for n in names if n.endswith(".json") and PurePosixPath(n).parent.name == FOLDER]
    metas = [n for n in names if PurePosixPath(n).name == META]
    if not files and not metas:
        raise UnreadableLabels(source.name, "", "there is no meta.json and no folder “ann”")
    known = _Known()
    found: dict[str, None] = {}
    for name in metas:
        meta = tried(partial(json_of, source, name, _Meta), name, "", reading.faults)
        if meta is None:
            continue
        for place, raw in enumerate(meta.classes):
            _take_class(raw, f"{name}", f"classes {place}", known, found, reading)
        reading.relations += tuple(
            spec for spec in specs_of(meta.relations) if spec.name not in {r.name for r in reading.relations}
        )
    found.update(dict.fromkeys(_tagged(source, files)))
    reading.categories = list(found)
    reading.items = _items(source, files, known, reading)
    return reading


def _take_class(
    raw: msgspec.Raw, file: str, place: str, known: _Known, found: dict[str, None], reading: Reading
) -> None:
    entry = tried(partial(msgspec.json.decode, raw, type=_Class), file, place, reading.faults)
    if entry is None or not entry.title:
        return
    found.setdefault(entry.title)
    said: object = entry.geometry_config
    config = cast("Extra", said) if isinstance(said, dict) else {}
    nodes = config.get("nodes")
    if not isinstance(nodes, dict) or not nodes:
        return
    keys = list(cast("dict[str, Any]", nodes))
    labels = [_label(key, cast("dict[str, Any]", nodes)[key]) for key in keys]
    places = {key: place for place, key in enumerate(keys)}
    listed = cast("list[Any]", config["edges"]) if isinstance(config.get("edges"), list) else []
    edges = [(entry.get("src"), entry.get("dst")) for entry in listed if isinstance(entry, dict)]  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
    pairs = tuple((places[a], places[b]) for a, b in edges if a in places and b in places)  # pyright: ignore[reportUnknownVariableType]
    swaps = cast("list[Any]", config["swaps"]) if isinstance(config.get("swaps"), list) else None
    swapped = None
    if swaps is not None:
        swapped = [(places[s[0]], places[s[1]]) for s in swaps if isinstance(s, list) and _pair(s, places)]  # pyright: ignore[reportUnknownArgumentType]
    known.nodes[entry.title] = keys
    template = template_of(labels, pairs, swapped)
    reading.definitions[entry.title] = Category(id=entry.title, name=entry.title, skeleton=template)


def _pair(found: list[Any], places: dict[str, int]) -> bool:
    return len(found) == 2 and all(isinstance(word, str) and word in places for word in found)


def _label(key: str, node: object) -> str:
    return (text_of_key(cast("Extra", node), "label") if isinstance(node, dict) else None) or key


def _tagged(source: Source, files: list[str]) -> Iterator[str]:
    """The names of the tags that pictures have; what is wrong with a file is said when it is read."""
    for name in files:
        found = tried(partial(json_of, source, name, _TagsOnly), name, "", [])
        for tag in found.tags if found else ():
            word = tag.get("name")
            if isinstance(word, str) and word:
                yield word


def _items(source: Source, files: list[str], known: _Known, reading: Reading) -> Iterator[LabeledItem]:
    pictures = Pictures(source)
    seen: set[str] = set()
    for name in files:
        path = PurePosixPath(name)
        shown, above = path.name.removesuffix(".json"), path.parent.parent
        picture = pictures.find(str(above / "img" / shown))
        if picture is not None and PurePosixPath(picture).parent == above / "img":
            seen.add(picture)
            shown = PurePosixPath(picture).name
        file = tried(partial(json_of, source, name, _File), name, "", reading.faults)
        if file is None:
            continue
        if shown.endswith(".pcd") or any(_is_figure(entry) for entry in file.objects):
            reading.faults.append(Fault(file=name, place="", reason="it is a cloud of points, no picture"))
            continue
        width, height = (_whole(file.size.get(side)) for side in ("width", "height"))
        if not (width and height) and picture:
            width, height = pictures.size(picture)
        made = tuple(_annotations(file, name, known, reading))
        yield LabeledItem(shown, width, height, Document(annotations=made), split_of_folder(above.name))
    for picture in pictures.names:
        path = PurePosixPath(picture)
        if path.parent.name == "img" and picture not in seen:
            yield LabeledItem(
                path.name, *pictures.size(picture), Document(), split_of_folder(path.parent.parent.name)
            )


def _is_figure(entry: Extra) -> bool:
    return str(entry.get("geometryType", "")).endswith("_3d")


def _whole(value: object) -> int:
    return int(value) if isinstance(value, int | float) and 0 < value < 1e9 else 0


def _annotations(file: _File, name: str, known: _Known, reading: Reading) -> Iterator[Annotation]:
    ids = Ids()
    made: list[Annotation] = []
    groups: dict[str, int] = {}
    for number, entry in enumerate(file.objects):
        one = tried(
            partial(_annotation, entry, number + 1, known, ids, reading),
            name,
            f"objects {number}",
            reading.faults,
        )
        if one is None:
            continue
        key = entry.get("points_of")
        if isinstance(key, str) and isinstance(one.shape, Points):
            if key in groups:
                first = made[groups[key]]
                if isinstance(first.shape, Points):
                    joined = Points(points=(*first.shape.points, *one.shape.points))
                    made[groups[key]] = msgspec.structs.replace(first, shape=joined)
                    continue
            groups[key] = len(made)
        made.append(one)
    for number, tag in enumerate(file.tags):
        word = text_of_key(tag, "name")
        if word is None:
            reading.faults.append(Fault(file=name, place=f"tags {number}", reason="the tag has no name"))
            continue
        values = (
            plain_attributes(cast("Extra", tag["attributes"]))
            if isinstance(tag.get("attributes"), dict)
            else {}
        )
        if tag.get("value") is not None:
            values["value"] = plain_attributes({"value": tag["value"]})["value"]
        key = ids.take(tag.get("uid"), len(file.objects) + number + 1)
        made.append(_beside(tag, Annotation(id=key, category=word, attributes=values)))
    yield from made


def _annotation(entry: Extra, place: int, known: _Known, ids: Ids, reading: Reading) -> Annotation:
    word = text_of_key(entry, "classTitle", "classTitleName")
    if word is None:
        raise ValueError("the object has no classTitle")
    shape = _shape(entry, known.nodes.get(word))
    if word not in reading.categories:
        reading.categories.append(word)
    tags = cast("list[Any]", entry["tags"]) if isinstance(entry.get("tags"), list) else []
    made = Annotation(
        id=ids.take(entry.get("uid"), place), category=word, shape=shape, attributes=_values(tags)
    )
    return _beside(entry, made)


def _beside(entry: Extra, made: Annotation) -> Annotation:
    score = entry.get("score")
    return msgspec.structs.replace(
        made,
        group=text_of_key(entry, "group_name"),
        relations=relations_of(entry.get("relations")),
        flags=flags_of(entry.get("flags")),
        evidence=Evidence(score=float(score)) if isinstance(score, int | float) else Evidence(),
    )


def _values(tags: list[Any]) -> dict[str, AttributeValue]:
    """Tags of an object; one without a value is a yes, one that comes again holds several values."""
    found: dict[str, list[Any]] = {}
    for tag in tags:
        if isinstance(tag, dict):
            said = cast("Extra", tag)
            word = text_of_key(said, "name")
            if word is not None:
                value = said.get("value")
                found.setdefault(word, []).append(True if value is None else value)
    single = {word: values[0] for word, values in found.items() if len(values) == 1}
    several = {word: tuple(map(str, values)) for word, values in found.items() if len(values) > 1}
    return {**plain_attributes(single), **several}


def _shape(entry: Extra, nodes: list[str] | None) -> Shape:
    kind = str(entry.get("geometryType") or entry.get("shape") or "")
    if isinstance(entry.get("bitmap"), dict):
        return _bitmap(cast("Extra", entry["bitmap"]))
    if kind == "graph":
        return _graph(entry.get("nodes"), nodes or [], entry.get("keypoints"))
    if kind == "cuboid":
        return _cuboid(_ring(entry.get("points")), entry)
    points = entry.get("points")
    if not isinstance(points, dict):
        raise ValueError(f"the object is a “{kind[:60]}” without points")
    said = cast("Extra", points)
    exterior = _ring(said.get("exterior"))
    if kind == "rectangle":
        xs, ys = [x for x, _ in exterior], [y for _, y in exterior]
        if len(exterior) != 2:
            raise ValueError("a rectangle has two corners")
        return Box(left=min(xs), top=min(ys), right=max(xs), bottom=max(ys))
    if kind == "oriented_bbox" and len(exterior) == 2:
        (left, top), (right, bottom) = exterior
        angle = entry.get("angle", said.get("angle", 0))
        turned = float(angle) if isinstance(angle, int | float) else 0.0
        x, y = (left + right) / 2, (top + bottom) / 2
        return RotatedBox(x=x, y=y, width=abs(right - left), height=abs(bottom - top), angle=turned)
    if kind in ("line", "polyline"):
        return Polyline(points=exterior)
    if kind == "point":
        return Points(points=exterior)
    if kind == "polygon":
        interior = said.get("interior")
        holes = [_ring(hole) for hole in cast("list[Any]", interior)] if isinstance(interior, list) else []
        return Polygon(parts=((exterior, *holes),))
    raise ValueError(f"“{kind[:60]}” is no shape that can be read")


def _ring(found: object) -> tuple[Point, ...]:
    points = msgspec.convert(found, list[tuple[float, float]])
    return tuple(Point(x, y) for x, y in points)


def _bitmap(said: Extra) -> Mask:
    origin = msgspec.convert(said.get("origin"), tuple[float, float])
    data = said.get("data")
    if not isinstance(data, str):
        raise ValueError("the bitmap has no data")
    try:
        packed = base64.b64decode(data, validate=False)
        unpacking = zlib.decompressobj()
        raw = unpacking.decompress(packed, LARGEST_BITMAP)
    except (binascii.Error, zlib.error) as error:
        raise ValueError(f"the bitmap cannot be unpacked: {error}") from None
    if unpacking.unconsumed_tail:
        raise ValueError(f"the bitmap is larger than {LARGEST_BITMAP:,} bytes")
    with opened(raw, "bitmap", ImageLimits()) as image:
        if "transparency" in image.info or image.mode in ("LA", "RGBA", "PA"):
            pixels = np.asarray(image.convert("RGBA"))[..., 3] > 0
        else:
            pixels = np.asarray(image.convert("L")) > 0
    return windowed(pixels, int(origin[0]), int(origin[1]))


def _graph(found: object, keys: list[str], written: object) -> Skeleton:
    if isinstance(written, list):
        rows = msgspec.convert(written, list[tuple[float, float, int]])
        return Skeleton(keypoints=tuple(Keypoint(*row) for row in rows))
    if not isinstance(found, dict):
        raise ValueError("the graph has no nodes")
    nodes = cast("dict[str, Any]", found)
    order = keys or list(nodes)
    made: list[Keypoint] = []
    for key in order:
        node = cast("Extra", nodes[key]) if isinstance(nodes.get(key), dict) else None
        if node is None:
            made.append(Keypoint(0, 0, ABSENT))
            continue
        x, y = msgspec.convert(node.get("loc"), tuple[float, float])
        made.append(Keypoint(x, y, OCCLUDED if node.get("disabled") else VISIBLE))
    return Skeleton(keypoints=tuple(made))


def _cuboid(points: tuple[Point, ...], entry: Extra) -> Cuboid:
    """The front and the back; of seven points the eighth lies where the back is a parallelogram."""
    if len(points) < 7:
        raise ValueError("a cuboid has seven points")
    a, b, c, d, e, f, g = points[:7]
    if entry.get("back") is not None:
        back = _ring(entry["back"])
        if len(back) != 4:
            raise ValueError("the back of a cuboid has four points")
        return Cuboid(front=(a, b, c, d), back=(back[0], back[1], back[2], back[3]))
    return Cuboid(front=(a, b, c, d), back=(e, f, g, Point(e.x + g.x - f.x, e.y + g.y - f.y)))
