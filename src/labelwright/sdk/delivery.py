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
        self, project_id: str, tag: str, *, notes: str = "", states: tuple[str, ...] = ("done",)
    ) -> Release:
        """Freeze the items in the given states under a tag."""
        body = {"tag": tag, "notes": notes, "states": states}
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

    def verify(self, release_id: str) -> Verification:
        """Recompute the hashes of everything that a release froze."""
        return self._connection.post(f"/releases/{release_id}/verification", Verification)


class Exports:
    """Annotations on their way out."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def report(self, project_id: str, format: str, release: str | None = None) -> dict[str, Any]:  # noqa: A002
        """What an export would keep, convert and drop."""
        path = f"/projects/{project_id}/export/report"
        return self._connection.get(path, dict[str, Any], format=format, release=release)

    def download(
        self,
        project_id: str,
        destination: Path,
        *,
        format: str,  # noqa: A002
        release: str | None = None,
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
