"""Gold items: where they come from, how hard they are, and what people answered to them."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, delete, insert, select, update

from labelwright.core.document import Document
from labelwright.core.errors import InvalidInput, NotFound
from labelwright.core.gold import GOLD, SOURCES, GoldPlan
from labelwright.quality.gold_score import GoldScore
from labelwright.services.access import Actor, project_for, role_in
from labelwright.services.attempts import attempt_tells, settings_of
from labelwright.services.audit import record
from labelwright.services.context import Context
from labelwright.services.gold_queue import categories_of
from labelwright.services.gold_rows import gold_plan_of, may_be_told
from labelwright.services.gold_scoring import given_answer, right_answer
from labelwright.services.gold_sources import LeftOut, Offer, offered_by, spread, why_left_out
from labelwright.storage.schema import (
    attempts,
    gold,
    gold_answers,
    gold_plans,
    items,
    members,
)

MOST_LISTED = 1_000


class GoldView(msgspec.Struct, frozen=True, kw_only=True):
    """A gold item. `hardness` is 1 − the mean score of unannounced answers; None: nobody answered yet."""

    id: str
    item: str
    item_name: str
    source: str
    author: str
    author_name: str
    categories: dict[str, int]
    explanation: str
    mixed: bool
    answers: int
    hardness: float | None
    added_at: str
    retired_at: str | None


class Candidates(msgspec.Struct, frozen=True, kw_only=True):
    """How many items each source offers that are not gold yet, and of each category how many of them."""

    source: str
    items: int
    categories: dict[str, int]


class GoldAdded(msgspec.Struct, frozen=True, kw_only=True):
    """What became gold, by id, and what did not."""

    added: list[str]
    left_out: list[LeftOut]


class GoldAnswerView(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody answered to a gold item; `score` None: they could not answer."""

    task: str
    gold: str
    item: str
    item_name: str
    member: str
    member_name: str
    purpose: str
    score: float | None
    passed: bool | None
    answered_at: str
    told: bool


class GoldComparison(msgspec.Struct, frozen=True, kw_only=True):
    """An answer beside what is right, and how they were held against each other."""

    answer: GoldAnswerView
    width: int
    height: int
    reference: Document
    given: Document
    detail: GoldScore | None
    explanation: str


class Gold:
    """The service of gold."""

    def __init__(self, context: Context) -> None:
        self.context = context

    def plan(self, actor: Actor, project_id: str) -> GoldPlan:
        """How much gold is mixed in. Raises NotFound, Forbidden."""

        def work(tx: Connection) -> GoldPlan:
            project_for(tx, actor, project_id, "project.manage")
            return gold_plan_of(tx, project_id)

        return self.context.database.read(work)

    def set_plan(self, actor: Actor, project_id: str, plan: GoldPlan) -> GoldPlan:
        """Decide how much gold is mixed in from now on. Raises NotFound, Forbidden."""

        def work(tx: Connection) -> GoldPlan:
            project_for(tx, actor, project_id, "project.manage")
            told = msgspec.to_builtins(plan)
            row = {"plan": told, "updated_by": actor.id, "updated_at": self.context.now()}
            row["seed"] = self.context.randomness(16).hex()
            tx.execute(delete(gold_plans).where(gold_plans.c.project_id == project_id))
            tx.execute(insert(gold_plans).values(project_id=project_id, **row))
            record(tx, self.context, actor.id, "gold.planned", project_id, told)
            return plan

        return self.context.database.write(work)

    def of(self, actor: Actor, project_id: str, *, retired: bool = False) -> list[GoldView]:
        """The gold items of a project, the newest first. Raises NotFound, Forbidden."""

        def work(tx: Connection) -> list[GoldView]:
            project_for(tx, actor, project_id, "project.manage")
            found = select(gold, items.c.name.label("item_name"), members.c.name.label("author_name"))
            found = found.join(items, items.c.id == gold.c.item_id)
            found = found.join(members, members.c.id == gold.c.author, isouter=True)
            found = found.where(gold.c.project_id == project_id)
            if not retired:
                found = found.where(gold.c.retired_at.is_(None))
            rows = tx.execute(found.order_by(gold.c.id.desc()).limit(MOST_LISTED))
            return [_gold_view(row) for row in rows]

        return self.context.database.read(work)

    def candidates(self, actor: Actor, project_id: str) -> list[Candidates]:
        """What each source offers. Raises NotFound, Forbidden."""

        def work(tx: Connection) -> list[Candidates]:
            project_for(tx, actor, project_id, "project.manage")
            found: list[Candidates] = []
            for source in SOURCES:
                rows = offered_by(tx, project_id, source)
                counts = Counter(name for row in rows for name in categories_of(row.categories))
                found.append(Candidates(source=source, items=len(rows), categories=dict(counts)))
            return found

        return self.context.database.read(work)

    def add(
        self,
        actor: Actor,
        project_id: str,
        *,
        source: str,
        wanted: Sequence[str] | int,
        explanation: str = "",
        mixed: bool = True,
    ) -> GoldAdded:
        """Make items gold: the named ones, or so many of a source, spread over categories.

        Named items of the source `expert` are taken with whatever answer they hold now: the actor vouches
        for it. Raises NotFound, Forbidden, InvalidInput.
        """
        if source not in SOURCES:
            listed = ", ".join(SOURCES)
            raise InvalidInput(
                f"Gold does not come from “{source}”.", place="source", remedy=f"Use {listed}."
            )

        def work(tx: Connection) -> GoldAdded:
            project_for(tx, actor, project_id, "project.manage")
            vouched = source == "expert" and not isinstance(wanted, int)
            offered = offered_by(tx, project_id, source, vouched=vouched)
            if isinstance(wanted, int):
                chosen, left = spread(offered, wanted), list[LeftOut]()
            else:
                by_item = {row.item_id: row for row in offered}
                chosen = [by_item[name] for name in dict.fromkeys(wanted) if name in by_item]
                missing = [name for name in dict.fromkeys(wanted) if name not in by_item]
                left = why_left_out(tx, project_id, missing, source)
            added = [self._added(tx, actor, project_id, row, source, explanation, mixed) for row in chosen]
            told = {"source": source, "items": len(added), "mixed": mixed}
            record(tx, self.context, actor.id, "gold.added", project_id, told)
            return GoldAdded(added=added, left_out=left)

        return self.context.database.write(work)

    def change(
        self,
        actor: Actor,
        gold_id: str,
        *,
        explanation: str | None = None,
        mixed: bool | None = None,
        retired: bool | None = None,
    ) -> GoldView:
        """Change what is told of a gold item, whether queues get it, or retire it. Raises NotFound."""

        def work(tx: Connection) -> GoldView:
            row = _gold_for(tx, actor, gold_id)
            values: dict[str, Any] = {"explanation": explanation, "mixed": mixed}
            values = {name: value for name, value in values.items() if value is not None}
            if retired is not None:
                values["retired_at"] = self.context.now() if retired else None
            if values:
                tx.execute(update(gold).where(gold.c.id == gold_id).values(**values))
                record(
                    tx, self.context, actor.id, "gold.changed", gold_id, {"project": row.project_id, **values}
                )
            found = select(gold, items.c.name.label("item_name"), members.c.name.label("author_name"))
            found = found.join(items, items.c.id == gold.c.item_id)
            found = found.join(members, members.c.id == gold.c.author, isouter=True)
            return _gold_view(tx.execute(found.where(gold.c.id == gold_id)).one())

        return self.context.database.write(work)

    def answers(
        self, actor: Actor, project_id: str, *, member: str | None = None, purpose: str | None = None
    ) -> list[GoldAnswerView]:
        """What people answered to gold, newest first; who may not manage sees their own, once told."""

        def work(tx: Connection) -> list[GoldAnswerView]:
            project_for(tx, actor, project_id, "project.read")
            manages = actor.may("project.manage", role_in(tx, actor, project_id))
            found = _answers().where(gold_answers.c.project_id == project_id)
            if not manages:
                found = found.where(gold_answers.c.member_id == actor.id)
            elif member:
                found = found.where(gold_answers.c.member_id == member)
            if purpose:
                found = found.where(gold_answers.c.purpose == purpose)
            plan = gold_plan_of(tx, project_id)
            newest = found.order_by(gold_answers.c.answered_at.desc(), gold_answers.c.task_id).limit(
                MOST_LISTED
            )
            return [
                _answer_view(row, plan)
                for row in tx.execute(newest)
                if manages or self._may_know(tx, plan, row)
            ]

        return self.context.database.read(work)

    def comparison(self, actor: Actor, task_id: str) -> GoldComparison:
        """An answer beside what is right, for its author once they may know, and for managers.

        Raises NotFound, also where the author is not told yet: gold stays unannounced.
        """

        def work(tx: Connection) -> GoldComparison:
            row = tx.execute(_answers().where(gold_answers.c.task_id == task_id)).first()
            if row is None:
                raise NotFound("answer", task_id)
            try:
                project = project_for(tx, actor, row.project_id, "project.read")
            except NotFound:
                raise NotFound("answer", task_id) from None
            manages = actor.may("project.manage", role_in(tx, actor, row.project_id))
            plan = gold_plan_of(tx, row.project_id)
            own = row.member_id == actor.id and self._may_know(tx, plan, row)
            if not (manages or own):
                raise NotFound("answer", task_id)
            if own and row.told_at is None:
                told = update(gold_answers).where(gold_answers.c.task_id == task_id)
                tx.execute(told.values(told_at=self.context.now()))
            item = tx.execute(select(items).where(items.c.id == row.item_id)).one()
            return GoldComparison(
                answer=_answer_view(row, plan),
                width=item.width,
                height=item.height,
                reference=right_answer(tx, self.context, project, row.gold_id),
                given=given_answer(tx, self.context, project, row.document_id),
                detail=None if row.detail is None else msgspec.convert(row.detail, GoldScore),
                explanation=row.explanation,
            )

        return self.context.database.write(work)

    def _may_know(self, tx: Connection, plan: GoldPlan, row: Row[Any]) -> bool:
        if row.purpose == GOLD:
            return may_be_told(plan, self.context, row.answered_at)
        attempt = tx.execute(select(attempts).where(attempts.c.id == row.attempt_id)).one()
        return attempt_tells(settings_of(attempt), attempt)

    def _added(
        self,
        tx: Connection,
        actor: Actor,
        project_id: str,
        row: Offer,
        source: str,
        explanation: str,
        mixed: bool,
    ) -> str:
        gold_id = self.context.new_id()
        values = {"id": gold_id, "project_id": project_id, "item_id": row.item_id, "document_id": row.id}
        values |= {"source": source, "author": row.author, "categories": row.categories, "mixed": mixed}
        values |= {"explanation": explanation, "answers": 0, "score_sum": 0.0, "added_by": actor.id}
        tx.execute(insert(gold).values(**values, added_at=self.context.now()))
        return gold_id


def _gold_for(tx: Connection, actor: Actor, gold_id: str) -> Row[Any]:
    row = tx.execute(select(gold).where(gold.c.id == gold_id)).first()
    if row is None:
        raise NotFound("gold item", gold_id)
    try:
        project_for(tx, actor, row.project_id, "project.manage")
    except NotFound:
        raise NotFound("gold item", gold_id) from None
    return row


def _gold_view(row: Row[Any]) -> GoldView:
    return GoldView(
        id=row.id,
        item=row.item_id,
        item_name=row.item_name,
        source=row.source,
        author=row.author,
        author_name=row.author_name or row.author,
        categories=row.categories,
        explanation=row.explanation,
        mixed=row.mixed,
        answers=row.answers,
        hardness=1 - row.score_sum / row.answers if row.answers else None,
        added_at=row.added_at,
        retired_at=row.retired_at,
    )


def _answers() -> Any:  # noqa: ANN401  # a select
    return (
        select(
            gold_answers,
            gold.c.explanation,
            items.c.name.label("item_name"),
            members.c.name.label("member_name"),
        )
        .join(gold, gold.c.id == gold_answers.c.gold_id)
        .join(items, items.c.id == gold_answers.c.item_id)
        .join(members, members.c.id == gold_answers.c.member_id)
        .where(gold_answers.c.answered_at.is_not(None))
    )


def _answer_view(row: Row[Any], plan: GoldPlan) -> GoldAnswerView:
    return GoldAnswerView(
        task=row.task_id,
        gold=row.gold_id,
        item=row.item_id,
        item_name=row.item_name,
        member=row.member_id,
        member_name=row.member_name,
        purpose=row.purpose,
        score=row.score,
        passed=None if row.score is None else row.score >= plan.pass_mark,
        answered_at=row.answered_at,
        told=row.told_at is not None,
    )
