"""The tracks of CVAT's videos and the frames they are on."""

import re
from collections.abc import Iterable, Iterator
from functools import partial
from math import pi
from pathlib import PurePosixPath
from typing import NamedTuple

import msgspec

from labelwright.core.document import Annotation
from labelwright.core.errors import InvalidShape
from labelwright.core.shapes import (
    ABSENT,
    Box,
    Cuboid,
    Ellipse,
    Keypoint,
    Point,
    Points,
    Polygon,
    Polyline,
    RotatedBox,
    Shape,
    Skeleton,
    polygon_of,
)
from labelwright.formats.cvat_xml import SHAPES, annotation_of
from labelwright.formats.format import Reading
from labelwright.formats.json_reading import tried
from labelwright.formats.pictures import Pictures
from labelwright.formats.splits import split_of
from labelwright.formats.xml_reading import Element

MOST_FRAMES = 1_000_000  # that one track is shown on without being told
_FRAME = re.compile(r"frame_0*(\d{1,9})\.\w+")
_STEP = re.compile(r"step\s*=\s*(\d{1,6})")


class Frame(NamedTuple):
    """What is known of a frame."""

    name: str
    width: int
    height: int
    split: str | None = None
    key: str | None = None


class Frames:
    """The frames of a video: those that a file lists, those with a picture beside, and all the others."""

    def __init__(self, root: Element, folder: str, pictures: Pictures) -> None:
        self._folder, self._pictures = folder, pictures
        self._named: dict[int, Frame] = {}
        for element in root.iterfind("meta/*/frames/frame"):
            split, key = split_of(element.get("split")), element.get("key")
            width, height = (_whole(element.get(side)) or 0 for side in ("width", "height"))
            place = _whole(element.get("number"))
            name = element.get("name") or ""
            if place is not None and name and ".." not in PurePosixPath(name).parts:
                self._named[place] = Frame(name, width, height, split, key)
        self._beside: dict[int, str] = {}
        for name in pictures.names:
            found = _FRAME.fullmatch(PurePosixPath(name).name)
            if found and (not folder or name.startswith(f"{folder}/")):
                self._beside.setdefault(int(found[1]), name)
        sides = (_whole(root.findtext(f"meta/*/original_size/{side}")) for side in ("width", "height"))
        width, height = (side or 0 for side in sides)
        self._size = width, height
        step = _STEP.search(root.findtext("meta/*/frame_filter") or "")
        self._step = max(1, int(step[1])) if step else 1
        stop = _whole(root.findtext("meta/*/stop_frame"))
        self.known = sorted(self._named or self._beside)
        self._own = bool(self._named)
        self.stop = max(self.known, default=-1) if self._own or stop is None else stop

    def between(self, start: int, end: int) -> Iterable[int]:
        """The frames after one and before another."""
        if self._own:
            return (place for place in self.known if start < place < end)
        return range(start + self._step, min(end, start + MOST_FRAMES), self._step)

    def of(self, place: int) -> Frame:
        """What is known of a frame; the size of the first picture is that of all."""
        if place in self._named:
            return self._named[place]
        beside = self._beside.get(place)
        name = PurePosixPath(beside).name if beside else f"frame_{place:06}.PNG"
        width, height = self._size
        if beside and not (width and height):
            width, height = self._size = self._pictures.size(beside)
        return Frame(str(PurePosixPath(self._folder, name)), width, height)


def _whole(found: str | None) -> int | None:
    return int(found) if found is not None and re.fullmatch(r"\d{1,9}", found.strip()) else None


class Track:
    """What a track shows, by frames; None where it is outside."""

    def __init__(self, shapes: list[tuple[int, Annotation | None]]) -> None:
        self.shapes = shapes

    def at(self, before: Annotation, after: Annotation | None, share: float) -> Annotation:
        """What is shown between two frames: `share` of the way from one to the other."""
        flags = {**before.flags, "keyframe": False} if "keyframe" in before.flags else before.flags
        shape = before.shape
        if shape is not None and after is not None and after.shape is not None:
            try:
                shape = between(shape, after.shape, share)
            except InvalidShape:
                shape = before.shape
        return msgspec.structs.replace(before, shape=shape, flags=flags)


def tracks_of(root: Element, file: str, reading: Reading) -> Iterator[Track]:
    """Every track; what cannot be read of one is a fault."""
    for place, element in enumerate(root.iterfind("track")):
        shapes: dict[int, Annotation | None] = {}
        for child in element:
            if child.tag in SHAPES:
                where = f"track {element.get('id') or place}, frame {child.get('frame')}"
                made = tried(partial(_shape, element, child, place, reading), file, where, reading.faults)
                if made is not None:
                    shapes[made[0]] = made[1]
        yield Track(sorted(shapes.items(), key=lambda pair: pair[0]))


def _shape(track: Element, child: Element, place: int, reading: Reading) -> tuple[int, Annotation | None]:
    frame = _whole(child.get("frame"))
    if frame is None:
        raise ValueError("it says no frame")
    if child.get("outside") == "1":
        return frame, None
    child.set("label", track.get("label") or "")
    if child.get("group_id") is None and track.get("group_id"):
        child.set("group_id", track.get("group_id"))
    identity = track.get("id") or str(place)
    made = annotation_of(child, identity, reading.definitions)
    if track.get("alone") == "1":
        return frame, made
    told = track.get("track")
    value: bool | float | str = int(identity) if _whole(identity) is not None else identity
    if told is not None:
        value = msgspec.json.decode(told.encode(), type=bool | int | float | str)
    flags = {**made.flags, "track": value}
    if child.get("keyframe") is not None:
        flags.setdefault("keyframe", child.get("keyframe") == "1")
    return frame, msgspec.structs.replace(made, flags=flags)


def between(one: Shape, other: Shape, share: float) -> Shape:
    """The shape that is `share` of the way from one to another; the first where they have other points."""
    match one, other:
        case (Box() | RotatedBox(), Box() | RotatedBox()):
            return _box(one, other, share)
        case (Ellipse(), Ellipse()):
            x, y, rx, ry = _mix((one.x, one.y, one.rx, one.ry), (other.x, other.y, other.rx, other.ry), share)
            return Ellipse(x=x, y=y, rx=rx, ry=ry, angle=_turn(one.angle, other.angle, share))
        case (Polygon(), Polygon()) if len(one.parts[0][0]) == len(other.parts[0][0]):
            return polygon_of(_points(one.parts[0][0], other.parts[0][0], share))
        case (Polyline(), Polyline()) if len(one.points) == len(other.points):
            return Polyline(points=_points(one.points, other.points, share))
        case (Points(), Points()) if len(one.points) == len(other.points):
            return Points(points=_points(one.points, other.points, share))
        case (Cuboid(), Cuboid()):
            front, back = (
                _points(a, b, share) for a, b in ((one.front, other.front), (one.back, other.back))
            )
            return Cuboid(front=front, back=back)  # pyright: ignore[reportArgumentType]  # four corners each
        case (Skeleton(), Skeleton()) if len(one.keypoints) == len(other.keypoints):
            pairs = zip(one.keypoints, other.keypoints, strict=True)
            return Skeleton(keypoints=tuple(_keypoint(a, b, share) for a, b in pairs))
        case _:
            return one


def _mix(one: Iterable[float], other: Iterable[float], share: float) -> list[float]:
    return [a + (b - a) * share for a, b in zip(one, other, strict=True)]


def _turn(one: float, other: float, share: float) -> float:
    # The shorter way round.
    return one + ((other - one + pi) % (2 * pi) - pi) * share


def _points(one: Iterable[Point], other: Iterable[Point], share: float) -> tuple[Point, ...]:
    return tuple(Point(*_mix(a, b, share)) for a, b in zip(one, other, strict=True))


def _keypoint(one: Keypoint, other: Keypoint, share: float) -> Keypoint:
    if ABSENT in (one.visibility, other.visibility):
        return one
    x, y = _mix(one[:2], other[:2], share)
    return Keypoint(x, y, one.visibility)


def _box(one: Box | RotatedBox, other: Box | RotatedBox, share: float) -> Shape:
    if isinstance(one, Box) and isinstance(other, Box):
        left, top, right, bottom = _mix(one.bounds, other.bounds, share)
        return Box(left=left, top=top, right=right, bottom=bottom)
    a, b = _turned(one), _turned(other)
    x, y, width, height = _mix((a.x, a.y, a.width, a.height), (b.x, b.y, b.width, b.height), share)
    return RotatedBox(x=x, y=y, width=width, height=height, angle=_turn(a.angle, b.angle, share))


def _turned(box: Box | RotatedBox) -> RotatedBox:
    if isinstance(box, RotatedBox):
        return box
    left, top, right, bottom = box.bounds
    return RotatedBox(x=(left + right) / 2, y=(top + bottom) / 2, width=right - left, height=bottom - top)
