"""Pictures made to be looked at: what a browser shows of a file, previews and thumbnails."""

from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any, cast

import numpy as np
import pyvips
from PIL import Image

from labelwright.core.errors import NoRoom
from labelwright.media.decode import LARGE, ImageLimits
from labelwright.media.depth import Depth
from labelwright.media.fingerprint import dhash
from labelwright.media.image import Picture, loaded_upright, read_image
from labelwright.media.levels import on_white, shown
from labelwright.media.pyramid_levels import is_tiled
from labelwright.media.reading import Opened, reading
from labelwright.media.streamed import SHRUNK_BY, is_full

THUMBNAIL_SIDE = 320
THUMBNAIL_TYPE = "image/webp"
PREVIEW_SIDE = 2048
PREVIEW_TYPE = "image/jpeg"


@dataclass(frozen=True, kw_only=True)
class Rendition:
    """Bytes that browsers show; `data` is None where the file itself will do."""

    data: bytes | None
    media_type: str


@dataclass(frozen=True, kw_only=True)
class Examined:
    """A picture that was decoded once, small: its facts, its thumbnail, and its dHash if it has one.

    One that is shown in tiles has a preview, too, and a deep one the range of its values.
    """

    picture: Picture
    thumbnail: bytes
    dhash: int | None
    preview: bytes | None = None
    depth: Depth | None = None


def examine(
    source: Path | bytes, name: str, limits: ImageLimits, long_side: int = THUMBNAIL_SIDE
) -> Examined:
    """Facts, thumbnail and dHash from one decoding, shrunk on the way where the format can do so.

    Every byte of the picture is decoded, so a damaged one is found. A large one is decoded in strips,
    in little memory. Raises UnreadableImage, ImageTooLarge.
    """
    with reading(source, name, limits) as read:
        picture = read.picture
        if not is_tiled(picture.width, picture.height, is_deep=read.is_deep):
            small = _small(read.header, long_side)
            return Examined(picture=picture, thumbnail=_webp(small), dhash=dhash(small))
        depth = read.depth() if read.is_deep else None
        middle = _preview(read, depth)
        small = _shrunk(middle, long_side)
        return Examined(
            picture=picture,
            thumbnail=_webp(small),
            dhash=dhash(small),
            preview=_jpeg(middle),
            depth=depth,
        )


def thumbnail(source: Path | bytes, name: str, limits: ImageLimits, long_side: int = THUMBNAIL_SIDE) -> bytes:
    """A small upright picture in WebP, on white. Raises UnreadableImage, ImageTooLarge."""
    with reading(source, name, limits) as read:
        if read.picture.width * read.picture.height > LARGE:
            return _webp(_shrunk(_preview(read, None), long_side))
        return _webp(_small(read.header, long_side))


def preview(source: Path | bytes, name: str, limits: ImageLimits, depth: Depth | None = None) -> bytes:
    """An upright picture of at most 2,048 pixels on its long side, in JPEG, on white.

    A deep one is shown as `depth` says. Raises UnreadableImage, ImageTooLarge.
    """
    with reading(source, name, limits) as read:
        return _jpeg(_preview(read, depth))


def depth_in(source: Path | bytes, name: str, limits: ImageLimits) -> Depth | None:
    """The range of the values of a deep picture; None for others. Raises UnreadableImage, ImageTooLarge."""
    with reading(source, name, limits) as read:
        return read.depth() if read.is_deep else None


def write_display(source: Path, name: str, limits: ImageLimits, target: Path) -> None:
    """As `display_rendition`, for pictures of any size: written to a file, strip by strip.

    JPEG becomes JPEG, everything else PNG; nothing is written where the file itself will do. Raises
    UnreadableImage, ImageTooLarge, NoRoom.
    """
    with reading(source, name, limits) as read:
        if read.picture.is_browser_safe:
            return
        image: Any = read.eight_bits()
        try:
            if read.picture.media_type == "image/jpeg":
                image.jpegsave(str(target), Q=95, subsample_mode="off", keep="none")
            else:
                image.pngsave(str(target), compression=1, keep="none")
        except pyvips.Error as error:
            if is_full(error):
                raise NoRoom(f"the picture {name}") from error
            raise


def display_rendition(source: Path | bytes, name: str, limits: ImageLimits) -> Rendition:
    """What a browser shows: the file itself if that is right, else a still, upright JPEG or PNG.

    JPEG becomes JPEG of high quality; everything else becomes PNG, which loses nothing more.
    Raises UnreadableImage, ImageTooLarge.
    """
    picture = read_image(source, name, limits)
    if picture.is_browser_safe:
        return Rendition(data=None, media_type=picture.media_type)
    image = picture.upright()
    profile = image.info.get("icc_profile")
    out = BytesIO()
    if picture.media_type == "image/jpeg":
        image.save(out, "JPEG", quality=95, subsampling=0, icc_profile=profile)
        return Rendition(data=out.getvalue(), media_type="image/jpeg")
    image.info.clear()  # no text, EXIF or transparency color of the original comes along
    image.save(out, "PNG", compress_level=3, icc_profile=profile)
    return Rendition(data=out.getvalue(), media_type="image/png")


def _preview(read: Opened, depth: Depth | None) -> Image.Image:
    """The upright picture shrunk to the size of a preview, in RGB."""
    picture = read.picture
    wanted = PREVIEW_SIDE / max(picture.width, picture.height)
    shrink = 1
    if read.loader == "jpegload":
        shrink = next((by for by in SHRUNK_BY if wanted * by <= 0.5), 1)
    image = read.eight_bits(shrink=shrink, depth=depth)
    if wanted < 1:
        wide, high = max(1, round(picture.width * wanted)), max(1, round(picture.height * wanted))
        image = image.thumbnail_image(wide, height=high, size="force", no_rotate=True)
    return _as_pillow(image).convert("RGB")


def _as_pillow(image: "pyvips.Image") -> Image.Image:
    values = np.frombuffer(cast("Any", image.write_to_memory()), np.uint8)
    shape = (image.height, image.width) if image.bands == 1 else (image.height, image.width, image.bands)
    return Image.fromarray(values.reshape(shape))


def _small(image: Image.Image, long_side: int) -> Image.Image:
    image.draft(None, (2 * long_side, 2 * long_side))  # JPEG decodes at a half, quarter or eighth
    upright = shown(loaded_upright(image))
    upright.thumbnail((long_side, long_side), Image.Resampling.BICUBIC, reducing_gap=2.0)
    return on_white(upright)


def _shrunk(preview: Image.Image, long_side: int) -> Image.Image:
    small = preview.copy()
    small.thumbnail((long_side, long_side), Image.Resampling.BICUBIC, reducing_gap=2.0)
    return small


def _webp(image: Image.Image) -> bytes:
    out = BytesIO()
    image.save(out, "WEBP", quality=80, method=2)
    return out.getvalue()


def _jpeg(image: Image.Image) -> bytes:
    out = BytesIO()
    image.save(out, "JPEG", quality=85)
    return out.getvalue()
