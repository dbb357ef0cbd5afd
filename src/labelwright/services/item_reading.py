"""Reading one file of an import: its bytes into the store, its facts, its thumbnail."""

import hashlib
import shutil
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from sqlalchemy import Row

from labelwright.core.errors import LabelwrightError, UnreadableImage
from labelwright.media.decode import ImageLimits
from labelwright.media.image import Picture
from labelwright.media.rendition import examine
from labelwright.services.context import Context
from labelwright.services.item_sources import SourceFile
from labelwright.services.renditions import Renditions
from labelwright.storage.blobs import CHUNK

IN_MEMORY = 64 * 2**20  # bytes up to which a file is read whole


@dataclass(frozen=True)
class Ready:
    """A file that was read: with its picture, or known by its hash already, or with an error."""

    name: str
    sha256: str = ""
    size: int = 0
    path: Path | None = None
    picture: Picture | None = None
    dhash: int | None = None
    error: LabelwrightError | None = None


class Reader:
    """Reads files; usable from several threads. `known` are hashes the project has already."""

    def __init__(self, context: Context, row: Row[Any], known: set[str]) -> None:
        self.context = context
        self.known = known
        self._in_place: bool = row.args["in_place"]
        settings = context.settings
        self._limits = ImageLimits(settings.max_image_pixels, settings.max_streamed_pixels)
        self._renditions = Renditions(context.renditions)

    def read(self, file: SourceFile) -> Ready:
        """What came of a file. What is wrong with the file is in the answer; a full disk raises."""
        try:
            if self._in_place and file.path is not None:
                return self._read(file, file.path)
            with _at_hand(file, self.context.settings.data) as content:
                return self._read(file, content)
        except LabelwrightError as error:
            return Ready(file.name, error=error)
        except (PermissionError, FileNotFoundError, IsADirectoryError) as error:
            return Ready(
                file.name, error=UnreadableImage(file.name, f"it cannot be opened ({error.strerror})")
            )

    def _read(self, file: SourceFile, content: bytes | Path) -> Ready:
        sha256, size = _digest(content)
        path = file.path if self._in_place else None
        if sha256 in self.known:
            return Ready(file.name, sha256, size, path)
        found = examine(content, file.name, self._limits)
        if not self._in_place:
            self._store(content)
        self._renditions.keep_examined(sha256, found)
        return Ready(file.name, sha256, size, path, found.picture, found.dhash)

    def _store(self, content: bytes | Path) -> None:
        if isinstance(content, bytes):
            self.context.blobs.put([content])
        else:
            self.context.blobs.put_file(content)


@contextmanager
def _at_hand(file: SourceFile, scratch: Path) -> Generator[bytes | Path]:
    if file.size > IN_MEMORY and file.path is not None:
        yield file.path
    elif file.size > IN_MEMORY:
        with tempfile.NamedTemporaryFile(dir=scratch, prefix=".unpacking-") as temporary:
            with _opened(file) as stream:
                shutil.copyfileobj(stream, temporary, CHUNK)
            temporary.flush()
            yield Path(temporary.name)
    else:
        with _opened(file) as stream:
            yield stream.read()


@contextmanager
def _opened(file: SourceFile) -> Generator[IO[bytes]]:
    try:
        with file.open() as stream:
            yield stream
    except (OSError, LabelwrightError):
        raise
    except Exception as error:  # zip entries with a wrong checksum, size or packing
        raise UnreadableImage(file.name, f"it cannot be unpacked ({error})") from error


def _digest(content: bytes | Path) -> tuple[str, int]:
    if isinstance(content, bytes):
        return hashlib.sha256(content).hexdigest(), len(content)
    with content.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest(), content.stat().st_size
