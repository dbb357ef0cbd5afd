"""Releases as versions: splits, what changed between two, the card, the delta, and hashes that hold."""

import json
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import insert, select, update

from labelwright.core.document import Annotation, Document, encode
from labelwright.core.errors import InvalidInput, NotFound
from labelwright.core.shapes import Box
from labelwright.formats.folder import source_of
from labelwright.formats.labelwright import Labelwright
from labelwright.services.item_filter import ItemFilter
from labelwright.services.release_card import markdown
from labelwright.services.release_diff import annotation_changes
from labelwright.services.release_splits import SplitPlan
from labelwright.services.releases import NewRelease
from labelwright.storage.schema import documents, items, release_entries, releases
from tests.services.conftest import World
from tests.services.test_export import label, picture


def project_of(world: World, count: int = 6) -> str:
    """A project with so many labeled pictures."""
    project = world.project(review=False).id
    for number in range(count):
        label(world, project, picture(number + 1), world.put(category="dirt" if number == 0 else "cell"))
    return project


def change(world: World, project: str, place: int, *annotations: Annotation) -> None:
    """What counts for an item becomes other annotations, as a correction makes it."""

    def work(tx) -> None:
        item = tx.execute(
            select(items)
            .where(items.c.project_id == project)
            .order_by(items.c.position)
            .offset(place)
            .limit(1)
        ).one()
        old = dict(tx.execute(select(documents).where(documents.c.id == item.document_id)).one()._mapping)
        new = world.context.new_id()
        tx.execute(
            insert(documents).values(**{**old, "id": new, "body": encode(Document(annotations=annotations))})
        )
        tx.execute(update(items).where(items.c.id == item.id).values(document_id=new))

    world.context.database.write(work)


def said(world: World, project: str, place: int) -> tuple[Annotation, ...]:
    found = world.services.releases.list(world.owner, project)[-1]
    return list(world.services.releases.entries(found.id))[place].document.annotations


def release(world: World, project: str, tag: str, **wanted: object):
    return world.services.releases.create(world.owner, project, NewRelease(tag=tag, **wanted))  # type: ignore[arg-type]


def test_splits_are_frozen_and_go_out_with_an_export(world: World, tmp_path: Path) -> None:
    project = project_of(world, 10)
    plan = SplitPlan(how="random", shares={"train": 0.8, "test": 0.2}, seed=4)

    made = release(world, project, "v1", splits=plan)
    world.services.exports.write(world.owner, project, tmp_path / "out", format="labelwright", release="v1")

    assert made.splits == {"train": 8, "test": 2}
    assert made.plan == plan
    out = [item.split for item in Labelwright().read(source_of(tmp_path / "out")).items]
    assert (out.count("train"), out.count("test")) == (8, 2)
    assert world.services.releases.verify(world.owner, made.id).ok


def test_the_next_release_keeps_the_splits_of_its_parent(world: World) -> None:
    project = project_of(world, 5)
    first = release(world, project, "v1", splits=SplitPlan(how="stratified", seed=9))
    for number in range(5):
        label(world, project, picture(number + 50), world.put())

    second = release(world, project, "v2", splits=SplitPlan(how="inherited"))

    assert second.parent == first.id
    before, after = (
        {entry.item.id: entry.split for entry in world.services.releases.entries(one.id)}
        for one in (first, second)
    )
    assert before.items() <= after.items()
    assert len(after) == 10
    assert None not in after.values()


@pytest.mark.parametrize("column", ["split", "filter", "plan", "parent"])
def test_a_release_verifies_until_something_of_it_is_changed(world: World, column: str) -> None:
    project = project_of(world, 4)
    release(world, project, "v1")
    made = release(world, project, "v2", splits=SplitPlan(how="random"))
    assert world.services.releases.verify(world.owner, made.id).ok
    values = {
        "filter": {"filter": {"states": ["review"]}},
        "plan": {"splits": {"plan": {"how": "none"}, "items": {}, "leaks": 0}},
        "parent": {"parent_id": None},
    }

    def work(tx) -> None:
        if column == "split":
            tx.execute(update(release_entries).where(release_entries.c.position == 0).values(split="other"))
        else:
            tx.execute(update(releases).where(releases.c.id == made.id).values(**values[column]))

    world.context.database.write(work)

    assert not world.services.releases.verify(world.owner, made.id).ok


def test_a_picture_that_was_changed_is_found_by_a_deep_look(world: World) -> None:
    project = project_of(world, 2)
    made = release(world, project, "v1")
    assert world.services.releases.verify(world.owner, made.id, deep=True).ok

    sha256 = world.services.items.list(world.owner, project).items[0].sha256
    world.context.blobs.path(sha256).write_bytes(b"another")

    assert world.services.releases.verify(world.owner, made.id).ok
    found = world.services.releases.verify(world.owner, made.id, deep=True)
    assert "not the one that was released" in found.faults[0]


def test_a_filter_chooses_what_is_released(world: World) -> None:
    project = project_of(world, 4)

    made = release(world, project, "v1", filter=ItemFilter(text="image"))
    with pytest.raises(InvalidInput, match="nothing to release"):
        release(world, project, "v2", filter=ItemFilter(text="no such name"))

    assert made.items == 4


def test_a_parent_that_there_is_not_is_named(world: World) -> None:
    with pytest.raises(NotFound, match="v7"):
        release(world, project_of(world, 1), "v1", parent="v7")


def test_the_difference_names_what_came_went_and_changed(world: World) -> None:
    project = project_of(world, 4)
    first = release(world, project, "v1")
    (kept,) = said(world, project, 1)
    (moved,) = said(world, project, 2)
    wider = msgspec.structs.replace(moved, shape=Box(left=1, top=2, right=13, bottom=12))
    change(world, project, 1, kept, Annotation(id="new", category="dirt", shape=Box(0, 0, 5, 5)))
    change(world, project, 2, wider)
    change(world, project, 3)
    label(world, project, picture(99), world.put())
    second = release(world, project, "v2")

    told = world.services.release_diffs.summary(world.owner, first.id, second.id)
    page = world.services.release_diffs.page(world.owner, first.id, second.id, limit=2)
    rest = world.services.release_diffs.page(world.owner, first.id, second.id, start=page.next or 0)

    assert (told.items.added, told.items.removed, told.items.changed, told.unchanged) == (1, 0, 3, 1)
    assert (told.annotations.added, told.annotations.removed, told.annotations.changed) == (2, 1, 1)
    assert told.fields == {"shape": 1}
    shown = [*page.items, *rest.items]
    assert [entry.kind for entry in shown] == ["changed", "changed", "changed", "added"]
    (shape,) = shown[1].annotations
    assert (shape.what, shape.iou) == (("shape",), pytest.approx(100 / 120))
    only = world.services.release_diffs.page(world.owner, first.id, second.id, kind="removed")
    assert [entry.annotations[0].kind for entry in only.items] == ["removed"]


def test_the_way_back_is_the_difference_turned_round(world: World) -> None:
    project = project_of(world, 2)
    first = release(world, project, "v1")
    change(world, project, 0)
    label(world, project, picture(77), world.put())
    second = release(world, project, "v2")

    there = world.services.release_diffs.summary(world.owner, first.id, second.id)
    back = world.services.release_diffs.summary(world.owner, second.id, first.id)

    assert (there.items.added, there.annotations.added) == (back.items.removed, back.annotations.removed)
    assert (there.annotations.removed, there.items.changed) == (back.annotations.added, back.items.changed)


def test_labels_that_came_in_again_are_found_by_where_they_lie() -> None:
    old = Document(annotations=(Annotation(id="a", category="cell", shape=Box(0, 0, 10, 10)),))
    near = Annotation(id="b", category="cell", shape=Box(0, 0, 10, 8))
    far = Annotation(id="c", category="cell", shape=Box(50, 50, 60, 60))

    changes = annotation_changes(old, Document(annotations=(far, near)))

    assert [(one.kind, one.what, one.iou) for one in changes] == [
        ("changed", ("shape",), 0.8),
        ("added", (), None),
    ]


def test_releases_of_two_projects_are_not_compared(world: World) -> None:
    first = release(world, project_of(world, 1), "v1")
    other = world.project("Others", review=False).id
    label(world, other, picture(5), world.put())
    second = release(world, other, "v1")

    with pytest.raises(InvalidInput, match="two projects"):
        world.services.release_diffs.summary(world.owner, first.id, second.id)


def test_a_delta_brings_what_is_new_and_names_what_is_gone(world: World, tmp_path: Path) -> None:
    project = project_of(world, 3)
    release(world, project, "v1")
    change(world, project, 1)
    label(world, project, picture(44), world.put())
    release(world, project, "v2")

    report = world.services.exports.write(
        world.owner, project, tmp_path / "out", format="coco", release="v2", since="v1"
    )

    told = json.loads((tmp_path / "out/delta.json").read_text())
    assert (len(told["added"]), len(told["changed"]), told["removed"]) == (1, 1, [])
    assert (report.items, report.since) == (2, "v1")
    listed = json.loads((tmp_path / "out/annotations.json").read_text())["images"]
    assert sorted(image["file_name"] for image in listed) == sorted(told["added"] + told["changed"])
    with pytest.raises(InvalidInput, match="another release"):
        world.services.exports.report(world.owner, project, format="coco", since="v1")


def test_the_card_says_what_is_there_and_what_nobody_knows(world: World) -> None:
    project = project_of(world, 5)
    made = release(world, project, "v1", splits=SplitPlan(how="random", shares={"train": 0.6, "test": 0.4}))

    card = world.services.release_cards.card(world.owner, made.id)
    page = markdown(card)

    facts = {one.name: one for one in card.categories}
    assert (facts["Cell"].annotations, facts["Dirt"].annotations) == (4, 1)
    assert sum(facts["Cell"].splits.values()) == 4
    assert card.authors == {"people": 5}
    assert any("licence" in gap for gap in card.gaps)
    assert any("agree" in gap for gap in card.gaps)
    assert any("Fewer than 30" in gap for gap in card.gaps)
    for heading in ("Purpose", "Collection", "Preparation", "Quantity", "Assumptions", "biases, gaps"):
        assert heading in page
    assert made.sha256 in page


def test_an_outsider_sees_neither_difference_nor_card(world: World) -> None:
    made = release(world, project_of(world, 1), "v1")
    outsider = world.person("out")

    with pytest.raises(NotFound):
        world.services.release_cards.card(outsider, made.id)
    with pytest.raises(NotFound):
        world.services.release_diffs.summary(outsider, made.id, made.id)
