"""Agreement between stages and on slices of the items."""

import pytest
from sqlalchemy import update

from labelwright.core.errors import Forbidden, InvalidInput
from labelwright.core.operations import Delete
from labelwright.core.workflow import Overlap
from labelwright.services.agreement_slices import Slice
from labelwright.services.item_filter import ItemFilter
from labelwright.services.submissions import Submitting
from labelwright.storage.schema import items
from tests.services.conftest import World
from tests.services.test_overlap import BOX, FAR, answer, people


def f1(world: World, project: str, **wanted: object) -> tuple[int, float | None]:
    view = world.services.agreement_slices.measure(world.owner, project, Slice(**wanted))
    if view.report is None:
        return 0, None
    return view.items, view.report["overall"]["f1"]["value"]


def reviewed(world: World) -> tuple[str, list[str]]:
    """Two items: of one a reviewer took half away, of the other nothing."""
    project = world.project(items=2).id
    ana = world.person("ana", project=project)
    rev = world.person("rev", "reviewer", project)
    marks = []
    for _ in range(2):
        task = world.services.queue.next(ana, project)
        puts = [world.put(box=BOX), world.put(box=FAR)]
        world.services.submissions.submit(ana, task, Submitting(operations=tuple(puts)))
        marks.append(puts[1].annotation.id)
    done = []
    for mark in (marks[0], None):
        task = world.services.queue.next(rev, project, "review")
        gone = (Delete(id=world.context.new_id(), at=1, annotation=mark),) if mark else ()
        sent = Submitting(operations=gone, verdict="accepted")
        done.append(world.services.submissions.submit(rev, task, sent).item)
    return project, done


def test_an_annotator_is_held_against_the_review_of_their_work(world: World) -> None:
    project, _ = reviewed(world)

    count, value = f1(world, project, pair="annotator-reviewer")

    assert count == 2
    assert value == pytest.approx(6 / 7)  # three of four answers stood: 2·3 / (4 + 3)


def test_a_filter_and_days_leave_out_the_rest(world: World) -> None:
    project, (changed, same) = reviewed(world)
    halves = {changed: "train", same: "val"}

    def work(tx) -> None:
        for item, split in halves.items():
            tx.execute(update(items).where(items.c.id == item).values(split=split))

    world.context.database.write(work)
    pair = "annotator-reviewer"

    assert f1(world, project, pair=pair, items=ItemFilter(splits=("train",))) == (1, pytest.approx(2 / 3))
    assert f1(world, project, pair=pair, items=ItemFilter(splits=("val",))) == (1, 1.0)
    today = world.context.now()[:10]
    assert f1(world, project, pair=pair, since=today, until=today)[0] == 2
    assert f1(world, project, pair=pair, until="2001-01-01") == (0, None)


def test_merged_answers_are_held_against_reviews_and_decisions(world: World) -> None:
    project = world.project(items=1, overlap=Overlap(answers=2, adjudicate_below=0.9)).id
    ana, ben = people(world, project, "ana", "ben")
    rev, other = people(world, project, "rev", "other", role="reviewer")
    answer(world, ana, project, BOX, FAR)
    answer(world, ben, project, BOX)
    task = world.services.queue.next(rev, project, "adjudicate")
    world.services.submissions.submit(rev, task, Submitting())

    count, value = f1(world, project, pair="annotator-adjudicator")

    assert count == 1
    assert value in (1.0, pytest.approx(2 / 3))
    assert f1(world, project, pair="consensus-reviewer") == (0, None)
    assert f1(world, project)[0] == 1
    assert other.id != rev.id


def test_a_merged_answer_that_was_reviewed_has_its_own_pair(world: World) -> None:
    project = world.project(items=1, overlap=Overlap(answers=2)).id
    ana, ben = people(world, project, "ana", "ben")
    (rev,) = people(world, project, "rev", role="reviewer")
    answer(world, ana, project, BOX)
    answer(world, ben, project, BOX)
    task = world.services.queue.next(rev, project, "review")
    world.services.submissions.submit(rev, task, Submitting(verdict="accepted"))

    assert f1(world, project, pair="consensus-reviewer") == (1, 1.0)
    assert f1(world, project, pair="annotator-reviewer") == (0, None)


def test_a_pair_or_day_there_is_not_is_refused_and_annotators_see_nothing(world: World) -> None:
    project = world.project().id
    ana = world.person("ana", project=project)

    with pytest.raises(InvalidInput, match="no pair"):
        f1(world, project, pair="cat-dog")
    with pytest.raises(InvalidInput, match="no day"):
        f1(world, project, since="yesterday")
    with pytest.raises(Forbidden):
        world.services.agreement_slices.measure(ana, project, Slice())
