"""Reading ICDAR's tasks; what the files are stands in `icdar.py`."""

import re
from collections.abc import Iterator
from fnmatch import fnmatch
from math import isfinite
from pathlib import PurePosixPath

import numpy as np
from numpy.typing import NDArray

from labelwright.core.document import Annotation, AttributeValue, Document
from labelwright.core.errors import LabelwrightError, UnreadableLabels
from labelwright.core.shapes import Box, Point, Shape, polygon_of
from labelwright.formats.folder import Source
from labelwright.formats.format import LabeledItem, Reading
from labelwright.formats.json_reading import tried
from labelwright.formats.listing import lines_of
from labelwright.formats.pictures import LARGEST, Pictures, is_picture
from labelwright.formats.report import Fault
from labelwright.formats.rle import windowed
from labelwright.formats.splits import split_of, split_of_folders
from labelwright.formats.turned import turned_box
from labelwright.media.decode import ImageLimits, opened

TEXT, IGNORED, UNCARED, ENDING = "text", "ignored", "###", ".png"
COLORS = ("_GT.bmp", "_GT.png")
_WORD = re.compile(r"(?P<name>.*?\.[A-Za-z]{3,4}),\s*(?P<said>\".*\"|.*)")
_NUMBER = re.compile(r"\s*(-?[0-9.]+(?:[eE][-+]?[0-9]+)?)\s*(,|\s|$)", re.ASCII)

Flags = dict[str, bool | float | str]


def _located(source: Source) -> list[str]:
    return [n for n in source.names() if fnmatch(PurePosixPath(n).name, "gt_*.txt")]


def _segmented(source: Source) -> list[str]:
    return [name for name in source.names() if name.endswith("_GT.txt")]


def _worded(source: Source) -> list[str]:
    found = [n for n in source.names() if PurePosixPath(n).name in ("gt.txt", "rec_gt.txt")]
    return [n for n in found if PurePosixPath(n).parent.name != "gt"]


def recognize_words(source: Source) -> str | None:
    """A list of pictures and texts."""
    for name in _worded(source):
        lines = source.start(name).decode("utf-8-sig", "replace").splitlines()
        match = _WORD.fullmatch(lines[0].strip()) if lines else None
        if match is not None and is_picture(match["name"]):
            return f"{name} lists pictures with their texts, as ICDAR"
    return None


def recognize_characters(source: Source) -> str | None:
    """Text files beside pictures of colored characters."""
    names = set(source.names())
    found = [n for n in _segmented(source) if any(n[:-7] + ending in names for ending in COLORS)]
    return f"{found[0]} lies beside a picture of ICDAR's colored characters" if found else None


def recognize(source: Source) -> str | None:
    """Files of text localization."""
    for name in _located(source):
        for line in source.start(name, 4000).decode("utf-8-sig", "replace").splitlines()[:1]:
            numbers, _ = _parted(line)
            if len(numbers) in (4, 8):
                return f"{name} has ICDAR's lines of places and texts"
    empty = _located(source)
    if empty and not any(source.start(name, 10).strip() for name in empty):
        return f"{empty[0]} has ICDAR's name"
    return None


def read(source: Source) -> Reading:
    """Every file of the three tasks."""
    located, segmented, worded = _located(source), _segmented(source), _worded(source)
    if not located and not segmented and not worded:
        raise UnreadableLabels(source.name, "", "there is no gt_NAME.txt, NAME_GT.txt or gt.txt")
    reading = Reading([TEXT], iter(()))
    pictures = Pictures(source, but=[f"*{ending}" for ending in COLORS])

    def items() -> Iterator[LabeledItem]:
        for name in located:
            path = PurePosixPath(name)
            made = _lines(source, name, reading)
            yield _item(str(path.parent / path.stem.removeprefix("gt_")), made, name, pictures)
        for name in segmented:
            yield _item(name[:-7], _characters(source, name, reading), name, pictures)
        for name in worded:
            yield from _words(source, name, pictures, reading)

    reading.items = items()
    return reading


def _item(path: str, made: list[Annotation], file: str, pictures: Pictures) -> LabeledItem:
    """The item of a file, whose path has the folder of the split."""
    parts = PurePosixPath(path).parts
    place = next((n for n, part in enumerate(parts[:-1]) if split_of(part)), None)
    base = "/".join(parts[: place + 1]) if place is not None else ""
    name = "/".join(parts[place + 1 :] if place is not None else parts)
    wanted = f"{base}/images/{name}".lstrip("/")
    picture = pictures.find(wanted) or pictures.find(name)
    width, height = pictures.size(picture) if picture else (0, 0)
    ending = PurePosixPath(picture).suffix if picture else ENDING
    media = pictures.media(picture) if picture else None
    full = name if is_picture(name) else name + ending
    return LabeledItem(
        full, width, height, Document(annotations=tuple(made)), split_of_folders(file), media=media
    )


def _said(text: str) -> tuple[dict[str, AttributeValue], Flags]:
    if text.strip() == UNCARED:
        return {}, {IGNORED: True}
    return ({TEXT: text} if text else {}), {}


def _parted(line: str) -> tuple[list[float], str]:
    """The numbers of a line, four or eight of them, and the text behind them."""
    numbers: list[float] = []
    rest = line.strip().lstrip("\ufeff")
    while len(numbers) < 8 and (match := _NUMBER.match(rest)) is not None:
        try:
            numbers.append(float(match[1]))
        except ValueError:
            break
        rest = rest[match.end() :]
    if 4 < len(numbers) < 8:  # a text of digits behind the edges of a box
        count = len(numbers) - 4
        rest = " ".join([*line.strip().replace(",", " ").split()[4 : 4 + count], rest]).strip()
        numbers = numbers[:4]
    rest = rest.strip()
    quotes = len(rest) > 1 and rest[0] == rest[-1] == '"'
    return numbers, rest[1:-1] if quotes else rest


def _lines(source: Source, name: str, reading: Reading) -> list[Annotation]:
    made: list[Annotation] = []
    for number, line in enumerate(lines_of(source, name, reading.faults), 1):
        if line.strip():
            entry = tried(lambda line=line, n=number: _line(line, n), name, f"line {number}", reading.faults)
            made += [] if entry is None else [entry]
    return made


def _line(line: str, number: int) -> Annotation:
    numbers, text = _parted(line)
    if len(numbers) not in (4, 8) or not all(map(isfinite, numbers)):
        raise ValueError("a line has four edges or four corners, and a text")
    attributes, flags = _said(text)
    if len(numbers) == 4:
        left, top, right, bottom = numbers
        shape: Shape = Box(left=left, top=top, right=right, bottom=bottom)
    else:
        corners = tuple(Point(x, y) for x, y in zip(numbers[::2], numbers[1::2], strict=True))
        shape = turned_box(corners) or polygon_of(corners)
    return Annotation(id=str(number), category=TEXT, shape=shape, attributes=attributes, flags=flags)


def _words(source: Source, name: str, pictures: Pictures, reading: Reading) -> Iterator[LabeledItem]:
    folder = PurePosixPath(name).parent
    for number, line in enumerate(lines_of(source, name, reading.faults), 1):
        if not line.strip():
            continue
        match = _WORD.fullmatch(line.strip())
        if match is None or ".." in PurePosixPath(match["name"]).parts:
            reason = "a line has the name of a picture and its text"
            reading.faults.append(Fault(file=name, place=f"line {number}", reason=reason))
            continue
        said = match["said"]
        if len(said) > 1 and said[0] == said[-1] == '"':
            said = re.sub(r"\\(.)", r"\1", said[1:-1])
        elif not said:
            yield _item(str(folder / match["name"]), [], name, pictures)
            continue
        attributes, flags = _said(said)
        made = [Annotation(id="1", category=TEXT, attributes=attributes, flags=flags)]
        yield _item(str(folder / match["name"]), made, name, pictures)


def _characters(source: Source, name: str, reading: Reading) -> list[Annotation]:
    """The characters of a segmentation, those of one word in a group."""
    files = [name[:-7] + ending for ending in COLORS if name[:-7] + ending in source.names()]
    if not files:
        if any(line.strip() for line in lines_of(source, name, reading.faults)):
            reason = "there is no picture of colors beside it"
            reading.faults.append(Fault(file=name, place="", reason=reason))
        return []
    file = files[0]
    try:
        with opened(source.read(file, LARGEST), file, ImageLimits()) as image:
            pixels: NDArray[np.uint8] = np.asarray(image.convert("RGB"))
    except LabelwrightError as error:
        reading.faults.append(Fault(file=file, place="", reason=error.message))
        return []
    colors = pixels.astype(np.uint32) @ np.array([65536, 256, 1], dtype=np.uint32)
    words: list[list[Annotation]] = [[]]
    for number, line in enumerate(lines_of(source, name, reading.faults), 1):
        if not line.strip():
            words.append([])
            continue
        entry = tried(
            lambda line=line, n=number: _character(line, n, colors), name, f"line {number}", reading.faults
        )
        if entry is not None:
            words[-1].append(entry)
    return [
        entry if len(word) == 1 else _grouped(entry, f"word {place}")
        for place, word in enumerate(filter(None, words), 1)
        for entry in word
    ]


def _grouped(entry: Annotation, group: str) -> Annotation:
    return Annotation(
        id=entry.id,
        category=entry.category,
        shape=entry.shape,
        attributes=entry.attributes,
        flags=entry.flags,
        group=group,
    )


def _character(line: str, number: int, colors: NDArray[np.uint32]) -> Annotation:
    words = line.lstrip("#").split(maxsplit=9)
    if len(words) < 9:
        raise ValueError("a line has a color, a center, a box and a character")
    red, green, blue = (int(word) for word in words[:3])
    text = words[9].strip() if len(words) > 9 else ""
    text = text[1:-1] if len(text) > 1 and text[0] == text[-1] == '"' else text
    flags: Flags = {IGNORED: True} if line.startswith("#") else {}
    shape = windowed(colors == (red * 256 + green) * 256 + blue)
    attributes: dict[str, AttributeValue] = {TEXT: text} if text.strip() else {}
    return Annotation(id=str(number), category=TEXT, shape=shape, attributes=attributes, flags=flags)
