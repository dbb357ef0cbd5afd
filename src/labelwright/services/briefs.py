"""The brief of a project, its versions, and the pictures in its guideline pages."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, insert, select, update

from labelwright.core.brief import Brief
from labelwright.core.errors import NotFound, StaleVersion, UnreadableImage
from labelwright.services.access import Actor, project_for
from labelwright.services.audit import record
from labelwright.services.context import Context
from labelwright.services.events import announce
from labelwright.storage.schema import briefs, guideline_images, projects

_SIGNATURES = {
    b"\xff\xd8\xff": "image/jpeg",
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"GIF8": "image/gif",
}


class BriefView(msgspec.Struct, frozen=True, kw_only=True):
    """One version of the brief."""

    version: int
    brief: Brief
    created_by: str
    created_at: str


class Briefs:
    """The service of briefs."""

    def __init__(self, context: Context) -> None:
        self.context = context

    def get(self, actor: Actor, project_id: str, version: int | None = None) -> BriefView:
        """The current brief, or an earlier version. Raises NotFound."""

        def work(tx: Connection) -> BriefView:
            project = project_for(tx, actor, project_id, "project.read")
            wanted = version or project.brief_version
            row = tx.execute(
                select(briefs).where(briefs.c.project_id == project_id, briefs.c.version == wanted)
            ).first()
            if row is None:
                raise NotFound("version of the brief", str(wanted))
            return _view(row)

        return self.context.database.read(work)

    def versions(self, actor: Actor, project_id: str) -> list[BriefView]:
        """Every version, newest first."""

        def work(tx: Connection) -> list[BriefView]:
            project_for(tx, actor, project_id, "project.read")
            rows = tx.execute(
                select(briefs).where(briefs.c.project_id == project_id).order_by(briefs.c.version.desc())
            )
            return [_view(row) for row in rows]

        return self.context.database.read(work)

    def save(self, actor: Actor, project_id: str, *, base: int, brief: Brief) -> BriefView:
        """Save a new version on top of version `base`. Raises StaleVersion."""

        def work(tx: Connection) -> BriefView:
            project = project_for(tx, actor, project_id, "project.manage")
            version, now = base + 1, self.context.now()
            saved = tx.execute(
                update(projects)
                .where(projects.c.id == project_id, projects.c.brief_version == base)
                .values(brief_version=version, updated_at=now)
            )
            if saved.rowcount != 1:
                raise StaleVersion("brief", base, project.brief_version)
            row = {"project_id": project_id, "version": version, "created_by": actor.id}
            tx.execute(insert(briefs).values(**row, brief=msgspec.to_builtins(brief), created_at=now))
            record(tx, self.context, actor.id, "brief.changed", project_id, {"version": version})
            announce(tx, self.context, project_id, "brief.changed", project_id, {"version": version})
            return BriefView(version=version, brief=brief, created_by=actor.id, created_at=now)

        return self.context.database.write(work)

    def add_image(self, actor: Actor, project_id: str, chunks: Iterable[bytes]) -> str:
        """Keep a picture for guideline pages; gives its SHA-256.

        Raises UnreadableImage for anything but JPEG, PNG, GIF or WebP.
        """
        self.context.database.read(lambda tx: project_for(tx, actor, project_id, "project.manage"))
        sha256, _ = self.context.blobs.put(chunks)
        media_type = _media_type(self.context.blobs.path(sha256))

        def work(tx: Connection) -> None:
            known = tx.execute(
                select(guideline_images.c.sha256).where(
                    guideline_images.c.project_id == project_id, guideline_images.c.sha256 == sha256
                )
            ).first()
            if known is None:
                tx.execute(
                    insert(guideline_images).values(
                        project_id=project_id,
                        sha256=sha256,
                        media_type=media_type,
                        created_at=self.context.now(),
                    )
                )

        self.context.database.write(work)
        return sha256

    def image(self, actor: Actor, project_id: str, sha256: str) -> tuple[Path, str]:
        """A guideline picture's file and media type. Raises NotFound."""

        def work(tx: Connection) -> str:
            project_for(tx, actor, project_id, "project.read")
            found = tx.execute(
                select(guideline_images.c.media_type).where(
                    guideline_images.c.project_id == project_id, guideline_images.c.sha256 == sha256
                )
            ).scalar()
            if found is None:
                raise NotFound("guideline picture", sha256)
            return str(found)

        media_type = self.context.database.read(work)
        return self.context.blobs.path(sha256), media_type


def _view(row: Row[Any]) -> BriefView:
    return BriefView(
        version=row.version,
        brief=msgspec.convert(row.brief, Brief),
        created_by=row.created_by,
        created_at=row.created_at,
    )


def _media_type(path: Path) -> str:
    with path.open("rb") as file:
        head = file.read(16)
    for signature, media_type in _SIGNATURES.items():
        if head.startswith(signature):
            return media_type
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    raise UnreadableImage("guideline picture", "it is not a JPEG, PNG, GIF or WebP picture")
