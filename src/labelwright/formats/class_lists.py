"""The lists of classes that lie beside label maps: names by number, and the colors that stand for them.

Read are Datumaro's `dataset_meta.json` (`label_map`, `segmentation_colors`), VOC's `labelmap.txt`
(`name:r,g,b:parts:actions`), CamVid's and SYNTHIA's `label_colors.txt` (`r g b name`), JSON with names by
number or in a list, and text files with one name a line.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any, cast

from labelwright.core.errors import LabelwrightError
from labelwright.core.shapes import Mask
from labelwright.formats.folder import Source, text_of
from labelwright.formats.json_reading import json_of
from labelwright.formats.label_maps import Color, LabelMap, areas, code_of, color_of
from labelwright.formats.report import Fault

NOTHING = ("background", "_background_", "void", "unlabeled", "unlabelled", "ignore", "ignored", "nothing")
MOST = 100_000  # classes
MOST_FAULTS = 20  # of one map, each told alone
JSON_NAMES = ("dataset_meta.json", "class_id_to_name.json", "classes.json", "labels.json", "id2label.json")
COLOR_NAMES = ("labelmap.txt", "label_colors.txt", "class_dict.csv", "colormap.txt")
TEXT_NAMES = ("classes.txt", "labels.txt", "class_names.txt", "objectinfo150.txt")
_COLORED = re.compile(r"^\s*(\d{1,3})[\s,]+(\d{1,3})[\s,]+(\d{1,3})[\s,]+(.+?)\s*$")
_AFTER = re.compile(r"^\s*(.+?)\s*,\s*(\d{1,3})\s*,\s*(\d{1,3})\s*,\s*(\d{1,3})\s*$")
_COLOR = re.compile(r"^(\d{1,3}),\s*(\d{1,3}),\s*(\d{1,3})$")


@dataclass
class Classes:
    """Names by number, numbers by color, and the numbers that mean nothing; `file` is where they stand."""

    names: dict[int, str] = field(default_factory=dict[int, str])
    colors: dict[int, int] = field(default_factory=dict[int, int])
    nothing: set[int] = field(default_factory=set[int])
    file: str = ""

    def listed(self) -> list[str]:
        """The names in the order of their numbers, without those of nothing."""
        return list(dict.fromkeys(name for n, name in sorted(self.names.items()) if n not in self.nothing))

    def name(self, number: int) -> str:
        """What a number is called; one without a name is called after itself."""
        return self.names.get(number) or f"class {number}"


def classes_in(source: Source, faults: list[Fault], names: Iterable[str] | None = None) -> Classes:
    """The best list of classes among the files; one that cannot be read is a fault."""
    files = sorted(names if names is not None else source.names(), key=lambda name: (name.count("/"), name))
    for wanted in (*JSON_NAMES, *COLOR_NAMES, *TEXT_NAMES):
        for name in files:
            if PurePosixPath(name).name.casefold() != wanted:
                continue
            try:
                found = _of_json(source, name) if wanted.endswith(".json") else _of_text(source, name)
            except LabelwrightError as error:
                faults.append(Fault(file=name, place="", reason=error.message))
                continue
            if found.names:
                found.file = name
                return found
    return Classes()


def _of_json(source: Source, name: str) -> Classes:
    said = json_of(source, name)
    if isinstance(said, list):
        return _counted(str(entry) for entry in cast("list[Any]", said) if isinstance(entry, str))
    if not isinstance(said, dict):
        return Classes()
    table = cast("dict[str, Any]", said)
    labels = table.get("label_map", table)
    if not isinstance(labels, dict):
        return Classes()
    found = Classes()
    for key, word in list(cast("dict[str, Any]", labels).items())[:MOST]:
        if key.isdecimal() and len(key) < 10 and isinstance(word, str) and word:
            found.names[int(key)] = word
        elif isinstance(word, int) and 0 <= word < 10**9 and key:  # {"cat": 1}
            found.names[word] = key
    colors = table.get("segmentation_colors")
    if isinstance(colors, list):
        for number, color in enumerate(cast("list[Any]", colors)):
            if _is_color(color) and number in found.names:
                found.colors.setdefault(code_of(color), number)
    background = str(table.get("background_label", ""))
    if background.isdecimal() and len(background) < 10:
        found.nothing.add(int(background))
    return _without_background(found)


def _is_color(color: object) -> bool:
    if not isinstance(color, list):
        return False
    parts = cast("list[Any]", color)
    return len(parts) >= 3 and all(isinstance(part, int) and 0 <= part < 256 for part in parts[:3])


def _of_text(source: Source, name: str) -> Classes:
    lines = [line for line in text_of(source, name).splitlines()[:MOST] if line.strip()]
    if PurePosixPath(name).name.casefold() not in COLOR_NAMES:
        return _counted(line.strip() for line in lines)
    found = Classes()
    for line in lines:
        colored = None if line.lstrip().startswith("#") else _line(line)
        if colored is None:
            continue
        word, color = colored
        number = len(found.names)
        found.names[number] = word
        if color is not None and max(color) < 256:
            found.colors.setdefault(code_of(color), number)
    return _without_background(found)


def _line(line: str) -> tuple[str, Color | None] | None:
    """A name and its color."""
    parts = line.rsplit(":", 3)
    if len(parts) == 4:
        color = _COLOR.match(parts[1].strip())
        return (parts[0].strip(), _color(*color.groups()) if color else None) if parts[0].strip() else None
    before = _COLORED.match(line)
    if before:
        return before[4], _color(before[1], before[2], before[3])
    after = _AFTER.match(line)
    return (after[1], _color(after[2], after[3], after[4])) if after else None


def _color(red: str, green: str, blue: str) -> Color:
    return int(red), int(green), int(blue)


def _counted(words: Iterable[str]) -> Classes:
    return _without_background(Classes(dict(enumerate(words))))


def _without_background(found: Classes) -> Classes:
    """The numbers 0 and 255, where maps have what is not labeled, mean nothing if they are called so."""
    found.nothing |= {number for number in (0, 255) if found.names.get(number, "").casefold() in NOTHING}
    return found


def named_areas(
    file: str, found: LabelMap, classes: Classes, faults: list[Fault], but: Collection[int] = ()
) -> Iterator[tuple[str, Mask]]:
    """The masks of a map with the names of their classes; what the list does not have is a fault.

    Maps of colors are read by the colors of the list, if it has some; of numbers some (`but`) mean nothing.
    """
    by_color = found.is_color and bool(classes.colors)
    codes = found.codes if by_color else found.in_numbers()
    unknown = 0
    for code, mask in areas(codes, file, () if by_color else but):
        number = classes.colors.get(code) if by_color else code
        if number is None or number not in classes.names:
            unknown += bool(code)
            if code and unknown <= MOST_FAULTS:
                what = f"the color {color_of(code)}" if by_color else f"the number {code}"
                reason = f"the list of classes does not have {what}"
                faults.append(Fault(file=file, place="", reason=reason))
        elif number not in classes.nothing:
            yield classes.names[number], mask
    if unknown > MOST_FAULTS:
        reason = f"the list of classes does not have {unknown - MOST_FAULTS} more"
        faults.append(Fault(file=file, place="", reason=reason))


def meta_lines(names: Sequence[str], colors: Sequence[Color]) -> dict[str, Any]:
    """What Datumaro's `dataset_meta.json` says of classes whose number 0 is nothing."""
    return {
        "label_map": {str(number): name for number, name in enumerate(names)},
        "segmentation_colors": [list(color) for color in colors],
        "background_label": "0",
    }
