"""Items come in once each, whatever else lies beside them, and however often the import is killed."""

import threading
import zipfile
from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import ExifTags, Image
from sqlalchemy import func, select

from labelwright.core.errors import Forbidden, InvalidInput, NotFound, WrongState
from labelwright.services.context import Context
from labelwright.services.imports import ImportView
from labelwright.services.items import ItemView
from labelwright.services.jobs import JobView
from labelwright.services.services import Services
from labelwright.services.submissions import Submitting
from labelwright.storage.schema import items, tasks
from labelwright.worker.jobs import perform
from tests.services.conftest import World
from tests.shared_data import shared_data


def picture(seed: int, size: tuple[int, int] = (64, 48)) -> Image.Image:
    """Soft blobs that no other seed gives."""
    small = np.random.default_rng(seed).integers(0, 256, (8, 10), np.uint8)
    return Image.fromarray(small).resize(size, Image.Resampling.BICUBIC).convert("RGB")


def data_of(seed: int, format: str = "PNG", **options: Any) -> bytes:  # noqa: A002
    """The bytes of a picture."""
    out = BytesIO()
    picture(seed).save(out, format, **options)
    return out.getvalue()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An empty folder to import from."""
    made = tmp_path / "source"
    made.mkdir()
    return made


def fill(folder: Path, count: int, first: int = 0) -> None:
    """Different pictures `NN.png`."""
    for seed in range(first, first + count):
        (folder / f"{seed:03d}.png").write_bytes(data_of(seed))


def run(world: World, made: ImportView, first: int = 0) -> ImportView:
    """The import once its job was run."""
    perform(world.context, str(made.job), first, threading.Event())
    return world.services.imports.get(world.owner, made.id)


def bring(world: World, project: str, source: Path, **options: Any) -> dict[str, Any]:
    """The report of an import of a path."""
    made = world.services.item_imports.start(world.owner, project, source=str(source), **options)
    done = run(world, made)
    assert done.state == "done", world.services.jobs.get(world.owner, str(made.job)).error
    return done.report or {}


def listed(world: World, project: str) -> list[ItemView]:
    """The items of a project."""
    return world.services.items.list(world.owner, project, limit=1000).items


def job_of(world: World, made: ImportView) -> JobView:
    """The job of an import."""
    return world.services.jobs.get(world.owner, str(made.job))


def test_a_folder_becomes_items_with_their_first_tasks(world: World, folder: Path) -> None:
    project = world.project()
    fill(folder, 40)
    (folder / "sub folder").mkdir()
    (folder / "sub folder" / "ä b.png").write_bytes(data_of(99))

    report = bring(world, project.id, folder)
    found = listed(world, project.id)
    waiting = world.context.database.read(
        lambda tx: tx.execute(select(tasks.c.item_id).where(tasks.c.state == "waiting")).scalars().all()
    )

    assert report["added"] == report["total"] == 41
    assert [item.name for item in found] == [f"{n:03d}.png" for n in range(40)] + ["sub folder/ä b.png"]
    assert {(item.width, item.height, item.media_type, item.state) for item in found} == {
        (64, 48, "image/png", "waiting")
    }
    assert sorted(waiting) == sorted(item.id for item in found)
    assert world.services.queue.next(world.owner, project.id, "annotate")
    assert world.context.blobs.path(found[0].sha256).read_bytes() == data_of(0)


def test_thumbnails_are_there_when_the_import_is(world: World, folder: Path) -> None:
    project = world.project()
    fill(folder, 1)

    bring(world, project.id, folder)
    files = [path for path in world.context.renditions.rglob("*") if path.is_file()]
    shown = world.services.pictures.thumbnail(world.owner, listed(world, project.id)[0].id)

    assert files == [shown.path]


def test_every_file_is_accounted_for_and_a_bad_one_stops_nothing(world: World, folder: Path) -> None:
    project = world.project()
    fill(folder, 2)
    (folder / "broken.jpg").write_bytes(data_of(5, "JPEG")[:400])
    (folder / "drawing.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")
    (folder / "labels.xml").write_text("<annotation/>")
    (folder / "LICENSE").write_text("Free to use.")
    for hidden in (".DS_Store", "Thumbs.db", "__MACOSX/._a.png"):
        (folder / hidden).parent.mkdir(exist_ok=True)
        (folder / hidden).write_bytes(b"x")

    report = bring(world, project.id, folder)
    failed = {entry["name"]: entry for entry in report["failed"]}
    skipped = {entry["name"]: entry["reason"] for entry in report["skipped"]}

    assert report["added"] == 2
    assert set(failed) == {"broken.jpg", "drawing.svg"}
    assert failed["broken.jpg"]["code"] == "file.unreadable_image"
    assert "truncated" in failed["broken.jpg"]["message"]
    assert failed["broken.jpg"]["remedy"]
    assert set(skipped) == {"labels.xml", "LICENSE", ".DS_Store", "Thumbs.db", "__MACOSX/._a.png"}
    assert "labels" in skipped["labels.xml"]
    assert report["total"] == 2 + 2 + 5
    assert len(listed(world, project.id)) == 2


def test_exact_duplicates_are_named_and_not_added(world: World, folder: Path) -> None:
    project, other = world.project(), world.project("Other")
    fill(folder, 2)
    (folder / "copy.png").write_bytes(data_of(1))

    first = bring(world, project.id, folder)
    again = bring(world, project.id, folder)
    elsewhere = bring(world, other.id, folder)

    assert first["duplicates"] == [{"name": "copy.png", "of": "001.png"}]
    assert again["added"] == 0
    assert [entry["of"] for entry in again["duplicates"]] == ["000.png", "001.png", "001.png"]
    assert elsewhere["added"] == 2
    assert len(listed(world, project.id)) == 2


def test_near_duplicates_are_added_and_flagged(world: World, folder: Path) -> None:
    project = world.project()
    picture(1, (400, 300)).save(folder / "a.png")
    picture(1, (400, 300)).resize((200, 150)).save(folder / "b.jpg", quality=60)
    picture(2, (400, 300)).save(folder / "c.png")

    report = bring(world, project.id, folder)
    picture(1, (400, 300)).save(folder / "d.webp", quality=50)
    later = bring(world, project.id, folder)
    found = {item.name: item for item in listed(world, project.id)}

    assert report["added"] == 3
    assert [(entry["name"], entry["of"]) for entry in report["near_duplicates"]] == [("b.jpg", "a.png")]
    assert [entry["name"] for entry in later["near_duplicates"]] == ["d.webp"]
    assert found["b.jpg"].near_duplicate_of == found["a.png"].id
    assert found["c.png"].near_duplicate_of is None
    assert world.services.items.list(world.owner, project.id, near_duplicates=True).total == 2


def test_a_key_names_one_picture_for_good(world: World, folder: Path, tmp_path: Path) -> None:
    project = world.project()
    fill(folder, 2)
    other = tmp_path / "other"
    other.mkdir()
    (other / "new.png").write_bytes(data_of(7))

    first = bring(world, project.id, folder, keys={"000.png": "K-1", "001.png": "K-2"})
    again = bring(world, project.id, folder, keys={"000.png": "K-1", "001.png": "K-2"})
    clash = bring(world, project.id, other, keys={"new.png": "K-1"})

    assert first["added"] == 2
    assert [item.key for item in listed(world, project.id)] == ["K-1", "K-2"]
    assert again["added"] == 0
    assert [entry["name"] for entry in again["skipped"]] == ["000.png", "001.png"]
    assert clash["added"] == 0
    assert clash["failed"][0]["code"] == "file.key_taken"
    assert "“K-1” belongs to “000.png”" in clash["failed"][0]["message"]


def test_one_key_for_two_files_of_an_import_is_a_fault(world: World, folder: Path) -> None:
    project = world.project()
    fill(folder, 2)

    report = bring(world, project.id, folder, keys={"000.png": "K", "001.png": "K"})

    assert report["added"] == 1
    assert [entry["name"] for entry in report["failed"]] == ["001.png"]


def test_an_upload_is_taken_and_thrown_away_afterwards(world: World) -> None:
    project, uploads = world.project(), world.services.uploads
    note = uploads.open(world.owner, project.id)
    for name in ("a.png", "deep/b.png"):
        incoming = uploads.file(world.owner, note.id, name)
        incoming.write(data_of(len(name)))
        incoming.finish()

    made = world.services.item_imports.start(world.owner, project.id, upload=note.id)
    done = run(world, made)

    assert done.report is not None
    assert done.report["added"] == 2
    assert {item.name for item in listed(world, project.id)} == {"a.png", "deep/b.png"}
    assert not (world.context.uploads / note.id).exists()


def test_a_zip_is_walked_and_a_bad_one_is_refused_as_a_whole(world: World, folder: Path) -> None:
    project = world.project()
    fill(folder, 1)
    with zipfile.ZipFile(folder / "photos.zip", "w") as archive:
        archive.writestr("in/x.png", data_of(11))
        archive.writestr("in/.hidden", b"")
        archive.writestr("inner.zip", b"")
    with zipfile.ZipFile(folder / "slip.zip", "w") as archive:
        archive.writestr("good.png", data_of(12))
        archive.writestr("../evil.png", data_of(13))

    report = bring(world, project.id, folder)

    assert [item.name for item in listed(world, project.id)] == ["000.png", "photos/in/x.png"]
    assert [entry["code"] for entry in report["failed"]] == ["file.unsafe_archive"]
    assert {entry["name"] for entry in report["skipped"]} == {"photos/in/.hidden", "photos/inner.zip"}


def test_a_zip_alone_gives_its_own_names(world: World, folder: Path) -> None:
    project = world.project()
    with zipfile.ZipFile(folder / "photos.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("in/x.png", data_of(11))
        archive.writestr("torn.png", data_of(12))
    data = (folder / "photos.zip").read_bytes()
    torn = data.replace(zipped(data_of(12)), b"\0" * len(zipped(data_of(12))))
    (folder / "photos.zip").write_bytes(torn)

    report = bring(world, project.id, folder / "photos.zip")

    assert [item.name for item in listed(world, project.id)] == ["in/x.png"]
    assert [entry["name"] for entry in report["failed"]] == ["torn.png"]
    assert "unpacked" in report["failed"][0]["message"]


def zipped(data: bytes) -> bytes:
    """Some bytes from the middle of what a zip keeps of the data."""
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("torn.png", data)
    return out.getvalue()[60:90]


def test_in_place_nothing_is_copied(world: World, folder: Path) -> None:
    project = world.project()
    fill(folder, 2)
    with zipfile.ZipFile(folder / "more.zip", "w") as archive:
        archive.writestr("x.png", data_of(9))

    report = bring(world, project.id, folder, in_place=True)
    shown = world.services.pictures.image(world.owner, listed(world, project.id)[0].id)

    assert report["added"] == 2
    assert [entry["name"] for entry in report["skipped"]] == ["more.zip"]
    assert list(world.context.blobs.all()) == []
    assert shown.path == folder / "000.png"


def test_pictures_are_upright_and_what_was_done_is_noted(world: World, folder: Path) -> None:
    project = world.project()
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = 6
    picture(1).save(folder / "turned.jpg", exif=exif)
    Image.fromarray(np.arange(64 * 48, dtype=np.uint16).reshape(48, 64)).save(folder / "deep.png")
    picture(3).convert("CMYK").save(folder / "inks.jpg")

    report = bring(world, project.id, folder)
    found = {item.name: item for item in listed(world, project.id)}
    notes = {entry["name"]: entry["note"] for entry in report["notes"]}

    assert (found["turned.jpg"].width, found["turned.jpg"].height) == (48, 64)
    assert "orientation 6" in notes["turned.jpg"]
    assert "Deep gray" in notes["deep.png"]
    assert "CMYK" in notes["inks.jpg"]


class Died(BaseException):
    """Stands for kill -9: nothing of ours may catch it."""


def die() -> None:
    """End here."""
    raise Died


@pytest.mark.parametrize("after", [1, 2, 3])
def test_an_import_that_dies_goes_on_with_nothing_twice(
    world: World, folder: Path, monkeypatch: pytest.MonkeyPatch, after: int
) -> None:
    project = world.project()
    fill(folder, 100)
    (folder / "broken.jpg").write_bytes(b"")
    made = world.services.item_imports.start(world.owner, project.id, source=str(folder))
    at_check(monkeypatch, after, die)

    with pytest.raises(Died):
        perform(world.context, str(made.job), 0, threading.Event())
    half = len(listed(world, project.id))
    monkeypatch.undo()
    done = run(world, made)
    found = listed(world, project.id)

    assert half == 32 * (after - 1)
    assert done.report is not None
    assert done.report["added"] == 100
    assert len(done.report["failed"]) == 1
    assert [item.name for item in found] == [f"{n:03d}.png" for n in range(100)]
    assert job_of(world, done).attempts == 2
    assert count(world.context, tasks) == 100


def count(context: Context, table: Any) -> int:
    """How many rows a table has."""
    return context.database.read(lambda tx: tx.execute(select(func.count()).select_from(table)).scalar_one())


def test_a_cancelled_import_keeps_what_came_in_and_can_go_on(
    world: World, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = world.project()
    fill(folder, 70)
    made = world.services.item_imports.start(world.owner, project.id, source=str(folder))
    at_check(monkeypatch, 2, lambda: world.services.jobs.cancel(world.owner, str(made.job)))

    stopped = run(world, made)
    monkeypatch.undo()
    world.services.jobs.retry(world.owner, str(made.job))
    done = run(world, made, first=1)

    assert stopped.state == "cancelled"
    assert stopped.can_undo
    assert stopped.report is not None
    assert stopped.report["added"] in (32, 64)
    assert done.state == "done"
    assert done.report is not None
    assert done.report["added"] == len(listed(world, project.id)) == 70


def at_check(monkeypatch: pytest.MonkeyPatch, number: int, act: Callable[[], object]) -> None:
    """Do something before the check that follows a number of checks."""
    from labelwright.services.job_run import JobRun

    real, checks = JobRun.check, []

    def check(self: JobRun) -> None:
        checks.append(1)
        if len(checks) == number:
            act()
        real(self)

    monkeypatch.setattr(JobRun, "check", check)


def test_a_file_that_ends_the_worker_is_found_and_left_out(world: World, folder: Path) -> None:
    project = world.project()
    fill(folder, 5)
    made = world.services.item_imports.start(world.owner, project.id, source=str(folder))
    world.context.uploads.mkdir(parents=True)
    (world.context.uploads / f"{made.id}.reading").write_text("003.png")

    done = run(world, made, first=-2)  # begun twice before

    assert done.report is not None
    assert done.report["added"] == 4
    assert [entry["name"] for entry in done.report["failed"]] == ["003.png"]
    assert "ended the worker" in done.report["failed"][0]["message"]
    assert list(world.context.uploads.iterdir()) == []


def test_imports_at_the_same_time_add_each_picture_once(world: World, folder: Path) -> None:
    project = world.project()
    fill(folder, 80)
    made = [world.services.item_imports.start(world.owner, project.id, source=str(folder)) for _ in range(3)]

    hands = [threading.Thread(target=run, args=(world, one)) for one in made]
    for hand in hands:
        hand.start()
    for hand in hands:
        hand.join()
    done = [world.services.imports.get(world.owner, one.id) for one in made]

    assert [one.state for one in done] == ["done"] * 3
    assert sum((one.report or {})["added"] for one in done) == 80
    assert len(listed(world, project.id)) == 80
    assert len({item.sha256 for item in listed(world, project.id)}) == 80


def test_undo_removes_what_nobody_has_worked_on(world: World, folder: Path) -> None:
    project = world.project(review=False)
    fill(folder, 4)
    bring(world, project.id, folder)
    annotated = world.services.queue.next(world.owner, project.id, "annotate")
    world.services.drafts.append(world.owner, str(annotated), 0, [world.put()])
    world.services.submissions.submit(world.owner, str(annotated), Submitting())
    held = world.services.queue.next(world.owner, project.id, "annotate")
    made = world.services.imports.list(world.owner, project.id)[0]

    undone = run(world, world.services.imports.undo(world.owner, made.id))

    assert held
    assert undone.state == "undone"
    assert not undone.can_undo
    assert undone.report is not None
    assert undone.report["undone"]["removed"] == 2
    kept = {entry["name"]: entry["reason"] for entry in undone.report["undone"]["kept"]}
    assert set(kept) == {"000.png", "001.png"} == {item.name for item in listed(world, project.id)}
    assert kept["001.png"] == "it is held"
    with pytest.raises(WrongState):
        world.services.imports.undo(world.owner, made.id)


def test_what_was_undone_can_come_in_again(world: World, folder: Path) -> None:
    project = world.project()
    fill(folder, 3)
    bring(world, project.id, folder)
    made = world.services.imports.list(world.owner, project.id)[0]
    run(world, world.services.imports.undo(world.owner, made.id))

    report = bring(world, project.id, folder)

    assert report["added"] == 3
    assert count(world.context, items) == count(world.context, tasks) == 3


def test_an_import_is_undone_only_once_it_has_ended(world: World, folder: Path) -> None:
    project = world.project()
    fill(folder, 1)
    made = world.services.item_imports.start(world.owner, project.id, source=str(folder))

    assert made.state == "queued"
    assert not made.can_undo
    with pytest.raises(WrongState):
        world.services.imports.undo(world.owner, made.id)


def test_only_those_who_may_import_can(world: World, folder: Path) -> None:
    project = world.project()
    annotator = world.person("ann", "annotator", project.id)
    stranger = world.person("sam", "annotator")
    manager = world.person("max", "manager")
    start = world.services.item_imports.start
    note = world.services.uploads.open(world.owner, project.id)

    with pytest.raises(NotFound):
        start(stranger, project.id, upload=note.id)
    with pytest.raises(NotFound):
        start(manager, project.id, upload=note.id)  # somebody else's
    with pytest.raises(Forbidden):
        start(annotator, project.id, source=str(folder))
    with pytest.raises(Forbidden, match="folder of the server"):
        start(manager, project.id, source=str(folder))
    assert world.services.imports.list(world.owner, project.id) == []


def test_a_source_is_a_folder_that_may_be_read(world: World, folder: Path, tmp_path: Path) -> None:
    project = world.project()
    manager = world.person("max", "manager")
    limited = Services(
        replace(world.context, settings=replace(world.context.settings, import_roots=str(folder)))
    )
    (folder / "link").symlink_to(tmp_path)
    start = world.services.item_imports.start

    for bad in ("relative/path", str(tmp_path / "nowhere"), str(world.context.settings.data), "/a\x00b"):
        with pytest.raises(InvalidInput):
            start(world.owner, project.id, source=bad)
    with pytest.raises(InvalidInput):
        start(world.owner, project.id)
    with pytest.raises(InvalidInput):
        start(world.owner, project.id, source=str(folder), keys={"a.png": ""})
    with pytest.raises(Forbidden):
        limited.item_imports.start(world.owner, project.id, source=str(tmp_path))
    with pytest.raises(Forbidden):
        limited.item_imports.start(world.owner, project.id, source=str(folder / "link"))
    assert limited.item_imports.start(manager, project.id, source=str(folder)).state == "queued"


def test_links_out_of_the_folder_are_not_followed(world: World, folder: Path, tmp_path: Path) -> None:
    project = world.project()
    (tmp_path / "secret.png").write_bytes(data_of(1))
    (folder / "link.png").symlink_to(tmp_path / "secret.png")

    report = bring(world, project.id, folder)

    assert report["added"] == 0
    assert [entry["name"] for entry in report["skipped"]] == ["link.png"]


@pytest.mark.filterwarnings("ignore::UserWarning:PIL")
def test_the_hostile_files_come_in_or_are_listed(world: World) -> None:
    project, source = world.project(), shared_data("hostile")

    report = bring(world, project.id, source)

    parts = [report[name] for name in ("duplicates", "failed", "skipped")]
    assert report["total"] == report["added"] + sum(len(part) for part in parts)
    assert report["added"] > 300
    assert {"file.unreadable_image", "file.image_too_large", "file.unsafe_archive"} <= {
        entry["code"] for entry in report["failed"]
    }
    assert all(entry["message"] and entry["remedy"] for entry in report["failed"])
