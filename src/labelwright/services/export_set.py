"""Which items an export holds, chosen once.

A writer reads the items more than once while people go on working. Were they looked up each time, an
item that gets done in between would shift every item after it, and annotations would meet the wrong picture.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Row, Select, select

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


def choose_released(tx: Connection, release_id: str) -> Chosen:
    """What a release holds."""
    chosen = (
        select(release_entries.c.document_id, items.c.orientation)
        .join(release_entries, items.c.id == release_entries.c.item_id)
        .where(release_entries.c.release_id == release_id)
        .order_by(release_entries.c.position)
    )
    return _chosen(tx, chosen)


def entries(context: Context, chosen: Chosen, ontology: Ontology) -> Iterator[Entry]:
    """The items with their documents, a batch in memory at a time.

    Raises WrongState if one is gone since it was chosen, such as by the undo of an import.
    """
    for part in chosen.batches():
        rows = context.database.read(lambda tx, part=part: _rows(tx, part))
        for document_id in part:
            row = rows.get(document_id)
            if row is None:
                raise WrongState(
                    "What counts for an item was taken back during the export.", remedy="Export again."
                )
            yield Entry(row, document_id, ontology.resolve(decode(row.body)))


def _chosen(tx: Connection, wanted: Select[*tuple[Any, ...]]) -> Chosen:
    made = Chosen()
    for row in tx.execute(wanted):
        made.add(str(row.document_id), turned=row.orientation != 1)
    return made


def _rows(tx: Connection, part: list[str]) -> dict[str, Row[Any]]:
    found = tx.execute(
        select(items, documents.c.body, documents.c.id.label("entry_document"))
        .join(documents, documents.c.item_id == items.c.id)
        .where(documents.c.id.in_(part))
    )
    return {row.entry_document: row for row in found}
