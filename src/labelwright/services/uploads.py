"""Uploads: files on their way to an import, in a folder of their own until it takes them.

`uploads/ID/` holds what was sent, under the names it was sent with; `uploads/ID.json` says whose it
is. A file is written beside the folder and renamed into it when it is complete, so an import never
sees half of one. Uploads that no import took within some days are swept away.
"""

import errno
import secrets
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO, TypeVar

import msgspec

from labelwright.core.errors import InvalidInput, NotFound, StorageFailure
from labelwright.core.ids import is_uuid
from labelwright.services.access import Actor, project_for
from labelwright.services.context import Context

T = TypeVar("T")

LONGEST_NAME, LONGEST_PART = 900, 255
KEPT_MILLISECONDS = 7 * 86_400_000


class UploadNote(msgspec.Struct, frozen=True, kw_only=True):
    """Whose upload it is, and for which project."""

    id: str
    project: str
    member: str
    created_at: str


class Uploads:
    """The service of uploads."""

    def __init__(self, context: Context) -> None:
        self.context = context

    def open(self, actor: Actor, project_id: str) -> UploadNote:
        """A new, empty upload. Raises NotFound, Forbidden."""
        self.context.database.read(lambda tx: project_for(tx, actor, project_id, "project.import"))
        self._sweep()
        note = UploadNote(
            id=self.context.new_id(), project=project_id, member=actor.id, created_at=self.context.now()
        )
        folder = self.context.uploads / note.id

        def make() -> None:
            folder.mkdir(parents=True)
            self._note_file(note.id).write_bytes(msgspec.json.encode(note))

        _on_disk(make)
        return note

    def folder(self, actor: Actor, upload_id: str) -> Path:
        """Where the files of an upload lie. Raises NotFound for what is not the actor's."""
        note = self._note(upload_id)
        if note is None or note.member != actor.id:
            raise NotFound("upload", upload_id)
        self.context.database.read(lambda tx: project_for(tx, actor, note.project, "project.import"))
        return self.context.uploads / upload_id

    def file(self, actor: Actor, upload_id: str, name: str) -> "IncomingFile":
        """A place to write one file to. Raises NotFound, InvalidInput for an unsafe name."""
        parts = safe_parts(name)
        return IncomingFile(self.folder(actor, upload_id), parts)

    def remove(self, actor: Actor, upload_id: str) -> None:
        """Throw an upload away. Raises NotFound."""
        discard(self.context, self.folder(actor, upload_id).name)

    def _note_file(self, upload_id: str) -> Path:
        return self.context.uploads / f"{upload_id}.json"

    def _note(self, upload_id: str) -> UploadNote | None:
        if not is_uuid(upload_id):
            return None
        try:
            return msgspec.json.decode(self._note_file(upload_id).read_bytes(), type=UploadNote)
        except (OSError, msgspec.MsgspecError):
            return None

    def _sweep(self) -> None:
        oldest = (self.context.clock() - KEPT_MILLISECONDS) / 1000
        for note in self.context.uploads.glob("*.json"):
            try:
                is_old = note.stat().st_mtime < oldest
            except OSError:  # somebody else swept it
                continue
            if is_old:
                discard(self.context, note.stem)


class IncomingFile:
    """One file while it arrives: `write` pieces, then `finish`; `abandon` leaves nothing behind."""

    def __init__(self, folder: Path, parts: tuple[str, ...]) -> None:
        self._target = folder.joinpath(*parts)
        self._temporary = folder.parent / f"{folder.name}.{secrets.token_hex(8)}.part"
        self._file: BinaryIO | None = None
        self.size = 0

    def write(self, data: bytes) -> None:
        """Add a piece. Raises StorageFailure when the disk is full."""
        self.size += len(data)
        _on_disk(lambda: self._opened().write(data))

    def finish(self) -> int:
        """Put the complete file in its place; gives its size.

        Raises InvalidInput if a file of the upload stands where a folder is wanted.
        """
        _on_disk(lambda: self._opened().close())
        try:
            self._target.parent.mkdir(parents=True, exist_ok=True)
            self._temporary.replace(self._target)
        except (FileExistsError, NotADirectoryError, IsADirectoryError):
            raise InvalidInput(
                "A file and a folder of this upload have the same name.",
                place="name",
                remedy="Rename one of them.",
            ) from None
        return self.size

    def abandon(self) -> None:
        """Forget what was written so far; after `finish` it does nothing."""
        if self._file is not None:
            self._file.close()
        self._temporary.unlink(missing_ok=True)

    def _opened(self) -> BinaryIO:
        if self._file is None:
            self._file = self._temporary.open("wb")
        return self._file


def discard(context: Context, upload_id: str) -> None:
    """Remove the files of an upload and what was noted of it."""
    shutil.rmtree(context.uploads / upload_id, ignore_errors=True)
    (context.uploads / f"{upload_id}.json").unlink(missing_ok=True)
    for part in context.uploads.glob(f"{upload_id}.*.part"):
        part.unlink(missing_ok=True)


def safe_parts(name: str) -> tuple[str, ...]:
    """The parts of a relative name such as `holiday/IMG 1.jpg`.

    Raises InvalidInput for one that leaves its folder or that some file system cannot hold.
    """
    parts = tuple(name.split("/"))
    bad = len(name) > LONGEST_NAME or "\\" in name or any(_is_unsafe(part) for part in parts)
    if bad or (len(parts[0]) > 1 and parts[0][1] == ":"):
        raise InvalidInput(
            f"“{name[:80]}” cannot be the name of an uploaded file.",
            place="name",
            remedy="Use a relative path with /, such as folder/picture.jpg.",
        )
    return parts


def _is_unsafe(part: str) -> bool:
    too_long = len(part.encode(errors="replace")) > LONGEST_PART
    return part in ("", ".", "..") or too_long or not part.isprintable()


def _on_disk(act: Callable[[], T]) -> T:
    try:
        return act()
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise StorageFailure(
                "The disk is full.", remedy="Free some space, then send it again."
            ) from error
        raise StorageFailure(f"The disk refused: {error.strerror or error}.") from error
