"""The service under load, beside Label Studio in the same run: start, memory, submits, queue, export.

    python -m benchmarks.service --peer PATH/TO/label-studio

Without `--peer` only Labelwright's own figures are printed. The peer is installed with
`pip install label-studio` in an environment of its own. Machines differ and are shared: read the ratios.
"""

import argparse
import asyncio
import random
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from PIL import Image

from benchmarks.label_studio import LabelStudio
from benchmarks.own import Labelwright
from benchmarks.peer import Peer
from benchmarks.wire import Timing, together

ANNOTATORS = 32
ITEMS = 10_000
SUBMITS = {1: 100, 32: 640}
SUBMITS_PEER = {1: 40, 32: 160}
TURNS = 10

Figures = dict[str, float]


async def load(peer: Peer, figures: Figures, items: int) -> None:
    """Everything that is measured while the service runs."""
    await peer.prepare(ANNOTATORS)
    figures["import, items/s"] = items / await peer.import_items(items)
    used = 0
    submits = SUBMITS_PEER if isinstance(peer, LabelStudio) else SUBMITS
    for clients, total in submits.items():
        timing = await _submits(peer, clients, total, used)
        used += total
        print(f"  submit, {clients:2d} clients      {timing.line()}", flush=True)
        figures[f"submits/s, {clients} clients"] = timing.per_second
        figures[f"submit p95 ms, {clients} clients"] = timing.percentile(0.95) * 1000
    timing, twice = await _queue(peer)
    print(f"  next task, {ANNOTATORS} annotators {timing.line()}   given twice: {twice}", flush=True)
    figures["next task p95 ms"] = timing.percentile(0.95) * 1000
    figures["tasks given twice"] = twice
    figures["submits refused"] = peer.failed
    figures["MB resident after load"] = peer.resident()
    seconds, size = await peer.export()
    print(f"  COCO export of {items:,} items: {seconds:.2f} s, {size / 1e6:.1f} MB", flush=True)
    figures["export, s"] = seconds


async def _submits(peer: Peer, clients: int, total: int, first: int) -> Timing:
    await peer.ready_to_submit()

    async def each(client: int) -> list[float]:
        connection, chance = peer.connection(client), random.Random(client + first)
        own = range(first + client, first + total, clients)
        return [await peer.submit(connection, client, index, chance) for index in own]

    return await together("submit", clients, each)


async def _queue(peer: Peer) -> tuple[Timing, int]:
    given: list[str] = []

    async def each(client: int) -> list[float]:
        connection, chance = peer.connection(client), random.Random(1000 + client)
        times: list[float] = []
        for _ in range(TURNS):
            seconds, task = await peer.next_task(connection)
            times.append(seconds)
            given.append(task)
            await peer.submit_task(connection, task, chance)
        return times

    timing = await together("next", ANNOTATORS, each)
    return timing, sum(1 for count in Counter(given).values() if count > 1)


def measure(make: Callable[[], Peer], items: int) -> Figures:
    """All figures of one peer."""
    peer, figures = make(), Figures()
    print(peer.name, flush=True)
    figures["first start, s"] = peer.start()
    figures["MB resident, idle"] = peer.resident()
    peer.stop()
    figures["later start, s"] = peer.start()
    try:
        asyncio.run(load(peer, figures, items))
    finally:
        peer.stop()
    return figures


def make_pictures(folder: Path, count: int) -> None:
    """Small JPEG files, each different."""
    folder.mkdir()
    base = Image.effect_noise((64, 48), 60).convert("RGB")
    for index in range(count):
        base.putpixel((index % 64, (index // 64) % 48), (index % 251, index % 241, index % 239))
        base.save(folder / f"{index:06d}.jpg", quality=60)


def main() -> None:
    """Print the figures, and the ratios where there is a peer."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--peer", type=Path, help="the peer's label-studio command")
    parser.add_argument("--items", type=int, default=ITEMS)
    parser.add_argument("--port", type=int, default=8390)
    chosen = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="labelwright-bench-"))
    try:
        make_pictures(folder / "pictures", chosen.items)
        for name in ("own", "peer"):
            (folder / name).mkdir()
        ours = measure(lambda: Labelwright(folder / "own", chosen.port, folder / "pictures"), chosen.items)
        theirs = (
            measure(lambda: LabelStudio(chosen.peer, folder / "peer", chosen.port + 1), chosen.items)
            if chosen.peer
            else {}
        )
        report(ours, theirs)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def report(ours: Figures, theirs: Figures) -> None:
    """One line a figure; the ratio says how many times better Labelwright is."""
    print(f"\n{'':32}{'Labelwright':>14}{'Label Studio':>14}{'ratio':>9}")
    for name, own in ours.items():
        other = theirs.get(name)
        line = f"{name:32}{own:14.2f}"
        if other is not None:
            line += f"{other:14.2f}"
            better, worse = (own, other) if "/s" in name else (other, own)
            line += f"{better / worse:8.1f}×" if worse else ""
        print(line)


if __name__ == "__main__":
    main()
