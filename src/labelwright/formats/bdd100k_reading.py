"""Reading Scalabel's JSON; what it is stands in `bdd100k.py`.

Known are lists of frames (BDD100K since 2018), the same inside of `frames`, and the first files of 2018:
one for each picture, with `frames` of `objects` and vertices such as [x, y, "L"].
"""

import re
from collections.abc import Iterator
from math import ceil, hypot, sqrt
from pathlib import PurePosixPath
from typing import Any, cast

import msgspec

from labelwright.core.document import Annotation, Document, Evidence
from labelwright.core.errors import LabelwrightError, UnreadableLabels
from labelwright.core.shapes import Box, Mask, Point, Polygon, Polyline, Ring, Shape
from labelwright.formats import rle
from labelwright.formats.extras import Extra, Ids, flags_of, relations_of, specs_of, text_of_key
from labelwright.formats.fields import plain_attributes
from labelwright.formats.folder import Source
from labelwright.formats.format import LabeledItem, Reading
from labelwright.formats.json_reading import LONGEST_REASON, json_files, json_of, tried
from labelwright.formats.pictures import Pictures, is_picture
from labelwright.formats.report import Fault
from labelwright.formats.splits import split_of, split_of_folders
from labelwright.formats.tables import path_of

FRAME, UNLABELED = "frame", "unlabeled"
FLAGS = {"occluded": "occluded", "truncated": "truncated", "crowd": "iscrowd", "ignored": "ignored"}
"""Attributes that Scalabel gives a meaning, and the flags they are here, if they say yes or no."""
SMOOTH = 0.1  # pixels: the farthest that the lines leave a curve
MOST_STEPS = 1000  # of one curve
CURVES = f"Curves (vertices of the type C) are read as lines that leave them by {SMOOTH} pixels at most."
_SIGNS = re.compile(rb'"(box2d|poly2d|timeofday|frameIndex|videoName)"\s*:')
_OWN = re.compile(rb'^\s*\{"config":\{"categories":')


class _Size(msgspec.Struct):
    width: int
    height: int


class _Frame(msgspec.Struct):
    name: str = ""
    size: _Size | None = None
    labels: list[dict[str, Any]] | None = None
    objects: list[dict[str, Any]] | None = None
    attributes: dict[str, Any] | None = None
    videoName: str | None = None  # noqa: N815  # Scalabel's spelling
    frameIndex: int | None = None  # noqa: N815


class _Named(msgspec.Struct):
    name: str
    subcategories: list["_Named"] | None = None


class _Config(msgspec.Struct):
    categories: list[_Named] | None = None
    imageSize: _Size | None = None  # noqa: N815
    relations: Any = None


class _Head(msgspec.Struct):
    frames: list[msgspec.Raw] = []
    config: _Config | None = None
    name: str = ""
    attributes: dict[str, Any] | None = None


_decoder = msgspec.json.Decoder(_Frame)


def _files(source: Source) -> list[str]:
    found: list[str] = []
    for name in json_files(source):
        start = source.start(name)
        if (_SIGNS.search(start) or _OWN.search(start)) and b'"openlabel"' not in start[:2000]:
            found.append(name)
    return found


def recognize(source: Source) -> str | None:
    """A JSON file with fields of Scalabel's."""
    for name in _files(source):
        match = _SIGNS.search(source.start(name))
        if match is None:
            return f"{name} has a configuration and frames, as Scalabel"
        if match[1] in (b"box2d", b"poly2d") or b'"labels"' in source.start(name):
            return f"{name} has Scalabel's “{match[1].decode()}”"
    return None


def read(source: Source) -> Reading:
    """Every file, one after the other."""
    files = _files(source)
    reading = Reading([], iter(()))
    heads: list[str] = []
    known: dict[str, None] = {}
    used: dict[str, None] = {}
    for name in files:
        head = tried(lambda name=name: _head(source, name), name, "", reading.faults)
        if head is None:
            continue
        heads.append(name)
        if head.config is not None:
            known |= dict.fromkeys(_leaves(head.config.categories or []))
            reading.relations = reading.relations or specs_of(head.config.relations)
        for raw in head.frames:
            frame = tried(lambda raw=raw: _decoder.decode(raw), name, "", [])
            if frame is not None:
                used |= dict.fromkeys(map(_category, frame.labels or frame.objects or []))
                used |= {FRAME: None} if frame.attributes or head.attributes else {}
    if not heads:
        raise UnreadableLabels(source.name, "", "no JSON file has Scalabel's frames and labels")
    reading.categories = list(known | used)
    reading.items = _items(source, heads, reading)
    return reading


def _head(source: Source, name: str) -> _Head:
    start = source.start(name, 200).removeprefix(b"\xef\xbb\xbf").lstrip()
    if start[:1] == b"[":
        return _Head(frames=json_of(source, name, list[msgspec.Raw]))
    head: _Head = json_of(source, name, _Head)
    if not head.frames and head.config is None:
        head.frames = [msgspec.Raw(source.read(name).removeprefix(b"\xef\xbb\xbf"))]
    return head


def _leaves(categories: list[_Named]) -> Iterator[str]:
    for category in categories:
        if category.subcategories:
            yield from _leaves(category.subcategories)
        else:
            yield category.name


def _category(label: Extra) -> str:
    return text_of_key(label, "category") or UNLABELED


def _split(file: str) -> str | None:
    words = re.split(r"[_\W]+", PurePosixPath(file).stem.lower())
    return next((split for word in words if (split := split_of(word))), None) or split_of_folders(file)


def _items(source: Source, files: list[str], reading: Reading) -> Iterator[LabeledItem]:
    pictures = Pictures(source)
    for name in files:
        head = _head(source, name)
        is_old = bool(head.name)
        for index, raw in enumerate(head.frames):
            place = f"$.frames[{index}]"
            frame = tried(lambda raw=raw: _decoder.decode(raw), name, place, reading.faults)
            if frame is None:
                continue
            if is_old:
                frame.name = head.name if len(head.frames) == 1 else f"{head.name}/{index:06}.jpg"
                frame.attributes = frame.attributes or head.attributes
            if frame.size is None and head.config is not None:
                frame.size = head.config.imageSize
            item = tried(
                lambda frame=frame, at=(name, place): _item(frame, at, pictures, reading),
                name,
                place,
                reading.faults,
            )
            if item is not None:
                yield item


def _item(frame: _Frame, at: tuple[str, str], pictures: Pictures, reading: Reading) -> LabeledItem:
    file, place = at
    name, split = path_of(frame.name), _split(file)
    picture = pictures.find(name, f"images/100k/{split}", f"images/{split}", "images")
    if not is_picture(name):
        name += PurePosixPath(picture).suffix if picture else ".jpg"
    width, height = (frame.size.width, frame.size.height) if frame.size else (0, 0)
    if picture is not None and not (width > 0 and height > 0):
        width, height = pictures.size(picture)
    making = _Labels((max(0, width), max(0, height)), frame.videoName is not None, reading)
    made: list[Annotation] = []
    if frame.attributes:
        attributes = plain_attributes(frame.attributes)
        made.append(Annotation(id="frame", category=FRAME, attributes=attributes))
    key = "labels" if frame.labels is not None else "objects"
    for number, label in enumerate(frame.labels or frame.objects or []):
        try:
            made.extend(making.made(label, number + 1))
        except LabelwrightError as error:
            reason = error.message
        except (ValueError, TypeError, KeyError, OverflowError, IndexError) as error:
            reason = f"it lacks {error}" if isinstance(error, KeyError) else str(error)
        else:
            continue
        there = f"{place}.{key}[{number}]"
        reading.faults.append(Fault(file=file, place=there, reason=reason[:LONGEST_REASON]))
    media = pictures.media(picture) if picture is not None else None
    full = f"{frame.videoName}/{name}" if frame.videoName and "/" not in name else name
    document = Document(annotations=tuple(made))
    return LabeledItem(full, max(0, width), max(0, height), document, split, media=media)


class _Labels:
    """The annotations of one frame, made of its labels."""

    def __init__(self, size: tuple[int, int], is_video: bool, reading: Reading) -> None:
        self._size, self._is_video, self._reading = size, is_video, reading
        self._ids = Ids()

    def made(self, label: Extra, place: int) -> Iterator[Annotation]:
        """The annotations of a label: more than one for several open lines.

        Raises ValueError, TypeError, KeyError or InvalidShape.
        """
        shapes = self._shapes(label)
        attributes: Extra = {**(label.get("lists") or {}), **(label.get("attributes") or {})}
        flags = flags_of(label.get("flags"))
        if not label.get("plain_attributes"):
            for name, flag in FLAGS.items():
                if isinstance(attributes.get(name), bool):
                    flags[flag] = attributes.pop(name)
        if label.get("id") is not None and self._is_video:
            flags.setdefault("track", str(label["id"]))
        score = label.get("score")
        is_score = isinstance(score, int | float) and not isinstance(score, bool)
        uid = self._ids.take(label.get("uid"), place)
        group = text_of_key(label, "group_name")
        made = Annotation(
            id=uid,
            category=_category(label),
            attributes=plain_attributes(attributes),
            group=group or (f"label {place}" if len(shapes) > 1 else None),
            relations=relations_of(label.get("relations")),
            flags=flags,
            evidence=Evidence(score=float(cast("float", score)) if is_score else None),
        )
        for number, shape in enumerate(shapes):
            own = uid if not number else self._ids.take(f"{uid} part {number + 1}", place)
            yield msgspec.structs.replace(made, id=own, shape=shape)

    def _shapes(self, label: Extra) -> list[Shape | None]:
        if label.get("rle"):
            return [self._mask(label["rle"])]
        if label.get("poly2d"):
            return list(self._lines(label["poly2d"]))
        box = label.get("box2d")
        if box:
            left, top, right, bottom = (float(box[key]) for key in ("x1", "y1", "x2", "y2"))
            return [Box(left=left, top=top, right=right, bottom=bottom)]
        unknown = [key for key in ("box3d", "graph", "intrinsics") if label.get(key)]
        if unknown:
            raise ValueError(f"“{unknown[0]}” has no place here")
        return [None]

    def _mask(self, packed: Extra) -> Mask:
        height, width = (int(value) for value in packed["size"])
        if all(self._size) and (width, height) != self._size:
            raise ValueError(f"the mask is {width} × {height}, its picture {self._size[0]} × {self._size[1]}")
        counts = packed["counts"]
        runs = rle.unpack(counts) if isinstance(counts, str) else [int(run) for run in counts]
        return rle.mask_of(height, width, runs)

    def _lines(self, found: list[Any]) -> Iterator[Shape]:
        if found and isinstance(found[0], list):
            # The first files of 2018: vertices with their types, of one line that says nothing of its end.
            vertices = cast("list[list[Any]]", found)
            kinds = "".join(str(vertex[2]) if len(vertex) > 2 else "L" for vertex in vertices)
            points = self._points(vertices, kinds)
            is_closed = len(points) > 3 and points[0] == points[-1]
            yield Polygon(parts=((points[:-1],),)) if is_closed else Polyline(points=points)
            return
        parts: list[tuple[Ring, ...]] = []
        for line in cast("list[Extra]", found):
            vertices = cast("list[list[Any]]", line["vertices"])
            points = self._points(vertices, str(line.get("types") or "L" * len(vertices)))
            if line.get("closed"):
                is_doubled = len(points) > 3 and points[0] == points[-1]
                parts.append((points[:-1] if is_doubled else points,))
            else:
                yield Polyline(points=points)
        if parts:
            yield Polygon(parts=tuple(parts))

    def _points(self, vertices: list[list[Any]], kinds: str) -> Ring:
        points = [Point(float(vertex[0]), float(vertex[1])) for vertex in vertices]
        if len(kinds) != len(points):
            raise ValueError(f"it has {len(points)} vertices, but types of {len(kinds)}")
        if "C" not in kinds:
            return tuple(points)
        if CURVES not in self._reading.notes:
            self._reading.notes.append(CURVES)
        made: list[Point] = []
        place = 0
        while place < len(points):
            if kinds[place] != "C" or not made:
                made.append(points[place])
                place += 1
                continue
            # Two control points and the end, whose type may be C too; one that closes ends where it began.
            first, second, end = ([*points[place : place + 3], points[0], points[0]])[:3]
            if kinds[place : place + 2] != "CC":
                raise ValueError("a curve has two control points")
            made.extend(_curve(made[-1], first, second, end))
            place += 3
        return tuple(made)


def _curve(start: Point, one: Point, two: Point, end: Point) -> Iterator[Point]:
    """Points on a Bézier curve so near that the lines between them leave it by `SMOOTH` at most."""
    bend = max(
        hypot(start.x - 2 * one.x + two.x, start.y - 2 * one.y + two.y),
        hypot(one.x - 2 * two.x + end.x, one.y - 2 * two.y + end.y),
    )
    # The second derivative is at most six times the bend; a line leaves by an eighth of it.
    steps = min(MOST_STEPS, max(1, ceil(sqrt(0.75 * bend / SMOOTH))))
    for step in range(1, steps + 1):
        t = step / steps
        a, b, c, d = (1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3
        yield Point(
            a * start.x + b * one.x + c * two.x + d * end.x, a * start.y + b * one.y + c * two.y + d * end.y
        )
