"""Agreement between stages and on slices: an annotator and the reviewer, a merged answer and who decided.

A review shows the work to the reviewer before they judge it, and most people change less than they would
have drawn: agreement with it is higher than between people who do not see one another.
"""

import hashlib
from collections.abc import Iterator, Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, func, select

from labelwright.core.document import Document, decode
from labelwright.core.errors import InvalidInput
from labelwright.core.graph import ADJUDICATE, ANNOTATE, REVIEW
from labelwright.core.ontology import Ontology
from labelwright.services.access import Actor, project_for
from labelwright.services.context import Context
from labelwright.services.documents import CONSENSUS, SUBMISSION
from labelwright.services.item_filter import EVERYTHING, ItemFilter, condition
from labelwright.services.ontologies import read_ontology
from labelwright.services.quality import MOST_ITEMS, AgreementView, Answered, measured
from labelwright.services.quality_rows import TOGETHER, answers_by_item, bodies_of, names_of
from labelwright.storage.schema import documents, items, merges

PEOPLE = "people"
PAIRS = (PEOPLE, "annotator-reviewer", "annotator-adjudicator", "consensus-reviewer")

_previous = documents.alias("previous")


class Slice(msgspec.Struct, frozen=True, kw_only=True):
    """What agreement is measured on: a pair of stages, items by a filter, and days (UTC, both included).

    `people` are those who answered the same item unseen; else one says how far the stages named agree.
    """

    pair: str = PEOPLE
    items: ItemFilter = EVERYTHING
    since: str | None = None
    until: str | None = None


class AgreementSlices:
    """The service of agreement on slices."""

    def __init__(self, context: Context) -> None:
        self.context = context

    def measure(self, actor: Actor, project_id: str, wanted: Slice) -> AgreementView:
        """How far they agree on a slice, the newest 2,000 items of it. Raises NotFound, InvalidInput."""
        if wanted.pair not in PAIRS:
            raise InvalidInput(
                f"There is no pair “{wanted.pair}”.", place="pair", remedy=f"Use {', '.join(PAIRS)}."
            )

        def work(tx: Connection) -> Answered:
            project = project_for(tx, actor, project_id, "item.history")
            ontology = read_ontology(self.context, tx, project_id, project.ontology_version)
            fits = condition(wanted.items, project_id, ontology, self.context.clock())
            chosen = select(items.c.id).where(items.c.project_id == project_id, fits)
            if wanted.pair == PEOPLE:
                return _people(tx, project_id, ontology, wanted, chosen)
            if wanted.pair == "annotator-adjudicator":
                return _decided(tx, project_id, ontology, wanted, chosen)
            return _reviewed(tx, project_id, ontology, wanted, chosen)

        # The maths runs outside of the transaction: it takes seconds.
        return measured(self.context.database.read(work))


def _people(
    tx: Connection,
    project_id: str,
    ontology: Ontology,
    wanted: Slice,
    chosen: Any,  # noqa: ANN401  # a query of items
) -> Answered:
    rows, of = _merges(tx, project_id, wanted, chosen)
    answers = answers_by_item(tx, ontology, [row for row in rows if len(row.answers) > 1])
    names = names_of(tx, sorted({person for said in answers.values() for person in said}))
    return Answered(answers, names, rows, _known(tx, [row.item_id for row in rows]), of)


def _reviewed(tx: Connection, project_id: str, ontology: Ontology, wanted: Slice, chosen: Any) -> Answered:  # noqa: ANN401
    """The work that reviewers were given, beside what they made of it: the first review of each item."""
    first = wanted.pair.partition("-")[0]
    judged = _previous.c.kind == CONSENSUS
    if first != "consensus":
        judged = (_previous.c.kind == SUBMISSION) & (_previous.c.stage == ANNOTATE)
    newest = (
        select(func.min(documents.c.id))
        .join(_previous, _previous.c.id == documents.c.previous_id)
        .where(
            documents.c.project_id == project_id,
            documents.c.kind == SUBMISSION,
            documents.c.stage == REVIEW,
            judged,
            documents.c.item_id.in_(chosen),
            *_within(documents.c.created_at, wanted),
        )
        .group_by(documents.c.item_id)
    )
    of = int(tx.execute(select(func.count()).select_from(newest.subquery())).scalar_one())
    found = select(documents).where(documents.c.id.in_(newest)).order_by(documents.c.id.desc())
    reviews = tx.execute(found.limit(MOST_ITEMS)).all()
    before = bodies_of(tx, [row.previous_id for row in reviews])
    answers = {
        row.item_id: {
            first: ontology.resolve(decode(before[row.previous_id])),
            "reviewer": _agreed(ontology.resolve(decode(row.body))),
        }
        for row in reviews
        if row.previous_id in before
    }
    return Answered(answers, {}, (), _known(tx, list(answers)), of)


def _decided(tx: Connection, project_id: str, ontology: Ontology, wanted: Slice, chosen: Any) -> Answered:  # noqa: ANN401
    """One answer of each disputed item, drawn by its id, beside what somebody decided."""
    rows, _ = _merges(tx, project_id, wanted, chosen)
    decisions = dict(_decisions(tx, [row.document_id for row in rows]))
    disputed = [row for row in rows if row.document_id in decisions]
    given = answers_by_item(tx, ontology, disputed)
    answers = {
        row.item_id: {
            "annotator": given[row.item_id][_drawn(row.item_id, given[row.item_id])],
            "adjudicator": ontology.resolve(decode(decisions[row.document_id])),
        }
        for row in disputed
        if given.get(row.item_id)
    }
    return Answered(answers, {}, (), _known(tx, list(answers)), len(answers))


def _merges(tx: Connection, project_id: str, wanted: Slice, chosen: Any) -> tuple[Sequence[Row[Any]], int]:  # noqa: ANN401
    within = (
        merges.c.project_id == project_id,
        merges.c.item_id.in_(chosen),
        *_within(merges.c.created_at, wanted),
    )
    of = int(tx.execute(select(func.count()).select_from(merges).where(*within)).scalar_one())
    found = select(merges).where(*within).order_by(merges.c.id.desc()).limit(MOST_ITEMS)
    return tx.execute(found).all(), of


def _decisions(tx: Connection, ids: Sequence[str]) -> Iterator[tuple[str, bytes]]:
    chosen = select(documents.c.previous_id, documents.c.body).where(
        documents.c.kind == SUBMISSION, documents.c.stage == ADJUDICATE
    )
    for start in range(0, len(ids), TOGETHER):
        part = chosen.where(documents.c.previous_id.in_(ids[start : start + TOGETHER]))
        for row in tx.execute(part.order_by(documents.c.id)):
            yield row.previous_id, row.body


def _agreed(reviewed: Document) -> Document:
    """What the reviewer holds to be right: without what they sent back."""
    kept = (one for one in reviewed.annotations if one.evidence.verdict != "returned")
    return Document(annotations=tuple(kept))


def _drawn(item: str, answers: dict[str, Document]) -> str:
    return min(answers, key=lambda who: hashlib.sha256(f"{item}\0{who}".encode()).digest())


def _within(moment: Any, wanted: Slice) -> Iterator[Any]:  # noqa: ANN401  # a column; conditions
    for place, day in (("since", wanted.since), ("until", wanted.until)):
        if day is not None and (len(day) != 10 or day.count("-") != 2):
            raise InvalidInput(f"“{day}” is no day.", place=place, remedy="Write 2026-03-31.")
    if wanted.since is not None:
        yield moment >= wanted.since
    if wanted.until is not None:
        yield moment <= f"{wanted.until}T99"  # to the end of the day


def _known(tx: Connection, ids: Sequence[str]) -> dict[str, Any]:
    facts = select(items.c.id, items.c.name, items.c.width, items.c.height, items.c.split, items.c.state)
    parts = (ids[start : start + TOGETHER] for start in range(0, len(ids), TOGETHER))
    return {row.id: row for part in parts for row in tx.execute(facts.where(items.c.id.in_(part)))}
