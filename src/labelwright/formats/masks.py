"""Pictures and their label maps side by side: `images/NAME`, `masks/STEM.png` and a list of classes.

The number of a pixel is that of its class in the list; 0 is the background. Written are `classes.txt` (one
name a line, the background first) and Datumaro's `dataset_meta.json`, which also has the colors of the
palette. Items of a split lie in `SPLIT/images` and `SPLIT/masks`. A pixel belongs to one class, so of each
class an item has one mask, and instances are not told apart.

Read are label maps of 8 or 16 bits, with a palette, or in colors that the list names; folders called masks,
labels, annotations, gt or so beside one called images; names that match but for words such as `_mask`. The
layouts: Datumaro's “common semantic segmentation” and what trainers of segmentation share by custom.
"""

import re
from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import PurePosixPath

import msgspec
import numpy as np

from labelwright.core.document import Annotation, Document
from labelwright.core.errors import LabelwrightError, UnreadableLabels
from labelwright.core.ontology import Ontology
from labelwright.core.shapes import Mask
from labelwright.formats.class_lists import Classes, classes_in, meta_lines, named_areas
from labelwright.formats.fields import note_lost_fields
from labelwright.formats.folder import Sink, Source
from labelwright.formats.format import Format, Items, LabeledItem, Limits, Reading
from labelwright.formats.json_reading import tried
from labelwright.formats.label_maps import color_of, map_in, numbered, png, voc_color
from labelwright.formats.names import Names, stem_of
from labelwright.formats.painting import painted
from labelwright.formats.per_picture import NO_PICTURE
from labelwright.formats.pictures import Pictures, is_picture
from labelwright.formats.report import Losses
from labelwright.formats.splits import split_of_folders, written_split

MASKS = (
    "masks",
    "mask",
    "labels",
    "label",
    "annotations",
    "annotation",
    "gt",
    "segmentation",
    "segmentations",
    "segmentationclass",
    "labelids",
    "seg",
    "semseg",
    "gtleft",
    "groundtruth",
    "ground_truth",
)
IMAGES = ("images", "image", "imgs", "img", "jpegimages", "rgb", "rgbleft", "photos", "pictures", "inputs")
_EXTRA = re.compile(
    r"^(?:gt|mask|image|img|label|seg)[_-]"
    r"|[_-](?:gt|mask|masks|seg|label|labels|labelids|image|img|l|manual\d?)$",
    re.IGNORECASE,
)
MOST_LOOKED_AT, MOST_CLASSES = 20, 10_000
VOID = 255  # where nobody says what it is
GRAY_OR_PALETTE = (0, 3)  # types of PNG


class Masks(Format):
    """Plain label maps."""

    name = "masks"
    title = "Label maps (PNG masks)"
    keeps = frozenset({"mask"})
    about = "A PNG of class numbers for each picture. One mask of each class; later ones hide earlier ones."
    limits = Limits(overlaps=False, merges=True)
    label_pictures = tuple(f"*/{folder}/*.png" for folder in MASKS) + tuple(f"{f}/*.png" for f in MASKS)
    made_for = (
        "semantic segmentation",
        "PNG masks",
        "label maps",
        "SYNTHIA",
        "mmsegmentation",
        "labelformat",
    )

    def recognize(self, source: Source) -> str | None:
        """A folder of maps beside a folder of pictures of the same names."""
        classes = None
        for picture, file in _pairs(source.names())[:MOST_LOOKED_AT]:
            start = source.start(file, 64)
            if not start.startswith(b"\x89PNG") or len(start) < 26:
                return None
            if start[25] in GRAY_OR_PALETTE:
                return f"{file} is a map of numbers for {picture}"
            classes = classes or classes_in(source, [])
            if classes.colors:
                return f"{file} is a map for {picture}, and {classes.file} lists its colors"
        return None

    def read(self, source: Source) -> Reading:
        """Every pair of a picture and a map; pictures without one are items of which nothing is said."""
        names = source.names()
        reading = Reading([], iter(()))
        classes = classes_in(source, reading.faults)
        pairs = _pairs(names)
        if not pairs:
            pairs = [(name, name) for name in names if _is_map(name)]
        if not pairs and not classes.names:
            raise UnreadableLabels(source.name, "", "there is no picture with a label map beside it")
        if not classes.names:
            classes = _numbers(source, [file for _, file in pairs], reading)
        reading.categories = classes.listed()
        reading.items = _items(source, pairs, classes, reading)
        return reading

    def write(self, items: Items, ontology: Ontology, sink: Sink) -> Losses:
        """Write pictures, maps and lists of classes."""
        losses, names = Losses(), Names(by_stem=True)
        places = {category.id: place for place, category in enumerate(ontology.categories, 1)}
        colors = [voc_color(number) for number in range(len(places) + 1)]
        words = ["background", *(category.name for category in ontology.categories)]
        bases = dict.fromkeys([""])
        for item in items():
            split = item.split if item.split is None else written_split(item.split)
            if split != item.split:
                losses.convert(item.name, "split", f"it is written as {split}")
            base = f"{split}/" if split else ""
            bases[base] = None
            name = names.take(item.name, losses)
            if item.media is not None:
                sink.copy(f"{base}images/{name}", item.media())
            elif PurePosixPath(name).suffix != ".png":
                losses.convert(item.name, "name", NO_PICTURE)
            drawn = painted(
                item, places, losses, lambda a, n=item.name: note_lost_fields(losses, n, a), merges=places
            )
            if drawn is not None:
                pixels = numbered(drawn.owner, [places[a.category] for a in drawn.annotations])
                with sink.open(f"{base}masks/{stem_of(name)}.png") as file:
                    file.write(png(pixels, colors))
            elif item.media is None and not item.document.annotations:
                losses.drop(item.name, "item", "neither its picture nor its size is known")
        sink.lines("classes.txt", (" ".join(word.splitlines()) for word in words))
        meta = msgspec.json.format(msgspec.json.encode(meta_lines(words, colors))).decode()
        for base in bases:
            sink.lines(f"{base}dataset_meta.json", [meta])
        return losses


def _items(
    source: Source, pairs: list[tuple[str, str]], classes: Classes, reading: Reading
) -> Iterator[LabeledItem]:
    maps = dict(pairs)
    pictures = Pictures(source)
    listed = [name for name in pictures.names if name in maps or _side(name)[0] == "image"]
    # Folders of splits may also stand below those of the pictures; names of ours may look so by chance.
    inner_splits = all(split_of_folders(_side(name)[2]) for name in listed)
    for picture in listed:
        _, base, inner = _side(picture)
        split = split_of_folders(base + "x") or (split_of_folders(inner) if inner_splits else None)
        file = maps.get(picture)
        if file is None:
            yield LabeledItem(inner, *pictures.size(picture), Document(), split)
            continue
        read = partial(_read, source, file, classes, reading)
        (width, height), made = tried(read, file, "", reading.faults) or (pictures.size(picture), [])
        annotations = tuple(
            Annotation(id=str(place), category=word, shape=mask) for place, (word, mask) in enumerate(made, 1)
        )
        yield LabeledItem(inner, width, height, Document(annotations=annotations), split)


def _read(
    source: Source, file: str, classes: Classes, reading: Reading
) -> tuple[tuple[int, int], list[tuple[str, Mask]]]:
    found = map_in(source, file)
    void = {VOID} - set(classes.names)
    return found.size, list(named_areas(file, found, classes, reading.faults, but=void))


def _numbers(source: Source, files: Iterable[str], reading: Reading) -> Classes:
    """The numbers that maps without a list of classes have in them, each as a class; 0 means nothing."""
    found = Classes(nothing={0})
    present: set[int] = set()
    for file in files:
        try:
            present.update(np.unique(map_in(source, file).in_numbers())[:MOST_CLASSES].tolist())
        except LabelwrightError:
            continue  # it is a fault when the items are read
    for number in sorted(present - {VOID})[:MOST_CLASSES]:
        found.names[number] = (
            f"class {number}" if number < 2**16 else "color {} {} {}".format(*color_of(number))
        )
    reading.notes.append("No list of classes is there: they are called by the numbers in the maps.")
    return found


def _side(name: str) -> tuple[str, str, str]:
    """Whether a file is a picture or a map by the first folder that says so; what is above and below it."""
    parts = name.split("/")
    for place, part in enumerate(parts[:-1]):
        word = part.casefold()
        if word in IMAGES or word in MASKS:
            base = "".join(f"{above}/" for above in parts[:place])
            return ("image" if word in IMAGES else "map"), base, "/".join(parts[place + 1 :])
    return "", "", name


def _is_map(name: str) -> bool:
    return name.lower().endswith((".png", ".bmp", ".tif", ".tiff")) and _side(name)[0] == "map"


def _pairs(names: list[str]) -> list[tuple[str, str]]:
    """Pictures with their maps, by equal names, or by names that are equal but for words such as “_mask”."""
    exact: dict[str, str] = {}
    loose: dict[str, str] = {}
    for name in names:
        if _is_map(name):
            _, base, inner = _side(name)
            exact.setdefault(base + stem_of(inner), name)
            key = _bare(base, inner)
            loose[key] = "" if key in loose else name
    pairs: list[tuple[str, str]] = []
    for name in names if exact else ():
        side, base, inner = _side(name)
        if side == "image" and is_picture(name):
            file = exact.get(base + stem_of(inner)) or loose.get(_bare(base, inner))
            if file:
                pairs.append((name, file))
    return pairs


def _bare(base: str, inner: str) -> str:
    folder, _, last = stem_of(inner).rpartition("/")
    return f"{base}{folder}/{_EXTRA.sub('', _EXTRA.sub('', last))}".casefold()
