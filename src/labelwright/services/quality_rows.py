"""What the records say of people's answers, as rows for the maths of quality.

An answer is held against what was decided later: by a reviewer or an adjudicator (`review`), or, where
nobody decided, by the merged answer of everybody (`peer`); and against what is right where that was known
before (`gold`). The newest work comes first and the number of documents read is bounded, so that a large
project is answered in seconds.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, bindparam, select

from labelwright.core.document import Annotation, Document, decode
from labelwright.core.error_codes import EXTRA, WRONG_CATEGORY
from labelwright.core.gold import GOLD
from labelwright.core.graph import ADJUDICATE, ANNOTATE, REVIEW
from labelwright.core.ontology import Ontology
from labelwright.quality.gold_score import GoldScore, ScoredPair
from labelwright.quality.outcomes import Outcome
from labelwright.services.documents import CONSENSUS, SUBMISSION
from labelwright.services.error_marks import who_missed
from labelwright.services.gold_rows import EVER
from labelwright.storage.schema import documents, gold, gold_answers, members, merges

Missed = tuple[str, float, list[Annotation]]
"""A merged document, when it was made, and what a reviewer added to it."""

MOST_DOCUMENTS = 4_000
WRONG = "(wrong)"
"""What stands for a reference where a reviewer said that something is wrong, but not the right category."""

_judgments = (
    select(documents)
    .where(
        documents.c.project_id == bindparam("project"),
        documents.c.kind == SUBMISSION,
        documents.c.stage.in_((REVIEW, ADJUDICATE)),
        documents.c.previous_id.is_not(None),
    )
    .order_by(documents.c.id.desc())
    .limit(MOST_DOCUMENTS)
)
_merged = (
    select(documents)
    .where(documents.c.project_id == bindparam("project"), documents.c.kind == CONSENSUS)
    .order_by(documents.c.id.desc())
    .limit(MOST_DOCUMENTS)
)
# Of tests and courses people know; what they answer there says little of how they work.
_answered_gold = (
    select(gold_answers, gold.c.document_id.label("right"))
    .join(gold, gold.c.id == gold_answers.c.gold_id)
    .where(
        gold_answers.c.project_id == bindparam("project"),
        gold_answers.c.purpose == GOLD,
        gold_answers.c.score.is_not(None),
        gold_answers.c.answered_at <= bindparam("until"),
    )
    .order_by(gold_answers.c.answered_at.desc())
    .limit(MOST_DOCUMENTS)
)
_bodies = select(documents.c.id, documents.c.body).where(documents.c.id.in_(bindparam("ids", expanding=True)))
TOGETHER = 500


def seconds_since_epoch(moment: str) -> float:
    """A time as the database keeps it, in seconds since 1970."""
    return datetime.fromisoformat(moment).timestamp()


def outcomes_of(
    tx: Connection, project_id: str, ontology: Ontology, *, gold_until: str = EVER
) -> list[Outcome]:
    """Everybody's answers beside what they should have been, oldest first; to gold those up to a time."""
    judgments = tx.execute(_judgments, {"project": project_id}).all()
    before = bodies_of(tx, [row.previous_id for row in judgments])
    # What counts is when the work was handed in: looking at it again makes no newer evidence of it.
    facts = _facts(tx, list(before))
    found: list[Outcome] = []
    missed: list[Missed] = []
    judged: set[str] = set()
    for row in judgments:
        judged.add(row.previous_id)
        if row.previous_id in before:
            kind, moment = facts[row.previous_id]
            time = seconds_since_epoch(moment)
            found += _judged(row, before[row.previous_id], ontology, kind, time, missed)
    found += _missed_by(tx, ontology, missed)
    for row in tx.execute(_merged, {"project": project_id}):
        if row.id not in judged:
            document = ontology.resolve(decode(row.body))
            time = seconds_since_epoch(row.created_at)
            found += [one for mark in document.annotations for one in _voted(mark, time)]
    found += _gold_outcomes(tx, project_id, ontology, gold_until)
    return sorted(found, key=lambda one: one.time)


def _facts(tx: Connection, ids: Sequence[str]) -> dict[str, tuple[str, str]]:
    """The kinds of documents and when they were handed in, by id."""
    chosen = select(documents.c.id, documents.c.kind, documents.c.created_at)
    parts = (ids[start : start + TOGETHER] for start in range(0, len(ids), TOGETHER))
    rows = (row for part in parts for row in tx.execute(chosen.where(documents.c.id.in_(part))))
    return {row.id: (row.kind, row.created_at) for row in rows}


def _missed_by(tx: Connection, ontology: Ontology, missed: Sequence[Missed]) -> Iterator[Outcome]:
    """What reviewers added to merged documents counts for those who did not mark it."""
    added = {name: (time, marks) for name, time, marks in missed if marks}
    ids = list(added)
    for start in range(0, len(ids), TOGETHER):
        rows = tx.execute(select(merges).where(merges.c.document_id.in_(ids[start : start + TOGETHER]))).all()
        answers = answers_by_item(tx, ontology, rows)
        for row in rows:
            time, marks = added[row.document_id]
            for mark in marks:
                for who in who_missed(mark, answers.get(row.item_id, {})):
                    yield Outcome(who, mark.category, None, mark.category, "review", time=time)


def _gold_outcomes(tx: Connection, project_id: str, ontology: Ontology, until: str) -> Iterator[Outcome]:
    """What people answered to gold, beside what is right; answers they could not give are left out."""
    rows = tx.execute(_answered_gold, {"project": project_id, "until": until}).all()
    packed = bodies_of(tx, list({name for row in rows for name in (row.document_id, row.right)}))
    for row in rows:
        if row.document_id not in packed or row.right not in packed:
            continue
        right = ontology.resolve(decode(packed[row.right])).by_id()
        said = ontology.resolve(decode(packed[row.document_id])).by_id()
        detail = msgspec.convert(row.detail, GoldScore)
        time = seconds_since_epoch(row.answered_at)
        for pair in detail.matched:
            yield _paired(row.member_id, right.get(pair.reference), said.get(pair.answer), pair, time)
        for name in detail.missing:
            category = right[name].category if name in right else None
            if category is not None:
                yield Outcome(row.member_id, category, None, category, "gold", time=time)
        for name in detail.extra:
            if name in said:
                category = said[name].category
                yield Outcome(row.member_id, category, category, None, "gold", time=time)


def _paired(
    who: str, right: Annotation | None, said: Annotation | None, pair: ScoredPair, time: float
) -> Outcome:
    answered = said.category if said is not None else None
    reference = right.category if right is not None else answered
    if pair.same_category:  # also what the reference cannot tell
        reference = WRONG if pair.wrong_attributes else answered
    counted = (answered if reference == WRONG else reference) or ""
    seconds = None if said is None else said.evidence.seconds or None
    return Outcome(who, counted, answered, reference, "gold", time=time, seconds=seconds)


def votes_of(tx: Connection, project_id: str, ontology: Ontology) -> list[tuple[str, str, str]]:
    """Who said what of each merged thing: its id, the annotator, and the category answered."""
    found: list[tuple[str, str, str]] = []
    for row in tx.execute(_merged, {"project": project_id}):
        for mark in ontology.resolve(decode(row.body)).annotations:
            found += [(mark.id, vote.annotator, vote.answer) for vote in mark.votes]
    return found


_timed = (
    select(documents.c.author, documents.c.seconds, documents.c.annotations)
    .where(
        documents.c.project_id == bindparam("project"),
        documents.c.kind == SUBMISSION,
        documents.c.stage == ANNOTATE,
        documents.c.previous_id.is_(None),
        documents.c.annotations > 0,
        documents.c.seconds > 0,
    )
    .order_by(documents.c.id.desc())
    .limit(MOST_DOCUMENTS)
)


def times_of(tx: Connection, project_id: str) -> dict[str, list[float]]:
    """Everybody's active seconds for an annotation, one of each item that they annotated from nothing."""
    found: dict[str, list[float]] = {}
    for row in tx.execute(_timed, {"project": project_id}):
        found.setdefault(row.author, []).append(row.seconds / row.annotations)
    return found


def bodies_of(tx: Connection, ids: Sequence[str]) -> dict[str, bytes]:
    """The bodies of documents, packed, by id."""
    found: dict[str, bytes] = {}
    for start in range(0, len(ids), TOGETHER):
        rows = tx.execute(_bodies, {"ids": ids[start : start + TOGETHER]})
        found.update({row.id: row.body for row in rows})
    return found


def names_of(tx: Connection, ids: Sequence[str]) -> dict[str, str]:
    """The names of members by id."""
    rows = tx.execute(select(members.c.id, members.c.name).where(members.c.id.in_(ids)))
    return {row.id: row.name for row in rows}


def _judged(
    row: Row[Any], packed: bytes, ontology: Ontology, kind: str, time: float, missed: list[Missed]
) -> Iterator[Outcome]:
    """What a review says of the work before it; `missed` gets what several people's work lacks."""
    old = ontology.resolve(decode(packed))
    new = ontology.resolve(decode(row.body)).by_id()
    for mark in old.annotations:
        stands = new.get(mark.id)
        if mark.votes and mark.evidence.changed_by is None:
            yield from _voted_down(mark, stands, time)
        else:
            yield _compared(mark, stands, time)
    known = old.by_id()
    added = [mark for mark in new.values() if mark.id not in known]
    author = next((_author(mark) for mark in old.annotations if not mark.votes), None)
    if kind == CONSENSUS:
        missed.append((row.previous_id, time, added))
    elif author is not None:
        for mark in added:
            yield Outcome(author, mark.category, None, mark.category, "review", time=time)


def _voted_down(mark: Annotation, stands: Annotation | None, time: float) -> Iterator[Outcome]:
    """What a review says of those who voted: right for what stands, wrong for what does not."""
    reference = _reference(mark, stands)
    for vote in mark.votes:
        if reference == WRONG and vote.answer != mark.category:
            continue  # what is right instead is not known
        category = mark.category if reference in (None, WRONG) else str(reference)
        yield Outcome(vote.annotator, category, vote.answer, reference, "review", time=time)


def _compared(mark: Annotation, stands: Annotation | None, time: float) -> Outcome:
    reference = _reference(mark, stands)
    category = mark.category if reference in (None, WRONG) else str(reference)
    seconds = mark.evidence.seconds or None
    return Outcome(_author(mark), category, mark.category, reference, "review", time=time, seconds=seconds)


def _reference(mark: Annotation, stands: Annotation | None) -> str | None:
    if stands is None:
        return None
    if stands.evidence.verdict == "returned":
        codes = stands.evidence.errors
        return None if EXTRA in codes and WRONG_CATEGORY not in codes else WRONG
    if stands.category != mark.category:
        return stands.category
    same = stands.shape == mark.shape and stands.attributes == mark.attributes
    return mark.category if same else WRONG


def _voted(mark: Annotation, time: float) -> Iterator[Outcome]:
    # Where nobody decided, the merged answer counts as much as it is sure of itself.
    weight = 1.0 if mark.evidence.confidence is None else mark.evidence.confidence
    for vote in mark.votes:
        yield Outcome(vote.annotator, mark.category, vote.answer, mark.category, "peer", weight, time)


def _author(mark: Annotation) -> str:
    return mark.evidence.changed_by or mark.evidence.author or "not known"


def answers_by_item(
    tx: Connection, ontology: Ontology, rows: Sequence[Row[Any]]
) -> dict[str, dict[str, Document]]:
    """The documents of merged items by item and author, from rows of `merges`."""
    wanted = {name: row.item_id for row in rows for name in row.answers}
    found: dict[str, dict[str, Document]] = {}
    ids = list(wanted)
    for start in range(0, len(ids), TOGETHER):
        part = select(documents.c.id, documents.c.author, documents.c.body).where(
            documents.c.id.in_(ids[start : start + TOGETHER])
        )
        for row in tx.execute(part):
            mine = found.setdefault(wanted[row.id], {})
            mine[row.author] = ontology.resolve(decode(row.body))
    return found
