"""Any shape that a person may draw in a picture of 50 × 50 pixels, by kind, and what it says."""

from math import pi

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
)

SIDE = 50


def number(low: float = 0, high: float = SIDE) -> st.SearchStrategy[float]:
    """Coordinates with many digits, but no more than a tool shows."""
    return st.floats(low, high, allow_nan=False).map(lambda value: round(value, 6))


POINTS = st.builds(Point, number(), number())


@st.composite
def _boxes(draw) -> Box:
    def apart(pair: tuple[float, float]) -> bool:
        return abs(pair[0] - pair[1]) > 0.01

    left, right = sorted(draw(st.tuples(number(), number()).filter(apart)))
    top, bottom = sorted(draw(st.tuples(number(), number()).filter(apart)))
    return Box(left=left, top=top, right=right, bottom=bottom)


@st.composite
def _polygons(draw) -> Polygon:
    ring = st.lists(POINTS, min_size=3, max_size=8).map(tuple)

    def encloses(drawn: tuple[Point, ...]) -> bool:
        return _area(drawn) > 0.01 and drawn[0] != drawn[-1]

    return Polygon(parts=((draw(ring.filter(encloses)),),))


def _area(ring: tuple[Point, ...]) -> float:
    return abs(sum(a.x * b.y - b.x * a.y for a, b in zip(ring, (*ring[1:], ring[0]), strict=True))) / 2


@st.composite
def _masks(draw) -> Mask:
    """Masks in the smallest window, as a brush leaves them."""
    width, height = draw(st.integers(1, 12)), draw(st.integers(1, 12))
    left, top = draw(st.integers(0, SIDE - width)), draw(st.integers(0, SIDE - height))
    bits = draw(st.lists(st.booleans(), min_size=width * height, max_size=width * height))
    bits[0] = bits[-1] = True
    runs: list[int] = [0]
    for index, bit in enumerate(bits):
        if bit == (len(runs) % 2 == 0):
            runs[-1] += 1
        else:
            runs.append(1)
        assert sum(runs) == index + 1
    return Mask(left=left, top=top, width=width, height=height, runs=tuple(runs))


@st.composite
def _turned(draw) -> RotatedBox:
    # With all corners inside of the picture, and an angle within one turn.
    size = st.floats(0.5, 15).map(lambda value: round(value, 4))
    x, y, angle = draw(number(15, 35)), draw(number(15, 35)), draw(number(-pi + 0.01, pi - 0.01))
    return RotatedBox(x=x, y=y, width=draw(size), height=draw(size), angle=angle)


@st.composite
def _skeletons(draw) -> Skeleton:
    visibility = st.sampled_from([0, 1, 2])
    keypoints = draw(st.lists(st.tuples(number(), number(), visibility), min_size=3, max_size=3))
    keypoints[0] = (*keypoints[0][:2], 2)
    return Skeleton(keypoints=tuple(Keypoint(*keypoint) for keypoint in keypoints))


@st.composite
def _cuboids(draw) -> Cuboid:
    front, back = draw(_boxes()), draw(_boxes())

    def face(box: Box) -> tuple[Point, ...]:
        return (
            Point(box.left, box.top),
            Point(box.right, box.top),
            Point(box.right, box.bottom),
            Point(box.left, box.bottom),
        )

    return Cuboid(front=face(front), back=face(back))


def _line(points: tuple[Point, ...]) -> bool:
    return len(set(points)) > 1


ANY: dict[str, st.SearchStrategy[Shape | None]] = {
    "box": _boxes(),
    "rotated_box": _turned(),
    "polygon": _polygons(),
    "polyline": st.lists(POINTS, min_size=2, max_size=8)
    .map(tuple)
    .filter(_line)
    .map(lambda points: Polyline(points=points)),
    "points": st.lists(POINTS, min_size=1, max_size=8).map(lambda points: Points(points=tuple(points))),
    "ellipse": st.builds(Ellipse, number(), number(), number(0.1, 40), number(0.1, 40), number(-3, 3)),
    "mask": _masks(),
    "skeleton": _skeletons(),
    "cuboid": _cuboids(),
    "tag": st.none(),
}


def numbers(shape: Shape | None) -> list[float]:
    """What a shape says, as numbers in their order."""
    match shape:
        case None:
            return []
        case Box():
            return [shape.left, shape.top, shape.right, shape.bottom]
        case RotatedBox():
            return [shape.x, shape.y, shape.width, shape.height, shape.angle]
        case Polygon():
            return [value for ring in shape.rings() for point in ring for value in point]
        case Polyline() | Points():
            return [value for point in shape.points for value in point]
        case Ellipse():
            return [shape.x, shape.y, shape.rx, shape.ry, shape.angle]
        case Mask():
            return [shape.left, shape.top, shape.width, shape.height, *shape.runs]
        case Skeleton():
            # Of an absent keypoint the place says nothing.
            return [value for x, y, v in shape.keypoints for value in ((x, y, v) if v else (0, 0, 0))]
        case Cuboid():
            return [value for point in (*shape.front, *shape.back) for value in point]
