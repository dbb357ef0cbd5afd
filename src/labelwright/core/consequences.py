"""What follows from an alarm about somebody's work, as a project decides; nothing by itself."""

from typing import Annotated, Literal

import msgspec

Alarm = Literal["errors", "slower", "faster"]
KINDS = ("more_gold", "pause", "reopen")
"""Kinds of consequences: more gold items, no new tasks, and recent work that goes back to review."""

MOST_EXTRA = 0.5


class ConsequencePlan(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which alarms have consequences, and which ones.

    `extra_gold` is the share of gold items that the person gets beyond the usual one, 0 for none.
    """

    alarms: tuple[Alarm, ...] = ("errors",)
    extra_gold: Annotated[float, msgspec.Meta(ge=0, le=MOST_EXTRA)] = 0.0
    pause: bool = False
    reopen: bool = False

    @property
    def is_on(self) -> bool:
        """Whether anything follows from anything."""
        return bool(self.alarms) and (self.extra_gold > 0 or self.pause or self.reopen)


NOTHING = ConsequencePlan()
