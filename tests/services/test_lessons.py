"""Tests and courses as people meet them: tried, failed, waited for, passed, and what a skill opens."""

import threading
from dataclasses import replace

import msgspec
import pytest

from labelwright.core.errors import Forbidden, InvalidInput, LeaseLost, NotFound, WrongState
from labelwright.core.graph import ANNOTATE, DONE, Graph, Stage
from labelwright.core.lessons import LessonSettings
from labelwright.services.access import Actor
from labelwright.services.attempts import AttemptView, MayNotTryYet, NothingToAsk
from labelwright.services.services import Services
from labelwright.services.submissions import Submitting
from tests.services.conftest import World
from tests.services.test_gold import RIGHT, WRONG, done_items, put

HOUR = 3_600_000
SKILLED = Graph(start="first", nodes=(Stage(id="first", work=ANNOTATE, to=DONE, skill="cells"),))


def lesson(world: World, project: str, kind: str = "test", number: int = 3, **settings: object) -> str:
    done_items(world, project, number)
    added = world.services.gold.add(world.owner, project, source="reviewed", wanted=number, mixed=False)
    made = LessonSettings(gold=tuple(added.added), **settings)
    return world.services.lessons.create(world.owner, project, kind, "Cells", made).id


def answered(world: World, who: Actor, attempt: AttemptView, *right: bool) -> AttemptView:
    """The attempt after so many answers."""
    for is_right in right:
        world.services.queue.hold(who, attempt.task)
        sent = Submitting(operations=(put(world, RIGHT if is_right else WRONG),))
        world.services.submissions.submit(who, attempt.task, sent)
        attempt = world.services.attempts.get(who, attempt.id)
    return attempt


def at(world: World, hours: float) -> World:
    """The same world, so many hours later."""
    then = world.context.clock() + int(hours * HOUR)
    context = replace(world.context, clock=lambda: then)
    return World(context, Services(context), world.owner, world.people)


def test_a_test_is_passed_and_grants_its_skill(world: World) -> None:
    project = world.project("Cells").id
    ann = world.person("ann", "annotator", project)
    test = lesson(world, project, skill="cells", pass_mark=0.6, told="score", valid_days=10)
    begun = world.services.attempts.begin(ann, test)
    assert (begun.asked, begun.answered, begun.state) == (3, 0, "open")

    ended = answered(world, ann, begun, True, False, True)

    assert ended.state == "passed"
    assert ended.score == pytest.approx(2 / 3)
    assert ended.answers == []  # only the score is told
    (held,) = world.services.skills.of(ann, project)
    assert (held.skill, held.granted_by, held.expired) == ("cells", None, False)
    with pytest.raises(MayNotTryYet, match="passed"):
        world.services.attempts.begin(ann, test)
    later = at(world, 11 * 24)
    assert later.services.skills.of(ann, project)[0].expired
    assert later.services.attempts.begin(ann, test).state == "open"


def test_who_fails_waits_and_has_only_so_many_attempts(world: World) -> None:
    project = world.project("Cells").id
    ann = world.person("ann", "annotator", project)
    test = lesson(world, project, attempts=2, retry_hours=24, skill="cells")
    first = answered(world, ann, world.services.attempts.begin(ann, test), False, False, False)
    assert (first.state, first.score) == ("failed", 0.0)

    with pytest.raises(MayNotTryYet, match="short time ago"):
        world.services.attempts.begin(ann, test)
    tomorrow = at(world, 25)
    again = tomorrow.services.attempts.begin(ann, test)
    tomorrow.services.attempts.give_up(ann, again.id)
    week = at(world, 200)
    with pytest.raises(MayNotTryYet, match="2 times"):
        week.services.attempts.begin(ann, test)

    week.services.lessons.forgive(world.owner, again.id, reason="power cut")
    assert week.services.attempts.begin(ann, test).number == 3
    with pytest.raises(WrongState):
        week.services.lessons.forgive(world.owner, again.id, reason="twice")


def test_the_tasks_of_an_attempt_come_only_when_asked_for(world: World) -> None:
    project = world.project("Cells", review=False).id
    ann = world.person("ann", "annotator", project)
    begun = world.services.attempts.begin(ann, lesson_without_review(world, project))
    world.services.queue.hold(ann, begun.task)
    assert world.services.queue.next(ann, project, ANNOTATE) is None

    world.add_items(project, 1)

    assert world.services.queue.next(ann, project, ANNOTATE) not in (None, begun.task)


def lesson_without_review(world: World, project: str) -> str:
    (item,) = world.add_items(project, 1)
    expert = world.person("eva", "annotator", project)
    while (task := world.services.queue.next(expert, project, ANNOTATE)) is not None:
        world.services.submissions.submit(expert, task, Submitting(operations=(put(world),)))
    added = world.services.gold.add(world.owner, project, source="expert", wanted=[item])
    settings = LessonSettings(gold=tuple(added.added))
    return world.services.lessons.create(world.owner, project, "test", "Cells", settings).id


def test_two_tabs_that_begin_at_once_are_in_one_attempt(world: World) -> None:
    project = world.project("Cells").id
    ann = world.person("ann", "annotator", project)
    test = lesson(world, project)
    found: list[str] = []
    begin = lambda: found.append(world.services.attempts.begin(ann, test).id)  # noqa: E731
    together = [threading.Thread(target=begin) for _ in range(4)]
    for one in together:
        one.start()
    for one in together:
        one.join()

    assert len(found) == 4
    assert len(set(found)) == 1


def test_a_course_tells_after_each_answer_and_can_be_repeated(world: World) -> None:
    project = world.project("Cells").id
    ann = world.person("ann", "annotator", project)
    course = lesson(world, project, "course", number=2)
    begun = world.services.attempts.begin(ann, course)
    world.services.queue.hold(ann, begun.task)
    handed = world.services.submissions.submit(ann, begun.task, Submitting(operations=(put(world, WRONG),)))

    assert handed.scored is not None
    assert (handed.scored.score, handed.scored.passed, handed.scored.purpose) == (0.0, False, "course")
    told = world.services.gold.comparison(ann, begun.task)
    assert len(told.reference.annotations) == len(told.given.annotations) == 1
    ended = answered(world, ann, world.services.attempts.get(ann, begun.id), True)
    assert ended.state == "failed"
    assert [one.score for one in ended.answers] == [0.0, 1.0]
    second = answered(world, ann, world.services.attempts.begin(ann, course), True, True)
    assert (second.number, second.state) == (2, "passed")


def test_a_skipped_item_counts_as_nothing(world: World) -> None:
    project = world.project("Cells").id
    ann = world.person("ann", "annotator", project)
    begun = world.services.attempts.begin(ann, lesson(world, project, number=2, told="end"))
    world.services.queue.hold(ann, begun.task)
    world.services.submissions.skip(ann, begun.task, "unclear")

    ended = answered(world, ann, world.services.attempts.get(ann, begun.id), True)

    assert ended.score == pytest.approx(0.5)
    assert [one.skipped for one in ended.answers] == [True, False]


def test_a_lesson_edited_during_an_attempt_counts_from_the_next(world: World) -> None:
    project = world.project("Cells").id
    ann = world.person("ann", "annotator", project)
    test = lesson(world, project, number=2, pass_mark=0.5)
    begun = answered(world, ann, world.services.attempts.begin(ann, test), True)
    settings = world.services.lessons.get(world.owner, test).settings
    harder = LessonSettings(gold=settings.gold, pass_mark=1.0)
    world.services.lessons.change(world.owner, test, settings=harder)

    assert answered(world, ann, begun, False).state == "passed"


def test_retired_gold_is_passed_over_and_an_empty_lesson_says_so(world: World) -> None:
    project = world.project("Cells").id
    ann = world.person("ann", "annotator", project)
    test = lesson(world, project, number=3)
    begun = world.services.attempts.begin(ann, test)
    listed = world.services.gold.of(world.owner, project)
    for one in listed:
        world.services.gold.change(world.owner, one.id, retired=True)

    ended = answered(world, ann, begun, True)

    assert (ended.state, ended.score) == ("passed", 1.0)
    ben = world.person("ben", "annotator", project)
    with pytest.raises(NothingToAsk):
        world.services.attempts.begin(ben, test)


def test_nobody_sees_or_ends_the_attempt_of_another(world: World) -> None:
    project = world.project("Cells").id
    ann, ben = (world.person(name, "annotator", project) for name in ("ann", "ben"))
    begun = world.services.attempts.begin(ann, lesson(world, project))

    for act in (world.services.attempts.get, world.services.attempts.give_up):
        with pytest.raises(NotFound):
            act(ben, begun.id)
    with pytest.raises(LeaseLost):
        world.services.queue.hold(ben, begun.task)
    assert world.services.attempts.get(world.owner, begun.id).member == ann.id
    with pytest.raises(NotFound):
        world.services.attempts.give_up(world.owner, begun.id)


def test_work_at_the_first_stage_waits_for_who_has_its_skill(world: World) -> None:
    project = world.project("Cells").id
    test = lesson(world, project, number=2, skill="cells")
    world.add_items(project, 3)
    workflow = world.services.projects.get(world.owner, project).workflow
    world.services.projects.update(
        world.owner, project, workflow=msgspec.structs.replace(workflow, graph=SKILLED)
    )
    ann = world.person("ann", "annotator", project)
    assert world.services.queue.next(ann, project, ANNOTATE) is None
    (missing,) = world.services.skills.missing(ann, project)
    assert (missing.skill, missing.waiting) == ("cells", 3)
    assert [(one.id, one.kind) for one in missing.lessons] == [(test, "test")]

    answered(world, ann, world.services.attempts.begin(ann, test), True, True)

    assert world.services.skills.missing(ann, project) == []
    assert world.services.queue.next(ann, project, ANNOTATE) is not None
    world.services.skills.revoke(world.owner, project, ann.id, "cells", reason="new guideline")
    assert world.services.skills.missing(ann, project)[0].skill == "cells"


def test_skills_are_granted_by_hand_and_tell_who(world: World) -> None:
    project = world.project("Cells").id
    ann = world.person("ann", "annotator", project)
    world.services.skills.grant(world.owner, project, ann.id, "cells", days=1, reason="knows it")

    (held,) = world.services.skills.of(ann, project)
    assert held.granted_by == world.owner.id
    assert at(world, 25).services.skills.of(ann, project)[0].expired
    with pytest.raises(NotFound):
        world.services.skills.grant(world.owner, project, "nobody", "cells", days=1, reason="")
    with pytest.raises(Forbidden):
        world.services.skills.grant(ann, project, ann.id, "all", days=None, reason="")


def test_results_show_the_hardest_items_first(world: World) -> None:
    project = world.project("Cells").id
    ann = world.person("ann", "annotator", project)
    course = lesson(world, project, "course", number=2)
    answered(world, ann, world.services.attempts.begin(ann, course), True, False)

    results = world.services.lessons.results(world.owner, course)

    assert [one.score for one in results.items] == [0.0, 1.0]
    assert [(one.name, one.state) for one in results.attempts] == [("ann", "failed")]
    with pytest.raises(InvalidInput):
        world.services.lessons.change(world.owner, course, settings=LessonSettings(gold=("x",)))


def test_an_item_met_in_a_lesson_does_not_wait_for_ever(world: World) -> None:
    project = world.project("Cells").id
    ann = world.person("ann", "annotator", project)
    (item, *_) = done_items(world, project, 1)
    (gold,) = world.services.gold.add(world.owner, project, source="reviewed", wanted=[item]).added
    course = world.services.lessons.create(
        world.owner, project, "course", "Cells", LessonSettings(gold=(gold,))
    ).id
    answered(world, ann, world.services.attempts.begin(ann, course), True)

    world.services.submissions.reopen(world.owner, item)

    assert world.services.queue.next(ann, project, ANNOTATE) is not None


def test_a_test_whose_skill_was_taken_away_can_be_passed_again(world: World) -> None:
    project = world.project("Cells").id
    ann = world.person("ann", "annotator", project)
    test = lesson(world, project, number=1, skill="cells")
    answered(world, ann, world.services.attempts.begin(ann, test), True)
    with pytest.raises(MayNotTryYet):
        world.services.attempts.begin(ann, test)
    world.services.skills.revoke(world.owner, project, ann.id, "cells", reason="new guideline")
    assert world.services.lessons.get(ann, test).mine.why_not is None

    answered(world, ann, world.services.attempts.begin(ann, test), True)

    assert [one.skill for one in world.services.skills.of(ann, project)] == ["cells"]


def test_passing_never_shortens_a_skill(world: World) -> None:
    project = world.project("Cells").id
    ann = world.person("ann", "annotator", project)
    world.services.skills.grant(world.owner, project, ann.id, "cells", days=None, reason="knows it")
    test = lesson(world, project, number=1, skill="cells", valid_days=1)

    answered(world, ann, world.services.attempts.begin(ann, test), True)

    (held,) = world.services.skills.of(ann, project)
    assert held.expires_at is None
