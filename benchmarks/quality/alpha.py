"""Agreement: how fast, beside the krippendorff package, and what it is on real votes and real boxes.

    python -m benchmarks.quality.alpha [--peers PYTHON] [--data FOLDER]

`--peers` is the interpreter of an environment with krippendorff; it works in a process of its own on the same
table, given as it likes it best (people × items) and also as counts that are made beforehand and not
timed. Times are the best of three. `--data` is the folder of the sets of many people's answers; the tables on
real data are left out where it is not there.
"""

import argparse
import csv
import json
import os
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from labelwright.core.document import Annotation, Document
from labelwright.core.errors import InvalidShape
from labelwright.core.shapes import Box
from labelwright.quality.agreement import (
    LEVELS,
    alpha_statistic,
    fleiss_statistic,
    gwet_statistic,
    krippendorff_alpha,
    percent_statistic,
)
from labelwright.quality.agreement_report import agreement_report
from labelwright.quality.bootstrap import bootstrap
from labelwright.quality.matching import match
from labelwright.quality.votes import Votes

PEER = """
import json, sys, time
import numpy as np, krippendorff
table, found = np.load(sys.argv[1]).astype(float), {}
table[table < 0] = np.nan
domain = np.unique(table[~np.isnan(table)])
counts = np.stack([(table == value).sum(axis=0) for value in domain], axis=1)
given = {"table": {"reliability_data": table}, "counts": {"value_counts": counts, "value_domain": domain}}
for level in ("nominal", "ordinal", "interval", "ratio"):
    for name, data in given.items():
        best = 1e9
        for _ in range(3):
            begun = time.perf_counter()
            value = krippendorff.alpha(level_of_measurement=level, **data)
            best = min(best, time.perf_counter() - begun)
            if best > 20:
                break
        found[level + " " + name] = [best, float(value)]
print(json.dumps(found))
"""
SHARED = Path(
    os.environ.get("LABELWRIGHT_SHARED_DATA") or Path(__file__).resolve().parents[3] / "shared" / "data"
)
PEOPLE = 5


def best_of(work: Callable[[], object], times: int = 3) -> float:
    """The least seconds of some runs."""
    found: list[float] = []
    for _ in range(times):
        begun = time.perf_counter()
        work()
        found.append(time.perf_counter() - begun)
    return min(found)


def made(ratings: int, categories: int) -> Votes:
    """Simulated answers of five people who are right in four of five cases."""
    chance = np.random.default_rng(1)
    items = ratings // PEOPLE
    item = np.repeat(np.arange(items), PEOPLE)
    truth = chance.integers(0, categories, items)
    guess = chance.integers(0, categories, ratings)
    return Votes(
        items=tuple(map(str, range(items))),
        annotators=tuple(map(str, range(PEOPLE))),
        categories=tuple(map(str, range(categories))),
        item=item,
        annotator=np.tile(np.arange(PEOPLE), items),
        answer=np.where(chance.random(ratings) < 0.8, truth[item], guess),
    )


def theirs(python: str, votes: Votes) -> dict[str, tuple[float, float]] | str:
    """Seconds and alpha of the krippendorff package, or why there are none."""
    table = np.full((len(votes.annotators), len(votes.items)), -1, np.int32)
    table[votes.annotator, votes.item] = votes.answer
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "table.npy"
        np.save(place, table)
        done = subprocess.run([python, "-c", PEER, place], capture_output=True, text=True, timeout=1800)
    if done.returncode:
        return (done.stderr.strip().splitlines() or ["killed"])[-1][:100]
    return json.loads(done.stdout)


def speed(python: str | None) -> None:
    """Alpha of a million ratings."""
    print("Alpha of 1,000,000 ratings (200,000 items, five people)\n")
    print("| categories | level | alpha | seconds | krippendorff, table | × | krippendorff, counts | × |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- |")
    for categories in (2, 5, 20, 1000):
        votes = made(1_000_000, categories)
        # A thousand categories would need tens of gigabytes there: no peer.
        peer = theirs(python, votes) if python and categories < 100 else None
        for level in LEVELS:
            value = krippendorff_alpha(votes, level)
            seconds = best_of(lambda v=votes, of=level: krippendorff_alpha(v, of))
            cells = ["", "", "", ""]
            if isinstance(peer, dict):
                (table, judged), (counts, _) = peer[f"{level} table"], peer[f"{level} counts"]
                if value is None or abs(value - judged) > 1e-9:
                    cells[0] = f"gives {judged}!"
                else:
                    cells = [
                        f"{table:.2f}",
                        f"{table / seconds:.1f} ×",
                        f"{counts:.2f}",
                        f"{counts / seconds:.1f} ×",
                    ]
            elif peer:
                cells[0] = peer
            print(
                f"| {categories} | {level} | {value:.4f} | {seconds:.3f} | {' | '.join(cells)} |", flush=True
            )


def intervals() -> None:
    """A thousand resamples of 100,000 votes."""
    print(
        "\n1,000 resamples of 100,000 votes (20,000 items)\n\n| measure | categories | interval | seconds |"
    )
    print("| --- | --- | --- | --- |")
    for categories in (5, 1000):
        votes = made(100_000, categories)
        for name, statistic in {
            "alpha": alpha_statistic,
            "AC1": gwet_statistic,
            "Fleiss": fleiss_statistic,
        }.items():
            begun = time.perf_counter()
            found = bootstrap(statistic(votes), np.random.default_rng(0))
            seconds = time.perf_counter() - begun
            print(
                f"| {name} | {categories} | {found.low:.4f} to {found.high:.4f} | {seconds:.2f} |", flush=True
            )


def matching() -> None:
    """Five thousand boxes against five thousand."""
    print("\nMatching 5,000 boxes with 5,000\n\n| boxes of 60 pixels in a square of | matched | seconds |")
    print("| --- | --- | --- |")
    chance = np.random.default_rng(0)
    for side in (8000, 2000, 600):
        places = chance.random((5000, 2)) * side
        sides = [
            [
                _box(str(n), x, y, 60, 60)
                for n, (x, y) in enumerate(places + chance.normal(0, 2, places.shape))
            ]
            for _ in range(2)
        ]
        begun = time.perf_counter()
        found = match(*sides)
        print(f"| {side:,} | {len(found.matched):,} | {time.perf_counter() - begun:.2f} |", flush=True)


def real_votes(folder: Path) -> None:
    """Agreement of real people about tags."""
    print("\nReal votes, with 95 % intervals\n\n| set | votes | percent | Fleiss | AC1 | alpha |")
    print("| --- | --- | --- | --- | --- | --- |")
    for name in ("bluebirds", "ducks", "steller_watch"):
        with (folder / name / "annotations.csv").open(newline="") as file:
            rows = csv.reader(file)
            next(rows)
            votes = Votes.of((row[0], row[1], row[2]) for row in rows)
        cells: list[str] = []
        for statistic in (percent_statistic, fleiss_statistic, gwet_statistic, alpha_statistic):
            found = bootstrap(statistic(votes), np.random.default_rng(0))
            cells.append(f"{found.estimate:.3f} ({found.low:.3f} to {found.high:.3f})")
        print(f"| {name} | {len(votes):,} | {' | '.join(cells)} |", flush=True)


def real_boxes(folder: Path) -> None:
    """The whole report on crowd boxes, degenerate ones left out as they have no shape."""
    drawn: dict[tuple[str, str], list[Annotation]] = {}
    left_out = 0
    with (folder / "pedestrian_boxes" / "annotations.csv").open(newline="") as file:
        for at, row in enumerate(csv.DictReader(file)):
            sides = (float(row[side]) for side in ("x", "y", "width", "height"))
            try:
                drawn.setdefault((row["image"], row["annotator"]), []).append(_box(str(at), *sides))
            except InvalidShape:
                left_out += 1
    items: dict[str, dict[str, Document]] = {}
    with (folder / "pedestrian_boxes" / "tasks.csv").open(newline="") as file:
        for row in csv.DictReader(file):
            boxes = tuple(drawn.get((row["image"], row["annotator"]), ()))
            items.setdefault(row["image"], {})[row["annotator"]] = Document(annotations=boxes)
    begun = time.perf_counter()
    found = agreement_report(items, np.random.default_rng(0), sizes=dict.fromkeys(items, (1280, 720)))
    seconds = time.perf_counter() - begun
    pairs = sum(pair.items for pair in found.pairs)
    print(
        f"\nReport on {len(items)} pictures of pedestrians, {len(found.people)} people: {pairs:,} comparisons"
    )
    print(f"in {seconds:.1f} s with all intervals; {left_out} degenerate boxes left out\n")
    print("| measure | value | 95 % | items |\n| --- | --- | --- | --- |")
    for name, measure in found.overall.items():
        if measure.value is not None:
            print(f"| {name} | {measure.value:.3f} | {measure.low:.3f} to {measure.high:.3f} | {measure.n} |")


def _box(name: str, x: float, y: float, width: float, height: float) -> Annotation:
    return Annotation(id=name, category="a", shape=Box(left=x, top=y, right=x + width, bottom=y + height))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--peers")
    parser.add_argument("--data", type=Path, default=SHARED / "multi_annotator")
    given = parser.parse_args()
    speed(given.peers)
    intervals()
    matching()
    if given.data.exists():
        real_votes(given.data)
        real_boxes(given.data)


if __name__ == "__main__":
    main()
