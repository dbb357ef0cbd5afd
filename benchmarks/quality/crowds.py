"""The sets of many people's answers, subsets of them, and crowds that are made."""

import csv
import os
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np

from labelwright.quality.statistic import Ints
from labelwright.quality.votes import Votes

SHARED = Path(
    os.environ.get("LABELWRIGHT_SHARED_DATA") or Path(__file__).resolve().parents[3] / "shared" / "data"
)
SETS = ("bluebirds", "ducks", "steller_watch", "cifar10h")
DEPTHS = (1, 2, 3, 5, 0)  # votes an item; 0 is all


class Crowd(NamedTuple):
    """Votes and the true category of each item."""

    name: str
    votes: Votes
    truth: Ints

    def right(self, answer: Ints) -> float:
        """The share of right answers."""
        return float((answer == self.truth).mean())


def crowd(name: str, folder: Path) -> Crowd:
    """A real set; the truth of steller_watch is what its project published."""
    place = folder / name
    if name == "cifar10h":
        return _pictures(place)
    with (place / "annotations.csv").open(newline="") as file:
        rows = list(csv.reader(file))[1:]
    votes = Votes.of((row[0], row[1], row[2]) for row in rows if row[2])
    if name == "steller_watch":
        with (place / "published_aggregate.csv").open(newline="") as file:
            known = {row[0]: row[5].strip("!. ").lower() for row in csv.reader(file)}
    else:
        with (place / "truth.csv").open(newline="") as file:
            known = dict(csv.reader(file))
    return Crowd(name, votes, np.array([votes.categories.index(known[item]) for item in votes.items]))


def _pictures(place: Path) -> Crowd:
    """CIFAR-10H has no ids: each item's votes are given to people drawn at random, as many as there were."""
    with (place / "human_counts.csv").open(newline="") as file:
        table = list(csv.DictReader(file))
    names = [name[2:] for name in table[0] if name.startswith("n_")]
    counts = np.array([[int(row[f"n_{name}"]) for name in names] for row in table])
    people, chance = 2571, np.random.default_rng(0)
    votes = Votes(
        items=tuple(row["filename"] for row in table),
        annotators=tuple(map(str, range(people))),
        categories=tuple(names),
        item=np.repeat(np.arange(len(table)), counts.sum(axis=1)),
        annotator=np.concatenate([chance.choice(people, size, replace=False) for size in counts.sum(axis=1)]),
        answer=np.concatenate([np.repeat(np.arange(10), row) for row in counts]),
    )
    return Crowd("cifar10h", votes, np.array([names.index(row["true_label"]) for row in table]))


def subsets(whole: Crowd, depth: int, times: int) -> Iterator[Crowd]:
    """Random subsets with so many votes an item (0: all, once)."""
    for seed in range(times if depth else 1):
        votes = whole.votes
        if depth:
            chance = np.random.default_rng([depth, seed])
            order = np.lexsort((chance.random(len(votes)), votes.item))
            turn = np.arange(len(votes)) - np.searchsorted(votes.item[order], votes.item[order])
            kept = np.zeros(len(votes), bool)
            kept[order[turn < depth]] = True
            votes = votes.where(kept)
        yield Crowd(whole.name, votes, whole.truth)


def made(votes: int, categories: int, people: int = 2000) -> Crowd:
    """Simulated answers, three or so an item, by people of different skill."""
    chance = np.random.default_rng(0)
    items = votes * 3 // 10
    keys = np.unique(chance.integers(0, items, votes) * people + chance.integers(0, people, votes))
    item, who = keys // people, keys % people
    truth = chance.integers(0, categories, items)
    looks = chance.random(len(item)) < chance.beta(6, 2.5, people)[who]
    answer = np.where(looks, truth[item], chance.integers(0, categories, len(item)))
    names = tuple(map(str, range(items)))
    found = Votes(
        names, tuple(map(str, range(people))), tuple(map(str, range(categories))), item, who, answer
    )
    return Crowd("made", found, truth)
