"""Datumaro's JSON: `annotations/SPLIT.json` for each split, pictures under `images/SPLIT/`.

A file has `dm_format_version` 1.0 (none in legacy files), `infos`, `categories` and `items`; the records are
described in `datumaro_records.py`. Written are boxes, polygons of one ring, polylines, points, masks,
skeletons, cuboids and labels of the whole picture, with attributes, flags, groups and relations. Polygons
with holes become masks, parts are joined. Items without a split are in `default.json`.
Read are also captions (tags called “caption” with their text), ellipses and turned boxes. Point clouds and
figures in space are faults. The layout: Datumaro's documentation of its own format.
"""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import PurePosixPath
from typing import Any

import msgspec

from labelwright.core.document import Annotation, Document
from labelwright.core.errors import LabelwrightError, UnreadableLabels
from labelwright.core.ontology import Category, Ontology
from labelwright.core.shapes import Ellipse, Shape
from labelwright.formats.datumaro_records import (
    CAPTION,
    KINDS,
    UNLABELED,
    Records,
    Words,
    beside,
    categories_of,
    groups_of,
    record_of,
    straight,
)
from labelwright.formats.extras import Bonds, Extra, each, is_linked, specs_of
from labelwright.formats.fitting import Place, fitting
from labelwright.formats.folder import Sink, Source
from labelwright.formats.format import Format, Items, LabeledItem, Limits, Reading
from labelwright.formats.json_reading import LONGEST_REASON, json_files, json_of, tried
from labelwright.formats.names import Names, safe, stem_of
from labelwright.formats.pictures import Pictures
from labelwright.formats.report import Fault, Losses
from labelwright.formats.splits import split_of

FOLDER, PICTURES, UNSPLIT = "annotations/", "images/", "default"
IMAGE = 2  # Datumaro's number for data sets of pictures
PLACE = Place(kinds=KINDS, holes=False, parts=False, judged=True)
STRAIGHT = Place(kinds=(*KINDS, "ellipse"), holes=False, parts=False, judged=True)


class Datumaro(Format):
    """Datumaro's own JSON."""

    name = "datumaro"
    title = "Datumaro (JSON)"
    keeps = frozenset(KINDS)
    about = (
        "One JSON file a split. All shapes but turned boxes and turned ellipses, and everything beside them."
    )
    limits = Limits()
    made_for = ("Datumaro", "OpenVINO", "Geti", "Intel", "CVAT Datumaro export")

    def recognize(self, source: Source) -> str | None:
        """A JSON file in a folder of annotations that opens as Datumaro's do."""
        for name in json_files(source):
            if PurePosixPath(name).parent.name == "annotations":
                start = source.start(name)
                if b'"dm_format_version"' in start[:2000]:
                    return f"{name} names a version of Datumaro's format"
                is_legacy = b'"infos"' in start and b'"categories"' in start and b'"label"' in start
                if is_legacy and b'"images"' not in start[:2000]:
                    return f"{name} has Datumaro's infos and categories"
        return None

    def read(self, source: Source) -> Reading:
        """Every file of annotations, one split after the other."""
        heads: list[tuple[str, Extra, Words]] = []
        reading = Reading([], iter(()))
        for name in json_files(source):
            if PurePosixPath(name).parent.name != "annotations":
                continue
            head = tried(lambda name=name: json_of(source, name, _Head), name, "", reading.faults)
            if head is None:
                continue
            words = Words()
            try:
                words.take(head.categories)
            except msgspec.ValidationError as error:
                reason = f"its categories cannot be read: {error}"[:LONGEST_REASON]
                reading.faults.append(Fault(file=name, place="$.categories", reason=reason))
            heads.append((name, head.infos, words))
        if not heads:
            raise UnreadableLabels(source.name, "", "no JSON file in a folder “annotations” is Datumaro's")
        known = dict.fromkeys(word for _, _, words in heads for word in words.names)
        reading.categories = list(known)
        reading.definitions = {n: entry for _, _, words in heads for n, entry in words.definitions.items()}
        specs = {spec.name: spec for _, infos, _ in heads for spec in specs_of(infos.get("relations"))}
        reading.relations = tuple(specs.values())
        reading.items = _items(source, [(name, words) for name, _, words in heads], reading)
        return reading

    def write(self, items: Items, ontology: Ontology, sink: Sink) -> Losses:
        """Write a file for each split, and the pictures."""
        losses = Losses()
        bonds = Bonds(ontology)
        categories = list(ontology.categories)
        head = {
            "dm_format_version": "1.0",
            "media_type": IMAGE,
            "infos": {"relations": bonds.listed} if bonds.listed else {},
            "categories": categories_of(categories),
        }
        for split in subsets(items, losses):
            with sink.open(f"{FOLDER}{split}.json") as file:
                file.write(msgspec.json.encode(head)[:-1] + b',"items":[')
                for line in each(
                    msgspec.json.encode(made) for made in records(items, split, categories, bonds, losses)
                ):
                    file.write(line)
                file.write(b"\n]}\n")
        copy_pictures(items, sink)
        return losses


class _Head(msgspec.Struct):
    items: list[msgspec.Raw]
    categories: dict[str, Any] = {}
    infos: dict[str, Any] = {}
    dm_format_version: str | None = None


class _Image(msgspec.Struct):
    path: str = ""
    size: tuple[int, int] | None = None


class ItemRecord(msgspec.Struct):
    """An item as its file says it."""

    id: str | int
    annotations: list[dict[str, Any]] = []
    image: _Image | None = None
    point_cloud: Any = None
    attr: dict[str, Any] = {}


def subset_of(split: str | None) -> str:
    """The file of a split."""
    word = safe((split or UNSPLIT).replace("/", "_"))
    return f"{word}_" if word == "report" else word


def subsets(items: Items, losses: Losses) -> list[str]:
    """The files to write; splits that get another name are noted."""
    found: dict[str, None] = {}
    for item in items():
        name = subset_of(item.split)
        found.setdefault(name)
        if item.split is not None and (split_of(name) or name) != item.split:
            losses.convert(item.name, "split", f"it is written as {name}")
        elif item.split == UNSPLIT:
            losses.convert(item.name, "split", "Datumaro calls items so that have no split")
    return sorted(found) or [UNSPLIT]


def _named(items: Items, losses: Losses | None) -> Iterator[tuple[LabeledItem, str]]:
    names = Names(by_stem=True)
    for item in items():
        yield item, names.take(item.name, losses)


def copy_pictures(items: Items, sink: Sink) -> None:
    """Write the pictures that are to be brought along."""
    for item, name in _named(items, None):
        if item.media is not None:
            sink.copy(f"{PICTURES}{subset_of(item.split)}/{name}", item.media())


def records(
    items: Items, split: str, categories: list[Category], bonds: Bonds, losses: Losses
) -> Iterator[Extra]:
    """The items of a split, each with its records."""
    numbers = {category.id: number for number, category in enumerate(categories)}
    by_id = {category.id: category for category in categories}
    # Names depend on all that came before, so every item is named; a change is noted with its split.
    names = Names(by_stem=True)
    for item in items():
        is_here = subset_of(item.split) == split
        name = names.take(item.name, losses if is_here else None)
        if is_here:
            image: Extra = {"path": name}
            if item.width and item.height:
                image["size"] = [item.height, item.width]
            made = list(_annotations(item, by_id, numbers, bonds, losses))
            yield {"id": stem_of(name), "annotations": made, "attr": {}, "image": image}


def _annotations(
    item: LabeledItem, by_id: dict[str, Category], numbers: dict[str, int], bonds: Bonds, losses: Losses
) -> Iterator[Extra]:
    groups = groups_of(item)
    linked = is_linked(item.document.annotations)
    number = 0
    for annotation, category, shape in _fitting(item, by_id, losses):
        said = record_of(category, shape, item, losses)
        if said is None:
            continue
        attributes = beside(annotation, category, item, losses, bonds, is_linked=linked)
        group = groups[annotation.group] if annotation.group is not None else 0
        head = {"id": number, "type": said["type"], "attributes": attributes, "group": group}
        yield {**head, "label_id": numbers[category.id], **said}
        number += 1


def _fitting(
    item: LabeledItem, by_id: dict[str, Category], losses: Losses
) -> Iterator[tuple[Annotation, Category, Shape | None]]:
    # Only ellipses along the axes have a record, so each annotation is asked for its own place.
    for annotation in item.document.annotations:
        is_straight = isinstance(annotation.shape, Ellipse) and straight(annotation.shape)
        alone = replace(item, document=Document(annotations=(annotation,)))
        yield from fitting(alone, by_id, STRAIGHT if is_straight else PLACE, losses)


def _items(source: Source, files: list[tuple[str, Words]], reading: Reading) -> Iterator[LabeledItem]:
    pictures = Pictures(source)
    decoder = msgspec.json.Decoder(ItemRecord)
    for name, words in files:
        head: _Head = json_of(source, name, _Head)
        is_legacy = head.dm_format_version is None
        for index, raw in enumerate(head.items):
            place = f"$.items[{index}]"
            record = tried(lambda raw=raw: decoder.decode(raw), name, place, reading.faults)
            if record is not None:
                item = item_of(record, (name, place), words, pictures, reading, is_legacy=is_legacy)
                if item is not None:
                    yield item


def item_of(
    record: ItemRecord,
    at: tuple[str, str],
    words: Words,
    pictures: Pictures,
    reading: Reading,
    *,
    is_legacy: bool = False,
) -> LabeledItem | None:
    """The item of a record; faults for what of it cannot be read."""
    file, place = at
    if record.point_cloud is not None:
        reason = "it is a cloud of points, no picture"
        reading.faults.append(Fault(file=file, place=place, reason=reason))
        return None
    subset = PurePosixPath(file).stem
    base = str(PurePosixPath(file).parent.parent).removeprefix(".")
    path = (record.image.path if record.image else "") or str(record.id)
    path = path.replace("\\", "/").lstrip("/")
    folders = [f"{base}/{PICTURES}{subset}".lstrip("/"), f"{base}/{PICTURES}".strip("/")]
    picture = pictures.find(path, *folders)
    name = path.removeprefix(f"{subset}/") if is_legacy else path
    if record.image is None and picture is not None:
        name += PurePosixPath(picture).suffix
    height, width = (record.image.size if record.image else None) or (0, 0)
    if picture is not None and not (height and width):
        width, height = pictures.size(picture)
    making = Records(words, height, width)
    made: list[tuple[int, Annotation]] = []
    for number, said in enumerate(record.annotations):
        try:
            annotation = making.made(said, number + 1)
        except LabelwrightError as error:
            reason = error.message
        except (ValueError, TypeError, KeyError, OverflowError) as error:
            reason = f"it lacks {error}" if isinstance(error, KeyError) else str(error)
        else:
            if annotation is not None:
                if annotation.category in (UNLABELED, CAPTION) and (
                    annotation.category not in reading.categories
                ):
                    reading.categories.append(annotation.category)
                order = said.get("z_order")
                made.append((order if isinstance(order, int) else 0, annotation))
            continue
        there = f"{place}.annotations[{number}]"
        reading.faults.append(Fault(file=file, place=there, reason=reason[:LONGEST_REASON]))
    made.sort(key=lambda entry: entry[0])
    return LabeledItem(
        name,
        max(0, width),
        max(0, height),
        Document(annotations=tuple(annotation for _, annotation in made)),
        split_of(subset) or (None if subset == UNSPLIT else subset),
        media=pictures.media(picture) if picture is not None else None,
    )
