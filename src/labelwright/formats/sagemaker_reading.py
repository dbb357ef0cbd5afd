"""Reading Ground Truth's manifests line by line; a bad label is a fault with its line and place."""

from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any, cast

import msgspec

from labelwright.core.document import Annotation, Document, Evidence
from labelwright.core.errors import UnreadableLabels
from labelwright.core.shapes import Box
from labelwright.formats.color_masks import masks_by_color
from labelwright.formats.fields import plain_attributes, plain_flags
from labelwright.formats.folder import Source
from labelwright.formats.format import LabeledItem, Reading
from labelwright.formats.json_reading import json_lines, json_of, number, tried
from labelwright.formats.pictures import Pictures
from labelwright.formats.report import Fault
from labelwright.formats.splits import split_of
from labelwright.formats.tables import path_of

BOXES, TAGS, CLASSES = "bounding-box", "tags", "class_labels.json"
BUCKET, IMAGES = "s3://BUCKET/", "images/"
MASKS = "*consolidated-annotation/output/*"

Raw = dict[str, Any]


class _Labels(msgspec.Struct, rename="kebab"):
    labels: list[dict[str, Any]]
    document_version: str = ""


def recognize(source: Source) -> str | None:
    """A manifest whose first line has a source-ref."""
    found = _manifests(source)
    return f"the first line of {found[0]} has a “source-ref”" if found else None


def read(source: Source) -> Reading:
    """Every manifest. Raises UnreadableLabels if there is none."""
    files = _manifests(source)
    if not files:
        raise UnreadableLabels(source.name, "", "there is no manifest with a “source-ref”")
    reading = Reading([], iter(()))
    reading.categories = list(dict.fromkeys([*_listed(source), *_named(source, files)]))
    reading.items = _items(source, files, reading)
    return reading


def _items(source: Source, files: list[str], reading: Reading) -> Iterator[LabeledItem]:
    pictures = Pictures(source, (MASKS,))
    masks = Pictures(source)
    unread: dict[str, int] = {}
    for file in files:
        split = split_of(PurePosixPath(file).stem)
        for line, said in json_lines(source, file, Raw, reading.faults):
            name = tried(lambda said=said: _name(said), file, f"line {line}", reading.faults)
            if name is None:
                continue
            item = _Item(file, line, reading.faults, masks, source, unread)
            for attribute in _attributes(said):
                item.add(attribute, said[attribute], said.get(f"{attribute}-metadata"))
            found = pictures.find(name)
            media = pictures.media(found) if found else None
            width, height = item.size
            if found and not (width and height):
                width, height = pictures.size(found)
            document = Document(annotations=tuple(item.made))
            yield LabeledItem(name.removeprefix(IMAGES), width, height, document, split, media=media)
    for kind, count in sorted(unread.items()):
        reading.notes.append(f"Not read: {count} answers of type {kind}.")


class _Item:
    """What a line says of its picture."""

    def __init__(
        self,
        file: str,
        line: int,
        faults: list[Fault],
        masks: Pictures,
        source: Source,
        unread: dict[str, int],
    ) -> None:
        self._file, self._line, self._faults, self._unread = file, line, faults, unread
        self._masks, self._source = masks, source
        self.made: list[Annotation] = []
        self.size = (0, 0)

    def add(self, attribute: str, said: object, meta: object) -> None:
        """Take in what a labeling job has said."""
        metadata = cast("Raw", meta) if isinstance(meta, dict) else {}
        kind = str(metadata.get("type", ""))
        place = f"line {self._line}, {attribute}"
        if isinstance(said, dict) and "annotations" in said and "3d" not in kind and "video" not in kind:
            self._boxes(place, cast("Raw", said), metadata)
        elif kind.endswith(("verification", "3d-object-detection")) or "video" in kind:
            self._unread[kind] = self._unread.get(kind, 0) + 1
        elif isinstance(said, int | list) and not isinstance(said, bool):
            numbers = cast("list[object]", said) if isinstance(said, list) else [said]
            for given in numbers:
                tried(lambda given=given: self._tag(given, metadata), self._file, place, self._faults)
        elif isinstance(said, str) and attribute.endswith("-ref"):
            tried(lambda: self._mask(said, metadata), self._file, place, self._faults)
        else:
            self._unread[kind or attribute] = self._unread.get(kind or attribute, 0) + 1

    def _boxes(self, place: str, said: Raw, metadata: Raw) -> None:
        sizes = said.get("image_size")
        if isinstance(sizes, list) and sizes:
            size = tried(lambda: _size(sizes[0]), self._file, place, self._faults)  # pyright: ignore[reportUnknownArgumentType]
            self.size = size or self.size
        rows = cast("list[object]", said["annotations"]) if isinstance(said["annotations"], list) else []
        objects = metadata.get("objects")
        beside = cast("list[object]", objects) if isinstance(objects, list) else []
        for index, row in enumerate(rows):
            extra = beside[index] if index < len(beside) else None
            tried(
                lambda row=row, extra=extra: self._box(row, extra, metadata),
                self._file,
                f"{place}, box {index + 1}",
                self._faults,
            )

    def _box(self, row: object, extra: object, metadata: Raw) -> None:
        if not isinstance(row, dict):
            raise ValueError("a box is an object with left, top, width and height")
        said, beside = cast("Raw", row), cast("Raw", extra) if isinstance(extra, dict) else {}
        left, top = number(said.get("left"), "left"), number(said.get("top"), "top")
        right = left + number(said.get("width"), "width")
        bottom = top + number(said.get("height"), "height")
        box = Box(left=left, top=top, right=right, bottom=bottom)
        attributes = beside.get("attributes")
        self.made.append(
            Annotation(
                id=self._id(),
                category=_word(said.get("class_id"), metadata),
                shape=box,
                attributes=plain_attributes(attributes if isinstance(attributes, dict) else None),  # pyright: ignore[reportUnknownArgumentType]
                flags=plain_flags(beside.get("flags")),
                group=str(beside["group"]) if beside.get("group") else None,
                evidence=_evidence(beside.get("confidence"), metadata),
            )
        )

    def _tag(self, given: object, metadata: Raw) -> None:
        sure = metadata.get("confidence-map")
        score = cast("Raw", sure).get(str(given)) if isinstance(sure, dict) else metadata.get("confidence")
        evidence = _evidence(score, metadata)
        self.made.append(Annotation(id=self._id(), category=_word(given, metadata), evidence=evidence))

    def _mask(self, address: str, metadata: Raw) -> None:
        colors = metadata.get("internal-color-map")
        if not isinstance(colors, dict):
            raise ValueError("its metadata has no internal-color-map")
        path = _path(address)
        found = self._masks.find(path)
        if found is None:
            raise ValueError(f"its mask {path[:200]} is not here")
        wanted: dict[tuple[int, int, int], str] = {}
        for entry in cast("Raw", colors).values():
            said = cast("Raw", entry) if isinstance(entry, dict) else {}
            word, color = str(said.get("class-name", "")), str(said.get("hex-color", "")).lstrip("#")
            if word and word.upper() != "BACKGROUND":
                wanted[int(color[0:2], 16), int(color[2:4], 16), int(color[4:6], 16)] = word
        size, masks = masks_by_color(self._source, found, wanted)
        self.size = self.size if all(self.size) else size
        for word, mask in masks:
            evidence = _evidence(None, metadata)
            self.made.append(Annotation(id=self._id(), category=word, shape=mask, evidence=evidence))

    def _id(self) -> str:
        return str(len(self.made) + 1)


def _attributes(said: Raw) -> list[str]:
    """The attributes that are labels; of boxes that were adjusted only the newest."""
    found = [key for key in said if f"{key}-metadata" in said]
    adjusted = [key for key in found if _is_adjusted(said[f"{key}-metadata"])]
    if adjusted:
        kind = said[f"{adjusted[-1]}-metadata"].get("type")
        newest = adjusted[-1]
        found = [key for key in found if key == newest or _type(said[f"{key}-metadata"]) != kind]
    return found


def _is_adjusted(meta: object) -> bool:
    return isinstance(meta, dict) and "adjustment-status" in meta


def _type(meta: object) -> object:
    return cast("Raw", meta).get("type") if isinstance(meta, dict) else None


def _word(given: object, metadata: Raw) -> str:
    """The name of a class by its number. Raises ValueError."""
    names = metadata.get("class-map")
    found = cast("Raw", names).get(str(given)) if isinstance(names, dict) else None
    found = metadata.get("class-name") if found is None else found
    if found is None or not str(found).strip():
        raise ValueError(f"class {str(given)[:60]} has no name in the class-map")
    return str(found)


def _evidence(score: object, metadata: Raw) -> Evidence:
    made_by_model = metadata.get("human-annotated") == "no"
    return Evidence(
        score=None if score is None else number(score, "its confidence"),
        created_at=str(metadata.get("creation-date", ""))[:40],
        model=str(metadata.get("job-name", ""))[:200] or None if made_by_model else None,
    )


def _size(entry: object) -> tuple[int, int]:
    said = cast("Raw", entry) if isinstance(entry, dict) else {}
    width, height = int(number(said.get("width"), "width")), int(number(said.get("height"), "height"))
    if width < 0 or height < 0:
        raise ValueError(f"a picture of {width} × {height} pixels is none")
    return width, height


def _name(said: Raw) -> str:
    address = said.get("source-ref")
    if not isinstance(address, str):
        raise ValueError("it has no source-ref")
    return _path(address)


def _path(address: str) -> str:
    scheme, mark, rest = address.partition("://")
    return path_of(rest.partition("/")[2] if mark else scheme)


def _named(source: Source, files: list[str]) -> Iterator[str]:
    """The classes that the lines name, in the order of their numbers and of the lines."""
    found: dict[tuple[int, str], None] = {}
    for file in files:
        for _, said in json_lines(source, file, Raw, []):
            for attribute in _attributes(said):
                meta = said[f"{attribute}-metadata"]
                if isinstance(meta, dict):
                    found.update(dict.fromkeys(_entries(cast("Raw", meta), said[attribute])))
    return (word for _, word in sorted(found))


def _entries(meta: Raw, said: object) -> Iterator[tuple[int, str]]:
    kind = str(meta.get("type", ""))
    if kind.endswith("verification"):
        return
    names = meta.get("class-map")
    if isinstance(names, dict):
        for given, word in cast("Raw", names).items():
            yield (int(given) if given.isdecimal() and len(given) < 10 else 0), str(word)
    colors = meta.get("internal-color-map")
    if isinstance(colors, dict):
        for given, entry in cast("Raw", colors).items():
            word = str(cast("Raw", entry).get("class-name", "")) if isinstance(entry, dict) else ""
            if word and word.upper() != "BACKGROUND":
                yield (int(given) if given.isdecimal() and len(given) < 10 else 0), word
    word = meta.get("class-name")
    if word is not None:
        yield said if isinstance(said, int) else 0, str(word)


def _listed(source: Source) -> list[str]:
    """The classes of a label category configuration."""
    for name in source.names():
        if name.lower().endswith(".json") and b'"document-version"' in source.start(name, 4096):
            try:
                said: _Labels = json_of(source, name, _Labels)
            except UnreadableLabels:
                continue
            return [str(entry["label"]) for entry in said.labels if entry.get("label")]
    return []


def _manifests(source: Source) -> list[str]:
    return [
        name
        for name in source.names()
        if name.lower().endswith((".manifest", ".jsonl", ".json"))
        and (b'"source-ref"' in source.start(name, 8192).split(b"\n", 1)[0] or _is_empty(source, name))
    ]


def _is_empty(source: Source, name: str) -> bool:
    return name.endswith(".manifest") and not source.start(name, 16).strip()
