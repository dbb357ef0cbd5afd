"""Cost and forecast: money adds up to the last hundredth, and ranges hold as often as they say."""

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labelwright.core.errors import InvalidInput
from labelwright.quality.cost import WORK, Entry, active_seconds, ledger, rounded, spread
from labelwright.quality.forecast import Day, forecast, weekday_effects

MONDAY = date(2026, 1, 5)


def steady(days: int, done: int = 10, **more: float) -> list[Day]:
    return [Day(MONDAY + timedelta(days=at), done, **more) for at in range(days)]


def test_the_ledger_is_the_one_worked_out_by_hand() -> None:
    entries = [
        Entry("label", "cat", 1_800, 20, "annotate"),  # 10.00
        Entry("label", "dog", 900, 20, "annotate"),  # 5.00
        Entry("review", "cat", 360, 30, "review"),  # 3.00
        Entry("label", "cat", 360, 20, "rework"),  # 2.00
        Entry("predict", None, 3_600, 0.5, "compute"),  # 0.50
    ]

    book = ledger(entries, {"cat": 100, "dog": 50})

    assert book.total == Decimal("20.50")
    assert [(line.name, line.cost, line.each) for line in book.by_category] == [
        ("cat", Decimal("15.00"), Decimal("0.15")),
        ("dog", Decimal("5.00"), Decimal("0.1")),
        (None, Decimal("0.50"), None),
    ]
    assert {line.name: line.cost for line in book.by_stage} == {
        "label": Decimal("17.00"),
        "review": Decimal("3.00"),
        "predict": Decimal("0.50"),
    }
    assert book.each == Decimal("0.1367")
    assert book.seconds == 7_020
    assert book.rework_share == pytest.approx(2 / 20.5)
    assert book.cells["cat", "label", "annotate"] == Decimal("10.00")


def test_no_work_costs_nothing_and_nothing_accepted_has_no_price() -> None:
    empty = ledger([], {})
    wasted = ledger([Entry("label", "cat", 3_600, 10, "annotate")], {"dog": 3})

    assert (empty.total, empty.each, empty.rework_share, empty.by_category) == (Decimal(0), None, None, ())
    assert {line.name: line.each for line in wasted.by_category} == {"cat": None, "dog": Decimal("0")}


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["label", "review"]),
            st.sampled_from(["cat", "dog", None]),
            st.floats(0, 1e5),
            st.floats(0, 1e3),
            st.sampled_from(WORK),
        ),
        max_size=30,
    )
)
def test_every_table_adds_up_to_the_total(rows: list[tuple[str, str | None, float, float, str]]) -> None:
    entries = [Entry(*row) for row in rows]

    book, turned = ledger(entries, {"cat": 3}), ledger(entries[::-1], {"cat": 3})

    for table in (book.by_category, book.by_stage, book.by_kind):
        assert sum((line.cost for line in table), Decimal(0)) == book.total
    assert sum(book.cells.values(), Decimal(0)) == book.total
    assert turned.total == book.total


@given(st.dictionaries(st.text(max_size=3), st.fractions(0, 1_000), max_size=12))
def test_rounded_parts_add_up_and_are_off_by_less_than_a_hundredth(parts: dict[str, Fraction]) -> None:
    total = Decimal(round(sum(parts.values(), Fraction(0)) * 100)) / 100

    shown = rounded(parts, total)

    assert sum(shown.values(), Decimal(0)) == total
    assert all(abs(Fraction(shown[key]) - parts[key]) <= Fraction(1, 100) for key in parts)


def test_work_of_no_category_is_shared_out_without_loss() -> None:
    parts = spread(Entry("label", None, 100, 36, "annotate"), {"cat": 2, "dog": 1, "cow": 0})

    assert [(part.category, part.cost) for part in parts] == [
        ("cat", Fraction(2, 3)),
        ("dog", Fraction(1, 3)),
    ]
    whole = Entry("label", None, 100, 36, "annotate")
    assert spread(whole, {}) == [whole]


def test_idle_time_is_not_counted() -> None:
    assert active_seconds([]) == 0
    assert active_seconds([7]) == 0
    assert active_seconds([10, 0, 20, 20]) == 20
    assert active_seconds([0, 10, 4_000, 4_010], idle=30) == 50


def test_a_steady_project_ends_when_division_says() -> None:
    found = forecast(steady(28, cost=5.0, seconds=100.0), 100, np.random.default_rng(0), plays=50)

    assert found is not None
    assert found.earliest == found.middle == found.latest == MONDAY + timedelta(days=27 + 10)
    assert found.cost == pytest.approx((50, 50, 50))
    assert found.seconds == pytest.approx((1_000, 1_000, 1_000))
    assert found.per_day == pytest.approx(10)
    assert found.reached == 1


def test_weekends_without_work_stay_without() -> None:
    days = [Day(MONDAY + timedelta(days=at), 10) for at in range(26) if at % 7 < 5]

    found = forecast(days, 30, np.random.default_rng(0), plays=200)

    # The last day is a Friday; three days of work end on Wednesday, five days later.
    assert found is not None
    assert found.middle == MONDAY + timedelta(days=25 + 5)
    assert found.earliest is not None
    assert found.earliest.weekday() < 5


def test_what_is_returned_must_be_done_again() -> None:
    days = steady(28, accepted=5, judged=10)

    found = forecast(days, 100, np.random.default_rng(0), accepted=True, plays=300)

    assert found is not None
    assert found.share == pytest.approx(141 / 282)
    assert found.items.middle == pytest.approx(200, rel=0.05)
    assert found.middle is not None
    assert 18 <= (found.middle - days[-1].day).days <= 22


def test_the_range_holds_the_true_end_as_often_as_it_says() -> None:
    rng = np.random.default_rng(4)
    effects = [1.2, 1.1, 1.0, 1.0, 0.8, 0.1, 0.0]
    inside = 0
    for _ in range(40):
        brought = [int(rng.poisson(100 * effects[at % 7] * rng.gamma(6, 1 / 6))) for at in range(300)]
        past = [Day(MONDAY + timedelta(days=at), done) for at, done in enumerate(brought[:28])]
        left = 1_500
        end = 28 + int(np.searchsorted(np.cumsum(brought[28:]), left))
        found = forecast(past, left, rng, plays=150)
        assert found is not None
        assert found.earliest is not None
        assert found.latest is not None
        inside += found.earliest <= MONDAY + timedelta(days=end) <= found.latest

    assert 26 <= inside <= 39  # 80 % of 40 are 32


def test_nothing_is_foretold_from_nothing() -> None:
    rng = np.random.default_rng(0)

    assert forecast([], 10, rng) is None
    assert forecast(steady(2), 10, rng) is None
    assert forecast(steady(20, done=0), 10, rng) is None
    done = forecast(steady(20), 0, rng, plays=20)
    assert done is not None
    assert done.middle == MONDAY + timedelta(days=19)
    far = forecast(steady(20, done=1), 10_000_000, rng, plays=10)
    assert far is not None
    assert (far.middle, far.reached) == (None, 0)


def test_the_same_generator_gives_the_same_forecast() -> None:
    days = [Day(MONDAY + timedelta(days=at), 5 + at % 4, cost=at) for at in range(20)]

    one, other = (forecast(days, 99, np.random.default_rng(7), plays=50) for _ in range(2))

    assert one == other


def test_bad_input_is_refused_with_a_reason() -> None:
    with pytest.raises(InvalidInput, match="no items left"):
        forecast(steady(5), -1, np.random.default_rng(0))
    with pytest.raises(InvalidInput, match="twice"):
        forecast(steady(5) + steady(1), 1, np.random.default_rng(0))


def test_effects_of_weekdays_are_drawn_towards_none() -> None:
    weekday = np.array([0, 1] * 4)

    factors = weekday_effects(np.array([15.0, 5.0] * 4), weekday)

    # Mean 10, four Mondays of 15: (60 / 10 + 2) / (4 + 2).
    assert factors[0] == pytest.approx(8 / 6)
    assert factors[2] == 1
    assert weekday_effects(np.zeros(3), np.array([0, 1, 2])).tolist() == [1.0] * 7
