"""Releases: frozen, content-addressed sets of items with their accepted annotations.

An entry's hash covers the item's name, the SHA-256 of its bytes, the document as the release's ontology
reads it, and its split; the release's hash covers the ontology, which items were asked for, how they were
split, the hash of the release it goes on from, and every entry in order. (Releases of before there were
splits, `hash_version` 1, are hashed without them and the rest.) Documents and ontology versions never
change, so a release can be read and verified at any later time.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Connection, Row, Select, func, insert, select
from sqlalchemy.exc import IntegrityError

from labelwright.core.document import Document, decode, encode
from labelwright.core.errors import InvalidInput, LabelwrightError, NameTaken, NotFound, SourceChanged
from labelwright.core.ontology import Ontology
from labelwright.services.access import Actor, project_for
from labelwright.services.audit import record
from labelwright.services.context import Context
from labelwright.services.events import announce
from labelwright.services.item_filter import EVERYTHING, ItemFilter, condition
from labelwright.services.items import picture_file
from labelwright.services.ontologies import read_ontology
from labelwright.services.release_splits import Candidate, SplitPlan, assign, check_plan, leaks
from labelwright.storage.database import Database
from labelwright.storage.schema import documents, items, release_entries, releases

BATCH = 500
LONGEST_TAG = 60
HASH_VERSION = 2
DONE = ItemFilter(states=("done",))


class ReleaseView(msgspec.Struct, frozen=True, kw_only=True):
    """A release; `categories` counts annotations by category id, `splits` items by split.

    `parent` is the id of the release that it goes on from; `leaks` the near duplicates on two sides.
    """

    id: str
    project: str
    tag: str
    number: int
    notes: str
    states: list[str]
    filter: dict[str, Any]
    parent: str | None
    plan: SplitPlan | None
    splits: dict[str, int]
    leaks: int
    ontology_version: int
    brief_version: int
    items: int
    annotations: int
    categories: dict[str, int]
    sha256: str
    created_by: str
    created_at: str


class NewRelease(msgspec.Struct, frozen=True, kw_only=True):
    """What a release is to hold; `parent` is a tag, and without one it goes on from the newest release."""

    tag: str
    notes: str = ""
    states: tuple[str, ...] = ("done",)
    filter: ItemFilter = EVERYTHING
    splits: SplitPlan = SplitPlan()
    parent: str | None = None


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
    split: str | None = None


class Releases:
    """The service of releases."""

    def __init__(self, context: Context) -> None:
        self.context = context

    def create(self, actor: Actor, project_id: str, wanted: NewRelease | str) -> ReleaseView:
        """Freeze the items that are wanted (for a tag alone: those that are done) with what counts now.

        Raises NameTaken, NotFound for a parent that there is not, InvalidInput for a bad tag, filter or plan,
        or when there is nothing to release.
        """
        wanted = NewRelease(tag=wanted) if isinstance(wanted, str) else wanted
        _check_tag(wanted.tag)
        check_plan(wanted.splits)
        project, ontology, parent = self.context.database.read(
            lambda tx: self._begin(tx, actor, project_id, wanted)
        )
        chosen = msgspec.structs.replace(wanted.filter, states=tuple(sorted(wanted.states)))
        frozen = self._freeze(project_id, ontology, chosen, wanted.splits, parent)
        if not frozen.rows:
            raise InvalidInput(
                "There is nothing to release: no item that was asked for is done.",
                place="states",
                remedy="Finish some items first, or ask for others.",
            )
        row: dict[str, Any] = {
            "id": self.context.new_id(),
            "project_id": project_id,
            "tag": wanted.tag,
            "notes": wanted.notes,
            "filter": msgspec.to_builtins(chosen),
            "hash_version": HASH_VERSION,
            "parent_id": None if parent is None else parent.id,
            "splits": {
                "plan": msgspec.to_builtins(wanted.splits),
                "items": frozen.splits,
                "leaks": frozen.leaks,
            },
            "ontology_version": project.ontology_version,
            "ontology": msgspec.to_builtins(ontology),
            "brief_version": project.brief_version,
            "items": len(frozen.rows),
            "annotations": frozen.annotations,
            "categories": frozen.counts,
            "created_by": actor.id,
        }
        beside = _beside(row["filter"], row["splits"], None if parent is None else parent.sha256)
        head = _head(HASH_VERSION, ontology, beside)
        row["sha256"] = _release_hash(head, [entry["sha256"] for entry in frozen.rows])
        return self.context.database.write(lambda tx: self._store(tx, actor, row, frozen.rows))

    def _store(
        self, tx: Connection, actor: Actor, row: dict[str, Any], entries: list[dict[str, Any]]
    ) -> ReleaseView:
        project_id, tag = row["project_id"], row["tag"]
        number = tx.execute(
            select(func.max(releases.c.number)).where(releases.c.project_id == project_id)
        ).scalar()
        values = {**row, "number": int(number or 0) + 1, "created_at": self.context.now()}
        try:
            tx.execute(insert(releases).values(**values))
        except IntegrityError:
            raise NameTaken("release", tag) from None
        tx.execute(insert(release_entries), [{**entry, "release_id": row["id"]} for entry in entries])
        detail = {"tag": tag, "sha256": row["sha256"], "items": len(entries)}
        record(tx, self.context, actor.id, "release.created", row["id"], detail)
        announce(tx, self.context, project_id, "release.created", row["id"], {"tag": tag})
        return _view(tx.execute(select(releases).where(releases.c.id == row["id"])).one())

    def _begin(
        self, tx: Connection, actor: Actor, project_id: str, wanted: NewRelease
    ) -> tuple[Row[Any], Ontology, Row[Any] | None]:
        project = project_for(tx, actor, project_id, "release.create")
        ontology = read_ontology(self.context, tx, project_id, project.ontology_version)
        known = select(releases).where(releases.c.project_id == project_id)
        if wanted.parent is None:
            return project, ontology, tx.execute(known.order_by(releases.c.number.desc()).limit(1)).first()
        parent = tx.execute(known.where(releases.c.tag == wanted.parent)).first()
        if parent is None:
            raise NotFound("release", wanted.parent)
        return project, ontology, parent

    def _freeze(
        self,
        project_id: str,
        ontology: Ontology,
        chosen: ItemFilter,
        plan: SplitPlan,
        parent: Row[Any] | None,
    ) -> "_Frozen":
        before = (
            self.context.database.read(lambda tx: _splits_of(tx, parent.id)) if parent is not None else {}
        )
        frozen = _Frozen()
        for entry in self.current(project_id, ontology, chosen):
            frozen.add(entry, before.get(entry.item.id))
        frozen.split(plan)
        return frozen

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

    def verify(self, actor: Actor, release_id: str, *, deep: bool = False) -> Verification:
        """Compute every hash again and compare; with `deep` also those of the pictures' own bytes."""
        release = self.context.database.read(lambda tx: _release_for(tx, actor, release_id))
        ontology = msgspec.convert(release.ontology, Ontology)
        parent = self.context.database.read(lambda tx: _sha256_of(tx, release.parent_id))
        beside = _beside(release.filter, release.splits, parent)
        head = _head(release.hash_version, ontology, beside)
        stored = _stored_hashes(self.context.database, release_id)
        faults: list[str] = []
        hashes: list[str] = []
        for entry, expected in zip(self.entries(release_id), stored, strict=False):
            actual = _entry_hash(entry, release.hash_version)
            hashes.append(actual)
            fault = _picture_fault(self.context, entry.item) if deep else None
            if fault is not None:
                faults.append(f"{entry.item.name}: {fault}")
            if actual != expected:
                faults.append(f"{entry.item.name}: the item or its annotations differ from the release")
        if len(hashes) != release.items:
            faults.append(f"{release.items} items were released, {len(hashes)} are there")
        if _release_hash(head, hashes) != release.sha256 and not faults:
            faults.append(
                "the ontology, the plan of splits or the order of the items differs from the release"
            )
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
                yield Entry(row, row.entry_document, ontology.resolve(decode(row.body)), row.entry_split)
            if len(rows) < BATCH:
                return
            last = rows[-1].entry_position

    def entries_of(self, release_id: str, item_ids: Sequence[str]) -> dict[str, Entry]:
        """The entries of some items of a release, by the ids of the items."""
        raw = self.context.database.read(
            lambda tx: tx.execute(select(releases.c.ontology).where(releases.c.id == release_id)).scalar()
        )
        ontology = msgspec.convert(raw, Ontology)
        chosen = _entries(release_id).where(release_entries.c.item_id.in_(item_ids))
        rows = self.context.database.read(lambda tx: tx.execute(chosen).all())
        return {
            row.id: Entry(row, row.entry_document, ontology.resolve(decode(row.body)), row.entry_split)
            for row in rows
        }

    def current(self, project_id: str, ontology: Ontology, chosen: ItemFilter = DONE) -> Iterator[Entry]:
        """What counts now for the items that are chosen, in order, a batch at a time."""
        last = -1
        where = condition(chosen, project_id, ontology, self.context.clock())
        while True:
            rows = self.context.database.read(lambda tx, last=last: _current_rows(tx, where, last))
            for row in rows:
                yield Entry(row, row.document_id, ontology.resolve(decode(row.body)), row.split)
            if len(rows) < BATCH:
                return
            last = rows[-1].position


class _Frozen:
    """The rows of a release while they are made."""

    def __init__(self) -> None:
        self.rows: list[dict[str, Any]] = []
        self.counts: dict[str, int] = {}
        self.splits: dict[str, int] = {}
        self.annotations = self.leaks = 0
        self._candidates: list[Candidate] = []
        self._parts: list[list[str]] = []

    def add(self, entry: Entry, before: str | None) -> None:
        """One more item; `before` is its split in the parent."""
        self.rows.append(
            {"position": len(self.rows), "item_id": entry.item.id, "document_id": entry.document_id}
        )
        counts = entry.document.counts()
        self.annotations += len(entry.document.annotations)
        for category, count in counts.items():
            self.counts[category] = self.counts.get(category, 0) + count
        self._parts.append(_parts(entry))
        self._candidates.append(candidate_of(entry.item, frozenset(counts), before))

    def split(self, plan: SplitPlan) -> None:
        """Give every item its split, and its hash with it."""
        splits = assign(self._candidates, plan)
        self.leaks = len(leaks(self._candidates, splits))
        for row, parts in zip(self.rows, self._parts, strict=True):
            row["split"] = splits[row["item_id"]]
            row["sha256"] = _hashed(parts, row["split"])
            if row["split"] is not None:
                self.splits[row["split"]] = self.splits.get(row["split"], 0) + 1


def candidate_of(item: Row[Any], categories: frozenset[str], before: str | None = None) -> Candidate:
    """What of an item matters for its split."""
    return Candidate(
        id=item.id,
        name=item.name,
        sha256=item.sha256,
        key=item.key,
        near=item.near_duplicate_of,
        came=item.split,
        before=before,
        categories=categories,
    )


def _splits_of(tx: Connection, release_id: str) -> dict[str, str]:
    found = tx.execute(
        select(release_entries.c.item_id, release_entries.c.split).where(
            release_entries.c.release_id == release_id, release_entries.c.split.is_not(None)
        )
    )
    return {row.item_id: row.split for row in found}


def _sha256_of(tx: Connection, release_id: str | None) -> str | None:
    return tx.execute(select(releases.c.sha256).where(releases.c.id == release_id)).scalar()


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


def _entries(release_id: str) -> Select[*tuple[Any, ...]]:
    return (
        select(
            items,
            documents.c.body,
            release_entries.c.document_id.label("entry_document"),
            release_entries.c.position.label("entry_position"),
            release_entries.c.split.label("entry_split"),
        )
        .join(items, items.c.id == release_entries.c.item_id)
        .join(documents, documents.c.id == release_entries.c.document_id)
        .where(release_entries.c.release_id == release_id)
    )


def _entry_rows(tx: Connection, release_id: str, last: int) -> Sequence[Row[Any]]:
    chosen = _entries(release_id).where(release_entries.c.position > last)
    return tx.execute(chosen.order_by(release_entries.c.position).limit(BATCH)).all()


def _current_rows(tx: Connection, where: ColumnElement[bool], last: int) -> list[Row[Any]]:
    return list(
        tx.execute(
            select(items, documents.c.body)
            .join(documents, documents.c.id == items.c.document_id)
            .where(where, items.c.position > last)
            .order_by(items.c.position)
            .limit(BATCH)
        )
    )


def _picture_fault(context: Context, item: Row[Any]) -> str | None:
    try:
        with picture_file(context, item).open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
    except SourceChanged:
        return "its picture is not the one that was released"
    except (LabelwrightError, OSError):
        return "its picture is not there any more"
    return None if found == item.sha256 else "its picture is not the one that was released"


def _parts(entry: Entry) -> list[str]:
    return [entry.item.name, entry.item.sha256, hashlib.sha256(encode(entry.document)).hexdigest()]


def _hashed(parts: list[str], split: str | None) -> str:
    return hashlib.sha256(msgspec.json.encode([*parts, split or ""])).hexdigest()


def _entry_hash(entry: Entry, version: int) -> str:
    if version == 1:
        return hashlib.sha256(msgspec.json.encode(_parts(entry))).hexdigest()
    return _hashed(_parts(entry), entry.split)


def _beside(filter_: object, splits: dict[str, Any] | None, parent: str | None) -> dict[str, Any]:
    return {"filter": filter_, "plan": (splits or {}).get("plan"), "parent": parent}


def _head(version: int, ontology: Ontology, beside: dict[str, Any]) -> bytes:
    """What a release says beside its entries, as bytes that are the same whenever they are made."""
    if version == 1:
        return msgspec.json.encode(ontology)
    return msgspec.json.encode([version, beside, ontology], order="sorted")


def _release_hash(head: bytes, entries: Sequence[str]) -> str:
    digest = hashlib.sha256(head)
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
        filter=row.filter,
        parent=row.parent_id,
        plan=None if row.splits is None else msgspec.convert(row.splits["plan"], SplitPlan),
        splits={} if row.splits is None else row.splits["items"],
        leaks=0 if row.splits is None else row.splits["leaks"],
        ontology_version=row.ontology_version,
        brief_version=row.brief_version,
        items=row.items,
        annotations=row.annotations,
        categories=row.categories,
        sha256=row.sha256,
        created_by=row.created_by,
        created_at=row.created_at,
    )
