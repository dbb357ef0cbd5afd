"""What an import of labels takes: 100,000 items with 1,000,000 boxes in one COCO file.

Run as `python -m benchmarks.label_import [ITEMS [EACH]]`. Prints a line for the preview, the import, a merge
of the same file, and the undo, each in a process of its own: seconds, and the most memory it held. Reading
the COCO file alone is measured first, for a file that is one JSON object is held as a whole by its reader.
"""

import json
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import insert, select

from labelwright.core.ontology import Category, Ontology
from labelwright.formats.folder import source_of
from labelwright.formats.registry import choose
from labelwright.services.access import Actor
from labelwright.services.context import Context
from labelwright.services.label_import import LabelArgs
from labelwright.services.services import Services
from labelwright.services.task_rows import open_first_task
from labelwright.settings import Settings
from labelwright.storage import migrations
from labelwright.storage.blobs import BlobStore
from labelwright.storage.database import Database
from labelwright.storage.schema import imports, items, members, projects
from labelwright.worker.jobs import perform

ITEMS, EACH = 100_000, 10
CATEGORIES = [f"thing {number}" for number in range(20)]


def context_of(folder: Path) -> Context:
    """The services' context on a folder."""
    database = Database(folder / "labelwright.sqlite")
    return Context(settings=Settings(data=folder), database=database, blobs=BlobStore(folder / "blobs"))


def make(folder: Path, count: int, each: int) -> None:
    """A project of items without bytes, and a COCO file about them."""
    migrations.upgrade(Database(folder / "labelwright.sqlite"))
    context = context_of(folder)
    owner = Actor(id=context.new_id(), name="olga", email="olga@example.org", role="owner")
    row = {"id": owner.id, "name": owner.name, "email": owner.email, "role": owner.role}
    now = context.now()
    context.database.write(lambda tx: tx.execute(insert(members).values(**row, active=True, created_at=now)))
    ontology = Ontology(categories=tuple(Category(id=n.replace(" ", "-"), name=n) for n in CATEGORIES))
    project = Services(context).projects.create(owner, "Large", ontology=ontology).id
    for start in range(0, count, 5000):

        def work(tx: Any, start: int = start) -> None:
            for place in range(start, min(count, start + 5000)):
                item_id = context.new_id()
                values = {"name": f"images/{place:07d}.jpg", "sha256": f"{place:064x}", "width": 640}
                kept = {"media_type": "image/jpeg", "bytes": 1, "height": 480, "position": place}
                times = {"created_at": now, "updated_at": now}
                tx.execute(insert(items).values(id=item_id, project_id=project, **values, **kept, **times))
                open_first_task(tx, context, project, item_id, place)

        context.database.write(work)
    labels = folder.parent / "in"
    labels.mkdir()
    with (labels / "labels.json").open("w") as file:
        file.writelines(_coco(count, each))


def _coco(count: int, each: int) -> Iterator[str]:
    categories = [{"id": number, "name": name} for number, name in enumerate(CATEGORIES)]
    yield f'{{"categories": {json.dumps(categories)}, "images": ['
    for place in range(count):
        comma = "," if place else ""
        image = {"id": place, "file_name": f"{place:07d}.jpg", "width": 640, "height": 480}
        yield comma + json.dumps(image)
    yield '], "annotations": ['
    for number in range(count * each):
        comma = "," if number else ""
        left, top = (number * 37) % 560, (number * 61) % 400
        box = [left + 0.5, top + 0.25, 40, 50]
        entry = {"id": number, "image_id": number // each, "category_id": number % 20, "bbox": box}
        yield comma + json.dumps(entry)
    yield "]}"


def step(folder: Path, what: str) -> dict[str, Any]:
    """One step in this process; gives its counts."""
    began = time.perf_counter()
    if what == "read":
        source = source_of(folder.parent / "in")
        reader, _ = choose(source, "auto")
        counts = {"items": sum(1 for _ in reader.read(source).items)}
    else:
        counts = _import(folder, what)
    peak = peak_bytes() / 2**20
    return {"step": what, "seconds": round(time.perf_counter() - began, 1), "peak_mb": round(peak), **counts}


def peak_bytes() -> int:
    """The most memory this process held. (`getrusage` would count the process that started it, too.)"""
    status = Path("/proc/self/status").read_text()
    return 1024 * next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM"))


def _import(folder: Path, what: str) -> dict[str, Any]:
    context = context_of(folder)
    services = Services(context)
    member = context.database.read(lambda tx: tx.execute(select(members)).one())
    owner = Actor(id=member.id, name=member.name, email=member.email, role=member.role)
    project = context.database.read(lambda tx: tx.execute(select(projects.c.id)).scalar_one())
    if what == "undo":
        oldest = select(imports.c.id).where(imports.c.state == "done").order_by(imports.c.id)
        done = context.database.read(lambda tx: list(tx.execute(oldest).scalars()))
        made = next(i for one in done if (i := services.imports.get(owner, one)).can_undo)
        made = services.imports.undo(owner, made.id)
    else:
        args = LabelArgs(dry_run=what == "preview", mode="merge" if what == "merge" else "add")
        made = services.label_imports.start(owner, project, args, source=str(folder.parent / "in"))
    perform(context, str(made.job), 0, threading.Event())
    report = services.imports.get(owner, made.id).report or {}
    if what == "undo":
        return {"items": report["undone"]["items"]}
    return {key: report[key] for key in ("items_matched", "annotations", "already_there")}


def main(count: int, each: int) -> None:
    """Every step, each in a process of its own."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "data"
        folder.mkdir()
        make(folder, count, each)
        print(f"{count:,} items, {count * each:,} boxes in one COCO file")
        for what in ("read", "preview", "import", "merge", "undo"):
            command = [sys.executable, "-m", "benchmarks.label_import", "--step", str(folder), what]
            done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
            told = json.loads(done.stdout)
            rest = ", ".join(f"{value:,} {key}" for key, value in told.items() if key not in STEP)
            print(f"{told['step']:8} {told['seconds']:8.1f} s  {told['peak_mb']:6,} MB at most  {rest}")


STEP = ("step", "seconds", "peak_mb")

if __name__ == "__main__":
    if sys.argv[1:2] == ["--step"]:
        print(json.dumps(step(Path(sys.argv[2]), sys.argv[3])))
    else:
        main(*(int(word) for word in (sys.argv[1:] or [str(ITEMS), str(EACH)])))
