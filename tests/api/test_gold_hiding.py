"""What an annotator's requests show of a task: gold cannot be told from work by any of it."""

import random
import re
from collections import Counter
from dataclasses import replace
from itertools import count
from typing import Any

import httpx
import msgspec
import pytest
from sqlalchemy import select

from labelwright.core.gold import GoldPlan
from labelwright.core.graph import ANNOTATE, REVIEW
from labelwright.core.workflow import Overlap
from labelwright.services.services import Services
from labelwright.services.submissions import Submitting
from labelwright.storage.schema import events, gold_answers, tasks
from tests.api.conftest import V1, Api
from tests.services.conftest import World

STATES = ("waiting", "annotating", "review", "adjudicate", "returned", "done", "skipped")
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
TIME = re.compile(r"\d{4}-\d\d-\d\dT[0-9:.]+Z")
OF_THE_ITEM = re.compile(r"image \d+\.png|[0-9a-f]{64}|'(position|lease_expires)': \d+")

WORKFLOWS = {
    "with review": {},
    "without review": {"review": False},
    "several answers": {"overlap": Overlap(answers=2)},
}


@pytest.fixture
def world(context: Any) -> World:
    """A world whose chance is the same on every run."""
    drawn, time = random.Random(7), count(1_800_000_000_000)  # ids tell the time, and draws rest on ids
    context = replace(context, randomness=drawn.randbytes, clock=lambda: next(time))
    made = World(context, Services(context), None)  # type: ignore[arg-type]
    made.owner = made.person("olga", "owner")
    return made


def gold_project(world: World, workflow: dict[str, Any], gold: int = 8, work: int = 24) -> str:
    """A project with gold that others answered and discussed, and with work."""
    project, services = world.project(**workflow).id, world.services
    ids = world.add_items(project, gold)
    people = [world.person(name, project=project) for name in ("eva", "ede")]
    judge = world.person("rita", "reviewer", project)
    for _ in range(gold):
        for who in people:
            task = services.queue.next(who, project, ANNOTATE)
            if task is not None:
                services.submissions.submit(who, task, Submitting(operations=(world.put(),)))
    while (task := services.queue.next(judge, project, REVIEW)) is not None:
        services.submissions.submit(judge, task, Submitting(verdict="accepted"))
    for item in ids:
        services.issues.open(judge, item, "Was this a cell?")
    added = services.gold.add(world.owner, project, source="expert", wanted=ids)
    assert len(added.added) == gold
    world.add_items(project, work)
    return project


def mix_in(world: World, project: str) -> None:
    """Gold in half of the tasks from now on."""
    world.services.gold.set_plan(world.owner, project, GoldPlan(rate=0.5, every_at_least=0))


def without_names(told: Any) -> str:
    """What was told, without what differs between any two items."""
    text = OF_THE_ITEM.sub("*", TIME.sub("TIME", str(told)))
    return UUID.sub("*", text)


class Annotator:
    """Somebody who asks for everything they can ask for."""

    def __init__(self, world: World, client: httpx.Client, project: str) -> None:
        self.world, self.client, self.project = world, client, project

    def get(self, path: str, **query: Any) -> Any:
        answer = self.client.get(f"{V1}{path}", params=query)
        return [answer.status_code, answer.json() if answer.content else None]

    def events(self, after: int) -> list[Any]:
        rows = self.world.context.database.read(
            lambda tx: tx.execute(select(events).where(events.c.seq > after).order_by(events.c.seq)).all()
        )
        return [(row.kind, row.subject, row.detail) for row in rows]

    def newest_event(self) -> int:
        return self.world.context.database.read(
            lambda tx: max(tx.execute(select(events.c.seq)).scalars(), default=0)
        )

    def around(self, item: str, task: str) -> list[Any]:
        """All that can be asked about an item and its task."""
        at = f"/projects/{self.project}"
        listed = self.get(f"{at}/tasks", limit=1000)[1]["items"]
        mine = [one for one in listed if one["item"] == item]
        assigned = self.get(f"{at}/tasks", assignee=self.who(), limit=1000)[1]["items"]
        found: list[Any] = [
            self.get(f"/tasks/{task}"),
            self.get(f"/tasks/{task}/steps"),
            self.get(f"/tasks/{task}/left"),
            self.get(f"/items/{item}"),
            self.get(f"/items/{item}/issues"),
            self.get(f"/items/{item}/history")[0],
            [one for one in self.get("/drafts")[1]["items"] if one["item"] == item],
            mine,
            [one for one in assigned if one["item"] == item],
            next(one for one in self.get(f"{at}/items", limit=1000)[1]["items"] if one["id"] == item),
        ]
        for name in ("waiting", "annotating", "review", "done", "skipped"):
            listing = self.get(f"{at}/items", state=name, limit=1000)[1]["items"]
            found.append((name, item in {one["id"] for one in listing}))
        filters: list[dict[str, Any]] = [{"states": [state]} for state in STATES]
        filters += [{"stages": ["annotate"]}, {"stages": ["review"]}, {"annotations": {"min": 1}}]
        filters += [{"categories": [{"category": "cell"}]}, {"text": "cell?"}, {}]
        for wanted in filters:
            query = {"filter": msgspec.json.encode(wanted).decode(), "limit": 200}
            listing = self.get(f"{at}/explore", **query)[1]["items"]
            found.append((str(wanted), [one for one in listing if one["id"] == item]))
        of_cells = self.get(f"{at}/items", category="cell", limit=1000)[1]["items"]
        found.append(("cell", item in {one["id"] for one in of_cells}))
        me = self.get(f"{at}/progress")[1]["people"]
        return [*found, [one["holding"] for one in me], self.get(f"{at}/gold/answers")]

    def who(self) -> str:
        return self.client.get(f"{V1}/session").json()["member"]["id"]

    def sent(self, task: str, path: str, **body: Any) -> Any:
        answer = self.client.post(f"{V1}/tasks/{task}/{path}", json=body)
        return [answer.status_code, answer.json() if answer.content else None]

    def play(self, *, skips: bool) -> tuple[str, list[str]] | None:
        """Take a task and hand it in, looking around at each step; its id, and what was told one by one."""
        begun = self.newest_event()
        answer = self.client.post(f"{V1}/projects/{self.project}/tasks/next", json={})
        if answer.status_code == 204:
            return None
        envelope = answer.json()
        task, item = envelope["task"]["id"], envelope["item"]["id"]
        seen: list[Any] = [envelope, *self.around(item, task)]
        drawn = msgspec.to_builtins(self.world.put())
        seen.append(self.sent(task, "operations", since=0, operations=[drawn]))
        asked = self.client.post(f"{V1}/items/{item}/issues", json={"text": "What is that?", "task": task})
        seen += [asked.status_code, *self.around(item, task)]
        if skips:
            seen.append(self.sent(task, "skip", reason="unclear"))
        else:
            handed = self.sent(task, "submission", since=1)
            seen += [handed, self.sent(task, "submission", since=1)]
            seen.append(self.get(f"/documents/{handed[1]['submission']['id']}"))
        seen += [*self.around(item, task), self.get(f"/gold-answers/{task}"), self.events(begun)]
        return task, [without_names(one) for one in seen]


def purpose_of(world: World, task: str) -> str:
    return world.context.database.read(
        lambda tx: tx.execute(select(tasks.c.purpose).where(tasks.c.id == task)).scalar_one()
    )


@pytest.mark.parametrize("skips", [False, True], ids=["handed in", "skipped"])
@pytest.mark.parametrize("name", WORKFLOWS)
def test_nothing_that_an_annotator_can_ask_tells_gold_from_work(api: Api, name: str, skips: bool) -> None:
    world = api.world
    project = gold_project(world, WORKFLOWS[name], gold=4, work=6)
    ann = Annotator(world, api.person(world.person("ann", project=project)), project)
    ann.play(skips=False)  # who never handed in anything has no figures yet
    mix_in(world, project)
    told: dict[str, list[list[str]]] = {"work": [], "gold": []}
    for _ in range(9):
        played = ann.play(skips=skips)
        if played is None:
            break
        told[purpose_of(world, played[0])].append(played[1])

    assert told["gold"]
    steps = {purpose: list(zip(*seen, strict=True)) for purpose, seen in told.items()}
    for of_gold, of_work in zip(steps["gold"], steps["work"], strict=True):
        assert set(of_gold) == set(of_work)


def test_ids_of_gold_tasks_tell_no_other_time_than_those_beside_them(api: Api) -> None:
    world = api.world
    project = gold_project(world, {})
    mix_in(world, project)
    ann = world.person("ann", project=project)
    made: dict[str, list[str]] = {"work": [], "gold": []}
    while (task := world.services.queue.next(ann, project)) is not None:
        made[purpose_of(world, task)].append(task[:13])
        world.services.submissions.submit(ann, task, Submitting())

    assert len(made["gold"]) >= 4
    assert set(made["gold"]) <= set(made["work"])


def test_reviewers_and_managers_see_what_is(api: Api) -> None:
    world = api.world
    project = gold_project(world, {})
    mix_in(world, project)
    ann = world.person("ann", project=project)
    while purpose_of(world, task := world.services.queue.next(ann, project)) != "gold":
        world.services.submissions.submit(ann, task, Submitting())
    (item,) = world.context.database.read(
        lambda tx: tx.execute(select(tasks.c.item_id).where(tasks.c.id == task)).scalars().all()
    )

    assert world.services.items.get(ann, item).state == "annotating"
    for who in (world.owner, world.people["rita"]):
        assert world.services.items.get(who, item).state == "done"
    assert world.services.items.history(world.owner, item).submissions


def test_a_day_later_an_item_that_was_gold_is_shown_as_it_is(api: Api) -> None:
    world = api.world
    project = gold_project(world, {})
    mix_in(world, project)
    ann = world.person("ann", project=project)
    asked = Counter()
    while (task := world.services.queue.next(ann, project)) is not None:
        asked[purpose_of(world, task)] += 1
        world.services.submissions.submit(ann, task, Submitting())
    items = world.context.database.read(lambda tx: tx.execute(select(gold_answers.c.item_id)).scalars().all())
    later = Services(replace(world.context, clock=lambda: world.context.clock() + 86_500_000))

    assert {world.services.items.get(ann, item).state for item in items} == {"review"}
    assert {later.items.get(ann, item).state for item in items} == {"done"}
