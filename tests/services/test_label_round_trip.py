"""What leaves a project in our own format comes into another one as it was."""

from pathlib import Path
from typing import Any

import msgspec
import pytest
from sqlalchemy import select, update

from labelwright.core.document import Annotation, Document, Relation
from labelwright.core.ontology import Ontology
from labelwright.core.operations import Marking, Put
from labelwright.core.shapes import Keypoint, Skeleton
from labelwright.core.workflow import Workflow
from labelwright.services.submissions import Submitting
from labelwright.storage.schema import items
from tests.conformance.conftest import ONTOLOGY, SIMPLE
from tests.services.conftest import World
from tests.services.test_label_import import bring, coco, names_of, undo


def project_of(world: World, ontology: Ontology, number: int, **workflow: Any) -> str:
    made = world.services.projects.create(
        world.owner, world.context.new_id(), ontology=ontology, workflow=Workflow(**workflow)
    )
    world.add_items(made.id, number)
    return made.id


def everything_drawn(world: World) -> list[Put]:
    """One of every shape, in a group, with values and bonds to the one before."""
    puts: list[Put] = []
    for place, shape in enumerate(SIMPLE.values()):
        before = puts[-1].annotation.id if puts else None
        marking = Marking(
            id=world.context.new_id(),
            category="zz" if place % 2 else "aa",
            shape=shape,
            attributes={"a1": "o1", "a2": f"remark {place}"} if place % 2 else {},
            group="pair" if place > 6 else None,
            relations=(Relation(kind="r1", to=before),) if before else (),
        )
        puts.append(Put(id=world.context.new_id(), at=place, annotation=marking, seconds=1.5))
    return puts


def labeled(world: World, number: int = 2) -> str:
    """A project whose items were annotated by one and accepted by another."""
    project = project_of(world, ONTOLOGY, number)
    ana, ben = (
        world.person(name, role, project) for name, role in (("ana", "annotator"), ("ben", "reviewer"))
    )
    for _ in range(number):
        task = world.services.queue.next(ana, project, "annotate") or ""
        world.services.submissions.submit(ana, task, Submitting(operations=everything_drawn(world)))
        task = world.services.queue.next(ben, project, "review") or ""
        world.services.submissions.submit(ben, task, Submitting(verdict="accepted"))
    return project


def same_items(world: World, project: str, other: str) -> None:
    """Give the items of another project the bytes and names of these."""

    def work(tx) -> None:
        rows = [
            tx.execute(select(items).where(items.c.project_id == each).order_by(items.c.position)).all()
            for each in (project, other)
        ]
        for here, there in zip(*rows, strict=True):
            values = {"name": f"renamed {here.name}", "sha256": here.sha256}
            tx.execute(update(items).where(items.c.id == there.id).values(**values))

    world.context.database.write(work)


def documents_of(world: World, project: str) -> list[Document]:
    found = world.services.items.list(world.owner, project).items
    rows = [world.services.items.row(world.owner, item.id) for item in found]
    return [world.services.items.document(world.owner, row.document_id).document for row in rows]


def test_a_release_becomes_the_same_documents_in_a_new_project(world: World, tmp_path: Path) -> None:
    project = labeled(world)
    world.services.releases.create(world.owner, project, "v1")
    exported = world.services.exports.write(
        world.owner, project, tmp_path / "out", format="labelwright", release="v1", media="none"
    )
    other = project_of(world, Ontology(), 2, review=False)
    same_items(world, project, other)

    report = bring(world, other, tmp_path / "out", create_categories=True).report

    assert (exported.kept, exported.converted, exported.dropped) == (20, {}, {})
    assert report["format"] == "labelwright"
    assert (report["annotations"], report["refused"], report["left_out"], report["faults"]) == (
        20,
        [],
        [],
        [],
    )
    made = world.services.ontologies.get(world.owner, other).ontology
    assert made == ONTOLOGY
    assert documents_of(world, other) == documents_of(world, project)
    first = documents_of(world, other)[0].annotations[3]
    assert (first.evidence.author, first.evidence.verdict) == (world.people["ana"].id, "accepted")


def test_the_same_release_again_changes_nothing(world: World, tmp_path: Path) -> None:
    project = labeled(world, 1)
    world.services.exports.write(world.owner, project, tmp_path / "out", format="labelwright", media="none")
    before = documents_of(world, project)

    report = bring(world, project, tmp_path / "out").report

    assert (report["annotations"], report["already_there"]) == (0, 10)
    assert documents_of(world, project) == before


def test_an_id_that_is_there_already_is_not_given_twice_and_bonds_follow(
    world: World, tmp_path: Path
) -> None:
    project = labeled(world, 1)
    world.services.exports.write(world.owner, project, tmp_path / "out", format="labelwright", media="none")
    (before,) = documents_of(world, project)
    (row,) = (
        world.services.items.row(world.owner, i.id)
        for i in world.services.items.list(world.owner, project).items
    )
    world.services.submissions.reopen(world.owner, row.id)
    task = world.services.queue.next(world.owner, project, "annotate") or ""
    moved = msgspec.structs.replace(before.annotations[0].shape, left=0.25)
    old = before.annotations[0]
    marking = Marking(id=old.id, category=old.category, shape=moved)
    put = Put(id=world.context.new_id(), at=99, annotation=marking)
    world.services.submissions.submit(world.owner, task, Submitting(operations=[put]))

    bring(world, project, tmp_path / "out")

    (after,) = documents_of(world, project)
    ids = [annotation.id for annotation in after.annotations]
    assert len(ids) == len(set(ids)) == 11
    again = after.annotations[-1]
    assert (again.shape, again.id == old.id) == (old.shape, False)


def test_a_bond_that_a_reviewer_takes_away_is_an_amendment(world: World) -> None:
    project = project_of(world, ONTOLOGY, 1)
    ana, ben = (
        world.person(name, role, project) for name, role in (("ana", "annotator"), ("ben", "reviewer"))
    )
    puts = everything_drawn(world)[:2]
    task = world.services.queue.next(ana, project, "annotate") or ""
    world.services.submissions.submit(ana, task, Submitting(operations=puts))

    task = world.services.queue.next(ben, project, "review") or ""
    unbound = msgspec.structs.replace(puts[1].annotation, relations=())
    put = Put(id=world.context.new_id(), at=9, annotation=unbound)
    world.services.submissions.submit(ben, task, Submitting(operations=[put], verdict="amended"))

    (document,) = documents_of(world, project)
    assert [a.evidence.verdict for a in document.annotations] == ["accepted", "amended"]


def test_predictions_are_the_models_whatever_the_file_says(world: World, tmp_path: Path) -> None:
    project = labeled(world, 1)
    world.services.exports.write(world.owner, project, tmp_path / "out", format="labelwright", media="none")

    bring(world, project, tmp_path / "out", **{"as": "predictions"}, model="net@2")

    (item,) = world.services.items.list(world.owner, project).items
    (stored,) = world.services.items.history(world.owner, item.id).predictions
    document = world.services.items.document(world.owner, stored.id).document
    assert {annotation.evidence.author for annotation in document.annotations} == {"model:net@2"}
    assert {annotation.evidence.verdict for annotation in document.annotations} == {None}
    ids = {annotation.id for annotation in document.annotations}
    assert not ids & {annotation.id for annotation in documents_of(world, project)[0].annotations}
    assert all(bond.to in ids for annotation in document.annotations for bond in annotation.relations)


def test_what_the_project_has_no_place_for_is_counted(world: World, tmp_path: Path) -> None:
    project = labeled(world, 1)
    world.services.exports.write(world.owner, project, tmp_path / "out", format="labelwright", media="none")
    bare = tuple(
        msgspec.structs.replace(category, attributes=(), shapes=("box", "mask"))
        for category in ONTOLOGY.categories
    )
    other = project_of(world, Ontology(categories=bare), 1, review=False)
    same_items(world, project, other)

    report = bring(world, other, tmp_path / "out").report

    assert report["annotations"] == 2
    assert sum(entry["annotations"] for entry in report["refused"]) == 8
    left = {entry["what"]: entry["count"] for entry in report["left_out"]}
    assert left == {
        "attribute “Stain” of “Zelle”": 5,
        "attribute “Remark” of “Zelle”": 5,
        "relation “part of”": 1,
    }


def test_undo_takes_away_what_came_with_the_file(world: World, tmp_path: Path) -> None:
    project = labeled(world, 1)
    world.services.exports.write(world.owner, project, tmp_path / "out", format="labelwright", media="none")
    other = project_of(world, Ontology(), 1, review=False)
    same_items(world, project, other)

    made = bring(world, other, tmp_path / "out", create_categories=True)
    undone = undo(world, made)

    assert undone["items"] == 1
    assert world.services.ontologies.get(world.owner, other).ontology.categories == ()
    assert bring(world, other, tmp_path / "out", create_categories=True).report["annotations"] == 10


def test_keypoints_of_the_same_names_come_in_the_projects_order(world: World, tmp_path: Path) -> None:
    project = project_of(world, ONTOLOGY, 1, review=False)
    source = coco(tmp_path / "in", {names_of(world, project)[0]: [("Zelle", [0, 0, 60, 60])]})
    told = msgspec.json.decode((source / "labels.json").read_bytes())
    told["categories"][0] |= {"keypoints": ["right ear", "nose", "left ear"], "skeleton": []}
    told["annotations"][0] |= {"keypoints": [1, 1, 2, 2, 2, 2, 3, 3, 1]}
    (source / "labels.json").write_bytes(msgspec.json.encode(told))

    report = bring(world, project, source).report

    (document,) = documents_of(world, project)
    skeleton, box = document.annotations
    assert report["annotations"] == 2
    assert skeleton.shape == Skeleton(keypoints=(Keypoint(2, 2, 2), Keypoint(3, 3, 1), Keypoint(1, 1, 2)))
    assert (box.kind, box.group) == ("box", skeleton.group)


def test_turned_boxes_without_pictures_get_the_size_of_their_items(world: World, tmp_path: Path) -> None:
    project = project_of(world, ONTOLOGY, 1, review=False)
    (name,) = names_of(world, project)
    (tmp_path / "in/labels").mkdir(parents=True)
    (tmp_path / "in/data.yaml").write_text("names: [Zelle]\ntask: obb\n")
    label = tmp_path / f"in/labels/{Path(name).stem}.txt"
    label.write_text("0 0.1 0.125 0.3 0.125 0.3 0.375 0.1 0.375\n0 .5 .5 .55 .5625 .5 .625 .45 .5625\n")

    report = bring(world, project, tmp_path / "in").report

    (document,) = documents_of(world, project)
    first, second = (annotation.shape for annotation in document.annotations)
    assert report["format"] == "yolo-obb"
    assert (first.width, first.height, first.angle) == pytest.approx((20, 20, 0))
    assert second.area == pytest.approx(50)
    assert {annotation.kind for annotation in document.annotations} == {"rotated_box"}


def test_categories_that_an_import_makes_take_what_the_file_holds(world: World, tmp_path: Path) -> None:
    project = project_of(world, Ontology(), 1, review=False)
    (name,) = names_of(world, project)
    (tmp_path / "in/labels").mkdir(parents=True)
    (tmp_path / "in/data.yaml").write_text("names: [Fish]\nkpt_shape: [2, 3]\n")
    (tmp_path / f"in/labels/{Path(name).stem}.txt").write_text("0 .5 .5 .5 .5 .4 .4 2 .6 .6 1\n")

    report = bring(world, project, tmp_path / "in", create_categories=True).report

    (made,) = world.services.ontologies.get(world.owner, project).ontology.categories
    assert report["annotations"] == 2
    assert made.skeleton is not None
    assert len(made.skeleton.keypoints) == 2
    kinds: list[Annotation] = list(documents_of(world, project)[0].annotations)
    assert [annotation.kind for annotation in kinds] == ["skeleton", "box"]
