"""Sources: what lies elsewhere becomes items, stays there, and is never shown as what it is not."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import obstore
import pytest
from moto.server import ThreadedMotoServer
from obstore.store import S3Store
from sqlalchemy import select

from labelwright.core.errors import InvalidInput, LabelwrightError, NotFound, SourceChanged, UnreadableImage
from labelwright.services.backup import backup
from labelwright.services.source_files import shrink
from labelwright.services.sources import SourceView
from labelwright.storage.http_list import judged
from labelwright.storage.schema import items
from labelwright.worker.jobs import perform
from tests.services.conftest import World
from tests.services.test_item_import import data_of

KEYS = {"access_key_id": "one", "secret_access_key": "hidden-word"}


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


class Bucket:
    """A bucket with pictures, and the options by which it is connected."""

    def __init__(self, endpoint: str, name: str) -> None:
        import urllib.request

        urllib.request.urlopen(urllib.request.Request(f"{endpoint}/{name}", method="PUT")).close()
        self.url = f"s3://{name}/in"
        self.options = {"endpoint": endpoint, "credentials": "TEST"}
        self.raw = S3Store(
            name, endpoint=endpoint, region="us-east-1", virtual_hosted_style_request=False,
            client_options={"allow_http": True}, **KEYS,
        )  # fmt: skip

    def put(self, name: str, data: bytes) -> None:
        obstore.put(self.raw, f"in/{name}", data)

    def delete(self, name: str) -> None:
        obstore.delete(self.raw, f"in/{name}")


@pytest.fixture
def bucket(endpoint: str, world: World, monkeypatch: pytest.MonkeyPatch) -> Bucket:
    for name, value in KEYS.items():
        monkeypatch.setenv(f"LABELWRIGHT_SOURCE_TEST_{name.upper()}", value)
    object.__setattr__(world.context.settings, "private_sources", True)
    made = Bucket(endpoint, f"b{world.context.new_id()}")
    made.put("a.png", data_of(1))
    made.put("deep/b.png", data_of(2))
    made.put("notes.txt", b"no picture")
    return made


@pytest.fixture
def project(world: World) -> str:
    return world.project().id


def connect(world: World, project: str, bucket: Bucket) -> SourceView:
    return world.services.sources.connect(world.owner, project, bucket.url, bucket.options)


def sync(world: World, source: str) -> dict[str, Any]:
    made = world.services.sources.sync(world.owner, source)
    perform(world.context, made.job, 0, threading.Event())
    job = world.services.jobs.get(world.owner, made.job)
    assert job.state == "done", job.error
    return job.report


def rows(world: World, project: str) -> dict[str, Any]:
    chosen = select(items).where(items.c.project_id == project).order_by(items.c.position)
    return {row.name: row for row in world.context.database.read(lambda tx: tx.execute(chosen).all())}


def test_a_bucket_is_connected_and_its_pictures_become_items_whose_bytes_stay_there(
    world: World, project: str, bucket: Bucket
) -> None:
    source = connect(world, project, bucket)

    report = sync(world, source.id)

    assert (report["added"], report["skipped"], report["failed"]) == (2, 1, 0)
    assert list(rows(world, project)) == ["a.png", "deep/b.png"]
    assert list(world.context.blobs.all()) == []
    item = rows(world, project)["a.png"]
    assert world.services.pictures.image(world.owner, item.id).path.read_bytes() == data_of(1)
    assert world.services.sources.list(world.owner, project)[0].items == 2


def test_a_second_sync_brings_only_what_is_new_and_reads_nothing_twice(
    world: World, project: str, bucket: Bucket
) -> None:
    source = connect(world, project, bucket)
    sync(world, source.id)
    bucket.put("c.png", data_of(3))

    assert sync(world, source.id)["added"] == 1
    assert list(rows(world, project)) == ["a.png", "deep/b.png", "c.png"]
    assert sync(world, source.id)["added"] == 0


def test_changed_vanished_and_returned_are_told_and_touch_nothing_else(
    world: World, project: str, bucket: Bucket
) -> None:
    source = connect(world, project, bucket)
    sync(world, source.id)
    before = rows(world, project)
    bucket.put("a.png", data_of(9))
    bucket.delete("deep/b.png")

    report = sync(world, source.id)

    assert (report["changed"], report["vanished"], report["added"]) == (1, 1, 0)
    assert report["names"]["changed"] == ["a.png"]
    assert report["names"]["vanished"] == ["deep/b.png"]
    now = rows(world, project)
    assert {name: row.source_state for name, row in now.items()} == {
        "a.png": "changed",
        "deep/b.png": "vanished",
    }
    for name, row in now.items():
        assert {**row._mapping, "source_state": None} == dict(before[name]._mapping)

    bucket.put("a.png", data_of(1))
    bucket.put("deep/b.png", data_of(2))
    report = sync(world, source.id)

    assert (report["changed"], report["vanished"], report["returned"]) == (0, 0, 2)
    assert {row.source_state for row in rows(world, project).values()} == {None}


def test_a_changed_object_is_not_shown_as_the_old_one(world: World, project: str, bucket: Bucket) -> None:
    source = connect(world, project, bucket)
    sync(world, source.id)
    bucket.put("a.png", data_of(9))
    bucket.delete("deep/b.png")

    with pytest.raises(SourceChanged, match="another picture"):
        world.services.pictures.image(world.owner, rows(world, project)["a.png"].id)
    with pytest.raises(InvalidInput, match="is not in"):
        world.services.pictures.image(world.owner, rows(world, project)["deep/b.png"].id)
    assert not [path for path in world.context.source_cache.glob("*/*") if path.is_file()]


def test_a_sync_that_is_killed_goes_on_with_nothing_twice(
    world: World, project: str, bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    from labelwright.services import source_sync

    monkeypatch.setattr(source_sync, "CHUNK", 1)
    source = connect(world, project, bucket)
    made = world.services.sources.sync(world.owner, source.id)
    finish = source_sync._Sync._finish

    def die(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(source_sync._Sync, "_finish", die)
    with pytest.raises(KeyboardInterrupt):
        perform(world.context, made.job, 0, threading.Event())
    assert world.services.sources.sync(world.owner, source.id) == made  # it runs already
    monkeypatch.setattr(source_sync._Sync, "_finish", finish)
    perform(world.context, made.job, 0, threading.Event())

    report = world.services.jobs.get(world.owner, made.job).report
    assert (report["added"], report["skipped"], report["seen"]) == (2, 1, 3)
    assert len(rows(world, project)) == 2


def test_a_picture_that_ends_the_worker_is_found_and_left_out(
    world: World, project: str, bucket: Bucket
) -> None:
    bucket.put("z.zip", b"PK")
    made = world.services.sources.sync(world.owner, connect(world, project, bucket).id)
    world.context.uploads.mkdir(parents=True, exist_ok=True)
    (world.context.uploads / f"{made.import_id}.reading").write_text("a.png")

    perform(world.context, made.job, -3, threading.Event())

    report = world.services.jobs.get(world.owner, made.job).report
    assert (report["added"], report["failed"], report["skipped"]) == (1, 1, 2)
    assert "ended the worker" in report["names"]["failed"][0]


def test_what_cannot_be_connected_is_told_and_nothing_is_kept(
    world: World, project: str, bucket: Bucket
) -> None:
    def told(url: str, kind: type[LabelwrightError] = InvalidInput, **options: Any) -> str:
        with pytest.raises(kind) as error:
            world.services.sources.connect(world.owner, project, url, {**bucket.options, **options})
        assert "hidden-word" not in error.value.message
        return error.value.message

    assert "no such bucket" in told("s3://nowhere")
    assert "No picture" in told(bucket.url + "/none")
    assert "no address of a source" in told("ftp://x/y")
    assert "has no option" in told(bucket.url, secret_access_key="x")
    assert "no credentials" in told(bucket.url, credentials="OTHER")
    assert "nothing answers" in told(bucket.url, endpoint="http://127.0.0.1:9")
    assert "no host" in told(bucket.url, endpoint="http://nowhere.invalid")
    obstore.put(bucket.raw, "broken/x.png", b"not a picture")
    told(bucket.url.replace("/in", "/broken"), UnreadableImage)
    object.__setattr__(world.context.settings, "private_sources", False)
    assert "private address" in told(bucket.url)
    assert world.services.sources.list(world.owner, project) == []


def test_a_source_that_is_removed_leaves_its_items_and_comes_back_as_itself(
    world: World, project: str, bucket: Bucket
) -> None:
    source = connect(world, project, bucket)
    sync(world, source.id)
    world.services.sources.remove(world.owner, source.id)

    assert world.services.sources.list(world.owner, project) == []
    item = rows(world, project)["a.png"]
    assert world.services.pictures.image(world.owner, item.id).path.read_bytes() == data_of(1)
    with pytest.raises(NotFound):
        world.services.sources.sync(world.owner, source.id)
    assert connect(world, project, bucket).id == source.id
    assert sync(world, source.id)["added"] == 0


def test_the_cache_stays_within_its_bound(world: World, project: str, bucket: Bucket) -> None:
    source = connect(world, project, bucket)
    sync(world, source.id)
    for row in rows(world, project).values():
        world.services.pictures.image(world.owner, row.id)
    paths = [path for path in world.context.source_cache.glob("*/*") if path.is_file()]
    object.__setattr__(
        world.context.settings, "max_source_cache_bytes", max(path.stat().st_size for path in paths)
    )

    shrink(world.context, in_use=0)

    assert [path.exists() for path in paths].count(True) == 1


def test_a_backup_counts_pictures_of_sources_as_elsewhere(
    world: World, project: str, bucket: Bucket, tmp_path: Path
) -> None:
    sync(world, connect(world, project, bucket).id)

    manifest = backup(world.context, tmp_path / "b.zip")

    assert (manifest.missing, manifest.in_place) == ((), 2)


def test_a_folder_is_a_source(world: World, project: str, tmp_path: Path) -> None:
    folder = tmp_path / "pictures"
    folder.mkdir()
    (folder / "a.png").write_bytes(data_of(1))
    source = world.services.sources.connect(world.owner, project, str(folder))

    assert sync(world, source.id)["added"] == 1
    (folder / "a.png").unlink()
    assert sync(world, source.id)["vanished"] == 1


class _Site(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        host = f"http://127.0.0.1:{self.server.server_address[1]}"
        pages = {
            "/list.csv": f"file,url\n1,{host}/a%20b.png\n2,{host}/moved.png\n3,{host}/meta.png\n".encode(),
            "/a%20b.png": data_of(1),
            "/c.png": data_of(3),
        }
        if self.path in ("/moved.png", "/meta.png"):
            self.send_response(302)
            to = f"{host}/c.png" if self.path == "/moved.png" else "http://169.254.169.254/latest/x.png"
            self.send_header("Location", to)
            self.end_headers()
            return
        data = pages.get(self.path)
        self.send_response(200 if data else 404)
        self.send_header("Content-Length", str(len(data or b"")))
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(data or b"")

    do_HEAD = do_GET  # noqa: N815  # the name that the server looks for

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def site() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Site)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_list_of_addresses_is_read_and_no_redirect_leads_to_where_clouds_keep_keys(
    world: World, project: str, site: str
) -> None:
    with pytest.raises(InvalidInput, match="private address"):
        world.services.sources.connect(world.owner, project, f"{site}/list.csv")
    object.__setattr__(world.context.settings, "private_sources", True)
    source = world.services.sources.connect(world.owner, project, f"{site}/list.csv")

    report = sync(world, source.id)

    assert (report["added"], report["failed"]) == (2, 1)
    assert "link-local" in report["names"]["failed"][0]
    assert "meta.png" in report["names"]["failed"][0]
    assert list(rows(world, project)) == ["a b.png", "moved.png"]
    item = rows(world, project)["moved.png"]
    assert world.services.pictures.image(world.owner, item.id).path.read_bytes() == data_of(3)
    assert sync(world, source.id)["added"] == 0


@pytest.mark.parametrize(
    "address",
    ["http://169.254.169.254/", "http://[fe80::1]/", "http://[::ffff:169.254.169.254]/", "http://0.0.0.0/"],
)
def test_addresses_that_are_never_fetched(address: str) -> None:
    with pytest.raises(InvalidInput, match="never fetched"):
        judged(address, private=True)
