"""CamVid: `SPLIT/` pictures, `SPLITannot/` maps of colors, `SPLIT.txt` lists, and `label_colors.txt`.

A line of the list has a picture and its map; a line of the colors has `r g b name`, first the void that no
class has. A pixel belongs to one class, and instances are not told apart. Names of classes have no spaces.
Read are maps of colors, with a palette, or of numbers in the order of the colors (as SegNet's copy has them,
whose 11 classes are meant where no list is); also the first release: `LabeledApproved_full/STEM_L.png` beside
`701_StillsRaw_full/STEM.png`. The layout: Brostow et al., Semantic Object Classes in Video (2009), and
Datumaro's documentation of CamVid. Where no list says the colors, those of CamVid's 32 classes are meant.
"""

from collections.abc import Iterator
from functools import partial
from pathlib import PurePosixPath

from labelwright.core.document import Annotation, Document
from labelwright.core.errors import UnreadableLabels
from labelwright.core.ontology import Ontology
from labelwright.core.shapes import Mask
from labelwright.formats.class_lists import NOTHING, Classes, classes_in, named_areas
from labelwright.formats.fields import note_lost_fields
from labelwright.formats.folder import Sink, Source
from labelwright.formats.format import Format, Items, LabeledItem, Limits, Reading
from labelwright.formats.json_reading import tried
from labelwright.formats.label_maps import Color, colored, map_in, png, voc_color
from labelwright.formats.listing import lines_of
from labelwright.formats.names import stem_of
from labelwright.formats.painting import painted
from labelwright.formats.per_picture import Written, note_word, plain_words
from labelwright.formats.pictures import Pictures
from labelwright.formats.report import Losses
from labelwright.formats.splits import SPLITS, split_of

COLORS_FILE, MAPS, FIRST_MAPS = "label_colors.txt", "annot", "LabeledApproved_full"
VOID = "Void"
SEGNET = ("Sky", "Building", "Pole", "Road", "Pavement", "Tree", "SignSymbol", "Fence", "Car", "Pedestrian",
          "Bicyclist", VOID)  # fmt: skip
CAMVID = {
    VOID: 0x000000, "Animal": 0x408040, "Archway": 0xC00080, "Bicyclist": 0x0080C0, "Bridge": 0x008040,
    "Building": 0x800000, "Car": 0x400080, "CartLuggagePram": 0x4000C0, "Child": 0xC08040,
    "Column_Pole": 0xC0C080, "Fence": 0x404080, "LaneMkgsDriv": 0x8000C0, "LaneMkgsNonDriv": 0xC00040,
    "Misc_Text": 0x808040, "MotorcycycleScooter": 0xC000C0, "OtherMoving": 0x804040, "ParkingBlock": 0x40C080,
    "Pedestrian": 0x404000, "Road": 0x804080, "RoadShoulder": 0x8080C0, "Sidewalk": 0x0000C0,
    "SignSymbol": 0xC08080, "Sky": 0x808080, "SUVPickupTruck": 0x4080C0, "TrafficCone": 0x000040,
    "TrafficLight": 0x004040, "Train": 0xC04080, "Tree": 0x808000, "Truck_Bus": 0xC080C0, "Tunnel": 0x400040,
    "VegetationMisc": 0xC0C000, "Wall": 0x40C000,
}  # fmt: skip


class CamVid(Format):
    """CamVid."""

    name = "camvid"
    title = "CamVid"
    keeps = frozenset({"mask"})
    about = "A PNG of class colors for each picture. One mask of each class; names of classes have no spaces."
    limits = Limits(overlaps=False, merges=True, plain_names=True)
    label_pictures = ("*annot/*", f"*{FIRST_MAPS}/*")
    made_for = ("CamVid", "SegNet", "Cambridge-driving", "CVAT CamVid")

    def recognize(self, source: Source) -> str | None:
        """A folder and one of the same name with “annot”, and a list of its pictures or of colors."""
        names = source.names()
        lists = {PurePosixPath(name).name for name in names if name.endswith(".txt")}
        for picture, file, _, _ in _pairs(source):
            folder = PurePosixPath(file).parts[0] if "/" in file else ""
            is_listed = COLORS_FILE in lists or f"{folder.removesuffix(MAPS)}.txt" in lists
            if source.start(file, 8).startswith(b"\x89PNG") and is_listed:
                return f"{file} is the map of {picture}, as CamVid lists them"
        return None

    def read(self, source: Source) -> Reading:
        """Every picture, with its map if it has one."""
        reading = Reading([], iter(()))
        classes = classes_in(source, reading.faults)
        has_list = bool(classes.names)
        pairs = list(_pairs(source))
        if not pairs and not has_list:
            raise UnreadableLabels(source.name, "", "there is neither a folder “…annot” nor a list of colors")
        if not has_list:
            classes = Classes(dict(enumerate(CAMVID)), {c: n for n, c in enumerate(CAMVID.values())}, {0})
        classes.nothing |= {n for n, word in classes.names.items() if word.casefold() in NOTHING}
        reading.categories = classes.listed()
        if not has_list and any(_is_numbers(source, file) for _, file, _, _ in pairs[:1]):
            classes = Classes(dict(enumerate(SEGNET)), nothing={len(SEGNET) - 1})
            reading.categories = classes.listed()
            reading.notes.append("There is no list of classes: the numbers are taken for SegNet's 11.")
        reading.items = _items(source, pairs, classes, reading)
        return reading

    def write(self, items: Items, ontology: Ontology, sink: Sink) -> Losses:
        """Write pictures, maps, the list of each split, and the colors."""
        losses = Losses()
        placed = Written(losses, ".png")
        words = plain_words(ontology.categories)
        colors = _colors(words)
        lists: dict[str, list[str]] = {}

        def note(item: LabeledItem, annotation: Annotation) -> None:
            note_lost_fields(losses, item.name, annotation)
            category = ontology.category(annotation.category)
            if category is not None:
                note_word(losses, item, category, words[category.id])

        for item in items():
            split, name = placed.take(item)
            if item.media is not None:
                sink.copy(f"{split}/{name}", item.media())
            line = f"/{split}/{name}"
            drawn = painted(item, words, losses, partial(note, item), merges=words)
            if drawn is not None:
                file = f"{split}{MAPS}/{stem_of(name)}.png"
                pixels = colored(drawn.owner, [colors[a.category] for a in drawn.annotations])
                with sink.open(file) as out:
                    out.write(png(pixels))
                line = f'"{line}" "/{file}"' if " " in name else f"{line} /{file}"
            lists.setdefault(split, []).append(line)
        for split, lines in lists.items():
            sink.lines(f"{split}.txt", lines)
        rows = ((*colors[key], word) for key, word in words.items())
        sink.lines(COLORS_FILE, [f"0 0 0 {VOID}", *(f"{r} {g} {b} {word}" for r, g, b, word in rows)])
        return losses


def _colors(words: dict[str, str]) -> dict[str, Color]:
    """CamVid's own color for its classes, for others one that nobody has."""
    own = {key: _rgb(CAMVID[word]) for key, word in words.items() if CAMVID.get(word)}
    taken = {(0, 0, 0), *own.values()}
    free = (color for number in range(1, 2**24) if (color := voc_color(number)) not in taken)
    return {key: own.get(key) or next(free) for key in words}


def _rgb(code: int) -> Color:
    return code >> 16, code >> 8 & 255, code & 255


Pair = tuple[str, str, str, str | None]  # picture, map, the item's name, its split


def _pairs(source: Source) -> Iterator[Pair]:
    """Pictures with their maps, by the folders they lie in."""
    maps: dict[str, str] = {}
    names = source.names()
    for name in names:
        above, _, last = name.rpartition("/")
        parts = above.split("/")
        place = next((n for n, part in enumerate(parts) if part.endswith(MAPS) and part != MAPS), None)
        if place is not None and last.lower().endswith(".png"):
            parts[place] = parts[place].removesuffix(MAPS)
            maps["/".join([*parts, stem_of(last)])] = name
        elif FIRST_MAPS in parts and last.lower().endswith("_l.png"):
            maps[f"{FIRST_MAPS}/{stem_of(last)[:-2]}"] = name
    for name in Pictures(source, but=CamVid.label_pictures).names if maps else ():
        folder, _, inner = name.partition("/")
        file = maps.get(stem_of(name))
        if file is not None:
            # A data set may lie one folder deeper.
            while inner and split_of(folder) is None and "/" in inner and not _is_split_folder(folder, maps):
                folder, _, inner = inner.partition("/")
            yield name, file, inner or name, split_of(folder)
        elif f"{FIRST_MAPS}/{stem_of(PurePosixPath(name).name)}" in maps:
            last = PurePosixPath(name).name
            yield name, maps[f"{FIRST_MAPS}/{stem_of(last)}"], last, None


def _is_split_folder(folder: str, maps: dict[str, str]) -> bool:
    return any(file.startswith(f"{folder}{MAPS}/") for file in maps.values())


def _is_numbers(source: Source, file: str) -> bool:
    start = source.start(file, 26)
    return len(start) > 25 and start[25] == 0


def _items(source: Source, pairs: list[Pair], classes: Classes, reading: Reading) -> Iterator[LabeledItem]:
    pictures = Pictures(source, but=CamVid.label_pictures)
    for picture, file, name, split in pairs:
        read = partial(_read, source, file, classes, reading)
        (width, height), made = tried(read, file, "", reading.faults) or (pictures.size(picture), [])
        annotations = tuple(
            Annotation(id=str(place), category=word, shape=mask) for place, (word, mask) in enumerate(made, 1)
        )
        yield LabeledItem(name, width, height, Document(annotations=annotations), split)
    paired = {picture for picture, _, _, _ in pairs}
    there = set(source.names())
    mapped = {file for _, file, _, _ in pairs}
    for name in pictures.names:
        folder, _, inner = name.partition("/")
        if name not in paired and inner and split_of(folder):
            yield LabeledItem(inner, *pictures.size(name), Document(), split_of(folder))
    for split in SPLITS:  # maps whose pictures stayed behind
        lines = lines_of(source, f"{split}.txt", reading.faults) if f"{split}.txt" in there else []
        for line in lines:
            words = line.split('"')[1::2] if '"' in line else line.split()
            shown, file = ([word.lstrip("/") for word in words] + ["", ""])[:2]
            if shown and shown not in there and file not in mapped:
                read = partial(_read, source, file, classes, reading)
                found = tried(read, file or shown, "", reading.faults) if file else None
                (width, height), made = found or ((0, 0), [])
                annotations = tuple(
                    Annotation(id=str(n), category=word, shape=mask) for n, (word, mask) in enumerate(made, 1)
                )
                inner = shown.partition("/")[2] if split_of(shown.partition("/")[0]) else shown
                yield LabeledItem(inner or shown, width, height, Document(annotations=annotations), split)


def _read(
    source: Source, file: str, classes: Classes, reading: Reading
) -> tuple[tuple[int, int], list[tuple[str, Mask]]]:
    found = map_in(source, file)
    if found.palette and classes.colors:
        found = found._replace(codes=found.in_colors(), is_color=True)
    return found.size, list(named_areas(file, found, classes, reading.faults))
