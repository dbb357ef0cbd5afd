"""CSV of boxes: a row for each box, with the edges in pixels.

Written is one folder for each split with `_annotations.csv` and its pictures, as Roboflow exports it; the
columns are those of TensorFlow's object detection tutorials: filename, width, height, class, xmin, ymin,
xmax, ymax. Edges are floats, 0 at the picture's corner, nothing added or rounded. A picture without boxes
has no row; it is known from lying beside the table. `label_map.pbtxt` lists the classes in the ontology's
order. Other shapes become their boxes. Texts that a spreadsheet would run are guarded (`tables.py`).
Read are tables of any such columns (`box_columns.py`), such as Kaggle's, VoTT's and RetinaNet's. Where
several tables say the same of a picture, it is said once.
Layout: Roboflow's documentation of “Tensorflow Object Detection CSV”.
"""

from collections import Counter
from collections.abc import Iterator
from pathlib import PurePosixPath

from labelwright.core.document import Annotation, Document, Evidence
from labelwright.core.errors import UnreadableLabels
from labelwright.core.ontology import Ontology
from labelwright.core.shapes import Shape
from labelwright.formats.beside import Beside, below_split, splits_in
from labelwright.formats.box_columns import BoxRoles, box_of, box_roles_of
from labelwright.formats.boxes import boxed
from labelwright.formats.fields import note_lost_fields
from labelwright.formats.figures import without_pairs
from labelwright.formats.folder import Sink, Source
from labelwright.formats.format import Format, Items, LabeledItem, Limits, Reading
from labelwright.formats.json_reading import tried
from labelwright.formats.pbtxt import label_map, labels_of, maps_of
from labelwright.formats.pictures import Pictures
from labelwright.formats.report import Losses
from labelwright.formats.row_pictures import RowPictures
from labelwright.formats.shares import sized
from labelwright.formats.splits import split_of, split_of_file, written_split
from labelwright.formats.tables import (
    Table,
    header_of,
    path_cell,
    path_of,
    row,
    sample_of,
    score_of,
    tables_of,
)

FILE, CLASSES = "_annotations.csv", "label_map.pbtxt"
HEADER = ("filename", "width", "height", "class", "xmin", "ymin", "xmax", "ymax")


class RoboflowCsv(Format):
    """CSV tables of boxes."""

    name = "roboflow-csv"
    title = "CSV of boxes (Roboflow, TensorFlow)"
    keeps = frozenset({"box"})
    about = "A row for each box with its edges in pixels. Boxes only; other shapes become their boxes."
    limits = Limits()
    made_for = ("Roboflow", "TensorFlow Object Detection CSV", "Kaggle", "RetinaNet", "VoTT CSV", "raccoon")

    def recognize(self, source: Source) -> str | None:
        """A table with columns of pictures, classes and boxes."""
        for name in tables_of(source):
            header = header_of(source, name)
            roles = box_roles_of(header, sample_of(source, name))
            if roles is not None:
                named = ", ".join(
                    f"“{header[place]}”" for place in (roles.picture, roles.label, *roles.corners)
                )
                return f"{name} has columns {named}"
        return None

    def read(self, source: Source) -> Reading:
        """Every table of boxes."""
        found = {
            name: box_roles_of(header_of(source, name), sample_of(source, name)) for name in tables_of(source)
        }
        tables = {name: roles for name, roles in found.items() if roles is not None}
        if not tables:
            reason = "no CSV has columns of pictures, classes and boxes"
            raise UnreadableLabels(source.name, "", reason)
        listed = [word for name in maps_of(source) for word in labels_of(source, name).values()]
        reading = Reading(list(dict.fromkeys(listed)), iter(()))
        left = [name for name in found if name not in tables]
        if left:
            reading.notes.append(f"Not read, for they hold no boxes: {', '.join(left[:20])}.")
        gathering = _Boxes(source, reading)
        for name, roles in tables.items():
            gathering.add(Table(source, name, reading.faults), name, roles)
        for name in tables:
            if PurePosixPath(name).name == FILE:
                gathering.add_rest(name)
        reading.items = gathering.items()
        return reading

    def write(self, items: Items, ontology: Ontology, sink: Sink) -> Losses:
        """Write a table for each split, the pictures beside it, and the label map."""
        losses = Losses()
        beside = Beside(items, losses, below_split)
        splits = splits_in(items(), losses) or ["train"]
        words = {category.id: category.name for category in ontology.categories}
        for split in splits:
            sink.lines(f"{split}/{FILE}", _lines(beside, split, words, losses))
        sink.lines(CLASSES, label_map(list(words.values())))
        beside.copy(sink)
        return losses


def _lines(beside: Beside, split: str, words: dict[str, str], losses: Losses) -> Iterator[str]:
    yield row(HEADER)
    for item, path in beside.named():
        if written_split(item.split) != split:
            continue
        name = path_cell(path.removeprefix(f"{split}/"))
        boxes = list(_boxes(item, words, losses))
        for word, (left, top, right, bottom) in boxes:
            yield row([name, item.width or None, item.height or None, word, left, top, right, bottom])
        if not boxes and item.media is None:
            # Without a picture only a row can say that there is nothing.
            yield row([name, item.width or None, item.height or None, None, None, None, None, None])


def _boxes(
    item: LabeledItem, words: dict[str, str], losses: Losses
) -> Iterator[tuple[str, tuple[float, float, float, float]]]:
    for annotation in without_pairs(item, losses):
        shape = boxed(annotation, item, words, losses)
        if shape is not None:
            note_lost_fields(losses, item.name, annotation)
            yield words[annotation.category], shape.bounds


class _Boxes:
    """The boxes of pictures, gathered row by row."""

    def __init__(self, source: Source, reading: Reading) -> None:
        self._reading, self._pictures = reading, Pictures(source)
        self._there = frozenset(self._pictures.names)
        self._items: dict[str, LabeledItem] = {}
        self._made: dict[str, list[Annotation]] = {}
        self._shares: dict[str, str] = {}
        self._known = dict.fromkeys(reading.categories)
        self._words: dict[str, str] = {}

    def add(self, table: Table, file: str, roles: BoxRoles) -> None:
        """Take in a table; what another one has said already is not doubled."""
        before = {key: Counter((a.category, a.shape) for a in made) for key, made in self._made.items()}
        faults, rows = self._reading.faults, RowPictures(self._pictures, file)
        for line, cells in table.rows():
            tried(lambda c=cells: self._row(c, rows, roles, before), file, f"line {line}", faults)
        self._reading.categories = list(self._known)

    def add_rest(self, file: str) -> None:
        """Take in the pictures beside a table that it says nothing of: they show nothing."""
        folder = PurePosixPath(file).parent
        for name in self._pictures.names:
            if name not in self._items and PurePosixPath(name).is_relative_to(folder):
                self._begin(name, str(PurePosixPath(name).relative_to(folder)), split_of_file(file), (0, 0))

    def items(self) -> Iterator[LabeledItem]:
        """Every picture with its boxes."""
        times = Counter(item.name for item in self._items.values())
        for key, item in self._items.items():
            width, height, media = item.width, item.height, None
            if key in self._there:
                media = self._pictures.media(key)
                width, height = (width, height) if width and height else self._pictures.size(key)
            document = Document(annotations=tuple(self._made[key]))
            name = item.name if times[item.name] == 1 else key  # folders tell them apart
            whole = LabeledItem(name, width, height, document, item.split, media=media)
            is_sized = key not in self._shares
            yield whole if is_sized else sized(whole, self._shares[key], self._reading.faults)

    def _row(
        self,
        cells: list[str],
        rows: RowPictures,
        roles: BoxRoles,
        before: dict[str, Counter[tuple[str, Shape | None]]],
    ) -> None:
        name, box, category = path_of(cells[roles.picture]), box_of(roles, cells), cells[roles.label]
        if box is not None and not category.strip():
            raise ValueError("its class is left out")
        key, full = rows.of(name)
        if key not in self._items:
            said = cells[roles.split] if roles.split is not None else ""
            split = split_of(said) or said.strip() or rows.split
            self._begin(key, full, split, (_size(cells, roles.width), _size(cells, roles.height)))
        if roles.in_shares:
            self._shares[key] = rows.file
        if box is None:
            return
        category = self._words.setdefault(category, category)  # one text for all rows
        self._known.setdefault(category)
        if before.get(key, Counter())[category, box] > 0:
            before[key][category, box] -= 1
            return
        evidence = Evidence(score=score_of(cells[roles.score]) if roles.score is not None else None)
        made = self._made[key]
        made.append(Annotation(id=str(len(made) + 1), category=category, shape=box, evidence=evidence))

    def _begin(self, key: str, name: str, split: str | None, size: tuple[int, int]) -> None:
        self._items[key] = LabeledItem(name, *size, Document(), split)
        self._made[key] = []


def _size(cells: list[str], column: int | None) -> int:
    word = cells[column].strip() if column is not None else ""
    try:
        return max(0, min(int(float(word)), 10**7)) if word else 0
    except (ValueError, OverflowError):
        return 0
