"""Pictures come out upright and right, whatever they are stored as."""

from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import ExifTags, Image, ImageChops

from labelwright.core.errors import ImageTooLarge, UnreadableImage
from labelwright.media.image import ImageLimits, read_image
from labelwright.media.rendition import display_rendition, examine, thumbnail
from tests.shared_data import shared_data

LIMITS = ImageLimits()

# What has to be done to an upright picture so that the orientation turns it back.
STORED_AS = {
    1: None,
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}


def corners() -> Image.Image:
    """A picture that looks different however it is turned: 60 × 40 with four colors."""
    image = Image.new("RGB", (60, 40), "white")
    for box, color in (((0, 0), "red"), ((30, 0), "lime"), ((0, 20), "blue"), ((30, 20), "black")):
        image.paste(color, (*box, box[0] + 30, box[1] + 20))
    return image


def saved(image: Image.Image, format: str, **options: object) -> bytes:  # noqa: A002
    """The bytes of a picture in a format."""
    out = BytesIO()
    image.save(out, format, **options)
    return out.getvalue()


def turned(orientation: int, format: str, **options: object) -> bytes:  # noqa: A002
    """The corners stored as a camera held otherwise stores them."""
    stored, way = corners(), STORED_AS[orientation]
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    return saved(stored.transpose(way) if way is not None else stored, format, exif=exif, **options)


def plain(color: str) -> Image.Image:
    """A frame of one color, as large as the corners."""
    return Image.new("RGB", (60, 40), color)


def difference(one: Image.Image, other: Image.Image) -> float:
    """The mean difference of two pictures of one size, in gray levels."""
    assert one.size == other.size
    return float(np.asarray(ImageChops.difference(one.convert("RGB"), other.convert("RGB"))).mean())


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize(
    ("format", "options"),
    [
        ("JPEG", {"quality": 95, "subsampling": 0}),
        ("PNG", {}),
        ("WEBP", {"lossless": True}),
        ("TIFF", {}),
        ("AVIF", {"quality": 95}),
    ],
)
def test_every_orientation_gives_the_same_upright_picture(orientation, format, options) -> None:  # noqa: A002
    data = turned(orientation, format, **options)

    picture = read_image(data, "a", LIMITS)
    rendition = display_rendition(data, "a", LIMITS)
    shown = Image.open(BytesIO(rendition.data or data))
    small = Image.open(BytesIO(thumbnail(data, "a", LIMITS)))

    assert (picture.width, picture.height) == (60, 40)
    assert difference(picture.upright_rgb(), corners()) < 4
    assert difference(shown, corners()) < 4
    assert difference(small, corners()) < 12
    assert shown.getexif().get(ExifTags.Base.Orientation, 1) == 1
    assert picture.is_browser_safe == (orientation == 1 and format != "TIFF")


def test_camera_photos_in_eight_orientations_look_alike() -> None:
    folder = shared_data("hostile/exif_orientation")
    upright = read_image(folder / "Landscape_1.jpg", "1", LIMITS).upright_rgb()

    for number in range(9):
        picture = read_image(folder / f"Landscape_{number}.jpg", str(number), LIMITS)
        assert (picture.width, picture.height) == (1800, 1200)
        assert difference(picture.upright_rgb(), upright) < 8, number


def test_an_orientation_that_does_not_exist_is_none() -> None:
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = 99

    picture = read_image(saved(corners(), "JPEG", exif=exif), "a.jpg", LIMITS)

    assert picture.orientation == 1
    assert picture.is_browser_safe


@pytest.mark.parametrize("format", ["PNG", "TIFF", "JPEG2000"])
def test_sixteen_bit_gray_keeps_its_order_and_uses_the_whole_range(format: str) -> None:  # noqa: A002
    ramp = np.linspace(1000, 5000, 64 * 64).reshape(64, 64).astype(np.uint16)
    data = saved(Image.fromarray(ramp), format)

    picture = read_image(data, "deep", LIMITS)
    rendition = display_rendition(data, "deep", LIMITS)
    gray = np.asarray(Image.open(BytesIO(rendition.data or b""))).astype(int)

    assert rendition.media_type == "image/png"
    assert gray.min() == 0
    assert gray.max() == 255
    assert (np.diff(gray.ravel()) >= 0).all()
    assert abs(gray.ravel()[2048] - 128) <= 2
    assert "Deep gray" in picture.notes[0]


def test_float_pictures_with_holes_are_shown() -> None:
    values = np.linspace(-1, 1, 100 * 80, dtype=np.float32).reshape(80, 100)
    values[0, :3] = (np.nan, np.inf, -np.inf)

    gray = np.asarray(read_image(saved(Image.fromarray(values), "TIFF"), "f.tif", LIMITS).upright())

    assert gray[79, 99] == 255
    assert gray[0, 1] == 255
    assert gray[0, 0] == gray[0, 2] == 0


def test_a_deep_picture_of_one_value_is_black_not_an_error() -> None:
    flat = Image.fromarray(np.full((8, 8), 4660, np.uint16))

    assert np.asarray(read_image(saved(flat, "PNG"), "flat", LIMITS).upright()).max() == 0


def test_cmyk_is_shown_as_pillow_converts_it() -> None:
    inks = corners().convert("CMYK")

    rendition = display_rendition(saved(inks, "JPEG", quality=95, subsampling=0), "inks.jpg", LIMITS)

    assert rendition.media_type == "image/jpeg"
    assert difference(Image.open(BytesIO(rendition.data or b"")), inks.convert("RGB")) < 4


def test_transparency_is_kept_for_the_browser_and_white_in_thumbnails() -> None:
    image = Image.new("RGBA", (20, 10), (255, 0, 0, 0))
    image.paste((0, 0, 255, 255), (0, 0, 10, 10))
    data = saved(image, "TIFF")

    rendition = display_rendition(data, "a.tif", LIMITS)
    shown = Image.open(BytesIO(rendition.data or b""))
    small = Image.open(BytesIO(thumbnail(data, "a.tif", LIMITS)))

    assert shown.getpixel((15, 5))[3] == 0
    assert min(small.getpixel((17, 5))) > 240
    assert small.getpixel((2, 5))[2] > 200


def test_palette_pictures_keep_their_colors() -> None:
    data = saved(corners().quantize(8), "BMP")

    assert difference(read_image(data, "p.bmp", LIMITS).upright_rgb(), corners()) < 2


@pytest.mark.parametrize(
    ("format", "media_type"), [("GIF", "image/gif"), ("TIFF", "image/tiff"), ("PNG", None)]
)
def test_of_several_frames_the_first_is_shown_and_the_rest_told(format, media_type) -> None:  # noqa: A002
    data = saved(corners(), format, save_all=True, append_images=[plain("yellow"), plain("navy")])

    picture = read_image(data, "many", LIMITS)
    shown = Image.open(BytesIO(display_rendition(data, "many", LIMITS).data or b""))

    assert picture.frames == 3
    assert "3 frames" in picture.notes[0]
    assert picture.media_type == media_type or media_type is None
    assert getattr(shown, "n_frames", 1) == 1
    assert difference(shown, corners()) < 4


def test_a_plain_file_is_shown_as_it_is() -> None:
    assert display_rendition(saved(corners(), "JPEG"), "a.jpg", LIMITS).data is None
    assert display_rendition(saved(corners(), "BMP"), "a.bmp", LIMITS).data is not None


def test_the_content_counts_and_not_the_ending() -> None:
    assert read_image(saved(corners(), "JPEG"), "liar.png", LIMITS).media_type == "image/jpeg"


def test_one_pixel_is_a_picture() -> None:
    found = examine(saved(Image.new("RGB", (1, 1), "red"), "PNG"), "dot.png", LIMITS)

    assert (found.picture.width, found.picture.height) == (1, 1)
    assert found.dhash is None


def test_a_bomb_is_refused_by_its_header() -> None:
    data = saved(Image.new("1", (3000, 3000)), "PNG")

    with pytest.raises(ImageTooLarge, match=r"big.png: 9,000,000 pixels are above the limit of 1,000,000"):
        read_image(data, "big.png", ImageLimits(max_pixels=1_000_000))


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "the file is empty"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "SVG drawings are not read"),
        (b"<!DOCTYPE html><p>", "this is a web page"),
        (b"%PDF-1.7 \x00", "this is a PDF"),
        (b"just words", "this is text"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "its header is damaged"),
    ],
)
def test_what_is_no_picture_is_named(data: bytes, reason: str) -> None:
    with pytest.raises(UnreadableImage, match=reason):
        examine(data, "a.jpg", LIMITS)


def test_a_truncated_picture_is_refused_though_its_header_is_good() -> None:
    data = saved(Image.effect_noise((300, 300), 60), "JPEG")[:4000]

    assert read_image(data, "half.jpg", LIMITS).width == 300
    with pytest.raises(UnreadableImage, match=r"half.jpg: the file ends before the picture does"):
        examine(data, "half.jpg", LIMITS)


def test_thumbnails_are_small_and_keep_the_proportions(tmp_path: Path) -> None:
    path = tmp_path / "wide.jpg"
    Image.effect_noise((2000, 500), 60).save(path)

    small = Image.open(BytesIO(thumbnail(path, "wide.jpg", LIMITS, 256)))

    assert small.size == (256, 64)
    assert small.format == "WEBP"
