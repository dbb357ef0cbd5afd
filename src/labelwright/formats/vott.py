"""VoTT's JSON: `SPLIT-export.json` with the tags of a project and its assets, pictures beside.

A region is a rectangle, a polygon of one ring, or a polyline, with a bounding box and points in pixels from
the upper left corner; it may have several tags, each of which is an annotation of one group. Splits are
files; what has none is in `train`. Attributes, flags, groups, relations and scores stand in fields that
readers pass over. Polygons with holes or several parts are joined to one ring; masks, turned boxes and
ellipses become polygons. Read are also the files of single assets, and VoTT's CSV of boxes.
The layout: the documentation of Microsoft's Visual Object Tagging Tool.
"""

import hashlib
import re
from collections.abc import Iterator
from functools import partial
from pathlib import PurePosixPath
from typing import Any, cast
from urllib.parse import unquote

import msgspec

from labelwright.core.document import Annotation, Document, Evidence
from labelwright.core.errors import UnreadableLabels
from labelwright.core.ontology import Category, Ontology
from labelwright.core.shapes import Box, Point, Points, Polygon, Polyline, Shape, polygon_of
from labelwright.formats.beside import Beside, splits_in
from labelwright.formats.extras import (
    Bonds,
    Extra,
    Ids,
    each,
    flags_of,
    is_linked,
    relations_of,
    specs_of,
    text_of_key,
)
from labelwright.formats.fields import plain_attributes
from labelwright.formats.fitting import Place, fitting
from labelwright.formats.folder import Sink, Source
from labelwright.formats.format import Format, Items, LabeledItem, Limits, Reading, named_attributes
from labelwright.formats.json_reading import json_files, json_of, number, tried
from labelwright.formats.outlines import corners
from labelwright.formats.pictures import Pictures
from labelwright.formats.report import Losses
from labelwright.formats.roboflow_csv import RoboflowCsv
from labelwright.formats.splits import split_of_file, written_split
from labelwright.formats.tables import header_of, path_of, tables_of

VERSION, UNTAGGED = "2.2.0", "untagged"
KINDS = ("box", "polygon", "polyline")
PLACE = Place(kinds=KINDS, holes=False, parts=False)
COLUMNS = ["image", "xmin", "ymin", "xmax", "ymax", "label"]
LOOKED_AT = 50
RECTANGLES = ("RECTANGLE", "SQUARE")
_ASSETS, _TAGS = re.compile(rb'"assets"\s*:\s*\{'), re.compile(rb'"tags"\s*:\s*\[')
_ASSET, _REGIONS = re.compile(rb'"asset"\s*:\s*\{'), re.compile(rb'"regions"\s*:\s*\[')


class _Asset(msgspec.Struct):
    asset: dict[str, Any]
    regions: list[dict[str, Any]] = []


class _File(msgspec.Struct):
    tags: list[dict[str, Any]] = []
    assets: dict[str, msgspec.Raw] = {}
    relations: list[dict[str, Any]] | None = None


class Vott(Format):
    """VoTT's exports."""

    name = "vott"
    title = "VoTT"
    keeps = frozenset(KINDS)
    about = "One JSON file a split, pictures beside. Boxes, polygons and polylines; also reads VoTT's CSV."
    limits = Limits()
    made_for = ("VoTT", "Visual Object Tagging Tool", "Microsoft", "VoTT CSV")

    def recognize(self, source: Source) -> str | None:
        """A JSON file with tags and assets, or a CSV with VoTT's columns."""
        for name in json_files(source)[:LOOKED_AT]:
            if _is_vott(source.start(name)):
                return f"{name} has VoTT's assets with regions"
        for name in tables_of(source)[:LOOKED_AT]:
            if name.lower().endswith("-export.csv") and header_of(source, name) == COLUMNS:
                return f"{name} has the columns of VoTT's CSV"
        return None

    def read(self, source: Source) -> Reading:
        """Every JSON file, or the tables if there is none."""
        files = [name for name in json_files(source) if _is_vott(source.start(name))]
        if not files and tables_of(source):
            return RoboflowCsv().read(source)
        reading = Reading([], iter(()))
        found: dict[str, None] = {}
        readable: list[str] = []
        whole = [name for name in files if _ASSETS.search(source.start(name))]
        for name in whole or files:  # the files of single assets say the same again
            file = tried(partial(_file, source, name), name, "", reading.faults)
            if file is None:
                continue
            readable.append(name)
            found |= {str(tag["name"]): None for tag in file.tags if tag.get("name")}
            reading.relations = reading.relations or specs_of(file.relations)
            for raw in file.assets.values():
                asset = tried(partial(msgspec.json.decode, raw, type=_Asset), name, "", [])
                found |= dict.fromkeys(
                    word for one in (asset.regions if asset else ()) for word in _tags(one)
                )
        if not readable:
            raise UnreadableLabels(source.name, "", "no JSON file has VoTT's assets")
        reading.categories = list(found)
        reading.items = _items(source, readable, reading)
        return reading

    def write(self, items: Items, ontology: Ontology, sink: Sink) -> Losses:
        """Write a file for each split, and the pictures beside."""
        losses = Losses()
        beside = Beside(items, losses, _place)
        writing = _Writing(ontology, losses)
        for split in splits_in(items(), losses) or ["train"]:
            here = (pair for pair in beside.named() if written_split(pair[0].split) == split)
            with sink.open(f"{split}-export.json") as file:
                file.write(writing.head() + b',"assets":{')
                for line in each(writing.asset(item, name) for item, name in here):
                    file.write(line)
                file.write(b"\n}}\n")
        beside.copy(sink)
        return losses


def _place(item: LabeledItem, name: str) -> str:
    del item
    return name


def _is_vott(start: bytes) -> bool:
    if start.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] != b"{" or b'"_type"' in start:
        return False
    is_whole = _ASSETS.search(start) and _TAGS.search(start)
    return bool(is_whole or (_ASSET.search(start) and _REGIONS.search(start) and b'"size"' in start))


class _Writing:
    """The assets of an export."""

    def __init__(self, ontology: Ontology, losses: Losses) -> None:
        self._ontology, self._losses = ontology, losses
        self._categories = {category.id: category for category in ontology.categories}
        self._bonds = Bonds(ontology)

    def head(self) -> bytes:
        """What stands before the assets."""
        tags = [{"name": one.name, "color": one.color.lower()} for one in self._ontology.categories]
        body = {"name": "Labelwright", "version": VERSION, "tags": tags, "relations": self._bonds.listed}
        return msgspec.json.encode(body).removesuffix(b"}")

    def asset(self, item: LabeledItem, name: str) -> bytes:
        """An item as a field of the assets."""
        key = hashlib.md5(name.encode(), usedforsecurity=False).hexdigest()
        linked = is_linked(item.document.annotations)
        regions = [
            self._region(annotation, category, shape, place, is_linked=linked)
            for place, (annotation, category, shape) in enumerate(
                fitting(item, self._categories, PLACE, self._losses)
            )
            if shape is not None
        ]
        asset: Extra = {
            "format": PurePosixPath(name).suffix.lstrip("."),
            "id": key,
            "name": name,
            "path": name,
            "size": {"width": item.width, "height": item.height},
            "state": 2 if regions else 1,
            "type": 1,
        }
        asset |= {"key": item.key} if item.key else {}
        body = {"asset": asset, "regions": regions, "version": VERSION}
        return msgspec.json.encode(key) + b":" + msgspec.json.encode(body)

    def _region(
        self, annotation: Annotation, category: Category, shape: Shape, place: int, *, is_linked: bool
    ) -> Extra:
        left, top, right, bottom = shape.bounds
        said = self._bonds.beside(annotation, is_linked=is_linked)
        values = named_attributes(annotation, category)
        said |= {"attributes": values} if values else {}
        score = annotation.evidence.score
        said |= {} if score is None else {"score": score}
        match shape:
            case Box():
                kind, points = "RECTANGLE", corners(shape)
            case Polygon():
                kind, points = "POLYGON", shape.parts[0][0]
            case Polyline():
                kind, points = "POLYLINE", shape.points
            case _:
                raise AssertionError(f"{shape} was to be made another shape")
        return {
            "id": str(place),
            "type": kind,
            "tags": [category.name],
            "boundingBox": {"left": left, "top": top, "width": right - left, "height": bottom - top},
            "points": [{"x": x, "y": y} for x, y in points],
            **said,
        }


# Reading


def _file(source: Source, name: str) -> _File:
    if _ASSETS.search(source.start(name)):
        return json_of(source, name, _File)
    return _File(assets={"": json_of(source, name, msgspec.Raw)})


def _tags(region: Extra) -> list[str]:
    listed = region.get("tags")
    words = cast("list[object]", listed) if isinstance(listed, list) else []
    return list(dict.fromkeys(word for word in words if isinstance(word, str) and word)) or [UNTAGGED]


def _items(source: Source, files: list[str], reading: Reading) -> Iterator[LabeledItem]:
    pictures = Pictures(source)
    for name in files:
        file = tried(partial(_file, source, name), name, "", [])
        for key, raw in file.assets.items() if file else ():
            place = f"$.assets.{key}"
            work = partial(_item, raw, (name, place), pictures, reading)
            item = tried(work, name, place, reading.faults)
            if item is not None:
                yield item


def _item(raw: msgspec.Raw, at: tuple[str, str], pictures: Pictures, reading: Reading) -> LabeledItem:
    found = msgspec.json.decode(raw, type=_Asset)
    asset = found.asset
    path, name = str(asset.get("path") or ""), str(asset.get("name") or "")
    is_own = bool(path) and ":" not in path and not path.startswith(("/", "\\"))
    name = path_of(path if is_own else name or unquote(path).rpartition("/")[2])
    picture = pictures.find(name, str(PurePosixPath(at[0]).parent))
    size = cast("Extra", asset.get("size")) if isinstance(asset.get("size"), dict) else {}
    width, height = (max(0, int(number(size.get(side) or 0))) for side in ("width", "height"))
    if picture is not None and not (width and height):
        width, height = pictures.size(picture)
    ids = Ids()
    made: list[Annotation] = []
    for place, region in enumerate(found.regions, 1):
        work = partial(_annotations, region, place, ids)
        made += tried(work, at[0], f"{at[1]}.regions[{place - 1}]", reading.faults) or []
    media = pictures.media(picture) if picture is not None else None
    key = text_of_key(asset, "key")
    document = Document(annotations=tuple(made))
    return LabeledItem(name, width, height, document, split_of_file(at[0]), key, media=media)


def _annotations(region: Extra, place: int, ids: Ids) -> list[Annotation]:
    shape = _shape(region)
    words = _tags(region)
    uid = ids.take(region.get("uid") or region.get("id"), place)
    group = text_of_key(region, "group_name") or (uid if len(words) > 1 else None)
    score = region.get("score")
    given = region.get("attributes")
    made = Annotation(
        id=uid,
        category=words[0],
        shape=shape,
        attributes=plain_attributes(cast("Extra", given)) if isinstance(given, dict) else {},
        group=group,
        relations=relations_of(region.get("relations")),
        flags=flags_of(region.get("flags")),
        evidence=Evidence(score=float(score) if isinstance(score, int | float) else None),
    )
    more = (msgspec.structs.replace(made, id=ids.take(f"{uid} {w}", place), category=w) for w in words[1:])
    return [made, *more]


def _shape(region: Extra) -> Shape:
    kind = str(region.get("type") or "RECTANGLE").upper()
    box = region.get("boundingBox")
    if kind in RECTANGLES and isinstance(box, dict):
        said = cast("Extra", box)
        left, top, wide, high = (
            number(said.get(side), f"its {side}") for side in ("left", "top", "width", "height")
        )
        return Box(left=left, top=top, right=left + wide, bottom=top + high)
    listed = region.get("points")
    entries = [cast("Extra", e) for e in cast("list[object]", listed or []) if isinstance(e, dict)]
    points = tuple(Point(number(e.get("x"), "its x"), number(e.get("y"), "its y")) for e in entries)
    if not points:
        raise ValueError("it has neither a box nor points")
    match kind:
        case "POLYLINE":
            return Polyline(points=points)
        case "POINT":
            return Points(points=points)
        case "RECTANGLE" | "SQUARE":
            xs, ys = [point.x for point in points], [point.y for point in points]
            return Box(left=min(xs), top=min(ys), right=max(xs), bottom=max(ys))
        case _:
            return polygon_of(points)
