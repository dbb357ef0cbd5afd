"""Reading ADE20K, the layouts of 2017 (text) and of 2020 (JSON).

In the map an object is the number B, or, where the numbers are not those of the text, the place of its B
among all that are there, as the data set's own tools read it. An object of the JSON is its own PNG, else
its polygon.
"""

import re
from collections.abc import Callable, Collection, Iterator
from functools import partial
from pathlib import PurePosixPath
from typing import Any, cast

import msgspec
import numpy as np

from labelwright.core.document import Annotation, AttributeValue, Document, Evidence, Relation
from labelwright.core.errors import UnreadableLabels
from labelwright.core.ontology import RelationSpec
from labelwright.core.shapes import Mask, Point, Polygon, Shape, polygon_of
from labelwright.formats.bitmaps import mask_in
from labelwright.formats.class_lists import classes_in
from labelwright.formats.extras import Extra, Ids, flags_of, relations_of, specs_of
from labelwright.formats.fields import plain_attributes
from labelwright.formats.folder import Source, text_of
from labelwright.formats.format import LabeledItem, Reading
from labelwright.formats.json_reading import json_of, tried
from labelwright.formats.label_maps import areas, map_in
from labelwright.formats.names import stem_of
from labelwright.formats.pictures import Pictures
from labelwright.formats.report import Fault
from labelwright.formats.splits import split_of

MAP, TEXT, LEVEL, OCCLUDED, PART_OF = "_seg.png", "_atr.txt", "part_level", "occluded", "part of"
_MAPS = re.compile(r"_(seg|parts_\d+)\.png$", re.IGNORECASE)


def is_map(name: str) -> bool:
    """Whether a name is that of a map."""
    return _MAPS.search(name) is not None


def recognize(source: Source) -> str | None:
    """A map with a text or JSON of ADE20K beside it."""
    names = set(source.names())
    for name in sorted(names):
        if name.endswith(MAP):
            stem = name.removesuffix(MAP)
            if f"{stem}{TEXT}" in names:
                return f"{name} has ADE20K's {TEXT} beside it"
            if f"{stem}.json" in names and b'"object"' in source.start(f"{stem}.json"):
                return f"{name} has ADE20K's JSON beside it"
    return None


def read(source: Source) -> Reading:
    """Everything that a text or a JSON describes. Raises UnreadableLabels if there is none."""
    reading = Reading([], iter(()))
    names = source.names()
    texts = [name for name in names if name.endswith(TEXT)]
    jsons = [name for name in names if name.endswith(".json") and _is_description(source, name)]
    meta = [name for name in names if PurePosixPath(name).name == "dataset_meta.json"]
    found: dict[str, None] = dict.fromkeys(classes_in(source, reading.faults, meta).listed() if meta else ())
    if not texts and not jsons and not meta:
        raise UnreadableLabels(source.name, "", f"there is no {TEXT} and no JSON of ADE20K")
    relations: dict[str, RelationSpec] = {}
    for name in texts:
        for row in tried(partial(_rows, source, name, []), name, "", []) or ():
            found.setdefault(_called(row.word, row.raw, found))
    for name in jsons:
        file = tried(partial(json_of, source, name, _File), name, "", [])
        if file is not None:
            for entry in file.annotation.object:
                word = entry.get("name")
                if isinstance(word, str) and word:
                    found.setdefault(_called(word, entry.get("raw_name"), found))
                if _owner(entry) is not None:
                    relations.setdefault(PART_OF, RelationSpec(id=PART_OF, name=PART_OF))
            relations |= {spec.name: spec for spec in specs_of(file.annotation.relations)}
    reading.categories = list(found)
    reading.relations = tuple(relations.values())
    reading.items = _items(
        source, [*((n, _of_text) for n in texts), *((n, _of_json) for n in jsons)], reading
    )
    return reading


class _Description(msgspec.Struct):
    filename: str = ""
    imsize: list[int] = []
    object: list[dict[str, Any]] = []
    relations: Any = None


class _File(msgspec.Struct):
    annotation: _Description


class _Row(msgspec.Struct):
    number: int
    level: int
    is_occluded: bool
    word: str
    raw: str
    attributes: tuple[str, ...]
    line: int


Made = tuple[str, tuple[int, int], list[Annotation]]
Work = Callable[[Source, str, Pictures, Reading], Made]


def _is_description(source: Source, name: str) -> bool:
    start = source.start(name)
    return b'"annotation"' in start and b'"object"' in start and b'"imsize"' in start


def _items(source: Source, files: list[tuple[str, Work]], reading: Reading) -> Iterator[LabeledItem]:
    pictures = Pictures(source, but=("*_seg.png", "*_parts_*.png"))
    for name, work in sorted(files, key=lambda entry: entry[0]):
        made = tried(partial(work, source, name, pictures, reading), name, "", reading.faults)
        if made is None:
            continue
        path, (width, height), annotations = made
        parts = path.split("/")
        place = next((n for n, part in enumerate(parts[:-1]) if split_of(part)), None)
        split = split_of(parts[place]) if place is not None else None
        shown = "/".join(parts[place + 1 :]) if place is not None else path
        yield LabeledItem(shown, width, height, Document(annotations=tuple(annotations)), split)


def _of_text(source: Source, name: str, pictures: Pictures, reading: Reading) -> Made:
    stem = name.removesuffix(TEXT)
    picture = pictures.find(stem)
    rows = _rows(source, name, reading.faults)
    ids, made = Ids(), list[Annotation]()
    size = (0, 0)
    for level in sorted({0, *(row.level for row in rows)}):
        file = f"{stem}{MAP}" if level == 0 else f"{stem}_parts_{level}.png"
        own = [row for row in rows if row.level == level]
        found = tried(partial(_objects, source, file, [row.number for row in own]), file, "", reading.faults)
        if found is None:
            continue
        size, masks = found if level == 0 else (size, found[1])
        for row in own:
            mask = masks.get(row.number)
            if mask is None:
                reason = f"the map {PurePosixPath(file).name} has no pixel of the object {row.number}"
                reading.faults.append(Fault(file=name, place=f"line {row.line}", reason=reason))
                continue
            word = _called(row.word, row.raw, reading.categories)
            made.append(_of_row(row, word, mask, ids, len(made) + 1))
    if not any(size) and picture:
        size = pictures.size(picture)
    return picture or f"{stem}.jpg", size, made


def _of_row(row: _Row, word: str, mask: Mask, ids: Ids, place: int) -> Annotation:
    flags: dict[str, bool | float | str] = {}
    if row.level:
        flags[LEVEL] = row.level
    if row.is_occluded:
        flags[OCCLUDED] = True
    values: dict[str, AttributeValue] = {}
    if row.attributes:
        values["attributes"] = row.attributes
    if row.raw not in ("", word, word.split(",")[0]):
        values["raw_name"] = row.raw
    return Annotation(id=ids.take("", place), category=word, shape=mask, flags=flags, attributes=values)


def _rows(source: Source, name: str, faults: list[Fault]) -> list[_Row]:
    rows: list[_Row] = []
    for number, line in enumerate(text_of(source, name).splitlines(), 1):
        if line.strip():
            made = tried(partial(_row, line, number), name, f"line {number}", faults)
            if made is not None:
                rows.append(made)
    return rows


def _row(line: str, number: int) -> _Row:
    words = [word.strip() for word in line.split("#", 5)]
    if len(words) < 5 or not all(word.isdecimal() and len(word) < 6 for word in words[:3]) or not words[3]:
        raise ValueError("a line has object # part level # occluded # class # raw name # attributes")
    listed = words[5].strip('"').split(",") if len(words) > 5 else []
    attributes = tuple(word.strip() for word in listed if word.strip())
    return _Row(int(words[0]), int(words[1]), words[2] != "0", words[3], words[4], attributes, number)


def _objects(source: Source, file: str, wanted: list[int]) -> tuple[tuple[int, int], dict[int, Mask]]:
    """The masks of a map by their objects."""
    found = map_in(source, file)
    numbers = (found.codes & 255).astype(np.uint32)
    masks = dict(areas(numbers, file, (0,)))
    if not set(wanted) <= set(masks):
        ranks = dict(enumerate(sorted(masks), 1))
        if set(wanted) <= set(ranks):
            masks = {rank: masks[number] for rank, number in ranks.items()}
    return found.size, masks


def _of_json(source: Source, name: str, pictures: Pictures, reading: Reading) -> Made:
    del pictures
    file: _File = json_of(source, name, _File)
    said = file.annotation
    folder = "".join(f"{part}/" for part in PurePosixPath(name).parent.parts)
    height, width = (said.imsize[0], said.imsize[1]) if len(said.imsize) > 1 else (0, 0)
    ids, made = Ids(), list[Annotation]()
    there = set(source.names())
    for place, entry in enumerate(said.object):
        read = partial(_annotation, source, there, folder, entry, ids, place + 1)
        one = tried(read, name, f"object {place}", reading.faults)
        if one is not None:
            word = _called(one.category, entry.get("raw_name"), reading.categories)
            one = msgspec.structs.replace(one, category=word)
            made.append(one)
    suffix = PurePosixPath(said.filename).suffix or ".jpg"
    return f"{stem_of(name)}{suffix}", (max(0, width), max(0, height)), made


def _called(word: str, raw: object, listed: Collection[str]) -> str:
    """The name of a class: all its synonyms, or the word that a list of classes has instead."""
    return raw if isinstance(raw, str) and raw in listed and word not in listed else word


def _parts(entry: Extra) -> Extra:
    parts = entry.get("parts")
    return cast("Extra", parts) if isinstance(parts, dict) else {}


def _owner(entry: Extra) -> int | None:
    """The object that this one is a part of."""
    owner = _parts(entry).get("ispartof")
    if isinstance(owner, list):
        listed = cast("list[Any]", owner)
        owner = listed[0] if listed else None
    return owner if isinstance(owner, int) and not isinstance(owner, bool) else None


def _annotation(
    source: Source, there: set[str], folder: str, entry: Extra, ids: Ids, place: int
) -> Annotation:
    word = entry.get("name")
    if not isinstance(word, str) or not word:
        raise ValueError("the object has no name")
    shape = _shape(source, there, folder, entry)
    own = str(entry.get("id", ""))
    flags: dict[str, bool | float | str] = {}
    level = _parts(entry).get(LEVEL)
    if isinstance(level, int) and level:
        flags[LEVEL] = level
    if entry.get("occluded") == "yes":
        flags[OCCLUDED] = True
    owner = _owner(entry)
    bonds = relations_of(entry.get("relations"))
    if owner is not None:
        bonds = (*bonds, Relation(kind=PART_OF, to=str(owner)))
    score = entry.get("score")
    group = entry.get("group_name")
    wished = entry.get("uid") or own
    return Annotation(
        id=ids.take(wished, place),
        category=word,
        shape=shape,
        attributes=plain_attributes(_values(entry, word)),
        group=group if isinstance(group, str) else None,
        relations=bonds,
        flags={**flags, **flags_of(entry.get("flags"))},
        evidence=Evidence(score=float(score)) if isinstance(score, int | float) else Evidence(),
    )


def _values(entry: Extra, word: str) -> Extra:
    values = entry.get("attribute_values")
    if isinstance(values, dict):
        return cast("Extra", values)
    found: Extra = {}
    listed = entry.get("attributes")
    words = [w for w in cast("list[Any]", listed) if isinstance(w, str)] if isinstance(listed, list) else []
    if isinstance(listed, str) and listed:
        words = [listed]
    if words:
        found["attributes"] = words
    raw = entry.get("raw_name")
    if isinstance(raw, str) and raw not in (word, word.split(",")[0], ""):
        found["raw_name"] = raw
    return found


def _shape(source: Source, there: set[str], folder: str, entry: Extra) -> Shape:
    file = entry.get("instance_mask")
    if isinstance(file, str) and file and f"{folder}{file}" in there:
        mask, _, _ = mask_in(source, f"{folder}{file}")
        return mask
    polygon = entry.get("polygon")
    if isinstance(polygon, dict):
        xs = msgspec.convert(cast("Extra", polygon).get("x", []), list[float])
        ys = msgspec.convert(cast("Extra", polygon).get("y", []), list[float])
        if xs:
            return _ring(xs, ys)
    raise ValueError("neither its mask nor a polygon is there")


def _ring(xs: list[float], ys: list[float]) -> Polygon:
    if len(xs) != len(ys):
        raise ValueError("its polygon has not as many x as y")
    return polygon_of(tuple(Point(x, y) for x, y in zip(xs, ys, strict=True)))
