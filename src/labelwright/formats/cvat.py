"""CVAT for images 1.1: one XML file with the labels, and an element for each picture.

`cvat_xml.py` says how shapes, attributes and labels are written; all of CVAT's kinds are kept. A polygon has
one ring there: one with holes is written as a mask, parts are joined by lines of no width. Pictures lie under
`images/`; the split of a picture is its subset. A file of a video (tracks) is read by `cvat-video`.
Layout: CVAT's documentation of the format “CVAT for images 1.1”.
"""

import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import PurePosixPath
from tempfile import SpooledTemporaryFile

import msgspec

from labelwright.core.document import Annotation, Document
from labelwright.core.errors import UnreadableLabels
from labelwright.core.ontology import SHAPE_KINDS, Ontology, RelationSpec
from labelwright.formats.cvat_xml import (
    PLACE,
    SHAPES,
    annotation_of,
    categories_of,
    label_lines,
    quoted,
    shape_lines,
    text,
)
from labelwright.formats.extras import Bonds, Ids, is_linked
from labelwright.formats.fitting import fitting
from labelwright.formats.folder import Sink, Source
from labelwright.formats.format import Format, Items, LabeledItem, Reading
from labelwright.formats.json_reading import number, tried
from labelwright.formats.names import Names
from labelwright.formats.pictures import Pictures
from labelwright.formats.report import Fault, Losses
from labelwright.formats.splits import split_of
from labelwright.formats.xml_reading import Element, xml_files, xml_of

FILE, PICTURES = "annotations.xml", "images/"
MARKED = (*SHAPES, "track")
IN_MEMORY = 2**18


class Cvat(Format):
    """CVAT's pictures."""

    name = "cvat"
    title = "CVAT for images"
    keeps = frozenset(SHAPE_KINDS)
    about = "One XML file. Every kind of shape, tags and attributes; polygons of one ring."
    made_for = ("CVAT", "CVAT XML 1.1")

    def recognize(self, source: Source) -> str | None:
        """An XML file of <annotations> with CVAT's <meta> or <image>, and no tracks."""
        for name in xml_files(source)[:20]:
            start = source.start(name)
            if is_cvat(start) and not is_video(start):
                return f"{name} has CVAT's <annotations> of images"
        return None

    def read(self, source: Source) -> Reading:
        """Every file of images."""
        return read(source, lambda start: is_cvat(start) and not is_video(start), _items)

    def write(self, items: Items, ontology: Ontology, sink: Sink) -> Losses:
        """Write `annotations.xml`, and the pictures under `images/`."""
        losses = Losses()
        names = Names(by_stem=False)
        has_pictures = False
        splits: dict[str, None] = {}
        with SpooledTemporaryFile(max_size=IN_MEMORY) as body:  # for the head names the subsets
            for index, item in enumerate(items()):
                has_pictures = has_pictures or item.media is not None
                if item.split:
                    splits[item.split] = None
                for line in _image_lines(item, index, names.take(item.name, losses), ontology, losses):
                    body.write(line.encode() + b"\n")
            body.seek(0)
            with sink.open(FILE) as file:
                for line in head_lines(ontology, "annotation", list(splits)):
                    file.write(line.encode() + b"\n")
                shutil.copyfileobj(body, file, IN_MEMORY)
                file.write(b"</annotations>\n")
        again = Names(by_stem=False)
        for item in items() if has_pictures else ():
            name = again.take(item.name)
            if item.media is not None:
                sink.copy(PICTURES + name, item.media())
        return losses


def is_cvat(start: bytes) -> bool:
    """Whether a file begins as CVAT's do."""
    return b"<annotations>" in start and (b"<meta>" in start or b"<image " in start or b"<track " in start)


def is_video(start: bytes) -> bool:
    """Whether a file of CVAT's is that of a video."""
    return b"<track " in start or (b"<mode>interpolation</mode>" in start and b"<image " not in start)


def head_lines(ontology: Ontology, mode: str, splits: Sequence[str] = ()) -> Iterator[str]:
    """What stands before the pictures: a project with a task for each split, or a task."""
    name = "<name>Exported by Labelwright</name>"
    yield '<?xml version="1.0" encoding="utf-8"?>'
    yield "<annotations>"
    yield "<version>1.1</version>"
    yield f"<meta><project>{name}" if splits else f"<meta><task>{name}<mode>{mode}</mode>"
    if splits:
        tasks = (f"<task>{name}<mode>{mode}</mode><subset>{text(split)}</subset></task>" for split in splits)
        yield f"<tasks>{''.join(tasks)}</tasks>"
    yield from label_lines(ontology)
    relations = "".join(
        f"<relation name={quoted(one.name)} directed={quoted(int(one.directed))}/>"
        for one in ontology.relations
    )
    yield f"<relations>{relations}</relations>" if relations else ""
    yield "</project></meta>" if splits else "</task></meta>"


def _image_lines(
    item: LabeledItem, index: int, name: str, ontology: Ontology, losses: Losses
) -> Iterator[str]:
    categories = {category.id: category for category in ontology.categories}
    subset = f" subset={quoted(item.split)}" if item.split else ""
    key = f" key={quoted(item.key)}" if item.key else ""
    yield f'<image id="{index}" name={quoted(name)}{subset}{key} width="{item.width}" height="{item.height}">'
    linked, bonds = is_linked(item.document.annotations), Bonds(ontology)
    groups: dict[str, int] = {}
    for annotation, category, shape in fitting(item, categories, PLACE, losses):
        group = 0 if annotation.group is None else groups.setdefault(annotation.group, len(groups) + 1)
        yield from shape_lines(annotation, category, shape, bonds, is_linked=linked, group=group)
    yield "</image>"


FileItems = Callable[[Element, str, Source, Reading], Iterator[LabeledItem]]


def read(source: Source, is_wanted: Callable[[bytes], bool], items_of: FileItems) -> Reading:
    """Every file that is wanted; `items_of` gives what the root of one holds. Raises UnreadableLabels."""
    names = [name for name in xml_files(source) if is_wanted(source.start(name))]
    if not names:
        raise UnreadableLabels(source.name, "", "there is no XML file of CVAT's <annotations>")
    reading = Reading([], iter(()))
    readable: list[str] = []
    for name in names:
        root = xml_of(source, name, reading.faults)
        if root is None:
            continue
        readable.append(name)
        for category in categories_of(root, name, reading.faults).values():
            reading.definitions.setdefault(category.name, category)
        marked = (element.get("label") or "" for element in root.iter() if element.tag in MARKED)
        names_so_far = [*reading.categories, *reading.definitions, *filter(None, marked)]
        reading.categories = list(dict.fromkeys(names_so_far))
        reading.relations = _relations(root, reading.relations)
    if not readable:
        fault = reading.faults[0]
        raise UnreadableLabels(fault.file, fault.place, fault.reason)
    reading.items = _of_files(source, readable, reading, items_of)
    return reading


def _relations(root: Element, known: tuple[RelationSpec, ...]) -> tuple[RelationSpec, ...]:
    found = {spec.name: spec for spec in known}
    for element in root.iterfind("meta/*/relations/relation"):
        name = element.get("name")
        if name:
            spec = RelationSpec(id=name, name=name, directed=element.get("directed") != "0")
            found.setdefault(name, spec)
    return tuple(found.values())


def _of_files(
    source: Source, names: list[str], reading: Reading, items_of: FileItems
) -> Iterator[LabeledItem]:
    for name in names:
        root = xml_of(source, name, [])  # its faults are known: each file is held only while it is read
        if root is not None:
            yield from items_of(root, name, source, reading)


def _items(root: Element, file: str, source: Source, reading: Reading) -> Iterator[LabeledItem]:
    pictures = Pictures(source)
    for index, element in enumerate(root.iterfind("image")):
        name = element.get("name") or ""
        place = f"image {element.get('id') or index}"
        if not name or ".." in PurePosixPath(name.replace("\\", "/")).parts:
            reading.faults.append(Fault(file=file, place=place, reason="it has no usable name"))
            continue
        size = tried(lambda element=element: _size(element), file, place, reading.faults)
        if size is None:
            continue
        if not all(size):
            picture = pictures.find(name, PICTURES)
            size = pictures.size(picture) if picture else (0, 0)
        annotations: list[Annotation] = []
        ids = Ids()
        for count, child in enumerate(element, 1):
            if child.tag not in SHAPES:
                continue
            made = tried(
                lambda child=child, count=count: annotation_of(child, str(count), reading.definitions),
                file,
                f"{place}, <{child.tag}> {count}",
                reading.faults,
            )
            if made is not None:
                annotations.append(msgspec.structs.replace(made, id=ids.take(made.id, count)))
        document = Document(annotations=tuple(annotations))
        yield LabeledItem(name, *size, document, split_of(element.get("subset")), key=element.get("key"))


def _size(element: Element) -> tuple[int, int]:
    width, height = (int(number(element.get(side) or 0, f"its {side}")) for side in ("width", "height"))
    if width < 0 or height < 0:
        raise ValueError(f"a picture of {width} × {height} pixels is none")
    return width, height
