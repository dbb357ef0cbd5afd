"""Releases: frozen, content-addressed sets of items with their accepted annotations.

An entry's hash covers the item's name, the SHA-256 of its bytes and the document as the release's
ontology reads it; the release's hash covers the ontology and every entry in order. Documents and
ontology versions never change, so a release can be read and verified at any later time.
"""

import hashlib
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, func, insert, select
from sqlalchemy.exc import IntegrityError

from labelwright.core.document import Document, decode, encode
from labelwright.core.errors import InvalidInput, NameTaken, NotFound
from labelwright.core.ontology import Ontology
from labelwright.services.access import Actor, project_for
from labelwright.services.audit import record
from labelwright.services.context import Context
from labelwright.services.events import announce
from labelwright.services.ontologies import read_ontology
from labelwright.storage.database import Database
from labelwright.storage.schema import documents, items, release_entries, releases

BATCH = 500
LONGEST_TAG = 60


class ReleaseView(msgspec.Struct, frozen=True, kw_only=True):
    """A release; `categories` counts annotations by category id."""

    id: str
    project: str
    tag: str
    number: int
    notes: str
    states: list[str]
    ontology_version: int
    brief_version: int
    items: int
    annotations: int
    categories: dict[str, int]
    sha256: str
    created_by: str
    created_at: str


class Verification(msgspec.Struct, frozen=True, kw_only=True):
    """Whether every hash of a release still holds; faults in words."""

    ok: bool
    entries: int
    faults: list[str]


@dataclass(frozen=True)
class Entry:
    """One item of a release or of the current state, with its document."""

    item: Row[Any]
    document_id: str
    document: Document


class Releases:
    """The service of releases."""

    def __init__(self, context: Context) -> None:
        self.context = context

    def create(
        self,
        actor: Actor,
        project_id: str,
        tag: str,
        *,
        notes: str = "",
        states: Collection[str] = ("done",),
    ) -> ReleaseView:
        """Freeze the items in the given states with what counts for them now.

        Raises NameTaken, InvalidInput for a bad tag or when there is nothing to release.
        """
        _check_tag(tag)
        project, ontology = self.context.database.read(
            lambda tx: self._project(tx, actor, project_id, "release.create")
        )
        rows, counts, annotations = _freeze(self.current(project_id, ontology, sorted(states)))
        if not rows:
            raise InvalidInput(
                "There is nothing to release: no item is done.",
                place="states",
                remedy="Finish some items first.",
            )
        release_hash = _release_hash(ontology, [row["sha256"] for row in rows])
        release_id = self.context.new_id()
        row = {
            "id": release_id,
            "project_id": project_id,
            "tag": tag,
            "notes": notes,
            "filter": {"states": sorted(states)},
            "ontology_version": project.ontology_version,
            "ontology": msgspec.to_builtins(ontology),
            "brief_version": project.brief_version,
            "items": len(rows),
            "annotations": annotations,
            "categories": counts,
            "sha256": release_hash,
            "created_by": actor.id,
        }

        def work(tx: Connection) -> ReleaseView:
            number = tx.execute(
                select(func.max(releases.c.number)).where(releases.c.project_id == project_id)
            ).scalar()
            values = {**row, "number": int(number or 0) + 1, "created_at": self.context.now()}
            try:
                tx.execute(insert(releases).values(**values))
            except IntegrityError:
                raise NameTaken("release", tag) from None
            tx.execute(insert(release_entries), [{**entry, "release_id": release_id} for entry in rows])
            detail = {"tag": tag, "sha256": release_hash, "items": len(rows)}
            record(tx, self.context, actor.id, "release.created", release_id, detail)
            announce(tx, self.context, project_id, "release.created", release_id, {"tag": tag})
            return _view(tx.execute(select(releases).where(releases.c.id == release_id)).one())

        return self.context.database.write(work)

    def list(self, actor: Actor, project_id: str) -> list[ReleaseView]:
        """The releases of a project, newest first."""

        def work(tx: Connection) -> list[ReleaseView]:
            project_for(tx, actor, project_id, "project.read")
            rows = tx.execute(
                select(releases).where(releases.c.project_id == project_id).order_by(releases.c.number.desc())
            )
            return [_view(row) for row in rows]

        return self.context.database.read(work)

    def get(self, actor: Actor, release_id: str) -> ReleaseView:
        """One release. Raises NotFound."""
        return self.context.database.read(lambda tx: _view(_release_for(tx, actor, release_id)))

    def find(self, actor: Actor, project_id: str, tag: str) -> ReleaseView:
        """The release of a tag. Raises NotFound."""
        for release in self.list(actor, project_id):
            if release.tag == tag:
                return release
        raise NotFound("release", tag)

    def verify(self, actor: Actor, release_id: str) -> Verification:
        """Compute every hash again and compare."""
        release = self.context.database.read(lambda tx: _release_for(tx, actor, release_id))
        ontology = msgspec.convert(release.ontology, Ontology)
        stored = _stored_hashes(self.context.database, release_id)
        faults: list[str] = []
        hashes: list[str] = []
        for entry, expected in zip(self.entries(release_id), stored, strict=False):
            actual = _entry_hash(entry.item, entry.document)
            hashes.append(actual)
            if actual != expected:
                faults.append(f"{entry.item.name}: the item or its annotations differ from the release")
        if len(hashes) != release.items:
            faults.append(f"{release.items} items were released, {len(hashes)} are there")
        if _release_hash(ontology, hashes) != release.sha256 and not faults:
            faults.append("the ontology or the order of the items differs from the release")
        return Verification(ok=not faults, entries=len(hashes), faults=faults)

    def entries(self, release_id: str) -> Iterator[Entry]:
        """The entries of a release in order, a batch in memory at a time."""
        raw = self.context.database.read(
            lambda tx: tx.execute(select(releases.c.ontology).where(releases.c.id == release_id)).scalar()
        )
        if raw is None:
            raise NotFound("release", release_id)
        ontology = msgspec.convert(raw, Ontology)
        last = -1
        while True:
            rows = self.context.database.read(lambda tx, last=last: _entry_rows(tx, release_id, last))
            for row in rows:
                yield Entry(row, row.entry_document, ontology.resolve(decode(row.body)))
            if len(rows) < BATCH:
                return
            last = rows[-1].entry_position

    def current(
        self, project_id: str, ontology: Ontology, states: Collection[str] = ("done",)
    ) -> Iterator[Entry]:
        """What counts now for the items in the given states, in order, a batch at a time."""
        last = -1
        while True:
            rows = self.context.database.read(
                lambda tx, last=last: _current_rows(tx, project_id, states, last)
            )
            for row in rows:
                yield Entry(row, row.document_id, ontology.resolve(decode(row.body)))
            if len(rows) < BATCH:
                return
            last = rows[-1].position

    def _project(
        self, tx: Connection, actor: Actor, project_id: str, right: str
    ) -> tuple[Row[Any], Ontology]:
        project = project_for(tx, actor, project_id, right)
        return project, read_ontology(self.context, tx, project_id, project.ontology_version)


def _freeze(entries: Iterator[Entry]) -> tuple[list[dict[str, Any]], dict[str, int], int]:
    rows: list[dict[str, Any]] = []
    counts: dict[str, int] = {}
    annotations = 0
    for position, entry in enumerate(entries):
        rows.append(
            {
                "position": position,
                "item_id": entry.item.id,
                "document_id": entry.document_id,
                "sha256": _entry_hash(entry.item, entry.document),
            }
        )
        annotations += len(entry.document.annotations)
        for category, count in entry.document.counts().items():
            counts[category] = counts.get(category, 0) + count
    return rows, counts, annotations


def _stored_hashes(database: Database, release_id: str) -> list[str]:
    return database.read(
        lambda tx: list(
            tx.execute(
                select(release_entries.c.sha256)
                .where(release_entries.c.release_id == release_id)
                .order_by(release_entries.c.position)
            ).scalars()
        )
    )


def _check_tag(tag: str) -> None:
    fits = 0 < len(tag) <= LONGEST_TAG and all(c.isalnum() or c in "._-" for c in tag)
    if not fits or tag.startswith((".", "-")):
        raise InvalidInput(
            f"“{tag}” is no tag.",
            place="tag",
            remedy=f"Use up to {LONGEST_TAG} letters, digits, dots, dashes and underscores.",
        )


def _release_for(tx: Connection, actor: Actor, release_id: str) -> Row[Any]:
    row = tx.execute(select(releases).where(releases.c.id == release_id)).first()
    if row is None:
        raise NotFound("release", release_id)
    try:
        project_for(tx, actor, row.project_id, "project.read")
    except NotFound:
        raise NotFound("release", release_id) from None
    return row


def _entry_rows(tx: Connection, release_id: str, last: int) -> list[Row[Any]]:
    return list(
        tx.execute(
            select(
                items,
                documents.c.body,
                release_entries.c.document_id.label("entry_document"),
                release_entries.c.position.label("entry_position"),
            )
            .join(items, items.c.id == release_entries.c.item_id)
            .join(documents, documents.c.id == release_entries.c.document_id)
            .where(release_entries.c.release_id == release_id, release_entries.c.position > last)
            .order_by(release_entries.c.position)
            .limit(BATCH)
        )
    )


def _current_rows(tx: Connection, project_id: str, states: Collection[str], last: int) -> list[Row[Any]]:
    return list(
        tx.execute(
            select(items, documents.c.body)
            .join(documents, documents.c.id == items.c.document_id)
            .where(items.c.project_id == project_id, items.c.state.in_(states), items.c.position > last)
            .order_by(items.c.position)
            .limit(BATCH)
        )
    )


def _entry_hash(item: Row[Any], document: Document) -> str:
    parts = [item.name, item.sha256, hashlib.sha256(encode(document)).hexdigest()]
    return hashlib.sha256(msgspec.json.encode(parts)).hexdigest()


def _release_hash(ontology: Ontology, entries: list[str]) -> str:
    digest = hashlib.sha256(msgspec.json.encode(ontology))
    for entry in entries:
        digest.update(entry.encode())
    return digest.hexdigest()


def _view(row: Row[Any]) -> ReleaseView:
    return ReleaseView(
        id=row.id,
        project=row.project_id,
        tag=row.tag,
        number=row.number,
        notes=row.notes,
        states=list(row.filter.get("states", [])),
        ontology_version=row.ontology_version,
        brief_version=row.brief_version,
        items=row.items,
        annotations=row.annotations,
        categories=row.categories,
        sha256=row.sha256,
        created_by=row.created_by,
        created_at=row.created_at,
    )
