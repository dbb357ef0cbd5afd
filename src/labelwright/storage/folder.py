"""The data folder: made for its owner only, and held by one server at a time."""

import errno
import os
from pathlib import Path
from typing import Self

from labelwright.core.errors import Conflict, StorageFailure

LOCK = "server.lock"
DATABASE = "labelwright.sqlite"
OWNER_ONLY = 0o700


def prepare(folder: Path) -> bool:
    """Make the folder if it is not there, and see that it can be written; whether it was made.

    Raises StorageFailure saying why it cannot be used.
    """
    try:
        made = not folder.exists()
        folder.mkdir(mode=OWNER_ONLY, parents=True, exist_ok=True)
        probe = folder / f".probe-{os.getpid()}"
        probe.write_bytes(b"labelwright")
        probe.unlink()
    except OSError as error:
        raise unusable(folder, error) from error
    return made


def unusable(folder: Path, error: OSError) -> StorageFailure:
    """The failure that an error of the operating system means for a data folder."""
    if error.errno == errno.ENOSPC:
        return StorageFailure(
            f"The disk that holds {folder} is full.",
            place=str(folder),
            remedy="Free some space, then start again.",
        )
    return StorageFailure(
        f"The data folder {folder} cannot be used: {error.strerror or error}.",
        place=str(folder),
        remedy="Name another with --data, or let this user write there.",
    )


class FolderLock:
    """Holds a data folder for this process, until closed or the process ends."""

    def __init__(self, folder: Path, name: str = LOCK) -> None:
        self._path = folder / name
        self._folder = folder
        self._file: int | None = None

    def take(self, said: str) -> Self:
        """Hold the folder; `said` is told to others who try. Raises Conflict if another holds it."""
        file = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            _lock(file)
        except OSError:
            holder = os.read(file, 300).decode(errors="replace").strip() or "another process"
            os.close(file)
            raise Conflict(
                f"The data folder {self._folder} is in use by {holder}.",
                place=str(self._folder),
                remedy="Stop that one first, or name another folder with --data.",
            ) from None
        os.ftruncate(file, 0)
        os.pwrite(file, said.encode(), 0)
        self._file = file
        return self

    def close(self) -> None:
        """Let go of the folder."""
        if self._file is not None:
            os.ftruncate(self._file, 0)
            os.close(self._file)
            self._file = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _lock(file: int) -> None:
    try:
        import fcntl
    except ImportError:  # Windows: SQLite still keeps writers apart
        return
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno not in (errno.ENOLCK, errno.ENOTSUP):  # a file system without locks
            raise
