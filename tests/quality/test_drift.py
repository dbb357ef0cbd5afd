"""Drift: thresholds that keep what they promise, alarms at the right place, fatigue told from slow days."""

from math import log

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labelwright.quality.drift import (
    error_step,
    error_threshold,
    usual_error,
    watch_agreement,
    watch_errors,
    watch_pace,
)
from labelwright.quality.fatigue import fatigue_in_errors, fatigue_in_pace, sittings
from labelwright.quality.run_length import average_run_length, threshold_for


def test_a_sum_that_always_rises_by_one_takes_as_many_steps_as_its_threshold() -> None:
    assert average_run_length([1.0], [1.0], 5.0) == pytest.approx(5.0)


def test_the_run_length_of_a_fair_coin_is_the_one_worked_out_by_hand() -> None:
    # Steps of +1 and -1, held at 0, alarm at 2: from 0 it takes 2 more than from 1, and from 1 it takes
    # 1 + half of that from 0, so the mean is 2 + (1 + 6/2) = 6.
    assert average_run_length([1.0, -1.0], [0.5, 0.5], 2.0) == pytest.approx(6.0)


@pytest.mark.parametrize("references", [[(1.0, 1.0)], [(0.97, 1.0)], [(1.0, 0.1), (0.97, 0.9)], [(0.9, 0.5)]])
def test_the_threshold_gives_the_false_alarms_asked_for(references: list[tuple[float, float]]) -> None:
    usual, worse, wanted = 0.05, 0.25, 300
    threshold = error_threshold(references, usual, worse, wanted)
    assert threshold is not None
    rng = np.random.default_rng(4)
    steps, chances = [0.0], [max(0.0, 1 - sum(share for _, share in references))]
    for right, share in references:
        seen = usual * right + (1 - usual) * (1 - right)
        steps += [error_step(right, usual, worse), error_step(1 - right, usual, worse)]
        chances += [share * seen, share * (1 - seen)]
    sums, alarms = np.zeros(500), 0
    for _ in range(4_000):
        sums = np.maximum(0.0, sums + rng.choice(steps, 500, p=chances))
        alarms += int(np.sum(sums >= threshold - 1e-9))
        sums[sums >= threshold - 1e-9] = 0.0

    # On gold alone the sum has few values, so the length cannot be met to the answer.
    assert 0.93 * wanted < 500 * 4_000 / alarms < 1.35 * wanted


def test_no_threshold_is_made_up_where_there_can_be_none() -> None:
    assert threshold_for([-1.0], [1.0], 100) is None
    assert threshold_for([], [], 100) is None
    assert threshold_for([1.0, -0.1], [0.5, 0.5], 100) is None
    assert average_run_length([0.0], [1.0], 1.0) is None
    assert error_threshold([], 0.05, 0.25) is None


def test_an_answer_against_gold_steps_by_the_log_likelihood_ratio() -> None:
    assert error_step(1.0, 0.05, 0.25) == pytest.approx(log(5))
    assert error_step(0.0, 0.05, 0.25) == pytest.approx(log(0.75 / 0.95))


@given(st.floats(0, 1), st.floats(0.01, 0.4))
def test_a_more_suspect_answer_never_steps_lower(wrong: float, usual: float) -> None:
    assert error_step(min(1.0, wrong + 0.1), usual, usual + 0.2) >= error_step(wrong, usual, usual + 0.2)


def test_a_change_is_noticed_soon_and_dated_to_where_it_began() -> None:
    wrong = [1.0 if at % 20 == 0 else 0.0 for at in range(200)] + [
        1.0 if at % 3 == 0 else 0.0 for at in range(60)
    ]

    watch = watch_errors(wrong, usual=0.05)

    first = watch.alarms[0]
    assert 200 <= first.since <= 204
    assert 200 < first.at < 225
    assert first.before == 0.05
    assert first.after > 0.25
    assert "5 % is usual" in first.reason


def test_the_same_change_seen_through_soft_references_is_noticed_later() -> None:
    hard = [0.0] * 100 + [1.0] * 40
    soft = [0.1] * 100 + [0.9] * 40

    sure, unsure = watch_errors(hard, usual=0.05), watch_errors(soft, usual=0.05)

    assert sure.alarms[0].at < unsure.alarms[0].at


def test_somebody_who_is_always_right_rings_no_alarm() -> None:
    assert watch_errors([0.0] * 1_000, usual=0.05).alarms == ()


def test_answers_nobody_knows_anything_about_ring_no_alarm() -> None:
    assert watch_errors([None] * 50, usual=0.05).threshold is None
    assert watch_errors([], usual=0.05).sums == ()
    watch = watch_errors([0.5] * 50, usual=0.05)
    assert watch.alarms == ()
    assert set(watch.sums) == {0.0}


def test_somebody_who_is_always_wrong_rings_again_and_again() -> None:
    watch = watch_errors([1.0] * 100, usual=0.05)

    assert len(watch.alarms) > 10
    assert watch.alarms[0].since == 0


def test_the_usual_share_of_errors_is_drawn_to_the_crowd() -> None:
    assert usual_error([], careful=0) == pytest.approx(0.05)
    assert usual_error([1.0] * 20, crowd=0.05, strength=20, careful=0) == pytest.approx(0.525)
    assert usual_error([]) == pytest.approx(0.05 + 0.5 * (0.05 * 0.95 / 20) ** 0.5)
    # Each of 1,000 answers is wrong with a chance of 0.03 by itself, and yet hardly any can be.
    assert usual_error([0.03] * 1_000) < 0.01
    assert usual_error([0.0] * 10_000) == 0.005


@settings(max_examples=30, deadline=None)
@given(st.lists(st.one_of(st.none(), st.floats(0, 1)), max_size=60))
def test_sums_are_never_negative_and_alarms_lie_in_order(wrong: list[float | None]) -> None:
    watch = watch_errors(wrong, usual=0.05)

    assert all(total >= 0 for total in watch.sums)
    assert all(alarm.since <= alarm.at < len(wrong) for alarm in watch.alarms)
    assert [alarm.at for alarm in watch.alarms] == sorted(alarm.at for alarm in watch.alarms)


def test_somebody_who_rushes_is_noticed_and_one_coffee_break_is_not() -> None:
    rng = np.random.default_rng(1)
    past = list(rng.lognormal(2, 0.4, 300))
    rushed = [*rng.lognormal(2, 0.4, 30), *rng.lognormal(1, 0.4, 60)]
    break_taken = [*rng.lognormal(2, 0.3, 30)]
    break_taken[10] = 3_600.0

    faster = watch_pace(rushed, past, "faster")

    assert 30 < faster.alarms[0].at < 60
    assert faster.alarms[0].what == "faster"
    assert faster.alarms[0].after < faster.alarms[0].before
    assert watch_pace(rushed[:30], past, "faster").alarms == ()
    assert watch_pace(break_taken, past, "slower").alarms == ()


def test_falling_agreement_is_noticed_even_if_agreement_is_all_or_nothing() -> None:
    rng = np.random.default_rng(2)
    past = list((rng.random(200) < 0.9).astype(float))
    fallen = list((rng.random(100) < 0.4).astype(float))

    watch = watch_agreement(fallen, past)

    assert watch.alarms[0].what == "agreement"
    assert watch.alarms[0].after < watch.alarms[0].before
    assert watch_agreement(past, past).alarms == ()


def test_a_short_or_unchanging_past_says_nothing() -> None:
    assert watch_pace([1.0] * 50, [5.0] * 10, "faster").threshold is None
    assert watch_pace([1.0] * 50, [5.0] * 50, "faster").threshold is None


def test_sittings_end_at_a_break() -> None:
    assert sittings([]) == []
    assert sittings([5]) == [slice(0, 1)]
    assert sittings([0, 10, 10_000], pause=100) == [slice(0, 2), slice(2, 3)]


def test_mistakes_that_gather_at_the_end_of_sittings_are_fatigue() -> None:
    times, wrong = [], []
    for day in range(4):
        for minute in range(60):
            times.append(day * 86_400 + minute * 60.0)
            wrong.append(1.0 if minute > 40 and minute % 2 else 0.0)

    trend = fatigue_in_errors(times, wrong)

    assert trend is not None
    assert trend.tired
    assert trend.sittings == 4
    assert trend.per_hour > 0.3
    assert "points an hour" in trend.reason


def test_the_trend_within_one_sitting_is_the_one_worked_out_by_hand() -> None:
    # 30 answers a minute apart, the last 15 wrong: covariance 15 · 7.5, as the halves lie 15 minutes apart;
    # its variance under chance is (30 · (30² - 1) / 12) · 7.5 / 29.
    trend = fatigue_in_errors([60.0 * at for at in range(30)], [0.0] * 15 + [1.0] * 15)

    assert trend is not None
    assert trend.z == pytest.approx(112.5 / (2247.5 * 7.5 / 29) ** 0.5)


def test_a_bad_day_is_not_fatigue() -> None:
    times = [day * 86_400 + minute * 60.0 for day in range(2) for minute in range(60)]
    wrong = [0.0 if at < 60 else float(at % 2) for at in range(120)]

    trend = fatigue_in_errors(times, wrong)

    assert trend is not None
    assert not trend.tired


def test_answers_that_take_longer_and_longer_are_fatigue() -> None:
    times = [60.0 * at for at in range(90)]
    slowing = [5 * 1.5 ** (at / 60) * (1.1 if at % 2 else 0.9) for at in range(90)]

    trend = fatigue_in_pace(times, slowing)

    assert trend is not None
    assert trend.tired
    assert trend.per_hour == pytest.approx(0.5, abs=0.02)
    even = fatigue_in_pace(times, [5.0 + at % 2 for at in range(90)])
    assert even is not None
    assert not even.tired


def test_too_few_answers_or_none_that_differ_have_no_trend() -> None:
    times = [60.0 * at for at in range(40)]

    assert fatigue_in_errors(times[:20], [1.0, 0.0] * 10) is None
    assert fatigue_in_errors(times, [0.0] * 40) is None
    assert fatigue_in_errors(times, [None] * 40) is None
    assert fatigue_in_pace(times[:5], [1.0] * 5) is None
    assert fatigue_in_pace(times, [3.0] * 40) is None
