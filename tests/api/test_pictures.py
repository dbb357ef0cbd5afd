"""Pictures over HTTP: upright, of the right type, unable to run anything."""

import hashlib
from io import BytesIO

import httpx
import pytest
from PIL import Image
from sqlalchemy import update

from labelwright.storage.schema import items
from tests.api.conftest import V1, Api


def add(api: Api, project: str, data: bytes, **values: object) -> str:
    """An item with these bytes."""
    sha256, size = api.world.context.blobs.put([data])
    item = api.world.add_items(project, 1)[0]
    row = {"sha256": sha256, "bytes": size, **values}
    api.world.context.database.write(
        lambda tx: tx.execute(update(items).where(items.c.id == item).values(**row))
    )
    return item


def encoded(form: str, mode: str = "RGB", **options: object) -> bytes:
    out = BytesIO()
    Image.new(mode, (40, 20), "red" if mode != "I;16" else 40_000).save(out, form, **options)
    return out.getvalue()


@pytest.fixture
def project(api: Api) -> str:
    return api.world.project().id


def test_what_browsers_show_is_served_as_it_is(api: Api, owner: httpx.Client, project: str) -> None:
    data = encoded("PNG")
    item = add(api, project, data)

    answer = owner.get(f"{V1}/items/{item}/image")

    assert (answer.content, answer.headers["content-type"]) == (data, "image/png")
    assert answer.headers["content-security-policy"].startswith("sandbox")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"].startswith("private")
    assert answer.headers["etag"] == f'"{hashlib.sha256(data).hexdigest()}"'


def test_a_browser_that_has_the_picture_is_not_sent_it_again(
    api: Api, owner: httpx.Client, project: str
) -> None:
    item = add(api, project, encoded("PNG"))
    for kind in ("image", "thumbnail"):
        tag = owner.get(f"{V1}/items/{item}/{kind}").headers["etag"]

        again = owner.get(f"{V1}/items/{item}/{kind}", headers={"If-None-Match": f'W/"x", {tag}'})

        assert (again.status_code, again.content) == (304, b"")


def test_a_turned_picture_is_served_upright(api: Api, owner: httpx.Client, project: str) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    item = add(
        api, project, encoded("JPEG", exif=exif), media_type="image/jpeg", orientation=6, notes=["Turned"]
    )

    for kind in ("image", "thumbnail"):
        picture = Image.open(BytesIO(owner.get(f"{V1}/items/{item}/{kind}").content))

        assert picture.width < picture.height
        assert picture.getexif().get(0x0112, 1) == 1


def test_what_browsers_do_not_show_is_converted_once(api: Api, owner: httpx.Client, project: str) -> None:
    item = add(api, project, encoded("TIFF"), media_type="image/tiff")

    first = owner.get(f"{V1}/items/{item}/image")
    api.world.context.blobs.delete(hashlib.sha256(encoded("TIFF")).hexdigest())
    small = owner.get(f"{V1}/items/{item}/thumbnail")

    assert first.headers["content-type"] == "image/png"
    assert Image.open(BytesIO(first.content)).size == (40, 20)
    assert small.status_code == 404  # nothing was kept of it, and the original is gone


@pytest.mark.parametrize("data", [b"", b"not a picture", encoded("PNG")[:60]])
def test_a_damaged_file_ends_in_a_problem(api: Api, owner: httpx.Client, project: str, data: bytes) -> None:
    item = add(api, project, data)

    answer = owner.get(f"{V1}/items/{item}/thumbnail")

    assert (answer.status_code, answer.json()["code"]) == (422, "file.unreadable_image")


def test_a_guideline_picture_comes_back_harmless(owner: httpx.Client, project: str) -> None:
    address = f"{V1}/projects/{project}/guideline-images"
    script = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"

    kept = owner.post(address, content=encoded("PNG")).json()["sha256"]
    refused = owner.post(address, content=script)

    answer = owner.get(f"{address}/{kept}")
    assert answer.headers["content-type"] == "image/png"
    assert answer.headers["content-security-policy"].startswith("sandbox")
    assert refused.status_code == 422
