"""Stages and states: how an item goes from waiting to done.

    waiting ─► annotate ─► (adjudicate) ─► review ─► done
                  ▲ ▲                         │
                  │ └─returned────────────────┘   the task goes back to its author's queue
                  └─ skipped                      a manager may open it again

Where several people answer (`Overlap`), an item has one open task at a time all the same: when one answer
is in, the next task opens, until enough are; then they are merged. A task is `waiting` until its
submission closes it as `submitted`, or a skip as `skipped`. A lease on a waiting task says who works on
it, until when.
"""

from typing import Annotated

import msgspec

from labelwright.core.error_codes import OwnCode
from labelwright.core.graph import (
    ADJUDICATE,
    ANNOTATE,
    DONE,
    REVIEW,
    Case,
    Graph,
    LowAgreement,
    LowConfidence,
    Part,
    RandomShare,
    Risky,
    Router,
    Stage,
    Unsure,
    holds_for,
)

ITEM_STATES = ("waiting", "annotating", "adjudicate", "review", "returned", "done", "skipped")
ITEM_STATE_AT = {ANNOTATE: "waiting", ADJUDICATE: "adjudicate", REVIEW: "review", DONE: "done"}
TASK_STATES = ("waiting", "submitted", "skipped", "closed")

SAMPLED = "sampled"
"""The router of the usual way that chooses what is reviewed."""

SKIP_REASONS = ("unclear", "bad_image", "nothing_to_label", "not_my_skill", "other")

MOST_ANSWERS = 50
Answers = Annotated[int, msgspec.Meta(ge=1, le=MOST_ANSWERS)]


class Overlap(msgspec.Struct, frozen=True, kw_only=True):
    """How many people answer the same item.

    `answers` for a `share` of the items, chosen by their ids; the others get one. With a `target`, one
    more person is asked only while the merged answer is less sure than that, up to `most`; `budget` ends
    this once the project has so many answers in all.
    """

    answers: Answers = 1
    share: Part = 1.0
    target: Part | None = None
    most: Answers = 5
    budget: Annotated[int, msgspec.Meta(ge=1)] | None = None
    adjudicate_below: Part = 0.5

    def wanted(self, item: str) -> int:
        """How many answers an item gets at least."""
        return self.answers if holds_for(self.share, item, "overlap") else 1

    def ceiling(self, item: str) -> int:
        """How many answers an item may get."""
        wanted = self.wanted(item)
        in_share = holds_for(self.share, item, "overlap")
        return max(wanted, self.most) if self.target is not None and in_share else wanted

    @property
    def several(self) -> bool:
        """Whether any item may get more than one answer."""
        return self.share > 0 and (self.answers > 1 or (self.target is not None and self.most > 1))


class ReviewPlan(msgspec.Struct, frozen=True, kw_only=True):
    """Which work is reviewed: a `share` of the items drawn by their ids, and those of at least a risk.

    The share is what tells how good the rest is; with all of it nothing is left out. `above` is the chance
    that at least one annotation of an item is wrong; None: risk is not asked for.
    """

    share: Part = 1.0
    above: Part | None = None


class Workflow(msgspec.Struct, frozen=True, kw_only=True):
    """Whether submissions are reviewed, whether by their own author, and how long a lease lasts.

    `overlap` says how many people answer an item, `review_plan` which of them are reviewed;
    `graph` draws another way than the usual one. `codes`
    are the project's own codes of errors.
    """

    review: bool = True
    self_review: bool = False
    lease_seconds: int = 300
    overlap: Overlap = Overlap()
    review_plan: ReviewPlan = ReviewPlan()
    graph: Graph | None = None
    codes: tuple[OwnCode, ...] = ()

    def ways(self) -> Graph:
        """The graph that items follow: the drawn one, or what the settings mean."""
        return self.graph or _usual(self)


def _usual(workflow: Workflow) -> Graph:
    last, end = _reviewing(workflow)
    if not workflow.overlap.several:
        return Graph(start=ANNOTATE, nodes=(Stage(id=ANNOTATE, work=ANNOTATE, to=last), *end))
    cases = [
        Case(when=(LowAgreement(below=workflow.overlap.adjudicate_below),), to=ADJUDICATE),
        Case(when=(Unsure(),), to=ADJUDICATE),
    ]
    if workflow.overlap.target is not None:
        cases.append(Case(when=(LowConfidence(below=workflow.overlap.target),), to=ADJUDICATE))
    return Graph(
        start=ANNOTATE,
        nodes=(
            Stage(id=ANNOTATE, work=ANNOTATE, to="disputed"),
            Router(id="disputed", cases=tuple(cases), otherwise=last),
            Stage(id=ADJUDICATE, work=ADJUDICATE, to=last),
            *end,
        ),
    )


def _reviewing(workflow: Workflow) -> tuple[str, tuple[Router | Stage, ...]]:
    """Where work goes to be reviewed, and the nodes that this takes."""
    if not workflow.review:
        return DONE, ()
    review, plan = Stage(id=REVIEW, work=REVIEW, to=DONE), workflow.review_plan
    if plan.share >= 1:
        return REVIEW, (review,)
    cases = [Case(when=(RandomShare(share=plan.share),), to=REVIEW)]
    if plan.above is not None:
        cases.append(Case(when=(Risky(above=plan.above),), to=REVIEW))
    return SAMPLED, (Router(id=SAMPLED, cases=tuple(cases), otherwise=DONE), review)
