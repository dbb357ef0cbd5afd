"""Reading ASAM OpenLABEL; what the files are stands in `openlabel.py`.

A file is of one picture, if it has no frames, or of a frame each. Figures in space and polygons in packed
modes are faults that name them. An object with several figures becomes annotations of one group.
"""

import re
from base64 import b64decode
from binascii import Error as NoBase64
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any, cast

import msgspec

from labelwright.core.document import Annotation, AttributeValue, Document, Evidence, Relation
from labelwright.core.errors import LabelwrightError, UnreadableLabels
from labelwright.core.ontology import RelationSpec
from labelwright.core.shapes import Box, Point, Points, Polyline, Ring, RotatedBox, Shape, polygon_of
from labelwright.formats.bitmaps import pixels_of
from labelwright.formats.extras import Extra, Ids, flags_of, specs_of, text_of_key
from labelwright.formats.folder import Source
from labelwright.formats.format import LabeledItem, Reading
from labelwright.formats.json_reading import LONGEST_REASON, json_files, json_of, tried
from labelwright.formats.pictures import Pictures, is_picture
from labelwright.formats.report import Fault
from labelwright.formats.rle import windowed
from labelwright.formats.tables import path_of

ABSOLUTE, PIXEL = "MODE_POLY2D_ABSOLUTE", "pixels"
UNLABELED = "unlabeled"
VALUES = ("text", "num", "boolean", "vec")
SPACE = ("cuboid", "poly3d", "mesh", "mat", "point3d", "binary", "area_reference", "line_reference", "quad")
_START = re.compile(rb'^\s*\{\s*"openlabel"\s*:')


class _Frame(msgspec.Struct):
    frame_properties: dict[str, Any] | None = None
    objects: dict[str, Any] | None = None
    contexts: dict[str, Any] | None = None
    relations: dict[str, Any] | None = None


class _Label(msgspec.Struct):
    frames: dict[str, msgspec.Raw] | None = None
    objects: dict[str, dict[str, Any]] | None = None
    contexts: dict[str, dict[str, Any]] | None = None
    relations: dict[str, dict[str, Any]] | None = None
    tags: dict[str, dict[str, Any]] | None = None
    ontologies: dict[str, Any] | None = None
    streams: dict[str, Any] | None = None
    metadata: dict[str, Any] | None = None


class _File(msgspec.Struct):
    openlabel: _Label


_frame = msgspec.json.Decoder(_Frame)


def _files(source: Source) -> list[str]:
    return [n for n in json_files(source) if _START.match(source.start(n, 200).removeprefix(b"\xef\xbb\xbf"))]


def recognize(source: Source) -> str | None:
    """A JSON file that opens with “openlabel”."""
    found = _files(source)
    return f"{found[0]} opens with “openlabel”" if found else None


def read(source: Source) -> Reading:
    """Every file; the categories are those of ontologies and of objects."""
    reading = Reading([], iter(()))
    known: dict[str, None] = {}
    bonds: dict[str, RelationSpec] = {}
    good: list[str] = []
    for name in _files(source):
        label = tried(lambda name=name: _label(source, name), name, "", reading.faults)
        if label is None:
            continue
        good.append(name)
        for ontology in (label.ontologies or {}).values():
            known |= dict.fromkeys(_listed(ontology))
        for entry in (*(label.objects or {}).values(), *(label.contexts or {}).values()):
            known.setdefault(_type(entry))
        if label.metadata:
            bonds |= {spec.name: spec for spec in specs_of(label.metadata.get("relations"))}
        for kind in map(_type, (label.relations or {}).values()):
            bonds.setdefault(kind, RelationSpec(id=kind, name=kind))
        for raw in (label.frames or {}).values():
            frame = tried(lambda raw=raw: _frame.decode(raw), name, "", [])
            if frame is None:
                continue
            listed = label.contexts or {}
            known |= dict.fromkeys(
                _type(cast("Extra", entry))
                for uid, entry in (frame.contexts or {}).items()
                if uid not in listed and isinstance(entry, dict)
            )
            for kind in (_type(entry) for entry in _entries(frame.relations) if entry):
                bonds.setdefault(kind, RelationSpec(id=kind, name=kind))
    if not good:
        raise UnreadableLabels(source.name, "", "no JSON file opens with “openlabel”")
    reading.categories = list(known)
    reading.relations = tuple(bonds.values())
    reading.items = _items(source, good, reading)
    return reading


def _label(source: Source, name: str) -> _Label:
    found: _File = json_of(source, name, _File)
    return found.openlabel


def _listed(ontology: object) -> list[str]:
    if not isinstance(ontology, dict):
        return []
    said = cast("Extra", ontology)
    listed = said.get("boundary_list")
    is_list = isinstance(listed, list) and said.get("boundary_mode") != "exclude"
    return (
        [word for word in cast("list[object]", listed) if isinstance(word, str) and word] if is_list else []
    )


def _entries(found: dict[str, Any] | None) -> list[Extra]:
    return [cast("Extra", entry) for entry in (found or {}).values() if isinstance(entry, dict)]


def _type(entry: Extra) -> str:
    return text_of_key(entry, "type", "name") or UNLABELED


def _items(source: Source, files: list[str], reading: Reading) -> Iterator[LabeledItem]:
    pictures = Pictures(source)
    for name in files:
        label = _label(source, name)
        if label.tags and label.frames and len(label.frames) > 1:
            reading.notes.append(f"{name} has tags of the whole file, which are not read.")
        objects = label.objects or {}
        if label.frames is None:
            frame = _Frame(objects=dict(objects), contexts=dict(label.contexts or {}))
            yield _Reader(name, "", label, frame, reading).item(pictures)
        # Relations that name no frames hold in all of them.
        always = [entry for entry in _entries(label.relations) if not entry.get("frame_intervals")]
        for key, raw in (label.frames or {}).items():
            place = f"$.openlabel.frames.{key}"
            frame = tried(lambda raw=raw: _frame.decode(raw), name, place, reading.faults)
            if frame is not None:
                yield _Reader(name, key, label, frame, reading, always).item(pictures)


class _Reader:
    """The item of a frame."""

    def __init__(
        self,
        file: str,
        key: str,
        label: _Label,
        frame: _Frame,
        reading: Reading,
        always: list[Extra] | None = None,
    ) -> None:
        self._file, self._key, self._label, self._frame = file, key, label, frame
        self._reading = reading
        self._place = f"$.openlabel.frames.{key}" if key else "$.openlabel"
        self._ids = Ids()
        self._always = _entries(label.relations) if always is None else always

    def item(self, pictures: Pictures) -> LabeledItem:
        """The frame with all that is in it."""
        properties = self._frame.frame_properties or {}
        uri, width, height = self._stream(properties)
        stem = PurePosixPath(self._file).stem
        if uri is None:
            uri = f"{stem}/{int(self._key):06}.jpg" if self._key.isdecimal() else f"{stem}.jpg"
        picture = pictures.find(uri, "images")
        if picture is not None and not (width and height):
            width, height = pictures.size(picture)
        made = list(self._annotations(width, height))
        split = properties.get("split")
        return LabeledItem(
            uri,
            width,
            height,
            Document(annotations=tuple(made)),
            split if isinstance(split, str) and split else None,
            media=pictures.media(picture) if picture is not None else None,
        )

    def _stream(self, properties: Extra) -> tuple[str | None, int, int]:
        """The name and size of the picture: of the frame's stream, else of the file's."""
        own = _entries(cast("Extra", properties.get("streams") or {}))
        named: str | None = None
        width = height = 0
        for stream in (*own, *_entries(self._label.streams)):
            uri = text_of_key(stream, "uri")
            if named is None and uri and is_picture(uri):
                place = f"{self._place}.frame_properties"
                named = tried(
                    lambda uri=uri: path_of(uri.removeprefix("file://")),
                    self._file,
                    place,
                    self._reading.faults,
                )
            said = cast("Extra", stream.get("stream_properties") or {})
            for kind in ("intrinsics_pinhole", "intrinsics_fisheye", "intrinsics_custom"):
                sizes = cast("Extra", said.get(kind) or {})
                wide, high = _side(sizes.get("width_px")), _side(sizes.get("height_px"))
                if not width and wide and high:
                    width, height = wide, high
        return named, width, height

    def _annotations(self, width: int, height: int) -> Iterator[Annotation]:
        bonds = self._bonds()
        found: dict[tuple[str, str], list[Annotation]] = {}
        for uid, entry in (self._frame.objects or {}).items():
            place = f"{self._place}.objects.{uid}"
            known = (self._label.objects or {}).get(uid) or {}
            if isinstance(entry, dict):
                said = cast("Extra", entry)
                category = _type(known) if known else _type(said)
                made = list(self._object(uid, category, known, said, place, (width, height)))
                found["object", uid] = made
        for uid, entry in (self._frame.contexts or {}).items():
            known = (self._label.contexts or {}).get(uid) or {}
            if isinstance(entry, dict):
                said = cast("Extra", entry)
                category = _type(said) if said.get("type") or not known else _type(known)
                found["context", uid] = [self._context(uid, category, said)]
        if not self._key or len(self._label.frames or {}) == 1:
            for uid, entry in (self._label.tags or {}).items():
                category = _type(entry)
                if category not in self._reading.categories:
                    self._reading.categories.append(category)
                found["tag", uid] = [Annotation(id=self._ids.take(f"tag {uid}", 0), category=category)]
        for (kind, uid), entries in found.items():
            for entry in entries:
                ends = tuple(
                    Relation(kind=name, to=found[to][0].id)
                    for name, to in bonds.get((kind, uid), ())
                    if found.get(to)
                )
                yield msgspec.structs.replace(entry, relations=ends) if ends else entry

    def _bonds(self) -> dict[tuple[str, str], list[tuple[str, tuple[str, str]]]]:
        bonds: dict[tuple[str, str], list[tuple[str, tuple[str, str]]]] = {}
        listed = self._label.relations or {}
        here = [
            entry
            for uid in (self._frame.relations or {} if self._key else ())
            if (entry := listed.get(uid)) and entry.get("frame_intervals")
        ]
        for entry in (*_entries(self._frame.relations), *here, *self._always):
            for one in _ends(entry.get("rdf_subjects")):
                for other in _ends(entry.get("rdf_objects")):
                    bonds.setdefault(one, []).append((_type(entry), other))
        return bonds

    def _context(self, uid: str, category: str, said: Extra) -> Annotation:
        data = cast("Extra", said.get("context_data") or {})
        nothing: Extra = {}
        text = next(iter(_values(data, "text")), nothing)
        own = cast("Extra", text.get("attributes") or {})
        others = {kind: [v for v in _values(data, kind) if v is not text or not own] for kind in VALUES}
        is_ours = text.get("name") == category == text.get("val")
        values = _attributes(own) if is_ours else _attributes(others)
        return self._made(text if is_ours else {}, uid, category, None, values, None)

    def _object(
        self, uid: str, category: str, known: Extra, said: Extra, place: str, size: tuple[int, int]
    ) -> Iterator[Annotation]:
        data = cast("Extra", said.get("object_data") or {})
        always = cast("Extra", known.get("object_data") or {}) if known is not said else {}
        values = _attributes(always) | _attributes(data)
        shapes: list[tuple[Extra, Shape]] = []
        for kind in data:
            if kind not in VALUES:
                shapes += self._figures(kind, _values(data, kind), f"{place}.object_data.{kind}", size)
        is_track = sum(1 for _ in _frames_of(known)) > 1
        for entry, shape in shapes:
            own = _attributes(cast("Extra", entry.get("attributes") or {}))
            group = f"object {uid}" if len(shapes) > 1 else None
            made = self._made(entry, uid, category, shape, values | own, group)
            if is_track and "track" not in made.flags:
                made = msgspec.structs.replace(made, flags={**made.flags, "track": uid})
            yield made

    def _figures(
        self, kind: str, entries: list[Extra], place: str, size: tuple[int, int]
    ) -> list[tuple[Extra, Shape]]:
        made: list[tuple[Extra, Shape]] = []
        # All points of an object are one annotation.
        groups = [entries] if kind == "point2d" and entries else [[entry] for entry in entries]
        for number, group in enumerate(groups):
            try:
                made.append((group[0], _points(group) if kind == "point2d" else _shape(kind, group[0], size)))
            except LabelwrightError as error:
                reason = error.message
            except (ValueError, TypeError, KeyError, OverflowError) as error:
                reason = f"it lacks {error}" if isinstance(error, KeyError) else str(error)
            else:
                continue
            there = f"{place}[{number}]"
            self._reading.faults.append(Fault(file=self._file, place=there, reason=reason[:LONGEST_REASON]))
        return made

    def _made(
        self,
        entry: Extra,
        uid: str,
        category: str,
        shape: Shape | None,
        values: dict[str, AttributeValue],
        group: str | None,
    ) -> Annotation:
        if category not in self._reading.categories:
            self._reading.categories.append(category)
        score = entry.get("score")
        is_score = isinstance(score, int | float) and not isinstance(score, bool)
        return Annotation(
            id=self._ids.take(entry.get("uid") or uid, 0),
            category=category,
            shape=shape,
            attributes=values,
            group=text_of_key(entry, "group_name") or group,
            flags=flags_of(entry.get("flags")),
            evidence=Evidence(score=float(cast("float", score)) if is_score else None),
        )


def _side(value: object) -> int:
    """A side of a picture in pixels, or 0."""
    return int(value) if isinstance(value, int | float) and 0 < value < 10**7 else 0


def _frames_of(known: Extra) -> Iterator[int]:
    """The frames of an object, at most two of them."""
    count = 0
    for interval in cast("list[Extra]", known.get("frame_intervals") or []):
        first, last = interval.get("frame_start"), interval.get("frame_end")
        if isinstance(first, int) and isinstance(last, int):
            for frame in range(first, min(last, first + 1) + 1):
                yield frame
                count += 1
                if count > 1:
                    return


def _ends(found: object) -> list[tuple[str, str]]:
    listed = cast("list[object]", found) if isinstance(found, list) else []
    entries = [cast("Extra", entry) for entry in listed if isinstance(entry, dict)]
    return [(str(entry.get("type") or "object"), str(entry.get("uid"))) for entry in entries]


def _values(data: Extra, kind: str) -> list[Extra]:
    found = data.get(kind)
    listed = cast("list[object]", found) if isinstance(found, list) else [found]
    return [cast("Extra", entry) for entry in listed if isinstance(entry, dict)]


def _attributes(data: Extra) -> dict[str, AttributeValue]:
    made: dict[str, AttributeValue] = {}
    for kind in VALUES:
        for entry in _values(data, kind):
            name, value = entry.get("name"), entry.get("val")
            if not isinstance(name, str) or not name:
                continue
            if isinstance(value, list):
                made[name] = tuple(str(part) for part in cast("list[object]", value))
            elif isinstance(value, str | bool | int | float):
                made[name] = value
    return made


def _shape(kind: str, entry: Extra, size: tuple[int, int]) -> Shape:
    if kind == "image":
        return _mask(entry, size)
    if kind not in ("bbox", "rbbox", "poly2d"):
        why = "stands in space" if kind in SPACE else "is unknown"
        raise ValueError(f"“{kind[:40]}” {why} and has no place here")
    if kind == "poly2d" and entry.get("mode", ABSOLUTE) != ABSOLUTE:
        raise ValueError(f"its mode is {str(entry['mode'])[:60]}; only {ABSOLUTE} can be read")
    values = [float(value) for value in entry["val"]]
    if kind == "bbox":
        x, y, width, height = values
        return Box(left=x - width / 2, top=y - height / 2, right=x + width / 2, bottom=y + height / 2)
    if kind == "rbbox":
        x, y, width, height, angle = values
        return RotatedBox(x=x, y=y, width=width, height=height, angle=angle)
    if len(values) % 2:
        raise ValueError("it has an odd number of values")
    points: Ring = tuple(Point(x, y) for x, y in zip(values[::2], values[1::2], strict=True))
    if entry.get("closed") is False:
        return Polyline(points=points)
    is_doubled = len(points) > 3 and points[0] == points[-1]
    return polygon_of(points[:-1] if is_doubled else points)


def _points(entries: list[Extra]) -> Points:
    values = [[float(value) for value in entry["val"]] for entry in entries]
    return Points(points=tuple(Point(x, y) for x, y in values))


def _mask(entry: Extra, size: tuple[int, int]) -> Shape:
    if entry.get("encoding", "base64") != "base64" or not isinstance(entry["val"], str):
        raise ValueError("its picture is not in base64")
    try:
        data = b64decode(entry["val"], validate=True)
    except NoBase64 as error:
        raise ValueError(f"its picture is not in base64: {error}") from None
    pixels = pixels_of(data, str(entry.get("name") or "mask"))
    if all(size) and pixels.shape != (size[1], size[0]):
        raise ValueError(
            f"the mask is {pixels.shape[1]} × {pixels.shape[0]}, its picture {size[0]} × {size[1]}"
        )
    return windowed(pixels)
