"""Which method is chosen, and why: skill is believed where it helps, and not where people err together."""

import numpy as np
import pytest

from labelwright.quality.aggregation import aggregate
from labelwright.quality.choosing import CANDIDATES, MOST_VOTES, choose, sample
from labelwright.quality.dependence import dependence
from labelwright.quality.held_out import foretold
from labelwright.quality.identity import identity
from labelwright.quality.votes import Votes
from tests.quality.crowds import Crowd, of, real, simulated


def rng() -> np.random.Generator:
    return np.random.default_rng(0)


def mistaken(items: int = 240, people: int = 30) -> Crowd:
    """A fifth of the items look like the other category to most people; a few know better."""
    chance = rng()
    kind = np.arange(items) % 5  # 0: looks like the other category
    truth = np.where(kind < 3, 0, 1)
    item, who = np.repeat(np.arange(items), people), np.tile(np.arange(people), items)
    knows = who < 8
    says = np.where((kind[item] == 0) & ~knows, chance.random(len(item)) < 0.75, truth[item])
    slip = chance.random(len(item)) < 0.1
    return Crowd(of(item, who, np.where(slip, 1 - says, says), items, people, 2), truth)


def test_people_of_different_skill_are_told_apart_and_a_method_that_knows_them_is_chosen() -> None:
    crowd = simulated(items=300, each=5, categories=2, skill=(2, 1.2))

    choice = choose(crowd.votes, rng())

    plain = crowd.right(aggregate(crowd.votes, "majority").answer)
    assert choice.method != "majority"
    assert choice.basis == "held-out answers"
    assert crowd.right(aggregate(crowd.votes, choice.method).answer) > plain + 0.03
    assert {score.method for score in choice.scores} == set(CANDIDATES)
    assert choice.score("majority").behind > 0  # type: ignore[union-attr]


def test_shared_mistakes_are_noticed_and_the_majority_decides() -> None:
    crowd = mistaken()

    choice = choose(crowd.votes, rng())

    assert choice.method == "majority"
    assert choice.basis == "dependence"
    assert "err together" in choice.why


def test_nobody_who_errs_alone_is_said_to_err_with_others() -> None:
    for seed in range(5):
        found = dependence(simulated(items=200, categories=3, seed=seed).votes, rng())

        assert found is not None
        assert not found.together
        assert abs(found.excess) < 0.05


def test_ducks_are_left_to_the_majority() -> None:
    crowd = real("ducks")

    choice = choose(crowd.votes, rng())

    assert crowd.right(aggregate(crowd.votes, choice.method).answer) >= 0.688
    assert choice.dependence is not None
    assert choice.dependence.excess > 0.1
    assert choice.dependence.shift > 0.2
    assert crowd.right(aggregate(crowd.votes, "dawid_skene").answer) < 0.61


def test_bluebirds_are_left_to_those_who_know_birds() -> None:
    crowd = real("bluebirds")

    choice = choose(crowd.votes, rng())

    assert crowd.right(aggregate(crowd.votes, choice.method).answer) >= 0.898


def test_references_overrule_the_votes() -> None:
    crowd = mistaken()
    model = np.full((240, 2), 0.02)
    model[np.arange(240), crowd.truth] = 0.98
    gold = np.where(np.arange(240) < 60, crowd.truth, -1)

    without = choose(crowd.votes, rng(), probabilities=model)
    choice = choose(crowd.votes, rng(), gold=gold, probabilities=model)

    assert (without.method, without.basis) == ("majority", "dependence")
    assert (choice.method, choice.basis, choice.gold) == ("crowdlab", "gold", 60)
    assert "of 60 references right" in choice.why


def test_a_few_references_overrule_nothing() -> None:
    crowd = mistaken()
    model = np.full((240, 2), 0.02)
    model[np.arange(240), crowd.truth] = 0.98
    gold = np.where(np.arange(240) < 15, crowd.truth, -1)

    assert choose(crowd.votes, rng(), gold=gold, probabilities=model).method == "majority"


def test_one_vote_an_item_tells_nothing_of_anybody() -> None:
    votes = of(np.arange(20), np.arange(20) % 4, np.arange(20) % 3, 20, 4, 3)

    choice = choose(votes, rng())

    assert choice.method == "majority"
    assert "nothing tells" in choice.why


@pytest.mark.parametrize("rows", [[], [("a", "1", "x")], [("a", "1", "x"), ("a", "2", "x")]])
def test_next_to_nothing_is_merged_by_majority(rows: list[tuple[str, str, str]]) -> None:
    assert choose(Votes.of(rows), rng()).method == "majority"


def test_the_same_votes_and_generator_choose_the_same() -> None:
    votes = simulated(items=80).votes

    assert choose(votes, rng()) == choose(votes, rng())


def test_a_large_table_is_judged_by_a_sample_of_whole_items() -> None:
    votes = simulated(items=20_000, people=30, each=4).votes

    some, kept = sample(votes, rng())

    assert len(some) <= MOST_VOTES
    assert len(some.items) == len(kept)
    assert set(np.bincount(some.item).tolist()) == {4}
    assert some.items[0] == votes.items[kept[0]]


def test_held_out_answers_are_foretold_better_by_who_knows_the_truth() -> None:
    votes = simulated(items=300, each=6, categories=4, skill=(9, 1)).votes

    told = foretold(votes, ["majority", "hierarchical_dawid_skene"], rng())

    chance = np.log(1 / 4)
    assert all(found.mean > chance + 0.3 for found in told.values())
    assert len(told["majority"].logs) == len(votes)


def test_a_thousand_categories_can_be_chosen_for() -> None:
    votes = simulated(items=500, people=30, each=3, categories=1000).votes

    choice = choose(votes, rng())

    assert choice.dependence is None
    assert choice.method in CANDIDATES


def test_ids_that_were_shuffled_are_noticed() -> None:
    votes = simulated(items=400, people=20, each=6, categories=2, skill=(3, 1)).votes
    order = np.lexsort((rng().random(len(votes)), votes.item))
    shuffled = of(votes.item, votes.annotator, votes.answer[order], 400, 20, 2)

    true, false = identity(votes), identity(shuffled)

    assert true is not None
    assert false is not None
    assert true.dispersion > 3
    assert not true.doubtful
    assert false.dispersion < 1.8
    assert false.doubtful
    assert "check where they come from" in false.words


def test_too_few_people_say_nothing_of_their_ids() -> None:
    assert identity(simulated(items=50, people=5, each=3).votes) is None
    assert identity(Votes.of([])) is None
