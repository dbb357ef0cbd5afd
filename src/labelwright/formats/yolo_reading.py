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
from labelwright.core.shapes import Box, Point, Polygon, Shape
from labelwright.formats.folder import Source, text_of
from labelwright.formats.format import LabeledItem, Reading
from labelwright.formats.listing import lines_of, yaml_of
from labelwright.formats.names import stem_of
from labelwright.formats.report import Fault
from labelwright.media.decode import ImageLimits, opened, orientation_of

SPLITS = ("train", "val", "test")
PICTURES = (".jpg", ".jpeg", ".png", ".bmp", ".webp", ".tif", ".tiff", ".gif", ".avif")
OTHER_TEXTS = frozenset(("classes", "train", "val", "valid", "test", "readme", "labels", "license", "notes"))
LARGEST = 64 * 2**20
LARGEST_PICTURE = 2**30
TURNED = (b"eXIf", b"Raw profile type exif", b"Orientation")  # without these no PNG is turned
SAMPLED = 20


def recognize(source: Source, *, segments: bool) -> str | None:
    """Why this looks like YOLO, with lines of polygons (`segments`) or of boxes; None if it does not."""
    classes = _classes_file(source)
    labels = _label_files(source)
    if classes is None or _has_polygons(source, labels) != segments:
        return None
    lines = "polygons" if segments else "boxes"
    return f"{classes} lists classes, and text files hold lines of {lines}" if labels else None


def read(source: Source) -> Reading:
    """Everything in the label files. Raises UnreadableLabels if there are none."""
    classes, files = _classes_file(source), _label_files(source)
    if not files and classes is None:
        raise UnreadableLabels(source.name, "", "there is neither data.yaml nor a text file of lines")
    categories = _names(source, classes) if classes else _numbered(source, files)
    notes = [] if classes else ["No file names the classes: they are called by their numbers."]
    reading = Reading(categories, iter(()), notes=notes)
    reading.items = _items(source, files, reading)
    return reading


def _items(source: Source, files: list[str], reading: Reading) -> Iterator[LabeledItem]:
    pictures = _Pictures(source, reading.faults)
    seen: set[str] = set()
    in_shares = 0
    for file in files:
        picture = pictures.of(file)
        seen.add(picture or "")
        width, height = _size(source, picture) if picture and picture in pictures.there else (0, 0)
        document = _document(source, file, reading, width, height)
        name, split = _place(picture or stem_of(file))
        if not width and document.annotations:
            in_shares += 1
        yield LabeledItem(name, width, height, document, split, in_shares=not width)
    without = len(pictures.there - seen)
    if without:
        reading.notes.append(f"{without} pictures have no label file; nothing is said of them.")
    if in_shares:
        reading.notes.append(f"{in_shares} label files have no picture beside them that tells its size.")


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


def _has_polygons(source: Source, files: list[str]) -> bool:
    for name in files[:SAMPLED]:
        if any(len(line.split()) > 6 for line in _bytes(source, name).splitlines()):
            return True
    return False


def _bytes(source: Source, name: str) -> bytes:
    try:
        return source.read(name, LARGEST)
    except LabelwrightError:
        return b""


def _size(source: Source, picture: str) -> tuple[int, int]:
    try:
        data = source.read(picture, LARGEST_PICTURE)
        with opened(data, picture, ImageLimits()) as image:
            # Asked for its orientation, a PNG is decoded as a whole: its EXIF may stand at the end.
            may_be_turned = image.format != "PNG" or any(sign in data for sign in TURNED)
            turned = may_be_turned and orientation_of(image) > 4
            return (image.height, image.width) if turned else image.size
    except LabelwrightError:
        return 0, 0


def _document(source: Source, file: str, reading: Reading, width: int, height: int) -> Document:
    try:
        text = text_of(source, file)
    except LabelwrightError as error:
        reading.faults.append(Fault(file=file, place="", reason=error.message))
        return EMPTY
    annotations: list[Annotation] = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        made = _annotation(line.split(), number, reading.categories, width or 1, height or 1)
        if isinstance(made, str):
            reading.faults.append(Fault(file=file, place=f"line {number}", reason=made))
        else:
            annotations.append(made)
    return Document(annotations=tuple(annotations))


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
    try:
        shape = _shape(values, width, height)
    except InvalidShape as error:
        return error.message
    except ValueError as error:
        return str(error)
    score = values[4] if len(values) == 5 and 0 <= values[4] <= 1 else None  # what a model wrote
    return Annotation(id=str(number), category=categories[index], shape=shape, evidence=Evidence(score=score))


def _shape(values: list[float], wide: int, high: int) -> Shape:
    if len(values) in (4, 5):
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
