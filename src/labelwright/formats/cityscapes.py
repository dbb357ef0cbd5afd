"""Cityscapes: pictures in `leftImg8bit/SPLIT/CITY/`, maps and polygons in `gtFine/SPLIT/CITY/`.

A pixel of `…_gtFine_instanceIds.png` is `class × 1000 + instance` for things, and the class alone for what
has no instances and for groups (`iscrowd` here); `…_labelIds.png` has classes only and `…_color.png` their
colors. Classes have the numbers of the data set's own table; others take free ones, and all stand in a
`dataset_meta.json` (label_map), as Datumaro writes it. With 16 bits there is room for classes up to 64.

Read is `…_polygons.json` where it is (polygons in painting order), else the instances, else the labels.
Written are the three maps. Pictures that are not called `CITY/…_leftImg8bit` get such names, which is
noted. The layout and numbers: Cordts et al., The Cityscapes Dataset (2016), and its scripts' table of
labels.
"""

from collections.abc import Iterator
from functools import partial
from pathlib import PurePosixPath
from typing import Any

import msgspec
import numpy as np

from labelwright.core.document import Annotation, Document
from labelwright.core.errors import UnreadableLabels
from labelwright.core.ontology import Ontology
from labelwright.core.shapes import Point, Shape, polygon_of
from labelwright.formats.class_lists import classes_in
from labelwright.formats.fields import no_place_for_flags, note_lost_fields, told_as_yes_or_no
from labelwright.formats.folder import Sink, Source
from labelwright.formats.format import Format, Items, LabeledItem, Limits, Reading
from labelwright.formats.json_reading import json_of, tried
from labelwright.formats.label_maps import Color, areas, color_of, colored, map_in, numbered, png, voc_color
from labelwright.formats.names import Names
from labelwright.formats.painting import UNKNOWN, Painted, painted
from labelwright.formats.pictures import Pictures
from labelwright.formats.report import Fault, Losses
from labelwright.formats.splits import split_of, written_split

PICTURES, MAPS, META = "leftImg8bit", "gtFine", "dataset_meta.json"
ENDINGS = ("_polygons.json", "_instanceIds.png", "_labelIds.png")  # the best first
PER_CLASS, MOST_CLASS, NO_CITY, CROWD = 1000, 64, "all", "iscrowd"
NO_NUMBER = "the maps have 16 bits, with room for 41 classes that are not Cityscapes’ own"
ONE_GROUP = "an item has one group (iscrowd) of a class; this is written as an instance"
TOO_MANY = "a class has numbers for 1000 instances in an item"
TABLE = (
    ("unlabeled", 0x000000),
    ("ego vehicle", 0x000000),
    ("rectification border", 0x000000),
    ("out of roi", 0x000000),
    ("static", 0x000000),
    ("dynamic", 0x6F4A00),
    ("ground", 0x510051),
    ("road", 0x804080),
    ("sidewalk", 0xF423E8),
    ("parking", 0xFAAAA0),
    ("rail track", 0xE6968C),
    ("building", 0x464646),
    ("wall", 0x66669C),
    ("fence", 0xBE9999),
    ("guard rail", 0xB4A5B4),
    ("bridge", 0x966464),
    ("tunnel", 0x96785A),
    ("pole", 0x999999),
    ("polegroup", 0x999999),
    ("traffic light", 0xFAAA1E),
    ("traffic sign", 0xDCDC00),
    ("vegetation", 0x6B8E23),
    ("terrain", 0x98FB98),
    ("sky", 0x4682B4),
    ("person", 0xDC143C),
    ("rider", 0xFF0000),
    ("car", 0x00008E),
    ("truck", 0x000046),
    ("bus", 0x003C64),
    ("caravan", 0x00005A),
    ("trailer", 0x00006E),
    ("train", 0x005064),
    ("motorcycle", 0x0000E6),
    ("bicycle", 0x770B20),
)
NAMES: list[str] = [name for name, _ in TABLE]
CITYSCAPES = {name: number for number, name in enumerate(NAMES)}
STUFF = frozenset(range(24))  # numbers that have no instances


class Cityscapes(Format):
    """Cityscapes."""

    name = "cityscapes"
    title = "Cityscapes"
    keeps = frozenset({"mask"})
    about = "PNG maps of instances and classes in folders of splits and cities. Masks that do not overlap."
    limits = Limits(overlaps=False, keeps_names=False)
    label_pictures = ("*gtFine*/*", "*gtCoarse*/*", "gtFine/*", "gtCoarse/*")
    made_for = ("Cityscapes", "gtFine", "gtCoarse", "street scenes")

    def recognize(self, source: Source) -> str | None:
        """Files with the endings of Cityscapes."""
        for name in source.names():
            if ("_gtFine_" in name or "_gtCoarse_" in name) and name.endswith(ENDINGS):
                return f"{name} is called as Cityscapes calls its labels"
        return None

    def read(self, source: Source) -> Reading:
        """Every picture with the best of its files; of those without one nothing is said."""
        reading = Reading([], iter(()))
        names = source.names()
        labels = _labels(names)
        meta = [name for name in names if PurePosixPath(name).name == META]
        classes = classes_in(source, reading.faults, meta) if meta else None
        if not labels and classes is None:
            raise UnreadableLabels(source.name, "", "no file is called as Cityscapes calls its labels")
        numbers = dict(enumerate(NAMES))
        if classes is not None and classes.names:
            numbers = {number: word for number, word in classes.names.items() if number or word != NAMES[0]}
        numbers.pop(0, None)
        known = dict.fromkeys(numbers.values())
        for kinds in labels.values():
            if ENDINGS[0] in kinds:
                known.update(dict.fromkeys(_words(source, kinds[ENDINGS[0]])))
        reading.categories = list(known)
        reading.items = _items(source, labels, numbers, reading)
        return reading

    def write(self, items: Items, ontology: Ontology, sink: Sink) -> Losses:
        """Write the three maps of each item, its picture, and the table of classes."""
        losses, names = Losses(), Names(by_stem=True)
        numbers, colors = table_of(ontology)
        stuff = {key for key, number in numbers.items() if number in STUFF}
        unknown = NO_NUMBER if len(numbers) < len(ontology.categories) else UNKNOWN
        for item in items():
            split = written_split(item.split)
            if item.split not in (split, None):
                losses.convert(item.name, "split", f"it is written as {split}")
            name = _called(names.take(_bare(item.name)))
            if name != item.name or (item.media is None and not name.endswith(".png")):
                losses.convert(item.name, "name", "Cityscapes calls pictures CITY/…_leftImg8bit")
            if item.media is not None:
                sink.copy(f"{PICTURES}/{split}/{name}", item.media())
            drawn = painted(
                item, numbers, losses, partial(_note, losses, item), merges=stuff, unknown=unknown
            )
            if drawn is None:
                continue
            stem = f"{MAPS}/{split}/{name.rpartition('_' + PICTURES)[0]}_{MAPS}"
            for ending, pixels in _maps(drawn, numbers, colors, item, losses):
                with sink.open(f"{stem}_{ending}.png") as file:
                    file.write(png(pixels))
        listed = {str(numbers[c.id]): c.name for c in ontology.categories if c.id in numbers}
        # Datumaro looks colors up by the number of their class.
        shown: list[list[int] | None] = [None] * (max(numbers.values(), default=0) + 1)
        for key, number in numbers.items():
            shown[number] = list(colors[key])
        shown[0] = [0, 0, 0]
        meta = {"label_map": {"0": NAMES[0], **listed}, "segmentation_colors": shown}
        sink.lines(META, [msgspec.json.format(msgspec.json.encode(meta)).decode()])
        return losses


class _Polygons(msgspec.Struct):
    objects: list[msgspec.Raw] = []
    imgWidth: int = 0  # noqa: N815
    imgHeight: int = 0  # noqa: N815


class _Object(msgspec.Struct):
    label: str
    polygon: list[tuple[float, float]]
    deleted: Any = 0


def _labels(names: list[str]) -> dict[str, dict[str, str]]:
    """The files of labels by the end of their path that a picture has too: SPLIT/CITY/STEM."""
    found: dict[str, dict[str, str]] = {}
    for name in names:
        for kind in ("_gtFine", "_gtCoarse"):
            for ending in ENDINGS:
                if name.endswith(kind + ending):
                    stem = name[: -len(kind + ending)]
                    below = f"/{stem}".rpartition(f"/{kind[1:]}/")[2]
                    found.setdefault(below.lstrip("/"), {}).setdefault(ending, name)
    return found


def _words(source: Source, file: str) -> list[str]:
    """The classes that a file of polygons names; what is wrong with it is said when it is read."""
    found = tried(partial(json_of, source, file, _Polygons), file, "", [])
    objects = (
        [tried(partial(msgspec.json.decode, o, type=_Object), "", "", []) for o in found.objects]
        if found
        else []
    )
    return [_plain(entry.label)[0] for entry in objects if entry is not None and not entry.deleted]


def _plain(label: str) -> tuple[str, bool]:
    """The class that a label means, and whether it is a group."""
    if label not in CITYSCAPES and label.endswith("group") and label.removesuffix("group") in CITYSCAPES:
        return label.removesuffix("group"), True
    return label, False


def _items(
    source: Source, labels: dict[str, dict[str, str]], numbers: dict[int, str], reading: Reading
) -> Iterator[LabeledItem]:
    pictures = Pictures(source, but=Cityscapes.label_pictures)
    by_stem: dict[str, str] = {}
    for name in pictures.names:
        below = f"/{name}".rpartition(f"/{PICTURES}/")[2].lstrip("/")
        by_stem[below.rpartition(f"_{PICTURES}")[0] or below] = name
    for stem in dict.fromkeys((*labels, *by_stem)):
        picture, kinds = by_stem.get(stem), labels.get(stem, {})
        first, _, rest = stem.partition("/")
        split = split_of(first) if rest else None
        ending = PurePosixPath(picture).suffix if picture else ".png"
        below = rest if rest and (split or picture) else stem
        width, height = pictures.size(picture) if picture else (0, 0)
        made: list[Annotation] = []
        for kind in ENDINGS:
            if kind in kinds:
                work = _polygons if kind == ENDINGS[0] else _areas
                read = partial(work, source, kinds[kind], numbers, reading)
                (width, height), made = tried(read, kinds[kind], "", reading.faults) or (
                    (width, height),
                    made,
                )
                break
        if kinds or f"/{picture}".find(f"/{PICTURES}/") >= 0:
            shown = f"{below}_{PICTURES}{ending}"
            yield LabeledItem(shown, width, height, Document(annotations=tuple(made)), split)


Read = tuple[tuple[int, int], list[Annotation]]


def _polygons(source: Source, file: str, numbers: dict[int, str], reading: Reading) -> Read:
    del numbers
    found: _Polygons = json_of(source, file, _Polygons)
    made: list[Annotation] = []
    for place, raw in enumerate(found.objects, 1):
        one = tried(partial(_polygon, raw, str(place)), file, f"objects {place - 1}", reading.faults)
        if one is not None and one.shape is not None:
            made.append(one)
    return (found.imgWidth, found.imgHeight), made


def _polygon(raw: msgspec.Raw, key: str) -> Annotation:
    entry = msgspec.json.decode(raw, type=_Object)
    word, is_group = _plain(entry.label)
    shape: Shape | None = None
    if not entry.deleted:
        shape = polygon_of(tuple(Point(x, y) for x, y in entry.polygon))
    return Annotation(id=key, category=word, shape=shape, flags={CROWD: True} if is_group else {})


def _areas(source: Source, file: str, numbers: dict[int, str], reading: Reading) -> Read:
    found = map_in(source, file)
    made: list[Annotation] = []
    for code, mask in areas(found.codes, file, (0,)):
        number = code // PER_CLASS if code >= PER_CLASS else code
        word = numbers.get(number)
        if word is None:
            if number:
                reason = f"there is no class of the number {number}"
                reading.faults.append(Fault(file=file, place="", reason=reason))
            continue
        is_group = file.endswith(ENDINGS[1]) and code < PER_CLASS and number not in STUFF
        flags: dict[str, bool | float | str] = {CROWD: True} if is_group else {}
        made.append(Annotation(id=str(len(made) + 1), category=word, shape=mask, flags=flags))
    return found.size, made


def table_of(ontology: Ontology) -> tuple[dict[str, int], dict[str, Color]]:
    """A number and a color for each category: Cityscapes' own, or free ones."""
    numbers: dict[str, int] = {}
    own = {c.id: CITYSCAPES[c.name] for c in ontology.categories if CITYSCAPES.get(c.name)}
    # Of Cityscapes' own numbers those of things first: stuff has no instances.
    order = (*range(34, MOST_CLASS + 1), *range(24, 34))
    free = [number for number in order if number not in own.values()]
    for category in ontology.categories:
        if category.id in own:
            numbers[category.id] = own[category.id]
        elif free:
            numbers[category.id] = free.pop(0)
    colors = {key: _color(number) if key in own else voc_color(number) for key, number in numbers.items()}
    return numbers, colors


def _color(number: int) -> Color:
    return color_of(TABLE[number][1])


def _bare(name: str) -> str:
    """A name in the folder of a city, without Cityscapes' ending."""
    path = PurePosixPath(name.replace("\\", "/"))
    city = "_".join(part for part in path.parent.parts if part not in ("..", "/", ".")) or NO_CITY
    return f"{city}/{path.stem.removesuffix('_' + PICTURES)}{path.suffix or '.png'}"


def _called(name: str) -> str:
    """The name with that ending."""
    path = PurePosixPath(name)
    return str(path.with_name(f"{path.stem}_{PICTURES}{path.suffix}"))


def _note(losses: Losses, item: LabeledItem, annotation: Annotation) -> None:
    held = told_as_yes_or_no(annotation.flags, (CROWD,))
    note_lost_fields(losses, item.name, annotation, flags=held)


def _maps(
    drawn: Painted, numbers: dict[str, int], colors: dict[str, Color], item: LabeledItem, losses: Losses
) -> Iterator[tuple[str, np.ndarray[Any, Any]]]:
    classes = [numbers[annotation.category] for annotation in drawn.annotations]
    counts: dict[int, int] = {}
    codes: list[int] = []
    for annotation, number in zip(drawn.annotations, classes, strict=True):
        place = counts.get(number, 0)
        is_crowd = annotation.flags.get(CROWD) is True
        if number in STUFF or (is_crowd and number not in codes):
            if is_crowd and number in STUFF:
                losses.drop(item.name, "flags", no_place_for_flags([CROWD]))
            codes.append(number)
        elif place < PER_CLASS:
            if is_crowd:
                losses.drop(item.name, "flags", ONE_GROUP)
            counts[number] = place + 1
            codes.append(number * PER_CLASS + place)
        else:
            losses.drop(item.name, "instance", TOO_MANY)
            codes.append(number * PER_CLASS + place - 1)
    yield "instanceIds", numbered(drawn.owner, codes).astype(np.uint16)
    yield "labelIds", numbered(drawn.owner, classes).astype(np.uint8)
    yield "color", colored(drawn.owner, [colors[annotation.category] for annotation in drawn.annotations])
