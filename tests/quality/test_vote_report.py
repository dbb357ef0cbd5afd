"""The report on a table of votes says what the measures say, and nothing where they have no value."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labelwright.core.errors import UnknownName
from labelwright.quality.agreement import cohen_kappa, krippendorff_alpha, percent_agreement
from labelwright.quality.vote_report import MEASURES, vote_agreement
from labelwright.quality.votes import Votes

ROWS = [
    ("1", "ana", "cat"),
    ("1", "ben", "cat"),
    ("1", "cyd", "dog"),
    ("2", "ana", "dog"),
    ("2", "ben", "dog"),
    ("3", "ana", "cat"),
]
tables = st.lists(
    st.tuples(st.sampled_from("12345"), st.sampled_from("abcd"), st.sampled_from("xyz")), max_size=30
).map(Votes.of)


def report(votes: Votes, **options):
    return vote_agreement(votes, np.random.default_rng(0), resamples=50, **options)


def test_numbers_are_those_of_the_measures() -> None:
    votes = Votes.of(ROWS)

    made = report(votes)

    assert (made.items, made.compared, made.annotators, made.votes) == (3, 2, 3, 6)
    assert made.overall["krippendorff_alpha"].value == krippendorff_alpha(votes)
    assert made.overall["percent_agreement"].value == percent_agreement(votes) == (1 / 3 + 1) / 2
    (first, *_) = made.pairs
    assert (first.first, first.second, first.items, made.pairs_met) == ("ana", "ben", 2, 3)
    assert first.measures["cohen_kappa"].value == cohen_kappa(votes, "ana", "ben") == 1.0
    assert set(made.methods) >= set(made.overall)


def test_each_person_is_compared_with_the_others_on_their_items() -> None:
    people = {entry.annotator: entry for entry in report(Votes.of(ROWS)).people}

    assert people["ana"].answers == 3
    assert people["ana"].items == 2
    assert people["ana"].with_others.value == (1 / 2 + 1) / 2
    assert people["cyd"].with_others.value == 0.0
    assert people["cyd"].with_others.low is None


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        ([("1", "ana", "x"), ("2", "ana", "y")], "Only one person answered."),
        ([("1", "ana", "x"), ("2", "ben", "y")], "No item has answers of two people."),
        ([("1", "ana", "x"), ("1", "ben", "x")], "Everyone gave the same answer everywhere"),
        ([], "There is no answer."),
    ],
)
def test_what_has_no_value_is_none_with_its_reason(rows: list[tuple[str, str, str]], reason: str) -> None:
    made = report(Votes.of(rows))

    assert made.reason is not None
    assert made.reason.startswith(reason)
    assert made.overall["krippendorff_alpha"].value is None
    assert made.overall["krippendorff_alpha"].reason == made.reason


def test_a_measure_that_is_none_is_refused_with_those_there_are() -> None:
    with pytest.raises(UnknownName, match="kappa") as refused:
        report(Votes.of(ROWS), measures=["kappa"])

    assert "fleiss_kappa" in refused.value.remedy


def test_only_what_was_asked_for_is_measured() -> None:
    assert list(report(Votes.of(ROWS), measures=["gwet_ac1"]).overall) == ["gwet_ac1"]
    assert list(report(Votes.of(ROWS), order="ordinal").overall) == list(MEASURES)


@given(tables)
@settings(max_examples=60, deadline=None)
def test_any_table_has_a_report_with_no_value_above_one(votes: Votes) -> None:
    made = report(votes)

    again = report(votes)
    everything = [*made.overall.values(), *(one.with_others for one in made.people)]
    everything += [found for part in made.pairs for found in part.measures.values()]
    assert made == again
    assert all(one.value is None or one.value <= 1 for one in everything)
    assert all((one.value is None) <= (one.reason is not None) for one in everything)
    assert sum(one.answers for one in made.people) == len(votes)
    assert made.pairs_met == len(made.pairs)
