"""Segment Anything's data set (SA-1B): `sa_N.json` beside `sa_N.jpg`, with the masks of one picture each.

A file has `image` (image_id, width, height, file_name) and `annotations`: `segmentation` (COCO's packed
runs over the whole picture), `bbox` (left, top, width, height), `area`, `predicted_iou`, `stability_score`,
`crop_box`, `point_coords`. It says no category: what is read is called “object”. Masks may overlap. The
`predicted_iou` is the score, `stability_score` a flag of that name. Written beside them are `category`,
attributes, flags, the group and relations, for the way back: readers of SA-1B pass over them. The layout:
Kirillov et al., Segment Anything (2023), and the data set's page.
"""

from collections.abc import Iterator
from functools import partial
from pathlib import PurePosixPath
from typing import Any

import msgspec

from labelwright.core.document import Annotation, Document, Evidence
from labelwright.core.errors import UnreadableLabels
from labelwright.core.ontology import Category, Ontology
from labelwright.core.shapes import Mask
from labelwright.formats import rle
from labelwright.formats.extras import Bonds, Extra, Ids, flags_of, is_linked, relations_of, specs_of
from labelwright.formats.fields import plain_attributes
from labelwright.formats.fitting import Place, fitting
from labelwright.formats.folder import Sink, Source
from labelwright.formats.format import Format, Items, LabeledItem, Limits, Reading, named_attributes
from labelwright.formats.json_reading import json_files, json_of, tried
from labelwright.formats.names import Names, stem_of
from labelwright.formats.report import Losses
from labelwright.formats.splits import split_of

CATEGORY, STABILITY, CLASSES = (
    "object",
    "stability_score",
    "labelwright_classes.txt",
)  # no .json: each of those is a picture
PLACE = Place(kinds=("mask",))
LOOKED_AT = 20


class SegmentAnything(Format):
    """SA-1B."""

    name = "segment-anything"
    title = "Segment Anything (SA-1B)"
    keeps = frozenset({"mask"})
    about = "A JSON file of masks beside each picture, and everything beside them. Masks may overlap."
    limits = Limits()
    made_for = ("Segment Anything", "SA-1B", "SAM", "Meta AI")

    def recognize(self, source: Source) -> str | None:
        """Files of one image with the scores of the model."""
        for name in json_files(source)[:LOOKED_AT]:
            if _is_one(source.start(name)):
                return f"{name} has one image and Segment Anything's scores of its masks"
        return None

    def read(self, source: Source) -> Reading:
        """Every file, each an item."""
        reading = Reading([], iter(()))
        files = [name for name in json_files(source) if _is_one(source.start(name))]
        listed = [name for name in source.names() if PurePosixPath(name).name == CLASSES]
        if not files and not listed:
            raise UnreadableLabels(source.name, "", "no JSON file has one image and its masks")
        found: dict[str, None] = {}
        for name in listed:
            said = tried(partial(json_of, source, name, _Classes), name, "", reading.faults)
            if said is not None:
                found.update(dict.fromkeys(said.categories))
                reading.relations = specs_of(said.relations)
        for name in () if listed else files:
            file = tried(partial(json_of, source, name, _Names), name, "", [])
            found.update(dict.fromkeys(entry.category for entry in (file.annotations if file else ())))
        reading.categories = list(found)
        reading.items = _items(source, files, reading)
        return reading

    def write(self, items: Items, ontology: Ontology, sink: Sink) -> Losses:
        """Write a file beside each picture, and the list of categories."""
        losses, names = Losses(), Names(by_stem=True)
        categories = {category.id: category for category in ontology.categories}
        bonds = Bonds(ontology)
        count = 0
        for place, item in enumerate(items(), 1):
            name = names.take(item.name, losses)
            if item.media is not None:
                sink.copy(name, item.media())
            linked = is_linked(item.document.annotations)
            records: list[Extra] = []
            for annotation, category, mask in _masks(item, categories, losses):
                count += 1
                records.append(_record(count, annotation, category, mask, item, bonds, is_linked=linked))
            image: Extra = {"image_id": place, "width": item.width, "height": item.height}
            image["file_name"] = PurePosixPath(name).name
            if item.split is not None:
                image["split"] = item.split
            with sink.open(f"{stem_of(name)}.json") as file:
                body = {"image": image, "predicted_iou_of": "annotations", "annotations": records}
                file.write(msgspec.json.encode(body) + b"\n")
        said = {"categories": [c.name for c in ontology.categories], "relations": bonds.listed}
        sink.lines(CLASSES, [msgspec.json.encode(said).decode()])
        return losses


class _Classes(msgspec.Struct):
    categories: list[str] = []
    relations: Any = None


class _Named(msgspec.Struct):
    category: str = CATEGORY


class _Names(msgspec.Struct):
    annotations: list[_Named] = []


class _Image(msgspec.Struct):
    width: int
    height: int
    file_name: str
    split: str | None = None


class _File(msgspec.Struct):
    image: _Image
    annotations: list[msgspec.Raw] = []


class _Runs(msgspec.Struct):
    size: tuple[int, int]
    counts: str | list[int]


class _Annotation(msgspec.Struct):
    segmentation: _Runs
    id: int | str = ""
    predicted_iou: float | None = None
    stability_score: float | None = None
    category: str = CATEGORY
    attributes: dict[str, Any] | None = None
    flags: Any = None
    group_name: str | None = None
    relations: Any = None
    uid: str | None = None


def _is_one(start: bytes) -> bool:
    return (
        b'"image"' in start
        and b'"annotations"' in start
        and b'"images"' not in start
        and (b'"predicted_iou' in start or b'"stability_score"' in start)
    )


def _items(source: Source, files: list[str], reading: Reading) -> Iterator[LabeledItem]:
    for name in files:
        file = tried(partial(json_of, source, name, _File), name, "", reading.faults)
        if file is None:
            continue
        ids = Ids()
        made: list[Annotation] = []
        for place, raw in enumerate(file.annotations):
            read = partial(_annotation, raw, file.image, ids, place + 1)
            one = tried(read, name, f"annotations {place}", reading.faults)
            if one is not None:
                made.append(one)
        shown = str(PurePosixPath(name).parent / PurePosixPath(file.image.file_name).name)
        split = split_of(file.image.split) or file.image.split
        size = max(0, file.image.width), max(0, file.image.height)
        yield LabeledItem(shown, *size, Document(annotations=tuple(made)), split)


def _annotation(raw: msgspec.Raw, image: _Image, ids: Ids, place: int) -> Annotation:
    said = msgspec.json.decode(raw, type=_Annotation)
    height, width = said.segmentation.size
    if (width, height) != (image.width, image.height):
        raise ValueError(f"the mask is {width} × {height} pixels, its image {image.width} × {image.height}")
    counts = said.segmentation.counts
    runs = rle.unpack(counts) if isinstance(counts, str) else counts
    flags: dict[str, bool | float | str] = {}
    if said.stability_score is not None:
        flags[STABILITY] = said.stability_score
    return Annotation(
        id=ids.take(said.uid or said.id, place),
        category=said.category or CATEGORY,
        shape=rle.mask_of(height, width, runs),
        attributes=plain_attributes(said.attributes),
        group=said.group_name,
        relations=relations_of(said.relations),
        flags={**flags, **flags_of(said.flags)},
        evidence=Evidence(score=said.predicted_iou),
    )


def _masks(
    item: LabeledItem, categories: dict[str, Category], losses: Losses
) -> Iterator[tuple[Annotation, Category, Mask]]:
    for annotation, category, shape in fitting(item, categories, PLACE, losses):
        if isinstance(shape, Mask):
            yield annotation, category, shape


def _record(
    number: int,
    annotation: Annotation,
    category: Category,
    mask: Mask,
    item: LabeledItem,
    bonds: Bonds,
    *,
    is_linked: bool,
) -> Extra:
    runs = rle.runs_of(mask, item.height, item.width)
    box = [mask.left, mask.top, mask.width, mask.height]
    said: Extra = {
        "id": number,
        "segmentation": {"size": [item.height, item.width], "counts": rle.pack(runs)},
        "bbox": box,
        "area": int(mask.area),
        "crop_box": [0, 0, item.width, item.height],
        "category": category.name,
    }
    if annotation.evidence.score is not None:
        said["predicted_iou"] = annotation.evidence.score
    stability = annotation.flags.get(STABILITY)
    if isinstance(stability, float):
        said[STABILITY] = stability
    named = named_attributes(annotation, category)
    if named:
        said["attributes"] = named
    return {**said, **bonds.beside(annotation, is_linked=is_linked)}
