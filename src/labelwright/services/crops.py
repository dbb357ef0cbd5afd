"""Crops of items: cut once for all who look, kept under `renditions/`, with how each object looks.

A picture is decoded once for all its crops that are asked for within a while; the parts of a huge one
come from its tiles where they are made already, else from the file in strips. Everything kept here may
be deleted at any time.
"""

import threading
import time
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from sqlalchemy import Row

from labelwright.core.errors import BadFile, InvalidInput, NoRoom, NotFound
from labelwright.core.shapes import Bounds
from labelwright.media.crop import (
    CROP_TYPE,
    LOOK_LENGTH,
    Look,
    Window,
    encoded,
    look_of,
    part_of,
    part_of_pyramid,
    read_part,
    window_around,
)
from labelwright.media.decode import ImageLimits
from labelwright.media.image import read_image
from labelwright.services.access import Actor
from labelwright.services.context import Context
from labelwright.services.items import Items, picture_file
from labelwright.services.pyramids import END, depth_of_item, tiles_of
from labelwright.services.renditions import Renditions

LARGEST, LEAST = 1600, 16  # pixels of a side that a crop may be asked for
DECODED = 64 * 2**20  # bytes of decoded pictures that are held ready
FORGOTTEN = 60.0  # seconds without use after which they are let go of
KEPT = 256 * 2**20  # bytes of crops on disk
SWEPT_EVERY = 1_000  # crops
AT_ONCE = 2  # pictures decoded at the same time
LOOK_END = "looks"
MOST_LOCKS = 4_096


class Crops:
    """The service of crops."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self._items = Items(context)
        self._renditions = Renditions(context.renditions)
        self._turns = threading.BoundedSemaphore(AT_ONCE)
        self._lock = threading.Lock()
        self._busy: dict[str, threading.Lock] = {}
        self._decoded: OrderedDict[str, tuple[float, Image.Image]] = OrderedDict()
        self._made = 0
        self._watch: threading.Timer | None = None

    def found(self, actor: Actor, item_id: str, window: Window, size: int) -> tuple[Row[Any], str]:
        """The item's row, and a tag that names the content of a crop. Raises NotFound, InvalidInput."""
        row = self._items.row(actor, item_id)
        left, top, right, bottom = window
        if not (0 <= left < right <= row.width and 0 <= top < bottom <= row.height):
            raise InvalidInput(
                f"The crop does not lie in the picture of {row.width} × {row.height} pixels.",
                place="left, top, right, bottom",
                remedy="Ask for whole pixels inside of it.",
            )
        if not LEAST <= size <= LARGEST:
            raise InvalidInput(
                f"A crop of {size} pixels cannot be had.",
                place="size",
                remedy=f"Use {LEAST} to {LARGEST}.",
            )
        return row, f"{row.sha256}.crop.{left}-{top}-{right}-{bottom}.{size}"

    def crop(self, row: Row[Any], window: Window, size: int) -> bytes:
        """A crop of an item, by its row, as WebP. Raises NotFound, UnreadableImage, ImageTooLarge."""
        left, top, right, bottom = window
        kind = f"crop.{left}-{top}-{right}-{bottom}.{size}"
        place = self._renditions.place(row.sha256, f"{kind}.webp")
        with suppress(OSError):
            return place.read_bytes()
        data = encoded(self._part(row, window, size))
        with suppress(NoRoom):
            self._renditions.keep(row.sha256, kind, data, CROP_TYPE)
        self._count()
        return data

    def looks(self, wanted: Sequence[tuple[Row[Any], Bounds]], seconds: float) -> list[Look | None]:
        """How objects look, each an item's row and bounds in it; None for what there was no time for.

        Also None for what cannot be read. What was found is kept, so that asking again goes on.
        """
        until = time.monotonic() + seconds
        found: list[Look | None] = [None] * len(wanted)
        for places in _by_picture(wanted).values():
            row = wanted[places[0]][0]
            known = self._known_looks(row.sha256)
            keys = {place: _key(wanted[place][1]) for place in places}
            missing = [place for place in places if keys[place] not in known]
            if missing and time.monotonic() < until:
                with suppress(BadFile, NotFound):
                    for place in missing:
                        window = window_around(wanted[place][1], row.width, row.height, 0.0, 2)
                        known[keys[place]] = look_of(self._part(row, window, 64))
                self._keep_looks(row.sha256, known)
            for place in places:
                found[place] = known.get(keys[place])
        return found

    def _part(self, row: Row[Any], window: Window, size: int) -> Image.Image:
        if tiles_of(row) is None:
            return part_of(self._whole(row), window, size)
        depth = depth_of_item(self.context, row)
        tiles = self._renditions.place(row.sha256, END)
        with self._turns:
            if tiles.is_file():
                with suppress(BadFile):
                    return part_of_pyramid(tiles, row.name, window, size, depth)
            return read_part(picture_file(self.context, row), row.name, self._limits, window, size, depth)

    def _whole(self, row: Row[Any]) -> Image.Image:
        """The decoded picture; those who want the same one wait for the first of them."""
        with self._lock:
            mine = self._busy.setdefault(row.sha256, threading.Lock())
        with mine:
            with self._lock:
                known = self._decoded.pop(row.sha256, None)
                if known is not None:
                    self._decoded[row.sha256] = (time.monotonic(), known[1])
                    return known[1]
            with self._turns:
                source = picture_file(self.context, row)
                image = read_image(source, row.name, self._limits).upright_rgb()
            with self._lock:
                self._decoded[row.sha256] = (time.monotonic(), image)
                self._let_go()
            return image

    def _let_go(self) -> None:
        """Drop what was not used for a while, and the least recently used where there is no room."""
        now, room = time.monotonic(), DECODED
        newest = next(reversed(self._decoded), None)
        for key, (used, image) in reversed(list(self._decoded.items())):
            room -= 3 * image.width * image.height
            if now - used > FORGOTTEN or (room < 0 and key != newest):
                del self._decoded[key]
        if len(self._busy) > MOST_LOCKS:
            self._busy = {key: lock for key, lock in self._busy.items() if lock.locked()}
        if self._decoded and self._watch is None:
            self._watch = threading.Timer(FORGOTTEN + 1, self._look_after)
            self._watch.daemon = True
            self._watch.start()

    def _look_after(self) -> None:
        with self._lock:
            self._watch = None
            self._let_go()

    def _known_looks(self, sha256: str) -> dict[str, Look]:
        try:
            data = self._renditions.place(sha256, LOOK_END).read_bytes()
        except OSError:
            return {}
        names, _, body = data.partition(b"\n")
        keys = names.decode("ascii", "replace").split()
        if len(body) != 2 * LOOK_LENGTH * len(keys):
            return {}
        rows = np.frombuffer(body, np.float16).reshape(len(keys), LOOK_LENGTH).astype(np.float32)
        return dict(zip(keys, rows, strict=True))

    def _keep_looks(self, sha256: str, looks: dict[str, Look]) -> None:
        if not looks:
            return
        body = np.stack(list(looks.values())).astype(np.float16).tobytes()
        data = " ".join(looks).encode() + b"\n" + body
        with suppress(NoRoom):
            place = self._renditions.place(sha256, LOOK_END)
            self._renditions.write(place, lambda temporary: temporary.write_bytes(data))

    def _count(self) -> None:
        with self._lock:
            self._made += 1
            is_time = self._made % SWEPT_EVERY == 0
        if is_time:
            threading.Thread(target=sweep, args=(self._renditions.folder,), daemon=True).start()

    @property
    def _limits(self) -> ImageLimits:
        settings = self.context.settings
        return ImageLimits(settings.max_image_pixels, settings.max_streamed_pixels)


def sweep(folder: Path, keep: int = KEPT) -> None:
    """Remove the crops that were made first, until the rest takes up no more than `keep` bytes."""
    found: list[tuple[float, int, Path]] = []
    for path in folder.glob("*/*.crop.*.webp"):
        with suppress(OSError):
            facts = path.stat()
            found.append((facts.st_mtime, facts.st_size, path))
    total = sum(size for _, size, _ in found)
    for _, size, path in sorted(found):
        if total <= keep:
            return
        path.unlink(missing_ok=True)
        total -= size


def _by_picture(wanted: Iterable[tuple[Row[Any], Bounds]]) -> dict[str, list[int]]:
    places: dict[str, list[int]] = {}
    for place, (row, _) in enumerate(wanted):
        places.setdefault(row.sha256, []).append(place)
    return places


def _key(bounds: Bounds) -> str:
    return ",".join(f"{value:.1f}" for value in bounds)
