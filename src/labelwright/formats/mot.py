"""MOTChallenge (MOT16, MOT17, MOT20): a folder for each sequence with `gt/gt.txt` and `img1/000001.jpg`, ….

A row is frame, track, left, top, width, height, whether it counts, class, visibility. Frames, tracks, classes
and the left and top of boxes count from 1, as MOTChallenge's instructions say; so 1 is taken off when reading
(Datumaro and CVAT do not do that). `gt/labels.txt` names the classes; without it they are those of MOT16.
The folder of an item is its sequence, below its split. Where all names of a folder are numbers they are the
frames; else frames are numbered in their order, and `names.txt` beside `seqinfo.ini`, which other tools pass
over, has their names. Pictures of another size are another sequence, for `seqinfo.ini` has one size.
Kept are boxes, with the flags track (a number), ignored and visibility. Detections (`det/det.txt`) are read
with their scores where there is nothing else. Reading: `mot_reading.py`.
The layout: Milan et al., MOT16 (2016), and MOTChallenge's instructions.
"""

import re
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from labelwright.core.document import Annotation
from labelwright.core.ontology import Ontology
from labelwright.core.shapes import Box
from labelwright.formats import mot_reading
from labelwright.formats.fields import note_lost_fields
from labelwright.formats.fitting import Place, fitting
from labelwright.formats.folder import Sink, Source
from labelwright.formats.format import Format, Items, LabeledItem, Limits, Reading
from labelwright.formats.names import Names, safe
from labelwright.formats.report import Losses
from labelwright.formats.splits import split_of
from labelwright.formats.tables import path_cell, row

PLACE = Place(kinds=("box",))
SPARSE = 20  # frames for each picture of a sequence
_FRAME = re.compile(r"0*[1-9][0-9]{0,7}", re.ASCII)


@dataclass
class _Sequence:
    """What is to be known of a sequence before it is written."""

    root: str
    width: int
    height: int
    ending: str
    frames: list[int] = field(default_factory=list[int])
    are_numbers: bool = True
    tracks: dict[object, int] = field(default_factory=dict[object, int])
    names: list[str] = field(default_factory=list[str])
    needs_names: bool = False


class Mot(Format):
    """MOTChallenge's text files."""

    name = "mot"
    title = "MOTChallenge"
    keeps = frozenset({"box"})
    about = "A folder for each sequence of frames, which have numbers. Boxes with tracks and visibility."
    limits = Limits()
    made_for = ("MOT16", "MOT17", "MOT20", "MOT15", "MOTChallenge", "CVAT MOT 1.1", "TrackEval", "tracking")

    def recognize(self, source: Source) -> str | None:
        """A `gt/gt.txt` or `det/det.txt` with rows of numbers."""
        return mot_reading.recognize(source)

    def read(self, source: Source) -> Reading:
        """Every sequence."""
        return mot_reading.read(source)

    def write(self, items: Items, ontology: Ontology, sink: Sink) -> Losses:
        """Write each sequence: its rows, classes, description and pictures."""
        losses = Losses()
        plan, places = _plan(items, losses)
        categories = {category.id: category for category in ontology.categories}
        numbers = {category.id: number for number, category in enumerate(ontology.categories, 1)}
        names = [" ".join(category.name.split("\n")) for category in ontology.categories]
        sequences = {sequence.root: sequence for sequence in plan}
        lasting = {root: place for place, (root, _) in enumerate(places)}
        rows: dict[str, list[str]] = {sequence.root: [] for sequence in plan}
        for place, (item, (root, frame)) in enumerate(zip(items(), places, strict=True)):
            sequence = sequences[root]
            for annotation, _, shape in fitting(item, categories, PLACE, losses):
                if isinstance(shape, Box):
                    track, box, rest = _row(annotation, shape, item, sequence, losses)
                    said = f"{rest[0]:g},{numbers[annotation.category]},{rest[1]!r}"
                    rows[root].append(f"{frame},{track},{','.join(map(repr, box))},{said}")
            if lasting[root] == place:
                # All of it is seen, so that mostly one sequence is held at a time.
                sink.lines(f"{root}gt/gt.txt", rows.pop(root))
                sink.lines(f"{root}gt/labels.txt", names)
                sink.lines(f"{root}seqinfo.ini", _described(sequence))
                if sequence.needs_names:
                    sink.lines(f"{root}{mot_reading.NAMES}", sequence.names)
        for item, (root, frame) in zip(items(), places, strict=True):
            if item.media is not None:
                sink.copy(f"{root}img1/{frame:06}{_ending(item.name)}", item.media())
        return losses


def _plan(items: Items, losses: Losses) -> tuple[list[_Sequence], list[tuple[str, int]]]:
    """The sequences, and for each item the folder of its sequence and its frame."""
    found: dict[tuple[str, int, int], _Sequence] = {}
    taken: set[str] = set()
    order: list[tuple[_Sequence, int]] = []
    names = Names(by_stem=False)
    for item in items():
        name = names.take(item.name, losses)
        root = _root(item, name, losses)
        key = (root.casefold(), item.width, item.height)
        sequence = found.get(key)
        if sequence is None:
            chosen, number = root, 2
            while chosen.casefold() in taken:
                chosen, number = f"{root.rstrip('/')}_{number}/".lstrip("_"), number + 1
            taken.add(chosen.casefold())
            sequence = found[key] = _Sequence(chosen, item.width, item.height, _ending(item.name))
        stem = PurePosixPath(name).stem
        number = int(stem) if _FRAME.fullmatch(stem) else 0
        sequence.are_numbers = sequence.are_numbers and number > 0
        order.append((sequence, len(sequence.frames)))
        sequence.frames.append(number)
        for annotation in item.document.annotations:
            track = annotation.flags.get("track")
            if track is not None:
                sequence.tracks.setdefault(track, 0)
    for sequence in found.values():
        count, last = len(sequence.frames), max(sequence.frames)
        is_sparse = last > SPARSE * count + 1000  # numbers of pictures rather than of frames
        if not sequence.are_numbers or is_sparse or len(set(sequence.frames)) < count:
            sequence.frames = list(range(1, count + 1))
        sequence.needs_names = max(sequence.frames) > count
        _number_tracks(sequence)
    places = [(sequence.root, sequence.frames[place]) for sequence, place in order]
    by_root = {sequence.root: sequence for sequence in found.values()}
    names = Names(by_stem=False)
    for item, (root, frame) in zip(items(), places, strict=True):
        name = names.take(item.name)
        sequence = by_root[root]
        sequence.names.append(row([frame, path_cell(name)]))
        has_own = mot_reading.name_of(root, f"{frame:06}{_ending(item.name)}") == name
        sequence.needs_names = sequence.needs_names or not has_own
    return list(found.values()), places


def _root(item: LabeledItem, name: str, losses: Losses) -> str:
    folders = PurePosixPath(name).parent.parts
    parts = [f"{part}_" if split_of(part) or part in ("img1", "gt") else part for part in folders]
    split = split_of(item.split)
    if item.split is not None and split != item.split:
        losses.convert(item.name, "split", f"it is written as {split or 'none'}")
    return "".join(f"{part}/" for part in ([split, *parts] if split else parts))


def _ending(name: str) -> str:
    return PurePosixPath(safe(name)).suffix or ".jpg"


def _number_tracks(sequence: _Sequence) -> None:
    numbers = {track: _whole(track) for track in sequence.tracks}
    following = max((number for number in numbers.values() if number), default=0) + 1
    for track, number in numbers.items():
        sequence.tracks[track] = number or following
        following += 0 if number else 1


def _whole(track: object) -> int | None:
    if not isinstance(track, int | float) or isinstance(track, bool):
        return None
    return int(track) if 0 < track < 10**9 and track == int(track) else None


def _row(
    annotation: Annotation, box: Box, item: LabeledItem, sequence: _Sequence, losses: Losses
) -> tuple[int, tuple[float, ...], tuple[float, float]]:
    flags = annotation.flags
    track, number = flags.get("track"), -1
    if track is not None:
        number = sequence.tracks[track]
        if _whole(track) is None:
            losses.drop(item.name, "flags", "tracks are numbers here; the name of this one is lost")
    said = flags.get("visibility", 1)
    visibility = float(said) if isinstance(said, int | float) else 1.0
    known = [name for name in ("track", "ignored") if name in flags]
    if not isinstance(said, str | bool):
        known.append("visibility")
    note_lost_fields(losses, item.name, annotation, flags=known)
    counts = 0.0 if flags.get("ignored") else 1.0
    left, top = float(box.left) + 1, float(box.top) + 1
    width, height = float(box.right) - float(box.left), float(box.bottom) - float(box.top)
    return number, (left, top, width, height), (counts, visibility)


def _described(sequence: _Sequence) -> list[str]:
    name = sequence.root.rstrip("/").rpartition("/")[2] or "sequence"
    return [
        "[Sequence]",
        f"name={name}",
        "imDir=img1",
        "frameRate=30",
        f"seqLength={max(sequence.frames)}",
        f"imWidth={sequence.width}",
        f"imHeight={sequence.height}",
        f"imExt={sequence.ending}",
    ]
