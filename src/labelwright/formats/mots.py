"""MOTS: PNG maps of 16 bits with `class × 1000 + instance` for each frame, and their list of classes.

Datumaro's layout is written: `SPLIT/images/NAME`, `SPLIT/instances/STEM.png` with a `labels.txt` of one
class a line, numbered from 1; 0 is the background and 10000 is to be ignored, so class 10 has no instance
0. The number of an instance is that of its track (`track` in the flags, of a frame's annotation), where it
is one from 0 to 999 that no other of its class has in the frame; else it gets a free one.

Read are also the challenge's own text files, `frame id class height width rle` a line, with COCO's packed
runs: frames are `SEQUENCE/000001.png`, class 1 is a car, 2 a pedestrian. Masks do not overlap. The layout:
Voigtlaender et al., MOTS: Multi-Object Tracking and Segmentation (2019), its tools, and Datumaro's
documentation.
"""

from collections.abc import Iterator
from functools import partial
from pathlib import PurePosixPath

import numpy as np

from labelwright.core.document import Annotation, Document
from labelwright.core.errors import UnreadableLabels
from labelwright.core.ontology import Ontology
from labelwright.formats.fields import note_lost_fields
from labelwright.formats.folder import Sink, Source, text_of
from labelwright.formats.format import Format, Items, LabeledItem, Limits, Reading
from labelwright.formats.json_reading import tried
from labelwright.formats.label_maps import areas, map_in, numbered, png
from labelwright.formats.listing import lines_of
from labelwright.formats.names import stem_of
from labelwright.formats.painting import UNKNOWN, Painted, painted
from labelwright.formats.per_picture import Written
from labelwright.formats.pictures import Pictures
from labelwright.formats.report import Fault, Losses
from labelwright.formats.rle import mask_of, unpack
from labelwright.formats.splits import split_of

MAPS, PICTURES, LABELS = "instances", "images", "labels.txt"
PER_CLASS, IGNORED, MOST, TRACK = 1000, 10_000, 64, "track"
CLASSES = {1: "car", 2: "pedestrian"}
NO_NUMBER = "the maps have 16 bits, with room for 64 classes"
NO_TRACK = "its track is no number from 0 to 999 that only it has in the frame; it gets another"
TOO_MANY = "a frame has numbers for 999 instances of a class; the last ones are one"


class Mots(Format):
    """MOTS."""

    name = "mots"
    title = "MOTS"
    keeps = frozenset({"mask"})
    about = "A PNG of classes and tracks for each frame. Masks that do not overlap."
    limits = Limits(overlaps=False)
    label_pictures = ("*instances/*.png",)
    made_for = ("MOTS", "KITTI MOTS", "MOTSChallenge", "tracking and segmentation")

    def recognize(self, source: Source) -> str | None:
        """Maps with their list of classes, or a text file with packed masks."""
        names = source.names()
        for name in names:
            if f"/{name}".endswith(f"/{MAPS}/{LABELS}"):
                return f"{name} lists the classes of the maps beside it"
        for name in [n for n in names if n.endswith(".txt")][:20]:
            first = source.start(name, 100_000).split(b"\n", 1)[0].decode("utf-8", "replace")
            if _is_row(first):
                return f"{name} has MOTS's lines: frame, id, class, height, width, packed mask"
        return None

    def read(self, source: Source) -> Reading:
        """Every map, and every text file of masks."""
        reading = Reading([], iter(()))
        names = source.names()
        lists = {
            str(PurePosixPath(name).parent): [line.strip() for line in lines_of(source, name, reading.faults)]
            for name in names
            if PurePosixPath(name).name == LABELS and PurePosixPath(name).parent.name == MAPS
        }
        texts = [
            name
            for name in names
            if name.endswith(".txt") and _is_row(_first(source, name)) and PurePosixPath(name).name != LABELS
        ]
        if not lists and not texts:
            raise UnreadableLabels(
                source.name, "", "there is neither a list of classes nor a text file of masks"
            )
        words = dict.fromkeys(word for listed in lists.values() for word in listed if word)
        words.update(dict.fromkeys(CLASSES.values() if texts else ()))
        reading.categories = list(words)
        reading.items = _items(source, lists, texts, reading)
        return reading

    def write(self, items: Items, ontology: Ontology, sink: Sink) -> Losses:
        """Write a map and a picture for each frame, and the classes beside the maps of each split."""
        losses = Losses()
        placed = Written(losses, ".png")
        listed = ontology.categories[:MOST]
        numbers = {category.id: place for place, category in enumerate(listed, 1)}
        unknown = NO_NUMBER if len(listed) < len(ontology.categories) else UNKNOWN
        splits = dict.fromkeys(["train"])
        for item in items():
            split, name = placed.take(item)
            splits.setdefault(split)
            if item.media is not None:
                sink.copy(f"{split}/{PICTURES}/{name}", item.media())
            note = partial(_note, losses, item)
            drawn = painted(item, numbers, losses, note, unknown=unknown)
            if drawn is not None:
                pixels = numbered(drawn.owner, _codes(drawn, numbers, item, losses)).astype(np.uint16)
                with sink.open(f"{split}/{MAPS}/{stem_of(name)}.png") as file:
                    file.write(png(pixels))
        for split in splits:
            sink.lines(f"{split}/{MAPS}/{LABELS}", (" ".join(c.name.splitlines()) for c in listed))
        return losses


def _note(losses: Losses, item: LabeledItem, annotation: Annotation) -> None:
    note_lost_fields(losses, item.name, annotation, flags=(TRACK,))


def _codes(drawn: Painted, numbers: dict[str, int], item: LabeledItem, losses: Losses) -> list[int]:
    """The number of each annotation: its track's where it can be, else a free one."""
    codes: list[int] = [0] * len(drawn.annotations)
    taken: set[int] = {IGNORED}
    for place, annotation in enumerate(drawn.annotations):
        track = _number(annotation.flags.get(TRACK))
        code = numbers[annotation.category] * PER_CLASS + track if track is not None else IGNORED
        if code not in taken:
            codes[place] = code
            taken.add(code)
    for place, annotation in enumerate(drawn.annotations):
        if codes[place]:
            continue
        if TRACK in annotation.flags:
            losses.drop(item.name, "flags", NO_TRACK)
        first = numbers[annotation.category] * PER_CLASS
        free = next((code for code in range(first + 1, first + PER_CLASS) if code not in taken), None)
        if free is None:
            losses.drop(item.name, "instance", TOO_MANY)
        codes[place] = free or first + PER_CLASS - 1
        taken.add(codes[place])
    return codes


def _number(track: object) -> int | None:
    if isinstance(track, str) and track.isdecimal() and len(track) < 4 and str(int(track)) == track:
        track = int(track)
    if isinstance(track, bool) or not isinstance(track, int | float) or not 0 <= track < PER_CLASS:
        return None
    return int(track) if track == int(track) else None


def _first(source: Source, name: str) -> str:
    return source.start(name, 100_000).split(b"\n", 1)[0].decode("utf-8", "replace")


def _is_row(line: str) -> bool:
    words = line.split()
    if len(words) != 6 or not all(word.isdecimal() and len(word) < 10 for word in words[:5]):
        return False
    return (not words[5].isdecimal() and words[1] == "10000") or int(words[1]) // PER_CLASS == int(words[2])


def _items(
    source: Source, lists: dict[str, list[str]], texts: list[str], reading: Reading
) -> Iterator[LabeledItem]:
    pictures = Pictures(source, but=Mots.label_pictures)
    there = source.names()
    for folder, words in lists.items():
        base = str(PurePosixPath(folder).parent)
        above = "" if base == "." else f"{base}/"
        split = split_of(PurePosixPath(base).name)
        maps = {
            stem_of(n[len(folder) + 1 :]): n
            for n in there
            if n.startswith(f"{folder}/") and n.endswith(".png")
        }
        shown = {stem_of(n[len(above) + len(PICTURES) + 1 :]): n for n in pictures.names
                 if n.startswith(f"{above}{PICTURES}/")}  # fmt: skip
        for stem in dict.fromkeys((*shown, *maps)):
            picture, file = shown.get(stem), maps.get(stem)
            ending = PurePosixPath(picture).suffix if picture else ".png"
            size, made = (pictures.size(picture) if picture else (0, 0)), list[Annotation]()
            if file is not None:
                read = partial(_map, source, file, words, reading)
                size, made = tried(read, file, "", reading.faults) or (size, made)
            yield LabeledItem(stem + ending, *size, Document(annotations=tuple(made)), split)
    for name in texts:
        yield from _frames(source, name, reading)


def _map(
    source: Source, file: str, words: list[str], reading: Reading
) -> tuple[tuple[int, int], list[Annotation]]:
    found = map_in(source, file)
    made: list[Annotation] = []
    for code, mask in areas(found.codes, file, (0, IGNORED)):
        number, track = divmod(code, PER_CLASS)
        if not 0 < number <= len(words) or not words[number - 1]:
            reason = f"there is no class of the number {number}"
            reading.faults.append(Fault(file=file, place="", reason=reason))
            continue
        flags: dict[str, bool | float | str] = {TRACK: track}
        made.append(Annotation(id=str(code), category=words[number - 1], shape=mask, flags=flags))
    return found.size, made


def _frames(source: Source, name: str, reading: Reading) -> Iterator[LabeledItem]:
    """The frames of a text file, which may name them in any order."""
    frames: dict[int, list[Annotation]] = {}
    sizes: dict[int, tuple[int, int]] = {}
    for number, line in enumerate(text_of(source, name).splitlines(), 1):
        if line.strip():
            tried(partial(_row, line, frames, sizes), name, f"line {number}", reading.faults)
    for frame, annotations in sorted(frames.items()):
        width, height = sizes[frame]
        document = Document(annotations=tuple(annotations))
        yield LabeledItem(f"{PurePosixPath(name).stem}/{frame:06d}.png", width, height, document)


def _row(line: str, frames: dict[int, list[Annotation]], sizes: dict[int, tuple[int, int]]) -> None:
    words = line.split()
    if not _is_row(line):
        raise ValueError("a line has frame, id, class, height, width and a packed mask")
    frame, code, number, height, width = map(int, words[:5])
    sizes.setdefault(frame, (width, height))
    annotations = frames.setdefault(frame, [])
    if code == IGNORED:
        return
    flags: dict[str, bool | float | str] = {TRACK: code % PER_CLASS}
    mask = mask_of(height, width, unpack(words[5]))
    word = CLASSES.get(number)
    if word is None:
        raise ValueError(f"there is no class of the number {number}")
    annotations.append(Annotation(id=str(code), category=word, shape=mask, flags=flags))
