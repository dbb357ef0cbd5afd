"""Reading ImageNet's lists; a line that cannot be read is a fault with its number."""

import re
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import NamedTuple

from labelwright.core.document import Annotation, Document
from labelwright.core.errors import UnreadableLabels
from labelwright.core.shapes import Box
from labelwright.formats.folder import Source
from labelwright.formats.format import LabeledItem, Reading
from labelwright.formats.json_reading import tried
from labelwright.formats.listing import lines_of
from labelwright.formats.names import stem_of
from labelwright.formats.pictures import Pictures, is_picture
from labelwright.formats.report import Fault
from labelwright.formats.splits import split_of
from labelwright.formats.tables import Table, header_of, path_of

CLASSES = "synsets.txt"
PICTURES = "images/"
MAPPING = "loc_synset_mapping.txt"
SOLUTION = re.compile(r"loc_(\w+)_solution\.csv")
_SYNSET = re.compile(r"(n\d{8})(?:[ \t]+(\S.*))?")
_QUOTED = re.compile(r'"([^"]+)"((?:\s+\d+)*)\s*')
_BARE = re.compile(r"(.*?\.\w{2,5}|\S+)((?:\s+\d+)*)\s*")


class _Classes(NamedTuple):
    names: list[str]
    by_id: dict[str, str]  # WordNet ids, where the list has them


def recognize(source: Source) -> str | None:
    """Why this looks like ImageNet, or None."""
    found = _classes_file(source)
    if found is None:
        return None
    lists = _lists(source)
    if lists or _solutions(source):
        beside = [*_solutions(source), *lists][0]
        return f"{found} lists classes, and {beside} lists pictures with them"
    return None


def read(source: Source) -> Reading:
    """Every list of pictures. Raises UnreadableLabels if there is none."""
    lists, solutions = _lists(source), _solutions(source)
    if not lists and not solutions:
        raise UnreadableLabels(source.name, "", "there is no list of pictures, such as train.txt")
    reading = Reading([], iter(()))
    file = _classes_file(source)
    classes = _named(source, file, reading.faults) if file else _Classes([], {})
    if file is None:
        classes.names.extend(map(str, range(_most(source, lists) + 1)))
        reading.notes.append("No file names the classes: they are called by their numbers.")
    reading.categories = classes.names
    reading.items = _items(source, lists, solutions, classes, reading)
    return reading


def _items(
    source: Source, lists: list[str], solutions: list[str], classes: _Classes, reading: Reading
) -> Iterator[LabeledItem]:
    pictures = Pictures(source)
    solved: set[str] = set()
    for file in solutions:
        found = SOLUTION.fullmatch(PurePosixPath(file).name.lower())
        split = split_of(found[1]) if found else None
        for name, document in _solved(source, file, classes, reading.faults):
            solved.add(PurePosixPath(name).name)
            yield _item(name, document, split, pictures)
    for file in lists:
        split = split_of(PurePosixPath(file).stem.removesuffix("_cls").removesuffix("_loc"))
        for number, line in enumerate(lines_of(source, file, reading.faults), 1):
            if not line.strip():
                continue
            made = tried(lambda line=line: _entry(line, classes), file, f"line {number}", reading.faults)
            if made is not None and stem_of(PurePosixPath(made[0]).name) not in solved:
                yield _item(*made, split, pictures)


def _item(name: str, document: Document, split: str | None, pictures: Pictures) -> LabeledItem:
    found = pictures.find(name, PICTURES.rstrip("/"))
    width, height = pictures.size(found) if found else (0, 0)
    # Lists often leave the ending out: the picture has it.
    full = name + PurePosixPath(found).suffix if found and not is_picture(name) else name
    return LabeledItem(full, width, height, document, split, media=pictures.media(found) if found else None)


def _entry(line: str, classes: _Classes) -> tuple[str, Document]:
    """The picture and the tags of a line. Raises ValueError."""
    found = _QUOTED.fullmatch(line.strip()) or _BARE.fullmatch(line.strip())
    if found is None:
        raise ValueError("this is no picture followed by numbers of classes")
    name = path_of(found[1])
    folder = PurePosixPath(name).parent.name
    if folder in classes.by_id:
        return name, _tags([classes.by_id[folder]])
    numbers = [int(word) for word in found[2].split()]
    beyond = next((number for number in numbers if number >= len(classes.names)), None)
    if beyond is not None:
        raise ValueError(f"there is no class {beyond}: {len(classes.names)} are named")
    return name, _tags([classes.names[number] for number in numbers])


def _tags(names: list[str]) -> Document:
    return Document(
        annotations=tuple(Annotation(id=str(n), category=name) for n, name in enumerate(names, 1))
    )


def _solved(
    source: Source, file: str, classes: _Classes, faults: list[Fault]
) -> Iterator[tuple[str, Document]]:
    table = Table(source, file, faults)
    picture, answer = table.column("ImageId"), table.column("PredictionString")
    if picture is None or answer is None:
        faults.append(Fault(file=file, place="line 1", reason="it has no ImageId and PredictionString"))
        return
    for number, cells in table.rows():
        name = tried(lambda cells=cells: path_of(cells[picture]), file, f"line {number}", faults)
        words = cells[answer].split()
        if name is None:
            continue
        annotations: list[Annotation] = []
        for start in range(0, len(words), 5):
            place = f"line {number}, class {start // 5 + 1}"
            made = tried(lambda at=start, words=words: _box(words[at : at + 5], classes), file, place, faults)
            if made is not None:
                annotations.append(Annotation(id=str(start // 5), category=made[0], shape=made[1]))
        yield name, Document(annotations=tuple(annotations))


def _box(words: list[str], classes: _Classes) -> tuple[str, Box]:
    if len(words) != 5:
        raise ValueError("a class has an id and four numbers")
    if words[0] not in classes.by_id:
        raise ValueError(f"there is no class “{words[0][:60]}”")
    left, top, right, bottom = map(float, words[1:])
    return classes.by_id[words[0]], Box(left=left, top=top, right=right, bottom=bottom)


def _named(source: Source, file: str, faults: list[Fault]) -> _Classes:
    """The classes in their order; one of two with the same words gets its id as well."""
    names: list[str] = []
    by_id: dict[str, str] = {}
    for line in lines_of(source, file, faults):
        text = line.strip()
        if not text:
            continue
        found = _SYNSET.fullmatch(text)
        words = (found[2] or found[1]) if found else text
        name = words if words not in names else f"{words} ({found[1] if found else len(names)})"
        names.append(name)
        if found:
            by_id[found[1]] = name
    return _Classes(names, by_id)


def _classes_file(source: Source) -> str | None:
    found = [n for n in source.names() if PurePosixPath(n).name.lower() in (CLASSES, MAPPING, "words.txt")]
    return min(found, key=lambda n: PurePosixPath(n).name.lower() != MAPPING, default=None)


def _lists(source: Source) -> list[str]:
    """Lists of pictures: of the challenge, those of the classification task."""
    found = [
        name
        for name in source.names()
        if name.lower().endswith(".txt")
        and split_of(PurePosixPath(name).stem.removesuffix("_cls").removesuffix("_loc"))
        and _is_list(source.start(name, 4096))
    ]
    chosen = [name for name in found if name.lower().endswith("_cls.txt")]
    return chosen or found


def _is_list(start: bytes) -> bool:
    first = start.removeprefix(b"\xef\xbb\xbf").split(b"\n", 1)[0].decode("utf-8", "replace").strip()
    return not first or (_QUOTED.fullmatch(first) or _BARE.fullmatch(first)) is not None


def _solutions(source: Source) -> list[str]:
    return [
        name
        for name in source.names()
        if SOLUTION.fullmatch(PurePosixPath(name).name.lower()) and "ImageId" in header_of(source, name)
    ]


def _most(source: Source, lists: list[str]) -> int:
    """The highest number of a class in lists without names, which no more than a million can have."""
    highest = -1
    for file in lists:
        for line in lines_of(source, file, []):
            found = _QUOTED.fullmatch(line.strip()) or _BARE.fullmatch(line.strip())
            numbers = [int(word) for word in found[2].split() if len(word) < 7] if found else []
            highest = max([highest, *numbers])
    return highest
