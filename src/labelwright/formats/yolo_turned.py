"""YOLO turned boxes (OBB): one line an annotation, `class x1 y1 x2 y2 x3 y3 x4 y4` in shares.

The corners go clockwise from the one that is top-left when the box is not turned. Boxes are written as
turned boxes of no angle; of other shapes the smallest turned box around them is written, or the upright
one if that leaves the picture, and the outline is lost. Trainers refuse shares below 0 and above 1:
corners outside of the picture are moved to its border, which bends the box. A line whose corners make no
rectangle is read as the smallest turned box around them, as trainers do. Where the size of a picture is
not known there are no angles: corners are kept until it is. Layout: Ultralytics' dataset documentation.
"""

from labelwright.core.shapes import Box, Ring, RotatedBox, Shape, kind_of
from labelwright.formats.format import LabeledItem
from labelwright.formats.outlines import corners as outline_of
from labelwright.formats.report import Losses
from labelwright.formats.turned import turned_around
from labelwright.formats.yolo import FLAT, OUTSIDE, Yolo
from labelwright.formats.yolo_lines import TurnedBoxes

BENT = "corners outside of the picture are moved to its border, which bends the box"


class YoloTurned(Yolo):
    """YOLO turned boxes."""

    name = "yolo-obb"
    title = "YOLO (turned boxes)"
    keeps = frozenset({"rotated_box"})
    about = "One text file a picture: the four corners of turned boxes, in shares. Boxes become such."
    lines = TurnedBoxes
    task = "obb"

    def _numbers(self, shape: Shape, item: LabeledItem, losses: Losses) -> list[float] | None:
        kind, (box, is_same) = kind_of(shape), turned_around(shape)
        if box is None:
            losses.drop(item.name, kind, FLAT)
            return None
        wide, high = item.width, item.height
        corners = box.corners() if is_same else _around(box, shape, item)
        inside = [(min(max(x, 0), wide), min(max(y, 0), high)) for x, y in corners]
        if len({x for x, _ in inside}) == 1 or len({y for _, y in inside}) == 1:
            losses.drop(item.name, kind, OUTSIDE)
            return None
        is_bent = any(here != there for here, there in zip(inside, corners, strict=True))
        if not is_same:
            losses.drop(item.name, kind, "only its smallest turned box is written; the outline is lost")
        elif is_bent:
            losses.convert(item.name, kind, BENT)
        elif isinstance(shape, Box):
            losses.convert(item.name, kind, "a box is written as a turned box of no angle, exactly")
        else:
            losses.keep()
        return [value for x, y in inside for value in (x / wide, y / high)]


def _around(box: RotatedBox, shape: Shape, item: LabeledItem) -> Ring:
    """The corners of the smallest turned box if they lie in the picture, else of the upright one."""
    around = box.bounds
    is_inside = around.left >= 0 and around.top >= 0 and around.right <= item.width
    return box.corners() if is_inside and around.bottom <= item.height else outline_of(shape.bounds)
