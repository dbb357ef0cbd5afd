"""KITTI's object detection: a text file a picture, in `training/label_2/` beside `training/image_2/`.

A line is type, truncated, occluded, alpha, left, top, right, bottom, three dimensions, three of the location,
rotation_y and, of a model's own, a score. Pixels count from the corner of the picture; edges are where they
are. Only the box is drawn here. Truncated, occluded, alpha, rotation_y (numbers), dimensions and location
(three numbers in a text) are flags, so that figures in space survive. Types have no spaces; where a file has
some, as labelformat writes them, all words before the numbers are the type. `dataset_meta.json`, as Datumaro
reads it, names the types in the ontology's order. Splits are training, val and testing; what has none is for
training. Read are also `labels/` beside `images/`, and splits inside of `label_2`.
The layout: Geiger et al., KITTI's object development kit (2012).
"""

from collections.abc import Iterator
from math import isfinite

from labelwright.core.document import Annotation, Document, Evidence
from labelwright.core.errors import UnreadableLabels
from labelwright.core.ontology import Category, Ontology
from labelwright.core.shapes import Box
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

FOLDERS, PICTURES, ENDING = ("label_2", "labels", "label"), ("image_2", "images", "image"), ".png"
SPLITS = {"train": "training", "val": "val", "test": "testing"}
PLACE = Place(kinds=("box",))
NUMBERS = 14
FLAGS = ("truncated", "occluded", "alpha", "dimensions", "location", "rotation_y")
UNKNOWN = {"truncated": "0", "occluded": "0", "alpha": "-10", "rotation_y": "-10"}
NOWHERE = {"dimensions": "-1 -1 -1", "location": "-1000 -1000 -1000"}


class Kitti(Format):
    """KITTI's text files."""

    name = "kitti"
    title = "KITTI"
    keeps = frozenset({"box"})
    about = (
        "A text file a picture. Boxes with KITTI's truncated, occluded, alpha and place in space as flags."
    )
    limits = Limits(plain_names=True, needs_pictures=True)
    made_for = ("KITTI", "object detection", "DetectNet", "TAO Toolkit", "labelformat", "NVIDIA")

    def recognize(self, source: Source) -> str | None:
        """Lines of a type and 14 or 15 numbers."""
        files = text_files(source, FOLDERS)
        lines = list(first_line(source, files))
        for file, words in lines:
            split = _split(words) if len(words) > NUMBERS else None
            # YOLO's polygons are lines of numbers too, but of nothing else.
            if split is not None and not any(map(_is_number, split[0].split())):
                return f"{file} has lines of a type and {len(split[1])} numbers, as KITTI"
        if files and not lines and f"/{FOLDERS[0]}/" in f"/{files[0].file}":
            return f"{files[0].file} lies in a folder {FOLDERS[0]}, and nothing is in it"
        return None

    def read(self, source: Source) -> Reading:
        """Every text file."""
        files = text_files(source, FOLDERS)
        if not files:
            raise UnreadableLabels(source.name, "", "there are no text files in a folder label_2 or labels")
        reading = Reading([], iter(()))
        bases = dict.fromkeys([*(part for text in files for part in _above(text.base))])
        known = dict.fromkeys(name for base in bases for name in meta_names(source, base))
        for text in files:
            for line in lines_of(source, text.file, []):
                split = _split(line.split())
                if split is not None:
                    known.setdefault(split[0])
        reading.categories = list(known)
        reading.items = _items(source, files, reading)
        return reading

    def write(self, items: Items, ontology: Ontology, sink: Sink) -> Losses:
        """Write a text file for each item, the pictures, and the list of types."""
        losses = Losses()
        categories = {category.id: category for category in ontology.categories}
        words = plain_words(ontology.categories)
        written = Written(losses, ENDING)
        for item in items():
            split, name = written.take(item)
            root = SPLITS[split]
            sink.lines(f"{root}/label_2/{stem_of(name)}.txt", _lines(item, categories, words, losses))
            if item.media is not None:
                sink.copy(f"{root}/image_2/{name}", item.media())
        sink.lines(META, meta(words.values()))
        return losses


def _above(base: str) -> list[str]:
    return [base, base.rpartition("/")[0]]


def _lines(
    item: LabeledItem, categories: dict[str, Category], words: dict[str, str], losses: Losses
) -> Iterator[str]:
    for annotation, category, shape in fitting(item, categories, PLACE, losses):
        if not isinstance(shape, Box):
            continue
        note_word(losses, item, category, words[category.id])
        known = [name for name in FLAGS if _said(annotation, name) is not None]
        note_lost_fields(losses, item.name, annotation, flags=known)
        first = [_said(annotation, name) or UNKNOWN[name] for name in ("truncated", "occluded", "alpha")]
        space = [_said(annotation, name) or NOWHERE[name] for name in ("dimensions", "location")]
        turned = _said(annotation, "rotation_y") or UNKNOWN["rotation_y"]
        edges = [repr(float(value)) for value in shape.bounds]
        score = annotation.evidence.score
        last = [] if score is None else [repr(float(score))]
        yield " ".join([words[category.id], *first, *edges, *space, turned, *last])


def _said(annotation: Annotation, flag: str) -> str | None:
    """A flag as a line says it, or None where it is not there or is nothing that a line can say."""
    value = annotation.flags.get(flag)
    if flag in NOWHERE:
        numbers = value.split() if isinstance(value, str) else []
        return " ".join(numbers) if len(numbers) == 3 and all(map(_is_number, numbers)) else None
    if isinstance(value, str) or value is None:
        return None
    return f"{float(value):g}" if float(value) == int(value) else repr(float(value))


def _is_number(word: str) -> bool:
    try:
        return isfinite(float(word))
    except ValueError:
        return False


def _split(words: list[str]) -> tuple[str, list[str]] | None:
    """The type of a line and its numbers; None if it is no line of KITTI."""
    for count in (NUMBERS + 1, NUMBERS):
        if len(words) > count and all(map(_is_number, words[-count:])):
            return " ".join(words[:-count]), words[-count:]
    return None


def _items(source: Source, files: list[TextFile], reading: Reading) -> Iterator[LabeledItem]:
    pictures = Pictures(source)
    for text in files:
        made: list[Annotation] = []
        for number, line in enumerate(lines_of(source, text.file, reading.faults), 1):
            if line.strip():
                place = f"line {number}"
                entry = tried(lambda line=line, n=number: _made(line, n), text.file, place, reading.faults)
                made += [] if entry is None else [entry]
        picture = picture_of(text, pictures, PICTURES)
        width, height = pictures.size(picture) if picture else (0, 0)
        media = pictures.media(picture) if picture else None
        name = name_of(text, picture, ENDING)
        yield LabeledItem(name, width, height, Document(annotations=tuple(made)), text.split, media=media)


def _made(line: str, number: int) -> Annotation:
    split = _split(line.split())
    if split is None:
        raise ValueError(f"a line has a type and {NUMBERS} numbers, or one more with a score")
    category, words = split
    values = [float(word) for word in words]
    left, top, right, bottom = values[3:7]
    flags: dict[str, bool | float | str] = {}
    for name, place, nothing in (("truncated", 0, (0, -1)), ("occluded", 1, (0, -1)), ("alpha", 2, (-10,))):
        if values[place] not in nothing:
            flags[name] = values[place]
    for name, start in (("dimensions", 7), ("location", 10)):
        said = words[start : start + 3]
        if [float(word) for word in said] != [float(word) for word in NOWHERE[name].split()]:
            flags[name] = " ".join(said)
    if values[13] != float(UNKNOWN["rotation_y"]):
        flags["rotation_y"] = values[13]
    return Annotation(
        id=str(number),
        category=category,
        shape=Box(left=left, top=top, right=right, bottom=bottom),
        flags=flags,
        evidence=Evidence(score=values[14] if len(values) > NUMBERS else None),
    )
