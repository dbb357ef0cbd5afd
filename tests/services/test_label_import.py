"""Labels come in as they were previewed, never over somebody's shoulder, and go out again as one step."""

import json
import threading
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from labelwright.core.errors import InvalidInput, NotFound, UnknownName
from labelwright.core.shapes import Box
from labelwright.services.imports import ImportView
from labelwright.services.label_import import LabelArgs
from labelwright.services.label_mapping import LabelMapping, MapTo
from labelwright.services.submissions import Submitting
from labelwright.storage.schema import documents, items
from labelwright.worker.jobs import perform
from tests.services.conftest import World
from tests.shared_data import shared_data

BOX: list[float] = [1, 2, 10, 10]


def names_of(world: World, project: str) -> list[str]:
    return [item.name for item in world.services.items.list(world.owner, project).items]


def coco(place: Path, boxes: dict[str, list[tuple[str, list[float]]]], **image: object) -> Path:
    """A COCO file of boxes by item name and category."""
    categories = list(dict.fromkeys(category for found in boxes.values() for category, _ in found))
    content = {
        "images": [
            {"id": i, "file_name": name, "width": 100, "height": 80, **image} for i, name in enumerate(boxes)
        ],
        "categories": [{"id": i, "name": name} for i, name in enumerate(categories)],
        "annotations": [
            {"image_id": i, "category_id": categories.index(category), "bbox": box}
            for i, found in enumerate(boxes.values())
            for category, box in found
        ],
    }
    place.mkdir(parents=True, exist_ok=True)
    (place / "labels.json").write_text(json.dumps(content))
    return place


def start(
    world: World, project: str, source: Path | None, *, upload: str | None = None, **args: Any
) -> ImportView:
    made = LabelArgs(**{"as_" if key == "as" else key: value for key, value in args.items()})
    place = None if source is None else str(source)
    return world.services.label_imports.start(world.owner, project, made, source=place, upload=upload)


def finish(world: World, made: ImportView) -> ImportView:
    perform(world.context, str(made.job), 0, threading.Event())
    return world.services.imports.get(world.owner, made.id)


def bring(world: World, project: str, source: Path | None, **args: Any) -> ImportView:
    done = finish(world, start(world, project, source, **args))
    assert done.state == "done", world.services.jobs.get(world.owner, str(done.job)).error
    return done


def undo(world: World, made: ImportView) -> dict[str, Any]:
    done = finish(world, world.services.imports.undo(world.owner, made.id))
    assert done.state == "undone"
    return (done.report or {})["undone"]


def said(world: World, item_id: str) -> list[tuple[str, Box]]:
    """Category and shape of what counts for an item."""
    row = world.services.items.row(world.owner, item_id)
    if row.document_id is None:
        return []
    document = world.services.items.document(world.owner, row.document_id).document
    return [(a.category, a.shape) for a in document.annotations]


def everything(world: World, project: str) -> list[tuple[Any, ...]]:
    """What an import could change, for comparison."""

    def work(tx) -> list[tuple[Any, ...]]:
        rows = tx.execute(
            select(items.c.id, items.c.state, items.c.document_id, items.c.annotations)
            .where(items.c.project_id == project)
            .order_by(items.c.id)
        ).all()
        stored = tx.execute(
            select(documents.c.id, documents.c.kind).where(documents.c.project_id == project)
        ).all()
        return [*map(tuple, rows), *sorted(map(tuple, stored))]

    return world.context.database.read(work)


def test_a_preview_says_what_will_change_and_changes_nothing(world: World, tmp_path: Path) -> None:
    project = world.project(items=2).id
    one, two = names_of(world, project)
    source = coco(
        tmp_path / "in",
        {one: [("Cell", BOX), ("Ghost", BOX)], two: [("Cell", BOX)], "nowhere.png": [("Cell", BOX)]},
    )
    before = everything(world, project)

    report = bring(world, project, source, dry_run=True).report

    assert everything(world, project) == before
    assert (report["items_matched"], report["annotations"]) == (2, 2)
    assert report["categories"] == [{"category": "Cell", "annotations": 2}]
    assert report["unknown_categories"] == [{"category": "Ghost", "annotations": 1}]
    assert report["unmatched"] == ["nowhere.png"]


def test_annotations_become_a_submission_that_moves_on(world: World, tmp_path: Path) -> None:
    project = world.project(items=2).id
    one = names_of(world, project)[0]

    bring(world, project, coco(tmp_path / "in", {one: [("Cell", BOX)]}))

    first, second = world.services.items.list(world.owner, project).items
    assert (first.state, first.annotations, second.state) == ("review", 1, "waiting")
    assert said(world, first.id) == [("cell", Box(1, 2, 11, 12))]
    evidence = world.services.items.history(world.owner, first.id).submissions[0]
    assert evidence.author == "import:coco"
    ben = world.person("ben", "reviewer", project)
    assert world.services.queue.next(ben, project, "review") is not None


def test_without_review_they_are_done(world: World, tmp_path: Path) -> None:
    project = world.project(items=1, review=False).id

    bring(world, project, coco(tmp_path / "in", {names_of(world, project)[0]: [("Cell", BOX)]}))

    assert [item.state for item in world.services.items.list(world.owner, project).items] == ["done"]


def test_adding_keeps_what_is_there_and_nothing_comes_twice(world: World, tmp_path: Path) -> None:
    project = world.project(items=1, review=False).id
    (name,) = names_of(world, project)
    bring(world, project, coco(tmp_path / "one", {name: [("Cell", BOX)]}))

    bring(world, project, coco(tmp_path / "two", {name: [("Cell", BOX), ("Dirt", BOX)]}))

    (item,) = world.services.items.list(world.owner, project).items
    assert [category for category, _ in said(world, item.id)] == ["cell", "dirt"]


def test_the_same_labels_again_change_nothing(world: World, tmp_path: Path) -> None:
    project = world.project(items=1).id
    (name,) = names_of(world, project)
    source = coco(tmp_path / "in", {name: [("Cell", BOX)]})
    bring(world, project, source)
    before = everything(world, project)

    again = bring(world, project, source)

    assert everything(world, project) == before
    assert undo(world, again)["items"] == 0
    assert everything(world, project) == before


def test_a_picture_of_which_the_file_says_nothing_is_left_alone(world: World, tmp_path: Path) -> None:
    project = world.project(items=1).id
    before = everything(world, project)

    bring(world, project, coco(tmp_path / "in", {names_of(world, project)[0]: []}))

    assert everything(world, project) == before


def test_replacing_leaves_only_the_new(world: World, tmp_path: Path) -> None:
    project = world.project(items=1, review=False).id
    (name,) = names_of(world, project)
    bring(world, project, coco(tmp_path / "one", {name: [("Cell", BOX)]}))

    bring(world, project, coco(tmp_path / "two", {name: [("Dirt", BOX)]}), mode="replace")

    (item,) = world.services.items.list(world.owner, project).items
    assert [category for category, _ in said(world, item.id)] == ["dirt"]


def test_the_preview_knows_what_is_there_and_who_is_at_work(world: World, tmp_path: Path) -> None:
    project = world.project(items=2, review=False).id
    one, two = names_of(world, project)
    bring(world, project, coco(tmp_path / "one", {one: [("Cell", BOX)]}))
    world.services.queue.next(world.person("ana", project=project), project)
    source = coco(tmp_path / "two", {one: [("Cell", BOX), ("Dirt", BOX)], two: [("Cell", BOX)]})

    previewed = bring(world, project, source, dry_run=True).report
    done = bring(world, project, source).report

    assert (previewed["annotations"], previewed["already_there"]) == (1, 1)
    assert [entry["item"] for entry in previewed["skipped"]] == [two]
    assert {key: previewed[key] for key in done} == {**done, "dry_run": True}


def test_an_item_that_somebody_holds_is_skipped_with_a_reason(world: World, tmp_path: Path) -> None:
    project = world.project(items=1).id
    ana = world.person("ana", project=project)
    world.services.queue.next(ana, project)

    report = bring(
        world, project, coco(tmp_path / "in", {names_of(world, project)[0]: [("Cell", BOX)]})
    ).report

    assert [entry["item"] for entry in report["skipped"]] == names_of(world, project)
    assert "works on it" in report["skipped"][0]["reason"]
    assert world.services.items.list(world.owner, project).items[0].annotations == 0


@pytest.mark.parametrize("kind", ["predictions", "references"])
def test_predictions_and_references_leave_the_work_alone(world: World, tmp_path: Path, kind: str) -> None:
    project = world.project(items=1).id
    (name,) = names_of(world, project)

    made = bring(
        world, project, coco(tmp_path / "in", {name: [("Cell", BOX)]}), **{"as": kind}, model="net@2"
    )

    (item,) = world.services.items.list(world.owner, project).items
    history = world.services.items.history(world.owner, item.id)
    assert (item.state, item.annotations) == ("waiting", 0)
    (stored,) = getattr(history, kind)
    assert stored.annotations == 1
    assert kind != "predictions" or stored.model == "net@2"
    undo(world, made)
    assert getattr(world.services.items.history(world.owner, item.id), kind) == []


@pytest.mark.parametrize("kind", ["predictions", "references"])
def test_those_that_were_replaced_come_back_by_undo(world: World, tmp_path: Path, kind: str) -> None:
    project = world.project(items=1).id
    (name,) = names_of(world, project)
    options = {"as": kind, "model": "net@2"}
    bring(world, project, coco(tmp_path / "one", {name: [("Cell", BOX)]}), **options)
    before = everything(world, project)

    made = bring(world, project, coco(tmp_path / "two", {name: [("Dirt", BOX)]}), mode="replace", **options)
    (item,) = world.services.items.list(world.owner, project).items
    between = getattr(world.services.items.history(world.owner, item.id), kind)
    undo(world, made)

    assert len(between) == 1
    assert everything(world, project) == before


@pytest.mark.parametrize("review", [True, False])
@pytest.mark.parametrize("mode", ["add", "replace"])
def test_undo_puts_everything_back(world: World, tmp_path: Path, review: bool, mode: str) -> None:
    project = world.project(items=3, review=review).id
    names = names_of(world, project)
    bring(world, project, coco(tmp_path / "old", {names[0]: [("Cell", BOX)]}))
    before = everything(world, project)

    made = bring(world, project, coco(tmp_path / "in", {n: [("Dirt", BOX)] for n in names}), mode=mode)
    changed = everything(world, project)
    undone = undo(world, made)

    assert changed != before
    assert everything(world, project) == before
    assert (undone["items"], undone["kept"]) == (3, [])


def test_undo_keeps_what_people_built_on(world: World, tmp_path: Path) -> None:
    project = world.project(items=2).id
    names = names_of(world, project)
    made = bring(world, project, coco(tmp_path / "in", {n: [("Cell", BOX)] for n in names}))
    ben = world.person("ben", "reviewer", project)
    task = world.services.queue.next(ben, project, "review") or ""
    world.services.submissions.submit(ben, task, Submitting(verdict="accepted"))

    undone = undo(world, made)

    states = {item.name: item.state for item in world.services.items.list(world.owner, project).items}
    assert sorted(states.values()) == ["done", "waiting"]
    assert undone["items"] == 1
    assert [states[kept["item"]] for kept in undone["kept"]] == ["done"]


def test_undo_never_takes_away_what_was_released(world: World, tmp_path: Path) -> None:
    project = world.project(items=1, review=False).id
    made = bring(world, project, coco(tmp_path / "in", {names_of(world, project)[0]: [("Cell", BOX)]}))
    release = world.services.releases.create(world.owner, project, "v1")

    undone = undo(world, made)

    assert world.services.releases.verify(world.owner, release.id).ok
    assert undone["items"] == 0
    assert "release" in undone["kept"][0]["reason"]


def test_an_import_that_was_killed_goes_on_with_nothing_twice(world: World, tmp_path: Path) -> None:
    project = world.project(items=60, review=False).id
    names = names_of(world, project)
    made = start(world, project, coco(tmp_path / "in", {n: [("Cell", BOX)] for n in names}))
    stopping = threading.Event()
    stopping.set()
    perform(world.context, str(made.job), 0, stopping)  # handed back at the first check

    done = finish(world, made)

    found = world.services.items.list(world.owner, project, limit=100).items
    assert done.state == "done"
    assert {item.annotations for item in found} == {1}
    stored = [row for row in everything(world, project) if row[-1] == "submission"]
    assert len(stored) == 60


def test_missing_categories_are_made_when_wanted_and_go_with_undo(world: World, tmp_path: Path) -> None:
    project = world.project(items=1).id
    source = coco(tmp_path / "in", {names_of(world, project)[0]: [("New one", BOX)]})

    made = bring(world, project, source, create_categories=True)
    between = [c.name for c in world.services.ontologies.get(world.owner, project).ontology.categories]
    undo(world, made)

    assert between == ["Cell", "Dirt", "New one"]
    assert made.report["created_categories"] == ["New one"]
    after = world.services.ontologies.get(world.owner, project).ontology
    assert [category.name for category in after.categories] == ["Cell", "Dirt"]
    again = bring(world, project, source, create_categories=True)
    assert again.report["annotations"] == 1


def test_names_of_the_file_are_mapped_to_categories(world: World, tmp_path: Path) -> None:
    project = world.project(items=1, review=False).id
    source = coco(tmp_path / "in", {names_of(world, project)[0]: [("Zelle", BOX)]})

    bring(world, project, source, mapping=LabelMapping(categories={"Zelle": MapTo("cell")}))

    (item,) = world.services.items.list(world.owner, project).items
    assert [category for category, _ in said(world, item.id)] == ["cell"]


def test_items_are_found_by_name_file_name_and_stem(world: World, tmp_path: Path) -> None:
    project = world.project(items=3).id
    one, two, three = names_of(world, project)
    given = {one: [("Cell", BOX)], f"images/train/{two}": [("Cell", BOX)]}
    given[f"{Path(three).stem}.jpeg"] = [("Cell", BOX)]

    report = bring(world, project, coco(tmp_path / "in", given), dry_run=True).report

    assert (report["items_matched"], report["unmatched"]) == (3, [])


def test_coordinates_of_another_frame_are_not_brought_in(world: World, tmp_path: Path) -> None:
    project = world.project(items=1).id
    source = coco(tmp_path / "in", {names_of(world, project)[0]: [("Cell", BOX)]}, width=80, height=100)
    before = everything(world, project)

    report = bring(world, project, source).report

    assert everything(world, project) == before
    assert "80 × 100" in report["refused"][0]["reason"]


@pytest.mark.parametrize("name", ["deep_nested.json", "nan.json", "billion_laughs.xml", "xxe_voc.xml"])
def test_a_hostile_file_fails_by_name_and_changes_nothing(world: World, name: str) -> None:
    project = world.project(items=1).id
    before = everything(world, project)
    wanted = "voc" if name.endswith("xml") else "coco"

    made = finish(world, start(world, project, shared_data(f"hostile/generated/{name}"), format=wanted))

    error = world.services.jobs.get(world.owner, str(made.job)).error or {}
    assert made.state == "failed"
    assert error["code"] == "file.unreadable_labels"
    assert name in error["detail"]
    assert everything(world, project) == before


def test_nonsense_is_reported_and_changes_nothing(world: World) -> None:
    project = world.project(items=1).id
    before = everything(world, project)

    report = bring(world, project, shared_data("hostile/generated/coco_nonsense.json")).report

    assert len(report["faults"]) == 5
    assert everything(world, project) == before


def test_what_is_asked_for_must_make_sense(world: World, tmp_path: Path) -> None:
    project = world.project(items=1).id
    source = coco(tmp_path / "in", {})

    with pytest.raises(UnknownName, match="format"):
        start(world, project, source, format="klingon")
    with pytest.raises(InvalidInput, match="as"):
        start(world, project, source, **{"as": "truth"})
    with pytest.raises(InvalidInput, match="mode"):
        start(world, project, source, mode="both")
    with pytest.raises(NotFound):
        start(world, world.context.new_id(), source)


def test_a_killed_import_still_tells_all_that_it_brought(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("labelwright.services.label_second_pass.CHUNK", 10)
    project = world.project(items=30, review=False).id
    names = names_of(world, project)
    made = start(world, project, coco(tmp_path / "in", {n: [("Cell", BOX)] for n in names}))
    stopping = StopAfter(3)
    perform(world.context, str(made.job), 0, stopping)
    half = sum(item.annotations for item in world.services.items.list(world.owner, project).items)

    done = finish(world, made)

    assert 0 < half < 30
    assert (done.report["annotations"], done.report["already_there"]) == (30, 0)
    assert undo(world, done)["items"] == 30


class StopAfter(threading.Event):
    """Asks for the job to stop at its n-th look."""

    def __init__(self, looks: int) -> None:
        super().__init__()
        self.looks = looks

    def is_set(self) -> bool:
        self.looks -= 1
        return self.looks < 0
