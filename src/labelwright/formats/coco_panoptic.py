"""COCO panoptic: a JSON file and a folder of PNG maps for each split, whose colors are ids of segments.

`annotations/panoptic_SPLIT.json` lists images, categories (`isthing` 1 for things, 0 for stuff) and for
each picture its `segments_info`: id, category, area, bbox, `iscrowd`. A map of the same stem in
`annotations/panoptic_SPLIT/` has a pixel's id as R + 256 G + 65536 B; 0 belongs to nothing. Pictures are
under `images/SPLIT/`. Boxes are whole pixels from the left and top, with width and height.

A category is written as stuff if an annotation of it says so (`isthing` 0 in its flags, as reading leaves
it). Beside a segment stand attributes, flags, group and relations, in fields that other readers pass over.
Segments that the map does not have are faults, as are colors that no segment is for. The layout: Kirillov
et al., Panoptic Segmentation (2019), and COCO's page of data formats.
"""

from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import PurePosixPath
from typing import IO, Any

import msgspec
import numpy as np

from labelwright.core.document import Annotation, Document
from labelwright.core.errors import UnreadableLabels
from labelwright.core.ontology import Category, Ontology
from labelwright.core.shapes import Mask
from labelwright.formats.extras import Bonds, Extra, Ids, flags_of, is_linked, relations_of, specs_of
from labelwright.formats.fields import plain_attributes, told_as_yes_or_no
from labelwright.formats.folder import Sink, Source
from labelwright.formats.format import Format, Items, LabeledItem, Limits, Reading, named_attributes
from labelwright.formats.json_reading import json_files, json_of, tried
from labelwright.formats.judged import judged, with_judged
from labelwright.formats.label_maps import Codes, areas, map_in, png
from labelwright.formats.names import Names, safe, stem_of
from labelwright.formats.painting import painted
from labelwright.formats.pictures import Pictures
from labelwright.formats.report import Fault, Losses
from labelwright.formats.splits import split_of

FOLDER, PICTURES, UNSPLIT = "annotations/panoptic_", "images/", "default"
LOOKED_AT = 100
CROWD, THING = "iscrowd", "isthing"


class CocoPanoptic(Format):
    """COCO's panoptic segmentation."""

    name = "coco-panoptic"
    title = "COCO panoptic"
    keeps = frozenset({"mask"})
    about = "A JSON file and PNG maps of segment ids. Masks that do not overlap, and everything beside them."
    limits = Limits(overlaps=False)
    label_pictures = ("*panoptic*/*.png",)
    made_for = ("COCO panoptic", "panoptic segmentation", "Detectron2", "things and stuff")

    def recognize(self, source: Source) -> str | None:
        """A JSON file with `segments_info`, and no other COCO file beside it."""
        found = None
        for name in json_files(source)[:LOOKED_AT]:
            start = source.start(name)
            if b'"segments_info"' in start or (b'"isthing"' in start and b'"images"' in start):
                found = found or name
            elif b'"annotations"' in start and b'"images"' in start:
                return None  # instances of the same pictures: that is what `coco` reads
        return f"{found} has COCO's segments_info" if found else None

    def read(self, source: Source) -> Reading:
        """Every panoptic file, one after the other."""
        reading = Reading([], iter(()))
        files: list[tuple[str, _File]] = []
        for name in json_files(source):
            start = source.start(name)
            if b'"segments_info"' in start or b'"isthing"' in start:
                found = tried(partial(json_of, source, name, _File), name, "", reading.faults)
                if found is not None:
                    files.append((name, found))
        if not files:
            raise UnreadableLabels(source.name, "", "no JSON file has segments_info")
        names = dict.fromkeys(entry.name for _, file in files for entry in file.categories)
        reading.categories = list(names)
        specs = {spec.name: spec for _, file in files for spec in specs_of(file.info.get("relations"))}
        reading.relations = tuple(specs.values())
        reading.items = _items(source, files, reading)
        return reading

    def write(self, items: Items, ontology: Ontology, sink: Sink) -> Losses:
        """Write the pictures and maps, then the file of each split."""
        losses, names = Losses(), Names(by_stem=True)
        writing = _Writing(ontology, losses)
        placed = _Placed(names)
        for item in items():
            writing.draw(item, *placed.take(item, losses), sink)
        for split in writing.splits or [UNSPLIT]:
            with sink.open(f"{FOLDER}{split}.json") as file:
                writing.file(file, items, split)
        return losses


class _Category(msgspec.Struct):
    id: int
    name: str
    isthing: int = 1
    color: list[int] | None = None


class _Picture(msgspec.Struct):
    id: int | str
    file_name: str = ""
    width: int = 0
    height: int = 0


class _Segments(msgspec.Struct):
    image_id: int | str
    file_name: str = ""
    segments_info: list[msgspec.Raw] = []


class _Segment(msgspec.Struct):
    id: int
    category_id: int
    iscrowd: int | bool = 0
    attributes: dict[str, Any] | None = None
    flags: Any = None
    group_name: str | None = None
    relations: Any = None
    uid: str | None = None
    score: float | None = None
    votes: Any = None
    unsure: Any = None
    measured_confidence: Any = None


class _File(msgspec.Struct):
    images: list[msgspec.Raw] = []
    categories: list[_Category] = []
    annotations: list[msgspec.Raw] = []
    info: dict[str, Any] = {}


def _items(source: Source, files: list[tuple[str, _File]], reading: Reading) -> Iterator[LabeledItem]:
    pictures = Pictures(source, but=CocoPanoptic.label_pictures)
    there = set(source.names())
    for name, file in files:
        known = {entry.id: entry for entry in file.categories}
        listed: dict[int | str, _Segments] = {}
        for place, raw in enumerate(file.annotations):
            made = tried(
                partial(msgspec.json.decode, raw, type=_Segments),
                name,
                f"annotations {place}",
                reading.faults,
            )
            if made is not None:
                listed[made.image_id] = made
        word = PurePosixPath(name).stem.removeprefix("panoptic_")
        split = None if word == UNSPLIT else split_of(word.removesuffix("2017").removesuffix("2018")) or word
        for place, raw in enumerate(file.images):
            image = tried(
                partial(msgspec.json.decode, raw, type=_Picture), name, f"images {place}", reading.faults
            )
            if image is not None:
                segments = listed.pop(image.id, None)
                yield _item(source, name, image, segments, known, split, pictures, there, reading)
        for image_id in listed:
            reason = f"there is no image {image_id}"
            reading.faults.append(Fault(file=name, place="annotations", reason=reason))


def _item(
    source: Source,
    file: str,
    image: _Picture,
    segments: _Segments | None,
    known: dict[int, _Category],
    split: str | None,
    pictures: Pictures,
    there: set[str],
    reading: Reading,
) -> LabeledItem:
    shown = image.file_name or f"{image.id}.jpg"
    width, height = image.width, image.height
    annotations: list[Annotation] = []
    if segments is not None and segments.segments_info:
        place = _map_of(file, segments.file_name or f"{stem_of(shown)}.png", there)
        read = partial(_annotations, source, file, place, segments, known, reading)
        found = tried(read, place, "", reading.faults)
        if found is not None:
            annotations, size = found
            if (width and height) and size != (width, height):
                reason = f"the map is {size[0]} × {size[1]} pixels, its image {width} × {height}"
                reading.faults.append(Fault(file=place, place="", reason=reason))
            else:
                width, height = size
    if not width or not height:
        picture = pictures.find(shown, f"images/{split}", "images")
        width, height = pictures.size(picture) if picture else (0, 0)
    return LabeledItem(shown, width, height, Document(annotations=tuple(annotations)), split)


def _map_of(file: str, name: str, there: set[str]) -> str:
    """The file of a map: in the folder that is called as the JSON file, or beside it, or anywhere."""
    folder = str(PurePosixPath(file).parent)
    stem = PurePosixPath(file).stem
    places = (
        f"{folder}/{stem}/{name}",
        f"{folder}/{name}",
        name,
        f"{stem}/{name}",
        f"{folder}/panoptic/{name}",
    )
    for place in places:
        plain = str(PurePosixPath(place))
        if plain in there:
            return plain
    ends = sorted(entry for entry in there if entry.endswith("/" + name))
    # Pictures and maps may have the same name: the maps are those in a folder that says so.
    return next((entry for entry in ends if "panoptic" in entry), str(PurePosixPath(places[0])))


def _annotations(
    source: Source,
    file: str,
    place: str,
    segments: _Segments,
    known: dict[int, _Category],
    reading: Reading,
) -> tuple[list[Annotation], tuple[int, int]]:
    found = map_in(source, place)
    masks = dict(areas(_ids(found.codes) if found.is_color else found.codes, place, (0,)))
    made: list[Annotation] = []
    ids = Ids()
    for number, raw in enumerate(segments.segments_info):
        where = f"image {segments.image_id}, segment {number}"
        read = partial(_annotation, raw, masks, known, ids)
        one = tried(read, file, where, reading.faults)
        if one is not None:
            made.append(one)
    if masks:
        reason = f"{len(masks)} of its colors are in no segments_info"
        reading.faults.append(Fault(file=place, place="", reason=reason))
    return made, found.size


def _annotation(
    raw: msgspec.Raw, masks: dict[int, Mask], known: dict[int, _Category], ids: Ids
) -> Annotation:
    segment = msgspec.json.decode(raw, type=_Segment)
    category = known.get(segment.category_id)
    mask = masks.pop(segment.id, None)
    if category is None:
        raise ValueError(f"there is no category {segment.category_id}")
    if mask is None:
        raise ValueError(f"the map has no pixel of the segment {segment.id}")
    flags: dict[str, bool | float | str] = {}
    if segment.iscrowd:
        flags[CROWD] = True
    if not category.isthing:
        flags[THING] = False
    made = Annotation(
        id=ids.take(segment.uid, segment.id),
        category=category.name,
        shape=mask,
        attributes=plain_attributes(segment.attributes),
        group=segment.group_name,
        relations=relations_of(segment.relations),
        flags={**flags, **flags_of(segment.flags)},
    )
    if segment.score is not None:
        evidence = msgspec.structs.replace(made.evidence, score=segment.score)
        made = msgspec.structs.replace(made, evidence=evidence)
    return with_judged(made, msgspec.structs.asdict(segment))


def _ids(codes: Codes) -> Codes:
    # Read as R × 65536 + G × 256 + B, meant the other way round.
    return ((codes >> 16 & 255) | (codes & 0xFF00) | (codes & 255) << 16).astype(np.uint32)


class _Placed:
    """The split and the file of each item."""

    def __init__(self, names: Names) -> None:
        self._names = names

    def take(self, item: LabeledItem, losses: Losses | None) -> tuple[str, str]:
        return safe(item.split or UNSPLIT).replace("/", "_"), self._names.take(item.name, losses)


class _Writing:
    """Maps first, then the files, which name them: an archive has one entry open at a time."""

    def __init__(self, ontology: Ontology, losses: Losses) -> None:
        self._categories = {category.id: category for category in ontology.categories}
        self._numbers = {category.id: place for place, category in enumerate(ontology.categories, 1)}
        self._bonds = Bonds(ontology)
        self._losses = losses
        self._stuff: set[str] = set()
        self.splits: list[str] = []

    def draw(self, item: LabeledItem, split: str, name: str, sink: Sink) -> None:
        """Write the map and the picture of an item."""
        if split not in self.splits:
            self.splits.append(split)
        if item.media is not None:
            sink.copy(f"{PICTURES}{split}/{name}", item.media())
        drawn = painted(item, self._categories, self._losses, _say_nothing)
        if drawn is None:
            return
        self._stuff.update(
            annotation.category for annotation in drawn.annotations if annotation.flags.get(THING) is False
        )
        ids = drawn.owner.astype(np.uint32)
        pixels = np.stack([(ids >> shift & 255).astype(np.uint8) for shift in (0, 8, 16)], axis=-1)
        with sink.open(f"{FOLDER}{split}/{stem_of(name)}.png") as file:
            file.write(png(pixels))

    def file(self, file: IO[bytes], items: Items, split: str) -> None:
        """Write the JSON of a split; the annotations are painted again to know their areas."""
        info: Extra = {"description": "Exported by Labelwright"}
        if self._bonds.listed:
            info["relations"] = self._bonds.listed
        categories = [self._category(category) for category in self._categories.values()]
        head = {"info": info, "licenses": [], "categories": categories}
        file.write(msgspec.json.encode(head)[:-1] + b',"images":[')
        _listed(file, (self._image(*entry) for entry in self._of(items, split)))
        file.write(b'\n],"annotations":[')
        _listed(file, (self._segments(*entry) for entry in self._of(items, split)))
        file.write(b"\n]}\n")

    def _of(self, items: Items, split: str) -> Iterator[tuple[int, LabeledItem, str]]:
        placed = _Placed(Names(by_stem=True))
        for number, item in enumerate(items(), 1):
            own, name = placed.take(item, None)
            if own == split:
                yield number, item, name

    def _category(self, category: Category) -> Extra:
        is_thing = 0 if category.id in self._stuff else 1
        number = self._numbers[category.id]
        return {"id": number, "name": category.name, "supercategory": "", "isthing": is_thing}

    def _image(self, number: int, item: LabeledItem, name: str) -> Extra:
        return {"id": number, "file_name": name, "width": item.width, "height": item.height}

    def _segments(self, number: int, item: LabeledItem, name: str) -> Extra:
        drawn = painted(item, self._categories, Losses(), _say_nothing)
        segments: list[Extra] = []
        annotations = drawn.annotations if drawn else []
        linked = is_linked(annotations)
        masks = dict(areas(drawn.owner.astype(np.uint32), name, (0,))) if drawn else {}
        for place, annotation in enumerate(annotations, 1):
            mask = masks[place]
            segments.append(
                {
                    "id": place,
                    "category_id": self._numbers[annotation.category],
                    "area": int(mask.area),
                    "bbox": [mask.left, mask.top, mask.width, mask.height],
                    "iscrowd": 1 if annotation.flags.get(CROWD) is True else 0,
                    **self._beside(annotation, is_linked=linked),
                }
            )
        return {"image_id": number, "file_name": f"{stem_of(name)}.png", "segments_info": segments}

    def _beside(self, annotation: Annotation, *, is_linked: bool) -> Extra:
        own = told_as_yes_or_no(annotation.flags, (CROWD, THING))
        flags = {key: value for key, value in annotation.flags.items() if key not in own}
        said = self._bonds.beside(msgspec.structs.replace(annotation, flags=flags), is_linked=is_linked)
        named = named_attributes(annotation, self._categories[annotation.category])
        if named:
            said["attributes"] = named
        if annotation.evidence.score is not None:
            said["score"] = annotation.evidence.score
        return {**said, **judged(annotation, self._bonds.categories)}


def _say_nothing(annotation: Annotation) -> None:
    """Everything that is said of an annotation has a place."""
    del annotation


def _listed(file: IO[bytes], records: Iterable[Extra]) -> None:
    for place, record in enumerate(records):
        file.write((b",\n" if place else b"\n") + msgspec.json.encode(record))
