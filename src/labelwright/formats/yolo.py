"""YOLO text files: one line an annotation, in shares of the picture's width and height.

`yolo` writes `class x y width height` (the middle and size of a box); `yolo-seg` writes
`class x1 y1 x2 y2 …` (a polygon). The order of `names` in data.yaml is the ontology's order. A line
holds one ring, so holes and further parts are joined to it by lines of no width; masks become their
exact outline. Trainers refuse shares below 0 and above 1: what reaches over the border is cut off.
`yolo-obb` (turned boxes) and `yolo-pose` (skeletons) are in `yolo_turned.py` and `yolo_pose.py`.
Layout: Ultralytics' dataset documentation. How it is read is in `yolo_reading.py`.
"""

from collections.abc import Iterable
from math import isclose

import msgspec
import yaml

from labelwright.core.document import Annotation
from labelwright.core.errors import InvalidShape
from labelwright.core.ontology import Ontology
from labelwright.core.shapes import (
    Bounds,
    Box,
    Cuboid,
    Ellipse,
    Mask,
    Points,
    Polygon,
    Polyline,
    Ring,
    RotatedBox,
    Shape,
    Skeleton,
    hull,
    kind_of,
    polygon_of,
    ring_area,
)
from labelwright.formats import yolo_reading
from labelwright.formats.fields import note_lost_fields
from labelwright.formats.figures import without_pairs
from labelwright.formats.folder import Sink, Source
from labelwright.formats.format import Format, Items, LabeledItem, Reading
from labelwright.formats.names import Names, stem_of
from labelwright.formats.outlines import SMOOTH, clipped, corners, ellipse_ring, join, joined, rings_of
from labelwright.formats.report import Losses
from labelwright.formats.yolo_lines import TASKS, Lines
from labelwright.formats.yolo_reading import SPLITS

STEPS = 1e10  # of a share: far below a hundredth of a pixel on any picture
OUTSIDE = "it lies outside of its picture"
FLAT = "its points lie on one line, so no box is around them"
OUTLINE_LOST = "only its box is written; the outline is lost"
CUT = "what reaches over the border of the picture is cut off"


class Yolo(Format):
    """YOLO boxes."""

    name = "yolo"
    title = "YOLO (detect)"
    keeps = frozenset({"box"})
    about = "One text file a picture, shares of its size. Boxes only; attributes and tags are dropped."
    lines: type[Lines] = Lines
    task = "detect"

    def recognize(self, source: Source) -> str | None:
        """A list of classes beside text files of numbers, of the length that this format has."""
        return yolo_reading.recognize(source, TASKS[self.task])

    def read(self, source: Source) -> Reading:
        """Every text file of lines."""
        return yolo_reading.read(source, self.lines())

    def write(self, items: Items, ontology: Ontology, sink: Sink) -> Losses:
        """Write `labels/SPLIT/`, `images/SPLIT/` and `data.yaml`; pictures that stay behind are listed."""
        losses = Losses()
        # Trainers find the labels of a picture by putting `labels` for `images` in its path.
        names = Names(by_stem=True, reserved=("images", "labels"))
        numbers = {category.id: index for index, category in enumerate(ontology.categories)}
        listed: dict[str, list[str]] = {}
        has_pictures = False
        for item in items():
            split = item.split if item.split in SPLITS else "train"
            name = names.take(item.name, losses)
            listed.setdefault(split, []).append(f"./images/{split}/{name}")
            lines = self.item_lines(item, ontology, numbers, losses)
            sink.lines(f"labels/{split}/{stem_of(name)}.txt", lines)
            if item.media is not None:
                has_pictures = True
                sink.copy(f"images/{split}/{name}", item.media())
        if not has_pictures:
            for split, paths in listed.items():
                sink.lines(f"{split}.txt", paths)
        sink.lines("data.yaml", _data_yaml(ontology, set(listed), has_pictures, self._extra(ontology)))
        return losses

    def _extra(self, ontology: Ontology) -> dict[str, object]:
        """What data.yaml says beside the names of the classes."""
        del ontology
        return {"task": self.task}

    def item_lines(
        self, item: LabeledItem, ontology: Ontology, numbers: dict[str, int], losses: Losses
    ) -> Iterable[str]:
        """The lines of an item; `numbers` are those of the classes by category."""
        del ontology
        made = (self.line(entry, item, numbers, losses) for entry in without_pairs(item, losses))
        return (line for line in made if line is not None)

    def line(
        self, annotation: Annotation, item: LabeledItem, numbers: dict[str, int], losses: Losses
    ) -> str | None:
        """The line of an annotation, or None with its loss noted."""
        shape = fitting(annotation, item, numbers, losses)
        shares = None if shape is None else self._numbers(shape, item, losses)
        if shares is None:
            return None
        note_lost_fields(losses, item.name, annotation)
        return line_of(numbers[annotation.category], shares)

    def _numbers(self, shape: Shape, item: LabeledItem, losses: Losses) -> list[float] | None:
        inside = bounds_inside(shape, item, losses)
        if inside is None:
            return None
        if not isinstance(shape, Box):
            losses.drop(item.name, kind_of(shape), OUTLINE_LOST)
        elif inside != shape.bounds:
            losses.convert(item.name, "box", CUT)
        else:
            losses.keep()
        return shares_of(inside, item)


def fitting(
    annotation: Annotation, item: LabeledItem, numbers: dict[str, int], losses: Losses
) -> Shape | None:
    """The shape of an annotation that has a class and a picture; of others the loss is noted."""
    if annotation.category not in numbers:
        losses.drop(item.name, "category", "the ontology does not have it")
    elif annotation.shape is None:
        losses.drop(item.name, "tag", "YOLO has no place for tags of the whole item")
    elif not item.width or not item.height:
        losses.drop(item.name, annotation.kind, "the size of its picture is not known")
    else:
        return annotation.shape
    return None


def bounds_inside(shape: Shape, item: LabeledItem, losses: Losses) -> Bounds | None:
    """The box around what of a shape lies in its picture; if there is none the loss is noted."""
    left, top, right, bottom = shape.bounds
    inside = Bounds(max(0, left), max(0, top), min(item.width, right), min(item.height, bottom))
    if inside.width > 0 and inside.height > 0:
        return inside
    losses.drop(item.name, kind_of(shape), OUTSIDE if right > left and bottom > top else FLAT)
    return None


def shares_of(box: Bounds, item: LabeledItem) -> list[float]:
    """The middle and size of a box, in shares of its picture."""
    return [
        (box.left + box.right) / 2 / item.width,
        (box.top + box.bottom) / 2 / item.height,
        box.width / item.width,
        box.height / item.height,
    ]


def line_of(number: int, shares: list[float]) -> str:
    """A line of a class and numbers."""
    return text_of([[number, *(round(share * STEPS) / STEPS for share in shares)]])


def text_of(rows: list[list[float]]) -> str:
    """Lines of numbers, the shortest way to write each."""
    if not rows:
        return ""
    text = msgspec.json.encode(rows).decode()
    return (
        f"{text[2:-2]} ".replace("],[", " \n").replace(",", " ").replace(".0 ", " ").replace(" \n", "\n")[:-1]
    )


class YoloSegment(Yolo):
    """YOLO polygons."""

    name = "yolo-seg"
    title = "YOLO (segment)"
    keeps = frozenset({"polygon"})
    about = "One text file a picture, shares of its size. Polygons of one ring; other areas become such."
    task = "segment"

    def _numbers(self, shape: Shape, item: LabeledItem, losses: Losses) -> list[float] | None:
        kind = kind_of(shape)
        if isinstance(shape, Polyline | Points | Skeleton):
            losses.drop(item.name, kind, "it encloses no area")
            return None
        ring, change = _one_ring(shape)
        inside = clipped(ring, item.width, item.height)
        if not _has_area(inside):
            losses.drop(item.name, kind, OUTSIDE)
            return None
        is_cut = not isclose(ring_area(inside), ring_area(ring), rel_tol=1e-9)
        reasons = [reason for reason in (change, CUT if is_cut else "") if reason]
        if isinstance(shape, Cuboid):
            losses.drop(item.name, kind, "; ".join(reasons))
        elif reasons:
            losses.convert(item.name, kind, "; ".join(reasons))
        else:
            losses.keep()
        ring = inside if is_cut else ring
        return [value for x, y in ring for value in (x / item.width, y / item.height)]


Areas = Box | RotatedBox | Polygon | Ellipse | Mask | Cuboid


def _one_ring(shape: Areas) -> tuple[Ring, str]:
    """The one ring that covers what a shape covers, and what had to be done for it."""
    match shape:
        case Box():
            return corners(shape), "a box is written as a polygon of four corners, exactly"
        case Mask():
            return join(rings_of(shape)), "a mask is written as its outline along the pixels, exactly"
        case RotatedBox():
            return shape.corners(), "a turned box is written as a polygon of its corners, exactly"
        case Ellipse():
            said = f"an ellipse is written as a polygon; its outline moves {SMOOTH:g} pixels at most"
            return ellipse_ring(shape), said
        case Cuboid():
            return hull((*shape.front, *shape.back)), "only its outline is written; the faces are lost"
        case Polygon() if len(shape.parts) == 1 and len(shape.parts[0]) == 1:
            return shape.parts[0][0], ""
        case Polygon():
            return joined(shape), "holes and parts are joined to one ring; the area is the same"


def _has_area(ring: Ring) -> bool:
    try:
        return len(ring) > 2 and polygon_of(ring).area > 0
    except InvalidShape:
        return False


def _data_yaml(
    ontology: Ontology, splits: set[str], has_pictures: bool, extra: dict[str, object]
) -> list[str]:
    def place(split: str) -> str:
        return f"images/{split}" if has_pictures else f"{split}.txt"

    first = next((split for split in SPLITS if split in splits), "train")
    content: dict[str, object] = {
        "path": ".",
        "train": place("train" if "train" in splits else first),
        "val": place("val" if "val" in splits else first),
    }
    if "test" in splits:
        content["test"] = place("test")
    content["names"] = dict(enumerate(category.name for category in ontology.categories))
    content |= extra
    return yaml.safe_dump(content, sort_keys=False, allow_unicode=True).splitlines()
