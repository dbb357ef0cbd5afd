"""Stages and states: how an item goes from waiting to done.

    waiting ─► annotate ─► review ─► done
                  ▲ ▲         │
                  │ └─returned┘        the task goes back to its author's queue
                  └─ skipped           a manager may open it again

An item has one open task at a time. A task is `waiting` until its submission closes it as
`submitted`, or a skip as `skipped`. A lease on a waiting task says who works on it, until when.
"""

import msgspec

from labelwright.core.errors import WrongState

ANNOTATE, REVIEW, DONE = "annotate", "review", "done"
STAGES = (ANNOTATE, REVIEW)

ITEM_STATES = ("waiting", "annotating", "review", "returned", "done", "skipped")
TASK_STATES = ("waiting", "submitted", "skipped", "closed")

SKIP_REASONS = ("unclear", "bad_image", "nothing_to_label", "not_my_skill", "other")


class Workflow(msgspec.Struct, frozen=True, kw_only=True):
    """Whether submissions are reviewed, whether by their own author, and how long a lease lasts."""

    review: bool = True
    self_review: bool = False
    lease_seconds: int = 300


def stage_after(stage: str, workflow: Workflow) -> str:
    """The stage an accepted submission moves on to."""
    if stage == ANNOTATE:
        return REVIEW if workflow.review else DONE
    if stage == REVIEW:
        return DONE
    raise WrongState(f"No stage follows “{stage}”.")
