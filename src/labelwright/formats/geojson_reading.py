"""Reading GeoJSON in pixels; what the files are stands in `geojson.py`.

A file is a FeatureCollection, a single feature or a list of them. It is of one picture, or its features name
theirs in a property. The category is QuPath's classification, or the first of some usual properties.
"""

import re
from collections.abc import Callable, Iterator
from pathlib import PurePosixPath
from typing import Any, cast

import msgspec

from labelwright.core.document import Annotation, AttributeValue, Document, Evidence
from labelwright.core.errors import InvalidOntology, InvalidShape, LabelwrightError, UnreadableLabels
from labelwright.core.ontology import Category, Ontology
from labelwright.core.shapes import (
    Ellipse,
    Point,
    Points,
    Polygon,
    Polyline,
    Ring,
    Shape,
    kind_of,
)
from labelwright.formats.extras import Extra, Ids, flags_of, relations_of, specs_of, text_of_key
from labelwright.formats.fields import plain_attributes
from labelwright.formats.figures import SHAPES, template_of
from labelwright.formats.folder import Source
from labelwright.formats.format import LabeledItem, Reading
from labelwright.formats.geojson_geometry import geometry_of
from labelwright.formats.json_reading import LONGEST_REASON, json_of, tried
from labelwright.formats.pictures import Pictures, is_picture
from labelwright.formats.raster import mask_of_polygon
from labelwright.formats.report import Fault
from labelwright.formats.tables import path_of

CLASSES = "classes.json"
UNLABELED = "unlabeled"
CATEGORY = ("class", "label", "category", "class_name", "classTitle", "name", "type")
IMAGE = ("image", "image_name", "filename", "file_name", "image_id", "imageName")
OURS = ("classification", "attributes", "score", "shape", "uid", "flags", "group_name", "relations")
SILENT = ("objectType", "isLocked", "locked", "color", "colorRGB", "measurements")
NEAR = 1e-6  # pixels: how far a geometry may be from that of its shape
MOST_NESTED = 4
_COLLECTION = re.compile(rb'"type"\s*:\s*"(FeatureCollection|Feature)"')
_DEGREES = re.compile(r"CRS84|EPSG:+4326")

_shape: Callable[[object], Shape] = lambda found: msgspec.convert(found, Shape)  # noqa: E731


class _Collection(msgspec.Struct):
    type: str = ""
    features: list[msgspec.Raw] = []
    image: Any = None
    crs: Any = None
    geometry: Any = None
    properties: Any = None


class _Feature(msgspec.Struct):
    geometry: dict[str, Any] | None = None
    properties: dict[str, Any] | None = None
    id: Any = None


_decoder = msgspec.json.Decoder(_Feature)


def _files(source: Source) -> list[str]:
    found: list[str] = []
    for name in source.names():
        if name.lower().endswith((".geojson", ".json")):
            start = source.start(name).removeprefix(b"\xef\xbb\xbf").lstrip()
            match = _COLLECTION.search(start)
            if match and (start[:1] == b"[" or match.start() < 2000 or match[1] == b"FeatureCollection"):
                found.append(name)
    return found


def recognize(source: Source) -> str | None:
    """A file that holds features."""
    found = _files(source)
    return f"{found[0]} holds GeoJSON's features" if found else None


def read(source: Source) -> Reading:
    """Every file; the categories are those of `classes.json` and those that features name."""
    files = _files(source)
    if not files:
        raise UnreadableLabels(source.name, "", "no file holds GeoJSON's features")
    reading = Reading([], iter(()))
    for name in source.names():
        if PurePosixPath(name).name == CLASSES:
            tried(lambda name=name: _classes(source, name, reading), name, "", reading.faults)
    known = dict.fromkeys(reading.categories)
    for name in files:
        collection = tried(lambda name=name: _collection(source, name), name, "", [])
        for raw in collection.features if collection is not None else ():
            feature = tried(lambda raw=raw: _decoder.decode(raw), name, "", [])
            if feature is not None:
                known.setdefault(_category(feature.properties or {}))
    reading.categories = list(known)
    reading.items = _items(source, files, reading)
    return reading


class _Class(msgspec.Struct):
    name: str
    keypoints: list[tuple[str, float, float]] = []
    edges: list[tuple[int, int]] = []
    swaps: list[tuple[int, int]] = []


class _Classes(msgspec.Struct):
    pathClasses: list[_Class] = []  # noqa: N815  # QuPath's own spelling
    relations: Any = None


def _classes(source: Source, name: str, reading: Reading) -> None:
    found: _Classes = json_of(source, name, _Classes)
    reading.relations = specs_of(found.relations)
    for entry in found.pathClasses:
        if not entry.name:
            continue
        reading.categories.append(entry.name)
        if entry.keypoints:
            template = template_of([word for word, _, _ in entry.keypoints], entry.edges, entry.swaps)
            points = zip(template.keypoints, entry.keypoints, strict=True)
            placed = tuple(msgspec.structs.replace(point, x=x, y=y) for point, (_, x, y) in points)
            template = msgspec.structs.replace(template, keypoints=placed)
            made = Category(id=entry.name, name=entry.name, shapes=SHAPES, skeleton=template)
            try:
                Ontology(categories=(made,))
            except InvalidOntology as error:
                reading.faults.append(Fault(file=name, place=entry.name, reason=error.message))
            else:
                reading.definitions[entry.name] = made


def _collection(source: Source, name: str) -> _Collection:
    start = source.start(name, 100).removeprefix(b"\xef\xbb\xbf").lstrip()
    if start[:1] == b"[":
        return _Collection(features=json_of(source, name, list[msgspec.Raw]))
    found: _Collection = json_of(source, name, _Collection)
    if found.type == "Feature":
        found.features = [msgspec.Raw(source.read(name))]
    return found


def _in_degrees(collection: _Collection, features: list[tuple[int, _Feature]]) -> bool:
    """Whether a file says that its coordinates are degrees, and none of them is too large to be some."""
    crs = msgspec.json.encode(collection.crs).decode() if collection.crs is not None else ""
    return bool(_DEGREES.search(crs)) and all(
        abs(x) <= 180 and abs(y) <= 90
        for _, feature in features
        for x, y in _places((feature.geometry or {}).get("coordinates"), 0)
    )


def _category(properties: Extra) -> str:
    said = properties.get("classification")
    if isinstance(said, str) and said:
        return said
    if isinstance(said, dict):
        table = cast("Extra", said)
        names = table.get("names")
        if isinstance(names, list) and names:
            return ": ".join(str(word) for word in cast("list[object]", names))
        return text_of_key(table, "name") or UNLABELED
    return text_of_key(properties, *CATEGORY) or UNLABELED


def _items(source: Source, files: list[str], reading: Reading) -> Iterator[LabeledItem]:
    pictures = Pictures(source)
    for name in files:
        collection = tried(lambda name=name: _collection(source, name), name, "", reading.faults)
        if collection is None:
            continue
        groups: dict[str, list[tuple[int, _Feature]]] = {}
        image = collection.image
        table = cast("Extra", image) if isinstance(image, dict) else {"name": image}
        own = text_of_key(table, "name", "file_name") or ""
        for number, raw in enumerate(collection.features):
            place = f"$.features[{number}]"
            feature = tried(lambda raw=raw: _decoder.decode(raw), name, place, reading.faults)
            if feature is not None:
                said = "" if own else text_of_key(feature.properties or {}, *IMAGE) or ""
                groups.setdefault(said, []).append((number, feature))
        if _in_degrees(collection, [entry for entries in groups.values() for entry in entries]):
            reason = "its coordinates are degrees on earth, not pixels of a picture"
            reading.faults.append(Fault(file=name, place="$.crs", reason=reason))
            continue
        for said, features in (groups or {"": []}).items():
            yield _item(said or own, features, (name, table), pictures, reading)


def _item(
    said: str,
    features: list[tuple[int, _Feature]],
    at: tuple[str, Extra],
    pictures: Pictures,
    reading: Reading,
) -> LabeledItem:
    file, table = at
    stem = PurePosixPath(file).name.rsplit(".", 1)[0]
    named = tried(lambda: path_of(said), file, "", reading.faults) if said else None
    picture = pictures.find(named or stem, "images")
    name = named or (picture if picture is not None else stem if is_picture(stem) else f"{stem}.png")
    if named is not None and not PurePosixPath(named).suffix and picture is not None:
        name = named + PurePosixPath(picture).suffix
    sizes = [table.get(side) for side in ("width", "height")]
    width, height = (size if isinstance(size, int) and 0 < size < 10**7 else 0 for size in sizes)
    if picture is not None and not (width and height):
        width, height = pictures.size(picture)
    is_upward = _is_upward([feature for _, feature in features])
    if is_upward:
        reading.notes.append(f"{file} counts y upward, as QGIS does; it is turned over.")
    ids = Ids()
    made: list[Annotation] = []
    for number, feature in features:
        place = f"$.features[{number}]"
        try:
            made.extend(_annotations(feature, len(made) + 1, ids, is_upward=is_upward))
        except InvalidShape as error:
            reason = error.message
        except (ValueError, TypeError, KeyError, OverflowError, IndexError) as error:
            reason = str(error)[:LONGEST_REASON]
        else:
            continue
        reading.faults.append(Fault(file=file, place=place, reason=reason))
    split = table.get("split")
    return LabeledItem(
        name,
        width,
        height,
        Document(annotations=tuple(made)),
        split if isinstance(split, str) and split else None,
        media=pictures.media(picture) if picture is not None else None,
    )


def _is_upward(features: list[_Feature]) -> bool:
    lowest = highest = 0.0
    for feature in features:
        for _, y in _places((feature.geometry or {}).get("coordinates"), 0):
            lowest, highest = min(lowest, y), max(highest, y)
    return lowest < 0 and highest <= 0


def _places(found: object, depth: int) -> Iterator[tuple[float, float]]:
    if not isinstance(found, list) or depth > MOST_NESTED:
        return
    listed = cast("list[object]", found)
    if len(listed) >= 2 and isinstance(listed[0], int | float) and isinstance(listed[1], int | float):
        yield float(listed[0]), float(listed[1])
        return
    for entry in listed:
        yield from _places(entry, depth + 1)


def _annotations(feature: _Feature, place: int, ids: Ids, *, is_upward: bool) -> Iterator[Annotation]:
    properties = feature.properties or {}
    shapes = list(_shapes(feature.geometry, properties.get("shape"), is_upward=is_upward, depth=0))
    uid = ids.take(properties.get("uid"), place)
    score = properties.get("score")
    is_score = isinstance(score, int | float) and not isinstance(score, bool)
    said = properties.get("attributes")
    attributes = plain_attributes(cast("Extra", said) if isinstance(said, dict) else None)
    group = text_of_key(properties, "group_name")
    made = Annotation(
        id=uid,
        category=_category(properties),
        attributes=_others(properties) | attributes,
        group=group or (f"feature {place}" if len(shapes) > 1 else None),
        relations=relations_of(properties.get("relations")),
        flags=flags_of(properties.get("flags")),
        evidence=Evidence(score=float(score) if is_score else None),  # pyright: ignore[reportArgumentType]
    )
    for number, shape in enumerate(shapes):
        own = uid if not number else ids.take(f"{uid} part {number + 1}", place)
        yield msgspec.structs.replace(made, id=own, shape=shape)


def _others(properties: Extra) -> dict[str, AttributeValue]:
    """The properties that have no other meaning."""
    known = {*OURS, *SILENT, *IMAGE}
    if not properties.get("classification"):
        known |= {next((key for key in CATEGORY if text_of_key(properties, key)), "")}
    return plain_attributes({key: value for key, value in properties.items() if key not in known})


def _shapes(geometry: Extra | None, said: object, *, is_upward: bool, depth: int) -> Iterator[Shape | None]:
    if geometry is None:
        yield None
        return
    kind, found = geometry.get("type"), geometry.get("coordinates")
    if kind == "GeometryCollection" and depth < MOST_NESTED:
        for entry in cast("list[Extra]", geometry.get("geometries") or []):
            yield from _shapes(entry, None, is_upward=is_upward, depth=depth + 1)
    elif kind == "MultiLineString":
        for line in cast("list[object]", found or []):
            yield Polyline(points=_points(line, is_upward=is_upward))
    else:
        plain = _plain(str(kind), found, is_upward=is_upward)
        meant = _meant(plain, said)
        if geometry.get("isEllipse") is True and isinstance(meant, Polygon):
            left, top, right, bottom = plain.bounds
            x, y = (left + right) / 2, (top + bottom) / 2
            yield Ellipse(x=x, y=y, rx=(right - left) / 2, ry=(bottom - top) / 2)
        else:
            yield meant


def _plain(kind: str, found: object, *, is_upward: bool) -> Shape:
    if kind == "Polygon":
        return Polygon(parts=(_rings(found, is_upward=is_upward),))
    if kind == "MultiPolygon":
        parts = cast("list[object]", found or [])
        return Polygon(parts=tuple(_rings(part, is_upward=is_upward) for part in parts))
    if kind == "LineString":
        return Polyline(points=_points(found, is_upward=is_upward))
    if kind == "MultiPoint":
        return Points(points=_points(found, is_upward=is_upward))
    if kind == "Point":
        return Points(points=_points([found], is_upward=is_upward))
    raise ValueError(f"“{kind[:40]}” is no geometry of GeoJSON")


def _rings(found: object, *, is_upward: bool) -> tuple[Ring, ...]:
    rings = [_points(ring, is_upward=is_upward) for ring in cast("list[object]", found or [])]
    return tuple(ring[:-1] if len(ring) > 3 and ring[0] == ring[-1] else ring for ring in rings)


def _points(found: object, *, is_upward: bool) -> Ring:
    places = cast("list[list[float]]", found or [])
    turn = -1.0 if is_upward else 1.0
    return tuple(Point(float(place[0]), turn * float(place[1])) for place in places)


def _meant(plain: Shape, said: object) -> Shape:
    """The shape that a geometry is said to be, as long as its geometry is still this one."""
    if not isinstance(said, dict):
        return plain
    if said == {"kind": "mask"} and isinstance(plain, Polygon):
        return mask_of_polygon(plain)
    try:
        meant = _shape(cast("object", said))
        if kind_of(meant) in ("box", "rotated_box", "ellipse", "skeleton"):
            geometry = geometry_of(meant)
            wanted = _plain(geometry["type"], geometry["coordinates"], is_upward=False)
            return meant if _same(plain, wanted) else plain
    except (msgspec.ValidationError, LabelwrightError):
        pass
    return plain


def _same(one: Shape, other: Shape) -> bool:
    if kind_of(one) != kind_of(other):
        return False
    a, b = _corners(one), _corners(other)
    return len(a) == len(b) and all(
        abs(p[0] - q[0]) <= NEAR and abs(p[1] - q[1]) <= NEAR for p, q in zip(a, b, strict=True)
    )


def _corners(shape: Shape) -> list[Point]:
    if isinstance(shape, Polygon):
        return [point for ring in shape.rings() for point in ring]
    return list(shape.points) if isinstance(shape, Points | Polyline) else []
