"""What annotators and reviewers rely on: no task given twice, nothing acknowledged lost."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from labelwright.core.document import Document
from labelwright.core.errors import (
    Forbidden,
    InvalidAnnotations,
    InvalidInput,
    LeaseLost,
    NotFound,
    WrongState,
)
from labelwright.core.ontology import Category
from labelwright.core.operations import Delete, Judge
from labelwright.core.shapes import Mask
from labelwright.services.context import Context
from labelwright.services.queue import TooManyHeld
from labelwright.services.services import Services
from labelwright.services.submissions import Submitting
from tests.services.conftest import World


def submit(world: World, who, task: str, *operations, **options):
    return world.services.submissions.submit(who, task, Submitting(operations=operations, **options))


def test_no_task_is_ever_given_to_two_people(world: World) -> None:
    project = world.project(items=40)
    people = [world.person(f"p{i}", project=project.id) for i in range(16)]

    def take_two(who) -> list[str | None]:
        first = world.services.queue.next(who, project.id, "annotate")
        second = world.services.queue.next(who, project.id, "annotate", [first])
        return [first, second]

    with ThreadPoolExecutor(16) as pool:
        given = [task for pair in pool.map(take_two, people) for task in pair]

    assert max(Counter(given).values()) == 1
    assert len(given) == 32
    assert None not in given


def test_asking_again_gives_the_task_one_holds(world: World) -> None:
    project = world.project(items=3)
    ana = world.person("ana", project=project.id)

    first = world.services.queue.next(ana, project.id)

    assert world.services.queue.next(ana, project.id) == first
    assert world.services.queue.next(ana, project.id, holding=[first]) != first


def test_a_third_task_is_refused(world: World) -> None:
    project = world.project(items=3)
    ana = world.person("ana", project=project.id)
    one = world.services.queue.next(ana, project.id)
    two = world.services.queue.next(ana, project.id, holding=[one])

    with pytest.raises(TooManyHeld):
        world.services.queue.next(ana, project.id, holding=[one, two])


def test_an_expired_lease_passes_on_and_the_work_stays_a_draft(world: World) -> None:
    project = world.project(items=1)
    ana, ben = (world.person(n, project=project.id) for n in ("ana", "ben"))
    task = world.services.queue.next(ana, project.id)
    world.services.drafts.append(ana, task, 0, [world.put()])
    later = Services(replace(world.context, clock=lambda: world.context.clock() + 400_000))

    assert later.queue.next(ben, project.id) == task
    with pytest.raises(LeaseLost, match="ben"):
        later.submissions.submit(ana, task, Submitting())
    kept = later.drafts.append(ana, task, 1, [world.put()])

    assert kept.revision == 2
    assert [draft.task for draft in later.drafts.unsent(ana)] == [task]


def test_operations_sent_twice_count_once(world: World) -> None:
    project = world.project(items=1)
    ana = world.person("ana", project=project.id)
    task = world.services.queue.next(ana, project.id)
    sent = [world.put(), world.put()]

    world.services.drafts.append(ana, task, 0, sent)
    again = world.services.drafts.append(ana, task, 2, [*sent, world.put()])

    assert again.revision == 3
    assert len(world.services.envelopes.get(ana, task).draft.document.annotations) == 3


def test_two_tabs_merge_per_annotation(world: World) -> None:
    project = world.project(items=1)
    ana = world.person("ana", project=project.id)
    task = world.services.queue.next(ana, project.id)
    first = world.services.drafts.append(ana, task, 0, [world.put(annotation="a")])

    second = world.services.drafts.append(ana, task, 0, [world.put(annotation="b")])

    assert [entry["annotation"]["id"] for entry in second.operations] == ["a"]
    document = world.services.envelopes.get(ana, task).draft.document
    assert (first.revision, second.revision) == (1, 2)
    assert list(document.by_id()) == ["a", "b"]


def test_a_long_log_folds_to_the_same_document(world: World) -> None:
    project = world.project(items=1)
    ana = world.person("ana", project=project.id)
    task = world.services.queue.next(ana, project.id)
    puts = [world.put(annotation=f"a{i % 400}") for i in range(700)]

    for start in range(0, 700, 70):
        world.services.drafts.append(ana, task, start, puts[start : start + 70])
    world.services.drafts.append(ana, task, 700, [Delete(id=world.context.new_id(), at=1, annotation="a5")])
    document = world.services.envelopes.get(ana, task).draft.document

    assert list(document.by_id()) == [f"a{i}" for i in range(400) if i != 5]


def test_submitting_twice_gives_one_submission(world: World) -> None:
    project = world.project(items=1)
    ana = world.person("ana", project=project.id)
    task = world.services.queue.next(ana, project.id)
    operation = world.put()

    first = submit(world, ana, task, operation)
    second = submit(world, ana, task, operation)

    item = world.services.items.list(world.owner, project.id).items[0]
    assert first.submission == second.submission
    assert len(world.services.items.history(world.owner, item.id).submissions) == 1


def test_a_mask_beyond_the_border_is_not_handed_in(world: World) -> None:
    project = world.project(items=1)
    painted = Category(id="cell", name="Cell", shapes=("mask",))
    world.services.ontologies.save(world.owner, project.id, base=1, categories=[painted])
    ana = world.person("ana", project=project.id)
    task = world.services.queue.next(ana, project.id)
    huge = Mask(left=0, top=0, width=50_000, height=50_000, runs=(0, 2_500_000_000))

    with pytest.raises(InvalidAnnotations, match="border of the picture of 100 × 80"):
        submit(world, ana, task, world.put(box=huge))


def test_work_goes_through_review_return_correction_and_acceptance(world: World) -> None:
    project = world.project(items=1)
    ana = world.person("ana", project=project.id)
    rita = world.person("rita", "reviewer", project=project.id)
    services = world.services
    task = services.queue.next(ana, project.id)
    assert submit(world, ana, task, world.put(annotation="a")).item_state == "review"

    review = services.queue.next(rita, project.id, "review")
    assert services.envelopes.get(rita, review).submission.author_name == "ana"
    judge = Judge(id=world.context.new_id(), at=1, annotation="a", verdict="returned")
    returned = submit(world, rita, review, judge, verdict="returned", comment="Too loose.")
    assert returned.item_state == "returned"

    back = services.queue.next(ana, project.id)
    envelope = services.envelopes.get(ana, back)
    assert envelope.task.comment == "Too loose."
    assert envelope.draft.document.by_id()["a"].evidence.verdict == "returned"
    submit(world, ana, back, world.put(annotation="a"))
    again = services.queue.next(rita, project.id, "review")
    done = submit(world, rita, again, verdict="accepted")

    document = services.items.document(rita, done.submission).document
    assert (done.item_state, done.verdict) == ("done", "accepted")
    assert document.annotations[0].evidence.verdict == "accepted"
    assert document.annotations[0].evidence.reviewer == rita.id
    assert document.annotations[0].evidence.author == ana.id


def test_a_reviewer_who_changes_something_has_amended(world: World) -> None:
    project = world.project(items=1)
    ana = world.person("ana", project=project.id)
    rita = world.person("rita", "reviewer", project=project.id)
    task = world.services.queue.next(ana, project.id)
    submit(world, ana, task, world.put(annotation="a"), world.put(annotation="b"))
    review = world.services.queue.next(rita, project.id, "review")

    moved = world.put(annotation="a", category="dirt")
    done = submit(world, rita, review, moved, verdict="accepted")

    verdicts = {
        a.id: a.evidence.verdict
        for a in world.services.items.document(rita, done.submission).document.annotations
    }
    assert done.verdict == "amended"
    assert verdicts == {"a": "amended", "b": "accepted"}


def test_nobody_reviews_their_own_work_unless_the_project_says_so(world: World) -> None:
    project = world.project(items=1)
    rita = world.person("rita", "reviewer", project=project.id)
    task = world.services.queue.next(rita, project.id, "annotate")
    submit(world, rita, task)

    assert world.services.queue.next(rita, project.id, "review") is None

    open_project = world.project("Solo", items=1, self_review=True)
    own = world.services.queue.next(world.owner, open_project.id, "annotate")
    submit(world, world.owner, own)
    assert world.services.queue.next(world.owner, open_project.id, "review") is not None


def test_returning_needs_a_reason(world: World) -> None:
    project = world.project(items=1)
    ana = world.person("ana", project=project.id)
    rita = world.person("rita", "reviewer", project=project.id)
    submit(world, ana, world.services.queue.next(ana, project.id))
    review = world.services.queue.next(rita, project.id, "review")
    item = world.services.envelopes.get(rita, review).item.id

    with pytest.raises(InvalidInput, match="reason"):
        submit(world, rita, review, verdict="returned")
    world.services.issues.open(rita, item, "A cell is missing here.", x=5, y=6)

    assert submit(world, rita, review, verdict="returned").item_state == "returned"


def test_annotations_that_break_the_ontology_are_named_and_the_work_is_kept(world: World) -> None:
    project = world.project(items=1)
    ana = world.person("ana", project=project.id)
    task = world.services.queue.next(ana, project.id)
    bad = world.put(annotation="bad", category="unknown")
    world.services.drafts.append(ana, task, 0, [bad])

    with pytest.raises(InvalidAnnotations) as caught:
        submit(world, ana, task, world.put())

    assert caught.value.faults == [("bad", "its category is not in the ontology")]
    assert len(world.services.envelopes.get(ana, task).draft.document.annotations) == 1


def test_an_outsider_learns_of_no_task(world: World) -> None:
    project = world.project(items=1)
    task = world.services.queue.next(world.owner, project.id)
    stranger = world.person("stranger")

    for attempt in (
        lambda: world.services.queue.next(stranger, project.id),
        lambda: world.services.envelopes.get(stranger, task),
        lambda: world.services.drafts.append(stranger, task, 0, [world.put()]),
        lambda: submit(world, stranger, task),
        lambda: world.services.submissions.skip(stranger, task, "unclear"),
    ):
        with pytest.raises(NotFound):
            attempt()


def test_an_annotator_may_not_review(world: World) -> None:
    project = world.project(items=1)
    ana = world.person("ana", project=project.id)

    with pytest.raises(Forbidden):
        world.services.queue.next(ana, project.id, "review")


def test_a_skipped_item_can_be_opened_again_with_what_it_held(world: World) -> None:
    project = world.project(items=1)
    ana = world.person("ana", project=project.id)
    task = world.services.queue.next(ana, project.id)
    world.services.submissions.skip(ana, task, "unclear", "Out of focus.")
    assert world.services.queue.next(ana, project.id) is None
    item = world.services.items.list(world.owner, project.id, state="skipped").items[0]

    world.services.submissions.reopen(world.owner, item.id, to=ana.id)

    assert world.services.queue.next(ana, project.id) is not None


def test_an_item_under_work_is_not_opened_again(world: World) -> None:
    project = world.project(items=1)
    ana = world.person("ana", project=project.id)
    world.services.queue.next(ana, project.id)
    item = world.services.items.list(world.owner, project.id, state="annotating").items[0]

    with pytest.raises(WrongState, match="works on this item"):
        world.services.submissions.reopen(world.owner, item.id)


def test_late_operations_after_the_submission_are_kept(world: World) -> None:
    project = world.project(items=1)
    ana = world.person("ana", project=project.id)
    task = world.services.queue.next(ana, project.id)
    submit(world, ana, task, world.put())

    late = world.services.drafts.append(ana, task, 1, [world.put()])

    assert late.revision == 2
    assert [d.task for d in world.services.drafts.unsent(ana)] == [task]


def test_progress_says_who_waits_for_what(world: World) -> None:
    project = world.project(items=4)
    ana = world.person("ana", project=project.id)
    rita = world.person("rita", "reviewer", project=project.id)
    submit(world, ana, world.services.queue.next(ana, project.id), world.put())
    world.services.queue.next(ana, project.id)

    seen = world.services.progress.get(rita, project.id)

    assert seen.states == {
        "waiting": 2, "annotating": 1, "review": 1, "returned": 0, "done": 0, "skipped": 0,
    }  # fmt: skip
    assert {(w.stage, w.count) for w in seen.waiting_for} == {("annotate", 2), ("review", 1)}
    assert [(p.name, p.submitted, p.holding) for p in seen.people] == [("ana", 1, 1)]
    assert seen.seconds_per_item == 1.5


def test_a_release_verifies_until_a_document_is_changed_behind_its_back(
    world: World, context: Context
) -> None:
    from sqlalchemy import update

    from labelwright.core.document import encode
    from labelwright.storage.schema import documents

    project = world.project(items=2, review=False)
    ana = world.person("ana", project=project.id)
    for _ in range(2):
        submit(world, ana, world.services.queue.next(ana, project.id), world.put())
    release = world.services.releases.create(world.owner, project.id, "v1")
    assert world.services.releases.verify(world.owner, release.id).ok

    context.database.write(lambda tx: tx.execute(update(documents).values(body=encode(Document()))))

    assert release.annotations == 2
    assert not world.services.releases.verify(world.owner, release.id).ok
