"""The pixels of items as models take them: upright RGB, 8 bits."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Row

from labelwright.core.errors import ImageTooLarge
from labelwright.media.decode import ImageLimits
from labelwright.media.image import read_image
from labelwright.services.context import Context
from labelwright.services.items import picture_file


def pixels_of(context: Context, item: Row[Any]) -> NDArray[np.uint8]:
    """The picture of an item's row, of shape (height, width, 3).

    Raises NotFound, UnreadableImage, ImageTooLarge, SourceChanged.
    """
    limits = limits_of(context)
    if item.width * item.height > limits.max_pixels:
        raise ImageTooLarge(item.name, item.width * item.height, limits.max_pixels)
    return decoded(picture_file(context, item), item.name, limits)


def decoded(source: Any, name: str, limits: ImageLimits) -> NDArray[np.uint8]:  # noqa: ANN401  # path or bytes
    """A picture's pixels. Raises UnreadableImage, ImageTooLarge."""
    picture = read_image(source, name, limits)
    if picture.width * picture.height > limits.max_pixels:
        raise ImageTooLarge(name, picture.width * picture.height, limits.max_pixels)
    return np.array(picture.upright_rgb(), np.uint8)


def limits_of(context: Context) -> ImageLimits:
    """How large pictures may be."""
    settings = context.settings
    return ImageLimits(settings.max_image_pixels, settings.max_streamed_pixels)
