"""Stores that others own, over a folder and over an S3 server of this process."""

import urllib.request
from collections.abc import Iterator
from pathlib import Path

import obstore
import pytest
from moto.server import ThreadedMotoServer
from obstore import exceptions
from obstore.store import S3Store

from labelwright.core.errors import InvalidInput, UnknownName
from labelwright.storage.stores import PlaceStore, StorePlace, open_store

KEYS = {"access_key_id": "one", "secret_access_key": "hidden-word"}
FILES = {"a.png": b"0123456789", "deep/b c é.png": b"xyz"}


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture(params=["folder", "s3"])
def store(request: pytest.FixtureRequest, tmp_path: Path, endpoint: str) -> PlaceStore:
    if request.param == "folder":
        for name, data in FILES.items():
            (tmp_path / "in" / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / "in" / name).write_bytes(data)
        return open_store(StorePlace("folder", str(tmp_path), "in"))
    urllib.request.urlopen(urllib.request.Request(f"{endpoint}/pictures", method="PUT")).close()
    raw = S3Store(
        "pictures", endpoint=endpoint, region="us-east-1", virtual_hosted_style_request=False,
        client_options={"allow_http": True}, access_key_id="one", secret_access_key="two",
    )  # fmt: skip
    for name, data in FILES.items():
        obstore.put(raw, f"in/{name}", data)
    obstore.put(raw, "elsewhere.png", b"not under the prefix")
    return open_store(at(endpoint, "pictures", "in"))


def at(endpoint: str, bucket: str, prefix: str = "") -> StorePlace:
    return StorePlace("s3", bucket, prefix, endpoint, path_style=True, secrets=KEYS)


def test_a_store_lists_what_lies_under_its_prefix_by_names_that_can_be_read(store: PlaceStore) -> None:
    found = {each.key: each.size for each in store.objects()}

    assert found == {name: len(data) for name, data in FILES.items()}
    assert {key: b"".join(store.read(key, 100)) for key in found} == FILES


def test_a_part_of_an_object_is_read_alone(store: PlaceStore) -> None:
    assert store.part("a.png", 2, 5) == b"234"
    assert store.look("a.png").size == 10


def test_an_object_above_the_limit_is_refused(store: PlaceStore) -> None:
    with pytest.raises(InvalidInput, match="at most 9"):
        list(store.read("a.png", 9))


def test_an_object_that_is_gone_is_named(store: PlaceStore) -> None:
    with pytest.raises(InvalidInput, match=r"gone\.png is not in"):
        store.look("gone.png")


def test_a_bucket_that_is_missing_is_told_without_the_key(endpoint: str) -> None:
    with pytest.raises(InvalidInput, match="nowhere") as told:
        list(open_store(at(endpoint, "nowhere")).objects())

    assert "hidden-word" not in told.value.message + repr(at(endpoint, "nowhere"))


def test_a_folder_that_is_missing_and_a_kind_that_is_unknown_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="no folder"):
        open_store(StorePlace("folder", str(tmp_path / "none")))
    with pytest.raises(UnknownName):
        open_store(StorePlace("ftp", "x"))


def test_a_link_that_leaves_the_folder_is_neither_listed_nor_read(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("not yours")
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "link.png").symlink_to(tmp_path / "secret")
    store = open_store(StorePlace("folder", str(tmp_path), "in"))

    assert list(store.objects()) == []
    for key in ("link.png", "../secret"):
        with pytest.raises(InvalidInput, match="leads out"):
            list(store.read(key, 100))


def test_what_the_far_side_says_is_told_in_our_words(
    endpoint: str, store: PlaceStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(error: Exception) -> str:
        def act(*_: object, **__: object) -> None:
            raise error

        monkeypatch.setattr(obstore, "list", act)
        with pytest.raises(InvalidInput) as told:
            list(store.objects())
        return told.value.message

    assert "does not let this key list" in refuse(exceptions.PermissionDeniedError("hidden-word"))
    assert "this key is not known" in refuse(exceptions.PermissionDeniedError("InvalidAccessKeyId"))
    assert "secret does not belong" in refuse(exceptions.GenericError("SignatureDoesNotMatch hidden-word"))
    assert "hidden-word" not in refuse(exceptions.GenericError("hidden-word"))


def test_a_bucket_signs_addresses_and_a_folder_does_not(store: PlaceStore) -> None:
    if store.place.kind == "folder":
        with pytest.raises(InvalidInput, match="signs no"):
            store.sign("a.png", 60)
        return
    with urllib.request.urlopen(store.sign("a.png", 60)) as answer:
        assert answer.read() == FILES["a.png"]
