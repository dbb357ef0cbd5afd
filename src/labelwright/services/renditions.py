"""The folder of renditions: what was made of pictures to show them. It may be deleted at any time.

Files are named by the hash of the picture they were made of, so items with the same bytes share them.
Each is written under a temporary name and renamed, so none is ever seen half-written.
"""

import errno
import secrets
from collections.abc import Callable
from pathlib import Path

import msgspec

from labelwright.core.errors import NoRoom
from labelwright.media.depth import Depth
from labelwright.media.rendition import PREVIEW_TYPE, THUMBNAIL_TYPE, Examined

SUFFIXES = {".jpg": "image/jpeg", ".png": "image/png", ".webp": "image/webp"}


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """A picture's file, its media type, and a tag that changes with its content."""

    path: Path
    media_type: str
    tag: str


class Renditions:
    """Finds and keeps renditions in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def place(self, sha256: str, end: str) -> Path:
        """Where a rendition lies, or would."""
        return self.folder / sha256[:2] / f"{sha256}.{end}"

    def find(self, sha256: str, kind: str) -> Shown | None:
        """A rendition that is there."""
        for suffix, media_type in SUFFIXES.items():
            place = self.place(sha256, f"{kind}{suffix}")
            if place.is_file():
                return Shown(path=place, media_type=media_type, tag=f"{sha256}.{kind}")
        return None

    def keep(self, sha256: str, kind: str, data: bytes, media_type: str) -> Shown:
        """Keep bytes as a rendition. Raises NoRoom."""
        suffix = next(suffix for suffix, known in SUFFIXES.items() if known == media_type)
        place = self.place(sha256, f"{kind}{suffix}")
        self.write(place, lambda temporary: temporary.write_bytes(data))
        return Shown(path=place, media_type=media_type, tag=f"{sha256}.{kind}")

    def write(self, place: Path, act: Callable[[Path], object]) -> None:
        """Let `act` write a file that comes to its place when it is whole. Raises NoRoom."""
        temporary = place.with_name(f".{secrets.token_hex(8)}{place.suffix}")
        try:
            place.parent.mkdir(parents=True, exist_ok=True)
            act(temporary)
            if temporary.is_file():
                temporary.replace(place)
        except OSError as error:
            if error.errno in (errno.ENOSPC, errno.EDQUOT):
                raise NoRoom("a picture to be shown") from error
            raise
        finally:
            temporary.unlink(missing_ok=True)

    def keep_examined(self, sha256: str, found: Examined) -> None:
        """Keep what was made while a picture was read for its import."""
        self.keep(sha256, "small", found.thumbnail, THUMBNAIL_TYPE)
        if found.preview is not None:
            self.keep(sha256, "preview", found.preview, PREVIEW_TYPE)
        if found.depth is not None:
            self.keep_depth(sha256, found.depth)

    def keep_depth(self, sha256: str, depth: Depth) -> None:
        """Keep the range of a deep picture."""
        self.write(self.place(sha256, "depth.json"), lambda to: to.write_bytes(msgspec.json.encode(depth)))

    def depth(self, sha256: str) -> Depth | None:
        """The range of a deep picture, if it is known here."""
        try:
            return msgspec.json.decode(self.place(sha256, "depth.json").read_bytes(), type=Depth)
        except (OSError, msgspec.MsgspecError):
            return None
