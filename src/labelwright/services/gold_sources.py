"""Where gold comes from: references, what was adjudicated or reviewed, and what experts answered."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, and_, exists, select

from labelwright.core.graph import ADJUDICATE, ANNOTATE, REVIEW
from labelwright.services.documents import CONSENSUS, REFERENCE, SUBMISSION
from labelwright.services.gold_queue import categories_of
from labelwright.storage.schema import documents, gold, items, members, project_members

MOST_CANDIDATES = 5_000

Offer = Row[Any, Any, Any, Any]
"""A document's id, item, author and categories."""


class LeftOut(msgspec.Struct, frozen=True, kw_only=True):
    """An item that did not become gold, and why."""

    item: str
    reason: str


def offered_by(tx: Connection, project_id: str, source: str, *, vouched: bool = False) -> list[Offer]:
    """The documents of a source whose items are not gold yet, one of each item, in the order of the items."""
    known = exists().where(gold.c.item_id == items.c.id, gold.c.retired_at.is_(None))
    found = (
        select(
            documents.c.id,
            documents.c.item_id,
            documents.c.author,
            documents.c.categories,
        )
        .where(items.c.project_id == project_id, ~known)
        .order_by(items.c.position, documents.c.id)
        .limit(MOST_CANDIDATES)
    )
    if source == "reference":
        found = found.join(items, and_(items.c.id == documents.c.item_id, documents.c.kind == REFERENCE))
    else:
        found = found.join(items, items.c.document_id == documents.c.id)
        if not vouched:
            found = _of_source(found, project_id, source)
    return list({row.item_id: row for row in tx.execute(found)}.values())


def _of_source(found: Any, project_id: str, source: str) -> Any:  # noqa: ANN401  # selects
    found = found.where(items.c.state == "done", documents.c.kind.in_((SUBMISSION, CONSENSUS)))
    if source == "reviewed":
        return found.where(documents.c.stage == REVIEW, documents.c.verdict.in_(("accepted", "amended")))
    if source == "adjudicated":
        decided = documents.alias("decided")
        was_decided = exists().where(decided.c.item_id == items.c.id, decided.c.stage == ADJUDICATE)
        return found.where(was_decided)
    experts = select(project_members.c.member_id).where(
        project_members.c.project_id == project_id, project_members.c.role.in_(("reviewer", "manager"))
    )
    leaders = select(members.c.id).where(members.c.role.in_(("owner", "manager")))
    return found.where(
        documents.c.stage == ANNOTATE, documents.c.author.in_(experts) | documents.c.author.in_(leaders)
    )


def spread(offered: Sequence[Offer], number: int) -> list[Offer]:
    """So many of the offered, each time one of the category that has come up least."""
    left, taken, often = list(offered), list[Offer](), Counter[str]()
    by_category: dict[str, list[Offer]] = {}
    for row in left:
        for name in categories_of(row.categories):
            by_category.setdefault(name, []).append(row)
    gone: set[str] = set()
    while len(taken) < number and len(gone) < len(left):
        rarest = min(by_category, key=lambda name: (often[name], len(by_category[name]), name))
        row = next((row for row in by_category[rarest] if row.item_id not in gone), None)
        if row is None:
            del by_category[rarest]
            continue
        gone.add(row.item_id)
        taken.append(row)
        often.update(categories_of(row.categories))
    return taken


def why_left_out(tx: Connection, project_id: str, wanted: Sequence[str], source: str) -> list[LeftOut]:
    known = {
        row.id: row
        for row in tx.execute(select(items).where(items.c.project_id == project_id, items.c.id.in_(wanted)))
    }
    already = set(
        tx.execute(
            select(gold.c.item_id).where(gold.c.item_id.in_(wanted), gold.c.retired_at.is_(None))
        ).scalars()
    )
    reasons = {
        "reference": "it has no reference",
        "adjudicated": "nobody decided about it",
        "reviewed": "no review accepted it",
        "expert": "nobody answered it yet",
    }
    return [
        LeftOut(
            item=name,
            reason="there is no such item in this project"
            if name not in known
            else "it is gold already"
            if name in already
            else reasons[source],
        )
        for name in wanted
    ]
