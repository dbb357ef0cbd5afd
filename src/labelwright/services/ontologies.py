"""A project's ontology and its versions: preview an edit, save it, undo it."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, insert, or_, select, update

from labelwright.core import ontology_yaml
from labelwright.core.errors import StaleVersion, WrongState
from labelwright.core.ontology import Category, Ontology, OntologyChange, RelationSpec, succeed
from labelwright.core.rules import Rule
from labelwright.services.access import Actor, project_for
from labelwright.services.audit import record
from labelwright.services.context import Context
from labelwright.services.events import announce
from labelwright.storage.schema import documents, items, ontologies, projects

MOST_CACHED = 500


class OntologyView(msgspec.Struct, frozen=True, kw_only=True):
    """The current ontology; `counts` holds annotations by category id."""

    version: int
    ontology: Ontology
    counts: dict[str, int]


class OntologySaved(msgspec.Struct, frozen=True, kw_only=True):
    """What an edit did, or would do."""

    version: int
    change: OntologyChange
    ontology: Ontology


class OntologyVersion(msgspec.Struct, frozen=True, kw_only=True):
    """One entry of the history."""

    version: int
    change: OntologyChange
    undoes: int | None
    created_by: str
    created_at: str


class Ontologies:
    """The service of ontologies."""

    def __init__(self, context: Context) -> None:
        self.context = context

    def get(self, actor: Actor, project_id: str) -> OntologyView:
        """The current ontology with its annotation counts."""

        def work(tx: Connection) -> OntologyView:
            project = project_for(tx, actor, project_id, "project.read")
            ontology = read_ontology(self.context, tx, project_id, project.ontology_version)
            counts = annotation_counts(tx, project_id, ontology)
            return OntologyView(version=project.ontology_version, ontology=ontology, counts=counts)

        return self.context.database.read(work)

    def yaml(self, actor: Actor, project_id: str) -> str:
        """The current ontology as YAML."""
        return ontology_yaml.write(self.get(actor, project_id).ontology)

    def save(
        self,
        actor: Actor,
        project_id: str,
        *,
        base: int,
        categories: Iterable[Category],
        merges: Mapping[str, str] | None = None,
        relations: Iterable[RelationSpec] | None = None,
        rules: Iterable[Rule] | None = None,
        dry_run: bool = False,
    ) -> OntologySaved:
        """Replace the categories; with `dry_run` only say what that would touch.

        `relations` and `rules` stay as they are where none are given.

        Raises StaleVersion if `base` is not the current version, InvalidOntology.
        """

        def work(tx: Connection) -> OntologySaved:
            project = project_for(tx, actor, project_id, "project.manage")
            before = self._current(tx, project, base)
            after, change = succeed(before, categories, dict(merges or {}), relations, rules)
            change = _with_counts(tx, project_id, before, change)
            if dry_run:
                return OntologySaved(version=base, change=change, ontology=after)
            return self._append(tx, actor, project, after, change, undoes=None)

        if dry_run:
            return self.context.database.read(work)
        return self.context.database.write(work)

    def save_yaml(
        self, actor: Actor, project_id: str, text: str, *, base: int | None = None, dry_run: bool = False
    ) -> OntologySaved:
        """`save` from a YAML file; categories are known by id, else by name."""
        current = self.get(actor, project_id)
        wanted = ontology_yaml.read(text, current.ontology)
        return self.save(
            actor,
            project_id,
            base=base or current.version,
            categories=wanted.categories,
            relations=wanted.relations,
            rules=wanted.rules,
            dry_run=dry_run,
        )

    def undo(self, actor: Actor, project_id: str, *, base: int) -> OntologySaved:
        """Take back the newest change that still stands; every annotation it hid comes back.

        Raises StaleVersion, or WrongState when nothing is left to undo.
        """

        def work(tx: Connection) -> OntologySaved:
            project = project_for(tx, actor, project_id, "project.manage")
            now = self._current(tx, project, base)
            target = _undoable(tx, project_id)
            previous = read_ontology(self.context, tx, project_id, target - 1)
            kept = {entry.id for entry in previous.categories}
            gone: dict[str, str | None] = {e.id: None for e in now.categories if e.id not in kept}
            after = msgspec.structs.replace(previous, retired={**previous.retired, **gone})
            change = OntologyChange(deleted=tuple(gone))
            change = _with_counts(tx, project_id, now, change)
            return self._append(tx, actor, project, after, change, undoes=target)

        return self.context.database.write(work)

    def versions(self, actor: Actor, project_id: str) -> list[OntologyVersion]:
        """Every version, newest first."""

        def work(tx: Connection) -> list[OntologyVersion]:
            project_for(tx, actor, project_id, "project.read")
            rows = tx.execute(
                select(ontologies)
                .where(ontologies.c.project_id == project_id)
                .order_by(ontologies.c.version.desc())
            )
            return [
                OntologyVersion(
                    version=row.version,
                    change=msgspec.convert(row.change, OntologyChange),
                    undoes=row.undoes,
                    created_by=row.created_by,
                    created_at=row.created_at,
                )
                for row in rows
            ]

        return self.context.database.read(work)

    def _current(self, tx: Connection, project: Row[Any], base: int) -> Ontology:
        if project.ontology_version != base:
            raise StaleVersion("ontology", base, project.ontology_version)
        return read_ontology(self.context, tx, project.id, base)

    def _append(
        self,
        tx: Connection,
        actor: Actor,
        project: Row[Any],
        ontology: Ontology,
        change: OntologyChange,
        undoes: int | None,
    ) -> OntologySaved:
        base, version, now = project.ontology_version, project.ontology_version + 1, self.context.now()
        saved = tx.execute(
            update(projects)
            .where(projects.c.id == project.id, projects.c.ontology_version == base)
            .values(ontology_version=version, updated_at=now)
        )
        if saved.rowcount != 1:
            raise StaleVersion("ontology", base, version)
        tx.execute(
            insert(ontologies).values(
                project_id=project.id,
                version=version,
                ontology=msgspec.to_builtins(ontology),
                change=msgspec.to_builtins(change),
                undoes=undoes,
                created_by=actor.id,
                created_at=now,
            )
        )
        detail = {"version": version, "undoes": undoes}
        record(tx, self.context, actor.id, "ontology.changed", project.id, detail)
        announce(tx, self.context, project.id, "ontology.changed", project.id, {"version": version})
        return OntologySaved(version=version, change=change, ontology=ontology)


def read_ontology(context: Context, tx: Connection, project_id: str, version: int) -> Ontology:
    """One version of an ontology; versions never change, so they are kept in memory."""
    key = (project_id, version)
    known = context.ontologies.get(key)
    if known is None:
        raw = tx.execute(
            select(ontologies.c.ontology).where(
                ontologies.c.project_id == project_id, ontologies.c.version == version
            )
        ).scalar_one()
        known = msgspec.convert(raw, Ontology)
        if len(context.ontologies) >= MOST_CACHED:
            context.ontologies.clear()
        context.ontologies[key] = known
    return known


def annotation_counts(tx: Connection, project_id: str, ontology: Ontology) -> dict[str, int]:
    """Annotations by living category: what counts for each item, and predictions and references."""
    rows = tx.execute(
        select(documents.c.categories)
        .join(items, items.c.id == documents.c.item_id)
        .where(
            documents.c.project_id == project_id,
            or_(
                documents.c.kind.in_(("prediction", "reference")),
                documents.c.id == items.c.document_id,
            ),
        )
    )
    counts: Counter[str] = Counter()
    for (categories,) in rows:
        for category_id, count in categories.items():
            current = ontology.current_id(category_id)
            if current is not None:
                counts[current] += count
    return dict(counts)


def _with_counts(tx: Connection, project_id: str, before: Ontology, change: OntologyChange) -> OntologyChange:
    touched = {*change.renamed, *change.recolored, *change.edited, *change.deleted, *change.merged}
    counts = annotation_counts(tx, project_id, before)
    return msgspec.structs.replace(
        change, touched={category: counts.get(category, 0) for category in sorted(touched)}
    )


def _undoable(tx: Connection, project_id: str) -> int:
    rows = tx.execute(
        select(ontologies.c.version, ontologies.c.undoes).where(ontologies.c.project_id == project_id)
    ).all()
    undone = {row.undoes for row in rows}
    standing = [r.version for r in rows if r.undoes is None and r.version not in undone and r.version > 1]
    if not standing:
        raise WrongState("There is no change of the ontology left to undo.")
    return max(standing)
