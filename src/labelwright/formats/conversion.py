"""From one format to another, without a project."""

from dataclasses import replace
from itertools import count
from pathlib import Path

import msgspec

from labelwright.core.document import Annotation, Document, Relation
from labelwright.core.ontology import PALETTE, SHAPE_KINDS, AttributeSpec, Category, Ontology
from labelwright.core.shapes import Skeleton
from labelwright.formats.figures import numbered, template_of
from labelwright.formats.folder import FolderSink, ZipSink, source_of
from labelwright.formats.format import Format, LabeledItem, Reading, WouldDrop, attributes_by_id
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
    ontology, items = _with_ontology(reading, items)
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


def _with_ontology(reading: Reading, items: list[LabeledItem]) -> tuple[Ontology, list[LabeledItem]]:
    """An ontology of what the files say of their categories, and the items with its ids."""
    specs: dict[str, dict[str, AttributeSpec]] = {name: {} for name in reading.categories}
    longest: dict[str, int] = {}
    for item in items:
        for annotation in item.document.annotations:
            name = annotation.category
            for key in annotation.attributes:
                specs[name].setdefault(key, AttributeSpec(id=key, name=key, kind="text"))
            if isinstance(annotation.shape, Skeleton):
                longest[name] = max(longest.get(name, 0), len(annotation.shape.keypoints))
    taken = {category.id for category in reading.definitions.values()}
    made = {
        name: _category(name, index, reading, tuple(specs[name].values()), longest.get(name, 0), taken)
        for index, name in enumerate(reading.categories)
    }
    ontology = Ontology(categories=tuple(made.values()), relations=reading.relations)
    return ontology, [_with_ids(item, made, ontology) for item in items]


def _category(
    name: str,
    index: int,
    reading: Reading,
    specs: tuple[AttributeSpec, ...],
    keypoints: int,
    taken: set[str],
) -> Category:
    known = reading.definitions.get(name)
    if known is not None and reading.is_own:
        return known
    template = known.skeleton if known else template_of(numbered(keypoints)) if keypoints else None
    shapes = SHAPE_KINDS if template else tuple(kind for kind in SHAPE_KINDS if kind != "skeleton")
    chosen = next(text for n in count(index) if (text := f"c{n}") not in taken)
    taken.add(chosen)
    return Category(
        id=chosen,
        name=name,
        color=PALETTE[index % len(PALETTE)],
        shapes=shapes,
        attributes=specs,
        skeleton=template,
    )


def _with_ids(item: LabeledItem, categories: dict[str, Category], ontology: Ontology) -> LabeledItem:
    relations = {relation.name: relation.id for relation in ontology.relations}

    def renamed(annotation: Annotation) -> Annotation:
        category = categories[annotation.category]
        bonds = tuple(Relation(kind=relations.get(r.kind, r.kind), to=r.to) for r in annotation.relations)
        values = attributes_by_id(annotation.attributes, category, keep_others=True)
        return msgspec.structs.replace(annotation, category=category.id, attributes=values, relations=bonds)

    return replace(item, document=Document(annotations=tuple(map(renamed, item.document.annotations))))
