"""Bounds for audits of fixed size: published values, scipy's, and every outcome counted."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom, binomtest, hypergeom

from labelwright.core.errors import InvalidInput
from labelwright.quality.bounds import (
    clopper_pearson,
    clopper_pearson_lower,
    clopper_pearson_upper,
    hypergeometric,
    hypergeometric_lower,
    hypergeometric_upper,
    whole_share,
    wilson,
    zero_error_size,
)

COUNTS = st.integers(1, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@given(COUNTS, st.sampled_from([0.8, 0.9, 0.95, 0.99]))
def test_the_two_sided_intervals_are_those_of_scipy(counts: tuple[int, int], confidence: float):
    errors, audited = counts
    exact = binomtest(errors, audited).proportion_ci(confidence, "exact")
    score = binomtest(errors, audited).proportion_ci(confidence, "wilson")

    ours, display = clopper_pearson(errors, audited, confidence), wilson(errors, audited, confidence)

    assert ours is not None
    assert display is not None
    assert (ours.lower, ours.upper) == pytest.approx((exact.low, exact.high), abs=1e-9)
    assert (display.lower, display.upper) == pytest.approx((score.low, score.high), abs=1e-9)


def test_nothing_audited_has_no_bound():
    assert clopper_pearson(0, 0) is None
    assert clopper_pearson_upper(0, 0) is None
    assert clopper_pearson_lower(0, 0) is None
    assert hypergeometric(0, 0, 10) is None
    assert wilson(0, 0) is None
    assert hypergeometric_upper(0, 0, 10) == 10


def test_without_an_error_the_bound_is_the_root_of_what_may_fail():
    assert clopper_pearson_upper(0, 59) == pytest.approx(1 - 0.05 ** (1 / 59))
    assert clopper_pearson_lower(59, 59) == pytest.approx(0.05 ** (1 / 59))


@pytest.mark.parametrize(("below", "size"), [(0.05, 59), (0.02, 149), (0.01, 299), (0.005, 598)])
def test_the_fewest_clean_audits_of_the_literature(below: float, size: int):
    assert zero_error_size(below) == size
    assert (1 - below) ** size <= 0.05 < (1 - below) ** (size - 1)


@given(st.integers(1, 3000), st.floats(0, 0.9))
def test_the_fewest_clean_audits_of_a_population_are_the_fewest(population: int, below: float):
    size = zero_error_size(below, 0.95, population)
    wrong = whole_share(below, population) + 1

    assert hypergeom.pmf(0, population, wrong, size) <= 0.05 + 1e-9
    assert size == 1 or hypergeom.pmf(0, population, wrong, size - 1) > 0.05 - 1e-9
    assert below < 0.001 or size <= zero_error_size(below)


def test_a_share_of_whole_units_is_not_lost_to_rounding():
    assert whole_share(0.07, 100) == 7
    assert whole_share(0.29, 100) == 29
    assert whole_share(0.0299, 100) == 2
    assert whole_share(1, 10_000_000) == 10_000_000


@pytest.mark.parametrize("population", [1, 7, 20])
@pytest.mark.parametrize("alpha", [0.05, 0.2])
def test_every_outcome_counted_the_hypergeometric_bounds_fail_no_more_than_they_may(
    population: int, alpha: float
):
    for audited in range(1, population + 1):
        for wrong in range(population + 1):
            chances = [(k, hypergeom.pmf(k, population, wrong, audited)) for k in range(audited + 1)]
            possible = [(k, float(p)) for k, p in chances if p > 0]
            below = sum(
                p for k, p in possible if hypergeometric_upper(k, audited, population, 1 - alpha) < wrong
            )
            above = sum(
                p for k, p in possible if hypergeometric_lower(k, audited, population, 1 - alpha) > wrong
            )

            assert below <= alpha + 1e-12
            assert above <= alpha + 1e-12


def test_every_outcome_counted_clopper_pearson_fails_no_more_than_it_may():
    for share in (0.003, 0.05, 0.31, 0.5):
        for audited in (5, 59, 120):
            uppers = [clopper_pearson_upper(k, audited) or 0 for k in range(audited + 1)]
            failing = sum(
                float(binom.pmf(k, audited, share)) for k in range(audited + 1) if uppers[k] < share
            )

            assert failing <= 0.05 + 1e-12


def test_a_finite_population_is_never_bounded_worse_and_all_of_it_is_known():
    assert hypergeometric_upper(3, 50, 50) == hypergeometric_lower(3, 50, 50) == 3
    for errors in range(6):
        endless = clopper_pearson_upper(errors, 100)
        assert endless is not None
        assert hypergeometric_upper(errors, 100, 400) / 400 <= endless


@pytest.mark.parametrize(
    "call",
    [
        lambda: clopper_pearson(5, 4),
        lambda: clopper_pearson(1, 4, 1.0),
        lambda: hypergeometric_upper(0, 11, 10),
        lambda: zero_error_size(0.0),
        lambda: zero_error_size(-0.1),
        lambda: zero_error_size(0.1, population=0),
    ],
)
def test_counts_and_levels_that_cannot_be_are_refused(call):
    with pytest.raises(InvalidInput):
        call()
