"""Pictures of items for people to look at: the upright picture, and a thumbnail.

What browsers show as it is, is served from where it lies. Anything else is converted once and kept
under `renditions/`, which may be deleted at any time.
"""

import secrets
import threading
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import Row

from labelwright.media.decode import ImageLimits
from labelwright.media.rendition import THUMBNAIL_TYPE, display_rendition, thumbnail
from labelwright.services.access import Actor
from labelwright.services.context import Context
from labelwright.services.items import Items, picture_file

SHOWN_BY_BROWSERS = ("image/jpeg", "image/png", "image/webp", "image/gif", "image/avif")
DECODED_AT_ONCE = 2
_SUFFIXES = {".jpg": "image/jpeg", ".png": "image/png", ".webp": "image/webp"}


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """A picture's file, its media type, and a tag that changes with its content."""

    path: Path
    media_type: str
    tag: str


class Pictures:
    """The service of pictures."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self._items = Items(context)
        self._turns = threading.BoundedSemaphore(DECODED_AT_ONCE)

    def image(self, actor: Actor, item_id: str) -> Shown:
        """The upright picture. Raises NotFound, UnreadableImage, ImageTooLarge."""
        row = self._items.row(actor, item_id)
        source = picture_file(self.context, row)
        as_it_is = Shown(path=source, media_type=row.media_type, tag=row.sha256)
        if row.media_type in SHOWN_BY_BROWSERS and row.orientation == 1 and not row.notes:
            return as_it_is
        return self._find(row, "view") or self._converted(row, source) or as_it_is

    def thumbnail(self, actor: Actor, item_id: str) -> Shown:
        """A small picture. Raises NotFound, UnreadableImage, ImageTooLarge."""
        row = self._items.row(actor, item_id)
        found = self._find(row, "small")
        if found is not None:
            return found
        source = picture_file(self.context, row)
        with self._turns:
            data = thumbnail(source, row.name, self._limits)
        return self._keep(row, "small", data, THUMBNAIL_TYPE)

    def _converted(self, row: Row[Any], source: Path) -> Shown | None:
        with self._turns:
            made = display_rendition(source, row.name, self._limits)
        return None if made.data is None else self._keep(row, "view", made.data, made.media_type)

    @property
    def _limits(self) -> ImageLimits:
        return ImageLimits(max_pixels=self.context.settings.max_image_pixels)

    def _find(self, row: Row[Any], kind: str) -> Shown | None:
        for suffix, media_type in _SUFFIXES.items():
            place = self._place(row, f"{kind}{suffix}")
            if place.is_file():
                return Shown(path=place, media_type=media_type, tag=f"{row.sha256}.{kind}")
        return None

    def _keep(self, row: Row[Any], kind: str, data: bytes, media_type: str) -> Shown:
        place = self._place(row, f"{kind}{_suffix(media_type)}")
        place.parent.mkdir(parents=True, exist_ok=True)
        temporary = place.with_name(f".{secrets.token_hex(8)}")
        temporary.write_bytes(data)
        temporary.replace(place)
        return Shown(path=place, media_type=media_type, tag=f"{row.sha256}.{kind}")

    def _place(self, row: Row[Any], end: str) -> Path:
        return self.context.renditions / row.sha256[:2] / f"{row.sha256}.{end}"


def keep_thumbnail(context: Context, sha256: str, data: bytes) -> None:
    """Keep a thumbnail that was made while the picture was read."""
    folder = context.renditions / sha256[:2]
    folder.mkdir(parents=True, exist_ok=True)
    temporary = folder / f".{secrets.token_hex(8)}"
    temporary.write_bytes(data)
    temporary.replace(folder / f"{sha256}.small{_suffix(THUMBNAIL_TYPE)}")


def _suffix(media_type: str) -> str:
    return next(suffix for suffix, kind in _SUFFIXES.items() if kind == media_type)
