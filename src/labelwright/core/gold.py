"""Gold: items whose right answer is known, mixed into queues unannounced to measure who answers them."""

from typing import Annotated, Literal

import msgspec

from labelwright.core.graph import Part

Feedback = Literal["none", "instant", "later"]
SOURCES = ("reference", "adjudicated", "reviewed", "expert")
WORK, GOLD, QUALIFICATION, COURSE = "work", "gold", "qualification", "course"
"""What a task is for: its item, or its person (unannounced, in a test, in a course)."""

MOST_GOLD = 0.5


class GoldPlan(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How much gold people get among their work, and what they are told of it.

    `rate` is the share of gold among all tasks, 0 for none; `every_at_least` works lie between two gold
    items. An annotation is found again where its IoU is at least `iou`; an answer of at least `pass_mark` is
    right. People see what they answered beside what is right never, at once, or after `later_hours`.
    """

    rate: Annotated[float, msgspec.Meta(ge=0, le=MOST_GOLD)] = 0.0
    every_at_least: Annotated[int, msgspec.Meta(ge=0, le=1000)] = 3
    iou: Annotated[float, msgspec.Meta(ge=0.05, le=1)] = 0.5
    pass_mark: Part = 0.7
    feedback: Feedback = "none"
    later_hours: Annotated[float, msgspec.Meta(ge=0, le=8760)] = 24.0

    def chance(self, rate: float, works: int | None) -> float:
        """The chance that the next task is gold, so that in the long run a share `rate` of all is.

        `works`: how many tasks of work came since the last gold one; None: there was none yet.
        """
        if rate <= 0 or (works is not None and works < self.every_at_least):
            return 0.0
        # A round is one gold item, the works that must follow it, and a geometric number of works more.
        pause = 1 / min(rate, MOST_GOLD) - self.every_at_least
        return 1.0 if pause <= 1 else 1 / pause
