"""CVAT for video 1.1: one XML file of tracks, each with the shapes of its frames.

`cvat_xml.py` says how shapes, attributes and labels are written. A frame is an item, called as CVAT calls
frames (`frame_000012.PNG`) or by the picture of that number; the names, sizes and splits of other items are
in an element `frames` of the task, which CVAT passes over. A track is what has the same `track` flag,
category and kind of shape; what has none is a track of one frame. A shape that is `outside` ends its track
until the next one. Between keyframes that are not next to one another coordinates are interpolated linearly,
as CVAT does for boxes, ellipses, cuboids, keypoints and outlines of as many points; other shapes stay as
they are. The last shape of a track goes on to the last frame. Tags of a whole frame have no place. Pictures
lie under `images/`. Layout: CVAT's documentation of the format “CVAT for videos 1.1”.
"""

import re
import shutil
from collections.abc import Iterator
from pathlib import PurePosixPath
from tempfile import SpooledTemporaryFile
from typing import NamedTuple

import msgspec

from labelwright.core.document import Annotation, Document
from labelwright.core.ontology import SHAPE_KINDS, Category, Ontology
from labelwright.core.shapes import Mask, Shape, kind_of
from labelwright.formats import cvat
from labelwright.formats.cvat import FILE, IN_MEMORY, PICTURES, head_lines, is_cvat, is_video
from labelwright.formats.cvat_tracks import Frames, Track, tracks_of
from labelwright.formats.cvat_xml import quoted, shape_lines
from labelwright.formats.extras import Bonds, Ids, is_linked
from labelwright.formats.fitting import Place, fitting
from labelwright.formats.folder import Sink, Source
from labelwright.formats.format import Format, Items, LabeledItem, Limits, Reading
from labelwright.formats.names import Names
from labelwright.formats.pictures import Pictures
from labelwright.formats.report import Losses
from labelwright.formats.xml_reading import Element, xml_files

KINDS = frozenset(SHAPE_KINDS) - {"tag"}
PLACE = Place(kinds=KINDS, holes=False, parts=False, whole_masks=False)
END = "</task></meta>"
_NUMBERED = re.compile(r"frame_(\d{1,9})\.\w+")


class CvatVideo(Format):
    """CVAT's videos."""

    name = "cvat-video"
    title = "CVAT for video"
    keeps = KINDS
    about = "One XML file of tracks over frames. Every kind of shape, attributes; no tags."
    limits = Limits()
    made_for = ("CVAT", "CVAT for video 1.1", "tracks", "interpolation")

    def recognize(self, source: Source) -> str | None:
        """An XML file of <annotations> with CVAT's <track>."""
        for name in xml_files(source)[:20]:
            start = source.start(name)
            if is_cvat(start) and is_video(start):
                return f"{name} has CVAT's <annotations> of a video's tracks"
        return None

    def read(self, source: Source) -> Reading:
        """Every file of a video."""
        return cvat.read(source, lambda start: is_cvat(start) and is_video(start), _items)

    def write(self, items: Items, ontology: Ontology, sink: Sink) -> Losses:
        """Write `annotations.xml`, and the pictures under `images/`."""
        losses = Losses()
        with (
            SpooledTemporaryFile(max_size=IN_MEMORY) as frames,
            SpooledTemporaryFile(max_size=IN_MEMORY) as body,
        ):
            writing = _Writing(ontology, losses, body)
            names = Names(by_stem=False)
            has_pictures = False
            for item in items():
                has_pictures = has_pictures or item.media is not None
                name = names.take(item.name, losses)
                frames.write(f"{writing.frame(item, name)}\n".encode())
            frames.seek(0)
            with sink.open(FILE) as file:
                for line in head_lines(ontology, "interpolation"):
                    if line == END:
                        file.write(b"<frames>\n")
                        shutil.copyfileobj(frames, file, IN_MEMORY)
                        file.write(b"</frames>\n" + writing.about().encode() + b"\n")
                    file.write(line.encode() + b"\n")
                for text in writing.tracks():
                    file.write(text)
                file.write(b"</annotations>\n")
        again = Names(by_stem=False)
        for item in items() if has_pictures else ():
            name = again.take(item.name)
            if item.media is not None:
                sink.copy(PICTURES + name, item.media())
        return losses


class _Part(NamedTuple):
    """Where the element of a shape stands among those put aside, its frame, and whether it is a keyframe."""

    frame: int
    start: int
    end: int
    is_key: bool


class _Written:
    """A track: how it begins, and its parts."""

    def __init__(self, head: str) -> None:
        self.head, self.parts = head, list[_Part]()


class _Writing:
    """Puts the shapes of all frames aside, and gives them track by track."""

    def __init__(self, ontology: Ontology, losses: Losses, body: "SpooledTemporaryFile[bytes]") -> None:
        self._losses, self._body = losses, body
        self._categories = {category.id: category for category in ontology.categories}
        self._bonds = Bonds(ontology)
        self._tracks: dict[object, _Written] = {}
        self._frame = -1
        self._next: dict[int, int] = {}
        self._first, self._count, self._size = 0, 0, (0, 0)

    def about(self) -> str:
        """What CVAT says of a video: how many frames, which, and how large they are."""
        width, height = self._size
        return (
            f"<size>{self._count}</size><start_frame>{self._first}</start_frame>"
            f"<stop_frame>{max(0, self._frame)}</stop_frame>"
            f"<original_size><width>{width}</width><height>{height}</height></original_size>"
        )

    def frame(self, item: LabeledItem, name: str) -> str:
        """Put the shapes of an item aside; gives what is said of its frame."""
        numbered = _NUMBERED.fullmatch(name)
        number = max(self._frame + 1, int(numbered[1]) if numbered else 0)
        if self._frame >= 0:
            self._next[self._frame] = number
        else:
            self._first, self._size = number, (item.width, item.height)
        self._frame, self._count = number, self._count + 1
        linked = is_linked(item.document.annotations)
        groups: dict[str, int] = {}
        here: set[object] = set()
        for annotation, category, shape in fitting(item, self._categories, PLACE, self._losses):
            if shape is None:
                continue
            track = annotation.flags.get("track")
            key: object = (type(track), track, category.id, kind_of(shape))
            # CVAT has no tracks of masks: each is one of its own frame there, and the flag joins them here.
            if track is None or key in here or isinstance(shape, Mask):
                key = len(self._tracks)
            here.add(key)
            group = 0 if annotation.group is None else groups.setdefault(annotation.group, len(groups) + 1)
            if key not in self._tracks:
                self._tracks[key] = _Written(_head(annotation, category, len(self._tracks), group))
            self._put(self._tracks[key], annotation, category, shape, linked=linked)
        said = {"number": number, "name": name, "width": item.width, "height": item.height}
        said |= {key: value for key, value in (("split", item.split), ("key", item.key)) if value}
        return f"<frame {' '.join(f'{key}={quoted(value)}' for key, value in said.items())}/>"

    def _put(
        self, track: _Written, annotation: Annotation, category: Category, shape: Shape, *, linked: bool
    ) -> None:
        keyframe = annotation.flags.get("keyframe")
        # Where a track begins, at first or again, CVAT takes a keyframe only.
        begins = not track.parts or self._next.get(track.parts[-1].frame) != self._frame
        is_key = begins or keyframe is not False
        more = {"frame": self._frame, "outside": 0, "keyframe": int(is_key)}
        is_told = "track" in annotation.flags and keyframe is is_key
        lines = shape_lines(
            annotation,
            category,
            shape,
            self._bonds,
            is_linked=linked,
            group=0,
            more=more,
            told=("track", "keyframe") if is_told else ("track",),
        )
        start = self._body.tell()
        self._body.write("".join(f"{line}\n" for line in lines).encode())
        track.parts.append(_Part(self._frame, start, self._body.tell(), is_key))

    def tracks(self) -> Iterator[bytes]:
        """The tracks, each with its shapes, and with their ends where it is not seen on the next frame."""
        for track in self._tracks.values():
            yield track.head.encode() + b"\n"
            for place, part in enumerate(track.parts):
                self._body.seek(part.start)
                element = self._body.read(part.end - part.start)
                yield element
                after = self._next.get(part.frame)
                following = track.parts[place + 1].frame if place + 1 < len(track.parts) else None
                if after is not None and after != following:
                    seen = f'frame="{part.frame}" outside="0" keyframe="{part.is_key:d}"'.encode()
                    gone = f'frame="{after}" outside="1" keyframe="1"'.encode()
                    yield element.replace(seen, gone, 1)
            yield b"</track>\n"


def _head(annotation: Annotation, category: Category, number: int, group: int) -> str:
    said: dict[str, object] = {"id": number, "label": category.name, "source": "manual"}
    said |= {"group_id": group} if group else {}
    if "track" in annotation.flags:
        said["track"] = msgspec.json.encode(annotation.flags["track"]).decode()
    else:
        said["alone"] = 1
    return f"<track {' '.join(f'{key}={quoted(value)}' for key, value in said.items())}>"


def _items(root: Element, file: str, source: Source, reading: Reading) -> Iterator[LabeledItem]:
    pictures = Pictures(source)
    folder = str(PurePosixPath(file).parent).removeprefix(".")
    frames = Frames(root, folder, pictures)
    shown: dict[int, list[Annotation]] = {number: [] for number in frames.known}
    ids: dict[int, Ids] = {}
    for track in tracks_of(root, file, reading):
        for number, annotation in _shown(track, frames):
            listed = shown.setdefault(number, [])
            own = ids.setdefault(number, Ids()).take(annotation.id, len(listed) + 1)
            listed.append(msgspec.structs.replace(annotation, id=own))
    for number in sorted(shown):
        frame = frames.of(number)
        document = Document(annotations=tuple(shown[number]))
        yield LabeledItem(frame.name, frame.width, frame.height, document, frame.split, frame.key)


def _shown(track: Track, frames: Frames) -> Iterator[tuple[int, Annotation]]:
    for place, (number, annotation) in enumerate(track.shapes):
        if annotation is None:
            continue
        yield number, annotation
        following = track.shapes[place + 1] if place + 1 < len(track.shapes) else None
        end = frames.stop + 1 if following is None else following[0]
        for between in frames.between(number, end):
            share = 0.0 if following is None else (between - number) / (following[0] - number)
            yield between, track.at(annotation, following[1] if following else None, share)
