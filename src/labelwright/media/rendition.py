"""Pictures made to be looked at: what a browser shows of a file, and thumbnails."""

from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from PIL import Image

from labelwright.media.decode import ImageLimits, opened
from labelwright.media.fingerprint import dhash
from labelwright.media.image import Picture, describe, loaded_upright, read_image
from labelwright.media.levels import on_white, shown

THUMBNAIL_SIDE = 320
THUMBNAIL_TYPE = "image/webp"


@dataclass(frozen=True, kw_only=True)
class Rendition:
    """Bytes that browsers show; `data` is None where the file itself will do."""

    data: bytes | None
    media_type: str


@dataclass(frozen=True, kw_only=True)
class Examined:
    """A picture that was decoded once, small: its facts, its thumbnail, and its dHash if it has one."""

    picture: Picture
    thumbnail: bytes
    dhash: int | None


def examine(
    source: Path | bytes, name: str, limits: ImageLimits, long_side: int = THUMBNAIL_SIDE
) -> Examined:
    """Facts, thumbnail and dHash from one decoding, shrunk on the way where the format can do so.

    Every byte of the picture is decoded, so a damaged one is found. Raises UnreadableImage,
    ImageTooLarge.
    """
    with opened(source, name, limits) as image:
        picture = describe(image, source, name, limits)
        small = _small(image, long_side)
        return Examined(picture=picture, thumbnail=_webp(small), dhash=dhash(small))


def thumbnail(source: Path | bytes, name: str, limits: ImageLimits, long_side: int = THUMBNAIL_SIDE) -> bytes:
    """A small upright picture in WebP, on white. Raises UnreadableImage, ImageTooLarge."""
    with opened(source, name, limits) as image:
        return _webp(_small(image, long_side))


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


def _small(image: Image.Image, long_side: int) -> Image.Image:
    image.draft(None, (2 * long_side, 2 * long_side))  # JPEG decodes at a half, quarter or eighth
    upright = shown(loaded_upright(image))
    upright.thumbnail((long_side, long_side), Image.Resampling.BICUBIC, reducing_gap=2.0)
    return on_white(upright)


def _webp(image: Image.Image) -> bytes:
    out = BytesIO()
    image.save(out, "WEBP", quality=80, method=2)
    return out.getvalue()
