"""Small crowds with a known truth, real and simulated."""

import csv
from typing import NamedTuple

import numpy as np

from labelwright.quality.statistic import Ints
from labelwright.quality.votes import Votes
from tests.shared_data import shared_data


class Crowd(NamedTuple):
    votes: Votes
    truth: Ints

    def right(self, answer: Ints) -> float:
        return float((answer == self.truth).mean())


def real(name: str) -> Crowd:
    """A real set of the shared data; skips the test where it is not there."""
    folder = shared_data(f"multi_annotator/{name}")
    with (folder / "annotations.csv").open(newline="") as file:
        votes = Votes.of([(row[0], row[1], row[2]) for row in csv.reader(file)][1:])
    with (folder / "truth.csv").open(newline="") as file:
        known = dict(list(csv.reader(file))[1:])
    return Crowd(votes, np.array([votes.categories.index(known[item]) for item in votes.items]))


def simulated(
    items: int = 200,
    people: int = 15,
    each: int = 5,
    categories: int = 3,
    skill: tuple[float, float] = (8, 2),
    seed: int = 0,
) -> Crowd:
    """Items answered by some of the people; skills are drawn from a Beta distribution."""
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, categories, items)
    skills = rng.beta(*skill, people)
    who = np.concatenate([rng.permutation(people)[:each] for _ in range(items)])
    item = np.repeat(np.arange(items), each)
    guess = (truth[item] + rng.integers(1, max(categories, 2), len(item))) % categories
    answer = np.where(rng.random(len(item)) < skills[who], truth[item], guess)
    return Crowd(of(item, who, answer, items, people, categories), truth)


def of(item: Ints, who: Ints, answer: Ints, items: int, people: int, categories: int) -> Votes:
    """Votes of arrays, with numbers for names."""
    return Votes(
        items=tuple(map(str, range(items))),
        annotators=tuple(map(str, range(people))),
        categories=tuple(map(str, range(categories))),
        item=np.asarray(item, np.int64),
        annotator=np.asarray(who, np.int64),
        answer=np.asarray(answer, np.int64),
    )
