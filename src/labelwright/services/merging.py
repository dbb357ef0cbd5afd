"""Merging: one document made of several people's, with how far they agree and how sure it is.

What is known of the people (how much they find, their bias in drawing boxes) is learned from the project's
earlier merges, from the newest of them, in the background after every so many: merging itself runs where
answers are handed in and must not wait.
"""

import logging
import threading
from collections.abc import Sequence
from itertools import combinations
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, func, select

from labelwright.core.document import Document, Evidence, decode
from labelwright.services.context import Context
from labelwright.services.ontologies import read_ontology
from labelwright.services.quality_rows import answers_by_item
from labelwright.storage.schema import merges, projects

METHOD, SINGLE = "people-fitted", "single"
LEARN_AFTER = 25  # merges
LEARN_FROM = 100

_log = logging.getLogger("labelwright.merging")


class Merged(msgspec.Struct, frozen=True, kw_only=True):
    """What answers were merged into.

    `agreement` is the mean over pairs of people of how much of their answers match (F1 at IoU 0.5, of
    tags the Jaccard index), None where there is one answer. `confidence` is the posterior of the least
    sure decision; it is no calibrated probability. `detail` tells of each thing who said what.
    """

    document: Document
    agreement: float | None
    confidence: float | None
    method: str
    detail: dict[str, Any]


def known_people(tx: Connection, context: Context, project_id: str) -> tuple[int, Any]:
    """Of how many merges a project's people are known, and what is known of them (a Fit).

    Where so much is new that it should be learned again, that is begun in the background.
    """
    from labelwright.quality.shape_consensus import UNKNOWN

    count = tx.execute(select(func.count()).where(merges.c.project_id == project_id)).scalar_one()
    learned, known = context.people.get(project_id, (0, UNKNOWN))
    if int(count) - learned >= LEARN_AFTER:
        context.people[project_id] = (int(count), known)  # so that nobody else begins it too
        threading.Thread(target=_learn_quietly, args=(context, project_id), daemon=True).start()
    return learned, known


def learn(context: Context, project_id: str) -> None:
    """Learn anew how a project's people mark, from its newest merges."""
    from labelwright.quality.shape_consensus import fit

    def work(tx: Connection) -> tuple[int, list[dict[str, Document]]]:
        project = tx.execute(select(projects).where(projects.c.id == project_id)).one()
        ontology = read_ontology(context, tx, project_id, project.ontology_version)
        of_it = merges.c.project_id == project_id
        count = tx.execute(select(func.count()).where(of_it)).scalar_one()
        rows = tx.execute(select(merges).where(of_it).order_by(merges.c.id.desc()).limit(LEARN_FROM)).all()
        return int(count), list(answers_by_item(tx, ontology, rows).values())

    count, answers = context.database.read(work)
    context.people[project_id] = (count, fit(answers))


def _learn_quietly(context: Context, project_id: str) -> None:
    try:
        learn(context, project_id)
    except Exception:  # noqa: BLE001  # merging goes on with what was known; the next time tries again
        _log.exception("What is known of the people of project %s could not be learned", project_id)


def merge_answers(tx: Connection, context: Context, project: Row[Any], rows: Sequence[Row[Any]]) -> Merged:
    """The consensus of the documents of several people, read through the current ontology."""
    from labelwright.quality.shape_consensus import merge_documents

    ontology = read_ontology(context, tx, project.id, project.ontology_version)
    said = {row.author: ontology.resolve(decode(row.body)) for row in rows}
    learned, known = known_people(tx, context, project.id)
    made = merge_documents(
        said,
        context.new_id,
        fit=known,
        categories=max(2, len(ontology.categories)),
    )
    if len(said) == 1:
        (document,) = said.values()
        return Merged(document=document, agreement=None, confidence=made.confidence, method=SINGLE, detail={})
    answers = {row.author: row.id for row in rows}
    seconds = {mark.id: mark.evidence.seconds for document in said.values() for mark in document.annotations}
    things = [
        {
            "id": thing.id,
            "posterior": round(thing.posterior, 6),
            "votes": [
                {"answer": answers[one.annotator], "annotation": one.annotation, "iou": one.iou}
                for one in thing.origins
            ],
            "disputes": list(thing.doubts),
        }
        for thing in made.things
    ]
    work = {
        thing.id: sum(seconds.get(one.annotation, 0.0) for one in thing.origins)
        for thing in made.things
        if thing.id
    }
    evidence = Evidence(author=f"consensus:{METHOD}", created_at=context.now())
    marks = [
        msgspec.structs.replace(
            mark, evidence=msgspec.structs.replace(evidence, seconds=work.get(mark.id, 0.0))
        )
        for mark in made.document.annotations
    ]
    return Merged(
        document=Document(annotations=tuple(marks)),
        agreement=agreement_of(list(said.values())),
        confidence=made.confidence,
        method=METHOD,
        detail={"annotations": things, "learned_from": learned},
    )


def agreement_of(documents: Sequence[Document]) -> float | None:
    """The mean over pairs of people of the share of their answers that match; None: nothing was answered."""
    from labelwright.quality.matching import match
    from labelwright.quality.shape_agreement import jaccard, tags_of

    values: list[float] = []
    for one, other in combinations(documents, 2):
        a = [mark for mark in one.annotations if mark.shape is not None]
        b = [mark for mark in other.annotations if mark.shape is not None]
        parts: list[float] = []
        if a or b:
            matched = match(a, b, threshold=0.5, categories="same").matched
            parts.append(2 * len(matched) / (len(a) + len(b)))
        tags = jaccard(tags_of(one), tags_of(other))
        if tags is not None:
            parts.append(tags)
        # Two people who both found nothing to mark agree.
        values.append(sum(parts) / len(parts) if parts else 1.0)
    return sum(values) / len(values) if values else None
