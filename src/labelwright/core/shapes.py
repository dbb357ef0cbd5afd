"""Shapes: the geometry of an annotation, in image points.

Image points are pixels of the upright item: x right, y down, (0, 0) the top-left corner of the
top-left pixel, so a full-image box is (0, 0, width, height). Values are floats, never rounded here.
A shape may reach over the border of its item: people draw so, and clipping is the exporter's choice.

Each shape checks itself when made and raises `InvalidShape`. A new kind of shape is one struct here
and its name in `Shape`.
"""

from collections.abc import Iterator
from itertools import pairwise
from math import isfinite
from typing import NamedTuple

import msgspec

from labelwright.core.errors import InvalidShape

LIMIT = 1e7  # pixels; far beyond any item, near enough that areas stay exact in floats


class Point(NamedTuple):
    """An image point."""

    x: float
    y: float


class Bounds(NamedTuple):
    """The smallest upright rectangle around a shape, in image points."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def width(self) -> float:
        return self.right - self.left

    @property
    def height(self) -> float:
        return self.bottom - self.top


Ring = tuple[Point, ...]
"""A closed line of at least three points; the last joins the first without being repeated."""


class Box(msgspec.Struct, frozen=True, tag_field="kind", tag="box", forbid_unknown_fields=True):
    """An upright rectangle with a width and height above zero."""

    left: float
    top: float
    right: float
    bottom: float

    def __post_init__(self) -> None:
        _check_numbers((self.left, self.top, self.right, self.bottom))
        if self.right <= self.left or self.bottom <= self.top:
            raise InvalidShape(
                f"A box needs a width and height above zero; this one is "
                f"{self.right - self.left:g} × {self.bottom - self.top:g}."
            )

    @property
    def bounds(self) -> Bounds:
        return Bounds(self.left, self.top, self.right, self.bottom)

    @property
    def area(self) -> float:
        return (self.right - self.left) * (self.bottom - self.top)


class Polygon(msgspec.Struct, frozen=True, tag_field="kind", tag="polygon", forbid_unknown_fields=True):
    """One or more areas, each an outer ring followed by the rings of its holes.

    Roles come from the order, not from the winding: `parts[i][0]` is an outer ring,
    `parts[i][1:]` are holes in it.
    """

    parts: tuple[tuple[Ring, ...], ...]

    def __post_init__(self) -> None:
        if not self.parts or any(not part for part in self.parts):
            raise InvalidShape("A polygon needs at least one outer ring.")
        for ring in self.rings():
            if len(ring) < 3:
                raise InvalidShape(f"A polygon ring needs three points; this one has {len(ring)}.")
            for point in ring:
                _check_numbers(point)
        if self.area <= 0:
            raise InvalidShape("The polygon encloses no area.")

    def rings(self) -> Iterator[Ring]:
        """Every ring, outer rings and holes alike."""
        for part in self.parts:
            yield from part

    @property
    def bounds(self) -> Bounds:
        points = [point for part in self.parts for point in part[0]]
        xs = [x for x, _ in points]
        ys = [y for _, y in points]
        return Bounds(min(xs), min(ys), max(xs), max(ys))

    @property
    def area(self) -> float:
        """Outer rings minus holes, in square pixels (shoelace formula)."""
        return sum(ring_area(part[0]) - sum(ring_area(hole) for hole in part[1:]) for part in self.parts)


class Mask(msgspec.Struct, frozen=True, tag_field="kind", tag="mask", forbid_unknown_fields=True):
    """A bit mask inside a window of whole pixels.

    `runs` are row-major run lengths over the window, beginning with a run of clear pixels
    (possibly 0 long), and add up to width × height.
    """

    left: int
    top: int
    width: int
    height: int
    runs: tuple[int, ...]

    def __post_init__(self) -> None:
        if self.width <= 0 or self.height <= 0:
            raise InvalidShape("A mask needs a window of at least one pixel.")
        _check_numbers((self.left, self.top, self.width, self.height))
        if any(run < 0 for run in self.runs):
            raise InvalidShape("A mask run cannot be negative.")
        if sum(self.runs) != self.width * self.height:
            raise InvalidShape(
                f"Mask runs cover {sum(self.runs)} pixels, its window has {self.width * self.height}."
            )
        if not self.area:
            raise InvalidShape("The mask sets no pixel.")

    @property
    def bounds(self) -> Bounds:
        """The window, which may be larger than the set pixels."""
        return Bounds(self.left, self.top, self.left + self.width, self.top + self.height)

    @property
    def area(self) -> float:
        return float(sum(self.runs[1::2]))


Shape = Box | Polygon | Mask

KINDS: dict[str, type[Shape]] = {"box": Box, "polygon": Polygon, "mask": Mask}
"""Shape kinds by the name used on the wire, in ontologies and on screens."""


def kind_of(shape: Shape | None) -> str:
    """The name of a shape's kind; an annotation with no shape is a `tag`."""
    if shape is None:
        return "tag"
    return str(shape.__struct_config__.tag)


def ring_area(ring: Ring) -> float:
    """The area a ring encloses, in square pixels, whichever way it winds."""
    doubled = sum(a[0] * b[1] - b[0] * a[1] for a, b in pairwise((*ring, ring[0])))
    return abs(doubled) / 2


def polygon_of(ring: Ring) -> Polygon:
    """A polygon of one part without holes."""
    return Polygon(parts=((ring,),))


def _check_numbers(values: tuple[float, ...]) -> None:
    for value in values:
        if not isfinite(value) or abs(value) > LIMIT:
            raise InvalidShape(f"{value} is no usable coordinate.")
