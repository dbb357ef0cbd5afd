"""Reading VIA's projects, its annotations as JSON and CSV (versions 1 and 2), and projects of version 3.

The category of a region is its attribute `class`, `label`, `category`, `type`, `name` or `object`, else the
only one that it has. Boxes that are ticked are several categories: an annotation for each, in one group.
Temporal segments of videos (version 3) have no place and are faults.
"""

import re
from collections.abc import Iterable, Iterator
from functools import partial
from itertools import pairwise
from typing import Any, NamedTuple, cast
from urllib.parse import unquote, urlsplit

import msgspec

from labelwright.core.document import Annotation, AttributeValue, Document, Evidence
from labelwright.core.errors import LabelwrightError, UnreadableLabels
from labelwright.core.shapes import Box, Ellipse, Point, Points, Polyline, Shape, polygon_of
from labelwright.formats.extras import Extra, Ids, flags_of, relations_of, specs_of, text_of_key
from labelwright.formats.fields import plain_attributes
from labelwright.formats.folder import Source
from labelwright.formats.format import LabeledItem, Reading
from labelwright.formats.json_reading import LONGEST_REASON, json_files, json_of, number, tried
from labelwright.formats.pictures import Pictures
from labelwright.formats.report import Fault
from labelwright.formats.splits import split_of, split_of_file
from labelwright.formats.tables import Table, header_of, path_of, tables_of

CLASSES = ("class", "label", "category", "type", "name", "object", "class_name")
UNLABELED = "unlabeled"
COLUMNS = ("region_shape_attributes", "region_attributes")
LOOKED_AT = 50
_SECOND = re.compile(rb'"(?:_via_img_metadata|_via_settings|shape_attributes)"\s*:')
_EMPTY = re.compile(rb'"regions"\s*:\s*[\[{]')
_THIRD = re.compile(rb'"(?:fid_list|vid_list|anchor_id|data_format_version)"\s*:')


class _Entry(NamedTuple):
    """A picture as every version has it: its name, its regions and what else is said of it."""

    name: str
    regions: list[tuple[Extra, Extra, Extra]]
    about: Extra
    file: str
    place: str


def _is_json(start: bytes) -> bool:
    is_second = _SECOND.search(start) or (
        _EMPTY.search(start) and b'"filename"' in start and b'"file_attributes"' in start
    )
    return bool(is_second or (_THIRD.search(start) and b'"project"' in start and b'"view"' in start))


def _is_table(source: Source, name: str) -> bool:
    header = header_of(source, name)
    return all(column in header for column in COLUMNS)


def recognize(source: Source) -> str | None:
    """A JSON file of VIA's, or a table with its columns."""
    for name in json_files(source)[:LOOKED_AT]:
        if _is_json(source.start(name)):
            return f"{name} has the regions of a VIA project"
    for name in tables_of(source)[:LOOKED_AT]:
        if _is_table(source, name):
            return f"{name} has VIA's column “region_shape_attributes”"
    return None


def read(source: Source) -> Reading:
    """Every file. Raises UnreadableLabels if there is none."""
    files = [name for name in json_files(source) if _is_json(source.start(name))]
    files += [name for name in tables_of(source) if _is_table(source, name)]
    reading = Reading([], iter(()))
    known: dict[str, None] = {}
    used: dict[str, None] = {}
    readable: list[str] = []
    for name in files:
        body = tried(partial(_body, source, name), name, "", reading.faults)
        if body is None:
            continue
        readable.append(name)
        known |= dict.fromkeys(_listed(body))
        reading.relations = reading.relations or specs_of(body.get("relations"))
        for entry in _entries(source, name, body, []):
            for _, said, extra in entry.regions:
                used |= dict.fromkeys(_words(said, extra)[0])
            used |= dict.fromkeys(word for tag in _tags(entry) for word in _words(tag, {})[0])
    if not readable:
        raise UnreadableLabels(source.name, "", "no file has VIA's regions")
    reading.categories = list(known | used)
    reading.items = _items(source, readable, reading)
    return reading


def _body(source: Source, name: str) -> Extra:
    return json_of(source, name, dict[str, Any]) if name.lower().endswith(".json") else {}


def _dict(found: object) -> Extra:
    return cast("Extra", found) if isinstance(found, dict) else {}


def _listed(body: Extra) -> Iterator[str]:
    """The categories that a project lists."""
    attributes = _dict(_dict(body.get("_via_attributes")).get("region"))
    asked = [(name, _dict(said)) for name, said in attributes.items()]
    asked += [(str(said.get("aname")), said) for said in map(_dict, _dict(body.get("attribute")).values())]
    for word in CLASSES:
        for name, said in asked:
            if name.casefold() == word:
                third = body.get("_via_attributes") is None
                options = _dict(said.get("options"))
                yield from map(str, options.values() if third else options)
                return


def _entries(source: Source, file: str, body: Extra, faults: list[Fault]) -> Iterator[_Entry]:
    if not body and not file.lower().endswith(".json"):
        yield from _of_table(source, file, faults)
    elif "view" in body and "project" in body:
        yield from _of_third(body, file)
    else:
        found = _dict(body.get("_via_img_metadata", body))
        for key, value in found.items():
            said = _dict(value)
            if "regions" in said or "filename" in said:
                listed: object = said.get("regions") or []
                regions = cast("Iterable[object]", listed.values() if isinstance(listed, dict) else listed)
                made = [
                    (
                        _dict(one.get("shape_attributes")),
                        _dict(one.get("region_attributes")),
                        _dict(one.get("said")),
                    )
                    for one in map(_dict, regions)
                ]
                yield _Entry(str(said.get("filename") or key), made, said, file, f"$.{key}")


def _of_table(source: Source, file: str, faults: list[Fault]) -> Iterator[_Entry]:
    table = Table(source, file, faults)
    names = table.column("filename", "#filename")
    shape, said = (table.column(column) for column in COLUMNS)
    about = table.column("file_attributes")
    if names is None or shape is None or said is None:
        raise UnreadableLabels(file, "line 1", "it has no column of file names")
    entries: dict[str, _Entry] = {}
    for line, cells in table.rows():
        work = partial(_cells, cells, (shape, said, about))
        made = tried(work, file, f"line {line}", faults)
        if made is not None:
            told = {"file_attributes": made[2]}
            entry = entries.setdefault(cells[names], _Entry(cells[names], [], told, file, f"line {line}"))
            if made[0]:
                entry.regions.append((made[0], made[1], {}))
    yield from entries.values()


def _cells(cells: list[str], places: tuple[int, int, int | None]) -> list[Extra]:
    texts = [cells[place] if place is not None else "" for place in places]
    return [msgspec.json.decode(text.encode(), type=dict[str, Any]) if text.strip() else {} for text in texts]


def _of_third(body: Extra, file: str) -> Iterator[_Entry]:
    attributes = {key: _dict(said) for key, said in _dict(body.get("attribute")).items()}
    files = {key: _dict(said) for key, said in _dict(body.get("file")).items()}
    by_view: dict[str, list[tuple[Extra, Extra, Extra]]] = {}
    for said in map(_dict, _dict(body.get("metadata")).values()):
        shape: Extra = {"xy": said.get("xy") or [], "z": said.get("z") or []}
        values = {
            str(attributes.get(key, {}).get("aname") or key): _answer(value, attributes.get(key, {}))
            for key, value in _dict(said.get("av")).items()
        }
        by_view.setdefault(str(said.get("vid")), []).append((shape, values, {}))
    for key, view in _dict(body.get("view")).items():
        listed: list[Any] = _dict(view).get("fid_list") or []
        picture = files.get(str(listed[0]), {}) if listed else {}
        name = str(picture.get("fname") or picture.get("src") or "")
        yield _Entry(name, by_view.get(key, []), {}, file, f"$.view.{key}")


def _answer(value: object, attribute: Extra) -> object:
    options = _dict(attribute.get("options"))
    if attribute.get("type") == 1 or not isinstance(value, str) or not options:
        return value
    words = [str(options.get(one, one)) for one in value.split(",") if one]
    return words[0] if len(words) == 1 else words


def _tags(entry: _Entry) -> list[Extra]:
    listed = entry.about.get("tags")
    return [_dict(tag) for tag in cast("list[object]", listed)] if isinstance(listed, list) else []


def _ticked(value: object) -> AttributeValue | None:
    if isinstance(value, dict):
        said = cast("dict[str, object]", value)
        return tuple(key for key, is_set in said.items() if is_set)
    if isinstance(value, list):
        return tuple(str(word) for word in cast("list[object]", value))
    return value if isinstance(value, str | bool | int | float) and value != "" else None


def _words(said: Extra, extra: Extra) -> tuple[list[str], dict[str, AttributeValue]]:
    """The categories of a region, and its other attributes."""
    values = {key: found for key, value in said.items() if (found := _ticked(value)) is not None}
    folded = {key.casefold(): key for key in values}
    chosen = next((folded[word] for word in CLASSES if word in folded), None)
    if chosen is None and len(values) == 1:
        chosen = next(iter(values))
    word = values.pop(chosen) if chosen is not None else UNLABELED
    words = list(word) if isinstance(word, tuple) else [str(word)]
    own: object = extra.get("attributes")
    return words or [UNLABELED], values if own is None else plain_attributes(_dict(own))


def _items(source: Source, files: list[str], reading: Reading) -> Iterator[LabeledItem]:
    pictures = Pictures(source)
    for file in files:
        for entry in _entries(source, file, _body(source, file), reading.faults):
            work = partial(_item, entry, pictures, reading)
            item = tried(work, entry.file, entry.place, reading.faults)
            if item is not None:
                yield item


def _item(entry: _Entry, pictures: Pictures, reading: Reading) -> LabeledItem:
    is_url = "://" in entry.name
    name = path_of(unquote(urlsplit(entry.name).path) if is_url else entry.name)
    picture = pictures.find(name)
    width, height = (max(0, int(number(entry.about.get(side) or 0))) for side in ("width", "height"))
    if picture is not None and not (width and height):
        width, height = pictures.size(picture)
    ids = Ids()
    made: list[Annotation] = []
    several: dict[str, int] = {}
    for place, (shape, said, extra) in enumerate(entry.regions, 1):
        try:
            found = _annotations(_shape(shape), said, extra, place, ids)
        except (LabelwrightError, ValueError, TypeError, KeyError, IndexError) as error:
            reason = error.message if isinstance(error, LabelwrightError) else str(error)
            where = f"{entry.place}, region {place}"
            reading.faults.append(Fault(file=entry.file, place=where, reason=reason[:LONGEST_REASON]))
            continue
        one = text_of_key(extra, "one")
        if one is not None and one in several:
            _join(made, several[one], found[0])
            continue
        if one is not None:
            several[one] = len(made)
        made += found
    for place, tag in enumerate(_tags(entry), len(entry.regions) + 1):
        said = {key: value for key, value in tag.items() if key in CLASSES}
        made += _annotations(None, said, tag, place, ids)
    split, key = entry.about.get("split"), text_of_key(entry.about, "key")
    return LabeledItem(
        name,
        width,
        height,
        Document(annotations=tuple(made)),
        split_of(split) if isinstance(split, str) else split_of_file(name),
        key,
        media=pictures.media(picture) if picture is not None else None,
    )


def _join(made: list[Annotation], place: int, more: Annotation) -> None:
    first = made[place]
    if isinstance(first.shape, Points) and isinstance(more.shape, Points):
        shape = Points(points=(*first.shape.points, *more.shape.points))
        made[place] = msgspec.structs.replace(first, shape=shape)


def _annotations(shape: Shape | None, said: Extra, extra: Extra, place: int, ids: Ids) -> list[Annotation]:
    words, values = _words(said, extra)
    uid = ids.take(extra.get("uid"), place)
    score = extra.get("score")
    made = Annotation(
        id=uid,
        category=words[0],
        shape=shape,
        attributes=values,
        group=text_of_key(extra, "group_name") or (f"region {place}" if len(words) > 1 else None),
        relations=relations_of(extra.get("relations")),
        flags=flags_of(extra.get("flags")),
        evidence=Evidence(score=float(score) if isinstance(score, int | float) else None),
    )
    more = (msgspec.structs.replace(made, id=ids.take(f"{uid} {w}", place), category=w) for w in words[1:])
    return [made, *more]


def _shape(said: Extra) -> Shape | None:
    if "xy" in said:
        return _of_numbers(said)
    kind = str(said.get("name"))
    match kind:
        case "rect":
            left, top, wide, high = _numbers(said, "x", "y", "width", "height")
            return Box(left=left, top=top, right=left + wide, bottom=top + high)
        case "circle":
            x, y, radius = _numbers(said, "cx", "cy", "r")
            return Ellipse(x=x, y=y, rx=radius, ry=radius)
        case "ellipse":
            x, y, rx, ry = _numbers(said, "cx", "cy", "rx", "ry")
            return Ellipse(x=x, y=y, rx=rx, ry=ry, angle=number(said.get("theta") or 0, "its theta"))
        case "point":
            return Points(points=(Point(*_numbers(said, "cx", "cy")),))
        case "polygon" | "polyline":
            xs, ys = (cast("list[object]", said[f"all_points_{axis}"]) for axis in "xy")
            points = tuple(Point(number(x), number(y)) for x, y in zip(xs, ys, strict=True))
            return Polyline(points=points) if kind == "polyline" else polygon_of(_opened(points))
        case _:
            raise ValueError(f"“{kind[:60]}” is no shape of VIA's")


def _numbers(said: Extra, *names: str) -> list[float]:
    return [number(said.get(name), f"its {name}") for name in names]


def _opened(points: tuple[Point, ...]) -> tuple[Point, ...]:
    # The first version says the first corner again at the end.
    return points[:-1] if len(points) > 3 and points[0] == points[-1] else points


def _of_numbers(said: Extra) -> Shape | None:
    """A shape of version 3: its kind as a number, then its coordinates."""
    listed = cast("list[object]", said["xy"])
    if said["z"]:
        raise ValueError("it is a part of a video or a sound, which has no place here")
    if not listed:
        return None
    kind, *rest = (number(value) for value in listed)
    points = tuple(Point(x, y) for x, y in list(pairwise(rest))[::2])
    match int(kind), rest:
        case 1, [_, _]:
            return Points(points=points)
        case 2 | 8, [left, top, wide, high]:
            return Box(left=left, top=top, right=left + wide, bottom=top + high)
        case 3 | 9, [x, y, radius]:
            return Ellipse(x=x, y=y, rx=radius, ry=radius)
        case 4, [x, y, rx, ry]:
            return Ellipse(x=x, y=y, rx=rx, ry=ry)
        case 5 | 6, _:
            return Polyline(points=points)
        case 7, _:
            return polygon_of(_opened(points))
        case _:
            raise ValueError(f"{int(kind)} with {len(rest)} numbers is no shape of VIA's")
