"""Reading YOLO's text files, in the layouts that are about.

Classes are named by `names` in a YAML file, or by the lines of `classes.txt` or `*.names`. Label files
are the text files under `labels`, beside a picture, or that begin with a line of numbers. A line's shares
become pixels by the picture beside the label file; where there is none they stay shares, for whoever
knows its size. A picture without a label file may be unlabeled or show nothing: it is only counted.
"""

from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any, cast

from labelwright.core.document import EMPTY, Annotation, Document, Evidence
from labelwright.core.errors import InvalidShape, LabelwrightError, UnreadableLabels
from labelwright.core.shapes import Skeleton
from labelwright.formats.figures import split
from labelwright.formats.folder import Source, text_of
from labelwright.formats.format import LabeledItem, Reading
from labelwright.formats.listing import lines_of, yaml_of
from labelwright.formats.names import stem_of
from labelwright.formats.pictures import size_of
from labelwright.formats.report import Fault
from labelwright.formats.yolo_lines import BOXES, KEYPOINTS, POLYGONS, TASKS, TURNED, Lines, Yaml

SPLITS = ("train", "val", "test")
PICTURES = (".jpg", ".jpeg", ".png", ".bmp", ".webp", ".tif", ".tiff", ".gif", ".avif")
OTHER_TEXTS = frozenset(("classes", "train", "val", "valid", "test", "readme", "labels", "license", "notes"))
LARGEST = 64 * 2**20
SAMPLED = 20
UNEVEN = 2e-3  # of a picture: how far the corners of a turned box may be off, rounded by some tool


def recognize(source: Source, holds: str) -> str | None:
    """Why this looks like YOLO with lines of what it `holds`; None if it does not."""
    classes = _classes_file(source)
    labels = _label_files(source)
    if classes is None or _held(source, classes, labels) != holds:
        return None
    return f"{classes} lists classes, and text files hold lines of {holds}" if labels else None


def read(source: Source, lines: Lines) -> Reading:
    """Everything in the label files. Raises UnreadableLabels if there are none."""
    classes, files = _classes_file(source), _label_files(source)
    if not files and classes is None:
        raise UnreadableLabels(source.name, "", "there is neither data.yaml nor a text file of lines")
    categories = _names(source, classes) if classes else _numbered(source, files)
    notes = [] if classes else ["No file names the classes: they are called by their numbers."]
    lines = lines.told(classes or source.name, _told(source, classes), categories)
    reading = Reading(categories, iter(()), notes=notes, definitions=lines.definitions)
    reading.items = _items(source, files, reading, lines)
    return reading


def _told(source: Source, classes: str | None) -> Yaml:
    """What data.yaml says; nothing if the classes are in a list of another kind."""
    if classes is None or PurePosixPath(classes).suffix not in (".yaml", ".yml"):
        return {}
    raw = yaml_of(source, classes)
    return cast("Yaml", raw) if isinstance(raw, dict) else {}


def _items(source: Source, files: list[str], reading: Reading, lines: Lines) -> Iterator[LabeledItem]:
    pictures = _Pictures(source, reading.faults)
    seen: set[str] = set()
    in_shares = 0
    for file in files:
        picture = pictures.of(file)
        seen.add(picture or "")
        width, height = size_of(source, picture) if picture and picture in pictures.there else (0, 0)
        document = _document(source, file, reading, lines, (width, height))
        name, split = _place(picture or stem_of(file))
        if not width and document.annotations:
            in_shares += 1
        turned_boxes = lines.turned_boxes and not width
        yield LabeledItem(
            name, width, height, document, split, in_shares=not width, turned_boxes=turned_boxes
        )
    without = len(pictures.there - seen)
    if without:
        reading.notes.append(f"{without} pictures have no label file; nothing is said of them.")
    if in_shares:
        reading.notes.append(f"{in_shares} label files have no picture beside them that tells its size.")
    reading.notes.extend(lines.notes())


class _Pictures:
    """Which picture belongs to a label file: one that is there, or one that a list names."""

    def __init__(self, source: Source, faults: list[Fault]) -> None:
        self.there = {name for name in source.names() if name.lower().endswith(PICTURES)}
        self._by_stem = {stem_of(name): name for name in (*_listed(source, faults), *sorted(self.there))}
        self._by_last: dict[str, list[str]] = {}
        for stem, name in self._by_stem.items():
            self._by_last.setdefault(PurePosixPath(stem).name, []).append(name)

    def of(self, file: str) -> str | None:
        """The picture's name, or None."""
        stem = stem_of(file)
        parts = list(PurePosixPath(stem).parts)
        places = [place for place, part in enumerate(parts) if part == "labels"]
        for place in [*reversed(places), None]:
            swapped = [*parts[:place], "images", *parts[place + 1 :]] if place is not None else parts
            found = self._by_stem.get("/".join(swapped))
            if found:
                return found
        beside = self._by_last.get(PurePosixPath(stem).name, [])
        return beside[0] if len(beside) == 1 else None


def _listed(source: Source, faults: list[Fault]) -> Iterator[str]:
    for name in source.names():
        if PurePosixPath(name).name.lower() in ("train.txt", "val.txt", "valid.txt", "test.txt"):
            for line in lines_of(source, name, faults):
                path = line.strip().removeprefix("./")
                if path.lower().endswith(PICTURES) and ".." not in PurePosixPath(path).parts:
                    yield path.lstrip("/")


def _place(path: str) -> tuple[str, str | None]:
    """The name of a picture below its folder of images, and the split that the folders name."""
    parts = list(PurePosixPath(path).parts)
    root = next((place for place, part in enumerate(parts[:-1]) if part in ("images", "labels")), None)
    if root is None:
        return path, None
    before, after = parts[:root], parts[root + 1 :]
    if len(after) > 1 and _split(after[0]):
        return "/".join(after[1:]), _split(after[0])
    return "/".join(after), _split(before[-1]) if before else None


def _split(part: str) -> str | None:
    part = "val" if part == "valid" else part
    return part if part in SPLITS else None


def _classes_file(source: Source) -> str | None:
    for name in source.names():
        path = PurePosixPath(name)
        if path.name in ("classes.txt", "obj.names") or path.suffix == ".names":
            return name
        if path.suffix in (".yaml", ".yml") and b"names" in _bytes(source, name):
            return name
    return None


def _names(source: Source, file: str) -> list[str]:
    if PurePosixPath(file).suffix not in (".yaml", ".yml"):
        return [line.strip() for line in text_of(source, file).splitlines() if line.strip()]
    raw = yaml_of(source, file)
    listed: object = cast("dict[str, object]", raw).get("names") if isinstance(raw, dict) else None
    if isinstance(listed, list):
        return [_word(file, entry) for entry in cast("list[object]", listed)]
    if isinstance(listed, dict):
        return _in_order(file, cast("dict[Any, object]", listed))
    raise UnreadableLabels(file, "names", "there is no list of names")


def _in_order(file: str, entries: dict[Any, object]) -> list[str]:
    """Names by their numbers; a number that is left out keeps its place."""
    try:
        numbered = {int(key): _word(file, entry) for key, entry in entries.items()}
    except (TypeError, ValueError):
        raise UnreadableLabels(file, "names", "the names are not numbered") from None
    if numbered and (min(numbered) < 0 or max(numbered) > 100_000):
        raise UnreadableLabels(file, "names", "the numbers of the names are beyond 0 to 100,000")
    return [numbered.get(number, str(number)) for number in range(max(numbered, default=-1) + 1)]


def _word(file: str, entry: object) -> str:
    if not isinstance(entry, str):
        raise UnreadableLabels(file, "names", "a name is a word, not a list or a table")
    return entry


def _numbered(source: Source, files: list[str]) -> list[str]:
    highest = -1
    for file in files:
        for line in _bytes(source, file).decode("utf-8", "replace").splitlines():
            word = line.split(maxsplit=1)[0] if line.strip() else ""
            if word.isdecimal() and len(word) < 6:
                highest = max(highest, int(word))
    return [str(number) for number in range(highest + 1)]


def _label_files(source: Source) -> list[str]:
    names = source.names()
    stems = {stem_of(name) for name in names if name.lower().endswith(PICTURES)}
    return [name for name in names if name.lower().endswith(".txt") and _is_label_file(source, name, stems)]


def _is_label_file(source: Source, name: str, pictures: set[str]) -> bool:
    path = PurePosixPath(name)
    if "labels" in path.parts[:-1] or stem_of(name) in pictures:
        return True
    return path.stem.lower() not in OTHER_TEXTS and _holds_lines(_bytes(source, name))


def _holds_lines(data: bytes) -> bool:
    words = data[:4000].split(b"\n", 1)[0].split()
    return not data.strip() or (len(words) > 4 and words[0].isdigit())


def _held(source: Source, classes: str, files: list[str]) -> str:
    """What the lines hold: as data.yaml says, else as the first files look."""
    try:
        told = _told(source, classes)
    except LabelwrightError:
        told = {}
    task = told.get("task")
    if isinstance(task, str) and task in TASKS:
        return TASKS[task]
    if "kpt_shape" in told:
        return KEYPOINTS
    lines = [line.split() for file in files[:SAMPLED] for line in _bytes(source, file).splitlines()]
    lines = [words for words in lines if words]
    if not any(len(words) > 6 for words in lines):
        return BOXES
    return TURNED if all(_is_turned(words[1:]) for words in lines) else POLYGONS


def _is_turned(words: list[bytes]) -> bool:
    """Whether four corners are those of a rectangle; in shares it is bent, but its sides stay even."""
    try:
        values = [float(word) for word in words[:8]]
    except ValueError:
        return False
    if len(words) not in (8, 9):
        return False
    x = values[0] + values[4] - values[2] - values[6]
    y = values[1] + values[5] - values[3] - values[7]
    return abs(x) <= UNEVEN and abs(y) <= UNEVEN


def _bytes(source: Source, name: str) -> bytes:
    try:
        return source.read(name, LARGEST)
    except LabelwrightError:
        return b""


def _document(source: Source, file: str, reading: Reading, lines: Lines, size: tuple[int, int]) -> Document:
    try:
        text = text_of(source, file)
    except LabelwrightError as error:
        reading.faults.append(Fault(file=file, place="", reason=error.message))
        return EMPTY
    annotations: list[Annotation] = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        made = _annotations(line.split(), number, reading.categories, lines, size)
        if isinstance(made, str):
            reading.faults.append(Fault(file=file, place=f"line {number}", reason=made))
        else:
            annotations.extend(made)
    return Document(annotations=tuple(annotations))


def _annotations(
    words: list[str], number: int, categories: list[str], lines: Lines, size: tuple[int, int]
) -> tuple[Annotation, ...] | str:
    try:
        index = int(words[0])
        values = [float(word) for word in words[1:]]
    except ValueError:
        return f"“{' '.join(words)[:60]}” are not all numbers"
    if not 0 <= index < len(categories):
        return f"there is no class {index}: {len(categories)} are named"
    try:
        shape, outline, score = lines.made(index, values, *size)
    except InvalidShape as error:
        return error.message
    except (ValueError, OverflowError) as error:
        return str(error)
    evidence = Evidence(score=score)
    annotation = Annotation(id=str(number), category=categories[index], shape=shape, evidence=evidence)
    return split(annotation, shape, outline) if isinstance(shape, Skeleton) else (annotation,)
