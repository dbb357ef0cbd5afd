"""Acting on many items at once: tags, splits, whose turn it is, and opening them again.

Each act is one entry of the audit log that says how many items it touched. All but opening again are one
transaction; items are opened again one by one, and those that somebody works on stay, each with its reason.
"""

from collections.abc import Sequence
from typing import Annotated, Any

import msgspec
from sqlalchemy import ColumnElement, Connection, and_, delete, exists, func, literal, or_, select, update
from sqlalchemy import insert as insert_into

from labelwright.core.errors import InvalidInput, LabelwrightError, NotFound
from labelwright.core.gold import WORK
from labelwright.core.workflow import ANNOTATE
from labelwright.services.access import ORGANIZATION_WIDE, Actor
from labelwright.services.audit import record
from labelwright.services.context import Context
from labelwright.services.events import announce
from labelwright.services.explore import count_of, filter_for
from labelwright.services.item_filter import EVERYTHING, ItemFilter
from labelwright.services.submissions import Submissions
from labelwright.storage.schema import item_tags, items, members, project_members, tasks

SPLITS = ("train", "val", "test")
MOST_NAMED = 5000
MOST_REOPENED = 2000
LONGEST_TAG = 60

Id = Annotated[str, msgspec.Meta(max_length=36)]


class Selection(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which items: those named, or all that fit a filter except some."""

    items: Annotated[tuple[Id, ...], msgspec.Meta(max_length=MOST_NAMED)] | None = None
    filter: ItemFilter = EVERYTHING
    without: Annotated[tuple[Id, ...], msgspec.Meta(max_length=MOST_NAMED)] = ()


class Done(msgspec.Struct, frozen=True, kw_only=True):
    """How many items were chosen, and how many are different now."""

    chosen: int
    changed: int


class NotDone(msgspec.Struct, frozen=True, kw_only=True):
    """An item that stayed as it was, and why."""

    item: str
    reason: str


class ReopenedMany(msgspec.Struct, frozen=True, kw_only=True):
    """How many items are open again; `kept` are those that are not."""

    chosen: int
    changed: int
    kept: list[NotDone]


class ItemActs:
    """The service of acts on many items."""

    def __init__(self, context: Context, submissions: Submissions) -> None:
        self.context = context
        self._submissions = submissions

    def tag(
        self, actor: Actor, project_id: str, chosen: Selection, *, add: Sequence[str], remove: Sequence[str]
    ) -> Done:
        """Put tags on items and take others off. Raises NotFound, Forbidden, InvalidInput."""
        added, removed = [_tag(tag) for tag in add], [_tag(tag) for tag in remove]
        if (not added and not removed) or set(added) & set(removed):
            raise InvalidInput("Name the tags to add, or others to remove.", place="add")

        def work(tx: Connection) -> Done:
            fits = self._chosen(tx, actor, project_id, chosen, "task.review")
            total = count_of(tx, fits)
            places = (
                [place for (place,) in tx.execute(select(items.c.position).where(fits))] if removed else []
            )
            touched = [self._add(tx, project_id, fits, tag) for tag in dict.fromkeys(added)]
            for start in range(0, len(places), 500):
                part = item_tags.c.position.in_(places[start : start + 500])
                gone = and_(item_tags.c.project_id == project_id, item_tags.c.tag.in_(removed), part)
                touched.append(tx.execute(delete(item_tags).where(gone)).rowcount)
            changed = sum(touched) if len(touched) > 1 and removed else max(touched, default=0)
            detail = {"add": added, "remove": removed}
            return self._done(tx, actor, project_id, "items.tagged", detail, total, min(changed, total))

        return self.context.database.write(work)

    def split(self, actor: Actor, project_id: str, chosen: Selection, to: str | None) -> Done:
        """Put items into a split, or out of any. Raises NotFound, Forbidden, InvalidInput."""
        if to is not None and to not in SPLITS:
            raise InvalidInput(
                f"“{to}” is no split.", place="split", remedy=f"Use {', '.join(SPLITS)} or null."
            )

        def work(tx: Connection) -> Done:
            fits = self._chosen(tx, actor, project_id, chosen, "project.manage")
            total = count_of(tx, fits)
            other = items.c.split.is_distinct_from(to)
            ids = select(items.c.id).where(fits, other)
            changed = tx.execute(update(items).where(items.c.id.in_(ids)).values(split=to)).rowcount
            return self._done(tx, actor, project_id, "items.split", {"split": to}, total, changed)

        return self.context.database.write(work)

    def assign(self, actor: Actor, project_id: str, chosen: Selection, to: str | None) -> Done:
        """Give the waiting annotation tasks of items to a member, or to whoever comes.

        Tasks that somebody works on stay with them. Raises NotFound, Forbidden.
        """

        def work(tx: Connection) -> Done:
            fits = self._chosen(tx, actor, project_id, chosen, "project.manage")
            if to is not None and not _may_work(tx, project_id, to):
                raise NotFound("member", to)
            total = count_of(tx, fits)
            free = or_(tasks.c.lease_expires.is_(None), tasks.c.lease_expires <= self.context.clock())
            waiting = and_(
                tasks.c.project_id == project_id,
                tasks.c.state == "waiting",
                tasks.c.stage == ANNOTATE,
                tasks.c.purpose == WORK,
                free,
            )
            ids = select(items.c.id).where(fits)
            changed = tx.execute(
                update(tasks)
                .where(waiting, tasks.c.assigned_to.is_distinct_from(to), tasks.c.item_id.in_(ids))
                .values(assigned_to=to)
            ).rowcount
            return self._done(tx, actor, project_id, "items.assigned", {"to": to}, total, changed)

        return self.context.database.write(work)

    def reopen(
        self, actor: Actor, project_id: str, chosen: Selection, *, to: str | None, comment: str
    ) -> ReopenedMany:
        """Open items again for annotation, from what they hold now.

        Raises NotFound, Forbidden, InvalidInput for more than can be opened at once.
        """

        def work(tx: Connection) -> list[str]:
            fits = self._chosen(tx, actor, project_id, chosen, "project.manage")
            if to is not None and not _may_work(tx, project_id, to):
                raise NotFound("member", to)
            total = count_of(tx, fits)
            if total > MOST_REOPENED:
                raise InvalidInput(
                    f"{total:,} items are too many to open again at once.",
                    remedy=f"Choose up to {MOST_REOPENED:,}.",
                )
            return list(tx.execute(select(items.c.id).where(fits).order_by(items.c.position)).scalars())

        ids = self.context.database.read(work)
        kept: list[NotDone] = []
        for item_id in ids:
            try:
                self._submissions.reopen(actor, item_id, to=to, comment=comment)
            except LabelwrightError as error:
                kept.append(NotDone(item=item_id, reason=error.message))
        return ReopenedMany(chosen=len(ids), changed=len(ids) - len(kept), kept=kept)

    def _chosen(
        self, tx: Connection, actor: Actor, project_id: str, chosen: Selection, right: str
    ) -> ColumnElement[bool]:
        fits, _ = filter_for(self.context, tx, actor, project_id, chosen.filter, right)
        if chosen.items is not None:
            fits = and_(fits, items.c.id.in_(chosen.items))
        if chosen.without:
            fits = and_(fits, items.c.id.not_in(chosen.without))
        return fits

    def _add(self, tx: Connection, project_id: str, fits: ColumnElement[bool], tag: str) -> int:
        there = exists().where(
            item_tags.c.project_id == project_id,
            item_tags.c.tag == tag,
            item_tags.c.position == items.c.position,
        )
        rows = select(literal(project_id), literal(tag), items.c.position, items.c.id).where(fits, ~there)
        columns = ["project_id", "tag", "position", "item_id"]
        before = _count_tag(tx, project_id, tag)
        tx.execute(insert_into(item_tags).from_select(columns, rows))
        return _count_tag(tx, project_id, tag) - before

    def _done(
        self,
        tx: Connection,
        actor: Actor,
        project_id: str,
        action: str,
        detail: dict[str, Any],
        chosen: int,
        changed: int,
    ) -> Done:
        told = {**detail, "items": chosen, "changed": changed}
        record(tx, self.context, actor.id, action, project_id, told)
        announce(tx, self.context, project_id, "item.changed", project_id, {"items": changed})
        return Done(chosen=chosen, changed=changed)


def _count_tag(tx: Connection, project_id: str, tag: str) -> int:
    rows = select(func.count()).select_from(item_tags)
    return int(
        tx.execute(rows.where(item_tags.c.project_id == project_id, item_tags.c.tag == tag)).scalar_one()
    )


def _tag(text: str) -> str:
    tag = " ".join(text.split())
    if not tag or len(tag) > LONGEST_TAG or not tag.isprintable():
        raise InvalidInput(
            f"“{text[:LONGEST_TAG]}” is no tag.", place="add", remedy=f"Use 1 to {LONGEST_TAG} characters."
        )
    return tag


def _may_work(tx: Connection, project_id: str, member_id: str) -> bool:
    row = tx.execute(select(members.c.role, members.c.active).where(members.c.id == member_id)).first()
    if row is None or not row.active:
        return False
    link = select(project_members.c.role).where(
        project_members.c.project_id == project_id, project_members.c.member_id == member_id
    )
    return row.role in ORGANIZATION_WIDE or tx.execute(link).first() is not None
