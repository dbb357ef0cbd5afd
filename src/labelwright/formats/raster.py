"""Polygons as masks: the pixels whose centers lie inside."""

import numpy as np
from PIL import Image, ImageDraw

from labelwright.core.shapes import Mask, Polygon
from labelwright.formats.rle import windowed

FINER = 4


def mask_of_polygon(polygon: Polygon) -> Mask:
    """The mask of a polygon with its holes; a pixel is set if its center is inside."""
    bounds = polygon.bounds
    left, top = int(np.floor(bounds.left)), int(np.floor(bounds.top))
    width, height = int(np.ceil(bounds.right)) - left + 1, int(np.ceil(bounds.bottom)) - top + 1
    drawn = np.zeros((height, width), dtype=np.bool_)
    for part in polygon.parts:
        piece = Image.new("1", (width * FINER, height * FINER))
        pen = ImageDraw.Draw(piece)
        for index, ring in enumerate(part):
            corners = [((x - left) * FINER - 0.5, (y - top) * FINER - 0.5) for x, y in ring]
            pen.polygon(corners, fill=0 if index else 1)
        fine = np.asarray(piece, dtype=np.bool_)
        drawn |= fine.reshape(height, FINER, width, FINER).sum(axis=(1, 3)) * 2 >= FINER * FINER
    return windowed(drawn, left, top)
