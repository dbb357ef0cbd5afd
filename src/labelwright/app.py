"""The one place that puts the pieces together: folder, database, services, HTTP, worker.

Imports are late on purpose: a command that only asks for help should not load a web server.
"""

import os
import secrets
from collections.abc import Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from labelwright.settings import Settings
from labelwright.storage import folder as data_folder
from labelwright.storage.folder import FolderLock

if TYPE_CHECKING:
    from labelwright.services.context import Context
    from labelwright.services.services import Services

SECRET = "secret.key"  # noqa: S105  # the file's name


@contextmanager
def opened(settings: Settings, *, said: str | None = None, upgrade: bool = True) -> "Generator[Context]":
    """A context on the data folder, which is made if it is not there, at the newest schema.

    With `said` the folder is held for this process alone, and others are told so. A database of an
    older schema is upgraded, after a backup of its tables.
    """
    from labelwright.services.context import Context
    from labelwright.storage.blobs import BlobStore
    from labelwright.storage.database import Database

    data_folder.prepare(settings.data)
    lock = FolderLock(settings.data)
    if said is not None:
        lock.take(said)
    try:
        _ensure_secret(settings)
        database = Database(settings.database or settings.data / data_folder.DATABASE)
        try:
            context = Context(settings=settings, database=database, blobs=BlobStore(settings.data / "blobs"))
            if upgrade:
                bring_up_to_date(context)
            yield context
        finally:
            database.close()
    finally:
        lock.close()


def bring_up_to_date(context: "Context") -> str | None:
    """Upgrade the schema if it is old; gives the file of the backup that was taken first, if any."""
    from labelwright.services.backup import backup
    from labelwright.storage import migrations

    at = migrations.current(context.database)
    if at == migrations.HEAD:
        return None
    file = None
    if at is not None and at < migrations.HEAD:
        moment = context.now().replace(":", "").replace(".", "-")
        file = context.settings.data / "backups" / f"before-schema-{migrations.HEAD}-{moment}.zip"
        backup(context, file, with_blobs=False)
    migrations.upgrade(context.database)
    return None if file is None else str(file)


def services_on(context: "Context") -> "Services":
    """All services on a context."""
    from labelwright.services.services import Services

    return Services(context)


def _ensure_secret(settings: Settings) -> None:
    # The key is made once and only its owner can read it; O_EXCL lets one of two starters win.
    try:
        file = os.open(settings.data / SECRET, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return
    with os.fdopen(file, "w") as opened_file:
        opened_file.write(secrets.token_hex(32))
