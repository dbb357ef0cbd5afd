"""Roboflow's COCO: a folder for each split with `_annotations.coco.json` beside its pictures.

The file is COCO's (`coco.py` says what it keeps), the folders are train, valid and test. Roboflow puts a
category of number 0 first, which is only the group of the others; where nothing is marked with it, it is
left out on reading. Written are categories from 1, and a file for each split that has items.
Layout: Roboflow's documentation of its COCO JSON export.
"""

from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from itertools import chain
from pathlib import Path, PurePosixPath
from typing import IO

import msgspec

from labelwright.core.errors import UnreadableLabels
from labelwright.core.ontology import Category, Ontology
from labelwright.formats import coco_reading
from labelwright.formats.beside import splits_in
from labelwright.formats.coco import Coco
from labelwright.formats.folder import Sink, Source
from labelwright.formats.format import Format, Items, LabeledItem, Limits, Reading
from labelwright.formats.json_reading import json_of
from labelwright.formats.report import Fault, Losses
from labelwright.formats.splits import split_of_folders, written_split

FILE = "_annotations.coco.json"
FOLDERS = {"train": "train", "val": "valid", "test": "test"}


class _Named(msgspec.Struct):
    id: int | str = ""
    name: str = ""
    supercategory: str | None = None


class _Used(msgspec.Struct):
    category_id: int | str | None = None


class _Groups(msgspec.Struct):
    categories: list[_Named] = []
    annotations: list[_Used] = []


class RoboflowCoco(Format):
    """COCO in a folder for each split."""

    name = "roboflow-coco"
    title = "Roboflow COCO"
    keeps = Coco.keeps
    about = "COCO with a folder for each split, the file beside its pictures. Keeps what COCO keeps."
    limits = Limits()
    made_for = ("Roboflow", "RF-DETR")

    def recognize(self, source: Source) -> str | None:
        """A file of Roboflow's name."""
        found = _files(source)
        return f"{found[0]} is called as Roboflow calls COCO files" if found else None

    def read(self, source: Source) -> Reading:
        """The file of each split, one after the other."""
        files = _files(source)
        if not files:
            raise UnreadableLabels(source.name, "", f"there is no file {FILE}")
        faults: list[Fault] = []
        readings: list[tuple[str, Reading]] = []
        broken: list[UnreadableLabels] = []
        for name in files:
            try:
                readings.append((name, coco_reading.read(_Only(source, name))))
            except UnreadableLabels as error:
                broken.append(error)
                faults.append(Fault(file=name, place="", reason=error.reason))
        if not readings:
            raise broken[0]
        groups = [_groups(source, name) for name, _ in readings]
        known = dict.fromkeys(
            category
            for (_, reading), empty in zip(readings, groups, strict=True)
            for category in reading.categories
            if category not in empty
        )
        definitions: dict[str, Category] = {}
        for _, reading in readings:
            definitions |= reading.definitions
        notes = [note for _, reading in readings for note in reading.notes]
        whole = Reading(list(known), iter(()), faults, notes, definitions)
        whole.items = chain.from_iterable(_items(name, reading, whole) for name, reading in readings)
        return whole

    def write(self, items: Items, ontology: Ontology, sink: Sink) -> Losses:
        """Write the file of each split, and the pictures beside it."""
        losses = Losses()
        coco = Coco()
        for split in splits_in(items(), Losses()) or ["train"]:

            def of_split(split: str = split) -> Iterator[LabeledItem]:
                chosen = (item for item in items() if written_split(item.split) == split)
                return (replace(item, split=None) for item in chosen)  # the folder says it

            said = coco.write(of_split, ontology, _Below(sink, FOLDERS[split]))
            _add(losses, said)
        return losses


def _items(name: str, reading: Reading, whole: Reading) -> Iterator[LabeledItem]:
    split = split_of_folders(name)
    for item in reading.items:
        yield item if item.split is not None or split is None else replace(item, split=split)
    whole.faults.extend(reading.faults)


def _groups(source: Source, name: str) -> set[str]:
    """Categories that are only the group of others: nothing is marked with them."""
    try:
        said: _Groups = json_of(source, name, _Groups)
    except UnreadableLabels:
        return set()
    above = {entry.supercategory for entry in said.categories if entry.supercategory != entry.name}
    used = {entry.category_id for entry in said.annotations}
    first = said.categories[:1]
    return {entry.name for entry in first if entry.id == 0 and entry.name in above and entry.id not in used}


def _files(source: Source) -> list[str]:
    return [name for name in source.names() if PurePosixPath(name).name == FILE]


def _add(losses: Losses, more: Losses) -> None:
    losses.kept += more.kept
    for table, other in ((losses.converted, more.converted), (losses.dropped, more.dropped)):
        for what, count in other.items():
            table[what] = table.get(what, 0) + count
    losses.examples.extend(more.examples)


class _Only:
    """A source of one file."""

    def __init__(self, source: Source, name: str) -> None:
        self.name = source.name
        self._only = name
        self.read, self.open, self.start = source.read, source.open, source.start

    def names(self) -> list[str]:
        """The one file."""
        return [self._only]


class _Below:
    """A sink in which COCO's file and its pictures come into one folder."""

    def __init__(self, sink: Sink, folder: str) -> None:
        self._sink, self._folder = sink, folder

    def open(self, name: str) -> AbstractContextManager[IO[bytes]]:
        """COCO's one file."""
        del name
        return self._sink.open(f"{self._folder}/{FILE}")

    def lines(self, name: str, lines: Iterable[str]) -> None:
        """A list, of which COCO has none so far."""
        self._sink.lines(f"{self._folder}/{name}", lines)

    def copy(self, name: str, media: Path | bytes) -> None:
        """A picture, beside the file."""
        self._sink.copy(f"{self._folder}/{name.removeprefix('images/')}", media)
