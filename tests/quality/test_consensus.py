"""The front door of merging: an answer, how sure it is and what that means, and why it came out so."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labelwright.core.errors import InvalidInput, UnknownName
from labelwright.quality.aggregation import METHODS
from labelwright.quality.consensus import consensus
from labelwright.quality.votes import Votes
from tests.quality.crowds import Crowd, real, simulated

rows = st.lists(
    st.tuples(st.sampled_from("abcd"), st.sampled_from("1234"), st.sampled_from("xyz")), max_size=16
)


def some_gold(crowd: Crowd, count: int, seed: int = 0) -> dict[str, str]:
    chosen = np.random.default_rng(seed).permutation(len(crowd.truth))[:count].tolist()
    return {crowd.votes.items[at]: crowd.votes.categories[crowd.truth[at]] for at in chosen}


@given(found=rows)
@settings(max_examples=40, deadline=None)
def test_any_votes_have_a_consensus_that_says_what_it_is(found: list[tuple[str, str, str]]) -> None:
    made = consensus(Votes.of(found))

    assert set(made.answers()) == {item for item, _, _ in found}
    assert all(0 < sure <= 1 for _, sure in made.answers().values())
    assert not made.calibrated
    assert "not a" in made.meaning
    assert made.why


@given(found=rows.filter(bool))
@settings(max_examples=20, deadline=None)
def test_unanimous_answers_win(found: list[tuple[str, str, str]]) -> None:
    same = [(item, who, "x" if item < "c" else "y") for item, who, _ in found]

    made = consensus(Votes.of(same))

    assert {item: answer for item, (answer, _) in made.answers().items()} == {i: a for i, _, a in same}


def test_gold_is_kept_even_where_nobody_said_it() -> None:
    votes = Votes.of([("a", "1", "x"), ("a", "2", "x"), ("b", "1", "y")])

    made = consensus(votes, {"a": "new", "elsewhere": "z"})

    assert made.answers()["a"] == ("new", 1.0)
    assert made.votes.categories == ("x", "y", "new")
    assert "1 references, 20 are needed" in made.meaning


def test_with_references_confidence_is_a_probability() -> None:
    crowd = simulated(items=1000, people=40, each=3, categories=3, skill=(4, 3))
    gold = some_gold(crowd, 60)

    made = consensus(crowd.votes, gold)

    rest = np.array([item not in gold for item in crowd.votes.items])
    share = (made.answer == crowd.truth)[rest].mean()
    assert made.calibrated
    assert made.error is not None
    assert "60 references" in made.meaning
    assert abs(made.confidence[rest].mean() - share) < 0.1
    assert (made.confidence[~rest] == 1).all()


@pytest.mark.parametrize("method", [name for name in METHODS if name != "crowdlab"])
def test_a_method_can_be_asked_for_and_is_never_raw(method: str) -> None:
    votes = simulated(items=60).votes

    made = consensus(votes, method=method)

    assert made.method == method
    assert "asked for" in made.why
    assert not made.calibrated
    if "majority" not in method:
        raw = made.aggregate.confidence
        assert (made.confidence <= raw + 1e-9).all()
        assert made.confidence.mean() < raw.mean()


def test_a_model_joins_in() -> None:
    crowd = simulated(items=300, people=30, each=2, categories=4, skill=(3, 2))
    rng = np.random.default_rng(5)
    model = rng.dirichlet(np.ones(4), 300) * 0.3
    model[np.arange(300), crowd.truth] += 0.7

    made = consensus(crowd.votes, probabilities=model, method="crowdlab")

    assert crowd.right(made.answer) > crowd.right(consensus(crowd.votes, method="majority").answer) + 0.1
    assert consensus(crowd.votes, some_gold(crowd, 50), model).method == "crowdlab"


def test_the_distribution_of_votes_stays_readable() -> None:
    made = consensus(Votes.of([("a", "1", "x"), ("a", "2", "y"), ("a", "3", "y"), ("b", "1", "x")]))

    assert made.distribution(0) == {"y": 2, "x": 1}
    assert list(made.distribution(0)) == ["y", "x"]


def test_the_same_votes_give_the_same_result() -> None:
    votes = simulated(items=100).votes

    one, other = consensus(votes), consensus(votes)

    assert one.answers() == other.answers()
    assert one.choice == other.choice


def test_ducks_and_bluebirds() -> None:
    ducks, birds = real("ducks"), real("bluebirds")

    assert ducks.right(consensus(ducks.votes).answer) >= 0.688
    assert birds.right(consensus(birds.votes).answer) >= 0.898


def test_what_makes_no_sense_is_refused() -> None:
    votes = Votes.of([("a", "1", "x")])

    with pytest.raises(UnknownName, match="method of consensus"):
        consensus(votes, method="vote")
    with pytest.raises(InvalidInput, match="None of the references"):
        consensus(votes, {"b": "x"})
