"""Tables that say what pictures show: which column is the picture, which the class, which the split.

One row a picture or one row a class; a column of classes, or a column for each class that is 1 or 0
(Kaggle's and Roboflow's multi-label tables). A column called in the plural holds several classes, parted
by bars, semicolons or commas, or as a JSON list. Tables with columns of boxes are others' to read.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import msgspec

from labelwright.core.document import Annotation, Document
from labelwright.formats.format import LabeledItem, Reading
from labelwright.formats.json_reading import tried
from labelwright.formats.judged import FIELDS, UNSURE, with_judged
from labelwright.formats.pictures import Pictures
from labelwright.formats.row_pictures import RowPictures
from labelwright.formats.splits import split_of
from labelwright.formats.tables import path_of

HEADER = ("image", "label", "split", "width", "height")
IMAGES = "images/"
PICTURE = (
    "image", "filename", "file_name", "file", "image_name", "imagename", "image_id", "imageid", "image_path",
    "imagepath", "img", "img_path", "img_name", "filepath", "file_path", "path", "picture", "item", "id",
    "name", "image_url", "url",
)  # fmt: skip
ONE = ("label", "class", "category", "label_name", "labelname", "class_name", "tag", "target", "answer")
SEVERAL = ("labels", "classes", "categories", "tags")
SPLIT = ("split", "subset", "set", "partition", "fold")
BOXES = {
    "xmin", "x_min", "x1", "left", "bbox", "box", "x", "xmax", "x_max", "points", "polygon", "segmentation",
    "encodedpixels", "hitid", "objects", "width_px", "region_shape_attributes", "landmarks",
}  # fmt: skip
YES, NO = {"1", "1.0", "true", "yes"}, {"0", "0.0", "false", "no", ""}

Rows = Iterable[tuple[str, Sequence[str]]]
"""Rows as texts, each with its place in words."""


class Roles(NamedTuple):
    """Places of the columns. Without a column of classes each of `flags` is one."""

    picture: int
    label: int | None
    several: bool
    flags: tuple[int, ...]
    split: int | None
    width: int | None
    height: int | None


def roles_of(header: Sequence[str], sample: Sequence[Sequence[str]]) -> Roles | None:
    """What the columns of a table are for, or None if it is no table of classes."""
    keys = [word.strip().casefold() for word in header]
    picture = _first(keys, PICTURE)
    if picture is None or BOXES.intersection(keys):
        return None
    one, several = _first(keys, ONE), _first(keys, SEVERAL)
    label = one if one is not None else several
    split, width, height = _first(keys, SPLIT), _first(keys, ("width",)), _first(keys, ("height",))
    taken = {picture, split, width, height}
    flags: tuple[int, ...] = ()
    if label is None or label == picture:
        label = None
        flags = tuple(n for n in range(len(keys)) if n not in taken and keys[n] and _is_flag(n, sample))
        if not sample or len(flags) < 2:
            return None
    return Roles(picture, label, one is None and label is not None, flags, split, width, height)


class Gathering:
    """The tags of pictures, gathered row by row from any number of tables."""

    def __init__(self, reading: Reading, pictures: Pictures) -> None:
        self._reading, self._pictures, self._there = reading, pictures, frozenset(pictures.names)
        self._found: dict[str, LabeledItem] = {}
        self._tags: dict[str, list[Annotation]] = {}
        self._known = dict.fromkeys(reading.categories)
        self._words: dict[str, str] = {}

    def add(
        self, file: str, header: Sequence[str], roles: Roles, rows: Rows, *, judged: bool = False
    ) -> None:
        """Take in a table; tags that another table has given already are not doubled.

        With `judged` it has columns of votes, doubt and confidence, as Labelwright writes them.
        """
        for number in roles.flags:
            self._known.setdefault(header[number].strip())
        before = {key: {tag.category for tag in tags} for key, tags in self._tags.items()}
        faults, told = self._reading.faults, RowPictures(self._pictures, file)
        for place, cells in rows:
            made = tried(lambda cells=cells: self._row(told, header, roles, cells), file, place, faults)
            if made is None:
                continue
            key, words = made
            tags = self._tags[key]
            for word in words:
                word = self._words.setdefault(word, word)  # one text for all rows
                self._known.setdefault(word)
                if word not in before.get(key, ()):
                    tag = Annotation(id=str(len(tags) + 1), category=word)
                    tags.append(with_judged(tag, _judged(header, cells)) if judged else tag)
        self._reading.categories = list(self._known)

    def items(self) -> Iterator[LabeledItem]:
        """Every picture with its tags."""
        times = Counter(item.name for item in self._found.values())
        for key, item in self._found.items():
            width, height, media = item.width, item.height, None
            if key in self._there:
                media = self._pictures.media(key)
                width, height = (width, height) if width else self._pictures.size(key)
            document = Document(annotations=tuple(self._tags[key]))
            name = item.name if times[item.name] == 1 else key  # folders tell them apart
            yield LabeledItem(name, width, height, document, item.split, media=media)

    def _row(
        self, rows: RowPictures, header: Sequence[str], roles: Roles, cells: Sequence[str]
    ) -> tuple[str, list[str]]:
        name, words = path_of(cells[roles.picture]), _classes(header, roles, cells)
        key, full = rows.of(name)
        if key not in self._found:
            said = cells[roles.split] if roles.split is not None else ""
            split = split_of(said) or (said.strip() or None) or rows.split
            sizes = (_size(cells, roles.width), _size(cells, roles.height))
            width, height = sizes if all(sizes) else (0, 0)
            shown = full.removeprefix(IMAGES)
            self._found[key] = LabeledItem(shown, width, height, Document(), split)
            self._tags[key] = []
        return key, words


def _judged(header: Sequence[str], cells: Sequence[str]) -> dict[str, object]:
    said: dict[str, object] = {}
    for field, cell in zip(header, cells, strict=True):
        if field == UNSURE:
            said[field] = cell
        elif field in FIELDS and cell:
            try:
                said[field] = msgspec.json.decode(cell)
            except (msgspec.DecodeError, RecursionError):
                said[field] = None
    return said


def _classes(header: Sequence[str], roles: Roles, cells: Sequence[str]) -> list[str]:
    """The classes of a row. Raises ValueError for what is neither yes nor no."""
    if roles.label is not None:
        cell = cells[roles.label]
        words = _parted(cell) if roles.several else [cell]
        return [word for word in words if word.strip()]
    found: list[str] = []
    for number in roles.flags:
        word = cells[number].strip().casefold()
        if word in YES:
            found.append(header[number].strip())
        elif word not in NO:
            raise ValueError(f"column “{header[number]}” is {word[:60]!r}, neither 1 nor 0")
    return found


def _parted(cell: str) -> list[str]:
    if cell.lstrip().startswith("["):
        try:
            return msgspec.json.decode(cell, type=list[str])
        except msgspec.DecodeError:
            inner = cell.strip().strip("[]")
            return [word.strip().strip("'\"") for word in inner.split(",")]
    mark = next((mark for mark in "|;," if mark in cell), None)
    return [word.strip() for word in cell.split(mark)] if mark else [cell]


def _size(cells: Sequence[str], column: int | None) -> int:
    word = cells[column].strip() if column is not None else ""
    return int(word) if word.isascii() and word.isdigit() and len(word) < 9 else 0


def _first(keys: Sequence[str], wanted: Sequence[str]) -> int | None:
    return next((keys.index(word) for word in wanted if word in keys), None)


def _is_flag(column: int, sample: Sequence[Sequence[str]]) -> bool:
    words = {cells[column].strip().casefold() for cells in sample if column < len(cells)}
    return words <= YES | NO and words != {""}
