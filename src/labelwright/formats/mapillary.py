"""Mapillary Vistas: `SPLIT/images/`, and `SPLIT/VERSION/` with `instances/`, `labels/`, `panoptic/`,
`polygons/`.

A pixel of `instances/STEM.png` (16 bits) is `class × 256 + instance`, classes in the order of
`config_VERSION.json` from 0; `labels/STEM.png` has classes alone, with the palette of the config. There is
no number for “nothing”: what nobody has labeled is of the last class, `void--unlabeled`, which is added and
no category here. Where a class has no instances (`instances` false) it is one mask. In the release of 2017
the folders lie without a version.

Written are instances and labels of version 2.0 with its config; a class has 256 instances in an item, and
there is room for 254 classes. Read are instances, else labels, of version 2.0 where both are. The JSON of
`polygons` and `panoptic` says the same and is passed over, which is noted. The layout: Neuhold et al., The
Mapillary Vistas Dataset (2017), and its README.
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
from labelwright.formats.fields import note_lost_fields
from labelwright.formats.folder import Sink, Source
from labelwright.formats.format import Format, Items, LabeledItem, Limits, Reading
from labelwright.formats.json_reading import json_files, json_of, tried
from labelwright.formats.label_maps import BLACK, areas, map_in, numbered, png, voc_color
from labelwright.formats.names import stem_of
from labelwright.formats.painting import UNKNOWN, painted
from labelwright.formats.per_picture import Written
from labelwright.formats.pictures import Pictures
from labelwright.formats.report import Fault, Losses
from labelwright.formats.splits import split_of

VERSION, PICTURES, INSTANCES, LABELS = "v2.0", "images", "instances", "labels"
PER_CLASS, MOST = 256, 254
NOTHING = "void--unlabeled"
KINDS = (PICTURES, INSTANCES, LABELS)
OTHERS = ("polygons", "panoptic")
NO_NUMBER = "Vistas has numbers for 254 classes"
TOO_MANY = "an item has numbers for 256 instances of a class; the last ones are one"


class Mapillary(Format):
    """Mapillary Vistas."""

    name = "mapillary"
    title = "Mapillary Vistas"
    keeps = frozenset({"mask"})
    about = "PNGs of classes and instances, and a config of the classes. Masks that do not overlap."
    limits = Limits(overlaps=False)
    label_pictures = tuple(f"*/{kind}/*.png" for kind in (INSTANCES, LABELS, "panoptic"))
    made_for = ("Mapillary Vistas", "street scenes")

    def recognize(self, source: Source) -> str | None:
        """A config with the classes of Vistas."""
        for name in _configs(source):
            return f"{name} lists classes as Mapillary Vistas does"
        return None

    def read(self, source: Source) -> Reading:
        """The maps of every picture, of the newest version that is there."""
        reading = Reading([], iter(()))
        configs = [
            (name, found)
            for name in _configs(source)
            if (found := tried(partial(json_of, source, name, _Config), name, "", reading.faults))
        ]
        if not configs:
            raise UnreadableLabels(source.name, "", "no config lists the classes")
        maps = _maps(source.names())
        versions = sorted({version for version, _, _ in maps}, reverse=True)
        version = versions[0] if versions else ""
        if len(versions) > 1:
            reading.notes.append(f"Read is {version}; {', '.join(versions[1:])} is there too.")
        if any(f"/{kind}/" in f"/{name}" for name in source.names() for kind in OTHERS):
            reading.notes.append(
                "The files of polygons and panoptic say the same as the maps and are not read."
            )
        config = next((found for name, found in configs if version and version in name), configs[0][1])
        words = [entry.name for entry in config.labels]
        reading.categories = list(dict.fromkeys(word for word in words if word != NOTHING))
        own = {key[1:]: kinds for key, kinds in maps.items() if key[0] == version}
        reading.items = _items(source, own, config.labels, reading)
        return reading

    def write(self, items: Items, ontology: Ontology, sink: Sink) -> Losses:
        """Write pictures, both maps, and the config."""
        losses = Losses()
        placed = Written(losses, ".jpg")
        listed = ontology.categories[:MOST]
        numbers = {category.id: place for place, category in enumerate(listed)}
        nothing = len(listed)
        palette = [*(voc_color(place + 1) for place in range(nothing)), BLACK]
        unknown = NO_NUMBER if nothing < len(ontology.categories) else UNKNOWN
        for item in items():
            split, name = placed.take(item)
            if item.media is not None:
                sink.copy(f"{split}/{PICTURES}/{name}", item.media())
            drawn = painted(item, numbers, losses, partial(_note, losses, item), unknown=unknown)
            if drawn is None:
                continue
            classes = [numbers[annotation.category] for annotation in drawn.annotations]
            codes = _codes(classes, item, losses)
            instances = numbered(drawn.owner, codes, nothing * PER_CLASS).astype(np.uint16)
            for kind, data in (
                (INSTANCES, png(instances)),
                (LABELS, png(numbered(drawn.owner, classes, nothing), palette)),
            ):
                with sink.open(f"{split}/{VERSION}/{kind}/{stem_of(name)}.png") as file:
                    file.write(data)
        rows = [
            {
                "name": c.name,
                "readable": c.name,
                "color": list(palette[place]),
                "instances": True,
                "evaluate": True,
            }
            for place, c in enumerate(listed)
        ]
        last = {
            "name": NOTHING,
            "readable": "Unlabeled",
            "color": [0, 0, 0],
            "instances": False,
            "evaluate": False,
        }
        config = {"labels": [*rows, last], "version": "2.0", "mapping": "public", "folder_structure": ""}
        sink.lines(f"config_{VERSION}.json", [msgspec.json.format(msgspec.json.encode(config)).decode()])
        return losses


class _Label(msgspec.Struct):
    name: str
    instances: bool = True
    readable: str = ""
    color: Any = None


class _Config(msgspec.Struct):
    labels: list[_Label]


def _configs(source: Source) -> list[str]:
    """The configs, the newest version first."""
    found: list[str] = []
    for name in json_files(source):
        if PurePosixPath(name).name.startswith("config"):
            start = source.start(name)
            if b'"labels"' in start and b'"instances"' in start and b'"readable"' in start:
                found.append(name)
    return sorted(found, reverse=True)


Place = tuple[str, str, str]  # the version, the folder above, the stem


def _maps(names: list[str]) -> dict[Place, dict[str, str]]:
    """The maps by their kinds."""
    found: dict[Place, dict[str, str]] = {}
    for name in names:
        parts = name.split("/")
        place = next((n for n, part in enumerate(parts[:-1]) if part in KINDS), None)
        if place is None or parts[place] == PICTURES or not name.endswith(".png"):
            continue
        above = parts[:place]
        version = above.pop() if above and above[-1].startswith("v") and "." in above[-1] else ""
        stem = stem_of("/".join(parts[place + 1 :]))
        base = "".join(f"{part}/" for part in above)
        found.setdefault((version, base, stem), {})[parts[place]] = name
    return found


def _items(
    source: Source, maps: dict[tuple[str, str], dict[str, str]], labels: list[_Label], reading: Reading
) -> Iterator[LabeledItem]:
    shown: dict[tuple[str, str], str] = {}
    pictures = Pictures(source)
    for name in pictures.names:
        above, _, inner = f"/{name}".partition(f"/{PICTURES}/")
        if inner and not any(f"/{kind}/" in f"{above}/" for kind in (*KINDS, *OTHERS)):
            shown[(f"{above[1:]}/" if above else "", stem_of(inner))] = name
    for base, stem in dict.fromkeys((*shown, *maps)):
        picture, kinds = shown.get((base, stem)), maps.get((base, stem), {})
        ending = PurePosixPath(picture).suffix if picture else ".jpg"
        size, made = (pictures.size(picture) if picture else (0, 0)), list[Annotation]()
        file = kinds.get(INSTANCES) or kinds.get(LABELS)
        if file is not None:
            per_class = PER_CLASS if INSTANCES in kinds else 1
            read = partial(_map, source, file, per_class, labels, reading)
            size, made = tried(read, file, "", reading.faults) or (size, made)
        split = split_of(PurePosixPath(base).name)
        yield LabeledItem(stem + ending, *size, Document(annotations=tuple(made)), split)


def _map(
    source: Source, file: str, per_class: int, labels: list[_Label], reading: Reading
) -> tuple[tuple[int, int], list[Annotation]]:
    found = map_in(source, file)
    made: list[Annotation] = []
    for code, mask in areas(found.codes, file):
        number = code // per_class
        if number >= len(labels):
            reason = f"there is no class of the number {number}"
            reading.faults.append(Fault(file=file, place="", reason=reason))
        elif labels[number].name != NOTHING:
            made.append(Annotation(id=str(code), category=labels[number].name, shape=mask))
    return found.size, made


def _note(losses: Losses, item: LabeledItem, annotation: Annotation) -> None:
    note_lost_fields(losses, item.name, annotation)


def _codes(classes: list[int], item: LabeledItem, losses: Losses) -> list[int]:
    counts: dict[int, int] = {}
    codes: list[int] = []
    for number in classes:
        place = counts.get(number, 0)
        counts[number] = place + 1
        if place >= PER_CLASS:
            losses.drop(item.name, "instance", TOO_MANY)
        codes.append(number * PER_CLASS + min(place, PER_CLASS - 1))
    return codes
