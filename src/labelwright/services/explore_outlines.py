"""Annotations as they are drawn lightly over small pictures: paths of few points, in pixels of the item.

A path is that of SVG. Points closer than two pixels of the small picture are left out, a mask is told by its
bounds, and keypoints are small squares: nobody measures in a thumbnail.
"""

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, select

from labelwright.core.document import decode
from labelwright.core.ontology import Ontology
from labelwright.core.shapes import (
    Bounds,
    Cuboid,
    Ellipse,
    Point,
    Points,
    Polygon,
    Polyline,
    RotatedBox,
    Shape,
    Skeleton,
)
from labelwright.services.access import Actor, project_for
from labelwright.services.context import Context
from labelwright.services.ontologies import read_ontology
from labelwright.storage.schema import documents, items

SMALL = 240  # pixels on the long side of a small picture
CORNERS = 20  # of an ellipse


class Outline(msgspec.Struct, frozen=True, kw_only=True):
    """One annotation: its category, and the path to draw in pixels of the item."""

    category: str
    path: str


class ItemOutlines(msgspec.Struct, frozen=True, kw_only=True):
    """The outlines of one item, as far as asked for; so many `more` are left out."""

    item: str
    outlines: list[Outline]
    more: int


def outlines_of(
    context: Context, actor: Actor, project_id: str, item_ids: Sequence[str], most: int
) -> list[ItemOutlines]:
    """What counts for items of a project, each with so many outlines at most. Raises NotFound, Forbidden."""

    def work(tx: Connection) -> tuple[list[Any], Ontology]:
        project = project_for(tx, actor, project_id, "item.history")
        ontology = read_ontology(context, tx, project_id, project.ontology_version)
        chosen = (
            select(items.c.id, items.c.width, items.c.height, documents.c.body)
            .join(documents, documents.c.id == items.c.document_id)
            .where(items.c.project_id == project_id, items.c.id.in_(item_ids))
        )
        return list(tx.execute(chosen)), ontology

    rows, ontology = context.database.read(work)
    return [_of(row, ontology, most) for row in rows]


def path_of(shape: Shape, step: float) -> str:
    """The path of a shape; points closer than `step` to the one before are left out."""
    match shape:
        case Polygon():
            return "".join(_ring(ring, step) for ring in shape.rings())
        case Polyline():
            return _line(_thinned(shape.points, step))
        case RotatedBox():
            return _ring(shape.corners(), 0)
        case Ellipse():
            return _ring(shape.ring(CORNERS), 0)
        case Points():
            return _squares(shape.points, step)
        case Skeleton():
            return _squares(shape.present(), step)
        case Cuboid():
            return _ring(shape.front, 0) + _ring(shape.back, 0)
        case _:
            return _rectangle(shape.bounds)


def _of(row: Row[Any], ontology: Ontology, most: int) -> ItemOutlines:
    shaped = [a for a in ontology.resolve(decode(row.body)).annotations if a.shape is not None]
    step = 2 * max(row.width, row.height) / SMALL
    made = [Outline(category=a.category, path=path_of(a.shape, step)) for a in shaped[:most] if a.shape]
    return ItemOutlines(item=row.id, outlines=made, more=max(0, len(shaped) - most))


def _ring(points: Sequence[Point], step: float) -> str:
    kept = _thinned(points, step)
    return _line(kept if len(kept) > 2 else points) + "Z"


def _thinned(points: Sequence[Point], step: float) -> list[Point]:
    kept: list[Point] = list(points[:1])
    for point in points[1:]:
        if abs(point[0] - kept[-1][0]) + abs(point[1] - kept[-1][1]) >= step:
            kept.append(point)
    if kept and points and kept[-1] != points[-1]:
        kept.append(points[-1])
    return kept


def _line(points: Sequence[Point]) -> str:
    return "M" + "L".join(f"{_short(x)} {_short(y)}" for x, y in points)


def _rectangle(bounds: Bounds) -> str:
    left, top, right, bottom = (_short(value) for value in bounds)
    return f"M{left} {top}H{right}V{bottom}H{left}Z"


def _squares(points: Iterable[Point], half: float) -> str:
    return "".join(_rectangle(Bounds(x - half, y - half, x + half, y + half)) for x, y in points)


def _short(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")
