"""`labelwright import PROJECT s3://…` and `labelwright source`: labeled there, exported with bytes."""

import json
from collections.abc import Iterator
from pathlib import Path

import obstore
import pytest
from moto.server import ThreadedMotoServer
from obstore.store import S3Store

from labelwright.cli.main import DONE, REFUSED
from tests.cli.test_importing import Run, run, source

__all__ = ["run", "source"]


@pytest.fixture
def endpoint(source: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """An S3 server with the bucket `streets`, which holds the picture of the source."""
    monkeypatch.setenv("LABELWRIGHT_PRIVATE_SOURCES", "yes")
    monkeypatch.setenv("LABELWRIGHT_SOURCE_LAB_ACCESS_KEY_ID", "one")
    monkeypatch.setenv("LABELWRIGHT_SOURCE_LAB_SECRET_ACCESS_KEY", "hidden-word")
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    host, port = server.get_host_and_port()
    at = f"http://{host}:{port}"
    import urllib.request

    urllib.request.urlopen(urllib.request.Request(f"{at}/streets", method="PUT")).close()
    bucket = S3Store(
        "streets", endpoint=at, region="us-east-1", virtual_hosted_style_request=False,
        client_options={"allow_http": True}, access_key_id="one", secret_access_key="two",
    )  # fmt: skip
    obstore.put(bucket, "day/one.png", (source / "one.png").read_bytes())
    yield at
    server.stop()


def test_pictures_of_a_bucket_come_in_are_labeled_and_are_exported_with_their_bytes(
    run: Run, source: Path, endpoint: str, tmp_path: Path
) -> None:
    place = ["s3://streets/day", "--credentials", "LAB", "--endpoint", endpoint]
    picture = (source / "one.png").read_bytes()

    code, said, error = run("import", "Streets", *place)
    assert (code, error) == (DONE, "")
    assert "1 added" in said
    (source / "one.png").unlink()
    assert run("import", "Streets", source, "--only", "labels", "--create-categories")[0] == DONE
    assert run("export", "Streets", tmp_path / "out", "--format", "coco")[0] == DONE

    assert [path.read_bytes() for path in (tmp_path / "out").rglob("one.png")] == [picture]
    listed = json.loads(run("source", "list", "Streets", "--json")[1])
    assert [(each["url"], each["items"]) for each in listed] == [("s3://streets/day", 1)]
    again = json.loads(run("source", "sync", "Streets", "--json")[1])
    assert (again[0]["seen"], again[0]["added"]) == (1, 0)
    assert run("source", "remove", "Streets", "s3://streets/day")[0] == DONE
    kept = b"".join(path.read_bytes() for path in (tmp_path / "data").glob("*.sqlite*"))
    assert b"hidden-word" not in kept


def test_a_bucket_that_is_missing_ends_with_one_and_says_so(run: Run, endpoint: str) -> None:
    code, _, error = run("source", "connect", "Streets", "s3://nowhere", "--endpoint", endpoint)

    assert code == REFUSED
    assert "no such bucket" in error
