"""The server dies in the middle of the work; whatever it acknowledged is there afterwards."""

import random
import threading
import time
from pathlib import Path

import httpx
import pytest
from PIL import Image
from sqlalchemy import insert

from labelwright.core.roles import SCOPES
from labelwright.services.access import Actor
from labelwright.services.context import Context, hash_secret
from labelwright.storage.schema import tokens
from tests.faults.running import Running, running
from tests.services.conftest import World, world  # noqa: F401  # a fixture

ANNOTATORS = 4
KILLS = 3


def make_token(context: Context, who: Actor) -> str:
    """A personal token of a member, put straight into the table."""
    secret = f"lw_{context.new_id()}"
    row = {"id": context.new_id(), "member_id": who.id, "name": "test", "scopes": list(SCOPES)}
    context.database.write(
        lambda tx: tx.execute(
            insert(tokens).values(**row, token_hash=hash_secret(secret), created_at=context.now())
        )
    )
    return secret


def url_of(context: Context) -> str | None:
    """The database of a context as the command line names it."""
    return context.settings.database


class Annotator(threading.Thread):
    """Draws and submits until told to stop; remembers what the server acknowledged."""

    def __init__(self, server: Running, token: str, project: str, made: World, stop: threading.Event) -> None:
        super().__init__(daemon=True)
        self.server, self.token, self.project = server, token, project
        self.world, self.stop = made, stop
        self.acknowledged: dict[str, set[str]] = {}
        self.submitted: set[str] = set()

    def run(self) -> None:
        with self.server.client(self.token) as client:
            while not self.stop.is_set():
                try:
                    self.work(client)
                except httpx.TransportError:
                    time.sleep(0.05)  # the server is down; a browser would wait as well

    def work(self, client: httpx.Client) -> None:
        answer = client.post(f"/projects/{self.project}/tasks/next", json={"stage": "annotate"})
        if answer.status_code != 200:
            return
        task = answer.json()["task"]["id"]
        for _ in range(3):
            annotation = self.world.context.new_id()
            operation = {
                "kind": "put",
                "id": self.world.context.new_id(),
                "at": 1_700_000_000_000,
                "annotation": {
                    "id": annotation,
                    "category": "cell",
                    "shape": {"kind": "box", "left": 1, "top": 1, "right": 9, "bottom": 9},
                },
            }
            sent = client.post(f"/tasks/{task}/operations", json={"since": 0, "operations": [operation]})
            if sent.status_code == 200:
                self.acknowledged.setdefault(task, set()).add(annotation)
        done = client.post(f"/tasks/{task}/submission", json={"since": 0, "operations": []})
        if done.status_code in (200, 201):
            self.submitted.add(task)


def test_every_acknowledged_operation_survives_kill_9(world: World) -> None:  # noqa: F811
    context = world.context
    project = world.project(items=400, review=False)
    people = [world.person(f"p{i}", project=project.id) for i in range(ANNOTATORS)]
    keys = [make_token(context, who) for who in people]
    stop, chance = threading.Event(), random.Random(7)

    with running(context.settings.data, url_of(context)) as server:
        hands = [Annotator(server, key, project.id, world, stop) for key in keys]
        for hand in hands:
            hand.start()
        for _ in range(KILLS):
            time.sleep(chance.uniform(0.4, 1.0))
            server.kill()
            server.start()
        time.sleep(0.3)
        stop.set()
        for hand in hands:
            hand.join(60)

    assert sum(len(hand.submitted) for hand in hands) > 0
    for who, hand in zip(people, hands, strict=True):
        for task, annotations in hand.acknowledged.items():
            envelope = world.services.envelopes.get(who, task)
            assert annotations <= set(envelope.draft.document.by_id())
        for task in hand.submitted:
            assert world.services.envelopes.get(who, task).task.state == "submitted"
    every = [task for hand in hands for task in hand.submitted]
    assert len(every) == len(set(every))


def make_pictures(folder: Path, count: int) -> None:
    """Different small pictures."""
    folder.mkdir()
    for index in range(count):
        shade = Image.effect_noise((64, 48), 80).convert("RGB")
        shade.putpixel((0, 0), (index % 256, index // 256, 0))
        shade.save(folder / f"picture {index:04d}.jpg")


@pytest.mark.timeout(240)
def test_an_import_that_was_killed_finishes_with_nothing_twice(world: World, tmp_path: Path) -> None:  # noqa: F811
    context = world.context
    project = world.project()
    token = make_token(context, world.owner)
    make_pictures(tmp_path / "pictures", 300)

    with running(context.settings.data, url_of(context)) as server:
        with server.client(token) as client:
            body = {"kind": "items", "source": str(tmp_path / "pictures")}
            answer = client.post(f"/projects/{project.id}/imports", json=body)
            assert answer.status_code == 202, answer.text
            started = answer.json()["import"]["id"]
            _wait(lambda: _added(client, project.id) > 20)
        server.kill()
        half = world.services.items.list(world.owner, project.id).total
        server.start()
        with server.client(token) as client:
            _wait(lambda: client.get(f"/imports/{started}").json()["state"] == "done")
            report = client.get(f"/imports/{started}").json()["report"]

    listed = world.services.items.list(world.owner, project.id, limit=1000)
    assert 20 < half < 300
    assert listed.total == 300
    assert len({item.name for item in listed.items}) == 300
    assert report["added"] == 300


def _added(client: httpx.Client, project: str) -> int:
    return int(client.get(f"/projects/{project}/items", params={"limit": 1}).json()["total"])


def _wait(condition, seconds: float = 90) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)
