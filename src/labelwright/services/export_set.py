"""Which items an export holds, chosen once.

A writer reads the items more than once while people go on working. Were they looked up each time, an
item that gets done in between would shift every item after it, and annotations would meet the wrong picture.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, Select, and_, func, select

from labelwright.core.document import decode
from labelwright.core.errors import WrongState
from labelwright.core.ontology import Ontology
from labelwright.services.context import Context
from labelwright.services.releases import Entry
from labelwright.storage.schema import documents, items, release_entries

BATCH = 500
LONGEST_ID = 36


@dataclass
class Chosen:
    """The documents in order, and how many of their items an EXIF orientation turns."""

    turned: int = 0
    release_id: str | None = None
    _ids: bytearray = field(default_factory=bytearray)  # side by side: there may be a million

    def __len__(self) -> int:
        return len(self._ids) // LONGEST_ID

    def add(self, document_id: str, *, turned: bool) -> None:
        """One more."""
        self._ids += document_id.encode().ljust(LONGEST_ID)
        self.turned += turned

    def batches(self) -> Iterator[list[str]]:
        """The ids, so many at a time."""
        ids = memoryview(bytes(self._ids))
        for start in range(0, len(ids), BATCH * LONGEST_ID):
            part = bytes(ids[start : start + BATCH * LONGEST_ID]).decode()
            yield [part[at : at + LONGEST_ID].rstrip() for at in range(0, len(part), LONGEST_ID)]


def choose_current(tx: Connection, project_id: str) -> Chosen:
    """What is done now."""
    chosen = (
        select(items.c.document_id, items.c.orientation)
        .where(items.c.project_id == project_id, items.c.state == "done", items.c.document_id.is_not(None))
        .order_by(items.c.position)
    )
    return _chosen(tx, chosen)


def choose_released(tx: Connection, release_id: str, since: str | None = None) -> Chosen:
    """What a release holds; with `since`, of it only what that release did not hold just so."""
    chosen = (
        select(release_entries.c.document_id, items.c.orientation)
        .join(release_entries, items.c.id == release_entries.c.item_id)
        .where(release_entries.c.release_id == release_id)
        .order_by(release_entries.c.position)
    )
    if since is not None:
        old = release_entries.alias("old")
        same = (
            select(old.c.item_id)
            .where(old.c.release_id == since, old.c.item_id == release_entries.c.item_id)
            .where(old.c.document_id == release_entries.c.document_id)
            .where(func.coalesce(old.c.split, "") == func.coalesce(release_entries.c.split, ""))
        )
        chosen = chosen.where(~same.exists())
    made = _chosen(tx, chosen)
    made.release_id = release_id
    return made


class Delta(msgspec.Struct, frozen=True, kw_only=True):
    """What an export since another release brings: items by name that are new, other, or gone."""

    since: str
    added: list[str]
    changed: list[str]
    removed: list[str]


def delta_of(tx: Connection, release_id: str, since_id: str, since: str) -> Delta:
    """The names of the items that a release has, has otherwise or has no more since another."""
    now = _named(tx, release_id)
    before = _named(tx, since_id)
    return Delta(
        since=since,
        added=[name for id_, (name, _) in now.items() if id_ not in before],
        changed=[name for id_, (name, said) in now.items() if id_ in before and before[id_][1] != said],
        removed=[name for id_, (name, _) in before.items() if id_ not in now],
    )


def _named(tx: Connection, release_id: str) -> dict[str, tuple[str, tuple[str, str]]]:
    rows = tx.execute(
        select(items.c.id, items.c.name, release_entries.c.document_id, release_entries.c.split)
        .join(release_entries, items.c.id == release_entries.c.item_id)
        .where(release_entries.c.release_id == release_id)
        .order_by(release_entries.c.position)
    )
    return {row.id: (row.name, (row.document_id, row.split or "")) for row in rows}


def entries(context: Context, chosen: Chosen, ontology: Ontology) -> Iterator[Entry]:
    """The items with their documents, a batch in memory at a time.

    Raises WrongState if one is gone since it was chosen, such as by the undo of an import.
    """
    for part in chosen.batches():
        rows = context.database.read(lambda tx, part=part: _rows(tx, part, chosen.release_id))
        for document_id in part:
            row = rows.get(document_id)
            if row is None:
                raise WrongState(
                    "What counts for an item was taken back during the export.", remedy="Export again."
                )
            yield Entry(row, document_id, ontology.resolve(decode(row.body)), row.entry_split)


def _chosen(tx: Connection, wanted: Select[*tuple[Any, ...]]) -> Chosen:
    made = Chosen()
    for row in tx.execute(wanted):
        made.add(str(row.document_id), turned=row.orientation != 1)
    return made


def _rows(tx: Connection, part: list[str], release_id: str | None) -> dict[str, Row[Any]]:
    split = items.c.split if release_id is None else release_entries.c.split
    wanted = select(
        items, documents.c.body, documents.c.id.label("entry_document"), split.label("entry_split")
    )
    wanted = wanted.join(documents, documents.c.item_id == items.c.id).where(documents.c.id.in_(part))
    if release_id is not None:
        of_release = and_(release_entries.c.release_id == release_id, release_entries.c.item_id == items.c.id)
        wanted = wanted.join(release_entries, of_release)
    return {row.entry_document: row for row in tx.execute(wanted)}
