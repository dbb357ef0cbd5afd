"""Datumaro's binary files: `annotations/SPLIT.datum` for each split, pictures under `images/SPLIT/`.

They say what Datumaro's JSON says (`datumaro.py`, `datumaro_records.py`) in fewer bytes, described in
`datumaro_packing.py`. Coordinates are floats of 32 bits: up to 32,768 pixels from the corner they are off by
0.002 pixels at most. Encrypted files, which Datumaro too reads no more, are refused.
The layout: version 1.0 of Datumaro's binary format, as its package reads and writes it.
"""

from collections.abc import Iterator
from tempfile import SpooledTemporaryFile
from typing import IO

import msgspec

from labelwright.core.errors import LabelwrightError, UnreadableLabels
from labelwright.core.ontology import Ontology
from labelwright.formats import datumaro_packing as packing
from labelwright.formats.datumaro import (
    FOLDER,
    IMAGE,
    ItemRecord,
    copy_pictures,
    item_of,
    records,
    subsets,
)
from labelwright.formats.datumaro_packing import Packed
from labelwright.formats.datumaro_records import KINDS, Words, categories_of
from labelwright.formats.extras import Bonds, Extra, specs_of
from labelwright.formats.folder import Sink, Source
from labelwright.formats.format import Format, Items, LabeledItem, Limits, Reading
from labelwright.formats.json_reading import LONGEST_REASON
from labelwright.formats.pictures import Pictures
from labelwright.formats.report import Fault, Losses

ENDING = ".datum"
BLOB = 2**20  # bytes, after which a blob ends
IN_MEMORY = 64 * 2**20
ENCRYPTED = "it is encrypted; export it again without encryption"
BROKEN = (ValueError, TypeError, msgspec.DecodeError, RecursionError)


class DatumaroBinary(Format):
    """Datumaro's binary files."""

    name = "datumaro-binary"
    title = "Datumaro (binary)"
    keeps = frozenset(KINDS)
    about = "One .datum file a split. What Datumaro's JSON holds, in fewer bytes; coordinates of 32 bits."
    limits = Limits(precision=0.002)
    made_for = ("Datumaro", "OpenVINO", "Geti", "datum", "Intel")

    def recognize(self, source: Source) -> str | None:
        """A .datum file with Datumaro's signature."""
        for name in _files(source):
            if source.start(name).startswith(packing.SIGNATURE):
                return f"{name} has the signature of Datumaro's binary files"
        return None

    def read(self, source: Source) -> Reading:
        """Every file, one split after the other."""
        reading = Reading([], iter(()))
        heads: list[tuple[str, Words]] = []
        for name in _files(source):
            try:
                with source.open(name) as file:
                    infos, words = _head(file)
            except (LabelwrightError, *BROKEN) as error:
                _fault(reading, name, "", error)
                continue
            heads.append((name, words))
            reading.relations = (*reading.relations, *specs_of(infos.get("relations")))
        if not heads:
            why = reading.faults[0].reason if reading.faults else "there is no .datum file"
            raise UnreadableLabels(reading.faults[0].file if reading.faults else source.name, "", why)
        reading.relations = tuple({spec.name: spec for spec in reading.relations}.values())
        reading.categories = list(dict.fromkeys(word for _, words in heads for word in words.names))
        reading.definitions = {n: entry for _, words in heads for n, entry in words.definitions.items()}
        reading.items = _items(source, heads, reading)
        return reading

    def write(self, items: Items, ontology: Ontology, sink: Sink) -> Losses:
        """Write a file for each split, and the pictures."""
        losses = Losses()
        bonds = Bonds(ontology)
        categories = list(ontology.categories)
        head = [
            packing.SIGNATURE,
            packing.header({"dm_format_version": "1.0", "media_encryption": False}),
            packing.text(b""),
            packing.header({"relations": bonds.listed} if bonds.listed else {}),
            packing.header(categories_of(categories)),
            packing.header({"media_type": IMAGE}),
        ]
        for split in subsets(items, losses):
            with sink.open(f"{FOLDER}{split}{ENDING}") as file:
                file.writelines(head)
                made = records(items, split, categories, bonds, losses)
                _blobs(file, (packing.item(entry, split) for entry in made))
        copy_pictures(items, sink)
        return losses


def _files(source: Source) -> list[str]:
    return [name for name in source.names() if name.lower().endswith(ENDING)]


def _blobs(file: IO[bytes], items: Iterator[bytes]) -> None:
    """Write the items; the sizes of all blobs come before them, so these wait beside."""
    sizes: list[int] = []
    with SpooledTemporaryFile(max_size=IN_MEMORY) as waiting:
        blob = bytearray()
        for data in items:
            blob += data
            if len(blob) > BLOB:
                sizes.append(waiting.write(blob))
                blob = bytearray()
        if blob:
            sizes.append(waiting.write(blob))
        waiting.seek(0)
        file.write(packing.text(packing.whole(sizes)))
        for size in sizes:
            file.write(waiting.read(size))


def _taken(file: IO[bytes]) -> bytes:
    """A field with its length before it; a length beyond the file gives what there is."""
    return file.read(int.from_bytes(file.read(4), "little"))


def _head(file: IO[bytes]) -> tuple[Extra, Words]:
    """Infos and categories; then come the items. Raises ValueError and what `BROKEN` names."""
    if file.read(len(packing.SIGNATURE)) != packing.SIGNATURE:
        raise ValueError("it does not have the signature of Datumaro's binary files")
    version = Packed(_taken(file)).table().get("dm_format_version")
    if version != "1.0":
        raise ValueError(f"it has version {str(version)[:40]} of the format; 1.0 can be read")
    if _taken(file):
        raise ValueError(ENCRYPTED)
    infos, categories = Packed(_taken(file)).table(), Packed(_taken(file)).table()
    Packed(_taken(file)).table()
    words = Words()
    words.take(categories)
    return infos, words


def _items(source: Source, files: list[tuple[str, Words]], reading: Reading) -> Iterator[LabeledItem]:
    pictures = Pictures(source)
    for name, words in files:
        with source.open(name) as file:
            _head(file)
            try:
                sizes = Packed(_taken(file)).whole()
            except ValueError as error:
                _fault(reading, name, "sizes", error)
                continue
            count = 0
            for number, size in enumerate(sizes):
                blob = Packed(file.read(max(0, size)))
                for found in _of_blob(blob, name, number, reading):
                    place = f"item {count}"
                    count += 1
                    try:
                        record = msgspec.convert(found, ItemRecord)
                    except BROKEN as error:
                        _fault(reading, name, place, error)
                        continue
                    item = item_of(record, (name, place), words, pictures, reading)
                    if item is not None:
                        yield item


def _of_blob(blob: Packed, name: str, number: int, reading: Reading) -> Iterator[Extra]:
    while not blob.is_over:
        try:
            found = blob.item()
        except BROKEN as error:
            _fault(reading, name, f"blob {number}", error)
            return
        yield found


def _fault(reading: Reading, file: str, place: str, error: Exception) -> None:
    reason = error.message if isinstance(error, LabelwrightError) else str(error)
    reading.faults.append(Fault(file=file, place=place, reason=reason[:LONGEST_REASON]))
