"""Tile pyramids of items: made once when they are first asked for, kept while there is room.

Small pictures are done within the request. Of larger ones a process of its own makes the pyramid, one
at a time, while people look at the preview. A failure is remembered for a minute, so that a damaged
file is not tried again with every request.
"""

import shutil
import threading
import time
from collections import OrderedDict
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import Row

from labelwright.core.errors import LabelwrightError, NoRoom, NotReady, UnreadableImage
from labelwright.media.decode import ImageLimits
from labelwright.media.depth import Depth
from labelwright.media.image import is_deep_note
from labelwright.media.pyramid import Pyramid, Tile, bytes_needed, make_pyramid, sweep
from labelwright.media.pyramid_levels import OVERLAP, TILE, is_tiled, levels_of
from labelwright.media.pyramid_process import Orders, make_apart
from labelwright.media.rendition import depth_in
from labelwright.services.context import Context
from labelwright.services.renditions import Renditions
from labelwright.services.source_files import fetched_file

DECODED_AT_ONCE = 2
AT_ONCE = 8_000_000  # pixels up to which a pyramid is made within the request
LEFT_FREE = 512 * 2**20  # bytes of the disk that no pyramid may take
REMEMBERED = 60.0  # seconds that a failure is not tried again
OPEN_PYRAMIDS = 16
LONGEST_WAIT = 30.0  # seconds for a small pyramid that another request makes
END = "tiles.tif"


class TilesState(msgspec.Struct, frozen=True, kw_only=True):
    """Whether tiles can be had: `ready`, `making` (with the share that is done), or `failed` with why."""

    state: str
    done: float = 0.0
    problem: str | None = None
    remedy: str | None = None


class _Making:
    """A pyramid on its way: the share that is done, and whether it is over."""

    def __init__(self) -> None:
        self.done = 0.0
        self.over = threading.Event()


class Pyramids:
    """Finds, makes and opens pyramids."""

    def __init__(self, context: Context, renditions: Renditions) -> None:
        self.context = context
        self._renditions = renditions
        self._lock = threading.Lock()
        self._one = threading.Lock()  # held while a pyramid is being made
        self._turns = threading.BoundedSemaphore(DECODED_AT_ONCE)
        self._making: dict[str, _Making] = {}
        self._failed: dict[str, tuple[float, LabelwrightError]] = {}
        self._open: OrderedDict[str, Pyramid] = OrderedDict()

    def state(self, row: Row[Any], source: Path) -> TilesState:
        """Where the pyramid of an item stands; begins to make one that is not there."""
        try:
            self._ready(row, source)
        except NotReady:
            making = self._making.get(row.sha256)
            return TilesState(state="making", done=making.done if making else 0.0)
        except LabelwrightError as error:
            return TilesState(state="failed", problem=error.message, remedy=error.remedy)
        with suppress(OSError):  # the least recently used goes first when room is needed
            self._renditions.place(row.sha256, END).touch()
        return TilesState(state="ready", done=1.0)

    def tile(self, row: Row[Any], source: Path, level: int, x: int, y: int) -> Tile:
        """A tile. Raises NotReady while the pyramid is made, InvalidInput, BadFile, NoRoom."""
        pyramid = self._ready(row, source)
        try:
            with self._turns:
                return pyramid.tile(level, x, y)
        except UnreadableImage:
            self._forget(row.sha256)
            raise

    def _ready(self, row: Row[Any], source: Path) -> Pyramid:
        place = self._renditions.place(row.sha256, END)
        if not place.is_file():
            self._make(row, source, place)
        return self._opened(row, place)

    def _opened(self, row: Row[Any], place: Path) -> Pyramid:
        with self._lock:
            pyramid = self._open.get(row.sha256)
            if pyramid is None:
                try:
                    pyramid = Pyramid(place, row.name)
                except UnreadableImage:
                    place.unlink(missing_ok=True)
                    raise
                self._open[row.sha256] = pyramid
            self._open.move_to_end(row.sha256)
            while len(self._open) > OPEN_PYRAMIDS:
                self._open.popitem(last=False)
            return pyramid

    def _forget(self, sha256: str) -> None:
        """Let go of a damaged pyramid; the next request makes it anew."""
        with self._lock:
            self._open.pop(sha256, None)
            self._renditions.place(sha256, END).unlink(missing_ok=True)

    def _make(self, row: Row[Any], source: Path, place: Path) -> None:
        is_small = row.width * row.height <= AT_ONCE
        with self._lock:
            self._open.pop(row.sha256, None)
            self._check_failure(row.sha256)
            making = self._making.get(row.sha256)
            is_mine = making is None and not place.is_file()
            if is_mine:
                making = self._making[row.sha256] = _Making()
        if making is None:
            return
        if not is_small:
            if is_mine:
                threading.Thread(target=self._work, args=(row, source, place), daemon=True).start()
            raise NotReady(f"The tiles of {row.name}")
        if is_mine:
            self._work(row, source, place)
        making.over.wait(LONGEST_WAIT)
        with self._lock:
            self._check_failure(row.sha256)
        if not place.is_file():
            raise NotReady(f"The tiles of {row.name}")

    def _check_failure(self, sha256: str) -> None:
        when, error = self._failed.get(sha256, (0.0, None))
        if error is not None and time.monotonic() - when < REMEMBERED:
            raise error
        self._failed.pop(sha256, None)

    def _work(self, row: Row[Any], source: Path, place: Path) -> None:
        try:
            if row.width * row.height <= AT_ONCE:
                with self._turns:
                    make_pyramid(source, row.name, self._limits, place)
            else:
                with self._one:
                    self._apart(row, source, place)
            outcome = None
        except LabelwrightError as error:
            outcome = error
        except Exception as error:  # noqa: BLE001  # a thread has nobody else to tell
            outcome = UnreadableImage(row.name, f"its tiles could not be made ({error})")
        with self._lock:
            making = self._making.pop(row.sha256)
            if outcome is not None:
                self._failed[row.sha256] = (time.monotonic(), outcome)
        making.over.set()

    def _apart(self, row: Row[Any], source: Path, place: Path) -> None:
        place.parent.mkdir(parents=True, exist_ok=True)
        allowed = self._room_for(row)
        limits = self._limits
        orders = Orders(
            source=str(source.absolute()),
            name=row.name,
            target=str(place.absolute()),
            max_bytes=allowed,
            max_pixels=limits.max_pixels,
            max_streamed_pixels=limits.max_streamed_pixels,
        )

        def watch(done: float) -> None:
            self._making[row.sha256].done = done

        make_apart(orders, watch)

    def _room_for(self, row: Row[Any]) -> int:
        """How many bytes a pyramid may take; older ones make room. Raises NoRoom."""
        needed = bytes_needed(row.width, row.height, row.media_type, is_deep=_is_deep(row))
        for folder in self._renditions.folder.iterdir():
            sweep(folder)
        self._drop_oldest(self.context.settings.max_tiles_bytes - needed)
        free = shutil.disk_usage(self._renditions.folder).free - LEFT_FREE
        if free < needed:
            self._drop_oldest(0)
            free = shutil.disk_usage(self._renditions.folder).free - LEFT_FREE
        if free < needed:
            raise NoRoom(f"the tiles of {row.name}", needed, free)
        return free

    def _drop_oldest(self, keep: int) -> None:
        """Remove the pyramids that were not used for longest, until the rest takes up `keep` bytes."""
        found: list[tuple[float, int, Path]] = []
        for path in self._renditions.folder.glob(f"*/*.{END}"):
            with suppress(OSError):
                found.append((path.stat().st_mtime, path.stat().st_size, path))
        total = sum(size for _, size, _ in found)
        for _, size, path in sorted(found):
            if total <= keep:
                return
            with self._lock:
                self._open.pop(path.name.partition(".")[0], None)
            path.unlink(missing_ok=True)
            total -= size

    @property
    def _limits(self) -> ImageLimits:
        settings = self.context.settings
        return ImageLimits(settings.max_image_pixels, settings.max_streamed_pixels)


class TilesOf(msgspec.Struct, frozen=True, kw_only=True):
    """How the tiles of a picture are laid out; `overlap` are pixels of its neighbors on each side."""

    size: int
    overlap: int
    levels: int


def tiles_of(row: Row[Any]) -> TilesOf | None:
    """The tiles that an item is shown in; None: browsers show its picture whole."""
    if not is_tiled(row.width, row.height, is_deep=_is_deep(row)):
        return None
    return TilesOf(size=TILE, overlap=OVERLAP, levels=levels_of(row.width, row.height))


def depth_of_item(context: Context, row: Row[Any]) -> Depth | None:
    """The range of values of a deep item, as found at its import, or found again.

    None for others, and where the file cannot be read: showing the picture then says why.
    """
    if not _is_deep(row):
        return None
    renditions = Renditions(context.renditions)
    known = renditions.depth(row.sha256)
    if known is None:
        settings = context.settings
        limits = ImageLimits(settings.max_image_pixels, settings.max_streamed_pixels)
        with suppress(LabelwrightError, OSError):
            known = depth_in(_source(context, row), row.name, limits)
            if known is not None:
                renditions.keep_depth(row.sha256, known)
    return known


def _source(context: Context, row: Row[Any]) -> Path:
    if row.source_id:
        return fetched_file(context, row)
    return Path(row.source_path) if row.source_path else context.blobs.path(row.sha256)


def _is_deep(row: Row[Any]) -> bool:
    return any(is_deep_note(note) for note in row.notes)
