"""Categories that an import of labels adds to the ontology, and takes away again when it is undone.

What will be added is written down beside the import's other entries before it is added, so that an
import that is killed in between, or tried again, still knows its own.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select

from labelwright.core.ontology import PALETTE, Category, Ontology
from labelwright.services.access import Actor, project_for
from labelwright.services.context import Context
from labelwright.services.ontologies import Ontologies, annotation_counts, read_ontology
from labelwright.storage.schema import import_entries

ENTRY, OUTCOME = "categories", "categories"
SHAPES = ("box", "polygon", "mask")


def with_new(ontology: Ontology, names: Sequence[str]) -> tuple[Category, ...]:
    """The categories with new ones of these names behind them, under ids that were never used."""
    known = {category.id for category in ontology.categories} | set(ontology.retired)
    place = len(ontology.categories)
    made = [_category(name, place + index, known) for index, name in enumerate(names)]
    return (*ontology.categories, *made)


def add(
    context: Context, row: Row[Any], actor: Actor, version: int, ontology: Ontology, names: Sequence[str]
) -> Ontology:
    """Save the ontology with categories of these names; the import remembers them."""
    categories = with_new(ontology, names)
    ids = {category.id: category.name for category in categories[len(ontology.categories) :]}

    def note(tx: Connection) -> None:
        known = {**_noted(tx, row.id), **ids}
        tx.execute(
            delete(import_entries).where(import_entries.c.import_id == row.id, import_entries.c.name == ENTRY)
        )
        entry = {"import_id": row.id, "name": ENTRY, "outcome": OUTCOME, "detail": {"ids": known}}
        tx.execute(insert(import_entries).values(**entry))

    context.database.write(note)
    saved = Ontologies(context).save(actor, row.project_id, base=version, categories=categories)
    return saved.ontology


def added(context: Context, import_id: str) -> list[str]:
    """The names of the categories that an import has added."""
    return list(context.database.read(lambda tx: _noted(tx, import_id)).values())


def remove(context: Context, row: Row[Any], actor: Actor) -> list[str]:
    """Take away the categories that the import added and nothing uses any more; gives their names."""

    def look(tx: Connection) -> tuple[int, Ontology, set[str]]:
        project = project_for(tx, actor, row.project_id, "project.import")
        ontology = read_ontology(context, tx, project.id, project.ontology_version)
        used = {name for name, count in annotation_counts(tx, project.id, ontology).items() if count}
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


def _category(name: str, index: int, known: set[str]) -> Category:
    base = "".join(c if c.isalnum() else "-" for c in name.casefold()).strip("-")[:60] or "category"
    chosen, number = base, 2
    while chosen in known:
        chosen, number = f"{base}-{number}", number + 1
    known.add(chosen)
    return Category(id=chosen, name=name, color=PALETTE[index % len(PALETTE)], shapes=SHAPES)
