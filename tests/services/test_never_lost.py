"""Never lost: conflicts that stay until somebody chooses, steps from the log, work left behind."""

from dataclasses import replace

import pytest

from labelwright.core.errors import InvalidAnnotations, LeaseLost, OpenConflicts, WrongState
from labelwright.core.operations import Delete, Judge, Put
from labelwright.core.shapes import Box
from labelwright.services.access import Actor
from labelwright.services.services import Services
from labelwright.services.submissions import Submitting
from tests.services.conftest import World

WIDE = Box(left=0, top=0, right=50, bottom=50)
TALL = Box(left=0, top=0, right=5, bottom=70)


def begun(world: World, **workflow: object) -> tuple[Actor, str]:
    """An annotator with one box “a” saved, and the task."""
    project = world.project(items=1, **workflow)
    ana = world.person("ana", project=project.id)
    task = world.services.queue.next(ana, project.id)
    world.services.drafts.append(ana, task, 0, [world.put(annotation="a")])
    return ana, task


def reshaped(world: World, box: Box, seen: int, **more: object) -> Put:
    return world.put(annotation="a", box=box, seen=seen, fields=("shape",), **more)


def delete(world: World, seen: int, annotation: str = "a") -> Delete:
    return Delete(id=world.context.new_id(), at=1, annotation=annotation, seen=seen)


def draft_of(world: World, who: Actor, task: str):
    return world.services.envelopes.get(who, task).draft


def later(world: World, milliseconds: int = 400_000) -> Services:
    """The services after a while, when leases have ended."""
    return Services(replace(world.context, clock=lambda: world.context.clock() + milliseconds))


def test_two_tabs_that_change_the_same_shape_leave_a_conflict_that_stays(world: World) -> None:
    ana, task = begun(world)
    first = world.services.drafts.append(ana, task, 1, [reshaped(world, WIDE, 1)])
    second = world.services.drafts.append(ana, task, 1, [reshaped(world, TALL, 1)])

    draft = draft_of(world, ana, task)

    assert first.conflicts == []
    assert second.conflicts == draft.conflicts
    assert draft.document.annotations[0].shape == TALL
    assert [(v.annotation.shape, v.by, v.fields) for v in draft.conflicts[0].aside] == [
        (WIDE, ana.id, ("shape",))
    ]


def test_what_clashes_is_told_again_when_an_answer_got_lost(world: World) -> None:
    ana, task = begun(world)
    world.services.drafts.append(ana, task, 1, [reshaped(world, WIDE, 1)])
    gone = delete(world, 1)
    world.services.drafts.append(ana, task, 1, [gone])

    again = world.services.drafts.append(ana, task, 1, [gone])

    assert again.revision == 3
    assert [(p.id, p.seq, len(p.clashes)) for p in again.placed] == [(gone.id, 3, 1)]
    assert list(draft_of(world, ana, task).document.by_id()) == ["a"]


def test_a_shape_and_a_category_changed_in_two_tabs_merge_in_silence(world: World) -> None:
    ana, task = begun(world)
    world.services.drafts.append(ana, task, 1, [reshaped(world, WIDE, 1)])
    renamed = world.put(annotation="a", category="dirt", seen=1, fields=("category",))

    answer = world.services.drafts.append(ana, task, 1, [renamed])

    merged = draft_of(world, ana, task).document.annotations[0]
    assert answer.conflicts == []
    assert (merged.shape, merged.category) == (WIDE, "dirt")


def test_work_with_an_open_conflict_is_not_handed_in(world: World) -> None:
    ana, task = begun(world)
    world.services.drafts.append(ana, task, 1, [reshaped(world, WIDE, 1)])
    blind = reshaped(world, TALL, 1)

    with pytest.raises(OpenConflicts, match="1 annotation was changed in two places"):
        world.services.submissions.submit(ana, task, Submitting(operations=(blind,)))
    answer = world.services.drafts.append(ana, task, 1, [blind])
    settled = reshaped(world, WIDE, answer.revision, settles=(answer.conflicts[0].aside[0].operation,))
    handed = world.services.submissions.submit(ana, task, Submitting(operations=(settled,)))

    assert handed.annotations == 1


def test_a_choice_that_is_taken_back_is_asked_about_again(world: World) -> None:
    ana, task = begun(world)
    world.services.drafts.append(ana, task, 1, [reshaped(world, WIDE, 1)])
    before = world.services.drafts.append(ana, task, 1, [reshaped(world, TALL, 1)])
    aside = before.conflicts[0].aside[0].operation

    chosen = reshaped(world, WIDE, 3, settles=(aside,), step="choice")
    settled = world.services.drafts.append(ana, task, 3, [chosen])
    steps = world.services.drafts.steps(ana, task)
    undone = reshaped(world, TALL, 4, reopens=(aside, "never there"), step="choice", turn="undo")
    again = world.services.drafts.append(ana, task, 4, [undone])

    assert settled.conflicts == []
    assert steps.done[-1].settles == {"a": [aside]}
    assert again.conflicts == before.conflicts


def test_conflicts_outlive_a_long_log(world: World) -> None:
    ana, task = begun(world)
    world.services.drafts.append(ana, task, 1, [reshaped(world, WIDE, 1)])
    world.services.drafts.append(ana, task, 1, [reshaped(world, TALL, 1)])

    world.services.drafts.append(ana, task, 3, [world.put(annotation=f"n{i}", seen=3) for i in range(600)])

    assert [c.annotation for c in draft_of(world, ana, task).conflicts] == ["a"]


def test_a_client_cannot_speak_for_another_member(world: World) -> None:
    ana, task = begun(world)
    forged = world.put(annotation="f", by=world.owner.id, clashes=("nothing",))

    world.services.drafts.append(ana, task, 1, [forged])

    assert draft_of(world, ana, task).document.by_id()["f"].evidence.author == ana.id


def test_work_done_while_the_lease_passed_on_is_kept_when_asked_to(world: World) -> None:
    project = world.project(items=1)
    ana, ben = (world.person(n, project=project.id) for n in ("ana", "ben"))
    task = world.services.queue.next(ana, project.id)
    after = later(world)
    after.queue.next(ben, project.id)

    with pytest.raises(LeaseLost):
        after.drafts.append(ana, task, 0, [world.put()])
    kept = after.drafts.append(ana, task, 0, [world.put()], late=True)

    assert (kept.revision, kept.task.holder) == (1, "ben")
    assert [d.task for d in after.drafts.unsent(ana)] == [task]


def test_an_answer_tells_how_things_stand_around_the_draft(world: World) -> None:
    ana, task = begun(world)
    before = world.services.drafts.append(ana, task, 1, [])
    world.services.submissions.submit(ana, task, Submitting())

    answer = world.services.drafts.append(ana, task, 1, [])

    assert (before.task.state, before.task.holder, before.task.ontology) == ("waiting", None, 1)
    assert answer.task.state == "submitted"


# Steps


def test_steps_tell_what_each_gesture_did_undone_ones_apart(world: World) -> None:
    ana, task = begun(world)
    step = {"step": "s1", "title": "Move 2"}
    sent = [
        reshaped(world, WIDE, 1, **step),
        world.put(annotation="b", step="s1"),
        delete(world, 3, "b"),
        reshaped(world, TALL, 4, step="s3", title="Resize"),
        reshaped(world, WIDE, 5, step="s3", turn="undo"),
    ]
    world.services.drafts.append(ana, task, 1, sent)

    steps = world.services.drafts.steps(ana, task)

    assert [(s.title, [c.id for c in s.changes]) for s in steps.done[1:]] == [
        ("Move 2", ["a", "b"]),
        ("Change", ["b"]),
    ]
    assert [s.id for s in steps.undone] == ["s3"]
    first = steps.done[1].changes[0]
    assert (first.before.shape, first.after.shape) == (Box(left=1, top=2, right=11, bottom=12), WIDE)


def test_only_the_newest_steps_are_told(world: World) -> None:
    ana, task = begun(world)
    world.services.drafts.append(ana, task, 1, [world.put(annotation=f"n{i}") for i in range(300)])

    steps = world.services.drafts.steps(ana, task)

    assert len(steps.done) == 200
    assert steps.done[-1].changes[0].id == "n299"


# Work left behind


def test_what_a_former_holder_left_is_offered_and_merges(world: World) -> None:
    project = world.project(items=1)
    ana, ben = (world.person(n, project=project.id) for n in ("ana", "ben"))
    task = world.services.queue.next(ana, project.id)
    world.services.drafts.append(ana, task, 0, [world.put(annotation="hers")])
    after = later(world)
    after.queue.next(ben, project.id)
    after.drafts.append(ben, task, 0, [world.put(annotation="his")])

    offered = after.brought.left(ben, task)
    brought = after.brought.bring_in(ben, task, task, ana.id)

    document = after.envelopes.get(ben, task).draft.document.by_id()
    assert [(w.member_name, w.annotations) for w in offered] == [("ana", 1)]
    assert brought.annotations == 1
    assert {name: a.evidence.author for name, a in document.items()} == {"his": ben.id, "hers": ana.id}
    assert after.brought.left(ben, task) == []
    assert after.drafts.unsent(ana) == []
    with pytest.raises(WrongState, match="left"):
        after.brought.bring_in(ben, task, task, ana.id)


def returned(world: World) -> tuple[Actor, Actor, str, str]:
    """A box “a” handed in by Ana, returned by Rita, who made it wide; Ana's first and second task."""
    ana, task = begun(world)
    rita = world.person("rita", "reviewer", project=world.services.envelopes.get(ana, task).task.project)
    project = world.services.envelopes.get(ana, task).task.project
    world.services.submissions.submit(ana, task, Submitting())
    review = world.services.queue.next(rita, project, "review")
    wide = reshaped(world, WIDE, 0)
    sent = Submitting(operations=(wide,), verdict="returned", comment="too small")
    world.services.submissions.submit(rita, review, sent)
    return ana, rita, task, world.services.queue.next(ana, project)


def test_late_work_meets_what_a_reviewer_changed_as_a_conflict(world: World) -> None:
    ana, rita, first, second = returned(world)
    world.services.drafts.append(ana, first, 1, [reshaped(world, TALL, 1), world.put(annotation="late")])

    world.services.brought.bring_in(ana, second, first, ana.id)

    draft = draft_of(world, ana, second)
    assert set(draft.document.by_id()) == {"a", "late"}
    assert draft.document.by_id()["a"].shape == TALL
    assert [(v.by, v.annotation.shape) for v in draft.conflicts[0].aside] == [(rita.id, WIDE)]


def test_what_was_brought_in_is_not_offered_twice_only_what_came_after(world: World) -> None:
    ana, _, first, second = returned(world)
    world.services.drafts.append(ana, first, 1, [world.put(annotation="late")])
    world.services.brought.bring_in(ana, second, first, ana.id)
    world.services.drafts.append(ana, first, 2, [world.put(annotation="later")])

    offered = world.services.brought.left(ana, second)
    world.services.brought.bring_in(ana, second, first, ana.id)

    assert [w.annotations for w in offered] == [1]
    assert draft_of(world, ana, second).conflicts == []
    assert set(draft_of(world, ana, second).document.by_id()) == {"a", "late", "later"}


def test_nobody_is_offered_work_on_a_task_they_do_not_hold(world: World) -> None:
    ana, _, first, second = returned(world)
    world.services.drafts.append(ana, first, 1, [world.put(annotation="late")])
    world.services.queue.give_back(ana, second)

    assert world.services.brought.left(ana, second) == []


def test_a_reviewer_s_two_tabs_give_one_verdict_the_later(world: World) -> None:
    ana, task = begun(world)
    made = [
        Judge(id=world.context.new_id(), at=1, annotation="a", verdict=verdict, seen=1)
        for verdict in ("accepted", "returned")
    ]

    answer = world.services.drafts.append(ana, task, 1, made)

    assert answer.conflicts == []
    assert draft_of(world, ana, task).document.annotations[0].evidence.verdict == "returned"


# Clocks, and an ontology that changes


def at(world: World, milliseconds: int) -> Services:
    """The services with a clock that is set forward or back."""
    return Services(replace(world.context, clock=lambda: world.context.clock() + milliseconds))


def test_leases_given_before_the_clock_was_set_back_end_in_the_time_of_a_lease(world: World) -> None:
    project = world.project(items=1, lease_seconds=300)
    ana, ben = (world.person(n, project=project.id) for n in ("ana", "ben"))
    task = at(world, 86_400_000).queue.next(ana, project.id)

    right_after = world.services.queue.next(ben, project.id)
    a_lease_later = at(world, 301_000).queue.next(ben, project.id)

    assert (right_after, a_lease_later) == (None, task)


def test_a_clock_that_jumps_ahead_passes_a_task_on_and_keeps_the_work(world: World) -> None:
    ana, task = begun(world)
    project = world.services.envelopes.get(ana, task).task.project
    ben = world.person("ben", project=project)
    jumped = at(world, 86_400_000)

    taken = jumped.queue.next(ben, project)
    kept = jumped.drafts.append(ana, task, 1, [world.put(annotation="more", seen=1)])

    assert taken == task
    assert (kept.revision, kept.task.holder) == (2, "ben")
    assert [w.annotations for w in jumped.brought.left(ben, task)] == [2]


def test_operations_keep_the_order_of_arrival_whatever_their_clocks_say(world: World) -> None:
    ana, task = begun(world)
    late = world.put(annotation="a", box=WIDE, at=1_900_000_000_000, seen=1)
    early = world.put(annotation="a", box=TALL, at=1_000_000_000_000, seen=1, after=late.id)

    world.services.drafts.append(ana, task, 1, [late, early])

    assert draft_of(world, ana, task).document.annotations[0].shape == TALL


def without(world: World, project: str, category: str) -> None:
    """The manager removes a category."""
    now = world.services.ontologies.get(world.owner, project)
    kept = tuple(entry for entry in now.ontology.categories if entry.id != category)
    world.services.ontologies.save(world.owner, project, base=now.version, categories=kept)


def test_what_was_drawn_in_a_category_that_is_removed_is_shown_and_asked_about(world: World) -> None:
    ana, task = begun(world)
    project = world.services.envelopes.get(ana, task).task.project
    world.services.drafts.append(ana, task, 1, [world.put(annotation="b", category="dirt")])
    without(world, project, "dirt")

    answer = world.services.drafts.append(ana, task, 2, [])
    shown = draft_of(world, ana, task).document

    assert answer.task.ontology == 2
    assert [a.category for a in shown.annotations] == ["cell", "dirt"]
    with pytest.raises(InvalidAnnotations, match="not in the ontology"):
        world.services.submissions.submit(ana, task, Submitting())
    moved = world.put(annotation="b", category="cell", seen=2, fields=("category",))
    assert world.services.submissions.submit(ana, task, Submitting(operations=(moved,))).annotations == 2


def test_what_a_removed_category_hides_comes_back_with_it_through_work_done_meanwhile(world: World) -> None:
    ana, task = begun(world, review=True)
    project = world.services.envelopes.get(ana, task).task.project
    rita = world.person("rita", "reviewer", project=project)
    world.services.drafts.append(ana, task, 1, [world.put(annotation="b", category="dirt")])
    world.services.submissions.submit(ana, task, Submitting())
    without(world, project, "dirt")
    review = world.services.queue.next(rita, project, "review")

    hidden = draft_of(world, rita, review).document
    done = world.services.submissions.submit(rita, review, Submitting(verdict="accepted"))
    world.services.ontologies.undo(world.owner, project, base=2)
    item = done.item
    world.services.submissions.reopen(world.owner, item)
    again = world.services.queue.next(ana, project)

    assert [a.id for a in hidden.annotations] == ["a"]
    assert done.annotations == 1
    assert {a.id for a in draft_of(world, ana, again).document.annotations} == {"a", "b"}
