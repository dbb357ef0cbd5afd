"""COCO to YOLO the short way: most sets that are converted at all, and the largest, go this way.

Boxes and polygons that carry nothing else never become annotations here: their numbers go through arrays,
a block of records at a time. Everything else (masks, crowds, attributes, figures, what is wrong or
reaches over its picture) takes the long way, record by record, through the same functions as always. Files
and report are those of the long way to the byte and to the word; a test compares them.
"""

import gc
import os
import threading
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import chain, compress, pairwise
from multiprocessing import get_all_start_methods, get_context
from pathlib import Path
from typing import NamedTuple, cast

import msgspec
import numpy as np
from numpy.typing import NDArray

from labelwright.core.document import EMPTY, Annotation, Document
from labelwright.core.ontology import Ontology
from labelwright.core.shapes import LIMIT
from labelwright.formats.coco_reading import File, Image, annotations_at, images_of, many, opened
from labelwright.formats.fields import no_place_for_flags
from labelwright.formats.folder import Source
from labelwright.formats.format import LabeledItem, Reading
from labelwright.formats.report import MOST_EXAMPLES, Losses
from labelwright.formats.rle import MOST_PIXELS
from labelwright.formats.spool import Media
from labelwright.formats.yolo import OUTLINE_LOST, STEPS, Yolo, YoloSegment, text_of

BLOCK = 8_000  # records at a time: few enough that nothing of them is left for long
SLIVER = 1e-6  # square pixels: below this the order of sums could decide whether there is an area
LONG, KEPT, OUTLINE, MASK, CROWD, TOGETHER = range(6)
"""What becomes of a record: the long way; a row that says all; a row without an outline, a mask, or the mask
of a crowd; or the long way for the whole picture, because records of it may belong together."""

NOTES = {
    OUTLINE: (("polygon", OUTLINE_LOST),),
    MASK: (("mask", OUTLINE_LOST),),
    CROWD: (("mask", OUTLINE_LOST), ("flags", no_place_for_flags(["iscrowd"]))),
}
NO_CROWD = (0, "0", "")
WORTH_SHARING = 50_000  # records; below this the processes are not worth their start
MOST_PROCESSES = 4

Floats = NDArray[np.float64]
Numbers = NDArray[np.int64]
Row = list[float]


class _Runs(msgspec.Struct, gc=False):
    size: list[int]
    counts: list[int]


class _Record(msgspec.Struct, gc=False):
    """A record of which only the usual is looked at; anything else in it leads the long way."""

    category_id: int | str
    bbox: list[float] | None = None
    segmentation: list[list[float]] | _Runs | None = None
    iscrowd: int | bool | str = 0
    keypoints: list[float] | None = None
    attributes: dict[str, msgspec.Raw] | None = None
    flags: dict[str, msgspec.Raw] | None = None
    group: str | None = None
    votes: msgspec.Raw | None = None
    unsure: msgspec.Raw | None = None
    measured_confidence: msgspec.Raw | None = None


_decoder = msgspec.json.Decoder(list[_Record])
_decode = msgspec.json.Decoder(_Record).decode


def _decoded(raw: msgspec.Raw) -> _Record | None:
    try:
        return _decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


class _Outcome(NamedTuple):
    """What became of the records of a picture: a code each, and their lines, or rows if some have none."""

    codes: bytes
    lines: str
    rows: list[Row]


@dataclass(frozen=True)
class _Item(LabeledItem):
    """An item whose lines are made already, or rows of numbers and annotations (where `codes` say LONG)."""

    codes: bytes = b""
    lines: str = ""
    records: Sequence[Row | Annotation] = ()


class _BoxLines(Yolo):
    def item_lines(
        self, item: LabeledItem, ontology: Ontology, numbers: dict[str, int], losses: Losses
    ) -> Iterable[str]:
        if not isinstance(item, _Item):
            return super().item_lines(item, ontology, numbers, losses)
        return _lines(self, item, numbers, losses)


class _SegmentLines(YoloSegment):
    def item_lines(
        self, item: LabeledItem, ontology: Ontology, numbers: dict[str, int], losses: Losses
    ) -> Iterable[str]:
        if not isinstance(item, _Item):
            return super().item_lines(item, ontology, numbers, losses)
        return _lines(self, item, numbers, losses)


def _lines(writer: Yolo, item: _Item, numbers: dict[str, int], losses: Losses) -> Iterator[str]:
    if not item.records:
        _note(item, item.codes, losses)
        if item.lines:
            yield item.lines
        return
    for record, code in zip(item.records, item.codes, strict=True):
        if isinstance(record, Annotation):
            line = writer.line(record, item, numbers, losses)
            if line is not None:
                yield line
        else:
            _note(item, bytes((code,)), losses)
            yield text_of([record])


def _note(item: _Item, codes: bytes, losses: Losses) -> None:
    losses.keep(codes.count(KEPT))
    if len(losses.examples) < MOST_EXAMPLES:  # until then each is an example of its own
        for code in codes:
            for kind, reason in NOTES.get(code, ()):
                losses.drop(item.name, kind, reason)
        return
    for code, notes in NOTES.items():
        count = codes.count(code)
        for kind, reason in notes if count else ():
            losses.drop(item.name, kind, reason, count)


class Short:
    """A reading of COCO files for one of these writers, which goes through its items once."""

    def __init__(self, reading: Reading, files: list[File], *, segments: bool) -> None:
        self.writer: Yolo = _SegmentLines() if segments else _BoxLines()
        self.reading = reading
        self.count = 0
        self._files, self._segments = files, segments

    def items(self, ids: dict[str, str], media: Media) -> Iterator[LabeledItem]:
        """The items; `ids` are those of the categories by name."""
        order = {name: place for place, name in enumerate(ids)}
        for file in self._files:
            numbers = {key: order[name] for key, name in file.categories.items()}
            images = list(images_of(file, self.reading.faults))
            work = _Work(file, images, numbers, self._segments)
            for (image, places), outcome in zip(images, work.outcomes(), strict=True):
                self.count += 1
                yield self._item(file, image, places, outcome, ids, media(image.file_name))

    def _item(
        self,
        file: File,
        image: Image,
        places: Numbers,
        outcome: _Outcome,
        ids: dict[str, str],
        picture: Callable[[], Path | bytes] | None,
    ) -> LabeledItem:
        whole = LabeledItem(
            image.file_name,
            image.width,
            image.height,
            EMPTY,
            image.split or file.split,
            key=image.key,
            media=picture,
        )
        codes, lines, rows = outcome
        if not rows:
            return _Item(**vars(whole), codes=codes, lines=lines)
        together = TOGETHER in codes
        records: list[Row | Annotation] = []
        kinds: list[int] = []
        for place, row, code in zip(places.tolist(), rows, codes, strict=True):
            if row and not together:
                records.append(row)
                kinds.append(code)
                continue
            for made in annotations_at(file, place, image, self.reading.faults):
                records.append(msgspec.structs.replace(made, category=ids[made.category]))
                kinds.append(LONG)
        if together:
            document = Document(annotations=tuple(cast("list[Annotation]", records)))
            return replace(whole, document=document)
        return _Item(**vars(whole), codes=bytes(kinds), records=records)


def boxes(source: Source) -> Short:
    """The short way to `yolo`."""
    return Short(*opened(source), segments=False)


def segments(source: Source) -> Short:
    """The short way to `yolo-seg`."""
    return Short(*opened(source), segments=True)


Images = list[tuple[Image, Numbers]]


@dataclass
class _Work:
    """The records of a file, worked through in order, by several processes if there are many."""

    file: File
    images: Images
    numbers: dict[int | str, int]
    segments: bool

    def outcomes(self) -> Iterator[_Outcome]:
        """What becomes of every picture, in order."""
        parts = list(self._parts())
        processes = min(MOST_PROCESSES, _processors())
        # A fork shares the file without a copy. Beside other threads it could inherit a lock that is held.
        may_fork = "fork" in get_all_start_methods() and threading.active_count() == 1
        if processes < 2 or not may_fork or len(self.file.head.annotations) < WORTH_SHARING:
            for part in parts:
                yield from self.part(*part)
            return
        _shared.append(self)
        try:
            with ProcessPoolExecutor(processes, mp_context=get_context("fork")) as pool:
                ahead = deque(pool.submit(_part, *part) for part in parts[: 3 * processes])
                for part in chain(parts[3 * processes :], [None] * len(ahead)):
                    yield from ahead.popleft().result()
                    if part is not None:
                        ahead.append(pool.submit(_part, *part))
        finally:
            _shared.pop()

    def _parts(self) -> Iterator[tuple[int, int]]:
        start, count = 0, 0
        for end, (_, places) in enumerate(self.images, 1):
            count += len(places)
            if count >= BLOCK or end == len(self.images):
                yield start, end
                start, count = end, 0

    def part(self, start: int, end: int) -> list[_Outcome]:
        """What becomes of the pictures from start to end."""
        images = self.images[start:end]
        with uncollected():
            block = _Block(self.file, images, self.numbers, segments=self.segments)
            outcomes: list[_Outcome] = []
            at = 0
            for _, places in images:
                codes, rows = block.codes[at : at + len(places)], block.rows[at : at + len(places)]
                is_whole = LONG not in codes and TOGETHER not in codes
                outcomes.append(
                    _Outcome(bytes(codes), text_of(rows) if is_whole else "", [] if is_whole else rows)
                )
                at += len(places)
        return outcomes


def _processors() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


_shared: list[_Work] = []  # what a fork of this process works on


def _part(start: int, end: int) -> list[_Outcome]:
    return _shared[-1].part(start, end)


@contextmanager
def uncollected() -> Generator[None]:
    """Without the cyclic garbage collector, which else walks again and again through lists of numbers."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


class _Block:
    """The records of some pictures through arrays: for each a row if it has one, and a code."""

    def __init__(self, file: File, images: Images, numbers: dict[int | str, int], *, segments: bool) -> None:
        counts = [len(places) for _, places in images]
        self._wide = np.repeat([float(image.width) for image, _ in images], counts)
        self._high = np.repeat([float(image.height) for image, _ in images], counts)
        self.codes = [LONG] * len(self._wide)
        self.rows: list[Row] = [[]] * len(self._wide)  # empty: the long way
        polygons, boxes, masks = _Gathered([], [], []), _Gathered([], [], []), _Gathered([], [], [])
        raws: list[msgspec.Raw] = file.head.annotations
        chosen: list[msgspec.Raw] = [
            raws[place] for place in np.concatenate([places for _, places in images]).tolist()
        ]
        for at, record in enumerate(many(_decoder, chosen) or map(_decoded, chosen)):
            if record is None:  # read only on the long way, but it may be half of a figure
                raw = bytes(chosen[at])
                self.codes[at] = TOGETHER if b'"keypoints"' in raw or b'"group"' in raw else LONG
                continue
            number = numbers.get(record.category_id)
            if number is None or not self._is_usual(at, record):
                continue
            outline = record.segmentation
            if isinstance(outline, _Runs):
                box = None if segments else self._mask_box(at, outline)
                if box is not None:
                    masks.add(at, number, [box])
                    self.codes[at] = CROWD if record.iscrowd not in NO_CROWD else MASK
            elif record.iscrowd not in NO_CROWD:
                continue
            elif outline:
                polygons.add(at, number, outline)
            elif record.bbox is not None and len(record.bbox) == 4 and not segments:
                boxes.add(at, number, [record.bbox])
        for gathered, work in ((boxes, self._boxes), (masks, self._masks)):
            if gathered.at:
                work(gathered)
        if polygons.at:
            self._polygons(polygons, segments=segments)

    def _is_usual(self, at: int, record: _Record) -> bool:
        if record.group is not None or record.keypoints:
            self.codes[at] = TOGETHER
            return False
        judged = record.votes, record.unsure, record.measured_confidence
        return not record.attributes and not record.flags and judged == (None, None, None)

    def _masks(self, given: "_Gathered") -> None:
        rows, _ = self._shares(given, np.array([box for (box,) in given.numbers]).T)
        for at, row in zip(given.at, rows, strict=True):
            self.rows[at] = row

    def _mask_box(self, at: int, runs: _Runs) -> list[float] | None:
        """The box around what is set, in a mask that is as it should be."""
        if runs.size != [self._high[at], self._wide[at]] or not len(runs.counts) > 1 or 0 in runs.size:
            return None
        high, wide = runs.size
        counts = np.array(runs.counts)
        ends = np.cumsum(counts)
        if high * wide > MOST_PIXELS or counts.min() < 0 or ends[-1] != high * wide:
            return None
        starts, stops = ends[:-1:2], ends[1::2]
        is_set = stops > starts
        if not is_set.any():
            return None
        starts, lasts = starts[is_set], stops[is_set] - 1
        if (starts // high != lasts // high).any():  # over the end of a column, on from the top of the next
            top, bottom = 0, high
        else:
            top, bottom = int((starts % high).min()), int((lasts % high).max()) + 1
        return [int(starts[0]) // high, top, int(lasts[-1]) // high + 1, bottom]

    def _boxes(self, given: "_Gathered") -> None:
        left, top, wide, high = np.array([box for (box,) in given.numbers]).T
        box = np.stack([left, top, left + wide, top + high])
        rows, inside = self._shares(given, box)
        fits = (box == inside).all(axis=0) & (box[2] > box[0]) & (box[3] > box[1])
        self._keep(given.at, fits, rows, KEPT)

    def _polygons(self, given: "_Gathered", *, segments: bool) -> None:
        lengths = np.array([len(ring) for outline in given.numbers for ring in outline])
        if lengths.min() < 6 or (lengths % 2).any():
            given = given.only([_is_even(outline) for outline in given.numbers])
            lengths = np.array([len(ring) for outline in given.numbers for ring in outline])
        if not given.at:
            return
        parts = np.array([len(outline) for outline in given.numbers])
        flat = np.fromiter(
            chain.from_iterable(chain.from_iterable(given.numbers)), np.float64, int(lengths.sum())
        )
        first_ring = np.concatenate(([0], np.cumsum(parts)[:-1]))
        starts = np.concatenate(([0], np.cumsum(lengths)[:-1]))[first_ring] // 2
        xs, ys = flat[::2], flat[1::2]
        low, high = np.minimum.reduceat, np.maximum.reduceat
        box = np.stack([low(xs, starts), low(ys, starts), high(xs, starts), high(ys, starts)])
        rows, inside = self._shares(given, box)
        fits = _sound(flat, lengths, first_ring) & (inside[2] > inside[0]) & (inside[3] > inside[1])
        if not segments:
            self._keep(given.at, fits, rows, OUTLINE)
            return
        owner = np.repeat(given.at, np.diff(starts, append=len(xs)))
        with np.errstate(divide="ignore", invalid="ignore"):
            shares = np.stack([xs / self._wide[owner], ys / self._high[owner]], axis=1).ravel()
        rounded: list[float] = (np.rint(shares * STEPS) / STEPS).tolist()
        ends = [*(starts * 2).tolist(), len(rounded)]
        outlined = [
            [number, *rounded[a:b]] for number, (a, b) in zip(given.classes, pairwise(ends), strict=True)
        ]
        is_open = np.array([outline[0][:2] != outline[0][-2:] for outline in given.numbers])
        self._keep(given.at, fits & is_open & (parts == 1) & (box == inside).all(axis=0), outlined, KEPT)

    def _shares(self, given: "_Gathered", box: Floats) -> tuple[list[Row], Floats]:
        """Rows of class, middle and size in shares of the pictures, and what of the boxes lies inside."""
        wide, high = self._wide[given.at], self._high[given.at]
        left, top = np.maximum(0, box[0]), np.maximum(0, box[1])
        right, bottom = np.minimum(wide, box[2]), np.minimum(high, box[3])
        with np.errstate(divide="ignore", invalid="ignore"):  # of pictures whose size is not known
            middles = [(left + right) / 2 / wide, (top + bottom) / 2 / high]
            shares = np.stack([*middles, (right - left) / wide, (bottom - top) / high])
        rounded = np.rint(shares * STEPS) / STEPS
        return np.vstack([given.classes, rounded]).T.tolist(), np.stack([left, top, right, bottom])

    def _keep(self, at: list[int], fits: NDArray[np.bool_], rows: list[Row], code: int) -> None:
        for place, is_fit, row in zip(at, fits.tolist(), rows, strict=True):
            if is_fit:
                self.rows[place], self.codes[place] = row, code


@dataclass
class _Gathered:
    """Records of one kind: their places in the block, class numbers, and rings or boxes."""

    at: list[int]
    classes: list[int]
    numbers: list[list[list[float]]]

    def add(self, at: int, number: int, numbers: list[list[float]]) -> None:
        self.at.append(at)
        self.classes.append(number)
        self.numbers.append(numbers)

    def only(self, chosen: list[bool]) -> "_Gathered":
        return _Gathered(
            list(compress(self.at, chosen)),
            list(compress(self.classes, chosen)),
            list(compress(self.numbers, chosen)),
        )


def _is_even(outline: list[list[float]]) -> bool:
    return all(len(ring) >= 6 and not len(ring) % 2 for ring in outline)


def _sound(flat: Floats, lengths: Numbers, first_ring: Numbers) -> NDArray[np.bool_]:
    """Which outlines are surely polygons: usable numbers, and an area (shoelace formula)."""
    starts = np.concatenate(([0], np.cumsum(lengths)[:-1]))
    at, points = starts // 2, lengths // 2
    with np.errstate(invalid="ignore", over="ignore"):
        x = flat[::2] - np.repeat(flat[::2][at], points)
        y = flat[1::2] - np.repeat(flat[1::2][at], points)
        cross = np.zeros(len(x))
        cross[:-1] = x[:-1] * y[1:] - x[1:] * y[:-1]
        cross[at + points - 1] = 0  # the last point joins the first, which lies at 0, 0
        areas = np.abs(np.add.reduceat(cross, at)) / 2
        usable = np.maximum.reduceat(np.abs(flat), starts) <= LIMIT
        has_area = np.add.reduceat(areas, first_ring) > SLIVER
    return np.logical_and.reduceat(usable, first_ring) & has_area
