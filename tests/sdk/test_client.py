"""The client says what it is asked to say, and turns refusals into exceptions."""

import zipfile
from io import BytesIO
from pathlib import Path

import msgspec
import pytest

from labelwright.core.errors import BadFile
from labelwright.sdk import Client, errors
from tests.sdk.conftest import Problem, Stub

PROJECT = "019b0000-0000-7000-8000-000000000001"


def test_lists_are_fetched_page_by_page(client: Client, stub: Stub) -> None:
    stub.answers["GET /projects"] = [
        {"items": [{"id": "1", "name": "a"}], "next": "here"},
        {"items": [{"id": "2", "name": "b", "unknown": 1}], "next": None},
    ]

    assert [project.name for project in client.projects.list()] == ["a", "b"]
    assert [asked["query"] for asked in stub.asked] == ["limit=200", "limit=200&cursor=here"]


def test_the_token_is_sent_and_writes_carry_an_idempotency_key(client: Client, stub: Stub) -> None:
    stub.answers["POST /projects"] = 201, {"id": "1", "name": "Zellen ü"}

    client.projects.create("Zellen ü", description="d")

    (asked,) = stub.asked
    assert asked["headers"]["authorization"] == "Bearer secret"
    assert len(asked["headers"]["idempotency-key"]) == 32
    assert msgspec.json.decode(asked["body"]) == {"name": "Zellen ü", "description": "d"}


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (404, "not_found", errors.NotFound),
        (409, "conflict.stale_version", errors.StaleVersion),
        (409, "conflict.something_new", errors.Conflict),
        (409, "task.lease_lost", errors.LeaseLost),
        (422, "invalid.ontology", errors.InvalidInput),
        (422, "file.unreadable_image", errors.BadFile),
        (401, "sign_in.required", errors.SignInRequired),
        (403, "forbidden", errors.Forbidden),
        (418, "tea.pot", errors.Refused),
        (503, "storage.failed", errors.ServerFailure),
    ],
)
def test_a_refusal_is_an_exception_with_code_place_and_remedy(
    client: Client, stub: Stub, problem: Problem, status: int, code: str, kind: type[errors.Refused]
) -> None:
    stub.answers["GET /jobs/1"] = problem(status, code, "Why.", place="here", remedy="Do that.")

    with pytest.raises(errors.Refused) as caught:
        client.jobs.get("1")

    refused = caught.value
    assert type(refused) is kind
    assert (refused.code, refused.message, refused.place, refused.remedy) == (
        code,
        "Why.",
        "here",
        "Do that.",
    )


def test_an_answer_that_is_no_problem_document_still_names_its_status(client: Client, stub: Stub) -> None:
    stub.answers["GET /jobs/1"] = 502, b"<html>Bad gateway</html>"

    with pytest.raises(errors.ServerFailure, match="502"):
        client.jobs.get("1")


def test_a_project_is_found_by_its_name_whatever_the_case(client: Client, stub: Stub) -> None:
    stub.answers["GET /projects"] = {"items": [{"id": "1", "name": "Blood cells"}], "next": None}

    assert client.projects.find("blood CELLS").id == "1"
    with pytest.raises(errors.NotFound) as caught:
        client.projects.find("Bones")
    assert caught.value.remedy == "Known: “Blood cells”."


def test_an_import_uploads_every_file_and_waits_for_its_job(
    client: Client, stub: Stub, tmp_path: Path
) -> None:
    (tmp_path / "sub dir").mkdir()
    (tmp_path / "sub dir" / "ä 1.jpg").write_bytes(b"one")
    (tmp_path / ".hidden").write_bytes(b"no")
    stub.answers |= {
        f"POST /projects/{PROJECT}/uploads": (201, {"id": "up"}),
        "PUT /uploads/up/files": (204, None),
        f"POST /projects/{PROJECT}/imports": (202, {"import": {"id": "im", "job": "jo"}}),
        "GET /jobs/jo": [
            {"id": "jo", "kind": "import", "state": "running", "progress": {"done": 0, "total": 1}},
            {"id": "jo", "kind": "import", "state": "done", "progress": {"done": 1, "total": 1}},
        ],
        "GET /imports/im": {"id": "im", "kind": "items", "state": "done", "report": {"added": 1}},
    }
    seen: list[int] = []

    made = client.imports.items(PROJECT, tmp_path, watch=lambda progress: seen.append(progress.done))

    sent = [asked for asked in stub.asked if asked["name"].startswith("PUT")]
    assert [(one["query"], one["body"]) for one in sent] == [("name=sub+dir%2F%C3%A4+1.jpg", b"one")]
    assert made.report == {"added": 1}
    assert seen == [0, 0, 1]


def test_a_failed_job_says_why(client: Client, stub: Stub) -> None:
    error = {"detail": "The disk is full.", "remedy": "Free some."}
    stub.answers["GET /jobs/jo"] = {"id": "jo", "kind": "import", "state": "failed", "error": error}

    with pytest.raises(errors.JobFailed, match="The disk is full") as caught:
        client.jobs.wait("jo")

    assert caught.value.remedy == "Free some."


def archive() -> bytes:
    made = BytesIO()
    with zipfile.ZipFile(made, "w") as opened:
        opened.writestr("annotations/ä.json", "{}")
        opened.writestr("report.json", '{"kept": 3}')
    return made.getvalue()


def test_an_export_becomes_a_folder_or_a_zip(client: Client, stub: Stub, tmp_path: Path) -> None:
    stub.answers[f"GET /projects/{PROJECT}/export"] = archive()

    report = client.exports.download(PROJECT, tmp_path / "out", format="coco")
    client.exports.download(PROJECT, tmp_path / "out.zip", format="coco", drop=True)

    assert report == {"kept": 3}
    assert (tmp_path / "out" / "annotations" / "ä.json").read_text() == "{}"
    assert zipfile.is_zipfile(tmp_path / "out.zip")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out", "out.zip"]
    assert stub.asked[0]["query"] == "format=coco&media=copy&drop=false"


def test_a_refused_export_leaves_nothing_behind(
    client: Client, stub: Stub, problem: Problem, tmp_path: Path
) -> None:
    stub.answers[f"GET /projects/{PROJECT}/export"] = problem(
        409, "conflict.losses", "2 masks would be lost."
    )

    with pytest.raises(errors.Conflict, match="2 masks"):
        client.exports.download(PROJECT, tmp_path / "out", format="voc")

    assert list(tmp_path.iterdir()) == []


def test_an_export_never_overwrites(client: Client, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("precious")

    with pytest.raises(BadFile, match="exists already"):
        client.exports.download(PROJECT, tmp_path, format="coco")


def test_a_server_that_does_not_answer_is_named() -> None:
    pauses: list[float] = []
    with (
        Client("http://127.0.0.1:9", pause=pauses.append) as client,
        pytest.raises(errors.Unreachable) as caught,
    ):
        client.whoami()

    assert "http://127.0.0.1:9 does not answer" in str(caught.value)
    assert len(pauses) == 2
