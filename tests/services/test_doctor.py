"""The doctor names what is wrong, and is quiet about what is not."""

import shutil
from pathlib import Path

import pytest
from sqlalchemy import text, update

from labelwright.services import audit
from labelwright.services.doctor import Finding, examine
from labelwright.services.item_index import index_stale
from labelwright.storage.schema import documents, item_terms, items
from tests.services.conftest import World
from tests.services.test_work import submit


@pytest.fixture
def healthy(world: World) -> World:
    """A world in which everything is as it should be."""
    project = world.project(items=1)
    ana = world.person("ana", project=project.id)
    submit(world, ana, world.services.queue.next(ana, project.id), world.put())
    sha256, size = world.context.blobs.put([b"a picture"])
    world.context.database.write(lambda tx: tx.execute(update(items).values(sha256=sha256, bytes=size)))
    world.context.settings.data.chmod(0o700)
    return world


def wrong(world: World, *, deep: bool = False) -> dict[str, Finding]:
    found = {
        finding.check: finding for finding in examine(world.context, deep=deep) if finding.state == "wrong"
    }
    found.pop("web application", None)  # whether it is built depends on the machine
    return found


def test_a_healthy_place_has_nothing_wrong(healthy: World) -> None:
    assert wrong(healthy, deep=True) == {}


def test_a_changed_audit_entry_is_named(healthy: World) -> None:
    def work(tx) -> None:
        audit.record(tx, healthy.context, "ana", "first", "it")
        audit.record(tx, healthy.context, "ana", "second", "it")
        tx.execute(text("UPDATE audit SET actor = 'eve' WHERE action = 'first'"))

    healthy.context.database.write(work)

    assert "was changed after it was written" in wrong(healthy)["audit log"].message


def test_an_index_that_lost_terms_is_named_and_mended_by_migrating(healthy: World) -> None:
    healthy.context.database.write(lambda tx: tx.execute(item_terms.delete()))
    assert "migrate" in wrong(healthy)["index"].remedy

    index_stale(healthy.context)

    assert wrong(healthy) == {}


def test_a_missing_blob_is_named(healthy: World) -> None:
    shutil.rmtree(healthy.context.blobs.folder)

    assert wrong(healthy)["blobs"].message.startswith("1 of 1 blobs are missing")


def test_a_damaged_blob_is_found_by_a_deep_look(healthy: World) -> None:
    path = next(healthy.context.blobs.folder.glob("[0-9a-f]*/*"))
    path.write_bytes(b"another!!")

    assert wrong(healthy) == {}
    assert path.name in wrong(healthy, deep=True)["blob hashes"].message


def test_a_vanished_file_in_place_is_named(healthy: World, tmp_path: Path) -> None:
    gone = str(tmp_path / "gone.png")
    healthy.context.database.write(lambda tx: tx.execute(update(items).values(source_path=gone)))

    assert gone in wrong(healthy)["items in place"].message


def test_a_changed_document_is_found_by_a_deep_look(healthy: World) -> None:
    healthy.context.database.write(lambda tx: tx.execute(update(documents).values(body=b"{}")))

    assert "1 documents were changed" in wrong(healthy, deep=True)["document hashes"].message


def test_a_folder_that_others_can_read_is_named(healthy: World) -> None:
    healthy.context.settings.data.chmod(0o755)

    assert wrong(healthy)["folder"].remedy == f"chmod 700 {healthy.context.settings.data}"


def test_an_older_schema_is_named_with_the_command_that_helps(healthy: World) -> None:
    healthy.context.database.write(
        lambda tx: tx.execute(text("UPDATE alembic_version SET version_num = '0000'"))
    )

    assert "labelwright migrate" in wrong(healthy)["schema"].remedy
