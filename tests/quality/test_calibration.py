"""Confidence that means what it says."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labelwright.quality.calibration import Kind, calibrate, calibration_error

KINDS: tuple[Kind, ...] = ("slope", "slope and offset", "isotonic")
beliefs = st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=20, max_size=60)


def overconfident(count: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Beliefs with four times the log-odds that they deserve."""
    rng = np.random.default_rng(seed)
    odds = rng.normal(1.0, 0.8, count)
    right = rng.random(count) < 1 / (1 + np.exp(-odds))
    return 1 / (1 + np.exp(-4 * odds)), right


def test_calibration_error_by_hand() -> None:
    confidence = np.array([0.95, 0.95, 0.55, 0.55])
    right = np.array([True, False, True, True])

    # In the upper bin 0.95 is said and 0.5 is so; in the lower 0.55 is said and 1 is so.
    assert calibration_error(confidence, right) == pytest.approx((0.45 + 0.45) / 2)
    assert calibration_error(np.array([1.0, 1.0]), np.array([True, True])) == 0
    assert calibration_error(np.array([]), np.array([], bool)) is None


@pytest.mark.parametrize("kind", KINDS)
def test_fifty_references_make_too_sure_a_belief_honest(kind: Kind) -> None:
    belief, right = overconfident(4000)
    raw = calibration_error(belief, right)
    found: list[float] = []
    for seed in range(20):
        some = np.random.default_rng(seed).permutation(4000)[:50]

        curve = calibrate(belief[some], right[some], kind, among=belief)

        assert curve is not None
        found.append(calibration_error(curve(belief), right) or 0.0)
    assert raw is not None
    assert raw > 0.12
    assert np.mean(found) < 0.07


@pytest.mark.parametrize("kind", KINDS)
@given(pairs=beliefs)
@settings(max_examples=40, deadline=None)
def test_curves_never_fall_and_give_chances(kind: Kind, pairs: list[tuple[float, bool]]) -> None:
    belief, right = np.array([one for one, _ in pairs]), np.array([was for _, was in pairs])

    curve = calibrate(belief, right, kind)

    assert curve is not None
    told = curve(np.linspace(0, 1, 101))
    assert (np.diff(told) >= -1e-12).all()
    assert (told > 0).all()
    assert (told < 1).all()


def test_isotonic_shares_by_hand() -> None:
    belief = np.repeat([0.2, 0.8], 12)
    right = np.array([True] * 3 + [False] * 9 + [True] * 11 + [False])

    curve = calibrate(belief, right)

    # All references are right in (14 + 1/2) / 25 = 0.58, and each half is drawn towards that by two of them.
    assert curve is not None
    assert curve(np.array([0.1, 0.2, 0.9])) == pytest.approx([4.16 / 14, 4.16 / 14, 12.16 / 14])
    assert curve.words == "a probability, calibrated on 24 references (isotonic)"


def test_few_references_calibrate_nothing() -> None:
    belief, right = overconfident(19)

    assert calibrate(belief, right) is None
