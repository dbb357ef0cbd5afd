"""A merge makes one annotation of what is said twice, keeps what people made, and is undone as one step."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from labelwright.core.document import Annotation, Document, Evidence, Relation
from labelwright.core.errors import InvalidInput
from labelwright.core.shapes import Box
from labelwright.formats.coco import Coco
from labelwright.services.label_merge import merged
from labelwright.services.submissions import Submitting
from labelwright.storage.schema import item_tags, items
from tests.services.conftest import World
from tests.services.test_label_import import bring, coco, everything, names_of, said, start, undo

OLD: list[float] = [1, 2, 10, 10]
NEAR: list[float] = [2, 2, 10, 10]  # IoU 0.818 with OLD
FAR: list[float] = [50, 50, 10, 10]


def item_of(world: World, project: str) -> Any:
    return world.services.items.list(world.owner, project).items[0]


def first_annotation(world: World, project: str) -> Annotation:
    row = world.services.items.row(world.owner, item_of(world, project).id)
    return world.services.items.document(world.owner, str(row.document_id)).document.annotations[0]


def work_on(world: World, project: str) -> None:
    """Ana draws a cell at (1, 2, 11, 12) on the next item and hands it in."""
    ana = world.people.get("ana") or world.person("ana", project=project)
    task = world.services.queue.next(ana, project)
    world.services.submissions.submit(ana, task, Submitting(operations=(world.put(),)))


def merge_of(report: dict[str, Any]) -> dict[str, int]:
    wanted = ("matched", "the_same", "ours_kept", "theirs_taken", "added")
    return {key: report["merge"][key] for key in wanted}


@pytest.mark.parametrize(
    ("keep", "shape"),
    [("ours", Box(1, 2, 11, 12)), ("theirs", Box(2, 2, 12, 12)), ("evidence", Box(1, 2, 11, 12))],
)
def test_of_two_that_match_one_stays(world: World, tmp_path: Path, keep: str, shape: Box) -> None:
    project = world.project(items=1, review=False).id
    work_on(world, project)
    source = coco(tmp_path / "in", {item_of(world, project).name: [("Cell", NEAR), ("Cell", FAR)]})

    report = bring(world, project, source, mode="merge", iou=0.5, keep=keep).report

    assert said(world, item_of(world, project).id) == [("cell", shape), ("cell", Box(50, 50, 60, 60))]
    taken = int(keep == "theirs")
    assert merge_of(report) == {
        "matched": 1, "the_same": 0, "ours_kept": 1 - taken, "theirs_taken": taken, "added": 1,
    }  # fmt: skip
    assert report["annotations"] == 1 + taken


def test_what_is_taken_keeps_its_id_and_who_made_it_and_loses_the_verdict(
    world: World, tmp_path: Path
) -> None:
    project = world.project(items=1, review=False).id
    work_on(world, project)
    before = first_annotation(world, project)
    source = coco(tmp_path / "in", {item_of(world, project).name: [("Cell", NEAR)]})

    bring(world, project, source, mode="merge", keep="theirs")

    after = first_annotation(world, project)
    assert (after.id, after.evidence.author) == (before.id, world.people["ana"].id)
    assert after.evidence.changed_by == "import:coco"
    assert (after.evidence.verdict, after.evidence.reviewer) == (None, None)


def test_between_two_imports_what_is_there_stays_when_no_person_touched_either(
    world: World, tmp_path: Path
) -> None:
    project = world.project(items=1, review=False).id
    (name,) = names_of(world, project)
    bring(world, project, coco(tmp_path / "one", {name: [("Cell", OLD)]}))

    report = bring(world, project, coco(tmp_path / "two", {name: [("Cell", NEAR)]}), mode="merge").report

    assert merge_of(report)["ours_kept"] == 1
    assert said(world, item_of(world, project).id) == [("cell", Box(1, 2, 11, 12))]


def test_below_the_threshold_and_in_another_category_nothing_matches(world: World, tmp_path: Path) -> None:
    project = world.project(items=1, review=False).id
    (name,) = names_of(world, project)
    bring(world, project, coco(tmp_path / "one", {name: [("Cell", OLD)]}))
    source = coco(tmp_path / "two", {name: [("Cell", NEAR), ("Dirt", OLD)]})

    report = bring(world, project, source, mode="merge", iou=0.9).report

    assert merge_of(report) == {"matched": 0, "the_same": 0, "ours_kept": 0, "theirs_taken": 0, "added": 2}


def test_the_same_file_merged_again_changes_nothing(world: World, tmp_path: Path) -> None:
    project = world.project(items=2, review=False).id
    source = coco(tmp_path / "in", {n: [("Cell", OLD), ("Cell", FAR)] for n in names_of(world, project)})
    bring(world, project, source)
    before = everything(world, project)

    report = bring(world, project, source, mode="merge", keep="theirs").report

    assert merge_of(report)["the_same"] == 4
    assert everything(world, project) == before


@pytest.mark.parametrize("kind", ["annotations", "predictions", "references"])
def test_a_merge_is_undone_as_one_step(world: World, tmp_path: Path, kind: str) -> None:
    project = world.project(items=3, review=False).id
    names = names_of(world, project)
    options = {"as": kind, "model": "net@1"}
    bring(world, project, coco(tmp_path / "one", {n: [("Cell", OLD)] for n in names}), **options)
    before = everything(world, project)
    source = coco(tmp_path / "two", {n: [("Cell", NEAR), ("New", FAR)] for n in names})

    made = bring(world, project, source, mode="merge", keep="theirs", create_categories=True, **options)
    changed = everything(world, project)
    undone = undo(world, made)

    assert merge_of(made.report) == {
        "matched": 3, "the_same": 0, "ours_kept": 0, "theirs_taken": 3, "added": 3,
    }  # fmt: skip
    assert changed != before
    assert everything(world, project) == before
    assert undone["removed_categories"] == ["New"]


@pytest.mark.parametrize("kind", ["predictions", "references"])
def test_adding_predictions_or_references_twice_brings_nothing_twice(
    world: World, tmp_path: Path, kind: str
) -> None:
    project = world.project(items=1).id
    (name,) = names_of(world, project)
    options = {"as": kind, "model": "net@1"}
    bring(world, project, coco(tmp_path / "one", {name: [("Cell", OLD)]}), **options)

    bring(world, project, coco(tmp_path / "two", {name: [("Cell", OLD), ("Dirt", FAR)]}), **options)

    (stored,) = getattr(world.services.items.history(world.owner, item_of(world, project).id), kind)
    assert stored.annotations == 2


def test_the_preview_of_a_merge_is_what_happens(world: World, tmp_path: Path) -> None:
    project = world.project(items=2, review=False).id
    names = names_of(world, project)
    bring(world, project, coco(tmp_path / "one", {n: [("Cell", OLD)] for n in names}))
    before = everything(world, project)
    source = coco(tmp_path / "two", {n: [("Cell", NEAR), ("Dirt", FAR)] for n in names})

    previewed = bring(world, project, source, mode="merge", keep="theirs", dry_run=True).report
    unchanged = everything(world, project) == before
    done = bring(world, project, source, mode="merge", keep="theirs").report

    assert unchanged
    assert {key: previewed[key] for key in done} == {**done, "dry_run": True}
    picture = previewed["pictures"][0]
    assert len(picture["present"]) == 1
    assert sorted(picture["fates"].values()) == ["added", "taken"]


def test_duplicates_in_a_file_are_told_and_left_out_on_request(world: World, tmp_path: Path) -> None:
    project = world.project(items=1, review=False).id
    (name,) = names_of(world, project)
    source = coco(tmp_path / "in", {name: [("Cell", OLD), ("Cell", [1.01, 2, 10, 10]), ("Dirt", OLD)]})

    told = bring(world, project, source, dry_run=True).report
    bring(world, project, source, leave_out_duplicates=True)

    assert told["duplicates_in_file"] == 1
    assert told["duplicates_listed"][0]["category"] == "Cell"
    assert told["annotations"] == 3
    assert said(world, item_of(world, project).id) == [
        ("cell", Box(1, 2, 11, 12)),
        ("dirt", Box(1, 2, 11, 12)),
    ]


def test_an_item_that_a_file_says_twice_gets_both(world: World, tmp_path: Path) -> None:
    project = world.project(items=1, review=False).id
    (name,) = names_of(world, project)
    source = coco(tmp_path / "in", {name: [("Cell", OLD)], f"other/{name}": [("Cell", FAR)]})

    bring(world, project, source, mode="replace")

    assert [shape for _, shape in said(world, item_of(world, project).id)] == [
        Box(1, 2, 11, 12), Box(50, 50, 60, 60),
    ]  # fmt: skip


def test_replacing_by_what_does_not_fit_leaves_what_is_there(world: World, tmp_path: Path) -> None:
    project = world.project(items=1, review=False).id
    (name,) = names_of(world, project)
    bring(world, project, coco(tmp_path / "one", {name: [("Cell", OLD)]}))

    report = bring(world, project, coco(tmp_path / "two", {name: [("Ghost", OLD)]}), mode="replace").report

    assert said(world, item_of(world, project).id) == [("cell", Box(1, 2, 11, 12))]
    assert [entry["item"] for entry in report["skipped"]] == [name]


def test_splits_of_the_file_are_kept_and_go_with_undo(world: World, tmp_path: Path) -> None:
    project = world.project(items=2).id
    one, two = names_of(world, project)
    content = json.loads((coco(tmp_path / "x", {one: [("Cell", OLD)]}) / "labels.json").read_text())
    folder = tmp_path / "in" / "annotations"
    folder.mkdir(parents=True)
    for split, name in (("train", one), ("val", two)):
        content["images"][0]["file_name"] = name
        (folder / f"instances_{split}.json").write_text(json.dumps(content))

    made = bring(world, project, tmp_path / "in")
    between = splits(world, project)
    undo(world, made)

    assert between == {one: "train", two: "val"}
    assert splits(world, project) == {one: None, two: None}


def splits(world: World, project: str) -> dict[str, str | None]:
    chosen = select(items.c.name, items.c.split).where(items.c.project_id == project)
    return {row.name: row.split for row in world.context.database.read(lambda tx: tx.execute(chosen).all())}


@pytest.mark.parametrize("wrong", [{"iou": 0}, {"iou": 1.5}, {"keep": "mine"}, {"duplicate_iou": -1}])
def test_a_threshold_or_a_choice_that_is_none_is_refused(
    world: World, tmp_path: Path, wrong: dict[str, Any]
) -> None:
    project = world.project(items=1).id

    with pytest.raises(InvalidInput):
        start(world, project, coco(tmp_path / "in", {}), mode="merge", **wrong)


def annotation(name: str, left: float = 0, **fields: Any) -> Annotation:
    return Annotation(id=name, category="cell", shape=Box(left, 0, left + 10, 10), **fields)


def merge(present: list[Annotation], incoming: list[Annotation], keep: str) -> dict[str, Annotation]:
    made = merged(
        Document(annotations=tuple(present)), incoming,
        threshold=0.5, keep=keep, author="import:x", now="now", new_id=iter("nmop").__next__,
    )  # fmt: skip
    return {entry.id: entry for entry in made.annotations}


def test_relations_of_what_comes_in_lead_to_what_it_became() -> None:
    incoming = [
        annotation("b", 1),
        annotation("c", 50, relations=(Relation(kind="part", to="b"),)),
    ]

    after = merge([annotation("a")], incoming, "theirs")

    assert after.keys() == {"a", "c"}
    assert after["c"].relations == (Relation(kind="part", to="a"),)


def test_attributes_that_the_file_does_not_say_stay() -> None:
    ours = annotation("a", attributes={"age": "old", "sick": True})

    after = merge([ours], [annotation("b", 1, attributes={"age": "young"})], "theirs")

    assert after["a"].attributes == {"age": "young", "sick": True}


@pytest.mark.parametrize(
    ("mine", "theirs", "left"),
    [
        ("import:coco", "ana", 1),  # only theirs has a person's evidence
        ("ana", "ben", 0),
        ("model:net", "import:x", 0),
        ("ana", "model:net", 0),
    ],
)
def test_a_persons_evidence_wins(mine: str, theirs: str, left: float) -> None:
    ours = annotation("a", evidence=Evidence(author=mine))

    after = merge([ours], [annotation("b", 1, evidence=Evidence(author=theirs))], "evidence")

    assert after["a"].shape == Box(left, 0, left + 10, 10)


def test_an_id_that_means_something_else_gets_another_name() -> None:
    after = merge([annotation("a")], [annotation("a", 50)], "ours")

    assert after["n"].shape == Box(50, 0, 60, 10)


def test_tags_of_the_file_are_kept_and_go_with_undo(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = world.project(items=1).id
    source = coco(tmp_path / "in", {names_of(world, project)[0]: [("Cell", OLD)]})
    tag_everything(monkeypatch, ("night", "rain  now", "x" * 200))

    first = bring(world, project, source)
    again = bring(world, project, source)
    between = tags(world, project)
    undo(world, again)
    still = tags(world, project)
    undo(world, first)

    assert first.report["tags"] == [{"tag": "night", "items": 1}, {"tag": "rain now", "items": 1}]
    assert again.report["tags"] == []
    assert between == still == ["night", "rain now"]
    assert tags(world, project) == []


def tag_everything(monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]) -> None:
    """COCO has no place for tags of pictures; here every record has these."""
    read = Coco.read

    def with_tags(self: Coco, source: Any) -> Any:
        reading = read(self, source)
        reading.items = (replace(item, tags=words) for item in reading.items)
        return reading

    monkeypatch.setattr(Coco, "read", with_tags)


def tags(world: World, project: str) -> list[str]:
    chosen = select(item_tags.c.tag).where(item_tags.c.project_id == project).order_by(item_tags.c.tag)
    return world.context.database.read(lambda tx: list(tx.execute(chosen).scalars()))
