"""Shapes in shares of a picture, once the picture's size is known."""

from dataclasses import replace

import msgspec

from labelwright.core.document import Annotation, Document
from labelwright.core.errors import InvalidShape
from labelwright.core.shapes import (
    Box,
    Cuboid,
    Keypoint,
    Point,
    Points,
    Polygon,
    Polyline,
    Ring,
    Shape,
    Skeleton,
)
from labelwright.formats.format import LabeledItem
from labelwright.formats.report import Fault
from labelwright.formats.turned import smallest_around, turned_box


def in_pixels(shape: Shape | None, wide: int, high: int, *, turned_boxes: bool = False) -> Shape | None:
    """A shape in shares of a picture, in its pixels. Raises InvalidShape.

    With `turned_boxes` a polygon of four corners is the turned box that it makes, or the smallest around.
    """
    match shape:
        case Box():
            return Box(
                left=shape.left * wide,
                top=shape.top * high,
                right=shape.right * wide,
                bottom=shape.bottom * high,
            )
        case Polygon():
            polygon = Polygon(
                parts=tuple(tuple(_scaled(ring, wide, high) for ring in part) for part in shape.parts)
            )
            return (_as_box(polygon) or polygon) if turned_boxes else polygon
        case Polyline():
            return Polyline(points=_scaled(shape.points, wide, high))
        case Points():
            return Points(points=_scaled(shape.points, wide, high))
        case Skeleton():
            return Skeleton(keypoints=tuple(Keypoint(x * wide, y * high, v) for x, y, v in shape.keypoints))
        case Cuboid():
            front, back = _scaled(shape.front, wide, high), _scaled(shape.back, wide, high)
            return Cuboid(front=_face(front), back=_face(back))
        case _:
            return shape  # no format has these in shares: turned, they would be bent


def _scaled(points: Ring, wide: int, high: int) -> Ring:
    return tuple(Point(x * wide, y * high) for x, y in points)


def _face(points: Ring) -> tuple[Point, Point, Point, Point]:
    a, b, c, d = points
    return a, b, c, d


def _as_box(polygon: Polygon) -> Shape | None:
    rings = list(polygon.rings())
    if len(rings) != 1 or len(rings[0]) != 4:
        return None
    return turned_box(rings[0]) or smallest_around(rings[0])


def sized(item: LabeledItem, file: str, faults: list[Fault]) -> LabeledItem:
    """An item whose shapes are shares, in pixels if its size is known, else marked as shares.

    A shape that has no area left is a fault.
    """
    if all(annotation.shape is None for annotation in item.document.annotations):
        return item
    if not item.width or not item.height:
        return replace(item, in_shares=True)
    made: list[Annotation] = []
    for annotation in item.document.annotations:
        try:
            shape = in_pixels(annotation.shape, item.width, item.height)
            made.append(msgspec.structs.replace(annotation, shape=shape))
        except InvalidShape as error:
            faults.append(Fault(file=file, place=f"{item.name}, {annotation.id}", reason=error.message))
    return replace(item, document=Document(annotations=tuple(made)))
