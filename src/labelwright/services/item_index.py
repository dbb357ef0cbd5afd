"""Keeping the index of items: what counts for each, by term, so that it is found without reading documents.

Whoever changes what counts for an item, or what models say about it, calls `index_item` in the same
transaction. The index holds nothing of its own; `index_stale` makes good what an older Labelwright left.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, and_, bindparam, delete, exists, func, insert, or_, select

from labelwright.core.document import EMPTY, Annotation, decode
from labelwright.core.item_terms import DOCUMENT, Term, terms_of
from labelwright.core.workflow import REVIEW
from labelwright.services.context import Context
from labelwright.storage.schema import documents, item_tags, item_terms, items

BATCH = 500

_item = select(items).where(items.c.id == bindparam("item"))
_document = select(documents.c.body, documents.c.author, documents.c.stage).where(
    documents.c.id == bindparam("document")
)
_predictions = select(documents.c.body).where(
    documents.c.item_id == bindparam("item"), documents.c.kind == "prediction"
)
_forget = delete(item_terms).where(
    item_terms.c.project_id == bindparam("project"), item_terms.c.position == bindparam("place")
)
_keep = insert(item_terms)


def index_item(tx: Connection, item_id: str) -> None:
    """Make the terms of an item anew from what counts for it now, in the caller's transaction."""
    item = tx.execute(_item, {"item": item_id}).first()
    if item is None:
        return
    tx.execute(_forget, {"project": item.project_id, "place": item.position})
    rows = [
        {"project_id": item.project_id, "position": item.position, **term._asdict()}
        for term in _terms(tx, item)
    ]
    if rows:
        tx.execute(_keep, rows)


def forget_items(tx: Connection, item_ids: Sequence[str]) -> None:
    """Take the terms and tags of items that are about to be removed."""
    rows = tx.execute(select(items.c.project_id, items.c.position).where(items.c.id.in_(item_ids))).all()
    places = [{"project": row.project_id, "place": row.position} for row in rows]
    if places:
        tx.execute(_forget, places)
    tx.execute(delete(item_tags).where(item_tags.c.item_id.in_(item_ids)))


def stale_items(tx: Connection) -> list[str]:
    """The names of items whose terms were not made from the document that counts."""
    return [row.name for row in tx.execute(_stale())]


def index_stale(context: Context) -> int:
    """Make the terms of every item that lacks them; gives how many there were."""
    done = 0
    while True:
        made = context.database.write(_index_some)
        done += made
        if made < BATCH:
            return done


def _index_some(tx: Connection) -> int:
    rows = tx.execute(_stale().limit(BATCH)).all()
    for row in rows:
        index_item(tx, row.id)
    return len(rows)


def _stale() -> Any:  # noqa: ANN401  # a select
    mark = and_(
        item_terms.c.project_id == items.c.project_id,
        item_terms.c.kind == DOCUMENT,
        item_terms.c.value == func.coalesce(items.c.document_id, ""),
        item_terms.c.position == items.c.position,
    )
    predicted = exists().where(documents.c.item_id == items.c.id, documents.c.kind == "prediction")
    said = or_(items.c.document_id.is_not(None), predicted)
    return select(items.c.id, items.c.name).where(said, ~exists().where(mark)).order_by(items.c.id)


def _terms(tx: Connection, item: Row[Any]) -> list[Term]:
    predicted: list[Annotation] = []
    for body in tx.execute(_predictions, {"item": item.id}).scalars():
        predicted += decode(body).annotations
    row = tx.execute(_document, {"document": item.document_id}).first() if item.document_id else None
    if row is None and not predicted:
        return []
    if row is None:
        return [*terms_of(EMPTY, item.width, item.height, predicted=predicted), Term(DOCUMENT, "", 0)]
    by = {"reviewer" if row.stage == REVIEW else "author": row.author}
    terms = terms_of(decode(row.body), item.width, item.height, predicted=predicted, **by)
    return [*terms, Term(DOCUMENT, item.document_id, 0)]
