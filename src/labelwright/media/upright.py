"""Pictures turned upright for those who take them along: exports whose coordinates are upright."""

from io import BytesIO
from pathlib import Path

from PIL import Image, ImageOps

QUALITY = 95
ENDINGS = {"image/jpeg": ".jpg"}


def upright_bytes(source: Path, media_type: str) -> bytes:
    """The picture turned upright: JPEG stays JPEG (quality 95), everything else becomes PNG, exactly."""
    with Image.open(source) as image:
        turned = ImageOps.exif_transpose(image)
    kept = BytesIO()
    if media_type == "image/jpeg":
        turned.save(kept, "JPEG", quality=QUALITY, icc_profile=image.info.get("icc_profile"))
    else:
        turned.save(kept, "PNG")
    return kept.getvalue()


def upright_name(name: str, media_type: str) -> str:
    """The file name that fits the turned picture."""
    return name if media_type == "image/jpeg" else f"{name.rpartition('.')[0] or name}.png"
