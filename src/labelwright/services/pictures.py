"""Pictures of items for people to look at: the upright picture, a preview, a thumbnail, and tiles.

What browsers show as it is, is served from where it lies. Anything else is converted once and kept
under `renditions/`, which may be deleted at any time.
"""

import threading
from pathlib import Path
from typing import Any

from sqlalchemy import Row

from labelwright.media.decode import LARGE, ImageLimits
from labelwright.media.pyramid import Tile
from labelwright.media.rendition import (
    PREVIEW_SIDE,
    PREVIEW_TYPE,
    THUMBNAIL_TYPE,
    display_rendition,
    preview,
    thumbnail,
    write_display,
)
from labelwright.services.access import Actor
from labelwright.services.context import Context
from labelwright.services.items import Items, picture_file
from labelwright.services.pyramids import DECODED_AT_ONCE, Pyramids, TilesState
from labelwright.services.renditions import Renditions, Shown

SHOWN_BY_BROWSERS = ("image/jpeg", "image/png", "image/webp", "image/gif", "image/avif")


class Pictures:
    """The service of pictures."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self._items = Items(context)
        self._turns = threading.BoundedSemaphore(DECODED_AT_ONCE)
        self._renditions = Renditions(context.renditions)
        self._pyramids = Pyramids(context, self._renditions)

    def image(self, actor: Actor, item_id: str) -> Shown:
        """The upright picture. Raises NotFound, UnreadableImage, ImageTooLarge, NoRoom."""
        row = self._items.row(actor, item_id)
        source = picture_file(self.context, row)
        as_it_is = Shown(path=source, media_type=row.media_type, tag=row.sha256)
        if self._is_shown_as_it_is(row):
            return as_it_is
        return self._find(row, "view") or self._converted(row, source) or as_it_is

    def preview(self, actor: Actor, item_id: str) -> Shown:
        """The upright picture, at most 2,048 pixels on its long side.

        Raises NotFound, UnreadableImage, ImageTooLarge, NoRoom.
        """
        row = self._items.row(actor, item_id)
        if max(row.width, row.height) <= PREVIEW_SIDE:
            return self.image(actor, item_id)
        found = self._find(row, "preview")
        if found is not None:
            return found
        source = picture_file(self.context, row)
        with self._turns:
            data = preview(source, row.name, self._limits, self._renditions.depth(row.sha256))
        return self._renditions.keep(row.sha256, "preview", data, PREVIEW_TYPE)

    def thumbnail(self, actor: Actor, item_id: str) -> Shown:
        """A small picture. Raises NotFound, UnreadableImage, ImageTooLarge, NoRoom."""
        row = self._items.row(actor, item_id)
        found = self._find(row, "small")
        if found is not None:
            return found
        source = picture_file(self.context, row)
        with self._turns:
            data = thumbnail(source, row.name, self._limits)
        return self._renditions.keep(row.sha256, "small", data, THUMBNAIL_TYPE)

    def tiles(self, actor: Actor, item_id: str) -> TilesState:
        """Whether the tiles of an item can be had; begins to make them if not. Raises NotFound."""
        row = self._items.row(actor, item_id)
        return self._pyramids.state(row, picture_file(self.context, row))

    def tile_tag(self, actor: Actor, item_id: str, level: int, x: int, y: int) -> tuple[Row[Any], str]:
        """The item's row, and a tag that names the content of a tile. Raises NotFound."""
        row = self._items.row(actor, item_id)
        return row, f"{row.sha256}.{level}.{x}.{y}"

    def tile(self, row: Row[Any], level: int, x: int, y: int) -> Tile:
        """A tile of an item, by its row.

        Raises NotReady while they are made; NotFound, InvalidInput, UnreadableImage, ImageTooLarge,
        NoRoom.
        """
        return self._pyramids.tile(row, picture_file(self.context, row), level, x, y)

    def _is_shown_as_it_is(self, row: Row[Any]) -> bool:
        return row.media_type in SHOWN_BY_BROWSERS and row.orientation == 1 and not row.notes

    def _converted(self, row: Row[Any], source: Path) -> Shown | None:
        with self._turns:
            if row.width * row.height > LARGE:
                return self._written(row, source)
            made = display_rendition(source, row.name, self._limits)
        if made.data is None:
            return None
        return self._renditions.keep(row.sha256, "view", made.data, made.media_type)

    def _written(self, row: Row[Any], source: Path) -> Shown | None:
        """As for smaller pictures, but never whole in memory."""
        suffix = ".jpg" if row.media_type == "image/jpeg" else ".png"
        self._renditions.write(
            self._renditions.place(row.sha256, f"view{suffix}"),
            lambda target: write_display(source, row.name, self._limits, target),
        )
        return self._find(row, "view")

    @property
    def _limits(self) -> ImageLimits:
        settings = self.context.settings
        return ImageLimits(settings.max_image_pixels, settings.max_streamed_pixels)

    def _find(self, row: Row[Any], kind: str) -> Shown | None:
        return self._renditions.find(row.sha256, kind)
