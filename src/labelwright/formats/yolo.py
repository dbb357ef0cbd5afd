"""YOLO text files: one line an annotation, in shares of the picture's width and height.

`yolo` writes `class x y width height` (the middle and size of a box); `yolo-seg` writes
`class x1 y1 x2 y2 …` (a polygon). The order of `names` in data.yaml is the ontology's order. The lines
hold no sizes, so reading in pixels needs the pictures' sizes: they are given by the items of the
project, or by the pictures beside the text files. Layout: Ultralytics' dataset documentation.
"""

from collections.abc import Iterator
from io import BytesIO
from pathlib import PurePosixPath
from typing import Any, cast

import yaml
from PIL import Image, UnidentifiedImageError

from labelwright.core.document import Annotation, Document
from labelwright.core.errors import InvalidShape, UnreadableLabels
from labelwright.core.ontology import Category, Ontology
from labelwright.core.shapes import Box, Point, Polygon, Shape, ring_area
from labelwright.formats.folder import Sink, Source, file_name, file_stem, text_of
from labelwright.formats.format import Items, LabeledItem, Reading
from labelwright.formats.report import Fault, Losses

SPLITS = ("train", "val", "test")
PICTURES = (".jpg", ".jpeg", ".png", ".bmp", ".webp", ".tif", ".tiff", ".gif", ".avif")
DIGITS = 10  # of a share: far below a hundredth of a pixel on any picture


class Yolo:
    """YOLO boxes."""

    name = "yolo"
    title = "YOLO (detect)"
    keeps = frozenset({"box"})
    about = "One text file a picture, shares of its size. Boxes only; attributes and tags are dropped."
    segments = False

    def recognize(self, source: Source) -> str | None:
        """A data.yaml with names, or text files of numbers beside a list of classes."""
        names = source.names()
        for name in names:
            if PurePosixPath(name).name in ("data.yaml", "dataset.yaml", "data.yml"):
                return f"{name} lists YOLO's classes" if self._fits(source) else None
        if any(PurePosixPath(n).name in ("classes.txt", "obj.names") for n in names):
            return "there is a list of classes" if self._fits(source) else None
        return None

    def read(self, source: Source) -> Reading:
        """Every text file of lines."""
        categories = _names(source)
        files = _label_files(source)
        if not files and not categories:
            raise UnreadableLabels(source.name, "", "there is neither data.yaml nor a text file of lines")
        faults: list[Fault] = []
        pictures = {
            str(PurePosixPath(name).with_suffix("")): name
            for name in source.names()
            if name.lower().endswith(PICTURES)
        }
        return Reading(
            categories,
            (_item(source, name, categories, pictures, faults) for name in files),
            faults,
            ["Shares are read as pixels of each picture's own size."],
        )

    def write(self, items: Items, ontology: Ontology, sink: Sink) -> Losses:
        """Write `labels/SPLIT/`, `images/SPLIT/` and `data.yaml`."""
        losses = Losses()
        categories = {category.id: category for category in ontology.categories}
        numbers = {category.id: index for index, category in enumerate(ontology.categories)}
        stems: set[str] = set()
        names: set[str] = set()
        seen: set[str] = set()
        for item in items():
            split = item.split if item.split in SPLITS else "train"
            seen.add(split)
            stem = file_stem(item.name, stems)
            picture = file_name(f"{stem}{PurePosixPath(item.name).suffix}", names)
            sink.lines(f"labels/{split}/{stem}.txt", self._lines(item, categories, numbers, losses))
            if item.media is not None:
                sink.copy(f"images/{split}/{picture}", item.media())
        listed = [category.name for category in ontology.categories]
        sink.lines("data.yaml", _data_yaml(listed, seen).splitlines())
        return losses

    def _fits(self, source: Source) -> bool:
        # Lines of five numbers are boxes; longer ones are polygons and belong to `yolo-seg`.
        for name in _label_files(source)[:20]:
            for line in text_of(source, name).splitlines():
                if len(line.split()) > 6:
                    return self.segments
        return not self.segments

    def _lines(
        self,
        item: LabeledItem,
        categories: dict[str, Category],
        numbers: dict[str, int],
        losses: Losses,
    ) -> Iterator[str]:
        for annotation in item.document.annotations:
            if annotation.shape is None or annotation.category not in categories:
                losses.drop(item.name, "tag", "YOLO has no place for tags of the whole item")
                continue
            if annotation.attributes:
                losses.drop(item.name, "attributes", "YOLO has no place for attributes")
            for numbers_of in self._numbers(annotation.shape, item, losses):
                shown = " ".join(f"{value:.{DIGITS}g}" for value in numbers_of)
                yield f"{numbers[annotation.category]} {shown}"

    def _numbers(self, shape: Shape, item: LabeledItem, losses: Losses) -> Iterator[list[float]]:
        if isinstance(shape, Box):
            losses.keep()
        else:
            kind = "polygon" if isinstance(shape, Polygon) else "mask"
            losses.drop(item.name, kind, "only its box is written; the outline is lost")
        left, top, right, bottom = shape.bounds
        wide, high = max(1, item.width), max(1, item.height)
        yield [
            (left + right) / 2 / wide,
            (top + bottom) / 2 / high,
            (right - left) / wide,
            (bottom - top) / high,
        ]


class YoloSegment(Yolo):
    """YOLO polygons."""

    name = "yolo-seg"
    title = "YOLO (segment)"
    keeps = frozenset({"polygon"})
    about = "One text file a picture, shares of its size. Polygons without holes; boxes become polygons."
    segments = True

    def _numbers(self, shape: Shape, item: LabeledItem, losses: Losses) -> Iterator[list[float]]:
        wide, high = max(1, item.width), max(1, item.height)
        if isinstance(shape, Polygon):
            ring = max((part[0] for part in shape.parts), key=ring_area)
            whole = len(shape.parts) == 1 and len(shape.parts[0]) == 1
            if whole:
                losses.keep()
            else:
                reason = "a line holds one ring; holes and further parts are lost"
                losses.drop(item.name, "polygon", reason)
        elif isinstance(shape, Box):
            left, top, right, bottom = shape.bounds
            ring = (Point(left, top), Point(right, top), Point(right, bottom), Point(left, bottom))
            losses.convert(item.name, "box", "a box is written as a polygon of four corners, exactly")
        else:
            losses.drop(item.name, "mask", "YOLO has no place for masks")
            return
        yield [value for x, y in ring for value in (x / wide, y / high)]


def _names(source: Source) -> list[str]:
    for name in source.names():
        base = PurePosixPath(name).name
        if base in ("data.yaml", "dataset.yaml", "data.yml"):
            return _yaml_names(source, name)
        if base in ("classes.txt", "obj.names"):
            return [line.strip() for line in text_of(source, name).splitlines() if line.strip()]
    return []


def _yaml_names(source: Source, name: str) -> list[str]:
    try:
        raw: object = yaml.safe_load(text_of(source, name))
    except (yaml.YAMLError, RecursionError) as error:
        raise UnreadableLabels(name, "", f"this is no YAML: {error}") from None
    listed: object = cast("dict[str, object]", raw).get("names") if isinstance(raw, dict) else None
    if isinstance(listed, dict):
        entries = cast("dict[Any, object]", listed)
        return [str(entries[key]) for key in sorted(entries, key=str if _mixed(entries) else int)]
    if isinstance(listed, list):
        return [str(entry) for entry in cast("list[object]", listed)]
    raise UnreadableLabels(name, "names", "there is no list of names")


def _mixed(entries: dict[Any, object]) -> bool:
    return not all(isinstance(key, int) for key in entries)


def _label_files(source: Source) -> list[str]:
    skipped = ("classes.txt", "train.txt", "val.txt", "test.txt", "readme.txt", "labels.txt", "license.txt")
    return [
        name
        for name in source.names()
        if name.lower().endswith(".txt") and PurePosixPath(name).name.lower() not in skipped
    ]


def _item(
    source: Source, name: str, categories: list[str], pictures: dict[str, str], faults: list[Fault]
) -> LabeledItem:
    path = PurePosixPath(name).with_suffix("")
    parts = ["images" if part == "labels" else part for part in path.parts]
    picture = pictures.get(str(PurePosixPath(*parts))) or pictures.get(str(path))
    width, height = _size(source, picture)
    annotations: list[Annotation] = []
    for number, line in enumerate(text_of(source, name).splitlines(), 1):
        if not line.strip():
            continue
        made = _annotation(line.split(), number, categories, width, height)
        if isinstance(made, str):
            faults.append(Fault(file=name, place=f"line {number}", reason=made))
        else:
            annotations.append(made)
    split = next((part for part in path.parts if part in SPLITS), None)
    # Without the picture the shares stay shares, on a picture of 1 × 1: whoever knows its size scales.
    shown = PurePosixPath(picture).name if picture else path.name
    document = Document(annotations=tuple(annotations))
    return LabeledItem(shown, width, height, document, split)


def _size(source: Source, picture: str | None) -> tuple[int, int]:
    if picture is None:
        return 0, 0
    try:
        with Image.open(BytesIO(source.read(picture))) as image:
            turned = image.getexif().get(0x0112, 1) in (5, 6, 7, 8)
            return (image.height, image.width) if turned else image.size
    except (UnidentifiedImageError, OSError, ValueError, Image.DecompressionBombError):
        return 0, 0


def _annotation(
    words: list[str], number: int, categories: list[str], width: int, height: int
) -> Annotation | str:
    try:
        index = int(words[0])
        values = [float(word) for word in words[1:]]
    except ValueError:
        return f"“{' '.join(words)[:60]}” are not all numbers"
    if not 0 <= index < len(categories):
        return f"there is no class {index}: {len(categories)} are named"
    wide, high = width or 1, height or 1
    try:
        shape = _shape(values, wide, high)
    except (InvalidShape, ValueError) as error:
        return str(error)
    return Annotation(id=str(number), category=categories[index], shape=shape)


def _shape(values: list[float], wide: int, high: int) -> Shape:
    if len(values) in (4, 5):  # a fifth number is a model's score
        x, y, w, h = values[:4]
        return Box(
            left=(x - w / 2) * wide,
            top=(y - h / 2) * high,
            right=(x + w / 2) * wide,
            bottom=(y + h / 2) * high,
        )
    if len(values) < 6 or len(values) % 2:
        raise ValueError(
            f"a line has 4 numbers (a box) or 6 and more in pairs (a polygon), not {len(values)}"
        )
    ring = tuple(Point(x * wide, y * high) for x, y in zip(values[::2], values[1::2], strict=True))
    return Polygon(parts=((ring,),))


def _data_yaml(names: list[str], splits: set[str]) -> str:
    content: dict[str, object] = {"path": ".", "train": "images/train", "val": "images/val"}
    if "val" not in splits:
        content["val"] = "images/train"
    if "test" in splits:
        content["test"] = "images/test"
    content["names"] = dict(enumerate(names))
    return yaml.safe_dump(content, sort_keys=False, allow_unicode=True)
