"""What comes back from each format, found out by writing samples and reading them again.

The table is published in the docs and held current by a test, so it says what the code does and not what
somebody believed. The conformance suite holds every format to more than these samples.
"""

import io
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import dist
from pathlib import Path, PurePosixPath

import msgspec
from PIL import Image

from labelwright.core.document import EMPTY, Annotation, Document, Vote
from labelwright.core.errors import LabelwrightError
from labelwright.core.ontology import Ontology
from labelwright.core.shapes import (
    Box,
    Cuboid,
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
from labelwright.formats.folder import FolderSink, source_of
from labelwright.formats.format import Format, LabeledItem
from labelwright.formats.report import Losses

SAME, DROPPED = "=", "–"
EXACT = 1e-4  # pixels: nearer is the same
FIELDS = ("attributes", "group", "relations", "flags", "votes")
SIDE = 20


@dataclass(frozen=True)
class Trip:
    """One document, there and back."""

    losses: Losses
    items: list[LabeledItem]
    categories: list[str]

    @property
    def annotations(self) -> list[Annotation]:
        """What came back."""
        return [entry for item in self.items for entry in item.document.annotations]


def trip(
    one: Format, documents: Mapping[str, Document], ontology: Ontology, split: str | None = None
) -> Trip:
    """Items by their names written to a folder and read again; the pictures go along."""

    def items() -> list[LabeledItem]:
        return [
            LabeledItem(name, SIDE, SIDE, document, split=split, media=picture)
            for name, document in documents.items()
        ]

    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "out"
        with FolderSink(folder) as sink:
            losses = one.write(items, ontology, sink)
        try:
            reading = one.read(source_of(folder))
            return Trip(losses, list(reading.items), reading.categories)
        except LabelwrightError:  # nothing was written that could be read
            return Trip(losses, [], [])


def picture() -> bytes:
    """A picture for the samples."""
    out = io.BytesIO()
    Image.new("RGB", (SIDE, SIDE), (120, 60, 40)).save(out, "PNG")
    return out.getvalue()


def of_shapes(one: Format, annotations: Sequence[Annotation], ontology: Ontology) -> list[str]:
    """What becomes of annotations, each on an item of its own."""
    documents = {f"{n}.png": Document(annotations=(entry,)) for n, entry in enumerate(annotations)}
    back = {PurePosixPath(item.name).stem: item.document for item in trip(one, documents, ontology).items}
    return [_outcome(entry, back.get(str(n), EMPTY)) for n, entry in enumerate(annotations)]


def _outcome(given: Annotation, back: Document) -> str:
    """The same, as near as so many pixels, another kind, or nothing."""
    if not back.annotations:
        return DROPPED
    found = back.annotations[0]
    if found.kind != given.kind:
        return f"→ {found.kind}"
    apart = _apart(given.shape, found.shape)
    if apart is None:
        return "changed"
    return SAME if apart <= EXACT else f"±{apart:.2g}"


def of_fields(one: Format, annotation: Annotation, ontology: Ontology) -> dict[str, str]:
    """Whether attributes, group, relations, flags and votes come back; the annotation has all but votes."""
    votes = (Vote(annotator="one", answer=annotation.category),)
    annotation = msgspec.structs.replace(annotation, votes=votes)
    other = msgspec.structs.replace(annotation, id="2", group=annotation.group)
    document = Document(annotations=(annotation, other))
    back = trip(one, {"picture.png": document}, ontology)
    wanted: dict[str, Callable[[Annotation], bool]] = {
        "attributes": lambda found: found.attributes == annotation.attributes,
        "group": lambda found: found.group is not None,
        "relations": lambda found: bool(found.relations),
        "flags": lambda found: found.flags == annotation.flags,
        "votes": lambda found: len(found.votes) == 1,
    }
    return {
        field: SAME if any(fits(found) for found in back.annotations) else DROPPED
        for field, fits in wanted.items()
    }


def of_items(one: Format, annotation: Annotation, ontology: Ontology) -> dict[str, str]:
    """Whether names, empty items, splits and the order of classes come back."""
    some = Document(annotations=(annotation,))
    back = trip(one, {"a/Zürich 1.png": some, "b.png": some, "empty.png": Document()}, ontology, "val")
    names = {item.name for item in back.items}
    return {
        "names": SAME if {"a/Zürich 1.png", "b.png"} <= names else "changed",
        "empty items": SAME if "empty.png" in names else DROPPED,
        "split": SAME if back.items and back.items[0].split == "val" else DROPPED,
        "class order": SAME if back.categories == [c.name for c in ontology.categories] else DROPPED,
    }


def _apart(given: Shape | None, found: Shape | None) -> float | None:
    """The farthest that a point has moved, in pixels; None if the shapes cannot be compared."""
    if isinstance(given, Mask) or isinstance(found, Mask) or given is None or found is None:
        return 0.0 if given == found else None
    before, after = _places(given), _places(found)
    if len(before) != len(after):
        return None
    return max(dist(a, b) for a, b in zip(before, after, strict=True))


def _places(shape: Shape) -> list[tuple[float, float]]:
    match shape:
        case Box():
            return [(shape.left, shape.top), (shape.right, shape.bottom)]
        case RotatedBox():
            return [(x, y) for x, y in shape.corners()]
        case Ellipse():
            return [(x, y) for x, y in shape.ring(16)]
        case Polygon():
            return [(x, y) for ring in shape.rings() for x, y in ring]
        case Polyline() | Points():
            return [(x, y) for x, y in shape.points]
        case Skeleton():
            return [(x, y) if seen else (0, 0) for x, y, seen in shape.keypoints]
        case Cuboid():
            return [(x, y) for x, y in (*shape.front, *shape.back)]
        case Mask():
            raise TypeError(kind_of(shape))
