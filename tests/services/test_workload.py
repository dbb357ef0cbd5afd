"""Workload: shared out evenly, kept by the queue, and nobody gets what they may not do."""

from dataclasses import replace

import pytest

from labelwright.core.errors import Forbidden, InvalidInput, NotFound
from labelwright.core.graph import Graph, Stage
from labelwright.core.workflow import Overlap
from labelwright.services.assigning import Assigning
from labelwright.services.services import Services
from labelwright.services.submissions import Submitting
from labelwright.services.workload import WorkloadView
from tests.services.conftest import World

DAY = 86_400_000


def hand_in(world: World, who, project: str, count: int = 1) -> None:
    for _ in range(count):
        task = world.services.queue.next(who, project, "annotate")
        world.services.submissions.submit(who, task, Submitting(operations=(world.put(),)))


def load(world: World, project: str) -> WorkloadView:
    return world.services.workload.get(world.owner, project)


def assign(world: World, project: str, *who, **options: object):
    wanted = Assigning(members=[one.id for one in who], **options)
    return world.services.assignments.assign(world.owner, project, wanted)


def test_waiting_reviews_are_shared_out_evenly_and_the_queue_keeps_to_it(world: World) -> None:
    project = world.project(items=7).id
    ana = world.person("ana", project=project)
    rita, ron, roy = (world.person(name, "reviewer", project) for name in ("rita", "ron", "roy"))
    hand_in(world, ana, project, 7)

    given = assign(world, project, rita, ron)

    assert sorted(given.given.values()) == [3, 4]
    assert given.left == 0
    assert world.services.queue.next(roy, project, "review") is None
    assert world.services.queue.next(rita, project, "review") is not None
    people = {one.name: one for one in load(world, project).people}
    assert (people["rita"].assigned, people["ron"].assigned) == ({"review": 4}, {"review": 3})
    assert (people["rita"].held, people["ana"].annotated, people["ana"].seconds) == (1, 7, 10.5)
    assert people["ron"].oldest is not None


def test_nobody_is_given_their_own_work(world: World) -> None:
    project = world.project(items=4).id
    rita, ron = (world.person(name, "reviewer", project) for name in ("rita", "ron"))
    hand_in(world, rita, project, 3)
    hand_in(world, ron, project, 1)

    alone = assign(world, project, rita)
    rest = assign(world, project, rita, ron)

    assert (alone.given, alone.left) == ({rita.id: 1}, 3)
    assert (rest.given, rest.left) == ({rita.id: 0, ron.id: 3}, 0)


def test_a_merged_answer_is_not_given_to_who_answered(world: World) -> None:
    project = world.project(items=1, overlap=Overlap(answers=2)).id
    rita, ron, roy = (world.person(name, "reviewer", project) for name in ("rita", "ron", "roy"))
    hand_in(world, rita, project)
    hand_in(world, ron, project)

    assert assign(world, project, rita, ron).left == 1
    assert assign(world, project, rita, roy).given == {rita.id: 0, roy.id: 1}


def test_a_stage_that_asks_for_a_skill_is_given_to_who_holds_it(world: World) -> None:
    graph = Graph(
        start="annotate",
        nodes=(
            Stage(id="annotate", work="annotate", to="expert"),
            Stage(id="expert", work="review", to="done", skill="cells"),
        ),
    )
    project = world.project(items=2, graph=graph).id
    ana = world.person("ana", project=project)
    rita, ron = (world.person(name, "reviewer", project) for name in ("rita", "ron"))
    hand_in(world, ana, project, 2)
    world.services.skills.grant(world.owner, project, ron.id, "cells", days=None, reason="knows them")

    given = assign(world, project, rita, ron)

    assert given.given == {rita.id: 0, ron.id: 2}


def test_tasks_of_somebody_who_is_away_are_anybodys_again_and_their_draft_stays(world: World) -> None:
    project = world.project(items=3).id
    ana = world.person("ana", project=project)
    rita, ron = (world.person(name, "reviewer", project) for name in ("rita", "ron"))
    hand_in(world, ana, project, 3)
    assign(world, project, rita)
    held = world.services.queue.next(rita, project, "review")
    world.services.drafts.append(rita, held, 0, [world.put()])

    first = world.services.assignments.take_away(world.owner, project, rita.id)
    free = world.services.queue.next(ron, project, "review")
    second = world.services.assignments.take_away(world.owner, project, rita.id, held=True)

    assert (first.taken, first.released) == (2, 0)
    assert free not in (None, held)
    assert (second.taken, second.released) == (1, 1)
    assert [one.task for one in world.services.drafts.unsent(rita)] == [held]


def test_only_as_many_as_wanted_are_given_the_first_in_line_first(world: World) -> None:
    project = world.project(items=5).id
    ana = world.person("ana", project=project)
    rita = world.person("rita", "reviewer", project)
    hand_in(world, ana, project, 5)

    assert assign(world, project, rita, most=2).given == {rita.id: 2}
    (review,) = [one for one in load(world, project).stages if one.stage == "review"]
    assert (review.waiting, review.free, review.came, review.closed) == (5, 3, 5, 0)


def test_who_may_not_review_is_given_no_reviews_and_only_managers_give(world: World) -> None:
    project = world.project(items=1).id
    ana = world.person("ana", project=project)
    rita = world.person("rita", "reviewer", project)
    stranger = world.person("sam", "reviewer")

    with pytest.raises(InvalidInput, match="ana may not work"):
        assign(world, project, ana)
    with pytest.raises(NotFound):
        assign(world, project, stranger)
    with pytest.raises(InvalidInput, match="Nobody"):
        assign(world, project)
    with pytest.raises(InvalidInput, match="no stage"):
        assign(world, project, rita, stage="polish")
    with pytest.raises(Forbidden):
        world.services.assignments.assign(rita, project, Assigning(members=[rita.id]))
    with pytest.raises(Forbidden):
        world.services.workload.get(rita, project)


def test_the_queue_is_forecast_to_empty_at_the_pace_of_the_past_days(world: World) -> None:
    project = world.project(items=20).id
    ana = world.person("ana", project=project)
    rita = world.person("rita", "reviewer", project)
    hand_in(world, ana, project, 20)
    for day in range(5):
        then = Services(replace(world.context, clock=lambda day=day: world.context.clock() + day * DAY))
        for _ in range(2):
            task = then.queue.next(rita, project, "review")
            then.submissions.submit(rita, task, Submitting(verdict="accepted"))

    now = Services(replace(world.context, clock=lambda: world.context.clock() + 5 * DAY))
    found = now.workload.get(world.owner, project)

    assert found.empty_by is not None
    assert found.empty_by.per_day == 2
    assert found.empty_by.grows  # 20 came on the first day, 10 were reviewed
    assert found.empty_by.earliest <= found.empty_by.middle <= found.empty_by.latest
    assert load(world, world.project("Empty").id).reason == "Nothing waits for review."
