"""Lessons: tests that people pass before they may work, and courses in which they learn.

Both ask gold items one after the other. A test grants a skill to who passes it; how often it may be tried,
how long one waits in between and how long it counts is settled here, from the attempts alone.
"""

from collections.abc import Sequence
from typing import Annotated, Literal

import msgspec

from labelwright.core.graph import Part

TEST, COURSE = "test", "course"
OPEN, PASSED, FAILED, GIVEN_UP, FORGIVEN = "open", "passed", "failed", "given_up", "forgiven"

MOST_ITEMS = 500
HOUR, DAY = 3_600_000, 86_400_000  # milliseconds

Skill = Annotated[str, msgspec.Meta(min_length=1, max_length=60)]
WhyNot = Literal["passed", "no_attempts_left", "too_early"]


class LessonSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a lesson asks, and what follows.

    `gold`: ids of gold items; `ask` so many of them in every attempt (None: all), in their order or
    `shuffled`. An attempt passes with a mean score of at least `pass_mark`; then `skill` is granted, for
    `valid_days` (None: for good). `attempts` may be failed (None: as many as one likes), `retry_hours` apart.
    `told`: people see what is right after each answer, at the end, or only their score.
    """

    gold: Annotated[tuple[str, ...], msgspec.Meta(max_length=MOST_ITEMS)] = ()
    instructions: Annotated[str, msgspec.Meta(max_length=20_000)] = ""
    ask: Annotated[int, msgspec.Meta(ge=1, le=MOST_ITEMS)] | None = None
    shuffled: bool = False
    pass_mark: Part = 0.8
    attempts: Annotated[int, msgspec.Meta(ge=1, le=1000)] | None = None
    retry_hours: Annotated[float, msgspec.Meta(ge=0, le=8760)] = 0.0
    valid_days: Annotated[int, msgspec.Meta(ge=1, le=36_500)] | None = None
    skill: Skill | None = None
    told: Literal["each", "end", "score"] = "each"


class Tried(msgspec.Struct, frozen=True, kw_only=True):
    """An attempt that was made; `ended` in Unix milliseconds, None while it is open."""

    state: str
    score: float | None
    ended: int | None


class LessonStanding(msgspec.Struct, frozen=True, kw_only=True):
    """Where somebody stands in a lesson; times in Unix milliseconds.

    `why_not` says why no attempt can be begun now; one that is open can always go on. `left` is how many
    attempts are left, None for as many as one likes.
    """

    why_not: WhyNot | None
    used: int
    left: int | None
    retry_at: int | None
    passed_at: int | None
    valid_until: int | None
    best: float | None


def standing(
    kind: str, settings: LessonSettings, tried: Sequence[Tried], now: int, *, holds: bool = True
) -> LessonStanding:
    """Where somebody stands at a moment, from their attempts in the order they were made.

    Attempts before the last pass, and forgiven ones, no longer count against anybody. `holds`: whether they
    hold the skill that it grants; a test whose skill was taken away or has ended can be passed again.
    """
    passes = [at for at, one in enumerate(tried) if one.state == PASSED]
    passed_at = tried[passes[-1]].ended if passes else None
    until = (
        None if passed_at is None or settings.valid_days is None else passed_at + settings.valid_days * DAY
    )
    since = tried[passes[-1] + 1 :] if passes else tried
    failed = [one for one in since if one.state in (FAILED, GIVEN_UP)]
    left = None if settings.attempts is None else max(0, settings.attempts - len(failed))
    ends = [one.ended for one in failed if one.ended is not None]
    again = ends[-1] + int(settings.retry_hours * HOUR) if ends else None
    why: WhyNot | None = None
    if kind == TEST and holds and passed_at is not None and (until is None or now < until):
        why = "passed"
    elif left == 0:
        why = "no_attempts_left"
    elif again is not None and now < again:
        why = "too_early"
    return LessonStanding(
        why_not=why,
        used=len(failed),
        left=left,
        retry_at=again if why == "too_early" else None,
        passed_at=passed_at,
        valid_until=until,
        best=max((one.score for one in tried if one.score is not None), default=None),
    )
