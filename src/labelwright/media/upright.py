"""Pictures turned upright for those who take them along: exports whose coordinates are upright."""

from io import BytesIO
from pathlib import Path

from PIL import ImageOps

from labelwright.media.decode import ImageLimits, opened

QUALITY = 95


def upright_bytes(source: Path, name: str, media_type: str, limits: ImageLimits) -> bytes:
    """The picture turned upright: JPEG stays JPEG (quality 95), everything else becomes PNG, exactly.

    Raises UnreadableImage, ImageTooLarge: a file left in its place may have changed since its import.
    """
    kept = BytesIO()
    with opened(source, name, limits) as image:
        turned = ImageOps.exif_transpose(image)
        if media_type == "image/jpeg":
            turned.save(kept, "JPEG", quality=QUALITY, icc_profile=image.info.get("icc_profile"))
        else:
            turned.save(kept, "PNG")
    return kept.getvalue()


def upright_name(name: str, media_type: str) -> str:
    """The file name that fits the turned picture."""
    return name if media_type == "image/jpeg" else f"{name.rpartition('.')[0] or name}.png"
