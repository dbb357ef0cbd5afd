"""Which items an export holds, chosen once.

A writer reads the items more than once while people go on working. Were they looked up each time, an
item that gets done in between would shift every item after it, and annotations would meet the wrong picture.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import Connection, Row, select

from labelwright.core.document import decode
from labelwright.core.errors import WrongState
from labelwright.core.ontology import Ontology
from labelwright.services.context import Context
from labelwright.services.releases import Entry
from labelwright.storage.schema import documents, items, release_entries

BATCH = 500


@dataclass(frozen=True)
class Chosen:
    """Items and their documents in order, and how many of them an EXIF orientation turns."""

    pairs: list[tuple[str, str]]
    turned: int


def choose_current(tx: Connection, project_id: str) -> Chosen:
    """What is done now."""
    chosen = (
        select(items.c.id, items.c.document_id, items.c.orientation)
        .where(items.c.project_id == project_id, items.c.state == "done", items.c.document_id.is_not(None))
        .order_by(items.c.position)
    )
    return _chosen(cast("list[Row[Any]]", tx.execute(chosen).all()))


def choose_released(tx: Connection, release_id: str) -> Chosen:
    """What a release holds."""
    chosen = (
        select(items.c.id, release_entries.c.document_id, items.c.orientation)
        .join(release_entries, items.c.id == release_entries.c.item_id)
        .where(release_entries.c.release_id == release_id)
        .order_by(release_entries.c.position)
    )
    return _chosen(cast("list[Row[Any]]", tx.execute(chosen).all()))


def entries(context: Context, chosen: Chosen, ontology: Ontology) -> Iterator[Entry]:
    """The items with their documents, a batch in memory at a time.

    Raises WrongState if one is gone since it was chosen, such as by the undo of an import.
    """
    for start in range(0, len(chosen.pairs), BATCH):
        part = chosen.pairs[start : start + BATCH]
        rows = context.database.read(lambda tx, part=part: _rows(tx, part))
        for item_id, document_id in part:
            row = rows.get(document_id)
            if row is None or row.id != item_id:
                raise WrongState("An item was taken away during the export.", remedy="Export again.")
            yield Entry(row, document_id, ontology.resolve(decode(row.body)))


def _chosen(rows: list[Row[Any]]) -> Chosen:
    return Chosen([(row.id, row.document_id) for row in rows], sum(row.orientation != 1 for row in rows))


def _rows(tx: Connection, part: list[tuple[str, str]]) -> dict[str, Row[Any]]:
    found = tx.execute(
        select(items, documents.c.body, documents.c.id.label("entry_document"))
        .join(documents, documents.c.item_id == items.c.id)
        .where(documents.c.id.in_([document_id for _, document_id in part]))
    )
    return {row.entry_document: row for row in found}
