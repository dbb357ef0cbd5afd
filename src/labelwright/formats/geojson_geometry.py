"""The geometries of GeoJSON that stand for shapes, in pixels with y down."""

from math import sin

from labelwright.core.shapes import (
    Box,
    Ellipse,
    Mask,
    Points,
    Polygon,
    Polyline,
    Ring,
    RotatedBox,
    Shape,
    Skeleton,
    polygon_of,
)
from labelwright.formats.extras import Extra
from labelwright.formats.fitting import polygon_of_mask
from labelwright.formats.outlines import corners, ellipse_ring

STRAIGHT = 1e-9  # radians


def geometry_of(shape: Shape) -> Extra:
    """The geometry that stands for a shape."""
    match shape:
        case Box():
            return _polygon(polygon_of(corners(shape)))
        case RotatedBox():
            return _polygon(polygon_of(shape.corners()))
        case Ellipse():
            outline = _polygon(polygon_of(ellipse_ring(shape)))
            # QuPath's ellipses lie along the axes, in the bounds of their outline.
            return outline | ({"isEllipse": True} if abs(sin(2 * shape.angle)) < STRAIGHT else {})
        case Mask():
            return _polygon(polygon_of_mask(shape))
        case Polygon():
            return _polygon(shape)
        case Polyline():
            return {"type": "LineString", "coordinates": _listed(shape.points)}
        case Points():
            return _points(shape.points)
        case Skeleton():
            return _points(shape.present())
        case _:
            raise AssertionError("cuboids are polygons by now")


def _polygon(polygon: Polygon) -> Extra:
    parts = [[_listed((*ring, ring[0])) for ring in part] for part in polygon.parts]
    if len(parts) == 1:
        return {"type": "Polygon", "coordinates": parts[0]}
    return {"type": "MultiPolygon", "coordinates": parts}


def _points(points: Ring) -> Extra:
    if len(points) == 1:
        return {"type": "Point", "coordinates": list(points[0])}
    return {"type": "MultiPoint", "coordinates": _listed(points)}


def _listed(points: Ring) -> list[list[float]]:
    return [[x, y] for x, y in points]
