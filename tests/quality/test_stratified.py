"""Strata: every division and course counted, the search against trying all, and what good guesses win."""

from itertools import product
from math import comb, inf

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labelwright.core.errors import InvalidInput
from labelwright.quality.bounds import clopper_pearson
from labelwright.quality.confidence_sequence import log_chance
from labelwright.quality.strata import fewest_for_width, neyman_shares, strata_of, stratified_interval
from labelwright.quality.stratified import StratifiedShare, _most


@pytest.mark.parametrize("guesses", [(0.02, 0.3), (0.6, 0.01)], ids=["good", "misleading"])
@pytest.mark.parametrize("alpha", [0.1, 0.4])
def test_every_course_counted_no_bound_ever_fails_more_than_it_may(guesses, alpha):
    sizes, turns = (4, 3), (0, 1, 0, 1, 1, 0, 0)
    failing: dict[tuple[int, int], np.ndarray] = {}
    for first in product([False, True], repeat=4):
        for second in product([False, True], repeat=3):
            share = StratifiedShare(sizes, guesses, alpha)
            left = (iter(first), iter(second))
            for stratum in turns:
                share.add(stratum, next(left[stratum]))
            division = (sum(first), sum(second))
            wrong = sum(division)
            failed = np.array((share.upper_count < wrong, share.lower_count > wrong), dtype=float)
            failing[division] = failing.get(division, np.zeros(2)) + failed

    for (first_wrong, second_wrong), count in failing.items():
        assert (count / (comb(4, first_wrong) * comb(3, second_wrong)) <= alpha + 1e-12).all()


STRATUM = st.integers(1, 12).flatmap(
    lambda size: st.integers(0, size).flatmap(
        lambda n: st.tuples(st.just(size), st.integers(0, n)).map(
            lambda pair: (pair[0], pair[1], n - pair[1])
        )
    )
)


@settings(max_examples=60, deadline=None)
@given(st.lists(STRATUM, min_size=1, max_size=3), st.floats(-9, -0.01))
def test_the_most_errors_not_rejected_are_those_of_trying_all_divisions(strata, depth):
    sizes, wrong, right = zip(*strata, strict=True)
    best: dict[int, float] = {}
    for division in product(*(range(size + 1) for size in sizes)):
        chance = sum(
            log_chance(count, size, e, e + c) for count, (size, e, c) in zip(division, strata, strict=True)
        )
        best[sum(division)] = max(best.get(sum(division), -inf), chance)
    threshold = max(best.values()) + depth
    true = max(count for count, chance in best.items() if chance > threshold)

    assert true <= _most(sizes, wrong, right, threshold) <= true + len(sizes)


def test_scores_that_find_the_errors_save_audits_and_the_running_bound_holds():
    rng = np.random.default_rng(4)
    rates, sizes = (0.003, 0.05, 0.5), (8000, 1500, 500)
    strata = [
        rng.permutation(round(size * rate) > np.arange(size)) for size, rate in zip(sizes, rates, strict=True)
    ]
    truth = sum(int(stratum.sum()) for stratum in strata)
    taken = [round(500 * share) for share in neyman_shares(sizes, rates)]
    running = StratifiedShare(sizes, rates, 0.025)
    for stratum, drawn in enumerate(taken):
        for verdict in strata[stratum][:drawn]:
            running.add(stratum, bool(verdict))

    sharp = stratified_interval(sizes, taken, [int(s[:n].sum()) for s, n in zip(strata, taken, strict=True)])
    simple = clopper_pearson(round(500 * truth / 10_000), 500)
    assert sharp is not None
    assert simple is not None
    assert sharp.lower <= truth / 10_000 <= sharp.upper
    assert sharp.width < 0.8 * simple.width
    assert running.lower_count <= truth <= running.upper_count


def test_a_stratum_nobody_audited_leaves_the_estimate_open_and_all_of_it_possible():
    share = StratifiedShare([10, 5], [0.1, 0.1])
    for _ in range(10):
        share.add(0, False)

    assert share.estimate is None
    assert share.upper_count == 5


def test_neyman_gives_more_to_strata_that_are_large_or_uncertain():
    shares = neyman_shares([1000, 1000, 100], [0.01, 0.25, 0.25])

    assert sum(shares) == pytest.approx(1)
    assert shares[1] > shares[0] > 0
    assert shares[1] == pytest.approx(10 * shares[2])
    assert shares[1] / shares[0] == pytest.approx((0.25 * 0.75 / (0.01 * 0.99)) ** 0.5)


@given(st.lists(st.floats(0, 1), max_size=60), st.integers(1, 8))
def test_strata_follow_the_scores_and_keep_equal_ones_together(scores: list[float], count: int):
    strata = strata_of(scores, count)

    assert sorted(set(strata)) == list(range(len(set(strata))))
    assert len(set(strata)) <= count
    for one, a in zip(scores, strata, strict=True):
        for other, b in zip(scores, strata, strict=True):
            assert one > other or a <= b


def test_one_stratum_of_fixed_size_is_near_clopper_pearson():
    interval = stratified_interval([100_000], [500], [25])

    assert interval is not None
    assert (interval.lower, interval.upper) == pytest.approx((0.0326, 0.0729), abs=0.001)
    assert stratified_interval([10, 10], [5, 0], [0, 0]) is None


def test_planning_a_width_is_the_normal_formula():
    assert fewest_for_width(0.1, 0.5) == 385


def test_strata_that_cannot_be_are_refused():
    for call in (
        lambda: StratifiedShare([1, 2], [0.1]),
        lambda: StratifiedShare([3], [1.5]),
        lambda: StratifiedShare([3], [0.5]).add(1, False),
        lambda: strata_of([0.5, 2.0]),
        lambda: neyman_shares([], []),
    ):
        with pytest.raises(InvalidInput):
            call()
    full = StratifiedShare([1], [0.5])
    full.add(0, True)
    with pytest.raises(InvalidInput, match="already"):
        full.add(0, True)
