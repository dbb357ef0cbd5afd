"""Reading V7's Darwin JSON, versions 1.0 and 2.0.

A ring of a polygon that lies inside of another is its hole. Words in `attributes` are attributes that
are yes. Version 1.0 says `image` instead of `item`, and `polygon.path` with `additional_paths`, or
`complex_polygon`.
Items of several slots are read by their first; videos are faults, for each has frames of its own.
"""

from collections.abc import Iterator
from functools import partial
from pathlib import PurePosixPath
from typing import Any, cast

import msgspec
import numpy as np

from labelwright.core.document import Annotation, Document, Evidence
from labelwright.core.errors import UnreadableLabels
from labelwright.core.ontology import Category
from labelwright.core.shapes import (
    ABSENT,
    OCCLUDED,
    VISIBLE,
    Box,
    Cuboid,
    Ellipse,
    Keypoint,
    Mask,
    Point,
    Points,
    Polygon,
    Polyline,
    Ring,
    Shape,
    Skeleton,
    ring_area,
)
from labelwright.formats.extras import Extra, Ids, flags_of, relations_of, specs_of, text_of_key
from labelwright.formats.fields import plain_attributes
from labelwright.formats.figures import template_of
from labelwright.formats.folder import Source
from labelwright.formats.format import LabeledItem, Reading
from labelwright.formats.json_reading import json_files, json_of, tried
from labelwright.formats.label_maps import areas
from labelwright.formats.outlines import corners
from labelwright.formats.pictures import Pictures
from labelwright.formats.rle import MOST_PIXELS
from labelwright.formats.splits import split_of_folders

CLASSES, FOLDER = "classes.json", "annotations"
LOOKED_AT = 20
SHAPES = (
    b'"bounding_box"',
    b'"polygon"',
    b'"workview_url"',
    b'"tag"',
    b'"ellipse"',
    b'"keypoint"',
    b'"line"',
)


class _File(msgspec.Struct):
    annotations: list[dict[str, Any]] = []
    item: dict[str, Any] | None = None
    image: dict[str, Any] | None = None
    version: str = "1.0"


class _Names(msgspec.Struct):
    annotations: list[dict[str, Any]] = []


def is_darwin(start: bytes) -> bool:
    """Whether a file begins as Darwin's JSON does."""
    if b'"annotations"' not in start and b'"item"' not in start:
        return False
    is_second = b'"slots"' in start and b'"item"' in start
    is_first = b'"image"' in start and b'"filename"' in start and b'"annotations"' in start
    return is_second or (is_first and b'"images"' not in start and any(word in start for word in SHAPES))


def recognize(source: Source) -> str | None:
    """A JSON file with an item and its slots, or with the image of version 1.0."""
    for name in json_files(source)[:LOOKED_AT]:
        if is_darwin(source.start(name)):
            return f"{name} is a Darwin JSON file of one item"
    return None


def read(source: Source) -> Reading:
    """Every file of annotations. Raises UnreadableLabels if there is none."""
    reading = Reading([], iter(()))
    listed = json_files(source)
    files = [name for name in listed if PurePosixPath(name).name != CLASSES and is_darwin(source.start(name))]
    found: dict[str, None] = {}
    nodes: dict[str, list[str]] = {}
    for name in listed:
        if PurePosixPath(name).name == CLASSES and b'"darwin_classes"' in source.start(name):
            _take_classes(source, name, found, nodes, reading)
    if not files and not found:
        raise UnreadableLabels(source.name, "", "no JSON file is Darwin's")
    for name in files:
        file = tried(partial(json_of, source, name, _Names), name, "", [])
        for entry in file.annotations if file else ():
            word = entry.get("name")
            if isinstance(word, str) and word and "raster_layer" not in entry:
                found.setdefault(word)
                _note_nodes(entry, word, nodes, reading)
    reading.categories = list(found)
    reading.items = _items(source, files, nodes, reading)
    return reading


def _take_classes(
    source: Source, name: str, found: dict[str, None], nodes: dict[str, list[str]], reading: Reading
) -> None:
    said: Extra = tried(partial(json_of, source, name, Extra), name, "", reading.faults) or {}
    reading.relations = specs_of(said.get("relations"))
    for entry in (
        cast("list[Any]", said["darwin_classes"]) if isinstance(said.get("darwin_classes"), list) else ()
    ):
        word = text_of_key(cast("Extra", entry), "name") if isinstance(entry, dict) else None
        if word is None:
            continue
        found.setdefault(word)
        made = tried(partial(_template, cast("Extra", entry)), name, word, reading.faults)
        if made is not None:
            nodes[word] = [keypoint.name for keypoint in made.keypoints]
            reading.definitions[word] = Category(id=word, name=word, skeleton=made)


def _template(entry: Extra) -> Any:  # noqa: ANN401
    if "nodes" not in entry:
        return None
    names = msgspec.convert(entry["nodes"], list[str])
    edges = msgspec.convert(entry.get("edges", []), list[tuple[int, int]])
    swaps = msgspec.convert(entry.get("swaps", []), list[tuple[int, int]])
    return template_of(names, edges, swaps) if names else None


def _note_nodes(entry: Extra, word: str, nodes: dict[str, list[str]], reading: Reading) -> None:
    """The keypoints of a class that no list describes: all that its skeletons name, in their order."""
    skeleton = entry.get("skeleton")
    if not isinstance(skeleton, dict) or (word in nodes and word in reading.definitions):
        return
    known = nodes.setdefault(word, [])
    for node in cast("list[Any]", cast("Extra", skeleton).get("nodes") or []):
        key = text_of_key(cast("Extra", node), "name") if isinstance(node, dict) else None
        if key is not None and key not in known and len(known) < 1000:
            known.append(key)


def _items(
    source: Source, files: list[str], nodes: dict[str, list[str]], reading: Reading
) -> Iterator[LabeledItem]:
    pictures = Pictures(source)
    for name in files:
        file = tried(partial(json_of, source, name, _File), name, "", reading.faults)
        if file is not None:
            yield _item(file, name, nodes, pictures, reading)


def _item(
    file: _File, name: str, nodes: dict[str, list[str]], pictures: Pictures, reading: Reading
) -> LabeledItem:
    head = file.item or file.image or {}
    listed = head.get("slots")
    slots = (
        [cast("Extra", s) for s in cast("list[Any]", listed) if isinstance(s, dict)]
        if isinstance(listed, list)
        else []
    )
    slot = slots[0] if slots else head
    shown = text_of_key(head, "name", "filename", "original_filename") or PurePosixPath(name).stem
    folder = (text_of_key(head, "path") or "").strip("/")
    if folder:
        shown = f"{folder}/{shown}"
    width, height = _whole(slot.get("width")), _whole(slot.get("height"))
    base = f"/{name}".partition(f"/{FOLDER}/")[0].lstrip("/")
    picture = pictures.find(shown, f"{base}/images".lstrip("/"), "images")
    if not (width and height) and picture:
        width, height = pictures.size(picture)
    if len(slots) > 1:
        reading.notes.append(f"{name}: only the first of {len(slots)} slots is read.")
    made = _annotations(file, name, nodes, (width, height), slot.get("slot_name"), reading)
    split = split_of_folders(f"{base}/x") if f"/{FOLDER}/" in f"/{name}" else None
    return LabeledItem(shown, width, height, Document(annotations=tuple(made)), split)


def _whole(value: object) -> int:
    return int(value) if isinstance(value, int | float) and 0 < value < 1e9 else 0


def _annotations(
    file: _File,
    name: str,
    nodes: dict[str, list[str]],
    size: tuple[int, int],
    slot: object,
    reading: Reading,
) -> list[Annotation]:
    masks: dict[str, Mask] = {}
    for place, entry in enumerate(file.annotations):
        if isinstance(entry.get("raster_layer"), dict):
            layer = cast("Extra", entry["raster_layer"])
            read = partial(_layer, layer, size, name)
            masks |= tried(read, name, f"annotations {place}", reading.faults) or {}
    ids = Ids()
    made: list[Annotation] = []
    groups: dict[str, int] = {}
    for place, entry in enumerate(file.annotations):
        own = entry.get("slot_names")
        if "raster_layer" in entry or (isinstance(own, list) and slot and own and slot not in own):
            continue
        one = tried(
            partial(_annotation, entry, place + 1, masks, nodes, ids),
            name,
            f"annotations {place}",
            reading.faults,
        )
        if one is None:
            continue
        key = entry.get("points_of")
        if isinstance(key, str) and isinstance(one.shape, Points):
            first = made[groups[key]] if key in groups else None
            if first is not None and isinstance(first.shape, Points):
                joined = Points(points=(*first.shape.points, *one.shape.points))
                made[groups[key]] = msgspec.structs.replace(first, shape=joined)
                continue
            groups[key] = len(made)
        made.append(one)
    return made


def _layer(layer: Extra, size: tuple[int, int], file: str) -> dict[str, Mask]:
    """The masks of a raster layer by the ids of their annotations."""
    runs = np.array(msgspec.convert(layer.get("dense_rle"), list[int]), dtype=np.int64)
    mapping = msgspec.convert(layer.get("mask_annotation_ids_mapping"), dict[str, int])
    width, height = size
    numbers, lengths = runs[0::2], runs[1::2]
    if not (0 < width * height <= MOST_PIXELS):
        raise ValueError("a raster layer needs the size of its picture, which is not known")
    if len(numbers) != len(lengths) or (runs < 0).any() or (numbers > 2**32 - 1).any():
        raise ValueError("dense_rle is a list of pairs of a number and a length")
    if (lengths > width * height).any() or lengths.sum() != width * height:
        raise ValueError(f"dense_rle does not cover the {width} × {height} pixels of the picture")
    codes = np.repeat(numbers.astype(np.uint32), lengths).reshape(height, width)
    words = {number: key for key, number in mapping.items()}
    return {words[number]: mask for number, mask in areas(codes, file, (0,)) if number in words}


def _annotation(
    entry: Extra, place: int, masks: dict[str, Mask], nodes: dict[str, list[str]], ids: Ids
) -> Annotation:
    word = text_of_key(entry, "name")
    if word is None:
        raise ValueError("the annotation has no name")
    if "frames" in entry:
        raise ValueError("it is of a video, whose frames are not read")
    key = str(entry.get("id", ""))
    if "mask" in entry:
        shape: Shape | None = masks.get(key)
        if shape is None:
            raise ValueError("no raster layer has the pixels of this mask")
    else:
        shape = None if "tag" in entry else _shape(entry, nodes.get(word, []))
    score: object = None
    if isinstance(entry.get("inference"), dict):
        score = cast("Extra", entry["inference"]).get("confidence")
    return Annotation(
        id=ids.take(entry.get("uid") or key, place),
        category=word,
        shape=shape,
        attributes=plain_attributes(_attributes(entry)),
        group=text_of_key(entry, "group_name"),
        relations=relations_of(entry.get("relations")),
        flags={**_instance(entry), **flags_of(entry.get("flags"))},
        evidence=Evidence(score=float(score)) if isinstance(score, int | float) else Evidence(),
    )


def _instance(entry: Extra) -> dict[str, bool | float | str]:
    said = entry.get("instance_id")
    value = cast("Extra", said).get("value") if isinstance(said, dict) else said
    return {"instance_id": value} if isinstance(value, int | float | str) else {}


def _attributes(entry: Extra) -> Extra:
    values = entry.get("attribute_values")
    if isinstance(values, dict):
        return cast("Extra", values)
    found: Extra = {}
    listed = entry.get("attributes")
    for word in cast("list[Any]", listed) if isinstance(listed, list) else ():
        if isinstance(word, str) and word:
            found[word] = True
    text = entry.get("text")
    if isinstance(text, dict) and isinstance(cast("Extra", text).get("text"), str):
        found["text"] = cast("Extra", text)["text"]
    properties = entry.get("properties")
    for said in cast("list[Any]", properties) if isinstance(properties, list) else ():
        name = text_of_key(cast("Extra", said), "name") if isinstance(said, dict) else None
        if name is not None:
            found[name] = cast("Extra", said).get("value")
    return found


def _shape(entry: Extra, nodes: list[str]) -> Shape:
    said = {key: cast("Extra", value) for key, value in entry.items() if isinstance(value, dict)}
    if "polygon" in said:
        return _polygon(said["polygon"])
    if "complex_polygon" in said:
        return _nested([_ring(path) for path in _paths(said["complex_polygon"].get("path"))])
    if "ellipse" in said:
        center, radius = _point(said["ellipse"].get("center")), _point(said["ellipse"].get("radius"))
        angle = msgspec.convert(said["ellipse"].get("angle", 0), float)
        return Ellipse(x=center.x, y=center.y, rx=radius.x, ry=radius.y, angle=angle)
    if "line" in said:
        return Polyline(points=_ring(said["line"].get("path")))
    if "keypoint" in said:
        return Points(points=(_point(said["keypoint"]),))
    if "skeleton" in said:
        return _skeleton(said["skeleton"].get("nodes"), nodes, entry.get("node_count"))
    if "cuboid" in said:
        front, back = (corners(_box(said["cuboid"].get(face))) for face in ("front", "back"))
        return Cuboid(
            front=(front[0], front[1], front[2], front[3]), back=(back[0], back[1], back[2], back[3])
        )
    if "bounding_box" in said:
        return _box(said["bounding_box"])
    kinds = sorted(set(said) - {"instance_id", "inference", "text", "flags", "attribute_values"})
    raise ValueError(f"it has no shape that can be read ({', '.join(kinds)[:100] or 'none'})")


class _Corner(msgspec.Struct):
    x: float
    y: float


class _Sized(msgspec.Struct):
    x: float
    y: float
    w: float
    h: float


class _Node(msgspec.Struct):
    x: float
    y: float
    name: str = ""
    occluded: bool = False


def _point(found: object) -> Point:
    corner = msgspec.convert(found, _Corner)
    return Point(corner.x, corner.y)


def _ring(found: object) -> Ring:
    return tuple(Point(corner.x, corner.y) for corner in msgspec.convert(found, list[_Corner]))


def _box(found: object) -> Box:
    said = msgspec.convert(found, _Sized)
    return Box(left=said.x, top=said.y, right=said.x + said.w, bottom=said.y + said.h)


def _paths(found: object) -> list[Any]:
    return msgspec.convert(found, list[Any]) if found is not None else []


def _polygon(said: Extra) -> Polygon:
    if said.get("paths") is not None:
        rings = [_ring(path) for path in _paths(said["paths"])]
    else:
        rings = [_ring(said.get("path")), *(_ring(path) for path in _paths(said.get("additional_paths")))]
    counts = said.get("rings")
    if counts is None:
        return _nested(rings)
    parts: list[tuple[Ring, ...]] = []
    for count in msgspec.convert(counts, list[int]):
        parts.append(tuple(rings[: max(0, count)]))
        rings = rings[max(0, count) :]
    return Polygon(parts=tuple(parts))


def _nested(rings: list[Ring]) -> Polygon:
    """A polygon of rings of which those inside of another are its holes."""
    if len(rings) == 1 or len(rings) > 1000:
        return Polygon(parts=tuple((ring,) for ring in rings))
    sizes = [ring_area(ring) if len(ring) > 2 else 0.0 for ring in rings]
    around = [
        [o for o, other in enumerate(rings) if sizes[o] > sizes[n] and ring and _holds(other, ring[0])]
        for n, ring in enumerate(rings)
    ]
    parts: dict[int, list[Ring]] = {n: [ring] for n, ring in enumerate(rings) if len(around[n]) % 2 == 0}
    for n, ring in enumerate(rings):
        if len(around[n]) % 2:
            owner = min((o for o in around[n] if o in parts), key=lambda o: sizes[o])
            parts[owner].append(ring)
    return Polygon(parts=tuple(tuple(part) for part in parts.values()))


def _holds(ring: Ring, point: Point) -> bool:
    crossed = 0
    for a, b in zip(ring, (*ring[1:], ring[0]), strict=True):
        if (a.y <= point.y) != (b.y <= point.y):
            crossed += a.x + (point.y - a.y) / (b.y - a.y) * (b.x - a.x) < point.x
    return crossed % 2 == 1


def _skeleton(found: object, keys: list[str], count: object) -> Skeleton:
    nodes = msgspec.convert(found, list[_Node])
    by_name = {node.name: node for node in nodes}
    if isinstance(count, int) and not isinstance(count, bool) and count != len(keys) and 0 < count < 1000:
        keys = [str(place) for place in range(1, count + 1)]
    made: list[Keypoint] = []
    for key in keys:
        node = by_name.get(key)
        if node is None:
            made.append(Keypoint(0, 0, ABSENT))
        else:
            made.append(Keypoint(node.x, node.y, OCCLUDED if node.occluded else VISIBLE))
    return Skeleton(keypoints=tuple(made))
