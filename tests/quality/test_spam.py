"""Spam and copying: whoever does not look is found, whoever is merely slow, wrong or alike is not."""

import csv

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labelwright.core.shapes import Bounds
from labelwright.quality.copying import same_coordinates, shared_mistakes
from labelwright.quality.outcomes import Estimate
from labelwright.quality.spam import (
    answer_entropy,
    constant_answers,
    peer_agreement,
    random_clickers,
    too_fast,
)
from labelwright.quality.votes import Votes
from tests.shared_data import shared_data

Row = tuple[str, str, str]


def crowd(people: int = 10, items: int = 200, skill: float = 0.85, seed: int = 0) -> list[Row]:
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, 5, items)
    return [
        (f"i{item}", f"p{who}", str(truth[item] if rng.random() < skill else rng.integers(5)))
        for who in range(people)
        for item in range(items)
        if rng.random() < 0.6
    ]


def test_a_crowd_that_looks_has_no_spammers() -> None:
    votes = Votes.of(crowd())

    assert random_clickers(votes) == []
    assert constant_answers(votes) == []
    assert shared_mistakes(votes) == []


def test_a_random_clicker_is_found_and_a_weak_annotator_is_not() -> None:
    rng = np.random.default_rng(1)
    rows = crowd()
    answers = {item: answer for item, _, answer in rows}
    rows += [(f"i{at}", "clicker", str(rng.integers(5))) for at in range(100)]
    rows += [(f"i{at}", "weak", answers[f"i{at}"] if at % 2 else str(rng.integers(5))) for at in range(100)]

    found = random_clickers(Votes.of(rows))

    assert [one.annotator for one in found] == ["clicker"]
    assert "100 items" in found[0].reason


def test_somebody_with_one_answer_is_found_by_that_and_not_as_a_clicker() -> None:
    votes = Votes.of(crowd() + [(f"i{at}", "lazy", "0") for at in range(60)])

    found = constant_answers(votes)

    assert [one.annotator for one in found] == ["lazy"]
    assert found[0].reason.startswith("answered 0 in 60 of 60 items, where others did so in ")
    assert random_clickers(votes) == []
    assert answer_entropy(votes)["lazy"] == 0
    assert answer_entropy(votes)["p0"] > 2


def test_one_answer_is_no_spam_where_it_is_the_right_one() -> None:
    rows = [(f"i{at}", f"p{who}", "empty") for at in range(100) for who in range(4)]

    assert constant_answers(Votes.of(rows)) == []
    assert peer_agreement(Votes.of(rows))["p0"] is None


def test_agreement_with_others_is_the_one_worked_out_by_hand() -> None:
    # 20 items, half "a", half "b"; ann says the same as the two others on 15 of them.
    rows: list[Row] = []
    for at in range(20):
        said = "a" if at < 10 else "b"
        rows += [(f"i{at}", "x", said), (f"i{at}", "y", said)]
        rows.append((f"i{at}", "ann", said if at not in (0, 1, 2, 10, 11) else "ab".replace(said, "")))

    one = peer_agreement(Votes.of(rows))["ann"]

    # Observed 0.75; ann says a in 9 of 20, so chance is 0.5. Agreeing is then 0.5, and the error under
    # shuffling √(0.45 · 0.55 · 20/19 / 20) · 2 / (1 - 0.5) · ½.
    assert one is not None
    assert one.value == pytest.approx(0.5)
    assert one.error == pytest.approx(2 * (0.45 * 0.55 / 19) ** 0.5)


def test_nobody_is_a_clicker_where_nobody_agrees_or_nobody_is_there() -> None:
    rng = np.random.default_rng(2)
    rows = [(f"i{at}", f"p{who}", str(rng.integers(5))) for at in range(100) for who in range(5)]

    assert random_clickers(Votes.of(rows)) == []
    assert random_clickers(Votes.of([])) == []
    assert constant_answers(Votes.of([])) == []
    assert shared_mistakes(Votes.of([])) == []
    assert random_clickers(Votes.of([("i", "alone", "a")])) == []


def test_fast_is_no_fault_and_neither_is_unskilled_but_both_together_are() -> None:
    rng = np.random.default_rng(3)
    seconds = {name: list(rng.lognormal(2, 0.4, 200)) for name in ("ann", "bob", "cy", "dee")}
    seconds["fast"] = seconds["rush"] = [1.0] * 50
    good, bad = Estimate(0.95, 0.9, 0.98, 50), Estimate(0.4, 0.3, 0.5, 50)
    known = {"ann": good, "bob": bad, "cy": good, "dee": good, "fast": good, "rush": bad}

    found = too_fast(seconds, known, crowd=0.85)

    assert [one.annotator for one in found] == ["rush"]
    assert "the crowd in 85%" in found[0].reason
    assert too_fast({}, {}, 0.9) == []


def test_a_copier_is_found_by_the_mistakes() -> None:
    rows = crowd()
    rows += [(item, "copier", answer) for item, who, answer in rows if who == "p3"]

    found = shared_mistakes(Votes.of(rows))

    assert [(one.one, one.other) for one in found] == [("p3", "copier")]
    assert found[0].seen == found[0].mistakes
    assert "where" in found[0].reason
    assert found[0].chance < 1e-4


def test_a_copier_is_found_against_gold_where_the_pair_outvotes_everybody() -> None:
    rng = np.random.default_rng(5)
    truth = {f"i{at}": str(at % 5) for at in range(120)}
    rows: list[Row] = []
    for item, right in truth.items():
        said = right if rng.random() < 0.8 else str((int(right) + 1 + int(rng.integers(4))) % 5)
        rows += [(item, "one", said), (item, "two", said)]
        rows.append((item, "three", right if rng.random() < 0.8 else "0"))

    assert shared_mistakes(Votes.of(rows)) == []
    assert [(one.one, one.other) for one in shared_mistakes(Votes.of(rows), truth)] == [("one", "two")]


def test_people_who_misread_alike_are_not_accused_of_copying() -> None:
    # The crowd of `ducks` shares misreadings: independence alone would accuse dozens of pairs.
    with (shared_data("multi_annotator/ducks") / "annotations.csv").open(newline="") as file:
        rows = [(row["item"], row["annotator"], row["label"]) for row in csv.DictReader(file)]
    copied = [(item, "copier", answer) for item, who, answer in rows if who == "11"]

    assert shared_mistakes(Votes.of(rows)) == []
    assert [(one.one, one.other) for one in shared_mistakes(Votes.of(rows + copied))] == [("11", "copier")]


def test_the_same_pixels_again_and_again_are_copied() -> None:
    rng = np.random.default_rng(7)
    drawn: list[tuple[str, str, Bounds]] = []
    for item in range(40):
        left, top = rng.uniform(0, 500, 2)
        for who in ("ann", "bob", "cy"):
            a, b, c, d = rng.normal(0, 3, 4)
            drawn.append((f"i{item}", who, Bounds(left + a, top + b, left + 50 + c, top + 50 + d)))
        drawn.append((f"i{item}", "thief", drawn[-3][2]))

    found = same_coordinates(drawn)

    assert [(one.one, one.other, one.seen, one.of) for one in found] == [("ann", "thief", 40, 40)]
    assert same_coordinates([row for row in drawn if row[1] != "thief"]) == []
    assert same_coordinates([]) == []


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from("ijk"), st.sampled_from("abcd"), st.sampled_from("xyz")), max_size=40)
)
def test_any_votes_have_an_answer(rows: list[Row]) -> None:
    votes = Votes.of(rows)

    assert random_clickers(votes) == []  # too few answers for anything
    assert constant_answers(votes) == []
    assert all(0 <= value <= 1.6 for value in answer_entropy(votes).values())
    assert all(one.seen >= 5 for one in shared_mistakes(votes))
