"""What follows from alarms: nothing by default; once for each, told, logged, and lifted by managers."""

import msgspec
import pytest
from sqlalchemy import select

from labelwright.core.consequences import ConsequencePlan
from labelwright.core.errors import Forbidden, NotFound, WorkPaused, WrongState
from labelwright.services import consequence_rows
from labelwright.services.consequence_rows import extra_gold
from labelwright.services.consequences import follow
from labelwright.services.quality_people import AlarmView, PeopleReport, PersonQuality
from labelwright.services.releases import NewRelease
from labelwright.services.submissions import Submitting
from labelwright.storage.schema import audit, items, jobs, tasks
from tests.services.conftest import World

LONG_AGO = "2000-01-01T00:00:00.000Z"
ALL = ConsequencePlan(extra_gold=0.2, pause=True, reopen=True)


def report(*people: str, what: str = "errors", since: str | None = LONG_AGO) -> PeopleReport:
    """A report with an alarm about each of some people."""
    alarm = AlarmView(what=what, reason="25 % wrong instead of 5 %", since=since)
    empty = {"skills": [], "confusions": [], "seconds_per_object": None, "pace": None, "line": []}
    given = {"checked": 50, "wrong": 12, "codes": {}, "alarms": [alarm], **empty}
    if "times" in PersonQuality.__struct_fields__:
        given["times"] = []
    found = [PersonQuality(member=person, name=person, **given) for person in people]
    rest = {"errors": [], "pairs": [], "warnings": {}, "discords": [], "outcomes": 50}
    return PeopleReport(people=found, **rest)


def hand_in(world: World, who, project: str, stage: str = "annotate"):
    task = world.services.queue.next(who, project, stage)
    if stage == "review":
        return world.services.submissions.submit(who, task, Submitting(verdict="accepted"))
    return world.services.submissions.submit(who, task, Submitting(operations=(world.put(),)))


def state(world: World, item: str) -> str:
    chosen = select(items.c.state).where(items.c.id == item)
    return world.context.database.read(lambda tx: tx.execute(chosen).scalar_one())


def actions(world: World) -> list[str]:
    chosen = select(audit.c.action).order_by(audit.c.seq)
    return world.context.database.read(lambda tx: list(tx.execute(chosen).scalars()))


def test_by_default_nothing_follows(world: World) -> None:
    project = world.project(items=1)
    ana = world.person("ana", project=project.id)

    assert follow(world.context, project.id, report(ana.id)) == 0
    assert world.services.queue.next(ana, project.id) is not None
    assert not world.services.consequences.plan(ana, project.id).is_on


def test_a_paused_person_is_told_why_and_may_hand_in_what_they_hold(world: World) -> None:
    project = world.project(items=3)
    ana, ben = (world.person(name, project=project.id) for name in ("ana", "ben"))
    world.services.consequences.set_plan(world.owner, project.id, ConsequencePlan(pause=True))
    held = world.services.queue.next(ana, project.id)

    assert follow(world.context, project.id, report(ana.id)) == 1

    assert world.services.queue.next(ana, project.id) == held
    world.services.submissions.submit(ana, held, Submitting(operations=(world.put(),)))
    with pytest.raises(WorkPaused, match="25 % wrong instead of 5 %"):
        world.services.queue.next(ana, project.id)
    free = world.services.queue.next(ben, project.id)
    world.services.queue.give_back(ben, free)
    with pytest.raises(WorkPaused):
        world.services.queue.hold(ana, free)
    (told,) = world.services.consequences.of(ana, project.id)
    assert (told.kind, told.reason, told.lifted_at) == ("pause", "25 % wrong instead of 5 %", None)
    assert world.services.consequences.of(ben, project.id) == []


def test_a_manager_lifts_it_and_the_log_tells_all(world: World) -> None:
    project = world.project(items=2)
    ana = world.person("ana", project=project.id)
    world.services.consequences.set_plan(world.owner, project.id, ConsequencePlan(pause=True))
    follow(world.context, project.id, report(ana.id))
    (told,) = world.services.consequences.of(world.owner, project.id)
    with pytest.raises(Forbidden):
        world.services.consequences.lift(ana, project.id, told.id)

    lifted = world.services.consequences.lift(world.owner, project.id, told.id)

    assert (lifted.lifted_by, lifted.name) == ("olga", "ana")
    assert world.services.queue.next(ana, project.id) is not None
    expected = ["consequences.planned", "consequence.followed", "consequence.lifted"]
    assert [action for action in actions(world) if action.startswith("consequence")] == expected
    with pytest.raises(WrongState):
        world.services.consequences.lift(world.owner, project.id, told.id)
    with pytest.raises(NotFound):
        world.services.consequences.lift(world.owner, project.id, "none")
    with pytest.raises(Forbidden):
        world.services.consequences.set_plan(ana, project.id, ALL)


def test_one_alarm_has_its_consequences_once_and_a_later_one_again(world: World) -> None:
    project = world.project(items=1)
    ana = world.person("ana", project=project.id)
    world.services.consequences.set_plan(world.owner, project.id, ConsequencePlan(extra_gold=0.2))

    first = follow(world.context, project.id, report(ana.id))
    same = follow(world.context, project.id, report(ana.id))
    later = follow(world.context, project.id, report(ana.id, since="2999-01-01T00:00:00.000Z"))

    assert (first, same, later) == (1, 0, 1)
    assert world.context.database.read(lambda tx: extra_gold(tx, project.id, ana.id)) == 0.2
    assert world.context.database.read(lambda tx: extra_gold(tx, project.id, world.owner.id)) == 0.0


def test_only_the_alarms_of_the_plan_and_only_people_count(world: World) -> None:
    project = world.project(items=1)
    ana = world.person("ana", project=project.id)
    world.services.consequences.set_plan(world.owner, project.id, ConsequencePlan(pause=True))

    assert follow(world.context, project.id, report(ana.id, what="faster")) == 0
    assert follow(world.context, project.id, report("model:net@1")) == 0


def test_recent_work_goes_back_to_review_but_what_is_released_stays(world: World) -> None:
    project = world.project()
    one, two = world.add_items(project.id, 2)
    ana = world.person("ana", project=project.id)
    rosa = world.person("rosa", "reviewer", project=project.id)
    hand_in(world, ana, project.id)
    hand_in(world, rosa, project.id, "review")
    world.services.releases.create(world.owner, project.id, NewRelease(tag="v1"))
    hand_in(world, ana, project.id)
    hand_in(world, rosa, project.id, "review")
    world.services.consequences.set_plan(world.owner, project.id, ConsequencePlan(reopen=True))

    follow(world.context, project.id, report(ana.id))

    assert [state(world, item) for item in (one, two)] == ["done", "review"]
    (told,) = world.services.consequences.of(rosa, project.id)
    assert (told.kind, told.items) == ("reopen", 1)
    assert hand_in(world, rosa, project.id, "review").item_state == "done"


def test_work_from_before_the_change_stays(world: World) -> None:
    project = world.project(items=1, review=False)
    ana = world.person("ana", project=project.id)
    hand_in(world, ana, project.id)
    world.services.consequences.set_plan(world.owner, project.id, ConsequencePlan(reopen=True))

    follow(world.context, project.id, report(ana.id, since="2999-01-01T00:00:00.000Z"))

    waiting = select(tasks.c.id).where(tasks.c.state == "waiting")
    assert world.context.database.read(lambda tx: tx.execute(waiting).all()) == []


def test_after_so_many_submissions_a_job_looks_for_alarms_only_where_something_follows(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(consequence_rows, "WATCH_AFTER", 2)
    project = world.project(items=6, review=False)
    ana = world.person("ana", project=project.id)

    def watched() -> int:
        chosen = select(jobs.c.id).where(jobs.c.kind == consequence_rows.WATCH)
        return len(world.context.database.read(lambda tx: tx.execute(chosen).all()))

    for _ in range(3):
        hand_in(world, ana, project.id)
    assert watched() == 0

    world.services.consequences.set_plan(world.owner, project.id, ConsequencePlan(pause=True))
    hand_in(world, ana, project.id)

    assert watched() == 1


def test_a_plan_that_is_none_is_refused() -> None:
    for bad in ({"extra_gold": 2}, {"alarms": ["moon"]}, {"fine": 5}):
        with pytest.raises(msgspec.ValidationError):
            msgspec.convert(bad, ConsequencePlan)
