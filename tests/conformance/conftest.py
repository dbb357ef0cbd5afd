"""Everything registered, awkward items, and a way there and back through a folder or a zip."""

import io
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec
import pytest
from PIL import Image

from labelwright.core.document import Annotation, Document, Relation
from labelwright.core.ontology import (
    SHAPE_KINDS,
    AttributeSpec,
    Category,
    Ontology,
    Option,
    RelationSpec,
    SkeletonPoint,
    SkeletonTemplate,
)
from labelwright.core.shapes import (
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
    Skeleton,
)
from labelwright.formats import registry
from labelwright.formats.folder import FolderSink, ZipSink, source_of
from labelwright.formats.format import Format, LabeledItem, named_attributes
from labelwright.formats.report import Fault, Losses

ATTRIBUTES = (
    AttributeSpec(id="a1", name="Stain", kind="choice", options=(Option(id="o1", name="Giemsa blue"),)),
    AttributeSpec(id="a2", name="Remark", kind="text"),
)
TEMPLATE = SkeletonTemplate(
    keypoints=(
        SkeletonPoint(name="nose", x=0.5, y=0.1),
        SkeletonPoint(name="left ear", x=0.7, y=0.3),
        SkeletonPoint(name="right ear", x=0.3, y=0.3),
    ),
    edges=((0, 1), (0, 2)),
    swaps=((1, 2),),
)
ONTOLOGY = Ontology(
    categories=(
        Category(id="zz", name="Zelle", shapes=SHAPE_KINDS, attributes=ATTRIBUTES, skeleton=TEMPLATE),
        Category(id="aa", name="Ärger & <Schmutz> “1”", shapes=SHAPE_KINDS, skeleton=TEMPLATE),
        Category(id="mm", name="never used", shapes=("box",)),
    ),
    relations=(RelationSpec(id="r1", name="part of"), RelationSpec(id="r2", name="touches", directed=False)),
)

PLAIN = msgspec.structs.replace(
    ONTOLOGY,
    categories=tuple(
        msgspec.structs.replace(category, name=name)
        for category, name in zip(ONTOLOGY.categories, ("cell", "dirt_2", "never-used"), strict=True)
    ),
)

AWKWARD_NAMES = (
    "plain.jpg",
    "with spaces in it.png",
    "dots.in.the.name.v2.png",
    "Zürich Žluťoučký 細胞.png",
    "a/sub folder/deep.png",
    "a/plain.jpg",
    "UPPER.PNG",
    "quote's & <angle> 'x'.png".replace("<", "(").replace(">", ")"),
    "images/looks like a layout.png",
    "train/looks like a split.png",
    "labels/train/both.png",
)

BOX = Box(left=1.5, top=2.25, right=30.1, bottom=20.7)
TRIANGLE = Polygon(parts=(((Point(2.0, 3.0), Point(40.5, 3.5), Point(20.25, 30.0)),),))
TWO_PARTS = Polygon(
    parts=(
        ((Point(1, 1), Point(9, 1), Point(5, 9)),),
        ((Point(20, 20), Point(30, 20), Point(30, 31), Point(20, 31)),),
    )
)
WITH_HOLE = Polygon(
    parts=(
        (
            (Point(5, 5), Point(45, 5), Point(45, 35), Point(5, 35)),
            (Point(15, 15), Point(30, 15), Point(30, 25), Point(15, 25)),
        ),
    )
)
MASK = Mask(left=3, top=4, width=3, height=2, runs=(0, 2, 1, 1, 1, 1))
TURNED = RotatedBox(x=25.5, y=20.25, width=20, height=8.5, angle=0.6)
ELLIPSE = Ellipse(x=22.5, y=18.25, rx=15, ry=6.5, angle=-0.4)
LINE = Polyline(points=(Point(2.5, 3.5), Point(40, 8), Point(30.25, 38)))
DOTS = Points(points=(Point(2.5, 3.5), Point(40, 8)))
SKELETON = Skeleton(keypoints=(Keypoint(10.5, 8.25, 2), Keypoint(30, 12, 1), Keypoint(0, 0, 0)))
CUBOID = Cuboid(
    front=(Point(5, 10), Point(25, 11), Point(25, 31), Point(5, 30)),
    back=(Point(15, 5), Point(35, 6), Point(35, 22), Point(15, 21)),
)
SIMPLE = {
    "box": BOX,
    "polygon": TRIANGLE,
    "mask": MASK,
    "rotated_box": TURNED,
    "ellipse": ELLIPSE,
    "polyline": LINE,
    "points": DOTS,
    "skeleton": SKELETON,
    "cuboid": CUBOID,
    "tag": None,
}


WHOLE = {
    "box": Box(left=0, top=0, right=1, bottom=1),
    "polygon": Polygon(parts=(((Point(0, 0), Point(1, 0), Point(1, 1)),),)),
    "rotated_box": RotatedBox(x=0.5, y=0.5, width=1, height=1),
    "mask": Mask(left=0, top=0, width=1, height=1, runs=(0, 1)),
    "skeleton": Skeleton(keypoints=(Keypoint(0.5, 0.5, 2), Keypoint(0, 0, 0), Keypoint(0, 0, 0))),
    "points": Points(points=(Point(0.5, 0.5),)),
    "polyline": Polyline(points=(Point(0, 0), Point(1, 1))),
    "ellipse": Ellipse(x=0.5, y=0.5, rx=0.5, ry=0.5),
    "tag": None,
}
"""Shapes in a picture of one pixel."""


def ontology_of(format: Format) -> Ontology:  # noqa: A002
    """An ontology with names as awkward as the format's files can hold."""
    return PLAIN if format.limits.plain_names else ONTOLOGY


def some(format: Format, categories: str, first: int = 1) -> Document:  # noqa: A002
    """Annotations of a kind that a format keeps, one of each category named; no more than an item may have.

    They lie apart where they have to.
    """
    given = categories.split()[: format.limits.most]
    shape = SIMPLE[kept_kind(format)]
    return Document(
        annotations=tuple(
            annotation(first + place, shape if format.limits.overlaps else moved(shape, place), category)
            for place, category in enumerate(given)
        )
    )


def every_kind(format: Format) -> Document:  # noqa: A002
    """One annotation of each kind that a format keeps, in two categories."""
    kinds = [kind for kind in SIMPLE if kind in format.keeps]
    pairs = [(kind, category) for kind in kinds for category in ("zz", "aa")]
    return Document(
        annotations=tuple(
            annotation(
                f"{kind} {category}",
                SIMPLE[kind] if format.limits.overlaps else moved(SIMPLE[kind], place),
                category,
            )
            for place, (kind, category) in enumerate(pairs)
        )[: format.limits.most]
    )


def moved(shape: object, times: int) -> object:
    """The shape so many steps to the right, so that it covers nothing that was covered."""
    if isinstance(shape, Mask):
        return msgspec.structs.replace(shape, left=shape.left + 5 * times)
    if isinstance(shape, Box):
        return Box(left=5 * times + 1, top=shape.top, right=5 * times + 5, bottom=shape.bottom)
    return shape


def annotation(number: int | str, shape: object = BOX, category: str = "zz", **values: object) -> Annotation:
    """An annotation with an id of its own."""
    return Annotation(id=str(number), category=category, shape=shape, **values)


def one_of_every_shape() -> Document:
    """Whatever a person can draw, of more than one category."""
    shapes = (*SIMPLE.values(), TWO_PARTS, WITH_HOLE)
    return Document(
        annotations=tuple(
            annotation(number, shape, "zz" if number % 2 else "aa") for number, shape in enumerate(shapes, 1)
        )
    )


def picture(width: int, height: int) -> bytes:
    """A PNG of one color; formats look at bytes, not at endings."""
    out = io.BytesIO()
    Image.new("RGB", (width, height), (120, 20, 30)).save(out, "PNG")
    return out.getvalue()


def item(name: str, document: Document, width: int = 50, height: int = 40, **values: object) -> LabeledItem:
    """An item with its picture."""
    return LabeledItem(
        name,
        width,
        height,
        document,
        media=lambda: picture(width, height),
        **values,  # type: ignore[arg-type]
    )


@dataclass
class Back:
    """What came back."""

    losses: Losses
    items: list[LabeledItem]
    categories: list[str]
    faults: list[Fault]

    def by_name(self) -> dict[str, LabeledItem]:
        return {entry.name: entry for entry in self.items}


@pytest.fixture(autouse=True)
def trusted_tables(monkeypatch: pytest.MonkeyPatch) -> None:
    """Our own tables are not tried in a process of their own first, hundreds of times."""
    monkeypatch.setattr("labelwright.formats.parquet_process.try_apart", lambda tables: None)


@pytest.fixture(params=list(registry.FORMATS))
def format(request: pytest.FixtureRequest) -> Format:  # noqa: A001
    """Runs a test once for every registered format."""
    return registry.get(request.param)


@pytest.fixture(params=["folder", "zip"])
def there_and_back(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[..., Back]:
    """Writes items in a format and reads them again."""

    def travel(format: Format, items: Iterable[LabeledItem], ontology: Ontology | None = None) -> Back:  # noqa: A002
        place = tmp_path / ("out.zip" if request.param == "zip" else "out")
        losses = written(format, list(items), place, ontology)
        reading = format.read(source_of(place))
        found = list(reading.items)
        return Back(losses, found, reading.categories, reading.faults)

    return travel


def written(
    format: Format,  # noqa: A002
    items: list[LabeledItem],
    place: Path,
    ontology: Ontology | None = None,
) -> Losses:
    """Write items to a folder, or to a zip that cannot seek."""
    ontology = ontology or ontology_of(format)
    if place.suffix != ".zip":
        with FolderSink(place) as sink:
            return format.write(lambda: items, ontology, sink)
    with place.open("wb") as file, ZipSink(Unseekable(file)) as sink:
        return format.write(lambda: items, ontology, sink)


class Unseekable(io.RawIOBase):
    """A stream that only goes forward, as an answer over HTTP does."""

    def __init__(self, file) -> None:
        self._file = file

    def write(self, data) -> int:
        return self._file.write(data)

    def writable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return False


def named(document: Document, ontology: Ontology = ONTOLOGY) -> Document:
    """A document of ontology ids as a reader would say it: categories, attributes and relations by name."""
    relations = {relation.id: relation.name for relation in ONTOLOGY.relations}

    def by_name(entry: Annotation) -> Annotation:
        category = ontology.category(entry.category)
        bonds = tuple(Relation(kind=relations[bond.kind], to=bond.to) for bond in entry.relations)
        values = named_attributes(entry, category)
        return msgspec.structs.replace(entry, category=category.name, attributes=values, relations=bonds)

    return Document(annotations=tuple(map(by_name, document.annotations)))


def kept_kind(format: Format) -> str:  # noqa: A002
    """A kind of shape that a format keeps."""
    return next(kind for kind in SIMPLE if kind in format.keeps)


def without_media(entry: LabeledItem) -> LabeledItem:
    """The item alone."""
    return replace(entry, media=None)
