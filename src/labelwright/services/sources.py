"""Sources: folders, buckets and lists of addresses whose pictures are labeled where they lie."""

from collections.abc import Mapping
from itertools import islice
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, func, insert, select, update

from labelwright.core.errors import InvalidInput, LabelwrightError, NotFound
from labelwright.media.decode import ImageLimits
from labelwright.media.rendition import examine
from labelwright.services.access import Actor, project_for
from labelwright.services.audit import record
from labelwright.services.context import Context
from labelwright.services.imports import OPEN
from labelwright.services.item_import import check_source
from labelwright.services.item_sources import skip_reason
from labelwright.services.jobs import UNFINISHED, Jobs, submit
from labelwright.services.source_places import Opened, check_options, kind_of, name_of, opened
from labelwright.storage.schema import imports, items, jobs, sources

LOOKED_AT = 1000  # names among which a picture must be
TRIED = 3  # pictures that may be broken before a source is refused
LARGEST_TRIED = 256 * 2**20


class SourceView(msgspec.Struct, frozen=True, kw_only=True):
    """A source. `options` name the credentials and never hold them; `report` is of the last sync."""

    id: str
    project: str
    kind: str
    url: str
    options: dict[str, Any]
    items: int
    job: str | None
    created_by: str
    created_at: str
    synced_at: str | None
    report: dict[str, Any] | None


class SourceSyncing(msgspec.Struct, frozen=True, kw_only=True):
    """A sync that was asked for: its job, and the import that holds what it brings."""

    source: str
    job: str
    import_id: str


class Sources:
    """The service of sources."""

    def __init__(self, context: Context, jobs_service: Jobs) -> None:
        self.context = context
        self._jobs = jobs_service

    def list(self, actor: Actor, project_id: str) -> list[SourceView]:
        """The sources of a project, newest first. Raises NotFound, Forbidden."""

        def work(tx: Connection) -> list[SourceView]:
            project_for(tx, actor, project_id, "project.import")
            chosen = select(sources).where(sources.c.project_id == project_id, sources.c.removed_at.is_(None))
            return [_view(tx, row) for row in tx.execute(chosen.order_by(sources.c.id.desc())).all()]

        return self.context.database.read(work)

    def connect(
        self, actor: Actor, project_id: str, url: str, options: Mapping[str, Any] | None = None
    ) -> SourceView:
        """A source by its address, once it was listed and a picture of it was read; else nothing is kept.

        Connecting it again changes its options. Raises InvalidInput, UnreadableImage, NotFound, Forbidden.
        """
        kept = check_options(options or {})
        self.context.database.read(lambda tx: project_for(tx, actor, project_id, "project.import"))
        kind = kind_of(url)
        if kind == "folder":
            url = str(check_source(self.context, actor, url))
        self._try(opened(self.context, kind, url, kept), kind, url)

        def work(tx: Connection) -> SourceView:
            project_for(tx, actor, project_id, "project.import")
            same = select(sources.c.id).where(sources.c.project_id == project_id, sources.c.url == url)
            source_id = tx.execute(same.with_for_update()).scalar()
            if source_id is None:
                source_id = self.context.new_id()
                row = {"id": source_id, "project_id": project_id, "kind": kind, "url": url, "options": kept}
                tx.execute(insert(sources).values(**row, created_by=actor.id, created_at=self.context.now()))
            else:
                again = update(sources).where(sources.c.id == source_id)
                tx.execute(again.values(options=kept, removed_at=None))
            record(tx, self.context, actor.id, "source.connected", source_id, {"url": url, "options": kept})
            return _view(tx, _row(tx, source_id))

        return self.context.database.write(work)

    def remove(self, actor: Actor, source_id: str) -> None:
        """Sync a source no more. Its items stay, and so does the way to their bytes."""

        def work(tx: Connection) -> None:
            row = _source_for(tx, actor, source_id)
            tx.execute(update(sources).where(sources.c.id == source_id).values(removed_at=self.context.now()))
            record(tx, self.context, actor.id, "source.removed", source_id, {"url": row.url})

        self.context.database.write(work)

    def sync(self, actor: Actor, source_id: str) -> SourceSyncing:
        """Look for what is new, changed or gone, by a job; the one that runs already, if there is one."""

        def work(tx: Connection) -> SourceSyncing:
            row = _source_for(tx, actor, source_id)
            running = _running(tx, row)
            if running is not None:
                return SourceSyncing(source=source_id, job=running.id, import_id=running.args["import"])
            import_id, now = self.context.new_id(), self.context.now()
            args = {"source": source_id, "import": import_id}
            job = submit(tx, self.context, actor, "sync_source", row.project_id, args)
            said: dict[str, Any] = {"source": row.url, "in_place": True, "keys": {}}
            brought = {"id": import_id, "project_id": row.project_id, "kind": "items", "state": OPEN}
            tx.execute(
                insert(imports).values(**brought, args=said, job_id=job, created_by=actor.id, created_at=now)
            )
            record(tx, self.context, actor.id, "source.sync", source_id, {"import": import_id})
            return SourceSyncing(source=source_id, job=job, import_id=import_id)

        made = self.context.database.write(work)
        self._jobs.wake()
        return made

    def _try(self, store: Opened, kind: str, url: str) -> None:
        named = [
            found
            for found in islice(store.objects(), LOOKED_AT)
            if not skip_reason(name_of(kind, found.key).strip("/"))
        ]
        if not named:
            raise InvalidInput(
                f"No picture is among the first {LOOKED_AT} names of “{url}”.",
                place="url",
                remedy="Check the prefix, or name the folder that holds the pictures.",
            )
        settings = self.context.settings
        limits = ImageLimits(settings.max_image_pixels, settings.max_streamed_pixels)
        failure: LabelwrightError | None = None
        for found in named[:TRIED]:
            try:
                examine(b"".join(store.read(found.key, LARGEST_TRIED)), found.key, limits)
            except LabelwrightError as error:
                failure = failure or error
            else:
                return
        if failure is not None:
            raise failure


def _source_for(tx: Connection, actor: Actor, source_id: str) -> Row[Any]:
    row = tx.execute(select(sources).where(sources.c.id == source_id).with_for_update()).first()
    if row is None or row.removed_at is not None:
        raise NotFound("source", source_id)
    try:
        project_for(tx, actor, row.project_id, "project.import")
    except NotFound:
        raise NotFound("source", source_id) from None
    return row


def _row(tx: Connection, source_id: str) -> Row[Any]:
    return tx.execute(select(sources).where(sources.c.id == source_id)).one()


def _running(tx: Connection, source: Row[Any]) -> Any:  # noqa: ANN401  # a row of two columns
    syncs = select(jobs.c.id, jobs.c.args).where(
        jobs.c.project_id == source.project_id, jobs.c.kind == "sync_source", jobs.c.state.in_(UNFINISHED)
    )
    return next((row for row in tx.execute(syncs) if row.args["source"] == source.id), None)


def _view(tx: Connection, row: Row[Any]) -> SourceView:
    counted = select(func.count()).select_from(items).where(items.c.source_id == row.id)
    running = _running(tx, row)
    return SourceView(
        id=row.id,
        project=row.project_id,
        kind=row.kind,
        url=row.url,
        options=row.options,
        items=tx.execute(counted).scalar_one(),
        job=None if running is None else running.id,
        created_by=row.created_by,
        created_at=row.created_at,
        synced_at=row.synced_at,
        report=row.report,
    )
