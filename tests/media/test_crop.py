"""Crops: exact pixels of the right place, within the picture, and a vector that tells likes apart."""

from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from labelwright.core.shapes import Bounds
from labelwright.media.crop import (
    LOOK_LENGTH,
    Window,
    encoded,
    look_of,
    part_of,
    part_of_pyramid,
    read_part,
    window_around,
)
from labelwright.media.decode import ImageLimits
from labelwright.media.pyramid import make_pyramid

LIMITS = ImageLimits()


def picture(width: int = 400, height: int = 300) -> Image.Image:
    """A picture in which every pixel of a neighborhood is another one."""
    down, across = np.mgrid[0:height, 0:width]
    values = np.stack([across % 256, down % 256, (across // 16 + down // 16) % 256], axis=-1)
    return Image.fromarray(values.astype(np.uint8))


def test_a_window_leaves_a_margin_around_the_object() -> None:
    assert window_around(Bounds(100, 100, 200, 140), 400, 300) == Window(70, 40, 230, 200)


def test_a_window_at_the_border_moves_inwards() -> None:
    assert window_around(Bounds(0, 0, 20, 20), 400, 300) == Window(0, 0, 32, 32)
    assert window_around(Bounds(380, 290, 400, 300), 400, 300).right == 400


@given(
    st.floats(-500, 900), st.floats(-500, 900), st.floats(0, 900), st.floats(0, 900),
    st.integers(1, 500), st.integers(1, 500),
)  # fmt: skip
def test_a_window_always_lies_in_the_picture(
    left: float, top: float, wide: float, high: float, width: int, height: int
) -> None:
    window = window_around(Bounds(left, top, left + wide, top + high), width, height)

    assert 0 <= window.left < window.right <= width
    assert 0 <= window.top < window.bottom <= height


def test_a_small_crop_is_sent_pixel_for_pixel() -> None:
    window = Window(37, 51, 77, 91)

    data = encoded(part_of(picture(), window, 240))

    sent = np.asarray(Image.open(BytesIO(data)).convert("RGB"))
    assert np.array_equal(sent, np.asarray(picture())[51:91, 37:77])


def test_a_large_crop_is_shrunk_to_what_was_asked_for() -> None:
    assert part_of(picture(), Window(0, 0, 400, 300), 100).size == (100, 75)


@pytest.mark.parametrize("suffix", ["png", "jpg", "tif"])
def test_a_part_read_in_strips_shows_the_same_place(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"a.{suffix}"
    picture(900, 700).save(path, quality=95)
    window = Window(300, 200, 400, 300)

    part = np.asarray(read_part(path, path.name, LIMITS, window, 240), dtype=int)

    whole = np.asarray(Image.open(path).convert("RGB"), dtype=int)[200:300, 300:400]
    assert part.shape == whole.shape
    assert abs(part - whole).mean() < 2


@pytest.mark.parametrize("size", [240, 60])
def test_a_part_from_tiles_shows_the_same_place(tmp_path: Path, size: int) -> None:
    path, tiles = tmp_path / "a.png", tmp_path / "tiles.tif"
    picture(1400, 1100).save(path)
    make_pyramid(path, path.name, LIMITS, tiles)
    window = Window(512, 384, 752, 624)

    part = part_of_pyramid(tiles, path.name, window, size, None)

    whole = part_of(Image.open(path).convert("RGB"), window, size)
    assert part.size == (size, size)
    away = np.asarray(part, dtype=int) - np.asarray(whole, dtype=int)
    assert abs(away).mean() < (0.01 if size == 240 else 12)


def test_looks_are_unit_vectors_and_tell_color_and_form_apart() -> None:
    plain = Image.new("RGB", (40, 40), (200, 60, 80))
    near = Image.new("RGB", (60, 60), (204, 62, 84))
    other = Image.new("RGB", (40, 40), (40, 60, 200))
    striped = plain.copy()
    striped.paste((20, 20, 20), (0, 0, 40, 20))

    looks = [look_of(one) for one in (plain, near, other, striped)]

    assert all(look.shape == (LOOK_LENGTH,) for look in looks)
    assert np.linalg.norm(looks[3]) == pytest.approx(1, abs=1e-5)
    away = [float(np.linalg.norm(looks[0] - look)) for look in looks]
    assert away[1] < 0.05 < away[2]
    assert away[1] < away[3]


def test_one_pixel_has_a_look() -> None:
    assert np.isfinite(look_of(Image.new("L", (1, 1)))).all()
