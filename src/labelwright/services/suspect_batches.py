"""What suspects are looked for in: the done items of a project, a bounded part at a time.

A batch holds the documents that count, and what speaks for or against them: the newest prediction of each
model, the answers that several people gave, and the nearest near-duplicate that is done, too.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, or_, select

from labelwright.core.document import Annotation, Document, decode
from labelwright.core.ontology import Ontology
from labelwright.quality.shape_errors import Claim, cluster_claims, neighbor_claims
from labelwright.services.documents import PREDICTION
from labelwright.services.quality_rows import answers_by_item, bodies_of
from labelwright.storage.schema import documents, items, merges

MOST_ITEMS = 500  # of a batch
MOST_ANNOTATIONS = 20_000
TOGETHER = 500  # ids in one question to the database
BITS = 64  # of the hash that near-duplicates are found by
UNSCORED = 0.75  # how sure a prediction is that does not say how sure it is


class Neighbor(NamedTuple):
    """A near-duplicate that is done: what stands there, and how alike the two are, from 0 to 1."""

    document: Document
    likeness: float
    size: tuple[int, int]


class Batch(NamedTuple):
    """Some items with what is known of them, by item."""

    rows: Sequence[Row[Any]]
    documents: Mapping[str, Document]
    predictions: Mapping[str, Mapping[str, Document]]  # by model, then by item
    merged: Mapping[str, list[Claim]]
    neighbors: Mapping[str, Neighbor]


def done_items(project_id: str) -> Any:  # noqa: ANN401  # a condition
    """Items whose document counts."""
    return (items.c.project_id == project_id) & (items.c.state == "done") & items.c.document_id.is_not(None)


def next_rows(tx: Connection, project_id: str, after: int) -> list[Row[Any]]:
    """The items of the next batch, those behind a position, no more than can be held."""
    chosen = select(items).where(done_items(project_id), items.c.position > after)
    found: list[Row[Any]] = []
    weight = 0
    for row in tx.execute(chosen.order_by(items.c.position).limit(MOST_ITEMS)).all():
        weight += row.annotations
        if found and weight > MOST_ANNOTATIONS:
            break
        found.append(row)
    return found


def batch_of(tx: Connection, ontology: Ontology, rows: Sequence[Row[Any]]) -> Batch:
    """Everything that is known of some items."""
    bodies = bodies_of(tx, [row.document_id for row in rows])
    return Batch(
        rows=rows,
        documents={
            row.id: ontology.resolve(decode(bodies[row.document_id]))
            for row in rows
            if row.document_id in bodies
        },
        predictions=_predictions(tx, ontology, rows),
        merged=_merged(tx, ontology, rows),
        neighbors=_neighbors(tx, ontology, rows),
    )


def shape_claims(document: Document) -> list[Claim]:
    """What a model says of an item, as claims."""
    return [
        Claim(
            mark.shape,
            mark.category,
            UNSCORED if mark.evidence.score is None else _share(mark.evidence.score),
        )
        for mark in document.annotations
        if mark.shape is not None
    ]


def claims_beside(neighbor: Neighbor, row: Row[Any]) -> list[Claim]:
    """What a near-duplicate says of an item."""
    return neighbor_claims(
        neighbor.document.annotations, neighbor.size, (row.width, row.height), neighbor.likeness
    )


def _predictions(
    tx: Connection, ontology: Ontology, rows: Sequence[Row[Any]]
) -> dict[str, dict[str, Document]]:
    chosen = (
        select(documents.c.item_id, documents.c.model, documents.c.author, documents.c.id)
        .where(documents.c.item_id.in_([row.id for row in rows]), documents.c.kind == PREDICTION)
        .order_by(documents.c.id)
    )
    newest = {(row.model or row.author, row.item_id): row.id for row in tx.execute(chosen)}
    bodies = bodies_of(tx, list(newest.values()))
    found: dict[str, dict[str, Document]] = {}
    for (model, item), name in newest.items():
        found.setdefault(model, {})[item] = ontology.resolve(decode(bodies[name]))
    return found


def _merged(tx: Connection, ontology: Ontology, rows: Sequence[Row[Any]]) -> dict[str, list[Claim]]:
    chosen = select(merges).where(merges.c.item_id.in_([row.id for row in rows])).order_by(merges.c.id)
    latest = {row.item_id: row for row in tx.execute(chosen)}
    several = [row for row in latest.values() if len(row.answers) > 1 and row.detail]
    people = answers_by_item(tx, ontology, several)
    found: dict[str, list[Claim]] = {}
    for row in several:
        said = {
            mark.id: mark
            for document in people.get(row.item_id, {}).values()
            for mark in document.annotations
        }
        found[row.item_id] = cluster_claims(_clusters(row, said))
    return found


def _clusters(merge: Row[Any], said: Mapping[str, Annotation]) -> Iterator[tuple[Any, str, int, int]]:
    """Each thing that people marked: one of their shapes, and for each category how many said so."""
    for thing in merge.detail.get("annotations", ()):
        marks = [said[vote["annotation"]] for vote in thing["votes"] if vote["annotation"] in said]
        votes = sorted(
            ((vote.get("iou") or 0.0, vote["annotation"]) for vote in thing["votes"]), reverse=True
        )
        # The shape that lies nearest to all of them stands for them.
        typical = next((said[name] for _, name in votes if name in said), None)
        if typical is None or typical.shape is None:
            continue
        for category in sorted({mark.category for mark in marks}):
            drew = sum(mark.category == category for mark in marks)
            yield typical.shape, category, drew, len(merge.answers)


def _neighbors(tx: Connection, ontology: Ontology, rows: Sequence[Row[Any]]) -> dict[str, Neighbor]:
    here = {row.id: row for row in rows}
    originals = [row.near_duplicate_of for row in rows if row.near_duplicate_of]
    chosen = select(items).where(
        items.c.project_id == rows[0].project_id if rows else items.c.id.is_(None),
        items.c.state == "done",
        items.c.document_id.is_not(None),
        or_(items.c.id.in_(originals), items.c.near_duplicate_of.in_(list(here))),
    )
    others = {row.id: row for row in tx.execute(chosen)}
    pairs: dict[str, tuple[int, str]] = {}
    for other in others.values():
        _keep_nearest(pairs, here, other.near_duplicate_of, other.id, other.near_distance)
    for row in rows:
        if row.near_duplicate_of in others:
            _keep_nearest(pairs, here, row.id, row.near_duplicate_of, row.near_distance)
    bodies = bodies_of(tx, sorted({others[name].document_id for _, name in pairs.values()}))
    found: dict[str, Neighbor] = {}
    for item, (distance, name) in pairs.items():
        other = others[name]
        if other.document_id in bodies:
            document = ontology.resolve(decode(bodies[other.document_id]))
            found[item] = Neighbor(document, 1 - distance / BITS, (other.width, other.height))
    return found


def _keep_nearest(
    pairs: dict[str, tuple[int, str]],
    here: Mapping[str, Row[Any]],
    item: str | None,
    other: str,
    distance: int | None,
) -> None:
    if item is None or item not in here or item == other:
        return
    found = (distance or 0, other)
    pairs[item] = min(pairs.get(item, found), found)


def _share(value: float) -> float:
    return min(1.0, max(0.0, value))
