"""Labelwright's own format: tables that lose nothing and that data tools open as they are.

`ontology.json` has the categories with their attributes, skeletons and relations; `items.parquet` a row
for each item and `annotations.parquet` one for each annotation, in the order of the items. Pictures, if
they come along, lie under `images/`, and their SHA-256 stands in the row of their item. `manifest.json`
has the version of the format, what there is of everything, and the SHA-256 of the three files: whoever
trusts the manifest can check all the rest. Reading refuses files that are not the ones in the manifest.

Both tables are written and read a row group at a time, so that a million annotations take no more memory
than twenty thousand. How it is read is in `labelwright_reading.py`.
"""

import hashlib
import shutil
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

import msgspec

from labelwright.core.document import Annotation
from labelwright.core.ontology import SHAPE_KINDS, Ontology
from labelwright.formats import labelwright_reading
from labelwright.formats.folder import Sink, Source
from labelwright.formats.format import Format, Items, LabeledItem, Reading
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
from labelwright.formats.parquet import TableWriter
from labelwright.formats.report import Losses

SHAPE_COLUMN = next(place for place, column in enumerate(ANNOTATIONS) if column.name == "shape")


class Labelwright(Format):
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
        """Write the pictures, then the tables, the ontology, and the manifest last."""
        losses, files = Losses(), dict[str, Listed]()
        with ExitStack() as open_files:
            tables = _Tables(open_files, ontology, losses)
            for item in items():
                tables.add(item, sink)
            tables.close()
            for name, file in tables.files.items():
                with _listed(sink, name, files) as target:
                    file.seek(0)
                    shutil.copyfileobj(file, target, 1 << 20)
        with _listed(sink, ONTOLOGY_FILE, files) as target:
            target.write(msgspec.json.format(msgspec.json.encode(ontology)) + b"\n")
        counts = Counts(
            items=tables.count,
            annotations=losses.kept,
            categories=len(ontology.categories),
            pictures=tables.pictures,
        )
        manifest = Manifest(format=NAME, version=VERSION, counts=counts, files=files)
        with sink.open(MANIFEST_FILE) as file:
            file.write(msgspec.json.format(msgspec.json.encode(manifest)) + b"\n")
        return losses


class _Tables:
    """Writes both tables in one go. They wait in temporary files: a zip takes one file after the other."""

    def __init__(self, open_files: ExitStack, ontology: Ontology, losses: Losses) -> None:
        self.files: dict[str, IO[bytes]] = {
            name: open_files.enter_context(TemporaryFile())  # noqa: SIM115  # it is closed with the others
            for name in (ITEMS_FILE, ANNOTATIONS_FILE)
        }
        self._items = TableWriter(self.files[ITEMS_FILE], ITEMS)
        self._annotations = TableWriter(self.files[ANNOTATIONS_FILE], ANNOTATIONS)
        self._categories = {category.id: category for category in ontology.categories}
        self._names = Names(by_stem=False)
        self._losses = losses
        self.count = self.pictures = 0

    def add(self, item: LabeledItem, sink: Sink) -> None:
        """One more item: its picture at once, its rows into the tables."""
        self.count += 1
        item_id = item.item_id or str(self.count)
        written = sum(self._annotated(annotation, item, item_id) for annotation in item.document.annotations)
        self._items.add(item_row(item, item_id, written, *self._picture(item, sink)))

    def _annotated(self, annotation: Annotation, item: LabeledItem, item_id: str) -> bool:
        category = self._categories.get(annotation.category)
        if category is None:
            self._losses.drop(item.name, "category", "the ontology does not have it")
            return False
        row = annotation_row(annotation, category, item, item_id)
        self._annotations.add(row, len(row[SHAPE_COLUMN] or ""))
        self._losses.keep()
        return True

    def _picture(self, item: LabeledItem, sink: Sink) -> tuple[str | None, str | None]:
        if item.media is None:
            return None, None
        media, name = item.media(), PICTURES + self._names.take(item.name)
        self.pictures += 1
        sink.copy(name, media)
        return name, _hash(media)

    def close(self) -> None:
        """Write what the tables still hold."""
        self._items.close()
        self._annotations.close()


def _hash(media: Path | bytes) -> str:
    if isinstance(media, bytes):
        return hashlib.sha256(media).hexdigest()
    with media.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def _listed(sink: Sink, name: str, files: dict[str, Listed]) -> Generator["_Measured"]:
    with sink.open(name) as target:
        measured = _Measured(target)
        yield measured
    files[name] = Listed(bytes=measured.written, sha256=measured.digest.hexdigest())


class _Measured:
    """Counts and hashes what is written to a file that may only go forward."""

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
