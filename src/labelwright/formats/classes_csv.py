"""CSV of classes: a row for each class of a picture.

Written is `labels.csv` with the columns image, label, split, width and height: a row for each tag, a row
with an empty label for a picture without one; pictures lie below `images/`, and `classes.csv` lists the
classes in the ontology's order. Texts that a spreadsheet would run as formulas are guarded (`tables.py`).
Read are tables of any such columns, also with a column of 1 and 0 for each class, in one file or one for
each folder of a split (`class_columns.py`). Only tags are written.
Layout: Kaggle's tables of classes, Roboflow's multi-label classification CSV (`_classes.csv`), fastai's.
"""

from collections.abc import Iterator
from pathlib import PurePosixPath

import msgspec

from labelwright.core.document import Annotation
from labelwright.core.errors import UnreadableLabels
from labelwright.core.ontology import Ontology
from labelwright.formats.beside import Beside, below_images
from labelwright.formats.class_columns import HEADER, Gathering, roles_of
from labelwright.formats.folder import Sink, Source
from labelwright.formats.format import Format, Items, LabeledItem, Limits, Reading
from labelwright.formats.judged import category_names
from labelwright.formats.pictures import Pictures, is_picture
from labelwright.formats.report import Losses
from labelwright.formats.tables import Table, header_of, row, sample_of, tables_of
from labelwright.formats.tags import only_tags

FILE = "labels.csv"
CLASSES = "classes.csv"


class ClassesCsv(Format):
    """CSV tables of classes."""

    name = "classes-csv"
    title = "CSV of classes"
    keeps = frozenset({"tag"})
    about = "A table with a row for each class of a picture, or a column for each class. Tags only."
    limits = Limits()
    made_for = ("Kaggle", "Roboflow classification", "one-hot", "pandas", "fastai", "Excel")

    def recognize(self, source: Source) -> str | None:
        """A table with a column of pictures and one of classes, or columns of 1 and 0."""
        stems = {PurePosixPath(name).stem for name in source.names() if is_picture(name)}
        for name in tables_of(source):
            header, sample = header_of(source, name), sample_of(source, name)
            roles = roles_of(header, sample)
            if roles is None or (roles.label is None and len(roles.flags) * 2 <= len(header)):
                continue
            pictures = [cells[roles.picture] for cells in sample]
            if any(is_picture(cell) or PurePosixPath(cell).name in stems for cell in pictures):
                if roles.label is None:
                    return f"{name} has a row for each picture and {len(roles.flags)} columns of 1 and 0"
                return f"{name} has columns “{header[roles.picture]}” and “{header[roles.label]}”"
        return None

    def read(self, source: Source) -> Reading:
        """Every table of classes."""
        reading = Reading(classes_of(source), iter(()))
        names = [name for name in tables_of(source) if name != CLASSES]
        tables = {name: roles_of(header_of(source, name), sample_of(source, name)) for name in names}
        fitting = {name: roles for name, roles in tables.items() if roles is not None}
        if not fitting:
            raise UnreadableLabels(
                source.name, "", "there is no CSV with a column of pictures and one of classes"
            )
        gathering = Gathering(reading, Pictures(source))
        for name, roles in fitting.items():
            table = Table(source, name, reading.faults)
            rows = ((f"line {line}", cells) for line, cells in table.rows())
            gathering.add(name, table.header, roles, rows)
        left = [name for name in names if name not in fitting]
        if left:
            reading.notes.append(
                f"Not read, because they hold no classes of pictures: {', '.join(left[:20])}."
            )
        reading.items = gathering.items()
        return reading

    def write(self, items: Items, ontology: Ontology, sink: Sink) -> Losses:
        """Write `labels.csv`, `classes.csv` and the pictures below `images/`."""
        losses = Losses()
        beside = Beside(items, losses, below_images)
        sink.lines(FILE, _lines(beside, ontology, losses))
        write_classes(ontology, sink)
        beside.copy(sink)
        return losses


def _lines(beside: Beside, ontology: Ontology, losses: Losses) -> Iterator[str]:
    yield row(HEADER)
    for cells in written_rows(beside, ontology, losses):
        yield row(cells)


def written_rows(
    beside: Beside, ontology: Ontology, losses: Losses
) -> Iterator[tuple[str, str | None, str | None, int | None, int | None]]:
    """A row for each tag, and one for each item that has none."""
    for item, path, tag in tags_of(beside, ontology, losses):
        word = None if tag is None else tag.category
        yield path, word, item.split, item.width or None, item.height or None


def tags_of(
    beside: Beside, ontology: Ontology, losses: Losses, *, judged: bool = False
) -> Iterator[tuple[LabeledItem, str, Annotation | None]]:
    """Each item, its path and each of its tags, the category by name; once without one if it has none."""
    words = category_names(ontology)
    for item, path in beside.named():
        for tag in only_tags(item, words, losses, judged=judged) or [None]:
            named = None if tag is None else msgspec.structs.replace(tag, category=words[tag.category])
            yield item, path, named


def write_classes(ontology: Ontology, sink: Sink) -> None:
    """The list of the classes in the ontology's order; as a table it can hold any name."""
    sink.lines(CLASSES, [row(["class"]), *(row([category.name]) for category in ontology.categories)])


def classes_of(source: Source, name: str = CLASSES) -> list[str]:
    """The classes in the order that an export has left."""
    if name not in source.names() or header_of(source, name) != ["class"]:
        return []
    return [cells[0] for _, cells in Table(source, name, []).rows()]
