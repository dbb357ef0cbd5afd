"""ASAM OpenLABEL 1.0: one JSON file with objects and the frames in which they are, pictures in `images/`.

An object has a `type` (the category); in a frame its `object_data` are lists of `bbox` (center x, center y,
width, height), `rbbox` (the same and an angle in radians, clockwise on the screen), `poly2d` (a flat list
in the mode MODE_POLY2D_ABSOLUTE, closed or not), `point2d`, and `image` (here a mask: a PNG as large as the
picture). Pixels count from the corner of the picture, x right and y down. Attributes are lists of `text`,
`num`, `boolean` and `vec`. Tags of a frame are `contexts`, relations are `relations`. The
objects of one track are one object. Every item is a frame: its name and size stand in `frame_properties`.
The categories in their order are the `boundary_list` of an ontology. Flags and names of groups are fields
that others pass over. Polygons with holes become masks, parts are joined; ellipses become polygons,
skeletons their points. Reading: `openlabel_reading.py`. The layout: ASAM OpenLABEL, concept paper and
schema 1.0.0.
"""

from base64 import b64encode
from collections.abc import Iterator
from pathlib import PurePosixPath

import msgspec

from labelwright.core.document import Annotation, AttributeValue
from labelwright.core.ontology import Category, Ontology
from labelwright.core.shapes import Box, Mask, Points, Polygon, Polyline, Ring, RotatedBox, Shape
from labelwright.formats import openlabel_reading
from labelwright.formats.beside import Beside, below_images
from labelwright.formats.bitmaps import png_of
from labelwright.formats.extras import Bonds, Extra, is_linked
from labelwright.formats.fitting import Place, fitting
from labelwright.formats.folder import Sink, Source
from labelwright.formats.format import Format, Items, LabeledItem, Limits, Reading, named_attributes
from labelwright.formats.openlabel_reading import ABSOLUTE, PIXEL
from labelwright.formats.report import Losses

FILE = "openlabel.json"
KINDS = ("box", "rotated_box", "polygon", "polyline", "points", "mask", "tag")
PLACE = Place(kinds=KINDS, holes=False, parts=False)

Track = tuple[str, str, str]


class OpenLabel(Format):
    """ASAM OpenLABEL."""

    name = "openlabel"
    title = "ASAM OpenLABEL"
    keeps = frozenset(KINDS)
    about = "One JSON file of objects and frames. Boxes, turned boxes, polygons, lines, points, masks, tags."
    limits = Limits()
    made_for = (
        "ASAM OpenLABEL",
        "VCD",
        "automotive",
        "driving",
        "ISO 34504",
        "raillabel",
        "Deepen",
        "Segments",
    )

    def recognize(self, source: Source) -> str | None:
        """A JSON file that opens with “openlabel”."""
        return openlabel_reading.recognize(source)

    def read(self, source: Source) -> Reading:
        """Every file."""
        return openlabel_reading.read(source)

    def write(self, items: Items, ontology: Ontology, sink: Sink) -> Losses:
        """Write the file, and the pictures."""
        losses = Losses()
        beside = Beside(items, losses, below_images)
        with sink.open(FILE) as file:
            writing = _Writing(items, ontology, losses)
            file.write(b'{"openlabel":' + msgspec.json.encode(writing.head())[:-1] + b',"frames":{')
            for number, (item, path) in enumerate(beside.named()):
                made = msgspec.json.encode(writing.frame(item, path.removeprefix("images/"), number))
                file.write(b',\n"' if number else b'\n"')
                file.write(f'{number}":'.encode() + made)
            for key, entries in (
                ("objects", writing.objects()),
                ("contexts", writing.contexts()),
                ("relations", writing.relations()),
            ):
                file.write(f'}},"{key}":{{'.encode())
                for number, (uid, made) in enumerate(entries):
                    file.write(b',\n"' if number else b'\n"')
                    file.write(f'{uid}":'.encode() + msgspec.json.encode(made))
            file.write(b"}}}\n")
        beside.copy(sink)
        return losses


class _Writing:
    """Frames and objects of an export; of objects that are in one frame only, their category and frame."""

    def __init__(self, items: Items, ontology: Ontology, losses: Losses) -> None:
        self._ontology, self._losses = ontology, losses
        self._categories = {category.id: category for category in ontology.categories}
        self._bonds = Bonds(ontology)
        self._tracks: dict[Track, int] = {}
        for item in items():
            for annotation in item.document.annotations:
                if "track" in annotation.flags and annotation.shape is not None:
                    self._tracks.setdefault(_track(item, annotation), len(self._tracks))
        self._number = len(self._tracks)
        self._single: list[tuple[str, int]] = []  # for each number above those of tracks
        self._frames: dict[int, list[int]] = {}
        self._contexts: dict[tuple[str, int], list[int]] = {}
        self._bound: list[tuple[str, Extra, Extra, int]] = []

    def head(self) -> Extra:
        """What stands before the frames."""
        listed = [category.name for category in self._ontology.categories]
        made: Extra = {
            "metadata": {"schema_version": "1.0.0"},
            "ontologies": {"0": {"uri": "", "boundary_list": listed, "boundary_mode": "include"}},
            "coordinate_systems": {PIXEL: {"type": "sensor", "parent": "", "children": []}},
            "streams": {"camera": {"type": "camera", "uri": ""}},
        }
        if self._bonds.listed:
            made["metadata"]["relations"] = self._bonds.listed
        return made

    def frame(self, item: LabeledItem, name: str, frame: int) -> Extra:
        """An item as a frame."""
        stream: Extra = {"uri": name}
        if item.width and item.height:
            size = {"width_px": item.width, "height_px": item.height}
            stream["stream_properties"] = {"intrinsics_pinhole": size}
        properties: Extra = {"streams": {"camera": stream}}
        if item.split is not None:
            properties["split"] = item.split
        objects: dict[str, Extra] = {}
        contexts: dict[str, Extra] = {}
        uids: dict[str, str] = {}
        linked = is_linked(item.document.annotations)
        for annotation, category, shape in fitting(item, self._categories, PLACE, self._losses):
            said = self._beside(annotation, category, is_linked=linked)
            if shape is None:
                uid = self._context(category, frame, contexts)
                uids[annotation.id] = f"c{uid}"
                text = {"name": category.name, "val": category.name, **said}
                contexts[uid] = {"context_data": {"text": [text]}}
            else:
                uid = self._uid(item, annotation, category, frame, objects)
                uids[annotation.id] = uid
                objects[uid] = {"object_data": _data(shape, said, item)}
        made: Extra = {"frame_properties": properties}
        made |= {"objects": objects} if objects else {}
        made |= {"contexts": contexts} if contexts else {}
        bonds: dict[str, Extra] = {uid: {} for uid in self._relations(item, uids, frame)} if linked else {}
        return {**made, "relations": bonds} if bonds else made

    def objects(self) -> Iterator[tuple[int, Extra]]:
        """Every object with its category and its frames."""
        for (_, _, category), uid in self._tracks.items():
            frames = self._frames.get(uid)
            if frames:
                yield uid, _element(self._categories[category].name, uid, frames)
        for place, (name, frame) in enumerate(self._single):
            uid = len(self._tracks) + place
            yield uid, _element(name, uid, [frame])

    def contexts(self) -> Iterator[tuple[int, Extra]]:
        """Every tag that a frame has, with its frames; a second of one category is another."""
        for uid, ((name, _), frames) in enumerate(self._contexts.items()):
            yield uid, _element(name, uid, frames)

    def relations(self) -> Iterator[tuple[int, Extra]]:
        """Every relation, with its frame."""
        for uid, (kind, one, other, frame) in enumerate(self._bound):
            ends = {"rdf_subjects": [one], "rdf_objects": [other]}
            yield uid, {"name": "", "type": kind, **ends, "frame_intervals": _intervals([frame])}

    def _context(self, category: Category, frame: int, taken: dict[str, Extra]) -> str:
        known = {key: str(uid) for uid, key in enumerate(self._contexts)}
        nth = sum(known.get((category.name, n)) in taken for n in range(len(taken) + 1))
        self._contexts.setdefault((category.name, nth), []).append(frame)
        return known.get((category.name, nth), str(len(self._contexts) - 1))

    def _uid(
        self,
        item: LabeledItem,
        annotation: Annotation,
        category: Category,
        frame: int,
        taken: dict[str, Extra],
    ) -> str:
        if "track" in annotation.flags:
            uid = self._tracks[_track(item, annotation)]
            if str(uid) not in taken:
                self._frames.setdefault(uid, []).append(frame)
                return str(uid)
        self._single.append((category.name, frame))
        return str(len(self._tracks) + len(self._single) - 1)

    def _beside(self, annotation: Annotation, category: Category, *, is_linked: bool) -> Extra:
        said = self._bonds.beside(annotation, is_linked=is_linked)
        said.pop("relations", None)
        values = named_attributes(annotation, category)
        if values:
            said["attributes"] = _attributes(values)
        if annotation.evidence.score is not None:
            said["score"] = annotation.evidence.score
        return said

    def _relations(self, item: LabeledItem, uids: dict[str, str], frame: int) -> Iterator[str]:
        for annotation in item.document.annotations:
            for bond in annotation.relations:
                one, other = uids.get(annotation.id), uids.get(bond.to)
                if one is None or other is None:
                    self._losses.drop(item.name, "relations", "one of its ends is not written")
                    continue
                yield str(len(self._bound))
                self._bound.append((self._bonds.name(bond.kind), _end(one), _end(other), frame))


def _track(item: LabeledItem, annotation: Annotation) -> Track:
    folder = str(PurePosixPath(item.name).parent)
    return folder, repr(annotation.flags["track"]), annotation.category


def _end(uid: str) -> Extra:
    return {"type": "context", "uid": uid[1:]} if uid.startswith("c") else {"type": "object", "uid": uid}


def _element(category: str, uid: int, frames: list[int]) -> Extra:
    intervals = _intervals(frames)
    return {"name": f"{category} {uid}", "type": category, "ontology_uid": "0", "frame_intervals": intervals}


def _intervals(frames: list[int]) -> list[dict[str, int]]:
    intervals: list[dict[str, int]] = []
    for frame in frames:
        if intervals and intervals[-1]["frame_end"] == frame - 1:
            intervals[-1]["frame_end"] = frame
        else:
            intervals.append({"frame_start": frame, "frame_end": frame})
    return intervals


def _attributes(values: dict[str, AttributeValue]) -> Extra:
    made: dict[str, list[Extra]] = {}
    for name, value in values.items():
        kind = (
            "boolean"
            if isinstance(value, bool)
            else "text"
            if isinstance(value, str)
            else "vec"
            if isinstance(value, tuple)
            else "num"
        )
        made.setdefault(kind, []).append({"name": name, "val": value})
    return made


def _data(shape: Shape, said: Extra, item: LabeledItem) -> Extra:
    """The object data of a shape."""
    head = {"name": "shape", "coordinate_system": PIXEL}
    match shape:
        case Box():
            middle = [(shape.left + shape.right) / 2, (shape.top + shape.bottom) / 2]
            size = [shape.right - shape.left, shape.bottom - shape.top]
            return {"bbox": [{**head, "val": [*middle, *size], **said}]}
        case RotatedBox():
            values = [shape.x, shape.y, shape.width, shape.height, shape.angle]
            return {"rbbox": [{**head, "val": values, **said}]}
        case Polygon():
            return {"poly2d": [{**head, **_line(shape.parts[0][0], closed=True), **said}]}
        case Polyline():
            return {"poly2d": [{**head, **_line(shape.points, closed=False), **said}]}
        case Points():
            listed = [
                {**head, "name": f"point {number}", "val": [x, y]}
                for number, (x, y) in enumerate(shape.points, 1)
            ]
            return {"point2d": [listed[0] | said, *listed[1:]]}
        case Mask():
            data = b64encode(png_of(shape, item.width, item.height)).decode()
            kind = {"mime_type": "image/png", "encoding": "base64"}
            return {"image": [{"name": "mask", "val": data, **kind, **said}]}
        case _:
            raise AssertionError("other shapes are converted by now")


def _line(ring: Ring, *, closed: bool) -> Extra:
    return {"val": [value for point in ring for value in point], "mode": ABSOLUTE, "closed": closed}
