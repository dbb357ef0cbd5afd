"""Merging answers: every method keeps to the same rules, and the better ones find who is to be believed."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labelwright.core.errors import InvalidInput, UnknownName
from labelwright.quality.aggregation import METHODS, Aggregate, aggregate
from labelwright.quality.dawid_skene import HIERARCHICAL, fit
from labelwright.quality.statistic import Ints
from labelwright.quality.votes import Votes
from tests.quality.crowds import of, real, simulated

PLAIN = [name for name in METHODS if name != "crowdlab"]
FAMILY = [name for name in METHODS if "skene" in name]

Rows = list[tuple[int, int, int]]
rows = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 4), st.integers(0, 2)), max_size=25).map(
    lambda found: [(item, who, answer) for (item, who), answer in {(i, w): a for i, w, a in found}.items()]
)


def votes_of(found: Rows) -> Votes:
    table = np.array(found, np.int64).reshape(-1, 3)
    return of(table[:, 0], table[:, 1], table[:, 2], 6, 5, 3)


def even(votes: Votes) -> np.ndarray:
    return np.full((len(votes.items), len(votes.categories)), 1 / max(len(votes.categories), 1))


def merge(votes: Votes, method: str, gold: Ints | None = None) -> Aggregate:
    return aggregate(votes, method, gold=gold, probabilities=even(votes))


@pytest.mark.parametrize("method", METHODS)
@given(found=rows, seed=st.integers(0, 5))
@settings(max_examples=25, deadline=None)
def test_the_order_of_votes_does_not_matter(method: str, found: Rows, seed: int) -> None:
    mixed = [found[at] for at in np.random.default_rng(seed).permutation(len(found))]

    one, other = merge(votes_of(found), method), merge(votes_of(mixed), method)

    assert one.answer.tolist() == other.answer.tolist()
    assert np.array_equal(one.posterior.table, other.posterior.table)


@pytest.mark.parametrize("method", METHODS)
@given(found=rows)
@settings(max_examples=25, deadline=None)
def test_everything_that_comes_out_is_a_chance_and_only_answered_items_have_an_answer(
    method: str, found: Rows
) -> None:
    votes = votes_of(found)

    made = merge(votes, method)

    answered = np.isin(np.arange(6), votes.item)
    assert (made.answer >= 0).tolist() == answered.tolist()
    table = made.posterior.table
    assert np.isfinite(table).all()
    assert (table >= 0).all()
    assert (table.sum(axis=1)[answered] <= 1 + 1e-9).all()
    assert [skill is None for skill in made.skill] == [who not in votes.annotator for who in range(5)]
    assert all(skill is None or -1e-9 <= skill <= 1 + 1e-9 for skill in made.skill)


@pytest.mark.parametrize("method", METHODS)
@given(found=rows)
@settings(max_examples=25, deadline=None)
def test_renamed_annotators_change_nothing(method: str, found: Rows) -> None:
    turned = [(item, 4 - who, answer) for item, who, answer in found]

    one, other = merge(votes_of(found), method), merge(votes_of(turned), method)

    assert one.posterior.table == pytest.approx(other.posterior.table, abs=1e-6)


@pytest.mark.parametrize("method", METHODS)
def test_renamed_categories_rename_the_answers(method: str) -> None:
    votes, _ = simulated(items=60, each=5, categories=2)  # without ties, which go to the first category
    turned = replace(votes, answer=1 - votes.answer)

    one, other = merge(votes, method), merge(turned, method)

    clear = np.sort(one.posterior.table, axis=1)[:, -2:]
    kept = clear[:, 1] - clear[:, 0] > 0.01
    assert kept.sum() > 40
    assert (1 - other.answer[kept]).tolist() == one.answer[kept].tolist()


@pytest.mark.parametrize("method", METHODS)
@given(found=rows, truth=st.lists(st.integers(-1, 2), min_size=6, max_size=6))
@settings(max_examples=25, deadline=None)
def test_gold_is_kept(method: str, found: Rows, truth: list[int]) -> None:
    gold = np.array(truth, np.int64)

    made = merge(votes_of(found), method, gold)

    known = gold >= 0
    assert made.answer[known].tolist() == gold[known].tolist()
    assert made.confidence[known] == pytest.approx(1)


@pytest.mark.parametrize("method", METHODS)
def test_what_all_say_is_the_answer(method: str) -> None:
    item, who = np.repeat(np.arange(30), 5), np.tile(np.arange(5), 30)
    votes = of(item, who, item % 3, 30, 5, 3)

    made = merge(votes, method)

    assert made.answer.tolist() == (np.arange(30) % 3).tolist()
    assert all(skill is not None and skill > 0.9 for skill in made.skill)


@pytest.mark.parametrize("method", METHODS)
def test_a_single_annotator_is_believed(method: str) -> None:
    votes = of(np.arange(6), np.zeros(6), np.array([0, 1, 2, 0, 1, 2]), 6, 1, 3)

    made = merge(votes, method)

    if method not in ("dawid_skene", "pooled_dawid_skene"):  # these may collapse, and are not chosen
        assert made.answer.tolist() == votes.answer.tolist()


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("categories", [1, 3])
def test_always_the_same_answer_is_no_trouble(method: str, categories: int) -> None:
    votes = of(np.repeat(np.arange(4), 2), np.tile(np.arange(2), 4), np.zeros(8), 4, 2, categories)

    made = merge(votes, method)

    assert made.answer.tolist() == [0, 0, 0, 0]
    assert made.confidence.min() > 0.5


@pytest.mark.parametrize("method", METHODS)
def test_no_votes_give_no_answers(method: str) -> None:
    assert merge(Votes.of([]), method).answer.tolist() == []
    assert merge(of(np.array([]), np.array([]), np.array([]), 2, 0, 3), method).answer.tolist() == [-1, -1]


@pytest.mark.parametrize("method", [name for name in PLAIN if "pooled" not in name and name != "dawid_skene"])
def test_one_vote_an_item_is_the_answer(method: str) -> None:
    rng = np.random.default_rng(0)
    votes = of(np.arange(50), rng.integers(0, 10, 50), rng.integers(0, 4, 50), 50, 10, 4)

    answer = merge(votes, method).answer

    assert (answer == votes.answer).mean() > 0.9


@pytest.mark.parametrize("method", ["hierarchical_dawid_skene", "one_coin", "glad", "mace", "dawid_skene"])
def test_spammers_are_outvoted_by_fewer_people_who_look(method: str) -> None:
    rng = np.random.default_rng(1)
    truth = rng.integers(0, 2, 150)
    item, who = np.repeat(np.arange(150), 9), np.tile(np.arange(9), 150)
    looks = (who < 4) & (rng.random(len(who)) < 0.92)
    answer = np.where(looks, truth[item], np.where(who < 4, 1 - truth[item], rng.integers(0, 2, len(who))))
    votes = of(item, who, answer, 150, 9, 2)

    made = merge(votes, method)

    majority = merge(votes, "majority")
    assert (made.answer == truth).mean() > (majority.answer == truth).mean() + 0.05
    skills = [skill for skill in made.skill if skill is not None]
    assert min(skills[:4]) > max(skills[4:]) + 0.2


def test_majority_gives_the_share_and_breaks_ties_by_the_order_of_categories() -> None:
    votes = Votes.of(
        [("a", "1", "x"), ("a", "2", "x"), ("a", "3", "y"), ("b", "1", "y"), ("b", "2", "x")], ["x", "y"]
    )

    made = aggregate(votes, "majority")

    assert made.answer.tolist() == [0, 0]
    assert made.confidence.tolist() == pytest.approx([2 / 3, 1 / 2])
    assert made.posterior.of_item(0, votes.categories) == pytest.approx({"x": 2 / 3, "y": 1 / 3})


def test_one_step_of_dawid_and_skene_is_that_of_the_paper() -> None:
    votes = Votes.of(
        [
            ("a", "1", "x"),
            ("a", "2", "x"),
            ("b", "1", "x"),
            ("b", "2", "y"),
            ("c", "1", "y"),
            ("c", "2", "y"),
        ],
        ["x", "y"],
    )

    made = fit(votes, replace(HIERARCHICAL, own=1e-9, categories=0, pooled=False, left_out=False, steps=1))

    # Shares of x: 1, 1/2, 0. The first says x of x in (1 + 1/2) of 3/2 and x of y in 1/2 of 3/2; the second
    # x of x in 1 of 3/2 and y of y in all. Item b: x has 1 × 1/3 and y 1/3 × 1, with even shares of both.
    assert made.confusion is not None
    assert made.confusion[0].tolist() == [pytest.approx([1, 0], abs=1e-6), pytest.approx([1 / 3, 2 / 3])]
    assert made.confusion[1].tolist() == [pytest.approx([2 / 3, 1 / 3]), pytest.approx([0, 1], abs=1e-6)]
    assert made.posterior.table[1] == pytest.approx([0.5, 0.5])


def test_crowdlab_by_hand() -> None:
    votes = Votes.of(
        [
            ("a", "1", "x"),
            ("a", "2", "x"),
            ("b", "1", "y"),
            ("b", "2", "x"),
            ("c", "1", "y"),
            ("c", "2", "y"),
        ],
        ["x", "y"],
    )
    model = np.array([[0.8, 0.2], [0.3, 0.7], [0.1, 0.9]])

    made = aggregate(votes, "crowdlab", probabilities=model)

    # Consensus x, y (the model breaks the tie), y. Answers are with it in (1 + 1/2 + 1) / 3 = 5/6; always
    # saying y is right in 2/3. Each agrees with the other in 2/3: weight 1 - (1/3) / (1/3) = 0. The model
    # agrees always: weight √2. So the model alone speaks.
    assert made.parameters["weight"] == pytest.approx([0, 0], abs=1e-5)
    assert made.parameters["model_weight"] == pytest.approx([2**0.5])
    assert made.posterior.table == pytest.approx(model, abs=1e-4)


def test_many_categories_give_the_same_with_and_without_full_matrices() -> None:
    votes, truth = simulated(items=300, people=20, each=5, categories=5)
    many = replace(votes, categories=tuple(map(str, range(1000))))

    few, sparse = aggregate(votes, "hierarchical_dawid_skene"), aggregate(many, "hierarchical_dawid_skene")

    assert few.confusion is not None
    assert sparse.confusion is None
    assert (few.answer == truth).mean() > 0.95
    assert (few.answer == sparse.answer).mean() > 0.98


@pytest.mark.parametrize("method", PLAIN)
def test_a_thousand_categories(method: str) -> None:
    votes, truth = simulated(items=2000, people=50, each=4, categories=1000, seed=3)

    made = aggregate(votes, method)

    least = 0.6 if method == "dawid_skene" else 0.9
    assert (made.answer == truth).mean() > least
    assert len(made.posterior.item) < 4 * 2000 + 1


@pytest.mark.parametrize("method", FAMILY)
def test_results_say_how_they_ended(method: str) -> None:
    made = aggregate(simulated().votes, method)

    assert made.method == method
    assert made.converged
    assert 1 <= made.iterations <= 100
    assert made.confusion is not None
    assert made.confusion.sum(axis=2) == pytest.approx(1, abs=1e-6)


def test_hierarchical_dawid_skene_does_not_collapse_at_one_or_two_votes() -> None:
    for each in (1, 2):
        crowd = simulated(items=400, people=60, each=each, categories=4, skill=(7, 3), seed=each)

        plain = crowd.right(aggregate(crowd.votes, "majority").answer)

        assert crowd.right(aggregate(crowd.votes, "hierarchical_dawid_skene").answer) > plain - 0.02


def test_bluebirds_are_recognized_as_well_as_dawid_and_skene_can() -> None:
    crowd = real("bluebirds")

    assert crowd.right(aggregate(crowd.votes, "majority").answer) == pytest.approx(0.759, abs=1e-3)
    assert crowd.right(aggregate(crowd.votes, "hierarchical_dawid_skene").answer) >= 0.898
    assert crowd.right(aggregate(crowd.votes, "dawid_skene").answer) >= 0.888


def test_what_does_not_fit_is_refused() -> None:
    votes = simulated(items=5, each=2).votes

    with pytest.raises(UnknownName, match="method of consensus"):
        aggregate(votes, "vote")
    with pytest.raises(InvalidInput, match="Gold has 2 rows"):
        aggregate(votes, "majority", gold=np.array([0, 1]))
    with pytest.raises(InvalidInput, match="category that the votes do not have"):
        aggregate(votes, "majority", gold=np.full(5, 7))
    with pytest.raises(InvalidInput, match="there are none"):
        aggregate(votes, "crowdlab")
    with pytest.raises(InvalidInput, match="sum to 1"):
        aggregate(votes, "crowdlab", probabilities=np.ones((5, 3)))
    with pytest.raises(InvalidInput, match="the votes need"):
        aggregate(votes, "crowdlab", probabilities=np.ones((5, 2)) / 2)
