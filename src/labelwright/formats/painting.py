"""Painting annotations into a map in which a pixel belongs to one of them: the later hides the earlier.

Every annotation that covers an area is drawn: masks as they are, outlines by the pixels whose middles lie
inside. What lies outside of the picture or below another annotation is cut off, and reported so.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from labelwright.core.document import Annotation
from labelwright.core.errors import InvalidShape
from labelwright.core.shapes import Box, Ellipse, Mask, Polygon, RotatedBox, Shape, polygon_of
from labelwright.formats.figures import without_pairs
from labelwright.formats.format import UNSIZED, LabeledItem
from labelwright.formats.outlines import clipped, corners, ellipse_ring
from labelwright.formats.raster import BOUND, mask_of_polygon
from labelwright.formats.report import Losses
from labelwright.formats.rle import MOST_PIXELS, grid_of

NO_TAGS = "a label map says where things are; it has no place for tags of the whole item"
NO_SIZE = "a label map needs the size of its picture, which is not known"
NO_AREA = "a label map holds areas; this covers none"
NO_PIXEL = "it covers the middle of no pixel of the picture"
HIDDEN = "all of it lies below others, and a pixel has room for one"
CUT = "its part below another, or outside of the picture, is cut off by one painted over it or the border"
MERGED = "those of one category become one mask, which covers exactly the same pixels"
DRAWN = f"it becomes a mask, whose outline is {BOUND} pixels at most from where it was"
UNKNOWN = "the ontology does not have it"
TOO_MANY = "a label map of this format has no more numbers for this item"

Note = Callable[[Annotation], None]


@dataclass(frozen=True)
class Painted:
    """Who owns each pixel: 0 nobody, else the place in `annotations`, counted from 1."""

    owner: NDArray[Any]
    annotations: list[Annotation]


def painted(
    item: LabeledItem,
    categories: Collection[str],
    losses: Losses,
    note: Note,
    *,
    most: int | None = None,
    merges: Collection[str] = (),
    unknown: str = UNKNOWN,
) -> Painted | None:
    """The annotations of an item drawn into its picture, and what that does to them noted.

    `note` is called for each that is seen, to note what else is lost of it. At most so many (`most`) have a
    number; `unknown` says why others than these categories are not there. Those of a category of
    `merges` are told apart no more. None if nothing tells the size.
    """
    drawing = _Drawing(item, losses, most)
    for annotation in without_pairs(item, losses):
        if annotation.category not in categories:
            losses.drop(item.name, "category", unknown)
        else:
            drawing.add(annotation)
    return None if drawing.owner is None else drawing.done(drawing.owner, note, merges)


def outline_of(shape: Shape) -> Polygon | None:
    """What a shape that has an outline covers; None for masks and for what covers nothing."""
    match shape:
        case Polygon():
            return shape
        case Box():
            return polygon_of(corners(shape))
        case RotatedBox():
            return polygon_of(shape.corners())
        case Ellipse():
            return polygon_of(ellipse_ring(shape))
        case _:
            return None


def pixels_of(shape: Shape) -> Mask:
    """The pixels of a shape. Raises InvalidShape if it has none."""
    if isinstance(shape, Mask):
        return shape
    outline = outline_of(shape)
    if outline is None:
        raise InvalidShape(NO_AREA)
    return mask_of_polygon(outline)


class _Drawing:
    def __init__(self, item: LabeledItem, losses: Losses, most: int | None) -> None:
        self._item, self._losses, self._most = item, losses, most
        count = len(item.document.annotations)
        fits = 0 < item.width * item.height <= MOST_PIXELS and not item.in_shares
        kind = np.uint16 if count < 2**16 else np.uint32
        self.owner = np.zeros((item.height, item.width), dtype=kind) if fits else None
        self._drawn: list[Annotation] = []
        self._whole: list[int] = []

    def add(self, annotation: Annotation) -> None:
        item, shape = self._item, annotation.shape
        if shape is None:
            self._losses.drop(item.name, "tag", NO_TAGS)
            return
        if item.in_shares or self.owner is None:
            self._losses.drop(item.name, annotation.kind, UNSIZED if item.in_shares else NO_SIZE)
            return
        try:
            mask = pixels_of(_clipped(shape, item))
        except InvalidShape:
            reason = NO_PIXEL if isinstance(shape, Mask) or outline_of(shape) is not None else NO_AREA
            self._losses.drop(item.name, annotation.kind, reason)
            return
        left, top = max(0, mask.left), max(0, mask.top)
        right, bottom = min(item.width, mask.left + mask.width), min(item.height, mask.top + mask.height)
        inside = grid_of(mask)[max(0, top - mask.top) : max(0, bottom - mask.top),
                               max(0, left - mask.left) : max(0, right - mask.left)]  # fmt: skip
        if not inside.any():
            self._losses.drop(item.name, annotation.kind, NO_PIXEL)
        elif self._most is not None and len(self._drawn) >= self._most:
            self._losses.drop(item.name, annotation.kind, TOO_MANY)
        else:
            self._drawn.append(annotation)
            self._whole.append(int(mask.area))
            self.owner[top:bottom, left:right][inside] = len(self._drawn)

    def done(self, owner: NDArray[Any], note: Note, merges: Collection[str]) -> Painted:
        seen = np.bincount(owner.ravel(), minlength=len(self._drawn) + 1).tolist()
        kept = [place for place in range(len(self._drawn)) if seen[place + 1]]
        times: dict[str, int] = {}
        for place in kept:
            category = self._drawn[place].category
            times[category] = times.get(category, 0) + 1
        for place, annotation in enumerate(self._drawn):
            if not seen[place + 1]:
                self._losses.drop(self._item.name, annotation.kind, HIDDEN)
                continue
            self._tell(
                annotation,
                is_whole=seen[place + 1] == self._whole[place] and not _over(annotation.shape, self._item),
                is_merged=annotation.category in merges and times[annotation.category] > 1,
            )
            note(annotation)
        if len(kept) == len(self._drawn):
            return Painted(owner, self._drawn)
        table = np.zeros(len(self._drawn) + 1, dtype=owner.dtype)
        table[[place + 1 for place in kept]] = np.arange(1, len(kept) + 1)
        return Painted(table[owner], [self._drawn[place] for place in kept])

    def _tell(self, annotation: Annotation, *, is_whole: bool, is_merged: bool) -> None:
        if not is_whole:
            self._losses.convert(self._item.name, annotation.kind, CUT)
        elif is_merged:
            self._losses.convert(self._item.name, annotation.kind, MERGED)
        elif isinstance(annotation.shape, Mask):
            self._losses.keep()
        else:
            self._losses.convert(self._item.name, annotation.kind, DRAWN)


def _over(shape: Shape | None, item: LabeledItem) -> bool:
    """Whether an outline reaches over the border; the pixels of masks are counted instead."""
    if shape is None or isinstance(shape, Mask):
        return False
    left, top, right, bottom = shape.bounds
    return left < 0 or top < 0 or right > item.width or bottom > item.height


def _clipped(shape: Shape, item: LabeledItem) -> Shape:
    """What of a shape lies in the picture: an outline far over the border would need much room."""
    outline = outline_of(shape)
    if outline is None or not _over(shape, item):
        return shape
    parts = (
        tuple(inside for ring in part if len(inside := clipped(ring, item.width, item.height)) > 2)
        for part in outline.parts
    )
    return Polygon(parts=tuple(part for part in parts if part))
