"""ADE20K: `SPLIT/…/NAME.jpg` with its map `NAME_seg.png`, and what its objects are, as text or JSON.

A pixel of the map has its class as `R // 10 × 256 + G` and its object as B. Written is the layout of 2020:
`NAME.json` (`annotation.object`: id, name, name_ndx, attributes, occluded, parts, `instance_mask`, polygon)
and one PNG for each object, `NAME/instance_000_NAME.png`, so objects and their parts may overlap; in the
map, which is of whole objects, the later hide the earlier. Flags, groups, relations and the values of
attributes stand in fields that other readers pass over; a `dataset_meta.json` lists the classes by number.

Read is also the layout of 2017: `NAME_atr.txt` with `object # part level # occluded # class # raw name #
"attributes"` a line, and parts in `NAME_parts_1.png` and so on. A part has its level in its flags. How it
is read is in `ade20k_reading.py`. The layouts: Zhou et al., Scene Parsing through ADE20K Dataset (2017),
and its README.
"""

from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any

import msgspec
import numpy as np

from labelwright.core.document import Annotation
from labelwright.core.ontology import Category, Ontology
from labelwright.core.shapes import Mask
from labelwright.formats import ade20k_reading
from labelwright.formats.bitmaps import png_of
from labelwright.formats.class_lists import meta_lines
from labelwright.formats.extras import Bonds, Extra, is_linked
from labelwright.formats.fitting import Place, fitting
from labelwright.formats.folder import Sink, Source
from labelwright.formats.format import Format, Items, LabeledItem, Limits, Reading, named_attributes
from labelwright.formats.label_maps import png, voc_color
from labelwright.formats.names import Names, stem_of
from labelwright.formats.per_picture import NO_PICTURE
from labelwright.formats.report import Losses
from labelwright.formats.rle import grid_of
from labelwright.formats.splits import written_split

FOLDERS = {"train": "training", "val": "validation", "test": "test"}
PLACE = Place(kinds=("mask",))
LEVEL, OCCLUDED = ade20k_reading.LEVEL, ade20k_reading.OCCLUDED
LOOKS_LIKE_A_MAP = "names that end on _seg or _parts are those of maps, so an underscore follows"


class Ade20k(Format):
    """ADE20K."""

    name = "ade20k"
    title = "ADE20K"
    keeps = frozenset({"mask"})
    about = "A map of classes and a PNG for each object, described in JSON. Masks may overlap."
    limits = Limits()
    label_pictures = ("*_seg.png", "*_parts_*.png", "*/instance_[0-9]*.png")
    made_for = ("ADE20K", "scene parsing", "MIT", "ADE20K 2017", "ADE20K 2020")

    def recognize(self, source: Source) -> str | None:
        """Maps of ADE20K's names beside what describes them."""
        return ade20k_reading.recognize(source)

    def read(self, source: Source) -> Reading:
        """Every picture that has a description."""
        return ade20k_reading.read(source)

    def write(self, items: Items, ontology: Ontology, sink: Sink) -> Losses:
        """Write the pictures, maps, masks and descriptions, and the list of classes."""
        losses, names = Losses(), Names(by_stem=True)
        writing = _Writing(ontology, losses)
        for item in items():
            split = written_split(item.split)
            if item.split not in (split, None):
                losses.convert(item.name, "split", f"it is written as {split}")
            wanted = _apart(item.name)
            name = names.take(wanted, losses)
            if wanted != item.name:
                losses.convert(item.name, "name", LOOKS_LIKE_A_MAP)
            elif item.media is None and PurePosixPath(name).suffix != ".jpg":
                losses.convert(item.name, "name", NO_PICTURE)
            place = f"{FOLDERS[split]}/{name}"
            if item.media is not None:
                sink.copy(place, item.media())
            writing.item(item, place, sink)
        words = ["background", *(category.name for category in ontology.categories)]
        meta = meta_lines(words, [voc_color(number) for number in range(len(words))])
        sink.lines("dataset_meta.json", [msgspec.json.encode(meta).decode()])
        return losses


def _apart(name: str) -> str:
    stem = stem_of(name)
    return f"{stem}_{name[len(stem) :]}" if ade20k_reading.is_map(f"{stem}.png") else name


class _Writing:
    def __init__(self, ontology: Ontology, losses: Losses) -> None:
        self._losses = losses
        self._categories = {category.id: category for category in ontology.categories}
        self._numbers = {category.id: place for place, category in enumerate(ontology.categories, 1)}
        self._bonds = Bonds(ontology)

    def item(self, item: LabeledItem, place: str, sink: Sink) -> None:
        """Write all that is said of one item beside its picture."""
        stem = stem_of(place)
        last = stem.rpartition("/")[2]
        linked = is_linked(item.document.annotations)
        objects: list[Extra] = []
        pixels = (
            np.zeros((item.height, item.width, 3), dtype=np.uint8) if item.width and item.height else None
        )
        for number, (annotation, category, mask) in enumerate(self._masks(item)):
            file = f"{last}/instance_{number:03d}_{last}.png"
            with sink.open(f"{stem}/instance_{number:03d}_{last}.png") as out:
                out.write(png_of(mask, item.width, item.height))
            objects.append(self._object(number, annotation, category, file, is_linked=linked))
            if pixels is not None and not annotation.flags.get(LEVEL):
                index = self._numbers[category.id]
                _paint(pixels, mask, (index // 256 * 10, index % 256, min(number + 1, 255)))
        if pixels is not None:
            with sink.open(f"{stem}_seg.png") as out:
                out.write(png(pixels))
        head: Extra = {
            "filename": place.rpartition("/")[2],
            "folder": place.rpartition("/")[0],
            "imsize": [item.height, item.width, 3],
            "scene": [],
            "object": objects,
        }
        if self._bonds.listed:
            head["relations"] = self._bonds.listed
        sink.lines(f"{stem}.json", [msgspec.json.encode({"annotation": head}).decode()])

    def _masks(self, item: LabeledItem) -> Iterator[tuple[Annotation, Category, Mask]]:
        for annotation, category, shape in fitting(item, self._categories, PLACE, self._losses):
            if isinstance(shape, Mask):
                yield annotation, category, shape

    def _object(
        self, number: int, annotation: Annotation, category: Category, file: str, *, is_linked: bool
    ) -> Extra:
        flags: dict[str, Any] = dict(annotation.flags)
        level = flags.pop(LEVEL, 0)
        whole = isinstance(level, int | float) and not isinstance(level, bool) and level == int(level)
        if not whole:
            flags[LEVEL] = level
        is_occluded = flags.pop(OCCLUDED, None)
        if is_occluded not in (None, True):
            flags[OCCLUDED] = is_occluded
        named = named_attributes(annotation, category)
        said: Extra = {
            "id": number,
            "name": category.name,
            "name_ndx": self._numbers[category.id],
            "raw_name": category.name,
            "attributes": [f"{key}: {value}" for key, value in named.items()],
            "occluded": "yes" if is_occluded is True else "no",
            "crop": 0,
            "parts": {"hasparts": [], "ispartof": [], "part_level": int(level) if whole else 0},
            "instance_mask": file,
            "polygon": {"x": [], "y": []},
        }
        if named:
            said["attribute_values"] = named
        if annotation.evidence.score is not None:
            said["score"] = annotation.evidence.score
        plain = msgspec.structs.replace(annotation, flags=flags)
        return {**said, **self._bonds.beside(plain, is_linked=is_linked)}


def _paint(pixels: np.ndarray[Any, Any], mask: Mask, color: tuple[int, int, int]) -> None:
    window = pixels[mask.top : mask.top + mask.height, mask.left : mask.left + mask.width]
    window[grid_of(mask)] = color
