"""BDD100K in Scalabel's JSON: `labels/det_20/det_SPLIT.json`, pictures under `images/100k/SPLIT/`.

A file has `frames`, each with a name, a size, attributes (weather, scene, …) and `labels`; and `config`
with the categories. A label has a category, attributes and one of `box2d` (its edges, taken as they are,
without a pixel more), `poly2d` (vertices with types: L for corners, C for control points of curves) or
`rle` (COCO's packed masks over the whole picture). Closed lines are polygons, open ones polylines; several
closed ones of a label are one polygon of parts, and one with holes becomes a mask. Attributes of a frame
are a tag called `frame`. Occluded, truncated and crowd are flags; what Scalabel has no field for stands in
fields that it passes over. Tracks are the ids of labels. Turned boxes and ellipses become polygons.
Reading: `bdd100k_reading.py`. The layout: Yu et al., BDD100K (2020), and Scalabel's documentation of its
format.
"""

import msgspec

from labelwright.core.document import Annotation
from labelwright.core.ontology import Category, Ontology
from labelwright.core.shapes import Box, Mask, Polygon, Polyline, Ring, Shape
from labelwright.formats import bdd100k_reading, rle
from labelwright.formats.bdd100k_reading import FLAGS, FRAME
from labelwright.formats.beside import Beside, splits_in
from labelwright.formats.extras import Bonds, Extra, each, is_linked
from labelwright.formats.fitting import Place, fitting
from labelwright.formats.folder import Sink, Source
from labelwright.formats.format import Format, Items, LabeledItem, Limits, Reading, named_attributes
from labelwright.formats.report import Losses
from labelwright.formats.splits import written_split

KINDS = ("box", "polygon", "polyline", "mask", "tag")
PLACE = Place(kinds=KINDS, holes=False)
ATTRIBUTES = {flag: name for name, flag in FLAGS.items()}


class Bdd100k(Format):
    """BDD100K's labels, which are Scalabel's."""

    name = "bdd100k"
    title = "BDD100K (Scalabel)"
    keeps = frozenset(KINDS)
    about = "One JSON file a split. Boxes, polygons, polylines, masks and tags, with attributes of frames."
    limits = Limits()
    made_for = ("BDD100K", "Scalabel", "Berkeley DeepDrive", "driving", "lanes", "det_20")

    def recognize(self, source: Source) -> str | None:
        """A JSON file with Scalabel's frames and labels."""
        return bdd100k_reading.recognize(source)

    def read(self, source: Source) -> Reading:
        """Every file, of 2018 or later."""
        return bdd100k_reading.read(source)

    def write(self, items: Items, ontology: Ontology, sink: Sink) -> Losses:
        """Write a file for each split, and the pictures."""
        losses = Losses()
        beside = Beside(items, losses, _place)
        writing = _Writing(ontology, losses)
        for split in splits_in(items(), losses) or ["train"]:
            with sink.open(f"labels/det_20/det_{split}.json") as file:
                file.write(b'{"config":' + msgspec.json.encode(writing.config()) + b',"frames":[')
                here = (pair for pair in beside.named() if written_split(pair[0].split) == split)
                names = ((item, path.removeprefix(_place(item, ""))) for item, path in here)
                for line in each(msgspec.json.encode(writing.frame(item, name)) for item, name in names):
                    file.write(line)
                file.write(b"\n]}\n")
        beside.copy(sink)
        return losses


def _place(item: LabeledItem, name: str) -> str:
    return f"images/100k/{written_split(item.split)}/{name}"


class _Writing:
    """Frames and labels of an export."""

    def __init__(self, ontology: Ontology, losses: Losses) -> None:
        self._ontology, self._losses = ontology, losses
        self._categories = {category.id: category for category in ontology.categories}
        self._bonds = Bonds(ontology)

    def config(self) -> Extra:
        """The categories in their order, and the kinds of relations."""
        listed = [{"name": category.name} for category in self._ontology.categories]
        return {"categories": listed, "attributes": [], "relations": self._bonds.listed}

    def frame(self, item: LabeledItem, name: str) -> Extra:
        """An item as a frame."""
        made: Extra = {"name": name}
        if item.width and item.height:
            made["size"] = {"width": item.width, "height": item.height}
        of_frame, labels = None, list[Extra]()
        ids: set[str] = set()
        linked = is_linked(item.document.annotations)
        for annotation, category, shape in fitting(item, self._categories, PLACE, self._losses):
            if of_frame is None and _is_of_frame(annotation, category):
                of_frame = named_attributes(annotation, category)
                continue
            track = str(annotation.flags.get("track", ""))
            chosen = track if track and track not in ids else str(len(labels))
            while chosen in ids:
                chosen += "'"
            ids.add(chosen)
            said = self._label(annotation, category, is_linked=linked)
            labels.append({"id": chosen, **said, **self._shape(shape, item)})
        return {**made, "attributes": of_frame or {}, "labels": labels}

    def _label(self, annotation: Annotation, category: Category, *, is_linked: bool) -> Extra:
        values = named_attributes(annotation, category)
        attributes: Extra = {key: value for key, value in values.items() if not isinstance(value, tuple)}
        beside = self._bonds.beside(annotation, is_linked=is_linked)
        if len(attributes) < len(values):
            # Scalabel's attributes have one value each.
            beside["lists"] = {key: value for key, value in values.items() if isinstance(value, tuple)}
        native = {
            ATTRIBUTES[flag]: value
            for flag, value in annotation.flags.items()
            if flag in ATTRIBUTES and isinstance(value, bool)
        }
        if native and not attributes.keys() & FLAGS.keys():
            attributes |= native
            rest = {k: v for k, v in annotation.flags.items() if ATTRIBUTES.get(k) not in native}
            beside.pop("flags")
            beside |= {"flags": rest} if rest else {}
        elif attributes.keys() & FLAGS.keys():
            beside["plain_attributes"] = True
        made: Extra = {"category": category.name, "attributes": attributes, **beside}
        if annotation.evidence.score is not None:
            made["score"] = annotation.evidence.score
        return made

    def _shape(self, shape: Shape | None, item: LabeledItem) -> Extra:
        match shape:
            case Box():
                return {"box2d": {"x1": shape.left, "y1": shape.top, "x2": shape.right, "y2": shape.bottom}}
            case Polygon():
                return {"poly2d": [_line(part[0], closed=True) for part in shape.parts]}
            case Polyline():
                return {"poly2d": [_line(shape.points, closed=False)]}
            case Mask():
                counts = rle.pack(rle.runs_of(shape, item.height, item.width))
                return {"rle": {"counts": counts, "size": [item.height, item.width]}}
            case _:
                return {}


def _is_of_frame(annotation: Annotation, category: Category) -> bool:
    """Whether a tag says no more than what attributes of a frame can say."""
    plain = not (annotation.flags or annotation.relations or annotation.group)
    plain = plain and not any(isinstance(value, bool | tuple) for value in annotation.attributes.values())
    is_tag = annotation.shape is None and category.name == FRAME
    return is_tag and plain and bool(annotation.attributes) and annotation.evidence.score is None


def _line(ring: Ring, *, closed: bool) -> Extra:
    return {"vertices": [[x, y] for x, y in ring], "types": "L" * len(ring), "closed": closed}
