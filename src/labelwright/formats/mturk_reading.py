"""Reading the results of Mechanical Turk; an answer that cannot be read is a fault with its line."""

from collections import Counter
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any, cast
from urllib.parse import unquote, urlsplit

import msgspec

from labelwright.core.document import Annotation, Document
from labelwright.core.errors import UnreadableLabels
from labelwright.core.shapes import Box, Point, Points, Polyline, Shape, polygon_of
from labelwright.formats.classes_csv import CLASSES, classes_of
from labelwright.formats.fields import plain_attributes, plain_flags
from labelwright.formats.folder import Source
from labelwright.formats.format import LabeledItem, Reading
from labelwright.formats.json_reading import number, tried
from labelwright.formats.pictures import Pictures, is_picture
from labelwright.formats.report import Fault
from labelwright.formats.splits import split_of
from labelwright.formats.tables import Table, header_of, path_of, tables_of

WORKER, SPLIT = "worker", "Input.split"
IMAGES = "images/"
_ANSWER, _INPUT = "answer.", "input."
_SHAPES = {"boundingboxes": "box", "polygons": "polygon", "polylines": "polyline", "keypoints": "points"}
_CLASS_COLUMNS = ("category", "label", "class", "classification", "choice", "categories", "labels")

Raw = dict[str, Any]


def recognize(source: Source) -> str | None:
    """A table with HITId, WorkerId and Answer columns."""
    found = _tables(source)
    return f"{found[0]} has the columns HITId, WorkerId and Answer.…" if found else None


def read(source: Source) -> Reading:
    """Every table of results. Raises UnreadableLabels if there is none."""
    tables = _tables(source)
    if not tables:
        raise UnreadableLabels(source.name, "", "no CSV has the columns HITId, WorkerId and Answer.…")
    reading = Reading(classes_of(source), iter(()))
    gathering = _Gathering(source, reading)
    for name in tables:
        gathering.add(Table(source, name, reading.faults), name)
    reading.categories = list(dict.fromkeys([*reading.categories, *gathering.words]))
    reading.items = gathering.items()
    return reading


class _Gathering:
    """The answers about each picture."""

    def __init__(self, source: Source, reading: Reading) -> None:
        self._reading, self._pictures = reading, Pictures(source)
        self._items: dict[str, LabeledItem] = {}
        self._made: dict[str, list[Annotation]] = {}
        self.words: dict[str, None] = {}

    def add(self, table: Table, file: str) -> None:
        """Take in a table."""
        status, worker = table.column("AssignmentStatus"), table.column("WorkerId")
        image, split = image_column(table), table.column(SPLIT)
        if image is None:
            reason = "no Input column names a picture"
            self._reading.faults.append(Fault(file=file, place="line 1", reason=reason))
            return
        rejected, workers = 0, Counter[str]()
        for line, cells in table.rows():
            if status is not None and cells[status].strip().casefold() == "rejected":
                rejected += 1
                continue
            place = f"line {line}"
            path = tried(lambda c=cells: _path(c[image]), file, place, self._reading.faults)
            if path is None:
                continue
            who = cells[worker].strip() if worker is not None else ""
            workers[path] += 1
            part = split_of(cells[split]) or cells[split].strip() or None if split is not None else None
            answer = Answer(file, place, self._reading.faults, who)
            for number_of, name in enumerate(table.header):
                if name.casefold().startswith(_ANSWER) and cells[number_of].strip():
                    answer.add(name[len(_ANSWER) :], cells[number_of])
            self._take(path, part, answer)
        several = sum(count > 1 for count in workers.values())
        if rejected:
            self._reading.notes.append(f"Not read: {rejected} assignments that were rejected.")
        if several:
            said = f"{several} pictures have answers of several workers: all came, with the flag “{WORKER}”."
            self._reading.notes.append(said)

    def _take(self, path: str, split: str | None, answer: "Answer") -> None:
        width, height = answer.size
        if path not in self._items or not self._items[path].width:
            self._items[path] = LabeledItem(path, width, height, Document(), split)
        made = self._made.setdefault(path, [])
        for annotation in answer.made:
            self.words.setdefault(annotation.category)
            made.append(msgspec.structs.replace(annotation, id=str(len(made) + 1)))

    def items(self) -> Iterator[LabeledItem]:
        """Every picture with all that was said of it."""
        for path, item in self._items.items():
            found = self._pictures.find(path)
            width, height = item.width, item.height
            if found and not (width and height):
                width, height = self._pictures.size(found)
            media = self._pictures.media(found) if found else None
            document = Document(annotations=tuple(self._made.get(path, ())))
            name = path.removeprefix(IMAGES)
            yield LabeledItem(name, width, height, document, item.split, media=media)


class Answer:
    """What one worker says of one picture."""

    def __init__(self, file: str, place: str, faults: list[Fault], worker: str) -> None:
        self._file, self._place, self._faults, self._worker = file, place, faults, worker
        self.made: list[Annotation] = []
        self.size = (0, 0)
        self._sides: dict[str, int] = {}

    def add(self, name: str, cell: str) -> None:
        """Take in an Answer column: JSON, yes and no, or a word."""
        path = name.split(".")
        last = path[-1].casefold()
        if cell.lstrip().startswith(("[", "{")):
            tried(lambda: self._json(last, cell, name), self._file, self._at(name), self._faults)
        elif last in ("width", "height") and "inputimageproperties" in name.casefold():
            self._side(last, cell)
        elif len(path) > 1 and cell.strip().casefold() in ("true", "on", "false", "off"):
            if cell.strip().casefold() in ("true", "on"):
                self._tag(path[-2] if last == "on" else path[-1])
        elif last in _CLASS_COLUMNS:
            self._tag(cell)

    def _json(self, name: str, cell: str, place: str) -> None:
        self._walk(name, cast("object", msgspec.json.decode(cell)), place)

    def _walk(self, name: str, said: object, place: str) -> None:
        key = name.casefold()
        if isinstance(said, dict):
            table = cast("Raw", said)
            for word, value in table.items():
                if key == "inputimageproperties" and word in ("width", "height"):
                    self._side(word, value)
                elif isinstance(value, dict | list):
                    self._walk(word, cast("object", value), f"{place}.{word}")
                elif value is True:  # a list of boxes to tick
                    self._tag(word)
                elif word in ("label", "category") and isinstance(value, str):
                    self._tag(value)
        elif isinstance(said, list):
            listed = cast("list[object]", said)
            if key in _SHAPES:
                self._shapes(_SHAPES[key], listed, place)
            elif all(isinstance(entry, str) for entry in listed):
                for entry in listed:
                    self._tag(str(entry))
            else:
                for entry in listed:
                    self._walk(name, entry, place)

    def _shapes(self, kind: str, listed: list[object], place: str) -> None:
        sets: dict[int, list[Raw]] = {}
        for index, entry in enumerate(listed):
            if not isinstance(entry, dict):
                self._fault(f"{place}[{index}]", "this is no object with a label")
                continue
            said = cast("Raw", entry)
            together = said.get("set")
            chosen = together if kind == "points" and isinstance(together, int) else -1 - index
            sets.setdefault(chosen, []).append(said)
        for index, entries in enumerate(sets.values()):
            at = self._at(f"{place}[{index}]")
            tried(lambda entries=entries: self._shape(kind, entries), self._file, at, self._faults)

    def _shape(self, kind: str, entries: list[Raw]) -> None:
        said = entries[0]
        label = said.get("label")
        if not isinstance(label, str) or not label.strip():
            raise ValueError("it has no label")
        points = _points(entries if kind == "points" else said.get("vertices")) if kind != "box" else ()
        shape: Shape
        if kind == "box":
            left, top, width, height = (number(said.get(k), k) for k in ("left", "top", "width", "height"))
            shape = Box(left=left, top=top, right=left + width, bottom=top + height)
        elif kind == "polygon":
            shape = polygon_of(points)
        else:
            shape = Polyline(points=points) if kind == "polyline" else Points(points=points)
        group, given = said.get("group"), said.get("attributes")
        attributes = plain_attributes(cast("Raw", given)) if isinstance(given, dict) else {}
        self.made.append(
            Annotation(
                id="",
                category=label,
                shape=shape,
                attributes=attributes,
                flags={**plain_flags(said.get("flags")), **self._by()},
                group=group if isinstance(group, str) else None,
            )
        )

    def _tag(self, word: str) -> None:
        if word.strip():
            self.made.append(Annotation(id="", category=word, flags=self._by()))

    def _by(self) -> dict[str, bool | float | str]:
        return {WORKER: self._worker} if self._worker else {}

    def _side(self, which: str, value: object) -> None:
        side = tried(lambda: int(number(value, which)), self._file, self._at(which), self._faults)
        if side is not None and 0 < side < 10**8:
            self._sides[which] = side
        self.size = (self._sides.get("width", 0), self._sides.get("height", 0))

    def _at(self, place: str) -> str:
        return f"{self._place}, Answer.{place}"

    def _fault(self, place: str, reason: str) -> None:
        self._faults.append(Fault(file=self._file, place=self._at(place), reason=reason))


def _points(found: object) -> tuple[Point, ...]:
    listed = cast("list[object]", found) if isinstance(found, list) else []
    points: list[Point] = []
    for entry in listed:
        if not isinstance(entry, dict):
            raise ValueError("a vertex has x and y")
        said = cast("Raw", entry)
        points.append(Point(number(said.get("x"), "x"), number(said.get("y"), "y")))
    return tuple(points)


def _path(cell: str) -> str:
    """The path of a picture in its address, without the server and what is asked of it."""
    parts = urlsplit(cell) if "://" in cell else None
    return path_of(unquote(parts.path).lstrip("/") if parts else cell)


def image_column(table: Table) -> int | None:
    """The input that names the picture: by its name, else the first that may."""
    inputs = [place for place, name in enumerate(table.header) if name.casefold().startswith(_INPUT)]
    named = [
        p for p in inputs if any(w in table.header[p].casefold() for w in ("image", "url", "img", "file"))
    ]
    for _, cells in table.rows():
        shown = [p for p in inputs if is_picture(PurePosixPath(cells[p].split("?")[0]).name)]
        return next(iter([p for p in named if p in shown] or shown or named), None)
    return next(iter(named), None)


def _tables(source: Source) -> list[str]:
    found: list[str] = []
    for name in tables_of(source):
        keys = [word.casefold() for word in header_of(source, name)]
        if name != CLASSES and "hitid" in keys and any(key.startswith(_ANSWER) for key in keys):
            found.append(name)
    return found
