"""How alike two shapes are: what it promises for every pair of kinds, with Shapely as the judge of areas."""

from math import cos, exp, pi, sin

import pytest
import shapely
import shapely.affinity
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from labelwright.core.shapes import (
    Box,
    Cuboid,
    Ellipse,
    Keypoint,
    Mask,
    Point,
    Points,
    Polygon,
    Polyline,
    RotatedBox,
    Shape,
    Skeleton,
    polygon_of,
)
from labelwright.quality.iou import COARSEST, SIGMA, iou, oks
from tests.conformance.shapes import ANY

KINDS = [kind for kind in ANY if kind != "tag"]
SHAPES = st.one_of(*(ANY[kind] for kind in KINDS))
CONVEX = st.one_of(ANY["box"], ANY["rotated_box"], ANY["ellipse"], ANY["cuboid"])


def judged(shape: Shape):
    """The shape as Shapely has it."""
    match shape:
        case Box():
            return shapely.box(*shape.bounds)
        case RotatedBox():
            return shapely.Polygon(shape.corners())
        case Ellipse():
            return shapely.Polygon(shape.ring(4000))
        case Cuboid():
            return shapely.MultiPoint([*shape.front, *shape.back]).convex_hull
        case Polygon():
            return shapely.union_all([shapely.Polygon(part[0], part[1:]) for part in shape.parts])
        case Mask():
            bits = [index % 2 for index, run in enumerate(shape.runs) for _ in range(run)]
            places = [(n % shape.width, n // shape.width) for n, bit in enumerate(bits) if bit]
            cells = [shapely.box(x, y, x + 1, y + 1) for x, y in places]
            return shapely.affinity.translate(shapely.union_all(cells), shape.left, shape.top)
        case _:
            pytest.fail(f"{shape} has no area")


def share(a: Shape, b: Shape) -> float:
    one, other = judged(a), judged(b)
    return one.intersection(other).area / one.union(other).area


@given(SHAPES, SHAPES)
@settings(deadline=None, max_examples=300)
def test_it_is_symmetric_and_from_0_to_1(a: Shape, b: Shape) -> None:
    assert 0 <= iou(a, b) <= 1
    assert iou(a, b) == pytest.approx(iou(b, a), abs=1e-9)


@pytest.mark.parametrize("kind", KINDS)
@given(data=st.data())
@settings(deadline=None, max_examples=20)
def test_a_shape_is_all_like_itself_and_a_copy(kind: str, data) -> None:
    shape = data.draw(ANY[kind])

    assert iou(shape, shape) == 1
    assert iou(shape, type(shape)(**{f: getattr(shape, f) for f in shape.__struct_fields__})) == 1


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("other", KINDS)
def test_shapes_far_apart_have_nothing_in_common(kind: str, other: str) -> None:
    @given(a=ANY[kind], b=ANY[other])
    @settings(deadline=None, max_examples=3, database=None)
    def check(a: Shape, b: Shape) -> None:
        assert iou(a, moved(b, 500)) < 1e-6

    check()


@given(CONVEX, CONVEX)
@settings(deadline=None, max_examples=300)
def test_convex_shapes_are_exact(a: Shape, b: Shape) -> None:
    assert iou(a, b) == pytest.approx(share(a, b), abs=3e-4)


@given(st.one_of(ANY["polygon"], ANY["mask"], CONVEX), st.one_of(ANY["polygon"], ANY["mask"]))
@settings(deadline=None, max_examples=200)
def test_other_areas_are_exact_to_a_cell_along_their_outlines(a: Shape, b: Shape) -> None:
    assume(all(judged(shape).is_valid for shape in (a, b)))
    one, other = judged(a), judged(b)
    frame = one.union(other).bounds
    cell = max(frame[2] - frame[0], frame[3] - frame[1]) / COARSEST
    slack = (one.length + other.length + 8 * cell) * cell / one.union(other).area

    assert iou(a, b) == pytest.approx(share(a, b), abs=slack + 1e-9)


@given(ANY["mask"], ANY["mask"])
@settings(deadline=None, max_examples=100)
def test_masks_are_exact(a: Mask, b: Mask) -> None:
    assert iou(a, b) == pytest.approx(share(a, b), abs=1e-9)


def test_holes_and_parts_count() -> None:
    frame = ((0, 0), (30, 0), (30, 30), (0, 30))
    hole = ((10, 10), (20, 10), (20, 20), (10, 20))
    ring = Polygon(parts=((points(*frame), points(*hole)),))

    assert iou(ring, Box(0, 0, 30, 30)) == pytest.approx(8 / 9, abs=0.01)
    assert iou(ring, polygon_of(points(*hole))) == pytest.approx(0, abs=0.01)
    both = Polygon(parts=((points(*frame),), (points((40, 0), (60, 0), (60, 30), (40, 30)),)))
    assert iou(both, Box(0, 0, 30, 30)) == pytest.approx(0.6, abs=0.01)


def test_a_concave_polygon_whose_corners_lie_on_its_hull_is_not_taken_for_convex() -> None:
    around = points(*[(25 + 20 * cos(n * 2 * pi / 5), 25 + 20 * sin(n * 2 * pi / 5)) for n in range(5)])
    star = tuple(around[n * 2 % 5] for n in range(5))

    assert iou(polygon_of(around), polygon_of(around[::-1])) == pytest.approx(1)
    assert iou(polygon_of(star), polygon_of(around)) < 0.9


def test_a_polygon_of_a_hundred_thousand_corners_is_compared() -> None:
    zigzag = points(*[(n / 1000, 100 * (n % 2) + n / 1000) for n in range(100_000)], (100, 300), (0, 300))

    assert 0 < iou(polygon_of(zigzag), Box(0, 0, 100, 300)) < 1


def test_shapes_too_thin_to_be_drawn_are_compared_by_their_boxes() -> None:
    thin = polygon_of(points((0, 0), (1e-300, 0), (1e-300, 1e6), (0.5e-300, 1e6), (0, 1e6)))

    assert iou(thin, Box(0, 0, 2e-300, 1e6)) == pytest.approx(1)


def test_oks_follows_the_formula() -> None:
    a = Skeleton(keypoints=(Keypoint(0, 0, 2), Keypoint(99, 49, 1), Keypoint(7, 7, 0), Keypoint(5, 5, 2)))
    b = Skeleton(keypoints=(Keypoint(3, 4, 1), Keypoint(99, 49, 2), Keypoint(1, 1, 0), Keypoint(5, 5, 0)))
    size = ((99 + 1) * (49 + 1) + (96 + 1) * (45 + 1)) / 2

    expected = (exp(-25 / (2 * size * (2 * SIGMA) ** 2)) + 1 + 0) / 3
    assert oks(a, b) == iou(a, b) == pytest.approx(expected)


def test_a_keypoint_that_moves_counts_less_on_a_larger_figure() -> None:
    def figure(size: float, by: float) -> Skeleton:
        return Skeleton(keypoints=(Keypoint(by, 0, 2), Keypoint(size, size, 2)))

    assert iou(figure(10, 0), figure(10, 2)) < iou(figure(100, 0), figure(100, 2)) < 1


def test_skeletons_of_different_templates_are_compared_by_their_boxes() -> None:
    two = Skeleton(keypoints=(Keypoint(0, 0, 2), Keypoint(9, 9, 2)))
    three = Skeleton(keypoints=(*two.keypoints, Keypoint(4, 4, 2)))

    assert iou(two, three) == 1


def test_lines_without_height_and_single_points_have_a_likeness() -> None:
    line = Polyline(points=points((0, 5), (10, 5)))

    assert iou(line, Polyline(points=points((0, 5), (4, 5), (10, 5)))) == 1
    assert iou(line, Polyline(points=points((0, 5.5), (10, 5.5)))) == pytest.approx(1 / 3)
    assert iou(Points(points=points((3, 3))), Points(points=points((3.5, 3)))) == pytest.approx(1 / 3)
    assert iou(Points(points=points((3, 3))), Box(2.5, 2.5, 3.5, 3.5)) == pytest.approx(1 / 4)


@pytest.mark.parametrize("angle", [0, pi / 2, pi, -pi / 2])
def test_a_box_turned_by_quarters_is_a_box(angle: float) -> None:
    width, height = (20, 10) if angle in (0, pi) else (10, 20)

    turned = RotatedBox(x=50, y=40, width=width, height=height, angle=angle)
    assert iou(turned, Box(40, 35, 60, 45)) == pytest.approx(1)


def points(*pairs: tuple[float, float]) -> tuple[Point, ...]:
    return tuple(Point(*pair) for pair in pairs)


def moved(shape: Shape, by: int) -> Shape:
    """The shape somewhere else."""

    def far(points: tuple[Point, ...]) -> tuple[Point, ...]:
        return tuple(Point(x + by, y) for x, y in points)

    match shape:
        case Box():
            left, top, right, bottom = shape.bounds
            return Box(left + by, top, right + by, bottom)
        case RotatedBox():
            return RotatedBox(shape.x + by, shape.y, shape.width, shape.height, shape.angle)
        case Ellipse():
            return Ellipse(shape.x + by, shape.y, shape.rx, shape.ry, shape.angle)
        case Mask():
            return Mask(shape.left + by, shape.top, shape.width, shape.height, shape.runs)
        case Polygon():
            return Polygon(parts=tuple(tuple(map(far, part)) for part in shape.parts))
        case Polyline() | Points():
            return type(shape)(points=far(shape.points))
        case Skeleton():
            return Skeleton(keypoints=tuple(Keypoint(x + by, y, v) for x, y, v in shape.keypoints))
        case Cuboid():
            return Cuboid(front=far(shape.front), back=far(shape.back))
