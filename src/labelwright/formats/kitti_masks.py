"""KITTI's semantic segmentation: `SPLIT/image_2/` pictures, `SPLIT/instance/` and `SPLIT/semantic/` maps.

A pixel of `instance` (16 bits) is `class × 256 + instance`, of `semantic` the class. The classes have
Cityscapes' numbers, and what has no instances has the instance 0; other classes take free numbers, and all
stand in a `dataset_meta.json`. Masks do not overlap. Splits are the folders `training`, `validation` and
`testing`. The layout: Alhaija et al., Augmented Reality Meets Computer Vision (2018), and KITTI's
development kit.
"""

from collections.abc import Iterator
from functools import partial
from pathlib import PurePosixPath

import msgspec
import numpy as np

from labelwright.core.document import Annotation, Document
from labelwright.core.errors import UnreadableLabels
from labelwright.core.ontology import Ontology
from labelwright.formats.cityscapes import META, NAMES, NO_NUMBER, STUFF, table_of
from labelwright.formats.class_lists import classes_in
from labelwright.formats.fields import note_lost_fields
from labelwright.formats.folder import Sink, Source
from labelwright.formats.format import Format, Items, LabeledItem, Limits, Reading
from labelwright.formats.json_reading import tried
from labelwright.formats.label_maps import areas, map_in, numbered, png
from labelwright.formats.names import stem_of
from labelwright.formats.painting import UNKNOWN, painted
from labelwright.formats.per_picture import Written
from labelwright.formats.pictures import Pictures
from labelwright.formats.report import Fault, Losses
from labelwright.formats.splits import split_of

PICTURES, INSTANCES, CLASSES = "image_2", "instance", "semantic"
PER_CLASS = 256
FOLDERS = {"train": "training", "val": "validation", "test": "testing"}
TOO_MANY = "an item has numbers for 255 instances of a class; the last ones are one"


class KittiMasks(Format):
    """KITTI's masks."""

    name = "kitti-masks"
    title = "KITTI (segmentation)"
    keeps = frozenset({"mask"})
    about = "PNG maps of classes and instances beside each picture. Masks that do not overlap."
    limits = Limits(overlaps=False)
    label_pictures = ("*/instance/*.png", "*/semantic/*.png", "*/semantic_rgb/*.png")
    made_for = ("KITTI", "KITTI semantics", "KITTI segmentation")

    def recognize(self, source: Source) -> str | None:
        """Maps of instances or classes beside a folder of KITTI's pictures."""
        names = source.names()
        if not any(f"/{PICTURES}/" in f"/{name}" for name in names):
            return None
        for kinds in _maps(names).values():
            return f"{next(iter(kinds.values()))} is a map beside KITTI's {PICTURES}"
        return None

    def read(self, source: Source) -> Reading:
        """Every picture, with its map of instances, else of classes."""
        reading = Reading([], iter(()))
        names = source.names()
        maps = _maps(names)
        meta = [name for name in names if PurePosixPath(name).name == META]
        if not maps and not meta:
            raise UnreadableLabels(source.name, "", f"there is no map in a folder {INSTANCES} or {CLASSES}")
        found = classes_in(source, reading.faults, meta).names if meta else {}
        numbers = dict(found) if found else dict[int, str](enumerate(NAMES))
        numbers.pop(0, None)
        reading.categories = list(dict.fromkeys(numbers.values()))
        reading.items = _items(source, maps, numbers, reading)
        return reading

    def write(self, items: Items, ontology: Ontology, sink: Sink) -> Losses:
        """Write pictures, both maps, and the table of classes."""
        losses = Losses()
        placed = Written(losses, ".png")
        numbers, colors = table_of(ontology)
        stuff = {key for key, number in numbers.items() if number in STUFF}
        unknown = NO_NUMBER if len(numbers) < len(ontology.categories) else UNKNOWN
        for item in items():
            split, name = placed.take(item)
            base = FOLDERS[split]
            if item.media is not None:
                sink.copy(f"{base}/{PICTURES}/{name}", item.media())
            note = partial(_note, losses, item)
            drawn = painted(item, numbers, losses, note, merges=stuff, unknown=unknown)
            if drawn is None:
                continue
            classes = [numbers[annotation.category] for annotation in drawn.annotations]
            codes = _codes(classes, item, losses)
            for kind, data in (
                (INSTANCES, png(numbered(drawn.owner, codes).astype(np.uint16))),
                (CLASSES, png(numbered(drawn.owner, classes).astype(np.uint8))),
            ):
                with sink.open(f"{base}/{kind}/{stem_of(name)}.png") as file:
                    file.write(data)
        listed = {str(numbers[c.id]): c.name for c in ontology.categories if c.id in numbers}
        shown: list[list[int] | None] = [[0, 0, 0]] + [None] * max(numbers.values(), default=0)
        for key, number in numbers.items():
            shown[number] = list(colors[key])
        meta = {"label_map": {"0": NAMES[0], **listed}, "segmentation_colors": shown}
        sink.lines(META, [msgspec.json.encode(meta).decode()])
        return losses


def _note(losses: Losses, item: LabeledItem, annotation: Annotation) -> None:
    note_lost_fields(losses, item.name, annotation)


def _codes(classes: list[int], item: LabeledItem, losses: Losses) -> list[int]:
    """Stuff has the instance 0, things count from 1."""
    counts: dict[int, int] = {}
    codes: list[int] = []
    for number in classes:
        counts[number] = counts.get(number, 0) + (number not in STUFF)
        if counts[number] >= PER_CLASS:
            losses.drop(item.name, "instance", TOO_MANY)
        codes.append(number * PER_CLASS + min(counts[number], PER_CLASS - 1))
    return codes


def _maps(names: list[str]) -> dict[tuple[str, str], dict[str, str]]:
    """The maps by the folder above them and their stem, by their kinds."""
    found: dict[tuple[str, str], dict[str, str]] = {}
    for name in names:
        parts = name.split("/")
        kinds = (PICTURES, INSTANCES, CLASSES)
        place = next((n for n, part in enumerate(parts[:-1]) if part in kinds), None)
        if place is not None and parts[place] != PICTURES and name.endswith(".png"):
            base = "".join(f"{part}/" for part in parts[:place])
            found.setdefault((base, stem_of("/".join(parts[place + 1 :]))), {})[parts[place]] = name
    return found


def _items(
    source: Source, maps: dict[tuple[str, str], dict[str, str]], numbers: dict[int, str], reading: Reading
) -> Iterator[LabeledItem]:
    pictures = Pictures(source)
    shown: dict[tuple[str, str], str] = {}
    for name in pictures.names:
        above, _, inner = f"/{name}".partition(f"/{PICTURES}/")
        if inner and not any(f"/{kind}/" in f"{above}/" for kind in (INSTANCES, CLASSES)):
            shown[(f"{above[1:]}/" if above else "", stem_of(inner))] = name
    for base, stem in dict.fromkeys((*shown, *maps)):
        picture, kinds = shown.get((base, stem)), maps.get((base, stem), {})
        ending = PurePosixPath(picture).suffix if picture else ".png"
        size, made = (pictures.size(picture) if picture else (0, 0)), list[Annotation]()
        file = kinds.get(INSTANCES) or kinds.get(CLASSES)
        if file is not None:
            read = partial(_map, source, file, PER_CLASS if INSTANCES in kinds else 1, numbers, reading)
            size, made = tried(read, file, "", reading.faults) or (size, made)
        split = split_of(PurePosixPath(base).name)
        yield LabeledItem(stem + ending, *size, Document(annotations=tuple(made)), split)


def _map(
    source: Source, file: str, per_class: int, numbers: dict[int, str], reading: Reading
) -> tuple[tuple[int, int], list[Annotation]]:
    found = map_in(source, file)
    made: list[Annotation] = []
    for code, mask in areas(found.codes, file, (0,)):
        word = numbers.get(code // per_class)
        if word is not None:
            made.append(Annotation(id=str(code), category=word, shape=mask))
        elif code >= per_class:
            reason = f"there is no class of the number {code // per_class}"
            reading.faults.append(Fault(file=file, place="", reason=reason))
    return found.size, made
