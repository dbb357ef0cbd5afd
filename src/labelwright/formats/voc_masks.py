"""Pascal VOC's segmentation: `SegmentationClass/` and `SegmentationObject/`, PNG maps with VOC's palette.

The numbers of the first are classes in the order of `labelmap.txt` (0 the background, 255 the void along
borders), those of the second count the objects of a picture from 1. An object's class is the one that most of
its pixels have. What has a class and no object is one mask for each class. Colors instead of numbers, as CVAT
and Datumaro write them, are read by `labelmap.txt` and VOC's own palette; without a list the 20 classes of
VOC are meant. Splits are the lists in `ImageSets/Segmentation`.

Written is no void: nobody has said where it is. An item has at most 254 objects, a data set 254 classes.
The layout: Everingham et al., The PASCAL Visual Object Classes Challenge (2010), development kit.
"""

from collections.abc import Iterator
from functools import partial
from pathlib import PurePosixPath

import numpy as np

from labelwright.core.document import Annotation, Document
from labelwright.core.errors import UnreadableLabels
from labelwright.core.ontology import Ontology
from labelwright.core.shapes import Mask
from labelwright.formats.class_lists import Classes, classes_in
from labelwright.formats.fields import note_lost_fields
from labelwright.formats.folder import Sink, Source
from labelwright.formats.format import Format, Items, LabeledItem, Limits, Reading
from labelwright.formats.json_reading import tried
from labelwright.formats.label_maps import (
    Codes,
    LabelMap,
    areas,
    map_in,
    number_of_voc_color,
    numbered,
    png,
    voc_color,
)
from labelwright.formats.listing import lines_of
from labelwright.formats.names import Names, stem_of
from labelwright.formats.painting import UNKNOWN, painted
from labelwright.formats.per_picture import NO_PICTURE
from labelwright.formats.pictures import Pictures
from labelwright.formats.report import Fault, Losses

CLASSES, OBJECTS = "SegmentationClass/", "SegmentationObject/"
PICTURES, SETS, MAP = "JPEGImages/", "ImageSets/Segmentation/", "labelmap.txt"
VOID, MOST, UNSPLIT = 255, 254, "trainval"
NO_NUMBER = "VOC's maps have numbers for 254 classes"
VOC_CLASSES = tuple(
    "background,aeroplane,bicycle,bird,boat,bottle,bus,car,cat,chair,cow,diningtable,dog,horse,motorbike,"  # noqa: SIM905
    "person,pottedplant,sheep,sofa,train,tvmonitor".split(",")
)
PALETTE = [voc_color(number) for number in range(256)]


class VocMasks(Format):
    """Pascal VOC's masks."""

    name = "voc-masks"
    title = "Pascal VOC (masks)"
    keeps = frozenset({"mask"})
    about = (
        "PNG maps of classes and of objects for each picture. Masks that do not overlap; nothing beside them."
    )
    limits = Limits(overlaps=False)
    label_pictures = ("*SegmentationClass*/*", "*SegmentationObject*/*")
    made_for = ("Pascal VOC segmentation", "CVAT segmentation mask", "SegmentationClass", "labelformat")

    def recognize(self, source: Source) -> str | None:
        """Maps in folders of VOC's names; where XML files say boxes beside them, `voc` is meant."""
        names = source.names()
        maps = [name for name in names if _inner(name, CLASSES) and name.lower().endswith(".png")]
        boxes = any(name.endswith(".xml") and _inner(name, "Annotations/") for name in names)
        if not maps or boxes:
            return None
        return f"{maps[0]} is a map of classes where VOC has them"

    def read(self, source: Source) -> Reading:
        """Every map of classes, with that of objects beside it."""
        reading = Reading([], iter(()))
        names = source.names()
        maps = {name: inner for name in names if (inner := _inner(name, CLASSES)) and _is_png(name)}
        classes = classes_in(source, reading.faults)
        if not maps and not classes.names:
            raise UnreadableLabels(source.name, "", f"there is no map in a folder {CLASSES}")
        if not classes.names:
            classes = Classes(dict(enumerate(VOC_CLASSES)), nothing={0})
            reading.notes.append("There is no list of classes: they are taken for the 20 of VOC.")
        reading.categories = [name for name in classes.listed() if not _is_void(name, classes)]
        if any(name.endswith(".xml") and _inner(name, "Annotations/") for name in names):
            reading.notes.append("There are boxes too, in XML files: the format “voc” reads those.")
        reading.items = _items(source, maps, classes, reading)
        return reading

    def write(self, items: Items, ontology: Ontology, sink: Sink) -> Losses:
        """Write both maps of each picture, the lists of the splits, and `labelmap.txt`."""
        losses, names = Losses(), Names(by_stem=True)
        listed = list(ontology.categories)[:MOST]
        places = {category.id: place for place, category in enumerate(listed, 1)}
        words = {category.id: category.name.replace(":", " ") for category in ontology.categories}
        changed = {c.id for c in ontology.categories if words[c.id] != c.name}
        sets: dict[str, list[str]] = {}
        unknown = NO_NUMBER if len(listed) < len(ontology.categories) else UNKNOWN

        def note(item: LabeledItem, annotation: Annotation) -> None:
            note_lost_fields(losses, item.name, annotation)
            if annotation.category in changed:
                losses.convert(
                    item.name, "category", "colons in its name become spaces: they part the fields"
                )

        for item in items():
            name = names.take(item.name, losses)
            sets.setdefault(item.split or UNSPLIT, []).append(stem_of(name))
            if item.media is not None:
                sink.copy(PICTURES + name, item.media())
            elif PurePosixPath(name).suffix != ".jpg":
                losses.convert(item.name, "name", NO_PICTURE)
            drawn = painted(item, places, losses, partial(note, item), most=MOST, unknown=unknown)
            if drawn is None:
                continue
            for folder, codes in (
                (CLASSES, [places[annotation.category] for annotation in drawn.annotations]),
                (OBJECTS, list(range(1, len(drawn.annotations) + 1))),
            ):
                with sink.open(f"{folder}{stem_of(name)}.png") as file:
                    file.write(png(numbered(drawn.owner, codes), PALETTE))
        for split, stems in sets.items():
            sink.lines(f"{SETS}{split}.txt", stems)
        rows = [("background", voc_color(0)), *((words[c.id], voc_color(places[c.id])) for c in listed)]
        colored = (f"{' '.join(word.splitlines())}:{','.join(map(str, color))}::" for word, color in rows)
        sink.lines(MAP, ["# label:color_rgb:parts:actions", *colored])
        return losses


def _inner(name: str, folder: str) -> str | None:
    """What of a name follows the folder, if it lies in it."""
    _, found, inner = f"/{name}".partition(f"/{folder}")
    return inner if found else None


def _is_png(name: str) -> bool:
    return name.lower().endswith(".png")


def _is_void(name: str, classes: Classes) -> bool:
    """VOC's void is the last of the list in CVAT's and Datumaro's files, of the color of number 255."""
    number = classes.colors.get(VOID_COLOR)
    return number is not None and classes.names.get(number) == name


VOID_COLOR = 224 << 16 | 224 << 8 | 192


def _items(source: Source, maps: dict[str, str], classes: Classes, reading: Reading) -> Iterator[LabeledItem]:
    pictures = Pictures(source, but=VocMasks.label_pictures)
    splits = _splits(source, reading.faults)
    there = set(source.names())
    seen: set[str] = set()
    for name, inner in maps.items():
        base = name[: len(name) - len(inner) - len(CLASSES)]
        stem = stem_of(inner)
        picture = pictures.find(f"{base}{PICTURES}{stem}")
        seen.add(picture or "")
        objects = f"{base}{OBJECTS}{inner}"
        read = partial(_read, source, name, objects if objects in there else None, classes, reading)
        unread = (pictures.size(picture) if picture else (0, 0)), list[tuple[str, Mask]]()
        (width, height), made = tried(read, name, "", reading.faults) or unread
        annotations = tuple(
            Annotation(id=str(place), category=word, shape=mask) for place, (word, mask) in enumerate(made, 1)
        )
        shown = stem + (PurePosixPath(picture).suffix if picture else ".jpg")
        yield LabeledItem(shown, width, height, Document(annotations=annotations), splits.get(stem))
    for picture in pictures.names:
        inner = _inner(picture, PICTURES)
        if inner and picture not in seen:
            yield LabeledItem(inner, *pictures.size(picture), Document(), splits.get(stem_of(inner)))


def _read(
    source: Source, name: str, objects: str | None, classes: Classes, reading: Reading
) -> tuple[tuple[int, int], list[tuple[str, Mask]]]:
    of_classes = map_in(source, name)
    numbers = _numbers(of_classes, classes, name, reading)
    made: list[tuple[str, Mask]] = []
    if objects is not None:
        of_objects = map_in(source, objects)
        if of_objects.size != of_classes.size:
            raise UnreadableLabels(objects, "", "it is of another size than the map of classes")
        counted = _counted(of_objects)
        for _, mask in areas(counted, objects, (0, VOID)):
            number = _most_common(numbers, counted, mask)
            if number and number in classes.names:
                made.append((classes.names[number], mask))
        numbers = np.where((counted == 0) | (counted == VOID), numbers, 0).astype(np.uint32)
    made += [(classes.names[number], mask) for number, mask in areas(numbers, name, (0,))]
    return of_classes.size, made


def _most_common(numbers: Codes, counted: Codes, mask: Mask) -> int:
    window = (slice(mask.top, mask.top + mask.height), slice(mask.left, mask.left + mask.width))
    place = counted[window]
    values = numbers[window]
    # The object's number is that of the first pixel set in its window.
    first = place.ravel()[mask.runs[0]]
    return int(np.bincount(values[place == first]).argmax())


def _counted(found: LabelMap) -> Codes:
    """The numbers of objects; colors are those of VOC's palette."""
    if not found.is_color:
        return found.codes
    table = {code: number_of_voc_color(code) for code in np.unique(found.codes).tolist()[:100_000]}
    return _translated(found.codes, table)


def _numbers(found: LabelMap, classes: Classes, file: str, reading: Reading) -> Codes:
    """The numbers of classes; 0 for what is nothing, void, or not in the list, which is a fault."""
    table: dict[int, int] = {}
    for code in np.unique(found.codes).tolist()[:100_000]:
        number = classes.colors.get(code, number_of_voc_color(code)) if found.is_color else code
        is_nothing = number in classes.nothing or _is_void(classes.names.get(number, ""), classes)
        if number in classes.names and not is_nothing:
            table[code] = number
        elif number not in (0, VOID) and not is_nothing:
            what = f"the color of number {number}" if found.is_color else f"the number {number}"
            reason = f"the list of classes does not have {what}"
            reading.faults.append(Fault(file=file, place="", reason=reason))
    return _translated(found.codes, table)


def _translated(codes: Codes, table: dict[int, int]) -> Codes:
    present, places = np.unique(codes, return_inverse=True)
    return np.array([table.get(code, 0) for code in present.tolist()], dtype=np.uint32)[places].reshape(
        codes.shape
    )


def _splits(source: Source, faults: list[Fault]) -> dict[str, str]:
    found: dict[str, str] = {}
    for name in source.names():
        path = PurePosixPath(name)
        if (
            path.suffix == ".txt"
            and path.parent.name == "Segmentation"
            and path.stem in ("train", "val", "test")
        ):
            for line in lines_of(source, name, faults):
                if line.strip():
                    found.setdefault(line.strip(), path.stem)
    return found
