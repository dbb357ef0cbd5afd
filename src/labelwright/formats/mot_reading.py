"""Reading MOTChallenge's sequences; what the files are stands in `mot.py`.

Rows come in any order, often track by track, so those of one sequence are held, as plain numbers.
"""

from array import array
from collections.abc import Iterator
from csv import Error as CsvError
from csv import reader
from dataclasses import dataclass
from math import isfinite, nan
from pathlib import PurePosixPath
from typing import NamedTuple

import numpy as np

from labelwright.core.document import Annotation, Document, Evidence
from labelwright.core.errors import InvalidShape, LabelwrightError, UnreadableLabels
from labelwright.core.shapes import Box
from labelwright.formats.folder import Source, text_of
from labelwright.formats.format import LabeledItem, Reading
from labelwright.formats.json_reading import tried
from labelwright.formats.listing import lines_of
from labelwright.formats.pictures import Pictures
from labelwright.formats.report import Fault
from labelwright.formats.splits import split_of
from labelwright.formats.tables import path_of

COLUMNS = 9
LONGEST_LINE = 10_000
LONGEST_SEQUENCE = 10_000_000  # frames
PEDESTRIAN = "pedestrian"
MOT16 = (
    PEDESTRIAN,
    "person on vehicle",
    "car",
    "bicycle",
    "motorbike",
    "non motorized vehicle",
    "static person",
    "distractor",
    "occluder",
    "occluder on the ground",
    "occluder full",
    "reflection",
    "crowd",
)
NAMES = "names.txt"
ENDS = ("gt/gt.txt", "det/det.txt")


@dataclass(frozen=True)
class _Info:
    """What `seqinfo.ini` says."""

    folder: str = "img1"
    length: int = 0
    width: int = 0
    height: int = 0
    ending: str = ".jpg"


class _Rows(NamedTuple):
    file: str
    root: str
    labels: list[str]


def recognize(source: Source) -> str | None:
    """A table of truths or detections with rows of numbers."""
    for name in _tables(source):
        first = source.start(name, 2000).decode("utf-8", "replace").splitlines()[:1]
        values = [_number(word) for word in first[0].split(",")] if first else []
        if 7 <= len(values) <= 10 and all(isfinite(value) for value in values):
            return f"{name} has rows of frames, tracks and boxes"
        if not first and any(other.endswith("seqinfo.ini") for other in source.names()):
            return f"{name} lies beside a seqinfo.ini"
    return None


def read(source: Source) -> Reading:
    """Every sequence; detections only where no sequence has truths."""
    files = _tables(source)
    truths = [name for name in files if name.endswith(ENDS[0])]
    if not files:
        raise UnreadableLabels(source.name, "", "there is no gt/gt.txt and no det/det.txt")
    reading = Reading([], iter(()))
    if truths and len(truths) < len(files):
        reading.notes.append("Detections (det/det.txt) are not read, because there are true boxes.")
    known: dict[str, None] = {}
    tables: list[_Rows] = []
    for name in truths or files:
        root = str(PurePosixPath(name).parent.parent) + "/"
        root = "" if root == "./" else root
        listed = next((n for n in (f"{root}gt/labels.txt", f"{root}labels.txt") if n in source.names()), None)
        labels = lines_of(source, listed, reading.faults) if listed else []
        labels = [label.strip() for label in labels]
        while labels and not labels[-1]:
            labels.pop()
        used = labels or [_label(number, labels) for number in _classes(source, name)]
        known |= dict.fromkeys(label for label in used if label)
        tables.append(_Rows(name, root, labels))
    reading.categories = list(known)
    reading.items = _items(source, tables, reading)
    return reading


def name_of(root: str, file: str) -> str:
    """The name of a frame's item: its file in the folder of its sequence, without the split."""
    parts = [part for part in root.split("/") if part]
    place = _split_place(parts)
    return "/".join([*(part for n, part in enumerate(parts) if n != place), file])


def _split_place(parts: list[str]) -> int | None:
    return next((n for n in reversed(range(len(parts))) if split_of(parts[n])), None)


def _tables(source: Source) -> list[str]:
    return [name for name in source.names() if any(name == e or name.endswith(f"/{e}") for e in ENDS)]


def _number(word: str) -> float:
    try:
        return float(word)
    except ValueError:
        return nan


def _label(number: float, labels: list[str]) -> str:
    if not isfinite(number) or number < 1:
        return labels[0] if len(labels) == 1 else PEDESTRIAN
    place = int(number) - 1
    if labels:
        return labels[place] if place < len(labels) else ""
    return MOT16[place] if place < len(MOT16) else f"class {place + 1}"


def _lines(source: Source, name: str) -> Iterator[tuple[int, list[float]]]:
    with source.open(name) as file:
        for number, line in enumerate(iter(lambda: file.readline(LONGEST_LINE), b""), 1):
            words = line.decode("utf-8", "replace").strip().lstrip("\ufeff")
            if words:
                yield number, [_number(word) for word in words.replace(";", ",").split(",")]


def _class(values: list[float]) -> float:
    # MOT15 has ten columns, the last three of them a place in the world.
    return values[7] if 8 <= len(values) <= 9 else -1


def _classes(source: Source, name: str) -> list[float]:
    return sorted(
        {number if isfinite(number) else -1 for number in (_class(v) for _, v in _lines(source, name))}
    )


def _info(source: Source, root: str, faults: list[Fault]) -> _Info:
    name = f"{root}seqinfo.ini"
    if name not in source.names():
        return _Info()
    try:
        pairs = (line.partition("=") for line in text_of(source, name).splitlines())
        said = {key.strip().casefold(): value.strip() for key, _, value in pairs}
        length, width, height = (int(said.get(key) or 0) for key in ("seqlength", "imwidth", "imheight"))
        if min(length, width, height) < 0 or max(length, width, height) > LONGEST_SEQUENCE:
            raise ValueError("its numbers are those of no sequence")
    except (LabelwrightError, ValueError) as error:
        reason = error.message if isinstance(error, LabelwrightError) else str(error)
        faults.append(Fault(file=name, place="", reason=reason))
        return _Info()
    folder = PurePosixPath(said.get("imdir") or "img1").name
    return _Info(folder, length, width, height, said.get("imext") or ".jpg")


def _names(source: Source, root: str, faults: list[Fault]) -> dict[int, str]:
    """The names that our own files have for frames."""
    if f"{root}{NAMES}" not in source.names():
        return {}
    named: dict[int, str] = {}
    for number, line in enumerate(lines_of(source, f"{root}{NAMES}", faults), 1):
        made = tried(lambda line=line: _named(line), f"{root}{NAMES}", f"line {number}", faults)
        if made is not None:
            named[made[0]] = made[1]
    return named


def _named(line: str) -> tuple[int, str]:
    try:
        ((frame, name),) = reader([line])
    except CsvError as error:
        raise ValueError(str(error)) from None
    return int(frame), path_of(name)


def _items(source: Source, tables: list[_Rows], reading: Reading) -> Iterator[LabeledItem]:
    pictures = Pictures(source)
    for table in tables:
        info = _info(source, table.root, reading.faults)
        named = _names(source, table.root, reading.faults)
        held, lines = _held(source, table.file, reading.faults)
        rows = np.frombuffer(held, dtype=np.float64).reshape(-1, COLUMNS)
        order = np.argsort(rows[:, 0], kind="stable")
        frames = rows[order, 0].astype(np.int64)
        seen = _pictures_of(pictures, table.root + info.folder)
        numbers = sorted({*seen, *named}) if seen or named else range(1, info.length + 1)
        for frame in _merged(numbers, np.unique(frames).tolist()):
            first, end = np.searchsorted(frames, [frame, frame + 1]).tolist()
            made: list[Annotation] = []
            for place, row in enumerate(map(int, order[first:end]), 1):
                annotation = _made(rows[row].tolist(), lines[row], place, table, reading)
                if annotation is not None:
                    made.append(annotation)
            picture = seen.get(frame)
            file = PurePosixPath(picture).name if picture else f"{frame:06}{info.ending}"
            width, height = info.width, info.height
            if picture and not (width and height):
                width, height = pictures.size(picture)
            parts = [part for part in table.root.split("/") if part]
            place = _split_place(parts)
            yield LabeledItem(
                named.get(frame) or name_of(table.root, file),
                width,
                height,
                Document(annotations=tuple(made)),
                split_of(parts[place]) if place is not None else None,
                media=pictures.media(picture) if picture else None,
            )


def _merged(one: list[int] | range, other: list[int]) -> Iterator[int]:
    if isinstance(one, range):
        yield from one
        yield from (frame for frame in other if frame not in one)
    else:
        yield from sorted({*one, *other})


def _pictures_of(pictures: Pictures, folder: str) -> dict[int, str]:
    found: dict[int, str] = {}
    for name in pictures.names:
        path = PurePosixPath(name)
        if str(path.parent) == folder and path.stem.isdecimal():
            found.setdefault(int(path.stem), name)
    return found


def _held(source: Source, name: str, faults: list[Fault]) -> tuple["array[float]", "array[int]"]:
    """The numbers of all good rows one after the other, and their lines."""
    held: array[float] = array("d")
    lines: array[int] = array("q")
    for line, values in _lines(source, name):
        reason = _against(values)
        if reason:
            faults.append(Fault(file=name, place=f"line {line}", reason=reason))
            continue
        score = values[6] if len(values) > 6 else nan
        visibility = values[8] if len(values) == COLUMNS else nan
        held.extend([*values[:6], score, _class(values), visibility])
        lines.append(line)
    return held, lines


def _against(values: list[float]) -> str | None:
    if len(values) < 6:
        return f"a row has at least 6 columns; this one has {len(values)}"
    if not all(isfinite(value) for value in values[:6]):
        return "its frame, its track or its box is no number"
    if not 0 <= values[0] <= LONGEST_SEQUENCE or values[0] != int(values[0]):
        return f"{values[0]:g} is no number of a frame"
    return None


def _made(values: list[float], line: int, place: int, table: _Rows, reading: Reading) -> Annotation | None:
    _, track, left, top, width, height, score, number, visibility = values
    label = _label(number, table.labels)
    reason = "" if label else f"there is no class {number:g} in the list of classes"
    flags: dict[str, bool | float | str] = {}
    if track > 0:
        flags["track"] = track
    is_truth = table.file.endswith(ENDS[0])
    if is_truth and score == 0:
        flags["ignored"] = True
    if is_truth and isfinite(visibility) and visibility not in (1, -1):
        flags["visibility"] = visibility
    try:
        box = Box(left=left - 1, top=top - 1, right=left - 1 + width, bottom=top - 1 + height)
    except InvalidShape as error:
        reason = error.message
    else:
        if label:
            if label not in reading.categories:
                reading.categories.append(label)
            said = score if not is_truth and isfinite(score) else None
            return Annotation(
                id=str(place), category=label, shape=box, flags=flags, evidence=Evidence(score=said)
            )
    reading.faults.append(Fault(file=table.file, place=f"line {line}", reason=reason))
    return None
