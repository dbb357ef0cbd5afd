"""Gold among work: never twice, never one's own, never told, and nothing of the item moves."""

import random
from collections import Counter
from dataclasses import replace
from itertools import count

import pytest
from sqlalchemy import insert, select

from labelwright.core.consequences import ConsequencePlan
from labelwright.core.errors import InvalidInput, NotFound
from labelwright.core.gold import GoldPlan
from labelwright.core.graph import ANNOTATE, REVIEW
from labelwright.services.access import Actor
from labelwright.services.services import Services
from labelwright.services.submissions import Handed, Submitting
from labelwright.storage.schema import consequences, documents, gold_answers, tasks
from tests.services.conftest import World

RIGHT = ((10, 10, 40, 40), "cell")
WRONG = ((60, 50, 80, 70), "cell")


@pytest.fixture
def gold_world(world: World) -> World:
    """A world whose chance is the same on every run: ids tell the time, and what is drawn rests on them."""
    drawn, time = random.Random(20_261_123), count(1_800_000_000_000)
    context = replace(world.context, randomness=drawn.randbytes, clock=lambda: next(time))
    return World(context, Services(context), world.owner, world.people)


def put(world: World, what: tuple[tuple[int, int, int, int], str] = RIGHT):
    from labelwright.core.shapes import Box

    return world.put(category=what[1], box=Box(*what[0]))


def done_items(world: World, project: str, number: int, category: str = "cell") -> list[str]:
    """So many items that an expert answered and a reviewer accepted."""
    ids = world.add_items(project, number)
    expert = world.people.get("eva") or world.person("eva", "annotator", project)
    judge = world.people.get("rita") or world.person("rita", "reviewer", project)
    for _ in range(number):
        task = world.services.queue.next(expert, project, ANNOTATE)
        operations = (put(world, (RIGHT[0], category)),)
        world.services.submissions.submit(expert, task, Submitting(operations=operations))
        task = world.services.queue.next(judge, project, REVIEW)
        world.services.submissions.submit(judge, task, Submitting(verdict="accepted"))
    return ids


def purpose_of(world: World, task: str) -> str:
    return world.context.database.read(
        lambda tx: tx.execute(select(tasks.c.purpose).where(tasks.c.id == task)).scalar_one()
    )


def answer(world: World, who: Actor, task: str, what=RIGHT) -> Handed:
    return world.services.submissions.submit(who, task, Submitting(operations=(put(world, what),)))


def work_on(world: World, who: Actor, project: str, number: int, what=RIGHT) -> list[str]:
    """The purposes of so many tasks that somebody is given and answers."""
    found = []
    for _ in range(number):
        task = world.services.queue.next(who, project, ANNOTATE)
        if task is None:
            break
        found.append(purpose_of(world, task))
        answer(world, who, task, what)
    return found


def planned(world: World, gold: int = 6, work: int = 60, **plan: object) -> str:
    project = world.project("Cells").id
    done_items(world, project, gold)
    world.services.gold.add(world.owner, project, source="reviewed", wanted=gold)
    world.services.gold.set_plan(world.owner, project, GoldPlan(**plan))
    world.add_items(project, work)
    return project


def test_gold_comes_among_work_at_its_rate_and_each_once(gold_world: World) -> None:
    project = planned(gold_world, gold=30, work=120, rate=0.2, every_at_least=1)
    ann = gold_world.person("ann", "annotator", project)

    purposes = work_on(gold_world, ann, project, 100)

    # 100 tasks at 20 %: 12 to 29 is where 99 % of such counts lie (Binomial; the pause makes it narrower).
    assert 12 <= Counter(purposes)["gold"] <= 29
    assert all(one == "work" for one, other in zip(purposes[1:], purposes, strict=False) if other == "gold")
    rows = gold_world.context.database.read(lambda tx: tx.execute(select(gold_answers)).all())
    assert len({row.item_id for row in rows}) == len(rows) == Counter(purposes)["gold"]


def test_without_a_pause_the_rate_is_kept_as_well(gold_world: World) -> None:
    project = planned(gold_world, gold=40, work=120, rate=0.2, every_at_least=0)
    ann = gold_world.person("ann", "annotator", project)

    purposes = work_on(gold_world, ann, project, 100)

    assert 8 <= Counter(purposes)["gold"] <= 33  # 99.9 % of a Binomial(100, 0.2)


def test_nobody_gets_their_own_work_or_what_they_judged(gold_world: World) -> None:
    project = planned(gold_world, rate=0.5, every_at_least=0, work=40)

    assert set(work_on(gold_world, gold_world.people["eva"], project, 15)) == {"work"}
    assert set(work_on(gold_world, gold_world.people["rita"], project, 15)) == {"work"}


def test_gold_runs_out_and_work_goes_on(gold_world: World) -> None:
    project = planned(gold_world, gold=2, work=20, rate=0.5, every_at_least=0)
    ann = gold_world.person("ann", "annotator", project)

    purposes = work_on(gold_world, ann, project, 100)

    assert Counter(purposes) == {"work": 20, "gold": 2}
    assert gold_world.services.queue.next(ann, project, ANNOTATE) is None


def test_gold_alone_keeps_no_queue_alive(gold_world: World) -> None:
    project = planned(gold_world, gold=5, work=0, rate=0.5, every_at_least=0)
    ann = gold_world.person("ann", "annotator", project)

    assert gold_world.services.queue.next(ann, project, ANNOTATE) is None


def test_a_gold_task_looks_like_work_and_moves_nothing(gold_world: World) -> None:
    project = planned(gold_world, gold=3, work=8, rate=0.5, every_at_least=0)
    ann = gold_world.person("ann", "annotator", project)
    services = gold_world.services
    before = services.progress.get(gold_world.owner, project)
    seen = []
    while (task := services.queue.next(ann, project, ANNOTATE)) is not None:
        envelope = services.envelopes.get(ann, task)
        purpose = purpose_of(gold_world, task)
        item = services.items.get(gold_world.owner, envelope.task.item)
        handed = answer(gold_world, ann, task)
        after = services.items.get(gold_world.owner, envelope.task.item)
        shown = (
            envelope.task.assigned_to, envelope.task.state, envelope.task.round, envelope.task.comment,
            envelope.submission, envelope.merge, envelope.issues, envelope.draft.document.annotations,
            handed.item_state, handed.verdict, handed.scored,
        )  # fmt: skip
        seen.append((purpose, shown))
        if purpose == "gold":
            assert (after.state, after.annotations, after.held_by) == (item.state, item.annotations, None)

    assert Counter(purpose for purpose, _ in seen) == {"work": 8, "gold": 3}
    assert len({repr(shown) for _, shown in seen}) == 1
    after = services.progress.get(gold_world.owner, project)
    assert after.states["done"] == before.states["done"]
    assert after.annotations - before.annotations == 8
    assert next(one for one in after.people if one.name == "ann").submitted == 11


def test_an_answer_is_scored_and_told_only_as_planned(gold_world: World) -> None:
    project = planned(gold_world, gold=6, work=30, rate=0.5, every_at_least=0, feedback="none")
    ann, services = gold_world.person("ann", "annotator", project), gold_world.services
    handed = {}
    while len(handed) < 1:
        task = services.queue.next(ann, project, ANNOTATE)
        if purpose_of(gold_world, task) == "gold":
            handed[task] = answer(gold_world, ann, task, WRONG)
        else:
            answer(gold_world, ann, task)
    (task,) = handed

    assert handed[task].scored is None
    assert services.gold.answers(ann, project) == []
    with pytest.raises(NotFound):
        services.gold.comparison(ann, task)
    (row,) = services.gold.answers(gold_world.owner, project)
    assert (row.score, row.passed, row.member_name) == (0.0, False, "ann")

    services.gold.set_plan(gold_world.owner, project, GoldPlan(rate=0.5, feedback="later", later_hours=1))
    assert services.gold.answers(ann, project) == []
    later = replace(gold_world.context, clock=lambda: gold_world.context.clock() + 3_700_000)
    told = Services(later).gold.comparison(ann, task)
    assert [mark.shape.left for mark in told.reference.annotations] == [10]
    assert [mark.shape.left for mark in told.given.annotations] == [60]
    assert len(told.detail.missing) == len(told.detail.extra) == 1


def test_at_once_means_with_the_submission_and_the_same_again(gold_world: World) -> None:
    project = planned(gold_world, rate=0.5, every_at_least=0, feedback="instant")
    ann = gold_world.person("ann", "annotator", project)
    scored = []
    for _ in range(12):
        task = gold_world.services.queue.next(ann, project, ANNOTATE)
        sent = Submitting(operations=(put(gold_world),))
        first = gold_world.services.submissions.submit(ann, task, sent)
        assert gold_world.services.submissions.submit(ann, task, sent) == first
        if first.scored:
            scored.append(first.scored)

    assert scored
    assert all(one.score == 1 and one.passed and one.purpose == "gold" for one in scored)
    listed = gold_world.services.gold.of(gold_world.owner, project)
    assert sum(one.answers for one in listed) == len(scored)
    assert {one.hardness for one in listed if one.answers} == {0.0}


def test_who_cannot_answer_gold_is_not_blamed(gold_world: World) -> None:
    project = planned(gold_world, rate=0.5, every_at_least=0)
    ann = gold_world.person("ann", "annotator", project)
    while purpose_of(gold_world, task := gold_world.services.queue.next(ann, project, ANNOTATE)) != "gold":
        answer(gold_world, ann, task)

    gold_world.services.submissions.skip(ann, task, "unclear")

    (row,) = gold_world.services.gold.answers(gold_world.owner, project)
    assert row.score is None
    item = gold_world.services.items.get(gold_world.owner, row.item)
    assert item.state == "done"


def test_more_gold_follows_from_an_alarm(gold_world: World) -> None:
    project = planned(gold_world, gold=20, rate=0.0, every_at_least=0)
    ann = gold_world.person("ann", "annotator", project)
    assert set(work_on(gold_world, ann, project, 10)) == {"work"}
    row = {"id": "c", "project_id": project, "member_id": ann.id, "kind": "more_gold", "what": "errors"}
    told = {"reason": "more was wrong", "detail": {"share": 0.5}, "created_at": gold_world.context.now()}
    gold_world.context.database.write(lambda tx: tx.execute(insert(consequences).values(**row, **told)))

    assert Counter(work_on(gold_world, ann, project, 20))["gold"] >= 5
    assert ConsequencePlan(extra_gold=0.5).is_on


def test_categories_are_asked_in_turn(gold_world: World) -> None:
    project = gold_world.project("Cells").id
    done_items(gold_world, project, 12)
    done_items(gold_world, project, 3, "dirt")
    services = gold_world.services
    services.gold.add(gold_world.owner, project, source="reviewed", wanted=15)
    services.gold.set_plan(gold_world.owner, project, GoldPlan(rate=0.5, every_at_least=0))
    gold_world.add_items(project, 60)
    ann = gold_world.person("ann", "annotator", project)
    kinds = {one.item: next(iter(one.categories)) for one in services.gold.of(gold_world.owner, project)}
    asked: list[str] = []
    while len(asked) < 6:
        task = services.queue.next(ann, project, ANNOTATE)
        if purpose_of(gold_world, task) == "gold":
            asked.append(kinds[services.envelopes.get(ann, task).task.item])
        answer(gold_world, ann, task)

    assert Counter(asked) == {"cell": 3, "dirt": 3}


def test_what_is_added_is_spread_and_what_is_not_is_told(gold_world: World) -> None:
    project = gold_world.project("Cells").id
    cells = done_items(gold_world, project, 8)
    dirts = done_items(gold_world, project, 2, "dirt")
    (fresh,) = gold_world.add_items(project, 1)
    services, owner = gold_world.services, gold_world.owner
    offers = {one.source: one for one in services.gold.candidates(owner, project)}
    assert offers["reviewed"].items == 10
    assert offers["reviewed"].categories == {"cell": 8, "dirt": 2}
    assert offers["reference"].items == offers["adjudicated"].items == 0

    services.gold.add(owner, project, source="reviewed", wanted=4)
    assert Counter(next(iter(one.categories)) for one in services.gold.of(owner, project)) == {
        "cell": 2,
        "dirt": 2,
    }
    told = services.gold.add(owner, project, source="reviewed", wanted=[fresh, dirts[0], "nothing", cells[7]])
    assert [one.reason for one in told.left_out] == [
        "no review accepted it",
        "it is gold already",
        "there is no such item in this project",
    ]
    assert len(told.added) == 1
    with pytest.raises(InvalidInput, match="guess"):
        services.gold.add(owner, project, source="guess", wanted=1)


def test_a_retired_item_is_asked_no_more(gold_world: World) -> None:
    project = planned(gold_world, gold=4, rate=0.5, every_at_least=0)
    for one in gold_world.services.gold.of(gold_world.owner, project)[1:]:
        gold_world.services.gold.change(gold_world.owner, one.id, retired=True)
    ann = gold_world.person("ann", "annotator", project)

    assert Counter(work_on(gold_world, ann, project, 30))["gold"] == 1
    assert len(gold_world.services.gold.of(gold_world.owner, project)) == 1
    assert len(gold_world.services.gold.of(gold_world.owner, project, retired=True)) == 4


def test_releases_and_costs_of_work_know_nothing_of_gold(gold_world: World) -> None:
    project = planned(gold_world, rate=0.5, every_at_least=0)
    ann = gold_world.person("ann", "annotator", project)
    work_on(gold_world, ann, project, 20, WRONG)

    kinds = gold_world.context.database.read(
        lambda tx: Counter(tx.execute(select(documents.c.kind).where(documents.c.author == ann.id)).scalars())
    )
    assert kinds["gold_answer"] > 0
    ledger = gold_world.services.costs.ledger(gold_world.owner, project)
    spent = {line.name: line.seconds for line in ledger.by_kind}
    assert spent["gold"] == pytest.approx(1.5 * kinds["gold_answer"])
    assert ledger.seconds == pytest.approx(sum(spent.values()))


def test_gold_is_evidence_of_who_is_reliable(gold_world: World) -> None:
    project = planned(gold_world, gold=12, rate=0.5, every_at_least=0)
    good = gold_world.person("good", "annotator", project)
    bad = gold_world.person("bad", "annotator", project)
    work_on(gold_world, good, project, 20)
    work_on(gold_world, bad, project, 20, WRONG)

    report = gold_world.services.quality.people(gold_world.owner, project)
    overall = {
        one.name: next(skill for skill in one.skills if skill.category is None) for one in report.people
    }
    assert overall["good"].gold.evidence > 3
    assert overall["bad"].gold.value < 0.3 < 0.7 < overall["good"].gold.value
