"""Reading FiftyOne's datasets; what they are stands in `fiftyone.py`.

A sample is a document of MongoDB as JSON: every field that holds labels is read, but for predictions beside
other labels. Arrays are taken apart by hand, so that nothing is unpickled and none is larger than it says.
"""

import re
import zlib
from base64 import b64decode
from binascii import Error as NoBase64
from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from itertools import pairwise
from math import isnan, nan
from pathlib import PurePosixPath
from typing import Any, cast

import msgspec
import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from labelwright.core.document import Annotation, AttributeValue, Document, Evidence
from labelwright.core.errors import InvalidOntology, LabelwrightError, UnreadableLabels
from labelwright.core.ontology import Category, Ontology
from labelwright.core.shapes import (
    ABSENT,
    VISIBLE,
    Box,
    Keypoint,
    Mask,
    Point,
    Points,
    Polygon,
    Polyline,
    Ring,
    Shape,
    Skeleton,
)
from labelwright.formats.bitmaps import pixels_of
from labelwright.formats.extras import Extra, Ids, flags_of, relations_of, specs_of, text_of_key
from labelwright.formats.fields import plain_attributes
from labelwright.formats.figures import SHAPES, template_of
from labelwright.formats.folder import Source
from labelwright.formats.format import LabeledItem, Reading
from labelwright.formats.json_reading import LONGEST_REASON, json_of, tried
from labelwright.formats.pictures import LARGEST, Pictures
from labelwright.formats.report import Fault
from labelwright.formats.rle import MOST_PIXELS, windowed
from labelwright.formats.shares import sized
from labelwright.formats.splits import split_of

SAMPLES, METADATA, UNLABELED = "samples.json", "metadata.json", "unlabeled"
LISTS = {
    "Detections": "detections",
    "Polylines": "polylines",
    "Keypoints": "keypoints",
    "Classifications": "classifications",
}
SINGLE = ("Detection", "Polyline", "Keypoint", "Classification", "Segmentation")
RESERVED = frozenset(
    (
        *("id", "_id", "_cls", "label", "tags", "attributes", "confidence", "index", "instance", "logits"),
        *("bounding_box", "mask", "mask_path", "points", "closed", "filled", "visibility", "kind", "uid"),
        *("flags", "group_name", "relations", "iscrowd", "created_at", "last_modified_at", "support", "name"),
        *("rendered_mask", "map", "map_path", "range", "field_names", "clean"),
    )
)
_START = re.compile(rb'^\s*\{\s*"samples"\s*:\s*\[')
_PREDICTED = re.compile(r"pred|infer|model", re.IGNORECASE)

Array = NDArray[np.generic]


class _Samples(msgspec.Struct):
    samples: list[msgspec.Raw]


class _Metadata(msgspec.Struct):
    info: dict[str, Any] | None = None
    classes: dict[str, Any] | None = None
    default_classes: list[Any] | None = None
    skeletons: dict[str, Any] | None = None
    default_skeleton: dict[str, Any] | None = None
    mask_targets: dict[str, Any] | None = None
    default_mask_targets: dict[str, Any] | None = None


def _files(source: Source) -> list[str]:
    return [
        name
        for name in source.names()
        if PurePosixPath(name).name == SAMPLES and _START.match(source.start(name, 200))
    ]


def recognize(source: Source) -> str | None:
    """A `samples.json` that opens with “samples”."""
    found = _files(source)
    return f"{found[0]} opens with FiftyOne's “samples”" if found else None


def read(source: Source) -> Reading:
    """Every dataset; categories are those of the metadata and of labels."""
    reading = Reading([], iter(()))
    good: list[_Dataset] = []
    for name in _files(source):
        dataset = tried(lambda name=name: _Dataset(source, name, reading), name, "", reading.faults)
        if dataset is not None:
            good.append(dataset)
    if not good:
        raise UnreadableLabels(source.name, "", "no samples.json is FiftyOne's")

    def items() -> Iterator[LabeledItem]:
        pictures = Pictures(source)
        for dataset in good:
            yield from dataset.items(pictures)

    reading.items = items()
    return reading


class _Dataset:
    """One folder with samples."""

    def __init__(self, source: Source, file: str, reading: Reading) -> None:
        self._source, self._file, self._reading = source, file, reading
        self._samples: _Samples = json_of(source, file, _Samples)
        beside = str(PurePosixPath(file).with_name(METADATA))
        self._metadata = _Metadata()
        if beside in source.names():
            found = tried(lambda: json_of(source, beside, _Metadata), beside, "", reading.faults)
            self._metadata = found or self._metadata
        self._fields: dict[str, str] = {}
        used: dict[str, None] = {}
        for raw in self._samples.samples:
            sample = tried(lambda raw=raw: _document(raw), file, "", [])
            for field, cls, labels in _labels(sample or {}):
                self._fields.setdefault(field, cls)
                if cls != "Segmentation":
                    used |= dict.fromkeys(text_of_key(label, "label") or UNLABELED for label in labels)
                else:
                    used |= dict.fromkeys(self._targets(field).values())
        if len(self._fields) > 1:
            predicted = [field for field in self._fields if _PREDICTED.search(field)]
            if len(predicted) < len(self._fields):
                for field in predicted:
                    del self._fields[field]
                if predicted:
                    reading.notes.append(f"Predictions are not read: {', '.join(predicted[:20])}.")
        self._take_metadata(used)

    def _take_metadata(self, used: dict[str, None]) -> None:
        info = self._metadata.info or {}
        listed = self._metadata.default_classes or info.get("classes") or []
        named = [str(word) for word in cast("list[object]", listed)] if isinstance(listed, list) else []
        known = dict.fromkeys([*self._reading.categories, *named, *used])
        self._reading.categories = [word for word in known if word]
        specs = {spec.name: spec for spec in (*self._reading.relations, *specs_of(info.get("relations")))}
        self._reading.relations = tuple(specs.values())
        for name, said in cast("Extra", info.get("skeletons") or {}).items():
            self._define(name, said)

    def _define(self, name: str, said: object) -> None:
        try:
            found = msgspec.convert(said, _SkeletonOf)
            if not found.labels or name in self._reading.definitions:
                return
            template = template_of(found.labels, found.pairs(), found.swaps)
            if len(found.places) == len(found.labels):
                pairs = zip(template.keypoints, found.places, strict=True)
                placed = tuple(msgspec.structs.replace(point, x=x, y=y) for point, (x, y) in pairs)
                template = msgspec.structs.replace(template, keypoints=placed)
            made = Category(id=name, name=name, shapes=SHAPES, skeleton=template)
            Ontology(categories=(made,))
        except (msgspec.ValidationError, InvalidOntology) as error:
            reason = f"the skeleton of {name[:80]} cannot be read: {error}"[:LONGEST_REASON]
            self._reading.faults.append(Fault(file=METADATA, place="", reason=reason))
        else:
            self._reading.definitions[name] = made

    def _targets(self, field: str) -> dict[int, str]:
        """What the values of a segmentation mean."""
        found = (self._metadata.mask_targets or {}).get(field) or self._metadata.default_mask_targets or {}
        if not isinstance(found, dict):
            return {}
        table = cast("dict[str, object]", found)
        return {int(value): str(word) for value, word in table.items() if value.isdecimal()}

    def _skeleton_of(self, field: str) -> object:
        return (self._metadata.skeletons or {}).get(field) or self._metadata.default_skeleton

    def items(self, pictures: Pictures) -> Iterator[LabeledItem]:
        """Every sample."""
        for index, raw in enumerate(self._samples.samples):
            place = f"$.samples[{index}]"
            sample = tried(lambda raw=raw: _document(raw), self._file, place, self._reading.faults)
            if sample is None:
                continue
            path = text_of_key(sample, "filepath")
            if path is None or sample.get("_media_type", "image") not in ("image", "unknown", None):
                reason = "it has no filepath" if path is None else "it is no picture"
                self._reading.faults.append(Fault(file=self._file, place=place, reason=reason))
                continue
            yield self._item(sample, path.replace("\\", "/"), place, pictures)

    def _item(self, sample: Extra, path: str, place: str, pictures: Pictures) -> LabeledItem:
        base = str(PurePosixPath(self._file).parent).removeprefix(".")
        inside = path.split("/data/", 1)[-1] if "/data/" in path else path.removeprefix("data/")
        name = "/".join(part for part in inside.split("/") if part not in ("", ".", ".."))
        picture = pictures.find(name, f"{base}/data".lstrip("/"), "data")
        said = sample.get("metadata")
        sizes = cast("Extra", said) if isinstance(said, dict) else {}
        width, height = (_whole(sizes.get(side)) for side in ("width", "height"))
        if picture is not None and not (width and height):
            width, height = pictures.size(picture)
        making = _Labels(self._source, (width, height))
        made: list[Annotation] = []
        for field, cls, labels in _labels(sample):
            if field not in self._fields:
                continue
            if cls == "Keypoints" or cls == "Keypoint":
                self._define_for(labels, field)
            for number, label in enumerate(labels):
                there = f"{place}.{field}[{number}]"
                try:
                    made.extend(
                        making.made(label, len(made) + 1, self._targets(field), self._reading.definitions)
                    )
                except LabelwrightError as error:
                    reason = error.message
                except (ValueError, TypeError, KeyError, OverflowError, zlib.error) as error:
                    reason = f"it lacks {error}" if isinstance(error, KeyError) else str(error)
                else:
                    continue
                fault = Fault(file=self._file, place=there, reason=reason[:LONGEST_REASON])
                self._reading.faults.append(fault)
        for annotation in made:
            if annotation.category not in self._reading.categories:
                self._reading.categories.append(annotation.category)
        tags = sample.get("tags")
        words = [str(tag) for tag in cast("list[object]", tags)] if isinstance(tags, list) else []
        split = next((found for word in words if (found := split_of(word))), None)
        item = LabeledItem(name or "unnamed", width, height, Document(annotations=tuple(made)), split)
        media = pictures.media(picture) if picture is not None else None
        tags = tuple(word for word in words if split_of(word) is None)
        return replace(sized(item, self._file, self._reading.faults), media=media, tags=tags)

    def _define_for(self, labels: list[Extra], field: str) -> None:
        said = self._skeleton_of(field)
        for label in labels if said else ():
            self._define(text_of_key(label, "label") or UNLABELED, said)


class _SkeletonOf(msgspec.Struct):
    labels: list[str] | None = None
    edges: list[list[int]] = []
    places: list[tuple[float, float]] = []
    swaps: list[tuple[int, int]] | None = None

    def pairs(self) -> list[tuple[int, int]]:
        """FiftyOne's edges are lines through several keypoints; here each joins two."""
        return [pair for line in self.edges for pair in pairwise(line)]


def _document(raw: msgspec.Raw) -> Extra:
    found: Any = msgspec.json.decode(raw)
    if not isinstance(found, dict):
        raise ValueError("a sample is a JSON object")
    return cast("Extra", found)


def _labels(sample: Extra) -> Iterator[tuple[str, str, list[Extra]]]:
    """The fields of a sample that hold labels: their names, classes and labels."""
    for field, value in sample.items():
        if not isinstance(value, dict):
            continue
        table = cast("Extra", value)
        cls = table.get("_cls")
        if isinstance(cls, str) and cls in LISTS:
            listed = table.get(LISTS[cls])
            entries = cast("list[object]", listed) if isinstance(listed, list) else []
            yield field, cls, [cast("Extra", entry) for entry in entries if isinstance(entry, dict)]
        elif cls in SINGLE:
            yield field, str(cls), [table]


def _whole(value: object) -> int:
    return int(value) if isinstance(value, int | float) and 0 < value < 10**7 else 0


class _Labels:
    """The annotations of one sample, in shares of the picture; masks in its pixels."""

    def __init__(self, source: Source, size: tuple[int, int]) -> None:
        self._source, self._size = source, size
        self._ids = Ids()

    def made(
        self, label: Extra, place: int, targets: dict[int, str], known: dict[str, Category]
    ) -> Iterator[Annotation]:
        """The annotations of a label. Raises as `json_reading.tried` expects, KeyError and zlib.error."""
        if label.get("_cls") == "Segmentation":
            yield from self._segments(label, place, targets)
            return
        category = text_of_key(label, "label") or UNLABELED
        shapes = self._shapes(label, category, known)
        score, index = label.get("confidence"), label.get("index")
        flags = flags_of(label.get("flags"))
        if isinstance(index, int) and not isinstance(index, bool):
            flags.setdefault("track", float(index))
        if isinstance(label.get("iscrowd"), int | float) and label["iscrowd"]:
            flags.setdefault("iscrowd", True)
        is_score = isinstance(score, int | float) and not isinstance(score, bool)
        uid = self._ids.take(label.get("uid"), place)
        group = text_of_key(label, "group_name")
        made = Annotation(
            id=uid,
            category=category,
            attributes=_attributes(label),
            group=group or (f"label {place}" if len(shapes) > 1 else None),
            relations=relations_of(label.get("relations")),
            flags=flags,
            evidence=Evidence(score=float(cast("float", score)) if is_score else None),
        )
        for number, shape in enumerate(shapes):
            own = uid if not number else self._ids.take(f"{uid} part {number + 1}", place)
            yield msgspec.structs.replace(made, id=own, shape=shape)

    def _shapes(self, label: Extra, category: str, known: dict[str, Category]) -> list[Shape | None]:
        cls = label.get("_cls")
        if cls == "Classification":
            return [None]
        if cls == "Detection":
            left, top, width, height = (float(value) for value in label["bounding_box"])
            if label.get("mask") is not None or label.get("mask_path"):
                return [self._mask(label, (left, top, width, height))]
            return [Box(left=left, top=top, right=left + width, bottom=top + height)]
        if cls == "Polyline":
            lines = [_ring(line) for line in label["points"]]
            if label.get("closed") or label.get("filled"):
                parts = [line[:-1] if len(line) > 3 and line[0] == line[-1] else line for line in lines]
                return [Polygon(parts=tuple((part,) for part in parts))]
            return [Polyline(points=line) for line in lines]
        return [_keypoints(label, known.get(category))]

    def _array(self, label: Extra) -> Array:
        if label.get("mask_path"):
            name = str(label["mask_path"]).replace("\\", "/")
            ends = [n for n in self._source.names() if n == name or name.endswith(f"/{n}")]
            if not ends:
                raise ValueError(f"the mask {name[:120]} is not there")
            return pixels_of(self._source.read(ends[0], LARGEST), ends[0])
        return _array(label["mask"])

    def _mask(self, label: Extra, box: tuple[float, float, float, float]) -> Mask:
        wide, high = self._size
        if not wide or not high:
            raise ValueError("a mask needs the size of its picture, which is not known")
        pixels = self._array(label) != 0
        left, top = round(box[0] * wide), round(box[1] * high)
        right, bottom = round((box[0] + box[2]) * wide), round((box[1] + box[3]) * high)
        return windowed(_stretched(pixels, max(1, right - left), max(1, bottom - top)), left, top)

    def _segments(self, label: Extra, place: int, targets: dict[int, str]) -> Iterator[Annotation]:
        wide, high = self._size
        values = self._array(label)
        if wide and high:
            values = _stretched(values, wide, high)
        for number, value in enumerate(np.unique(values[values != 0]).tolist()):
            name = targets.get(int(value), str(int(value)))
            uid = self._ids.take(None, place + number)
            yield Annotation(id=uid, category=name, shape=windowed(values == value))


def _stretched(pixels: NDArray[Any], wide: int, high: int) -> NDArray[Any]:
    if pixels.shape == (high, wide):
        return pixels
    if wide * high > MOST_PIXELS:
        raise ValueError(f"a mask of {wide} × {high} pixels is none")
    rows = np.arange(high) * pixels.shape[0] // high
    columns = np.arange(wide) * pixels.shape[1] // wide
    return pixels[rows[:, None], columns]


def _array(found: object) -> Array:
    """The array that is packed in a text, or in MongoDB's JSON for bytes."""
    if isinstance(found, dict):
        binary = cast("Extra", found).get("$binary")
        found = cast("Extra", binary).get("base64") if isinstance(binary, dict) else binary
    if not isinstance(found, str):
        raise ValueError("its mask is no array in base64")
    try:
        packed = b64decode(found, validate=True)
    except NoBase64 as error:
        raise ValueError(f"its mask is not in base64: {error}") from None
    data = zlib.decompressobj().decompress(packed, MOST_PIXELS)
    stream = BytesIO(data)
    version = npy.read_magic(stream)
    reading = npy.read_array_header_1_0 if version == (1, 0) else npy.read_array_header_2_0
    shape, is_fortran, dtype = reading(stream)
    count = int(np.prod(shape, dtype=object)) if shape else 0
    if dtype.hasobject or dtype.kind not in "biuf" or len(shape) != 2 or not count:
        raise ValueError("its mask is no array of two dimensions and plain numbers")
    if count * dtype.itemsize > len(data) - stream.tell():
        raise ValueError("its mask is smaller than it says")
    values = np.frombuffer(data, dtype, count, stream.tell())
    return values.reshape(shape, order="F" if is_fortran else "C")


def _ring(found: object) -> Ring:
    return tuple(Point(_number(x), _number(y)) for x, y in cast("list[tuple[object, object]]", found))


def _number(value: object) -> float:
    if isinstance(value, dict):
        value = cast("Extra", value).get("$numberDouble")
    return nan if value is None else float(cast("float", value))


def _keypoints(label: Extra, known: Category | None) -> Shape:
    points = _ring(label["points"])
    seen = label.get("visibility")
    visibility = cast("list[int]", seen) if isinstance(seen, list) else [VISIBLE] * len(points)
    if len(visibility) != len(points):
        raise ValueError("it has more points than it says whether they are visible, or fewer")
    there = [not isnan(x + y) for x, y in points]
    template = known.skeleton if known else None
    is_skeleton = label.get("kind") == "skeleton" or (
        label.get("kind") is None and template is not None and len(template.keypoints) == len(points)
    )
    if not is_skeleton:
        return Points(points=tuple(point for point, is_there in zip(points, there, strict=True) if is_there))
    triples = zip(points, there, visibility, strict=True)
    return Skeleton(
        keypoints=tuple(
            Keypoint(x, y, int(v) if int(v) else VISIBLE) if is_there and int(v) else Keypoint(0, 0, ABSENT)
            for (x, y), is_there, v in triples
        )
    )


def _attributes(label: Extra) -> dict[str, AttributeValue]:
    own = {key: value for key, value in label.items() if key not in RESERVED and not key.startswith("_")}
    found = label.get("attributes")
    for key, value in cast("Extra", found).items() if isinstance(found, dict) else ():
        own[key] = cast("Extra", value).get("value") if isinstance(value, dict) else value
    return plain_attributes(own)
