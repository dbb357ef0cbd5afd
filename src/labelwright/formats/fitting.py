"""Shapes as a format can hold them: as they are, as a simpler kind with a stated error, or not at all."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from labelwright.core.document import Annotation
from labelwright.core.errors import InvalidShape
from labelwright.core.ontology import Category
from labelwright.core.shapes import (
    Box,
    Cuboid,
    Ellipse,
    Mask,
    Points,
    Polygon,
    Ring,
    RotatedBox,
    Shape,
    Skeleton,
    hull,
    polygon_of,
    ring_area,
)
from labelwright.formats import rle
from labelwright.formats.format import UNSIZED, LabeledItem
from labelwright.formats.judged import note_lost_judged
from labelwright.formats.outlines import SMOOTH, corners, ellipse_ring, join, joined, rings_of
from labelwright.formats.raster import BOUND, mask_of_polygon
from labelwright.formats.report import Losses
from labelwright.formats.turned import turned_around

NO_SIZE = "its picture's size is not known, and the format needs it"


@dataclass(frozen=True, kw_only=True)
class Place:
    """What a format has a place for: kinds of shapes (and `tag`), holes and several parts of polygons.

    `shares`: it holds shares of the picture, so it needs a size for pixels and none for shares.
    `whole_masks`: masks cover the whole picture, and end at its border. `judged`: the writer keeps votes,
    doubt and confidence (`judged.py`).
    """

    kinds: Collection[str]
    holes: bool = True
    parts: bool = True
    shares: bool = False
    whole_masks: bool = True
    judged: bool = False


def fitting(
    item: LabeledItem, categories: Mapping[str, Category], place: Place, losses: Losses
) -> Iterator[tuple[Annotation, Category, Shape | None]]:
    """The annotations to write, each with its category and its shape as the format has it.

    What is kept, converted and dropped is noted, but for fields beside the shape. What people judged is
    noted too, and taken away, where the format has no place for it.
    """
    for annotation, category, shape in _fitting(item, categories, place, losses):
        kept = annotation if place.judged else note_lost_judged(losses, item.name, annotation)
        yield kept, category, shape


def _fitting(
    item: LabeledItem, categories: Mapping[str, Category], place: Place, losses: Losses
) -> Iterator[tuple[Annotation, Category, Shape | None]]:
    for annotation in item.document.annotations:
        category = categories.get(annotation.category)
        if category is None:
            losses.drop(item.name, "category", "the ontology does not have it")
        elif annotation.shape is None:
            if "tag" in place.kinds:
                losses.keep()
                yield annotation, category, None
            else:
                losses.drop(item.name, "tag", "the format has no place for tags of the whole item")
        elif item.in_shares and not place.shares:
            losses.drop(item.name, annotation.kind, UNSIZED)
        elif place.shares and not item.in_shares and not (item.width and item.height):
            losses.drop(item.name, annotation.kind, NO_SIZE)
        else:
            try:
                shape = _fitted(annotation.shape, annotation.kind, item, place, losses)
            except InvalidShape as error:
                losses.drop(item.name, annotation.kind, error.message)
                continue
            if shape is not None:
                yield annotation, category, shape


def _fitted(shape: Shape, kind: str, item: LabeledItem, place: Place, losses: Losses) -> Shape | None:
    if kind in place.kinds and not isinstance(shape, Polygon | Mask):
        losses.keep()
        return shape
    if isinstance(shape, Mask) and kind in place.kinds:
        return _within(shape, item, place, losses)
    if isinstance(shape, Polygon) and kind in place.kinds:
        return _polygon(shape, item, place, losses)
    if "polygon" in place.kinds:
        outline = _outlined(shape, kind, item, place, losses)
        if outline is not None:
            return outline
    elif "mask" in place.kinds and isinstance(shape, Box | Polygon | RotatedBox | Ellipse):
        return _painted(shape, kind, item, losses)
    return _simpler(shape, kind, item, place, losses)


def _painted(
    shape: Box | Polygon | RotatedBox | Ellipse, kind: str, item: LabeledItem, losses: Losses
) -> Mask:
    bound = BOUND
    if isinstance(shape, Box):
        shape = polygon_of(corners(shape))
    elif isinstance(shape, RotatedBox):
        shape = polygon_of(shape.corners())
    elif isinstance(shape, Ellipse):
        shape, bound = polygon_of(ellipse_ring(shape)), BOUND + SMOOTH
    if not item.width or not item.height:
        raise InvalidShape("A mask needs the size of its picture, which is not known.")
    mask = mask_of_polygon(shape)
    inside = rle.mask_of(item.height, item.width, rle.runs_of(mask, item.height, item.width))
    cut = "" if inside.area == mask.area else ", and what lies outside of the picture is cut off"
    losses.convert(
        item.name, kind, f"it is written as a mask; its outline moves {bound:g} pixels at most{cut}"
    )
    return inside


def _within(mask: Mask, item: LabeledItem, place: Place, losses: Losses) -> Mask:
    if not place.whole_masks:
        losses.keep()
        return mask
    if not item.width or not item.height:
        raise InvalidShape("A mask needs the size of its picture, which is not known.")
    inside = rle.mask_of(item.height, item.width, rle.runs_of(mask, item.height, item.width))
    if inside.area == mask.area:
        losses.keep()
    else:
        losses.convert(item.name, "mask", "what lies outside of the picture is cut off")
    return inside


def _polygon(polygon: Polygon, item: LabeledItem, place: Place, losses: Losses) -> Shape:
    has_holes = any(len(part) > 1 for part in polygon.parts)
    if (place.holes or not has_holes) and (place.parts or len(polygon.parts) == 1):
        losses.keep()
        return polygon
    if has_holes and "mask" in place.kinds and item.width and item.height and not item.in_shares:
        mask = mask_of_polygon(polygon)
        reason = f"a polygon with holes is written as a mask; its outline moves {BOUND} pixels at most"
        inside = rle.mask_of(item.height, item.width, rle.runs_of(mask, item.height, item.width))
        losses.convert(item.name, "polygon", reason)
        return inside
    losses.convert(
        item.name, "polygon", "its rings are joined by lines of no width; it covers exactly the same"
    )
    return polygon_of(joined(polygon))


def _outlined(shape: Shape, kind: str, item: LabeledItem, place: Place, losses: Losses) -> Shape | None:
    if isinstance(shape, Box):
        losses.convert(item.name, kind, "it is written as a polygon of its corners, exactly")
        return polygon_of(corners(shape))
    if isinstance(shape, RotatedBox):
        losses.convert(item.name, kind, "it is written as a polygon of its corners, exactly")
        return polygon_of(shape.corners())
    if isinstance(shape, Ellipse):
        reason = f"it is written as a polygon; its outline moves {SMOOTH:g} pixels at most"
        outline = polygon_of(ellipse_ring(shape))
        losses.convert(item.name, kind, reason)
        return outline
    if isinstance(shape, Mask):
        reason = "it is written as polygons along the edges of its pixels, exactly"
        losses.convert(item.name, kind, reason)
        return polygon_of_mask(shape) if place.holes and place.parts else polygon_of(join(rings_of(shape)))
    if isinstance(shape, Cuboid):
        outline = polygon_of(hull((*shape.front, *shape.back)))
        losses.drop(item.name, kind, "only its outline is written; the faces are lost")
        return outline
    return None


def _simpler(shape: Shape, kind: str, item: LabeledItem, place: Place, losses: Losses) -> Shape | None:
    if isinstance(shape, Skeleton) and "points" in place.kinds:
        losses.drop(item.name, kind, "only its places are written; which keypoint is which is lost")
        return Points(points=shape.present())
    if "rotated_box" in place.kinds:
        return _turned(shape, kind, item, losses)
    if "box" not in place.kinds or "polygon" in place.kinds:
        losses.drop(item.name, kind, "the format has no place for it")
        return None
    bounds = shape.bounds
    if not bounds.width or not bounds.height:
        losses.drop(item.name, kind, "its points lie on one line, so no box is around them")
        return None
    losses.drop(item.name, kind, "only its box is written; the outline is lost")
    return Box(left=bounds.left, top=bounds.top, right=bounds.right, bottom=bounds.bottom)


def _turned(shape: Shape, kind: str, item: LabeledItem, losses: Losses) -> Shape | None:
    box, is_same = turned_around(shape)
    if box is None:
        losses.drop(item.name, kind, "its points lie on one line, so no box is around them")
    elif is_same:
        losses.convert(item.name, kind, "it is written as a turned box, exactly")
    else:
        losses.drop(item.name, kind, "only the smallest turned box around it is written; the outline is lost")
    return box


def polygon_of_mask(mask: Mask) -> Polygon:
    """The outlines of a mask along the edges of its pixels, every hole in the part that it is a hole of."""
    outer: list[list[Ring]] = []
    holes: list[Ring] = []
    for ring in rings_of(mask):
        (holes.append(ring) if _winds_back(ring) else outer.append([ring]))
    outer.sort(key=lambda part: ring_area(part[0]))
    for hole in holes:
        x, y = min(hole, key=lambda point: (point[1], point[0]))
        next(part for part in outer if _holds(part[0], x + 0.5, y + 0.5)).append(hole)
    outer.sort(key=lambda part: min((y, x) for x, y in part[0]))
    return Polygon(parts=tuple(tuple(part) for part in outer))


def _winds_back(ring: Ring) -> bool:
    following = (*ring[1:], ring[0])
    return sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(ring, following, strict=True)) < 0


def _holds(ring: Ring, x: float, y: float) -> bool:
    following = (*ring[1:], ring[0])
    crossed = (
        a[0] + (y - a[1]) / (b[1] - a[1]) * (b[0] - a[0]) < x
        for a, b in zip(ring, following, strict=True)
        if (a[1] <= y) != (b[1] <= y)
    )
    return sum(crossed) % 2 == 1
