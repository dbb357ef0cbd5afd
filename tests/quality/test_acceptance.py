"""Acceptance plans against known ones, and Wald's test against its own courses."""

import numpy as np
import pytest

from labelwright.core.errors import InvalidInput
from labelwright.quality.acceptance import WaldTest, acceptance_chance, count_acceptance_chance, smallest_plan


@pytest.mark.parametrize(
    ("good", "bad", "plan"),
    [(0.01, 0.05, (181, 4)), (0.01, 0.03, (521, 9)), (0.02, 0.06, (259, 9)), (0.005, 0.02, (523, 5))],
)
def test_the_smallest_plans_known_for_two_risks_of_five_percent(good, bad, plan):
    size, accept = smallest_plan(good, bad)

    assert (size, accept) == plan
    assert acceptance_chance(size, accept, good) >= 0.95
    assert acceptance_chance(size, accept, bad) <= 0.05
    assert acceptance_chance(size - 1, accept, bad) > 0.05


def test_chances_of_acceptance_by_hand():
    assert acceptance_chance(2, 0, 0.5) == pytest.approx(0.25)
    assert acceptance_chance(2, 0, 0.5, lot=4) == pytest.approx(1 / 6)
    assert count_acceptance_chance(2, 0, 0.5) == pytest.approx(np.exp(-1))
    assert acceptance_chance(80, 2, 0.0) == 1


@pytest.mark.parametrize(
    ("bad", "averages"),
    [(0.05, {0.001: 75, 0.01: 112, 0.05: 79}), (0.03, {0.001: 153, 0.01: 297, 0.03: 230})],
)
def test_one_after_another_needs_far_fewer_and_keeps_both_risks_nearly(bad, averages):
    test = WaldTest(0.01, bad)
    size, _ = smallest_plan(0.01, bad)

    assert test.run(0.01).accepts >= 0.95
    assert test.run(bad).accepts == pytest.approx(0.05, abs=0.002)
    for share, average in averages.items():
        assert test.run(share).average == pytest.approx(average, abs=1.5)
        assert test.run(share).average < 0.65 * size


def test_the_sum_over_courses_is_what_simulated_work_shows():
    rng, test = np.random.default_rng(2), WaldTest(0.02, 0.1)
    judged, accepted = [], 0
    for _ in range(2000):
        once = WaldTest(0.02, 0.1)
        while once.state == "open":
            once.add(bool(rng.random() < 0.05))
        judged.append(once.judged)
        accepted += once.state == "accepted"

    assert np.mean(judged) == pytest.approx(test.run(0.05).average, rel=0.06)
    assert accepted / 2000 == pytest.approx(test.run(0.05).accepts, abs=0.04)


def test_a_decision_stands():
    test = WaldTest(0.01, 0.2)
    for _ in range(4):
        test.add(True)
    judged = test.judged

    test.add(False)

    assert test.state == "refused"
    assert test.judged == judged


@pytest.mark.parametrize(
    "call",
    [
        lambda: smallest_plan(0.05, 0.05),
        lambda: smallest_plan(0.01, 0.011, most=1000),
        lambda: smallest_plan(0.01, 0.05, producer_risk=0),
        lambda: WaldTest(0, 0.1),
        lambda: WaldTest(0.01, 0.1).run(2),
        lambda: acceptance_chance(10, 1, 0.1, lot=5),
    ],
)
def test_what_cannot_be_planned_is_refused(call):
    with pytest.raises(InvalidInput):
        call()
