"""Simpler shapes for formats that lack a kind, and words for their categories."""

import numpy as np
import pytest

from labelwright.core.document import Document
from labelwright.core.ontology import Category
from labelwright.core.shapes import Box, Ellipse, Mask, Points, Polygon, RotatedBox
from labelwright.formats.fitting import Place, fitting, polygon_of_mask
from labelwright.formats.per_picture import plain_words
from labelwright.formats.raster import mask_of_polygon
from labelwright.formats.report import Losses
from labelwright.formats.rle import windowed
from tests.conformance.conftest import (
    BOX,
    CUBOID,
    ELLIPSE,
    LINE,
    MASK,
    ONTOLOGY,
    SKELETON,
    TURNED,
    TWO_PARTS,
    WITH_HOLE,
    annotation,
    item,
)

CATEGORIES = {category.id: category for category in ONTOLOGY.categories}


def fitted(shape: object, place: Place, **values: object) -> tuple[list[object], Losses]:
    losses = Losses()
    entry = item("a.png", Document(annotations=(annotation(1, shape),)), **values)
    return [found for _, _, found in fitting(entry, CATEGORIES, place, losses)], losses


@pytest.mark.parametrize(
    ("shape", "kinds", "kind", "word"),
    [
        (BOX, ("polygon",), Polygon, "exactly"),
        (TURNED, ("polygon", "box"), Polygon, "exactly"),
        (ELLIPSE, ("polygon",), Polygon, "0.1 pixels"),
        (MASK, ("polygon",), Polygon, "exactly"),
        (BOX, ("rotated_box",), RotatedBox, "exactly"),
        (WITH_HOLE, ("mask",), Mask, "0.71 pixels"),
        (ELLIPSE, ("mask", "box"), Mask, "0.81 pixels"),
    ],
)
def test_a_shape_becomes_the_simplest_that_says_most(
    shape: object, kinds: tuple[str, ...], kind: type, word: str
) -> None:
    (found,), losses = fitted(shape, Place(kinds=kinds))

    assert isinstance(found, kind)
    assert [word in reason for reason in losses.converted] == [True]
    assert not losses.dropped
    assert losses.kept == 0


@pytest.mark.parametrize(
    ("shape", "kinds", "kind"),
    [
        (LINE, ("box",), Box),
        (CUBOID, ("polygon",), Polygon),
        (SKELETON, ("points",), Points),
        (LINE, ("rotated_box",), RotatedBox),
        (LINE, ("polygon",), None),
        (None, ("box",), None),
    ],
)
def test_what_says_less_is_dropped_and_what_is_left_is_written(
    shape: object, kinds: tuple[str, ...], kind: type | None
) -> None:
    found, losses = fitted(shape, Place(kinds=kinds))

    assert [type(entry) for entry in found] == ([kind] if kind else [])
    assert sum(losses.dropped.values()) == 1
    assert not losses.converted


def test_parts_are_joined_where_there_is_no_place_for_them() -> None:
    (found,), losses = fitted(TWO_PARTS, Place(kinds=("polygon",), parts=False))

    assert len(found.parts) == 1
    assert found.area == pytest.approx(TWO_PARTS.area)
    assert "exactly the same" in next(iter(losses.converted))


def test_shares_and_pixels_are_not_mixed_up() -> None:
    for place, values in (
        (Place(kinds=("box",)), {"in_shares": True}),
        (Place(kinds=("box",), shares=True), {"width": 0, "height": 0}),
    ):
        found, losses = fitted(BOX, place, **values)
        assert found == []
        assert sum(losses.dropped.values()) == 1


def test_a_mask_that_reaches_out_is_cut_where_masks_cover_the_picture() -> None:
    mask = Mask(left=48, top=0, width=4, height=1, runs=(0, 4))
    (cut,), losses = fitted(mask, Place(kinds=("mask",)))
    (whole,), kept = fitted(mask, Place(kinds=("mask",), whole_masks=False))

    assert (cut.width, losses.kept) == (2, 0)
    assert (whole, kept.kept) == (mask, 1)


@pytest.mark.parametrize("seed", range(20))
def test_the_outlines_of_a_mask_hold_just_its_pixels(seed: int) -> None:
    pixels = np.random.default_rng(seed).random((9, 11)) < 0.6
    mask = windowed(pixels, 3, 5)

    polygon = polygon_of_mask(mask)

    assert mask_of_polygon(polygon) == mask
    assert polygon.area == mask.area


def test_a_part_within_a_hole_is_a_part_of_its_own() -> None:
    pixels = np.ones((7, 7), dtype=np.bool_)
    pixels[1:6, 1:6] = False
    pixels[2:5, 2:5] = True
    pixels[3, 3] = False

    polygon = polygon_of_mask(windowed(pixels))

    assert [len(part) for part in polygon.parts] == [2, 2]


def test_no_two_categories_get_one_word() -> None:
    names = ("traffic light", "traffic_light", "  ", "car")
    words = plain_words([Category(id=str(place), name=name) for place, name in enumerate(names)])

    assert list(words.values()) == ["traffic_light", "traffic_light_2", "_", "car"]


def test_an_ellipse_cut_to_a_mask_is_near_its_outline() -> None:
    (found,), _ = fitted(Ellipse(x=25, y=20, rx=10, ry=5), Place(kinds=("mask",)))

    assert found.area == pytest.approx(157, abs=8)
