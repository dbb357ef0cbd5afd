"""A picture: what it is, upright, and what had to be done to show it."""

from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from labelwright.media.decode import MEDIA_TYPES, ImageLimits, frames_of, opened, orientation_of
from labelwright.media.levels import DEEP_MODES, on_white, shown

__all__ = ["ImageLimits", "Picture", "read_image"]

_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
BROWSER_FORMATS = frozenset(("JPEG", "MPO", "PNG", "GIF", "WEBP", "AVIF"))


@dataclass(frozen=True, kw_only=True)
class Picture:
    """A readable picture. `width` and `height` are pixels of it upright; `mode` is Pillow's name.

    `notes` say in words what was done to show it; `orientation` is the EXIF value it was turned by.
    """

    name: str
    source: Path | bytes
    limits: ImageLimits
    format: str
    media_type: str
    mode: str
    width: int
    height: int
    orientation: int
    frames: int
    notes: tuple[str, ...]

    @property
    def is_browser_safe(self) -> bool:
        """Whether a browser shows the file itself just as it is labeled: still, upright, eight bits."""
        plain = self.mode != "CMYK" and self.mode not in DEEP_MODES
        still = self.frames == 1 or self.format == "MPO"
        return self.format in BROWSER_FORMATS and plain and still and self.orientation == 1

    def upright(self) -> Image.Image:
        """The whole picture, upright, in mode L, RGB or RGBA. Raises UnreadableImage."""
        with opened(self.source, self.name, self.limits) as image:
            return shown(loaded_upright(image))

    def upright_rgb(self) -> Image.Image:
        """The whole picture, upright, in RGB on white. Raises UnreadableImage."""
        with opened(self.source, self.name, self.limits) as image:
            return on_white(shown(loaded_upright(image)))


def read_image(source: Path | bytes, name: str, limits: ImageLimits) -> Picture:
    """What a file says it is. Only the header is read; decoding may still find it damaged.

    Raises UnreadableImage, ImageTooLarge.
    """
    with opened(source, name, limits) as image:
        return describe(image, source, name, limits)


def describe(image: Image.Image, source: Path | bytes, name: str, limits: ImageLimits) -> Picture:
    """The facts of an opened picture that is not decoded yet."""
    kind = image.format or ""
    orientation, frames = orientation_of(image), frames_of(image)
    image.seek(0)
    width, height = image.size
    if orientation >= 5 and kind != "TIFF":  # Pillow turns TIFF by itself, already in the size
        width, height = height, width
    return Picture(
        name=name,
        source=source,
        limits=limits,
        format=kind,
        media_type=MEDIA_TYPES[kind],
        mode=image.mode,
        width=width,
        height=height,
        orientation=orientation,
        frames=frames,
        notes=tuple(_notes(image, orientation, frames)),
    )


def loaded_upright(image: Image.Image) -> Image.Image:
    """The decoded picture, turned upright; depth and colors as in the file."""
    image.load()
    # Asked after loading: TIFF is turned by then and says 1, and PNG may keep its EXIF at the end.
    turn = _TURNS.get(orientation_of(image))
    if turn is None:
        return image
    turned = image.transpose(turn)
    turned.info.pop("exif", None)
    return turned


def is_deep_note(note: str) -> bool:
    """Whether a note of a picture says that its values need a window to be shown."""
    return note.startswith(_DEEP)


_DEEP = "Deep gray"


def _notes(image: Image.Image, orientation: int, frames: int) -> list[str]:
    notes: list[str] = []
    if orientation != 1:
        notes.append(f"Turned upright (EXIF orientation {orientation}).")
    if frames > 1:
        notes.append(f"Holds {frames} frames or pages; the first one is used.")
    if image.mode in DEEP_MODES:
        notes.append(f"{_DEEP} ({image.mode}), shown from its darkest to its brightest values.")
    elif _is_sixteen_bit(image):
        notes.append("16 bits a channel, shown with 8.")
    if image.mode == "CMYK":
        notes.append("Printing colors (CMYK), shown as RGB.")
    return notes


def _is_sixteen_bit(image: Image.Image) -> bool:
    return any(";16" in str(tile[3]) for tile in getattr(image, "tile", ()))
