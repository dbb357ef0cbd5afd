"""Reading TFRecord files one record at a time; a bad object is a fault with its record."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import PurePosixPath
from typing import IO, Any, cast

import msgspec
import numpy as np

from labelwright.core.document import Annotation, Document, Evidence
from labelwright.core.errors import LabelwrightError, UnreadableLabels
from labelwright.core.shapes import Box, Mask, Shape
from labelwright.formats.fields import plain_attributes, plain_flags
from labelwright.formats.folder import Source
from labelwright.formats.format import LabeledItem, Reading
from labelwright.formats.json_reading import tried
from labelwright.formats.pbtxt import labels_of, maps_of
from labelwright.formats.pictures import Pictures
from labelwright.formats.report import Fault
from labelwright.formats.rle import windowed
from labelwright.formats.shares import sized
from labelwright.formats.splits import split_of_file
from labelwright.formats.tables import path_of
from labelwright.formats.tf_example import TAIL, Example, is_head, parsed, records
from labelwright.media.decode import ImageLimits, opened, orientation_of

FLAGS = ("difficult", "truncated", "group_of", "is_crowd")
_FILE = re.compile(r"\.(tfrecords?|records?)($|-\d+-of-\d+)|tfrecords?-\d+-of-\d+$")
_ENDINGS = {"JPEG": ".jpg", "PNG": ".png", "GIF": ".gif", "BMP": ".bmp", "WEBP": ".webp"}
_OBJECT = "image/object/"

Raw = dict[str, Any]
Labels = dict[int, str]


def recognize(source: Source) -> str | None:
    """Files that begin with a record of TensorFlow, and speak of images."""
    found = _files(source)
    return f"{found[0]} begins with a record of TensorFlow that has image features" if found else None


def read(source: Source) -> Reading:
    """Every file of records. Raises UnreadableLabels if there is none."""
    files = _files(source)
    if not files:
        raise UnreadableLabels(source.name, "", "there is no file of TensorFlow's records")
    reading = Reading([], iter(()))
    labels = _labels(source, reading)
    known = dict.fromkeys(word for listed in labels.values() for word in listed.values())
    seen, twice = set[str](), set[str]()  # names that stand in two records: the file tells them apart
    for file in files:
        with source.open(file) as stream:
            for _, data in records(stream, file, [], checked=False):
                known.update(dict.fromkeys(_used(data, _nearest(labels, file))))
                name = _named(data)
                (twice if name in seen else seen).add(name)
    reading.categories = list(known)
    reading.items = _items(source, files, labels, twice, reading)
    return reading


def _items(
    source: Source, files: list[str], labels: dict[str, Labels], twice: set[str], reading: Reading
) -> Iterator[LabeledItem]:
    pictures, inside = Pictures(source), _Inside(source)
    for file in files:
        with source.open(file) as stream:
            for number, data in records(stream, file, reading.faults):
                place = f"record {number}"
                record = _Record(file, place, reading.faults, _nearest(labels, file), pictures)
                made = tried(lambda d=data, r=record: r.item(d), file, place, reading.faults)
                if made is None:
                    continue
                if record.has_picture:
                    start = stream.tell() - len(data) - TAIL
                    made = replace(made, media=inside.picture(file, start, len(data)))
                yield replace(made, name=f"{record.stem}/{made.name}") if made.name in twice else made


class _Inside:
    """Pictures inside of records, read again when they are wanted."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._open: dict[str, IO[bytes]] = {}  # a file of an archive is unpacked once

    def picture(self, file: str, start: int, length: int) -> Callable[[], bytes]:
        """Gives the picture of the record whose data is there."""

        def read() -> bytes:
            if file not in self._open:
                self._open[file] = self._source.open(file)
            self._open[file].seek(start)
            encoded = parsed(self._open[file].read(length)).get("image/encoded", ())
            return next(value for value in encoded if isinstance(value, bytes))

        return read


class _Record:
    """One record and what it says."""

    def __init__(
        self, file: str, place: str, faults: list[Fault], labels: Labels, pictures: Pictures
    ) -> None:
        self._file, self._place, self._faults = file, place, faults
        self._labels, self._pictures = labels, pictures
        self.has_picture, self.stem = False, PurePosixPath(file).stem
        self._example: Example = {}

    def item(self, data: bytes) -> LabeledItem:
        """The item of the record. Raises ValueError."""
        self._example = parsed(data)
        encoded = self._bytes("image/encoded")
        image = encoded[0] if encoded and encoded[0] else None
        size, ending = _measured(image, self._place) if image is not None else ((0, 0), "")
        name = self._name(ending)
        found = self._pictures.find(name) if image is None else None
        if not all(size):
            size = self._size()
        if found and not all(size):
            size = self._pictures.size(found)
        boxes, masks = self._objects(size)
        self.has_picture = image is not None
        media = self._pictures.media(found) if found else None
        whole = LabeledItem(name, *size, Document(annotations=boxes), split_of_file(self._file), media=media)
        item = sized(whole, self._file, self._faults)
        placed = {int(a.id): a for a in (*item.document.annotations, *masks)}
        return replace(item, document=Document(annotations=tuple(placed[n] for n in sorted(placed))))

    def _size(self) -> tuple[int, int]:
        width, height = (next(iter(self._ints(f"image/{side}")), 0) for side in ("width", "height"))
        return (width, height) if 0 < width < 10**8 and 0 < height < 10**8 else (0, 0)

    def _objects(self, size: tuple[int, int]) -> tuple[tuple[Annotation, ...], list[Annotation]]:
        """Boxes in shares and tags, and masks in pixels; their ids are their places."""
        names = ("xmin", "ymin", "xmax", "ymax")
        edges = [self._floats(f"{_OBJECT}bbox/{name}") for name in names]
        texts, numbers = self._bytes(f"{_OBJECT}class/text"), self._ints(f"{_OBJECT}class/label")
        drawn, kinds = self._bytes(f"{_OBJECT}mask"), self._bytes(f"{_OBJECT}kind")
        count = max(len(edges[0]), len(texts), len(numbers))
        boxes: list[Annotation] = []
        masks: list[Annotation] = []
        for place in range(count):
            at = f"{self._place}, object {place + 1}"
            is_box = place >= len(drawn) or not drawn[place] or kinds[place : place + 1] == [b"box"]
            if is_box:
                one = tried(lambda p=place: self._marked(p, _box(edges, p)), self._file, at, self._faults)
                boxes.extend([one] if one is not None else [])
                continue
            png = drawn[place]
            one = tried(lambda p=place, d=png: self._marked(p, _mask(d, size)), self._file, at, self._faults)
            masks.extend([one] if one is not None else [])
        return (*boxes, *self._tags(count)), masks

    def _marked(self, place: int, shape: Shape) -> Annotation:
        texts, numbers = self._bytes(f"{_OBJECT}class/text"), self._ints(f"{_OBJECT}class/label")
        category = _called(texts, numbers, place, self._labels)
        if not category:
            raise ValueError("it has no class")
        details = self._bytes(f"{_OBJECT}details")[place : place + 1]
        said: Raw = msgspec.json.decode(details[0], type=Raw) if details and details[0] else {}
        flags = plain_flags(said.get("flags"))
        for flag in FLAGS:
            if any(self._ints(_OBJECT + flag)[place : place + 1]):
                flags[flag] = True
        scores = self._floats(f"{_OBJECT}score") or self._floats(f"{_OBJECT}weight")
        score = scores[place] if place < len(scores) and 0 <= scores[place] < 2 else None
        given, group = said.get("attributes"), said.get("group")
        attributes = plain_attributes(cast("Raw", given)) if isinstance(given, dict) else {}
        return Annotation(
            id=str(place + 1),
            category=category,
            shape=shape,
            attributes=attributes,
            flags=flags,
            group=group if isinstance(group, str) else None,
            evidence=Evidence(score=score),
        )

    def _tags(self, first: int) -> Iterator[Annotation]:
        texts, numbers = self._bytes("image/class/text"), self._ints("image/class/label")
        for place in range(max(len(texts), len(numbers))):
            word = _called(texts, numbers, place, self._labels)
            if word:
                yield Annotation(id=str(first + place + 1), category=word)

    def _name(self, ending: str) -> str:
        for key in ("image/filename", "image/source_id"):
            given = self._bytes(key)
            if given and given[0].strip():
                name = path_of(given[0].decode("utf-8", "replace"))
                return name if PurePosixPath(name).suffix else name + ending
        return f"{PurePosixPath(self._file).stem}_{self._place.split()[-1]}{ending}"

    def _bytes(self, key: str) -> list[bytes]:
        return [value for value in self._example.get(key, ()) if isinstance(value, bytes)]

    def _floats(self, key: str) -> list[float]:
        return [float(value) for value in self._example.get(key, ()) if isinstance(value, int | float)]

    def _ints(self, key: str) -> list[int]:
        return [value for value in self._example.get(key, ()) if isinstance(value, int)]


def _box(edges: list[list[float]], place: int) -> Box:
    if any(place >= len(values) for values in edges):
        raise ValueError("its box has not all four edges")
    left, top, right, bottom = (values[place] for values in edges)
    return Box(left=left, top=top, right=right, bottom=bottom)


def _mask(png: bytes, size: tuple[int, int]) -> Mask:
    """The mask of a picture of the item's size. Raises ValueError, UnreadableImage, InvalidShape."""
    with opened(png, "its mask", ImageLimits()) as image:
        pixels = np.asarray(image.convert("L")) > 0
    high, wide = pixels.shape
    if all(size) and (wide, high) != size:
        raise ValueError(f"its mask is {wide} × {high}, the picture {size[0]} × {size[1]}")
    return windowed(pixels)


def _called(texts: list[bytes], numbers: list[int], place: int, labels: Labels) -> str:
    """The class of an object: its text, else its number in the label map."""
    if place < len(texts) and texts[place].strip():
        return texts[place].decode("utf-8", "replace")
    if place < len(numbers) and numbers[place] > 0:
        return labels.get(numbers[place], str(numbers[place]))
    return ""


def _named(data: bytes) -> str:
    try:
        given = parsed(data).get("image/filename", ())
    except ValueError:
        return ""
    return next((value.decode("utf-8", "replace") for value in given if isinstance(value, bytes)), "")


def _used(data: bytes, labels: Labels) -> Iterator[str]:
    """The classes of a record; what is wrong is said when it is read."""
    try:
        example = parsed(data)
    except ValueError:
        return
    for base in (f"{_OBJECT}class/", "image/class/"):
        texts = [value for value in example.get(f"{base}text", ()) if isinstance(value, bytes)]
        numbers = [value for value in example.get(f"{base}label", ()) if isinstance(value, int)]
        for place in range(max(len(texts), len(numbers))):
            word = _called(texts, numbers, place, labels)
            if word:
                yield word


def _measured(data: bytes, name: str) -> tuple[tuple[int, int], str]:
    try:
        with opened(data, name, ImageLimits()) as image:
            ending = _ENDINGS.get(str(image.format), "")
            return ((image.height, image.width) if orientation_of(image) > 4 else image.size), ending
    except LabelwrightError:
        return (0, 0), ""


def _labels(source: Source, reading: Reading) -> dict[str, Labels]:
    """The classes by number of each label map."""
    found: dict[str, Labels] = {}
    for name in maps_of(source):
        listed = tried(lambda name=name: labels_of(source, name), name, "", reading.faults)
        if listed is not None:
            found[name] = dict(sorted(listed.items()))
    return found


def _nearest(labels: dict[str, Labels], file: str) -> Labels:
    """The label map in the folder of a file, else the first."""
    folder = PurePosixPath(file).parent
    beside = [listed for name, listed in labels.items() if PurePosixPath(name).parent == folder]
    chosen = beside or list(labels.values())
    return chosen[0] if chosen else {}


def _files(source: Source) -> list[str]:
    found: list[str] = []
    for name in source.names():
        if _FILE.search(PurePosixPath(name).name.casefold()):
            start = source.start(name)
            if not start or (is_head(start[:12]) and (b"image/" in start or len(start) > 60_000)):
                found.append(name)
    return found
