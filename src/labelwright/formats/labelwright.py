"""Labelwright's own format: tables that lose nothing and that data tools open as they are.

`ontology.json` has the categories with their attributes, skeletons and relations; `items.parquet` a row
for each item and `annotations.parquet` one for each annotation, in the order of the items. Pictures, if
they come along, lie under `images/`, and their SHA-256 stands in the row of their item. `manifest.json`
has the version of the format, what there is of everything, and the SHA-256 of the three files: whoever
trusts the manifest can check all the rest. Reading refuses files that are not the ones in the manifest.

Both tables are written and read a row group at a time. A million annotations take no more memory than a
thousand. How it is read is in `labelwright_reading.py`.
"""

import hashlib
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import msgspec

from labelwright.core.ontology import SHAPE_KINDS, Ontology
from labelwright.formats import labelwright_reading
from labelwright.formats.folder import Sink, Source
from labelwright.formats.format import Items, LabeledItem, Reading
from labelwright.formats.labelwright_reading import (
    ANNOTATIONS_FILE,
    ITEMS_FILE,
    MANIFEST_FILE,
    NAME,
    ONTOLOGY_FILE,
    PICTURES,
    VERSION,
    Counts,
    Listed,
    Manifest,
)
from labelwright.formats.labelwright_tables import ANNOTATIONS, ITEMS, annotation_row, item_row
from labelwright.formats.names import Names
from labelwright.formats.parquet import TableWriter, Writes
from labelwright.formats.report import Losses

SHAPE_COLUMN = next(place for place, column in enumerate(ANNOTATIONS) if column.name == "shape")


class Labelwright:
    """Our own format."""

    name = NAME
    title = "Labelwright"
    keeps = frozenset(SHAPE_KINDS)
    about = "Parquet tables with everything: shapes, tags, attributes, groups, relations and evidence."
    tables = ((ITEMS_FILE, ITEMS), (ANNOTATIONS_FILE, ANNOTATIONS))

    def recognize(self, source: Source) -> str | None:
        """A manifest.json that names this format."""
        return labelwright_reading.recognize(source)

    def read(self, source: Source) -> Reading:
        """Everything, once the files are found to be those of the manifest."""
        return labelwright_reading.read(source)

    def write(self, items: Items, ontology: Ontology, sink: Sink) -> Losses:
        """Write the pictures, the tables, the ontology, and the manifest last."""
        losses = Losses()
        files: dict[str, Listed] = {}
        pictures = _Pictures()
        for item in items():
            pictures.copy(item, sink)
        item_count = _write_items(items, ontology, sink, files, pictures)
        with _listed(sink, ANNOTATIONS_FILE, files) as file:
            _write_annotations(file, items, ontology, losses)
        with _listed(sink, ONTOLOGY_FILE, files) as file:
            file.write(msgspec.json.format(msgspec.json.encode(ontology)) + b"\n")
        counts = Counts(
            items=item_count,
            annotations=losses.kept,
            categories=len(ontology.categories),
            pictures=pictures.count,
        )
        manifest = Manifest(format=NAME, version=VERSION, counts=counts, files=files)
        with sink.open(MANIFEST_FILE) as file:
            file.write(msgspec.json.format(msgspec.json.encode(manifest)) + b"\n")
        return losses


class _Pictures:
    """Copies pictures; of each only its hash is kept, for the table that is written later."""

    def __init__(self) -> None:
        self._names = Names(by_stem=False)
        self._hashes = bytearray()
        self._length = hashlib.sha256().digest_size
        self.count = 0

    def copy(self, item: LabeledItem, sink: Sink) -> None:
        """Copy the picture of an item, if it comes along."""
        if item.media is None:
            return
        media = item.media()
        self._hashes += _hash(media)
        self.count += 1
        sink.copy(PICTURES + self._names.take(item.name), media)

    def again(self) -> "_Places":
        """The names and hashes of the pictures copied, in the same order."""
        return _Places(bytes(self._hashes), self._length)


class _Places:
    def __init__(self, hashes: bytes, length: int) -> None:
        self._names = Names(by_stem=False)
        self._hashes, self._length, self._at = hashes, length, 0

    def of(self, item: LabeledItem) -> tuple[str | None, str | None]:
        """Where the picture of the next item is, and its SHA-256; None if it stayed behind."""
        if item.media is None:
            return None, None
        found = self._hashes[self._at : self._at + self._length].hex()
        self._at += self._length
        return PICTURES + self._names.take(item.name), found


def _hash(media: Path | bytes) -> bytes:
    if isinstance(media, bytes):
        return hashlib.sha256(media).digest()
    with media.open("rb") as file:
        return hashlib.file_digest(file, "sha256").digest()


def item_id_of(item: LabeledItem, number: int) -> str:
    """The id that joins the tables: the item's own, else its number."""
    return item.item_id or str(number)


def _write_items(
    items: Items, ontology: Ontology, sink: Sink, files: dict[str, Listed], pictures: _Pictures
) -> int:
    known = {category.id for category in ontology.categories}
    places, count = pictures.again(), 0
    with _listed(sink, ITEMS_FILE, files) as file:
        table = TableWriter(file, ITEMS)
        for count, item in enumerate(items(), 1):
            written = sum(1 for annotation in item.document.annotations if annotation.category in known)
            table.add(item_row(item, item_id_of(item, count), written, *places.of(item)))
        table.close()
    return count


def _write_annotations(file: Writes, items: Items, ontology: Ontology, losses: Losses) -> None:
    by_id = {category.id: category for category in ontology.categories}
    table = TableWriter(file, ANNOTATIONS)
    for number, item in enumerate(items(), 1):
        for annotation in item.document.annotations:
            category = by_id.get(annotation.category)
            if category is None:
                losses.drop(item.name, "category", "the ontology does not have it")
                continue
            row = annotation_row(annotation, category, item, item_id_of(item, number))
            table.add(row, len(row[SHAPE_COLUMN] or ""))
            losses.keep()
    table.close()


@contextmanager
def _listed(sink: Sink, name: str, files: dict[str, Listed]) -> Generator["_Measured"]:
    with sink.open(name) as target:
        measured = _Measured(target)
        yield measured
    files[name] = Listed(bytes=measured.written, sha256=measured.digest.hexdigest())


class _Measured:
    """Counts and hashes what is written to a file that may only go forward."""

    closed = False  # Arrow asks

    def __init__(self, target: IO[bytes]) -> None:
        self._target = target
        self.written = 0
        self.digest = hashlib.sha256()

    def write(self, data: bytes) -> int:
        """Hand it on."""
        self.digest.update(data)
        self.written += len(data)
        self._target.write(data)
        return len(data)
