"""Finding what webhooks are to be told, and delivering it: signed, tried again, given up at last.

`collect` looks for what happened; it may be called as often as one likes, since every fact has a key
that is told once. It looks back a little each time: a transaction that was numbered earlier may be
on disk later. `deliver_due` is the body of the one job of kind `deliver_webhooks`.

Pauses grow threefold from 10 seconds to six hours. After a failure the whole webhook rests, so that an
address that is down is asked once a pause and not once a delivery; a delivery that fails by itself goes
behind the others.
"""

import hashlib
import hmac
import time
from datetime import datetime, timedelta
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, String, and_, cast, delete, exists, insert, or_, select, update

from labelwright.core.errors import InvalidInput, WrongState
from labelwright.core.operations import iso_time
from labelwright.services.access import Actor
from labelwright.services.audit import record
from labelwright.services.context import Context
from labelwright.services.events import newest
from labelwright.services.job_run import JobRun
from labelwright.services.jobs import QUEUED, UNFINISHED
from labelwright.services.on_call import settle
from labelwright.services.outward import NotReached, ask
from labelwright.services.tag_answers import answer_of
from labelwright.services.webhooks import (
    DELIVERED,
    FAILED,
    HEAD_TRAINED,
    ITEM_DONE,
    RELEASE_CREATED,
    TEST,
    WAITING,
    DeliveryView,
    delivery_view,
    tell,
    webhook_for,
)
from labelwright.storage.schema import events, items, jobs, webhook_deliveries, webhooks

KIND = "deliver_webhooks"
SECONDS = 10.0
MOST_READ = 64 * 1024  # bytes of an answer
LOOKS_BACK = 60_000  # milliseconds
LOOKS_BACK_EVENTS = 200
AT_ONCE = 200
FIRST_PAUSE, GROWTH, LONGEST_PAUSE = 10, 3, 6 * 3600
MOST_TRIES = 10  # of one delivery: about a day and a half
MOST_FAILURES = 12  # of a webhook, in a row: about two days
KEPT_DAYS = 14
SIGNATURE = "Labelwright-Signature"
TOLD = (RELEASE_CREATED, HEAD_TRAINED)


def sign(secret: str, moment: int, body: bytes) -> str:
    """The signature header of a body sent at a Unix second: `t=SECOND,v1=HEX`.

    HEX is HMAC-SHA256, by the secret, over the second in digits, a dot, and the body.
    """
    mac = hmac.new(secret.encode(), b"%d." % moment + body, hashlib.sha256)
    return f"t={moment},v1={mac.hexdigest()}"


def pause_after(failures: int) -> int:
    """The seconds until the next try after so many failures in a row.

    >>> [pause_after(n) for n in (1, 2, 3, 8, 40)]
    [10, 30, 90, 21600, 21600]
    """
    return min(FIRST_PAUSE * GROWTH ** min(failures - 1, 20), LONGEST_PAUSE)


def collect(context: Context) -> bool:
    """Write down what happened since the last look; gives whether something is due now."""
    settle(context)
    for row in context.database.read(lambda tx: tx.execute(select(webhooks).where(webhooks.c.active)).all()):
        _collect(context, row)
    return context.database.read(lambda tx: tx.execute(_due(context).limit(1)).first() is not None)


def ask_for_delivery(context: Context) -> bool:
    """Let the job deliver what is due, if it does not yet; gives whether a worker is to be woken.

    There is one such job, begun anew each time, so that the list of jobs is not full of them.
    """

    def work(tx: Connection) -> bool:
        row = tx.execute(select(jobs).where(jobs.c.kind == KIND).with_for_update().limit(1)).first()
        if row is None:
            asker = tx.execute(_due(context).limit(1)).first()
            if asker is None:
                return False
            args = dict[str, Any]()
            made = {"id": context.new_id(), "kind": KIND, "project_id": None, "state": QUEUED, "args": args}
            values = {**made, "created_by": asker.created_by, "created_at": context.now()}
            tx.execute(insert(jobs).values(**values))
            return True
        if row.state in UNFINISHED:
            return False
        again = {"state": QUEUED, "cancel_requested": False, "error": None, "finished_at": None}
        tx.execute(update(jobs).where(jobs.c.id == row.id, jobs.c.state == row.state).values(**again))
        return True

    return context.database.write(work)


def run_delivery(run: JobRun) -> dict[str, Any]:
    """The job: everything that is due."""
    return deliver_due(run.context, run)


def deliver_due(context: Context, run: JobRun | None = None) -> dict[str, Any]:
    """Try everything that is due, a webhook at a time until it fails; gives how many went well."""
    counts = {"delivered": 0, "failed": 0}
    _forget_old(context)
    while True:
        if run is not None:
            run.check()
        row = context.database.read(lambda tx: tx.execute(_due(context).limit(1)).first())
        if row is None:
            return counts
        went_well = _try(context, row.webhook_id, row.id)
        counts["delivered" if went_well else "failed"] += 1


def send_test(context: Context, actor: Actor, webhook_id: str) -> DeliveryView:
    """Try a webhook now with a test message; nothing is tried again. Raises NotFound, WrongState."""

    def begin(tx: Connection) -> str:
        webhook = webhook_for(tx, actor, webhook_id)
        # It is nobody's turn to deliver it: this call does so itself.
        made = tell(tx, context, webhook, TEST, f"{TEST}:{context.new_id()}", {"by": actor.name})
        if made is None:
            raise WrongState("The test was sent already.")
        tx.execute(update(webhook_deliveries).where(webhook_deliveries.c.id == made).values(state="trying"))
        return made

    delivery = context.database.write(begin)
    _try(context, webhook_id, delivery, is_test=True)
    found = select(webhook_deliveries).where(webhook_deliveries.c.id == delivery)
    return delivery_view(context.database.read(lambda tx: tx.execute(found).one()))


def _collect(context: Context, webhook: Row[Any]) -> None:
    # One that is turned off is looked for once it is on again: from where it was seen last.
    while True:
        news = context.database.read(lambda tx: _look(tx, context, webhook))
        if news.items or news.events or news.seen:
            context.database.write(lambda tx, news=news: _write_down(tx, context, webhook, news))
        if len(news.items) < AT_ONCE and len(news.events) < AT_ONCE:
            return


class _News(msgspec.Struct, frozen=True, kw_only=True):
    """What a webhook was not told of yet, and how far it was looked."""

    items: list[Any] = []
    events: list[Any] = []
    seen: dict[str, Any] = {}


def _look(tx: Connection, context: Context, webhook: Row[Any]) -> _News:
    found = _done_items(tx, webhook) if ITEM_DONE in webhook.events else []
    happened = _events(tx, webhook)
    seen: dict[str, Any] = {}
    now, last = iso_time(context.clock()), newest(tx)
    if len(found) == AT_ONCE:
        seen["seen_at"] = found[-1].updated_at
    elif webhook.seen_at < _earlier(now, LOOKS_BACK):
        seen["seen_at"] = now
    if len(happened) == AT_ONCE:
        seen["seen_seq"] = happened[-1].seq
    elif last > webhook.seen_seq + LOOKS_BACK_EVENTS:
        seen["seen_seq"] = last
    return _News(items=found, events=happened, seen=seen)


def _write_down(tx: Connection, context: Context, webhook: Row[Any], news: _News) -> None:
    for row in news.items:
        data = {"item": row.id, "name": row.name, "key": row.key, "document": row.document_id}
        data |= {"annotations": row.annotations, **answer_of(tx, context, row)}
        tell(tx, context, webhook, ITEM_DONE, f"{ITEM_DONE}:{row.id}:{row.document_id}", data)
    for row in news.events:
        tell(tx, context, webhook, row.kind, f"{row.kind}:{row.seq}", {"id": row.subject, **row.detail})
    if news.seen:
        tx.execute(update(webhooks).where(webhooks.c.id == webhook.id).values(**news.seen))


def _events(tx: Connection, webhook: Row[Any]) -> list[Row[Any]]:
    wanted = [kind for kind in TOLD if kind in webhook.events]
    if not wanted:
        return []
    number = cast(events.c.seq, String)
    chosen = select(events).where(
        events.c.project_id == webhook.project_id,
        events.c.seq > webhook.seen_seq - LOOKS_BACK_EVENTS,
        events.c.at >= webhook.created_at,
        events.c.kind.in_(wanted),
        ~_was_told(webhook, events.c.kind + ":" + number),
    )
    return list(tx.execute(chosen.order_by(events.c.seq).limit(AT_ONCE)))


def _done_items(tx: Connection, webhook: Row[Any]) -> list[Row[Any]]:
    chosen = select(items).where(
        items.c.project_id == webhook.project_id,
        items.c.state == "done",
        items.c.document_id.is_not(None),
        items.c.updated_at >= max(webhook.created_at, _earlier(webhook.seen_at, LOOKS_BACK)),
        ~_was_told(webhook, f"{ITEM_DONE}:" + items.c.id + ":" + items.c.document_id),
    )
    return list(tx.execute(chosen.order_by(items.c.updated_at, items.c.position).limit(AT_ONCE)))


def _was_told(webhook: Row[Any], key: Any) -> Any:  # noqa: ANN401  # expressions
    same = webhook_deliveries.c.webhook_id == webhook.id, webhook_deliveries.c.key == key
    return exists().where(*same)


def _due(context: Context) -> Any:  # noqa: ANN401  # a select
    now = context.clock()
    return (
        select(webhook_deliveries.c.id, webhook_deliveries.c.webhook_id, webhooks.c.created_by)
        .join(webhooks, webhooks.c.id == webhook_deliveries.c.webhook_id)
        .where(
            webhooks.c.active,
            webhooks.c.rests_until <= now,
            webhook_deliveries.c.state == WAITING,
            webhook_deliveries.c.due_at <= now,
        )
        .order_by(webhook_deliveries.c.attempts, webhook_deliveries.c.id)
    )


def _try(context: Context, webhook_id: str, delivery_id: str, *, is_test: bool = False) -> bool:
    def rows(tx: Connection) -> tuple[Row[Any] | None, Row[Any] | None]:
        webhook = tx.execute(select(webhooks).where(webhooks.c.id == webhook_id)).first()
        found = select(webhook_deliveries).where(webhook_deliveries.c.id == delivery_id)
        return webhook, tx.execute(found).first()

    webhook, delivery = context.database.read(rows)
    if webhook is None or delivery is None:
        return False  # it was removed meanwhile
    began = time.monotonic()
    status, problem = _post(context, webhook, delivery)
    took = round((time.monotonic() - began) * 1000)

    def note(tx: Connection) -> None:
        _note(tx, context, webhook_id, delivery, status, problem, took, is_test)

    context.database.write(note)
    return problem is None


def _post(context: Context, webhook: Row[Any], delivery: Row[Any]) -> tuple[int | None, str | None]:
    body, moment = msgspec.json.encode(delivery.body), context.clock() // 1000
    headers = {
        "Content-Type": "application/json",
        "Labelwright-Event": delivery.event,
        "Labelwright-Delivery": delivery.id,
        SIGNATURE: sign(webhook.secret, moment, body),
    }
    try:
        reply = ask(context, "POST", webhook.url, seconds=SECONDS, most=MOST_READ, body=body, headers=headers)
    except (InvalidInput, NotReached) as error:
        return None, error.message
    if 200 <= reply.status < 300:
        return reply.status, None
    if 300 <= reply.status < 400:
        return reply.status, f"It answered with {reply.status}, and webhooks follow no redirects."
    return reply.status, f"It answered with {reply.status}."


def _note(
    tx: Connection,
    context: Context,
    webhook_id: str,
    delivery: Row[Any],
    status: int | None,
    problem: str | None,
    took: int,
    is_test: bool,
) -> None:
    tries = delivery.attempts + 1
    values: dict[str, Any] = {"attempts": tries, "status": status, "milliseconds": took, "problem": problem}
    if problem is None:
        values |= {"state": DELIVERED, "done_at": context.now()}
    elif is_test or tries >= MOST_TRIES:
        values |= {"state": FAILED, "done_at": context.now()}
    else:
        values["due_at"] = context.clock() + pause_after(tries) * 1000
    same = webhook_deliveries.c.id == delivery.id
    tx.execute(update(webhook_deliveries).where(same).values(**values))
    webhook = tx.execute(select(webhooks).where(webhooks.c.id == webhook_id).with_for_update()).first()
    if webhook is None or (is_test and problem is not None):
        return
    tx.execute(
        update(webhooks).where(webhooks.c.id == webhook_id).values(**_after(context, webhook, problem))
    )
    if problem is not None and webhook.failures + 1 >= MOST_FAILURES and webhook.active:
        told = {"project": webhook.project_id, "url": webhook.url, "problem": problem}
        record(tx, context, "labelwright", "webhook.turned_off", webhook_id, told)


def _after(context: Context, webhook: Row[Any], problem: str | None) -> dict[str, Any]:
    if problem is None:
        return {"failures": 0, "rests_until": 0, "problem": None}
    failures = webhook.failures + 1
    values = {"failures": failures, "rests_until": context.clock() + pause_after(failures) * 1000}
    if failures < MOST_FAILURES:
        return {**values, "problem": problem}
    return {
        **values,
        "active": False,
        "problem": f"Turned off after {failures} failures in a row. The last: {problem}",
    }


def _forget_old(context: Context) -> None:
    before = iso_time(context.clock() - KEPT_DAYS * 86_400_000)
    ended = and_(
        or_(webhook_deliveries.c.state == DELIVERED, webhook_deliveries.c.state == FAILED),
        webhook_deliveries.c.done_at < before,
    )
    context.database.write(lambda tx: tx.execute(delete(webhook_deliveries).where(ended)).rowcount)


def _earlier(moment: str, milliseconds: int) -> str:
    seen = datetime.fromisoformat(moment) - timedelta(milliseconds=milliseconds)
    return iso_time(round(seen.timestamp() * 1000))
