"""What reviewing only a part has shown: errors in the random share, and so in what nobody looked at."""

from statistics import median
from typing import Any

import msgspec
from sqlalchemy import Connection, select

from labelwright.core.graph import REVIEW
from labelwright.services.access import Actor, project_for
from labelwright.services.context import Context
from labelwright.services.documents import SUBMISSION
from labelwright.storage.schema import documents, review_reasons, tasks

LEVEL = 0.95
MOST = 100_000


class Sampled(msgspec.Struct, frozen=True, kw_only=True):
    """Items that were reviewed for one reason: how many are, how many were wrong, and the share with its
    interval (Clopper and Pearson, 1934; 95 %). None: none was reviewed yet.
    """

    why: str
    items: int
    wrong: int
    share: float | None
    low: float | None
    high: float | None


class ReviewSampling(msgspec.Struct, frozen=True, kw_only=True):
    """What is reviewed by chance and by risk, and what is not.

    `unreviewed` speaks of items that passed without a review: the share that is wrong, by those of the
    random share that would have passed too. `seconds_saved`: as many reviews of the usual length.
    """

    random: Sampled
    risk: Sampled
    passed: int
    unreviewed: Sampled
    seconds_saved: float | None


class ReviewSamples:
    """The service of review samples."""

    def __init__(self, context: Context) -> None:
        self.context = context

    def get(self, actor: Actor, project_id: str) -> ReviewSampling:
        """What the sample has shown so far. Raises NotFound, Forbidden."""

        def work(tx: Connection) -> tuple[list[Any], list[float]]:
            project_for(tx, actor, project_id, "item.history")
            rows = tx.execute(
                select(review_reasons.c.why, review_reasons.c.risk, tasks.c.state, documents.c.verdict)
                .join(tasks, tasks.c.id == review_reasons.c.task_id, isouter=True)
                .join(documents, documents.c.id == tasks.c.document_id, isouter=True)
                .where(review_reasons.c.project_id == project_id)
                .order_by(review_reasons.c.id.desc())
                .limit(MOST)
            ).all()
            times = tx.execute(
                select(documents.c.seconds)
                .where(
                    documents.c.project_id == project_id,
                    documents.c.kind == SUBMISSION,
                    documents.c.stage == REVIEW,
                    documents.c.seconds > 0,
                )
                .limit(MOST)
            ).scalars()
            return list(rows), list(times)

        rows, times = self.context.database.read(work)
        passed = [row for row in rows if row.why == "passed"]
        drawn = [row for row in rows if row.why in ("random", "random_risky")]
        alike = [
            row for row in drawn if row.why == "random"
        ]  # they would have passed, had they not been drawn
        return ReviewSampling(
            random=_sampled("random", drawn),
            risk=_sampled("risk", [row for row in rows if row.why == "risk"]),
            passed=len(passed),
            unreviewed=_sampled("passed", alike),
            seconds_saved=median(times) * len(passed) if times else None,
        )


def _sampled(why: str, rows: list[Any]) -> Sampled:
    from labelwright.quality.bounds import clopper_pearson

    done = [row for row in rows if row.state == "submitted" and row.verdict]
    wrong = sum(row.verdict in ("amended", "returned") for row in done)
    found = clopper_pearson(wrong, len(done), LEVEL)
    return Sampled(
        why=why,
        items=len(done),
        wrong=wrong,
        share=wrong / len(done) if done else None,
        low=None if found is None else found.lower,
        high=None if found is None else found.upper,
    )
