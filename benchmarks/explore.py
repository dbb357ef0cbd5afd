"""The dataset page at 100,000 items and 1,000,000 annotations: pages, counts, facets.

    python -m benchmarks.explore [ITEMS] [--postgres URL] [--folder DIR] [--browser]

Makes the items and their annotations by a script, lets the product make its index, and then asks over
HTTP (in this process, without a network) what the page asks. Beside it stands a limit of the same run: a
bare SELECT of one item by its primary key, and the same pages of it. With `--folder` the data is kept, and
made only once; `--browser` also scrolls the page in Chromium and prints its frames.
"""

import argparse
import json
import random
import secrets
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import insert, text

from labelwright.api.app import create_app
from labelwright.api.gate import IN_PROCESS
from labelwright.core.document import Annotation, AttributeValue, Document, Evidence, encode
from labelwright.core.ids import uuid7
from labelwright.core.ontology import AttributeSpec, Category, Ontology, Option
from labelwright.core.shapes import Box
from labelwright.sdk.in_process import InProcess
from labelwright.services.access import Actor
from labelwright.services.context import Context
from labelwright.services.item_index import index_stale
from labelwright.services.services import Services
from labelwright.settings import Settings
from labelwright.storage import migrations
from labelwright.storage.blobs import BlobStore
from labelwright.storage.database import Database
from labelwright.storage.schema import documents, item_tags, items, members

ITEMS, EACH = 100_000, 10
ROUNDS = 15
CHUNK = 2000
STATES = ("waiting", "review", "returned", "done", "done", "done")
CATEGORIES = tuple(
    Category(
        id=f"c{number}",
        name=f"Category {number}",
        shapes=("box", "polygon"),
        attributes=(
            AttributeSpec(
                id="state", name="State", kind="choice",
                options=(Option(id="a", name="A"), Option(id="b", name="B")),
            ),
        ) if number < 2 else (),
    )
    for number in range(20)
)  # fmt: skip


def main() -> None:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("items", nargs="?", type=int, default=ITEMS)
    parser.add_argument("--postgres", help="the URL of an empty database")
    parser.add_argument("--folder", type=Path, help="where the data is kept for another run")
    parser.add_argument("--browser", action="store_true", help="also scroll in Chromium")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="labelwright-explore-") as made:
        folder = chosen.folder or Path(made)
        folder.mkdir(exist_ok=True, parents=True)
        where: Path | str = chosen.postgres or folder / "labelwright.sqlite"
        known = isinstance(where, Path) and where.exists()
        context = Context(
            settings=Settings(data=folder, database=chosen.postgres),
            database=Database(where),
            blobs=BlobStore(folder / "blobs"),
        )
        if not known:
            fill(context, chosen.items)
        measure(context)
        context.database.close()
        if chosen.browser:
            from benchmarks.explore_browser import scroll

            scroll(folder)


def fill(context: Context, count: int) -> None:
    """A project with so many items, and what counts for them."""
    migrations.upgrade(context.database)
    services = Services(context)
    services.accounts.members.first_owner()
    owner = owner_of(context)
    project = services.projects.create(owner, "Streets", ontology=Ontology(categories=CATEGORIES)).id
    chance = random.Random(7)
    started = time.perf_counter()
    for start in range(0, count, CHUNK):
        rows = [made(context, project, owner.id, place, chance) for place in range(start, start + CHUNK)]
        context.database.write(lambda tx, rows=rows: keep(tx, rows))
    print(
        f"{count:,} items with {count * EACH:,} annotations written in {time.perf_counter() - started:.0f} s"
    )
    started = time.perf_counter()
    index_stale(context)
    seconds = time.perf_counter() - started
    print(f"index made in {seconds:.0f} s, {count / seconds:,.0f} items/s")


def made(
    context: Context, project: str, author: str, place: int, chance: random.Random
) -> tuple[dict[str, Any], dict[str, Any], list[dict[str, Any]]]:
    """One item, its document, its tags."""
    item, now = context.new_id(), context.now()
    width, height = chance.choice(((1280, 720), (1920, 1080), (640, 480), (chance.randrange(300, 4000), 900)))
    annotations = tuple(
        _annotation(width, height, author, chance) for _ in range(chance.randrange(2 * EACH + 1))
    )
    document = Document(annotations=annotations)
    body, document_id = encode(document), context.new_id()
    row = {
        "id": item, "project_id": project, "position": place, "name": f"street {place:06d}.jpg",
        "sha256": secrets.token_hex(32), "media_type": "image/jpeg",
        "bytes": chance.randrange(10_000, 4_000_000),
        "width": width, "height": height, "state": chance.choice(STATES), "document_id": document_id,
        "annotations": len(annotations), "split": chance.choice(("train", "train", "val", None)),
        "created_at": now, "updated_at": now,
    }  # fmt: skip
    stored = {
        "id": document_id, "kind": "submission", "project_id": project, "item_id": item, "author": author,
        "stage": "annotate", "created_at": now, "ontology_version": 1, "annotations": len(annotations),
        "categories": document.counts(), "sha256": "0" * 64, "body": body,
    }  # fmt: skip
    tags = [tag for tag in ("night", "rain", "hard") if chance.random() < 0.05]
    return row, stored, [{"project_id": project, "tag": t, "position": place, "item_id": item} for t in tags]


def keep(tx: Any, rows: list[Any]) -> None:  # a connection
    """Write items, documents and tags."""
    tx.execute(insert(items), [row for row, _, _ in rows])
    tx.execute(insert(documents), [stored for _, stored, _ in rows])
    tags = [tag for _, _, found in rows for tag in found]
    if tags:
        tx.execute(insert(item_tags), tags)


def _annotation(width: int, height: int, author: str, chance: random.Random) -> Annotation:
    category = min(19, int(chance.expovariate(0.35)))
    left, top = chance.random() * width * 0.8, chance.random() * height * 0.8
    box = Box(left, top, left + chance.random() * width * 0.2, top + chance.random() * height * 0.2)
    given: dict[str, AttributeValue] = {"state": chance.choice("ab")} if category < 2 else {}
    return Annotation(
        id=uuid7(1_700_000_000_000, chance.randbytes(10)), category=f"c{category}", shape=box,
        attributes=given,
        evidence=Evidence(author=author),
    )  # fmt: skip


def owner_of(context: Context) -> Actor:
    """The first owner."""
    row = context.database.read(lambda tx: tx.execute(members.select()).fetchmany(1)[0])
    return Actor(id=row.id, name=row.name, email=row.email, role="owner")


def measure(context: Context) -> None:
    """Ask what the page asks."""
    app = create_app(Services(context), access_log=False)
    with InProcess(app, {IN_PROCESS: owner_of(context)}) as transport:
        client = httpx.Client(transport=transport, base_url="http://127.0.0.1", timeout=120)
        project = client.get("/api/v1/projects").json()["items"][0]["id"]
        root = f"/api/v1/projects/{project}/explore"
        first = client.get(root, params={"limit": 60}).json()
        print(f"{first['total']:,} items\n{'':46}{'p50':>9}{'p95':>9}   milliseconds")
        limits(context, client, first["items"])
        pages(client, root, first["total"])
        for name, wanted in FILTERS.items():
            asked = {"filter": json.dumps(wanted)} if wanted else {}
            fits = client.get(root, params={**asked, "limit": 1}).json()["total"]
            line(
                f"page of 60 and count, {name} ({fits:,})",
                lambda a=asked: client.get(root, params={**a, "limit": 60}),
            )
            for facet in FACETS:
                params = {**asked, "of": facet}
                line(f"  facet {facet[:36]}", lambda p=params: client.get(f"{root}/facets", params=p))
        ids = ",".join(item["id"] for item in first["items"])
        line("outlines of 60 items", lambda: client.get(f"{root}/outlines", params={"items": ids}))


FILTERS: dict[str, dict[str, Any]] = {
    "all": {},
    "a common category": {"categories": [{"category": "c0"}]},
    "a rare category": {"categories": [{"category": "c15"}]},
    "done": {"states": ["done"]},
    "text": {"text": "street 0123"},
    "many": {
        "categories": [{"category": "c1", "count": {"min": 2, "max": 5}}], "states": ["done"],
        "attributes": [{"category": "c0", "attribute": "state", "values": ["a"]}], "megapixels": {"min": 1},
    },
}  # fmt: skip
FACETS = (
    "categories", "tags", "shapes", "attributes", "authors", "score",
    "states", "annotations", "megapixels", "sources",
)  # fmt: skip


def limits(context: Context, client: httpx.Client, known: list[dict[str, Any]]) -> None:
    """What nothing can be faster than."""
    ids = [item["id"] for item in known]
    one = text("SELECT * FROM items WHERE id = :id")
    line(
        "limit: SELECT of one item by its key",
        lambda: context.database.read(lambda tx: tx.execute(one, {"id": ids[0]}).all()),
    )
    line(
        "limit: 60 of them",
        lambda: [context.database.read(lambda tx, i=i: tx.execute(one, {"id": i}).all()) for i in ids],
    )
    line("limit: GET /items/{item}", lambda: client.get(f"/api/v1/items/{ids[0]}"))


def pages(client: httpx.Client, root: str, total: int) -> None:
    """Pages in every order, the first and a deep one."""
    orders: tuple[dict[str, Any], ...] = (
        {"sort": "position"}, {"sort": "name"}, {"sort": "annotations", "descending": True}, {"sort": "size"},
        {"sort": "updated", "descending": True},
        {"sort": "category", "sort_category": "c0", "descending": True},
    )  # fmt: skip
    for order in orders:
        words = order["sort"]
        asked = {**order, "limit": 60}
        line(f"page by {words}, with the count", lambda a=asked: client.get(root, params=a))
        deep = client.get(root, params={**asked, "offset": total * 9 // 10}).json()
        line(
            f"  at its {total * 9 // 10:,}th place",
            lambda a=asked: client.get(root, params={**a, "offset": total * 9 // 10}),
        )
        line(
            "  the page behind that (keyset)",
            lambda a=asked, n=deep["next"]: client.get(root, params={**a, "cursor": n}),
        )


def line(name: str, ask: Callable[[], Any]) -> None:
    """Ask some times, and print how long it took."""
    times: list[float] = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        answer = ask()
        times.append((time.perf_counter() - started) * 1000)
        if isinstance(answer, httpx.Response):
            answer.raise_for_status()
    p95 = sorted(times)[int(0.95 * (len(times) - 1))]
    print(
        f"{name:46}{statistics.median(times):9.1f}{p95:9.1f}{'   over 100' if p95 > 100 else ''}", flush=True
    )


if __name__ == "__main__":
    main()
