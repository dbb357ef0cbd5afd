"""A tile pyramid: one TIFF made once from a picture, from which tiles of any level are cut in milliseconds.

The tiles of a lossy picture are kept as JPEG; all others uncompressed, so that level 0 is exact. The
pyramid of a deep picture holds its values in 16 bits. A pyramid comes into being under a temporary
name and is renamed when it is whole.
"""

import os
import secrets
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import pyvips

from labelwright.core.errors import InvalidInput, LabelwrightError, NoRoom, UnreadableImage
from labelwright.media.decode import ImageLimits
from labelwright.media.depth import Depth
from labelwright.media.pyramid_levels import OVERLAP, TILE, grid_of, levels_of, padded, sized
from labelwright.media.reading import LOSSY, Opened, reading
from labelwright.media.streamed import is_full

KEPT_TILE = 256  # smaller than what is sent, because what is sent overlaps its neighbors
KEPT_QUALITY = 88
SENT_QUALITY = 90
PNG_EFFORT = 1
LOSSY_BYTES = 0.5  # of a pixel in JPEG, about
ABANDONED = 3600  # seconds after which a temporary file belongs to nobody
MARK = ".part"

Watch = Callable[[float], None]


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """What a pyramid says of itself: the size of its picture, whether level 0 is exact, the values."""

    width: int
    height: int
    exact: bool
    depth: Depth | None = None


@dataclass(frozen=True, kw_only=True)
class Tile:
    """A tile as browsers read it. Deep values are in two colors: red is the high byte, green the low."""

    data: bytes
    media_type: str


def make_pyramid(
    source: Path | bytes, name: str, limits: ImageLimits, target: Path, watch: Watch | None = None
) -> None:
    """Write the pyramid of a picture to `target`; `watch` is told the share that is done.

    Raises UnreadableImage, ImageTooLarge, or NoRoom; nothing is left of what was begun.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    sweep(target.parent)
    temporary = target.with_name(f".{target.name}.{os.getpid()}-{secrets.token_hex(4)}{MARK}")
    try:
        with reading(source, name, limits) as read:
            _write(read, temporary, watch)
        temporary.replace(target)
    except (OSError, LabelwrightError) as error:
        if is_full(error):
            raise NoRoom(f"the tiles of {name}") from error
        raise
    finally:
        temporary.unlink(missing_ok=True)


def bytes_needed(width: int, height: int, media_type: str, *, is_deep: bool) -> int:
    """About how much room a pyramid takes."""
    wide, high = padded(width, height)
    pixel = 2.0 if is_deep else LOSSY_BYTES if media_type in LOSSY else 3.0
    return int(wide * high * pixel * 4 / 3)


def sweep(folder: Path) -> None:
    """Remove what others began in a folder and left behind when they were ended."""
    for left in folder.glob(f".*{MARK}"):
        with suppress(OSError):
            if time.time() - left.stat().st_mtime > ABANDONED:
                left.unlink()


def begun_by(process: int, target: Path) -> list[Path]:
    """What a process, by its id, has begun for this target."""
    return list(target.parent.glob(f".{target.name}.{process}-*{MARK}"))


class Pyramid:
    """A finished pyramid, from which several threads may cut at once. Raises UnreadableImage."""

    def __init__(self, path: Path, name: str) -> None:
        self.path, self.name = path, name
        self._levels: dict[int, Any] = {}
        self._opening = threading.Lock()
        try:
            self.facts = msgspec.json.decode(self._level(0).get("image-description"), type=Facts)
        except (pyvips.Error, msgspec.MsgspecError) as error:
            raise UnreadableImage(name, "its tiles are damaged; they are made anew") from error

    @property
    def levels(self) -> int:
        """How many there are; 0 is the picture itself."""
        return levels_of(self.facts.width, self.facts.height)

    def tile(self, level: int, x: int, y: int) -> Tile:
        """The tile of a level in column `x` and row `y`. Raises InvalidInput for one there is not."""
        self._check(level, x, y)
        wide, high = sized(self.facts.width, self.facts.height, level)
        left, top = max(0, x * TILE - OVERLAP), max(0, y * TILE - OVERLAP)
        right, bottom = min(wide, (x + 1) * TILE + OVERLAP), min(high, (y + 1) * TILE + OVERLAP)
        try:
            part = self._level(level).crop(left, top, right - left, bottom - top)
            return self._encoded(part, level)
        except pyvips.Error as error:
            raise UnreadableImage(self.name, "its tiles are damaged; they are made anew") from error

    def _check(self, level: int, x: int, y: int) -> None:
        if not 0 <= level < self.levels:
            raise InvalidInput(
                f"There is no level {level}.", place="level", remedy=f"Use 0 to {self.levels - 1}."
            )
        across, down = grid_of(self.facts.width, self.facts.height, level)
        for place, value, count in (("x", x, across), ("y", y, down)):
            if not 0 <= value < count:
                raise InvalidInput(
                    f"There is no tile {place} = {value} in level {level}.",
                    place=place,
                    remedy=f"Use 0 to {count - 1}.",
                )

    def _encoded(self, part: Any, level: int) -> Tile:  # noqa: ANN401
        if self.facts.depth is not None:
            part = _two_bytes(part)
        elif not (self.facts.exact and level == 0):
            return Tile(
                data=part.jpegsave_buffer(Q=SENT_QUALITY, keep="none"),
                media_type="image/jpeg",
            )
        data = part.pngsave_buffer(compression=PNG_EFFORT, filter="sub", keep="none")
        return Tile(data=data, media_type="image/png")

    def _level(self, level: int) -> Any:  # noqa: ANN401  # pyvips has no useful types
        with self._opening:
            if level not in self._levels:
                self._levels[level] = pyvips.Image.tiffload(str(self.path), page=level, access="random")
            return self._levels[level]


def _write(read: Opened, target: Path, watch: Watch | None) -> None:
    picture = read.picture
    depth = read.depth() if read.is_deep else None
    image = read.steps(depth) if depth else read.eight_bits()
    exact = picture.media_type not in LOSSY
    wide, high = padded(picture.width, picture.height)
    image = image.embed(0, 0, wide, high, extend="copy").copy()
    for field in image.get_fields():
        if field.startswith(("exif", "xmp", "iptc", "icc", "orientation", "n-pages", "page-height")):
            image.remove(field)
    facts = Facts(width=picture.width, height=picture.height, exact=exact, depth=depth)
    image.set_type(pyvips.GValue.gstr_type, "image-description", msgspec.json.encode(facts).decode())
    _follow(image, watch)
    options: dict[str, Any] = {"compression": "none"}
    if not exact and depth is None:
        options = {"compression": "jpeg", "Q": KEPT_QUALITY}
    image.tiffsave(
        str(target),
        tile=True,
        pyramid=True,
        tile_width=KEPT_TILE,
        tile_height=KEPT_TILE,
        bigtiff=True,
        region_shrink="mean",
        **options,
    )


def _follow(image: "pyvips.Image", watch: Watch | None) -> None:
    if watch is None:
        return
    last = [-1]

    def told(_: object, progress: Any) -> None:  # noqa: ANN401
        if progress.percent > last[0]:
            last[0] = progress.percent
            watch(progress.percent / 100)

    image.set_progress(True)
    image.signal_connect("eval", told)


def _two_bytes(part: "pyvips.Image") -> "pyvips.Image":
    high = (part >> 8).cast("uchar")
    low = (part & 255).cast("uchar")
    return high.bandjoin([low, (low & 0).cast("uchar")]).copy(interpretation="srgb")
