"""Shapes check themselves when made."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import Polygon as Reference

from labelwright.core.errors import InvalidShape
from labelwright.core.shapes import Box, Mask, Point, Polygon, kind_of, outside, polygon_of, ring_area

numbers = st.floats(-1000, 1000, allow_nan=False)
rings = st.lists(st.tuples(numbers, numbers), min_size=3, max_size=12).map(
    lambda points: tuple(Point(*p) for p in points)
)


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf, 1e12])
def test_numbers_that_mark_nothing_are_refused(bad: float) -> None:
    with pytest.raises(InvalidShape, match="coordinate"):
        Box(left=0, top=0, right=bad, bottom=1)


def test_a_box_without_area_is_refused_with_its_size() -> None:
    with pytest.raises(InvalidShape, match="3 × 0"):
        Box(left=1, top=1, right=4, bottom=1)


def test_a_polygon_has_the_area_of_its_parts_without_the_holes() -> None:
    outer = (Point(0, 0), Point(10, 0), Point(10, 10), Point(0, 10))
    hole = (Point(2, 2), Point(4, 2), Point(4, 4), Point(2, 4))
    island = (Point(20, 0), Point(21, 0), Point(21, 1), Point(20, 1))

    polygon = Polygon(parts=((outer, hole), (island,)))

    assert polygon.area == 100 - 4 + 1
    assert polygon.bounds == (0, 0, 21, 10)


@given(rings)
def test_the_area_of_a_ring_does_not_depend_on_where_it_starts_or_winds(ring: tuple[Point, ...]) -> None:
    turned = (*ring[1:], ring[0])

    assert ring_area(turned) == pytest.approx(ring_area(ring), abs=1e-6)
    assert ring_area(ring[::-1]) == pytest.approx(ring_area(ring), abs=1e-6)


@given(rings)
def test_the_area_of_a_simple_ring_is_that_of_the_reference(ring: tuple[Point, ...]) -> None:
    reference = Reference(ring)
    if reference.is_valid and reference.area > 1e-6:
        assert polygon_of(ring).area == pytest.approx(reference.area)


def test_a_ring_of_two_points_is_refused() -> None:
    with pytest.raises(InvalidShape, match="three points"):
        polygon_of((Point(0, 0), Point(1, 1)))


@pytest.mark.parametrize(
    ("runs", "reason"), [((4, 1), "cover 5"), ((5, -1), "negative"), ((4,), "sets no pixel")]
)
def test_masks_that_contradict_their_window_are_refused(runs: tuple[int, ...], reason: str) -> None:
    with pytest.raises(InvalidShape, match=reason):
        Mask(left=0, top=0, width=2, height=2, runs=runs)


def test_kinds_have_the_names_of_the_wire() -> None:
    mask = Mask(left=1, top=1, width=2, height=1, runs=(0, 2))

    assert (kind_of(None), kind_of(mask)) == ("tag", "mask")
    assert mask.area == 2


def test_a_mask_larger_than_any_picture_is_refused() -> None:
    with pytest.raises(InvalidShape, match="larger than any picture"):
        Mask(left=0, top=0, width=10**7, height=10**7, runs=(0, 10**14))


@pytest.mark.parametrize(
    ("left", "top", "fits"), [(0, 0, True), (8, 6, True), (-1, 0, False), (9, 0, False), (0, 7, False)]
)
def test_a_mask_ends_at_the_border_of_the_picture(left: int, top: int, fits: bool) -> None:
    mask = Mask(left=left, top=top, width=2, height=2, runs=(0, 4))

    assert (outside(mask, 10, 8) is None) == fits


def test_an_outline_may_reach_over_the_border() -> None:
    assert outside(Box(left=-5, top=-5, right=20, bottom=20), 10, 8) is None
