"""Honest confidence: how far it is from the share of right answers, before and after 50 references.

    python -m benchmarks.quality.calibration [--data FOLDER] [--gold 50] [--times 100]

The calibration error (ECE, ten bins, in points) is measured on the items that are no reference. On a hundred
items it is not 0 for a perfect confidence either: “floor” is what the calibrated confidence would have if it
were exactly right, by drawing outcomes from it. “Over all draws” puts the draws of references together
before it compares, which takes most of that noise away and leaves what is wrong in every draw.
"""

import argparse
from pathlib import Path

import numpy as np

from benchmarks.quality.crowds import DEPTHS, SETS, SHARED, Crowd, crowd, subsets
from labelwright.quality.aggregation import aggregate
from labelwright.quality.calibration import calibrate, calibration_error
from labelwright.quality.choosing import choose
from labelwright.quality.consensus import consensus


def main(arguments: list[str] | None = None) -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=SHARED / "multi_annotator")
    parser.add_argument("--gold", type=int, default=50)
    parser.add_argument("--times", type=int, default=100)
    given, _ = parser.parse_known_args(arguments)
    if not given.data.exists():
        return
    print(f"Calibration error in points, with {given.gold} references\n")
    print(
        "| set | votes an item | method | raw Dawid–Skene | raw | without gold | calibrated | floor "
        "| over all draws |\n" + "| --- " * 9 + "|"
    )
    for name in SETS:
        whole = crowd(name, given.data)
        for depth in DEPTHS[2:]:
            one = next(subsets(whole, depth, 1))
            print(f"| {name} | {depth or 'all'} | {_row(one, given.gold, given.times)} |", flush=True)


def _row(one: Crowd, gold: int, times: int) -> str:
    method = choose(one.votes, np.random.default_rng(0)).method
    found, plain = aggregate(one.votes, method), aggregate(one.votes, "dawid_skene")
    right = found.answer == one.truth
    raw = calibration_error(plain.confidence, plain.answer == one.truth)
    without = consensus(one.votes)
    errors: list[float] = []
    floors: list[float] = []
    said: list[np.ndarray] = []
    was: list[np.ndarray] = []
    for seed in range(times):
        chance = np.random.default_rng(seed)
        order = chance.permutation(len(right))
        some, rest = order[:gold], order[gold:]
        curve = calibrate(found.confidence[some], right[some], among=found.confidence)
        if curve is None:
            continue
        told = curve(found.confidence[rest])
        errors.append(calibration_error(told, right[rest]) or 0)
        floors.append(calibration_error(told, chance.random(len(rest)) < told) or 0)
        said.append(told)
        was.append(right[rest])
    numbers = [
        raw,
        calibration_error(found.confidence, right),
        calibration_error(without.confidence, without.answer == one.truth),
        float(np.mean(errors)),
        float(np.mean(floors)),
        calibration_error(np.concatenate(said), np.concatenate(was)),
    ]
    return f"{method} | {' | '.join(f'{100 * (number or 0):.1f}' for number in numbers)}"


if __name__ == "__main__":
    main()
