"""Errors in merged work are those of who voted for it; and an alarm rings once for the same evidence."""

from dataclasses import replace

from labelwright.core.document import decode
from labelwright.core.operations import Delete, Judge, Marking, Put
from labelwright.core.workflow import Overlap
from labelwright.services.quality_rows import outcomes_of
from labelwright.services.services import Services
from labelwright.services.submissions import Submitting
from labelwright.storage.schema import documents, error_marks, merges
from tests.services.conftest import World
from tests.services.test_overlap import BOX, FAR, answer, people, rows

EDGE = FAR.__class__(left=2, top=50, right=30, bottom=75)


def merged(world: World):
    """An item that three people answered: two found the far thing, and one called the near one dirt."""
    project = world.project(items=1, overlap=Overlap(answers=3, adjudicate_below=0.0)).id
    ana, ben, cem = people(world, project, "ana", "ben", "cem")
    rev = people(world, project, "rev", role="reviewer")[0]
    answer(world, ana, project, BOX, FAR)
    answer(world, ben, project, BOX, FAR)
    answer(world, cem, project, BOX, category="dirt")
    task = world.services.queue.next(rev, project, "review")
    (merge,) = rows(world, merges)
    base = decode(rows(world, documents, id=merge.document_id)[0].body).annotations
    return project, (ana, ben, cem), rev, task, base


def outcomes(world: World, project: str):
    ontology = world.services.ontologies.get(world.owner, project).ontology
    return world.context.database.read(lambda tx: outcomes_of(tx, project, ontology))


def test_what_a_reviewer_takes_away_was_wrong_of_those_who_marked_it(world: World) -> None:
    project, (ana, ben, cem), rev, task, base = merged(world)
    far = next(one for one in base if one.shape == FAR)

    gone = Delete(id=world.context.new_id(), at=1, annotation=far.id)
    world.services.submissions.submit(rev, task, Submitting(operations=(gone,), verdict="accepted"))

    found = {(row.author, row.code) for row in rows(world, error_marks, project_id=project)}
    assert found == {(ana.id, "extra"), (ben.id, "extra")}
    wrong = {one.annotator for one in outcomes(world, project) if not one.right and one.source == "review"}
    assert wrong == {ana.id, ben.id, cem.id}  # cem called the near one dirt


def test_a_category_that_a_reviewer_changes_was_wrong_of_those_who_gave_it(world: World) -> None:
    project, (ana, ben, cem), rev, task, base = merged(world)
    near = next(one for one in base if one.shape == BOX)

    marking = Marking(id=near.id, category="dirt", shape=near.shape)
    changed = Put(id=world.context.new_id(), at=1, annotation=marking)
    world.services.submissions.submit(rev, task, Submitting(operations=(changed,), verdict="accepted"))

    found = {(row.author, row.code) for row in rows(world, error_marks, project_id=project)}
    assert found == {(ana.id, "wrong_category"), (ben.id, "wrong_category")}
    right = {one.annotator for one in outcomes(world, project) if one.reference == "dirt" and one.right}
    assert right == {cem.id}


def test_what_nobody_marked_is_missing_in_everybodys_answers(world: World) -> None:
    project, (ana, ben, cem), rev, task, _ = merged(world)

    world.services.submissions.submit(
        rev, task, Submitting(operations=(world.put(box=EDGE),), verdict="accepted")
    )

    found = {(row.author, row.code) for row in rows(world, error_marks, project_id=project)}
    assert found == {(one.id, "missing") for one in (ana, ben, cem)}
    missed = {one.annotator for one in outcomes(world, project) if one.answered is None}
    assert missed == {ana.id, ben.id, cem.id}


def test_a_returned_annotation_is_evidence_against_its_voters_alone(world: World) -> None:
    project, (ana, ben, cem), rev, task, base = merged(world)
    near = next(one for one in base if one.shape == BOX)

    judge = Judge(
        id=world.context.new_id(), at=1, annotation=near.id, verdict="returned", errors=("wrong_category",)
    )
    world.services.submissions.submit(rev, task, Submitting(operations=(judge,), verdict="returned"))

    assert {row.author for row in rows(world, error_marks, project_id=project)} == {ana.id, ben.id}
    reviewed = [one for one in outcomes(world, project) if one.source == "review" and one.answered]
    assert {one.annotator for one in reviewed if not one.right} == {ana.id, ben.id}
    assert not [one for one in reviewed if one.annotator == cem.id]  # nobody said what is right


def test_nobody_called_consensus_is_among_the_people(world: World) -> None:
    project, _, rev, task, base = merged(world)

    gone = tuple(Delete(id=world.context.new_id(), at=1, annotation=one.id) for one in base)
    world.services.submissions.submit(rev, task, Submitting(operations=gone, verdict="accepted"))

    report = world.services.quality.people(world.owner, project)
    assert not [one.member for one in report.people if one.member.startswith("consensus")]


def test_judging_the_same_work_again_is_no_newer_evidence(world: World) -> None:
    project = world.project(items=1).id
    ana = world.person("ana", project=project)
    rev = world.person("rev", "reviewer", project)
    mark = world.put()
    task = world.services.queue.next(ana, project)
    world.services.submissions.submit(ana, task, Submitting(operations=(mark,)))
    handed_in = world.context.clock() / 1000
    later = Services(replace(world.context, clock=lambda: world.context.clock() + 86_400_000))

    review = later.queue.next(rev, project, "review")
    later.submissions.submit(rev, review, Submitting(verdict="accepted"))

    (one,) = outcomes(world, project)
    assert abs(one.time - handed_in) < 60
