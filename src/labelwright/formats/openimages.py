"""Open Images (V4 to V6): CSV tables in `annotations/`, pictures in `images/SPLIT/`, masks in `masks/SPLIT/`.

Boxes are shares of the picture (XMin, XMax, YMin, YMax), with a confidence and whether they are occluded,
truncated, a group, a depiction or seen from inside (1, 0, or -1 if nobody knows). Tags are the image-level
labels, masks PNG files of one bit as large as the picture, with the box of the thing that they show; if that
box is an annotation too, both are one group. Relations stand between two boxes (`…-annotations-vrd.csv`).
`images.meta` has sizes (height, width), as Datumaro reads them. Written are the names of V6, with the
category's name as its id. Polygons, turned boxes and ellipses become masks. Reading: `openimages_reading.py`.
The layout: Kuznetsova et al., The Open Images Dataset V4 (2020), and its download page.
"""

from collections.abc import Iterator, Mapping
from tempfile import SpooledTemporaryFile
from types import TracebackType
from typing import Self

from labelwright.core.document import Annotation
from labelwright.core.ontology import Category, Ontology
from labelwright.core.shapes import Bounds, Box, Mask, Shape
from labelwright.formats import openimages_reading
from labelwright.formats.bitmaps import png_of
from labelwright.formats.extras import Bonds
from labelwright.formats.fields import note_lost_fields, told_as_yes_or_no
from labelwright.formats.fitting import Place, fitting
from labelwright.formats.folder import Sink, Source
from labelwright.formats.format import Format, Items, LabeledItem, Limits, Reading
from labelwright.formats.names import stem_of
from labelwright.formats.openimages_reading import BOXES, CLASSES, FLAGS, IMAGES, LABELS, MASKS, META, VRD
from labelwright.formats.per_picture import Written
from labelwright.formats.report import Losses
from labelwright.formats.tables import row

PLACE = Place(kinds=("box", "mask", "tag"), shares=True)
ENDING = ".jpg"
SPLITS = {"train": "train", "val": "validation", "test": "test"}
IN_MEMORY = 16 * 2**20
HEADS = {
    IMAGES: "ImageID,Subset,OriginalURL,OriginalLandingURL,License,AuthorProfileURL,Author,Title,"
    "OriginalSize,OriginalMD5,Thumbnail300KURL,Rotation",
    BOXES: "ImageID,Source,LabelName,Confidence,XMin,XMax,YMin,YMax," + ",".join(FLAGS),
    LABELS: "ImageID,Source,LabelName,Confidence",
    MASKS: "MaskPath,ImageID,LabelName,BoxID,BoxXMin,BoxXMax,BoxYMin,BoxYMax,PredictedIoU,Clicks",
    VRD: "ImageID,LabelName1,LabelName2,XMin1,XMax1,YMin1,YMax1,XMin2,XMax2,YMin2,YMax2,RelationshipLabel",
}

Edges = tuple[float, float, float, float]


class OpenImages(Format):
    """Open Images' tables."""

    name = "openimages"
    title = "Open Images"
    keeps = frozenset({"box", "mask", "tag"})
    about = "CSV tables of boxes, tags, masks and relations, with occluded, truncated, group and depiction."
    limits = Limits()
    label_pictures = ("masks/*/*.png", "*-masks-*/*.png", "masks/*.png")
    made_for = ("Open Images", "OID", "OIDv4", "OIDv6", "Google", "FiftyOne", "Datumaro")

    def recognize(self, source: Source) -> str | None:
        """Tables with Open Images' names and columns."""
        return openimages_reading.recognize(source)

    def read(self, source: Source) -> Reading:
        """Every table."""
        return openimages_reading.read(source)

    def write(self, items: Items, ontology: Ontology, sink: Sink) -> Losses:
        """Write the tables, masks and pictures."""
        losses = Losses()
        sink.lines(CLASSES, _classes(ontology))
        written = Written(losses, ENDING)
        with _Tables() as tables:
            writing = _Writing(ontology, losses, tables, sink)
            for item in items():
                split, name = written.take(item)
                subset = SPLITS[split]
                tables.add(IMAGES, row([stem_of(name), subset, *[None] * 9, 0]))
                if item.width and item.height:
                    tables.add(META, f"{_quoted(stem_of(name))} {item.height} {item.width}")
                writing.item(item, subset, stem_of(name))
                if item.media is not None:
                    sink.copy(f"images/{subset}/{name}", item.media())
            tables.copy(sink)
        return losses


def _quoted(word: str) -> str:
    """A name as `images.meta` has it: in quotes where it has a space or a sign of the shell."""
    plain = all(c.isalnum() or c in "_-./" for c in word)
    return word if plain else '"' + word.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _classes(ontology: Ontology) -> Iterator[str]:
    yield "LabelName,DisplayName"
    for category in ontology.categories:
        yield row([category.name, category.name])


class _Tables:
    """Tables that are filled side by side and written one after the other."""

    def __init__(self) -> None:
        self._files: dict[str, SpooledTemporaryFile[bytes]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for file in self._files.values():
            file.close()

    def add(self, name: str, line: str) -> None:
        """Put a row into a table."""
        if name not in self._files:
            self._files[name] = SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115  # closed by `with`
            head = next((head for ending, head in HEADS.items() if name.endswith(ending)), None)
            if head:
                self._files[name].write(head.encode() + b"\n")
        self._files[name].write(line.encode() + b"\n")

    def copy(self, sink: Sink) -> None:
        """Write every table that has a row, and in any case the list of pictures."""
        if IMAGES not in self._files:
            sink.lines(IMAGES, [HEADS[IMAGES]])
        for name, file in sorted(self._files.items()):
            file.seek(0)
            with sink.open(name) as out:
                for chunk in iter(lambda file=file: file.read(2**20), b""):
                    out.write(chunk)


class _Writing:
    """Puts what is said of items into the tables."""

    def __init__(self, ontology: Ontology, losses: Losses, tables: _Tables, sink: Sink) -> None:
        self._categories = {category.id: category for category in ontology.categories}
        self._bonds = Bonds(ontology)
        self._losses, self._tables, self._sink = losses, tables, sink
        self._masks = 0

    def item(self, item: LabeledItem, subset: str, name: str) -> None:
        """Everything that is said of an item."""
        made = list(fitting(item, self._categories, PLACE, self._losses))
        boxes = {entry.id: (category, shape) for entry, category, shape in made if isinstance(shape, Box)}
        paired = _paired(item, made)
        size = (1, 1) if item.in_shares else (item.width, item.height)
        for annotation, category, shape in made:
            score = annotation.evidence.score
            confidence = 1 if score is None else score
            is_paired = annotation.id in paired
            if shape is None:
                self._tables.add(
                    _named(subset, LABELS), row([name, "verification", category.name, confidence])
                )
            elif isinstance(shape, Box):
                flags = [int(annotation.flags.get(flag) is True) for flag in FLAGS.values()]
                edges = _edges(shape.bounds, size)
                said = [name, "xclick", category.name, confidence, *edges, *flags]
                self._tables.add(_named(subset, BOXES), row(said))
                self._relations(annotation, (subset, name), item, boxes, size)
            elif isinstance(shape, Mask):
                self._mask(shape, paired.get(annotation.id), category, (subset, name), size)
            known = told_as_yes_or_no(annotation.flags, FLAGS.values() if isinstance(shape, Box) else ())
            has_bonds = isinstance(shape, Box)
            note_lost_fields(
                self._losses, item.name, annotation, flags=known, group=is_paired, relations=has_bonds
            )

    def _mask(
        self,
        mask: Mask,
        box: Box | None,
        category: Category,
        at: tuple[str, str],
        size: tuple[int, int],
    ) -> None:
        subset, name = at
        self._masks += 1
        file = f"m{self._masks:08d}.png"
        bounds = (box or mask).bounds
        said = [file, name, category.name, f"{self._masks:08x}", *_edges(bounds, size), 1, None]
        self._tables.add(_named(subset, MASKS), row(said))
        self._sink.copy(f"masks/{subset}/{file}", png_of(mask, *size))

    def _relations(
        self,
        annotation: Annotation,
        at: tuple[str, str],
        item: LabeledItem,
        boxes: Mapping[str, tuple[Category, Shape]],
        size: tuple[int, int],
    ) -> None:
        seen = [(category.name, shape) for category, shape in boxes.values()]
        for bond in annotation.relations:
            ends = (boxes[annotation.id], boxes.get(bond.to))
            if ends[1] is None:
                self._losses.drop(item.name, "relations", "both ends of a relation are boxes here")
                continue
            one, other = ends[0], ends[1]
            if any(seen.count((category.name, shape)) > 1 for category, shape in (one, other)):
                reason = "another box is the same, so nothing tells which one is meant"
                self._losses.drop(item.name, "relations", reason)
                continue
            edges = (*_edges(one[1].bounds, size), *_edges(other[1].bounds, size))
            said = [at[1], one[0].name, other[0].name, *edges, self._bonds.name(bond.kind)]
            self._tables.add(_named(at[0], VRD), row(said))


def _paired(
    item: LabeledItem, made: list[tuple[Annotation, Category, Shape | None]]
) -> dict[str, Box | None]:
    """Masks with the box of the same thing, and these boxes: groups of just the two, in one category."""
    groups: dict[str, list[tuple[Annotation, Category, Shape | None]]] = {}
    for entry in made:
        if entry[0].group is not None:
            groups.setdefault(entry[0].group, []).append(entry)
    found: dict[str, Box | None] = {}
    for group, entries in groups.items():
        whole = sum(annotation.group == group for annotation in item.document.annotations)
        shapes = {type(shape): (annotation, shape) for annotation, _, shape in entries}
        if len(entries) == whole == 2 and {Box, Mask} == shapes.keys() and entries[0][1] is entries[1][1]:
            box, mask = shapes[Box], shapes[Mask]
            found[box[0].id] = None
            found[mask[0].id] = box[1] if isinstance(box[1], Box) else None
    return found


def _named(subset: str, ending: str) -> str:
    start = "oidv6-train" if subset == "train" else subset
    return f"annotations/{start}{ending}"


def _edges(bounds: Bounds, size: tuple[int, int]) -> Edges:
    wide, high = size
    return bounds.left / wide, bounds.right / wide, bounds.top / high, bounds.bottom / high
