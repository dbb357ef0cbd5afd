"""The server starts in an empty folder, is alone in it, ends when told, and finishes what it began."""

import stat
import subprocess
import sys
from pathlib import Path

import httpx

from tests.journeys.conftest import StartServer


def test_the_first_start_makes_a_private_folder_and_prints_a_link_that_works_once(
    start_server: StartServer,
) -> None:
    server = start_server()
    token = server.link.split("#token=")[1]

    with httpx.Client(base_url=f"{server.url}/api/v1") as browser:
        first = browser.post("/session/link", json={"token": token})
        again = httpx.post(f"{server.url}/api/v1/session/link", json={"token": token})
        who = browser.get("/session").json()

    assert stat.S_IMODE(server.data.stat().st_mode) == 0o700
    assert (first.status_code, again.status_code) == (200, 401)
    assert who["member"]["role"] == "owner"


def test_a_second_server_on_the_same_folder_is_refused(start_server: StartServer) -> None:
    server = start_server()
    command = [sys.executable, "-m", "labelwright", "serve", "--port", "0", "--data", str(server.data)]

    second = subprocess.run(command, capture_output=True, text=True, timeout=60)

    assert second.returncode == 1
    assert server.url in second.stderr


def test_a_server_that_is_told_to_stop_ends_well_and_can_start_again(start_server: StartServer) -> None:
    server = start_server()

    assert server.stop() == 0
    assert start_server(data=server.data).url


def test_a_killed_server_leaves_a_folder_that_starts_again(start_server: StartServer) -> None:
    server = start_server()
    server.kill()

    again = start_server(data=server.data)

    assert httpx.get(f"{again.url}/api/v1/health").json() == {"status": "ok"}


def test_the_commands_work_on_a_server_as_they_do_on_a_folder(
    start_server: StartServer, tmp_path: Path
) -> None:
    server = start_server()
    ontology = tmp_path / "ontology.yaml"
    ontology.write_text("categories: [Café, Straße]\n", encoding="utf-8")
    token = run("token", "create", "tests", "--scope", "manage", "--data", str(server.data)).strip()
    remote = ("--server", server.url, "--token", token)

    run("project", "create", "Wörter", "--ontology", str(ontology), *remote)

    here = run("project", "show", "wörter", "--data", str(server.data))
    assert here == run("project", "show", "wörter", *remote)
    assert "Straße" in here


def run(*arguments: str) -> str:
    """What a command prints; it must succeed."""
    command = [sys.executable, "-m", "labelwright", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout
