"""Reading Open Images' tables; what they are stands in `openimages.py`.

Tables name pictures in any order, so what they say is held, each record once. That something is not in a
picture (a confidence of 0) is no tag. Labels by machines are read where nobody has labeled.
"""

import shlex
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from fnmatch import fnmatch
from math import isfinite
from pathlib import PurePosixPath

import msgspec

from labelwright.core.document import Annotation, Document, Evidence, Relation
from labelwright.core.errors import LabelwrightError, UnreadableLabels
from labelwright.core.ontology import RelationSpec
from labelwright.core.shapes import Box
from labelwright.formats.bitmaps import mask_in
from labelwright.formats.folder import Source
from labelwright.formats.format import LabeledItem, Reading
from labelwright.formats.json_reading import tried
from labelwright.formats.listing import lines_of
from labelwright.formats.pictures import Pictures
from labelwright.formats.report import Fault
from labelwright.formats.shares import sized
from labelwright.formats.splits import split_of
from labelwright.formats.tables import Table, header_of, path_of

BOXES, LABELS = "-annotations-bbox.csv", "-annotations-human-imagelabels.csv"
MASKS, VRD = "-annotations-object-segmentation.csv", "-annotations-vrd.csv"
MACHINE = "-annotations-machine-imagelabels.csv"
CLASSES = "annotations/oidv6-class-descriptions.csv"
IMAGES, META = "annotations/image_ids_and_rotation.csv", "annotations/images.meta"
MASK_PICTURES = ("*masks*/*.png", "masks/*.png")
FLAGS = {
    "IsOccluded": "occluded",
    "IsTruncated": "truncated",
    "IsGroupOf": "group_of",
    "IsDepiction": "depiction",
    "IsInside": "inside",
}
MOST_CLASSES = 1000  # of which those that nobody used are named too
DIGITS = 5  # of shares, by which a mask or a relation finds its box

Key = tuple[str, float, float, float, float]


@dataclass
class _Picture:
    """What is said of one picture; boxes in shares."""

    split: str | None = None
    boxes: list[Annotation] = field(default_factory=list[Annotation])
    tags: list[Annotation] = field(default_factory=list[Annotation])
    masks: list[tuple[str, str, Key, str, int]] = field(default_factory=list[tuple[str, str, Key, str, int]])
    places: dict[Key, int] = field(default_factory=dict[Key, int])


def _tables(source: Source, *patterns: str) -> list[str]:
    # Names as in fnmatch, of files in any folder.
    return [
        name
        for name in source.names()
        if any(fnmatch(PurePosixPath(name).name.lower(), pattern) for pattern in patterns)
    ]


def _boxes(source: Source) -> list[str]:
    return _tables(source, f"*{BOXES}")


def _class_files(source: Source) -> list[str]:
    return _tables(source, "*class-descriptions*.csv")


def recognize(source: Source) -> str | None:
    """A table by its name and columns."""
    for name in (*_boxes(source), *_tables(source, "*-annotations-human-imagelabels*.csv")):
        if [word.casefold() for word in header_of(source, name)[:1]] == ["imageid"]:
            return f"{name} is one of Open Images' tables"
    named = _tables(source, "image_ids_and_rotation.csv", "*-images*with-rotation.csv")
    if named and _class_files(source):
        return f"{named[0]} and {_class_files(source)[0]} are Open Images' lists"
    return None


def read(source: Source) -> Reading:
    """Every table."""
    reading = Reading([], iter(()))
    gathering = _Gathering(source, reading)
    lists = _tables(source, "image_ids_and_rotation.csv") or _tables(
        source, "*-images*with-rotation.csv", "*-images-boxable*.csv"
    )
    for name in lists:
        gathering.each(name, gathering.image)
    for name in _boxes(source):
        gathering.each(name, gathering.box)
    human = _tables(source, "*-annotations-human-imagelabels*.csv")
    machine = _tables(source, f"*{MACHINE}")
    for name in human or machine:
        gathering.each(name, gathering.tag)
    if human and machine:
        reading.notes.append(f"Labels by machines are not read: {', '.join(machine[:5])}.")
    for name in _tables(source, f"*{MASKS}"):
        gathering.each(name, gathering.mask)
    for name in _tables(source, f"*{VRD}", "*-relationships.csv"):
        gathering.each(name, gathering.relation)
    if not gathering.found and not lists and not _boxes(source) and not human:
        raise UnreadableLabels(source.name, "", "there are no tables with the names of Open Images'")
    gathering.finish()
    reading.items = gathering.items()
    return reading


class _Gathering:
    """What all tables say, picture by picture."""

    def __init__(self, source: Source, reading: Reading) -> None:
        self._source, self._reading = source, reading
        self.found: dict[str, _Picture] = {}
        self._words: dict[str, str] = {}
        self._used: dict[str, None] = {}
        self._bonds: dict[str, None] = {}
        self._absent = 0
        self._subset: str | None = None
        for name in _class_files(source):
            has_header = [word.casefold() for word in header_of(source, name)[:1]] == ["labelname"]
            for _, cells in Table(source, name, reading.faults, has_header=has_header).rows():
                if cells[0].strip():
                    self._words.setdefault(cells[0].strip(), (cells[1:2] or [""])[0].strip() or cells[0])

    def each(self, name: str, work: Callable[[dict[str, str], int, str], None]) -> None:
        """Take in every row of a table, as cells by the names of columns."""
        table = Table(self._source, name, self._reading.faults)
        keys = [word.casefold() for word in table.header]
        first = PurePosixPath(name).name.lower().removeprefix("oidv6-").split("-")
        self._subset = next((split for word in first if (split := split_of(word))), None)
        for line, cells in table.rows():
            said = dict(zip(keys, cells, strict=False))
            tried(
                lambda said=said, line=line: work(said, line, name),
                name,
                f"line {line}",
                self._reading.faults,
            )

    def _picture(self, said: dict[str, str]) -> _Picture:
        name = path_of(said.get("imageid", "").strip())
        return self.found.setdefault(name, _Picture(self._subset))

    def _word(self, label: str) -> str:
        label = label.strip()
        if not label:
            raise ValueError("it names no class")
        word = self._words.get(label, label)
        self._used.setdefault(word)
        return word

    def image(self, said: dict[str, str], line: int, name: str) -> None:
        """A row of a list of pictures."""
        del line, name
        subset = said.get("subset", "").strip()
        self._picture(said).split = split_of(subset) or subset or self._subset

    def box(self, said: dict[str, str], line: int, name: str) -> None:
        """A row of a table of boxes."""
        del line, name
        picture, word = self._picture(said), self._word(said.get("labelname", ""))
        left, right, top, bottom = (_share(said, key) for key in ("xmin", "xmax", "ymin", "ymax"))
        shape = Box(left=left, top=top, right=right, bottom=bottom)
        flags: dict[str, bool | float | str] = {
            flag: True for column, flag in FLAGS.items() if said.get(column.casefold(), "").strip() == "1"
        }
        evidence = Evidence(score=_score(said))
        key = _key(word, left, right, top, bottom)
        picture.places.setdefault(key, len(picture.boxes))
        made = Annotation(
            id=str(len(picture.boxes) + 1), category=word, shape=shape, flags=flags, evidence=evidence
        )
        picture.boxes.append(made)

    def tag(self, said: dict[str, str], line: int, name: str) -> None:
        """A row of a table of labels of whole pictures."""
        del line, name
        picture = self._picture(said)
        score = _score(said)
        if score == 0:
            self._absent += 1
            return
        word = self._word(said.get("labelname", ""))
        if all(entry.category != word or entry.evidence.score != score for entry in picture.tags):
            picture.tags.append(Annotation(id="", category=word, evidence=Evidence(score=score)))

    def mask(self, said: dict[str, str], line: int, name: str) -> None:
        """A row of a table of masks."""
        path = path_of(said.get("maskpath", "").strip())
        word = self._word(said.get("labelname", ""))
        edges = [said.get(key, "").strip() for key in ("boxxmin", "boxxmax", "boxymin", "boxymax")]
        left, right, top, bottom = (float(value) if value else -1.0 for value in edges)
        self._picture(said).masks.append((path, word, _key(word, left, right, top, bottom), name, line))

    def relation(self, said: dict[str, str], line: int, name: str) -> None:
        """A row of a table of relations; “is” gives a box an attribute."""
        del line, name
        picture = self._picture(said)
        kind = (said.get("relationshiplabel") or said.get("relationlabel") or "").strip()
        ends: list[int | None] = []
        for end in "12":
            edges = (_share(said, f"{side}{end}") for side in ("xmin", "xmax", "ymin", "ymax"))
            label = said.get(f"labelname{end}", "").strip()
            ends.append(picture.places.get(_key(self._words.get(label, label), *edges)))
        one, other = ends
        if one is None or not kind:
            raise ValueError("there is no box at the place of its first thing")
        box = picture.boxes[one]
        if kind == "is" and other is None:
            label = said.get("labelname2", "").strip()
            values = {**box.attributes, "is": self._words.get(label, label)}
            picture.boxes[one] = msgspec.structs.replace(box, attributes=values)
            return
        if other is None:
            raise ValueError("there is no box at the place of its second thing")
        self._bonds.setdefault(kind)
        bonds = (*box.relations, Relation(kind=kind, to=picture.boxes[other].id))
        picture.boxes[one] = msgspec.structs.replace(box, relations=bonds)

    def finish(self) -> None:
        """Say what is known once all tables are read."""
        listed = dict.fromkeys(self._words.values())
        names = [*listed, *self._used] if len(listed) <= MOST_CLASSES else [*self._used]
        self._reading.categories = list(dict.fromkeys(names))
        self._reading.relations = tuple(RelationSpec(id=kind, name=kind) for kind in self._bonds)
        if self._absent:
            self._reading.notes.append(
                f"{self._absent} labels say that something is not in a picture (confidence 0); not read."
            )

    def items(self) -> Iterator[LabeledItem]:
        """Every picture with what is said of it."""
        pictures = Pictures(self._source, but=MASK_PICTURES)
        sizes = _sizes(self._source, self._reading.faults)
        by_name = {PurePosixPath(name).name: name for name in self._source.names() if fnmatch(name, "*.png")}
        for key, said in self.found.items():
            subset = {"val": "validation"}.get(said.split or "", said.split or "")
            wanted = f"images/{subset}/{key}"
            picture = pictures.find(wanted)
            name = key + (PurePosixPath(picture).suffix if picture else ".jpg")
            width, height = sizes.get(key) or (pictures.size(picture) if picture else (0, 0))
            masks, size = self._masks(said, by_name, width, height)
            width, height = (width, height) if width and height else size
            media = pictures.media(picture) if picture else None
            whole = sized(
                LabeledItem(
                    name, width, height, Document(annotations=tuple(said.boxes)), said.split, media=media
                ),
                "the tables",
                self._reading.faults,
            )
            boxes = [
                msgspec.structs.replace(box, group=box.id if int(box.id) - 1 in masks[1] else None)
                for box in whole.document.annotations
            ]
            everything = [*boxes, *masks[0], *said.tags]
            first = len(said.boxes)
            numbered = [
                entry if entry.id else msgspec.structs.replace(entry, id=str(first + place))
                for place, entry in enumerate(everything, 1)
            ]
            yield replace(whole, document=Document(annotations=tuple(numbered)))

    def _masks(
        self, said: _Picture, by_name: dict[str, str], width: int, height: int
    ) -> tuple[tuple[list[Annotation], set[int]], tuple[int, int]]:
        made: list[Annotation] = []
        paired: set[int] = set()
        for path, word, key, file, line in said.masks:
            name = by_name.get(PurePosixPath(path).name)
            reason = f"the mask {path} is not there"
            if name is not None:
                try:
                    mask, width, height = mask_in(self._source, name, width, height)
                except LabelwrightError as error:
                    reason = error.message
                else:
                    place = said.places.get(key)
                    if place is not None and place not in paired:
                        paired.add(place)
                        made.append(Annotation(id="", category=word, shape=mask, group=str(place + 1)))
                    else:
                        made.append(Annotation(id="", category=word, shape=mask))
                    continue
            self._reading.faults.append(Fault(file=file, place=f"line {line}", reason=reason))
        return (made, paired), (width, height)


def _key(word: str, left: float, right: float, top: float, bottom: float) -> Key:
    return word, round(left, DIGITS), round(right, DIGITS), round(top, DIGITS), round(bottom, DIGITS)


def _share(said: dict[str, str], key: str) -> float:
    if key not in said:
        raise ValueError(f"the table has no column {key}")
    return float(said[key])


def _score(said: dict[str, str]) -> float | None:
    word = said.get("confidence", "").strip()
    score = float(word) if word else 1.0
    if not isfinite(score):
        raise ValueError(f"a confidence of {word[:20]} is none")
    return None if score == 1 else score


def _sizes(source: Source, faults: list[Fault]) -> dict[str, tuple[int, int]]:
    """Widths and heights from `images.meta`."""
    found: dict[str, tuple[int, int]] = {}
    for name in _tables(source, "images.meta"):
        for number, line in enumerate(lines_of(source, name, faults), 1):
            if line.strip() and not line.lstrip().startswith("#"):
                made = tried(lambda line=line: _size(line), name, f"line {number}", faults)
                if made is not None:
                    found[made[0]] = made[1]
    return found


def _size(line: str) -> tuple[str, tuple[int, int]]:
    words = shlex.split(line)
    if len(words) != 3 or min(int(words[1]), int(words[2])) < 1:
        raise ValueError("a line has a name, a height and a width")
    return words[0], (int(words[2]), int(words[1]))
