"""Skill from few gold answers, and spam planted among real people.

    python -m benchmarks.quality.reliability [RUNS]

Bluebirds and ducks: a person's true skill is the share of right answers over all items. Estimated are skills
from some gold answers each, drawn at random: plainly (right over all), and drawn to the crowd
(`quality/reliability.py`). Printed are the mean error, the rank correlation with the true skill, and how
often the interval of 95 % holds the true one. Then a random clicker, somebody with one answer and a copier
are put among the people, and it is counted how often each is found and how often anybody else is accused.
"""

import csv
import os
import sys
from pathlib import Path

import numpy as np
from scipy.stats import spearmanr

from labelwright.quality.copying import shared_mistakes
from labelwright.quality.outcomes import Outcome
from labelwright.quality.reliability import skills
from labelwright.quality.spam import constant_answers, random_clickers
from labelwright.quality.votes import Votes

HERE = Path(
    os.environ.get("LABELWRIGHT_SHARED_DATA") or Path(__file__).resolve().parents[3] / "shared" / "data"
)
Row = tuple[str, str, str]


def answers(name: str) -> tuple[list[Row], dict[str, str]]:
    folder = HERE / "multi_annotator" / name
    with (folder / "annotations.csv").open(newline="") as file:
        rows = [(row["item"], row["annotator"], row["label"]) for row in csv.DictReader(file)]
    with (folder / "truth.csv").open(newline="") as file:
        truth = {next(iter(row.values())): list(row.values())[1] for row in csv.DictReader(file)}
    return rows, truth


def skill_table(name: str, runs: int) -> None:
    rows, truth = answers(name)
    mine: dict[str, list[Outcome]] = {}
    for item, who, answer in rows:
        mine.setdefault(who, []).append(Outcome(who, truth[item], answer, truth[item], "gold"))
    true = {who: sum(one.right for one in all_of) / len(all_of) for who, all_of in mine.items()}
    rng = np.random.default_rng(0)
    for gold in (5, 10, 20):
        plain_error, error, plain_rank, rank, held, of = 0.0, 0.0, 0.0, 0.0, 0, 0
        for _ in range(runs):
            drawn = [
                all_of[at]
                for all_of in mine.values()
                for at in rng.permutation(len(all_of))[: min(gold, len(all_of))]
            ]
            found = {one.annotator: one.fused for one in skills(drawn) if one.category is None}
            plain = {who: [one.right for one in drawn if one.annotator == who] for who in mine}
            shares = np.array([sum(plain[who]) / len(plain[who]) for who in mine])
            values, truths = (
                np.array([found[who].value for who in mine]),
                np.array([true[who] for who in mine]),
            )
            plain_error += float(np.abs(shares - truths).mean()) / runs
            error += float(np.abs(values - truths).mean()) / runs
            plain_rank += float(spearmanr(shares, truths).statistic) / runs
            rank += float(spearmanr(values, truths).statistic) / runs
            held += sum(found[who].low <= true[who] <= found[who].high for who in mine)
            of += len(mine)
        print(
            f"| {name} | {gold} | {plain_error:.3f} | {error:.3f} | {plain_rank:.2f} | {rank:.2f} "
            f"| {held / of:.1%} |"
        )


def spam_table(name: str, runs: int) -> None:
    rows, truth = answers(name)
    rng = np.random.default_rng(1)
    kinds = sorted({answer for _, _, answer in rows})
    items = sorted(truth)
    hits, others = np.zeros(3), np.zeros(3)
    for _ in range(runs):
        some = [items[at] for at in rng.permutation(len(items))[:60]]
        people = sorted({who for _, who, _ in rows})
        victim = people[int(rng.integers(len(people)))]
        copied = [(item, "copier", answer) for item, who, answer in rows if who == victim]
        votes = Votes.of(
            [
                *rows,
                *((item, "clicker", kinds[int(rng.integers(len(kinds)))]) for item in some),
                *((item, "lazy", kinds[0]) for item in some),
                *copied,
            ]
        )
        clickers = {one.annotator for one in random_clickers(votes)}
        lazy = {one.annotator for one in constant_answers(votes)}
        pairs = {(one.one, one.other) for one in shared_mistakes(votes)}
        hits += ["clicker" in clickers, "lazy" in lazy, (victim, "copier") in pairs]
        others += [
            len(clickers - {"clicker"}),
            len(lazy - {"lazy"}),
            len(pairs - {(victim, "copier")}),
        ]
    for at, kind in enumerate(("random clicker, 60 answers", "one answer, 60 times", "copier")):
        print(f"| {name} | {kind} | {hits[at] / runs:.0%} | {others[at] / runs:.1f} |")


def main(runs: int) -> None:
    print("| people | gold each | error, plain | error | rank correlation, plain | drawn | interval holds |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for name in ("bluebirds", "ducks"):
        skill_table(name, runs)
    print("\n| people | planted | found | others accused, a run |\n| --- | --- | --- | --- |")
    for name in ("bluebirds", "ducks"):
        spam_table(name, runs)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 40)
