"""Merging answers: how often the result is right, beside crowd-kit's methods, and how fast.

    python -m benchmarks.quality.aggregation [--peers PYTHON] [--data FOLDER] [--times 10] [--only SET ...]

`--peers` is the interpreter of an environment with crowd-kit (and scikit-learn below 1.7), a process
of its own on the same subsets. GLAD is left out there above 4,500 votes and MACE above 60,000, as they take
minutes. Accuracy is in percent of all items, the mean over random subsets (one of CIFAR-10H).
"""

import argparse
import json
import subprocess
import tempfile
import time
from collections import Counter
from pathlib import Path

import numpy as np

from benchmarks.quality.crowds import DEPTHS, SETS, SHARED, Crowd, crowd, made, subsets
from labelwright.quality.aggregation import METHODS, aggregate
from labelwright.quality.choosing import choose

PEER = """
import json, sys, time, warnings
warnings.filterwarnings("ignore")
import numpy as np, pandas as pd
from crowdkit.aggregation import (DawidSkene, GLAD, MACE, MajorityVote, OneCoinDawidSkene, Wawa,
    ZeroBasedSkill)
most = {"GLAD": 4500, "MACE": 60000}
methods = {
    "majority": MajorityVote, "Wawa": Wawa, "ZBS": ZeroBasedSkill, "DawidSkene": lambda: DawidSkene(100),
    "OneCoin": lambda: OneCoinDawidSkene(100), "GLAD": lambda: GLAD(silent=True),
    "MACE": lambda: MACE(random_state=0, verbose=0),
}
only = sys.argv[2:]
found = []
for path in json.load(open(sys.argv[1])):
    table = np.load(path)
    votes = pd.DataFrame({"task": table["item"], "worker": table["who"], "label": table["answer"]})
    row = {}
    for name, make in methods.items():
        if len(votes) > most.get(name, 10**9) or (only and name not in only):
            continue
        begun = time.perf_counter()
        answer = make().fit_predict(votes)
        seconds = time.perf_counter() - begun
        truth = table["truth"]
        row[name] = [float(np.mean(answer.values == truth[answer.index.values])), seconds]
    found.append(row)
print(json.dumps(found))
"""
PLAIN = [name for name in METHODS if name != "crowdlab"]
SHORT = {
    "majority": "majority",
    "weighted_majority": "weighted",
    "dawid_skene": "DS",
    "fast_dawid_skene": "fast DS",
    "pooled_dawid_skene": "pooled DS",
    "hierarchical_dawid_skene": "hierarchical DS",
    "one_coin": "one coin",
    "glad": "GLAD",
    "mace": "MACE",
}


def theirs(python: str, crowds: list[Crowd], only: tuple[str, ...] = ()) -> list[dict[str, list[float]]]:
    """Share of right answers and seconds of crowd-kit's methods, for each crowd."""
    with tempfile.TemporaryDirectory() as folder:
        paths: list[str] = []
        for at, one in enumerate(crowds):
            paths.append(str(Path(folder) / f"{at}.npz"))
            votes = one.votes
            np.savez(paths[-1], item=votes.item, who=votes.annotator, answer=votes.answer, truth=one.truth)
        listed = Path(folder) / "paths.json"
        listed.write_text(json.dumps(paths))
        done = subprocess.run(
            [python, "-c", PEER, str(listed), *only], capture_output=True, text=True, timeout=7200
        )
    if done.returncode:
        raise SystemExit(f"crowd-kit stopped: {(done.stderr.strip().splitlines() or ['killed'])[-1]}")
    return json.loads(done.stdout)


def accuracy(folder: Path, python: str | None, names: list[str], times: int) -> None:
    """Every method on every set, at 1, 2, 3, 5 votes an item and all."""
    head = [SHORT[name] for name in PLAIN]
    print("Right answers, in percent\n")
    print(f"| set | votes an item | chosen | {' | '.join(head)} | best of crowd-kit | chosen against it |")
    print("| --- " * (len(head) + 5) + "|")
    reasons: list[str] = []
    for name in names:
        whole = crowd(name, folder)
        for depth in DEPTHS:
            some = list(subsets(whole, depth, 1 if name == "cifar10h" else times))
            own = {
                method: _mean([one.right(aggregate(one.votes, method).answer) for one in some])
                for method in PLAIN
            }
            choices = [choose(one.votes, np.random.default_rng(0)) for one in some]
            chosen = _mean(
                [
                    one.right(aggregate(one.votes, choice.method).answer)
                    for one, choice in zip(some, choices, strict=True)
                ]
            )
            best, gap = "", ""
            if python:
                rows = theirs(python, some)
                means = {peer: _mean([row[peer][0] for row in rows]) for peer in rows[0]}
                top = max(means, key=lambda peer: means[peer])
                best, gap = f"{means[top]:.1f} ({top})", f"{chosen - means[top]:+.1f}"
            cells = " | ".join(f"{own[method]:.1f}" for method in PLAIN)
            print(f"| {name} | {depth or 'all'} | **{chosen:.1f}** | {cells} | {best} | {gap} |", flush=True)
            taken = ", ".join(
                f"{SHORT.get(m, m)} {n}" for m, n in Counter(c.method for c in choices).most_common()
            )
            reasons.append(f"| {name} | {depth or 'all'} | {taken} | {choices[0].why} |")
    print("\nWhat was chosen, and why (of the first subset)\n\n| set | votes an item | chosen | why |")
    print("| --- | --- | --- | --- |")
    print("\n".join(reasons))


def speed(python: str | None) -> None:
    """A million votes."""
    for categories in (4, 1000):
        one = made(1_000_000, categories)
        peer = (
            theirs(python, [one], ("DawidSkene",))[0]["DawidSkene"] if python and categories < 100 else None
        )
        print(
            f"\n{len(one.votes):,} votes, {categories:,} categories, "
            f"{len(one.votes.items):,} items, 2,000 people\n"
        )
        print(
            "| method | right, % | steps | seconds | crowd-kit's DawidSkene against it |\n"
            + "| --- " * 5
            + "|"
        )
        aggregate(made(1000, 3).votes, "hierarchical_dawid_skene")  # loads what is loaded at first use
        answered = np.bincount(one.votes.item, minlength=len(one.votes.items)) > 0
        for method in PLAIN:
            seconds = 1e9
            for _ in range(3):
                begun = time.perf_counter()
                found = aggregate(one.votes, method)
                seconds = min(seconds, time.perf_counter() - begun)
            right = 100 * float((found.answer == one.truth)[answered].mean())
            ratio = f"{peer[1] / seconds:.0f} ×" if peer else ""
            print(
                f"| {SHORT[method]} | {right:.1f} | {found.iterations} | {seconds:.2f} | {ratio} |",
                flush=True,
            )
        if peer:
            print(f"| crowd-kit DawidSkene | {100 * peer[0]:.1f} | | {peer[1]:.1f} | |", flush=True)


def _mean(shares: list[float]) -> float:
    return 100 * float(np.mean(shares))


def main(arguments: list[str] | None = None) -> None:
    """Prints the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--peers", help="the interpreter of an environment with crowd-kit")
    parser.add_argument("--data", type=Path, default=SHARED / "multi_annotator")
    parser.add_argument("--times", type=int, default=10, help="random subsets of each size")
    parser.add_argument("--only", nargs="*", default=list(SETS), choices=SETS)
    given = parser.parse_args(arguments)
    if given.data.exists():
        accuracy(given.data, given.peers, given.only, given.times)
    speed(given.peers)


if __name__ == "__main__":
    main()
