"""Imports files and folders as items and as labels, in a process with little memory, and tells of it.

Run as `python -m tests.services.hostile_import FOLDER SECONDS BYTES SOURCE…`; prints one JSON object a line
for each source, so that a source that kills the process is the first without a line.
"""

import json
import resource
import shutil
import sys
import threading
import time
from pathlib import Path
from typing import Any

from sqlalchemy import func, insert, select

from labelwright.core.ontology import Category, Ontology
from labelwright.services.access import Actor
from labelwright.services.context import Context
from labelwright.services.label_import import LabelArgs
from labelwright.services.services import Services
from labelwright.settings import Settings
from labelwright.storage.blobs import BlobStore
from labelwright.storage.database import Database
from labelwright.storage.schema import documents, items, members
from labelwright.worker.jobs import perform


def main(folder: Path, seconds: int, memory: int, sources: list[Path]) -> None:
    """Import every source into a project of its own."""
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 5))
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    database = Database(folder / "labelwright.sqlite")
    context = Context(settings=Settings(data=folder), database=database, blobs=BlobStore(folder / "blobs"))
    services, owner = Services(context), _owner(context)
    for number, source in enumerate(sources):
        began = time.process_time()
        told = _import(services, owner, f"Hostile {number}", source)
        told["seconds"] = time.process_time() - began
        told["peak"] = _peak()
        sys.stdout.write(json.dumps({"source": str(source), **told}) + "\n")
        sys.stdout.flush()


def _peak() -> int:
    status = Path("/proc/self/status").read_text()  # getrusage would count the parent's memory, too
    return 1024 * next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM"))


def _import(services: Services, owner: Actor, name: str, source: Path) -> dict[str, Any]:
    context = services.context
    ontology = Ontology(categories=(Category(id="cell", name="Cell"),))
    project = services.projects.create(owner, name, ontology=ontology).id
    upload = services.uploads.open(owner, project).id
    if source.is_dir():
        shutil.copytree(source, context.uploads / upload, dirs_exist_ok=True)
    else:
        shutil.copyfile(source, context.uploads / upload / source.name)
    brought = services.item_imports.start(owner, project, upload=upload, keep_upload=True)
    perform(context, str(brought.job), 0, threading.Event())
    args = LabelArgs(create_categories=True)
    labels = services.label_imports.start(owner, project, args, upload=upload)
    perform(context, str(labels.job), 0, threading.Event())
    told: dict[str, Any] = {}
    for table in (items, documents):
        chosen = select(func.count()).select_from(table).where(table.c.project_id == project)
        told[table.name] = context.database.read(lambda tx, chosen=chosen: tx.execute(chosen).scalar())
    for word, made in (("item_import", brought), ("label_import", labels)):
        view = services.imports.get(owner, made.id)
        error = services.jobs.get(owner, str(made.job)).error
        told[word] = {"state": view.state, "report": view.report, "error": error}
    return told


def _owner(context: Context) -> Actor:
    owner = Actor(id=context.new_id(), name="olga", email="olga@example.org", role="owner")
    row = {"id": owner.id, "name": owner.name, "email": owner.email, "role": owner.role}
    context.database.write(
        lambda tx: tx.execute(insert(members).values(**row, active=True, created_at=context.now()))
    )
    return owner


if __name__ == "__main__":
    place, limit, space, *given = sys.argv[1:]
    main(Path(place), int(limit), int(space), [Path(source) for source in given])
