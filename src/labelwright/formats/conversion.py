"""From one format to another, without a project."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import msgspec

from labelwright.core.document import Annotation, Document
from labelwright.core.ontology import PALETTE, SHAPE_KINDS, AttributeSpec, Category, Ontology
from labelwright.formats.folder import FolderSink, ZipSink, source_of
from labelwright.formats.format import Format, LabeledItem, WouldDrop
from labelwright.formats.registry import choose, get
from labelwright.formats.report import Conversion, Losses


def convert(
    source: Path,
    destination: Path,
    *,
    to: str,
    format: str = "auto",  # noqa: A002
    drop: bool = False,
) -> Conversion:
    """Read `source` and write it as another format; gives the report.

    Raises WouldDrop if something would be left out and `drop` is not set, BadFile and
    UnreadableLabels for what cannot be read; nothing is left at the destination then.
    """
    writer = get(to)
    files = source_of(source)
    reader, reason = choose(files, format)
    reading = reader.read(files)
    items = list(reading.items)
    ontology, items = _with_ontology(reading.categories, items)
    losses = _written(writer, items, ontology, destination, drop=drop)
    return Conversion(
        read=reader.name,
        written=writer.name,
        recognized=reason,
        items=len(items),
        categories=reading.categories,
        faults=reading.faults,
        kept=losses.kept,
        converted=losses.converted,
        dropped=losses.dropped,
        examples=losses.examples,
    )


def _written(
    writer: Format, items: list[LabeledItem], ontology: Ontology, destination: Path, *, drop: bool
) -> Losses:
    def checked(losses: Losses) -> Losses:
        if losses.loses and not drop:
            raise WouldDrop(writer.title, losses)
        return losses

    if destination.suffix.lower() != ".zip":
        with FolderSink(destination) as folder:
            return checked(writer.write(lambda: items, ontology, folder))
    beside = destination.with_name(f".{destination.name}.part")
    try:
        with beside.open("wb") as target, ZipSink(target) as archive:
            losses = checked(writer.write(lambda: items, ontology, archive))
        beside.replace(destination)
    finally:
        beside.unlink(missing_ok=True)
    return losses


def _with_ontology(names: list[str], items: list[LabeledItem]) -> tuple[Ontology, list[LabeledItem]]:
    """An ontology of the names found, and the items with its ids."""
    ids = {name: f"c{index}" for index, name in enumerate(names)}
    specs: dict[str, dict[str, AttributeSpec]] = {name: {} for name in names}
    for item in items:
        for annotation in item.document.annotations:
            for key in annotation.attributes:
                specs[annotation.category].setdefault(key, AttributeSpec(id=key, name=key, kind="text"))
    categories = tuple(
        Category(
            id=ids[name],
            name=name,
            color=PALETTE[index % len(PALETTE)],
            shapes=SHAPE_KINDS,
            attributes=tuple(specs[name].values()),
        )
        for index, name in enumerate(names)
    )
    return Ontology(categories=categories), list(_renamed(items, ids))


def _renamed(items: list[LabeledItem], ids: dict[str, str]) -> Iterator[LabeledItem]:
    for item in items:
        annotations: tuple[Annotation, ...] = tuple(
            msgspec.structs.replace(annotation, category=ids[annotation.category])
            for annotation in item.document.annotations
        )
        yield replace(item, document=Document(annotations=annotations))
