"""Deliveries: the plan by the tables, how severe by what came before, decided as soon as it is certain."""

import pytest

from labelwright.core.errors import Forbidden, InvalidInput, WrongState
from labelwright.core.graph import REVIEW
from labelwright.services.acceptance import IsoIn, WaldIn
from labelwright.services.audits import ClaimIn, NewAudit
from labelwright.services.releases import NewRelease
from tests.services.conftest import World
from tests.services.test_audits import RIGHT, WRONG, judge_all, judge_next, released

CLAIM = (ClaimIn(at_most=0.05),)


def delivered(world: World, release: str, wanted=IsoIn(aql=2.5), **more: object):  # noqa: B008
    asked = NewAudit(claims=CLAIM, acceptance=wanted, **more)  # type: ignore[arg-type]
    return world.services.audits.open(world.owner, release, asked)


def judged(world: World, who, audit: str, wrong: int):
    """The audit after so many wrong verdicts, then right ones until it is decided."""
    for _ in range(wrong):
        if world.services.audits.get(who, audit).state == "open":
            judge_next(world, who, audit, WRONG)
    judge_all(world, who, audit, RIGHT)
    return world.services.audits.get(who, audit)


def test_a_delivery_is_accepted_by_the_plan_of_the_tables(world: World) -> None:
    project, release = released(world, items=100)
    rita = world.person("rita", "reviewer", project=project)
    seen = world.services.audits.preview(world.owner, release, "annotation", IsoIn(aql=2.5))
    # A lot of 100 at level II is code letter F: 20 are judged, and at 2.5 one may be wrong.
    assert (seen.plan.letter, seen.plan.size, seen.plan.accept, seen.plan.severity) == ("F", 20, 1, "normal")
    chances = [chance for _, chance in seen.curve]
    assert chances[0] == 1
    assert chances == sorted(chances, reverse=True)

    found = judged(world, rita, delivered(world, release).id, 1)

    assert (found.state, found.acceptance.judged, found.acceptance.wrong) == ("accepted", 20, 1)
    done = world.services.certificates.close(world.owner, found.id)
    assert done.statement.startswith("The delivery is accepted: 1 of 20 were wrong, 1 of 20 are allowed.")
    assert world.services.certificates.verify(rita, release).faults == []


def test_a_delivery_is_refused_as_soon_as_that_is_certain_and_goes_back(world: World) -> None:
    project = world.project(items=100, review=True, self_review=True).id
    ana = world.person("ana", project=project)
    rita, rob = (world.person(name, "reviewer", project=project) for name in ("rita", "rob"))
    from labelwright.services.submissions import Submitting

    while (task := world.services.queue.next(ana, project, "annotate")) is not None:
        world.services.submissions.submit(ana, task, Submitting(operations=(world.put(),)))
    while (task := world.services.queue.next(rita, project, REVIEW)) is not None:
        world.services.submissions.submit(rita, task, Submitting(verdict="accepted"))
    release = world.services.releases.create(world.owner, project, "v1").id
    audit = delivered(world, release)
    with pytest.raises(WrongState, match="not refused"):
        world.services.rework.send_back(world.owner, audit.id)
    judge_next(world, rob, audit.id, WRONG)
    with pytest.raises(WrongState, match="neither accepted nor refused"):
        world.services.certificates.close(world.owner, audit.id)

    found = judged(world, rob, audit.id, 1)

    assert (found.state, found.acceptance.judged, found.acceptance.wrong) == ("refused", 2, 2)
    with pytest.raises(Forbidden):
        world.services.rework.send_back(rob, audit.id)
    assert world.services.rework.send_back(world.owner, audit.id) == 100
    assert world.services.rework.send_back(world.owner, audit.id) == 0
    task = world.services.queue.next(rita, project, REVIEW)
    envelope = world.services.envelopes.get(rita, task)
    assert envelope.task.comment.startswith("The delivery v1 was refused.")
    assert len(envelope.draft.document.annotations) == 1
    assert world.services.releases.verify(world.owner, release).ok
    world.services.submissions.submit(rita, task, Submitting(verdict="accepted"))


def test_two_refused_of_five_make_the_next_inspection_tightened(world: World) -> None:
    project, first = released(world, items=100)
    rita = world.person("rita", "reviewer", project=project)
    for number, wrong in ((1, 2), (2, 0), (3, 2)):
        release = (
            first
            if number == 1
            else world.services.releases.create(world.owner, project, NewRelease(tag=f"v{number}")).id
        )
        audit = delivered(world, release)
        assert audit.acceptance.plan.severity == "normal"
        judged(world, rita, audit.id, wrong)
        world.services.certificates.close(world.owner, audit.id)

    release = world.services.releases.create(world.owner, project, NewRelease(tag="v4")).id
    plan = delivered(world, release).acceptance.plan

    assert plan.severity == "tightened"
    assert plan.why == "two of five deliveries in a row were refused"
    assert (plan.size, plan.accept) != (20, 1)
    other = world.services.audits.preview(world.owner, release, "annotation", IsoIn(aql=4.0))
    assert other.plan.severity == "normal", "another limit has a history of its own"


def test_one_after_another_until_good_and_bad_are_told_apart(world: World) -> None:
    project, release = released(world, items=200)
    rita = world.person("rita", "reviewer", project=project)
    wanted = WaldIn(good=0.02, bad=0.15)

    good = judged(world, rita, delivered(world, release, wanted).id, 0)
    bad = judged(world, rita, delivered(world, release, wanted).id, 10)

    # ln(0.95 / 0.05) / ln(0.98 / 0.85) = 20.7: 21 clean ones accept.
    assert (good.state, good.acceptance.judged) == ("accepted", 21)
    assert bad.state == "refused"
    assert bad.acceptance.judged < 6


def test_what_the_tables_do_not_have_is_refused(world: World) -> None:
    _, release = released(world, items=5)

    with pytest.raises(InvalidInput, match="acceptance quality limits"):
        world.services.audits.preview(world.owner, release, "annotation", IsoIn(aql=3.0))
    with pytest.raises(InvalidInput, match="good share"):
        world.services.audits.preview(world.owner, release, "annotation", WaldIn(good=0.2, bad=0.1))
