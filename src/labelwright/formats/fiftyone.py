"""A FiftyOne dataset on disk: `samples.json`, `metadata.json`, and the pictures in `data/`.

Labels are fields of a sample: `detections` (boxes as shares of the picture: left, top, width, height; a
mask is an array as large as its box), `polylines` (closed and filled, or open), `keypoints` and
`classifications`. An array is NumPy's own file, compressed by zlib, in base64. Attributes are fields of a
label, or stand in its `attributes` where their name is no plain word. Confidence is the score, `index` the
track. Flags, names of groups, relations and visibilities are fields too. The split is a tag of the sample.
What is absent of a skeleton is NaN. Written is the plain form without `version`, which FiftyOne imports
whatever its own version is; both are read. Polygons with holes become masks; turned boxes and ellipses
become polygons. Reading: `fiftyone_reading.py`. The layout: FiftyOne's documentation of FiftyOneDataset.
"""

from base64 import b64encode
from io import BytesIO
from zlib import compress

import msgspec
import numpy as np

from labelwright.core.document import Annotation
from labelwright.core.ontology import Category, Ontology
from labelwright.core.shapes import ABSENT, Box, Mask, Points, Polygon, Polyline, Ring, Shape, Skeleton
from labelwright.formats import fiftyone_reading
from labelwright.formats.beside import Beside
from labelwright.formats.extras import Bonds, Extra, each, is_linked
from labelwright.formats.fiftyone_reading import RESERVED
from labelwright.formats.fitting import Place, fitting
from labelwright.formats.folder import Sink, Source
from labelwright.formats.format import Format, Items, LabeledItem, Limits, Reading, named_attributes
from labelwright.formats.report import Losses
from labelwright.formats.rle import grid_of
from labelwright.formats.splits import split_of

KINDS = ("box", "mask", "polygon", "polyline", "points", "skeleton", "tag")
PLACE = Place(kinds=KINDS, holes=False, shares=True)
FIELDS = {
    "detections": "Detections",
    "polylines": "Polylines",
    "keypoints": "Keypoints",
    "classifications": "Classifications",
}
NAN = {"$numberDouble": "NaN"}


class FiftyOne(Format):
    """FiftyOne's own dataset."""

    name = "fiftyone"
    title = "FiftyOne"
    keeps = frozenset(KINDS)
    about = "A FiftyOneDataset folder. Boxes, masks, polygons, lines, points, skeletons, tags; any attribute."
    limits = Limits()
    made_for = ("FiftyOne", "Voxel51", "FiftyOneDataset")

    def recognize(self, source: Source) -> str | None:
        """A `samples.json` that opens with “samples”."""
        return fiftyone_reading.recognize(source)

    def read(self, source: Source) -> Reading:
        """Every dataset."""
        return fiftyone_reading.read(source)

    def write(self, items: Items, ontology: Ontology, sink: Sink) -> Losses:
        """Write the samples, the metadata and the pictures."""
        losses = Losses()
        beside = Beside(items, losses, _place)
        bonds = Bonds(ontology)
        categories = {category.id: category for category in ontology.categories}
        metadata = msgspec.json.encode(_metadata(ontology, bonds))
        sink.lines("metadata.json", [metadata.decode()])
        with sink.open("samples.json") as file:
            file.write(b'{"samples":[')
            made = (_sample(item, path, categories, bonds, losses) for item, path in beside.named())
            for line in each(map(msgspec.json.encode, made)):
                file.write(line)
            file.write(b"\n]}\n")
        beside.copy(sink)
        return losses


def _place(item: LabeledItem, name: str) -> str:
    del item
    return f"data/{name}"


def _metadata(ontology: Ontology, bonds: Bonds) -> Extra:
    classes = [category.name for category in ontology.categories]
    skeletons = {
        category.name: {
            "labels": [point.name for point in category.skeleton.keypoints],
            "edges": category.skeleton.edges,
            "places": [[point.x, point.y] for point in category.skeleton.keypoints],
            "swaps": category.skeleton.swaps,
        }
        for category in ontology.categories
        if category.skeleton is not None
    }
    info = {"classes": classes, "skeletons": skeletons, "relations": bonds.listed}
    return {"media_type": "image", "info": info, "default_classes": classes}


def _sample(
    item: LabeledItem, path: str, categories: dict[str, Category], bonds: Bonds, losses: Losses
) -> Extra:
    made: Extra = {"filepath": path, "tags": [item.split] if item.split else []}
    if item.split is not None and split_of(item.split) != item.split:
        losses.convert(item.name, "split", "it is a tag of the sample here, and is read as one of the three")
    if item.width and item.height and not item.in_shares:
        made["metadata"] = {"_cls": "ImageMetadata", "width": item.width, "height": item.height}
    labels: dict[str, list[Extra]] = {}
    linked = is_linked(item.document.annotations)
    size = (1, 1) if item.in_shares else (item.width, item.height)
    for annotation, category, shape in fitting(item, categories, PLACE, losses):
        field, said = _said(shape, size)
        beside = _beside(annotation, category, bonds, is_linked=linked)
        labels.setdefault(field, []).append({**said, "label": category.name, "tags": [], **beside})
    for field, cls in FIELDS.items():
        if field in labels:
            made[field] = {"_cls": cls, field: labels[field]}
    return made


def _beside(annotation: Annotation, category: Category, bonds: Bonds, *, is_linked: bool) -> Extra:
    made = bonds.beside(annotation, is_linked=is_linked)
    if annotation.evidence.score is not None:
        made["confidence"] = annotation.evidence.score
    track = annotation.flags.get("track")
    if isinstance(track, int | float) and not isinstance(track, bool) and track == int(track):
        made["index"] = int(track)
    others: Extra = {}
    for name, value in named_attributes(annotation, category).items():
        if name.isidentifier() and not name.startswith("_") and name not in RESERVED:
            made[name] = value
        else:
            others[name] = {"_cls": "Attribute", "value": value}
    return {**made, "attributes": others}


def _said(shape: Shape | None, size: tuple[int, int]) -> tuple[str, Extra]:
    """The field of a label, and what it says of its shape."""
    wide, high = size
    match shape:
        case None:
            return "classifications", {"_cls": "Classification"}
        case Box() | Mask():
            left, top, right, bottom = shape.bounds
            edges = [left / wide, top / high, (right - left) / wide, (bottom - top) / high]
            said: Extra = {"_cls": "Detection", "bounding_box": edges}
            return "detections", said | ({"mask": _array(shape)} if isinstance(shape, Mask) else {})
        case Polygon():
            lines = [_shares(part[0], size) for part in shape.parts]
            return "polylines", {"_cls": "Polyline", "points": lines, "closed": True, "filled": True}
        case Polyline():
            lines = [_shares(shape.points, size)]
            return "polylines", {"_cls": "Polyline", "points": lines, "closed": False, "filled": False}
        case Points():
            return "keypoints", {"_cls": "Keypoint", "points": _shares(shape.points, size), "kind": "points"}
        case Skeleton():
            points = [[NAN, NAN] if v == ABSENT else [x / wide, y / high] for x, y, v in shape.keypoints]
            visibility = [v for _, _, v in shape.keypoints]
            said = {"_cls": "Keypoint", "points": points, "visibility": visibility, "kind": "skeleton"}
            return "keypoints", said
        case _:
            raise AssertionError("other shapes are converted by now")


def _shares(ring: Ring, size: tuple[int, int]) -> list[list[float]]:
    return [[x / size[0], y / size[1]] for x, y in ring]


def _array(mask: Mask) -> Extra:
    out = BytesIO()
    np.save(out, grid_of(mask), allow_pickle=False)
    data = b64encode(compress(out.getvalue())).decode()
    return {"$binary": {"base64": data, "subType": "00"}}
