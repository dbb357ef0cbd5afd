"""Parquet tables of classes: the same columns as in the CSV (`classes_csv.py`), typed.

Written are `labels.parquet` (image, label, split: text; width, height: whole numbers; and what people
judged of the tag: votes as JSON, unsure, measured_confidence; zstd) and `classes.parquet`, the classes in
the ontology's order; pictures lie below `images/`. Read are Parquet
tables with a column of pictures and one of classes, or of 1 and 0 (numbers or yes and no) for each class;
a column of lists holds several classes. pandas, Polars and DuckDB read the tables as they lie.
"""

from collections.abc import Mapping
from itertools import islice
from typing import Any

import msgspec

from labelwright.core.document import Annotation
from labelwright.core.errors import UnreadableLabels
from labelwright.core.ontology import Ontology
from labelwright.formats.beside import Beside, below_images
from labelwright.formats.class_columns import Gathering, Roles, roles_of
from labelwright.formats.classes_csv import tags_of
from labelwright.formats.folder import Sink, Source
from labelwright.formats.format import Format, Items, Limits, Reading
from labelwright.formats.judged import CONFIDENCE, FIELDS, UNSURE, VOTES, category_names, judged
from labelwright.formats.parquet import Column, TableWriter
from labelwright.formats.parquet_tables import ParquetTable, as_text, is_parquet, tables_of
from labelwright.formats.pictures import Pictures
from labelwright.formats.report import Losses

FILE, CLASSES = "labels.parquet", "classes.parquet"
SAMPLED = 50
COLUMNS = (
    Column("image", "text", "The picture, below this folder."),
    Column("label", "text", "A class of the picture; empty if it has none.", repeats=True),
    Column("split", "text", "train, val or test.", repeats=True),
    Column("width", "whole", "Pixels."),
    Column("height", "whole", "Pixels."),
    Column(VOTES, "text", "JSON list of {annotator, answer}: who answered what, if several people did."),
    Column(UNSURE, "text", "Why somebody could not tell.", repeats=True),
    Column(CONFIDENCE, "number", "Probability that the class is right, as measured."),
)


class ClassesParquet(Format):
    """Parquet tables of classes."""

    name = "classes-parquet"
    title = "Parquet of classes"
    keeps = frozenset({"tag"})
    about = "The CSV of classes as a Parquet table, for pandas, Polars and DuckDB. Tags only."
    limits = Limits()
    made_for = ("pandas", "Polars", "DuckDB", "Spark")

    def recognize(self, source: Source) -> str | None:
        """Parquet tables, whatever their columns are: these are at their ends and not looked at."""
        found = [name for name in tables_of(source) if is_parquet(source.start(name, 4))]
        return f"{found[0]} is a Parquet table" if found else None

    def read(self, source: Source) -> Reading:
        """Every table of classes."""
        names = tables_of(source)
        reading = Reading(_listed(source, names), iter(()))
        gathering = Gathering(reading, Pictures(source))
        left: list[str] = []
        for name in names:
            table = ParquetTable(source, name)
            columns = [column for column, kind in table.types.items() if _is_plain(kind)]
            sample = [_texts(row) for row in islice(table.rows(columns), SAMPLED)]
            roles = roles_of(columns, sample)
            if roles is None:
                left.append(name)
                continue
            rows = ((f"row {number}", _texts(row)) for number, row in enumerate(table.rows(columns), 1))
            gathering.add(
                name, columns, _several(roles, columns, table), rows, judged=set(FIELDS) <= {*columns}
            )
        if len(left) == len(names):
            reason = "no Parquet table has a column of pictures and one of classes"
            raise UnreadableLabels(source.name, "", reason)
        others = [name for name in left if name != CLASSES]
        if others:
            reading.notes.append(f"Not read, for they hold no classes of pictures: {', '.join(others[:20])}.")
        reading.items = gathering.items()
        return reading

    def write(self, items: Items, ontology: Ontology, sink: Sink) -> Losses:
        """Write both tables, and the pictures below `images/`."""
        losses = Losses()
        beside = Beside(items, losses, below_images)
        with sink.open(FILE) as file:
            table, names = TableWriter(file, COLUMNS), category_names(ontology)
            for item, path, tag in tags_of(beside, ontology, losses, judged=True):
                word = None if tag is None else tag.category
                head = (path, word, item.split, item.width or None, item.height or None)
                votes, *said = _judged(tag, names)
                table.add((*head, votes, *said), len(path) + len(votes or ""))
            table.close()
        with sink.open(CLASSES) as file:
            classes = TableWriter(file, (Column("class", "text", "The classes in their order."),))
            for category in ontology.categories:
                classes.add((category.name,))
            classes.close()
        beside.copy(sink)
        return losses


def _judged(tag: Annotation | None, names: Mapping[str, str]) -> tuple[str | None, str | None, float | None]:
    said = {} if tag is None else judged(tag, names)
    votes = msgspec.json.encode(said[VOTES]).decode() if VOTES in said else None
    return votes, said.get(UNSURE), said.get(CONFIDENCE)


def _listed(source: Source, names: list[str]) -> list[str]:
    """The classes in the order that an export has left."""
    if CLASSES not in names:
        return []
    table = ParquetTable(source, CLASSES)
    if table.types != {"class": "string"}:
        return []
    return [word for (word,) in table.rows(["class"]) if isinstance(word, str) and word]


def _is_plain(kind: str) -> bool:
    """Whether a column holds texts, numbers, yes and no, or lists of texts."""
    words = ("string", "large_string", "int", "uint", "bool", "float", "double", "dictionary<values=string")
    return kind.startswith((*words, "list<", "large_list<", "struct<bytes"))


def _several(roles: Roles, columns: list[str], table: ParquetTable) -> Roles:
    """The same, but a column of lists holds several classes whatever it is called."""
    is_list = roles.label is not None and "list<" in table.types[columns[roles.label]]
    return roles._replace(several=True) if is_list else roles


def _texts(row: tuple[Any, ...]) -> list[str]:
    return [_text(value) for value in row]


def _text(value: Any) -> str:  # noqa: ANN401  # whatever a cell may hold
    if isinstance(value, list):
        return msgspec.json.encode([as_text(entry) for entry in value]).decode()  # pyright: ignore[reportUnknownVariableType]
    return as_text(value)
