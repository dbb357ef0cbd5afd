"""Text files, one a picture, in a folder beside that of the pictures; and words for categories in them."""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from pathlib import PurePosixPath
from typing import NamedTuple

import msgspec

from labelwright.core.errors import LabelwrightError
from labelwright.core.ontology import Category
from labelwright.formats.folder import Source
from labelwright.formats.format import LabeledItem
from labelwright.formats.json_reading import json_of
from labelwright.formats.names import Names, stem_of
from labelwright.formats.pictures import Pictures
from labelwright.formats.report import Losses
from labelwright.formats.splits import split_of, split_of_folders, written_split

META = "dataset_meta.json"
NO_PICTURE = "without its picture nothing tells its ending"


class TextFile(NamedTuple):
    """A text file: its name, the folder above that of the texts, the name of its item, its split."""

    file: str
    base: str
    stem: str
    split: str | None


def text_files(source: Source, folders: Collection[str]) -> list[TextFile]:
    """The text files in folders of these names; a split stands above that folder, or directly in it."""
    found: list[TextFile] = []
    for name in source.names():
        if not name.lower().endswith(".txt"):
            continue
        *above, last = PurePosixPath(name).parts
        place = next((n for n, part in enumerate(above) if part in folders), None)
        if place is None:
            continue
        base, inner = "/".join(above[:place]), above[place + 1 :]
        split = split_of_folders(f"{base}/x")
        if split is None and inner and split_of(inner[0]):
            split, inner = split_of(inner[0]), inner[1:]
        found.append(TextFile(name, base, "/".join([*inner, last[:-4]]), split))
    return found


def picture_of(text: TextFile, pictures: Pictures, folders: Sequence[str]) -> str | None:
    """The picture of a text file: in one of the folders beside it, or the only one of that name."""
    for folder in folders:
        for inner in (text.stem, f"{text.split}/{text.stem}"):
            wanted = f"{text.base}/{folder}/{inner}".lstrip("/")
            found = pictures.find(wanted)
            if found is not None and stem_of(found) == wanted:
                return found
    return pictures.find(text.stem)


def name_of(text: TextFile, picture: str | None, ending: str) -> str:
    """The name of the item: with the ending of its picture if there is one."""
    return text.stem + (PurePosixPath(picture).suffix if picture else ending)


def first_line(source: Source, files: Iterable[TextFile], most: int = 50) -> Iterator[tuple[str, list[str]]]:
    """The words of the first lines of the first files, each with its file."""
    for text, _ in zip(files, range(most), strict=False):
        lines = source.start(text.file, 4000).decode("utf-8-sig", "replace").splitlines()
        for line in lines[:4]:
            if line.strip():
                yield text.file, line.split()


class Written:
    """Names for the items of one export: by their stems, in a folder of their split."""

    def __init__(self, losses: Losses, ending: str) -> None:
        self._losses, self._ending = losses, ending
        self._names = Names(by_stem=True)

    def take(self, item: LabeledItem) -> tuple[str, str]:
        """The split and the name of an item's picture; what changes is noted."""
        split = written_split(item.split)
        if item.split not in (split, None):
            self._losses.convert(item.name, "split", f"it is written as {split}")
        name = self._names.take(item.name, self._losses)
        if item.media is None and PurePosixPath(name).suffix != self._ending:
            self._losses.convert(item.name, "name", NO_PICTURE)
        return split, name


def plain_words(categories: Sequence[Category]) -> dict[str, str]:
    """A word without spaces for each category, no word twice."""
    words: dict[str, str] = {}
    taken: set[str] = set()
    for category in categories:
        word = re.sub(r"[\s\x00-\x1f\x7f\"',]+", "_", category.name).strip("_") or "_"
        chosen, number = word, 2
        while chosen in taken:
            chosen, number = f"{word}_{number}", number + 1
        taken.add(chosen)
        words[category.id] = chosen
    return words


def note_word(losses: Losses, item: LabeledItem, category: Category, word: str) -> None:
    """Note that a category is called otherwise in the files."""
    if word != category.name:
        losses.convert(item.name, "category", f"“{category.name}” is written as {word}: a name has no spaces")


def meta(names: Iterable[str]) -> list[str]:
    """The lines of Datumaro's `dataset_meta.json`, which names all classes in their order."""
    labels = {str(number): name for number, name in enumerate(names)}
    return [msgspec.json.encode({"label_map": labels}).decode()]


class _Meta(msgspec.Struct):
    label_map: dict[str, str]


def meta_names(source: Source, base: str = "") -> list[str]:
    """The classes that a `dataset_meta.json` names, or none."""
    name = f"{base}/{META}".lstrip("/")
    if name not in source.names():
        return []
    try:
        found: _Meta = json_of(source, name, _Meta)
    except LabelwrightError:
        return []
    return list(found.label_map.values())
