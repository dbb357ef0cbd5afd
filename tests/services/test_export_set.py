"""An export holds what was done when it was asked for, whatever people do while it is written."""

import gc
import json
import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import delete, update

from labelwright.core.errors import BadFile, WrongState
from labelwright.core.ontology import Ontology
from labelwright.core.shapes import Box
from labelwright.formats.coco import Coco
from labelwright.formats.folder import Sink
from labelwright.formats.format import Items
from labelwright.formats.report import Losses
from labelwright.services import exports
from labelwright.services.submissions import Submitting
from labelwright.storage.schema import documents, items, tasks
from tests.services.conftest import World


class Between(Coco):
    """COCO, with something that happens before the items are read for the second time."""

    def __init__(self, happens: Callable[[], object]) -> None:
        self._happens = happens

    def write(self, items: Items, ontology: Ontology, sink: Sink) -> Losses:
        """Read once as formats do that look twice, then write, with a disturbance in between."""
        for _ in items():
            pass
        self._happens()
        return super().write(items, ontology, sink)


def disturbed(
    world: World, project: str, monkeypatch: pytest.MonkeyPatch, happens: Callable[[], object]
) -> dict[str, list[dict]]:
    """The COCO file of an export while something happens."""
    monkeypatch.setattr(exports, "get", lambda _: Between(happens))
    _, parts = world.services.exports.stream(world.owner, project, format="coco", media="none", drop=True)
    with zipfile.ZipFile(BytesIO(b"".join(parts))) as archive:
        return json.loads(archive.read("annotations.json"))


def submit(world: World, who, task: str, *, width: float = 10) -> None:
    operation = world.put(box=Box(left=0, top=0, right=width, bottom=5))
    world.services.submissions.submit(who, task, Submitting(operations=(operation,)))


def test_work_that_is_finished_meanwhile_moves_no_annotation_to_another_picture(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = world.project(items=3, review=False).id
    held = world.services.queue.next(world.owner, project) or ""
    for width in (20, 30):
        ana = world.person(f"ana {width}", project=project)
        submit(world, ana, world.services.queue.next(ana, project) or "", width=width)

    found = disturbed(world, project, monkeypatch, lambda: submit(world, world.owner, held))

    assert [(image["id"]) for image in found["images"]] == [1, 2]
    assert [(a["image_id"], a["bbox"][2]) for a in found["annotations"]] == [(1, 20), (2, 30)]


def test_what_is_taken_back_meanwhile_stops_the_export(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    project = world.project(items=2, review=False).id
    for _ in range(2):
        submit(world, world.owner, world.services.queue.next(world.owner, project) or "")
    first = world.services.items.list(world.owner, project).items[0].id

    def take_back(tx) -> None:  # as the undo of an import does
        nothing = {"document_id": None}
        tx.execute(update(items).where(items.c.id == first).values(**nothing))
        tx.execute(update(tasks).where(tasks.c.item_id == first).values(**nothing))
        tx.execute(delete(documents).where(documents.c.item_id == first))

    with pytest.raises(WrongState, match="taken back"):
        disturbed(world, project, monkeypatch, lambda: world.context.database.write(take_back))


def test_a_picture_that_is_gone_is_named_and_nothing_is_left(world: World, tmp_path: Path) -> None:
    project = world.project(items=1, review=False).id
    submit(world, world.owner, world.services.queue.next(world.owner, project) or "")

    with pytest.raises(BadFile, match=r"image \d+\.png"):
        world.services.exports.write(world.owner, project, tmp_path / "out", format="coco")

    assert [path.name for path in tmp_path.iterdir() if "out" in path.name] == []


@pytest.mark.filterwarnings("error")
def test_a_reader_may_leave_in_the_middle(world: World) -> None:
    project = world.project(items=1, review=False).id
    sha256, size = world.context.blobs.put([np.random.default_rng(1).bytes(80 * 2**20)])
    row = {"sha256": sha256, "bytes": size}
    world.context.database.write(
        lambda tx: tx.execute(update(items).where(items.c.project_id == project).values(**row))
    )
    submit(world, world.owner, world.services.queue.next(world.owner, project) or "")

    _, parts = world.services.exports.stream(world.owner, project, format="coco")
    first = next(parts)
    parts.close()
    gc.collect()

    assert 0 < len(first) < size
