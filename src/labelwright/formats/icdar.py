"""ICDAR's Robust Reading: text in pictures, as ICDAR 2013 and 2015 and Datumaro have it.

Text localization: `SPLIT/gt_NAME.txt` beside `SPLIT/images/NAME.png`. A line is the left, top, right and
bottom of a box, or four corners, and the text, which is written in quotes. Pixels count from the corner of
the picture. Corners that make a rectangle are a turned box, others a polygon. The text is the attribute
`text`; “###” is a text that does not count, the flag `ignored`. There are no categories: all is `text`.
Written is this task, with all digits (whole numbers without a point). Other outlines become the smallest
turned boxes around them. `icdar-words` writes the texts of whole pictures, `icdar-segmentation` characters.
Reading: `icdar_reading.py`.
The layout: Karatzas et al., ICDAR 2013 and 2015 Robust Reading Competitions; Datumaro's documentation.
"""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import PurePosixPath

from labelwright.core.document import Annotation, Document
from labelwright.core.ontology import Category, Ontology
from labelwright.core.shapes import Box, Polygon, Ring, RotatedBox
from labelwright.formats import icdar_reading
from labelwright.formats.fields import note_lost_fields
from labelwright.formats.fitting import Place, fitting
from labelwright.formats.folder import Sink, Source
from labelwright.formats.format import Format, Items, LabeledItem, Limits, Reading, named_attributes
from labelwright.formats.icdar_reading import ENDING, IGNORED, TEXT, UNCARED
from labelwright.formats.names import stem_of
from labelwright.formats.per_picture import Written
from labelwright.formats.report import Losses
from labelwright.formats.tables import figure
from labelwright.formats.turned import turned_box

SHAPED = Place(kinds=("box", "rotated_box"))
CORNERED = Place(kinds=("polygon",))
TAGS = Place(kinds=("tag",))
LIMITS = Limits(one_category=True, names_every_category=False, needs_pictures=True)
ONLY_TEXT = "the format has a place for a text only"


class Icdar(Format):
    """ICDAR's text localization, and whatever else of ICDAR there is to read."""

    name = "icdar"
    title = "ICDAR (text localization)"
    keeps = frozenset({"box", "rotated_box"})
    about = "A text file a picture. Boxes and turned boxes with their texts; no categories."
    limits = LIMITS
    label_pictures = ("*_GT.bmp", "*_GT.png")
    made_for = ("ICDAR 2013", "ICDAR 2015", "Robust Reading", "OCR", "text detection", "PaddleOCR", "MMOCR")

    def recognize(self, source: Source) -> str | None:
        """Files with ICDAR's names and lines."""
        return icdar_reading.recognize(source)

    def read(self, source: Source) -> Reading:
        """Every file, whatever its task."""
        return icdar_reading.read(source)

    def write(self, items: Items, ontology: Ontology, sink: Sink) -> Losses:
        """Write a text file for each item, and the pictures."""
        losses = Losses()
        categories = {category.id: category for category in ontology.categories}
        written = Written(losses, ENDING)
        for item in items():
            split, name = written.take(item)
            path = PurePosixPath(stem_of(name))
            file = path.with_name(f"gt_{path.name}.txt")
            sink.lines(f"{split}/{file}", _lines(item, categories, losses))
            if item.media is not None:
                sink.copy(f"{split}/images/{name}", item.media())
        return losses


class IcdarWords(Format):
    """ICDAR's word recognition."""

    name = "icdar-words"
    title = "ICDAR (word recognition)"
    keeps = frozenset({"tag"})
    about = "A list of pictures of one word each, with their texts; no categories."
    limits = replace(LIMITS, most=1)
    made_for = ("ICDAR 2013", "ICDAR 2015", "Robust Reading", "OCR", "text recognition", "PaddleOCR", "MMOCR")

    def recognize(self, source: Source) -> str | None:
        """A list of pictures and texts."""
        return icdar_reading.recognize_words(source)

    def read(self, source: Source) -> Reading:
        """Every file, whatever its task."""
        return icdar_reading.read(source)

    def write(self, items: Items, ontology: Ontology, sink: Sink) -> Losses:
        """Write a list for each split, and the pictures."""
        losses = Losses()
        categories = {category.id: category for category in ontology.categories}
        written = Written(losses, ENDING)
        lists: dict[str, list[str]] = {}
        for item in items():
            split, name = written.take(item)
            said = next(iter(list(_words(item, categories, losses))), None)
            quoted = "" if said is None else ' "' + said.replace("\\", "\\\\").replace('"', '\\"') + '"'
            lists.setdefault(split, []).append(f"{name},{quoted}")
            if item.media is not None:
                sink.copy(f"{split}/images/{name}", item.media())
        for split in sorted(lists) or ["train"]:
            sink.lines(f"{split}/gt.txt", lists.get(split, []))
        return losses


def _lines(item: LabeledItem, categories: dict[str, Category], losses: Losses) -> Iterator[str]:
    for annotation in item.document.annotations:
        alone = replace(item, document=Document(annotations=(annotation,)))
        four = _four(annotation)
        for bare, category, shape in fitting(alone, categories, SHAPED if four is None else CORNERED, losses):
            said = _text(bare, category, item, losses)
            quoted = "" if said is None else f'"{said}"'
            if isinstance(shape, Box):
                yield " ".join([*map(figure, shape.bounds), *filter(None, [quoted])])
            else:
                ring = shape.corners() if isinstance(shape, RotatedBox) else four or ()
                values = [figure(value) for point in ring for value in point]
                yield ",".join([*values, *filter(None, [quoted])])


def _words(item: LabeledItem, categories: dict[str, Category], losses: Losses) -> Iterator[str]:
    """The text of the first tag that has a place; all else is noted."""
    first, *others = [a for a in item.document.annotations if a.shape is None] or [None]
    for _ in others:
        losses.drop(item.name, "tag", "a picture has one text here; only its first tag is written")
    kept = tuple(a for a in item.document.annotations if a.shape is not None or a is first)
    found = replace(item, document=Document(annotations=kept))
    for annotation, category, _ in fitting(found, categories, TAGS, losses):
        yield _text(annotation, category, item, losses) or ""


def _four(annotation: Annotation) -> Ring | None:
    """The corners of a polygon that a line can say and that is no turned box."""
    shape = annotation.shape
    if not isinstance(shape, Polygon) or len(shape.parts) != 1 or len(shape.parts[0]) != 1:
        return None
    ring = shape.parts[0][0]
    return ring if len(ring) == 4 and turned_box(ring) is None else None


def note_category(losses: Losses, item: LabeledItem, category: Category) -> None:
    """Note that a category does not come back."""
    if category.name != TEXT:
        reason = f"the format has no categories; “{category.name}” comes back as {TEXT}"
        losses.convert(item.name, "category", reason)


def text_in(annotation: Annotation, category: Category) -> tuple[str | None, bool]:
    """What is to be read there, and whether the attributes say no more than that."""
    values = named_attributes(annotation, category)
    names = (key for key in values if key.casefold() in (TEXT, "transcription"))
    found = next(names, None)
    if found is None:
        return None, not values
    said = " ".join(str(values[found]).splitlines())
    return said, len(values) == 1 and said == values[found]


def _text(annotation: Annotation, category: Category, item: LabeledItem, losses: Losses) -> str | None:
    """What is to be read there; what else is said of an annotation is noted."""
    note_category(losses, item, category)
    said, is_whole = text_in(annotation, category)
    if not is_whole:
        losses.drop(item.name, "attributes", ONLY_TEXT)
    note_lost_fields(losses, item.name, annotation, attributes=True, flags=(IGNORED,))
    if annotation.flags.get(IGNORED):
        if said not in (None, UNCARED):
            losses.drop(item.name, "attributes", "a text that does not count is written as ###")
        return UNCARED
    return said
