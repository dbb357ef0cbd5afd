"""The first pass of an import of labels: what the files are, what they hold, and whose items that is."""

from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

import msgspec
from sqlalchemy import Connection, select

from labelwright.core.errors import BadFile, LabelwrightError
from labelwright.formats.folder import Seen, Source, ZipSource, source_of
from labelwright.formats.format import Format, LabeledItem, Reading
from labelwright.formats.registry import every
from labelwright.services.context import Context
from labelwright.services.label_mapping import LabelMapping
from labelwright.services.label_matching import Finder, other_frame
from labelwright.services.label_report import Tally
from labelwright.services.label_spool import Spool
from labelwright.services.label_survey import Survey
from labelwright.storage.schema import imports

LOOK_EVERY = 500  # records between looks whether the job is to stop
LOOKED_BACK = 30  # imports among which the last mapping is looked for


class Recognized(msgspec.Struct, frozen=True, kw_only=True):
    """A format that files may be in, and why."""

    name: str
    title: str
    reason: str


@contextmanager
def opened(context: Context, args: Mapping[str, Any]) -> Generator[Source]:
    """What an import reads from: an upload or a path. Raises BadFile if nothing is there."""
    source = _source(context, args)
    try:
        yield source
    finally:
        if isinstance(source, ZipSource):
            source.close()


def _source(context: Context, args: Mapping[str, Any]) -> Source:
    if "source" in args:
        return source_of(Path(args["source"]))
    folder = context.uploads / args["upload"]
    files = [path for path in folder.rglob("*") if path.is_file()] if folder.is_dir() else []
    if not files:
        raise BadFile("The upload is empty.", remedy="Upload the label files again.")
    return source_of(files[0]) if len(files) == 1 else source_of(folder)


def recognized_as(source: Source) -> list[Recognized]:
    """Every format that the files look like, the likeliest first."""
    seen = Seen(source)
    found: list[Recognized] = []
    for entry in every():
        try:
            reason = entry.recognize(seen)
        except LabelwrightError:
            continue
        if reason is not None:
            found.append(Recognized(name=entry.name, title=entry.title, reason=reason))
    return found


class FirstPass:
    """Reads everything once: the survey, and the records of items put aside in the spool."""

    def __init__(self, context: Context, project_id: str, spool: Spool) -> None:
        self._spool = spool
        self._finder = context.database.read(lambda tx: Finder(tx, project_id))
        self.survey, self.tally = Survey(), Tally()

    def read(self, source: Source, reader: Format, check: Callable[[int], None]) -> Reading:
        """Read the files. Raises UnreadableLabels if they are not of the format."""
        reading = reader.read(source)
        for index, entry in enumerate(reading.items):
            if index % LOOK_EVERY == 0:
                check(index)
            self._take(index, entry)
        self.tally.items = len(self._spool)
        del self._finder  # as large as the project; what it found is in the spool
        return reading

    def _take(self, index: int, entry: LabeledItem) -> None:
        self.survey.add(entry)
        found = self._finder.find(entry)
        if found.item is None:
            self.tally.miss(entry.name, found.doubt)
            return
        self.tally.matched_by[found.by] += 1
        reason = other_frame(entry, found.item)
        if reason:
            self.tally.other_frames[reason] += len(entry.document.annotations)
        else:
            self._spool.add(index, entry, found.item)


class Remembered(msgspec.Struct, frozen=True, kw_only=True):
    """The mapping that the last import of a format into a project was done with."""

    mapping: LabelMapping
    import_: str = msgspec.field(name="import")
    created_at: str


def remembered(tx: Connection, project_id: str, format_name: str) -> Remembered | None:
    """The newest mapping that labels of a format came into a project with."""
    rows = tx.execute(
        select(imports.c.id, imports.c.args, imports.c.report, imports.c.created_at)
        .where(imports.c.project_id == project_id, imports.c.kind == "labels", imports.c.report.is_not(None))
        .order_by(imports.c.id.desc())
        .limit(LOOKED_BACK)
    )
    for row in rows:
        given, report = row.args.get("mapping"), cast("dict[str, Any]", row.report)
        if given and not row.args.get("dry_run") and report.get("format") == format_name:
            mapping = msgspec.convert(given, LabelMapping)
            return Remembered(mapping=mapping, import_=row.id, created_at=row.created_at)
    return None
