"""How often gold comes: the share that was asked for, and the pause between two."""

import random
from itertools import pairwise

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from labelwright.core.gold import MOST_GOLD, GoldPlan

TASKS = 20_000


def played(plan: GoldPlan, rate: float, seed: int) -> list[bool]:
    """Which of many tasks in a row are gold."""
    drawn, works, found = random.Random(seed), None, list[bool]()
    for _ in range(TASKS):
        is_gold = drawn.random() < plan.chance(rate, works)
        works = 0 if is_gold else None if works is None else works + 1
        found.append(is_gold)
    return found


@given(
    st.floats(0.01, MOST_GOLD), st.integers(0, 30), st.integers(0, 2**32)
)  # every example plays 20,000 tasks
def test_in_the_long_run_the_share_is_the_rate_or_as_much_as_the_pause_allows(
    rate: float, pause: int, seed: int
) -> None:
    found = played(GoldPlan(rate=rate, every_at_least=pause), rate, seed)

    share = min(rate, 1 / (pause + 1))
    # Pauses only make the count steadier than that of a Binomial, whose deviation this is five times; one
    # more for the last round, which is not over.
    assert abs(sum(found) - share * TASKS) <= 5 * (TASKS * share * (1 - share)) ** 0.5 + 1


@given(st.floats(0.01, MOST_GOLD), st.integers(1, 30), st.integers(0, 2**32))
def test_so_many_works_at_least_lie_between_two(rate: float, pause: int, seed: int) -> None:
    found = played(GoldPlan(rate=rate, every_at_least=pause), rate, seed)

    at = [place for place, is_gold in enumerate(found) if is_gold]
    assert all(after - before > pause for before, after in pairwise(at))


@given(st.floats(0, 2), st.integers(0, 50), st.none() | st.integers(0, 100))
def test_a_chance_is_a_chance_and_no_rate_is_no_gold(rate: float, pause: int, works: int | None) -> None:
    plan = GoldPlan(every_at_least=pause)

    assert 0 <= plan.chance(rate, works) <= 1
    assert plan.chance(0, works) == 0


@pytest.mark.parametrize(
    "told", [{"rate": 0.6}, {"iou": 0}, {"pass_mark": 2}, {"feedback": "soon"}, {"pace": 1}]
)
def test_a_plan_that_means_nothing_is_refused(told: dict[str, object]) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(told, GoldPlan)
