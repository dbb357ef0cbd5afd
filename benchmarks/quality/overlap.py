"""Adaptive overlap on recorded votes, beside the same overlap everywhere.

    python -m benchmarks.quality.overlap [--data FOLDER] [--times 10]

Each row is the mean over random orders of the recorded votes. “Majority needs” is how many answers an item a
fixed overlap with majority needs for the same share of right answers, “saved” the share of them saved.
"""

import argparse
from pathlib import Path

import numpy as np

from benchmarks.quality.crowds import SETS, SHARED, crowd
from labelwright.quality.overlap import OverlapPlan
from labelwright.quality.overlap_savings import Rule, Savings, savings

PLANS: tuple[tuple[str, Rule, OverlapPlan], ...] = (
    ("lead of 2, at most 7", "lead", OverlapPlan(most=7)),
    ("lead of 2, at most 12", "lead", OverlapPlan(most=12)),
    ("lead of 3, at most 12", "lead", OverlapPlan(most=12, lead=3)),
    ("belief 95 %, at most 12", "belief", OverlapPlan(most=12, target=0.95)),
    ("belief 99 %, at most 12", "belief", OverlapPlan(most=12, target=0.99)),
    ("belief 99.9 %, at most 12", "belief", OverlapPlan(most=12, target=0.999)),
)


def main(arguments: list[str] | None = None) -> None:
    """Prints the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=SHARED / "multi_annotator")
    parser.add_argument("--times", type=int, default=10)
    given, _ = parser.parse_known_args(arguments)
    if not given.data.exists():
        return
    print("Adaptive overlap\n\n| set | plan | answers an item | right, % | majority needs | saved |")
    print("| --- " * 6 + "|")
    fixed: list[str] = []
    for name in SETS:
        one = crowd(name, given.data)
        for told, rule, plan in PLANS:
            found = [
                savings(one.votes, plan, np.random.default_rng(seed), truth=one.truth, rule=rule, deepest=12)
                for seed in range(given.times)
            ]
            print(f"| {name} | {told} | {_cells(found)} |", flush=True)
        depths = [np.mean([row.fixed[at].right or 0 for row in found]) for at in range(12)]
        fixed.append(f"| {name} | {' | '.join(f'{100 * share:.1f}' for share in depths)} |")
    print("\nMajority of so many answers everywhere, right in percent\n")
    print(f"| set | {' | '.join(map(str, range(1, 13)))} |\n" + "| --- " * 13 + "|")
    print("\n".join(fixed))


def _cells(found: list[Savings]) -> str:
    """The means; a fixed overlap is compared at the mean share of right answers."""
    answers = float(np.mean([row.adaptive.answers for row in found]))
    right = float(np.mean([row.adaptive.right or 0 for row in found]))
    depths = np.mean([[at.right or 0 for at in row.fixed] for row in found], axis=0)
    sizes = np.mean([[at.answers for at in row.fixed] for row in found], axis=0)
    enough = np.flatnonzero(depths >= right)
    if not len(enough):
        return f"{answers:.2f} | {100 * right:.2f} | never (12: {100 * depths[-1]:.1f}) | "
    at = int(enough[0])
    if at:
        part = (right - depths[at - 1]) / (depths[at] - depths[at - 1])
        needed = sizes[at - 1] + part * (sizes[at] - sizes[at - 1])
    else:
        needed = sizes[0]
    return f"{answers:.2f} | {100 * right:.2f} | {needed:.1f} | {100 * (1 - answers / needed):.0f} %"


if __name__ == "__main__":
    main()
