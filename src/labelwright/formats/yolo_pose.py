"""YOLO poses: one line an annotation, `class x y width height x1 y1 v1 x2 y2 v2 …` in shares.

The first four numbers are a box; then come the keypoints in the order of the category's template, each
with its visibility (2 visible, 1 occluded, 0 absent). The box is that of the keypoints, or, if the group
of a skeleton holds just one box, polygon or mask more, of the same category, that of this outline: then
both are one line, which reads as two annotations again. A box alone is a line without keypoints.

`kpt_shape` in data.yaml says how many keypoints every line has: those of the longest template; shorter
ones are filled up with absent keypoints. `kpt_names` and `kpt_edges` have names and edges by class, and
`flip_idx` who stands where in a mirrored picture, if the templates agree on that. Trainers refuse shares
below 0 and above 1: what lies outside of the picture is moved to its border. Layout: Ultralytics'
dataset documentation.
"""

from collections.abc import Iterator

from labelwright.core.document import Annotation
from labelwright.core.ontology import Category, Ontology, SkeletonTemplate
from labelwright.core.shapes import ABSENT, Bounds, Box, Shape, Skeleton, kind_of
from labelwright.formats.fields import note_lost_fields
from labelwright.formats.figures import fits, flat, in_pairs
from labelwright.formats.format import LabeledItem
from labelwright.formats.report import Losses
from labelwright.formats.yolo import CUT, Yolo, bounds_inside, fitting, line_of, shares_of
from labelwright.formats.yolo_lines import Keypoints

MOVED = "keypoints outside of the picture are moved to its border"
RENAMED = "groups are called by the number of their line"


class YoloPose(Yolo):
    """YOLO skeletons."""

    name = "yolo-pose"
    title = "YOLO (pose)"
    keeps = frozenset({"skeleton", "box"})
    about = "One text file a picture: skeletons with their boxes, and boxes, in shares."
    lines = Keypoints
    task = "pose"

    def _extra(self, ontology: Ontology) -> dict[str, object]:
        templates, count = _templates(ontology), _most_keypoints(ontology)
        extra: dict[str, object] = {"task": self.task, "kpt_shape": [count, 3]}
        mirrored = {tuple(_flip(template, count)) for template in templates.values()}
        if len(mirrored) == 1:
            extra["flip_idx"] = list(*mirrored)
        extra["kpt_names"] = {n: [p.name for p in one.keypoints] for n, one in templates.items()}
        extra["kpt_edges"] = {n: [list(edge) for edge in one.edges] for n, one in templates.items()}
        return extra

    def item_lines(
        self, item: LabeledItem, ontology: Ontology, numbers: dict[str, int], losses: Losses
    ) -> Iterator[str]:
        """The lines of an item."""
        count = _most_keypoints(ontology)
        for annotation, outline in in_pairs(item.document.annotations):
            shape = fitting(annotation, item, numbers, losses)
            if shape is None:
                if outline is not None:
                    fitting(outline, item, numbers, losses)
                continue
            number = numbers[annotation.category]
            category = ontology.categories[number]
            shares = _shares(shape, outline, category, count, item, losses)
            if shares is None:
                continue
            note_lost_fields(losses, item.name, annotation, group=outline is not None)
            if outline is not None:
                note_lost_fields(losses, item.name, outline, group=True)
                losses.convert(item.name, "group", RENAMED)
            yield line_of(number, shares)


def _shares(
    shape: Shape,
    outline: Annotation | None,
    category: Category,
    count: int,
    item: LabeledItem,
    losses: Losses,
) -> list[float] | None:
    if not isinstance(shape, Skeleton):
        return _box_alone(shape, count, item, losses)
    other = None if outline is None else outline.shape
    if not fits(shape, category):
        losses.drop(item.name, "skeleton", "its category has no template of as many keypoints")
        return None if other is None else _box_alone(other, count, item, losses)
    box = None if other is None else bounds_inside(other, item, losses)
    if box is not None and other is not None:
        _note_box(other, box, item, losses)
    box = box or _box_of(shape, item)
    points = [_moved(x, y, v, item) for x, y, v in flat(shape)]
    _note(losses, item, "skeleton", MOVED if points != flat(shape) else "")
    absent = [(0, 0, ABSENT)] * (count - len(points))
    wide, high = item.width, item.height
    return shares_of(box, item) + [
        value for x, y, v in (*points, *absent) for value in (x / wide, y / high, v)
    ]


def _box_alone(shape: Shape, count: int, item: LabeledItem, losses: Losses) -> list[float] | None:
    inside = bounds_inside(shape, item, losses)
    if inside is None:
        return None
    _note_box(shape, inside, item, losses)
    return shares_of(inside, item) + [0.0, 0.0, ABSENT] * count


def _note_box(shape: Shape, inside: Bounds, item: LabeledItem, losses: Losses) -> None:
    if isinstance(shape, Box):
        _note(losses, item, "box", CUT if inside != shape.bounds else "")
    else:
        losses.drop(item.name, kind_of(shape), "only its box is written; the outline is lost")


def _note(losses: Losses, item: LabeledItem, kind: str, reason: str) -> None:
    if reason:
        losses.convert(item.name, kind, reason)
    else:
        losses.keep()


def _box_of(skeleton: Skeleton, item: LabeledItem) -> Bounds:
    # Of the keypoints as they are written; it may have no width, which trainers accept.
    points = [_moved(x, y, 2, item) for x, y in skeleton.present()]
    xs, ys = [x for x, _, _ in points], [y for _, y, _ in points]
    return Bounds(min(xs), min(ys), max(xs), max(ys))


def _moved(x: float, y: float, visibility: int, item: LabeledItem) -> tuple[float, float, int]:
    return min(max(x, 0), item.width), min(max(y, 0), item.height), visibility


def _templates(ontology: Ontology) -> dict[int, SkeletonTemplate]:
    return {n: one.skeleton for n, one in enumerate(ontology.categories) if one.skeleton is not None}


def _most_keypoints(ontology: Ontology) -> int:
    return max((len(one.keypoints) for one in _templates(ontology).values()), default=1)


def _flip(template: SkeletonTemplate, count: int) -> list[int]:
    order = list(range(count))
    for a, b in template.swaps:
        order[a], order[b] = b, a
    return order
