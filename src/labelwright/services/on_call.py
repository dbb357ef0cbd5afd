"""A person on call: a picture that the model is not sure of becomes the next task of a project.

The request remembers what the model said. Once the item is done, what people said is the answer:
`settle` finds out, however the item was finished, so nothing that finishes items has to know of it.
"""

import mimetypes
from collections.abc import Mapping
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, insert, select, update

from labelwright.core.errors import NotFound
from labelwright.media.archive import clean_name
from labelwright.media.rendition import Examined, examine
from labelwright.services.access import Actor, project_for
from labelwright.services.audit import record
from labelwright.services.context import Context
from labelwright.services.events import announce
from labelwright.services.item_pixels import limits_of
from labelwright.services.renditions import Renditions
from labelwright.services.tag_answers import answer_of
from labelwright.services.task_rows import open_first_task
from labelwright.services.webhooks import TAG_ANSWERED, listening, tell
from labelwright.storage.schema import items, projects, tag_requests, tasks

RIGHT, READ = "project.import", "project.export"
PENDING, ANSWERED, SKIPPED, REMOVED = "pending", "answered", "skipped", "removed"
FRONT = -1_000_000_000
"""Added to the position of a task: before everything else, and among themselves in their order."""

AT_ONCE = 200


class TagRequestView(msgspec.Struct, frozen=True, kw_only=True):
    """A request that waits for a person, or its answer.

    `state` is pending, answered, skipped (a person put the item aside) or removed (the item is gone).
    `said` is what the model said, `answer` the tags and boxes that people left.
    """

    id: str
    project: str
    item: str
    state: str
    said: dict[str, Any]
    answer: dict[str, Any] | None
    created_at: str
    answered_at: str | None


def ask_person(
    context: Context,
    actor: Actor,
    project_id: str,
    image: bytes,
    *,
    name: str | None,
    said: Mapping[str, Any],
) -> TagRequestView:
    """Put a picture in front of the queue of a project; gives the request.

    A picture that the project has already is not added twice: its item's task goes to the front, and
    if it is done the request is answered at once. Raises NotFound, Forbidden, UnreadableImage.
    """
    context.database.read(lambda tx: project_for(tx, actor, project_id, RIGHT))
    found = examine(image, name or "the picture", limits_of(context))
    sha256, size = context.blobs.put([image])
    Renditions(context.renditions).keep_examined(sha256, found)

    def work(tx: Connection) -> TagRequestView:
        project_for(tx, actor, project_id, RIGHT)
        # Taking the position first locks the project's row, so the same picture cannot come in twice.
        mine = projects.c.id == project_id
        tx.execute(update(projects).where(mine).values(next_position=projects.c.next_position + 1))
        position = tx.execute(select(projects.c.next_position).where(mine)).scalar_one() - 1
        request_id = context.new_id()
        held = select(items.c.id).where(items.c.project_id == project_id, items.c.sha256 == sha256)
        item_id = tx.execute(held).scalar()
        if item_id is None:
            row = _item(context, project_id, position, sha256, size, found, _name(name, request_id, found))
            tx.execute(insert(items).values(**row))
            item_id = row["id"]
            open_first_task(tx, context, project_id, item_id, FRONT + position)
        else:
            _to_the_front(tx, item_id)
        row = {"id": request_id, "project_id": project_id, "item_id": item_id, "state": PENDING}
        row |= {"said": dict(said), "created_by": actor.id, "created_at": context.now()}
        tx.execute(insert(tag_requests).values(**row))
        record(tx, context, actor.id, "tag.asked", request_id, {"project": project_id, "item": item_id})
        announce(tx, context, project_id, "item.changed", item_id, {"state": "waiting"})
        _settle(tx, context, request_id)
        return _view(_read(tx, request_id))

    return context.database.write(work)


def get_request(context: Context, actor: Actor, request_id: str) -> TagRequestView:
    """A request, with its answer if there is one by now. Raises NotFound."""

    def look(tx: Connection) -> Row[Any]:
        row = tx.execute(select(tag_requests).where(tag_requests.c.id == request_id)).first()
        if row is None:
            raise NotFound("tagging request", request_id)
        try:
            project_for(tx, actor, row.project_id, READ)
        except NotFound:
            raise NotFound("tagging request", request_id) from None
        return row

    row = context.database.read(look)
    if row.state == PENDING and context.database.read(lambda tx: _is_over(tx, row)):
        context.database.write(lambda tx: _settle(tx, context, request_id))
        row = context.database.read(look)
    return _view(row)


def settle(context: Context) -> int:
    """Answer the requests whose items are done, put aside or gone; gives how many."""
    return sum(
        1 for one in _over(context) if context.database.write(lambda tx, r=one: _settle(tx, context, r))
    )


def _over(context: Context) -> list[str]:
    beside = select(tag_requests.c.id).join(items, items.c.id == tag_requests.c.item_id, isouter=True)
    over = beside.where(
        tag_requests.c.state == PENDING,
        items.c.id.is_(None) | items.c.state.in_(("done", "skipped")),
    )
    found = over.order_by(tag_requests.c.id).limit(AT_ONCE)
    return list(context.database.read(lambda tx: tx.execute(found).scalars().all()))


def _is_over(tx: Connection, row: Row[Any]) -> bool:
    state = tx.execute(select(items.c.state).where(items.c.id == row.item_id)).scalar()
    return state in (None, "done", "skipped")


def _settle(tx: Connection, context: Context, request_id: str) -> bool:
    chosen = select(tag_requests).where(tag_requests.c.id == request_id).with_for_update()
    row = tx.execute(chosen).first()
    if row is None or row.state != PENDING or not _is_over(tx, row):
        return False
    item = tx.execute(select(items).where(items.c.id == row.item_id)).first()
    state = REMOVED if item is None else ANSWERED if item.state == "done" else SKIPPED
    answer = answer_of(tx, context, item) if item is not None and state == ANSWERED else None
    values = {"state": state, "answer": answer, "answered_at": context.now()}
    tx.execute(update(tag_requests).where(tag_requests.c.id == request_id).values(**values))
    announce(tx, context, row.project_id, TAG_ANSWERED, request_id, {"state": state})
    data = {"request": request_id, "item": row.item_id, "state": state, "said": row.said, "answer": answer}
    for webhook in listening(tx, row.project_id, TAG_ANSWERED):
        tell(tx, context, webhook, TAG_ANSWERED, f"{TAG_ANSWERED}:{request_id}", data)
    return True


def _item(
    context: Context,
    project_id: str,
    position: int,
    sha256: str,
    size: int,
    found: Examined,
    name: str,
) -> dict[str, Any]:
    picture, now = found.picture, context.now()
    return {
        "id": context.new_id(),
        "project_id": project_id,
        "position": position,
        "name": name,
        "sha256": sha256,
        "media_type": picture.media_type,
        "bytes": size,
        "width": picture.width,
        "height": picture.height,
        "orientation": picture.orientation,
        "notes": list(picture.notes),
        "dhash": None if found.dhash is None else f"{found.dhash:016x}",
        "created_at": now,
        "updated_at": now,
    }


def _name(given: str | None, request_id: str, found: Examined) -> str:
    if given:
        return clean_name(given)[:1000]
    return f"tagging/{request_id}{mimetypes.guess_extension(found.picture.media_type) or ''}"


def _to_the_front(tx: Connection, item_id: str) -> None:
    waiting = tasks.c.item_id == item_id, tasks.c.state == "waiting", tasks.c.purpose == "work"
    behind = tasks.c.position >= 0
    tx.execute(update(tasks).where(*waiting, behind).values(position=tasks.c.position + FRONT))


def _read(tx: Connection, request_id: str) -> Row[Any]:
    return tx.execute(select(tag_requests).where(tag_requests.c.id == request_id)).one()


def _view(row: Row[Any]) -> TagRequestView:
    return TagRequestView(
        id=row.id,
        project=row.project_id,
        item=row.item_id,
        state=row.state,
        said=row.said,
        answer=row.answer,
        created_at=row.created_at,
        answered_at=row.answered_at,
    )
