"""Pictures in folders named by their class, with or without folders of splits above.

`CLASS/picture` or `SPLIT/CLASS/picture`, splits being train, val (valid, validation) and test. Further
folders below a class belong to the picture's name, as torchvision and Keras walk them. A picture beside
the folders of the classes has no class; trainers pass over it. Trainers number the classes in the order
of the alphabet; the ontology's order is in `classes.txt`, which they pass over and which is read back.
An item has one tag at most. Written is `SPLIT/CLASS/picture`, with “train” where an item has no split.
Layout: torchvision's ImageFolder, Keras' image_dataset_from_directory, Hugging Face's ImageFolder,
Ultralytics' classification data sets, Datumaro's imagenet and imagenet_with_subset_dirs.
"""

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import NamedTuple

from labelwright.core.document import Annotation, Document
from labelwright.core.errors import UnreadableLabels
from labelwright.core.ontology import Ontology
from labelwright.formats.folder import Sink, Source
from labelwright.formats.format import Format, Items, LabeledItem, Limits, Reading
from labelwright.formats.listing import lines_of
from labelwright.formats.names import Names, safe
from labelwright.formats.pictures import Pictures, is_picture
from labelwright.formats.report import Losses
from labelwright.formats.splits import split_of, written_split
from labelwright.formats.tags import only_tags

CLASSES = "classes.txt"
FLAT = "a picture without a tag stands beside the folders of the classes, so it is in no folder of its own"
STAYS = "its picture is not written, and there is nothing but pictures here"
NO_CLASS = "a folder cannot have this name, so it has another one"
# Folders of pictures that are no classes: pictures and their label maps, or frames of videos.
OTHER_FOLDERS = re.compile(
    r"(images?|imgs?|jpegimages|pictures?|photos?|frames?|masks?|labelids|annot\w*|anno|segment\w*|gt|"
    r"ground_?truths?|depths?|colors?|instances?|visuali\w*|rgb|thumbs?|thumbnails?|[lh]r|upsampled|query|"
    r"gallery|bbox_\w+|bounding_box_\w+|\w+_(masks?|gt|labels?))[_-]?\d*"
    r"|labels?"
)
BESIDE = (CLASSES, "readme", "license", "licence", "notice", "report.json", "dataset.yaml", "data.yaml")


class ImageFolder(Format):
    """Folders named by class."""

    name = "imagefolder"
    title = "Folders by class (ImageFolder)"
    keeps = frozenset({"tag"})
    about = "Pictures in folders named by class, below train, val and test. One tag an item, no shapes."
    limits = Limits(most=1, plain_names=True, needs_pictures=True)
    made_for = ("torchvision", "Keras", "Hugging Face ImageFolder", "Ultralytics classify", "YOLO classify")

    def recognize(self, source: Source) -> str | None:
        """Nothing but pictures, in folders of two classes or two splits at least."""
        names = source.names()
        pictures = [name for name in names if is_picture(name)]
        others = [name for name in names if not is_picture(name)]
        if not pictures or not all(_is_beside(name) for name in others):
            return None
        placed = list(_placed(pictures))
        classes = {place.category for place in placed if place.category is not None}
        splits = {place.split for place in placed if place.split is not None}
        is_of_classes = len(classes) > 1 or (len(splits) > 1 and classes)
        if not is_of_classes or any(_is_no_class(word) for word in classes):
            return None
        if sum(place.category is not None and "/" not in place.name for place in placed) * 2 < len(placed):
            return None  # deeper trees are those of other formats
        if _are_layers(placed):
            return None
        return f"its pictures are in folders of {len(classes)} classes, and there are no other label files"

    def read(self, source: Source) -> Reading:
        """Every picture, with the folder that it is in for a tag."""
        pictures = Pictures(source)
        if not pictures.names and not _listed(source):
            raise UnreadableLabels(source.name, "", "there are no pictures")
        reading = Reading([], iter(()))
        placed = list(_placed(pictures.names))
        listed = _listed(source)
        found = sorted({place.category for place in placed if place.category is not None})
        reading.categories = list(dict.fromkeys([*listed, *found]))
        without = sum(place.category is None for place in placed)
        if without:
            reading.notes.append(f"{without} pictures are in no folder of a class: nothing is said of them.")
        reading.items = _items(placed, pictures)
        return reading

    def write(self, items: Items, ontology: Ontology, sink: Sink) -> Losses:
        """Write the pictures into folders, and `classes.txt`."""
        losses = Losses()
        folders = _folders(ontology)
        for category in ontology.categories:
            if folders[category.id] != category.name:
                losses.convert(category.name, "category", NO_CLASS)
        names = Names(by_stem=False)
        for item in items():
            if item.media is None:
                losses.drop(item.name, "item", STAYS, max(1, len(item.document.annotations)))
                continue
            tags = only_tags(item, folders, losses, most=1)
            split = written_split(item.split)
            if item.split not in (split, None):
                losses.convert(item.name, "split", f"it is written as {split}")
            place = folders[tags[0].category] if tags else ""
            name = names.take(item.name if tags else _flat(item, losses), losses)
            sink.copy("/".join(part for part in (split, place, name) if part), item.media())
        sink.lines(CLASSES, [folders[category.id] for category in ontology.categories])
        return losses


class _Place(NamedTuple):
    path: str
    split: str | None
    category: str | None
    name: str


def _placed(paths: list[str]) -> Iterator[_Place]:
    """Where each picture is: its split, its class, and its name below both."""
    above = _shared([PurePosixPath(path).parts[:-1] for path in paths])
    for path in paths:
        parts = PurePosixPath(path).parts[above:]
        split = split_of(parts[0]) if len(parts) > 1 else None
        rest = parts[1:] if split else parts
        category = rest[0] if len(rest) > 1 else None
        yield _Place(path, split, category, "/".join(rest[1:] if category else rest))


def _shared(folders: list[tuple[str, ...]]) -> int:
    """How many folders all pictures have in common that are neither a split nor the only class."""
    above = 0
    if not folders:
        return above
    while True:
        heads = {folder[above] if len(folder) > above + 1 else None for folder in folders}
        head = next(iter(heads))
        if len(heads) != 1 or head is None or split_of(head):
            return above
        above += 1


def _items(placed: list[_Place], pictures: Pictures) -> Iterator[LabeledItem]:
    times = Counter(place.name for place in placed)
    for place in placed:
        tags = () if place.category is None else (Annotation(id="1", category=place.category),)
        # Where two classes have a picture of one name, the folders tell them apart.
        name = place.name if times[place.name] == 1 else place.path
        media = pictures.media(place.path)
        width, height = pictures.size(place.path)
        yield LabeledItem(name, width, height, Document(annotations=tags), place.split, media=media)


def _listed(source: Source) -> list[str]:
    """The classes in the order that an export of ours has left."""
    listed = next((name for name in source.names() if PurePosixPath(name).name == CLASSES), None)
    lines = lines_of(source, listed, []) if listed else []
    return [line.strip() for line in lines if line.strip()]


def _are_layers(placed: list[_Place]) -> bool:
    """Whether a few folders have files of just the same names: the same scenes in other ways."""
    names: dict[tuple[str | None, str | None], list[str]] = {}
    for place in placed:
        names.setdefault((place.split, place.category), []).append(place.name)
    first, *others = (sorted(listed) for listed in names.values())
    return len(first) > 1 and 0 < len(others) < 6 and all(listed == first for listed in others)


def _is_beside(name: str) -> bool:
    return PurePosixPath(name).name.lower().startswith(BESIDE)


def _is_no_class(folder: str) -> bool:
    return OTHER_FOLDERS.fullmatch(folder.casefold()) is not None


def _folders(ontology: Ontology) -> dict[str, str]:
    """A folder for each category, none called as a split or as another one."""
    folders: dict[str, str] = {}
    taken = Names(by_stem=False)
    for category in ontology.categories:
        word = safe(category.name.replace("/", "_"))
        folders[category.id] = taken.take(f"{word}_" if split_of(word) else word)
    return folders


def _flat(item: LabeledItem, losses: Losses) -> str:
    flat = "_".join(PurePosixPath(item.name.replace("\\", "/")).parts)
    if flat != item.name:
        losses.convert(item.name, "name", FLAT)
    return flat
