"""A backup brings everything back, on either database, or nothing at all."""

import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select, update

from labelwright.core.errors import BadFile, Conflict
from labelwright.services import audit
from labelwright.services.backup import backup, read_manifest
from labelwright.services.context import Context
from labelwright.services.restore import restore
from labelwright.services.signing import is_signed, public_key, sign
from labelwright.settings import Settings
from labelwright.storage.blobs import BlobStore
from labelwright.storage.database import Database
from labelwright.storage.schema import documents, items, jobs, members, metadata
from tests.services.conftest import World
from tests.services.test_work import submit


@pytest.fixture
def worked(world: World) -> World:
    """A world with a submission, an import's blob, an audit entry and a job that runs."""
    project = world.project(items=3)
    ana = world.person("ana é", project=project.id)
    task = world.services.queue.next(ana, project.id)
    submit(world, ana, task, world.put())
    sha256, size = world.context.blobs.put([b"a picture"])

    def work(tx) -> None:
        tx.execute(update(items).values(sha256=sha256, bytes=size).where(items.c.position == first(tx)))
        tx.execute(update(items).values(source_path="/elsewhere/b.png").where(items.c.sha256 != sha256))
        row = {"id": world.context.new_id(), "kind": "import", "state": "running", "args": {"a": 1.5}}
        tx.execute(jobs.insert().values(**row, created_by=ana.id, created_at=world.context.now()))

    def first(tx):
        return tx.execute(select(items.c.position).order_by(items.c.position)).scalar()

    world.context.database.write(work)
    return world


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def elsewhere(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Context]:
    """An empty place on either database, whichever one the backup comes from."""
    data = tmp_path / "elsewhere"
    data.mkdir()
    if request.param == "sqlite":
        where: Path | str = data / "labelwright.sqlite"
    else:
        server = request.getfixturevalue("postgres")
        server.drop("elsewhere")
        server.create("elsewhere")
        where = server.url("elsewhere")
    database = Database(where)
    yield Context(settings=Settings(data=data), database=database, blobs=BlobStore(data / "blobs"))
    database.close()
    if request.param == "postgres":
        server.drop("elsewhere")


def contents(context: Context) -> dict[str, list[tuple]]:
    def look(tx):
        return {
            table.name: [tuple(row) for row in tx.execute(select(table).order_by(*table.primary_key.columns))]
            for table in metadata.sorted_tables
        }

    return context.database.read(look)


def test_every_row_and_blob_comes_back_on_either_database(
    worked: World, elsewhere: Context, tmp_path: Path
) -> None:
    manifest = backup(worked.context, tmp_path / "all.zip")
    restore(elsewhere, tmp_path / "all.zip")

    before, after = contents(worked.context), contents(elsewhere)
    added = after["audit"].pop()
    (job,) = after.pop("jobs")
    before.pop("jobs")
    assert after == before
    assert "backup.restored" in added
    assert "failed" in job
    assert list(elsewhere.blobs.all()) == list(worked.context.blobs.all())
    assert manifest.in_place == 2
    assert elsewhere.database.read(audit.verify)[1] is None


def test_the_audit_log_and_the_events_go_on_after_a_restore(
    worked: World, elsewhere: Context, tmp_path: Path
) -> None:
    backup(worked.context, tmp_path / "all.zip")
    restore(elsewhere, tmp_path / "all.zip")

    elsewhere.database.write(lambda tx: audit.record(tx, elsewhere, "someone", "tested", "it"))

    assert elsewhere.database.read(audit.verify)[1] is None


def test_a_place_in_use_is_left_alone_unless_replacing_is_said(worked: World, tmp_path: Path) -> None:
    file = tmp_path / "all.zip"
    backup(worked.context, file)
    ben = worked.person("ben")

    with pytest.raises(Conflict, match="data here already"):
        restore(worked.context, file)
    restore(worked.context, file, replace=True)

    names = worked.context.database.read(lambda tx: tx.execute(select(members.c.id)).scalars().all())
    assert ben.id not in names
    assert worked.owner.id in names


def test_a_damaged_backup_changes_nothing(worked: World, elsewhere: Context, tmp_path: Path) -> None:
    backup(worked.context, tmp_path / "all.zip")
    damaged = tmp_path / "damaged.zip"
    with zipfile.ZipFile(tmp_path / "all.zip") as old, zipfile.ZipFile(damaged, "w") as new:
        for name in old.namelist():
            new.writestr(
                name, old.read(name).replace(b"ana", b"eve") if "members" in name else old.read(name)
            )

    with pytest.raises(BadFile, match=r"tables/members.jsonl is not what it was"):
        restore(elsewhere, damaged)

    assert list(elsewhere.blobs.all()) == []
    with pytest.raises(Exception, match="members"):
        elsewhere.database.read(lambda tx: tx.execute(select(members)).all())


def test_a_failure_on_the_way_leaves_the_old_data(worked: World, tmp_path: Path, monkeypatch) -> None:
    file = tmp_path / "all.zip"
    backup(worked.context, file)
    before = contents(worked.context)

    def fail(*_: object) -> None:
        raise OSError("the disk is full")

    monkeypatch.setattr("labelwright.services.restore.audit.record", fail)
    with pytest.raises(OSError, match="full"):
        restore(worked.context, file, replace=True)

    assert contents(worked.context) == before


def test_a_file_that_is_no_backup_is_named(tmp_path: Path) -> None:
    file = tmp_path / "holiday.zip"
    file.write_bytes(b"PK nothing")

    with pytest.raises(BadFile, match=r"holiday.zip” is no backup"):
        read_manifest(file)


def test_an_existing_file_is_never_overwritten(worked: World, tmp_path: Path) -> None:
    file = tmp_path / "all.zip"
    file.write_bytes(b"precious")

    with pytest.raises(Conflict, match="exists already"):
        backup(worked.context, file)

    assert file.read_bytes() == b"precious"


def test_a_backup_is_for_its_owner_only_and_leaves_no_scraps(worked: World, tmp_path: Path) -> None:
    place = tmp_path / "backups"

    backup(worked.context, place / "all.zip")

    assert [path.name for path in place.iterdir()] == ["all.zip"]
    assert (place / "all.zip").stat().st_mode & 0o077 == 0


def test_a_missing_blob_is_told(worked: World, tmp_path: Path) -> None:
    shutil.rmtree(worked.context.blobs.folder)

    manifest = backup(worked.context, tmp_path / "all.zip")

    assert len(manifest.missing) == 1


def test_documents_are_the_same_bytes(worked: World, elsewhere: Context, tmp_path: Path) -> None:
    backup(worked.context, tmp_path / "all.zip")
    restore(elsewhere, tmp_path / "all.zip")

    def bodies(context: Context) -> list[bytes]:
        return list(context.database.read(lambda tx: tx.execute(select(documents.c.body)).scalars().all()))

    assert bodies(elsewhere) == bodies(worked.context) != []


def test_the_key_that_signs_certificates_comes_along(
    worked: World, elsewhere: Context, tmp_path: Path
) -> None:
    signature, key = sign(worked.context.settings.data, b"at most 1 %")
    file = tmp_path / "with key.zip"
    assert backup(worked.context, file).signing_key is not None
    other = public_key(elsewhere.settings.data)

    restore(elsewhere, file)

    assert public_key(elsewhere.settings.data) == key != other
    assert is_signed(b"at most 1 %", signature, key)
    assert (elsewhere.settings.data / "signing.key").stat().st_mode & 0o077 == 0
    assert (elsewhere.settings.data / "signing.key.before-restore").exists()
