"""Tests and courses: what they ask, who may try, and how people did."""

from collections import defaultdict
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, insert, select, update

from labelwright.core.errors import InvalidInput, NotFound, WrongState
from labelwright.core.lessons import COURSE, FORGIVEN, OPEN, TEST, LessonSettings, LessonStanding
from labelwright.core.operations import iso_time
from labelwright.services.access import Actor, project_for, role_in
from labelwright.services.attempts import holds_skill, settings_of, standing_of
from labelwright.services.audit import record
from labelwright.services.context import Context
from labelwright.storage.schema import attempts, gold, gold_answers, items, lessons, members

KINDS = (TEST, COURSE)


class MyStanding(msgspec.Struct, frozen=True, kw_only=True):
    """Where somebody stands in a lesson; see `LessonStanding`. `open` is the attempt they can go on with."""

    why_not: str | None
    used: int
    left: int | None
    retry_at: str | None
    passed_at: str | None
    valid_until: str | None
    best: float | None
    open: str | None
    last: str | None


class LessonView(msgspec.Struct, frozen=True, kw_only=True):
    """A test or course. `settings` is told to managers only: it names the items that are asked."""

    id: str
    project: str
    kind: str
    name: str
    instructions: str
    asked: int
    pass_mark: float
    skill: str | None
    valid_days: int | None
    told: str
    retired: bool
    settings: LessonSettings | None
    mine: MyStanding


class TriedBy(msgspec.Struct, frozen=True, kw_only=True):
    """An attempt of somebody."""

    id: str
    member: str
    name: str
    number: int
    state: str
    score: float | None
    started_at: str
    ended_at: str | None


class AskedItem(msgspec.Struct, frozen=True, kw_only=True):
    """An item of a lesson and how it was answered, by the mean score."""

    gold: str
    item: str
    item_name: str
    answers: int
    skips: int
    score: float | None


class LessonResults(msgspec.Struct, frozen=True, kw_only=True):
    """How people did: their attempts, newest first, and the items, the hardest first."""

    attempts: list[TriedBy]
    items: list[AskedItem]


class Lessons:
    """The service of tests and courses."""

    def __init__(self, context: Context) -> None:
        self.context = context

    def create(
        self, actor: Actor, project_id: str, kind: str, name: str, settings: LessonSettings
    ) -> LessonView:
        """A new test or course. Raises NotFound, Forbidden, InvalidInput."""
        if kind not in KINDS:
            raise InvalidInput(f"“{kind}” is no kind of lesson.", place="kind", remedy="Use test or course.")

        def work(tx: Connection) -> LessonView:
            project_for(tx, actor, project_id, "project.manage")
            _check(tx, project_id, name, settings)
            lesson_id = self.context.new_id()
            row = {"id": lesson_id, "project_id": project_id, "kind": kind, "name": name.strip()}
            row |= {"settings": msgspec.to_builtins(settings), "created_by": actor.id}
            tx.execute(insert(lessons).values(**row, created_at=self.context.now()))
            record(
                tx, self.context, actor.id, "lesson.created", lesson_id, {"project": project_id, "name": name}
            )
            return self._view(tx, _lesson_for(tx, actor, lesson_id), actor)

        return self.context.database.write(work)

    def list(self, actor: Actor, project_id: str) -> list[LessonView]:
        """The tests and courses of a project, with where the actor stands; managers see retired ones too."""

        def work(tx: Connection) -> list[LessonView]:
            project_for(tx, actor, project_id, "project.read")
            found = select(lessons).where(lessons.c.project_id == project_id).order_by(lessons.c.id)
            if not actor.may("project.manage", role_in(tx, actor, project_id)):
                found = found.where(lessons.c.retired_at.is_(None))
            return [self._view(tx, row, actor) for row in tx.execute(found).all()]

        return self.context.database.read(work)

    def get(self, actor: Actor, lesson_id: str) -> LessonView:
        """A test or course. Raises NotFound."""
        return self.context.database.read(lambda tx: self._view(tx, _lesson_for(tx, actor, lesson_id), actor))

    def change(
        self,
        actor: Actor,
        lesson_id: str,
        *,
        name: str | None = None,
        settings: LessonSettings | None = None,
        retired: bool | None = None,
    ) -> LessonView:
        """Change a lesson for attempts from now on, or retire it. Raises NotFound, InvalidInput."""

        def work(tx: Connection) -> LessonView:
            row = _lesson_for(tx, actor, lesson_id, "project.manage")
            _check(tx, row.project_id, name or row.name, settings or settings_of(row))
            values: dict[str, Any] = {}
            if name is not None:
                values["name"] = name.strip()
            if settings is not None:
                values["settings"] = msgspec.to_builtins(settings)
            if retired is not None:
                values["retired_at"] = self.context.now() if retired else None
            if values:
                tx.execute(update(lessons).where(lessons.c.id == lesson_id).values(**values))
                told = {"project": row.project_id, "changed": sorted(values)}
                record(tx, self.context, actor.id, "lesson.changed", lesson_id, told)
            return self._view(tx, _lesson_for(tx, actor, lesson_id), actor)

        return self.context.database.write(work)

    def results(self, actor: Actor, lesson_id: str) -> LessonResults:
        """How people did. Raises NotFound, Forbidden."""

        def work(tx: Connection) -> LessonResults:
            _lesson_for(tx, actor, lesson_id, "project.manage")
            tried = tx.execute(
                select(attempts, members.c.name)
                .join(members, members.c.id == attempts.c.member_id)
                .where(attempts.c.lesson_id == lesson_id)
                .order_by(attempts.c.id.desc())
            ).all()
            asked = tx.execute(
                select(gold_answers, items.c.name.label("item_name"))
                .join(attempts, attempts.c.id == gold_answers.c.attempt_id)
                .join(items, items.c.id == gold_answers.c.item_id)
                .join(gold, gold.c.id == gold_answers.c.gold_id)
                .where(attempts.c.lesson_id == lesson_id, gold_answers.c.answered_at.is_not(None))
            ).all()
            return LessonResults(attempts=[_tried_by(row) for row in tried], items=_by_item(asked))

        return self.context.database.read(work)

    def forgive(self, actor: Actor, attempt_id: str, *, reason: str) -> None:
        """Let a failed attempt no longer count, so that its person may try again now.

        Raises NotFound, Forbidden, WrongState.
        """

        def work(tx: Connection) -> None:
            row = tx.execute(select(attempts).where(attempts.c.id == attempt_id).with_for_update()).first()
            if row is None:
                raise NotFound("attempt", attempt_id)
            try:
                project_for(tx, actor, row.project_id, "project.manage")
            except NotFound:
                raise NotFound("attempt", attempt_id) from None
            if row.state not in ("failed", "given_up"):
                raise WrongState(
                    f"The attempt is {row.state}.", remedy="Only failed attempts can be forgiven."
                )
            tx.execute(update(attempts).where(attempts.c.id == attempt_id).values(state=FORGIVEN))
            told = {"lesson": row.lesson_id, "member": row.member_id, "reason": reason}
            record(tx, self.context, actor.id, "attempt.forgiven", attempt_id, told)

        self.context.database.write(work)

    def _view(self, tx: Connection, row: Row[Any], actor: Actor) -> LessonView:
        settings = settings_of(row)
        tries = tx.execute(
            select(attempts)
            .where(attempts.c.lesson_id == row.id, attempts.c.member_id == actor.id)
            .order_by(attempts.c.number)
        ).all()
        holds = holds_skill(tx, self.context, row, actor.id)
        where = standing_of(row.kind, settings, tries, self.context.clock(), holds=holds)
        manages = actor.may("project.manage", role_in(tx, actor, row.project_id))
        usable = select(gold.c.id).where(gold.c.id.in_(settings.gold), gold.c.retired_at.is_(None))
        number = len(tx.execute(usable).all())
        return LessonView(
            id=row.id,
            project=row.project_id,
            kind=row.kind,
            name=row.name,
            instructions=settings.instructions,
            asked=number if settings.ask is None else min(number, settings.ask),
            pass_mark=settings.pass_mark,
            skill=settings.skill,
            valid_days=settings.valid_days,
            told=settings.told,
            retired=row.retired_at is not None,
            settings=settings if manages else None,
            mine=_mine(where, tries),
        )


def _check(tx: Connection, project_id: str, name: str, settings: LessonSettings) -> None:
    if not 0 < len(name.strip()) <= 200:
        raise InvalidInput("A lesson needs a name.", place="name", remedy="Use 1 to 200 letters.")
    if settings.skill is not None and not settings.skill.strip():
        raise InvalidInput("A skill needs a name.", place="skill", remedy="Name it, or leave it out.")
    known = set(
        tx.execute(
            select(gold.c.id).where(gold.c.project_id == project_id, gold.c.id.in_(settings.gold))
        ).scalars()
    )
    strange = [name for name in settings.gold if name not in known]
    if strange:
        raise InvalidInput(
            f"“{strange[0]}” is no gold item of this project.", place="gold", remedy="Choose among its gold."
        )


def _lesson_for(tx: Connection, actor: Actor, lesson_id: str, right: str = "project.read") -> Row[Any]:
    row = tx.execute(select(lessons).where(lessons.c.id == lesson_id)).first()
    if row is None:
        raise NotFound("lesson", lesson_id)
    try:
        project_for(tx, actor, row.project_id, right)
    except NotFound:
        raise NotFound("lesson", lesson_id) from None
    return row


def _mine(where: LessonStanding, tries: Any) -> MyStanding:  # noqa: ANN401  # rows
    def moment(at: int | None) -> str | None:
        return None if at is None else iso_time(at)

    ended = [row.id for row in tries if row.state != OPEN]
    return MyStanding(
        why_not=where.why_not,
        used=where.used,
        left=where.left,
        retry_at=moment(where.retry_at),
        passed_at=moment(where.passed_at),
        valid_until=moment(where.valid_until),
        best=where.best,
        open=next((row.id for row in tries if row.state == OPEN), None),
        last=ended[-1] if ended else None,
    )


def _tried_by(row: Row[Any]) -> TriedBy:
    return TriedBy(
        id=row.id,
        member=row.member_id,
        name=row.name,
        number=row.number,
        state=row.state,
        score=row.score,
        started_at=row.started_at,
        ended_at=row.ended_at,
    )


def _by_item(asked: Any) -> list[AskedItem]:  # noqa: ANN401  # rows
    rows: dict[str, list[Row[Any]]] = defaultdict(list)
    for row in asked:
        rows[row.gold_id].append(row)
    found: list[AskedItem] = []
    for name, mine in rows.items():
        scores = [row.score for row in mine if row.score is not None]
        found.append(
            AskedItem(
                gold=name,
                item=mine[0].item_id,
                item_name=mine[0].item_name,
                answers=len(scores),
                skips=len(mine) - len(scores),
                score=sum(scores) / len(scores) if scores else None,
            )
        )
    return sorted(found, key=lambda one: (one.score is None, one.score or 0.0, one.gold))
