"""Attempts at tests and courses: gold items one after the other, then a score, and perhaps a skill."""

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, bindparam, insert, select, update

from labelwright.core.errors import NotFound, NotReady, WrongState
from labelwright.core.gold import COURSE as COURSE_TASK
from labelwright.core.gold import QUALIFICATION, WORK
from labelwright.core.lessons import (
    COURSE,
    FAILED,
    GIVEN_UP,
    OPEN,
    PASSED,
    LessonSettings,
    LessonStanding,
    Tried,
    standing,
)
from labelwright.core.operations import iso_time
from labelwright.services.access import Actor, project_for, role_in
from labelwright.services.audit import record
from labelwright.services.context import Context
from labelwright.services.gold_queue import give_gold
from labelwright.services.gold_scoring import Scored
from labelwright.services.quality_rows import seconds_since_epoch
from labelwright.services.skills import grant_skill, skills_held
from labelwright.storage.schema import attempts, gold, gold_answers, items, lessons, members, tasks

_lesson = select(lessons).where(lessons.c.id == bindparam("lesson"))
_lesson_locked = _lesson.with_for_update()
_attempt = select(attempts).where(attempts.c.id == bindparam("attempt"))
_tries = (
    select(attempts)
    .where(attempts.c.lesson_id == bindparam("lesson"), attempts.c.member_id == bindparam("member"))
    .order_by(attempts.c.number)
)
_asked = (
    select(gold_answers)
    .where(gold_answers.c.attempt_id == bindparam("attempt"))
    .order_by(gold_answers.c.number)
)


class MayNotTryYet(WrongState):
    """The lesson cannot be begun now: it was passed, tried too often, or a moment ago."""

    code = "lesson.not_now"


class NothingToAsk(NotReady):
    """A lesson has no gold item left that could be asked."""

    code = "lesson.empty"
    remedy = "A manager adds gold items to it."


class AnsweredItem(msgspec.Struct, frozen=True, kw_only=True):
    """An item of an attempt: the task it was answered in; `score` where the person is told."""

    task: str
    number: int
    score: float | None
    skipped: bool


class AttemptView(msgspec.Struct, frozen=True, kw_only=True):
    """An attempt: `task` is the one to work on now, None once it has ended; `asked` items are asked in all.

    `answers` are those that its person may look at beside what is right.
    """

    id: str
    lesson: str
    name: str
    kind: str
    project: str
    member: str
    member_name: str
    number: int
    state: str
    asked: int
    answered: int
    task: str | None
    score: float | None
    pass_mark: float
    skill: str | None
    told: str
    answers: list[AnsweredItem]
    started_at: str
    ended_at: str | None


class Attempts:
    """The service of attempts."""

    def __init__(self, context: Context) -> None:
        self.context = context

    def begin(self, actor: Actor, lesson_id: str) -> AttemptView:
        """Begin an attempt, or go on with the one that is open.

        Raises NotFound, MayNotTryYet (passed, no attempt left, too early), NothingToAsk.
        """

        def work(tx: Connection) -> AttemptView:
            # The row is locked, so that of two tabs that begin at once one finds the other's attempt.
            lesson = tx.execute(_lesson_locked, {"lesson": lesson_id}).first()
            if lesson is None or lesson.retired_at is not None:
                raise NotFound("lesson", lesson_id)
            project_for(tx, actor, lesson.project_id, "task.annotate")
            tries = tx.execute(_tries, {"lesson": lesson_id, "member": actor.id}).all()
            current = next((row for row in tries if row.state == OPEN), None)
            if current is None:
                current = self._begun(tx, actor, lesson, tries)
            return self._view(tx, current, actor)

        return self.context.database.write(work)

    def get(self, actor: Actor, attempt_id: str) -> AttemptView:
        """One's own attempt; managers see everybody's. Raises NotFound."""

        def work(tx: Connection) -> AttemptView:
            return self._view(tx, attempt_for(tx, actor, attempt_id), actor)

        return self.context.database.read(work)

    def give_up(self, actor: Actor, attempt_id: str) -> AttemptView:
        """End one's own attempt as it is; it counts as tried. Raises NotFound, WrongState."""

        def work(tx: Connection) -> AttemptView:
            attempt = attempt_for(tx, actor, attempt_id, lock=True)
            if attempt.member_id != actor.id:
                raise NotFound("attempt", attempt_id)
            if attempt.state != OPEN:
                raise WrongState("The attempt has ended already.", remedy="Begin another one.")
            open_tasks = select(gold_answers.c.task_id).where(
                gold_answers.c.attempt_id == attempt_id, gold_answers.c.answered_at.is_(None)
            )
            closing = {"state": "closed", "closed_at": self.context.now(), "lease_member": None}
            tx.execute(
                update(tasks)
                .where(tasks.c.id.in_(open_tasks), tasks.c.state == "waiting")
                .values(**closing, lease_expires=None)
            )
            self._end(tx, attempt, GIVEN_UP, None)
            record(tx, self.context, actor.id, "attempt.given_up", attempt_id, {"lesson": attempt.lesson_id})
            return self._view(tx, tx.execute(_attempt, {"attempt": attempt_id}).one(), actor)

        return self.context.database.write(work)

    def _begun(self, tx: Connection, actor: Actor, lesson: Row[Any], tries: Sequence[Row[Any]]) -> Row[Any]:
        settings = settings_of(lesson)
        holds = holds_skill(tx, self.context, lesson, actor.id)
        where = standing_of(lesson.kind, settings, tries, self.context.clock(), holds=holds)
        _check_may_try(lesson, where)
        asked = self._drawn(tx, actor.id, lesson, settings)
        if not asked:
            raise NothingToAsk(f"“{lesson.name}” has no items to ask.")
        attempt_id = self.context.new_id()
        row = {"id": attempt_id, "lesson_id": lesson.id, "project_id": lesson.project_id}
        row |= {"member_id": actor.id, "number": len(tries) + 1, "state": OPEN, "settings": lesson.settings}
        tx.execute(insert(attempts).values(**row, gold=asked, started_at=self.context.now()))
        attempt = tx.execute(_attempt, {"attempt": attempt_id}).one()
        _ask(tx, self.context, attempt, lesson.kind, 1)
        record(tx, self.context, actor.id, "attempt.begun", attempt_id, {"lesson": lesson.id})
        return attempt

    def _drawn(self, tx: Connection, member_id: str, lesson: Row[Any], settings: LessonSettings) -> list[str]:
        """Ids of the gold items that an attempt asks; in a test those new to the person first."""
        found = select(gold.c.id, gold.c.item_id, gold.c.author).join(items, items.c.id == gold.c.item_id)
        known = {
            row.id: row
            for row in tx.execute(found.where(gold.c.id.in_(settings.gold), gold.c.retired_at.is_(None)))
        }
        pool = [name for name in settings.gold if name in known]
        if settings.shuffled:
            drawn = {name: self.context.randomness(8) for name in pool}
            pool.sort(key=lambda name: drawn[name])
        number = len(pool) if settings.ask is None else min(settings.ask, len(pool))
        if lesson.kind != COURSE:
            ids = [row.item_id for row in known.values()]
            seen = _seen(tx, member_id, ids) | {r.item_id for r in known.values() if r.author == member_id}
            pool.sort(key=lambda name: known[name].item_id in seen)  # stable: the order stays otherwise
        return pool[:number]

    def _end(self, tx: Connection, attempt: Row[Any], state: str, score: float | None) -> None:
        values = {"state": state, "score": score, "ended_at": self.context.now()}
        tx.execute(update(attempts).where(attempts.c.id == attempt.id).values(**values))

    def _view(self, tx: Connection, attempt: Row[Any], actor: Actor) -> AttemptView:
        lesson = tx.execute(_lesson, {"lesson": attempt.lesson_id}).one()
        settings = settings_of(attempt)
        asked = tx.execute(_asked, {"attempt": attempt.id}).all()
        done = [row for row in asked if row.answered_at is not None]
        manages = actor.may("project.manage", role_in(tx, actor, attempt.project_id))
        told = manages or attempt_tells(settings, attempt)
        current = next((row.task_id for row in asked if row.answered_at is None), None)
        name = tx.execute(select(members.c.name).where(members.c.id == attempt.member_id)).scalar()
        return AttemptView(
            id=attempt.id,
            lesson=lesson.id,
            name=lesson.name,
            kind=lesson.kind,
            project=attempt.project_id,
            member=attempt.member_id,
            member_name=str(name or attempt.member_id),
            number=attempt.number,
            state=attempt.state,
            asked=len(attempt.gold),
            answered=len(done),
            task=current if attempt.state == OPEN else None,
            score=attempt.score,
            pass_mark=settings.pass_mark,
            skill=settings.skill,
            told=settings.told,
            answers=[
                AnsweredItem(
                    task=row.task_id,
                    number=row.number,
                    score=row.score,
                    skipped=row.document_id is None,
                )
                for row in (done if told else [])
            ],
            started_at=attempt.started_at,
            ended_at=attempt.ended_at,
        )


def settings_of(row: Row[Any]) -> LessonSettings:
    """The settings of a lesson, or those that an attempt began with."""
    return msgspec.convert(row.settings, LessonSettings)


def attempt_tells(settings: LessonSettings, attempt: Row[Any]) -> bool:
    """Whether an attempt's person may see by now what is right of what they answered."""
    return settings.told == "each" or (settings.told == "end" and attempt.state != OPEN)


def standing_of(
    kind: str, settings: LessonSettings, tries: Sequence[Row[Any]], now: int, *, holds: bool
) -> LessonStanding:
    """Where the person of these attempts stands."""
    made = [
        Tried(
            state=row.state,
            score=row.score,
            ended=None if row.ended_at is None else round(seconds_since_epoch(row.ended_at) * 1000),
        )
        for row in tries
    ]
    return standing(kind, settings, made, now, holds=holds)


def holds_skill(tx: Connection, context: Context, lesson: Row[Any], member_id: str) -> bool:
    """Whether somebody holds what a lesson grants; true where it grants nothing."""
    skill = settings_of(lesson).skill
    return skill is None or skill in skills_held(tx, context, lesson.project_id, member_id)


def attempt_for(tx: Connection, actor: Actor, attempt_id: str, *, lock: bool = False) -> Row[Any]:
    """An attempt's row, if it is the actor's or they manage the project. Raises NotFound."""
    statement = _attempt.with_for_update() if lock else _attempt
    row = tx.execute(statement, {"attempt": attempt_id}).first()
    if row is None:
        raise NotFound("attempt", attempt_id)
    try:
        project_for(tx, actor, row.project_id, "project.read")
    except NotFound:
        raise NotFound("attempt", attempt_id) from None
    if row.member_id != actor.id and not actor.may("project.manage", role_in(tx, actor, row.project_id)):
        raise NotFound("attempt", attempt_id)
    return row


def attempt_goes_on(tx: Connection, context: Context, project: Row[Any], task: Row[Any]) -> Scored | None:
    """After an answer in an attempt: ask the next item, or end it; gives what its person is told now."""
    if task.purpose not in (QUALIFICATION, COURSE_TASK):
        return None
    answered = tx.execute(select(gold_answers).where(gold_answers.c.task_id == task.id)).one()
    attempt = tx.execute(_attempt.with_for_update(), {"attempt": answered.attempt_id}).one()
    settings = settings_of(attempt)
    if attempt.state == OPEN:
        lesson = tx.execute(_lesson, {"lesson": attempt.lesson_id}).one()
        if not _ask(tx, context, attempt, lesson.kind, answered.number + 1):
            _finish(tx, context, project, attempt, settings)
    if settings.told != "each" or answered.score is None:
        return None
    passed = answered.score >= settings.pass_mark
    return Scored(task=task.id, purpose=task.purpose, score=answered.score, passed=passed)


def _ask(tx: Connection, context: Context, attempt: Row[Any], kind: str, number: int) -> bool:
    """Open the task of an item of an attempt, if there are as many; those gone since are passed over."""
    purpose = COURSE_TASK if kind == COURSE else QUALIFICATION
    for at in range(number, len(attempt.gold) + 1):
        chosen = tx.execute(
            select(gold)
            .join(items, items.c.id == gold.c.item_id)
            .where(gold.c.id == attempt.gold[at - 1], gold.c.retired_at.is_(None))
        ).first()
        if chosen is not None:
            give_gold(
                tx,
                context,
                chosen,
                attempt.member_id,
                purpose=purpose,
                attempt_id=attempt.id,
                number=at,
            )
            return True
    return False


def _finish(
    tx: Connection, context: Context, project: Row[Any], attempt: Row[Any], settings: LessonSettings
) -> None:
    asked = tx.execute(_asked, {"attempt": attempt.id}).all()
    score = sum(row.score or 0.0 for row in asked) / len(asked)
    # Scores are means of fractions: what is as good as the mark has reached it.
    passed = score >= settings.pass_mark - 1e-9
    state = PASSED if passed else FAILED
    values = {"state": state, "score": score, "ended_at": context.now()}
    tx.execute(update(attempts).where(attempts.c.id == attempt.id).values(**values))
    told = {"lesson": attempt.lesson_id, "score": round(score, 4), "state": state}
    record(tx, context, attempt.member_id, "attempt.ended", attempt.id, told)
    if passed and settings.skill:
        grant_skill(tx, context, project.id, attempt.member_id, settings.skill, days=settings.valid_days)
        told = {"project": project.id, "skill": settings.skill, "attempt": attempt.id}
        record(tx, context, attempt.member_id, "skill.granted", attempt.member_id, told)


def _check_may_try(lesson: Row[Any], where: LessonStanding) -> None:
    if where.why_not == "passed":
        until = "" if where.valid_until is None else f" until {iso_time(where.valid_until)}"
        raise MayNotTryYet(f"“{lesson.name}” is passed{until}.", remedy="There is nothing to do.")
    if where.why_not == "no_attempts_left":
        raise MayNotTryYet(
            f"“{lesson.name}” was tried {where.used} times, which is as often as one may.",
            remedy="Ask a manager for another attempt.",
        )
    if where.why_not == "too_early" and where.retry_at is not None:
        raise MayNotTryYet(
            f"“{lesson.name}” was tried a short time ago.",
            remedy=f"Try it again after {iso_time(where.retry_at)}.",
        )


def _seen(tx: Connection, member_id: str, ids: list[str]) -> set[str]:
    asked = select(gold_answers.c.item_id).where(
        gold_answers.c.member_id == member_id, gold_answers.c.item_id.in_(ids)
    )
    worked = select(tasks.c.item_id).where(
        tasks.c.taken_by == member_id, tasks.c.purpose == WORK, tasks.c.item_id.in_(ids)
    )
    return set(tx.execute(asked).scalars()) | set(tx.execute(worked).scalars())
