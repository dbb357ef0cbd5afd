"""Webhooks: addresses that are told what happens in a project, once each, signed.

What is to be told is written down first (`webhook_deliveries`) and delivered by a job, again and again
with growing pauses while the address does not take it (`webhook_delivery.py`). A webhook that fails for
long is turned off, and says why.
"""

import re
from typing import Annotated, Any

import msgspec
from sqlalchemy import Connection, Row, delete, insert, select, update

from labelwright.core.errors import InvalidInput, NotFound
from labelwright.services.access import Actor, project_for
from labelwright.services.audit import record
from labelwright.services.context import Context, new_secret
from labelwright.services.events import newest
from labelwright.services.outward import LONGEST_URL, check_address
from labelwright.storage.schema import webhook_deliveries, webhooks

RIGHT = "project.manage"
ITEM_DONE, RELEASE_CREATED, TAG_ANSWERED = "item.done", "release.created", "tag.answered"
HEAD_TRAINED, TEST = "head.trained", "test"
EVENTS = (ITEM_DONE, RELEASE_CREATED, TAG_ANSWERED, HEAD_TRAINED)
WAITING, DELIVERED, FAILED = "waiting", "delivered", "failed"
MOST_WEBHOOKS = 20  # of a project
MOST_SHOWN = 50
SHORTEST_SECRET = 16

Secret = Annotated[str, msgspec.Meta(max_length=200)]
Url = Annotated[str, msgspec.Meta(min_length=1, max_length=LONGEST_URL)]


class WebhookView(msgspec.Struct, frozen=True, kw_only=True):
    """A webhook. `problem` says why it failed last, or why it was turned off; `waiting` counts what waits.

    `secret` is there only in the answer to its making.
    """

    id: str
    project: str
    url: str
    events: list[str]
    active: bool
    failures: int
    problem: str | None
    waiting: int
    created_at: str
    secret: str | None = None


class DeliveryView(msgspec.Struct, frozen=True, kw_only=True):
    """A delivery: waiting, delivered or failed; `status` and `milliseconds` are of the newest try."""

    id: str
    event: str
    state: str
    attempts: int
    status: int | None
    problem: str | None
    milliseconds: int | None
    created_at: str
    done_at: str | None
    due_at: int | None
    body: dict[str, Any]


class WebhookIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A new webhook. Without a secret one is made."""

    url: Url
    events: Annotated[list[str], msgspec.Meta(min_length=1, max_length=20)]
    secret: Secret | None = None


class WebhookChange(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is to be other; `active` turns one on again that was turned off."""

    url: Url | None = None
    events: Annotated[list[str], msgspec.Meta(min_length=1, max_length=20)] | None = None
    active: bool | None = None
    secret: Secret | None = None


class Webhooks:
    """The service of webhooks."""

    def __init__(self, context: Context) -> None:
        self.context = context

    def add(self, actor: Actor, project_id: str, given: WebhookIn) -> WebhookView:
        """A new webhook, told of what happens from now on.

        Raises InvalidInput for an address that may not be reached, an unknown event or a short secret.
        """
        self.context.database.read(lambda tx: project_for(tx, actor, project_id, RIGHT))
        events = _known(given.events)
        check_address(self.context, given.url)
        secret = _strong(given.secret) if given.secret else new_secret()

        def work(tx: Connection) -> WebhookView:
            project_for(tx, actor, project_id, RIGHT)
            held = tx.execute(select(webhooks.c.id).where(webhooks.c.project_id == project_id)).all()
            if len(held) >= MOST_WEBHOOKS:
                raise InvalidInput(
                    f"A project has at most {MOST_WEBHOOKS} webhooks.", remedy="Remove one of them first."
                )
            now, webhook_id = self.context.now(), self.context.new_id()
            row = {"id": webhook_id, "project_id": project_id, "url": given.url, "events": events}
            row |= {"secret": secret, "seen_at": now, "seen_seq": newest(tx), "created_by": actor.id}
            tx.execute(insert(webhooks).values(**row, created_at=now))
            told = {"project": project_id, "url": given.url, "events": events}
            record(tx, self.context, actor.id, "webhook.added", webhook_id, told)
            return msgspec.structs.replace(_view(tx, _row(tx, webhook_id)), secret=secret)

        return self.context.database.write(work)

    def change(self, actor: Actor, webhook_id: str, given: WebhookChange) -> WebhookView:
        """Change what is given; turning one on tries what waits at once. Raises NotFound, InvalidInput."""
        row = self.context.database.read(lambda tx: webhook_for(tx, actor, webhook_id))
        values: dict[str, Any] = {}
        if given.url is not None:
            check_address(self.context, given.url)
            values["url"] = given.url
        if given.events is not None:
            values["events"] = _known(given.events)
        if given.secret is not None:
            values["secret"] = _strong(given.secret)
        if given.active is not None:
            values["active"] = given.active
        if given.active and not row.active:
            values |= {"failures": 0, "rests_until": 0, "problem": None}

        def work(tx: Connection) -> WebhookView:
            webhook_for(tx, actor, webhook_id)
            if values:
                tx.execute(update(webhooks).where(webhooks.c.id == webhook_id).values(**values))
            if given.active and not row.active:
                waiting = webhook_deliveries.c.webhook_id == webhook_id, webhook_deliveries.c.state == WAITING
                soon = self.context.clock()
                tx.execute(update(webhook_deliveries).where(*waiting).values(due_at=soon))
            told = {name: value for name, value in values.items() if name != "secret"}
            told["project"] = row.project_id
            record(tx, self.context, actor.id, "webhook.changed", webhook_id, told)
            return _view(tx, _row(tx, webhook_id))

        return self.context.database.write(work)

    def remove(self, actor: Actor, webhook_id: str) -> None:
        """Remove a webhook with its deliveries; what waits is not sent any more. Raises NotFound."""

        def work(tx: Connection) -> None:
            row = webhook_for(tx, actor, webhook_id)
            tx.execute(delete(webhook_deliveries).where(webhook_deliveries.c.webhook_id == webhook_id))
            tx.execute(delete(webhooks).where(webhooks.c.id == webhook_id))
            told = {"project": row.project_id, "url": row.url}
            record(tx, self.context, actor.id, "webhook.removed", webhook_id, told)

        self.context.database.write(work)

    def deliveries(self, actor: Actor, webhook_id: str) -> list[DeliveryView]:
        """The newest deliveries of a webhook. Raises NotFound."""

        def work(tx: Connection) -> list[DeliveryView]:
            webhook_for(tx, actor, webhook_id)
            chosen = select(webhook_deliveries).where(webhook_deliveries.c.webhook_id == webhook_id)
            rows = tx.execute(chosen.order_by(webhook_deliveries.c.id.desc()).limit(MOST_SHOWN))
            return [delivery_view(row) for row in rows]

        return self.context.database.read(work)

    def list(self, actor: Actor, project_id: str) -> list[WebhookView]:
        """The webhooks of a project, oldest first. Raises NotFound, Forbidden."""

        def work(tx: Connection) -> list[WebhookView]:
            project_for(tx, actor, project_id, RIGHT)
            chosen = select(webhooks).where(webhooks.c.project_id == project_id).order_by(webhooks.c.id)
            return [_view(tx, row) for row in tx.execute(chosen)]

        return self.context.database.read(work)


def tell(
    tx: Connection, context: Context, webhook: Row[Any], event: str, key: str, data: dict[str, Any]
) -> str | None:
    """Write down what a webhook is to be told, once for each `key`; gives the delivery's id if it is new."""
    held = select(webhook_deliveries.c.id).where(
        webhook_deliveries.c.webhook_id == webhook.id, webhook_deliveries.c.key == key
    )
    if tx.execute(held).first() is not None:
        return None
    delivery_id, now = context.new_id(), context.now()
    body = {"id": delivery_id, "event": event, "project": webhook.project_id, "at": now, "data": data}
    row = {"id": delivery_id, "webhook_id": webhook.id, "key": key, "event": event, "state": WAITING}
    row |= {"body": body, "due_at": context.clock(), "created_at": now}
    tx.execute(insert(webhook_deliveries).values(**row))
    return delivery_id


def listening(tx: Connection, project_id: str, event: str) -> list[Row[Any]]:
    """The webhooks of a project that are told of an event. One that is turned off is told later."""
    rows = tx.execute(select(webhooks).where(webhooks.c.project_id == project_id))
    return [row for row in rows if event in row.events]


def webhook_for(tx: Connection, actor: Actor, webhook_id: str) -> Row[Any]:
    """The row of a webhook, if the actor manages its project. Raises NotFound, Forbidden."""
    row = tx.execute(select(webhooks).where(webhooks.c.id == webhook_id)).first()
    if row is None:
        raise NotFound("webhook", webhook_id)
    try:
        project_for(tx, actor, row.project_id, RIGHT)
    except NotFound:
        raise NotFound("webhook", webhook_id) from None
    return row


def delivery_view(row: Row[Any]) -> DeliveryView:
    """A delivery's row as people see it."""
    return DeliveryView(
        id=row.id,
        event=row.event,
        state=row.state,
        attempts=row.attempts,
        status=row.status,
        problem=row.problem,
        milliseconds=row.milliseconds,
        created_at=row.created_at,
        done_at=row.done_at,
        due_at=row.due_at if row.state == WAITING else None,
        body=row.body,
    )


def _row(tx: Connection, webhook_id: str) -> Row[Any]:
    return tx.execute(select(webhooks).where(webhooks.c.id == webhook_id)).one()


def _view(tx: Connection, row: Row[Any]) -> WebhookView:
    waiting = select(webhook_deliveries.c.id).where(
        webhook_deliveries.c.webhook_id == row.id, webhook_deliveries.c.state == WAITING
    )
    return WebhookView(
        id=row.id,
        project=row.project_id,
        url=row.url,
        events=row.events,
        active=row.active,
        failures=row.failures,
        problem=row.problem,
        waiting=len(tx.execute(waiting).all()),
        created_at=row.created_at,
    )


def _known(events: list[str]) -> list[str]:
    for event in events:
        if event not in EVENTS:
            raise InvalidInput(
                f"There is no event “{event[:40]}”.", place="events", remedy=f"Known: {', '.join(EVENTS)}."
            )
    return [event for event in EVENTS if event in events]


def _strong(secret: str) -> str:
    if len(secret) < SHORTEST_SECRET or not re.fullmatch(r"[!-~]+", secret):
        raise InvalidInput(
            f"A secret has at least {SHORTEST_SECRET} characters, letters, digits and signs of ASCII.",
            place="secret",
            remedy="Leave it out, and one is made.",
        )
    return secret
