"""Pascal VOC: one XML file a picture, boxes only.

VOC counts pixels from 1 and names the first and the last pixel that belong to a box, so a box from
left to right in our points is written as `xmin = left + 1`, `xmax = right`; top and bottom likewise.
Reading does the reverse, so that a round trip is exact, also for fractions.
The layout: Everingham et al., The PASCAL Visual Object Classes Challenge (2010), development kit.
"""

from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any
from xml.etree.ElementTree import ParseError
from xml.sax.saxutils import escape

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from labelwright.core.document import Annotation, AttributeValue, Document
from labelwright.core.errors import InvalidShape, UnreadableLabels
from labelwright.core.ontology import Category, Ontology
from labelwright.core.shapes import Box
from labelwright.formats.folder import Sink, Source, file_name, file_stem
from labelwright.formats.format import Items, LabeledItem, Reading, named_attributes
from labelwright.formats.report import Fault, Losses

ANNOTATIONS, PICTURES, SETS = "Annotations/", "JPEGImages/", "ImageSets/Main/"
FLAGS = ("difficult", "truncated", "occluded")
LARGEST = 64 * 2**20


class Voc:
    """Pascal VOC."""

    name = "voc"
    title = "Pascal VOC"
    keeps = frozenset({"box"})
    about = "One XML file a picture. Boxes with attributes. Polygons and masks become their boxes."

    def recognize(self, source: Source) -> str | None:
        """XML files with an <annotation>."""
        for name in _files(source)[:20]:
            if b"<annotation" in source.read(name, LARGEST)[:2000]:
                return f"{name} is a VOC annotation"
        return None

    def read(self, source: Source) -> Reading:
        """Every XML file."""
        files = _files(source)
        if not files:
            raise UnreadableLabels(source.name, "", "there is no XML file")
        faults: list[Fault] = []
        splits = _splits(source)
        read = [item for name in files if (item := _item(source, name, splits, faults))]
        if not read and faults:
            raise UnreadableLabels(faults[0].file, faults[0].place, faults[0].reason)
        names: dict[str, None] = {}
        for item in read:
            names.update(dict.fromkeys(annotation.category for annotation in item.document.annotations))
        return Reading(sorted(names), iter(read), faults)

    def write(self, items: Items, ontology: Ontology, sink: Sink) -> Losses:
        """Write `Annotations/`, `ImageSets/Main/` and the pictures under `JPEGImages/`."""
        losses = Losses()
        categories = {category.id: category for category in ontology.categories}
        stems: set[str] = set()
        names: set[str] = set()
        sets: dict[str, list[str]] = {}
        for item in items():
            stem = file_stem(item.name, stems)
            picture = file_name(f"{stem}{PurePosixPath(item.name).suffix}", names)
            sets.setdefault(item.split or "trainval", []).append(stem)
            with sink.open(f"{ANNOTATIONS}{stem}.xml") as file:
                for line in _lines(item, picture, categories, losses):
                    file.write(line.encode() + b"\n")
            if item.media is not None:
                sink.copy(PICTURES + picture, item.media())
        for split, listed in sets.items():
            sink.lines(f"{SETS}{split}.txt", listed)
        sink.lines("labels.txt", [category.name for category in ontology.categories])
        return losses


def _files(source: Source) -> list[str]:
    return [name for name in source.names() if name.lower().endswith(".xml")]


def _splits(source: Source) -> dict[str, str]:
    found: dict[str, str] = {}
    for name in source.names():
        path = PurePosixPath(name)
        if path.suffix == ".txt" and "ImageSets" in path.parts and path.stem in ("train", "val", "test"):
            for line in source.read(name).decode("utf-8", "replace").splitlines():
                if line.strip():
                    found[line.split()[0]] = path.stem
    return found


def _item(source: Source, name: str, splits: dict[str, str], faults: list[Fault]) -> LabeledItem | None:
    try:
        root = fromstring(source.read(name, LARGEST))
    except (ParseError, DefusedXmlException, ValueError, RecursionError) as error:
        reason = (
            "it uses entities, which are refused" if isinstance(error, DefusedXmlException) else str(error)
        )
        faults.append(Fault(file=name, place="", reason=f"this is no readable XML: {reason}"))
        return None
    if root.tag != "annotation":
        faults.append(Fault(file=name, place=f"<{root.tag}>", reason="this is no VOC annotation"))
        return None
    annotations: list[Annotation] = []
    for index, element in enumerate(root.iter("object"), 1):
        made = _annotation(element, index)
        if isinstance(made, str):
            faults.append(Fault(file=name, place=f"object {index}", reason=made))
        else:
            annotations.append(made)
    stem = PurePosixPath(name).stem
    picture = (root.findtext("filename") or "").strip() or stem
    document = Document(annotations=tuple(annotations))
    width, height = _number(root, "size/width"), _number(root, "size/height")
    return LabeledItem(_picture_name(picture, name), width, height, document, splits.get(stem))


def _picture_name(written: str, file: str) -> str:
    # Many sets name their pictures anew without touching the XML; the XML's own name is then right.
    stem = PurePosixPath(file).stem
    suffix = PurePosixPath(written).suffix
    return written if PurePosixPath(written).stem == stem or not suffix else f"{stem}{suffix}"


def _annotation(element: Any, index: int) -> Annotation | str:  # noqa: ANN401  # an XML element
    category = (element.findtext("name") or "").strip()
    if not category:
        return "the object has no name"
    box = element.find("bndbox")
    if box is None:
        return "the object has no bndbox"
    try:
        left, top, right, bottom = (
            float((box.findtext(side) or "").strip()) for side in ("xmin", "ymin", "xmax", "ymax")
        )
        shape = Box(left=left - 1, top=top - 1, right=right, bottom=bottom)
    except (InvalidShape, ValueError) as error:
        return f"the box cannot be read: {error}"
    flags: dict[str, bool | float | str] = {}
    for flag in FLAGS:
        if (element.findtext(flag) or "").strip() in ("1", "true", "True"):
            flags[flag] = True
    pose = (element.findtext("pose") or "").strip()
    if pose and pose != "Unspecified":
        flags["pose"] = pose
    attributes: dict[str, AttributeValue] = {
        (entry.findtext("name") or "").strip(): (entry.findtext("value") or "").strip()
        for entry in element.iterfind("attributes/attribute")
    }
    return Annotation(id=str(index), category=category, shape=shape, attributes=attributes, flags=flags)


def _number(root: Any, path: str) -> int:  # noqa: ANN401  # an XML element
    text = (root.findtext(path) or "").strip()
    return int(text) if text.isdigit() else 0


def _lines(item: LabeledItem, picture: str, categories: dict[str, Category], losses: Losses) -> Iterator[str]:
    yield "<annotation>"
    yield "  <folder>JPEGImages</folder>"
    yield f"  <filename>{_text(picture)}</filename>"
    size = f"<width>{item.width}</width><height>{item.height}</height><depth>3</depth>"
    yield f"  <size>{size}</size>"
    yield "  <segmented>0</segmented>"
    for annotation in item.document.annotations:
        category = categories.get(annotation.category)
        if annotation.shape is None or category is None:
            losses.drop(item.name, "tag", "VOC has no place for tags of the whole item")
            continue
        if annotation.kind == "box":
            losses.keep()
        else:
            reason = "only its box is written; the outline is lost"
            losses.drop(item.name, annotation.kind, reason)
        yield from _object(annotation, category)
    yield "</annotation>"


def _object(annotation: Annotation, category: Category) -> Iterator[str]:
    assert annotation.shape is not None  # noqa: S101  # tags were left out by the caller
    bounds = annotation.shape.bounds
    yield "  <object>"
    yield f"    <name>{_text(category.name)}</name>"
    yield f"    <pose>{_text(str(annotation.flags.get('pose', 'Unspecified')))}</pose>"
    for flag in FLAGS:
        yield f"    <{flag}>{1 if annotation.flags.get(flag) else 0}</{flag}>"
    sides = {"xmin": bounds.left + 1, "ymin": bounds.top + 1, "xmax": bounds.right, "ymax": bounds.bottom}
    written = "".join(f"<{side}>{_plain(value)}</{side}>" for side, value in sides.items())
    yield f"    <bndbox>{written}</bndbox>"
    named = named_attributes(annotation, category)
    if named:
        yield "    <attributes>"
        for name, value in named.items():
            shown = ", ".join(value) if isinstance(value, tuple) else _word(value)
            yield f"      <attribute><name>{_text(name)}</name><value>{_text(shown)}</value></attribute>"
        yield "    </attributes>"
    yield "  </object>"


def _word(value: str | bool | float) -> str:
    return ("true" if value else "false") if isinstance(value, bool) else str(value)


def _plain(value: float) -> str:
    return str(int(value)) if value == int(value) else repr(value)


def _text(value: str) -> str:
    # Characters that XML 1.0 cannot hold, even escaped.
    return escape("".join(c if c >= " " or c in "\t\n\r" else "�" for c in value))
