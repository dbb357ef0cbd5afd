"""Opening untrusted picture files: the formats we read, their limits, and refusals in words.

The pixels that a header claims are counted before anything is decoded. A picture with many pixels
is decoded alone, so that several threads together need no more memory than one of them.
"""

import threading
import warnings
from collections.abc import Callable, Generator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from PIL import ExifTags, Image, UnidentifiedImageError

from labelwright.core.errors import ImageTooLarge, LabelwrightError, UnreadableImage

# We count pixels ourselves, with the limit that the settings give; Pillow would only warn.
Image.MAX_IMAGE_PIXELS = None
warnings.filterwarnings("ignore", module="PIL")  # broken tags of other people's files are not our news

Source = Path | bytes | BinaryIO

MEDIA_TYPES = {
    "JPEG": "image/jpeg",
    "MPO": "image/jpeg",
    "PNG": "image/png",
    "GIF": "image/gif",
    "WEBP": "image/webp",
    "BMP": "image/bmp",
    "TIFF": "image/tiff",
    "AVIF": "image/avif",
    "JPEG2000": "image/jp2",
}
FORMATS = tuple(name for name in MEDIA_TYPES if name != "MPO")
"""The formats that are read, by the names Pillow gives them; no other decoder ever sees a byte.

MPO, several JPEG in one file, is opened as JPEG."""

LARGE = 25_000_000  # pixels from which on a picture is decoded alone
_alone = threading.Lock()


@dataclass(frozen=True)
class ImageLimits:
    """How many pixels a picture may have: one that is decoded whole, and one that is read in strips."""

    max_pixels: int = 200_000_000
    max_streamed_pixels: int = 4_000_000_000


@contextmanager
def opened(
    source: Source,
    name: str,
    limits: ImageLimits,
    *,
    in_strips: Callable[[Image.Image], bool] | None = None,
) -> Generator[Image.Image]:
    """The picture with its header read and nothing decoded; its first frame is at hand.

    Who can do without decoding it whole says by `in_strips` for which pictures; the higher limit then
    counts for them. Raises UnreadableImage, or ImageTooLarge, also for what goes wrong inside the `with`.
    """
    with refusing(source, name):
        stream = BytesIO(source) if isinstance(source, bytes) else source
        with Image.open(stream, formats=FORMATS) as image:
            width, height = image.size
            if width <= 0 or height <= 0:
                raise UnreadableImage(name, f"its header says {width} × {height} pixels")
            _check_pixels(image, name, limits, in_strips)
            with _alone if width * height > LARGE else nullcontext():
                yield image


def _check_pixels(
    image: Image.Image, name: str, limits: ImageLimits, in_strips: Callable[[Image.Image], bool] | None
) -> None:
    pixels = image.width * image.height
    if pixels <= limits.max_pixels:
        return
    if in_strips is None or not in_strips(image):
        raise ImageTooLarge(name, pixels, limits.max_pixels)
    if pixels > limits.max_streamed_pixels:
        raise ImageTooLarge(name, pixels, limits.max_streamed_pixels, "max_streamed_pixels")


@contextmanager
def refusing(source: Source, name: str) -> Generator[None]:
    """Turns whatever a decoder raises into UnreadableImage."""
    try:
        yield
    except LabelwrightError:
        raise
    except UnidentifiedImageError:
        raise UnreadableImage(name, _what_it_is(_head(source))) from None
    except MemoryError:
        raise UnreadableImage(name, "there is not enough memory to decode it") from None
    except Exception as error:  # decoders raise anything on broken bytes
        raise UnreadableImage(name, _in_words(error)) from error


def orientation_of(image: Image.Image) -> int:
    """The EXIF orientation, 1 to 8; anything else counts as 1, as browsers have it."""
    try:
        value = image.getexif().get(ExifTags.Base.Orientation, 1)
    except Exception:  # noqa: BLE001  # broken EXIF is no reason to refuse a good picture
        return 1
    return value if isinstance(value, int) and 1 <= value <= 8 else 1


def frames_of(image: Image.Image) -> int:
    """How many frames or pages the file holds."""
    try:
        return max(1, int(getattr(image, "n_frames", 1)))
    except Exception:  # noqa: BLE001  # a broken later page does not spoil the first
        return 1


def _in_words(error: Exception) -> str:
    text = " ".join(str(error).split())[:200]
    if "truncated" in text.lower() or isinstance(error, EOFError):
        return "the file ends before the picture does (truncated)"
    return f"the file is damaged ({text or type(error).__name__})"


def _head(source: Source) -> bytes:
    if isinstance(source, bytes):
        return source[:512]
    if isinstance(source, Path):
        with source.open("rb") as file:
            return file.read(512)
    source.seek(0)
    return source.read(512)


_SIGNS = (
    (b"%PDF", "this is a PDF document, not a picture"),
    (b"PK\x03\x04", "this is a zip archive, not a picture"),
    (b"8BPS", "Photoshop files are not read"),
    (b"<!doctype html", "this is a web page, not a picture"),
    (b"<html", "this is a web page, not a picture"),
)
_READ = "JPEG, PNG, GIF, WebP, BMP, TIFF, AVIF and JPEG 2000 are read"


def _what_it_is(head: bytes) -> str:
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if not head:
        return "the file is empty"
    if b"<svg" in head.lower():
        return f"SVG drawings are not read, because they may run scripts; {_READ}"
    for sign, words in _SIGNS:
        if start.startswith(sign.lower()):
            return words
    if start.startswith((b"<?xml", b"{", b"[")) or all(byte in b"\t\r\n" or byte >= 32 for byte in head):
        return f"this is text, not a picture; {_READ}"
    return f"this is no picture of a known format, or its header is damaged; {_READ}"
