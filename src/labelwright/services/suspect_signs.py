"""What the newest search for suspects says of work that waits for review: further signs for its grid."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, select

from labelwright.core.document import Annotation, decode
from labelwright.core.ontology import Ontology
from labelwright.quality.suspicion import Sign
from labelwright.services.quality_rows import TOGETHER, bodies_of
from labelwright.services.verification_cells import REVIEWED, Found, key_of
from labelwright.storage.schema import suspect_runs, suspects

FINE = ("fine", "corrected")


def signs_for(
    tx: Connection, project_id: str, ontology: Ontology, found: Sequence[Found], source: str
) -> dict[tuple[str, str], list[Sign]]:
    """Suspects as signs, by what `key_of` names an annotation.

    A suspect that somebody found to be fine is none, nor is one that was changed since it was looked at.
    """
    if source != REVIEWED or not found:
        return {}
    rows = _suspects(tx, project_id, sorted({one.waiting.item.id for one in found}))
    if not rows:
        return {}
    bodies = bodies_of(tx, sorted({row.document_id for row in rows}))
    stood = {name: ontology.resolve(decode(body)).by_id() for name, body in bodies.items()}
    signs: dict[tuple[str, str], list[Sign]] = {}
    here = {(one.waiting.item.id, one.annotation.id): one for one in found}
    for row in rows:
        one = here.get((row.item_id, row.annotation_id))
        old = stood.get(row.document_id, {}).get(row.annotation_id)
        if one is not None and old is not None and _same(one.annotation, old):
            signs.setdefault(key_of(one), []).append(Sign(row.score, "; ".join(row.reasons)))
    return signs


def _suspects(tx: Connection, project_id: str, wanted: Sequence[str]) -> list[Row[Any]]:
    newest = tx.execute(
        select(suspect_runs.c.id)
        .where(suspect_runs.c.project_id == project_id, suspect_runs.c.finished_at.is_not(None))
        .order_by(suspect_runs.c.id.desc())
        .limit(1)
    ).scalar()
    if newest is None:
        return []
    chosen = select(suspects).where(suspects.c.run_id == newest, suspects.c.annotation_id.is_not(None))
    parts = (wanted[start : start + TOGETHER] for start in range(0, len(wanted), TOGETHER))
    rows = [row for part in parts for row in tx.execute(chosen.where(suspects.c.item_id.in_(part)))]
    return [row for row in rows if row.verdict not in FINE]


def _same(now: Annotation, then: Annotation) -> bool:
    return (now.category, now.shape, now.attributes) == (then.category, then.shape, then.attributes)
