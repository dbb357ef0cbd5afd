"""Label Studio's JSON: `tasks.json`, a list of tasks with their annotations, and `label_config.xml`.

Coordinates are percent of `original_width` and `original_height`. A rectangle is turned clockwise about its
upper left corner, an ellipse about its center; angles are degrees. Masks are packed as Label Studio packs
them (`label_studio_rle.py`). Open polygons (`closed` is false) are polylines. Several points of an annotation
and those of a skeleton are key points. Which of them are one thing, flags, groups and what else Label Studio
has no field for stands in the `meta` of a region, which it keeps. Words about the whole picture are choices.
A polygon has one ring: one with holes is written as a mask, parts are joined. Pictures lie under `images/`
and are called by Label Studio's address for local files; the split of a picture stands in its data.
Reading: `label_studio_reading.py`. The layout: Label Studio's documentation of its export and of its tags.
"""

from collections import defaultdict
from collections.abc import Iterator
from math import cos, degrees, sin
from urllib.parse import quote

import msgspec

from labelwright.core.document import Annotation, AttributeValue
from labelwright.core.ontology import Category, Ontology
from labelwright.core.shapes import (
    ABSENT,
    Box,
    Ellipse,
    Mask,
    Points,
    Polygon,
    Polyline,
    RotatedBox,
    Shape,
    Skeleton,
    kind_of,
)
from labelwright.formats import label_studio_reading, label_studio_rle
from labelwright.formats.beside import Beside, below_images
from labelwright.formats.extras import Bonds, Extra, each, is_linked
from labelwright.formats.fitting import Place, fitting
from labelwright.formats.folder import Sink, Source
from labelwright.formats.format import Format, Items, LabeledItem, Limits, Reading, named_attributes
from labelwright.formats.label_studio_config import (
    CONTROLS,
    FILE,
    IMAGE,
    NO,
    TAGS,
    YES,
    config_lines,
    control_names,
)
from labelwright.formats.report import Losses

TASKS = "tasks.json"
LOCAL = "/data/local-files/?d="
KINDS = tuple(CONTROLS)
PLACE = Place(kinds=KINDS, holes=False, parts=False, shares=True)
DOT = 0.5  # percent: how large Label Studio draws a key point


class LabelStudio(Format):
    """Label Studio's tasks."""

    name = "label-studio"
    title = "Label Studio"
    keeps = frozenset(KINDS)
    about = "Tasks as JSON with the labeling configuration. All but cuboids; attributes, relations, scores."
    limits = Limits()
    made_for = ("Label Studio", "HumanSignal", "Heartex", "JSON-MIN", "brush labels")

    def recognize(self, source: Source) -> str | None:
        """A JSON file of tasks with results, or with the fields of JSON-MIN."""
        return label_studio_reading.recognize(source)

    def read(self, source: Source) -> Reading:
        """Every file of tasks."""
        return label_studio_reading.read(source)

    def write(self, items: Items, ontology: Ontology, sink: Sink) -> Losses:
        """Write the tasks, the configuration, and the pictures under `images/`."""
        losses = Losses()
        beside = Beside(items, losses, below_images)
        writing = _Writing(ontology, losses)
        with sink.open(TASKS) as file:
            file.write(b"[")
            pairs = enumerate(beside.named(), 1)
            for line in each(msgspec.json.encode(writing.task(n, *pair)) for n, pair in pairs):
                file.write(line)
            file.write(b"\n]\n")
        sink.lines(FILE, config_lines(ontology, writing.used))
        beside.copy(sink)
        return losses


class _Writing:
    """The tasks of an export."""

    def __init__(self, ontology: Ontology, losses: Losses) -> None:
        self._losses = losses
        self._categories = {category.id: category for category in ontology.categories}
        self._bonds = Bonds(ontology)
        self._directed = {relation.id: relation.directed for relation in ontology.relations}
        self._controls = control_names(ontology)
        self.used: dict[str, set[str]] = defaultdict(set)

    def task(self, number: int, item: LabeledItem, path: str) -> Extra:
        """An item as a task with one annotation."""
        data: Extra = {IMAGE: LOCAL + quote(path)}
        data |= {key: value for key, value in (("split", item.split), ("key", item.key)) if value}
        results: list[Extra] = []
        tags: list[Extra] = []
        linked = is_linked(item.document.annotations)
        regions = {one.id for one in item.document.annotations if one.shape is not None}
        bonds: list[Extra] = []
        for annotation, category, shape in fitting(item, self._categories, PLACE, self._losses):
            self.used[category.id].add(kind_of(shape))
            if shape is None:
                tags.append(self._tag(annotation, category, is_linked=linked))
                continue
            results.extend(self._region(annotation, category, shape, item, regions, is_linked=linked))
            bonds.extend(self._relations(annotation, regions))
        if tags:
            results.append(_tag_result(tags, results))
        annotation = {
            "id": number,
            "completed_by": 1,
            "result": [*results, *bonds],
            "was_cancelled": False,
            "ground_truth": False,
        }
        return {"id": number, "data": data, "annotations": [annotation], "predictions": []}

    def _tag(self, annotation: Annotation, category: Category, *, is_linked: bool) -> Extra:
        values = named_attributes(annotation, category)
        score = annotation.evidence.score
        said: Extra = {"category": category.name, **self._bonds.beside(annotation, is_linked=is_linked)}
        return said | ({"attributes": values} if values else {}) | ({} if score is None else {"score": score})

    def _region(
        self,
        annotation: Annotation,
        category: Category,
        shape: Shape,
        item: LabeledItem,
        regions: set[str],
        *,
        is_linked: bool,
    ) -> Iterator[Extra]:
        size = (1, 1) if item.in_shares else (item.width, item.height)
        meta = self._bonds.beside(annotation, is_linked=is_linked)
        if all(_is_native(annotation, bond.to, regions) for bond in annotation.relations):
            meta.pop("relations", None)  # else all of them, for their order
        values = named_attributes(annotation, category)
        asked = {spec.name: spec.kind for spec in category.attributes}
        answers = {name: answer for name in values if (answer := _answer(values[name], asked.get(name)))}
        others = {name: value for name, value in values.items() if name not in answers}
        meta |= {"attributes": others} if others else {}
        name, control = CONTROLS[kind_of(shape)]
        base: Extra = {"from_name": name, "to_name": IMAGE, "type": control.lower(), "origin": "manual"}
        if not item.in_shares:
            base |= {"original_width": item.width, "original_height": item.height, "image_rotation": 0}
        if annotation.evidence.score is not None:
            base["score"] = annotation.evidence.score
        drawn = list(_values(shape, size, category, meta))
        for place, (value, word) in enumerate(drawn):
            own = annotation.id if not place else f"{annotation.id} point {place + 1}"
            if len(drawn) > 1 or isinstance(shape, Skeleton):
                said = {**(meta if not place else {}), "one": annotation.id}
                said |= {"index": value.pop("index"), "visibility": value.pop("visibility")} if word else {}
                if isinstance(shape, Skeleton):
                    said |= {"skeleton": category.name, "count": len(shape.keypoints)}
            else:
                said = meta
            made = {**base, "id": own, "value": {**value, control.lower(): [word or category.name]}}
            yield {**made, "meta": said} if said else made
        for attribute, (kind, value) in answers.items():
            shown = {key: entry for key, entry in drawn[0][0].items() if key not in ("rle", "format")}
            yield {
                **base,
                "id": annotation.id,
                "from_name": self._controls.get(attribute, attribute),
                "type": kind,
                "value": {**shown, kind if kind != "textarea" else "text": value},
            }

    def _relations(self, annotation: Annotation, regions: set[str]) -> Iterator[Extra]:
        for bond in annotation.relations:
            if _is_native(annotation, bond.to, regions):
                yield {
                    "type": "relation",
                    "from_id": annotation.id,
                    "to_id": bond.to,
                    "direction": "right" if self._directed.get(bond.kind, True) else "bi",
                    "labels": [self._bonds.name(bond.kind)],
                }


def _is_native(annotation: Annotation, to: str, regions: set[str]) -> bool:
    """Whether Label Studio has a place for a relation: it leads from a region to another."""
    return to in regions and to != annotation.id


def _answer(value: AttributeValue, kind: str | None) -> tuple[str, object] | None:
    """The kind of a result and its value, where there is a control for the attribute."""
    match kind:
        case "number" if isinstance(value, int | float) and not isinstance(value, bool):
            return "number", value
        case "text" if isinstance(value, str):
            return "textarea", [value]
        case "choice" if isinstance(value, str):
            return "choices", [value]
        case "choices" if isinstance(value, tuple):
            return "choices", list(value)
        case "flag" if isinstance(value, bool):
            return "choices", [YES if value else NO]
        case _:
            return None


def _tag_result(tags: list[Extra], results: list[Extra]) -> Extra:
    """All words about the picture as one result; what else is said of them stands in its meta."""
    taken = {result["id"] for result in results}
    own = next(word for number in range(len(taken) + 1) if (word := f"tags {number}") not in taken)
    words = list(dict.fromkeys(tag["category"] for tag in tags))
    made = {"id": own, "from_name": TAGS, "to_name": IMAGE, "type": "choices", "value": {"choices": words}}
    is_plain = len(words) == len(tags) and all(tag.keys() == {"category"} for tag in tags)
    return made if is_plain else {**made, "meta": {"tags": tags}}


def _values(
    shape: Shape, size: tuple[int, int], category: Category, meta: Extra
) -> Iterator[tuple[Extra, str | None]]:
    """What Label Studio says of a shape, each with a label of its own if it has one."""
    width, height = size
    across, down = 100 / width if width else 0, 100 / height if height else 0
    match shape:
        case Box(left, top, right, bottom):
            sides = {"width": (right - left) * across, "height": (bottom - top) * down}
            yield {"x": left * across, "y": top * down, **sides, "rotation": 0}, None
        case RotatedBox(x, y, wide, high, angle):
            turn = degrees(angle) % 360
            if not turn:
                meta["kind"] = "rotated_box"
            left = x - wide / 2 * cos(angle) + high / 2 * sin(angle)
            top = y - wide / 2 * sin(angle) - high / 2 * cos(angle)
            sides = {"width": wide * across, "height": high * down}
            yield {"x": left * across, "y": top * down, **sides, "rotation": turn}, None
        case Ellipse(x, y, rx, ry, angle):
            radii = {"radiusX": rx * across, "radiusY": ry * down}
            yield {"x": x * across, "y": y * down, **radii, "rotation": degrees(angle) % 360}, None
        case Polygon() | Polyline():
            ring = shape.parts[0][0] if isinstance(shape, Polygon) else shape.points
            points = [[x * across, y * down] for x, y in ring]
            yield {"points": points, "closed": isinstance(shape, Polygon)}, None
        case Mask():
            yield {"format": "rle", "rle": label_studio_rle.pack(shape, width, height)}, None
        case Points(points):
            for x, y in points:
                yield {"x": x * across, "y": y * down, "width": DOT}, None
        case Skeleton(keypoints):
            named = category.skeleton.keypoints if category.skeleton else ()
            for index, (x, y, visibility) in enumerate(keypoints):
                if visibility != ABSENT:
                    word = named[index].name if index < len(named) else str(index + 1)
                    place = {"x": x * across, "y": y * down, "width": DOT}
                    yield {**place, "index": index, "visibility": visibility}, word
        case _:
            raise AssertionError(f"{shape} was to be made another shape")
