"""WIDER FACE: `wider_face_split/wider_face_SPLIT_bbx_gt.txt` beside `WIDER_SPLIT/images/`.

For each picture its path, the number of faces, and a line for each: left, top, width, height, blur,
expression, illumination, invalid, occlusion, pose, in this order, as its readme has it (Datumaro takes the
last three in another one). Pixels count from the corner, and are whole: edges move half a pixel at most, one
where a box would be left with no width. Blur and the like are attributes with the readme's words; invalid is
a flag. A picture without faces has a count of 0 and a line of zeros. Every box is a face; another category
stands as a word at the end of its line, and `labels.txt` lists all, as Datumaro does it. Pictures without a
folder lie in `no_label/`. The layout: Yang et al., WIDER FACE (2016), and the readme of its annotations.
"""

import re
from collections.abc import Iterator
from fnmatch import fnmatch
from math import ceil, floor
from pathlib import PurePosixPath

from labelwright.core.document import Annotation, AttributeValue, Document
from labelwright.core.errors import UnreadableLabels
from labelwright.core.ontology import Category, Ontology
from labelwright.core.shapes import Bounds, Box
from labelwright.formats.fields import note_lost_fields
from labelwright.formats.fitting import Place, fitting
from labelwright.formats.folder import Sink, Source
from labelwright.formats.format import Format, Items, LabeledItem, Limits, Reading, named_attributes
from labelwright.formats.json_reading import tried
from labelwright.formats.listing import lines_of
from labelwright.formats.names import Names
from labelwright.formats.per_picture import note_word, plain_words
from labelwright.formats.pictures import Pictures, is_picture
from labelwright.formats.report import Fault, Losses
from labelwright.formats.splits import split_of, written_split
from labelwright.formats.tables import path_of

FOLDER, LABELS, NO_FOLDER, FACE = "wider_face_split", "labels.txt", "no_label", "face"
PATTERN = "wider_face_*_bbx_gt.txt"
PLACE = Place(kinds=("box",))
INVALID = "invalid"
COLUMNS = ("blur", "expression", "illumination", INVALID, "occlusion", "pose")
WORDS: dict[str, tuple[str, ...]] = {
    "blur": ("clear", "normal", "heavy"),
    "expression": ("typical", "exaggerate"),
    "illumination": ("normal", "extreme"),
    "occlusion": ("none", "partial", "heavy"),
    "pose": ("typical", "atypical"),
}
_WHOLE = re.compile(r"\s*[0-9]{1,9}\s*", re.ASCII)


class WiderFace(Format):
    """WIDER FACE's lists of boxes."""

    name = "widerface"
    title = "WIDER FACE"
    keeps = frozenset({"box"})
    about = "A list of pictures and their boxes, in whole pixels, with blur, expression, occlusion and pose."
    limits = Limits(precision=1.0, plain_names=True, needs_pictures=True)
    made_for = ("WIDER FACE", "faces", "face detection", "RetinaFace")

    def recognize(self, source: Source) -> str | None:
        """A list with WIDER FACE's name."""
        found = _lists(source)
        return f"{found[0]} is a list of WIDER FACE" if found else None

    def read(self, source: Source) -> Reading:
        """Every list, one split after the other."""
        files = _lists(source)
        if not files:
            raise UnreadableLabels(source.name, "", f"there is no {PATTERN}")
        reading = Reading([], iter(()))
        listed = [n for n in (LABELS, f"{files[0].partition('/')[0]}/{LABELS}") if n in source.names()]
        known = [word.strip() for name in listed[:1] for word in lines_of(source, name, reading.faults)]
        used = {word for name in files for line in _lines(source, name) if (word := _word(line.split()))}
        reading.categories = list(dict.fromkeys([*filter(None, known), *sorted(used)])) or [FACE]
        reading.items = _items(source, files, reading)
        return reading

    def write(self, items: Items, ontology: Ontology, sink: Sink) -> Losses:
        """Write a list for each split, and the pictures."""
        losses = Losses()
        words = plain_words(ontology.categories)
        categories = {category.id: category for category in ontology.categories}
        placed = _placed(items, losses)
        for split in sorted({split for split, _ in placed}) or ["train"]:

            def lines(split: str = split) -> Iterator[str]:
                for item, (own, path) in zip(items(), placed, strict=True):
                    if own == split:
                        yield path
                        yield from _written(item, categories, words, losses)

            sink.lines(f"{FOLDER}/wider_face_{split}_bbx_gt.txt", lines())
        sink.lines(LABELS, words.values())
        for item, (split, path) in zip(items(), placed, strict=True):
            if item.media is not None:
                sink.copy(f"WIDER_{split}/images/{path}", item.media())
        return losses


def _placed(items: Items, losses: Losses) -> list[tuple[str, str]]:
    """The split and the path of each item."""
    names = Names(by_stem=False, reserved=(NO_FOLDER,))
    placed: list[tuple[str, str]] = []
    for item in items():
        split = written_split(item.split)
        if item.split not in (split, None):
            losses.convert(item.name, "split", f"it is written as {split}")
        name = names.take(item.name, losses)
        placed.append((split, name if "/" in name else f"{NO_FOLDER}/{name}"))
    return placed


def _written(
    item: LabeledItem, categories: dict[str, Category], words: dict[str, str], losses: Losses
) -> Iterator[str]:
    lines: list[str] = []
    for annotation, category, shape in fitting(item, categories, PLACE, losses):
        if not isinstance(shape, Box):
            continue
        note_word(losses, item, category, words[category.id])
        left, top, right, bottom = _whole(shape.bounds)
        values = [str(value) for value in (left, top, right - left, bottom - top)]
        values += _said(annotation, category, item, losses)
        word = words[category.id]
        lines.append(" ".join([*values, word] if word != FACE else values))
    yield str(len(lines))
    yield from lines or ["0 0 0 0 0 0 0 0 0 0"]


def _whole(bounds: Bounds) -> tuple[int, int, int, int]:
    left, top, right, bottom = (floor(value + 0.5) for value in bounds)
    if left >= right:
        left, right = floor(bounds.left), max(ceil(bounds.right), floor(bounds.left) + 1)
    if top >= bottom:
        top, bottom = floor(bounds.top), max(ceil(bounds.bottom), floor(bounds.top) + 1)
    return left, top, right, bottom


def _said(annotation: Annotation, category: Category, item: LabeledItem, losses: Losses) -> list[str]:
    """The last six columns; attributes that have no column are noted."""
    values = {key.casefold(): value for key, value in named_attributes(annotation, category).items()}
    numbers = {key: number for key in WORDS if (number := _number(key, values.get(key))) is not None}
    if len(numbers) < len(values):
        losses.drop(item.name, "attributes", f"the format has a place for {', '.join(WORDS)} only")
    note_lost_fields(losses, item.name, annotation, attributes=True, flags=(INVALID,))
    numbers[INVALID] = int(bool(annotation.flags.get(INVALID)))
    return [str(numbers.get(column, 0)) for column in COLUMNS]


def _number(key: str, value: AttributeValue | None) -> int | None:
    """The number that stands for a value of an attribute, or None."""
    if isinstance(value, str):
        word = value.strip().casefold()
        if word in WORDS[key]:
            return WORDS[key].index(word)
        return int(word) if word.isdecimal() and int(word) < len(WORDS[key]) else None
    if isinstance(value, int | float) and value in range(len(WORDS[key])):
        return int(value)
    return None


def _lists(source: Source) -> list[str]:
    return [name for name in source.names() if fnmatch(PurePosixPath(name).name, PATTERN)]


def _lines(source: Source, name: str) -> Iterator[str]:
    with source.open(name) as file:
        for line in iter(lambda: file.readline(10_000), b""):
            yield line.decode("utf-8-sig", "replace").strip()


def _word(cells: list[str]) -> str | None:
    """The category of a box's line; None for a line of something else."""
    try:
        [float(cell) for cell in cells[:4]]
    except ValueError:
        return None
    if len(cells) in (5, 11):
        return cells[-1]
    return FACE if len(cells) >= 4 else None


def _items(source: Source, files: list[str], reading: Reading) -> Iterator[LabeledItem]:
    pictures = Pictures(source)
    for file in files:
        subset = PurePosixPath(file).name.removeprefix("wider_face_").removesuffix("_bbx_gt.txt")
        at: str | None = None
        made: list[Annotation] = []
        count = left = 0
        for number, line in enumerate(_lines(source, file), 1):
            if left == 0 and is_picture(line):
                if at is not None:
                    yield _item(at, made, subset, pictures)
                at = tried(lambda line=line: path_of(line), file, f"line {number}", reading.faults)
                made, count, left = [], 0, 0
            elif at is not None and left == 0 and _WHOLE.fullmatch(line):
                count = left = int(line)
            elif at is not None and line and (left or count or line.split() != ["0"] * len(line.split())):
                left = max(0, left - 1)
                place = len(made) + 1
                box = tried(lambda line=line, n=place: _box(line, n), file, f"line {number}", reading.faults)
                made += [] if box is None else [box]
            elif at is None and line:
                reason = "it stands before any picture"
                reading.faults.append(Fault(file=file, place=f"line {number}", reason=reason))
        if at is not None:
            yield _item(at, made, subset, pictures)


def _item(path: str, made: list[Annotation], subset: str, pictures: Pictures) -> LabeledItem:
    picture = pictures.find(path, f"WIDER_{subset}/images")
    width, height = pictures.size(picture) if picture else (0, 0)
    return LabeledItem(
        path.removeprefix(f"{NO_FOLDER}/"),
        width,
        height,
        Document(annotations=tuple(made)),
        split_of(subset) or subset,
        media=pictures.media(picture) if picture else None,
    )


def _box(line: str, number: int) -> Annotation:
    cells = line.split()
    category = _word(cells)
    if category is None:
        raise ValueError("a line has the left, top, width and height of a box, and six numbers")
    left, top, width, height = (float(cell) for cell in cells[:4])
    attributes: dict[str, AttributeValue] = {}
    flags: dict[str, bool | float | str] = {}
    for column, cell in zip(COLUMNS, cells[4:10] if len(cells) >= 10 else [], strict=False):
        if column == INVALID:
            flags |= {INVALID: True} if cell in ("1", "True") else {}
        elif cell.isdecimal() and int(cell) < len(WORDS[column]):
            attributes[column] = WORDS[column][int(cell)]
    return Annotation(
        id=str(number),
        category=category,
        shape=Box(left=left, top=top, right=left + width, bottom=top + height),
        attributes=attributes,
        flags=flags,
    )
