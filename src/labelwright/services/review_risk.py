"""The risk of an item: the chance that at least one of its annotations is wrong.

Each annotation is wrong with the chance that its author is, in that category: one minus the posterior mean
of their skill there (`quality/reliability.py`), of merged annotations one minus how sure the merging is.
What is known of people is learned in the background, after every so many items that are asked for:
handing in work must not wait. Who is not known errs as the crowd does, before there is one in one of ten.
"""

import logging
import threading
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, Row

from labelwright.core.document import Annotation, Document
from labelwright.services.context import Context
from labelwright.services.ontologies import read_ontology
from labelwright.services.quality_rows import outcomes_of
from labelwright.storage.schema import projects

UNKNOWN = 0.1  # wrong, where nothing is known of anybody
LEARN_AFTER = 25  # items whose risk was asked for

Errors = Mapping[tuple[str | None, str | None], float]
"""By author (None: anybody) and category (None: any): the chance that an annotation is wrong."""

_log = logging.getLogger("labelwright.review_risk")


def risk_of(document: Document, errors: Errors, author: str | None) -> float:
    """The chance that at least one annotation of a document is wrong, by what is known of their makers."""
    right = 1.0
    for mark in document.annotations:
        if mark.unsure is not None:
            return 1.0
        right *= 1 - _wrong(mark, errors, author)
    return 1 - right


def known_errors(context: Context, project: Row[Any]) -> Errors:
    """How often people of a project err, as far as it is known by now; learned again in the background."""
    asked, known = context.risks.get(project.id, (0, None))
    context.risks[project.id] = (asked + 1, known)
    if asked % LEARN_AFTER == 0:
        threading.Thread(target=_learn_quietly, args=(context, project.id), daemon=True).start()
    return known or {}


def learn_errors(context: Context, project_id: str) -> None:
    """Learn anew how often a project's people err, from reviews, gold and peers."""
    from labelwright.quality.reliability import skills

    def work(tx: Connection) -> list[Any]:
        project = tx.execute(projects.select().where(projects.c.id == project_id)).one()
        ontology = read_ontology(context, tx, project_id, project.ontology_version)
        return outcomes_of(tx, project_id, ontology)

    found = skills(context.database.read(work))
    errors: dict[tuple[str | None, str | None], float] = {}
    for skill in found:
        errors[(skill.annotator, skill.category)] = 1 - skill.fused.value
        errors[(None, skill.category)] = 1 - skill.crowd
    asked, _ = context.risks.get(project_id, (0, None))
    context.risks[project_id] = (asked, errors)


def _wrong(mark: Annotation, errors: Errors, author: str | None) -> float:
    if mark.votes and mark.evidence.confidence is not None:
        return 1 - mark.evidence.confidence
    who = mark.evidence.changed_by or mark.evidence.author or author
    for place in ((who, mark.category), (who, None), (None, mark.category), (None, None)):
        if place in errors:
            return errors[place]
    return UNKNOWN


def _learn_quietly(context: Context, project_id: str) -> None:
    try:
        learn_errors(context, project_id)
    except Exception:  # noqa: BLE001  # risks go on by what was known; the next time tries again
        _log.exception("How often the people of project %s err could not be learned", project_id)
