"""Categories that an import of labels adds to the ontology, and takes away again when it is undone.

What will be added is written down beside the import's other entries before it is added, so that an
import that is killed in between, or tried again, still knows its own.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, delete, insert, select

from labelwright.core.ontology import PALETTE, Category, Ontology, RelationSpec
from labelwright.core.rules import others_of
from labelwright.core.shapes import Skeleton
from labelwright.formats.figures import numbered, template_of
from labelwright.formats.format import LabeledItem, Reading
from labelwright.services.access import Actor, project_for
from labelwright.services.context import Context
from labelwright.services.ontologies import Ontologies, annotation_counts, read_ontology
from labelwright.storage.schema import import_entries

ENTRY, OUTCOME = "categories", "categories"
SHAPES = ("box", "polygon", "mask")


@dataclass(frozen=True)
class Missing:
    """What a file has and an ontology lacks: categories as the file describes them, and relations."""

    categories: tuple[Category, ...] = ()
    relations: tuple[RelationSpec, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.categories or self.relations)

    def on(self, ontology: Ontology) -> Ontology:
        """The ontology with these behind its own."""
        return msgspec.structs.replace(
            ontology,
            categories=(*ontology.categories, *self.categories),
            relations=(*ontology.relations, *self.relations),
        )


def missing(
    ontology: Ontology, names: Sequence[str], reading: Reading, labeled: Iterable[LabeledItem]
) -> Missing:
    """Categories of these names and the file's relations, under ids that were never used."""
    known = {category.id for category in ontology.categories} | set(ontology.retired)
    shortcuts = {category.shortcut for category in ontology.categories}
    place, kinds = len(ontology.categories), _kinds(labeled, set(names))
    made: list[Category] = []
    for index, name in enumerate(names):
        color = PALETTE[(place + index) % len(PALETTE)]
        described = reading.definitions.get(name)
        category = _described(described, kinds[name], color, own=reading.is_own) or _plain(
            name, kinds[name], color
        )
        if category.shortcut in shortcuts:
            category = msgspec.structs.replace(category, shortcut=None)
        shortcuts.add(category.shortcut)
        chosen = category.id if reading.is_own and category.id not in known else _unused(name, known)
        known.add(chosen)
        made.append(msgspec.structs.replace(category, id=chosen))
    return Missing(tuple(made), _relations(ontology, reading))


def _kinds(labeled: Iterable[LabeledItem], names: set[str]) -> dict[str, dict[str, int]]:
    """The kinds of shapes that the annotations of each category have; of skeletons the most keypoints."""
    found: dict[str, dict[str, int]] = {name: {} for name in names}
    for entry in labeled:
        for annotation in entry.document.annotations if names else ():
            kinds = found.get(annotation.category)
            if kinds is not None:
                is_turned = entry.turned_boxes and annotation.kind == "polygon"
                size = len(annotation.shape.keypoints) if isinstance(annotation.shape, Skeleton) else 0
                kind = "rotated_box" if is_turned else annotation.kind
                kinds[kind] = max(size, kinds.get(kind, 0))
    return found


def _described(given: Category | None, kinds: Mapping[str, int], color: str, *, own: bool) -> Category | None:
    if given is None or own:
        return given
    shapes = tuple(dict.fromkeys((*given.shapes, *kinds)))
    return msgspec.structs.replace(given, shapes=shapes, color=color)


def _plain(name: str, kinds: Mapping[str, int], color: str) -> Category:
    count = kinds.get("skeleton", 0)
    template = template_of(numbered(count)) if count else None
    shapes = tuple(dict.fromkeys((*SHAPES, *kinds)))
    return Category(id=name, name=name, color=color, shapes=shapes, skeleton=template)


def _relations(ontology: Ontology, reading: Reading) -> tuple[RelationSpec, ...]:
    names = {relation.name for relation in ontology.relations}
    taken = {relation.id for relation in ontology.relations}
    made: list[RelationSpec] = []
    for relation in reading.relations:
        if relation.name in names:
            continue
        chosen = relation.id if relation.id not in taken else _unused(relation.name, taken)
        taken.add(chosen)
        made.append(msgspec.structs.replace(relation, id=chosen))
    return tuple(made)


def add(
    context: Context, row: Row[Any], actor: Actor, version: int, ontology: Ontology, wanted: Missing
) -> Ontology:
    """Save the ontology with what it lacks; the import remembers the categories.

    Relations stay when the import is undone: somebody may have drawn some since.
    """
    after = wanted.on(ontology)
    ids = {category.id: category.name for category in wanted.categories}

    def note(tx: Connection) -> None:
        known = {**_noted(tx, row.id), **ids}
        tx.execute(
            delete(import_entries).where(import_entries.c.import_id == row.id, import_entries.c.name == ENTRY)
        )
        entry = {"import_id": row.id, "name": ENTRY, "outcome": OUTCOME, "detail": {"ids": known}}
        tx.execute(insert(import_entries).values(**entry))

    context.database.write(note)
    saved = Ontologies(context).save(
        actor, row.project_id, base=version, categories=after.categories, relations=after.relations
    )
    return saved.ontology


def added(context: Context, import_id: str) -> list[str]:
    """The names of the categories that an import has added."""
    return list(context.database.read(lambda tx: _noted(tx, import_id)).values())


def remove(context: Context, row: Row[Any], actor: Actor) -> list[str]:
    """Take away the categories that the import added and nothing uses any more; gives their names.

    One that a label rule names stays.
    """

    def look(tx: Connection) -> tuple[int, Ontology, set[str]]:
        project = project_for(tx, actor, row.project_id, "project.import")
        ontology = read_ontology(context, tx, project.id, project.ontology_version)
        used = {name for name, count in annotation_counts(tx, project.id, ontology).items() if count}
        used |= {name for rule in ontology.rules for name in (*rule.categories, *others_of(rule))}
        return project.ontology_version, ontology, _noted(tx, row.id).keys() - used

    version, ontology, unused = context.database.read(look)
    going = [category.name for category in ontology.categories if category.id in unused]
    if going:
        kept = [category for category in ontology.categories if category.id not in unused]
        Ontologies(context).save(actor, row.project_id, base=version, categories=kept)
    return going


def _noted(tx: Connection, import_id: str) -> dict[str, str]:
    chosen = select(import_entries.c.detail).where(
        import_entries.c.import_id == import_id, import_entries.c.name == ENTRY
    )
    detail = tx.execute(chosen).scalar()
    return dict(detail["ids"]) if detail else {}


def _unused(name: str, known: set[str]) -> str:
    base = "".join(c if c.isalnum() else "-" for c in name.casefold()).strip("-")[:60] or "category"
    chosen, number = base, 2
    while chosen in known:
        chosen, number = f"{base}-{number}", number + 1
    return chosen
