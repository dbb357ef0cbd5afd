"""What the numbers of a YOLO line mean: a box or a polygon, a turned box, or a box with keypoints.

A line's class comes first and is not among the numbers here. A model's own lines have its score at the end.
"""

from collections.abc import Sequence
from typing import NamedTuple

from labelwright.core.errors import InvalidOntology, UnreadableLabels
from labelwright.core.ontology import Category, Ontology, SkeletonTemplate
from labelwright.core.shapes import (
    ABSENT,
    VISIBLE,
    Box,
    Keypoint,
    Point,
    Polygon,
    Ring,
    Shape,
    Skeleton,
    polygon_of,
)
from labelwright.formats.figures import SHAPES, numbered, template_of
from labelwright.formats.turned import smallest_around, turned_box

MOST_KEYPOINTS = 10_000
BOXES, POLYGONS, TURNED, KEYPOINTS = "boxes", "polygons", "turned boxes", "keypoints"
TASKS = {"detect": BOXES, "segment": POLYGONS, "obb": TURNED, "pose": KEYPOINTS}
Yaml = dict[str, object]


class Made(NamedTuple):
    """What a line says: its shape, the outline of the same thing if it has one too, and a model's score."""

    shape: Shape
    outline: Shape | None = None
    score: float | None = None


class Lines:
    """Lines of boxes, and of polygons."""

    turned_boxes = False

    def __init__(self) -> None:
        self.definitions: dict[str, Category] = {}

    def told(self, file: str, raw: Yaml, categories: list[str]) -> "Lines":
        """These lines as a data.yaml describes them. Raises UnreadableLabels."""
        del file, raw, categories
        return type(self)()

    def notes(self) -> list[str]:
        """What happened on the way, to be said at the end."""
        return []

    def made(self, number: int, values: list[float], wide: int, high: int) -> Made:
        """The shape of a line of a class; without a known size wide and high are 0.

        Raises ValueError or InvalidShape.
        """
        del number
        wide, high = wide or 1, high or 1
        if len(values) in (4, 5):
            return Made(_box(values, wide, high), score=_score(values[4:]))
        if len(values) < 6 or len(values) % 2:
            raise ValueError(
                f"a line has 4 numbers (a box) or 6 and more in pairs (a polygon), not {len(values)}"
            )
        return Made(Polygon(parts=((_ring(values, wide, high),),)))


class TurnedBoxes(Lines):
    """Lines of the four corners of a box, one after the other."""

    turned_boxes = True

    def __init__(self) -> None:
        super().__init__()
        self._bent = 0

    def notes(self) -> list[str]:
        """How many lines made no rectangle."""
        if not self._bent:
            return []
        return [f"{self._bent} lines make no rectangle; the smallest turned box around each is read."]

    def made(self, number: int, values: list[float], wide: int, high: int) -> Made:
        """The turned box; without a known size a polygon, for shares have no angles."""
        del number
        if len(values) not in (8, 9):
            raise ValueError(f"a line has 8 numbers, the corners of a turned box, not {len(values)}")
        score = _score(values[8:])
        ring = _ring(values[:8], wide or 1, high or 1)
        if not wide or not high:
            return Made(polygon_of(ring), score=score)
        box = turned_box(ring)
        if box is None:
            box = smallest_around(ring)
            self._bent += box is not None
        if box is None:
            raise ValueError("the four corners lie on one line")
        return Made(box, score=score)


class Keypoints(Lines):
    """Lines of a box and its keypoints, with their visibility or without."""

    def __init__(self, count: int = 0, dims: int = 3, counts: dict[int, int] | None = None) -> None:
        super().__init__()
        self._count, self._dims, self._counts = count, dims, counts or {}

    def told(self, file: str, raw: Yaml, categories: list[str]) -> "Keypoints":
        """Lines of as many keypoints as the file says."""
        shape = _whole_numbers(file, "kpt_shape", raw.get("kpt_shape"))
        if len(shape) != 2 or not 0 < shape[0] <= MOST_KEYPOINTS or shape[1] not in (2, 3):
            raise UnreadableLabels(
                file, "kpt_shape", "it is the number of keypoints, and 2 or 3 numbers of each"
            )
        named = _tables(raw.get("kpt_names"))
        edges = {
            number: _pairs(file, "kpt_edges", pairs)
            for number, pairs in _tables(raw.get("kpt_edges")).items()
        }
        flip = _whole_numbers(file, "flip_idx", raw.get("flip_idx")) if "flip_idx" in raw else None
        lines = Keypoints(shape[0], shape[1])
        for number, name in enumerate(categories):
            words = [str(word) for word in named.get(number, [])] if named else numbered(shape[0])
            if not words:
                continue
            template = template_of(
                words, edges.get(number, ()), None if flip is None else _swaps(flip, len(words))
            )
            lines.definitions[name] = _defined(file, name, template)
            lines._counts[number] = len(words)  # its own kind
        return lines

    def made(self, number: int, values: list[float], wide: int, high: int) -> Made:
        """The skeleton with its box; a box alone if every keypoint is absent."""
        wanted = 4 + self._count * self._dims
        if len(values) not in (wanted, wanted + 1):
            raise ValueError(f"a line has {wanted} numbers, a box and its keypoints, not {len(values)}")
        wide, high, score = wide or 1, high or 1, _score(values[wanted:])
        given = [values[at : at + self._dims] for at in range(4, wanted, self._dims)]
        keypoints = tuple(
            _keypoint(entry, wide, high) for entry in given[: self._counts.get(number, self._count)]
        )
        if all(keypoint.visibility == ABSENT for keypoint in keypoints):
            return Made(_box(values, wide, high), score=score)
        outline = _box(values, wide, high) if values[2] > 0 and values[3] > 0 else None
        return Made(Skeleton(keypoints=keypoints), outline, score)


def _keypoint(given: Sequence[float], wide: int, high: int) -> Keypoint:
    x, y = given[:2]
    # Without visibility a keypoint that is not there is at 0, 0, or, for Ultralytics, below zero.
    is_absent = x == y == 0 or x < 0 or y < 0
    visibility = int(given[2]) if len(given) > 2 else ABSENT if is_absent else VISIBLE
    return Keypoint(x * wide, y * high, visibility)


def _box(values: Sequence[float], wide: int, high: int) -> Box:
    x, y, w, h = values[:4]
    return Box(
        left=(x - w / 2) * wide,
        top=(y - h / 2) * high,
        right=(x + w / 2) * wide,
        bottom=(y + h / 2) * high,
    )


def _ring(values: Sequence[float], wide: int, high: int) -> Ring:
    return tuple(Point(x * wide, y * high) for x, y in zip(values[::2], values[1::2], strict=True))


def _score(rest: Sequence[float]) -> float | None:
    return rest[0] if rest and 0 <= rest[0] <= 1 else None


def _defined(file: str, name: str, template: SkeletonTemplate) -> Category:
    made = Category(id=name, name=name, shapes=SHAPES, skeleton=template)
    try:
        Ontology(categories=(made,))
    except InvalidOntology as error:
        raise UnreadableLabels(file, "kpt_names", error.message) from None
    return made


def _whole_numbers(file: str, field: str, raw: object) -> list[int]:
    try:
        return [int(str(entry)) for entry in raw] if isinstance(raw, list) else []  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
    except ValueError:
        raise UnreadableLabels(file, field, "it is no list of whole numbers") from None


def _tables(raw: object) -> dict[int, list[object]]:
    """Lists by the numbers of classes."""
    if not isinstance(raw, dict):
        return {}
    given: dict[object, object] = raw  # pyright: ignore[reportUnknownVariableType]
    return {
        int(str(key)): value  # pyright: ignore[reportUnknownVariableType]
        for key, value in given.items()
        if str(key).isdecimal() and isinstance(value, list)
    }


def _pairs(file: str, field: str, raw: list[object]) -> list[tuple[int, int]]:
    found = [_whole_numbers(file, field, entry) for entry in raw]
    if any(len(entry) != 2 for entry in found):
        raise UnreadableLabels(file, field, "an edge joins two keypoints")
    return [(entry[0], entry[1]) for entry in found]


def _swaps(flip: Sequence[int], count: int) -> list[tuple[int, int]]:
    """Which keypoints change sides, of the list of who stands where when mirrored."""
    pairs = ((here, there) for here, there in enumerate(flip[:count]) if here < there < count)
    return [(here, there) for here, there in pairs if flip[there] == here]
