"""Figures: keypoints with the outline of the same thing, which other tools keep as one record.

COCO and YOLO have one record for a figure: a skeleton with a box or an outline. Here each annotation has
one shape, so they are two of one group. These functions find such pairs, and make them.
"""

from collections.abc import Iterator, Sequence
from math import cos, pi, sin

import msgspec

from labelwright.core.document import Annotation
from labelwright.core.ontology import Category, SkeletonPoint, SkeletonTemplate
from labelwright.core.shapes import ABSENT, Box, Mask, Polygon, Shape, Skeleton
from labelwright.formats.format import LabeledItem
from labelwright.formats.report import Losses

SAME = 0.01  # pixels: a box this near to the bounds of the keypoints says nothing that they do not say
OUTLINES = (Box, Polygon, Mask)
SHAPES = ("box", "polygon", "mask", "skeleton")


def in_pairs(annotations: Sequence[Annotation]) -> Iterator[tuple[Annotation, Annotation | None]]:
    """Every annotation once: a skeleton with its outline where a group has just these two."""
    groups: dict[str, list[Annotation]] = {}
    for annotation in annotations:
        if annotation.group is not None:
            groups.setdefault(annotation.group, []).append(annotation)
    pairs = dict(pair for group in groups.values() if (pair := _pair(group)) is not None)
    taken = {outline.id for outline in pairs.values()}
    for annotation in annotations:
        if annotation.id not in taken:
            yield annotation, pairs.get(annotation.id)


def without_pairs(item: LabeledItem, losses: Losses) -> Iterator[Annotation]:
    """Every annotation that a format without keypoints writes: of a figure only the outline, once."""
    for annotation, outline in in_pairs(item.document.annotations):
        if outline is not None:
            losses.drop(item.name, "skeleton", "the outline of its figure is written; the keypoints are lost")
        yield outline or annotation


def _pair(group: list[Annotation]) -> tuple[str, Annotation] | None:
    if len(group) != 2:
        return None
    one, other = group if isinstance(group[0].shape, Skeleton) else group[::-1]
    if not isinstance(one.shape, Skeleton) or not isinstance(other.shape, OUTLINES) or one.id == other.id:
        return None
    is_one_thing = _said(one) == _said(other) and not other.relations
    return (one.id, other) if is_one_thing and not same_box(one.shape, other.shape) else None


def _said(annotation: Annotation) -> tuple[object, ...]:
    judged = annotation.votes, annotation.unsure, annotation.evidence.confidence
    return annotation.category, annotation.attributes, annotation.flags, annotation.evidence.score, judged


def same_box(skeleton: Skeleton, outline: Shape | None) -> bool:
    """Whether an outline is only the box around the keypoints."""
    if not isinstance(outline, Box):
        return False
    apart = (abs(a - b) for a, b in zip(skeleton.bounds, outline.bounds, strict=True))
    return all(distance <= SAME for distance in apart)


def split(annotation: Annotation, skeleton: Skeleton, outline: Shape | None) -> tuple[Annotation, ...]:
    """The annotation of a record's keypoints, and one of its outline if that says more."""
    if outline is None or same_box(skeleton, outline):
        return (msgspec.structs.replace(annotation, shape=skeleton),)
    group = annotation.group or f"figure {annotation.id}"
    return (
        msgspec.structs.replace(annotation, shape=skeleton, group=group),
        msgspec.structs.replace(annotation, id=f"{annotation.id} outline", shape=outline, group=group),
    )


def fits(skeleton: Skeleton, category: Category) -> bool:
    """Whether a skeleton has as many keypoints as the template of its category."""
    return category.skeleton is not None and len(skeleton.keypoints) == len(category.skeleton.keypoints)


def flat(skeleton: Skeleton) -> list[tuple[float, float, int]]:
    """The keypoints, with those that are absent at 0, 0, as other tools have them."""
    return [(0, 0, ABSENT) if v == ABSENT else (x, y, v) for x, y, v in skeleton.keypoints]


def template_of(
    names: Sequence[str],
    edges: Sequence[tuple[int, int]] = (),
    swaps: Sequence[tuple[int, int]] | None = None,
) -> SkeletonTemplate:
    """A template of names; its keypoints stand in a circle, for most formats do not say where.

    Without `swaps` those are found by the words left and right in the names.
    """
    count = len(names)
    places = [
        (0.5 + 0.4 * sin(2 * pi * n / count), 0.5 - 0.4 * cos(2 * pi * n / count)) for n in range(count)
    ]
    keypoints = tuple(
        SkeletonPoint(name=name, x=round(x, 4), y=round(y, 4))
        for name, (x, y) in zip(names, places, strict=True)
    )
    found = tuple(swaps) if swaps is not None else _swaps(names)
    return SkeletonTemplate(keypoints=keypoints, edges=tuple(edges), swaps=found)


def _swaps(names: Sequence[str]) -> tuple[tuple[int, int], ...]:
    places = {name.casefold(): place for place, name in enumerate(names)}
    pairs: list[tuple[int, int]] = []
    for name, place in places.items():
        for left, right in (("left", "right"), ("l_", "r_"), ("_l", "_r"), ("l ", "r ")):
            other = places.get(name.replace(left, right)) if left in name else None
            if other is not None and other != place:
                pairs.append((place, other))
                break
    return tuple(pairs)


def numbered(count: int) -> list[str]:
    """Names for keypoints that have none."""
    return [str(number) for number in range(1, count + 1)]
