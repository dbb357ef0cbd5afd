"""The grid of fast verification against its promise: an object takes about a second, little of it ours.

    python -m benchmarks.verify [ITEMS] [OBJECTS]

Starts a server of its own on a fresh folder, imports ITEMS noise pictures (JPEG, 1280 × 960), puts OBJECTS
boxes on each under review, and then goes through all of them over HTTP, as the page does: 60 cells, their
crops over six connections, one batch of verdicts. It prints crops a second, cold and again, the time until
a page can be seen, and the server's time for each verified object as a share of one second.
"""

import json
import random
import secrets
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import httpx
import numpy as np
from PIL import Image

from labelwright.core.ids import uuid7

T = TypeVar("T")

API = "/api/v1"
WIDTH, HEIGHT = 1280, 960
CELLS, CONNECTIONS = 60, 6


class Reviewer:
    """A person at the grid: a session, and as many connections as a browser opens."""

    def __init__(self, client: httpx.Client, project: str) -> None:
        self.client = client
        self.grid = f"{API}/projects/{project}/verification"
        self.hands = ThreadPoolExecutor(CONNECTIONS)

    def pages(self, **query: str) -> Iterator[tuple[list[dict[str, Any]], float]]:
        """Each page's cells, and the seconds that it took to get them."""
        cursor = None
        while True:
            asked = {**query, "limit": CELLS, **({"cursor": cursor} if cursor else {})}
            answer, seconds = timed(lambda asked=asked: self.get(self.grid, asked))
            page = answer.json()
            yield page["cells"], seconds
            cursor = page["next"]
            if cursor is None:
                return

    def crops(self, cells: list[dict[str, Any]]) -> int:
        """Fetch the crops of cells; gives their bytes."""
        return sum(self.hands.map(self._crop, cells))

    def judge(self, cells: list[dict[str, Any]]) -> None:
        """Accept a page."""
        drafts: dict[str, list[dict[str, Any]]] = {}
        for cell in cells:
            operation = {
                "kind": "judge", "id": new_id(), "at": now(), "annotation": cell["annotation"]["id"],
                "verdict": "accepted", "seconds": 1.0,
            }  # fmt: skip
            drafts.setdefault(cell["task"], []).append(operation)
        body = {"drafts": [{"task": task, "operations": made} for task, made in drafts.items()]}
        answer = self.client.post(f"{self.grid}/operations", json=body, headers={"Idempotency-Key": new_id()})
        outcomes = {draft["outcome"] for draft in answer.raise_for_status().json()["drafts"]}
        if outcomes != {"saved"}:
            raise AssertionError(f"not every verdict was saved: {outcomes}")

    def get(self, path: str, query: dict[str, Any]) -> httpx.Response:
        return self.client.get(path, params=query).raise_for_status()

    def _crop(self, cell: dict[str, Any]) -> int:
        return len(self.get(f"{API}/items/{cell['item']}/crop", {**cell["window"], "size": 192}).content)


def main(items: int = 400, objects: int = 25) -> None:
    """Measure, and print a table."""
    with tempfile.TemporaryDirectory() as folder, served(Path(folder) / "data") as client:
        print(f"{items * objects:,} objects on {items} pictures of {WIDTH} × {HEIGHT}")
        project = fill(client, Path(folder) / "pictures", items, objects)
        reviewer = Reviewer(client, project)
        crops_of(reviewer, items * objects)
        orders_of(reviewer)
        verify(reviewer)


def crops_of(reviewer: Reviewer, total: int) -> None:
    """Crops of the first pages: the first time, and again."""
    pages = [cells for cells, _ in limited(reviewer.pages(sort="random"), min(10, total // CELLS))]
    count = sum(len(cells) for cells in pages)
    for name in ("cold", "kept"):
        each = [timed(lambda cells=cells: reviewer.crops(cells))[1] for cells in pages]
        print(f"crops, {name:<5} {count / sum(each):8.0f} a second; a page of {CELLS}: {spread(each)}")


def orders_of(reviewer: Reviewer) -> None:
    """How long a grid takes to open."""
    for sort in ("suspicion", "smallest", "random", "similarity", "similarity"):
        (_, seconds), *_ = limited(reviewer.pages(sort=sort), 1)
        print(f"grid opened by {sort:<11} {seconds:8.2f} s")


def verify(reviewer: Reviewer) -> None:
    """Every page: its cells, its crops, its verdicts, one after the other."""
    listing: list[float] = []
    cropping: list[float] = []
    judging: list[float] = []
    count = 0
    for cells, seconds in reviewer.pages(sort="suspicion"):
        listing.append(seconds)
        cropping.append(timed(lambda cells=cells: reviewer.crops(cells))[1])
        judging.append(timed(lambda cells=cells: reviewer.judge(cells))[1])
        count += len(cells)
    for name, parts in (("cells", listing), ("crops", cropping), ("verdicts", judging)):
        print(f"a page's {name:<9} {spread(parts)}")
    each = (sum(listing) + sum(cropping) + sum(judging)) / count
    print(f"server's time for one verified object: {each * 1000:.1f} ms, {each:.2%} of one second")


def fill(client: httpx.Client, folder: Path, items: int, objects: int) -> str:
    """A project whose items are all under review; gives its id."""
    chance = random.Random(1)
    folder.mkdir()
    for number in range(items):
        picture(number).save(folder / f"{number:05d}.jpg", quality=85)
    body = {
        "name": "Cells",
        "ontology": [{"id": "cell", "name": "Cell"}],
        "workflow": {"review": True, "self_review": True},
    }
    project: str = post(client, f"{API}/projects", body)["id"]
    started = post(
        client,
        f"{API}/projects/{project}/imports",
        {"kind": "items", "source": str(folder), "in_place": True},
    )["import"]["id"]
    while client.get(f"{API}/imports/{started}").json()["state"] not in ("done", "failed"):
        time.sleep(0.2)
    for _ in range(items):
        task = post(client, f"{API}/projects/{project}/tasks/next", {"stage": "annotate"})["task"]["id"]
        made = [box(chance) for _ in range(objects)]
        post(client, f"{API}/tasks/{task}/submission", {"operations": made})
    return project


def box(chance: random.Random) -> dict[str, Any]:
    """An operation that draws a box of about 60 pixels a side."""
    left, top = chance.uniform(0, WIDTH - 90), chance.uniform(0, HEIGHT - 90)
    wide, high = chance.gauss(60, 6), chance.gauss(60, 6)
    shape = {"kind": "box", "left": left, "top": top, "right": left + wide, "bottom": top + high}
    marking = {"id": new_id(), "category": "cell", "shape": shape}
    return {"kind": "put", "id": new_id(), "at": now(), "annotation": marking, "seconds": 1.0}


def picture(number: int) -> Image.Image:
    """Soft noise, about as hard to decode as a photograph."""
    chance = np.random.default_rng(number)
    coarse = Image.fromarray(chance.integers(0, 256, (HEIGHT // 8, WIDTH // 8, 3), dtype=np.uint8))
    return coarse.resize((WIDTH, HEIGHT), Image.Resampling.BICUBIC)


@contextmanager
def served(data: Path) -> Generator[httpx.Client]:
    """A server of its own on a free port, and its owner's session."""
    command = [sys.executable, "-m", "labelwright", "serve", "--json", "--data", str(data), "--port", "0"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        text = ""
        for line in process.stdout or ():
            text += line
            if line.startswith("}"):
                break
        told = json.loads(text)
        limits = httpx.Limits(max_connections=CONNECTIONS, max_keepalive_connections=CONNECTIONS)
        with httpx.Client(base_url=told["url"], limits=limits, timeout=120) as client:
            session = post(client, f"{API}/session/link", {"token": told["link"].split("#token=")[1]})
            client.headers["X-CSRF-Token"] = session["csrf"]
            yield client
    finally:
        process.terminate()
        process.wait(60)


def post(client: httpx.Client, path: str, body: dict[str, Any]) -> Any:
    """The answer to a request that must succeed."""
    return client.post(path, json=body).raise_for_status().json()


def limited(pages: Iterator[T], most: int) -> list[T]:
    """The first pages."""
    return [page for _, page in zip(range(most), pages, strict=False)]


def timed(act: Callable[[], T]) -> tuple[T, float]:
    """What an act gives, and its seconds."""
    begin = time.perf_counter()
    found = act()
    return found, time.perf_counter() - begin


def spread(seconds: list[float]) -> str:
    """Median and worst, in milliseconds."""
    return f"median {statistics.median(seconds) * 1000:6.0f} ms, worst {max(seconds) * 1000:6.0f} ms"


def now() -> int:
    return time.time_ns() // 1_000_000


def new_id() -> str:
    return uuid7(now(), secrets.token_bytes(10))


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:3]))
