"""LabelMe's web tool (MIT): `Annotations/FOLDER/STEM.xml`, pictures and masks in `Images/` and `Masks/`.

An object is a polygon of points in pixels from the upper left corner, one of the type `bounding_box`, or a
mask: a picture as large as the annotated one, set where it is not black. Attributes are words and pairs such
as `color=red`, joined by commas; groups are objects that are parts of another. What this cannot hold (names
of groups, flags but for `occluded`, relations) stands in an element `extra`, which readers pass over. A split
is the folder of its name; what has none is in `default`. The names of all categories stand in
`dataset_meta.json`, as Datumaro has them. Polygons have one ring: one with holes is written as a mask, parts
are joined; turned boxes and ellipses become polygons. The layout: the XML of the LabelMe annotation tool, and
Datumaro's documentation of it.
"""

from collections.abc import Iterator
from functools import partial
from io import BytesIO
from pathlib import PurePosixPath
from typing import cast

import msgspec
from PIL import Image

from labelwright.core.document import Annotation, AttributeValue, Document, Evidence
from labelwright.core.errors import UnreadableLabels
from labelwright.core.ontology import Category, Ontology
from labelwright.core.shapes import Box, Mask, Point, Points, Polygon, Polyline, Shape, polygon_of
from labelwright.formats.bitmaps import mask_in, png_of
from labelwright.formats.cvat_xml import text
from labelwright.formats.extras import Bonds, Extra, Ids, flags_of, is_linked, relations_of, text_of_key
from labelwright.formats.fields import plain_attributes
from labelwright.formats.fitting import Place, fitting
from labelwright.formats.folder import Sink, Source
from labelwright.formats.format import Format, Items, LabeledItem, Limits, Reading, named_attributes
from labelwright.formats.json_reading import number, tried
from labelwright.formats.names import Names, stem_of
from labelwright.formats.outlines import corners
from labelwright.formats.per_picture import META, meta, meta_names
from labelwright.formats.pictures import Pictures, is_picture
from labelwright.formats.report import Losses
from labelwright.formats.splits import SPLITS, split_of
from labelwright.formats.xml_reading import Element, xml_files, xml_of

KINDS = ("box", "polygon", "mask")
PLACE = Place(kinds=KINDS, holes=False, parts=False)
LOOKED_AT = 20
UNSPLIT = "default"  # Datumaro's word
DELETED = "Objects that were deleted in LabelMe are not read."
ESCAPED = {"\\": "\\\\", "=": "\\=", '"': '\\"', ",": "\\,"}
SIGNS = (b"<polygon>", b"<segm>", b"<nrows>", b"LabelMe Webtool")


class LabelMeXml(Format):
    """LabelMe's XML."""

    name = "labelme-xml"
    title = "LabelMe (web tool, XML)"
    keeps = frozenset(KINDS)
    about = "An XML file a picture. Boxes, polygons and masks, with attributes and parts."
    limits = Limits()
    label_pictures = ("Masks/*", "*/Masks/*", "Scribbles/*", "*/Scribbles/*")
    made_for = ("LabelMe", "LabelMe 3.0", "MIT LabelMe", "CSAIL")

    def recognize(self, source: Source) -> str | None:
        """An XML file of <annotation> with LabelMe's polygons, masks or size."""
        for name in xml_files(source)[:LOOKED_AT]:
            if is_labelme(source.start(name)):
                return f"{name} has LabelMe's <annotation> with polygons"
        return None

    def read(self, source: Source) -> Reading:
        """Every file of a picture."""
        files = [name for name in xml_files(source) if is_labelme(source.start(name))]
        bases = [name[: -len(META)].rstrip("/") for name in source.names() if name.endswith(META)]
        found = dict.fromkeys(word for base in bases for word in meta_names(source, base))
        if not files and not found:
            raise UnreadableLabels(source.name, "", "no XML file is LabelMe's")
        reading = Reading([], iter(()))
        for name in files:
            root = xml_of(source, name, [])
            for element in () if root is None else root.iterfind("object"):
                if not _is_deleted(element):
                    found.setdefault(_text(element, "name") or "unlabeled")
        reading.categories = list(found)
        reading.items = _items(source, files, reading, self.label_pictures)
        return reading

    def write(self, items: Items, ontology: Ontology, sink: Sink) -> Losses:
        """Write the files, the masks and the pictures."""
        losses, names = Losses(), Names(by_stem=True)
        writing = _Writing(ontology, losses, sink)
        for item in items():
            folder = item.split if item.split in SPLITS else UNSPLIT
            if item.split and item.split != folder:
                losses.convert(item.name, "split", "splits are train, val and test; it is written without")
            name = names.take(item.name, losses)
            if item.media is not None:
                sink.copy(str(PurePosixPath("Images", folder, name)), item.media())
            lines = list(writing.lines(item, folder, name))
            sink.lines(str(PurePosixPath("Annotations", folder, f"{stem_of(name)}.xml")), lines)
        sink.lines(META, meta(category.name for category in ontology.categories))
        return losses


def is_labelme(start: bytes) -> bool:
    """Whether a file begins as LabelMe's do."""
    return (
        b"<annotation>" in start[:300] and any(sign in start for sign in SIGNS) and b"<bndbox>" not in start
    )


class _Writing:
    """The files of an export."""

    def __init__(self, ontology: Ontology, losses: Losses, sink: Sink) -> None:
        self._losses, self._sink = losses, sink
        self._categories = {category.id: category for category in ontology.categories}
        self._bonds = Bonds(ontology)

    def lines(self, item: LabeledItem, folder: str, name: str) -> Iterator[str]:
        """The XML of an item; its masks are written on the way."""
        linked = is_linked(item.document.annotations)
        kept = list(fitting(item, self._categories, PLACE, self._losses))
        groups: dict[str, list[int]] = {}
        for number_, (annotation, _, _) in enumerate(kept):
            if annotation.group is not None:
                groups.setdefault(annotation.group, []).append(number_)
        key = f"<key>{text(item.key)}</key>" if item.key else ""
        yield f"<annotation><filename>{text(name)}</filename><folder>{folder}</folder>{key}"
        yield "<source><sourceImage></sourceImage><sourceAnnotation>Labelwright</sourceAnnotation></source>"
        yield f"<imagesize><nrows>{item.height}</nrows><ncols>{item.width}</ncols></imagesize>"
        for place, (annotation, category, shape) in enumerate(kept):
            members = groups.get(annotation.group or "", []) if annotation.group is not None else []
            whole = bool(members) and members[0] == place
            parts = ",".join(map(str, members[1:])) if whole else ""
            owner = str(members[0]) if members and not whole else ""
            yield from self._head(annotation, category, is_linked=linked)
            yield f"<parts><hasparts>{parts}</hasparts><ispartof>{owner}</ispartof></parts><date></date>"
            yield f"<id>{place}</id>"
            if isinstance(shape, Mask):
                file = f"{stem_of(name)}_mask_{place}.png"
                png = _rgb(png_of(shape, item.width, item.height))
                self._sink.copy(str(PurePosixPath("Masks", folder, file)), png)
                yield _segm(shape, file)
            elif isinstance(shape, Box | Polygon):
                yield _polygon(shape)
            yield "</object>"
        yield "</annotation>"

    def _head(self, annotation: Annotation, category: Category, *, is_linked: bool) -> Iterator[str]:
        values = named_attributes(annotation, category)
        extra = self._bonds.beside(annotation, is_linked=is_linked)
        if values:
            extra["attributes"] = values
        if annotation.evidence.score is not None:
            extra["score"] = annotation.evidence.score
        occluded = "yes" if annotation.flags.get("occluded") is True else "no"
        pairs = ", ".join(f"{_escaped(name)}={_said(value)}" for name, value in values.items())
        yield f"<object><name>{text(category.name)}</name><deleted>0</deleted><verified>0</verified>"
        yield f"<occluded>{occluded}</occluded><attributes>{text(pairs)}</attributes>"
        yield f"<extra>{text(msgspec.json.encode(extra).decode())}</extra>" if extra else ""


def _rgb(png: bytes) -> bytes:
    # Datumaro's reader expects channels.
    out = BytesIO()
    with Image.open(BytesIO(png)) as image:
        image.convert("RGB").save(out, "PNG")
    return out.getvalue()


def _escaped(word: str) -> str:
    return "".join(ESCAPED.get(letter, letter) for letter in word)


def _said(value: AttributeValue) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple):
        return _escaped("; ".join(value))
    return _escaped(value) if isinstance(value, str) else str(value)


def _polygon(shape: Box | Polygon) -> str:
    ring = corners(shape) if isinstance(shape, Box) else shape.parts[0][0]
    points = "".join(f"<pt><x>{x}</x><y>{y}</y></pt>" for x, y in ring)
    kind = "<type>bounding_box</type>" if isinstance(shape, Box) else ""
    return f"{kind}<polygon><username></username>{points}</polygon>"


def _segm(mask: Mask, file: str) -> str:
    left, top, right, bottom = mask.bounds
    sides = {"xmin": left, "ymin": top, "xmax": right, "ymax": bottom}
    box = "".join(f"<{side}>{value:g}</{side}>" for side, value in sides.items())
    return f"<segm><username></username><box>{box}</box><mask>{text(file)}</mask></segm>"


# Reading


def _text(element: Element, path: str) -> str:
    return (element.findtext(path) or "").strip()


def _is_deleted(element: Element) -> bool:
    return _text(element, "deleted") in ("1", "yes", "true")


def _items(
    source: Source, files: list[str], reading: Reading, labels: tuple[str, ...]
) -> Iterator[LabeledItem]:
    pictures = Pictures(source, but=labels)
    for file in files:
        root = xml_of(source, file, reading.faults)
        item = None
        if root is not None:
            item = tried(partial(_item, root, file, source, pictures, reading), file, "", reading.faults)
        if item is not None:
            yield item


def _item(root: Element, file: str, source: Source, pictures: Pictures, reading: Reading) -> LabeledItem:
    folder, name = (_text(root, key).replace("\\", "/").strip("/") for key in ("folder", "filename"))
    if not name:
        name = f"{PurePosixPath(file).stem}.jpg"
    if ".." in PurePosixPath(folder, name).parts:
        raise ValueError("its name leads out of the folder")
    split = split_of(folder)
    full = name if split or folder == UNSPLIT else str(PurePosixPath(folder, name))
    base = file.rpartition("Annotations/")[0]
    picture = pictures.find(f"{base}Images/{folder}/{name}".replace("//", "/")) or pictures.find(full)
    if not is_picture(full):
        full += PurePosixPath(picture).suffix if picture else ".jpg"
    width, height = (int(number(_text(root, f"imagesize/{side}") or 0)) for side in ("ncols", "nrows"))
    if picture is not None and not (width > 0 and height > 0):
        width, height = pictures.size(picture)
    roots = _groups(root)
    ids = Ids()
    made: list[Annotation] = []
    for place, element in enumerate(root.iterfind("object"), 1):
        if _is_deleted(element):
            if DELETED not in reading.notes:
                reading.notes.append(DELETED)
            continue
        masks = str(PurePosixPath(f"{base}Masks", folder))
        work = partial(_annotation, element, place, ids, roots, (source, masks))
        annotation = tried(work, file, f"object {place}", reading.faults)
        made += [annotation] if annotation is not None else []
    document = Document(annotations=tuple(made))
    media = pictures.media(picture) if picture is not None else None
    key = _text(root, "key") or None
    return LabeledItem(full, max(0, width), max(0, height), document, split, key, media=media)


def _groups(root: Element) -> dict[str, str]:
    """The group of each object that is a part of another or has parts: the one that is no part itself."""
    owners = {
        _text(element, "id"): _text(element, "parts/ispartof").split(",")[0].strip()
        for element in root.iterfind("object")
    }
    for element in root.iterfind("object"):
        for part in _text(element, "parts/hasparts").split(","):
            if owners.get(part.strip()) == "":
                owners[part.strip()] = _text(element, "id")
    groups: dict[str, str] = {}
    for one in owners:
        at, seen = one, {one}
        while owners.get(at) and owners[at] not in seen:
            at = owners[at]
            seen.add(at)
        if at != one:
            groups[one] = groups[at] = f"object {at}"
    return groups


def _annotation(
    element: Element, place: int, ids: Ids, groups: dict[str, str], masks: tuple[Source, str]
) -> Annotation:
    shape = _shape(element, *masks)
    extra: Extra = {}
    told = _text(element, "extra")
    if told:
        found = msgspec.json.decode(told)
        extra = cast("Extra", found) if isinstance(found, dict) else {}
    given = extra.get("attributes")
    attributes = (
        plain_attributes(cast("Extra", given))
        if isinstance(given, dict)
        else _pairs(_text(element, "attributes"))
    )
    flags = flags_of(extra.get("flags"))
    if _text(element, "occluded") == "yes":
        flags["occluded"] = True
    own = _text(element, "id")
    score = extra.get("score")
    return Annotation(
        id=ids.take(extra.get("uid") or own, place),
        category=_text(element, "name") or "unlabeled",
        shape=shape,
        attributes=attributes,
        group=text_of_key(extra, "group_name") or groups.get(own),
        relations=relations_of(extra.get("relations")),
        flags=flags,
        evidence=Evidence(score=float(score) if isinstance(score, int | float) else None),
    )


def _pairs(told: str) -> dict[str, AttributeValue]:
    """Words and pairs, joined by commas; a backslash takes the meaning of what follows it."""
    pairs: dict[str, AttributeValue] = {}
    words: list[str] = [""]
    letters = iter(f"{told},")
    for letter in letters:
        if letter == "\\":
            words[-1] += next(letters, "")
        elif letter == "=" and len(words) == 1:
            words.append("")
        elif letter == ",":
            name = words[0].strip()
            value = words[1].strip().strip('"') if len(words) > 1 else "true"
            if name:
                pairs[name] = {"true": True, "false": False}.get(value.lower(), value)
            words = [""]
        else:
            words[-1] += letter
    return pairs


def _shape(element: Element, source: Source, masks: str) -> Shape:
    file = _text(element, "segm/mask")
    if file:
        if ".." in PurePosixPath(file).parts:
            raise ValueError("the name of its mask leads out of the folder")
        return mask_in(source, f"{masks}/{file}")[0]
    points = tuple(
        Point(number(_text(pt, "x"), "its x"), number(_text(pt, "y"), "its y"))
        for pt in element.iterfind("polygon/pt")
    )
    if not points:
        raise ValueError("it has neither a polygon nor a mask")
    if _text(element, "type") == "bounding_box":
        xs, ys = [point.x for point in points], [point.y for point in points]
        return Box(left=min(xs), top=min(ys), right=max(xs), bottom=max(ys))
    if len(points) < 3:
        return Points(points=points) if len(points) == 1 else Polyline(points=points)
    return polygon_of(points)
