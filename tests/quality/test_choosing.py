"""Which method merges: chosen by evidence, never against a crowd's majority where people err together."""

import numpy as np
import pytest

from labelwright.quality.aggregation import aggregate
from labelwright.quality.choosing import choose
from labelwright.quality.votes import Votes
from tests.quality.test_aggregation import votes_of


def test_on_bluebirds_people_are_told_apart_and_on_ducks_the_majority_decides():
    birds, birds_truth = votes_of("bluebirds")
    ducks, ducks_truth = votes_of("ducks")

    on_birds, on_ducks = (choose(votes, np.random.default_rng(0)) for votes in (birds, ducks))

    assert float((aggregate(birds, on_birds.method).answer == birds_truth).mean()) >= 0.898
    assert on_ducks.method == "majority"
    assert on_ducks.basis == "dependence"
    assert "err together" in on_ducks.why
    assert float((aggregate(ducks, on_ducks.method).answer == ducks_truth).mean()) >= 0.688


def test_references_overrule_what_the_votes_alone_speak_for():
    ducks, truth = votes_of("ducks")

    choice = choose(ducks, np.random.default_rng(0), gold=truth)

    right = {score.method: score.gold_right for score in choice.scores}
    assert choice.gold == len(truth)
    assert right["majority"] > right["hierarchical_dawid_skene"]
    assert float((aggregate(ducks, choice.method).answer == truth).mean()) >= 0.688


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([(str(i), str(i), "cat") for i in range(9)], "two people"),
        ([(str(i), str(a), "cat") for i in range(9) for a in range(2)], "one category"),
    ],
)
def test_where_nothing_tells_people_apart_the_votes_stand(rows: list, said: str):
    choice = choose(Votes.of(rows), np.random.default_rng(0))

    assert choice.method == "majority"
    assert said in choice.why


def test_the_same_votes_give_the_same_choice():
    rng = np.random.default_rng(3)
    truth = rng.integers(0, 3, 120)
    rows = [
        (str(i), str(a), str(truth[i] if rng.random() < (0.9 if a < 3 else 0.4) else rng.integers(0, 3)))
        for i in range(120)
        for a in range(6)
    ]
    votes = Votes.of(rows)

    one, other = (choose(votes, np.random.default_rng(7)) for _ in range(2))

    assert (one.method, one.why) == (other.method, other.why)
    assert one.method != "majority", "half of the people guess: skill tells"
