"""Reading COCO: one bad record does not lose the file, and every fault has its JSON path.

In a folder of COCO's own the files of instances are read; those of captions and the like hold the same
pictures again and are named in the notes.
"""

import re
from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath
from typing import Any, NamedTuple, TypeVar

import msgspec
import numpy as np
from numpy.typing import NDArray

from labelwright.core.document import Annotation, Document, Evidence
from labelwright.core.errors import InvalidOntology, InvalidShape, UnreadableLabels
from labelwright.core.ontology import Category, Ontology
from labelwright.core.shapes import Box, Keypoint, Mask, Point, Polygon, Shape, Skeleton
from labelwright.formats import rle
from labelwright.formats.fields import plain_attributes
from labelwright.formats.figures import SHAPES, split, template_of
from labelwright.formats.folder import Source
from labelwright.formats.format import LabeledItem, Reading
from labelwright.formats.judged import with_judged
from labelwright.formats.report import Fault

_SPLIT = re.compile(r"(?:^|[^a-z])(train|val|test)(?:id)?(?:\d{4})?(?:$|[^a-z])")
_UNREAD = ("caption", "segments_info")
UNOWNED, UNREAD = -1, -2  # records of no image that there is
BLOCK = 10_000  # records that are looked at together
LONGEST_REASON = 300  # characters of a fault: a number may have a thousand digits
BYTE_ORDER_MARK = b"\xef\xbb\xbf"

T = TypeVar("T")


class Image(msgspec.Struct, gc=False):
    """One picture of a file."""

    id: int | str
    file_name: str
    width: int = 0
    height: int = 0
    key: str | None = None
    split: str | None = None


class _Category(msgspec.Struct):
    id: int | str
    name: str
    keypoints: list[str] = []
    skeleton: list[tuple[int, int]] = []
    keypoint_places: list[tuple[float, float]] = []
    keypoint_swaps: list[tuple[int, int]] | None = None


class Head(msgspec.Struct):
    """The lists of a file."""

    # Annotations stay raw until they are needed: making their numbers is most of the work.
    images: list[msgspec.Raw]
    categories: list[msgspec.Raw] = []
    annotations: list[msgspec.Raw] = []


class _Annotation(msgspec.Struct):
    image_id: int | str
    category_id: int | str
    bbox: list[float] | None = None
    segmentation: Any = None
    keypoints: list[float] | None = None
    iscrowd: int | bool | str = 0
    attributes: dict[str, Any] | None = None
    flags: dict[str, bool | float | str] = {}
    group: str | None = None
    score: float | None = None
    votes: Any = None
    unsure: Any = None
    measured_confidence: Any = None


class _Owner(msgspec.Struct, gc=False):
    image_id: int | str


class _Unread(msgspec.Struct):
    caption: msgspec.Raw = msgspec.Raw(b"")
    segments_info: msgspec.Raw = msgspec.Raw(b"")


_head = msgspec.json.Decoder(Head)
_image = msgspec.json.Decoder(Image)
_category = msgspec.json.Decoder(_Category)
_annotation = msgspec.json.Decoder(_Annotation)
_owner = msgspec.json.Decoder(_Owner)
_image_list = msgspec.json.Decoder(list[Image])
_owners = msgspec.json.Decoder(list[_Owner])
_unread = msgspec.json.Decoder(_Unread)


def recognize(source: Source) -> str | None:
    """A JSON file with two of COCO's lists near its start, or with records that only COCO has."""
    for name in _files(source):
        start = source.start(name).removeprefix(BYTE_ORDER_MARK).lstrip()
        if not start.startswith(b"{") or b'"segments_info"' in start:
            continue
        lists = [key for key in ("images", "annotations", "categories") if b'"%b"' % key.encode() in start]
        records = b'"image_id"' in start and b'"category_id"' in start
        records = records or (b'"images"' in start and b'"file_name"' in start)
        if len(lists) > 1 or (lists and records):
            return f"{name} has COCO's {' and '.join(lists)}"
    return None


class File(NamedTuple):
    """One file, its lists, its categories by their numbers, and the split that its name tells."""

    name: str
    head: Head
    categories: dict[int | str, str]
    split: str | None


def read(source: Source) -> Reading:
    """Every COCO file of the source, one after the other."""
    reading, files = opened(source)
    reading.items = _items(files, reading.faults)
    return reading


def opened(source: Source) -> tuple[Reading, list[File]]:
    """What the files say of their categories, and the files for whoever reads their records."""
    names = _files(source)
    if not names:
        raise UnreadableLabels(source.name, "", "there is no JSON file")
    faults: list[Fault] = []
    heads = _heads(source, names, faults)
    definitions: dict[str, Category] = {}
    files = [
        File(name, head, _categories(name, head, faults, definitions), _split(name)) for name, head in heads
    ]
    known = dict.fromkeys(category for file in files for category in file.categories.values())
    return Reading(list(known), iter(()), faults, _notes(source, heads), definitions), files


def _files(source: Source) -> list[str]:
    found = [name for name in source.names() if name.lower().endswith(".json") and name != "report.json"]
    # COCO's own folders hold the same pictures again with captions, stuff and more.
    instances = [name for name in found if PurePosixPath(name).name.lower().startswith("instances")]
    return instances or found


def _heads(source: Source, files: list[str], faults: list[Fault]) -> list[tuple[str, Head]]:
    heads: list[tuple[str, Head]] = []
    broken: list[UnreadableLabels] = []
    for name in files:
        try:
            heads.append((name, _decoded(source, name)))
        except UnreadableLabels as error:
            broken.append(error)
            faults.append(Fault(file=name, place="", reason=error.reason))
    if broken and not heads:
        raise broken[0]
    return heads


def _notes(source: Source, heads: list[tuple[str, Head]]) -> list[str]:
    notes: list[str] = []
    for name, head in heads:
        seen = [field for field in _UNREAD if any(_has(raw, field) for raw in head.annotations[:100])]
        if seen:
            notes.append(f"{name}: {', '.join(seen)} are not read.")
    read = {name for name, _ in heads}
    left = [n for n in source.names() if n.lower().endswith(".json") and n not in read and n != "report.json"]
    if left and heads:
        notes.append(f"Not read, because there are instances: {', '.join(left[:20])}.")
    return notes


def _has(raw: msgspec.Raw, field: str) -> bool:
    try:
        return len(bytes(getattr(_unread.decode(raw), field))) > 0
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return False


def _decoded(source: Source, name: str) -> Head:
    try:
        return _head.decode(source.read(name).removeprefix(BYTE_ORDER_MARK))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise UnreadableLabels(name, "", f"this is no COCO file: {error}") from None


def _categories(
    name: str, head: Head, faults: list[Fault], definitions: dict[str, Category]
) -> dict[int | str, str]:
    found: dict[int | str, str] = {}
    for index, raw in enumerate(head.categories):
        entry = _tried(_category, raw, name, f"$.categories[{index}]", faults)
        if entry is None:
            continue
        if entry.id in found:
            reason = f"category id {entry.id} stands twice"
            faults.append(Fault(file=name, place=f"$.categories[{index}]", reason=reason))
            continue
        found[entry.id] = entry.name
        if entry.keypoints:
            try:
                definitions.setdefault(entry.name, _definition(entry))
            except InvalidOntology as error:
                place = f"$.categories[{index}].keypoints"
                faults.append(Fault(file=name, place=place, reason=error.message[:LONGEST_REASON]))
    return found


def _definition(entry: _Category) -> Category:
    """The category with its skeleton. Raises InvalidOntology if that contradicts itself."""
    first = 0 if any(0 in edge for edge in entry.skeleton) else 1  # COCO counts from 1, not every tool does
    edges = [(a - first, b - first) for a, b in entry.skeleton]
    swaps = None if entry.keypoint_swaps is None else [(a - 1, b - 1) for a, b in entry.keypoint_swaps]
    template = template_of(entry.keypoints, edges, swaps)
    if len(entry.keypoint_places) == len(entry.keypoints):
        points = zip(template.keypoints, entry.keypoint_places, strict=True)
        placed = tuple(msgspec.structs.replace(point, x=x, y=y) for point, (x, y) in points)
        template = msgspec.structs.replace(template, keypoints=placed)
    made = Category(id=entry.name, name=entry.name, shapes=SHAPES, skeleton=template)
    Ontology(categories=(made,))
    return made


def _items(files: list[File], faults: list[Fault]) -> Iterator[LabeledItem]:
    for file in files:
        for image, places in images_of(file, faults):
            made: list[Annotation] = []
            for index in places.tolist():
                made.extend(annotations_at(file, index, image, faults))
            yield LabeledItem(
                image.file_name,
                image.width,
                image.height,
                Document(annotations=tuple(made)),
                image.split or file.split,
                key=image.key,
            )


def images_of(file: File, faults: list[Fault]) -> Iterator[tuple[Image, NDArray[np.int64]]]:
    """Every image with the places of its annotations; nothing but these numbers is kept of them."""
    name, head = file.name, file.head
    images = _images(name, head, faults)
    order = {image: place for place, image in enumerate(images)}
    owners = np.full(len(head.annotations), UNREAD, dtype=np.int32)
    for start in range(0, len(owners), BLOCK):
        part = head.annotations[start : start + BLOCK]
        whole = many(_owners, part)
        found: Sequence[_Owner | None] = whole or [
            _tried(_owner, raw, name, place_of(index), faults) for index, raw in enumerate(part, start)
        ]
        placed = [UNREAD if owner is None else order.get(owner.image_id, UNOWNED) for owner in found]
        owners[start : start + len(part)] = placed
        for index in (at for at, place in enumerate(placed, start) if place == UNOWNED):
            reason = f"there is no image {_owner.decode(head.annotations[index]).image_id}"
            faults.append(Fault(file=name, place=place_of(index), reason=reason))
    sequence = np.argsort(owners, kind="stable")
    ends = np.searchsorted(owners[sequence], np.arange(len(images)), side="right").tolist()
    start = int(np.searchsorted(owners[sequence], 0))
    for image, end in zip(images.values(), ends, strict=True):
        yield image, sequence[start:end]
        start = end


def many(decoder: msgspec.json.Decoder[list[T]], raws: Sequence[msgspec.Raw]) -> list[T] | None:
    """Records decoded together, which is faster; None if any of them is not as it should be."""
    try:
        return decoder.decode(b"[%b]" % b",".join(raws))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def annotations_at(file: File, index: int, image: Image, faults: list[Fault]) -> tuple[Annotation, ...]:
    """What the record at a place says: one annotation, two for a figure, or none with a fault."""
    entry = _tried(_annotation, file.head.annotations[index], file.name, place_of(index), faults)
    made = () if entry is None else _read(entry, index, image, file.categories)
    if isinstance(made, str):
        faults.append(Fault(file=file.name, place=place_of(index), reason=made))
        return ()
    return made


def place_of(index: int) -> str:
    """Where a record stands, as faults say it."""
    return f"$.annotations[{index}]"


def _images(name: str, head: Head, faults: list[Fault]) -> dict[int | str, Image]:
    images: dict[int | str, Image] = {}
    found = many(_image_list, head.images)
    for index, raw in enumerate(head.images):
        entry = found[index] if found else _tried(_image, raw, name, f"$.images[{index}]", faults)
        if entry is None:
            continue
        reason = _image_fault(entry, images)
        if reason:
            faults.append(Fault(file=name, place=f"$.images[{index}]", reason=reason))
            continue
        images[entry.id] = entry
    return images


def _image_fault(entry: Image, images: dict[int | str, Image]) -> str | None:
    if entry.id in images:
        return f"image id {entry.id} stands twice"
    if entry.width < 0 or entry.height < 0:
        return f"a picture of {entry.width} × {entry.height} pixels is none"
    if "\0" in entry.file_name:
        return "its file name has a NUL character"
    if not entry.file_name or (".." in entry.file_name and _leads_out(entry.file_name)):
        return f"“{entry.file_name[:200]}” leads out of the folder"
    return None


def _leads_out(name: str) -> bool:
    return ".." in PurePosixPath(name.replace("\\", "/")).parts


def _tried(
    decoder: msgspec.json.Decoder[Any], raw: msgspec.Raw, name: str, place: str, faults: list[Fault]
) -> Any:  # noqa: ANN401
    try:
        return decoder.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        faults.append(Fault(file=name, place=place, reason=str(error)[:LONGEST_REASON]))
        return None


def _read(
    entry: _Annotation, index: int, image: Image, categories: dict[int | str, str]
) -> tuple[Annotation, ...] | str:
    """The annotation, or two for a figure with keypoints and an outline; or why it cannot be one."""
    if entry.category_id not in categories:
        return f"there is no category {entry.category_id}"
    try:
        skeleton = _skeleton(entry)
        # A record of neither place nor keypoints says something of the whole picture.
        is_tag = skeleton is None and entry.bbox is None and not entry.segmentation
        is_bare = is_tag or (skeleton is not None and _has_no_outline(entry))
        shape = None if is_bare else _shape(entry, image)
    except (InvalidShape, ValueError, TypeError, OverflowError) as error:
        return str(error)[:LONGEST_REASON]
    is_crowd = entry.iscrowd not in (0, "0", "")
    flags = {"iscrowd": True, **entry.flags} if is_crowd else entry.flags
    annotation = Annotation(
        id=str(index),
        category=categories[entry.category_id],
        shape=shape,
        attributes=plain_attributes(entry.attributes),
        group=entry.group,
        flags=flags,
        evidence=Evidence(score=entry.score),
    )
    if entry.votes is not None or entry.unsure is not None or entry.measured_confidence is not None:
        annotation = with_judged(annotation, msgspec.structs.asdict(entry))
    return (annotation,) if skeleton is None else split(annotation, skeleton, shape)


def _skeleton(entry: _Annotation) -> Skeleton | None:
    """The keypoints, if any of them is there."""
    values = entry.keypoints or []
    if len(values) % 3:
        raise ValueError("keypoints have three numbers each")
    triples = zip(values[::3], values[1::3], values[2::3], strict=True)
    keypoints = tuple(Keypoint(x, y, int(v)) for x, y, v in triples)
    return Skeleton(keypoints=keypoints) if any(v for _, _, v in keypoints) else None


def _has_no_outline(entry: _Annotation) -> bool:
    return not entry.segmentation and (entry.bbox is None or len(entry.bbox) != 4 or 0 in entry.bbox[2:])


def _shape(entry: _Annotation, image: Image) -> Shape:
    segmentation = entry.segmentation
    if isinstance(segmentation, dict):
        return _mask(segmentation, image)  # pyright: ignore[reportUnknownArgumentType]
    if isinstance(segmentation, list) and segmentation:
        return _polygon(segmentation)  # pyright: ignore[reportUnknownArgumentType]
    if entry.bbox is None or len(entry.bbox) != 4:
        raise ValueError("it has neither a box of four numbers nor a segmentation")
    left, top, width, height = (float(value) for value in entry.bbox)
    return Box(left=left, top=top, right=left + width, bottom=top + height)


def _mask(raw: dict[str, Any], image: Image) -> Mask:
    size, counts = raw.get("size"), raw.get("counts")
    if not isinstance(size, list) or len(size) != 2:  # pyright: ignore[reportUnknownArgumentType]
        raise ValueError("the mask has no size of height and width")
    if image.width and image.height and size != [image.height, image.width]:
        raise ValueError(f"the mask is {size[1]} × {size[0]}, its picture {image.width} × {image.height}")
    runs = rle.unpack(counts) if isinstance(counts, str) else counts
    if not isinstance(runs, list):
        raise ValueError("the mask has no counts")
    return rle.mask_of(int(size[0]), int(size[1]), [int(run) for run in runs])  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]


def _polygon(parts: list[Any]) -> Polygon:
    rings: list[tuple[tuple[Point, ...], ...]] = []
    for part in parts:
        numbers = [float(value) for value in part]
        if len(numbers) % 2:
            raise ValueError("a polygon has an odd number of values")
        points = [Point(x, y) for x, y in zip(numbers[::2], numbers[1::2], strict=True)]
        if len(points) > 3 and points[0] == points[-1]:
            points.pop()
        rings.append((tuple(points),))
    return Polygon(parts=tuple(rings))


def _split(name: str) -> str | None:
    path = PurePosixPath(name.lower())
    found = [_SPLIT.search(part) for part in (path.stem, path.parent.name)]
    return next((match[1] for match in found if match), None)
