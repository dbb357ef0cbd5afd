"""Reliability: skill with honest intervals, gold and peers told apart, confusion and speed."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labelwright.quality.confusion import confusions, median_interval, speeds
from labelwright.quality.outcomes import DAY, Outcome, faded
from labelwright.quality.reliability import Skill, discords, prior_strength, skills


def answers(who: str, right: int, wrong: int, category: str = "cat", **more: object) -> list[Outcome]:
    values = {"source": "gold", **more}
    return [Outcome(who, category, category, category, **values)] * right + [
        Outcome(who, category, "other", category, **values)
    ] * wrong


def overall(found: list[Skill], who: str) -> Skill:
    return next(skill for skill in found if skill.annotator == who and skill.category is None)


def within(found: list[Skill], who: str, category: str) -> Skill:
    return next(skill for skill in found if skill.annotator == who and skill.category == category)


def test_nothing_answered_makes_no_skills() -> None:
    assert skills([]) == []
    assert discords([]) == []
    assert confusions([]) == []
    assert speeds([]) == []
    assert skills([Outcome("a", "cat", "cat", "cat", "peer", weight=0.0)]) == []


def test_one_annotator_alone_is_drawn_to_the_own_share() -> None:
    skill = overall(skills(answers("ann", 8, 2)), "ann")

    # The crowd is ann alone: (8 + ½) / (10 + 1), and 10 answers of prior keep it there.
    assert skill.crowd == pytest.approx(8.5 / 11)
    assert skill.fused.value == pytest.approx((8 + 10 * 8.5 / 11) / 20)
    assert skill.fused.low < skill.fused.value < skill.fused.high
    assert skill.peer is None
    assert skill.gold == skill.fused


def test_all_right_and_all_wrong_stay_between_nought_and_one() -> None:
    found = skills(answers("good", 30, 0) + answers("bad", 0, 30))

    assert 0.5 < overall(found, "good").fused.value < 1
    assert 0 < overall(found, "bad").fused.value < 0.5
    assert overall(found, "good").fused.low > overall(found, "bad").fused.high


def test_few_answers_are_drawn_to_the_crowd_and_many_are_not() -> None:
    crowd = [row for at in range(10) for row in answers(f"p{at}", 90, 10)]

    found = skills(crowd + answers("new", 0, 2) + answers("poor", 100, 100))

    assert overall(found, "new").fused.value > 0.6
    assert overall(found, "poor").fused.value == pytest.approx(0.5, abs=0.06)
    new, poor = overall(found, "new").fused, overall(found, "poor").fused
    assert new.high - new.low > poor.high - poor.low


def test_a_crowd_that_differs_much_draws_less_than_one_that_is_alike() -> None:
    alike = prior_strength([(80, 100), (81, 100), (79, 100), (80, 100)], 0.8)
    apart = prior_strength([(99, 100), (60, 100), (95, 100), (66, 100)], 0.8)

    assert apart < 15 < alike


def test_a_category_nearly_unknown_is_expected_to_be_as_the_person_and_the_category_are() -> None:
    crowd = [
        row
        for at in range(10)
        for row in answers(f"p{at}", 95, 5, "easy") + answers(f"p{at}", 50, 50, "hard")
    ]

    found = skills(crowd + answers("new", 60, 3, "easy") + answers("new", 1, 0, "hard"))

    hard = within(found, "new", "hard").fused
    assert 0.4 < hard.value < 0.75
    assert within(found, "new", "easy").fused.value > 0.85
    assert hard.high - hard.low > 0.1


def test_intervals_cover_the_true_skill_as_often_as_they_say() -> None:
    rng = np.random.default_rng(3)
    covered, of = 0, 0
    for _ in range(20):
        true = rng.beta(16, 4, 25)
        rows: list[Outcome] = []
        for who, skill in enumerate(true):
            for category in ("a", "b"):
                right = int(rng.binomial(15, skill))
                rows += answers(str(who), right, 15 - right, category)
        for found in skills(rows):
            covered += found.fused.low <= true[int(found.annotator)] <= found.fused.high
            of += 1

    assert 0.92 < covered / of < 0.99


def test_old_answers_fade() -> None:
    old = answers("ann", 0, 50, time=0.0)
    new = answers("ann", 50, 0, time=100 * DAY)

    assert overall(skills(old + new), "ann").fused.value == pytest.approx(0.5, abs=0.01)
    assert overall(skills(old + new, half_life_days=10), "ann").fused.value > 0.95
    assert faded(old, 10, now=20 * DAY)[0].weight == pytest.approx(0.25)


def test_peers_may_be_trusted_less_than_gold() -> None:
    rows = answers("ann", 2, 8) + answers("ann", 80, 0, source="peer") + answers("bob", 50, 50)

    trusting = overall(skills(rows), "ann")
    careful = overall(skills(rows, peer_trust=0.1), "ann")

    assert careful.fused.value < trusting.fused.value
    assert trusting.gold is not None
    assert trusting.peer is not None
    assert trusting.gold.value < trusting.fused.value < trusting.peer.value


def test_a_crowd_that_agrees_with_itself_but_not_with_gold_is_a_fault_of_the_guideline() -> None:
    rows: list[Outcome] = []
    for at in range(6):
        rows += answers(f"p{at}", 5, 15, "husky") + answers(f"p{at}", 38, 2, "husky", source="peer")
        rows += answers(f"p{at}", 19, 1, "cat") + answers(f"p{at}", 38, 2, "cat", source="peer")

    found = discords(rows)

    everybody = next(one for one in found if one.annotator is None and one.category == "husky")
    assert everybody.gold.value < 0.3 < 0.9 < everybody.peer.value
    assert "guideline" in everybody.reason
    assert not any(one.category == "cat" for one in found)


def test_gold_and_peers_that_say_the_same_are_no_discord() -> None:
    rows = [
        row for at in range(30) for row in answers(f"p{at}", 18, 2) + answers(f"p{at}", 90, 10, source="peer")
    ]

    assert discords(rows) == []


def test_gold_of_some_people_is_not_held_against_peers_of_others() -> None:
    rows = answers("ann", 200, 0) + [
        row for at in range(9) for row in answers(f"p{at}", 60, 40, source="peer")
    ]

    assert discords(rows) == []
    assert discords([*rows, *answers("ann", 60, 40, source="peer")]) != []


def test_a_thousand_categories_have_skills() -> None:
    rows = [
        Outcome(f"p{at % 5}", f"c{at % 1000}", f"c{at % 1000}" if at % 7 else "x", f"c{at % 1000}", "peer")
        for at in range(3_000)
    ]

    found = skills(rows)

    assert len({skill.category for skill in found}) == 1_001
    assert all(0 < s.fused.low <= s.fused.value <= s.fused.high < 1 for s in found)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("xy"), st.booleans()), min_size=1, max_size=40)
)
def test_the_order_of_answers_makes_no_difference(drawn: list[tuple[str, str, bool]]) -> None:
    rows = [Outcome(who, what, what if right else "z", what, "gold") for who, what, right in drawn]

    one, other = skills(rows), skills(rows[::-1])

    assert [(s.annotator, s.category) for s in one] == [(s.annotator, s.category) for s in other]
    assert [s.fused.value for s in one] == pytest.approx([s.fused.value for s in other])
    assert all(s.fused.low <= s.fused.value <= s.fused.high for s in one)


def test_confusion_counts_what_was_taken_for_what() -> None:
    rows = [*answers("ann", 6, 2, "cat"), Outcome("ann", "cat", None, "cat", "gold")]

    cells = confusions(rows)

    assert [(c.reference, c.answered, c.times, c.of) for c in cells] == [
        ("cat", "cat", 6, 9),
        ("cat", "other", 2, 9),
        ("cat", None, 1, 9),
    ]
    assert all(c.share.low < c.share.value < c.share.high for c in cells)
    # Alone, the person is the crowd: (6 + 5 · 6.5 / 10) / (9 + 5).
    assert cells[0].share.value == pytest.approx((6 + 5 * 6.5 / 10) / 14)


def test_soft_references_count_by_their_weight() -> None:
    rows = [
        Outcome("ann", "cat", "cat", "cat", "peer", weight=0.9),
        Outcome("ann", "dog", "cat", "dog", "peer", weight=0.1),
    ]

    assert {(c.reference, c.times) for c in confusions(rows)} == {("cat", 0.9), ("dog", 0.1)}


def test_the_interval_of_a_median_is_conovers() -> None:
    # n = 16, 95 %: the 4th and the 13th value (table of the binomial with p = ½).
    assert median_interval(list(range(1, 17))) == (4, 13)
    assert median_interval([1, 2, 3, 4, 5]) == (None, None)
    assert median_interval([]) == (None, None)


def test_whoever_draws_the_long_things_is_not_called_slow() -> None:
    rows: list[Outcome] = []
    for who, polygons, points in (("long", 90, 10), ("short", 10, 90)):
        rows += answers(who, polygons, 0, "polygon", seconds=60.0)
        rows += answers(who, points, 0, "point", seconds=2.0)

    found = {speed.annotator: speed for speed in speeds(rows)}

    assert found["long"].median == 60
    assert found["short"].median == 2
    assert found["long"].pace == found["short"].pace == pytest.approx(1.0)


def test_whoever_is_timed_alone_has_no_pace() -> None:
    speed = speeds(answers("ann", 3, 0, seconds=4.0) + answers("bob", 3, 0))[0]

    assert (speed.annotator, speed.objects, speed.pace, speed.low) == ("ann", 3, None, None)
