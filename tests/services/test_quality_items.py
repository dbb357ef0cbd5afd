"""Behind each number stand its items, those with the least agreement first."""

import pytest

from labelwright.core.errors import Forbidden, InvalidInput
from labelwright.core.shapes import Box
from labelwright.core.workflow import Overlap
from labelwright.services.submissions import Submitting
from tests.services.conftest import World

HERE, THERE = Box(left=1, top=2, right=41, bottom=42), Box(left=60, top=40, right=90, bottom=70)


def answer(world: World, project: str, who, *marks: tuple[str, Box]) -> None:
    task = world.services.queue.next(who, project, "annotate")
    world.services.queue.hold(who, task)
    operations = tuple(world.put(category=category, box=box) for category, box in marks)
    world.services.submissions.submit(who, task, Submitting(operations=operations))


def test_the_items_two_people_answered_come_least_agreement_first(world: World) -> None:
    project = world.project(items=2, overlap=Overlap(answers=2), review=False)
    ana, ben, eva = (world.person(name, project=project.id) for name in ("ana", "ben", "eva"))
    answer(world, project.id, ana, ("cell", HERE))
    answer(world, project.id, ben, ("cell", HERE))
    answer(world, project.id, ana, ("cell", HERE))
    answer(world, project.id, ben, ("cell", THERE))

    found = world.services.quality_items.behind(world.owner, project.id, [ana.id, ben.id])
    none = world.services.quality_items.behind(world.owner, project.id, [ana.id, eva.id])

    assert [one.agreement for one in found.items] == [0.0, 1.0]
    assert found.of == 2
    assert none.items == []


def test_confused_categories_lead_to_where_they_were_confused(world: World) -> None:
    project = world.project(items=2, overlap=Overlap(answers=2), review=False)
    ana, ben = (world.person(name, project=project.id) for name in ("ana", "ben"))
    answer(world, project.id, ana, ("cell", HERE), ("dirt", THERE))
    answer(world, project.id, ben, ("dirt", HERE), ("dirt", THERE))
    answer(world, project.id, ana, ("cell", HERE), ("dirt", THERE))
    answer(world, project.id, ben, ("cell", HERE), ("dirt", THERE))

    found = world.services.quality_items.behind(world.owner, project.id, (), ["dirt", "cell"])

    assert [(one.confused, one.answers) for one in found.items] == [(1, 2)]


def test_one_name_alone_is_refused_and_annotators_see_nothing(world: World) -> None:
    project = world.project()
    ana = world.person("ana", project=project.id)

    with pytest.raises(InvalidInput):
        world.services.quality_items.behind(world.owner, project.id, [ana.id])
    with pytest.raises(Forbidden):
        world.services.quality_items.behind(ana, project.id)
