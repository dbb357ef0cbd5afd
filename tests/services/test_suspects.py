"""Suspects: found by what models, people and likes say otherwise, judged once, and their yield."""

import threading

import pytest
from sqlalchemy import select, update

from labelwright.core.document import Annotation, Document, Evidence, Vote
from labelwright.core.errors import Forbidden, InvalidInput, NotFound, WrongState
from labelwright.core.shapes import Box, Shape
from labelwright.services import suspect_batches, suspect_run
from labelwright.services.documents import PREDICTION, SUBMISSION, store_document
from labelwright.services.projects import ProjectView
from labelwright.services.suspect_verdicts import SuspectVerdict
from labelwright.services.suspect_views import SuspectView
from labelwright.services.suspects import SuspectQuery
from labelwright.services.task_rows import open_task
from labelwright.services.verification import GridQuery
from labelwright.storage.schema import items, projects, suspects, tasks
from labelwright.worker.jobs import perform
from tests.services.conftest import World

HERE, THERE = Box(left=10, top=10, right=40, bottom=40), Box(left=60, top=30, right=90, bottom=60)
LOOSE = Box(left=10, top=10, right=55, bottom=40)


def mark(name: str, category: str = "cell", shape: Shape | None = HERE, **options: object) -> Annotation:
    evidence = Evidence(author=str(options.pop("author", "ana")), score=options.pop("score", None))
    return Annotation(id=name, category=category, shape=shape, evidence=evidence, **options)


def done(world: World, project: ProjectView, *marks: Annotation, **values: object) -> str:
    """A done item that holds these annotations."""
    (item,) = world.add_items(project.id, 1)

    def work(tx) -> None:
        row = tx.execute(select(projects).where(projects.c.id == project.id)).one()
        name = store_document(
            tx, world.context, row, Document(annotations=marks), item_id=item, kind=SUBMISSION, author="ana"
        )
        tx.execute(update(tasks).where(tasks.c.item_id == item).values(state="done"))
        changed = {"state": "done", "document_id": name, "annotations": len(marks), **values}
        tx.execute(update(items).where(items.c.id == item).values(**changed))

    world.context.database.write(work)
    return item


def predict(world: World, project: ProjectView, item: str, *marks: Annotation, model: str = "net") -> None:
    def work(tx) -> None:
        row = tx.execute(select(projects).where(projects.c.id == project.id)).one()
        document = Document(annotations=marks)
        kinds = {"kind": PREDICTION, "author": f"model:{model}", "model": model}
        store_document(tx, world.context, row, document, item_id=item, **kinds)

    world.context.database.write(work)


def look(world: World, project: ProjectView, **query: object) -> list[SuspectView]:
    """Run a search, and give its list."""
    world.services.suspects.start(world.owner, project.id)
    going = world.services.suspects.overview(world.owner, project.id).going
    perform(world.context, going.job, 0, threading.Event())
    return listed(world, project, **query)


def listed(world: World, project: ProjectView, **query: object) -> list[SuspectView]:
    return world.services.suspects.list(world.owner, project.id, SuspectQuery(**query)).items


def told(found: list[SuspectView]) -> set[tuple[str, str | None, str]]:
    return {(one.item, one.annotation.id if one.annotation else None, one.kind) for one in found}


def judge(world: World, project: ProjectView, suspect: SuspectView, verdict: str | None, **options: object):
    given = SuspectVerdict(verdict=verdict, **options)
    who = options.pop("who", world.owner)
    return world.services.suspect_verdicts.judge(who, project.id, suspect.id, given)


def test_what_a_model_says_otherwise_is_suspect_and_the_rest_is_not(world: World) -> None:
    project = world.project()
    fine = [done(world, project, mark(f"a{n}")) for n in range(6)]
    for item in fine:
        predict(world, project, item, mark("p", score=0.9))
    wrong = done(world, project, mark("dirty"))
    predict(world, project, wrong, mark("p", "dirt", score=0.95))
    lacking = done(world, project, mark("b"))
    predict(world, project, lacking, mark("p", score=0.9), mark("q", shape=THERE, score=0.9))
    extra = done(world, project, mark("c"), mark("ghost", shape=THERE))
    predict(world, project, extra, mark("p", score=0.9))
    loose = done(world, project, mark("wide", shape=LOOSE))
    predict(world, project, loose, mark("p", score=0.95))

    found = look(world, project)

    assert told(found) == {
        (wrong, "dirty", "wrong_category"), (lacking, None, "missing"), (loose, "wide", "loose_shape"),
        (extra, "ghost", "extra"),
    }  # fmt: skip
    assert [one.score for one in found] == sorted((one.score for one in found), reverse=True)
    (swapped,) = [one for one in found if one.kind == "wrong_category"]
    assert (swapped.category, swapped.should_be, swapped.sources) == ("cell", "dirt", ["model"])
    (missing,) = [one for one in found if one.kind == "missing"]
    assert missing.shape == THERE
    assert missing.window.left <= 60


def test_only_the_newest_prediction_of_a_model_speaks(world: World) -> None:
    project = world.project()
    for n in range(3):
        predict(world, project, done(world, project, mark(f"a{n}")), mark("p", score=0.9))
    item = done(world, project, mark("x"))
    predict(world, project, item, mark("p", "dirt", score=0.99))
    predict(world, project, item, mark("p", "cell", score=0.99))

    assert look(world, project) == []
    report = world.services.suspects.overview(world.owner, project.id).run.report
    assert (report.items, report.models) == (4, {"net": 4})


def test_items_that_are_not_done_are_left_alone(world: World) -> None:
    project = world.project(items=1)
    item = done(world, project, mark("a"), state="review")
    predict(world, project, item, mark("p", "dirt", score=0.99))

    assert look(world, project) == []
    assert world.services.suspects.overview(world.owner, project.id).material.items == 0


def test_a_near_duplicate_that_says_otherwise_makes_suspects(world: World) -> None:
    project = world.project()
    one = done(world, project, mark("a"), mark("b", shape=THERE))
    two = done(world, project, mark("c"), near_duplicate_of=one, near_distance=1)

    found = look(world, project)

    assert (two, None, "missing") in told(found)
    assert {source for one in found for source in one.sources} == {"duplicate"}


def test_tags_are_held_against_votes_and_models(world: World) -> None:
    project = world.project()

    def tag(name: str, category: str, *answers: str) -> Annotation:
        votes = tuple(Vote(annotator=f"p{n}", answer=answer) for n, answer in enumerate(answers))
        return mark(name, category, None, votes=votes)

    for n in range(12):
        category = ("cell", "dirt")[n % 2]
        item = done(world, project, tag(f"t{n}", category, category, category, category))
        predict(world, project, item, mark("p", category, None, score=0.95))
    wrong = done(world, project, tag("odd", "cell", "cell", "dirt", "dirt"))
    predict(world, project, wrong, mark("p", "dirt", None, score=0.97))

    found = look(world, project)

    assert told(found) == {(wrong, "odd", "wrong_category")}
    assert found[0].should_be == "dirt"
    assert found[0].window.right == 100  # a tag shows the whole picture
    assert any("1 of 3 people" in reason for reason in found[0].reasons)


def test_the_list_is_filtered_and_read_in_parts(world: World) -> None:
    project = world.project()
    for n in range(5):
        item = done(world, project, mark(f"a{n}"))
        predict(world, project, item, mark("p", "dirt", score=0.6 + n / 20))
    found = look(world, project)

    first = world.services.suspects.list(world.owner, project.id, SuspectQuery(limit=2))
    second = world.services.suspects.list(world.owner, project.id, SuspectQuery(limit=3, cursor=first.next))

    assert [one.rank for one in [*first.items, *second.items]] == [1, 2, 3, 4, 5]
    assert (first.total, second.next) == (5, None)
    assert listed(world, project, kind="missing") == []
    assert len(listed(world, project, category="cell")) == 5
    assert len(listed(world, project, minimum_score=found[1].score)) == 2
    for bad in ({"kind": "nonsense"}, {"show": "nothing"}, {"cursor": "1x"}):
        with pytest.raises(InvalidInput):
            listed(world, project, **bad)


def test_verdicts_are_kept_and_make_the_yield_with_its_interval(world: World) -> None:
    project = world.project()
    for n in range(4):
        predict(world, project, done(world, project, mark(f"a{n}")), mark("p", "dirt", score=0.9))
    first, second, third, _ = look(world, project)

    judge(world, project, first, "wrong")
    judge(world, project, second, "fine")
    after = judge(world, project, third, "corrected").suspect

    told_of = world.services.suspects.overview(world.owner, project.id)
    assert (after.verdict, after.judged_by) == ("corrected", "olga")
    assert (told_of.total.looked, told_of.total.wrong, told_of.open) == (3, 2, 1)
    assert told_of.total.low == pytest.approx(0.0943, abs=1e-3)  # Clopper and Pearson for 2 of 3
    assert told_of.total.high == pytest.approx(0.9916, abs=1e-3)
    assert list(told_of.by_kind) == ["wrong_category"]
    assert [one.id for one in listed(world, project, show="judged")] == [first.id, second.id, third.id]

    judge(world, project, second, None)

    assert world.services.suspects.overview(world.owner, project.id).total.looked == 2


def test_after_twenty_that_were_fine_it_is_suggested_to_stop(world: World) -> None:
    project = world.project()
    for n in range(20):
        predict(world, project, done(world, project, mark(f"a{n}")), mark("p", "dirt", score=0.9))
    found = look(world, project)
    for one in found[:19]:
        judge(world, project, one, "fine")
    before = world.services.suspects.overview(world.owner, project.id).stopping

    judge(world, project, found[19], "fine")

    stopping = world.services.suspects.overview(world.owner, project.id).stopping
    assert not before.stop
    assert (stopping.stop, stopping.last, stopping.wrong) == (True, 20, 0)


def test_what_was_judged_is_not_asked_again_until_its_item_changes(world: World) -> None:
    project = world.project()
    item = done(world, project, mark("a"))
    predict(world, project, item, mark("p", "dirt", score=0.9), mark("q", shape=THERE, score=0.9))
    found = look(world, project)
    assert len(found) == 2
    for one in found:
        judge(world, project, one, "fine")

    again = look(world, project)
    report = world.services.suspects.overview(world.owner, project.id).run.report
    assert (again, report.judged_before) == ([], 2)
    assert world.services.suspects.overview(world.owner, project.id).total.looked == 2

    def change(tx) -> None:
        row = tx.execute(select(projects).where(projects.c.id == project.id)).one()
        document = Document(annotations=(mark("a"),))
        kinds = {"kind": SUBMISSION, "author": "ana"}
        name = store_document(tx, world.context, row, document, item_id=item, **kinds)
        tx.execute(update(items).where(items.c.id == item).values(document_id=name))

    world.context.database.write(change)
    assert len(look(world, project)) == 2


def test_a_wrong_one_is_sent_back_with_a_note_at_its_place_in_one_act(world: World) -> None:
    project = world.project()
    ana = world.person("ana", project=project.id)
    item = done(world, project, mark("a", author=ana.id), mark("b", shape=THERE, author=ana.id))
    predict(world, project, item, mark("p", "dirt", score=0.9), mark("q", "dirt", shape=THERE, score=0.8))
    first, second = look(world, project)

    sent = judge(world, project, first, "wrong", send_back=True, comment="This is dirt.")
    later = judge(world, project, second, "wrong", send_back=True)

    assert (sent.pinned, later.pinned, later.task) == (True, True, None)
    assert world.services.queue.next(ana, project.id, "annotate") == sent.task
    notes = world.services.issues.list(world.owner, item)
    assert [(note.annotation, note.x, note.y) for note in notes] == [("a", 25, 25), ("b", 75, 45)]
    assert notes[0].comments[0].text == "This is dirt."
    assert "Probably the wrong category" in notes[1].comments[0].text


def test_sending_back_happens_as_a_whole_or_not_at_all(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    project = world.project()
    item = done(world, project, mark("a"))
    predict(world, project, item, mark("p", "dirt", score=0.9))
    (one,) = look(world, project)

    def refused(*_: object, **__: object) -> None:
        raise InvalidInput("No note can be pinned.")

    monkeypatch.setattr(world.services.issues, "open_work", refused)
    with pytest.raises(InvalidInput):
        judge(world, project, one, "wrong", send_back=True)

    state = world.context.database.read(
        lambda tx: tx.execute(select(items.c.state).where(items.c.id == item)).scalar_one()
    )
    assert state == "done"
    assert listed(world, project)[0].verdict is None


def test_the_grid_of_a_review_puts_suspects_first_unless_they_were_found_fine(world: World) -> None:
    project = world.project()
    ana = world.person("ana", project=project.id)
    item = done(world, project, *(mark(f"a{n}", shape=_at(n), author=ana.id) for n in range(3)))
    predict(world, project, item, *(mark(f"p{n}", "dirt" if n == 1 else "cell", shape=_at(n), score=0.9)
                                    for n in range(3)))  # fmt: skip
    (one,) = look(world, project)
    _review_again(world, item)

    before = world.services.verification.page(world.owner, project.id, GridQuery()).cells
    judge(world, project, one, "fine")
    after = world.services.verification.page(world.owner, project.id, GridQuery()).cells

    assert before[0].annotation.id == "a1"
    assert set(one.reasons) <= {part for reason in before[0].reasons for part in reason.split("; ")}
    (fine,) = [cell for cell in after if cell.annotation.id == "a1"]
    assert fine.suspicion < before[0].suspicion


def _at(place: int) -> Box:
    return Box(left=5 + 30 * place, top=10, right=25 + 30 * place, bottom=30)


def _review_again(world: World, item: str) -> None:
    def work(tx) -> None:
        row = tx.execute(select(items).where(items.c.id == item)).one()
        of_it = {"project_id": row.project_id, "item_id": item, "position": row.position}
        open_task(tx, world.context, **of_it, stage="review", base_document_id=row.document_id, author="ana")
        tx.execute(update(items).where(items.c.id == item).values(state="review"))

    world.context.database.write(work)


def test_a_reviewer_judges_but_does_not_open_done_items_again(world: World) -> None:
    project = world.project()
    rosa = world.person("rosa", "reviewer", project=project.id)
    ana = world.person("ana", project=project.id)
    item = done(world, project, mark("a"))
    predict(world, project, item, mark("p", "dirt", score=0.9))
    (one,) = look(world, project)
    service = world.services.suspect_verdicts

    with pytest.raises(Forbidden):
        service.judge(rosa, project.id, one.id, SuspectVerdict(verdict="wrong", send_back=True))
    with pytest.raises(Forbidden):
        service.judge(ana, project.id, one.id, SuspectVerdict(verdict="wrong"))
    with pytest.raises(NotFound):
        service.judge(rosa, project.id, "none", SuspectVerdict(verdict="wrong"))
    with pytest.raises(InvalidInput):
        service.judge(rosa, project.id, one.id, SuspectVerdict(verdict="perhaps"))
    assert (
        service.judge(rosa, project.id, one.id, SuspectVerdict(verdict="wrong")).suspect.judged_by == "rosa"
    )


def test_a_suspect_whose_item_changed_is_outdated(world: World) -> None:
    project = world.project()
    item = done(world, project, mark("a"))
    predict(world, project, item, mark("p", "dirt", score=0.9))
    (one,) = look(world, project)
    changed = update(items).where(items.c.id == item).values(document_id=world.context.new_id())
    world.context.database.write(lambda tx: tx.execute(changed))

    (now,) = listed(world, project)

    assert (one.outdated, now.outdated) == (False, True)
    assert judge(world, project, now, "wrong", send_back=True).task is None


def test_batches_give_what_one_look_gives_and_the_likeliest_are_kept(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = world.project()
    for n in range(7):
        predict(world, project, done(world, project, mark(f"a{n}")), mark("p", "dirt", score=0.6 + n / 20))
    whole = [one.annotation.id for one in look(world, project)]
    monkeypatch.setattr(suspect_batches, "MOST_ITEMS", 2)
    monkeypatch.setattr(suspect_run, "MOST", 4)

    parts = [one.annotation.id for one in look(world, project)]

    assert parts == whole[:4]
    report = world.services.suspects.overview(world.owner, project.id).run.report
    assert (report.items, report.found, report.kept) == (7, 7, 4)
    left = world.context.database.read(lambda tx: tx.execute(select(suspects.c.run_id)).scalars().all())
    assert len(set(left)) == 1  # the older list is gone


def test_two_searches_at_once_are_refused_and_one_without_anything_ends_well(world: World) -> None:
    project = world.project()
    world.services.suspects.start(world.owner, project.id)
    with pytest.raises(WrongState):
        world.services.suspects.start(world.owner, project.id)
    going = world.services.suspects.overview(world.owner, project.id).going
    perform(world.context, going.job, 0, threading.Event())

    told_of = world.services.suspects.overview(world.owner, project.id)

    assert (told_of.run.report.items, told_of.going, told_of.total.share) == (0, None, None)
    assert listed(world, project) == []
