"""A head learns from what people hand in, is measured on what it never saw, and proposes."""

import itertools
from io import BytesIO
from threading import Event

import numpy as np
import pytest
from PIL import Image
from sqlalchemy import select, update

from labelwright.core.document import decode
from labelwright.core.errors import Forbidden, WrongState
from labelwright.core.ontology import Category, Ontology
from labelwright.core.operations import Marking, Put
from labelwright.core.shapes import Box
from labelwright.core.workflow import Workflow
from labelwright.services.heads import HeadPlan, is_held_out
from labelwright.services.submissions import Submitting
from labelwright.services.tagging import TagOptions
from labelwright.storage.schema import documents, items, jobs, tasks
from labelwright.worker.jobs import perform
from tests.services.conftest import World

PLACES = ((25, 25), (72, 52))


def with_discs(world: World, project: str) -> list[str]:
    """Items whose pictures show a dark disc at one of two places."""
    context = world.context
    chosen = select(items.c.id).where(items.c.project_id == project).order_by(items.c.position)
    ids = list(context.database.read(lambda tx: tx.execute(chosen).scalars()))
    rows, columns = np.mgrid[:80, :100]
    for number, item in enumerate(ids):
        pixels = np.full((80, 100, 3), 225, np.uint8)
        x, y = PLACES[number % 2]
        pixels[(columns - x) ** 2 + (rows - y) ** 2 <= 225] = (120, 30 + number, 60)
        data = BytesIO()
        Image.fromarray(pixels).save(data, "PNG")
        sha256, size = context.blobs.put([data.getvalue()])
        values = {"sha256": sha256, "bytes": size}
        context.database.write(
            lambda tx, i=item, v=values: tx.execute(update(items).where(items.c.id == i).values(**v))
        )
    return ids


def annotate(world: World, project: str, count: int) -> list[str]:
    """The next items are annotated as they should be; gives their ids."""
    done: list[str] = []
    for _ in range(count):
        task = world.services.queue.next(world.owner, project, "annotate")
        item = item_of(world, task)
        order = world.context.database.read(
            lambda tx: list(
                tx.execute(
                    select(items.c.id).where(items.c.project_id == project).order_by(items.c.position)
                ).scalars()
            )
        )
        x, y = PLACES[order.index(item) % 2]
        put = world.put(box=Box(x - 15, y - 15, x + 15, y + 15))
        sent = Submitting(operations=[put])
        world.services.submissions.submit(world.owner, task, sent)
        done.append(item)
    return done


def run(world: World, job: str) -> dict:
    perform(world.context, job, 0, Event())
    row = world.context.database.read(lambda tx: tx.execute(select(jobs).where(jobs.c.id == job)).one())
    assert row.state == "done", row.error
    return row.report


def predictions(world: World, item: str) -> list:
    chosen = select(documents).where(documents.c.item_id == item, documents.c.kind == "prediction")
    return world.context.database.read(lambda tx: tx.execute(chosen).all())


def test_it_learns_is_measured_on_what_it_never_saw_and_proposes_ahead(world: World) -> None:
    project = world.project(items=14, review=False)
    ids = with_discs(world, project.id)
    world.services.heads.plan(world.owner, project.id, HeadPlan(enabled=True, every=100, ahead=3))
    done = annotate(world, project.id, 9)

    report = run(world, world.services.heads.train(world.owner, project.id))
    view = world.services.heads.view(world.owner, project.id)

    held_out = sum(is_held_out(item) for item in done)
    assert (report["items"], report["held_out"]) == (9 - held_out, held_out)
    (version,) = view.versions
    assert version.promoted
    assert version.things == 9 - held_out
    assert report["proposed"] == 3
    ahead = ids[9:12]
    assert [len(predictions(world, item)) for item in ids[9:]] == [1, 1, 1, 0, 0]
    for place, item in enumerate(ahead, start=9):
        (row,) = predictions(world, item)
        x, y = PLACES[place % 2]
        best = max(decode(row.body).annotations, key=lambda one: one.evidence.score)
        assert row.author.endswith("@1")
        assert best.category == "cell"
        assert best.shape.bounds.left == pytest.approx(x - 15, abs=6)
        assert best.shape.bounds.bottom == pytest.approx(y + 15, abs=6)


def test_tags_are_learned_and_the_tagging_service_asks_the_head_first(world: World) -> None:
    categories = (
        Category(id="day", name="Day", shapes=("tag",)),
        Category(id="night", name="Night", shapes=("tag",)),
    )
    project = world.services.projects.create(
        world.owner, "Light", ontology=Ontology(categories=categories), workflow=Workflow(review=False)
    )
    world.add_items(project.id, 12)
    ids = with_light(world, project.id)
    world.services.heads.plan(world.owner, project.id, HeadPlan(enabled=True, every=100, ahead=1))
    for _ in range(10):
        task = world.services.queue.next(world.owner, project.id, "annotate")
        tag = "night" if ids.index(item_of(world, task)) % 2 else "day"
        marking = Marking(id=world.context.new_id(), category=tag)
        put = Put(id=world.context.new_id(), at=1_700_000_000_000, annotation=marking, seconds=1)
        world.services.submissions.submit(world.owner, task, Submitting(operations=[put]))

    run(world, world.services.heads.train(world.owner, project.id))
    said = world.services.tagging.tag(world.owner, light(90), TagOptions(project=project.id), None)

    assert said.model.startswith("learned-")
    assert [(tag.category, tag.name) for tag in said.tags] == [("night", "Night")]
    ((row),) = predictions(world, ids[10])
    assert [one.category for one in decode(row.body).annotations] == ["day"]


def light(level: int) -> bytes:
    """A picture of noise around a level of light."""
    noise = np.random.default_rng(level).integers(-30, 30, (64, 64, 3))
    data = BytesIO()
    Image.fromarray(np.clip(level + noise, 0, 255).astype(np.uint8)).save(data, "PNG")
    return data.getvalue()


def with_light(world: World, project: str) -> list[str]:
    """Items that are bright and dark by turns."""
    context = world.context
    chosen = select(items.c.id).where(items.c.project_id == project).order_by(items.c.position)
    ids = list(context.database.read(lambda tx: tx.execute(chosen).scalars()))
    for number, item in enumerate(ids):
        sha256, size = context.blobs.put([light((80 if number % 2 else 200) + number)])
        values = {"sha256": sha256, "bytes": size}
        context.database.write(
            lambda tx, i=item, v=values: tx.execute(update(items).where(items.c.id == i).values(**v))
        )
    return ids


def item_of(world: World, task: str) -> str:
    chosen = select(tasks.c.item_id).where(tasks.c.id == task)
    return world.context.database.read(lambda tx: tx.execute(chosen).scalar_one())


def test_enough_submissions_begin_the_next_training_once(world: World) -> None:
    project = world.project(items=8, review=False)
    with_discs(world, project.id)
    world.services.heads.plan(world.owner, project.id, HeadPlan(enabled=True, every=3, ahead=2))

    annotate(world, project.id, 2)
    assert world.services.heads.view(world.owner, project.id).since == 2
    annotate(world, project.id, 3)

    view = world.services.heads.view(world.owner, project.id)
    assert view.since == 2
    assert view.job is not None
    assert world.context.unwoken.is_set()
    assert (
        len([job for job in world.services.jobs.list(world.owner, project.id) if job.kind == "train_head"])
        == 1
    )


def test_a_second_version_replaces_the_proposals_only_if_it_is_better(world: World) -> None:
    project = world.project(items=16, review=False)
    ids = with_discs(world, project.id)
    world.services.heads.plan(world.owner, project.id, HeadPlan(enabled=True, every=100, ahead=20))
    annotate(world, project.id, 8)
    run(world, world.services.heads.train(world.owner, project.id))
    before = {row.author for item in ids for row in predictions(world, item)}

    report = run(world, world.services.heads.train(world.owner, project.id))

    after = {row.author for item in ids for row in predictions(world, item)}
    assert report["promoted"] == (report["before"] is None or report["score"] > report["before"])
    assert (after != before) == report["promoted"]


def test_too_little_to_learn_from_says_so(world: World) -> None:
    project = world.project(items=3, review=False)
    with_discs(world, project.id)

    job = world.services.heads.train(world.owner, project.id)
    with pytest.raises(WrongState, match="learning already"):
        world.services.heads.train(world.owner, project.id)
    perform(world.context, job, 0, Event())

    (told,) = [one for one in world.services.jobs.list(world.owner, project.id) if one.id == job]
    assert told.state == "failed"
    assert "annotated items to learn from" in told.error["detail"]


def test_only_managers_plan_and_train(world: World) -> None:
    project = world.project(items=1)
    ann = world.person("ann", "annotator", project.id)

    for act in (
        lambda: world.services.heads.plan(ann, project.id, HeadPlan(enabled=True)),
        lambda: world.services.heads.train(ann, project.id),
        lambda: world.services.heads.view(ann, project.id),
    ):
        with pytest.raises(Forbidden):
            act()


def test_about_a_fifth_of_all_ids_are_held_out(world: World) -> None:
    held = sum(is_held_out(world.context.new_id()) for _ in itertools.repeat(None, 2000))

    assert 300 < held < 500
