"""Bootstrap intervals: what they cover, when there are none, and that draws are what they say."""

import numpy as np
import pytest

from labelwright.quality.agreement import (
    alpha_statistic,
    cohen_statistic,
    fleiss_statistic,
    gwet_statistic,
    percent_statistic,
)
from labelwright.quality.bootstrap import Resamples, bootstrap, interval
from labelwright.quality.statistic import Statistic
from labelwright.quality.votes import Votes


def mean_of(values):
    columns = np.column_stack([values, np.ones(len(values))])
    return Statistic.of_columns(columns, lambda totals: totals[:, 0] / totals[:, 1])


def some_votes(items=40, k=3, seed=2):
    chance = np.random.default_rng(seed)
    truth = chance.integers(0, k, items)
    return Votes.of(
        [
            (f"i{item}", f"p{who}", str(truth[item] if chance.random() < 0.7 else chance.integers(k)))
            for item in range(items)
            for who in range(4)
            if who < 2 or chance.random() < 0.6
        ],
        [str(n) for n in range(k)],
    )


@pytest.mark.parametrize("method", ["percentile", "basic", "bca"])
def test_the_interval_of_a_mean_is_the_textbooks(method) -> None:
    values = np.random.default_rng(0).normal(10, 2, 400)

    found = bootstrap(mean_of(values), np.random.default_rng(1), resamples=4000, method=method)

    assert (found.n, found.level, found.resamples, found.method) == (400, 0.95, 4000, method)
    assert found.estimate == pytest.approx(values.mean())
    half = 1.96 * values.std() / 20
    assert (found.low, found.high) == pytest.approx((values.mean() - half, values.mean() + half), abs=0.02)


def test_the_interval_holds_the_truth_as_often_as_it_says() -> None:
    chance = np.random.default_rng(4)
    held = 0
    for _ in range(200):
        found = bootstrap(mean_of(chance.normal(size=60)), chance, resamples=300)
        held += found.low <= 0 <= found.high

    assert 0.88 <= held / 200 <= 0.99


@pytest.mark.parametrize(
    "statistic",
    [
        percent_statistic,
        fleiss_statistic,
        gwet_statistic,
        lambda votes: gwet_statistic(votes, "quadratic"),
        lambda votes: cohen_statistic(votes, "p0", "p1"),
        *(lambda votes, level=level: alpha_statistic(votes, level) for level in ("nominal", "ordinal")),
        *(lambda votes, level=level: alpha_statistic(votes, level) for level in ("interval", "ratio")),
    ],
)
@pytest.mark.parametrize("k", [3, 40])  # few sums, and many, which are multiplied another way
def test_a_draw_has_the_value_of_a_table_in_which_its_items_stand_so_often(statistic, k) -> None:
    votes = some_votes(k=k)
    resamples = Resamples.drawn(np.random.default_rng(9), len(votes.items), 20)

    values = resamples.values(statistic(votes))

    rows = list(votes.rows())
    for draw in range(20):
        counts = dict(zip(votes.items, resamples.counts[:, draw].tolist(), strict=True))
        again = Votes.of(
            [(f"{item} {copy}", who, a) for item, who, a in rows for copy in range(counts[item])],
            votes.categories,
        )
        assert values[draw] == pytest.approx(statistic(again).value, abs=1e-9)


def test_a_slice_has_the_value_of_its_items_alone() -> None:
    votes = some_votes()
    chosen = np.arange(len(votes.items)) % 3 == 0

    part = alpha_statistic(votes).only(chosen)

    assert part.n == chosen.sum()
    assert part.value == pytest.approx(alpha_statistic(votes.where(chosen[votes.item])).value)


def test_the_same_generator_gives_the_same_interval() -> None:
    statistic = alpha_statistic(some_votes())

    one, other = (bootstrap(statistic, np.random.default_rng(3)) for _ in range(2))

    assert one == other
    assert one.low < one.estimate < one.high


def test_there_is_no_interval_where_there_is_nothing_to_draw() -> None:
    nothing = bootstrap(alpha_statistic(Votes.of([])), np.random.default_rng(0))
    single = bootstrap(mean_of(np.array([3.0])), np.random.default_rng(0))
    same = Votes.of([(item, who, "x") for item in "abc" for who in ("Ann", "Bo")])
    rare = bootstrap(
        alpha_statistic(Votes.of([*same.rows(), ("d", "Ann", "y"), ("d", "Bo", "x")])),
        np.random.default_rng(0),
    )

    assert (nothing.estimate, nothing.low, nothing.n) == (None, None, 0)
    assert (single.estimate, single.low, single.high, single.n) == (3.0, None, None, 1)
    assert bootstrap(alpha_statistic(same), np.random.default_rng(0)).estimate is None
    assert rare.estimate is not None  # a third of the draws miss the only other answer
    assert (rare.low, rare.high) == (None, None)


def test_statistics_may_share_draws() -> None:
    votes = some_votes()
    resamples = Resamples.drawn(np.random.default_rng(3), len(votes.items), 200)

    found = [interval(make(votes), resamples) for make in (alpha_statistic, fleiss_statistic)]

    assert found[0].low == pytest.approx(found[1].low, abs=0.02)
