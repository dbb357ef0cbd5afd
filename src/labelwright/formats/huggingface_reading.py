"""Reading Hugging Face's metadata and shards; a row that cannot be read is a fault with its place."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple, cast

import msgspec

from labelwright.core.document import Annotation, Document, Evidence
from labelwright.core.errors import LabelwrightError, UnreadableLabels
from labelwright.core.shapes import Box, Point, Polygon, Shape
from labelwright.formats.fields import plain_attributes, plain_flags
from labelwright.formats.folder import Source, text_of
from labelwright.formats.format import LabeledItem, Reading
from labelwright.formats.json_reading import json_lines, number, tried
from labelwright.formats.listing import plain_yaml
from labelwright.formats.parquet_tables import Cells, ParquetTable, is_parquet
from labelwright.formats.pictures import Pictures
from labelwright.formats.report import Fault
from labelwright.formats.splits import split_of, split_of_folders
from labelwright.formats.tables import Table, header_of, path_of
from labelwright.media.decode import ImageLimits, opened, orientation_of

CARD = "README.md"
_SHARD = re.compile(r"(?:^|/)([^/]*?)-?\d{5}-of-\d{5}[^/]*\.parquet$")
_WHOLE = re.compile(r"[/\\]|[A-Za-z]:|hf://|https?://")
_METADATA = ("metadata.jsonl", "metadata.csv", "metadata.parquet")
_OBJECTS = ("objects", "annotations", "faces", "instances", "detections")
_BOXES = ("bbox", "bboxes", "boxes", "box")
_CLASSES = (
    "categories", "category", "category_id", "labels", "label", "classes", "class", "class_id",
    "name", "names",
)  # fmt: skip
_TAGS = ("label", "labels", "category", "class", "tags")
_ENDINGS = {"JPEG": ".jpg", "PNG": ".png", "WEBP": ".webp", "TIFF": ".tif", "GIF": ".gif", "BMP": ".bmp"}

Raw = dict[str, Any]
Names = dict[str, list[str]]
"""The classes of a column by its path, such as `objects.categories`."""


class _Row(NamedTuple):
    """One row: the file and place that it stands in, the folder of its picture, its split."""

    file: str
    place: str
    folder: str
    split: str | None
    said: Raw
    picture: Callable[[], bytes] | None = None


def recognize(source: Source) -> str | None:
    """A metadata file with file names, or shards of Parquet."""
    metadata, shards = _metadata(source), _shards(source)
    if metadata:
        return f"{metadata[0]} has a “file_name” for each picture beside it"
    return f"{shards[0]} is a shard of Parquet" if shards else None


def read(source: Source) -> Reading:
    """Every metadata file, else every shard. Raises UnreadableLabels if there is none."""
    metadata, shards = _metadata(source), _shards(source)
    if not metadata and not shards:
        raise UnreadableLabels(source.name, "", "there is neither a metadata file nor a shard of Parquet")
    reading = Reading([], iter(()))
    tables = [ParquetTable(source, name) for name in (*metadata, *shards) if name.endswith(".parquet")]
    names = _from_card(source)
    for table in tables:
        names |= _from_table(table)
    said = dict.fromkeys(word for listed in names.values() for word in listed)
    reader = _Reader(source, reading, names)
    known = dict.fromkeys(said)
    for row in _rows(source, metadata, tables, [], with_pictures=False):
        known.update(dict.fromkeys(reader.words(row.said)))
        reader.meet(row)
    reading.categories = list(known)
    if reader.unread:
        listed = ", ".join(sorted(reader.unread))
        reading.notes.append(f"Not read: columns of text and others ({listed}).")
    rows = _rows(source, metadata, tables, reading.faults, with_pictures=True)
    reading.items = (item for row in rows if (item := reader.item(row)) is not None)
    return reading


class _Reader:
    """Makes items of rows."""

    def __init__(self, source: Source, reading: Reading, names: Names) -> None:
        self._source, self._reading, self._names = source, reading, names
        self._pictures = Pictures(source)
        self.unread: set[str] = set()
        self._met: set[str] = set()
        self._twice: set[str] = set()
        self._given: set[str] = set()

    def meet(self, row: _Row) -> None:
        """Remember the name of a row's picture: where two have one, their folder tells them apart."""
        name = str(row.said.get("file_name", ""))
        (self._twice if name in self._met else self._met).add(name)

    def item(self, row: _Row) -> LabeledItem | None:
        """The item of a row, or None with a fault."""
        faults = self._reading.faults
        found = tried(lambda: self._picture(row), row.file, row.place, faults)
        if found is None:
            return None
        name, size, media = found
        made: list[Annotation] = []
        for key in _OBJECTS:
            for index, entry in enumerate(_entries(row.said.get(key))):
                place = f"{row.place}, {key}[{index}]"
                wanted = len(made) + 1
                one = tried(lambda e=entry, k=key, n=wanted: self._object(e, k, n), row.file, place, faults)
                made.extend([one] if one is not None else [])
        for word in self._tags(row.said):
            made.append(Annotation(id=str(len(made) + 1), category=word))  # it counts
        return LabeledItem(name, *size, Document(annotations=tuple(made)), row.split, media=media)

    def words(self, said: Raw) -> Iterator[str]:
        """The categories of a row; what is wrong is said when it is read."""
        known = {*_OBJECTS, *_TAGS, "file_name", "image", "width", "height", "image_id", "id", "area"}
        for key, value in said.items():
            if isinstance(value, str) and key not in known and key not in self._names:
                self.unread.add(key)
        for key in _OBJECTS:
            for entry in _entries(said.get(key)):
                word = self._word(entry, key)
                if word:
                    yield word
        yield from self._tags(said)

    def _picture(self, row: _Row) -> tuple[str, tuple[int, int], Callable[[], Path | bytes] | None]:
        image = row.said.get("image") or row.said.get("img")
        table = cast("Raw", image) if isinstance(image, dict) else {}
        data = table.get("bytes")
        given = row.said.get("file_name") or table.get("path") or row.said.get("image_id")
        if isinstance(data, bytes):
            size, ending = _measured(data, row.place)
            name = (
                path_of(str(given)) if given is not None else f"{row.split or 'row'}_{row.place.split()[-1]}"
            )
            named = name if PurePosixPath(name).suffix else name + ending
            if named in self._given:  # as shards of two splits may have it
                named = f"{row.split or PurePosixPath(row.file).stem}/{named}"
            self._given.add(named)
            return named, size, row.picture
        if given is None:
            raise ValueError("it names no picture")
        name = path_of(str(given))
        found = self._pictures.find(name, row.folder)
        size = _size(row.said)
        if found and not all(size):
            size = self._pictures.size(found)
        if given in self._twice and row.folder:
            name = f"{row.folder}/{name}"
        return name, size if all(size) else (0, 0), self._pictures.media(found) if found else None

    def _object(self, entry: Raw, column: str, place: int) -> Annotation:
        word = self._word(entry, column)
        if not word:
            raise ValueError("it has no category")
        details = entry.get("details")
        said: Raw = msgspec.json.decode(details, type=Raw) if isinstance(details, str) and details else {}
        group, score = said.get("group"), said.get("score", entry.get("score"))
        attributes = said.get("attributes")
        return Annotation(
            id=str(place),
            category=word,
            shape=_shape(entry),
            attributes=plain_attributes(cast("Raw", attributes)) if isinstance(attributes, dict) else {},
            flags=plain_flags(said.get("flags")),
            group=group if isinstance(group, str) else None,
            evidence=Evidence(score=None if score is None else number(score, "its score")),
        )

    def _word(self, entry: Raw, column: str) -> str:
        """The category of an object: by its name, its number, or else its column."""
        for key in _CLASSES:
            if entry.get(key) is not None:
                return self._called(entry[key], f"{column}.{key}")
        return column.removesuffix("s") if column not in ("objects", "annotations") else ""

    def _tags(self, said: Raw) -> Iterator[str]:
        for key, value in said.items():
            if key in _TAGS or (key in self._names and key not in _OBJECTS):
                listed = cast("list[object]", value) if isinstance(value, list) else [value]
                for entry in listed:
                    word = "" if entry is None or isinstance(entry, dict) else self._called(entry, key)
                    if word:
                        yield word

    def _called(self, value: object, path: str) -> str:
        names = self._names.get(path, [])
        if isinstance(value, str) and not (names and value.isdecimal()):
            return value
        place = int(value) if isinstance(value, int) or (isinstance(value, str) and len(value) < 9) else -1
        return names[place] if 0 <= place < len(names) else str(value) if place >= 0 else ""


def _entries(found: object) -> Iterator[Raw]:
    """Objects one after the other: from lists side by side, or a list of them."""
    if isinstance(found, str) and found.lstrip().startswith(("{", "[")):
        try:
            found = msgspec.json.decode(found)
        except msgspec.DecodeError:
            return
    if isinstance(found, list):
        for entry in cast("list[object]", found):
            if isinstance(entry, dict):
                yield cast("Raw", entry)
    elif isinstance(found, dict):
        table = cast("Raw", found)
        columns: dict[str, list[object]] = {}
        for key, value in table.items():
            if isinstance(value, list):
                columns[key] = cast("list[object]", value)
        boxes = [columns[key] for key in _BOXES if key in columns]
        for place in range(len(boxes[0]) if boxes else 0):
            yield {key: values[place] for key, values in columns.items() if place < len(values)}


def _shape(entry: Raw) -> Shape:
    """The polygon of an object if it has one, else its box. Raises ValueError and InvalidShape."""
    rings = entry.get("segmentation")
    if isinstance(rings, list) and rings:
        return Polygon(parts=tuple((_ring(ring),) for ring in cast("list[object]", rings)))
    given = next((entry[key] for key in _BOXES if entry.get(key) is not None), None)
    values = [number(value) for value in cast("list[object]", given)] if isinstance(given, list) else []
    if len(values) != 4:
        raise ValueError("its bbox has four numbers")
    left, top, width, height = values
    return Box(left=left, top=top, right=left + width, bottom=top + height)


def _ring(found: object) -> tuple[Point, ...]:
    flat = [number(value) for value in cast("list[object]", found)] if isinstance(found, list) else []
    if len(flat) % 2:
        raise ValueError("a ring has an odd number of values")
    return tuple(Point(x, y) for x, y in zip(flat[::2], flat[1::2], strict=True))


def _measured(data: bytes, name: str) -> tuple[tuple[int, int], str]:
    """The size of an upright picture and the ending it should have; 0, 0 if it cannot be read."""
    try:
        with opened(data, name, ImageLimits()) as image:
            ending = _ENDINGS.get(str(image.format), "")
            size = (image.height, image.width) if orientation_of(image) > 4 else image.size
    except LabelwrightError:
        return (0, 0), ""
    return size, ending


def _size(said: Raw) -> tuple[int, int]:
    width, height = said.get("width"), said.get("height")
    try:
        sides = int(number(width)), int(number(height))
    except (ValueError, OverflowError):
        return 0, 0
    return sides if all(0 < side < 10**8 for side in sides) else (0, 0)


def _rows(
    source: Source,
    metadata: list[str],
    tables: list[ParquetTable],
    faults: list[Fault],
    *,
    with_pictures: bool,
) -> Iterator[_Row]:
    for file in metadata:
        folder = str(PurePosixPath(file).parent).removeprefix(".")
        split = split_of_folders(file)
        if file.endswith(".jsonl"):
            for line, said in json_lines(source, file, Raw, faults):
                yield _Row(file, f"line {line}", folder, split, said)
        elif file.endswith(".csv"):
            table = Table(source, file, faults)
            for line, cells in table.rows():
                said = {key: cell for key, cell in zip(table.header, cells, strict=False) if key and cell}
                yield _Row(file, f"line {line}", folder, split, said)
    for table in tables:
        found = _SHARD.search(table.name)
        split = split_of(found[1].split("-")[0]) if found else None
        split = split or split_of(PurePosixPath(table.name).stem) or split_of_folders(table.name)
        columns = [key for key, kind in table.types.items() if with_pictures or "bytes: binary" not in kind]
        folder = str(PurePosixPath(table.name).parent).removeprefix(".")
        image = next((key for key in ("image", "img") if key in columns), None)
        cells = Cells(table, image) if image else None
        for place, values in enumerate(table.rows(columns), 1):
            picture = _picture_of(cells, place - 1) if cells else None
            said = dict(zip(columns, values, strict=True))
            yield _Row(table.name, f"row {place}", folder, split, said, picture)


def _picture_of(cells: Cells, row: int) -> Callable[[], bytes]:
    """Gives the bytes of a row's picture when they are wanted."""
    return lambda: cells.cell(row)["bytes"]


def _from_card(source: Source) -> Names:
    """The classes that the header of a dataset's card names, by column."""
    names: Names = {}
    for file in source.names():
        if PurePosixPath(file).name != CARD or not source.start(file, 4).startswith(b"---"):
            continue
        try:
            _, header, _ = text_of(source, file).split("---", 2)
            said = plain_yaml(header, file)
        except (LabelwrightError, ValueError):
            continue
        table = cast("Raw", said) if isinstance(said, dict) else {}
        for part in (table.get("dataset_info"), table.get("configs")):
            for entry in cast("list[object]", part) if isinstance(part, list) else [part]:
                features = cast("Raw", entry).get("features") if isinstance(entry, dict) else None
                _find_names(features, "", names)
    return names


def _find_names(found: object, path: str, names: Names) -> None:
    """Look for class labels in the features of a card, in all the ways that they are nested."""
    if isinstance(found, list):
        for entry in cast("list[object]", found):
            if isinstance(entry, dict):
                table = cast("Raw", entry)
                inner = (
                    f"{path}.{table['name']}" if path and "name" in table else str(table.get("name", path))
                )
                for key in ("dtype", "struct", "list", "sequence"):
                    _find_names(table.get(key), inner, names)
    elif isinstance(found, dict):
        table = cast("Raw", found)
        label = table.get("class_label")
        if isinstance(label, dict):
            listed = cast("Raw", label).get("names")
            names[path] = _in_order(listed)
        for key in ("struct", "list", "sequence", "dtype"):
            _find_names(table.get(key), path, names)


def _in_order(listed: object) -> list[str]:
    if isinstance(listed, dict):
        table = cast("dict[str, object]", listed)
        keys = sorted((key for key in table if key.isdecimal() and len(key) < 8), key=int)
        return [str(table[key]) for key in keys]
    return [str(entry) for entry in cast("list[object]", listed)] if isinstance(listed, list) else []


def _from_table(table: ParquetTable) -> Names:
    """The classes that a table of `datasets` names in what it says of itself."""
    names: Names = {}
    try:
        said = msgspec.json.decode(table.said.get(b"huggingface", b"{}"), type=Raw)
        features: object = said.get("info", {}).get("features")
    except (msgspec.DecodeError, AttributeError):
        return names
    _find_types(features, "", names)
    return names


def _find_types(found: object, path: str, names: Names) -> None:
    if isinstance(found, list):
        for entry in cast("list[object]", found):
            _find_types(entry, path, names)
    elif isinstance(found, dict):
        table = cast("Raw", found)
        if table.get("_type") == "ClassLabel":
            names[path] = _in_order(table.get("names"))
            return
        for key, entry in table.items():
            is_nested = key in ("feature", "_type") and "_type" in table
            _find_types(entry, path if is_nested else f"{path}.{key}" if path else key, names)


def _metadata(source: Source) -> list[str]:
    found: list[str] = []
    for name in source.names():
        if PurePosixPath(name).name not in _METADATA:
            continue
        is_table = name.endswith(".parquet") and is_parquet(source.start(name, 4))
        is_csv = name.endswith(".csv") and "file_name" in header_of(source, name)
        line = source.start(name, 65536).split(b"\n", 1)[0]
        is_lines = name.endswith(".jsonl") and (b'"file_name"' in line or not line.strip())
        if is_table or is_csv or is_lines:
            found.append(name)
    return found


def _shards(source: Source) -> list[str]:
    """Tables in shards, or any beside a card that says what they hold."""
    tables = [
        name
        for name in source.names()
        if name.lower().endswith(".parquet")
        and is_parquet(source.start(name, 4))
        and PurePosixPath(name).name not in _METADATA
    ]
    cards = [name for name in source.names() if PurePosixPath(name).name == CARD]
    has_card = any(b"dataset_info:" in source.start(card, 65536) for card in cards)
    return tables if has_card else [name for name in tables if _SHARD.search(name)]
