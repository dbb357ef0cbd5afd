"""DOTA: a text file a picture, in `train/labelTxt/` beside `train/images/`; turned boxes.

A line is four corners, the class and how difficult it is (0, 1 or 2); lines `imagesource:…` and `gsd:…`
before them are passed over, and none are written. Pixels count from the corner of the picture. Corners
that make a rectangle are a turned box whose first corner is its top-left, others a polygon. All digits are
written. Classes have no spaces; `dataset_meta.json` names them in the ontology's order. What has no split is
for training. Other shapes become their smallest turned boxes.
The layout: Xia et al., DOTA (2018), and its development kit.
"""

from collections.abc import Iterator
from dataclasses import replace
from math import isfinite

from labelwright.core.document import Annotation, Document
from labelwright.core.errors import UnreadableLabels
from labelwright.core.ontology import Category, Ontology
from labelwright.core.shapes import Point, Polygon, Ring, RotatedBox, polygon_of
from labelwright.formats.fields import note_lost_fields
from labelwright.formats.fitting import Place, fitting
from labelwright.formats.folder import Sink, Source
from labelwright.formats.format import Format, Items, LabeledItem, Limits, Reading
from labelwright.formats.json_reading import tried
from labelwright.formats.listing import lines_of
from labelwright.formats.names import stem_of
from labelwright.formats.per_picture import (
    META,
    TextFile,
    Written,
    first_line,
    meta,
    meta_names,
    name_of,
    note_word,
    picture_of,
    plain_words,
    text_files,
)
from labelwright.formats.pictures import Pictures
from labelwright.formats.report import Losses
from labelwright.formats.turned import turned_box

FOLDERS = (
    "labelTxt",
    "labelTxt-v1.0",
    "labelTxt-v1.5",
    "labelTxt-v2.0",
    "Train_Task2_gt",
    "annfiles",
    "annotations",
)
PICTURES, ENDING = ("images",), ".png"
TURNED = Place(kinds=("rotated_box",))
CORNERED = Place(kinds=("polygon",))
HEADS = ("imagesource:", "gsd:", "acquisition dates:")
WORDS = 10


class Dota(Format):
    """DOTA's text files."""

    name = "dota"
    title = "DOTA"
    keeps = frozenset({"rotated_box"})
    about = "A text file a picture. Turned boxes by their corners, and whether they are difficult."
    limits = Limits(plain_names=True, needs_pictures=True)
    made_for = ("DOTA", "aerial", "satellite", "oriented boxes", "OBB", "MMRotate", "Datumaro")

    def recognize(self, source: Source) -> str | None:
        """Lines of eight numbers, a class and a difficulty."""
        files = text_files(source, FOLDERS)
        lines = list(first_line(source, files))
        for file, words in lines:
            if words[0].startswith(HEADS[:2]):
                return f"{file} opens with DOTA's “{words[0][:40]}”"
            if len(words) == WORDS and _numbers(words) is not None:
                return f"{file} has lines of four corners, a class and a difficulty"
        if files and not lines and f"/{FOLDERS[0]}/" in f"/{files[0].file}":
            return f"{files[0].file} lies in a folder {FOLDERS[0]}, and nothing is in it"
        return None

    def read(self, source: Source) -> Reading:
        """Every text file."""
        files = text_files(source, FOLDERS)
        if not files:
            raise UnreadableLabels(source.name, "", "there are no text files in a folder labelTxt")
        known = dict.fromkeys(meta_names(source))
        for text in files:
            for line in lines_of(source, text.file, []):
                words = line.split()
                if len(words) >= WORDS - 1 and _numbers(words) is not None:
                    known.setdefault(_class(words))
        reading = Reading(list(known), iter(()))
        reading.items = _items(source, files, reading)
        return reading

    def write(self, items: Items, ontology: Ontology, sink: Sink) -> Losses:
        """Write a text file for each item, the pictures, and the list of classes."""
        losses = Losses()
        categories = {category.id: category for category in ontology.categories}
        words = plain_words(ontology.categories)
        written = Written(losses, ENDING)
        for item in items():
            split, name = written.take(item)
            sink.lines(f"{split}/labelTxt/{stem_of(name)}.txt", _lines(item, categories, words, losses))
            if item.media is not None:
                sink.copy(f"{split}/images/{name}", item.media())
        sink.lines(META, meta(words.values()))
        return losses


def _lines(
    item: LabeledItem, categories: dict[str, Category], words: dict[str, str], losses: Losses
) -> Iterator[str]:
    for annotation in item.document.annotations:
        alone = replace(item, document=Document(annotations=(annotation,)))
        place = CORNERED if _four(annotation) is not None else TURNED
        for bare, category, shape in fitting(alone, categories, place, losses):
            corners = shape.corners() if isinstance(shape, RotatedBox) else _four(annotation)
            if corners is None:
                continue
            note_word(losses, item, category, words[category.id])
            difficult = annotation.flags.get("difficult", 0)
            is_said = not isinstance(difficult, str) and difficult in (0, 1, 2)
            note_lost_fields(losses, item.name, bare, flags=("difficult",) if is_said else ())
            values = [repr(float(value)) for point in corners for value in point]
            yield " ".join([*values, words[category.id], str(int(difficult) if is_said else 0)])


def _four(annotation: Annotation) -> Ring | None:
    """The corners of a polygon that a line can say and that is no turned box."""
    shape = annotation.shape
    if not isinstance(shape, Polygon) or len(shape.parts) != 1 or len(shape.parts[0]) != 1:
        return None
    ring = shape.parts[0][0]
    return ring if len(ring) == 4 and turned_box(ring) is None else None


def _numbers(words: list[str]) -> list[float] | None:
    try:
        values = [float(word) for word in words[:8]]
    except ValueError:
        return None
    return values if len(values) == 8 and all(map(isfinite, values)) else None


def _class(words: list[str]) -> str:
    """The class of a line: all words between the corners and the difficulty."""
    return " ".join(words[8:-1]) if len(words) >= WORDS else words[8]


def _items(source: Source, files: list[TextFile], reading: Reading) -> Iterator[LabeledItem]:
    pictures = Pictures(source)
    for text in files:
        made: list[Annotation] = []
        for number, line in enumerate(lines_of(source, text.file, reading.faults), 1):
            if line.strip() and not line.strip().casefold().startswith(HEADS):
                place = f"line {number}"
                entry = tried(lambda line=line, n=number: _made(line, n), text.file, place, reading.faults)
                made += [] if entry is None else [entry]
        picture = picture_of(text, pictures, PICTURES)
        width, height = pictures.size(picture) if picture else (0, 0)
        media = pictures.media(picture) if picture else None
        name = name_of(text, picture, ENDING)
        yield LabeledItem(name, width, height, Document(annotations=tuple(made)), text.split, media=media)


def _made(line: str, number: int) -> Annotation:
    words = line.split()
    values = _numbers(words)
    if values is None or len(words) < WORDS - 1:
        raise ValueError("a line has the numbers of four corners, a class and a difficulty")
    corners = tuple(Point(x, y) for x, y in zip(values[::2], values[1::2], strict=True))
    word = words[-1] if len(words) >= WORDS else "0"
    flags: dict[str, bool | float | str] = {}
    if word == "1":
        flags["difficult"] = True
    elif word != "0":
        if not isfinite(float(word)):
            raise ValueError(f"“{word}” is no difficulty")
        flags["difficult"] = float(word)
    shape = turned_box(corners) or polygon_of(corners)
    return Annotation(id=str(number), category=_class(words), shape=shape, flags=flags)
