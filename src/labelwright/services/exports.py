"""Exports: a release, or what is accepted now, in a format that trainers read.

The items are read from the database a batch at a time and leave as a zip that is never whole in
memory. What the format cannot hold is found out beforehand, and refused unless it may be dropped.
"""

import threading
from collections.abc import Callable, Generator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, Full, Queue
from typing import IO, Any, cast

import msgspec
from sqlalchemy import Connection

from labelwright.core.errors import BadFile, InvalidInput, NotFound, WrongState
from labelwright.core.ontology import Ontology
from labelwright.formats.folder import FolderSink, Sink, ZipSink
from labelwright.formats.format import Format, Items, LabeledItem, WouldDrop
from labelwright.formats.registry import get
from labelwright.formats.report import Loss, Losses
from labelwright.media.decode import ImageLimits
from labelwright.media.upright import upright_bytes, upright_name
from labelwright.services.access import Actor, project_for
from labelwright.services.audit import record
from labelwright.services.context import Context
from labelwright.services.export_set import (
    Chosen,
    Delta,
    choose_current,
    choose_released,
    delta_of,
    entries,
)
from labelwright.services.items import picture_file
from labelwright.services.ontologies import read_ontology
from labelwright.services.releases import Entry, Releases
from labelwright.storage.schema import releases

MEDIA = ("copy", "none")
PIPE_PARTS = 64


class ExportReport(msgspec.Struct, frozen=True, kw_only=True):
    """What an export keeps, converts and drops; counts by field and reason."""

    format: str
    release: str | None
    since: str | None = None
    items: int
    kept: int
    converted: dict[str, int]
    dropped: dict[str, int]
    examples: list[Loss]
    media: str


@dataclass(frozen=True)
class _Wanted:
    """Everything that an export needs once it is allowed."""

    project_id: str
    project_name: str
    ontology: Ontology
    writer: Format
    release: str | None
    chosen: Chosen
    media: str
    delta: Delta | None = None


class Exports:
    """The service of exports."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self._releases = Releases(context)

    def report(
        self,
        actor: Actor,
        project_id: str,
        *,
        format: str,  # noqa: A002
        release: str | None = None,
        since: str | None = None,
    ) -> ExportReport:
        """What an export would do, without making it. Raises NotFound, Forbidden, UnknownName."""
        wanted = self._wanted(actor, project_id, format, release, "none", since)
        return self._report(wanted, wanted.writer.write(self._items(wanted), wanted.ontology, _NoSink()))

    def stream(
        self,
        actor: Actor,
        project_id: str,
        *,
        format: str,  # noqa: A002
        release: str | None = None,
        since: str | None = None,
        media: str = "copy",
        drop: bool = False,
    ) -> tuple[str, Generator[bytes]]:
        """A file name, and the parts of a zip with `report.json` as its last file.

        With `since`, the tag of another release, only what is new or other since then, and `delta.json` with
        what is gone. Raises WouldDrop, with the losses, before the first part, unless `drop` allows it.
        """
        wanted = self._allowed(actor, project_id, format, release, media, since, drop=drop)
        since = "" if wanted.delta is None else f"-since-{wanted.delta.since}"
        name = f"{wanted.project_name}-{wanted.release or 'current'}{since}-{wanted.writer.name}.zip"
        return name, _piped(lambda target: self._write_zip(wanted, target))

    def write(
        self,
        actor: Actor,
        project_id: str,
        destination: Path,
        *,
        format: str,  # noqa: A002
        release: str | None = None,
        since: str | None = None,
        media: str = "copy",
        drop: bool = False,
    ) -> ExportReport:
        """Write an export into a new folder; nothing is left there if it fails."""
        wanted = self._allowed(actor, project_id, format, release, media, since, drop=drop)
        with FolderSink(destination) as sink:
            return self._write(wanted, sink)

    def _allowed(
        self,
        actor: Actor,
        project_id: str,
        name: str,
        release: str | None,
        media: str,
        since: str | None,
        *,
        drop: bool,
    ) -> _Wanted:
        wanted = self._wanted(actor, project_id, name, release, media, since)
        if not len(wanted.chosen) and wanted.delta is None:
            raise WrongState(
                "There is nothing to export: no item is done.",
                remedy="Finish or review some items first, or turn review off in the project's settings.",
            )
        if not drop:
            losses = wanted.writer.write(self._items(wanted, media="none"), wanted.ontology, _NoSink())
            if losses.loses:
                raise WouldDrop(wanted.writer.title, losses)
        detail = {"format": name, "release": release, "since": since, "media": media, "drop": drop}
        self.context.database.write(
            lambda tx: record(tx, self.context, actor.id, "project.exported", project_id, detail)
        )
        return wanted

    def _wanted(
        self,
        actor: Actor,
        project_id: str,
        name: str,
        release: str | None,
        media: str,
        since: str | None = None,
    ) -> _Wanted:
        if since is not None and release is None:
            raise InvalidInput(
                "Changes since a release are those of another release.",
                place="since",
                remedy="Name the release to export, too.",
            )
        if media not in MEDIA:
            raise InvalidInput(
                f"“{media}” is no way to take pictures along.", place="media", remedy="Use copy or none."
            )
        writer = get(name)

        def work(tx: Connection) -> tuple[str, Ontology, Chosen]:
            project = project_for(tx, actor, project_id, "project.export")
            ontology = read_ontology(self.context, tx, project_id, project.ontology_version)
            return project.name, ontology, choose_current(tx, project_id)

        delta = None
        if release is None:
            project_name, ontology, chosen = self.context.database.read(work)
        else:
            project_name, ontology, chosen, delta = self._released(actor, project_id, release, since)
        return _Wanted(project_id, project_name, ontology, writer, release, chosen, media, delta)

    def _released(
        self, actor: Actor, project_id: str, tag: str, since: str | None
    ) -> tuple[str, Ontology, Chosen, Delta | None]:
        project_name = self.context.database.read(
            lambda tx: project_for(tx, actor, project_id, "project.export").name
        )
        found = self._releases.find(actor, project_id, tag)
        ontology = self._released_ontology(found.id)
        if since is None:
            chosen = self.context.database.read(lambda tx: choose_released(tx, found.id))
            return project_name, ontology, chosen, None
        before = self._releases.find(actor, project_id, since)
        chosen = self.context.database.read(lambda tx: choose_released(tx, found.id, before.id))
        delta = self.context.database.read(lambda tx: delta_of(tx, found.id, before.id, since))
        return project_name, ontology, chosen, delta

    def _released_ontology(self, release_id: str) -> Ontology:
        chosen = releases.select().where(releases.c.id == release_id)
        row = self.context.database.read(lambda tx: tx.execute(chosen).one())
        return msgspec.convert(row.ontology, Ontology)

    def _items(self, wanted: _Wanted, media: str | None = None) -> Items:
        takes = (media or wanted.media) == "copy"
        return lambda: (
            _labeled(self.context, entry, takes)
            for entry in entries(self.context, wanted.chosen, wanted.ontology)
        )

    def _write_zip(self, wanted: _Wanted, target: IO[bytes]) -> None:
        with ZipSink(target) as sink:
            self._write(wanted, sink)

    def _write(self, wanted: _Wanted, sink: Sink) -> ExportReport:
        losses = wanted.writer.write(self._items(wanted), wanted.ontology, sink)
        report = self._report(wanted, losses)
        if wanted.delta is not None:
            with sink.open("delta.json") as file:
                file.write(msgspec.json.format(msgspec.json.encode(wanted.delta)) + b"\n")
        with sink.open("report.json") as file:
            file.write(msgspec.json.format(msgspec.json.encode(report)) + b"\n")
        return report

    def _report(self, wanted: _Wanted, losses: Losses) -> ExportReport:
        turned = wanted.chosen.turned
        if turned and wanted.media == "copy":
            reason = "pictures with an EXIF orientation are turned upright and encoded again"
            losses.converted[f"media: {reason}"] = turned
        return ExportReport(
            format=wanted.writer.name,
            release=wanted.release,
            since=None if wanted.delta is None else wanted.delta.since,
            items=len(wanted.chosen),
            kept=losses.kept,
            converted=losses.converted,
            dropped=losses.dropped,
            examples=losses.examples,
            media=wanted.media,
        )


def _labeled(context: Context, entry: Entry, takes_media: bool) -> LabeledItem:
    item = entry.item
    turned = item.orientation != 1
    name = upright_name(item.name, item.media_type) if turned else item.name

    def media() -> Path | bytes:
        try:
            path = picture_file(context, item)
        except NotFound:
            raise BadFile(
                f"{item.name}: its picture is not there any more.",
                place=item.name,
                remedy="Bring the file back, or export without pictures (media none).",
            ) from None
        limits = ImageLimits(context.settings.max_image_pixels)
        return upright_bytes(path, item.name, item.media_type, limits) if turned else path

    return LabeledItem(
        name=name,
        width=item.width,
        height=item.height,
        document=entry.document,
        split=entry.split,
        key=item.key,
        item_id=item.id,
        sha256=item.sha256,
        media=media if takes_media else None,
    )


class _NoSink:
    """Takes everything and keeps nothing: for finding out what would be lost."""

    def open(self, name: str) -> AbstractContextManager[IO[bytes]]:
        del name
        return cast("AbstractContextManager[IO[bytes]]", _Nowhere())

    def lines(self, name: str, lines: Any) -> None:  # noqa: ANN401  # an iterable of text
        del name
        for _ in lines:
            pass

    def copy(self, name: str, media: Path | bytes) -> None:
        del name, media


class _Nowhere:
    def __enter__(self) -> "_Nowhere":
        return self

    def __exit__(self, *_: object) -> None:
        return

    def write(self, data: bytes) -> int:
        return len(data)


class _Pipe:
    """What a writer in a thread writes and a reader takes, with a bounded number of parts between."""

    def __init__(self) -> None:
        self.parts: Queue[bytes | BaseException | None] = Queue(PIPE_PARTS)
        self.left = threading.Event()

    def write(self, data: bytes) -> int:
        """Hand a part on; raises BrokenPipeError once nobody reads any more."""
        self.put(bytes(data))
        return len(data)

    def flush(self) -> None:
        """Nothing is held back."""

    def put(self, part: bytes | BaseException | None) -> None:
        """Wait for room."""
        while not self.left.is_set():
            try:
                self.parts.put(part, timeout=0.5)
            except Full:
                continue
            return
        raise BrokenPipeError


def _piped(write: Callable[[IO[bytes]], None]) -> Generator[bytes]:
    pipe = _Pipe()

    def run() -> None:
        try:
            write(cast("IO[bytes]", pipe))
            pipe.put(None)
        except BrokenPipeError:
            return
        except BaseException as error:  # noqa: BLE001  # raised again where it is read
            pipe.put(error)

    thread = threading.Thread(target=run, name="export", daemon=True)
    thread.start()
    try:
        while True:
            part = pipe.parts.get()
            if part is None:
                return
            if isinstance(part, BaseException):
                raise part
            yield _gathered(part, pipe)
    finally:
        pipe.left.set()


def _gathered(first: bytes, pipe: _Pipe) -> bytes:
    # Small parts that are there already leave together; an end or an error waits for its turn.
    parts = [first]
    while not pipe.parts.empty() and isinstance(pipe.parts.queue[0], bytes):
        try:
            parts.append(cast("bytes", pipe.parts.get_nowait()))
        except Empty:
            break
    return b"".join(parts)
