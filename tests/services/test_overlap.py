"""Several people answer one item: blind, never twice, merged when enough is known, decided if they differ."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select

from labelwright.core.document import decode
from labelwright.core.errors import Forbidden, InvalidInput, WrongState
from labelwright.core.graph import ADJUDICATE, ANNOTATE, DONE, REVIEW, Case, Graph, HasCategory, Router, Stage
from labelwright.core.operations import Judge, Marking, Put
from labelwright.core.shapes import Box
from labelwright.core.workflow import Overlap, Workflow
from labelwright.services.merging import learn
from labelwright.services.submissions import Submitting
from labelwright.storage.schema import documents, error_marks, items, merges, tasks
from tests.services.conftest import World

BOX = Box(left=10, top=10, right=50, bottom=50)
NEAR = Box(left=11, top=10, right=51, bottom=50)
FAR = Box(left=60, top=10, right=90, bottom=40)


def submit(world: World, who, task: str, *operations, **options):
    return world.services.submissions.submit(who, task, Submitting(operations=operations, **options))


def answer(world: World, who, project: str, *boxes: Box, category: str = "cell"):
    task = world.services.queue.next(who, project, ANNOTATE)
    assert task is not None
    return submit(world, who, task, *(world.put(box=box, category=category) for box in boxes))


def state(world: World, project: str) -> str:
    return world.context.database.read(
        lambda tx: tx.execute(select(items.c.state).where(items.c.project_id == project)).scalar_one()
    )


def rows(world: World, table, **where):
    chosen = select(table).where(*(table.c[name] == value for name, value in where.items()))
    return world.context.database.read(lambda tx: tx.execute(chosen.order_by(table.c.id)).all())


def people(world: World, project: str, *names: str, role: str = "annotator"):
    return [world.person(name, role, project=project) for name in names]


def test_three_answers_that_agree_are_merged_and_go_to_review(world: World) -> None:
    project = world.project(items=1, overlap=Overlap(answers=3)).id
    ana, ben, cem = people(world, project, "ana", "ben", "cem")

    first = answer(world, ana, project, BOX, FAR)
    answer(world, ben, project, NEAR, FAR)
    before = state(world, project)
    last = answer(world, cem, project, BOX, FAR)

    assert (first.item_state, before, last.item_state) == ("waiting", "waiting", "review")
    (merge,) = rows(world, merges)
    merged = decode(rows(world, documents, id=merge.document_id)[0].body)
    assert [mark.shape for mark in merged.annotations] == [BOX, FAR]
    assert [{vote.annotator for vote in mark.votes} for mark in merged.annotations] == [
        {ana.id, ben.id, cem.id}
    ] * 2
    assert merge.agreement == 1.0
    assert merge.confidence > 0.9


def test_nobody_answers_an_item_twice_nor_sees_what_others_said(world: World) -> None:
    project = world.project(items=1, overlap=Overlap(answers=2), self_review=True).id
    ana, ben = people(world, project, "ana", "ben")
    left = world.services.queue.next(ana, project)
    world.services.drafts.append(ana, left, 0, [world.put()])
    submit(world, ana, left)
    world.services.drafts.append(ana, left, 1, [world.put(box=FAR)])  # too late, kept as a draft

    assert world.services.queue.next(ana, project) is None
    task = world.services.queue.next(ben, project)
    world.services.queue.give_back(ben, task)
    with pytest.raises(Forbidden, match="twice"):
        world.services.queue.hold(ana, task)

    task = world.services.queue.next(ben, project)
    envelope = world.services.envelopes.get(ben, task)
    assert (envelope.submission, envelope.merge, envelope.draft.document.annotations) == (None, None, ())
    assert world.services.brought.left(ben, task) == []


def test_answers_that_differ_are_decided_by_somebody_who_gave_none(world: World) -> None:
    project = world.project(items=1, review=False, overlap=Overlap(answers=2)).id
    ana, ben = people(world, project, "ana", "ben")
    rita, rob = people(world, project, "rita", "rob", role="reviewer")
    answer(world, ana, project, BOX)
    handed = answer(world, rob, project, FAR)

    assert handed.item_state == "adjudicate"
    assert world.services.queue.next(rob, project, ADJUDICATE) is None, "rob gave one of the answers"
    with pytest.raises(Forbidden):
        world.services.queue.next(ben, project, ADJUDICATE)
    task = world.services.queue.next(rita, project, ADJUDICATE)
    envelope = world.services.envelopes.get(rita, task)
    assert [len(one.document.annotations) for one in envelope.merge.answers] == [1, 1]
    assert envelope.merge.agreement == 0.0
    things = envelope.merge.detail["annotations"]
    assert [thing["disputes"] for thing in things] == [["existence"], ["existence"]]

    done = submit(world, rita, task, world.put(box=BOX))

    assert done.item_state == "done"
    (row,) = rows(world, documents, id=done.submission)
    assert {mark.evidence.reviewer for mark in decode(row.body).annotations} == {rita.id}


def test_a_reviewer_who_answered_does_not_review_the_merged_answer(world: World) -> None:
    project = world.project(items=1, overlap=Overlap(answers=2)).id
    rita, rob, ria = people(world, project, "rita", "rob", "ria", role="reviewer")
    answer(world, rita, project, BOX)
    answer(world, rob, project, BOX)

    assert world.services.queue.next(rita, project, REVIEW) is None
    task = world.services.queue.next(ria, project, REVIEW)
    assert task is not None
    world.services.queue.give_back(ria, task)
    with pytest.raises(Forbidden, match="own work"):
        world.services.queue.hold(rob, task)


def test_who_cannot_tell_counts_as_an_answer_and_somebody_decides(world: World) -> None:
    project = world.project(items=1, overlap=Overlap(answers=3)).id
    ana, ben, cem = people(world, project, "ana", "ben", "cem")
    answer(world, ana, project, BOX)
    task = world.services.queue.next(ben, project)
    world.services.submissions.skip(ben, task, "unclear", "too blurred")
    handed = answer(world, cem, project, NEAR)

    (merge,) = rows(world, merges)
    assert merge.skips == [{"member": ben.id, "reason": "unclear"}]
    assert len(merge.answers) == 2
    assert handed.item_state == "adjudicate"


def test_an_item_that_nobody_can_answer_is_put_aside(world: World) -> None:
    project = world.project(items=1, overlap=Overlap(answers=2)).id
    for who in people(world, project, "ana", "ben"):
        world.services.submissions.skip(who, world.services.queue.next(who, project), "unclear")

    assert state(world, project) == "skipped"
    assert rows(world, merges) == []


def test_one_more_is_asked_only_while_the_answer_is_not_sure_enough(world: World) -> None:
    plan = Overlap(answers=2, target=0.95, most=4)
    agreed, disputed = (world.project(name, items=1, overlap=plan).id for name in ("one", "two"))
    for who in (world.person(name, project=agreed) for name in ("a1", "a2")):
        last = answer(world, who, agreed, BOX)
    assert last.item_state == "review"

    given = [[BOX], [], [BOX], [BOX]]
    states = [
        answer(world, world.person(f"b{at}", project=disputed), disputed, *boxes).item_state
        for at, boxes in enumerate(given)
    ]
    assert states[:2] == ["waiting", "waiting"], "two people contradict one another: a third is asked"
    assert states[-1] != "waiting", "four is the most"


def test_a_budget_ends_the_asking(world: World) -> None:
    project = world.project(items=1, overlap=Overlap(answers=1, target=0.999, most=9, budget=2)).id
    ana, ben = people(world, project, "ana", "ben")
    one = answer(world, ana, project, BOX)
    two = answer(world, ben, project, FAR)

    assert (one.item_state, two.item_state) == ("waiting", "adjudicate")


def test_a_changed_plan_counts_from_the_next_answer_on(world: World) -> None:
    project = world.project(items=1, review=False, overlap=Overlap(answers=3)).id
    ana, ben = people(world, project, "ana", "ben")
    answer(world, ana, project, BOX)

    world.services.projects.update(
        world.owner, project, workflow=Workflow(review=False, overlap=Overlap(answers=2))
    )

    assert answer(world, ben, project, BOX).item_state == "done"


def test_only_the_share_of_items_is_answered_by_several(world: World) -> None:
    project = world.project(items=60, review=False, overlap=Overlap(answers=2, share=0.5)).id
    ana = world.person("ana", project=project)
    states = [answer(world, ana, project, BOX).item_state for _ in range(60)]

    assert 15 < states.count("done") < 45
    assert set(states) == {"done", "waiting"}


def test_returned_merged_work_is_corrected_by_one_person_who_sees_it(world: World) -> None:
    project = world.project(items=1, overlap=Overlap(answers=2)).id
    ana, ben = people(world, project, "ana", "ben")
    (rita,) = people(world, project, "rita", role="reviewer")
    for who in (ana, ben):
        answer(world, who, project, BOX)
    task = world.services.queue.next(rita, project, REVIEW)
    submit(world, rita, task, verdict="returned", comment="the border")

    back = world.services.queue.next(ana, project, ANNOTATE)
    envelope = world.services.envelopes.get(ana, back)
    assert len(envelope.draft.document.annotations) == 1
    assert submit(world, ana, back).item_state == "review"


def test_items_follow_the_drawn_graph(world: World) -> None:
    router = Router(
        id="rare", cases=(Case(when=(HasCategory(categories=("dirt",)),), to="look"),), otherwise=DONE
    )
    graph = Graph(
        start="first",
        nodes=(Stage(id="first", work=ANNOTATE, to="rare"), router, Stage(id="look", work=REVIEW, to=DONE)),
    )
    project = world.project(items=2, graph=graph).id
    ana = world.person("ana", project=project)

    common = answer(world, ana, project, BOX)
    rare = answer(world, ana, project, BOX, category="dirt")

    assert (common.item_state, rare.item_state) == ("done", "review")
    assert [task.node for task in rows(world, tasks, stage=REVIEW)] == ["look"]


def test_a_stage_that_asks_for_a_skill_is_closed_to_others_in_the_queue_and_by_name(world: World) -> None:
    graph = Graph(start="first", nodes=(Stage(id="first", work=ANNOTATE, to=DONE, skill="birds"),))
    project = world.project(items=1, graph=graph).id
    ana = world.person("ana", project=project)
    (task,) = rows(world, tasks)

    assert world.services.queue.next(ana, project) is None
    with pytest.raises(Forbidden, match="birds"):
        world.services.queue.hold(ana, task.id)


def test_a_graph_in_which_items_would_stick_is_refused(world: World) -> None:
    graph = Graph(start="first", nodes=(Stage(id="first", work=ANNOTATE, to="first"),))

    with pytest.raises(InvalidInput, match="round for ever"):
        world.project(graph=graph)


def test_people_who_hand_in_at_once_never_merge_too_few_answers(world: World) -> None:
    project = world.project(items=12, overlap=Overlap(answers=3)).id
    team = people(world, project, *(f"p{at}" for at in range(6)))

    def work(who) -> int:
        done = 0
        while (task := world.services.queue.next(who, project, ANNOTATE)) is not None:
            submit(world, who, task, world.put(box=BOX))
            done += 1
        return done

    done = 0
    for _ in range(6):  # who finds nothing open may find something when others have handed in
        with ThreadPoolExecutor(6) as pool:
            done += sum(pool.map(work, team))

    assert done == 36
    assert [len(merge.answers) for merge in rows(world, merges)] == [3] * 12
    assert all(
        len({row.author for row in rows(world, documents) if row.id in merge.answers}) == 3
        for merge in rows(world, merges)
    )


def test_somebody_who_marks_anything_is_believed_less_once_they_are_known(world: World) -> None:
    project = world.project(items=30, review=False, overlap=Overlap(answers=3)).id
    ana, ben, cem = people(world, project, "ana", "ben", "cem")
    for who in (ana, ben, cem):
        for _ in range(30):
            boxes = [BOX] if who is not cem else [BOX, FAR]
            answer(world, who, project, *boxes)

    learn(world.context, project)

    _, known = world.context.people[project]
    assert known.rates[cem.id].false > known.rates[ana.id].false
    merged = [decode(row.body) for row in rows(world, documents, kind="consensus")]
    assert all(len(document.annotations) == 1 for document in merged)


def test_what_a_review_shows_is_kept_with_its_author(world: World) -> None:
    project = world.project(items=2).id
    ana = world.person("ana", project=project)
    rita = world.person("rita", "reviewer", project=project)
    one, two = world.put(box=BOX), world.put(box=FAR)
    submit(world, ana, world.services.queue.next(ana, project), one, two)
    task = world.services.queue.next(rita, project, REVIEW)
    changed = Put(
        id=world.context.new_id(), at=1, annotation=Marking(id=one.annotation.id, category="dirt", shape=BOX)
    )
    wrong = Judge(
        id=world.context.new_id(),
        at=2,
        annotation=two.annotation.id,
        verdict="returned",
        errors=("loose_shape",),
    )
    submit(world, rita, task, changed, wrong, verdict="returned")

    marks = rows(world, error_marks)
    assert {(mark.code, mark.category, mark.should_be, mark.author) for mark in marks} == {
        ("wrong_category", "cell", "dirt", ana.id),
        ("loose_shape", "cell", None, ana.id),
    }


def test_a_review_that_says_nothing_is_no_reason_to_send_work_back(world: World) -> None:
    project = world.project(items=1).id
    ana = world.person("ana", project=project)
    rita = world.person("rita", "reviewer", project=project)
    submit(world, ana, world.services.queue.next(ana, project), world.put())

    with pytest.raises(InvalidInput, match="reason"):
        submit(world, rita, world.services.queue.next(rita, project, REVIEW), verdict="returned")
    with pytest.raises(WrongState):
        world.services.queue.next(ana, project, "paint")


def test_reports_of_agreement_and_of_people_rest_on_the_same_answers(world: World) -> None:
    project = world.project(items=6, overlap=Overlap(answers=3)).id
    team = people(world, project, "ana", "ben", "cem")
    (rita,) = people(world, project, "rita", role="reviewer")
    for who in team:
        for at in range(6):
            odd = who is team[2] and at % 2
            answer(world, who, project, BOX, category="dirt" if odd else "cell")

    view = world.services.quality.agreement(rita, project)
    everyone = world.services.quality.people(rita, project)
    alone = world.services.quality.people(team[0], project)

    assert view.items == 6
    assert view.report is not None
    assert set(view.names.values()) == {"ana", "ben", "cem"}
    assert 0 < view.report["overall"]["f1"]["value"] < 1
    found = {person.name: person.skills[0].fused.value for person in everyone.people}
    assert found["cem"] < found["ana"]
    assert [person.name for person in alone.people] == ["ana"]
    with pytest.raises(Forbidden):
        world.services.quality.agreement(team[0], project)
