"""The web application's files, and the first page for every address of its own."""

from pathlib import Path

import httpx
import pytest

from labelwright.api.app import create_app
from labelwright.sdk.in_process import InProcess
from tests.api.conftest import HERE, Api


@pytest.fixture
def site(api: Api, tmp_path: Path):
    """A server with a small web application."""
    folder = tmp_path / "static"
    (folder / "assets").mkdir(parents=True)
    (folder / "index.html").write_text("<title>Labelwright</title>")
    (folder / "assets" / "app-1a2b.js").write_text("export {}")
    (folder / "assets" / "vision-worker-3c4d.js").write_text("export {}")
    (folder / "favicon.svg").write_text("<svg/>")
    (tmp_path / "secret.txt").write_text("secret")
    transport = InProcess(create_app(api.world.services, access_log=False, static=folder))
    yield httpx.Client(transport=transport, base_url=HERE)
    transport.close()


@pytest.mark.parametrize("path", ["/", "/projects/1", "/studio/2?task=3", "/index.html"])
def test_addresses_of_the_application_get_its_page(site: httpx.Client, path: str) -> None:
    answer = site.get(path)

    assert (answer.status_code, answer.text) == (200, "<title>Labelwright</title>")
    assert answer.headers["cache-control"] == "no-cache"


def test_files_with_a_hash_in_their_name_are_kept_for_ever(site: httpx.Client) -> None:
    answer = site.get("/assets/app-1a2b.js")

    assert "immutable" in answer.headers["cache-control"]
    assert answer.headers["content-type"].startswith("text/javascript")


def test_only_the_worker_of_the_smart_tools_may_make_functions_and_it_has_no_network(
    site: httpx.Client,
) -> None:
    worker = site.get("/assets/vision-worker-3c4d.js").headers["content-security-policy"]
    page = site.get("/").headers["content-security-policy"]
    script = site.get("/assets/app-1a2b.js").headers["content-security-policy"]

    assert worker == "default-src 'none'; script-src 'self' 'unsafe-eval'; frame-ancestors 'none'"
    assert "unsafe-eval" not in page + script


@pytest.mark.parametrize("path", ["/assets/gone.js", "/api/nothing", "/api"])
def test_what_is_missing_is_not_the_page(site: httpx.Client, path: str) -> None:
    assert site.get(path).status_code == 404


@pytest.mark.parametrize("path", ["/../secret.txt", "/%2e%2e/secret.txt", "/assets/..%2f..%2fsecret.txt"])
def test_nothing_outside_the_folder_is_served(site: httpx.Client, path: str) -> None:
    assert "secret" not in site.get(path).text


def test_without_the_application_the_page_says_what_to_do(api: Api, tmp_path: Path) -> None:
    transport = InProcess(create_app(api.world.services, access_log=False, static=tmp_path / "none"))
    answer = httpx.Client(transport=transport, base_url=HERE).get("/")
    transport.close()

    assert answer.status_code == 503
    assert "make build" in answer.text
