"""The blob store: bytes by their SHA-256, in files under one folder.

A blob is written beside its place and renamed into it, so a half-written blob is never seen. The
same bytes twice are kept once.
"""

import errno
import hashlib
import os
import secrets
from collections.abc import Iterable, Iterator
from pathlib import Path

from labelwright.core.errors import NotFound, StorageFull

CHUNK = 1 << 20


class BlobStore:
    """Blobs in `folder`, spread over 256 subfolders by their first two digits."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def put(self, chunks: Iterable[bytes]) -> tuple[str, int]:
        """Store the bytes; gives their SHA-256 in hex and their length. Raises StorageFull."""
        waiting = self.folder / "incoming"
        temporary = waiting / secrets.token_hex(12)
        digest, length = hashlib.sha256(), 0
        try:
            waiting.mkdir(parents=True, exist_ok=True)
            with temporary.open("wb") as file:
                for chunk in chunks:
                    digest.update(chunk)
                    length += len(chunk)
                    file.write(chunk)
                file.flush()
                os.fsync(file.fileno())
            self._move(temporary, digest.hexdigest())
        except OSError as error:
            if error.errno in (errno.ENOSPC, errno.EDQUOT):
                raise StorageFull("the store of files") from error
            raise
        finally:
            temporary.unlink(missing_ok=True)
        return digest.hexdigest(), length

    def put_file(self, source: Path) -> tuple[str, int]:
        """Store a copy of a file."""
        with source.open("rb") as file:
            return self.put(iter(lambda: file.read(CHUNK), b""))

    def path(self, sha256: str) -> Path:
        """Where a blob lies. Raises NotFound if there is none."""
        place = self._place(sha256)
        if not place.is_file():
            raise NotFound("blob", sha256)
        return place

    def has(self, sha256: str) -> bool:
        """Whether the blob is here."""
        return self._place(sha256).is_file()

    def delete(self, sha256: str) -> None:
        """Remove a blob; removing what is not there is no fault."""
        self._place(sha256).unlink(missing_ok=True)

    def all(self) -> Iterator[str]:
        """Every blob's SHA-256, in order."""
        for folder in sorted(self.folder.glob("[0-9a-f][0-9a-f]")):
            for file in sorted(folder.iterdir()):
                yield file.name

    def _place(self, sha256: str) -> Path:
        if len(sha256) != 64 or any(c not in "0123456789abcdef" for c in sha256):
            raise NotFound("blob", sha256)
        return self.folder / sha256[:2] / sha256

    def _move(self, temporary: Path, sha256: str) -> None:
        place = self._place(sha256)
        place.parent.mkdir(exist_ok=True)
        temporary.replace(place)
        directory = os.open(place.parent, os.O_RDONLY)
        try:
            os.fsync(directory)
        finally:
            os.close(directory)
