"""Shapes: the geometry of an annotation, in image points.

Image points are pixels of the upright item: x right, y down, (0, 0) the top-left corner of the
top-left pixel, so a full-image box is (0, 0, width, height). Values are floats, never rounded here.
A shape may reach over the border of its item: people draw so, and clipping is the exporter's choice.

Each shape checks itself when made and raises `InvalidShape`. A new kind of shape is one struct here
and its name in `Shape`.
"""

from collections.abc import Iterator
from itertools import chain, pairwise
from math import cos, hypot, isfinite, pi, sin
from operator import mul
from typing import NamedTuple

import msgspec

from labelwright.core.errors import InvalidShape

MOST_PIXELS = 4_000_000_000  # of the window of a mask; no larger picture is read
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
            _check_numbers(tuple(chain.from_iterable(ring)))
        if self.area <= 0:
            raise InvalidShape("The polygon encloses no area.")

    def rings(self) -> Iterator[Ring]:
        """Every ring, outer rings and holes alike."""
        for part in self.parts:
            yield from part

    @property
    def bounds(self) -> Bounds:
        return _around(tuple(point for part in self.parts for point in part[0]))

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
        if self.width * self.height > MOST_PIXELS:
            raise InvalidShape(
                f"A mask of {self.width} × {self.height} pixels is larger than any picture that is read."
            )
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


class RotatedBox(
    msgspec.Struct, frozen=True, tag_field="kind", tag="rotated_box", forbid_unknown_fields=True
):
    """A rectangle turned about its center. `angle` is in radians, clockwise on the screen."""

    x: float
    y: float
    width: float
    height: float
    angle: float = 0.0

    def __post_init__(self) -> None:
        _check_numbers((self.x, self.y, self.width, self.height, self.angle))
        if self.width <= 0 or self.height <= 0:
            raise InvalidShape(
                f"A rotated box needs a width and height above zero; this one is "
                f"{self.width:g} × {self.height:g}."
            )

    def corners(self) -> Ring:
        """Its corners, clockwise on the screen, from the one that is top-left when not turned."""
        across, down = self.width / 2, self.height / 2
        return tuple(
            _turned(self.x, self.y, dx, dy, self.angle)
            for dx, dy in ((-across, -down), (across, -down), (across, down), (-across, down))
        )

    @property
    def bounds(self) -> Bounds:
        return _around(self.corners())

    @property
    def area(self) -> float:
        return self.width * self.height


class Polyline(msgspec.Struct, frozen=True, tag_field="kind", tag="polyline", forbid_unknown_fields=True):
    """An open line of at least two points, with a length above zero."""

    points: tuple[Point, ...]

    def __post_init__(self) -> None:
        if len(self.points) < 2:
            raise InvalidShape(f"A polyline needs two points; this one has {len(self.points)}.")
        _check_numbers(tuple(chain.from_iterable(self.points)))
        if self.length <= 0:
            raise InvalidShape("The points of the polyline all lie in one place.")

    @property
    def length(self) -> float:
        """The way along the line, in pixels."""
        return sum(hypot(b[0] - a[0], b[1] - a[1]) for a, b in pairwise(self.points))

    @property
    def bounds(self) -> Bounds:
        return _around(self.points)

    @property
    def area(self) -> float:
        """Always 0: a line covers nothing."""
        return 0.0


class Points(msgspec.Struct, frozen=True, tag_field="kind", tag="points", forbid_unknown_fields=True):
    """One or more single points that are one annotation."""

    points: tuple[Point, ...]

    def __post_init__(self) -> None:
        if not self.points:
            raise InvalidShape("Points need at least one point.")
        _check_numbers(tuple(chain.from_iterable(self.points)))

    @property
    def bounds(self) -> Bounds:
        return _around(self.points)

    @property
    def area(self) -> float:
        """Always 0: points cover nothing."""
        return 0.0


class Ellipse(msgspec.Struct, frozen=True, tag_field="kind", tag="ellipse", forbid_unknown_fields=True):
    """An ellipse with radii `rx` and `ry`, turned about its center by `angle` radians clockwise."""

    x: float
    y: float
    rx: float
    ry: float
    angle: float = 0.0

    def __post_init__(self) -> None:
        _check_numbers((self.x, self.y, self.rx, self.ry, self.angle))
        if self.rx <= 0 or self.ry <= 0:
            raise InvalidShape(f"An ellipse needs radii above zero; these are {self.rx:g} and {self.ry:g}.")

    @property
    def bounds(self) -> Bounds:
        across = hypot(self.rx * cos(self.angle), self.ry * sin(self.angle))
        down = hypot(self.rx * sin(self.angle), self.ry * cos(self.angle))
        return Bounds(self.x - across, self.y - down, self.x + across, self.y + down)

    @property
    def area(self) -> float:
        return pi * self.rx * self.ry

    def ring(self, corners: int = 64) -> Ring:
        """A polygon on the ellipse; with 64 corners its area is 0.16 % smaller."""
        steps = (2 * pi * index / corners for index in range(corners))
        return tuple(
            _turned(self.x, self.y, self.rx * cos(step), self.ry * sin(step), self.angle) for step in steps
        )


ABSENT, OCCLUDED, VISIBLE = 0, 1, 2


class Keypoint(NamedTuple):
    """A named place of a skeleton. `visibility` is 2 visible, 1 occluded, 0 absent, as in COCO."""

    x: float
    y: float
    visibility: int = VISIBLE


class Skeleton(msgspec.Struct, frozen=True, tag_field="kind", tag="skeleton", forbid_unknown_fields=True):
    """Keypoints in the order of the category's template; the template holds names and edges.

    An absent keypoint keeps its place in the order; its coordinates say nothing.
    """

    keypoints: tuple[Keypoint, ...]

    def __post_init__(self) -> None:
        for x, y, visibility in self.keypoints:
            _check_numbers((x, y))
            if visibility not in (ABSENT, OCCLUDED, VISIBLE):
                raise InvalidShape(
                    f"A keypoint is visible (2), occluded (1) or absent (0), not {visibility}."
                )
        if not self.present():
            raise InvalidShape("A skeleton needs a keypoint that is not absent.")

    def present(self) -> tuple[Point, ...]:
        """The points that are visible or occluded."""
        return tuple(Point(x, y) for x, y, visibility in self.keypoints if visibility != ABSENT)

    @property
    def bounds(self) -> Bounds:
        return _around(self.present())

    @property
    def area(self) -> float:
        """Always 0: keypoints cover nothing."""
        return 0.0


class Cuboid(msgspec.Struct, frozen=True, tag_field="kind", tag="cuboid", forbid_unknown_fields=True):
    """A box in space as it is seen: its front face and its back face.

    Each face has four points: top-left, top-right, bottom-right, bottom-left.
    """

    front: tuple[Point, Point, Point, Point]
    back: tuple[Point, Point, Point, Point]

    def __post_init__(self) -> None:
        for point in (*self.front, *self.back):
            _check_numbers(point)
        if ring_area(self.front) <= 0:
            raise InvalidShape("The front face of the cuboid encloses no area.")

    @property
    def bounds(self) -> Bounds:
        return _around((*self.front, *self.back))

    @property
    def area(self) -> float:
        """What its outline encloses, in square pixels (convex hull of both faces)."""
        return ring_area(hull((*self.front, *self.back)))


Shape = Box | RotatedBox | Polygon | Polyline | Points | Ellipse | Mask | Skeleton | Cuboid

KINDS: dict[str, type[Shape]] = {
    "box": Box,
    "rotated_box": RotatedBox,
    "polygon": Polygon,
    "polyline": Polyline,
    "points": Points,
    "ellipse": Ellipse,
    "mask": Mask,
    "skeleton": Skeleton,
    "cuboid": Cuboid,
}
"""Shape kinds by the name used on the wire, in ontologies and on screens."""


def kind_of(shape: Shape | None) -> str:
    """The name of a shape's kind; an annotation with no shape is a `tag`."""
    if shape is None:
        return "tag"
    return str(shape.__struct_config__.tag)


def ring_area(ring: Ring) -> float:
    """The area a ring encloses, in square pixels, whichever way it winds."""
    # Measured from its first point: far from the corner of the picture, slivers would cancel out.
    x, y = ring[0]
    xs = [point[0] - x for point in ring]
    ys = [point[1] - y for point in ring]
    return abs(sum(map(mul, xs, ys[1:])) - sum(map(mul, xs[1:], ys))) / 2


def hull(points: tuple[Point, ...]) -> Ring:
    """The convex hull, clockwise on the screen (Andrew, 1979, monotone chain)."""
    ordered = sorted(set(points))

    def half(walk: list[Point]) -> list[Point]:
        kept: list[Point] = []
        for p in walk:
            while len(kept) >= 2 and _turns_left(kept[-2], kept[-1], p):
                kept.pop()
            kept.append(p)
        return kept[:-1]

    if len(ordered) < 3:
        return tuple(ordered)
    return (*half(ordered), *half(ordered[::-1]))


def outside(shape: Shape, width: int, height: int) -> str | None:
    """What a picture of a size has against a shape, in words, or None.

    Outlines may reach over the border. A mask is made of pixels of the picture, and beyond it are none:
    whoever reads a mask may count on that, and need no more room than the picture takes.
    """
    if not isinstance(shape, Mask):
        return None
    left, top, right, bottom = shape.bounds
    if left >= 0 and top >= 0 and right <= width and bottom <= height:
        return None
    return f"its mask reaches over the border of the picture of {width} × {height} pixels"


def polygon_of(ring: Ring) -> Polygon:
    """A polygon of one part without holes."""
    return Polygon(parts=((ring,),))


def _check_numbers(values: tuple[float, ...]) -> None:
    # Polygons have thousands: all are looked at together, and one by one only to name the culprit.
    if isfinite(sum(values)) and min(values) >= -LIMIT and max(values) <= LIMIT:
        return
    for value in values:
        if not isfinite(value) or abs(value) > LIMIT:
            raise InvalidShape(f"{value} is no usable coordinate.")


def _around(points: tuple[Point, ...]) -> Bounds:
    xs = [x for x, _ in points]
    ys = [y for _, y in points]
    return Bounds(min(xs), min(ys), max(xs), max(ys))


def _turned(x: float, y: float, dx: float, dy: float, angle: float) -> Point:
    # With y down, a positive angle turns clockwise on the screen.
    return Point(x + dx * cos(angle) - dy * sin(angle), y + dx * sin(angle) + dy * cos(angle))


def _turns_left(a: Point, b: Point, c: Point) -> bool:
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]) <= 0
