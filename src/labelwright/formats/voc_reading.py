"""Reading Pascal VOC: XML of any origin, so entities and other declarations are refused.

The names of classes come from `labels.txt` or `labelmap.txt` in their order, then those found in the
files. Splits are the lists in `ImageSets/Main`.
"""

from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from pathlib import PurePosixPath

from labelwright.core.document import Annotation, AttributeValue, Document
from labelwright.core.errors import InvalidShape, LabelwrightError, UnreadableLabels
from labelwright.core.shapes import Box
from labelwright.formats.folder import Source
from labelwright.formats.format import LabeledItem, Reading
from labelwright.formats.listing import lines_of
from labelwright.formats.names import stem_of
from labelwright.formats.report import Fault
from labelwright.formats.xml_reading import Element, xml_files, xml_of

ANNOTATIONS, PICTURES, SETS = "Annotations/", "JPEGImages/", "ImageSets/Main/"
CLASSES, MAP, UNSPLIT = "labels.txt", "labelmap.txt", "trainval"
FLAGS, POSE = ("difficult", "truncated", "occluded"), "pose"
READ = frozenset(("name", "bndbox", "attributes", POSE, *FLAGS))
LARGEST = 64 * 2**20
LONGEST_NUMBER = 60
LARGEST_NUMBER = 10**9  # pixels; a decimal may say 1e999999999, which no arithmetic survives


def recognize(source: Source) -> str | None:
    """An XML file whose root is an <annotation>."""
    for name in xml_files(source)[:20]:
        start = _start(source, name)
        if b"<annotation>" in start or b"<annotation " in start:
            return f"{name} is a VOC annotation"
    return None


def read(source: Source) -> Reading:
    """Everything in the XML files. Raises UnreadableLabels if there are none, or none can be read."""
    files = xml_files(source)
    unreadable: list[Fault] = []
    classes = _classes(source, unreadable)
    if not files and not classes:
        raise UnreadableLabels(source.name, "", "there is no XML file")
    reading = Reading([], iter(()))
    found = dict.fromkeys(classes)
    readable = 0
    for name in files:
        root = _root(source, name, reading.faults)
        if root is not None:
            readable += 1
            names = (_stripped(element, "name") for element in root.iterfind("object"))
            found.update(dict.fromkeys(word for word in names if word))
    if files and not readable:
        first = reading.faults[0]
        raise UnreadableLabels(first.file, first.place, first.reason)
    reading.faults[:] = unreadable  # those of XML come again as each file is read for its items
    reading.categories = list(found)
    if any("SegmentationClass/" in name for name in source.names()):
        reading.notes.append("There are masks too, in SegmentationClass: the format “voc-masks” reads those.")
    reading.items = _items(source, files, reading)
    return reading


def _items(source: Source, files: list[str], reading: Reading) -> Iterator[LabeledItem]:
    splits, unread = _splits(source, reading.faults), set[str]()
    for name in files:
        root = _root(source, name, reading.faults)
        if root is None:
            continue
        annotations: list[Annotation] = []
        for index, element in enumerate(root.iterfind("object"), 1):
            made = _annotation(element, index, name, reading.faults)
            if made is not None:
                annotations.append(made)
            unread.update(child.tag for child in element if child.tag not in READ)
        key = stem_of(_below(name, ANNOTATIONS))
        yield LabeledItem(
            _picture_name(_stripped(root, "filename"), _below(name, ANNOTATIONS)),
            _number(root, "size/width"),
            _number(root, "size/height"),
            Document(annotations=tuple(annotations)),
            splits.get(key),
        )
    if unread:
        reading.notes.append(f"Not read in the objects: {', '.join(sorted(unread)[:20])}.")


def _start(source: Source, name: str) -> bytes:
    try:
        return source.start(name, 2000)
    except LabelwrightError:
        return b""


def _root(source: Source, name: str, faults: list[Fault]) -> Element | None:
    root = xml_of(source, name, faults, LARGEST)
    if root is None or root.tag == "annotation":
        return root
    faults.append(Fault(file=name, place=f"<{root.tag}>", reason="this is no VOC annotation"))
    return None


def _classes(source: Source, faults: list[Fault]) -> list[str]:
    found = {PurePosixPath(name).name: name for name in reversed(source.names())}
    for place in (CLASSES, MAP):
        if place in found:
            lines = [line.strip() for line in lines_of(source, found[place], faults)]
            words = [
                line.split(":")[0] if place == MAP else line for line in lines if not line.startswith("#")
            ]
            return [word for word in words if word]
    return []


def _splits(source: Source, faults: list[Fault]) -> dict[str, str]:
    found: dict[str, str] = {}
    for name in source.names():
        path = PurePosixPath(name)
        if path.suffix == ".txt" and "ImageSets" in path.parts and path.stem in ("train", "val", "test"):
            for line in lines_of(source, name, faults):
                if line.strip():
                    found.setdefault(line.strip(), path.stem)
    return found


def _below(name: str, folder: str) -> str:
    """What of a name follows the folder, if it lies in it."""
    parts = f"/{name}".partition(f"/{folder}")
    return parts[2] or name


def _picture_name(written: str, file: str) -> str:
    # Many sets name their pictures anew without touching the XML; the XML's own name is then right.
    own = PurePosixPath(stem_of(file))
    said = PurePosixPath(written.replace("\\", "/").rsplit("/", 1)[-1])
    if not written:
        return str(own)
    if said.stem == own.name:
        return str(own.with_name(said.name))
    return str(own.with_name(own.name + said.suffix)) if said.suffix else str(own)


def _annotation(element: Element, index: int, file: str, faults: list[Fault]) -> Annotation | None:
    place = f"object {index}"
    try:
        box = _box(element)
        category = _stripped(element, "name")
        if not category:
            raise ValueError("the object has no name")
    except InvalidShape as error:
        faults.append(Fault(file=file, place=place, reason=error.message))
        return None
    except ValueError as error:
        faults.append(Fault(file=file, place=place, reason=str(error)))
        return None
    if box.right - box.left == 1 and box.bottom - box.top == 1:
        reason = f"the box of “{category}” is a single pixel (read as it is)"
        faults.append(Fault(file=file, place=place, reason=reason))
    return Annotation(
        id=str(index),
        category=category,
        shape=box,
        attributes=_attributes(element),
        flags=_flags(element),
    )


def _box(element: Element) -> Box:
    box = element.find("bndbox")
    if box is None:
        raise ValueError("the object has no bndbox")
    left, top, right, bottom = (_decimal(box, side) for side in ("xmin", "ymin", "xmax", "ymax"))
    return Box(left=float(left - 1), top=float(top - 1), right=float(right), bottom=float(bottom))


def _decimal(box: Element, side: str) -> Decimal:
    text = _stripped(box, side)
    try:
        value = Decimal(text) if len(text) <= LONGEST_NUMBER else Decimal("NaN")
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite() or value.copy_abs() > LARGEST_NUMBER:
        raise ValueError(f"the {side} of the box is “{text[:40]}”, which is no usable number")
    return value


def _flags(element: Element) -> dict[str, bool | float | str]:
    flags: dict[str, bool | float | str] = {
        flag: True for flag in FLAGS if _stripped(element, flag).lower() in ("1", "true")
    }
    pose = _stripped(element, POSE)
    if pose and pose != "Unspecified":
        flags[POSE] = pose
    return flags


def _attributes(element: Element) -> dict[str, AttributeValue]:
    """Attributes as text; a name that comes more than once holds several values."""
    found: dict[str, list[str]] = {}
    for entry in element.iterfind("attributes/attribute"):
        name = _stripped(entry, "name")
        if name:
            found.setdefault(name, []).append((entry.findtext("value") or "").strip())
    return {name: values[0] if len(values) == 1 else tuple(values) for name, values in found.items()}


def _stripped(element: Element, path: str) -> str:
    return str(element.findtext(path) or "").strip()


def _number(root: Element, path: str) -> int:
    try:
        value = float(_stripped(root, path))
    except ValueError:
        return 0
    return int(value) if 0 < value < 1e9 else 0
