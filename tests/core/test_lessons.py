"""Who may try a test, how often and when: the rules, and what holds whatever happened."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labelwright.core.gold import GoldPlan
from labelwright.core.lessons import DAY, HOUR, LessonSettings, Tried, standing

NOW = 1_700_000_000_000
TEST = LessonSettings(attempts=2, retry_hours=24, valid_days=30, skill="cells")


def failed(hours_ago: float, score: float = 0.4) -> Tried:
    return Tried(state="failed", score=score, ended=NOW - int(hours_ago * HOUR))


def passed(days_ago: float) -> Tried:
    return Tried(state="passed", score=0.9, ended=NOW - int(days_ago * DAY))


def test_who_never_tried_may_begin() -> None:
    where = standing("test", TEST, [], NOW)

    assert where.why_not is None
    assert where.left == 2
    assert where.best is None


def test_after_a_failure_one_waits_and_then_may_try_again() -> None:
    early = standing("test", TEST, [failed(1)], NOW)
    late = standing("test", TEST, [failed(25)], NOW)

    assert early.why_not == "too_early"
    assert early.retry_at == NOW + 23 * HOUR
    assert late.why_not is None
    assert late.left == 1


def test_attempts_end_and_a_forgiven_one_counts_no_more() -> None:
    tried = [failed(50), failed(25)]
    forgiven = [tried[0], Tried(state="forgiven", score=0.4, ended=tried[1].ended)]

    assert standing("test", TEST, tried, NOW).why_not == "no_attempts_left"
    assert standing("test", TEST, forgiven, NOW).why_not is None


def test_a_pass_counts_until_it_expires_and_clears_what_was_before() -> None:
    tried = [failed(2000), passed(29)]

    assert standing("test", TEST, tried, NOW).why_not == "passed"
    assert standing("test", TEST, tried, NOW).valid_until == NOW + DAY
    later = standing("test", TEST, tried, NOW + DAY)
    assert later.why_not is None
    assert later.left == 2


def test_a_course_can_be_repeated() -> None:
    assert standing("course", LessonSettings(), [passed(0.01)], NOW).why_not is None


states = st.sampled_from(["failed", "given_up", "forgiven", "passed"])


@given(
    st.lists(st.tuples(states, st.integers(0, 100)), max_size=12),
    st.integers(1, 4) | st.none(),
    st.integers(0, 48),
)
def test_the_limits_hold_whatever_happened(made: list[tuple[str, int]], most: int | None, wait: int) -> None:
    """Played forward: an attempt is only begun when the rules allow it."""
    settings = LessonSettings(attempts=most, retry_hours=wait, valid_days=3)
    tried: list[Tried] = []
    now = NOW
    for state, hours in made:
        now += hours * HOUR
        where = standing("test", settings, tried, now)
        since = tried[max((at for at, one in enumerate(tried) if one.state == "passed"), default=-1) + 1 :]
        counted = [one for one in since if one.state in ("failed", "given_up")]
        if where.why_not is None:
            assert most is None or len(counted) < most
            assert not counted or now - (counted[-1].ended or 0) >= wait * HOUR
            tried.append(Tried(state=state, score=0.5, ended=now))
        elif where.why_not == "too_early":
            assert where.retry_at is not None
            assert where.retry_at > now
            assert standing("test", settings, tried, where.retry_at).why_not != "too_early"


@pytest.mark.parametrize(("rate", "pause"), [(0.1, 3), (0.2, 0), (0.5, 1), (0.05, 10)])
def test_the_chance_of_gold_makes_its_share(rate: float, pause: int) -> None:
    plan = GoldPlan(rate=rate, every_at_least=pause)

    chance = plan.chance(rate, pause)

    # `pause` works, then works until the chance comes: a geometric number with the mean (1 − p) / p.
    assert 1 / (1 + pause + (1 - chance) / chance) == pytest.approx(rate)
    assert plan.chance(rate, pause - 1) == 0 if pause else True
    assert plan.chance(0, 100) == 0


def test_more_gold_than_the_pause_allows_comes_as_soon_as_it_may() -> None:
    assert GoldPlan(every_at_least=5).chance(0.5, 5) == 1
