"""Google's AutoML Vision and Vertex AI: CSV tables without a header, pictures by their gs:// addresses.

Detection: `use,gs://bucket/picture,class,x_min,y_min,,,x_max,y_max,,` in shares of the picture (the empty
cells stand for the other two corners, which are read where they are filled in). Classification:
`use,gs://bucket/picture,class,class…`. The use is training, validation or test (AutoML: TRAIN, VALIDATE,
TEST, UNASSIGNED), or left out. A row without a class is a picture of which nothing is said.
Written are `object_detection.csv` and, if there are tags, `classification.csv`, as the two are imported
apart; pictures lie below `images/` and are called `gs://BUCKET/images/…`: put the bucket's name for BUCKET
after uploading. Google refuses shares below 0 and above 1: what reaches over the border is cut off. The
tables have no list of the classes. Texts that a spreadsheet would run are guarded (`tables.py`).
Layout: Vertex AI's documentation, “Prepare image training data”.
"""

from collections.abc import Iterable, Iterator

from labelwright.core.document import Annotation
from labelwright.core.ontology import Ontology
from labelwright.core.shapes import Box
from labelwright.formats import automl_reading
from labelwright.formats.automl_reading import BUCKET
from labelwright.formats.beside import Beside, below_images
from labelwright.formats.fields import note_lost_fields
from labelwright.formats.figures import in_pairs
from labelwright.formats.folder import Sink, Source
from labelwright.formats.format import Format, Items, LabeledItem, Limits, Reading
from labelwright.formats.report import Losses
from labelwright.formats.splits import split_of
from labelwright.formats.tables import row
from labelwright.formats.yolo import bounds_inside

BOXES, TAGS = "object_detection.csv", "classification.csv"
KEYPOINTS = "the outline of its figure is written; the keypoints are lost"
USES = {"train": "training", "val": "validation", "test": "test"}


class AutoMlCsv(Format):
    """AutoML's tables."""

    name = "automl-csv"
    title = "Google AutoML / Vertex AI CSV"
    keeps = frozenset({"box", "tag"})
    about = (
        "Tables of gs:// addresses with boxes or tags. Put in the name of your bucket before you use them."
    )
    limits = Limits(names_every_category=False, needs_pictures=True)
    made_for = ("Google AutoML Vision", "Vertex AI", "Google Cloud")

    def recognize(self, source: Source) -> str | None:
        """A table whose rows name pictures by gs:// addresses."""
        return automl_reading.recognize(source)

    def read(self, source: Source) -> Reading:
        """Every such table."""
        return automl_reading.read(source)

    def write(self, items: Items, ontology: Ontology, sink: Sink) -> Losses:
        """Write both tables, and the pictures below `images/`."""
        losses = Losses()
        words = {category.id: category.name for category in ontology.categories}
        beside = Beside(items, losses, below_images)
        kinds = {a.shape is None for item in items() for a in item.document.annotations}
        if kinds != {True}:
            sink.lines(BOXES, _boxes(beside.named(), words, losses))
        if True in kinds:
            has_all = kinds == {True}
            sink.lines(TAGS, _tags(beside.named(), words, losses, has_all=has_all))
        beside.copy(sink)
        return losses


def _boxes(items: Iterable[tuple[LabeledItem, str]], words: dict[str, str], losses: Losses) -> Iterator[str]:
    for item, path in items:
        start = [_use(item, losses), BUCKET + path]
        is_marked = False
        for annotation, outline in in_pairs(item.document.annotations):
            if outline is not None:
                losses.drop(
                    item.name, "skeleton", "the outline of its figure is written; the keypoints are lost"
                )
            shares = _shares(outline or annotation, item, words, losses)
            if shares is not None:
                is_marked = True
                left, top, right, bottom = shares
                word = words[annotation.category]
                yield row([*start, word, left, top, None, None, right, bottom, None, None])
        if not is_marked:
            yield row([*start, *[None] * 9])


def _shares(
    annotation: Annotation, item: LabeledItem, words: dict[str, str], losses: Losses
) -> tuple[float, float, float, float] | None:
    shape = annotation.shape
    if annotation.category not in words:
        losses.drop(item.name, "category", "the ontology does not have it")
        return None
    if shape is None:
        return None  # in the other table
    if not item.in_shares and not (item.width and item.height):
        losses.drop(item.name, annotation.kind, "the size of its picture is not known")
        return None
    whole = LabeledItem(item.name, 1, 1, item.document) if item.in_shares else item
    inside = bounds_inside(shape, whole, losses)
    if inside is None:
        return None
    if not isinstance(shape, Box):
        losses.drop(item.name, annotation.kind, "only its box is written; the outline is lost")
    elif inside != shape.bounds:
        losses.convert(item.name, "box", "what reaches over the border of the picture is cut off")
    else:
        losses.keep()
    note_lost_fields(losses, item.name, annotation)
    return (
        inside.left / whole.width,
        inside.top / whole.height,
        inside.right / whole.width,
        inside.bottom / whole.height,
    )


def _tags(
    items: Iterable[tuple[LabeledItem, str]], words: dict[str, str], losses: Losses, *, has_all: bool
) -> Iterator[str]:
    for item, path in items:
        tags = [a for a in item.document.annotations if a.shape is None and a.category in words]
        if has_all:
            unknown = len(item.document.annotations) - len(tags)
            if unknown:
                losses.drop(item.name, "category", "the ontology does not have it", unknown)
        for tag in tags:
            losses.keep()
            note_lost_fields(losses, item.name, tag)
        if tags or has_all:
            use = _use(item, losses if has_all else Losses())
            yield row([use, BUCKET + path, *(words[tag.category] for tag in tags)])


def _use(item: LabeledItem, losses: Losses) -> str | None:
    use = USES.get(split_of(item.split) or "")
    if use is None and item.split:
        losses.drop(item.name, "split", "only training, validation and test are known")
    return use
