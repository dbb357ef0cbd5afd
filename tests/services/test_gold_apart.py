"""Gold stays apart from work: whatever is played, nothing of the project is other than without gold."""

import random
from collections import Counter
from dataclasses import replace
from itertools import count
from typing import Any

import pytest
from sqlalchemy import select, update

from labelwright.core.gold import GoldPlan
from labelwright.core.graph import ANNOTATE, REVIEW
from labelwright.core.shapes import Box
from labelwright.core.workflow import Overlap
from labelwright.services.access import Actor
from labelwright.services.item_acts import Selection
from labelwright.services.item_filter import ItemFilter
from labelwright.services.services import Services
from labelwright.services.submissions import Submitting
from labelwright.storage.schema import documents, gold, gold_answers, items, merges, tasks
from tests.services.conftest import World

GOLD, WORK = 6, 14


@pytest.fixture
def world(world: World) -> World:
    drawn, time = random.Random(11), count(1_800_000_000_000)  # ids tell the time, and draws rest on ids
    context = replace(world.context, randomness=drawn.randbytes, clock=lambda: next(time))
    return World(context, Services(context), world.owner, world.people)


def rows(world: World, statement: Any) -> list[Any]:
    return list(world.context.database.read(lambda tx: tx.execute(statement).all()))


def task_of(world: World, task: str) -> Any:
    return rows(world, select(tasks).where(tasks.c.id == task))[0]


def hand_in(world: World, who: Actor, task: str, left: float = 10) -> Any:
    put = world.put(box=Box(left=left, top=10, right=left + 30, bottom=40))
    return world.services.submissions.submit(who, task, Submitting(operations=(put,)))


def with_gold(world: World, plan: GoldPlan, **workflow: Any) -> tuple[str, list[str]]:
    """A project whose first items are done and gold, and others wait; the ids of its items, in order."""
    project, services = world.project(f"Cells {random.random()}", **workflow).id, world.services
    ids = world.add_items(project, GOLD)
    experts = [world.person(f"expert {n} {project}", project=project) for n in range(2)]
    judge = world.person(f"judge {project}", "reviewer", project)
    for _ in ids:
        for who in experts:
            task = services.queue.next(who, project, ANNOTATE)
            if task is not None:
                hand_in(world, who, task)
    while (task := services.queue.next(judge, project, REVIEW)) is not None:
        services.submissions.submit(judge, task, Submitting(verdict="accepted"))
    services.gold.add(world.owner, project, source="expert", wanted=ids)
    services.gold.set_plan(world.owner, project, plan)
    return project, [*ids, *world.add_items(project, WORK)]


def play(world: World, project: str, ids: list[str], seed: int) -> None:
    """Two people answer what they are given until nothing waits, each item always in the same way.

    Now and then they give a task back, look at it again, or hand in twice.
    """
    drawn = random.Random(seed)
    people = [world.person(f"worker {n} {seed} {project}", project=project) for n in range(2)]
    queue, submissions = world.services.queue, world.services.submissions
    idle = 0
    while idle < len(people):
        for who in people:
            task = queue.next(who, project, ANNOTATE)
            idle = idle + 1 if task is None else 0
            if task is None:
                continue
            if drawn.random() < 0.2:
                queue.give_back(who, task)
                assert queue.next(who, project, ANNOTATE) == task
            at = ids.index(task_of(world, task).item_id)
            if at % 7 == 3:
                submissions.skip(who, task, "unclear")
                continue
            handed = hand_in(world, who, task, 10 + at % 5 * 8)
            if drawn.random() < 0.3:
                assert submissions.submit(who, task, Submitting()) == handed


def all_of(world: World, project: str, ids: list[str]) -> dict[str, Any]:
    """What a project has come to, in terms that do not name it."""
    services, owner = world.services, world.owner
    place = {item: at for at, item in enumerate(ids)}
    found = {
        "items": [
            (place[row.id], row.state, row.annotations)
            for row in rows(
                world, select(items).where(items.c.project_id == project).order_by(items.c.position)
            )
        ],
        "merges": sorted(
            (place[row.item_id], row.agreement, len(row.answers), len(row.skips))
            for row in rows(world, select(merges).where(merges.c.project_id == project))
        ),
        "documents": Counter(
            (place[row.item_id], row.kind, row.stage, row.annotations)
            for row in rows(world, select(documents).where(documents.c.project_id == project))
            if row.kind != "gold_answer"
        ),
        "open": Counter(
            (place[row.item_id], row.stage, row.round)
            for row in rows(world, select(tasks).where(tasks.c.project_id == project))
            if row.state == "waiting"
        ),
    }
    progress = services.progress.get(owner, project)
    found["progress"] = (
        progress.states,
        progress.annotations,
        progress.seconds_per_item,
        progress.throughput,
    )
    agreement = services.quality.agreement(owner, project)
    found["agreement"] = (agreement.of, agreement.items, [one.agreement for one in agreement.lowest])
    ledger = services.costs.ledger(owner, project)
    found["work"] = [(line.name, line.seconds) for line in ledger.by_kind if line.name != "gold"]
    found["accepted"] = ledger.accepted
    release = services.releases.create(owner, project, "v1")
    found["release"] = (release.items, release.annotations)
    return found


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize(
    "workflow",
    [{"review": False}, {"review": False, "overlap": Overlap(answers=2)}],
    ids=["one answer", "two answers"],
)
def test_a_project_comes_to_the_same_with_gold_and_without(
    world: World, workflow: dict[str, Any], seed: int
) -> None:
    plan = GoldPlan(rate=0.4, every_at_least=seed % 2)
    mixed, ids = with_gold(world, plan, **workflow)
    plain, others = with_gold(world, GoldPlan(), **workflow)
    play(world, mixed, ids, seed)
    play(world, plain, others, seed)

    asked = rows(world, select(gold_answers))
    assert asked
    assert {row.project_id for row in asked} == {mixed}
    assert all(row.answered_at for row in asked), "nothing of it is left in a queue"
    assert all_of(world, mixed, ids) == all_of(world, plain, others)


@pytest.mark.parametrize("seed", [1, 2])
def test_nobody_ever_gets_an_item_twice_nor_one_they_know(world: World, seed: int) -> None:
    project, ids = with_gold(world, GoldPlan(rate=0.5, every_at_least=0), review=False)
    play(world, project, ids, seed)
    ids += world.add_items(project, WORK)
    play(world, project, ids, seed + 10)

    met = Counter(
        (row.taken_by, row.item_id)
        for row in rows(world, select(tasks).where(tasks.c.project_id == project))
        if row.stage == ANNOTATE
    )
    assert max(met.values()) == 1
    made = {
        (row.author, row.item_id)
        for row in rows(world, select(documents).where(documents.c.kind == "submission"))
    }
    assert not made & {(row.member_id, row.item_id) for row in rows(world, select(gold_answers))}


def test_who_walks_away_from_gold_holds_nobody_up(world: World) -> None:
    project, ids = with_gold(world, GoldPlan(rate=0.5, every_at_least=0), review=False)
    gone = world.person("gone", project=project)
    task = world.services.queue.next(gone, project)
    while task_of(world, task).purpose != "gold":
        hand_in(world, gone, task)
        task = world.services.queue.next(gone, project)
    later = replace(world.context, clock=lambda: world.context.clock() + 86_400_000)
    tomorrow = World(later, Services(later), world.owner, world.people)
    play(tomorrow, project, ids, 5)

    states = Counter(one[1] for one in all_of(tomorrow, project, ids)["items"])
    assert set(states) == {"done", "skipped"}
    assert tomorrow.services.queue.next(gone, project) == task, "it is still theirs"


def test_assigning_and_opening_again_leave_gold_tasks_alone(world: World) -> None:
    project, _ = with_gold(world, GoldPlan(rate=0.5, every_at_least=0), review=False)
    ann, bob = (world.person(name, project=project) for name in ("ann", "bob"))
    while task_of(world, task := world.services.queue.next(ann, project)).purpose != "gold":
        hand_in(world, ann, task)
    world.services.queue.give_back(ann, task)

    world.services.item_acts.assign(world.owner, project, Selection(filter=ItemFilter()), bob.id)
    assert task_of(world, task).assigned_to == ann.id
    world.services.submissions.reopen(world.owner, task_of(world, task).item_id)
    assert task_of(world, task).state == "waiting"
    assert hand_in(world, ann, task).item_state == "done"


def test_what_waits_as_work_is_gold_only_for_whom_somebody_else_can_do_it(world: World) -> None:
    project, services = world.project(review=False).id, world.services
    ids = world.add_items(project, 6)
    ann = world.person("ann", project=project)
    _reference(world, project, ids[5])
    services.gold.set_plan(world.owner, project, GoldPlan(rate=0.5, every_at_least=0))
    services.gold.add(world.owner, project, source="reference", wanted=[ids[5]])

    alone = [task_of(world, services.queue.next(ann, project)).purpose]
    hand_in(world, ann, services.queue.next(ann, project))
    for _ in range(3):
        task = services.queue.next(ann, project)
        alone.append(task_of(world, task).purpose)
        hand_in(world, ann, task)
    assert set(alone) == {"work"}

    bob, asked = world.person("bob", project=project), []
    for _ in range(3):
        for who in (ann, bob):
            task = services.queue.next(who, project)
            if task is not None:
                asked.append((who.name, task_of(world, task).purpose, task_of(world, task).item_id))
                hand_in(world, who, task)
    done = rows(world, select(items.c.state).where(items.c.project_id == project))
    assert {row.state for row in done} == {"done"}, asked


def test_an_import_whose_answers_are_gold_stays(world: World) -> None:
    from labelwright.services.label_work import IS_GOLD, take_back

    project = world.project(review=False).id
    (item,) = world.add_items(project, 1)
    document = _reference(world, project, item)
    world.services.gold.add(world.owner, project, source="reference", wanted=[item])

    class Entry:
        outcome, item_id, import_id, name = "labeled", item, "none", "one.png"
        detail = {"document": document, "replaced": []}  # noqa: RUF012

    world.context.database.write(lambda tx: take_back(tx, world.context, Entry()))  # type: ignore[arg-type]

    assert IS_GOLD.startswith("it is the right answer")
    assert rows(world, select(documents.c.id).where(documents.c.id == document))


def _reference(world: World, project: str, item: str) -> str:
    """A reference on an item, as an import leaves it."""
    other = world.add_items(project, 1)[0]
    world.context.database.write(
        lambda tx: tx.execute(
            update(tasks).where(tasks.c.item_id == other).values(assigned_to=world.owner.id)
        )
    )
    handed = hand_in(world, world.owner, world.services.queue.next(world.owner, project))
    changed = {"kind": "reference", "item_id": item, "author": "import", "task_id": None}
    world.context.database.write(
        lambda tx: tx.execute(update(documents).where(documents.c.id == handed.submission).values(**changed))
    )
    assert rows(world, select(gold.c.id)) == []
    return str(handed.submission)


@pytest.mark.parametrize(("feedback", "knows"), [("none", False), ("later", False), ("instant", True)])
def test_figures_of_oneself_rest_on_gold_only_once_one_is_told(
    world: World, feedback: Any, knows: bool
) -> None:
    plan = GoldPlan(rate=0.5, every_at_least=0, feedback=feedback)
    project, ids = with_gold(world, plan, review=False)
    play(world, project, ids, 4)
    people = {row.member_id for row in rows(world, select(gold_answers))}

    for who in (one for one in world.people.values() if one.id in people):
        mine = world.services.quality.people(who, project).people
        seen = next(
            one for one in world.services.quality.people(world.owner, project).people if one.member == who.id
        )
        assert seen.skills[0].gold is not None
        assert bool(mine and mine[0].checked) == knows
        assert sum(one.checked for one in mine) == (seen.checked if knows else 0)
