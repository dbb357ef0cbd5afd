"""From one format to another, without a project and in the memory of a few items.

The items are put aside while they are read (`spool.py`), for only the last of them tells which attributes
there are. Where a pair of formats has a shorter way (`SHORT_WAYS`), which says and writes the very same,
that one is taken.
"""

from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Protocol

from labelwright.core.errors import InvalidInput
from labelwright.formats.folder import FolderSink, Sink, Source, ZipSink, ZipSource, source_of
from labelwright.formats.format import Format, LabeledItem, Reading, WouldDrop
from labelwright.formats.naming import Found, Naming
from labelwright.formats.pictures import Pictures
from labelwright.formats.registry import choose, get
from labelwright.formats.report import Conversion, Losses
from labelwright.formats.spool import Media, Spool, no_media

MEDIA = ("copy", "link", "none")

SHORT_WAYS = {
    ("coco", "yolo"): "labelwright.formats.coco_yolo:boxes",
    ("coco", "yolo-seg"): "labelwright.formats.coco_yolo:segments",
}
"""Ways that skip what the second format cannot hold anyway: a function of a source gives a `ShortWay`."""


class ShortWay(Protocol):
    """How one pair of formats is converted; `reading` and `count` tell of it afterwards."""

    reading: Reading
    count: int
    writer: Format

    def items(self, ids: dict[str, str], media: Media) -> Iterator[LabeledItem]:
        """The items, once; `ids` are those of the categories by name."""
        ...


def convert(
    source: Path,
    destination: Path,
    *,
    to: str,
    format: str = "auto",  # noqa: A002
    drop: bool = False,
    media: str = "copy",
) -> Conversion:
    """Read `source` and write it as another format; gives the report.

    `media` says whether the pictures that lie in the source come along: as copies, as hard links where
    the file system has them, or not. Raises WouldDrop if something would be left out and `drop` is not
    set, BadFile and UnreadableLabels for what cannot be read; nothing is left at the destination then.
    """
    if media not in MEDIA:
        raise InvalidInput(f"“{media}” is no way to take pictures along.", remedy=f"Use {', '.join(MEDIA)}.")
    writer = get(to)
    files = source_of(source)
    try:
        reader, reason = choose(files, format)
        with _sink(destination, link=media == "link") as sink:
            work = _Work(reader, writer, files, with_media=media != "none")
            losses = work.into(sink)
            if losses.loses and not drop:
                raise WouldDrop(writer.title, losses)
    finally:
        if isinstance(files, ZipSource):
            files.close()
    return Conversion(
        read=reader.name,
        written=writer.name,
        recognized=reason,
        items=work.items,
        categories=work.reading.categories,
        faults=work.reading.faults,
        notes=work.reading.notes,
        kept=losses.kept,
        converted=losses.converted,
        dropped=losses.dropped,
        examples=losses.examples,
    )


class _Work:
    """One conversion; `reading` and `items` tell of it once it is done."""

    def __init__(self, reader: Format, writer: Format, files: Source, *, with_media: bool) -> None:
        self.reader, self.writer, self.files = reader, writer, files
        self._pictures = Pictures(files, reader.label_pictures)
        self._with_media = with_media
        self._inside: dict[str, Callable[[], Path | bytes]] = {}  # pictures that are in the label files
        self._without_picture: set[str] = set()
        self.reading = Reading([], iter(()))
        self.items = 0

    def into(self, sink: Sink) -> Losses:
        """Write everything; gives what was kept, converted and dropped."""
        media: Media = self._media if self._with_media else no_media
        place = SHORT_WAYS.get((self.reader.name, self.writer.name))
        losses = self._short(place, media, sink) if place else self._long(media, sink)
        if self._without_picture:
            self.reading.notes.append(
                f"{len(self._without_picture)} items have no picture in the source; their labels are written."
            )
        return losses

    def _short(self, place: str, media: Media, sink: Sink) -> Losses:
        module, _, name = place.partition(":")
        way: ShortWay = getattr(import_module(module), name)(self.files)
        self.reading = way.reading
        naming = Naming(Found(way.reading))
        losses = way.writer.write(lambda: way.items(naming.ids, media), naming.ontology, sink)
        self.items = way.count
        return losses

    def _long(self, media: Media, sink: Sink) -> Losses:
        self.reading = self.reader.read(self.files)
        with Spool(media) as spool:
            found = Found(self.reading)
            for item in self.reading.items:
                found.note(item)
                spool.add(item)
                if item.media is not None and self._with_media and self._pictures.find(item.name) is None:
                    self._inside[item.name] = item.media
            self.items = spool.count
            naming = Naming(found)
            return self.writer.write(lambda: map(naming.item, spool), naming.ontology, sink)

    def _media(self, name: str) -> Callable[[], Path | bytes] | None:
        if not self._pictures.names and not self._inside:
            return None
        picture = self._pictures.find(name)
        if picture is not None:
            return self._pictures.media(picture)
        if name not in self._inside:
            self._without_picture.add(name)
        return self._inside.get(name)


def _sink(destination: Path, *, link: bool) -> "FolderSink | _ZipFile":
    if destination.suffix.lower() == ".zip":
        return _ZipFile(destination)
    return FolderSink(destination, link=link)


class _ZipFile:
    """A zip that is in its place once it is whole."""

    def __init__(self, destination: Path) -> None:
        self._destination = destination
        self._beside = destination.with_name(f".{destination.name}.part")

    def __enter__(self) -> Sink:
        self._target = self._beside.open("wb")
        self._zip = ZipSink(self._target)
        return self._zip.__enter__()

    def __exit__(self, kind: type[BaseException] | None, *rest: object) -> None:
        try:
            self._zip.__exit__(kind, None, None)
            self._target.close()
            if kind is None:
                self._beside.replace(self._destination)
        finally:
            self._target.close()
            self._beside.unlink(missing_ok=True)
