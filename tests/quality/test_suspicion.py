"""Suspicion: known answers, properties, and reasons that say what they mean."""

import random
from itertools import pairwise
from math import exp, log
from statistics import median

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from labelwright.core.shapes import Box, Point, Polygon
from labelwright.quality.likeness import MOST_CHAINED, by_likeness
from labelwright.quality.suspicion import (
    Candidate,
    Predicted,
    Sign,
    joined,
    modified_z_scores,
    suspicions,
)

SIZE = (400, 300)


def cell(number: int, box: Box, item: str = "", **options: object) -> Candidate:
    """A red blood cell, alone on an item of its own unless one is named."""
    values = {"category": "rbc", "name": "RBC", "size": SIZE, **options}
    return Candidate(id=f"a{number}", item=item or f"i{number}", shape=box, **values)


def usual(count: int = 12) -> list[Candidate]:
    """Cells of about 40 × 40 pixels in the middle of their items."""
    return [cell(n, Box(100, 100, 140 + n % 3, 140 + (n // 3) % 3)) for n in range(count)]


def reasons(candidates: list[Candidate], number: int, **options: object) -> tuple[str, ...]:
    found = suspicions(candidates, **options)
    return next(found[c.item, c.id].reasons for c in candidates if c.id == f"a{number}")


def test_the_example_of_iglewicz_and_hoaglin_has_one_outlier() -> None:
    # 3.2 lies far above 2.1 … 2.6; worked by hand: median 2.4, MAD 0.1.
    values = [2.1, 2.6, 2.4, 2.5, 2.3, 2.1, 2.3, 2.6, 8.2, 8.3]

    scores = modified_z_scores(values)

    assert scores is not None
    middle = median(values)
    spread = median(abs(value - middle) for value in values)
    assert scores[8] == pytest.approx(0.6745 * (8.2 - middle) / spread)
    assert [abs(score) > 3.5 for score in scores] == [False] * 8 + [True, True]


def test_fewer_than_eight_say_nothing() -> None:
    assert modified_z_scores([1, 1, 1, 1, 1, 1, 100]) is None


def test_values_that_are_mostly_the_same_still_show_the_odd_one() -> None:
    scores = modified_z_scores([5.0] * 19 + [9.0])

    assert scores is not None
    assert scores[0] == 0
    assert scores[-1] > 3.5
    assert modified_z_scores([5.0] * 20) == [0.0] * 20


@given(st.lists(st.floats(-1e6, 1e6), min_size=8, max_size=40), st.floats(0.01, 100), st.floats(-1e3, 1e3))
def test_scores_do_not_care_for_unit_or_zero(values: list[float], unit: float, zero: float) -> None:
    plain = modified_z_scores(values)
    other = modified_z_scores([value * unit + zero for value in values])

    assert plain is not None
    assert other is not None
    wide = max(values) - min(values)
    if wide > 1e-3:
        assert other == pytest.approx(plain, rel=1e-3, abs=1e-2)


def test_a_usual_cell_is_no_suspect() -> None:
    found = suspicions(usual())

    assert {suspicion.score for suspicion in found.values()} == {0.0}


def test_a_cell_much_larger_than_others_says_how_much() -> None:
    cells = [*usual(), cell(99, Box(100, 50, 182, 132))]

    (reason,) = reasons(cells, 99)

    factor = 82 * 82 / exp(median(log(c.shape.area) for c in cells if c.shape))
    assert reason == f"{factor:.1f} × larger than other RBC"


def test_a_cell_much_smaller_and_a_flat_one_say_so() -> None:
    cells = [*usual(), cell(98, Box(100, 100, 112, 112)), cell(99, Box(100, 100, 240, 111))]

    assert any("× smaller than other RBC" in reason for reason in reasons(cells, 98))
    assert any("× wider for its height than other RBC" in reason for reason in reasons(cells, 99))


def test_what_the_border_cuts_is_not_measured() -> None:
    cells = [*usual(), cell(99, Box(0, 100, 12, 140))]

    assert reasons(cells, 99) == ("touches the border of the image",)
    assert reasons([*usual(), cell(99, Box(50, 100, 62, 140))], 99) != ()


def test_categories_are_measured_apart() -> None:
    large = [cell(50 + n, Box(10, 10, 210 + n, 210), category="wbc", name="WBC") for n in range(12)]

    assert {s.score for s in suspicions([*usual(), *large]).values()} == {0.0}


def test_two_of_a_category_on_one_place_are_both_suspect() -> None:
    cells = [cell(1, Box(10, 10, 50, 50), "x"), cell(2, Box(12, 10, 52, 50), "x")]

    share = 38 / 42
    for number in (1, 2):
        assert reasons(cells, number) == (f"overlaps another RBC by {share * 100:.0f} %",)


def test_three_on_one_place_say_how_many() -> None:
    cells = [cell(n, Box(10, 10, 50, 50), "x") for n in range(3)]

    assert reasons(cells, 0) == ("overlaps another RBC by 100 %, and 1 more",)


def test_another_category_on_the_same_place_is_named() -> None:
    cells = [
        cell(1, Box(10, 10, 50, 50), "x"),
        cell(2, Box(10, 10, 50, 51), "x", category="wbc", name="WBC"),
    ]

    assert reasons(cells, 1) == ("marks the same place as a WBC by 98 %",)


def test_boxes_that_meet_but_polygons_that_do_not_are_no_duplicates() -> None:
    one = Polygon(parts=((((Point(0, 0), Point(100, 0), Point(0, 100))),),))
    other = Polygon(parts=((((Point(100, 100), Point(100, 2), Point(2, 100))),),))
    cells = [cell(1, one, "x", size=(900, 900)), cell(2, other, "x", size=(900, 900))]

    assert not any("overlaps" in reason for reason in reasons(cells, 1))


def test_border_beyond_it_tiny_and_low_scores_are_facts() -> None:
    assert reasons([cell(1, Box(0, 10, 40, 50))], 1) == ("touches the border of the image",)
    assert reasons([cell(1, Box(380, 10, 420, 50))], 1) == ("reaches 20 px out of the image",)
    assert reasons([cell(1, Box(10, 10, 13, 30))], 1) == ("only 3 × 20 px",)
    assert reasons([cell(1, Box(10, 10, 50, 50), score=0.1)], 1) == ("the model gave it only 10 %",)
    assert reasons([cell(1, Box(10, 10, 50, 50), score=0.6)], 1) == ()


def test_what_a_model_sees_otherwise_is_said() -> None:
    mine = [cell(1, Box(10, 10, 50, 50))]
    there = Predicted(Box(10, 10, 50, 52), "rbc", "RBC", 0.9)

    def told(*guesses: Predicted) -> tuple[str, ...]:
        return reasons(mine, 1, predicted={"i1": guesses})

    assert told(there) == ()
    assert told() == ("the model sees nothing here",)
    assert told(there._replace(category="wbc", name="WBC")) == ("the model says WBC (90 %)",)
    assert told(there._replace(shape=Box(10, 10, 50, 76))) == ("only 61 % like the model's",)
    assert reasons(mine, 1, predicted={"another": []}) == ()
    assert reasons([mine[0]._replace(prediction=True)], 1, predicted={"i1": []}) == ()


def test_several_signs_weigh_more_than_each_and_never_reach_one() -> None:
    both = joined([Sign(0.9, "a"), Sign(1.0, "b")])

    assert 0.9 < both.score < 1
    assert both.reasons == ("b", "a")
    assert joined([]).score == 0


boxes = st.builds(
    lambda x, y, w, h: Box(x, y, x + w, y + h),
    st.floats(-50, 390), st.floats(-50, 290), st.floats(0.5, 300), st.floats(0.5, 300),
)  # fmt: skip


@given(
    st.lists(st.tuples(boxes, st.integers(0, 2), st.sampled_from(["rbc", "wbc"])), max_size=25), st.randoms()
)
def test_the_order_makes_no_difference_and_scores_stay_in_bounds(
    given_boxes: list[tuple[Box, int, str]], chance: random.Random
) -> None:
    candidates = [
        cell(n, box, f"i{item}", category=category, name=category.upper())
        for n, (box, item, category) in enumerate(given_boxes)
    ]
    shuffled = list(candidates)
    chance.shuffle(shuffled)

    found, again = suspicions(candidates), suspicions(shuffled)

    assert found == again
    assert all(0 <= suspicion.score < 1 for suspicion in found.values())
    assert all((suspicion.score > 0) == bool(suspicion.reasons) for suspicion in found.values())


def test_ten_thousand_on_one_item_are_judged_in_seconds() -> None:
    chance = random.Random(7)
    places = [(chance.uniform(0, 3900), chance.uniform(0, 2900)) for _ in range(10_000)]
    cells = [cell(n, Box(x, y, x + 30, y + 30), "x", size=(4000, 3000)) for n, (x, y) in enumerate(places)]

    found = suspicions(cells)

    assert len(found) == 10_000


def test_like_rows_stand_together_and_the_odd_one_last() -> None:
    chance = np.random.default_rng(3)
    red, blue = np.array([1, 0, 0, 0]), np.array([0.7, 0.6, 0, 0])
    rows = np.array([red if n % 2 else blue for n in range(20)] + [[0, 0, 0, 3]], dtype=np.float32)
    rows += chance.normal(0, 0.01, rows.shape).astype(np.float32)

    order = by_likeness(rows)

    assert sorted(order) == list(range(21))
    assert order[-1] == 20
    kinds = [place % 2 for place in order[:-1]]
    assert sum(a != b for a, b in pairwise(kinds)) == 1


def test_many_rows_are_ordered_along_their_widest_axis() -> None:
    chance = np.random.default_rng(3)
    along = chance.permutation(MOST_CHAINED + 500).astype(np.float32)
    rows = np.stack([along, np.zeros_like(along), chance.normal(0, 1, len(along))], axis=1).astype(np.float32)

    order = by_likeness(rows)

    values = along[order]
    assert abs(np.corrcoef(values, np.arange(len(values)))[0, 1]) > 0.999


def test_none_and_one_are_in_order() -> None:
    assert by_likeness(np.zeros((0, 4), np.float32)) == []
    assert by_likeness(np.zeros((1, 4), np.float32)) == [0]
