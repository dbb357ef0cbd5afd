"""The commonest answer: counted right, and between equals by a rule."""

from hypothesis import given
from hypothesis import strategies as st

from labelwright.quality.plurality import plurality
from labelwright.quality.votes import Votes

tables = st.lists(
    st.tuples(st.sampled_from("12345"), st.sampled_from("abcd"), st.sampled_from("xyz")), max_size=30
).map(Votes.of)


@given(tables)
def test_no_answer_is_commoner_than_the_one_taken(votes: Votes) -> None:
    made = plurality(votes)

    for item, counts in enumerate(votes.counts.tolist()):
        assert counts[made.answer[item]] == max(counts)
        assert made.share[item] == max(counts) / sum(counts)
        assert made.votes[item] == sum(counts)


def test_between_equals_the_first_category_counts_whatever_other_items_say() -> None:
    rows = [("a", "1", "cat"), ("a", "2", "dog"), ("b", "1", "dog")]

    as_they_come = plurality(Votes.of(rows))
    in_order = plurality(Votes.of(rows, ("dog", "cat")))

    assert as_they_come.answer.tolist() == [0, 1]
    assert in_order.answer.tolist() == [0, 0]


def test_an_item_that_nobody_answered_has_no_answer() -> None:
    votes = Votes.of([("a", "1", "cat"), ("b", "1", "cat")])

    made = plurality(votes.where(votes.item == 0))

    assert made.answer.tolist() == [0, -1]
    assert made.share.tolist() == [1.0, 0.0]
