"""Releases and exports."""

import shutil
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from labelwright.core.errors import BadFile
from labelwright.sdk.connection import Connection
from labelwright.sdk.errors import NotFound
from labelwright.sdk.jobs import Watcher
from labelwright.sdk.records import Progress, Release, Verification

REPORT = "report.json"


class Releases:
    """The releases of projects."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def list(self, project_id: str) -> Iterator[Release]:
        """The releases of a project."""
        return self._connection.pages(f"/projects/{project_id}/releases", Release)

    def create(
        self,
        project_id: str,
        tag: str,
        *,
        notes: str = "",
        states: tuple[str, ...] = ("done",),
        filter: dict[str, Any] | None = None,  # noqa: A002
        splits: dict[str, Any] | None = None,
        parent: str | None = None,
    ) -> Release:
        """Freeze the items in the given states that a filter chooses, under a tag.

        `splits` is a plan such as {"how": "stratified", "shares": {"train": 0.8, "val": 0.2}, "seed": 1};
        `parent` the tag of the release that it goes on from, else the newest.
        """
        body: dict[str, Any] = {"tag": tag, "notes": notes, "states": states}
        beside = {"filter": filter, "splits": splits, "parent": parent}
        body |= {name: value for name, value in beside.items() if value is not None}
        return self._connection.post(f"/projects/{project_id}/releases", Release, body)

    def find(self, project_id: str, tag: str) -> Release:
        """A release by its tag. Raises NotFound naming the tags there are."""
        known = list(self.list(project_id))
        for release in known:
            if release.tag == tag:
                return release
        listed = ", ".join(release.tag for release in known) or "none yet"
        raise NotFound(
            f"There is no release “{tag}”.", code="not_found", status=404, remedy=f"Known: {listed}."
        )

    def verify(self, release_id: str, *, deep: bool = False) -> Verification:
        """Recompute the hashes of everything that a release froze; `deep`: the pictures' bytes too."""
        path = f"/releases/{release_id}/verification{'?deep=true' if deep else ''}"
        return self._connection.post(path, Verification)

    def difference(self, before: str, after: str) -> dict[str, Any]:
        """What changed from one release to another, counted; both by id."""
        return self._connection.get(f"/releases/{before}/difference/{after}", dict[str, Any])

    def changes(self, before: str, after: str, change: str | None = None) -> Iterator[dict[str, Any]]:
        """Every item that changed, with what changed on it."""
        path, start = f"/releases/{before}/difference/{after}/items", 0
        while True:
            page = self._connection.get(path, dict[str, Any], start=start, limit=200, change=change)
            yield from page["items"]
            if page.get("next") is None:
                return
            start = page["next"]

    def card(self, release_id: str) -> dict[str, Any]:
        """What is known of a release."""
        return self._connection.get(f"/releases/{release_id}/card", dict[str, Any])

    def card_page(self, release_id: str) -> str:
        """The card as a Markdown page."""
        with self._connection.stream(f"/releases/{release_id}/card.md") as response:
            return b"".join(response.iter_bytes()).decode()


class Exports:
    """Annotations on their way out."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def report(
        self,
        project_id: str,
        format: str,  # noqa: A002
        release: str | None = None,
        since: str | None = None,
    ) -> dict[str, Any]:
        """What an export would keep, convert and drop."""
        path = f"/projects/{project_id}/export/report"
        return self._connection.get(path, dict[str, Any], format=format, release=release, since=since)

    def download(
        self,
        project_id: str,
        destination: Path,
        *,
        format: str,  # noqa: A002
        release: str | None = None,
        since: str | None = None,
        media: str = "copy",
        drop: bool = False,
        watch: Watcher | None = None,
    ) -> dict[str, Any]:
        """Write an export to a `.zip` or into an empty folder; gives its report.

        Nothing is left behind at the destination if it fails half-way.
        """
        refuse_if_taken(destination)
        destination.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".labelwright-", dir=destination.parent) as folder:
            archive = Path(folder) / "export.zip"
            params = {"format": format, "release": release, "media": media, "drop": drop}
            params |= {"since": since} if since else {}
            with self._connection.stream(f"/projects/{project_id}/export", **params) as response:
                _save(response.iter_bytes(), archive, watch)
            report = _report(archive)
            if destination.suffix.lower() == ".zip":
                archive.replace(destination)
            else:
                _unpack(archive, Path(folder) / "files", destination)
        return report


def refuse_if_taken(destination: Path) -> None:
    """Raise BadFile if something is at the destination already."""
    is_zip = destination.suffix.lower() == ".zip"
    taken = destination.exists() if is_zip else destination.is_dir() and any(destination.iterdir())
    if taken or (destination.exists() and not destination.is_dir()):
        raise BadFile(
            f"“{destination}” exists already.",
            place=str(destination),
            remedy="Name a new file ending in .zip, or an empty folder.",
        )


def _save(chunks: Iterator[bytes], archive: Path, watch: Watcher | None) -> None:
    size = 0
    with archive.open("wb") as file:
        for chunk in chunks:
            file.write(chunk)
            size += len(chunk)
            if watch is not None:
                watch(Progress(done=size, note="Writing"))


def _report(archive: Path) -> dict[str, Any]:
    with zipfile.ZipFile(archive) as opened:
        if REPORT not in opened.namelist():
            return {}
        return msgspec.json.decode(opened.read(REPORT), type=dict[str, Any])


def _unpack(archive: Path, unpacked: Path, destination: Path) -> None:
    with zipfile.ZipFile(archive) as opened:
        opened.extractall(unpacked)  # zipfile keeps names inside the folder
    if destination.is_dir():
        destination.rmdir()
    shutil.move(unpacked, destination)
