"""Webhooks: told once, signed, tried again with growing pauses, turned off at last."""

import dataclasses
import hashlib
import hmac
import json
from collections.abc import Iterator
from threading import Event

import pytest
from sqlalchemy import select, update

from labelwright.core.errors import Forbidden, InvalidInput, NotFound
from labelwright.services import webhook_delivery
from labelwright.services.context import Context
from labelwright.services.events import announce
from labelwright.services.outward import NotReached, ask
from labelwright.services.releases import NewRelease
from labelwright.services.services import Services
from labelwright.services.submissions import Submitting
from labelwright.services.webhook_delivery import (
    MOST_FAILURES,
    MOST_TRIES,
    SIGNATURE,
    ask_for_delivery,
    collect,
    deliver_due,
    pause_after,
    send_test,
    sign,
)
from labelwright.services.webhooks import WebhookChange, WebhookIn
from labelwright.storage.schema import jobs, tasks, webhook_deliveries
from labelwright.worker.jobs import perform
from labelwright.worker.outbox import OutboxWatch
from tests.services.conftest import World
from tests.services.listener import Listener, listening

SECRET = "not so secret as it looks"


class Clock:
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        self.at = 1_800_000_000_000

    def __call__(self) -> int:
        return self.at

    def later(self, seconds: float) -> None:
        self.at += int(seconds * 1000)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def here(world: World, clock: Clock) -> World:
    """A world whose server may reach this machine, at a time of ours."""
    return _with(world, clock, private_models=True)


def _with(world: World, clock: Clock, **settings: object) -> World:
    context: Context = dataclasses.replace(
        world.context, clock=clock, settings=dataclasses.replace(world.context.settings, **settings)
    )
    return World(context, Services(context), world.owner)


@pytest.fixture
def listener() -> Iterator[Listener]:
    with listening() as found:
        yield found


def hook(world: World, project: str, url: str, *events: str) -> str:
    given = WebhookIn(url=url, events=list(events or ("item.done",)), secret=SECRET.replace(" ", "-"))
    return world.services.webhooks.add(world.owner, project, given).id


def finish(world: World, project: str, count: int = 1) -> list[str]:
    """Items that are done; gives their ids."""
    done = []
    for item in world.add_items(project, count):
        chosen = select(tasks.c.id).where(tasks.c.item_id == item)
        task = world.context.database.read(lambda tx, c=chosen: tx.execute(c).scalar_one())
        world.services.queue.hold(world.owner, task)
        world.services.submissions.submit(world.owner, task, Submitting(operations=(world.put(),)))
        done.append(item)
    return done


def state(world: World, webhook: str):
    (found,) = [
        w for w in world.services.webhooks.list(world.owner, _project(world, webhook)) if w.id == webhook
    ]
    return found


def _project(world: World, webhook: str) -> str:
    from labelwright.storage.schema import webhooks

    chosen = select(webhooks.c.project_id).where(webhooks.c.id == webhook)
    return world.context.database.read(lambda tx: tx.execute(chosen).scalar_one())


def log(world: World, webhook: str):
    return world.services.webhooks.deliveries(world.owner, webhook)


def test_a_finished_item_is_told_once_with_what_people_said_and_a_signature_that_holds(
    here: World, listener: Listener, clock: Clock
) -> None:
    project = here.project(review=False)
    webhook = hook(here, project.id, listener.url)
    (item,) = finish(here, project.id)

    assert collect(here.context)
    assert deliver_due(here.context) == {"delivered": 1, "failed": 0}
    clock.later(5)
    assert not collect(here.context)

    ((headers, body),) = listener.got
    said = json.loads(body)
    assert (said["event"], said["project"], said["data"]["item"]) == ("item.done", project.id, item)
    assert said["data"]["tags"] == [{"category": "cell", "name": "Cell"}]
    assert said["data"]["boxes"][0]["box"] == {"left": 1, "top": 2, "right": 11, "bottom": 12}
    assert headers["Labelwright-Event"] == "item.done"
    assert headers["Labelwright-Delivery"] == said["id"] == log(here, webhook)[0].id
    moment, _, mac = headers[SIGNATURE].partition(",v1=")
    signed = moment.removeprefix("t=").encode() + b"." + body
    assert mac == hmac.new(SECRET.replace(" ", "-").encode(), signed, hashlib.sha256).hexdigest()
    assert int(moment.removeprefix("t=")) == 1_800_000_000


def test_a_signature_is_the_one_of_the_docs() -> None:
    assert sign("whsec_example_secret", 1_700_000_000, b'{"event":"test"}') == (
        "t=1700000000,v1="
        + hmac.new(b"whsec_example_secret", b'1700000000.{"event":"test"}', hashlib.sha256).hexdigest()
    )


def test_what_happened_before_a_webhook_was_made_is_not_told(
    here: World, listener: Listener, clock: Clock
) -> None:
    project = here.project(review=False)
    finish(here, project.id)
    clock.later(1)
    hook(here, project.id, listener.url)

    assert not collect(here.context)


def test_an_item_that_is_done_anew_is_told_anew(here: World, listener: Listener, clock: Clock) -> None:
    project = here.project(review=False)
    hook(here, project.id, listener.url)
    (item,) = finish(here, project.id)
    collect(here.context)
    here.services.submissions.reopen(here.owner, item)
    task = here.services.queue.next(here.owner, project.id)
    here.services.submissions.submit(here.owner, task or "", Submitting(operations=(here.put(),)))
    clock.later(10)

    collect(here.context)

    assert deliver_due(here.context)["delivered"] == 2


def test_more_items_than_are_looked_at_together_are_all_told(
    here: World, listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webhook_delivery, "AT_ONCE", 3)  # all in one millisecond of our clock
    project = here.project(review=False)
    hook(here, project.id, listener.url)
    done = finish(here, project.id, 8)

    collect(here.context)
    deliver_due(here.context)

    assert sorted(json.loads(body)["data"]["item"] for _, body in listener.got) == sorted(done)


def test_a_release_and_a_training_are_told_to_those_who_asked_for_them(
    here: World, listener: Listener, clock: Clock
) -> None:
    project = here.project(review=False)
    both = hook(here, project.id, listener.url, "release.created", "head.trained")
    items_only = hook(here, project.id, listener.url, "item.done")
    finish(here, project.id)
    made = here.services.releases.create(here.owner, project.id, NewRelease(tag="v1"))
    told = {"version": 3, "promoted": True}
    here.context.database.write(
        lambda tx: announce(tx, here.context, project.id, "head.trained", "plan", told)
    )

    collect(here.context)
    collect(here.context)
    deliver_due(here.context)

    assert sorted(each.event for each in log(here, both)) == ["head.trained", "release.created"]
    assert [each.event for each in log(here, items_only)] == ["item.done"]
    bodies = [each.body["data"] for each in log(here, both)]
    assert {"id": made.id, "tag": "v1"} in bodies
    assert {"id": "plan", **told} in bodies


@pytest.mark.parametrize(("manner", "word"), [(500, "500"), (404, "404"), ("redirect", "no redirects")])
def test_a_refusal_is_tried_again_after_a_pause_that_grows(
    here: World, listener: Listener, clock: Clock, manner: str | int, word: str
) -> None:
    project = here.project(review=False)
    webhook = hook(here, project.id, listener.url)
    finish(here, project.id)
    collect(here.context)
    listener.manner = manner

    assert deliver_due(here.context) == {"delivered": 0, "failed": 1}
    assert deliver_due(here.context) == {"delivered": 0, "failed": 0}  # it rests
    clock.later(pause_after(1) + 1)
    assert deliver_due(here.context) == {"delivered": 0, "failed": 1}
    clock.later(pause_after(1) + 1)
    assert deliver_due(here.context) == {"delivered": 0, "failed": 0}  # longer than before
    assert word in (log(here, webhook)[0].problem or "")
    assert len(listener.got) == 2  # a redirect was not followed
    listener.manner = 204
    clock.later(pause_after(2))

    assert deliver_due(here.context) == {"delivered": 1, "failed": 0}
    (delivery,) = log(here, webhook)
    assert (delivery.state, delivery.attempts, delivery.status) == ("delivered", 3, 204)
    assert (state(here, webhook).failures, state(here, webhook).problem) == (0, None)


def test_while_an_address_is_down_it_is_asked_once_a_pause_and_not_once_a_delivery(
    here: World, listener: Listener, clock: Clock
) -> None:
    project = here.project(review=False)
    webhook = hook(here, project.id, listener.url)
    finish(here, project.id, 5)
    collect(here.context)
    listener.manner = 503

    deliver_due(here.context)

    assert len(listener.got) == 1
    assert state(here, webhook).waiting == 5


def test_one_webhook_that_fails_does_not_keep_another_waiting(
    here: World, listener: Listener, clock: Clock
) -> None:
    project = here.project(review=False)
    with listening() as broken:
        broken.manner = 500
        hook(here, project.id, broken.url)
        hook(here, project.id, listener.url)
        finish(here, project.id, 3)
        collect(here.context)

        assert deliver_due(here.context) == {"delivered": 3, "failed": 1}


def test_a_delivery_that_fails_by_itself_goes_behind_the_others_and_is_given_up_at_last(
    here: World, listener: Listener, clock: Clock
) -> None:
    project = here.project(review=False)
    webhook = hook(here, project.id, listener.url)
    finish(here, project.id)
    collect(here.context)
    listener.manner = 400
    for _ in range(MOST_TRIES):
        deliver_due(here.context)
        clock.later(7 * 3600)
    listener.manner = 200
    finish(here, project.id)
    collect(here.context)

    assert deliver_due(here.context) == {"delivered": 1, "failed": 0}
    newer, older = log(here, webhook)
    assert (newer.state, older.state, older.attempts) == ("delivered", "failed", MOST_TRIES)


def test_a_webhook_that_fails_for_long_is_turned_off_says_why_and_catches_up_when_turned_on(
    here: World, listener: Listener, clock: Clock
) -> None:
    project = here.project(review=False)
    webhook = hook(here, project.id, listener.url)
    finish(here, project.id, 2)
    collect(here.context)
    listener.manner = 500
    for _ in range(MOST_FAILURES + 3):
        deliver_due(here.context)
        clock.later(7 * 3600)

    off = state(here, webhook)
    assert (off.active, off.failures) == (False, MOST_FAILURES)
    assert "Turned off after 12 failures in a row. The last: It answered with 500." in (off.problem or "")
    assert len(listener.got) == MOST_FAILURES
    (meanwhile,) = finish(here, project.id)
    assert not collect(here.context)
    listener.manner = 200
    here.services.webhooks.change(here.owner, webhook, WebhookChange(active=True))
    collect(here.context)
    deliver_due(here.context)

    assert meanwhile in [json.loads(body)["data"]["item"] for _, body in listener.got]
    assert (state(here, webhook).active, state(here, webhook).problem) == (True, None)


@pytest.mark.parametrize("manner", ["hang", "drip"])
def test_an_address_that_hangs_or_drips_is_left_at_the_deadline(
    here: World, listener: Listener, manner: str
) -> None:
    listener.manner = manner

    with pytest.raises(NotReached, match=r"within 0\.5 seconds"):
        ask(here.context, "POST", listener.url, seconds=0.5, most=1000, body=b"{}")


def test_a_hanging_webhook_is_a_failure_that_is_told(
    here: World, listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webhook_delivery, "SECONDS", 0.3)
    project = here.project(review=False)
    webhook = hook(here, project.id, listener.url)
    finish(here, project.id)
    collect(here.context)
    listener.manner = "hang"

    assert deliver_due(here.context)["failed"] == 1
    assert "within 0.3 seconds" in (log(here, webhook)[0].problem or "")


def test_an_endless_answer_is_cut(here: World, listener: Listener) -> None:
    listener.manner = "huge"

    with pytest.raises(NotReached, match="more than the 1,000 bytes"):
        ask(here.context, "GET", listener.url, seconds=10, most=1000)


def test_a_port_where_nobody_listens_is_told(here: World) -> None:
    with listening() as gone:
        url = gone.url

    with pytest.raises(NotReached, match="takes no connection"):
        ask(here.context, "POST", url, seconds=5, most=10, body=b"")


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:80/",
        "http://10.1.2.3/",
        "http://169.254.169.254/latest",
        "http://[::1]/",
        "http://0.0.0.0/",
    ],
)
def test_private_addresses_are_refused_at_making_and_at_sending(world: World, clock: Clock, url: str) -> None:
    project = world.project(review=False)
    if "169.254" not in url and "0.0.0.0" not in url:
        open_world = _with(world, clock, private_models=True)
        webhook = hook(open_world, project.id, url)  # allowed then, not any more
        sent = send_test(world.context, world.owner, webhook)
        assert (sent.state, sent.status) == ("failed", None)
        assert "private address" in (sent.problem or "")

    with pytest.raises(InvalidInput) as caught:
        hook(world, project.id, url)
    assert caught.value.place == "url"


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "gopher://x/",
        "//x",
        "http://",
        "http://user:key@example.org/",
        "x\n",
        "http://[",
        "http://a:b/",
    ],
)
def test_what_is_no_address_is_refused(here: World, url: str) -> None:
    project = here.project()

    with pytest.raises(InvalidInput):
        hook(here, project.id, url)


def test_events_secrets_and_numbers_are_checked(here: World, listener: Listener) -> None:
    project = here.project()
    add = here.services.webhooks.add

    with pytest.raises(InvalidInput, match="no event"):
        add(here.owner, project.id, WebhookIn(url=listener.url, events=["item.lost"]))
    with pytest.raises(InvalidInput, match="at least 16"):
        add(here.owner, project.id, WebhookIn(url=listener.url, events=["item.done"], secret="short"))
    made = add(here.owner, project.id, WebhookIn(url=listener.url, events=["item.done", "item.done"]))
    assert (made.events, len(made.secret or "") >= 16) == (["item.done"], True)
    assert here.services.webhooks.list(here.owner, project.id)[0].secret is None
    for _ in range(19):
        hook(here, project.id, listener.url)
    with pytest.raises(InvalidInput, match="at most 20"):
        hook(here, project.id, listener.url)


def test_only_managers_of_the_project_see_webhooks(here: World, listener: Listener) -> None:
    project = here.project()
    webhook = hook(here, project.id, listener.url)
    ana, out = here.person("ana", project=project.id), here.person("out")

    with pytest.raises(Forbidden):
        here.services.webhooks.list(ana, project.id)
    with pytest.raises(NotFound):
        here.services.webhooks.deliveries(out, webhook)
    with pytest.raises(Forbidden):
        send_test(here.context, ana, webhook)


def test_a_test_is_sent_at_once_and_counts_for_nothing_when_it_fails(here: World, listener: Listener) -> None:
    project = here.project()
    webhook = hook(here, project.id, listener.url)

    good = send_test(here.context, here.owner, webhook)
    listener.manner = 500
    bad = send_test(here.context, here.owner, webhook)

    assert (good.state, good.status, good.event) == ("delivered", 200, "test")
    assert (bad.state, bad.problem) == ("failed", "It answered with 500.")
    assert state(here, webhook).failures == 0
    assert deliver_due(here.context) == {"delivered": 0, "failed": 0}


def test_a_removed_webhook_takes_what_waits_with_it(here: World, listener: Listener) -> None:
    project = here.project(review=False)
    webhook = hook(here, project.id, listener.url)
    finish(here, project.id)
    collect(here.context)

    here.services.webhooks.remove(here.owner, webhook)

    assert deliver_due(here.context) == {"delivered": 0, "failed": 0}
    left = here.context.database.read(lambda tx: tx.execute(select(webhook_deliveries)).all())
    assert left == []


def test_one_job_delivers_and_is_begun_anew(here: World, listener: Listener, clock: Clock) -> None:
    project = here.project(review=False)
    hook(here, project.id, listener.url)
    woken = []
    here.services.jobs.wake = lambda: woken.append(1)
    watch = OutboxWatch(here.context, here.services.jobs)

    def rows():
        return here.context.database.read(lambda tx: tx.execute(select(jobs)).all())

    for turn in (1, 2):
        finish(here, project.id)
        watch.look()
        watch.look()  # it waits already
        (row,) = rows()
        assert (row.kind, row.state, len(woken)) == ("deliver_webhooks", "queued", turn)
        perform(here.context, row.id, row.attempts, Event())
        (row,) = rows()
        assert (row.state, row.report) == ("done", {"delivered": 1, "failed": 0})
        clock.later(1)
    watch.look()
    assert len(woken) == 2
    assert len(listener.got) == 2


def test_a_worker_that_died_while_it_delivered_tells_again_and_loses_nothing(
    here: World, listener: Listener
) -> None:
    project = here.project(review=False)
    hook(here, project.id, listener.url)
    finish(here, project.id, 3)
    collect(here.context)
    assert ask_for_delivery(here.context)
    (row,) = here.context.database.read(lambda tx: tx.execute(select(jobs)).all())
    here.context.database.write(
        lambda tx: tx.execute(update(jobs).where(jobs.c.id == row.id).values(state="running", attempts=1))
    )

    perform(here.context, row.id, 0, Event())

    assert len(listener.got) == 3
