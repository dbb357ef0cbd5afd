"""Saved views: a filter with its order under a name, for oneself or for everybody in the project."""

from typing import Any

import msgspec
from sqlalchemy import Connection, Row, delete, func, insert, or_, select, update

from labelwright.core.errors import Forbidden, InvalidInput, NotFound
from labelwright.services.access import Actor, project_and_role, project_for
from labelwright.services.audit import record
from labelwright.services.context import Context
from labelwright.services.explore import Order, read_cursor
from labelwright.services.item_filter import ItemFilter, checked
from labelwright.storage.schema import members, views

LONGEST_NAME = 100
MOST_VIEWS = 200  # of one person in one project


class Looked(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a view shows."""

    filter: ItemFilter = ItemFilter()
    order: Order = Order()


class View(msgspec.Struct, frozen=True, kw_only=True):
    """A saved view; `mine` says that the person asking made it."""

    id: str
    name: str
    shared: bool
    mine: bool
    made_by: str
    looked: Looked
    created_at: str
    updated_at: str


class Views:
    """The service of saved views."""

    def __init__(self, context: Context) -> None:
        self.context = context

    def list(self, actor: Actor, project_id: str) -> list[View]:
        """One's own views and those that are shared, by name. Raises NotFound."""

        def work(tx: Connection) -> list[View]:
            project_for(tx, actor, project_id, "project.read")
            rows = tx.execute(
                _rows()
                .where(views.c.project_id == project_id)
                .where(or_(views.c.member_id == actor.id, views.c.shared.is_(True)))
                .order_by(func.lower(views.c.name), views.c.id)
            )
            return [_view(row, actor) for row in rows]

        return self.context.database.read(work)

    def save(self, actor: Actor, project_id: str, name: str, looked: Looked, *, shared: bool = False) -> View:
        """Keep a view; to share it is for reviewers. Raises NotFound, Forbidden, InvalidInput."""
        title = _name(name)
        _check(looked)

        def work(tx: Connection) -> View:
            project_for(tx, actor, project_id, "task.review" if shared else "project.read")
            own = (views.c.project_id == project_id) & (views.c.member_id == actor.id)
            if tx.execute(select(func.count()).select_from(views).where(own)).scalar_one() >= MOST_VIEWS:
                raise InvalidInput(
                    f"You have {MOST_VIEWS} views here.", remedy="Delete one that you do not need."
                )
            view_id, now = self.context.new_id(), self.context.now()
            row = {"id": view_id, "project_id": project_id, "member_id": actor.id, "name": title}
            query = msgspec.json.encode(looked).decode()
            tx.execute(
                insert(views).values(**row, shared=shared, query=query, created_at=now, updated_at=now)
            )
            if shared:
                record(tx, self.context, actor.id, "view.shared", view_id, {"name": title})
            return _view(tx.execute(_rows().where(views.c.id == view_id)).one(), actor)

        return self.context.database.write(work)

    def change(
        self,
        actor: Actor,
        view_id: str,
        *,
        name: str | None = None,
        shared: bool | None = None,
        looked: Looked | None = None,
    ) -> View:
        """Rename, share or overwrite a view. Raises NotFound, Forbidden, InvalidInput."""
        values: dict[str, Any] = {"updated_at": self.context.now()}
        if name is not None:
            values["name"] = _name(name)
        if shared is not None:
            values["shared"] = shared
        if looked is not None:
            _check(looked)
            values["query"] = msgspec.json.encode(looked).decode()

        def work(tx: Connection) -> View:
            row = _for(tx, actor, view_id)
            if shared and not row.shared:
                project_for(tx, actor, row.project_id, "task.review")
            tx.execute(update(views).where(views.c.id == view_id).values(**values))
            if row.shared or shared:
                told = {"name": values.get("name", row.name), "shared": values.get("shared", row.shared)}
                record(tx, self.context, actor.id, "view.changed", view_id, told)
            return _view(tx.execute(_rows().where(views.c.id == view_id)).one(), actor)

        return self.context.database.write(work)

    def delete(self, actor: Actor, view_id: str) -> None:
        """Delete a view. Raises NotFound, Forbidden."""

        def work(tx: Connection) -> None:
            row = _for(tx, actor, view_id)
            tx.execute(delete(views).where(views.c.id == view_id))
            if row.shared:
                record(tx, self.context, actor.id, "view.deleted", view_id, {"name": row.name})

        self.context.database.write(work)


def _rows() -> Any:  # noqa: ANN401  # a select
    return select(views, members.c.name.label("made_by")).join(members, members.c.id == views.c.member_id)


def _for(tx: Connection, actor: Actor, view_id: str) -> Row[Any]:
    """A view that the person may change: their own, or a shared one of a project they manage."""
    row = tx.execute(_rows().where(views.c.id == view_id)).first()
    if row is None:
        raise NotFound("view", view_id)
    try:
        _, role = project_and_role(tx, actor, row.project_id, "project.read")
    except (NotFound, Forbidden):
        raise NotFound("view", view_id) from None
    if row.member_id == actor.id:
        return row
    if not row.shared:
        raise NotFound("view", view_id)
    if not actor.may("project.manage", role):
        raise Forbidden("change the shared view of somebody else (a manager may)", "project.manage")
    return row


def _view(row: Row[Any], actor: Actor) -> View:
    return View(
        id=row.id,
        name=row.name,
        shared=row.shared,
        mine=row.member_id == actor.id,
        made_by=row.made_by,
        looked=msgspec.json.decode(row.query, type=Looked, strict=False),
        created_at=row.created_at,
        updated_at=row.updated_at,
    )


def _check(looked: Looked) -> None:
    checked(looked.filter)
    read_cursor(None, looked.order)


def _name(text: str) -> str:
    name = " ".join(text.split())
    if not name or len(name) > LONGEST_NAME:
        raise InvalidInput(
            "A view needs a name.", place="name", remedy=f"Use 1 to {LONGEST_NAME} characters."
        )
    return name
