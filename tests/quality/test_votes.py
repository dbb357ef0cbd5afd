"""Votes as arrays: names keep their order, and one person has one answer to an item."""

from hypothesis import given
from hypothesis import strategies as st

from labelwright.quality.votes import Votes

NAMES = st.text("abc é", min_size=1, max_size=3)
ROWS = st.lists(st.tuples(NAMES, NAMES, NAMES), max_size=40)


@given(ROWS)
def test_the_last_answer_of_a_person_to_an_item_is_the_one_that_counts(rows: list[tuple[str, str, str]]):
    last = {(item, who): answer for item, who, answer in rows}

    votes = Votes.of(rows)

    assert {(item, who): answer for item, who, answer in votes.rows()} == last
    assert votes.repeated == len(rows) - len(last)
    assert votes.items == tuple(dict.fromkeys(item for item, _, _ in rows))
    assert votes.counts.sum() == len(votes) == len(last)


def test_given_categories_keep_their_places_also_where_nobody_chose_them():
    votes = Votes.of([("1.jpg", "ann", "dog"), ("1.jpg", "bo", "cat")], categories=("bird", "cat"))

    assert votes.categories == ("bird", "cat", "dog")
    assert votes.counts.tolist() == [[0, 1, 1]]


def test_a_part_of_the_votes_keeps_the_places_of_names():
    votes = Votes.of([("1", "ann", "x"), ("2", "bo", "y"), ("2", "ann", "x")])

    part = votes.where(votes.annotator == 0)

    assert list(part.rows()) == [("1", "ann", "x"), ("2", "ann", "x")]
    assert part.items == votes.items
