"""Error codes: digests, confused pairs, warnings that need a reason, and scorecards."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labelwright.quality.error_codes import (
    CodedError,
    commonest,
    confused_pairs,
    confusion_warnings,
    scorecards,
)


def error(
    number: int, code: str = "loose_shape", category: str = "cat", instead: str | None = None, **more: object
) -> CodedError:
    values = {"annotator": "ann", "time": float(number), **more}
    return CodedError(f"i{number}", f"a{number}", code, category=category, instead=instead, **values)


def test_no_errors_make_no_digest() -> None:
    assert commonest([]) == []
    assert confused_pairs([]) == []
    assert confusion_warnings([], {}) == {}
    assert scorecards([], {}) == []


def test_the_commonest_errors_come_first_with_the_latest_examples() -> None:
    errors = [error(at) for at in range(8)] + [error(at, "extra") for at in (20, 21)]

    found = commonest(errors, examples=3)

    assert [(one.code, one.errors, one.share) for one in found] == [
        ("loose_shape", 8, 0.8),
        ("extra", 2, 0.2),
    ]
    assert [example.item for example in found[0].examples] == ["i7", "i6", "i5"]


def test_an_item_with_many_errors_is_one_example() -> None:
    errors = [error(1), error(1)._replace(annotation="b", time=9.0), error(2)]

    assert [example.item for example in commonest(errors)[0].examples] == ["i1", "i2"]


def test_errors_are_grouped_by_whatever_is_asked() -> None:
    errors = [error(1, annotator="bob"), error(2), error(3, "extra"), error(4, "extra")]

    found = commonest(errors, by=lambda one: one.annotator)

    assert [(one.group, one.code, one.errors) for one in found] == [
        ("ann", "extra", 2),
        ("ann", "loose_shape", 1),
        ("bob", "loose_shape", 1),
    ]


def test_confused_pairs_count_both_ways() -> None:
    errors = [error(at, "wrong_category", "dog", "wolf") for at in range(6)]
    errors += [error(at, "wrong_category", "wolf", "dog") for at in range(10, 12)]
    errors += [error(99, "wrong_category", "cat", "cat"), error(98)]

    found = confused_pairs(errors, {"dog": 60})

    assert [tuple(pair) for pair in found] == [("dog", "wolf", 6, 2, 0.1, None)]


def test_a_warning_needs_enough_errors_and_a_share_that_is_sure() -> None:
    dogs = [error(at, "wrong_category", "dog", "wolf") for at in range(12)]
    few = [error(at, "wrong_category", "cat", "fox") for at in range(4)]
    rare = [error(at, "wrong_category", "cow", "ox") for at in range(6)]

    found = confusion_warnings(dogs + few + rare, {"dog": 80, "cat": 8, "cow": 5_000}, names={"dog": "dogs"})

    assert list(found) == ["dog"]
    assert found["dog"].text == "12 of 80 marked dogs were wolf"
    assert 0.05 < found["dog"].least_share < 0.15


def test_a_scorecard_counts_annotations_once_and_knows_its_doubt() -> None:
    errors = [error(1), error(1, "wrong_attribute"), error(2, "extra", "dog")]
    errors.append(CodedError("i5", None, "missing", "ann", "cat", time=5.0))

    card, clean, unseen = scorecards(
        errors, {"ann": 10, "bob": 20, "cy": 0}, since=2.0, checked_later={"ann": 5, "bob": 20}
    )

    assert (card.annotator, card.checked, card.wrong, card.share) == ("ann", 10, 3, 0.3)
    # Clopper–Pearson for 3 of 10.
    assert (card.low, card.high) == (pytest.approx(0.0667, abs=1e-4), pytest.approx(0.6525, abs=1e-4))
    assert dict(card.codes) == {"loose_shape": 1, "wrong_attribute": 1, "extra": 1, "missing": 1}
    assert card.worst_category == "cat"
    assert (card.earlier, card.later) == (0.2, 0.4)
    assert (clean.share, clean.low, clean.earlier, clean.later) == (0, 0, None, 0)
    assert (unseen.share, unseen.low, unseen.worst_category) == (None, None, None)


@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("abc")), max_size=30))
def test_every_confusion_is_counted_once(ways: list[tuple[str, str]]) -> None:
    errors = [error(at, "wrong_category", one, other) for at, (one, other) in enumerate(ways)]

    pairs = confused_pairs(errors)

    assert sum(pair.one_for_other + pair.other_for_one for pair in pairs) == sum(a != b for a, b in ways)
    assert all(pair.one_for_other >= pair.other_for_one for pair in pairs)


def test_a_thousand_categories_make_a_short_list() -> None:
    errors = [error(at, "wrong_category", f"c{at % 1000}", f"c{(at + 1) % 1000}") for at in range(6_000)]

    assert len(confused_pairs(errors)) == 1_000
    assert len(confusion_warnings(errors, {})) == 1_000
