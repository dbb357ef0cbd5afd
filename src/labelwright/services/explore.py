"""The dataset page: pages of items for a filter and an order.

A page is found by what the one before ended with, so that deep pages cost no more than the first, or by
its place, for who drags a scroll bar.
"""

import base64
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Connection, Float, Row, and_, cast, false, func, or_, select

from labelwright.core.errors import InvalidInput
from labelwright.core.gold import WORK
from labelwright.core.item_terms import CATEGORY, ids_meaning
from labelwright.core.ontology import Ontology
from labelwright.services.access import Actor, project_and_role, project_for
from labelwright.services.context import Context
from labelwright.services.explore_outlines import ItemOutlines, outlines_of
from labelwright.services.gold_hiding import AsWork, disguised, shown_as_work, tasks_in_sight
from labelwright.services.item_filter import ItemFilter, as_seeming, condition, quick_count, tells_of_others
from labelwright.services.ontologies import read_ontology
from labelwright.storage.schema import item_tags, item_terms, items, tasks

SORTS = ("position", "name", "annotations", "size", "bytes", "created", "updated", "category")


KNOWN_FOR = 1000  # milliseconds: the facets of a page are asked for right after it
MOST_KNOWN = 500


class ExploreItem(msgspec.Struct, frozen=True, kw_only=True):
    """An item of the dataset page. `stage` and `assigned_to` are those of its waiting task."""

    id: str
    position: int
    name: str
    key: str | None
    width: int
    height: int
    bytes: int
    media_type: str
    state: str
    annotations: int
    split: str | None
    tags: list[str]
    near_duplicate_of: str | None
    task: str | None
    stage: str | None
    assigned_to: str | None
    created_at: str
    updated_at: str


class ExplorePage(msgspec.Struct, frozen=True, kw_only=True):
    """A page of items. `total` counts all that fit; it comes with pages that were not asked for by cursor."""

    items: list[ExploreItem]
    next: str | None
    total: int | None


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """By what items are ordered; `category` where it is the number of its annotations."""

    by: str = "position"
    descending: bool = False
    category: str | None = None


class Explore:
    """The service of the dataset page."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self._counts: dict[tuple[str, ItemFilter], tuple[int, int]] = {}

    def page(
        self,
        actor: Actor,
        project_id: str,
        wanted: ItemFilter,
        order: Order,
        *,
        cursor: str | None = None,
        offset: int | None = None,
        limit: int = 100,
    ) -> ExplorePage:
        """A page of the items that fit. Raises NotFound, Forbidden, InvalidInput."""
        after = read_cursor(cursor, order)

        def work(tx: Connection) -> ExplorePage:
            if order.by == "category":  # it tells how much others marked
                project_for(tx, actor, project_id, "item.history")
            chosen, ontology = filter_for(self.context, tx, actor, project_id, wanted)
            key, source = _key(order, project_id, ontology)
            total = None if after else self.count(tx, project_id, wanted, ontology)
            if after:
                chosen = and_(chosen, _behind(key, after, descending=order.descending))
            by = [key, items.c.position] if order.by != "position" else [key]
            # The places first, which an index knows by itself; then what is shown of them.
            places = tx.execute(
                select(items.c.position, key.label("sort_key"))
                .select_from(source)
                .where(chosen)
                .order_by(*(one.desc() if order.descending else one.asc() for one in by))
                .offset(offset or None)
                .limit(limit + 1)
            ).all()
            page = _rows(tx, project_id, [place.position for place in places[:limit]])
            in_sight = tasks_in_sight(tx, actor, project_id)
            hidden = shown_as_work(tx, self.context, actor, project_id)
            more = _cursor(order, *places[limit - 1]) if len(places) > limit else None
            return ExplorePage(
                items=_views(tx, page, self.context.clock(), hidden, in_sight), next=more, total=total
            )

        return self.context.database.read(work)

    def count(self, tx: Connection, project_id: str, wanted: ItemFilter, ontology: Ontology) -> int:
        """How many items fit; a number that is a few seconds old is as good."""
        key, now = (project_id, wanted), self.context.clock()
        at, total = self._counts.get(key, (0, 0))
        if not at <= now <= at + KNOWN_FOR:
            quick = quick_count(wanted, project_id, ontology)
            fits = condition(wanted, project_id, ontology, now)
            total = count_of(tx, fits) if quick is None else int(tx.execute(quick).scalar_one())
            if len(self._counts) > MOST_KNOWN:
                self._counts.clear()
            self._counts[key] = (now, total)
        return total

    def ids(self, actor: Actor, project_id: str, wanted: ItemFilter, *, limit: int) -> list[str]:
        """The ids of items that fit, in order, up to a limit. Raises NotFound, Forbidden, InvalidInput."""

        def work(tx: Connection) -> list[str]:
            fits, _ = filter_for(self.context, tx, actor, project_id, wanted)
            return list(
                tx.execute(select(items.c.id).where(fits).order_by(items.c.position).limit(limit)).scalars()
            )

        return self.context.database.read(work)

    def outlines(
        self, actor: Actor, project_id: str, item_ids: Sequence[str], most: int = 60
    ) -> list[ItemOutlines]:
        """What counts for items, to be drawn over small pictures. Raises NotFound, Forbidden."""
        return outlines_of(self.context, actor, project_id, item_ids, most)


def filter_for(
    context: Context,
    tx: Connection,
    actor: Actor,
    project_id: str,
    wanted: ItemFilter,
    right: str = "project.read",
) -> tuple[ColumnElement[bool], Ontology]:
    """A filter as a condition, for somebody who holds the right and may know what it asks for.

    Raises NotFound, Forbidden.
    """
    project, role = project_and_role(tx, actor, project_id, right)
    if tells_of_others(wanted) and not actor.may("item.history", role):
        project_for(tx, actor, project_id, "item.history")
    ontology = read_ontology(context, tx, project_id, project.ontology_version)
    fits = condition(wanted, project_id, ontology, context.clock())
    hidden = shown_as_work(tx, context, actor, project_id)

    def seems(one: AsWork) -> ColumnElement[bool]:
        rest = as_seeming(
            wanted,
            state=one.state,
            stage=one.stage,
            annotations=one.annotations,
            categories=one.categories,
        )
        if rest is None:
            return false()
        return condition(rest, project_id, ontology, context.clock(), issues_by=actor.id)

    return disguised(fits, hidden, seems), ontology


def count_of(tx: Connection, fits: ColumnElement[bool]) -> int:
    """How many items fit."""
    return int(tx.execute(select(func.count()).select_from(items).where(fits)).scalar_one())


def read_cursor(text: str | None, order: Order) -> tuple[Any, int] | None:
    """What the page before ended with. Raises InvalidInput."""
    if order.by not in SORTS or (order.by == "category") != (order.category is not None):
        raise InvalidInput(
            f"There is no order “{order.by}”.",
            place="sort",
            remedy=f"Use {', '.join(SORTS)}; category needs the id of one.",
        )
    if not text:
        return None
    try:
        by, value, position = msgspec.json.decode(
            base64.urlsafe_b64decode(text), type=tuple[str, str | float, int]
        )
    except (ValueError, msgspec.DecodeError):
        by, value, position = "", "", 0
    wants_text = order.by in ("name", "created", "updated")
    if by != order.by or isinstance(value, str) != wants_text or abs(position) > 2**31:
        raise InvalidInput("This cursor is none of ours.", place="cursor", remedy="Leave it out.")
    return value, position


def _cursor(order: Order, position: int, key: Any) -> str:  # noqa: ANN401  # a text or a number
    value = key if isinstance(key, str) else float(key)
    return base64.urlsafe_b64encode(msgspec.json.encode((order.by, value, position))).decode()


def _key(order: Order, project_id: str, ontology: Ontology) -> tuple[ColumnElement[Any], Any]:
    if order.by == "category":
        ids = ids_meaning(ontology, order.category or "")
        if len(ids) == 1:
            one = and_(
                item_terms.c.project_id == items.c.project_id,
                item_terms.c.kind == CATEGORY,
                item_terms.c.value == ids[0],
                item_terms.c.position == items.c.position,
            )
            return func.coalesce(item_terms.c.n, 0), items.join(item_terms, one, isouter=True)
        counts = (
            select(item_terms.c.position, func.sum(item_terms.c.n).label("n"))
            .where(
                item_terms.c.project_id == project_id,
                item_terms.c.kind == CATEGORY,
                item_terms.c.value.in_(ids),
            )
            .group_by(item_terms.c.position)
            .subquery()
        )
        joined = items.join(counts, counts.c.position == items.c.position, isouter=True)
        return func.coalesce(counts.c.n, 0), joined
    keys: dict[str, ColumnElement[Any]] = {
        "position": items.c.position,
        "name": items.c.name,
        "annotations": items.c.annotations,
        "size": cast(items.c.width, Float) * items.c.height,
        "bytes": items.c.bytes,
        "created": items.c.created_at,
        "updated": items.c.updated_at,
    }
    return keys[order.by], items


def _behind(key: ColumnElement[Any], after: tuple[Any, int], *, descending: bool) -> ColumnElement[bool]:
    value, position = after
    outer = key <= value if descending else key >= value
    inner = key < value if descending else key > value
    behind = items.c.position < position if descending else items.c.position > position
    return and_(outer, or_(inner, behind))


def _rows(tx: Connection, project_id: str, positions: Sequence[int]) -> list[Row[Any]]:
    rows = tx.execute(select(items).where(items.c.project_id == project_id, items.c.position.in_(positions)))
    by_position = {row.position: row for row in rows}
    return [by_position[position] for position in positions]


def _views(
    tx: Connection,
    rows: Sequence[Row[Any]],
    now: int,
    hidden: Mapping[str, AsWork],
    in_sight: ColumnElement[bool],
) -> list[ExploreItem]:
    ids = [row.id for row in rows]
    waiting = {
        row.item_id: row
        for row in tx.execute(
            select(tasks).where(
                tasks.c.item_id.in_(ids), tasks.c.state == "waiting", tasks.c.purpose == WORK, in_sight
            )
        )
    }
    tags: dict[str, list[str]] = {}
    for row in tx.execute(select(item_tags.c.item_id, item_tags.c.tag).where(item_tags.c.item_id.in_(ids))):
        tags.setdefault(row.item_id, []).append(row.tag)
    views = (_view(row, waiting.get(row.id), sorted(tags.get(row.id, ())), now) for row in rows)
    return [_seen(view, hidden.get(view.id)) for view in views]


def _seen(view: ExploreItem, hidden: AsWork | None) -> ExploreItem:
    if hidden is None:
        return view
    return msgspec.structs.replace(
        view,
        state=hidden.state,
        annotations=hidden.annotations,
        task=hidden.task,
        stage=hidden.stage if hidden.task else None,
        assigned_to=None,
        updated_at=hidden.updated_at or view.created_at,
    )


def _view(row: Row[Any], task: Row[Any] | None, tags: list[str], now: int) -> ExploreItem:
    held = task is not None and (task.lease_expires or 0) > now
    return ExploreItem(
        id=row.id,
        position=row.position,
        name=row.name,
        key=row.key,
        width=row.width,
        height=row.height,
        bytes=row.bytes,
        media_type=row.media_type,
        state="annotating" if held and row.state == "waiting" else row.state,
        annotations=row.annotations,
        split=row.split,
        tags=tags,
        near_duplicate_of=row.near_duplicate_of,
        task=None if task is None else task.id,
        stage=None if task is None else task.stage,
        assigned_to=None if task is None else task.assigned_to,
        created_at=row.created_at,
        updated_at=row.updated_at,
    )
