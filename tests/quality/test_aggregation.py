"""One answer out of many people's: what every method keeps to, and what is known of real crowds."""

import csv

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labelwright.core.errors import InvalidInput, UnknownName
from labelwright.quality.aggregation import METHODS, aggregate
from labelwright.quality.votes import Votes
from tests.shared_data import shared_data

PLAIN = [name for name in METHODS if name != "crowdlab"]
NAMES = st.sampled_from("abcde")
ROWS = st.lists(st.tuples(NAMES, NAMES, st.sampled_from(["cat", "dog", "owl"])), min_size=1, max_size=30)


def votes_of(name: str) -> tuple[Votes, np.ndarray]:
    folder = shared_data(f"multi_annotator/{name}")
    with (folder / "annotations.csv").open() as file:
        rows = [(row["item"], row["annotator"], row["label"]) for row in csv.DictReader(file)]
    with (folder / "truth.csv").open() as file:
        truth = dict(list(row.values())[:2] for row in csv.DictReader(file))
    votes = Votes.of(rows)
    return votes, np.array([votes.categories.index(truth[item]) for item in votes.items])


@pytest.mark.parametrize("method", PLAIN)
@settings(deadline=None, max_examples=20)
@given(rows=ROWS)
def test_every_item_has_a_known_answer_and_every_belief_is_a_share(method: str, rows: list):
    votes = Votes.of(rows)

    found = aggregate(votes, method)

    # It may be one that nobody gave: of somebody who mixes two up, the other answer is the right one.
    assert ((found.answer >= 0) & (found.answer < len(votes.categories))).all()
    assert ((found.confidence >= 0) & (found.confidence <= 1 + 1e-9)).all()
    assert len(found.skill) == len(votes.annotators)


@pytest.mark.parametrize("method", PLAIN)
def test_the_order_of_votes_makes_no_difference(method: str):
    rng = np.random.default_rng(4)
    rows = [(str(i), str(a), str(rng.integers(0, 3))) for i in range(20) for a in range(4)]
    one = aggregate(Votes.of(rows, categories=("0", "1", "2")), method)
    backwards = Votes.of(rows[::-1], categories=("0", "1", "2"))
    other = aggregate(backwards, method)

    by_name = dict(zip(backwards.items, other.answer.tolist(), strict=True))
    assert [by_name[str(item)] for item in range(20)] == one.answer.tolist()


@pytest.mark.parametrize("method", PLAIN)
def test_unanimous_answers_win(method: str):
    rows = [(str(i), str(a), ("cat", "dog")[i % 2]) for i in range(12) for a in range(3)]

    assert aggregate(Votes.of(rows), method).answer.tolist() == [0, 1] * 6


@pytest.mark.parametrize("method", PLAIN)
def test_gold_is_kept_whatever_people_say(method: str):
    votes = Votes.of([(str(i), str(a), ("cat", "dog")[i % 2]) for i in range(12) for a in range(3)])
    gold = np.full(12, -1)
    gold[0] = 1

    assert aggregate(votes, method, gold=gold).answer[0] == 1


@pytest.mark.parametrize("method", PLAIN)
@pytest.mark.parametrize(
    "rows",
    [
        [("a", "ann", "cat")],
        [("a", "ann", "cat"), ("b", "ann", "dog")],
        [(str(i), "ann", "cat") for i in range(9)],
        [(str(i), str(i), "cat") for i in range(9)],
        [(str(i), str(a), str((i * 37 + a * 11) % 1000)) for i in range(400) for a in range(3)],
    ],
    ids=["one vote", "one person", "one answer", "a person an item", "a thousand categories"],
)
def test_poor_tables_have_an_answer(method: str, rows: list):
    found = aggregate(Votes.of(rows), method)

    assert (found.answer >= 0).all()
    assert np.isfinite(found.confidence).all()


def test_methods_come_as_far_on_real_crowds_as_is_known_of_them():
    birds, truth = votes_of("bluebirds")
    right = {
        name: float((aggregate(birds, name).answer == truth).mean()) for name in ("majority", "dawid_skene")
    }

    assert right["majority"] == pytest.approx(0.759, abs=0.001)
    assert right["dawid_skene"] >= 0.898


def test_a_crowd_that_errs_together_is_better_left_to_its_majority():
    ducks, truth = votes_of("ducks")

    majority = float((aggregate(ducks, "majority").answer == truth).mean())

    assert majority >= 0.688
    assert float((aggregate(ducks, "dawid_skene").answer == truth).mean()) < majority


def test_a_models_probabilities_decide_where_people_do_not():
    votes = Votes.of([(str(i), str(a), ("cat", "dog")[(i + a) % 2]) for i in range(10) for a in range(2)])
    sure = np.tile([0.9, 0.1], (10, 1))

    assert aggregate(votes, "crowdlab", probabilities=sure).answer.tolist() == [0] * 10


def test_what_does_not_fit_is_refused():
    votes = Votes.of([("a", "ann", "cat"), ("b", "ann", "dog")])

    with pytest.raises(UnknownName):
        aggregate(votes, "oracle")
    with pytest.raises(InvalidInput, match="Gold"):
        aggregate(votes, "majority", gold=np.array([5, 0]))
    with pytest.raises(InvalidInput, match="probabilities"):
        aggregate(votes, "crowdlab", probabilities=np.array([[0.9, 0.9], [0.5, 0.5]]))
