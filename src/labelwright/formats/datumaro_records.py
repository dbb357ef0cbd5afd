"""Datumaro's annotations as records: what `datumaro` and `datumaro-binary` have in common.

A record has `type`, `label_id`, `attributes`, a `group` of at least 1, and its figures: `bbox` (left, top,
width, height), `points` in a flat list (of an ellipse the corners of the box around it), COCO's packed `rle`,
or eight corners of a `cuboid_2d`. Pixels count from the corner of the picture.
A skeleton is `points` with visibilities of a label that has named points. Turned boxes and ellipses become
polygons, for Datumaro's own reader has no record of the one and no angle for the other.
What Datumaro has no field for (names of groups, relations, votes, which attributes are flags) is JSON text
in the attribute `labelwright`, so that it survives Datumaro too.
"""

import re
from collections.abc import Mapping
from math import pi, sin
from typing import Any, cast

import msgspec

from labelwright.core.document import Annotation, Evidence
from labelwright.core.ontology import Category
from labelwright.core.shapes import (
    ABSENT,
    VISIBLE,
    Box,
    Cuboid,
    Ellipse,
    Keypoint,
    Mask,
    Point,
    Points,
    Polygon,
    Polyline,
    RotatedBox,
    Shape,
    Skeleton,
    polygon_of,
)
from labelwright.formats import rle
from labelwright.formats.extras import Bonds, Extra, Ids, flags_of, relations_of
from labelwright.formats.fields import plain_attributes
from labelwright.formats.figures import SHAPES, fits, flat, template_of
from labelwright.formats.format import LabeledItem, named_attributes
from labelwright.formats.judged import judged, with_judged
from labelwright.formats.report import Losses

OURS = "labelwright"
FLAGS = {
    "is_crowd": "iscrowd",
    "difficult": "difficult",
    "truncated": "truncated",
    "occluded": "occluded",
    "track_id": "track",
}
"""Attributes that Datumaro gives a meaning, and the flags they are here."""
ATTRIBUTES = {flag: name for name, flag in FLAGS.items()}
UNLABELED = "unlabeled"
CAPTION = "caption"
POINTED = ("polygon", "polyline", "ellipse", "points", "rotated_bbox")
KINDS = ("box", "polygon", "polyline", "points", "mask", "skeleton", "cuboid", "tag")
LEVEL = 1e-9  # radians: how far an ellipse may be turned and still lie straight
_GROUP = re.compile(r"[1-9][0-9]{0,8}", re.ASCII)


class _Label(msgspec.Struct):
    name: str


class _Labels(msgspec.Struct):
    labels: list[_Label | str] = []


class _Named(msgspec.Struct):
    label_id: int
    labels: list[str] = []
    joints: list[tuple[int, int]] = []
    positions: list[float] | None = None


class _AllNamed(msgspec.Struct):
    items: list[_Named] = []


class _Categories(msgspec.Struct):
    label: _Labels | None = None
    points: _AllNamed | None = None


class Words:
    """The labels of a file in their order, and those of them that are skeletons."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self.definitions: dict[str, Category] = {}

    def name(self, label: object) -> str:
        """What a label is called. Raises ValueError if there is none of that number."""
        if label is None:
            return UNLABELED
        if not isinstance(label, int) or not 0 <= label < len(self.names):
            raise ValueError(f"there is no label {label}")
        return self.names[label]

    def take(self, found: Extra) -> None:
        """Take in the `categories` of a file. Raises msgspec.ValidationError."""
        known = msgspec.convert(found, _Categories)
        if known.label is not None:
            self.names += [entry if isinstance(entry, str) else entry.name for entry in known.label.labels]
        for entry in known.points.items if known.points is not None else ():
            if entry.labels and 0 <= entry.label_id < len(self.names):
                self._define(self.names[entry.label_id], entry.labels, entry.joints, entry.positions or [])

    def _define(
        self, name: str, names: list[str], joints: list[tuple[int, int]], places: list[float]
    ) -> None:
        first = 0 if any(0 in joint for joint in joints) else 1
        edges = [
            (a - first, b - first) for a, b in joints if max(a, b) - first < len(names) and min(a, b) >= first
        ]
        template = template_of(names, edges)
        if len(places) == 2 * len(names) and all(0 <= value <= 1 for value in places):
            pairs = zip(template.keypoints, places[::2], places[1::2], strict=True)
            placed = tuple(msgspec.structs.replace(point, x=x, y=y) for point, x, y in pairs)
            template = msgspec.structs.replace(template, keypoints=placed)
        self.definitions[name] = Category(id=name, name=name, shapes=SHAPES, skeleton=template)


def categories_of(categories: list[Category]) -> Extra:
    """The `categories` of a file."""
    labels = [
        {"name": entry.name, "parent": "", "attributes": sorted({spec.name for spec in entry.attributes})}
        for entry in categories
    ]
    made: Extra = {"label": {"labels": labels, "label_groups": [], "attributes": []}}
    items: list[Extra] = []
    for number, entry in enumerate(categories):
        if entry.skeleton is not None:
            points = entry.skeleton.keypoints
            items.append(
                {
                    "label_id": number,
                    "labels": [point.name for point in points],
                    "joints": [[a + 1, b + 1] for a, b in entry.skeleton.edges],
                    "positions": [value for point in points for value in (point.x, point.y)],
                }
            )
    return {**made, "points": {"items": items}} if items else made


def groups_of(item: LabeledItem) -> dict[str, int]:
    """The number of each group of an item: its own if it is one, else the next that is free."""
    words = dict.fromkeys(a.group for a in item.document.annotations if a.group is not None)
    numbers = {word: int(word) for word in words if _GROUP.fullmatch(word)}
    taken, following = set(numbers.values()), 1
    for word in words:
        if word not in numbers:
            while following in taken:
                following += 1
            numbers[word] = following
            taken.add(following)
    return numbers


def straight(shape: Ellipse) -> bool:
    """Whether an ellipse lies along the axes, as all of Datumaro's do."""
    return abs(sin(2 * shape.angle)) <= LEVEL


def record_of(
    category: Category,
    shape: Shape | None,
    item: LabeledItem,
    losses: Losses,
) -> Extra | None:
    """What a record says of its figure; None with a loss if it has no place."""
    match shape:
        case None:
            return {"type": "label"}
        case Box():
            width, height = shape.right - shape.left, shape.bottom - shape.top
            return {"type": "bbox", "bbox": [shape.left, shape.top, width, height], "z_order": 0}
        case Polygon():
            return {"type": "polygon", "points": _flat(shape.parts[0][0]), "z_order": 0}
        case Polyline():
            return {"type": "polyline", "points": _flat(shape.points), "z_order": 0}
        case Points():
            visibility = [VISIBLE] * len(shape.points)
            return {"type": "points", "points": _flat(shape.points), "visibility": visibility, "z_order": 0}
        case Skeleton():
            if not fits(shape, category):
                losses.kept -= 1
                losses.drop(item.name, "skeleton", "its category has no template of as many keypoints")
                return None
            points = [value for x, y, _ in flat(shape) for value in (x, y)]
            visibility = [v for _, _, v in shape.keypoints]
            return {"type": "points", "points": points, "visibility": visibility, "z_order": 0}
        case Mask():
            runs = rle.runs_of(shape, item.height, item.width)
            packed = {"counts": rle.pack(runs), "size": [item.height, item.width]}
            return {"type": "mask", "rle": packed, "z_order": 0}
        case Ellipse():
            return {"type": "ellipse", "points": list(shape.bounds), "z_order": 0}
        case Cuboid():
            (a, d, g, h), (b, c, f, e) = shape.front, shape.back
            corners = [list(point) for point in (a, b, c, d, e, f, g, h)]
            return {"type": "cuboid_2d", "points": corners, "z_order": 0}
        case RotatedBox():
            raise AssertionError("turned boxes are polygons by now")


def _flat(points: tuple[Point, ...]) -> list[float]:
    return [value for point in points for value in point]


def beside(
    annotation: Annotation,
    category: Category,
    item: LabeledItem,
    losses: Losses,
    bonds: Bonds,
    *,
    is_linked: bool,
) -> Extra:
    """The attributes of a record, with what Datumaro has no field for."""
    attributes: Extra = dict(named_attributes(annotation, category))
    if OURS in attributes:
        del attributes[OURS]
        losses.drop(item.name, "attributes", f"one called {OURS} has another meaning here")
    ours = {**bonds.beside(annotation, is_linked=is_linked), **judged(annotation, bonds.categories)}
    group = annotation.group
    if group is not None and _GROUP.fullmatch(group):
        del ours["group_name"]
    flags: list[str] = []
    for flag, value in annotation.flags.items():
        name = ATTRIBUTES.get(flag, flag)
        if name in attributes or name in (OURS, "score"):
            losses.drop(item.name, "flags", f"{flag} is the name of an attribute too")
        else:
            attributes[name] = value
            flags.append(name)
    ours.pop("flags", None)
    if set(flags) != set(FLAGS) & set(attributes):
        ours["flags"] = flags
    if isinstance(annotation.shape, Points) and category.skeleton is not None:
        ours["points"] = True
    if annotation.evidence.score is not None and "score" not in attributes:
        attributes["score"] = annotation.evidence.score
    elif "score" in attributes:
        ours["score"] = annotation.evidence.score
    if ours:
        attributes[OURS] = msgspec.json.encode(ours).decode()
    return attributes


class Records:
    """The annotations of one item, made of its records."""

    def __init__(self, words: Words, height: int, width: int) -> None:
        self._words, self._height, self._width = words, height, width
        self._ids = Ids()

    def made(self, record: Mapping[str, Any], place: int) -> Annotation | None:
        """The annotation; None for records that say nothing of the picture.

        Raises ValueError, TypeError, KeyError or InvalidShape.
        """
        kind = record.get("type")
        if kind in ("hash_key", "feature_vector"):
            return None
        attributes = plain_attributes(record.get("attributes"))
        ours = _ours(attributes.pop(OURS, None))
        said = ours.get("flags")
        listed = cast("list[object]", said) if isinstance(said, list) else list(FLAGS)
        names = [str(name) for name in listed if name in attributes]
        flags = flags_of({FLAGS.get(name, name): attributes.pop(name, None) for name in names})
        category = CAPTION if kind == "caption" else self._words.name(record.get("label_id"))
        score = attributes.get("score") if "score" not in ours else ours["score"]
        if "score" not in ours and isinstance(score, int | float) and not isinstance(score, bool):
            del attributes["score"]
        object_id = record.get("object_id")
        if isinstance(object_id, int) and object_id >= 0:
            flags.setdefault("track", float(object_id))
        if kind == "caption":
            attributes["text"] = str(record.get("caption") or "")
        group = record.get("group")
        word = ours.get("group_name") or (str(group) if isinstance(group, int) and group > 0 else None)
        annotation = Annotation(
            id=self._ids.take(ours.get("uid"), place),
            category=category,
            shape=self._shape(record, category, is_points=ours.get("points") is True),
            attributes=attributes,
            group=word,
            relations=relations_of(ours.get("relations")),
            flags=flags,
            evidence=Evidence(score=float(score) if isinstance(score, int | float) else None),
        )
        return with_judged(annotation, ours)

    def _shape(self, record: Mapping[str, Any], category: str, *, is_points: bool) -> Shape | None:
        kind = record.get("type")
        if kind in ("label", CAPTION):
            return None
        if kind == "mask":
            return self._mask(record["rle"])
        if kind == "bbox":
            left, top, width, height = (float(value) for value in record["bbox"])
            return Box(left=left, top=top, right=left + width, bottom=top + height)
        if kind == "cuboid_2d":
            a, b, c, d, e, f, g, h = (Point(float(x), float(y)) for x, y in record["points"])
            return Cuboid(front=(a, d, g, h), back=(b, c, f, e))
        if kind not in POINTED:
            raise ValueError(f"“{kind}” has no place here")
        numbers = [float(value) for value in cast("list[float]", record.get("points") or [])]
        if kind == "rotated_bbox":
            x, y, width, height, degrees = numbers
            return RotatedBox(x=x, y=y, width=width, height=height, angle=degrees * pi / 180)
        if len(numbers) % 2:
            raise ValueError("its points have an odd number of values")
        points = tuple(Point(x, y) for x, y in zip(numbers[::2], numbers[1::2], strict=True))
        if kind == "polygon":
            closed = len(points) > 3 and points[0] == points[-1]
            return polygon_of(points[:-1] if closed else points)
        if kind == "polyline":
            return Polyline(points=points)
        if kind == "ellipse":
            (left, top), (right, bottom) = points
            x, y = (left + right) / 2, (top + bottom) / 2
            return Ellipse(x=x, y=y, rx=(right - left) / 2, ry=(bottom - top) / 2)
        known = None if is_points else self._words.definitions.get(category)
        return _points(points, record.get("visibility"), known)

    def _mask(self, packed: Mapping[str, Any]) -> Mask:
        height, width = (int(value) for value in packed["size"])
        if self._height and self._width and (height, width) != (self._height, self._width):
            raise ValueError(f"the mask is {width} × {height}, its picture {self._width} × {self._height}")
        counts = packed["counts"]
        runs = rle.unpack(counts) if isinstance(counts, str) else [int(run) for run in counts]
        return rle.mask_of(height, width, runs)


def _points(points: tuple[Point, ...], visibility: object, known: Category | None) -> Shape:
    seen = [int(v) for v in cast("list[int]", visibility or [])] or [VISIBLE] * len(points)
    if len(seen) != len(points):
        raise ValueError(f"it has {len(points)} points, but says of {len(seen)} whether they are visible")
    template = known.skeleton if known else None
    if template is not None and len(template.keypoints) == len(points):
        keypoints = zip(points, seen, strict=True)
        return Skeleton(keypoints=tuple(Keypoint(x, y, v) for (x, y), v in keypoints))
    return Points(points=tuple(point for point, v in zip(points, seen, strict=True) if v != ABSENT))


def _ours(text: object) -> Extra:
    if not isinstance(text, str):
        return {}
    try:
        found: Any = msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError):
        return {}
    return cast("Extra", found) if isinstance(found, dict) else {}
