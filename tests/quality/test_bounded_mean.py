"""Running bounds on means: every order of small populations counted, with and without guesses."""

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labelwright.core.errors import InvalidInput
from labelwright.quality.bounded_mean import BoundedMean

POPULATIONS = [
    [0, 0, 0, 0.5, 1],
    [0, 0, 0, 0, 0.2],
    [1, 1, 0.8, 0.5, 0],
    [0, 0, 0, 0, 1],
]
GUESSES = [None, [0, 0.1, 0.2, 0.6, 0.9], [1, 0.9, 0.8, 0, 0]]


@pytest.mark.parametrize("values", POPULATIONS)
@pytest.mark.parametrize("guesses", GUESSES, ids=["plain", "good guesses", "bad guesses"])
@pytest.mark.parametrize("alpha", [0.2, 0.5])
def test_every_order_counted_no_bound_ever_fails_more_than_it_may(values, guesses, alpha):
    truth, failing, orders = float(np.mean(values)), np.zeros(2), 0
    for order in permutations(range(len(values))):
        orders += 1
        mean = BoundedMean(5, alpha, 0.25, None if guesses is None else float(np.mean(guesses)))
        for place in order:
            mean.add(values[place], None if guesses is None else guesses[place])
        failing += (mean.upper < truth - 1e-9, mean.lower > truth + 1e-9)

    assert (failing / orders <= alpha + 1e-12).all()


def test_good_guesses_sharpen_the_bound_and_bad_ones_hardly_loosen_it():
    rng = np.random.default_rng(3)
    values = (rng.random(4000) < 0.1).astype(float)
    good = np.where(values > 0, 0.9, 0.02)
    bad = rng.random(4000)
    widths = []
    for guesses in (None, good, bad):
        mean = BoundedMean(4000, 0.025, None, None if guesses is None else float(guesses.mean()))
        for place in range(500):
            mean.add(values[place], None if guesses is None else float(guesses[place]))
        widths.append(mean.upper - mean.lower)

    assert widths[1] < 0.85 * widths[0]
    assert widths[2] < 1.2 * widths[0]


def test_so_many_clean_values_prove_a_mean_as_prove_a_share():
    mean = BoundedMean(10_000_000, 0.05, 0.05)
    while mean.upper > 0.05:
        mean.add(0)

    assert mean.audited == 59


@settings(max_examples=30, deadline=None)
@given(st.lists(st.floats(0, 1), min_size=1, max_size=30), st.integers(0, 300))
def test_bounds_only_tighten_and_hold_the_estimate_in_the_end(values: list[float], extra: int):
    mean = BoundedMean(len(values) + extra, 0.05)
    before = (1.0, 0.0)
    for value in values:
        mean.add(value)

        assert mean.upper <= before[0]
        assert mean.lower >= before[1]
        before = (mean.upper, mean.lower)
    assert mean.estimate == pytest.approx(np.mean(values))


def test_a_forecast_without_errors_is_near_what_comes():
    mean = BoundedMean(100_000, 0.05, 0.05)
    for _ in range(20):
        mean.add(0)

    assert mean.needed(clean=True) == pytest.approx(39, abs=1)


@pytest.mark.parametrize(
    "call",
    [
        lambda: BoundedMean(0),
        lambda: BoundedMean(5, 0.9),
        lambda: BoundedMean(5, claim=2),
        lambda: BoundedMean(5).add(1.5),
        lambda: BoundedMean(5).add(0.5, 0.5),
        lambda: BoundedMean(5, guess_mean=0.5).add(0.5),
    ],
)
def test_what_cannot_be_is_refused(call):
    with pytest.raises(InvalidInput):
        call()
