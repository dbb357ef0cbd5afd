"""Pictures turned upright for those who take them along: exports whose coordinates are upright."""

from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import ImageOps

from labelwright.media.decode import LARGE, ImageLimits, opened
from labelwright.media.reading import Opened, reading

QUALITY = 95


def upright_bytes(source: Path, name: str, media_type: str, limits: ImageLimits) -> bytes:
    """The picture turned upright: JPEG stays JPEG (quality 95), everything else becomes PNG, exactly.

    Raises UnreadableImage, ImageTooLarge: a file left in its place may have changed since its import.
    """
    with reading(source, name, limits) as read:
        if read.loader is not None and read.picture.width * read.picture.height > LARGE:
            return _in_strips(read)
    kept = BytesIO()
    with opened(source, name, limits) as image:
        turned = ImageOps.exif_transpose(image)
        if media_type == "image/jpeg":
            turned.save(kept, "JPEG", quality=QUALITY, icc_profile=image.info.get("icc_profile"))
        else:
            turned.save(kept, "PNG")
    return kept.getvalue()


def _in_strips(read: Opened) -> bytes:
    image: Any = read.pixels()
    if read.picture.media_type == "image/jpeg":
        return image.jpegsave_buffer(Q=QUALITY, keep="icc")
    return image.pngsave_buffer(compression=1, keep="icc")


def upright_name(name: str, media_type: str) -> str:
    """The file name that fits the turned picture."""
    return name if media_type == "image/jpeg" else f"{name.rpartition('.')[0] or name}.png"
