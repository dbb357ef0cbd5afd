"""The grid of fast verification: what it shows, what judging does, and what it never does."""

from concurrent.futures import ThreadPoolExecutor
from io import BytesIO

import msgspec
import pytest
from PIL import Image
from sqlalchemy import update

from labelwright.core.document import Annotation, Document, Evidence
from labelwright.core.errors import Forbidden, InvalidInput, NotFound
from labelwright.core.ontology import Category
from labelwright.core.operations import Delete, Judge, Marking, Put
from labelwright.core.shapes import Box
from labelwright.media.crop import Window
from labelwright.services.access import Actor
from labelwright.services.documents import store_document
from labelwright.services.submissions import Submitting
from labelwright.services.verdicts import Judged, TaskOperations
from labelwright.services.verification import Cell, GridPage, GridQuery
from labelwright.storage.schema import items, projects
from tests.services.conftest import World

HOUR = 3_600_000


class Desk:
    """A project with items under review, an annotator who drew them, and two reviewers."""

    def __init__(self, world: World, items: int = 3, each: int = 4, **workflow: object) -> None:
        self.world = world
        self.project = world.project(items=items, **workflow).id
        self.ana = world.person("ana", "annotator", self.project)
        self.ben = world.person("ben", "reviewer", self.project)
        self.carl = world.person("carl", "reviewer", self.project)
        for number in range(items):
            self.hand_in([Box(5 + 20 * n, 5, 15 + 20 * n + number, 15) for n in range(each)])

    def hand_in(self, boxes: list[Box], **options: object) -> None:
        services = self.world.services
        task = services.queue.next(self.ana, self.project, "annotate")
        assert task is not None
        made = tuple(self.world.put(box=box, **options) for box in boxes)
        services.submissions.submit(self.ana, task, Submitting(operations=made))

    def grid(self, who: Actor | None = None, **query: object) -> GridPage:
        return self.world.services.verification.page(who or self.ben, self.project, GridQuery(**query))

    def judge(
        self, cells: list[Cell], verdict: str | None = "accepted", who: Actor | None = None
    ) -> list[Judged]:
        return self.send([(cell.task, self.verdict(cell, verdict)) for cell in cells], who)

    def send(self, operations: list[tuple[str, object]], who: Actor | None = None) -> list[Judged]:
        by_task: dict[str, list[object]] = {}
        for task, operation in operations:
            by_task.setdefault(task, []).append(operation)
        sent = [TaskOperations(task=task, operations=made) for task, made in by_task.items()]
        return self.world.services.verdicts.judge(who or self.ben, self.project, sent)

    def verdict(self, cell: Cell, verdict: str | None) -> Judge:
        context = self.world.context
        return Judge(
            id=context.new_id(),
            at=context.clock(),
            annotation=cell.annotation.id,
            verdict=verdict,
            seconds=0.8,
        )

    def predict(self, boxes: list[tuple[Box, float]], model: str = "cells@1") -> None:
        """Predictions on every item of the project."""
        context = self.world.context
        found = self.world.services.items.list(self.world.owner, self.project, limit=1000).items

        def work(tx) -> None:
            project = tx.execute(projects.select().where(projects.c.id == self.project)).one()
            for item in found:
                document = Document(
                    annotations=tuple(
                        Annotation(
                            id=context.new_id(),
                            category="cell",
                            shape=box,
                            evidence=Evidence(author=f"model:{model}", model=model, score=score),
                        )
                        for box, score in boxes
                    )
                )
                store_document(
                    tx, context, project, document, item_id=item.id, kind="prediction",
                    author=f"model:{model}", model=model,
                )  # fmt: skip

        context.database.write(work)

    def later(self, milliseconds: int) -> None:
        """Let time pass for the services."""
        context = self.world.context
        before = context.clock
        object.__setattr__(context, "clock", lambda: before() + milliseconds)

    def close(self, cells: list[Cell], verdict: str = "accepted", comment: str | None = None):
        tasks = [cell.task for cell in cells]
        return self.world.services.verdicts.close(self.ben, self.project, tasks, verdict, comment)


@pytest.fixture
def desk(world: World) -> Desk:
    return Desk(world)


def test_a_grid_shows_every_annotation_under_review_across_items(desk: Desk) -> None:
    page = desk.grid()

    assert page.total == 12
    assert len({cell.item for cell in page.cells}) == 3
    assert page.facets.categories == {"cell": 12}
    assert page.next is None


def test_pages_keep_the_order_of_the_grid_while_people_judge(desk: Desk) -> None:
    first = desk.grid(limit=5, sort="largest")
    desk.judge(first.cells)
    second = desk.grid(limit=5, sort="largest", cursor=first.next)
    third = desk.grid(limit=5, sort="largest", cursor=second.next)

    shown = [cell.annotation.id for page in (first, second, third) for cell in page.cells]
    assert len(set(shown)) == 12
    areas = [cell.annotation.shape.area for page in (first, second, third) for cell in page.cells]
    assert areas == sorted(areas, reverse=True)
    assert third.next is None


def test_an_order_that_was_lost_begins_again_with_what_is_open(desk: Desk) -> None:
    first = desk.grid(limit=5)
    desk.judge(first.cells)

    again = desk.grid(limit=5, cursor="a-server-ago.5")

    assert again.restarted
    assert again.total == 7
    assert again.judged == 5
    assert not {cell.annotation.id for cell in first.cells} & {cell.annotation.id for cell in again.cells}


def test_a_grid_of_somebody_else_is_not_gone_on_with(desk: Desk) -> None:
    first = desk.grid(limit=5)

    other = desk.grid(desk.carl, limit=5, cursor=first.next)

    assert other.restarted
    assert len(other.cells) == 5


@pytest.mark.parametrize(
    "query", [{"source": "everything"}, {"sort": "alphabet"}, {"cursor": "x"}, {"cursor": ".5"}]
)
def test_what_a_grid_does_not_know_is_refused_in_words(desk: Desk, query: dict[str, str]) -> None:
    with pytest.raises(InvalidInput) as refusal:
        desk.grid(**query)

    assert refusal.value.remedy


def test_the_most_suspect_come_first_and_say_why(world: World) -> None:
    desk = Desk(world, items=4, each=4)
    world.add_items(desk.project, 1)
    desk.hand_in([Box(2, 2, 90, 70)])

    first = desk.grid().cells[0]

    assert first.annotation.shape == Box(2, 2, 90, 70)
    assert "larger than other Cell" in first.reasons[0]
    assert 0 < first.suspicion < 1


def test_filters_narrow_the_grid_down(desk: Desk) -> None:
    desk.world.add_items(desk.project, 1)
    desk.hand_in([Box(1, 1, 9, 9)], category="dirt")

    assert desk.grid(category="dirt").total == 1
    assert desk.grid(category="cell").total == 12
    assert desk.grid(kind="polygon").total == 0
    assert desk.grid(kind="box").facets.categories == {"cell": 12, "dirt": 1}


def test_judging_writes_verdicts_into_ones_own_draft_with_the_seconds(desk: Desk) -> None:
    cells = desk.grid().cells
    mine = [cell for cell in cells if cell.task == cells[0].task]

    judged = desk.judge(mine)

    envelope = desk.world.services.envelopes.get(desk.ben, mine[0].task)
    assert {a.evidence.verdict for a in envelope.draft.document.annotations} == {"accepted"}
    assert {a.evidence.reviewer for a in envelope.draft.document.annotations} == {desk.ben.id}
    assert judged[0].tally.accepted == 4
    assert judged[0].tally.open == 0
    assert envelope.task.held_by == desk.ben.id
    assert envelope.item.id in {row.id for row in _in_state(desk, "review")}


def test_nothing_is_handed_in_until_somebody_closes_the_review(desk: Desk) -> None:
    cells = desk.grid().cells

    desk.judge(cells)

    assert len(_in_state(desk, "review")) == 3
    assert {entry.tally.open for entry in desk.world.services.verdicts.standing(desk.ben, desk.project)} == {
        0
    }

    outcome = desk.close(cells)

    assert [one.item_state for one in outcome.closed] == ["done"] * 3
    assert outcome.kept == []
    assert len(_in_state(desk, "done")) == 3
    document = _submitted(desk, cells[0].item)
    assert {a.evidence.verdict for a in document.annotations} == {"accepted"}
    assert {a.evidence.reviewer for a in document.annotations} == {desk.ben.id}


def test_a_review_that_is_not_fully_judged_stays_open_and_says_so(desk: Desk) -> None:
    cells = desk.grid().cells
    desk.judge(cells[:1])
    desk.judge([cell for cell in cells if cell.task != cells[0].task], "returned")

    outcome = desk.close(cells)

    assert outcome.closed == []
    told = {kept.task: kept.detail for kept in outcome.kept}
    assert "3 of its 4 annotations are not judged yet" in told[cells[0].task]
    assert sum("marked as wrong" in detail for detail in told.values()) == 2


def test_marked_ones_go_back_with_their_marks_and_a_comment(desk: Desk) -> None:
    cells = desk.grid().cells
    mine = [cell for cell in cells if cell.task == cells[0].task]
    desk.judge(mine[1:])
    desk.judge(mine[:1], "returned")

    with pytest.raises(InvalidInput):
        desk.close(mine, "returned")
    outcome = desk.close(mine, "returned", "One is too large.")

    assert [one.item_state for one in outcome.closed] == ["returned"]
    task = desk.world.services.queue.next(desk.ana, desk.project, "annotate")
    back = desk.world.services.envelopes.get(desk.ana, task or "")
    assert back.task.comment == "One is too large."
    marked = [a.id for a in back.draft.document.annotations if a.evidence.verdict == "returned"]
    assert marked == [mine[0].annotation.id]


def test_verdicts_of_an_earlier_round_do_not_count_as_judged(desk: Desk) -> None:
    cells = [cell for cell in desk.grid().cells if cell.task == desk.grid().cells[0].task]
    desk.judge(cells[1:])
    desk.judge(cells[:1], "returned")
    desk.close(cells, "returned", "Look again.")
    task = desk.world.services.queue.next(desk.ana, desk.project, "annotate") or ""
    desk.world.services.submissions.submit(desk.ana, task, Submitting())

    again = [cell for cell in desk.grid().cells if cell.item == cells[0].item]

    assert len(again) == 4
    assert {cell.verdict for cell in again} == {None}


def test_two_reviewers_at_once_never_judge_the_same_item(desk: Desk) -> None:
    seen = {who.id: desk.grid(who).cells for who in (desk.ben, desk.carl)}

    with ThreadPoolExecutor(2) as hands:
        mine, theirs = hands.map(lambda who: desk.judge(seen[who.id], who=who), (desk.ben, desk.carl))

    for one, other in zip(
        sorted(mine, key=lambda j: j.task), sorted(theirs, key=lambda j: j.task), strict=True
    ):
        assert sorted([one.outcome, other.outcome]) == ["held", "saved"]
    held = next(judged for judged in (*mine, *theirs) if judged.outcome == "held")
    assert held.holder in ("ben", "carl")
    assert held.holder in (held.reason or "")


def test_items_that_somebody_else_holds_are_counted_not_shown(desk: Desk) -> None:
    desk.judge(desk.grid().cells[:1], who=desk.carl)

    page = desk.grid()

    assert page.held == 4
    assert page.total == 8


def test_an_item_taken_meanwhile_is_named_on_the_page(desk: Desk) -> None:
    first = desk.grid(limit=1)
    desk.world.services.queue.hold(desk.carl, desk.grid().cells[-1].task)

    cells = desk.grid(limit=60, cursor=first.next).cells

    assert {cell.held_by for cell in cells} == {None, "carl"}


def test_the_same_operations_again_change_nothing(desk: Desk) -> None:
    cell = desk.grid().cells[0]
    judge = desk.verdict(cell, "accepted")

    one = desk.send([(cell.task, judge)])
    again = desk.send([(cell.task, judge)])

    assert [judged.revision for judged in (*one, *again)] == [1, 1]
    assert again[0].tally == one[0].tally


def test_a_deleted_annotation_is_told_and_the_others_are_judged(desk: Desk) -> None:
    cells = desk.grid().cells
    mine = [cell for cell in cells if cell.task == cells[0].task]
    context = desk.world.context
    gone = Delete(id=context.new_id(), at=context.clock(), annotation=mine[0].annotation.id)
    desk.send([(mine[0].task, gone)])

    judged = desk.judge(mine)

    assert [refused.annotation for refused in judged[0].refused] == [mine[0].annotation.id]
    assert "deleted" in judged[0].refused[0].reason
    assert judged[0].tally.accepted == 3
    assert desk.close(mine).closed[0].verdict == "amended"


def test_an_ontology_changed_meanwhile_refuses_only_what_no_longer_fits(desk: Desk) -> None:
    desk.world.add_items(desk.project, 1)
    desk.hand_in([Box(1, 1, 9, 9)], category="dirt")
    cells = desk.grid().cells
    dirt = next(cell for cell in cells if cell.annotation.category == "dirt")
    cell = next(cell for cell in cells if cell.annotation.category == "cell")
    services = desk.world.services
    kept = [Category(id="cell", name="Cell"), Category(id="new", name="New")]
    services.ontologies.save(desk.world.owner, desk.project, base=1, categories=kept)

    judged = {
        one.task: one
        for one in desk.send(
            [
                (dirt.task, desk.verdict(dirt, "accepted")),
                (cell.task, _recategorized(desk, cell, "dirt")),
                (cell.task, desk.verdict(cell, "accepted")),
            ]
        )
    }

    assert "category" in judged[dirt.task].refused[0].reason
    assert "ontology" in judged[cell.task].refused[0].reason
    assert judged[cell.task].tally.accepted == 1
    page = desk.grid()
    assert page.facets.categories == {"cell": 11}
    assert page.ontology_version == 2


def test_a_correction_is_amended_and_can_be_taken_back(desk: Desk) -> None:
    cell = desk.grid().cells[0]

    fixed = desk.send(
        [(cell.task, _recategorized(desk, cell, "dirt")), (cell.task, desk.verdict(cell, "amended"))]
    )
    taken_back = desk.send(
        [(cell.task, _recategorized(desk, cell, "cell")), (cell.task, desk.verdict(cell, None))]
    )

    assert fixed[0].tally.amended == 1
    assert taken_back[0].tally.amended == 0
    assert taken_back[0].tally.open == 4


def test_what_another_tab_changed_meanwhile_is_a_conflict_not_overwritten(desk: Desk) -> None:
    cell = desk.grid().cells[0]
    moved = _recategorized(desk, cell, "dirt")
    desk.send([(cell.task, moved)])

    other = msgspec.structs.replace(
        moved,
        id=desk.world.context.new_id(),
        annotation=msgspec.structs.replace(moved.annotation, category="cell"),
        seen=0,
    )
    judged = desk.send([(cell.task, other)])

    assert judged[0].conflicts == [cell.annotation.id]


def test_a_task_that_was_handed_in_meanwhile_takes_nothing(desk: Desk) -> None:
    cells = desk.grid().cells
    desk.judge(cells)
    desk.close(cells[:1])

    judged = desk.judge(cells[:1])

    assert judged[0].outcome == "closed"


def test_a_lease_that_ran_out_is_taken_again_while_the_item_is_free(desk: Desk) -> None:
    cells = desk.grid().cells
    desk.judge(cells[:1])
    desk.later(HOUR)

    assert desk.judge(cells)[0].outcome == "saved"
    desk.later(HOUR)
    desk.judge(cells[:1], who=desk.carl)
    assert {judged.outcome for judged in desk.judge(cells[:1])} == {"held"}


def test_nobody_reviews_their_own_work_unless_the_project_allows_it(world: World) -> None:
    desk = Desk(world, items=1)
    world.services.accounts.project_members.set_role(world.owner, desk.project, desk.ana.id, "reviewer")

    assert desk.grid(desk.ana).total == 0
    assert desk.judge(desk.grid().cells, who=desk.ana)[0].outcome == "forbidden"


def test_annotators_see_predictions_and_nothing_under_review(desk: Desk) -> None:
    with pytest.raises(Forbidden):
        desk.grid(desk.ana)
    with pytest.raises(NotFound):
        desk.grid(desk.world.person("out"))

    assert desk.grid(desk.ana, source="predictions").total == 0
    assert desk.judge(desk.grid().cells, who=desk.ana)[0].outcome == "forbidden"
    with pytest.raises(Forbidden):
        desk.world.services.verdicts.close(desk.ana, desk.project, [], "accepted")


def test_accepted_predictions_stand_in_the_draft_with_their_origin(world: World) -> None:
    desk = Desk(world, items=0)
    world.add_items(desk.project, 2)
    desk.predict([(Box(1, 1, 20, 20), 0.9), (Box(30, 30, 50, 50), 0.2)])
    page = desk.grid(desk.ana, source="predictions", sort="score")

    assert [cell.annotation.evidence.score for cell in page.cells] == [0.2, 0.2, 0.9, 0.9]
    assert page.facets.models == {"cells@1": 4}
    assert "only 20 %" in page.cells[0].reasons[0]
    assert desk.grid(desk.ana, source="predictions", minimum_score=0.5).total == 2
    assert desk.grid(desk.ana, source="predictions", model="another@1").total == 0

    cell = page.cells[2]
    desk.send([(cell.task, _taken_over(desk, cell))], desk.ana)

    assert desk.grid(desk.ana, source="predictions").total == 3
    envelope = world.services.envelopes.get(desk.ana, cell.task)
    (made,) = envelope.draft.document.annotations
    assert made.shape == cell.annotation.shape
    assert made.evidence.prediction == cell.annotation.id
    assert (made.evidence.model, made.evidence.score) == ("cells@1", 0.9)


def test_a_newer_prediction_of_the_same_model_takes_the_place_of_the_older(world: World) -> None:
    desk = Desk(world, items=0)
    world.add_items(desk.project, 1)
    desk.predict([(Box(1, 1, 20, 20), 0.9)])
    desk.predict([(Box(1, 1, 30, 20), 0.8), (Box(40, 40, 60, 60), 0.7)])
    desk.predict([(Box(2, 2, 30, 20), 0.6)], model="other@1")

    assert desk.grid(desk.ana, source="predictions").facets.models == {"cells@1": 2, "other@1": 1}


def test_a_model_that_disagrees_makes_an_annotation_suspect(world: World) -> None:
    desk = Desk(world, items=2, each=2)
    desk.predict([(Box(5, 5, 15, 15), 0.9)])

    reasons = {cell.annotation.shape.left: cell.reasons for cell in desk.grid().cells}

    assert "the model sees nothing here" in reasons[25]
    assert "the model sees nothing here" not in reasons[5]


def test_a_task_of_another_project_is_no_task_here(desk: Desk) -> None:
    other = desk.world.project("Other", items=1)
    cell = desk.grid().cells[0]
    sent = [TaskOperations(task=cell.task, operations=[desk.verdict(cell, "accepted")])]

    judged = desk.world.services.verdicts.judge(desk.world.owner, other.id, sent)
    outcome = desk.world.services.verdicts.close(desk.world.owner, other.id, [cell.task], "accepted")

    assert judged[0].outcome == "missing"
    assert outcome.kept[0].code == "not_found"


def test_like_stands_with_like_and_the_odd_one_at_the_end(world: World) -> None:
    desk = Desk(world, items=2, each=4)
    _give_pictures(desk, odd=(255, 220, 0))

    page = desk.grid(sort="similarity")

    assert page.looked == page.total == 8
    colors = [_color(desk, cell) for cell in page.cells]
    assert colors[-1][0] > 200
    assert all(red < 100 for red, _, _ in colors[:-1])


def test_without_pictures_similarity_falls_back_to_suspicion(desk: Desk) -> None:
    page = desk.grid(sort="similarity")

    assert page.looked == 0
    assert page.total == 12


def _in_state(desk: Desk, state: str):
    return desk.world.services.items.list(desk.world.owner, desk.project, state=state).items


def _submitted(desk: Desk, item: str) -> Document:
    services = desk.world.services
    latest = services.items.history(desk.world.owner, item).submissions[0]
    document = services.items.document(desk.world.owner, latest.id).document
    assert document is not None
    return document


def _recategorized(desk: Desk, cell: Cell, category: str) -> Put:
    context, annotation = desk.world.context, cell.annotation
    marking = Marking(id=annotation.id, category=category, shape=annotation.shape)
    return Put(
        id=context.new_id(), at=context.clock(), annotation=marking, fields=("category",), seen=cell.revision
    )


def _taken_over(desk: Desk, cell: Cell) -> Put:
    context, annotation = desk.world.context, cell.annotation
    return Put(
        id=context.new_id(),
        at=context.clock(),
        annotation=Marking(id=context.new_id(), category=annotation.category, shape=annotation.shape),
        prediction=annotation.id,
        model=cell.model,
        score=annotation.evidence.score,
    )


def _give_pictures(desk: Desk, odd: tuple[int, int, int]) -> None:
    """Blue pictures of the items; one object of the last is of an odd color."""
    context = desk.world.context
    found = desk.world.services.items.list(desk.world.owner, desk.project).items
    for number, item in enumerate(found):
        picture = Image.new("RGB", (100, 80), (10, 20, 120 + number))
        if item is found[-1]:
            picture.paste(odd, (0, 0, 20, 25))
        data = BytesIO()
        picture.save(data, "PNG")
        sha256, size = context.blobs.put([data.getvalue()])
        values = {"sha256": sha256, "bytes": size}
        context.database.write(
            lambda tx, item=item, values=values: tx.execute(
                update(items).where(items.c.id == item.id).values(**values)
            )
        )


def _color(desk: Desk, cell: Cell) -> tuple[int, int, int]:
    crops, box = desk.world.services.crops, cell.annotation.shape
    window = Window(int(box.left), int(box.top), int(box.right), int(box.bottom))
    row, _ = crops.found(desk.world.owner, cell.item, window, 64)
    image = Image.open(BytesIO(crops.crop(row, window, 64))).convert("RGB")
    return image.resize((1, 1), Image.Resampling.BOX).getpixel((0, 0))
