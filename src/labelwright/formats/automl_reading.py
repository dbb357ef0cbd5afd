"""Reading AutoML's tables; a row that cannot be read is a fault with its line."""

from collections.abc import Iterator
from pathlib import PurePosixPath

import msgspec

from labelwright.core.document import Annotation, Document
from labelwright.core.errors import UnreadableLabels
from labelwright.core.shapes import Box
from labelwright.formats.folder import Source
from labelwright.formats.format import LabeledItem, Reading
from labelwright.formats.json_reading import tried
from labelwright.formats.pictures import Pictures, is_picture
from labelwright.formats.shares import sized
from labelwright.formats.splits import split_of
from labelwright.formats.tables import Table, header_of, path_of, tables_of

BUCKET, IMAGES = "gs://BUCKET/", "images/"
SCHEME = "gs://"
_USES = {"train": "train", "validate": "val", "unassigned": None, "": None}


def recognize(source: Source) -> str | None:
    """A table whose rows name pictures by gs:// addresses."""
    found = _tables(source)
    return f"{found[0]} has no header, and names pictures by gs:// addresses" if found else None


def read(source: Source) -> Reading:
    """Every table of gs:// addresses. Raises UnreadableLabels if there is none."""
    tables = _tables(source)
    if not tables:
        raise UnreadableLabels(source.name, "", "no CSV names pictures by gs:// addresses")
    reading = Reading([], iter(()))
    known: dict[str, None] = {}
    items: dict[str, LabeledItem] = {}
    made: dict[str, list[Annotation]] = {}
    for name in tables:
        for line, cells in Table(source, name, reading.faults, has_header=False).rows():
            said = tried(lambda cells=cells: _row(cells), name, f"line {line}", reading.faults)
            if said is None:
                continue
            path, split, annotations = said
            item = items.setdefault(path, LabeledItem(path, 0, 0, Document(), split))
            if item.split is None and split is not None:
                items[path] = LabeledItem(path, 0, 0, Document(), split)
            kept = made.setdefault(path, [])
            for annotation in annotations:
                known.setdefault(annotation.category)
                kept.append(msgspec.structs.replace(annotation, id=str(len(kept) + 1)))
    reading.categories = list(known)
    reading.items = _items(source, items, made, reading)
    return reading


def _items(
    source: Source, items: dict[str, LabeledItem], made: dict[str, list[Annotation]], reading: Reading
) -> Iterator[LabeledItem]:
    pictures = Pictures(source)
    for path, item in items.items():
        found = pictures.find(path)
        width, height = pictures.size(found) if found else (0, 0)
        media = pictures.media(found) if found else None
        document = Document(annotations=tuple(made[path]))
        name = path.removeprefix(IMAGES)
        whole = LabeledItem(name, width, height, document, item.split, media=media)
        yield sized(whole, path, reading.faults)


def _row(cells: list[str]) -> tuple[str, str | None, list[Annotation]]:
    """The picture's path in its bucket, its split, and what is said of it. Raises ValueError."""
    if cells[0].startswith(SCHEME):
        cells = ["", *cells]
    if len(cells) < 2 or not cells[1].startswith(SCHEME):
        raise ValueError("it does not name a picture by a gs:// address")
    _, _, inside = cells[1].removeprefix(SCHEME).partition("/")
    path, use, rest = path_of(inside), cells[0].strip().casefold(), cells[2:]
    split = _USES[use] if use in _USES else split_of(use)
    if len(rest) >= 7 and (any(cell.strip() for cell in rest[1:]) and _is_number(rest[1])):
        return path, split, [Annotation(id="", category=_word(rest[0]), shape=_box(rest[1:9]))]
    return path, split, [Annotation(id="", category=cell) for cell in rest if cell.strip()]


def _word(cell: str) -> str:
    if not cell.strip():
        raise ValueError("its class is left out")
    return cell


def _box(cells: list[str]) -> Box:
    """The box around the corners that are filled in, in shares."""
    xs = [float(cell) for cell in cells[0::2] if cell.strip()]
    ys = [float(cell) for cell in cells[1::2] if cell.strip()]
    if len(xs) < 2 or len(ys) < 2:
        raise ValueError("a box has two corners at least")
    return Box(left=min(xs), top=min(ys), right=max(xs), bottom=max(ys))


def _is_number(cell: str) -> bool:
    try:
        float(cell or "0")
    except ValueError:
        return False
    return True


def _tables(source: Source) -> list[str]:
    return [
        name for name in tables_of(source) if any(_is_address(cell) for cell in header_of(source, name)[:2])
    ]


def _is_address(cell: str) -> bool:
    return cell.startswith(SCHEME) and (is_picture(cell) or PurePosixPath(cell).name != "")
