"""Run lengths, against cocoapi itself."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from pycocotools import mask as cocoapi

from labelwright.core.errors import InvalidShape
from labelwright.core.shapes import Mask, Point, Polygon
from labelwright.formats import outlines, rle
from labelwright.formats.raster import mask_of_polygon

grids = arrays.arrays(np.bool_, st.tuples(st.integers(1, 12), st.integers(1, 12))).filter(lambda g: g.any())


def encoded(grid) -> str:
    return cocoapi.encode(np.asfortranarray(grid.astype(np.uint8)))["counts"].decode()


@given(grids)
@settings(deadline=None)
def test_cocoapis_text_becomes_our_mask_and_the_same_text_again(grid) -> None:
    height, width = grid.shape
    text = encoded(grid)

    mask = rle.mask_of(height, width, rle.unpack(text))

    window = grid[mask.top : mask.top + mask.height, mask.left : mask.left + mask.width]
    assert np.array_equal(rle.grid_of(mask), window)
    assert mask.area == grid.sum()
    assert rle.pack(rle.runs_of(mask, height, width)) == text


@given(grids)
@settings(deadline=None)
def test_a_masks_outline_covers_exactly_its_pixels(grid) -> None:
    mask = rle.windowed(grid)

    ring = outlines.join(outlines.rings_of(mask))
    polygon = Polygon(parts=((ring,),))

    assert polygon.area == pytest.approx(grid.sum())
    assert mask_of_polygon(polygon) == mask


def test_a_mask_over_the_border_is_cut_there() -> None:
    mask = Mask(left=-1, top=-1, width=2, height=2, runs=(0, 4))

    assert rle.runs_of(mask, 3, 3) == [0, 1, 8]


def test_a_mask_beside_the_picture_leaves_nothing() -> None:
    mask = Mask(left=5, top=5, width=2, height=2, runs=(0, 4))

    assert rle.runs_of(mask, 3, 3) == [9]
    with pytest.raises(InvalidShape):
        rle.mask_of(3, 3, [9])


@pytest.mark.parametrize("text", ["!", "o", "\x7f", "é"])
def test_text_that_is_no_mask_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="mask"):
        rle.unpack(text)


@pytest.mark.parametrize(
    ("height", "width", "runs"), [(2, 2, [-1, 5]), (2, 2, [3]), (0, 4, []), (10**9, 10**9, [10**18])]
)
def test_runs_that_do_not_fit_their_picture_are_refused(height: int, width: int, runs: list[int]) -> None:
    with pytest.raises(ValueError, match="pixels"):
        rle.mask_of(height, width, runs)


def test_a_hole_is_drawn_as_a_hole() -> None:
    square = (Point(0, 0), Point(6, 0), Point(6, 6), Point(0, 6))
    hole = (Point(2, 2), Point(4, 2), Point(4, 4), Point(2, 4))

    mask = mask_of_polygon(Polygon(parts=((square, hole),)))

    assert mask.area == 32
    assert not rle.grid_of(mask)[2:4, 2:4].any()


def test_overlapping_parts_are_drawn_together() -> None:
    one = (Point(0, 0), Point(4, 0), Point(4, 4), Point(0, 4))
    other = (Point(2, 2), Point(6, 2), Point(6, 6), Point(2, 6))

    assert mask_of_polygon(Polygon(parts=((one,), (other,)))).area == 28


def test_a_joined_ring_covers_the_area_of_all_rings() -> None:
    square = (Point(0, 0), Point(6, 0), Point(6, 6), Point(0, 6))
    hole = (Point(2, 2), Point(4, 2), Point(4, 4), Point(2, 4))
    far = (Point(9, 9), Point(9, 12), Point(12, 9))
    polygon = Polygon(parts=((square, hole), (far,)))

    ring = outlines.joined(polygon)

    assert Polygon(parts=((ring,),)).area == pytest.approx(polygon.area)


def test_a_number_beyond_any_picture_is_refused_at_once() -> None:
    with pytest.raises(ValueError, match="beyond any picture"):
        rle.unpack("o" * 5_000_000)
