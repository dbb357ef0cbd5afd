"""A full disk: what was acknowledged stays, what was not is refused in words, and it mends by itself."""

import contextlib
import os
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from sqlalchemy import Connection, text

from labelwright.core.errors import StorageFull
from labelwright.services.access import Actor
from labelwright.services.context import Context
from labelwright.services.services import Services
from labelwright.settings import Settings
from labelwright.storage import migrations
from labelwright.storage.blobs import BlobStore
from labelwright.storage.database import Database
from tests.faults.running import running
from tests.faults.test_kill import make_token
from tests.services.conftest import World

SIZE = 12  # megabytes of the small disk


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of a few megabytes; only somebody who may mount has one."""
    place = tmp_path / "disk"
    place.mkdir()
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={SIZE}m", "tmpfs", str(place)], capture_output=True, check=False
    )
    if made.returncode != 0:
        pytest.skip("a small disk needs the right to mount one")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


def fill(place: Path, name: str = "filler") -> Path:
    """Take every byte that is left."""
    filler = place / name
    with contextlib.suppress(OSError), filler.open("wb", buffering=0) as file:
        for size in (1 << 16, 1 << 12, 1):
            with contextlib.suppress(OSError):
                while file.write(b"\1" * size):
                    pass
    return filler


def test_a_write_that_fills_the_disk_takes_no_acknowledged_one_with_it(tmp_path: Path) -> None:
    database = Database(tmp_path / "small.sqlite")
    database.write(lambda tx: tx.execute(text("CREATE TABLE t (id INTEGER PRIMARY KEY, b BLOB)")))
    database.write(limit_pages)
    gate = threading.Event()

    held = database.submit(lambda _tx: gate.wait(10))  # so that the others are one group
    futures = [database.submit(insert(number, 10)) for number in (1, 2)]
    large = database.submit(insert(3, 1_000_000))
    futures += [database.submit(insert(number, 10)) for number in (4, 5)]
    gate.set()
    held.result(10)
    acknowledged = [future.result(10) for future in futures]

    with pytest.raises(StorageFull, match="disk is full"):
        large.result(10)
    there = database.read(lambda tx: tx.execute(text("SELECT id FROM t ORDER BY id")).scalars().all())
    database.close()
    assert acknowledged == list(there) == [1, 2, 4, 5]


def limit_pages(tx: Connection) -> None:
    pages = tx.exec_driver_sql("PRAGMA page_count").scalar_one()
    tx.exec_driver_sql(f"PRAGMA max_page_count={pages + 10}")


def insert(number: int, size: int):
    def work(tx: Connection) -> int:
        tx.execute(text("INSERT INTO t VALUES (:id, zeroblob(:size))"), {"id": number, "size": size})
        return number

    return work


def test_a_blob_that_does_not_fit_is_refused_in_words_and_leaves_nothing(small_disk: Path) -> None:
    blobs = BlobStore(small_disk / "blobs")
    kept, _ = blobs.put([b"a picture"])

    with pytest.raises(StorageFull, match="disk is full"):
        blobs.put(os.urandom(1 << 20) for _ in range(SIZE + 1))

    assert list(blobs.all()) == [kept]
    assert list((small_disk / "blobs" / "incoming").iterdir()) == []


def test_a_server_on_a_full_disk_loses_nothing_it_acknowledged_and_goes_on_once_there_is_room(
    small_disk: Path,
) -> None:
    world = world_on(small_disk)
    project = world.project(items=1)
    ana = world.person("ana", project=project.id)
    token = make_token(world.context, ana)
    task = world.services.queue.next(ana, project.id)
    world.context.database.close()
    acknowledged: list[str] = []

    with running(small_disk, None) as server, server.client(token) as client:
        acknowledged += send(world, client, task, 3)
        filler = fill(small_disk)
        refusal = send_until_refused(world, client, task, acknowledged)
        still_read = client.get(f"/tasks/{task}")
        filler.unlink()
        acknowledged += send(world, client, task, 3)
        server.kill()
        server.start()
        kept = client.get(f"/tasks/{task}").json()["draft"]["document"]["annotations"]

    assert (refusal.status_code, refusal.json()["code"]) == (503, "storage.full")
    assert "Free some space" in refusal.json()["remedy"]
    assert still_read.status_code == 200
    assert set(acknowledged) <= {annotation["id"] for annotation in kept}


def world_on(folder: Path) -> World:
    """A service whose data lies in a folder."""
    database = Database(folder / "labelwright.sqlite")
    migrations.upgrade(database)
    settings = Settings(data=folder)
    context = Context(settings=settings, database=database, blobs=BlobStore(folder / "blobs"))
    made = World(context, Services(context), Actor(id="", name="", email="", role="owner"))
    made.owner = made.person("olga", "owner")
    return made


def send(world: World, client: httpx.Client, task: str, number: int, weight: int = 1) -> list[str]:
    """Save so many annotations; gives the ids of those that were acknowledged."""
    done: list[str] = []
    for _ in range(number):
        answer, name = save(world, client, task, weight)
        assert answer.status_code == 200, answer.text
        done.append(name)
    return done


def send_until_refused(
    world: World, client: httpx.Client, task: str, acknowledged: list[str]
) -> httpx.Response:
    for _ in range(400):
        answer, name = save(world, client, task, 2000)
        if answer.status_code != 200:
            return answer
        acknowledged.append(name)
    raise AssertionError("the disk never was full")


def save(world: World, client: httpx.Client, task: str, weight: int) -> tuple[httpx.Response, str]:
    name = world.context.new_id()
    ring = [[float(i), float(i * i % 97)] for i in range(weight + 3)]
    shape = {"kind": "polygon", "parts": [[ring]]}
    operation = {
        "kind": "put",
        "id": world.context.new_id(),
        "at": 1_700_000_000_000,
        "annotation": {"id": name, "category": "cell", "shape": shape},
    }
    return client.post(
        f"/tasks/{task}/operations", json={"since": 2**31 - 1, "operations": [operation]}
    ), name
