"""One way to read any picture for tiles and previews: in strips where the format can, else whole."""

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pyvips
from PIL import Image

from labelwright.core.errors import ImageTooLarge, LabelwrightError, UnreadableImage
from labelwright.media.decode import ImageLimits, opened
from labelwright.media.depth import Depth, as_steps, depth_of, windowed
from labelwright.media.image import Picture, describe, loaded_upright
from labelwright.media.levels import DEEP_MODES, shown
from labelwright.media.streamed import (
    from_pillow,
    on_screen,
    opened_in_strips,
    reason_of,
    strip_memory,
    vips_format,
)

STRIP = 50_000_000
"""Pixels that a reader may hold at once so that a picture counts as one that is read in strips."""

LOSSY = frozenset(("image/jpeg", "image/webp", "image/avif", "image/jp2"))
"""Types whose pixels were changed by compression already."""


@dataclass(frozen=True, kw_only=True)
class Opened:
    """A picture with its header read. Each call of a method reads it anew, from the top."""

    picture: Picture
    header: Image.Image
    loader: str | None

    @property
    def is_deep(self) -> bool:
        """Whether its values need a window before a screen can show them."""
        return self.picture.mode in DEEP_MODES

    def pixels(self, *, shrink: int = 1) -> "pyvips.Image":
        """The upright picture, depth and colors as in the file. Only JPEG shrinks while it is read."""
        picture = self.picture
        if self.loader is None:
            whole = loaded_upright(self.header)
            return from_pillow(whole if self.is_deep else shown(whole))
        image = opened_in_strips(
            picture.source, picture.name, self.loader, picture.orientation, shrink=shrink
        )
        self._check(image, shrink)
        return image

    def eight_bits(self, *, shrink: int = 1, depth: Depth | None = None) -> "pyvips.Image":
        """The upright picture as it is first shown."""
        image = self.pixels(shrink=shrink)
        if not self.is_deep:
            return on_screen(image)
        return windowed(image[0], depth or self.depth())

    def depth(self) -> Depth:
        """The range of a deep picture."""
        return depth_of(self.pixels()[0])

    def steps(self, depth: Depth) -> "pyvips.Image":
        """The values of a deep picture as they travel."""
        return as_steps(self.pixels()[0], depth)

    def _check(self, image: "pyvips.Image", shrink: int) -> None:
        picture = self.picture
        if shrink == 1 and (image.width, image.height) != (picture.width, picture.height):
            raise UnreadableImage(picture.name, "its decoders do not agree about its size")
        many_scans = "jpeg-multiscan" in image.get_fields() and image.get("jpeg-multiscan")
        pixels = picture.width * picture.height
        if many_scans and pixels > picture.limits.max_pixels:
            raise ImageTooLarge(picture.name, pixels, picture.limits.max_pixels)


@contextmanager
def reading(source: Path | bytes, name: str, limits: ImageLimits) -> Generator[Opened]:
    """A picture to be read in strips where its format can. Raises UnreadableImage, ImageTooLarge."""
    with opened(source, name, limits, in_strips=reads_in_strips) as header, _in_our_words(source, name):
        loader = vips_format(header)
        yield Opened(picture=describe(header, source, name, limits), header=header, loader=loader)


def reads_in_strips(image: Image.Image) -> bool:
    """Whether an opened picture can be read without holding all its pixels."""
    return strip_memory(image) <= STRIP


@contextmanager
def _in_our_words(source: Path | bytes, name: str) -> Generator[None]:
    try:
        yield
    except LabelwrightError:
        raise
    except pyvips.Error as error:
        raise UnreadableImage(name, reason_of(error, source)) from error
