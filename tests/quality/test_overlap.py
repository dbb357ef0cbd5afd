"""Asking one more person only where it is worth it."""

import csv

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from labelwright.core.errors import InvalidInput
from labelwright.quality.overlap import Belief, OverlapPlan, lead_of, of_confusion, of_skill, wants_more
from labelwright.quality.overlap_savings import played, savings, shuffled
from tests.quality.crowds import of, simulated
from tests.shared_data import shared_data

answers = st.lists(st.integers(0, 3), max_size=8)


def rng() -> np.random.Generator:
    return np.random.default_rng(0)


@given(given_=answers, sure=st.none() | st.floats(0, 1))
def test_there_are_never_fewer_than_the_least_nor_more_than_the_most(
    given_: list[int], sure: float | None
) -> None:
    plan = OverlapPlan(least=2, most=5)

    decision = wants_more(given_, plan, sure=sure)

    assert decision.more or len(given_) >= 2
    assert not decision.more or len(given_) < 5
    assert decision.reason


@given(given_=answers)
def test_a_spent_budget_ends_it(given_: list[int]) -> None:
    assert not wants_more(given_, OverlapPlan(budget=10), spent=10).more


def test_the_lead_decides_where_nothing_is_known_of_people() -> None:
    plan = OverlapPlan(most=9)

    assert wants_more([0], plan) == (True, "The answer leads by 1 of 2 votes.")
    assert not wants_more([0, 0], plan).more
    assert wants_more([0, 1], plan).more
    assert wants_more([0, 1, 0], plan).more
    assert not wants_more([0, 1, 0, 0], plan).more


def test_the_target_decides_where_skills_are_known() -> None:
    plan = OverlapPlan(target=0.95)

    assert wants_more([0], plan, sure=0.9) == (True, "The answer is 90.0 % sure; 95 % are wanted.")
    assert not wants_more([0], plan, sure=0.95).more


@given(given_=answers)
def test_the_lead_is_over_the_next_answer(given_: list[int]) -> None:
    counts = sorted((given_.count(one) for one in range(4)), reverse=True)

    assert lead_of(given_) == counts[0] - counts[1]


def test_belief_by_hand() -> None:
    belief = Belief.of_shares(np.array([0.5, 0.5])).after(of_skill(0.9, 0, 2)).after(of_skill(0.6, 1, 2))

    # 0.9 × 0.4 against 0.1 × 0.6
    assert belief.chances == pytest.approx([0.36 / 0.42, 0.06 / 0.42])
    assert belief.best == (0, pytest.approx(0.36 / 0.42))
    assert of_confusion(np.array([[0.9, 0.1], [0.4, 0.6]]), 1).tolist() == [0.1, 0.6]


@given(order=st.permutations([(0.9, 0), (0.7, 1), (0.6, 2), (0.8, 1)]))
def test_the_order_of_votes_makes_no_difference_to_belief(order: list[tuple[float, int]]) -> None:
    belief = Belief.of_shares(np.full(3, 1 / 3))
    for skill, answer in order:
        belief = belief.after(of_skill(skill, answer, 3))

    odds = np.array([0.9, 0.05, 0.05]) * [0.15, 0.7, 0.15] * np.array([0.2, 0.2, 0.6]) * [0.1, 0.8, 0.1]
    assert belief.chances == pytest.approx(odds / odds.sum())


def test_nobody_rules_out_a_category_altogether() -> None:
    belief = Belief.of_shares(np.array([1.0, 0.0])).after(np.array([0.0, 1.0])).after(np.array([0.0, 1.0]))

    assert belief.best[0] == 1
    assert np.isfinite(belief.logs).all()


def test_plans_that_cannot_be_are_refused() -> None:
    with pytest.raises(InvalidInput, match="from 3 to 2 answers"):
        OverlapPlan(least=3, most=2)
    with pytest.raises(InvalidInput, match="1 sure"):
        OverlapPlan(target=1.0)
    with pytest.raises(InvalidInput, match="A lead is 1 vote or more"):
        OverlapPlan(lead=0)


def test_where_all_agree_two_answers_are_enough() -> None:
    votes = of(np.repeat(np.arange(10), 6), np.tile(np.arange(6), 10), np.zeros(60), 10, 6, 2)

    found = savings(votes, OverlapPlan(most=6), rng(), deepest=6)

    assert (found.adaptive.answers, found.adaptive.right) == (2.0, 1.0)
    assert found.needed == 1  # one answer would have been as good here


@pytest.mark.parametrize("rule", ["lead", "belief"])
def test_overlap_where_it_is_needed_beats_the_same_overlap_everywhere(rule: str) -> None:
    crowd = simulated(items=600, people=40, each=12, categories=4, skill=(12, 3))

    found = savings(crowd.votes, OverlapPlan(most=8), rng(), truth=crowd.truth, rule=rule)  # type: ignore[arg-type]

    assert found.adaptive.right is not None
    assert found.adaptive.right > 0.95
    assert found.saved is None or found.saved > 0.2


def test_a_budget_holds_over_all_items() -> None:
    votes, turn = shuffled(simulated(items=100, each=5).votes, rng())

    assert played(votes, turn, OverlapPlan(budget=150)).sum() == 150
    assert played(votes, turn, OverlapPlan(least=1, most=1)).tolist() == [1] * 100


def test_on_real_pictures_two_answers_and_a_bit_do_the_work_of_five() -> None:
    with (shared_data("multi_annotator/cifar10h") / "human_counts.csv").open(newline="") as file:
        table = list(csv.DictReader(file))[:2000]
    names = [name[2:] for name in table[0] if name.startswith("n_")]
    counts = np.array([[int(row[f"n_{name}"]) for name in names] for row in table])
    truth = np.array([names.index(row["true_label"]) for row in table])
    item, answer = (
        np.repeat(np.arange(len(table)), counts.sum(axis=1)),
        np.concatenate([np.repeat(np.arange(10), row) for row in counts]),
    )
    turn = np.arange(len(item)) - np.searchsorted(item, item)
    votes = of(item, turn, answer, len(table), int(turn.max()) + 1, 10)

    found = savings(votes, OverlapPlan(most=12), rng(), truth=truth)

    assert found.adaptive.answers < 2.3
    assert found.adaptive.right is not None
    assert found.adaptive.right > 0.98
    assert found.saved is not None
    assert found.saved > 0.4
