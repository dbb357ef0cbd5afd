"""Reading Encord's label rows; a bad object is a fault with its place."""

from collections.abc import Iterator
from math import radians
from typing import Any, cast

import msgspec

from labelwright.core.document import Annotation, AttributeValue, Document, Evidence
from labelwright.core.errors import InvalidOntology, UnreadableLabels
from labelwright.core.ontology import Category, Ontology
from labelwright.core.shapes import (
    ABSENT,
    OCCLUDED,
    VISIBLE,
    Box,
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
from labelwright.formats import rle
from labelwright.formats.encord_ontology import ontology_beside
from labelwright.formats.extras import Ids, flags_of, relations_of
from labelwright.formats.figures import SHAPES, template_of
from labelwright.formats.folder import Source
from labelwright.formats.format import LabeledItem, Reading
from labelwright.formats.json_reading import json_of, number, tried
from labelwright.formats.labelbox_reading import QUESTION, called
from labelwright.formats.pictures import Pictures
from labelwright.formats.report import Fault
from labelwright.formats.tables import path_of

LABELS, ONTOLOGY = "labels.json", "ontology.json"
TAGS = "Tags"
SEEN = {"invisible": ABSENT, "occluded": OCCLUDED, "selfOccluded": OCCLUDED}

Raw = dict[str, Any]


def recognize(source: Source) -> str | None:
    """A JSON file with label rows of data units."""
    found = _files(source)
    return f"{found[0]} has Encord's label rows" if found else None


def read(source: Source) -> Reading:
    """Every file of label rows. Raises UnreadableLabels if there is none."""
    files = _files(source)
    if not files:
        raise UnreadableLabels(source.name, "", "there is no file of Encord's label rows")
    names, definitions, relations = ontology_beside(source)
    reading = Reading([], iter(()), definitions=definitions, relations=relations)
    known = dict.fromkeys(names)
    for file in files:
        for _, row in _rows(source, file, []):
            for unit in _units(row):
                known.update(dict.fromkeys(_used(row, unit, definitions)))
    reading.categories = list(known)
    reading.items = _items(source, files, reading)
    return reading


def _items(source: Source, files: list[str], reading: Reading) -> Iterator[LabeledItem]:
    pictures = Pictures(source)
    for file in files:
        for place, row in _rows(source, file, reading.faults):
            units = list(_units(row))
            for unit in units:
                is_alone = len(units) == 1 and str(row.get("data_type", "image")) != "video"
                for at, name, labels in _frames(row, unit):
                    where = f"{place}{at}"
                    path = tried(lambda name=name: path_of(name), file, where, reading.faults)
                    if path is None:
                        continue
                    found = pictures.find(path)
                    size = _size(unit)
                    if found and not all(size):
                        size = pictures.size(found)
                    frame = _Frame(file, where, reading.faults, row, size, is_alone=is_alone)
                    document = frame.read(labels)
                    split, key = row.get("split"), row.get("client_key")
                    yield LabeledItem(
                        path,
                        *(size if all(size) else (0, 0)),
                        document,
                        split if isinstance(split, str) else None,
                        key=key if isinstance(key, str) else None,
                        media=pictures.media(found) if found else None,
                        in_shares=not all(size) and any(a.shape is not None for a in document.annotations),
                    )


class _Frame:
    """What is said of one picture or frame."""

    def __init__(
        self, file: str, place: str, faults: list[Fault], row: Raw, size: tuple[int, int], *, is_alone: bool
    ) -> None:
        self._file, self._place, self._faults, self._row, self._size = file, place, faults, row, size
        self._is_alone = is_alone
        self._made: list[Annotation] = []
        self._sets: dict[str, int] = {}
        self._ids = Ids()

    def read(self, labels: Raw) -> Document:
        """The document of the labels."""
        for index, entry in enumerate(_list(labels.get("objects"))):
            at = f"{self._place}.objects[{index}]"
            tried(lambda entry=entry: self._object(entry), self._file, at, self._faults)
        for index, entry in enumerate(_list(labels.get("classifications"))):
            at = f"{self._place}.classifications[{index}]"
            tried(lambda entry=entry: self._classification(entry), self._file, at, self._faults)
        return Document(annotations=tuple(self._made))

    def _object(self, entry: object) -> None:
        said = _table(entry, "an object")
        category = _name(said)
        shape = _shape(said, self._size)
        together = str(said["set"]) if "set" in said and isinstance(shape, Points) else None
        if together in self._sets and isinstance(shape, Points):
            first = self._made[self._sets[together]]
            points = (*cast("Points", first.shape).points, *shape.points)
            self._made[self._sets[together]] = msgspec.structs.replace(first, shape=Points(points=points))
            return
        answers = _answers(self._row, "object_answers", said.get("objectHash"))
        track = {} if self._is_alone else {"track": str(said.get("objectHash", ""))}
        self._add(category, shape, _attributes(answers), said, said.get("objectHash"), track)
        if together is not None:
            self._sets[together] = len(self._made) - 1

    def _classification(self, entry: object) -> None:
        said = _table(entry, "a classification")
        answers = _answers(self._row, "classification_answers", said.get("classificationHash"))
        if not answers:
            raise ValueError(f"“{_name(said)}” has no answer")
        first, *others = answers
        attributes = _attributes(others)
        question = _name(first)
        flags = {} if question == TAGS else {QUESTION: question}
        if isinstance(first.get("answers"), str):
            self._add(
                question, None, {"text": first["answers"], **attributes}, said, said.get("classificationHash")
            )
        for answer in _list(first.get("answers")):
            word = called(question, _name(_table(answer, "an answer")))
            self._add(word, None, attributes, said, said.get("classificationHash"), flags)

    def _add(
        self,
        category: str,
        shape: Shape | None,
        attributes: dict[str, AttributeValue],
        said: Raw,
        wished: object,
        flags: dict[str, str] | None = None,
    ) -> None:
        group, sure = said.get("group_name"), said.get("confidence")
        # 1 is what people's labels have: nobody has said so.
        score = None if sure is None or sure == 1 else number(sure, "its confidence")
        self._made.append(
            Annotation(
                id=self._ids.take(said.get("uid") or wished, len(self._made) + 1),
                category=category,
                shape=shape,
                attributes=attributes,
                flags={**flags_of(said.get("flags")), **(flags or {})},
                group=group if isinstance(group, str) else None,
                relations=relations_of(said.get("relations")),
                evidence=Evidence(score=score),
            )
        )


def _shape(said: Raw, size: tuple[int, int]) -> Shape:
    """The geometry of an object, in pixels if the size is known, else in shares. Raises ValueError."""
    wide, high = size if all(size) else (1, 1)
    if isinstance(said.get("boundingBox") or said.get("bounding_box"), dict):
        left, top, width, height = _place(cast("Raw", said.get("boundingBox") or said["bounding_box"]))
        right, bottom = left + width, top + height
        return Box(left=left * wide, top=top * high, right=right * wide, bottom=bottom * high)
    turned = said.get("rotatableBoundingBox") or said.get("rotatable_bounding_box")
    if isinstance(turned, dict):
        _needs_size(size)
        left, top, width, height = _place(cast("Raw", turned))
        angle = radians(number(cast("Raw", turned).get("theta"), "theta"))
        x, y = (left + width / 2) * wide, (top + height / 2) * high
        return RotatedBox(x=x, y=y, width=width * wide, height=height * high, angle=angle)
    if said.get("polygons"):
        return _polygons(said["polygons"], wide, high)
    if said.get("polygon"):
        return Polygon(parts=((_ring(_points(said["polygon"], wide, high)),),))
    if said.get("polyline"):
        return Polyline(points=_points(said["polyline"], wide, high))
    if said.get("point"):
        return Points(points=_points(said["point"], wide, high))
    if said.get("skeleton"):
        return Skeleton(keypoints=tuple(_keypoints(said["skeleton"], wide, high)))
    if isinstance(said.get("bitmask"), dict):
        _needs_size(size)
        return _mask(cast("Raw", said["bitmask"]), size)
    raise ValueError(f"it is of a kind that is not read: {str(said.get('shape', 'unknown'))[:60]}")


def _place(said: Raw) -> tuple[float, float, float, float]:
    left, top, width, height = (number(said.get(key), key) for key in ("x", "y", "w", "h"))
    return left, top, width, height


def _needs_size(size: tuple[int, int]) -> None:
    if not all(size):
        raise ValueError("the size of its picture is not known, and this shape needs it")


def _in_order(found: object) -> list[Raw]:
    """Points by number or as a list."""
    if isinstance(found, dict):
        table = cast("Raw", found)
        return [_table(table[key], "a point") for key in sorted(table, key=int)]
    return [_table(entry, "a point") for entry in _list(found)]


def _points(found: object, wide: int, high: int) -> tuple[Point, ...]:
    listed = _in_order(found)
    return tuple(Point(number(p.get("x"), "x") * wide, number(p.get("y"), "y") * high) for p in listed)


def _polygons(found: object, wide: int, high: int) -> Polygon:
    parts: list[tuple[tuple[Point, ...], ...]] = []
    for part in _list(found):
        rings: list[tuple[Point, ...]] = []
        for ring in _list(part):
            flat = [number(value) for value in _list(ring)]
            if len(flat) % 2:
                raise ValueError("a ring has an odd number of values")
            points = zip(flat[::2], flat[1::2], strict=True)
            rings.append(_ring(tuple(Point(x * wide, y * high) for x, y in points)))
        parts.append(tuple(rings))
    return Polygon(parts=tuple(parts))


def _ring(points: tuple[Point, ...]) -> tuple[Point, ...]:
    return points[:-1] if len(points) > 3 and points[0] == points[-1] else points


def _keypoints(found: object, wide: int, high: int) -> Iterator[Keypoint]:
    for said in _in_order(found):
        visibility = SEEN.get(str(said.get("visibility")), VISIBLE)
        yield Keypoint(number(said.get("x"), "x") * wide, number(said.get("y"), "y") * high, visibility)


def _mask(said: Raw, size: tuple[int, int]) -> Mask:
    """Rows packed as COCO packs columns: unpacked as a picture on its side."""
    top, left, width, height = (int(number(said.get(k, 0), k)) for k in ("top", "left", "width", "height"))
    text = said.get("rleString")
    if not isinstance(text, str):
        raise ValueError("the bitmask has no rleString")
    runs = rle.unpack(text)
    turned = rle.mask_of(width, height, runs if sum(runs) else [width * height])
    mask = rle.windowed(rle.grid_of(turned).T, turned.top + left, turned.left + top)
    if mask.left < 0 or mask.top < 0 or mask.left + mask.width > size[0] or mask.top + mask.height > size[1]:
        raise ValueError("the bitmask reaches over the border of the picture")
    return mask


def _attributes(answers: list[Raw]) -> dict[str, AttributeValue]:
    values: dict[str, AttributeValue] = {}
    for said in answers:
        given, name = said.get("answers"), _name(said)
        if isinstance(said.get("flag"), bool):
            values[name] = bool(said["flag"])
        elif isinstance(said.get("number"), int | float):
            values[name] = float(said["number"])
        elif isinstance(given, str | int | float):
            values[name] = given
        elif isinstance(given, list):
            words = [_name(_table(entry, "an answer")) for entry in _list(cast("object", given))]
            several = said.get("type") == "checklist" or len(words) > 1
            if words or several:
                values[name] = tuple(words) if several else words[0]
    return values


def _answers(row: Raw, table: str, key: object) -> list[Raw]:
    """The answers of an object or classification by its hash."""
    all_answers = row.get(table)
    found = cast("Raw", all_answers).get(str(key)) if isinstance(all_answers, dict) else None
    listed = _list(cast("Raw", found).get("classifications")) if isinstance(found, dict) else []
    return [cast("Raw", entry) for entry in listed if isinstance(entry, dict)]


def _used(row: Raw, unit: Raw, definitions: dict[str, Category]) -> Iterator[str]:
    """The categories of a data unit; what is wrong is said when it is read."""
    for _, _, labels in _frames(row, unit):
        for entry in _list(labels.get("objects")):
            said = cast("Raw", entry) if isinstance(entry, dict) else {}
            name = said.get("name")
            if isinstance(name, str) and name.strip():
                yield name
                if said.get("skeleton") and name not in definitions:
                    _define(name, said["skeleton"], definitions)
        for entry in _list(labels.get("classifications")):
            said = cast("Raw", entry) if isinstance(entry, dict) else {}
            try:
                for first in _answers(row, "classification_answers", said.get("classificationHash"))[:1]:
                    if isinstance(first.get("answers"), str):
                        yield _name(first)
                    for answer in _list(first.get("answers")):
                        yield called(_name(first), _name(_table(answer, "an answer")))
            except ValueError:
                continue


def _define(name: str, skeleton: object, definitions: dict[str, Category]) -> None:
    """A template of the names that the first skeleton of a category has."""
    try:
        names = [_name(said) for said in _in_order(skeleton)]
        made = Category(id=name, name=name, shapes=SHAPES, skeleton=template_of(names))
        Ontology(categories=(made,))
    except (ValueError, InvalidOntology):
        return
    definitions[name] = made


def _units(row: Raw) -> Iterator[Raw]:
    units = row.get("data_units")
    for unit in cast("Raw", units).values() if isinstance(units, dict) else ():
        if isinstance(unit, dict):
            yield cast("Raw", unit)


def _frames(row: Raw, unit: Raw) -> Iterator[tuple[str, str, Raw]]:
    """The labels of a picture, or of each frame of a video: its place, its name, and what is said."""
    title = str(unit.get("data_title") or row.get("data_title") or unit.get("data_hash") or "")
    labels = unit.get("labels")
    table = cast("Raw", labels) if isinstance(labels, dict) else {}
    if any(key in table for key in ("objects", "classifications")) or not table:
        yield "", title, table
        return
    for key in sorted((key for key in table if key.isdecimal() and len(key) < 10), key=int):
        if isinstance(table[key], dict):
            yield f" frame {key}", f"{title}/frame_{int(key):06d}", cast("Raw", table[key])


def _size(unit: Raw) -> tuple[int, int]:
    width, height = unit.get("width"), unit.get("height")
    if isinstance(width, int) and isinstance(height, int) and 0 < width < 10**8 and 0 < height < 10**8:
        return width, height
    return 0, 0


def _rows(source: Source, file: str, faults: list[Fault]) -> Iterator[tuple[str, Raw]]:
    if not source.start(file, 64).lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"["):
        yield "$", json_of(source, file, Raw)
        return
    for index, raw in enumerate(json_of(source, file, list[msgspec.Raw])):
        place = f"$[{index}]"
        row = tried(lambda raw=raw: msgspec.json.decode(raw, type=Raw), file, place, faults)
        if row is not None:
            yield place, row


def _files(source: Source) -> list[str]:
    found: list[str] = []
    for name in source.names():
        if name.lower().endswith(".json"):
            start = source.start(name, 16384)
            if b'"data_units"' in start and (b'"label_hash"' in start or b'"data_hash"' in start):
                found.append(name)
    empty = [n for n in source.names() if n == LABELS and source.start(n, 16).split() == [b"[", b"]"]]
    return found or empty


def _name(said: Raw) -> str:
    """The name of a feature or answer. Raises ValueError."""
    word = said.get("name")
    if not isinstance(word, str) or not word.strip():
        raise ValueError("it has no name")
    return word


def _table(entry: object, what: str) -> Raw:
    if not isinstance(entry, dict):
        raise ValueError(f"{what} is an object with fields")
    return cast("Raw", entry)


def _list(found: object) -> list[object]:
    return cast("list[object]", found) if isinstance(found, list) else []
