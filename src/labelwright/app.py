"""The one place that puts the pieces together: folder, database, services, HTTP, worker.

Imports are late on purpose: a command that only asks for help should not load a web server.
"""

import os
import signal
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any

from labelwright.settings import Settings
from labelwright.storage import folder as data_folder
from labelwright.storage.folder import FolderLock

if TYPE_CHECKING:
    from starlette.types import ASGIApp

    from labelwright.sdk import Client
    from labelwright.services.access import Actor
    from labelwright.services.context import Context
    from labelwright.services.services import Services


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
    from labelwright.services.item_index import index_stale
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
    index_stale(context)  # what an older Labelwright did not keep
    return None if file is None else str(file)


@contextmanager
def serving_application(context: "Context", *, demo: bool = False) -> "Generator[tuple[ASGIApp, str | None]]":
    """The web application with its worker, and the one-time link of an owner who has none yet.

    With `demo` the sample project is there, and the owner gets a link in any case.
    """
    from labelwright.api.app import create_app
    from labelwright.services.services import Services

    services = Services(context)
    members = services.accounts.members
    link = members.first_owner() or members.waiting_owner()
    application = create_app(services, access_log=not demo)
    with _worker_beside(services), _outbox_watched(services):
        if demo:
            _seed(services, application)
            link = link or members.new_link(members.owner(), members.owner().id)
        yield application, link.link if link else None


@contextmanager
def embedded(settings: Settings) -> "Generator[Client]":
    """A client of a data folder, with no server: it acts as the owner, and jobs run in this process."""
    from labelwright.api.app import create_app
    from labelwright.services.services import Services

    with opened(settings) as context:
        services = Services(context)
        services.accounts.members.first_owner()
        owner = services.accounts.members.owner()
        with (
            _jobs_in_this_process(services),
            _client_of(create_app(services, access_log=False), owner) as client,
        ):
            yield client


def run_worker(settings: Settings) -> None:
    """Run background jobs until a signal. Raises Conflict if the data folder has its worker already."""
    from labelwright.worker.engine import Engine, take_identity

    with opened(settings) as context:
        identity = take_identity(context, f"a worker (process {os.getpid()})")
        engine = Engine(context, identity)

        def stop(*_: object) -> None:
            engine.stop()

        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, stop)
        try:
            engine.run()
        finally:
            identity.close()


def describe_api() -> Any:  # noqa: ANN401  # JSON
    """The OpenAPI document; needs no data."""
    from labelwright.api.app import specs
    from labelwright.api.openapi import document

    return document(specs())


@contextmanager
def _worker_beside(services: "Services") -> Generator[None]:
    """A worker process that is started when there is work."""
    from labelwright.worker.child import WorkerProcess

    beside = WorkerProcess(services.jobs, services.context.settings)
    beside.open()
    try:
        yield
    finally:
        beside.close()


@contextmanager
def _outbox_watched(services: "Services") -> Generator[None]:
    """What webhooks are to be told is found and delivered."""
    from labelwright.worker.outbox import OutboxWatch

    watch = OutboxWatch(services.context, services.jobs)
    watch.open()
    try:
        yield
    finally:
        watch.close()


@contextmanager
def _jobs_in_this_process(services: "Services") -> Generator[None]:
    """Jobs that are asked for meanwhile run in a thread of this process."""
    from labelwright.worker.thread import WorkerThread

    within = WorkerThread(services.context, services.jobs)
    within.open()
    try:
        yield
    finally:
        within.close()


def _client_of(application: "ASGIApp", actor: "Actor") -> "Client":
    from labelwright.api.gate import IN_PROCESS
    from labelwright.sdk import Client
    from labelwright.sdk.in_process import InProcess

    transport = InProcess(application, {IN_PROCESS: actor})
    return Client("http://localhost", transport=transport, same_machine=True)


def _seed(services: "Services", application: "ASGIApp") -> None:
    from labelwright.demo.seed import seed
    from labelwright.services.access import Actor

    with ExitStack() as clients:
        owner = services.accounts.members.owner()

        def client_of(email: str) -> "Client":
            found = services.accounts.members.list(owner)
            one = next(member for member in found if member.email == email)
            actor = Actor(id=one.id, name=one.name, email=one.email, role=one.role)
            return clients.enter_context(_client_of(application, actor))

        seed(clients.enter_context(_client_of(application, owner)), client_of)
