"""Tiles lie exactly where the picture has them, at every level, and nothing half-made is ever seen."""

import json
import os
import subprocess
import sys
import time
from contextlib import suppress
from io import BytesIO
from pathlib import Path

import msgspec
import numpy as np
import pytest
import pyvips
from PIL import ExifTags, Image, ImageOps

from labelwright.core.errors import ImageTooLarge, InvalidInput, LabelwrightError, NoRoom, UnreadableImage
from labelwright.media import pyramid_process, upright
from labelwright.media.depth import depth_of
from labelwright.media.image import ImageLimits
from labelwright.media.pyramid import Pyramid, make_pyramid
from labelwright.media.pyramid_levels import (
    OVERLAP,
    TILE,
    grid_of,
    is_tiled,
    levels_of,
    padded,
    sized,
)
from labelwright.media.pyramid_process import Orders, make_apart
from labelwright.media.rendition import examine, preview

LIMITS = ImageLimits()


def pixels(data: bytes) -> np.ndarray:
    return np.asarray(Image.open(BytesIO(data)))


def assembled(pyramid: Pyramid, level: int) -> np.ndarray:
    """A level put together from its tiles, whose overlaps must agree with their neighbors."""
    wide, high = sized(pyramid.facts.width, pyramid.facts.height, level)
    whole: np.ndarray | None = None
    across, down = grid_of(pyramid.facts.width, pyramid.facts.height, level)
    for y in range(down):
        for x in range(across):
            tile = pixels(pyramid.tile(level, x, y).data)
            if whole is None:
                whole = np.zeros((high, wide, *tile.shape[2:]), tile.dtype)
            left, top = max(0, x * TILE - OVERLAP), max(0, y * TILE - OVERLAP)
            inner_left, inner_top = x * TILE - left, y * TILE - top
            part = tile[inner_top : inner_top + TILE, inner_left : inner_left + TILE]
            whole[y * TILE : y * TILE + part.shape[0], x * TILE : x * TILE + part.shape[1]] = part
    assert whole is not None
    return whole


def noise(width: int, height: int, seed: int = 1) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)


def saved(values: np.ndarray, path: Path, **options: object) -> Path:
    Image.fromarray(values).save(path, **options)
    return path


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "renditions" / "a.tiles.tif"


@pytest.mark.parametrize("size", [(1300, 900), (1025, 513), (512, 512), (513, 1), (1, 1)])
@pytest.mark.parametrize("form", ["png", "tif"])
def test_level_zero_is_the_picture_to_the_last_bit(
    size: tuple[int, int], form: str, tmp_path: Path, target: Path
) -> None:
    values = noise(*size)
    make_pyramid(saved(values, tmp_path / f"a.{form}"), "a", LIMITS, target)

    pyramid = Pyramid(target, "a")

    assert (assembled(pyramid, 0) == values).all()
    assert (pyramid.levels, pyramid.facts.exact) == (levels_of(*size), True)


def test_a_block_of_marked_pixels_lies_where_it_should_at_every_level(tmp_path: Path, target: Path) -> None:
    width, height = 5003, 3001
    step = 1 << (levels_of(width, height) - 1)
    values = np.zeros((height, width, 3), np.uint8)
    marks = [(x, y) for x in range(3, width // step, 41) for y in range(2, height // step, 23)]
    for x, y in marks:
        values[y * step : (y + 1) * step, x * step : (x + 1) * step] = 255
    make_pyramid(saved(values, tmp_path / "a.png"), "a", LIMITS, target)

    pyramid = Pyramid(target, "a")

    for level in range(pyramid.levels):
        gray = assembled(pyramid, level)
        gray = gray if gray.ndim == 2 else gray[..., 0]
        side = step >> level
        expected = np.zeros(gray.shape, bool)
        for x, y in marks:
            expected[y * side : (y + 1) * side, x * side : (x + 1) * side] = True
        wrong = np.abs(gray.astype(int) - np.where(expected, 255, 0)) > 64  # JPEG rings around an edge
        assert not wrong.any(), f"level {level}: {wrong.sum()} pixels"


def test_the_last_pixels_of_an_odd_picture_are_in_every_level(tmp_path: Path, target: Path) -> None:
    values = np.zeros((1031, 1543, 3), np.uint8)
    values[:, -1] = values[-1, :] = 255
    make_pyramid(saved(values, tmp_path / "a.png"), "a", LIMITS, target)

    pyramid = Pyramid(target, "a")

    for level in range(pyramid.levels):
        gray = assembled(pyramid, level).astype(int)
        gray = gray if gray.ndim == 2 else gray[..., 0]
        assert gray.shape[::-1] == sized(1543, 1031, level)
        assert gray[:-1, -1].mean() > 200 / (1 << level)
        assert gray[:-2, :-2].mean() < 12


@pytest.mark.parametrize("orientation", range(1, 9))
def test_tiles_are_upright(orientation: int, tmp_path: Path, target: Path) -> None:
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    path = saved(noise(700, 520), tmp_path / "a.png", exif=exif)
    found = examine(path, "a", LIMITS).picture

    make_pyramid(path, "a", LIMITS, target)

    whole = assembled(Pyramid(target, "a"), 0)
    turned = np.asarray(ImageOps.exif_transpose(Image.open(path)))
    assert whole.shape[1::-1] == (found.width, found.height)
    assert (whole == turned).all()


def test_tiles_of_a_photo_look_like_it(tmp_path: Path, target: Path) -> None:
    smooth = Image.fromarray(noise(40, 30)).resize((1400, 1050), Image.Resampling.BICUBIC)
    smooth.save(tmp_path / "a.jpg", quality=95, subsampling=0)
    make_pyramid(tmp_path / "a.jpg", "a", LIMITS, target)

    pyramid = Pyramid(target, "a")

    shown = assembled(pyramid, 0).astype(int)
    assert pyramid.tile(0, 0, 0).media_type == "image/jpeg"
    assert np.abs(shown - np.asarray(smooth, int)).mean() < 3


@pytest.mark.parametrize(
    ("values", "exact"),
    [
        (np.arange(1200 * 600, dtype=np.uint32).reshape(600, 1200).astype(np.uint16), True),
        (np.linspace(-3, 7, 1200 * 600, dtype=np.float32).reshape(600, 1200), False),
        ((np.arange(1200 * 600, dtype=np.int32).reshape(600, 1200) % 60_000) - 30_000, True),
    ],
)
def test_deep_values_travel_in_two_colors(
    values: np.ndarray, exact: bool, tmp_path: Path, target: Path
) -> None:
    make_pyramid(saved(values, tmp_path / "a.tif"), "a", LIMITS, target)

    pyramid = Pyramid(target, "a")
    two = assembled(pyramid, 0).astype(int)
    depth = pyramid.facts.depth

    assert depth is not None
    back = (two[..., 0] * 256 + two[..., 1]) * depth.step + depth.zero
    assert np.abs(back - values).max() <= (0 if exact else 0.501 * depth.step)
    assert (two[..., 2] == 0).all()
    assert (depth.minimum, depth.maximum) == (values.min(), values.max())


def test_what_is_no_number_is_left_out_of_the_range() -> None:
    values = np.linspace(0, 1, 640 * 480, dtype=np.float32).reshape(480, 640)
    values[0, :4] = (np.nan, np.inf, -np.inf, np.nan)

    depth = depth_of(pyvips.Image.new_from_array(values))

    assert 0 < depth.minimum < 1e-4
    assert depth.maximum == 1
    assert depth.low < 0.01
    assert depth.high > 0.99


def test_a_float_picture_with_holes_has_tiles(tmp_path: Path, target: Path) -> None:
    values = np.linspace(0, 1, 64 * 48, dtype=np.float32).reshape(48, 64)
    values[0, :3] = (np.nan, np.inf, -np.inf)
    make_pyramid(saved(values, tmp_path / "a.tif"), "a", LIMITS, target)

    two = assembled(Pyramid(target, "a"), 0).astype(int)[0, :4]

    assert two[0].tolist() == [0, 0, 0]
    assert two[1].tolist() == [255, 255, 0]
    assert two[2].tolist() == [0, 0, 0]


def test_a_very_thin_picture_has_a_pyramid(tmp_path: Path, target: Path) -> None:
    values = (np.arange(60_000) % 251).astype(np.uint8).reshape(60_000, 1)
    path = saved(values, tmp_path / "a.png")

    found = examine(path, "a", LIMITS)
    make_pyramid(path, "a", LIMITS, target)

    pyramid = Pyramid(target, "a")
    assert is_tiled(1, 60_000)
    assert Image.open(BytesIO(found.preview or b"")).size == (1, 2048)
    assert (assembled(pyramid, 0) == values).all()
    assert assembled(pyramid, pyramid.levels - 1).shape == (938, 1)
    assert padded(1, 60_000) == (64, 60_032)


@pytest.mark.parametrize(("level", "x", "y"), [(-1, 0, 0), (9, 0, 0), (0, 3, 0), (0, 0, -1), (1, 2, 0)])
def test_a_tile_that_is_not_there_is_named(level: int, x: int, y: int, tmp_path: Path, target: Path) -> None:
    make_pyramid(saved(noise(1300, 900), tmp_path / "a.png"), "a", LIMITS, target)

    with pytest.raises(InvalidInput, match="There is no") as refused:
        Pyramid(target, "a").tile(level, x, y)

    assert refused.value.place in ("level", "x", "y")
    assert "Use 0 to" in refused.value.remedy


def strips(path: Path, width: int, height: int) -> Path:
    """A tiled TIFF that costs nothing to make."""
    wave = pyvips.Image.sines(width, height).linear(100, 120).cast("uchar")
    wave.tiffsave(str(path), tile=True, compression="deflate", bigtiff=True)
    return path


def test_a_truncated_large_tiff_is_refused_and_leaves_nothing(tmp_path: Path, target: Path) -> None:
    path = strips(tmp_path / "a.tif", 9000, 3000)
    whole = path.read_bytes()
    directory = int.from_bytes(whole[8:16], "little")
    # The directory stays readable; the pixels before it are gone.
    path.write_bytes(whole[:4096] + bytes(directory - 4096) + whole[directory:])

    for act in (lambda: examine(path, "a.tif", LIMITS), lambda: make_pyramid(path, "a.tif", LIMITS, target)):
        with pytest.raises(UnreadableImage, match=r"a\.tif: the file") as refused:
            act()
        assert str(tmp_path) not in refused.value.message

    assert list(target.parent.iterdir()) == []


def test_a_truncated_large_jpeg_is_refused(tmp_path: Path, target: Path) -> None:
    path = tmp_path / "a.jpg"
    pyvips.Image.gaussnoise(9000, 800).cast("uchar").jpegsave(str(path))
    path.write_bytes(path.read_bytes()[:-200_000])

    for act in (lambda: examine(path, "a.jpg", LIMITS), lambda: make_pyramid(path, "a.jpg", LIMITS, target)):
        with pytest.raises(UnreadableImage, match="ends before"):
            act()


def test_the_limit_of_what_is_decoded_whole_does_not_hold_for_what_is_read_in_strips(tmp_path: Path) -> None:
    small = ImageLimits(max_pixels=1_000_000)
    wide = ImageLimits(max_pixels=1_000_000, max_streamed_pixels=2_000_000)
    path = strips(tmp_path / "a.tif", 9000, 400)
    Image.new("L", (9000, 400)).save(tmp_path / "p.jpg", progressive=True)

    assert examine(path, "a.tif", small).picture.width == 9000
    with pytest.raises(ImageTooLarge) as streamed:
        examine(path, "a.tif", wide)
    with pytest.raises(ImageTooLarge) as whole:
        examine(tmp_path / "p.jpg", "p.jpg", small)

    assert "LABELWRIGHT_MAX_STREAMED_PIXELS=3600000" in streamed.value.remedy
    assert "max_image_pixels" in whole.value.remedy
    assert "tiled TIFF" in whole.value.remedy


def test_a_large_picture_is_examined_in_little_memory(tmp_path: Path) -> None:
    path = strips(tmp_path / "a.tif", 30_000, 10_000)
    code = (
        "import sys; from pathlib import Path; from labelwright.media.rendition import examine\n"
        "from labelwright.media.decode import ImageLimits\n"
        "found = examine(Path(sys.argv[1]), 'a', ImageLimits())\n"
        "import re; most = re.search(r'VmHWM:\\s*(\\d+)', open('/proc/self/status').read())[1]\n"
        "print(found.picture.width, most)"
    )

    told = subprocess.run(
        [sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=True
    ).stdout.split()

    assert told[0] == "30000"
    assert int(told[1]) * 1024 < 30_000 * 10_000  # less than one byte a pixel, with all the libraries


def orders(path: Path, target: Path, max_bytes: int = 2**40) -> Orders:
    return Orders(
        source=str(path),
        name="a",
        target=str(target),
        max_bytes=max_bytes,
        max_pixels=LIMITS.max_pixels,
        max_streamed_pixels=LIMITS.max_streamed_pixels,
    )


def test_a_process_of_its_own_says_how_far_it_is(tmp_path: Path, target: Path) -> None:
    path = strips(tmp_path / "a.tif", 6000, 4000)
    target.parent.mkdir()
    told: list[float] = []

    make_apart(orders(path, target), told.append)

    assert len(told) > 3
    assert told == sorted(told)
    assert 0 <= told[0] <= told[-1] <= 1
    assert Pyramid(target, "a").levels == 5


def test_a_full_disk_is_named_and_leaves_nothing(tmp_path: Path, target: Path) -> None:
    path = strips(tmp_path / "a.tif", 6000, 4000)
    target.parent.mkdir()

    with pytest.raises(NoRoom, match="There is no room for the tiles of a") as refused:
        make_apart(orders(path, target, max_bytes=5_000_000), lambda _: None)

    assert "Free some space" in refused.value.remedy
    assert list(target.parent.iterdir()) == []


def test_a_killed_maker_leaves_no_half_file(tmp_path: Path, target: Path) -> None:
    path = strips(tmp_path / "a.tif", 6000, 4000)
    target.parent.mkdir()
    seen: list[bool] = []

    def kill(_: float) -> None:
        if list(target.parent.glob(".*.part")):
            seen.append(True)
            for process in list(pyramid_process._alive):
                process.kill()

    with pytest.raises(UnreadableImage, match="ended early"):
        make_apart(orders(path, target), kill)

    assert seen
    assert list(target.parent.iterdir()) == []


def test_what_a_killed_server_left_is_removed_in_time(tmp_path: Path, target: Path) -> None:
    target.parent.mkdir()
    old, new = (target.parent / f".{target.name}.{n}-x.part" for n in (1, 2))
    for left in (old, new):
        left.write_bytes(b"half")
    os.utime(old, (1, 1))

    make_pyramid(saved(noise(20, 20), tmp_path / "a.png"), "a", LIMITS, target)

    assert not old.exists()
    assert new.exists()  # perhaps somebody is at it


@pytest.mark.parametrize("damage", [b"", b"II*\0 no pyramid"])
def test_a_damaged_pyramid_is_no_pyramid(damage: bytes, target: Path) -> None:
    target.parent.mkdir()
    target.write_bytes(damage)

    with pytest.raises(UnreadableImage, match="made anew"):
        Pyramid(target, "a")


def test_a_preview_is_upright_small_and_like_the_picture(tmp_path: Path) -> None:
    values = np.zeros((3000, 9000, 3), np.uint8)
    values[:1500, :4500] = (255, 0, 0)
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = 6
    path = saved(values, tmp_path / "a.jpg", exif=exif)

    shown = Image.open(BytesIO(preview(path, "a", LIMITS)))

    assert shown.size == (683, 2048)
    assert shown.getpixel((600, 100))[0] > 240  # what was left is above, what was above is right
    assert shown.getpixel((100, 100))[0] < 15
    assert shown.getpixel((600, 2000))[0] < 15


def test_facts_of_a_pyramid_can_be_read_by_others(tmp_path: Path, target: Path) -> None:
    make_pyramid(saved(noise(600, 400), tmp_path / "a.png"), "a", LIMITS, target)

    told = json.loads(pyvips.Image.new_from_file(str(target)).get("image-description"))

    assert told == {"width": 600, "height": 400, "exact": True, "depth": None}


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_large_picture_is_turned_for_an_export_as_a_small_one_is(
    orientation: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    path = saved(noise(70, 52), tmp_path / "a.png", exif=exif)
    small = upright.upright_bytes(path, "a", "image/png", LIMITS)

    monkeypatch.setattr(upright, "LARGE", 10)
    large = upright.upright_bytes(path, "a", "image/png", LIMITS)

    assert (pixels(large) == pixels(small)).all()
    assert Image.open(BytesIO(large)).getexif().get(ExifTags.Base.Orientation, 1) == 1


def test_no_part_of_a_deep_picture_crashes_the_decoder(tmp_path: Path, target: Path) -> None:
    values = np.random.default_rng(5).integers(0, 65536, (48, 64), dtype=np.uint16)

    for form in ("png", "tif"):
        data = saved(values, tmp_path / f"a.{form}").read_bytes()
        for cut in range(0, len(data), max(1, len(data) // 60)):
            flipped = data[:cut] + bytes([data[cut] ^ 0xFF]) + data[cut + 1 :]
            for broken in (data[:cut], flipped):
                with suppress(LabelwrightError):
                    examine(broken, "broken", LIMITS)
                with suppress(LabelwrightError):
                    make_pyramid(broken, "broken", LIMITS, target)


def test_a_server_that_is_killed_meanwhile_leaves_a_whole_pyramid_or_none(
    tmp_path: Path, target: Path
) -> None:
    path = strips(tmp_path / "a.tif", 6000, 4000)
    target.parent.mkdir()
    code = (
        "import sys, msgspec; from labelwright.media.pyramid_process import Orders, make_apart\n"
        "orders = msgspec.json.decode(sys.argv[1], type=Orders)\n"
        "make_apart(orders, lambda done: print(done, flush=True))"
    )
    text = msgspec.json.encode(orders(path, target)).decode()
    with subprocess.Popen([sys.executable, "-c", code, text], stdout=subprocess.PIPE) as server:
        assert server.stdout is not None
        server.stdout.readline()
        server.kill()

    deadline = time.monotonic() + 60
    while list(target.parent.glob(".*.part")) and time.monotonic() < deadline:
        time.sleep(0.05)

    assert not target.exists() or Pyramid(target, "a").levels == 5
    assert not list(target.parent.glob(".*.part"))
