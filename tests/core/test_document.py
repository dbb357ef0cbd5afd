"""Documents on the wire: what is new costs the old ones nothing."""

import hashlib

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from labelwright.core.document import Annotation, Document, Evidence, Vote, decode, encode
from labelwright.core.fields import differing
from labelwright.core.operations import Judge, Marking, Put, fold

BEFORE_VOTES = (
    b'{"annotations":[{"id":"1","category":"cell","shape":{"kind":"box","left":1.0,"top":2.0,'
    b'"right":3.0,"bottom":4.0},"attributes":{"stain":"blue"},"group":"pair","relations":'
    b'[{"kind":"touches","to":"2"}],"flags":{"iscrowd":true},"evidence":{"author":"ana",'
    b'"created_at":"2026-01-01T00:00:00Z","score":0.5,"seconds":3.0,"reviewer":"ben",'
    b'"verdict":"returned","reviewed_at":"2026-01-02T00:00:00Z"}},{"id":"2","category":"cell"}]}'
)
"""A document as it was stored before annotations had votes."""

texts = st.text(min_size=1, max_size=8)
shares = st.floats(0, 1)
votes = st.builds(Vote, annotator=texts, answer=texts, similarity=st.none() | shares)
evidence = st.builds(
    Evidence, author=texts, confidence=st.none() | shares, errors=st.lists(texts, max_size=3).map(tuple)
)
annotations = st.builds(
    Annotation,
    id=texts,
    category=texts,
    evidence=evidence,
    votes=st.lists(votes, max_size=4).map(tuple),
    unsure=st.none() | texts,
)


def test_a_document_from_before_votes_keeps_its_bytes_and_its_hash() -> None:
    document = decode(BEFORE_VOTES)

    again = encode(document)

    assert again == BEFORE_VOTES
    assert hashlib.sha256(again).hexdigest() == (
        "a2cf7eb228a53e247e175d21c0cba2698e54d224138c18336ee457ceab78b3bf"
    )
    assert document.annotations[0].votes == ()
    assert document.annotations[0].unsure is None
    assert document.annotations[0].evidence.confidence is None
    assert document.annotations[0].evidence.errors == ()


@given(st.lists(annotations, max_size=3))
def test_votes_confidence_errors_and_doubt_survive_the_wire(made: list[Annotation]) -> None:
    document = Document(annotations=tuple(made))

    assert decode(encode(document)) == document


def test_what_is_not_said_takes_no_bytes() -> None:
    plain = encode(Document(annotations=(Annotation(id="1", category="cell"),)))
    voted = Vote(annotator="ana", answer="cell")

    assert plain == b'{"annotations":[{"id":"1","category":"cell"}]}'
    assert msgspec.json.encode(voted) == b'{"annotator":"ana","answer":"cell"}'


def test_a_put_says_that_somebody_could_not_tell() -> None:
    put = Put(id="p", at=0, annotation=Marking(id="1", category="cell", unsure="out of focus"))

    (made,) = fold(Document(), [put], "ana").annotations

    assert made.unsure == "out of focus"


def test_doubt_is_a_field_that_merges_by_itself() -> None:
    before = Annotation(id="1", category="cell", group="pair", unsure="too dark")
    moved = Put(id="p", at=0, annotation=Marking(id="1", category="clump"), fields=("category",))
    sure = Put(id="q", at=1, annotation=Marking(id="1", category="cell"), fields=("unsure",))

    (one,) = fold(Document(annotations=(before,)), [moved], "ana").annotations
    (two,) = fold(Document(annotations=(before,)), [moved, sure], "ana").annotations

    assert (one.category, one.group, one.unsure) == ("clump", "pair", "too dark")
    assert (two.category, two.group, two.unsure) == ("clump", "pair", None)
    assert differing(one, two) == ("unsure",)


def test_a_change_keeps_the_votes_but_neither_the_confidence_nor_the_errors() -> None:
    seen = Evidence(author="consensus", confidence=0.9, verdict="returned", errors=("loose",))
    vote = Vote(annotator="ana", answer="cell")
    before = Annotation(id="1", category="cell", evidence=seen, votes=(vote,))

    change = Put(id="p", at=0, annotation=Marking(id="1", category="clump"))
    (after,) = fold(Document(annotations=(before,)), [change], "ben").annotations

    assert after.votes == (vote,)
    assert after.evidence.confidence is None
    assert after.evidence.errors == ()


def test_a_verdict_leaves_votes_and_doubt_as_they_are() -> None:
    vote = Vote(annotator="ana", answer="cell")
    before = Annotation(id="1", category="cell", votes=(vote,), unsure="blurred")

    judged = Judge(id="j", at=0, annotation="1", verdict="accepted")
    (after,) = fold(Document(annotations=(before,)), [judged], "ben").annotations

    assert (after.votes, after.unsure) == ((vote,), "blurred")


@pytest.mark.parametrize("reason", ["", "x" * 2001])
def test_a_doubt_has_a_reason_of_bearable_length(reason: str) -> None:
    said = msgspec.json.encode({"id": "1", "category": "cell", "unsure": reason})

    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(said, type=Marking)
